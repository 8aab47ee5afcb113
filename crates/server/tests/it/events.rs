//! The debugger and the sources.

use crate::world::World;
use serde_json::Value as Json;

const JSON: &str = "content-type: application/json";

#[tokio::test]
async fn a_source_is_made_and_its_key_works_at_once() {
    let world = World::signed_in().await;
    let made = async |name: &str| {
        world.json(&format!("POST /api/v1/sources\n{JSON}\n\n{{\"name\":\"{name}\"}}")).await
    };
    let first = made("Mobile app").await;
    let second = made("mobile APP!").await;
    assert_eq!(
        (first["id"].as_str(), second["id"].as_str()),
        (Some("mobile-app"), Some("mobile-app-2"))
    );
    let key = first["write_key"].as_str().expect("a key");
    let event = format!(
        "POST /v1/track?writeKey={key}\n\n{{\"userId\":\"u1\",\"event\":\"Seen\",\"messageId\":\"m1\"}}"
    );
    assert_eq!(world.status(&event).await, 200);
    assert_eq!(world.status(&event).await, 200);
    let listed = world.json("GET /api/v1/sources").await;
    let source = listed["sources"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|it| it["id"] == "mobile-app")
        .expect("ours");
    let counts = format!(
        "{} {} {} {}",
        source["accepted"],
        source["rejected"],
        source["duplicates"],
        source["last_at"].is_string()
    );
    assert_eq!(counts, "1 0 1 true");
}

#[tokio::test]
async fn the_last_events_are_shown_with_their_reasons() {
    let world = World::signed_in().await;
    let body = r#"{"batch":[{"type":"track","userId":"u1","event":"Kept","properties":{"price":7}},{"type":"track","event":"Lost"}]}"#;
    world.ask(&format!("POST /v1/batch?writeKey=WK\n\n{body}")).await;
    let events = world.json("GET /api/v1/events?source=shop&limit=10").await;
    let mut shown: Vec<String> =
        events["events"].as_array().expect("a list").iter().map(show).collect();
    shown.sort();
    assert_eq!(shown, ["track Kept taken", "track Lost no_identity"]);
    assert_eq!(world.json("GET /api/v1/events?source=other").await["events"], Json::Array(vec![]));
}

#[tokio::test]
async fn the_debugger_forgets_the_oldest_first() {
    let world = World::signed_in().await;
    let event = |n: usize| format!(r#"{{"type":"track","userId":"u1","event":"E{n}"}}"#);
    let batch: Vec<String> = (0..500).map(event).collect();
    world.ask(&format!("POST /v1/batch?writeKey=WK\n\n{{\"batch\":[{}]}}", batch.join(","))).await;
    let events = world.json("GET /api/v1/events?limit=1000").await;
    let events = events["events"].as_array().expect("a list");
    assert_eq!(events.len(), 200);
    assert_eq!(events[0]["name"], "E499");
}

#[tokio::test]
async fn an_event_is_streamed_as_it_arrives() {
    let world = World::signed_in().await;
    let response = world.respond("GET /api/v1/events/stream?source=shop", Vec::new()).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    world.ask("POST /v1/track?writeKey=WK\n\n{\"userId\":\"u1\",\"event\":\"Live\"}").await;
    let chunk = futures_util::StreamExt::next(&mut stream).await.expect("an event").expect("bytes");
    let text = String::from_utf8_lossy(&chunk).into_owned();
    let json: Json =
        serde_json::from_str(text.trim().strip_prefix("data: ").expect("data")).expect("JSON");
    assert_eq!(show(&json), "track Live taken");
}

fn show(event: &Json) -> String {
    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let outcome = match event["accepted"].as_bool() {
        Some(true) => "taken".to_owned(),
        Some(false) | None => event["rejection"]["code"].as_str().unwrap_or("-").to_owned(),
    };
    format!("{} {} {outcome}", text("kind"), text("name"))
}
