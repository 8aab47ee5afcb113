//! Audiences: listed, looked into, compared, exported, and tried before they are saved.

use crate::programme::programme;
use crate::world::World;
use serde_json::{Value, json};

const JSON: &str = "content-type: application/json";

/// Two who bought, one of whom lives in Utrecht, and one who only looked.
async fn three_people() -> World {
    let world = World::signed_in().await;
    let mut files = programme();
    let add = |files: &mut std::collections::BTreeMap<String, String>, name: &str, when: &str| {
        let text = format!("audience: {name}\nnote: Who is {name}.\nwhen: {when}\n");
        files.insert(format!("audiences/{name}.yaml"), text);
    };
    add(&mut files, "locals", "trait(\"city\") == \"Utrecht\"");
    add(&mut files, "local-buyers", "audience(\"locals\") and audience(\"buyers\")");
    world.apply(files).await;
    for (user, name, city, buys) in [
        ("u1", "Ada", "Utrecht", true),
        ("u2", "=Bob, B", "Ghent", true),
        ("u3", "Cat", "Utrecht", false),
    ] {
        let traits = json!({"name": name, "city": city, "email": format!("{user}@shop.test")});
        world
            .track(&json!({"type": "identify", "userId": user, "traits": traits}).to_string())
            .await;
        if buys {
            let order = json!({"type": "track", "userId": user, "event": "Order Completed", "properties": {"revenue": 20}});
            world.track(&order.to_string()).await;
        }
    }
    // Pages read a copy of the counts that may be a tenth of a second old.
    world.until("the counts", |it| it.handle.status().tallies.events == 5).await;
    world
}

#[tokio::test]
async fn an_audience_says_who_is_in_how_it_grew_and_who_needs_it() {
    let world = three_people().await;
    let all = world.json("GET /api/v1/audiences").await;
    let sizes: Vec<(&str, u64)> = all["audiences"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["name"].as_str().expect("a name"), it["size"].as_u64().expect("a size")))
        .collect();
    assert_eq!(sizes, [("buyers", 2), ("local-buyers", 1), ("locals", 2)]);
    assert_eq!((&all["counting"], &all["audiences"][0]["waits"]), (&Value::Null, &json!(false)));
    assert_eq!(world.status(&format!("DELETE /api/v1/counting\n{JSON}")).await, 404);

    let one = world.json("GET /api/v1/audiences/buyers").await;
    assert_eq!(one["entered"], 2);
    assert_eq!(one["growth"][0]["size"], 2);
    assert_eq!(one["note"], "");
    assert_eq!(one["used_by"], json!(["audience/local-buyers", "broadcast/spring"]));
    let nested = world.json("GET /api/v1/audiences/local-buyers").await;
    assert_eq!(nested["uses"], json!(["locals", "buyers"]));
    assert_eq!(nested["note"], "Who is local-buyers.");
    assert_eq!(world.status("GET /api/v1/audiences/nobody").await, 404);

    let page = world.json("GET /api/v1/audiences/locals/members?limit=1").await;
    assert_eq!((&page["people"][0]["name"], &page["total"]), (&json!("Ada"), &json!(2)));
    let cursor = page["next_cursor"].as_str().expect("more");
    let next = world.json(&format!("GET /api/v1/audiences/locals/members?cursor={cursor}")).await;
    assert_eq!((&next["people"][0]["name"], &next["next_cursor"]), (&json!("Cat"), &Value::Null));
}

#[tokio::test]
async fn what_audiences_share_is_counted() {
    let world = three_people().await;
    let overlap = world.json("GET /api/v1/overlap?names=buyers,locals").await;
    assert_eq!(overlap, json!({"audiences": ["buyers", "locals"], "shared": [[2, 1], [1, 2]]}));
    let largest = world.json("GET /api/v1/overlap").await;
    assert_eq!(largest["audiences"].as_array().map(Vec::len), Some(3));
    assert_eq!(world.status("GET /api/v1/overlap?names=buyers,nobody").await, 404);
}

