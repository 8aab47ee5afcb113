//! What SDKs send, and what hostile senders send.

use crate::world::{WRITE_KEY, World};
use serde_json::Value as Json;
use std::io::Write;
use std::path::Path;

#[tokio::test]
async fn events_are_taken_with_the_key_in_each_of_its_places() {
    let world = World::new().await;
    let ok = r#"200 {"accepted":1,"rejected":[],"success":true}"#;
    let event = r#"{"userId":"u1","event":"Seen"}"#;
    world.check(&format!("POST /v1/track\nauthorization: Basic V0s6\n\n{event}"), ok).await;
    world.check(&format!("POST /v1/t?writeKey={WRITE_KEY}\n\n{event}"), ok).await;
    world
        .check(
            r#"POST /v1/batch

{"writeKey":"WK","batch":[{"type":"track","userId":"u1","event":"Seen"}]}"#,
            ok,
        )
        .await;
    world
        .check(
            r#"POST /beacon/v1/batch?writeKey=WK

{"batch":[{"type":"page","anonymousId":"a1"}]}"#,
            ok,
        )
        .await;
    for short in ["i", "p", "s"] {
        world.check(&format!("POST /v1/{short}?writeKey=WK\n\n{{\"userId\":\"u1\"}}"), ok).await;
    }
    assert_eq!(world.facts("Seen").len(), 3);
}

/// Once the first request read the sources, and those beside it were told that their key is wrong.
#[tokio::test]
async fn requests_right_after_the_start_are_not_refused_for_their_key() {
    let world = World::new().await;
    let ask = || world.status("POST /v1/track?writeKey=WK\n\n{\"event\":\"A\",\"userId\":\"u\"}");
    let answers = tokio::join!(ask(), ask(), ask(), ask());
    assert_eq!(answers, (200, 200, 200, 200));
}

#[tokio::test]
async fn one_bad_event_does_not_cost_the_others() {
    let world = World::new().await;
    let body = r#"{"batch":[{"type":"track","userId":"u1","event":"Kept"},{"type":"track","userId":"u1"},7]}"#;
    let answer = world.json(&format!("POST /v1/batch?writeKey=WK\n\n{body}")).await;
    assert_eq!(answer["accepted"], 1);
    let reasons: Vec<String> = answer["rejected"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {}", it["index"], it["reason"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(reasons, ["1 no_name", "2 not_an_object"]);
    assert_eq!(world.facts("Kept").len(), 1);
}

#[tokio::test]
async fn hostile_bodies_are_refused_by_name_and_nothing_is_taken() {
    let world = World::with(|it| {
        it.limits.collection.body_bytes_max = 4_096;
        it.limits.collection.unpacked_bytes_max = 65_536;
    })
    .await;
    let before = world.events();
    let check = async |head: &str, body: Vec<u8>, expected: &str| {
        let answer = world.ask_bytes(head, body).await;
        let json: Json = serde_json::from_str(&answer.body).unwrap_or_default();
        let shown =
            format!("{} {}", answer.status.as_u16(), json["reason"].as_str().unwrap_or("-"));
        assert_eq!(shown, expected, "for {head}");
    };
    let path = "POST /v1/batch?writeKey=WK";
    check(path, b"{".to_vec(), "400 bad_json").await;
    check(path, b"{}".to_vec(), "400 not_a_batch").await;
    check(path, vec![0xff, 0xfe], "400 bad_utf8").await;
    check(path, vec![b' '; 5_000], "413 body_too_large").await;
    check(path, gzip(&vec![b' '; 1_000_000]), "413 bad_encoding").await;
    check(path, gzip(b"{\"batch\":[")[..12].to_vec(), "400 bad_encoding").await;
    check(&format!("{path}\ncontent-encoding: br"), b"{}".to_vec(), "400 bad_encoding").await;
    check("POST /v1/batch", b"{\"batch\":[]}".to_vec(), "401 bad_write_key").await;
    check("POST /v1/batch?writeKey=nope", b"{\"batch\":[]}".to_vec(), "401 bad_write_key").await;
    assert_eq!(world.status("POST /v1/nothing?writeKey=WK\n\n{}").await, 404);
    assert_eq!(world.status("PUT /v1/track?writeKey=WK\n\n{}").await, 405);
    assert_eq!(world.events(), before);
}

#[tokio::test]
async fn a_body_that_lies_about_its_length_is_stopped_while_it_is_read() {
    let world = World::with(|it| it.limits.collection.body_bytes_max = 4_096).await;
    // A stream without a length: nothing is known before it is read.
    let chunks =
        futures_util::stream::iter((0..64).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1_024])));
    let answer =
        world.ask_stream("POST /v1/batch?writeKey=WK", axum::body::Body::from_stream(chunks)).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
}

