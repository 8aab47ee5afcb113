//! The programme through the API: planned, applied as planned, and edited file by file.

use crate::programme::programme;
use crate::world::World;
use port::{FactLog, LogPosition};
use record::{Control, LogRecord};
use serde_json::{Value as Json, json};

fn post(path: &str, body: &Json) -> String {
    format!("POST /api/v1/programme{path}\ncontent-type: application/json\n\n{body}")
}

fn put(path: &str, etag: Option<&Json>, body: &Json) -> String {
    let path = path.replace('/', "%2F");
    let head = format!("PUT /api/v1/programme/files/{path}\ncontent-type: application/json");
    let etag = etag.and_then(Json::as_str);
    let etag = etag.map(|it| format!("\nif-match: \"{it}\"")).unwrap_or_default();
    format!("{head}{etag}\n\n{body}")
}

/// Who applied what, as the log has it.
fn applied_by(world: &World) -> Vec<String> {
    let records = world.log.read(LogPosition(0), usize::MAX, usize::MAX).expect("the log");
    let by = |bytes: &[u8]| match LogRecord::decode(bytes) {
        Ok(LogRecord::Control(Control::Apply { by, .. })) => Some(by),
        Ok(_) | Err(_) => None,
    };
    records.iter().filter_map(|it| by(&it.1)).collect()
}

const BUYERS: &str = "audiences/buyers.yaml";

