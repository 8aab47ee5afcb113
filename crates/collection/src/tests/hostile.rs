//! What no SDK sends.

use super::*;
use proptest::prelude::*;

#[test]
fn one_bad_event_does_not_harm_the_ones_beside_it() {
    check_event(r#"{"type":"track","event":"X","userId":"u"}"#, "track X user=u");
    check_event(r#"{"type":"track","event":7,"userId":42}"#, "track 7 user=42");
    check_event(r#"{"type":"identify","userId":-1.5}"#, "identify user=-1.5");
    check_event(r#"{"type":"identify","userId":"u","traits":[]}"#, "identify user=u");
    check_event(r#"{"type":"identify","userId":"u","later":[{"x":1}]}"#, "identify user=u");
    check_event(
        r#"{"type":"identify","traits":{"email":"a@b.org"}}"#,
        r#"identify {"email": "a@b.org"}"#,
    );
    check_event(
        r#"{"type":"track","event":"X","userId":"u","properties":{"b":true,"n":null,"l":[1,"x",{}]}}"#,
        r#"track X user=u {"b": true, "l": [1, "x", {}], "n": null}"#,
    );
    check_event(r#"{"type":"identify","userId":"a","userId":"b"}"#, "identify user=b");
    check_event(
        r#"{"type":"identify","userId":"u","traits":{"s":"cut \ud83d","w":"\ud83d\ude00 \\ud83d"}}"#,
        r#"identify user=u {"s": "cut �", "w": "😀 \\ud83d"}"#,
    );

    check_event("7", r#"#0 not_an_object: an event is written in braces: {"type": …}"#);
    check_event("[]", r#"#0 not_an_object: an event is written in braces: {"type": …}"#);
    check_event("null", r#"#0 not_an_object: an event is written in braces: {"type": …}"#);
    check_event(r#"{"userId":"u"}"#, "#0 bad_type: the field `type` is missing or empty");
    check_event(
        r#"{"userId":"u","type":"delete"}"#,
        "#0 bad_type: `delete` is none of track, identify, page, screen, group and alias",
    );
    check_event(r#"{"userId":"u","type":{}}"#, "#0 bad_field: `type` is an object, not text");
    check_event(
        r#"{"type":"track","userId":"u"}"#,
        "#0 no_name: the field `event` is missing or empty",
    );
    check_event(
        r#"{"type":"track","event":" ","userId":"u"}"#,
        "#0 no_name: the field `event` is missing or empty",
    );
    check_event(
        r#"{"type":"track","event":"X","userId":"","anonymousId":null}"#,
        "#0 no_identity: it needs `userId`, `anonymousId`, or an e-mail or phone trait",
    );
    check_event(
        r#"{"type":"identify","userId":["u"]}"#,
        "#0 bad_field: `userId` is a list, not text",
    );
    check_event(
        r#"{"type":"identify","userId":"u","traits":"x"}"#,
        "#0 bad_field: `traits` is text, not an object",
    );
    check_event(
        r#"{"type":"identify","userId":"u","context":[1]}"#,
        "#0 bad_field: `context` is a list, not an object",
    );
    check_event(r#"{"type":"group","userId":"u"}"#, "#0 bad_field: `groupId` is missing or empty");
    check_event(
        r#"{"type":"alias","userId":"u"}"#,
        "#0 bad_field: `previousId` is missing or empty",
    );
    check_event(
        &format!(r#"{{"type":"identify","userId":"{}"}}"#, "é".repeat(513)),
        "#0 name_too_long: `userId` has more than 512 characters",
    );
    let longest = "é".repeat(512);
    check_event(
        &format!(r#"{{"type":"identify","userId":"{longest}"}}"#),
        &format!("identify user={longest}"),
    );
    check_event(
        &format!(r#"{{"type":"identify","userId":"u","x":"{}"}}"#, "x".repeat(32 * 1024)),
        "#0 event_too_large: 32807 bytes; at most 32768 are taken",
    );
}

#[test]
fn an_event_may_be_nested_so_deep_and_no_deeper() {
    // The event and its traits are two levels.
    let nested = |lists: usize| {
        let (open, close) = ("[".repeat(lists), "]".repeat(lists));
        format!(r#"{{"type":"identify","userId":"u","traits":{{"x":{open}{close}}}}}"#)
    };
    check_event(
        &nested(30),
        &format!(r#"identify user=u {{"x": {}{}}}"#, "[".repeat(30), "]".repeat(30)),
    );
    check_event(&nested(31), "#0 too_deep: more than 32 levels");
    check_event(&nested(10_000), "#0 too_deep: more than 32 levels");
    let ignored = nested(10_000).replace("traits", "else");
    check_event(&ignored, "identify user=u");
}

#[test]
fn a_body_that_cannot_be_used_is_refused_whole() {
    let check = |body: &[u8], expected: &str| {
        let shown = shown(&play(&request(Endpoint::Batch, body)));
        assert!(shown.starts_with(expected), "{shown} for {}", String::from_utf8_lossy(body));
    };
    check(b"", "400 bad_json");
    check(b"{", "400 bad_json");
    check(b"{\"batch\":[]", "400 bad_json");
    check(b"{\"batch\":[]} x", "400 bad_json");
    check(b"{\"batch\":[{]}", "400 bad_json");
    check(b"data=%7B%7D", "400 bad_json");
    check(b"[]", "400 not_a_batch");
    check(b"7", "400 not_a_batch");
    check(b"{}", "400 not_a_batch");
    check(b"{\"batch\":{}}", "400 not_a_batch");
    check(b"{\"batch\":\"x\"}", "400 not_a_batch");
    check(b"{\"batch\":[\"\xff\"]}", "400 bad_utf8: byte 11 is not UTF-8");
    check("[".repeat(2_000_000).as_bytes(), "400 bad_json");
    check("{\"batch\":".repeat(400_000).as_bytes(), "400 bad_json");
    check(&vec![b' '; 4 * 1024 * 1024 + 1], "413 body_too_large: 4194305 bytes");
    check(&gzip(b"{\"batch\":[]}")[..20], "400 bad_encoding: the gzip is broken");
    check(b"\x1f\x8b", "400 bad_encoding: the gzip is broken");
    let many = format!("{{\"batch\":[{}7]}}", "7,".repeat(10_000));
    check(many.as_bytes(), "413 too_many_events: 10001 events; at most 10000 are taken at once");
    check(b"{\"batch\":[]}", "");
    check(b"\xef\xbb\xbf{\"batch\":[]}", "");
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    // 640 megabytes of zeros in three.
    let mut bomb = gzip(&vec![0; 16 * 1024 * 1024]);
    let once = bomb.clone();
    (0..39).for_each(|_| bomb.extend_from_slice(&once));
    let shown = shown(&play(&request(Endpoint::Batch, &bomb)));
    assert_eq!(shown, "413 bad_encoding: unpacks to more than 16777216 bytes");
}

#[test]
fn gzip_is_unpacked_whatever_the_header_says() {
    let plain = br#"{"batch":[{"type":"identify","userId":"u"}]}"#;
    let check = |encoding: Option<&str>, body: &[u8], expected: &str| {
        let request = Request { content_encoding: encoding, ..request(Endpoint::Batch, body) };
        assert_eq!(shown(&play(&request)), expected, "for {encoding:?}");
    };
    for encoding in [None, Some("gzip"), Some("GZIP"), Some("identity"), Some("")] {
        check(encoding, &gzip(plain), "identify user=u");
        check(encoding, plain, "identify user=u");
    }
    check(Some("br"), plain, "400 bad_encoding: `br` is not read; send gzip");
}

#[test]
fn the_write_key_is_found_in_three_places() {
    let check = |authorization: Option<&str>, query: Option<&str>, body: &str, expected: &str| {
        let request = Request {
            authorization,
            query_write_key: query,
            ..request(Endpoint::Identify, body.as_bytes())
        };
        let shown = shown(&play(&request));
        assert!(shown.starts_with(expected), "{shown} for {authorization:?} {query:?} {body}");
    };
    let body = r#"{"userId":"u"}"#;
    check(Some("Basic V0s6"), None, body, "identify user=u");
    check(Some("basic  V0s6 "), None, body, "identify user=u");
    check(Some("Basic V0s"), None, body, "identify user=u");
    check(None, Some("WK"), body, "identify user=u");
    check(None, None, r#"{"userId":"u","writeKey":"WK"}"#, "identify user=u");
    // "Og==" is a colon alone, the user name empty.
    check(Some("Basic Og=="), None, r#"{"userId":"u","writeKey":"WK"}"#, "identify user=u");
    check(Some("Bearer x"), Some("WK"), body, "identify user=u");
    check(None, None, body, "401 bad_write_key: send it as");
    check(None, None, r#"{"userId":"u","writeKey":7}"#, "401 bad_write_key: no source has");
    check(Some("Basic !!!"), None, body, "401 bad_write_key: send it as");
    // "WA==" is "X".
    check(Some("Basic WA=="), Some("WK"), body, "401 bad_write_key: no source has");
    check(Some("Basic WA=="), None, "not even JSON", "401 bad_write_key: no source has");
}

#[test]
fn the_anonymous_id_of_the_header_is_for_events_without_ids() {
    let check = |header: &str, body: &str, expected: &str| {
        let request = Request {
            anonymous_id_header: Some(header),
            ..request(Endpoint::Identify, body.as_bytes())
        };
        assert_eq!(shown(&play(&request)), expected, "for {header} {body}");
    };
    check("YW4x", "{}", "identify anonymous=an1");
    check("YW4x", r#"{"userId":"u"}"#, "identify user=u");
    check("*", r#"{"userId":"u"}"#, "identify user=u");
}

#[test]
fn a_single_event_is_judged_like_one_in_a_batch() {
    let check = |endpoint: Endpoint, body: &str, expected: &str| {
        assert_eq!(shown(&play(&request(endpoint, body.as_bytes()))), expected, "for {body}");
    };
    check(Endpoint::Track, r#" {"event":"X","userId":"u"} "#, "track X user=u");
    check(Endpoint::Track, r#"{"event":"X","userId":"u","type":"page"}"#, "track X user=u");
    check(
        Endpoint::Track,
        r#"{"userId":"u"}"#,
        "#0 no_name: the field `event` is missing or empty",
    );
    check(Endpoint::Page, r#"{"userId":"u"}"#, "page  user=u");
    let braces = r#"#0 not_an_object: an event is written in braces: {"type": …}"#;
    check(Endpoint::Page, "[1]", braces);
}

#[test]
fn ten_thousand_events_are_taken_and_rejected_ones_keep_their_place() {
    let events: Vec<String> = (0..10_000)
        .map(|n| match n % 1_000 {
            999 => format!(r#"{{"type":"track","userId":"u{n}","x":"{}"}}"#, "é".repeat(2_000)),
            _ => format!(r#"{{"type":"track","event":"X","userId":"u{n}"}}"#),
        })
        .collect();
    let body = gzip(format!(r#"{{"batch":[{}]}}"#, events.join(",")).as_bytes());
    let Received::Taken { events, rejected, .. } = play(&request(Endpoint::Batch, &body)) else {
        panic!("refused");
    };
    assert_eq!(events.len(), 9_990);
    let places: Vec<usize> = rejected.iter().map(|it| it.index).collect();
    assert_eq!(places, (0..10).map(|n| n * 1_000 + 999).collect::<Vec<_>>());
    let longest = Limits::default().excerpt_bytes_max + '…'.len_utf8();
    assert!(rejected.iter().all(|it| it.body.len() <= longest && it.body.ends_with("é…")));
}

#[test]
fn paths_are_known_by_their_long_and_short_names() {
    let check = |path: &str, expected: Option<Endpoint>| {
        assert_eq!(Endpoint::from_path(path), expected, "for {path}");
    };
    check("/v1/batch", Some(Endpoint::Batch));
    check("/v1/b", Some(Endpoint::Batch));
    check("/beacon/v1/batch", Some(Endpoint::Batch));
    check("/v1/t", Some(Endpoint::Track));
    check("/v1/track/", Some(Endpoint::Track));
    check("/v1/alias", Some(Endpoint::Alias));
    check("/v1/import", Some(Endpoint::Import));
    check("/v1/x", None);
    check("/track", None);
    check("", None);
}

#[test]
fn ids_of_two_sources_do_not_meet() {
    let id = |source: &str, message: &str| dedup_id(&SourceId::from(source), message);
    assert_eq!(id("shop", "1"), id("shop", "1"));
    assert_ne!(id("shop", "1"), id("app", "1"));
    assert_ne!(id("shop", "1"), id("shop", "2"));
    assert_ne!(id("shop1", "2"), id("shop", "12"));
}

fn check_event(event: &str, expected: &str) {
    let alone = format!(r#"{{"batch":[{event}]}}"#);
    let received = play(&request(Endpoint::Batch, alone.as_bytes()));
    assert_eq!(shown(&received), expected, "for {}", event::excerpt(event, 200));
    let good = r#"{"type":"identify","userId":"before"}"#;
    let beside = format!(r#"{{"batch":[{event},{good},{event}]}}"#);
    let received = play(&request(Endpoint::Batch, beside.as_bytes()));
    assert!(shown(&received).contains("identify user=before"), "beside {event}");
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    prop::sample::select(vec![Endpoint::Batch, Endpoint::Track, Endpoint::Identify, Endpoint::Page])
}

/// JSON that looks like a request here and there.
fn almost_json() -> impl Strategy<Value = String> {
    let words = vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\ud83d",
        "\\ude00",
        "null",
        "true",
        "-1e9",
        "\"batch\"",
        "\"type\"",
        "\"track\"",
        "\"event\"",
        "\"userId\"",
        "\"traits\"",
        "\"timestamp\"",
        "{\"batch\":[",
        "{\"type\":\"identify\",\"userId\":",
        "\"properties\":{",
        "]}",
        "é",
        " ",
        "7",
    ];
    prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|it| it.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), endpoint in endpoint()) {
        play(&request(endpoint, &bytes));
        play(&request(endpoint, &[&[0x1f, 0x8b, 8, 0][..], &bytes].concat()));
    }

    #[test]
    fn no_text_makes_it_panic(text in almost_json(), endpoint in endpoint()) {
        let plain = play(&request(endpoint, text.as_bytes()));
        prop_assert_eq!(play(&request(endpoint, &gzip(text.as_bytes()))), plain);
        if let Some(mended) = surrogate::mend(&text) {
            prop_assert_eq!(surrogate::mend(&mended), None);
        }
    }

    #[test]
    fn values_come_out_as_they_went_in(value in value()) {
        let text = serde_json::to_string(&value).expect("JSON");
        let body = format!(r#"{{"type":"identify","userId":"u","traits":{{"x":{text}}}}}"#);
        let Received::Taken { events, .. } = play(&request(Endpoint::Identify, body.as_bytes())) else {
            panic!("refused: {body}");
        };
        prop_assert_eq!(&events[0].properties["x"], &value);
    }
}

fn value() -> impl Strategy<Value = model::Value> {
    use model::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-1e15f64..1e15).prop_map(Value::Number),
        any::<i32>().prop_map(|it| Value::Number(f64::from(it))),
        ".{0,20}".prop_map(Value::Text),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::btree_map(".{0,8}", inner, 0..5).prop_map(Value::Map),
        ]
    })
}
