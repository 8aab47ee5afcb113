//! What PostHog's SDKs send, and what becomes of it.

use super::captures::{letter, posts};
use super::*;
use base64::Engine;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Each recording and the events of its requests by first letter; `-` is one that is rejected.
const CAPTURES: [(&str, &str); 11] = [
    ("posthog-browser-crossorigin.json", "p i tg t"),
    ("posthog-browser-nocompression.json", "p i tg t"),
    ("posthog-browser.json", "p i tg t"),
    ("posthog-node-retry400.json", "it-a"),
    ("posthog-node-retry429.json", "it-a it-a it-a"),
    ("posthog-node-retry503.json", "it-a it-a it-a"),
    ("posthog-node.json", "it-a"),
    ("posthog-python-retry400.json", "it-a"),
    ("posthog-python-retry429.json", "it-a it-a it-a"),
    ("posthog-python-retry503.json", "it-a it-a it-a"),
    ("posthog-python.json", "it-a"),
];

/// The request as it was on the wire.
fn body(capture: &Json) -> Vec<u8> {
    let body = capture["body"].to_string().into_bytes();
    let steps: Vec<&str> = capture["body_decoding_steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(Json::as_str)
        .collect();
    match steps.as_slice() {
        [] => body,
        ["gzip"] => gzip(&body),
        ["form:data", "base64"] => {
            let text = base64::engine::general_purpose::STANDARD.encode(&body);
            let text = text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
            format!("data={text}&compression=base64").into_bytes()
        }
        other => panic!("{other:?}"),
    }
}

fn played(capture: &Json) -> Received {
    let path = capture["path"].as_str().expect("a path");
    let body = body(capture);
    let endpoint = Endpoint::from_path(path).expect("ours");
    play(&Request { authorization: None, ..request(endpoint, &body) })
}

/// The requests of a recording that carry events; flags are asked for on the same way.
fn with_events(file: &str) -> Vec<Json> {
    posts(file).into_iter().filter(|it| it["path"] != "/flags/").collect()
}

#[test]
fn every_event_of_every_sdk_is_taken_or_named() {
    for (file, expected) in CAPTURES {
        let mut found = Vec::new();
        for capture in with_events(file) {
            let Received::Taken { write_key, events, rejected, .. } = played(&capture) else {
                panic!("{file}: {}", shown(&played(&capture)));
            };
            assert_eq!(write_key, "WK");
            let sent = capture["body"]["batch"].as_array().expect("a batch");
            let (mut events, mut letters) = (events.iter(), String::new());
            for (index, sent) in sent.iter().enumerate() {
                if let Some(it) = rejected.iter().find(|it| it.index == index) {
                    assert_eq!(it.rejection, Rejection::NoIdentity, "{file}: {}", it.detail);
                    letters.push('-');
                    continue;
                }
                let event = events.next().expect("taken or rejected");
                assert_eq!(event.message_id.as_deref(), sent["uuid"].as_str(), "{file}");
                let time =
                    |it: &Json| Timestamp::parse(it.as_str().expect("a time")).expect("a time");
                let skew = super::received() - time(&capture["body"]["sent_at"]);
                assert_eq!(event.time, time(&sent["timestamp"]).plus(skew), "{file}");
                letters.push(letter(event));
            }
            found.push(letters);
        }
        assert_eq!(found.join(" "), expected, "{file}");
    }
}

#[test]
fn the_events_look_like_what_was_asked_of_the_sdk() {
    let check = |file: &str, expected: &[&str]| {
        let mut found = Vec::new();
        for capture in with_events(file) {
            let Received::Taken { events, .. } = played(&capture) else { panic!("{file}") };
            for mut event in events {
                event.context.retain(|name, _| name == "traits");
                event.properties.retain(|name, _| !name.starts_with('$'));
                event.time = super::received();
                found.push(show_event(&event));
            }
        }
        assert_eq!(found, expected, "{file}");
    };
    check(
        "posthog-node.json",
        &[
            r#"identify user=u1 {"email": "ann@example.test", "name": "Ann"}"#,
            r#"track order_completed user=u1 {"revenue": 12.5}"#,
            "alias an1 user=u1",
        ],
    );
    check(
        "posthog-python.json",
        &[
            r#"identify user=u1 {"email": "ann@example.test", "name": "Ann"}"#,
            r#"track order_completed user=u1 {"revenue": 12.5}"#,
            "alias an1 user=u1",
        ],
    );
    let page =
        "http://127.0.0.1:18303/page.html?utm_source=news&utm_medium=email&utm_campaign=spring";
    let device = "anonymous=01a2004a-3e9c-7d12-a95d-fb2a99ef15e5";
    check(
        "posthog-browser.json",
        &[
            &format!(
                r#"page T {device} {{"name": "T", "path": "/page.html", "title": "T", "url": "{page}"}}"#
            ),
            &format!(r#"identify user=u1 {device} {{"email": "ann@example.test"}}"#),
            &format!(r#"track Order Completed user=u1 {device} {{"revenue": 12.5}}"#),
            &format!(r#"group g1 user=u1 {device} {{"group_type": "company", "plan": "pro"}}"#),
            &format!("track $pageleave user=u1 {device}"),
        ],
    );
}

#[test]
fn what_every_event_says_of_its_surroundings_is_in_the_context() {
    let first = &with_events("posthog-browser.json")[0];
    let Received::Taken { events, .. } = played(first) else { panic!("refused") };
    let context = &events[0].context;
    let check = |path: &str, expected: &str| {
        let found = Value::at(context, path).map(Value::to_string).unwrap_or_default();
        assert_eq!(found, expected, "{path}");
    };
    check("page.path", "/page.html");
    check("page.title", "T");
    check("page.referrer", "");
    check("locale", "en-US");
    check("timezone", "UTC");
    check("os.name", "Linux");
    check("screen.width", "1280");
    check("library.name", "web");
    check("campaign.name", "spring");
    check("campaign.source", "news");
    check("campaign.term", "");
    let kept: Vec<&String> = events[0].properties.keys().filter(|it| it.contains("sdk")).collect();
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn a_retried_event_has_the_id_of_its_first_try() {
    for (file, _) in CAPTURES.iter().filter(|it| it.0.contains("retry")) {
        let (mut refused, mut accepted) = (BTreeSet::new(), BTreeSet::new());
        for capture in with_events(file) {
            let Received::Taken { events, .. } = played(&capture) else { panic!("{file}") };
            let ids = if capture["answered"] == 200 { &mut accepted } else { &mut refused };
            for event in events {
                let id = event.message_id.as_deref().expect("SDKs name their events");
                ids.insert(dedup_id(&event.source, id));
            }
        }
        assert!(!refused.is_empty(), "{file}");
        // On 400 these SDKs give up; on 429 and 503 they come again.
        assert_eq!(refused.is_subset(&accepted), !file.contains("retry400"), "{file}");
    }
}

/// One event between the words that all have; what came of it.
fn check(event: &str, expected: &str) {
    let body = format!(r#"{{"api_key":"WK","batch":[{event}]}}"#);
    let request = Request { authorization: None, ..request(Endpoint::PostHog, body.as_bytes()) };
    assert_eq!(shown(&play(&request)), expected, "for {event}");
}

#[test]
fn an_id_is_a_users_unless_the_sdk_says_otherwise() {
    check(r#"{"event":"E","distinct_id":"u"}"#, "track E user=u");
    check(r#"{"event":"E","distinct_id":42}"#, "track E user=42");
    check(r#"{"event":"E","properties":{"distinct_id":"u"}}"#, "track E user=u");
    let with = |properties: &str| {
        format!(r#"{{"event":"E","distinct_id":"u","properties":{{{properties}}}}}"#)
    };
    check(&with(r#""$is_identified":true"#), "track E user=u");
    check(&with(r#""$is_identified":false"#), "track E anonymous=u");
    check(&with(r#""$process_person_profile":false"#), "track E anonymous=u");
    check(
        &with(r#""$device_id":"u""#),
        "track E anonymous=u context={\"device\": {\"id\": \"u\"}}",
    );
    check(
        &with(r#""$device_id":"d""#),
        "track E user=u anonymous=d context={\"device\": {\"id\": \"d\"}}",
    );
    check(
        r#"{"event":"$identify","distinct_id":"u","properties":{"$anon_distinct_id":"a"},"$set":{"plan":"pro"}}"#,
        r#"identify user=u anonymous=a {"plan": "pro"}"#,
    );
    let nobody = "#0 no_identity: it needs `userId`, `anonymousId`, or an e-mail or phone trait";
    check(r#"{"event":"E","distinct_id":""}"#, nobody);
    check(r#"{"event":"E","distinct_id":null}"#, nobody);
    // Shared by everybody whose browser may keep nothing.
    check(r#"{"event":"E","distinct_id":"$posthog_cookieless"}"#, nobody);
    check(
        r#"{"event":"E","distinct_id":{}}"#,
        "#0 bad_field: `distinct_id` is an object, not text",
    );
}

#[test]
fn traits_are_stated_by_any_event_and_taken_away() {
    check(
        r#"{"event":"E","distinct_id":"u","$set":{"a":1},"properties":{"$set":{"b":2},"$unset":["c"],"d":3}}"#,
        r#"track E user=u {"d": 3} context={"traits": {"a": 1, "b": 2, "c": null}}"#,
    );
    check(
        r#"{"event":"$set","distinct_id":"u","$set":{"a":1},"$set_once":{"first":"x"}}"#,
        r#"identify user=u {"a": 1} context={"set_once": {"first": "x"}}"#,
    );
    check(
        r#"{"event":"$set","distinct_id":"u","$set":7}"#,
        "#0 bad_field: `$set` is a number, not an object",
    );
}

#[test]
fn groups_belong_to_people() {
    let group = |id: &str, more: &str| {
        format!(
            r#"{{"event":"$groupidentify","distinct_id":"{id}","properties":{{"$group_type":"company","$group_key":"g1","$group_set":{{"plan":"pro"}}{more}}}}}"#
        )
    };
    let taken = r#"group g1 user=u {"group_type": "company", "plan": "pro"}"#;
    check(&group("u", ""), taken);
    check(&group("u", r#","$is_server":true"#), taken);
    let refused = "#0 no_identity: it describes a group and names none of its people";
    check(&group("$company_g1", ""), refused);
    check(&group("afa9a682-e2cb-4c6f-bad2-2f86a0aff517", r#","$is_server":true"#), refused);
}

#[test]
fn an_alias_joins_what_is_anonymous_to_the_user() {
    let alias = |id: &str, alias: &str, more: &str| {
        format!(
            r#"{{"event":"$create_alias","distinct_id":"{id}","properties":{{"alias":"{alias}"{more}}}}}"#
        )
    };
    check(&alias("u", "a", ""), "alias a user=u");
    check(&alias("a", "u", r#","$is_identified":false"#), "alias a user=u");
    check(
        &alias("a", "u", r#","$lib":"posthog-python""#),
        r#"alias a user=u context={"library": {"name": "posthog-python"}}"#,
    );
}

#[test]
fn times_are_read_by_the_clock_of_the_sender() {
    let check = |around: &str, event: &str, expected: &str| {
        let body = format!(r#"{{"api_key":"WK"{around},"batch":[{event}]}}"#);
        let request = request(Endpoint::PostHog, body.as_bytes());
        assert_eq!(shown(&play(&request)), expected, "for {around} {event}");
    };
    let at = |time: &str| format!(r#"{{"event":"E","distinct_id":"u"{time}}}"#);
    // The tests' clock shows 09:00.
    let hour_ahead = r#","sent_at":"2026-11-22T10:00:00Z""#;
    check(
        "",
        &at(r#","timestamp":"2026-11-22T08:00:00Z""#),
        "track E user=u at 2026-11-22T08:00:00Z",
    );
    check(
        hour_ahead,
        &at(r#","timestamp":"2026-11-22T09:30:00+00:00""#),
        "track E user=u at 2026-11-22T08:30:00Z",
    );
    check("", &at(r#","offset":60000"#), "track E user=u at 2026-11-22T08:59:00Z");
    check(hour_ahead, &at(r#","offset":60000"#), "track E user=u at 2026-11-22T08:59:00Z");
    check("", &at(r#","offset":"soon""#), "#0 bad_time: `offset` is not a number of milliseconds");
    check("", &at(""), "track E user=u");
    let yesterday = r#","historical_migration":true"#;
    check(yesterday, &at(""), "track E user=u (historical)");
    check(r#","historical_migration":"yes""#, &at(""), "track E user=u");
}

#[test]
fn one_event_a_list_and_a_form_are_bodies_too() {
    let check = |body: &str, expected: &str| {
        let request =
            Request { authorization: None, ..request(Endpoint::PostHog, body.as_bytes()) };
        let shown = shown(&play(&request));
        assert!(shown.starts_with(expected), "{shown} for {body}");
    };
    check(r#"{"api_key":"WK","event":"E","distinct_id":"u"}"#, "track E user=u");
    check(r#"{"token":"WK","event":"E","distinct_id":"u"}"#, "track E user=u");
    check(r#"{"event":"E","properties":{"token":"WK","distinct_id":"u"}}"#, "track E user=u");
    check(r#"[{"event":"E","properties":{"token":"WK","distinct_id":"u"}}]"#, "track E user=u");
    check("data=%7B%22api_key%22%3A%22WK%22%2C%22batch%22%3A%5B%5D%7D", "");
    check("data=eyJhcGlfa2V5IjoiV0siLCJiYXRjaCI6W119", "");
    check("data=!!!", "400 bad_encoding: the form's `data` is neither JSON nor");
    check("x=1", "400 bad_json");
    check("[]", "401 bad_write_key: send it as `api_key`");
    check("[{", "400 bad_json");
    check("{", "400 bad_json");
    check(r#"{"api_key":"WK"}"#, "400 not_a_batch: write {\"batch\"");
    check(r#"{"api_key":"X","batch":[]}"#, "401 bad_write_key: no source has");
    check(r#"{"batch":[]}"#, "401 bad_write_key: send it as `api_key`");
    check(r#"{"api_key":"WK","batch":[7,{}]}"#, "#0 not_an_object");
    check(r#"{"api_key":"WK","batch":[{"distinct_id":"u"}]}"#, "#0 no_name");
    let many = format!(r#"{{"api_key":"WK","batch":[{}7]}}"#, "7,".repeat(10_000));
    check(&many, "413 too_many_events: 10001 events");
    let deep = format!(
        r#"{{"api_key":"WK","batch":[{{"event":"E","distinct_id":"u","properties":{}1{}}}]}}"#,
        r#"{"a":"#.repeat(40),
        "}".repeat(40)
    );
    check(&deep, "#0 too_deep: more than 32 levels");
}

#[test]
fn half_a_character_is_mended() {
    check(r#"{"event":"E \ud83d","distinct_id":"u"}"#, "track E \u{fffd} user=u");
}

proptest::proptest! {
    /// No bytes make it panic, and whatever is taken has somebody.
    #[test]
    fn nothing_breaks_it(body in ".{0,200}", properties in r#"(\{|\}|\[|\]|"|:|,|\$set|token|alias|1|x){0,30}"#) {
        let event = format!(r#"{{"api_key":"WK","batch":[{{"event":"$create_alias","distinct_id":"u","properties":{properties}}}]}}"#);
        for body in [body.as_bytes(), event.as_bytes(), format!("data={body}").as_bytes()] {
            if let Received::Taken { events, .. } = play(&request(Endpoint::PostHog, body)) {
                for event in events {
                    proptest::prop_assert!(!event.identifiers().is_empty());
                }
            }
        }
    }
}