#[tokio::test]
async fn what_is_not_on_disk_is_never_acknowledged() {
    let world = World::new().await;
    let before = world.events();
    let request = r#"POST /v1/track?writeKey=WK

{"userId":"u1","event":"Seen","messageId":"m-1"}"#;
    world.log.set_failing(true);
    let answer = world.ask(request).await;
    assert_eq!(answer.status, 503);
    assert_ne!(answer.header("retry-after"), "");
    assert!(!answer.body.contains("accepted"), "{}", answer.body);
    assert_eq!(world.events(), before);
    // The same event again, now that the log works: it is not taken for a known one.
    world.log.set_failing(false);
    assert_eq!(world.status(request).await, 200);
    assert_eq!(world.facts("Seen").len(), 1);
    // And once more: acknowledged, and written only once.
    assert_eq!(world.status(request).await, 200);
    assert_eq!(world.facts("Seen").len(), 1);
}

#[tokio::test]
async fn a_full_disk_refuses_events_and_never_a_withdrawal() {
    let world = World::with(|it| {
        it.data_dir = Some(std::env::temp_dir());
        it.limits.free_bytes_min = u64::MAX;
    })
    .await;
    let answer =
        world.ask("POST /v1/track?writeKey=WK\n\n{\"userId\":\"u1\",\"event\":\"Seen\"}").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), "30");
    assert_eq!(world.status("GET /readyz").await, 503);
    assert_eq!(world.status("GET /healthz").await, 200);
    let link =
        content::Link::Unsubscribe { person: model::PersonId(1), message: model::MessageId(1) };
    assert_eq!(world.status(&format!("POST {}\n\nscope=everything", world.path(&link))).await, 200);
}

#[tokio::test]
async fn too_many_bodies_at_once_are_told_to_come_back() {
    let world = World::with(|it| it.limits.bodies_bytes_max = 1_024).await;
    let body =
        format!(r#"{{"userId":"u1","event":"Seen","properties":{{"x":"{}"}}}}"#, "y".repeat(2_000));
    let answer = world.ask(&format!("POST /v1/track?writeKey=WK\n\n{body}")).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn browsers_may_send_from_any_page_with_the_headers_they_ask_for() {
    let world = World::new().await;
    let mut checked = 0;
    for file in ["segment-browser-crossorigin.json", "rudder-browser-crossorigin.json"] {
        for capture in captured(file) {
            let text =
                |name: &str| capture["headers"][name].as_str().unwrap_or_default().to_owned();
            if capture["method"] != "OPTIONS" {
                continue;
            }
            let path = capture["path"].as_str().expect("a path");
            let (origin, asked) = (text("Origin"), text("Access-Control-Request-Headers"));
            let answer = world
                .ask(&format!("OPTIONS {path}?writeKey=WK\norigin: {origin}\naccess-control-request-method: POST\naccess-control-request-headers: {asked}"))
                .await;
            assert_eq!(answer.status, 204, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert_eq!(answer.header("access-control-allow-headers"), asked);
            assert!(answer.header("access-control-allow-methods").contains("POST"));
            checked += 1;
        }
    }
    assert!(3 < checked, "{checked} preflights were found");
}

#[tokio::test]
async fn everything_the_sdks_sent_is_acknowledged() {
    let world = World::new().await;
    for file in [
        "segment-node.json",
        "rudder-node.json",
        "segment-browser.json",
        "rudder-browser.json",
        "segment-python-gzip.json",
    ] {
        for capture in captured(file) {
            if capture["method"] != "POST" {
                continue;
            }
            let body = serde_json::to_vec(&capture["body"]).expect("JSON");
            let zipped = capture["body_decoding_steps"].as_array().is_some_and(|it| !it.is_empty());
            let body = if zipped { gzip(&body) } else { body };
            let headers: Vec<String> = capture["headers"]
                .as_object()
                .expect("headers")
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"))
                .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_str()?)))
                .collect();
            let head =
                format!("POST {}\n{}", capture["path"].as_str().unwrap_or("/"), headers.join("\n"));
            let answer = world.ask_bytes(&head, body).await;
            let json: Json = serde_json::from_str(&answer.body).unwrap_or_default();
            assert_eq!(
                (answer.status.as_u16(), &json["rejected"]),
                (200, &Json::Array(vec![])),
                "{file}: {}",
                answer.body
            );
            let from_a_page = capture["headers"]["Origin"].is_string();
            assert_eq!(answer.header("access-control-allow-origin").is_empty(), !from_a_page);
        }
    }
}