#[tokio::test]
async fn what_was_planned_is_applied() {
    let world = World::signed_in().await;
    world.with_mail().await;
    let mut files = programme();
    files.insert(
        "audiences/gold.yaml".to_owned(),
        "audience: gold\nwhen: trait(\"name\") == \"Ann\"\n".to_owned(),
    );
    let policy = files.get_mut("policy.yaml").expect("a policy");
    *policy = policy.replace("at_most: 4", "at_most: 2");
    let plan = world.json(&post("/plan", &json!({ "files": files }))).await;
    assert_eq!(plan["running"], 1);
    let changed: Vec<String> = plan["differences"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {} {}", it["change"], it["kind"], it["fields"]))
        .collect();
    assert_eq!(
        changed,
        [
            r#""changed" "policy" [{"field":"caps.0.at_most","new":"2","old":"4"}]"#,
            r#""added" "audience" []"#
        ]
    );
    let gold = json!({"name": "gold", "before": 0, "enter": 1, "leave": 0, "counts_anew": false});
    assert_eq!(plan["audiences"], json!([gold]));
    assert_eq!(plan["caps_tighter"], json!(["at most 2 per 7d, was 4"]));

    let other = json!({ "files": programme(), "plan": plan["id"] });
    assert_eq!(world.status(&post("", &other)).await, 409, "other files than were planned");
    let order = json!({ "files": files, "plan": plan["id"], "by": "ada" });
    let applied = world.json(&post("", &order)).await;
    assert_eq!(applied["version"], 2);
    world.until("ann", |it| it.handle.status().tallies.audiences.get("gold") == Some(&1)).await;
    let again = world.ask(&post("", &order)).await;
    assert_eq!(again.status, 409, "a plan is done once");
    assert!(again.body.contains("look at a new plan"), "{}", again.body);
    assert_eq!(applied_by(&world), ["test", "ada (admin)"]);
}

#[tokio::test]
async fn a_plan_is_void_when_something_else_was_applied_meanwhile() {
    let world = World::signed_in().await;
    let changes = json!({ BUYERS: "audience: buyers\nwhen: did(\"Order Completed\", last 30d)\n" });
    let plan = world.json(&post("/plan", &json!({ "changes": changes }))).await;
    let mut files = programme();
    files.insert("brand.yaml".to_owned(), "name: Three Wheels\n".to_owned());
    world.apply(files).await;
    let answer = world.ask(&post("", &json!({ "changes": changes, "plan": plan["id"] }))).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert_eq!(world.handle.loaded().version, 2);
}

/// What would be sent is looked at before it is, and what runs so already is told apart.
#[tokio::test]
async fn a_plan_says_what_does_not_agree() {
    let world = World::signed_in().await;
    let story =
        programme()["content/story.md"].replace("a ride.", "[a ride](http://localhost/ride).");
    let changes = json!({ "content/story.md": story });
    let plan = world.json(&post("/plan", &json!({ "changes": changes }))).await;
    let dead = |plan: &Json| -> Vec<String> {
        let found = plan["findings"].as_array().expect("a list").iter();
        let dead = found.filter(|it| it["finding"]["message"].to_string().contains("localhost"));
        dead.map(|it| {
            let finding = &it["finding"];
            let place = [&it["campaign"], &finding["severity"], &finding["line"], &it["is_new"]];
            place.map(ToString::to_string).join(" ")
        })
        .collect()
    };
    let of = |is_new: bool| {
        ["journey/hello", "broadcast/spring"]
            .map(|campaign| format!("\"{campaign}\" \"problem\" 8 {is_new}"))
    };
    assert_eq!(dead(&plan), of(true), "{}", plan["findings"]);
    world.json(&post("", &json!({ "changes": changes, "plan": plan["id"] }))).await;
    let brand = programme()["brand.yaml"].replace("Two", "Three");
    let plan = world.json(&post("/plan", &json!({ "changes": { "brand.yaml": brand } }))).await;
    assert_eq!(dead(&plan), of(false), "it is no news any more: {}", plan["findings"]);
}

#[tokio::test]
async fn a_check_applies_nothing_and_names_every_place() {
    let world = World::signed_in().await;
    let sound = world.json(&post("/check", &json!({ "changes": {} }))).await;
    assert_eq!(sound, json!({"sound": true, "problems": []}));
    let broken = json!({ BUYERS: "audience: buyers\nwhen: did(\"Order Completed\", last 60)\n",
        "content/story.md": null });
    let found = world.json(&post("/check", &json!({ "changes": broken }))).await;
    let problems = found["problems"].as_array().expect("a list");
    let first = json!({"file": BUYERS, "line": 2, "column": 35, "message": "60 what?",
        "hint": "write the unit, for example `60d` for days"});
    assert_eq!(problems[0], first);
    assert!(problems.iter().any(|it| it["message"] == "there is no content `story`"), "{found}");
    assert_eq!(world.status(&post("/plan", &json!({ "changes": broken }))).await, 422);
    assert_eq!(world.status(&post("/check", &json!({}))).await, 400);
    assert_eq!(world.handle.loaded().version, 1);
}

#[tokio::test]
async fn files_are_listed_and_read_with_their_fields() {
    let world = World::signed_in().await;
    let listed = world.json("GET /api/v1/programme/files").await;
    let files = listed["files"].as_array().expect("a list");
    assert_eq!(files.len(), programme().len());
    let buyers = files.iter().find(|it| it["path"] == BUYERS).expect("buyers");
    assert_eq!((&buyers["kind"], &buyers["name"]), (&json!("audience"), &json!("buyers")));
    let file = world.json("GET /api/v1/programme/files/audiences%2Fbuyers.yaml").await;
    assert_eq!(file["text"], programme()[BUYERS]);
    assert_eq!(
        file["form"],
        json!({"audience": "buyers", "when": "did(\"Order Completed\", last 365d)"})
    );
    assert_eq!(file["etag"], buyers["etag"]);
    let plain = world.ask("GET /api/v1/programme/files/audiences/buyers.yaml").await;
    assert_eq!(plain.status, 200);
    assert_eq!(plain.header("etag"), format!("\"{}\"", file["etag"].as_str().expect("text")));
    assert_eq!(world.status("GET /api/v1/programme/files/audiences%2Fnone.yaml").await, 404);
}

#[tokio::test]
async fn a_file_is_changed_only_by_who_has_seen_it() {
    let world = World::signed_in().await;
    let file = world.json("GET /api/v1/programme/files/audiences%2Fbuyers.yaml").await;
    let text = json!({"text": "# whoever bought\naudience: buyers\nwhen: did(\"Order Completed\", last 30d)\n"});
    assert_eq!(world.status(&put(BUYERS, None, &text)).await, 428);
    assert_eq!(world.status(&put(BUYERS, Some(&json!("0")), &text)).await, 412);
    let changed = world.json(&put(BUYERS, Some(&file["etag"]), &text)).await;
    assert_eq!((&changed["version"], &changed["text"]), (&json!(2), &text["text"]));
    assert_eq!(world.status(&put(BUYERS, Some(&file["etag"]), &text)).await, 412, "seen before");
    let same = world.json(&put(BUYERS, Some(&changed["etag"]), &text)).await;
    assert_eq!(same["version"], 2, "the same text is no new version");
    assert_eq!(applied_by(&world), ["test", "admin"]);
}

#[tokio::test]
async fn a_form_becomes_a_file_in_our_style() {
    let world = World::signed_in().await;
    let form = json!({"form": {"when": "trait('plan')=='pro'", "audience": "pro", "note": "Pays"}});
    let made = world.json(&put("audiences/pro.yaml", None, &form)).await;
    assert_eq!(made["text"], "audience: pro\nnote: Pays\nwhen: trait(\"plan\") == \"pro\"\n");
    let journey = json!({"form": {"journey": "hi", "trigger": {"enters": "pro"},
        "steps": [{"wait": "1h"}, {"message": {"content": "story", "channels": ["email"]}}]}});
    let made = world.json(&put("journeys/hi.yaml", None, &journey)).await;
    let expected = "journey: hi\ntrigger: {enters: pro}\nsteps:\n  - wait: 1h\n  \
                    - message: {content: story, channels: [email]}\n";
    assert_eq!(made["text"], expected);
    assert_eq!(made["form"]["steps"][0], json!({"wait": "1h"}));
    assert_eq!(world.handle.loaded().version, 3);
}

#[tokio::test]
async fn a_text_shows_its_fields_while_it_is_not_sound_yet() {
    let world = World::signed_in().await;
    let text = "journey: x # mine\nsteps:\n  - wait: soon\n  - message: {value: 1.5}\n";
    let found = world.json(&post("/fields", &json!({ "text": text }))).await;
    let steps = json!([{"wait": "soon"}, {"message": {"value": 1.5}}]);
    assert_eq!(found, json!({"form": {"journey": "x", "steps": steps}}));
    for text in ["", "- 1", "journey: [", "plain"] {
        let found = world.json(&post("/fields", &json!({ "text": text }))).await;
        assert_eq!(found, json!({"form": null}), "{text:?}");
    }
}

#[tokio::test]
async fn what_would_break_the_programme_is_refused_with_its_places() {
    let world = World::signed_in().await;
    let text = json!({"text": "audience: buyers\nwhen: did(\"Order Completed\", last 60)\n"});
    let etag = engine::text_id(&programme()[BUYERS]);
    let answer = world.ask(&put(BUYERS, Some(&json!(etag)), &text)).await;
    assert_eq!(answer.status, 422);
    let problem: Json = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(problem["problems"][0]["line"], 2);
    let used = format!(
        "DELETE /api/v1/programme/files/{}\nif-match: \"{etag}\"",
        BUYERS.replace('/', "%2F")
    );
    let answer = world.ask(&used).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("there is no audience `buyers`"), "{}", answer.body);
    for path in [
        "audiences/../../x.yaml",
        "secrets.yaml",
        "audiences/.x.yaml",
        "content/a.yaml",
        "audiences/a?.yaml",
    ] {
        let path = path.replace('?', "%3F");
        assert_eq!(world.status(&put(&path, None, &text)).await, 422, "{path}");
    }
    assert_eq!(world.handle.loaded().version, 1);
}

