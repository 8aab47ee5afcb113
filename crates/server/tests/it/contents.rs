//! Contents as somebody would get them, and what does not agree within a campaign.

use crate::programme::programme;
use crate::world::World;
use port::Ledger;
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Write};

const JSON: &str = "content-type: application/json";

const STORY: &str = "---\ncontent: story\ntopic: offers\nsummary: A story for {{ person.name }}\nforms:\n  email: {subject: \"Hello {{ person.name }}\"}\n  bluesky: {text: Once upon a ride.}\n  sms: {text: \"“Ride” for 10 € – reply STOP to end\"}\nlocales: {nl: story.nl.md}\n---\nOnce upon a ride for 10 €.\n";
const STORY_NL: &str = "---\nforms:\n  email: {subject: \"Dag {{ person.name }}\"}\n---\nEr was eens een rit voor 12 €.\n";

async fn preview(world: &World, more: Json) -> Json {
    let mut asked = json!({"content": "story",
        "changes": {"content/story.md": STORY, "content/story.nl.md": STORY_NL}});
    asked.as_object_mut().expect("fields").extend(more.as_object().cloned().expect("fields"));
    let json = "content-type: application/json";
    world.json(&format!("POST /api/v1/contents/preview\n{json}\n\n{asked}")).await
}

#[tokio::test]
async fn every_form_stands_side_by_side_in_the_language_of_the_person() {
    let world = World::signed_in().await;
    world
        .track(r#"{"type":"identify","userId":"ann","traits":{"name":"Ann","locale":"nl-BE"}}"#)
        .await;
    let person = world.person("ann").to_string();
    let dutch = preview(&world, json!({"person": person})).await;
    assert_eq!(dutch["email"]["subject"], "Dag Ann");
    let english = preview(&world, json!({"person": person, "locale": "en"})).await;
    assert_eq!(english["email"]["subject"], "Hello Ann");
    assert_eq!(english["locales"], json!(["nl"]));
    let sms = &english["sms"];
    assert_eq!(
        (&sms["gsm"], &sms["segments"], &sms["foreign"]),
        (&json!(false), &json!(1), &json!("–“”"))
    );
    let bluesky = &english["posts"]["bluesky"];
    assert_eq!(bluesky["parts"][0]["text"], "Once upon a ride.");
    // Posts speak to everybody: the summary names the person.
    let mastodon = english["posts"]["mastodon"]["problem"].as_str().expect("a problem");
    assert!(mastodon.contains("person.name"), "{mastodon}");
    let receipt = preview(&world, json!({"content": "receipt"})).await;
    assert_eq!(receipt["posts"], json!({}), "what one person asked for is no post");
    // Nothing of it was kept.
    assert!(!world.json("GET /api/v1/programme").await["files"].to_string().contains("Dag"));
}

#[tokio::test]
async fn what_has_no_value_for_a_person_is_said_form_by_form() {
    let world = World::signed_in().await;
    let found = preview(&world, json!({})).await;
    assert_eq!(found["email"], Json::Null);
    assert!(found["problems"]["email"].as_str().expect("a problem").contains("person.name"));
    assert!(found["sms"].is_object());
    let prices: Vec<&Json> = found["findings"].as_array().expect("a list").iter().collect();
    assert!(
        prices.iter().any(|it| it["message"].as_str().unwrap_or_default().contains("12")),
        "{prices:?}"
    );
    let wrong = json!({"content": "story", "changes": {"content/story.md": "---\ncontent: story\nsubjekt: x\n---\n"}});
    let json = "content-type: application/json";
    let answer = world.ask(&format!("POST /api/v1/contents/preview\n{json}\n\n{wrong}")).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("subjekt"), "{}", answer.body);
    let nothing = json!({"content": "nothing"});
    assert_eq!(
        world.status(&format!("POST /api/v1/contents/preview\n{json}\n\n{nothing}")).await,
        404
    );
}