#[tokio::test]
async fn what_posthogs_sdks_sent_is_acknowledged_on_each_of_their_paths() {
    let world = World::new().await;
    let mut taken = 0;
    for file in ["posthog-node.json", "posthog-python.json", "posthog-browser-crossorigin.json"] {
        for capture in captured(file) {
            let path = capture["path"].as_str().unwrap_or("/");
            if capture["method"] != "POST" || path == "/flags/" {
                continue;
            }
            let body = serde_json::to_vec(&capture["body"]).expect("JSON");
            let zipped = capture["body_decoding_steps"].as_array().is_some_and(|it| !it.is_empty());
            let body = if zipped { gzip(&body) } else { body };
            let origin = capture["headers"]["Origin"].as_str().unwrap_or_default();
            let head = format!("POST {path}\norigin: {origin}\ncontent-type: text/plain");
            let answer = world.ask_bytes(&head, body).await;
            assert_eq!(answer.status, 200, "{file}: {}", answer.body);
            assert_eq!(answer.header("access-control-allow-origin"), origin, "{file}");
            let json: Json = serde_json::from_str(&answer.body).expect("JSON");
            taken += json["accepted"].as_u64().expect("a count");
        }
    }
    // Node and Python three each beside the group's description, the browser's page, user, order,
    // group and end of the page.
    assert_eq!(taken, 3 + 3 + 5);
    let one = r#"{"api_key":"WK","event":"Seen","distinct_id":"u1","uuid":"same"}"#;
    for path in ["/capture", "/capture/", "/e", "/e/", "/i/v0/e", "/i/v0/e/"] {
        let answer = world.json(&format!("POST {path}\n\n{one}")).await;
        assert_eq!(answer["accepted"], 1, "{path}");
    }
    // The same id each time: it was stored once.
    assert_eq!(world.facts("Seen").len(), 1);
    assert_eq!(world.status("POST /batch\n\n{\"api_key\":\"no\",\"batch\":[]}").await, 401);
    assert_eq!(world.status("GET /batch").await, 405);
    assert_eq!(world.status("OPTIONS /batch/\norigin: https://shop.test").await, 204);
}

#[tokio::test]
async fn browser_sdks_find_their_settings() {
    let world = World::new().await;
    let segment = world
        .json("GET /v1/projects/WK/settings\nhost: events.shop.test\nx-forwarded-proto: https")
        .await;
    assert_eq!(segment["integrations"]["Segment.io"]["apiHost"], "events.shop.test/v1");
    assert_eq!(segment["integrations"]["Segment.io"]["protocol"], "https");
    let rudder = world.json("GET /sourceConfig/?writeKey=WK").await;
    assert_eq!(rudder["source"]["writeKey"], "WK");
    let posthog = world.json("GET /array/WK/config").await;
    assert_eq!((&posthog["token"], &posthog["hasFeatureFlags"]), (&"WK".into(), &false.into()));
    for path in ["/flags/?v=2", "/flags?v=2", "/decide/?v=3"] {
        let flags = world.json(&format!("POST {path}\n\n{{\"token\":\"WK\"}}")).await;
        assert_eq!(flags["featureFlags"], serde_json::json!({}), "{path}");
        assert_eq!(flags["errorsWhileComputingFlags"], false, "{path}");
    }
    assert_eq!(world.status("GET /v1/projects/other/settings").await, 404);
    assert_eq!(world.status("GET /array/other/config").await, 404);
    assert_eq!(world.status("GET /sourceConfig?writeKey=other").await, 404);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("memory takes it");
    packed.finish().expect("memory takes it")
}

fn captured(file: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sdk").join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let json: Json = serde_json::from_str(&text).expect("JSON");
    json["requests"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn no_source_gets_the_name_of_our_own_pages() {
    let world = World::signed_in().await;
    let new = "POST /api/v1/sources\ncontent-type: application/json\n\n{\"name\": \"Fulcrum\"}";
    assert_eq!(world.json(new).await["id"], "fulcrum-2");
    assert_eq!(world.json(new).await["id"], "fulcrum-3");
}
