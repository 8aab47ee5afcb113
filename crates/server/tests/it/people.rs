//! Looking people up, and what happened with them.

use crate::world::World;
use model::Timestamp;
use serde_json::Value as Json;

#[tokio::test]
async fn people_are_found_and_paged() {
    let world = World::signed_in().await;
    let events: Vec<String> = (0..5)
        .map(|n| format!(r#"{{"type":"identify","userId":"u{n}","traits":{{"name":"Person {n}","email":"u{n}@x.test"}}}}"#))
        .collect();
    world.track(&events.join(",")).await;
    let names = |page: &Json| -> String {
        let people = page["people"].as_array().expect("a list").iter();
        people.map(|it| it["name"].as_str().unwrap_or_default().replace("Person ", "")).collect()
    };
    let first = world.json("GET /api/v1/people?limit=2").await;
    assert_eq!((names(&first).as_str(), &first["total"]), ("43", &Json::from(5)));
    let cursor = first["next_cursor"].as_str().expect("more");
    let second = world.json(&format!("GET /api/v1/people?limit=3&cursor={cursor}")).await;
    assert_eq!((names(&second).as_str(), &second["next_cursor"]), ("210", &Json::Null));
    let found = world.json("GET /api/v1/people?q=u3@x.test").await;
    assert_eq!((names(&found).as_str(), &found["total"]), ("3", &Json::from(1)));
    assert_eq!(found["people"][0]["identifiers"][0], "user_id:u3");
}

#[tokio::test]
async fn a_person_is_shown_whole() {
    let world = World::signed_in().await;
    let mail = world.with_mail().await;
    let person = world.json(&format!("GET /api/v1/people/{}", mail.person)).await;
    assert_eq!(
        (person["name"].as_str(), person["id"].as_str()),
        (Some("Ann"), Some(mail.person.to_string().as_str()))
    );
    assert_eq!(person["identifiers"][1]["value"], "ann@example.test");
    assert_eq!(person["audiences"][0]["name"], "buyers");
    assert_eq!(person["consents"][0]["state"], "granted");
    assert_eq!(person["wishes"]["limit"], Json::Null);
}

#[tokio::test]
async fn the_timeline_holds_events_messages_and_consents_newest_first() {
    let world = World::signed_in().await;
    let mail = world.with_mail().await;
    let page = world.json(&format!("GET /api/v1/people/{}/timeline", mail.person)).await;
    let items = page["items"].as_array().expect("a list");
    let times: Vec<&str> = items.iter().filter_map(|it| it["at"].as_str()).collect();
    let parsed: Vec<i64> =
        times.iter().map(|it| model::Timestamp::parse(it).expect("a time").millis()).collect();
    assert!(parsed.is_sorted_by(|a, b| b <= a), "{times:?}");
    let mut shown: Vec<String> = items
        .iter()
        .map(|it| {
            format!(
                "{} {}",
                it["kind"].as_str().unwrap_or("-"),
                it["title"].as_str().unwrap_or("-")
            )
        })
        .collect();
    shown.sort();
    assert_eq!(
        shown,
        [
            "consent said yes to everything by email",
            "event Form Sent",
            "event Identify",
            "event Order Completed",
            "message receipt",
        ]
    );
    let message = items.iter().find(|it| it["kind"] == "message").expect("the mail");
    assert_eq!(
        (message["state"].as_str(), message["reason"]["code"].as_str()),
        (Some("sent"), Some("sent"))
    );
    assert_eq!(message["trail"][0]["code"], "created");
}

#[tokio::test]
async fn a_long_timeline_is_paged_without_gap_or_double() {
    let world = World::signed_in().await;
    for batch in 0..3 {
        let orders: Vec<String> = (0..20)
            .map(|n| format!(r#"{{"type":"track","event":"Order Completed","userId":"ann","timestamp":"2026-01-0{}T00:00:{n:02}Z"}}"#, batch + 1))
            .collect();
        world.track(&orders.join(",")).await;
    }
    // Messages as well, so that there is more than one page.
    let orders: Vec<String> = (0..30).map(|n| format!(r#"{{"type":"track","event":"Order Completed","userId":"ann","properties":{{"n":{n}}}}}"#)).collect();
    world
        .track(&format!(
            r#"{{"type":"identify","userId":"ann","traits":{{"email":"ann@example.test"}}}},{}"#,
            orders.join(",")
        ))
        .await;
    let person = world.person("ann");
    let mut cursor = String::new();
    let mut seen: Vec<String> = Vec::new();
    loop {
        let page =
            world.json(&format!("GET /api/v1/people/{person}/timeline?cursor={cursor}")).await;
        seen.extend(page["items"].as_array().expect("a list").iter().map(|it| it.to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert!(50 < seen.len(), "{} items", seen.len());
    let messages: Vec<&String> =
        seen.iter().filter(|it| it.contains("\"kind\":\"message\"")).collect();
    let unique: std::collections::BTreeSet<&&String> = messages.iter().collect();
    assert_eq!(messages.len(), unique.len());
    assert_eq!(messages.len(), 30);
}

#[tokio::test]
async fn who_was_merged_away_is_found_as_who_they_are_now() {
    let world = World::signed_in().await;
    world.track(r#"{"type":"track","event":"Looked","anonymousId":"cookie"}"#).await;
    world.track(r#"{"type":"identify","userId":"bob","traits":{"name":"Bob"}}"#).await;
    world.track(r#"{"type":"track","event":"Bought","userId":"bob","anonymousId":"cookie"}"#).await;
    let bob = world.person("bob");
    let other = if bob.0 == 1 { "p2" } else { "p1" };
    let person = world.json(&format!("GET /api/v1/people/{other}")).await;
    assert_eq!(
        (person["id"].as_str(), person["merged"][0]["absorbed"].as_str()),
        (Some(bob.to_string().as_str()), Some(other))
    );
    let timeline = world.json(&format!("GET /api/v1/people/{other}/timeline")).await;
    let merges =
        timeline["items"].as_array().expect("a list").iter().filter(|it| it["kind"] == "merge");
    assert_eq!(merges.count(), 1);
}

#[tokio::test]
async fn a_message_explains_itself() {
    let world = World::signed_in().await;
    let mail = world.with_mail().await;
    let lines = server::why::why(&world.store, &world.handle.loaded(), mail.id, Timestamp::MAX)
        .expect("the store")
        .expect("a message");
    let text = lines.join("\n");
    for words in [
        "content `receipt`",
        "journey `thanks`",
        "begins with the event `Order Completed`",
        "It ended",
        "sent by email",
    ] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    assert!(!text.contains("ann@example.test"), "{text}");
    assert_eq!(
        server::why::why(
            &world.store,
            &world.handle.loaded(),
            model::MessageId(999),
            Timestamp::MAX
        )
        .expect("the store"),
        None
    );
}