/// A name that a spreadsheet would take for a formula is text, and one with a comma is one cell.
#[tokio::test]
async fn members_leave_as_csv() {
    let world = three_people().await;
    let answer = world.ask("GET /api/v1/audiences/buyers/members.csv").await;
    assert!(answer.header("content-type").starts_with("text/csv"));
    let mut rows = answer.body.lines();
    assert!(rows.next().expect("a head").starts_with("person,name,since,user_id,email"));
    let (ada, bob) = (rows.next().expect("Ada"), rows.next().expect("Bob"));
    assert!(ada.contains(",Ada,") && ada.contains(",u1,u1@shop.test,"), "{ada}");
    assert!(bob.contains(",\"'=Bob, B\","), "{bob}");
    assert_eq!(rows.next(), None);
}

#[tokio::test]
async fn a_condition_is_tried_before_it_is_saved() {
    let world = three_people().await;
    let draft = |body: Value| format!("POST /api/v1/conditions/preview\n{JSON}\n\n{body}");
    let begun =
        world.json(&draft(json!({"name": "buyers", "when": "trait('city') == 'Utrecht'"}))).await;
    let path = format!("GET /api/v1/jobs/{}", begun["job"].as_str().expect("a job"));
    let mut job = world.json(&path).await;
    while job["state"] == "running" {
        tokio::task::yield_now().await;
        job = world.json(&path).await;
    }
    assert_eq!(job["state"], "done", "{job}");
    let found = &job["result"];
    assert_eq!(
        (&found["size"], &found["entering"], &found["leaving"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(found["enter"][0]["name"], "Cat");
    assert_eq!(found["leave"][0]["name"], "=Bob, B");
    assert_eq!(found["condition"], "trait(\"city\") == \"Utrecht\"");
    assert_eq!(found["estimate"], json!({"size": 2.0, "low": 2.0, "high": 2.0}));
    assert_eq!((&found["uncounted"], &found["counted"]), (&json!([]), &json!(false)));

    let wrong = world.ask(&draft(json!({"when": "trait('city') = 'Utrecht'"}))).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("write `==`"), "{}", wrong.body);
    let missing = world.ask(&draft(json!({"when": "audience('buyer')"}))).await;
    assert_eq!(missing.status, 400);
    let event = world.ask(&draft(json!({"when": "property('revenue') > 5"}))).await;
    assert!(event.body.contains("not about one event"), "{}", event.body);
    assert_eq!(world.status("GET /api/v1/jobs/999").await, 404);
    assert_eq!(world.status(&format!("DELETE /api/v1/jobs/999\n{JSON}")).await, 404);
}

#[tokio::test]
async fn a_condition_goes_from_text_to_tree_and_back() {
    let world = three_people().await;
    let post =
        |path: &str, body: Value| format!("POST /api/v1/conditions/{path}\n{JSON}\n\n{body}");
    let text = r#"did("Order Completed", last 365d) and not trait("city") == "Ghent""#;
    let read = world.json(&post("parse", json!({"text": text}))).await;
    assert_eq!(read["text"], text);
    assert_eq!(read["tree"]["kind"], "all");
    assert_eq!((&read["events"], &read["uncounted"]), (&json!(["Order Completed"]), &json!([])));
    let back = world.json(&post("print", json!({"tree": read["tree"]}))).await;
    assert_eq!(back, read);
    let new = world.json(&post("parse", json!({"text": "count('Visit') > 2"}))).await;
    assert_eq!(new["uncounted"].as_array().map(Vec::len), Some(1));

    let wrong = world.ask(&post("parse", json!({"text": "did('X') and\n  trait('a') = 1"}))).await;
    assert_eq!(wrong.status, 400);
    let said: Value = serde_json::from_str(&wrong.body).expect("JSON");
    assert_eq!(
        (&said["line"], &said["column"], &said["status"]),
        (&json!(2), &json!(14), &json!(400))
    );
    let wrong = world.ask(&post("print", json!({"tree": {"kind": "guess"}}))).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("unknown variant `guess`"), "{}", wrong.body);
    let words = world.json("GET /api/v1/conditions/vocabulary").await;
    assert!(words.to_string().contains("sequence"), "{words}");
}