#[tokio::test]
async fn a_campaign_is_tried_for_people_who_are_there() {
    let world = World::signed_in().await;
    let mut files = crate::programme::programme();
    files.insert("content/story.md".to_owned(), STORY.replace("locales: {nl: story.nl.md}\n", ""));
    world.apply(files).await;
    let of = "/api/v1/campaigns/findings?campaign=journey/hello";
    let nobody = world.json(&format!("GET {of}")).await;
    assert_eq!(nobody["campaigns"][0]["campaign"], "journey/hello");
    let lacks = |found: &Json| found.to_string().contains("person.name");
    assert!(!lacks(&nobody), "{nobody}");
    world.track(r#"{"type":"identify","userId":"bob"}"#).await;
    let found = world.json(&format!("GET {of}")).await;
    assert!(lacks(&found), "bob has no name: {found}");
}

/// A try is no message: nobody's ledger knows of it.
#[tokio::test]
async fn a_content_is_tried_on_the_team_in_every_channel() {
    let world = World::signed_in().await;
    let mail = world.with_mail().await;
    let before = world.store.messages_of(mail.person, None, 10).expect("messages").len();
    let test = |body: &Json| {
        format!("POST /api/v1/contents/story/test\ncontent-type: application/json\n\n{body}")
    };
    let person = mail.person.to_string();
    let to = |channel: &str, address: &str| json!({"channel": channel, "address": address});
    let all = [to("email", "Boss@shop.test"), to("push", "device-1"), to("sms", "+31612345678")];
    let tried = world.json(&test(&json!({"to": all, "person": person}))).await;
    let said: Vec<String> = tried["sent"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {} {}", it["channel"], it["to"], it["accepted"]).replace('"', ""))
        .collect();
    assert_eq!(said, ["email boss@shop.test true", "push device-1 true", "sms +31612345678 false"]);
    assert!(tried["sent"][2]["detail"].to_string().contains("sms has no provider"), "{tried}");
    world.settle().await;
    assert_eq!(world.store.messages_of(mail.person, None, 10).expect("messages").len(), before);
    let campaigns = world.json("GET /api/v1/campaigns").await;
    assert!(!campaigns.to_string().contains("test/"), "{campaigns}");
    // An address that came back gets none, whoever asks.
    world.answer_with(model::Reply::Refused { detail: String::new(), dead: true });
    let order = r#"{"type":"track","event":"Order Completed","userId":"ann","properties":{"order_id":"o2"}}"#;
    world.track(order).await;
    let bounced = |it: &World| !it.consents(mail.person).suppressed().is_empty();
    world.until("the bounce", bounced).await;
    let tried = world.json(&test(&json!({"to": [to("email", "ann@example.test")]}))).await;
    assert_eq!(tried["sent"][0]["accepted"], false, "{tried}");
    for (body, status) in [
        (json!({"to": []}), 400),
        (json!({"to": [to("email", "nobody")]}), 400),
        (json!({"to": [to("fax", "1")]}), 400),
        (json!({"to": [to("email", "a@shop.test")], "person": "p999"}), 404),
    ] {
        assert_eq!(world.status(&test(&body)).await, status, "{body}");
    }
    let nothing =
        "POST /api/v1/contents/nothing/test\ncontent-type: application/json\n\n{\"to\": []}";
    assert_eq!(world.status(nothing).await, 404);
    let mut last = 200;
    for _ in 0..40 {
        last = world.status(&test(&json!({"to": [to("push", "device-1")]}))).await;
        if last != 200 {
            break;
        }
    }
    assert_eq!(last, 429, "there is an end to it");
}

/// A page that is there, and nothing else.
fn site_of_one_page() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|it| 2 < it) {}
            let is_there = head.split_whitespace().nth(1) == Some("/there");
            let status = if is_there { 200 } else { 404 };
            let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n");
            // Whoever asked may be gone.
            let _ = reader.into_inner().write_all(answer.as_bytes());
        }
    });
    address
}

#[tokio::test]
async fn links_are_asked_whether_they_answer() {
    let mut world = World::with(|it| it.links_allow = vec!["127.0.0.1".to_owned()]).await;
    world.sign_in().await;
    let site = site_of_one_page();
    let mut files = programme();
    let there = format!("[a](http://{site}/there) [b](http://{site}/gone)\n");
    let content = |name: &str, body: &str| {
        format!("---\ncontent: {name}\ntopic: rides\nsummary: Hello\n---\n{body}")
    };
    files.insert("content/one.md".to_owned(), content("one", &there));
    files.insert("content/two.md".to_owned(), content("two", "[c](http://10.0.0.1/inside)\n"));
    world.apply(files).await;
    let asked = async |query: &str| {
        let begun = world.json(&format!("POST /api/v1/contents/links{query}\n{JSON}")).await;
        let path = format!("/api/v1/jobs/{}", begun["job"].as_str().expect("a job"));
        world.shown(&path, |it| it["state"] == "done").await["result"].clone()
    };
    let one = asked("?content=one").await;
    assert_eq!((&one["asked"], &one["left_out"]), (&2.into(), &0.into()), "{one}");
    let found = one["findings"].as_array().expect("a list");
    assert_eq!(found.len(), 1, "{one}");
    let expected = format!("`http://{site}/gone` is dead: answers 404");
    assert_eq!(found[0]["message"], expected);
    let place = (&found[0]["severity"], &found[0]["content"], &found[0]["line"]);
    assert_eq!(place, (&"problem".into(), &"one".into(), &6.into()));
    let all = asked("").await;
    let inside =
        all["findings"].as_array().expect("a list").iter().find(|it| it["content"] == "two");
    let said = inside.expect("a finding")["message"].as_str().expect("a text").to_owned();
    assert!(said.contains("could not be asked") && said.contains("[links] allow"), "{said}");
    let none = format!("POST /api/v1/contents/links?content=none\n{JSON}");
    assert_eq!(world.status(&none).await, 404);
}
