//! What real SDKs send, replayed and compared with a slow, obvious reading of the recordings.

use super::*;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::Path;

/// Each recording and the events of its requests by first letter, as counted by another program.
const CAPTURES: [(&str, &str); 25] = [
    ("analytics-python-legacy.json", "itpsga"),
    ("rudder-browser-beacon.json", "itpga"),
    ("rudder-browser-crossorigin.json", "i p g a t"),
    ("rudder-browser.json", "i t p g a"),
    ("rudder-node-retry400.json", "i"),
    ("rudder-node-retry429.json", "i i i tpsga"),
    ("rudder-node-retry503.json", "i i i tpsga"),
    ("rudder-node.json", "i tpsga"),
    ("rudder-python-nogzip.json", "itpsga"),
    ("rudder-python-retry400.json", "itpsga itpsga itpsga"),
    ("rudder-python-retry429.json", "itpsga itpsga itpsga"),
    ("rudder-python-retry503.json", "itpsga itpsga itpsga"),
    ("rudder-python.json", "itpsga"),
    ("segment-browser-batching.json", "itpga"),
    ("segment-browser-crossorigin.json", "i t p g a"),
    ("segment-browser.json", "i t p g a"),
    ("segment-node-retry400.json", "itpsga"),
    ("segment-node-retry429.json", "itpsga itpsga itpsga"),
    ("segment-node-retry503.json", "itpsga itpsga itpsga"),
    ("segment-node.json", "itpsga"),
    ("segment-python-gzip.json", "itpsga"),
    ("segment-python-retry400.json", "itpsga"),
    ("segment-python-retry429.json", "itpsga itpsga itpsga"),
    ("segment-python-retry503.json", "itpsga itpsga itpsga"),
    ("segment-python.json", "itpsga"),
];

#[test]
fn every_event_of_every_sdk_is_taken_as_it_was_meant() {
    for (file, expected) in CAPTURES {
        let mut letters = Vec::new();
        for capture in posts(file) {
            let events = taken(&capture);
            let meant: Vec<Event> =
                sent_events(&capture).map(|it| read_slowly(it, &capture)).collect();
            assert_eq!(events, meant, "{file}");
            // What is written again is read as the same, by the time that was made of it.
            for event in &events {
                let written = event_to_json(event).to_string();
                let arrival = Arrival {
                    source: &event.source,
                    received: event.received,
                    sent_at: None,
                    historical: false,
                    event_type: None,
                    anonymous_id: None,
                };
                let read = event_from_json(&written, &arrival, &Limits::default());
                assert_eq!(read.as_ref(), Ok(event), "{file}: {written}");
            }
            letters.push(events.iter().map(letter).collect::<String>());
        }
        assert_eq!(letters.join(" "), expected, "{file}");
    }
}

#[test]
fn the_events_look_like_what_was_asked_of_the_sdk() {
    let check = |file: &str, expected: &[&str]| {
        let mut found = Vec::new();
        for capture in posts(file) {
            for mut event in taken(&capture) {
                event.context.clear();
                event.time = super::received();
                found.push(show_event(&event));
            }
        }
        assert_eq!(found, expected, "{file}");
    };
    check(
        "segment-node.json",
        &[
            r#"identify user=u1 {"email": "ann@example.test", "name": "Ann"}"#,
            r#"track Order Completed user=u1 {"currency": "EUR", "products": [{"qty": 1, "sku": "a"}], "revenue": 12.5}"#,
            r#"page Home anonymous=an1 {"name": "Home", "url": "https://x.test/"}"#,
            r#"screen Main user=u1 {"name": "Main"}"#,
            r#"group g1 user=u1 {"plan": "pro"}"#,
            "alias an1 user=u1",
        ],
    );
    check(
        "rudder-node.json",
        &[
            r#"identify user=u1 {"email": "ann@example.test", "name": "Ann"}"#,
            r#"track Order Completed user=u1 {"revenue": 12.5}"#,
            r#"page Home anonymous=an1 {"name": "Home"}"#,
            r#"screen Main user=u1 {"name": "Main"}"#,
            r#"group g1 user=u1 {"plan": "pro"}"#,
            "alias an1 user=u1",
        ],
    );
    check(
        "analytics-python-legacy.json",
        &[
            r#"identify user=u1 {"email": "ann@example.test", "name": "Ann"}"#,
            r#"track Order Completed user=u1 {"currency": "EUR", "revenue": 12.5}"#,
            r#"page Home user=u1 {"category": "cat", "name": "Home", "url": "https://x.test/"}"#,
            r#"screen Main user=u1 {"category": "cat", "name": "Main"}"#,
            r#"group g1 user=u1 {"plan": "pro"}"#,
            "alias an1 user=u1",
        ],
    );
}

