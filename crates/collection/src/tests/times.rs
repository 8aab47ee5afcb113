//! Whose clock is believed.

use super::*;

#[test]
fn the_clock_of_the_sender_is_corrected_and_then_checked() {
    let check = |timestamp: &str, sent_at: &str, expected: &str| {
        let sent_at = if sent_at.is_empty() { "null" } else { sent_at };
        let body = format!(
            r#"{{"sentAt":{sent_at},"batch":[{{"type":"identify","userId":"u","timestamp":{timestamp}}}]}}"#
        );
        let Received::Taken { events, rejected, .. } =
            play(&request(Endpoint::Batch, body.as_bytes()))
        else {
            panic!("refused: {body}");
        };
        let event = events.first().map(|it| (it.time.to_string(), it.flags.clock));
        let shown = match event {
            Some((time, true)) => format!("{time} clock"),
            Some((time, false)) => time,
            None => format!("{}: {}", rejected[0].rejection, rejected[0].detail),
        };
        assert_eq!(shown, expected, "for {timestamp} sent at {sent_at}");
    };
    // Arrival is 2026-11-22T09:00:00Z.
    check(r#""2026-11-22T08:00:00Z""#, "", "2026-11-22T08:00:00Z");
    check(r#""2026-11-22T10:00:00+02:00""#, "", "2026-11-22T08:00:00Z");
    check("null", "", "2026-11-22T09:00:00Z");
    check(r#""""#, "", "2026-11-22T09:00:00Z");
    // An hour behind, a year ahead, and a battery that died: the difference counts.
    check(r#""2026-11-22T07:59:50Z""#, r#""2026-11-22T08:00:00Z""#, "2026-11-22T08:59:50Z");
    check(r#""2027-11-22T08:59:50Z""#, r#""2027-11-22T09:00:00Z""#, "2026-11-22T08:59:50Z");
    check(r#""1970-01-01T00:00:05Z""#, r#""1970-01-01T00:00:15Z""#, "2026-11-22T08:59:50Z");
    // Only `sentAt` is wrong, so it moves a good time out of bounds.
    check(r#""2026-11-22T08:59:50Z""#, r#""2020-01-01T00:00:00Z""#, "2026-11-22T09:00:00Z clock");
    check(r#""2026-11-22T08:00:00Z""#, r#""yesterday""#, "2026-11-22T08:00:00Z");
    check(r#""2026-11-22T08:00:00Z""#, "[1]", "2026-11-22T08:00:00Z");
    // The bounds themselves.
    check(r#""2026-11-22T09:05:00Z""#, "", "2026-11-22T09:05:00Z");
    check(r#""2026-11-22T09:05:00.001Z""#, "", "2026-11-22T09:00:00Z clock");
    check(r#""1990-01-01T00:00:00Z""#, "", "1990-01-01T00:00:00Z");
    check(r#""1989-12-31T23:59:59.999Z""#, "", "2026-11-22T09:00:00Z clock");
    check(r#""0000-01-01T00:00:00Z""#, "", "2026-11-22T09:00:00Z clock");
    check(r#""9999-12-31T23:59:59.999Z""#, "", "2026-11-22T09:00:00Z clock");
    check(r#""9999-01-01T00:00:00Z""#, r#""0000-01-01T00:00:00Z""#, "2026-11-22T09:00:00Z clock");
    check(r#""0000-01-01T00:00:00Z""#, r#""9999-12-31T00:00:00Z""#, "2026-11-22T09:00:00Z clock");
    // Numbers: milliseconds and seconds.
    check("1795334400000", "", "2026-11-22T08:00:00Z");
    check("1795334400.5", "", "2026-11-22T08:00:00.5Z");
    check(r#""1795334400000""#, "", "2026-11-22T08:00:00Z");
    check("1e300", "", "2026-11-22T09:00:00Z clock");
    // What cannot be read.
    let remedy = "write it like 2026-11-22T09:00:00Z";
    check(r#""soon""#, "", &format!("bad_time: `timestamp` is `soon`; {remedy}"));
    check(
        r#""2026-02-30T00:00:00Z""#,
        "",
        &format!("bad_time: `timestamp` is `2026-02-30T00:00:00Z`; {remedy}"),
    );
    check(r#""NaN""#, "", &format!("bad_time: `timestamp` is `NaN`; {remedy}"));
    check("true", "", "bad_time: `timestamp` is a boolean");
    check("{}", "", "bad_time: `timestamp` is an object");
}

#[test]
fn the_time_of_sending_may_be_in_the_event_or_in_a_header() {
    let check = |body: &str, header: Option<&str>, expected: &str| {
        let request =
            Request { sent_at_header: header, ..request(Endpoint::Identify, body.as_bytes()) };
        assert_eq!(shown(&play(&request)), expected, "for {body}");
    };
    let time = r#""originalTimestamp":"2026-11-22T08:00:00Z""#;
    check(
        &format!(r#"{{"userId":"u",{time},"sentAt":"2026-11-22T08:30:00Z"}}"#),
        None,
        "identify user=u at 2026-11-22T08:30:00Z",
    );
    check(
        &format!(r#"{{"userId":"u",{time}}}"#),
        Some("2026-11-22T08:30:00Z"),
        "identify user=u at 2026-11-22T08:30:00Z",
    );
    check(&format!(r#"{{"userId":"u",{time}}}"#), None, "identify user=u at 2026-11-22T08:00:00Z");
}
