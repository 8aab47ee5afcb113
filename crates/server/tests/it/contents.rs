//! Contents as somebody would get them, and what does not agree within a campaign.

use crate::world::World;
use serde_json::{Value as Json, json};

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