#[test]
fn a_retried_event_has_the_id_of_its_first_try() {
    for (file, _) in CAPTURES.iter().filter(|it| it.0.contains("retry")) {
        let gives_up = file.contains("retry400") && !file.starts_with("rudder-python");
        let (mut refused, mut accepted) = (BTreeSet::new(), BTreeSet::new());
        for capture in posts(file) {
            for event in taken(&capture) {
                let id = event.message_id.as_deref().expect("SDKs name their events");
                let ids = if capture["answered"] == 200 { &mut accepted } else { &mut refused };
                ids.insert(dedup_id(&event.source, id));
            }
        }
        assert!(!refused.is_empty(), "{file}");
        assert_eq!(refused.is_subset(&accepted), !gives_up, "{file}");
    }
}

#[test]
fn the_browser_sdks_find_their_settings() {
    let settings: Json =
        serde_json::from_str(&settings::segment("W\"K", "https://events.example.org/"))
            .expect("JSON");
    let destination = &settings["integrations"]["Segment.io"];
    assert_eq!(destination["apiKey"], "W\"K");
    assert_eq!(destination["apiHost"], "events.example.org/v1");
    assert_eq!(destination["protocol"], "https");
    let config: Json = serde_json::from_str(&settings::rudder("WK")).expect("JSON");
    assert_eq!(config["source"]["writeKey"], "WK");
    assert_eq!(config["source"]["enabled"], true);
}

/// The requests of a recording that carry events. Those before them only ask: for settings, or
/// whether another origin may send.
#[expect(clippy::disallowed_methods, reason = "the recordings are files, and this is their test")]
pub(super) fn posts(file: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sdk").join(file);
    let text = std::fs::read_to_string(&path).expect("a recording");
    let recording: Json = serde_json::from_str(&text).expect("JSON");
    let requests = recording["requests"].as_array().expect("requests").iter();
    requests.filter(|it| it["method"] == "POST").cloned().collect()
}

fn taken(capture: &Json) -> Vec<Event> {
    let mut body = capture["body"].to_string().into_bytes();
    if capture["body_decoding_steps"][0] == "gzip" {
        body = gzip(&body);
    }
    let header = |name: &str| {
        let headers = capture["headers"].as_object().expect("headers");
        headers.iter().find(|it| it.0.eq_ignore_ascii_case(name)).and_then(|it| it.1.as_str())
    };
    let request = Request {
        endpoint: Endpoint::from_path(capture["path"].as_str().expect("a path")).expect("ours"),
        content_encoding: header("content-encoding"),
        authorization: header("authorization"),
        query_write_key: capture["query"]["writeKey"].as_str(),
        anonymous_id_header: header("anonymousid"),
        sent_at_header: header("sentat"),
        body: &body,
    };
    assert_eq!(write_key(&request).as_deref(), Some("WK"));
    let Received::Taken { write_key, source, events, rejected } = play(&request) else {
        panic!("refused: {capture}");
    };
    assert_eq!((write_key.as_str(), source, rejected), ("WK", super::source(), vec![]));
    events
}

fn sent_events(capture: &Json) -> Box<dyn Iterator<Item = &Json> + '_> {
    match capture["body"]["batch"].as_array() {
        Some(batch) => Box::new(batch.iter()),
        None => Box::new(std::iter::once(&capture["body"])),
    }
}

fn read_slowly(sent: &Json, capture: &Json) -> Event {
    let text = |field: &str| sent[field].as_str().unwrap_or("").to_owned();
    let map = |field: &str| match sent.get(field) {
        Some(map) => serde_json::from_value(map.clone()).expect("a map"),
        None => model::Map::new(),
    };
    let time = |json: &Json| Timestamp::parse(json.as_str()?).ok();
    let mut properties = map("properties");
    for field in ["name", "category"] {
        if matches!(&*text("type"), "page" | "screen") && !text(field).is_empty() {
            properties.insert(field.to_owned(), Value::from(text(field)));
        }
    }
    let (kind, properties) = match &*text("type") {
        "track" => (EventKind::Track { name: text("event") }, properties),
        "identify" => (EventKind::Identify, map("traits")),
        "page" => (EventKind::Page { name: text("name") }, properties),
        "screen" => (EventKind::Screen { name: text("name") }, properties),
        "group" => (EventKind::Group { group_id: text("groupId") }, map("traits")),
        "alias" => (EventKind::Alias { previous_id: text("previousId") }, model::Map::new()),
        other => panic!("{other}"),
    };
    let happened = time(&sent["timestamp"]).or(time(&sent["originalTimestamp"])).expect("a time");
    let left = time(&capture["body"]["sentAt"]).or(time(&sent["sentAt"])).expect("a time");
    Event {
        source: source(),
        message_id: sent["messageId"].as_str().map(str::to_owned),
        kind,
        user_id: sent["userId"].as_str().map(str::to_owned),
        anonymous_id: sent["anonymousId"].as_str().map(str::to_owned),
        properties,
        context: map("context"),
        time: super::received() - (left - happened),
        received: super::received(),
        flags: model::EventFlags::default(),
    }
}

pub(super) fn letter(event: &Event) -> char {
    match event.kind {
        EventKind::Track { .. } => 't',
        EventKind::Identify => 'i',
        EventKind::Page { .. } => 'p',
        EventKind::Screen { .. } => 's',
        EventKind::Group { .. } => 'g',
        EventKind::Alias { .. } => 'a',
    }
}
