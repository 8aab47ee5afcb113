//! Rows of tables and lines of import files.

use super::*;

#[test]
fn rows_become_events() {
    let check = |columns: &[(&str, &str)], expected: &str| {
        let shown = match event_from_row(columns, &arrival(), &Limits::default()) {
            Ok(event) => show_event(&event),
            Err(refusal) => format!("{}: {}", refusal.rejection, refusal.detail),
        };
        assert_eq!(shown, expected, "for {columns:?}");
    };
    check(
        &[("email", "ada@example.org"), ("name", "Ada"), ("phone", "31612345678"), ("city", "")],
        r#"identify {"email": "ada@example.org", "name": "Ada", "phone": "31612345678"} (historical)"#,
    );
    check(
        &[("user_id", "42"), ("event", "Order Completed"), ("revenue", "12.5"), ("zip", "01234")],
        r#"track Order Completed user=42 {"revenue": 12.5, "zip": "01234"} (historical)"#,
    );
    check(
        &[("userId", "u"), ("type", "identify"), ("address.city", "Utrecht"), ("vip", "true")],
        r#"identify user=u {"address": {"city": "Utrecht"}, "vip": true} (historical)"#,
    );
    check(
        &[("userId", "u"), ("event", "X"), ("traits.plan", "pro"), ("context.page.url", "/")],
        r#"track X user=u context={"page": {"url": "/"}, "traits": {"plan": "pro"}} (historical)"#,
    );
    check(
        &[("userId", "u"), ("timestamp", "2001-02-03")],
        "identify user=u at 2001-02-03T00:00:00Z (historical)",
    );
    check(
        &[("name", "Nobody")],
        "no_identity: it needs `userId`, `anonymousId`, or an e-mail or phone trait",
    );
    check(
        &[("userId", "u"), ("a", "1"), ("a.b", "2")],
        "no_conversion: column `a.b` contradicts another, or has too many dots",
    );
    let many_dots = "a.".repeat(5_000) + "b";
    let refusal =
        event_from_row(&[("userId", "u"), (&many_dots, "1")], &arrival(), &Limits::default());
    assert_eq!(refusal.expect_err("too deep").rejection, Rejection::NoConversion);
}

#[test]
fn lines_of_an_import_are_events_that_trigger_nothing() {
    let text = r#"{"type":"track","event":"Signed Up","userId":7,"timestamp":"2020-01-01"}"#;
    let event = event_from_json(text, &arrival(), &Limits::default()).expect("an event");
    assert_eq!(show_event(&event), "track Signed Up user=7 at 2020-01-01T00:00:00Z (historical)");
    let body = format!(r#"{{"batch":[{text}]}}"#);
    assert_eq!(
        shown(&play(&request(Endpoint::Import, body.as_bytes()))),
        "track Signed Up user=7 at 2020-01-01T00:00:00Z (historical)"
    );
}

fn arrival() -> Arrival<'static> {
    static SOURCE: std::sync::LazyLock<SourceId> = std::sync::LazyLock::new(source);
    Arrival {
        source: &SOURCE,
        received: received(),
        sent_at: None,
        historical: true,
        event_type: None,
        anonymous_id: None,
    }
}