#[tokio::test]
async fn a_file_that_nothing_needs_can_go() {
    let world = World::signed_in().await;
    let path = "journeys/hello.yaml";
    let gone = format!("DELETE /api/v1/programme/files/{}", path.replace('/', "%2F"));
    assert_eq!(world.status(&gone).await, 428);
    let etag = engine::text_id(&programme()[path]);
    assert_eq!(world.status(&format!("{gone}\nif-match: \"{etag}\"")).await, 204);
    assert!(world.handle.loaded().programme.journeys.iter().all(|it| it.name.as_str() != "hello"));
    assert_eq!(world.status(&format!("{gone}\nif-match: \"{etag}\"")).await, 404);
}

#[tokio::test]
async fn nobody_reads_or_changes_the_programme_without_signing_in() {
    let world = World::new().await;
    for request in [
        "GET /api/v1/programme/files".to_owned(),
        "GET /api/v1/programme/files/brand.yaml".to_owned(),
        "GET /api/v1/programme/files/audiences/buyers.yaml".to_owned(),
        post("/plan", &json!({"changes": {}})),
        post("", &json!({"changes": {}, "plan": "x"})),
        put(BUYERS, None, &json!({"text": ""})),
    ] {
        assert_eq!(world.status(&request).await, 401, "{request}");
    }
}
