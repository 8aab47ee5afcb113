//! Text in, text out for the shared words.

use super::*;
use proptest::prelude::*;

#[test]
fn times_are_read_and_written_as_rfc_3339() {
    let check = |text: &str, expected: &str| {
        let shown = Timestamp::parse(text).map_or_else(|e| e.to_string(), |it| it.to_string());
        assert_eq!(shown, expected, "for `{text}`");
    };
    check("2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z");
    check("2026-11-22T09:00:00.250+01:00", "2026-11-22T08:00:00.25Z");
    check("2026-11-22", "2026-11-22T00:00:00Z");
    check("2026-11-22 09:30", "2026-11-22T09:30:00Z");
    check("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z");
    check("9999-12-30T00:00:00Z", "9999-12-30T00:00:00Z");
    check("soon", "`soon` is not a time; write it like 2026-11-22T09:00:00Z");
}

#[test]
fn spans_are_read_and_written_by_unit() {
    let check = |text: &str, expected: &str| {
        let shown = Span::parse(text).map_or_else(|e| e.to_string(), |it| it.to_string());
        assert_eq!(shown, expected, "for `{text}`");
    };
    check("10m", "10m");
    check("1d12h", "1d12h");
    check("90s", "1m30s");
    check("4w", "28d");
    check("0s", "0s");
    check("", "`` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w");
    check("7", "`7` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w");
    check("7y", "`7y` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w");
    check(
        "99999999999999w",
        "`99999999999999w` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w",
    );
}

#[test]
fn identifiers_are_normalised_and_masked() {
    let check = |text: &str, shown: &str, masked: &str| {
        let identifier: Identifier = text.parse().expect("an identifier");
        assert_eq!(
            (identifier.to_string().as_str(), identifier.masked().as_str()),
            (shown, masked)
        );
    };
    check(" Ada@Example.COM ", "email:ada@example.com", "a…@example.com");
    check("phone:+31 6 1234-5678", "phone:+31612345678", "phone:+…");
    check("42", "user_id:42", "user_id:4…");
}

#[test]
fn every_reason_has_its_own_code() {
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(*reason));
    }
    for rejection in Rejection::ALL {
        assert_eq!(Rejection::from_code(rejection.code()), Some(*rejection));
    }
}

proptest! {
    #[test]
    fn spans_round_trip(millis in 0i64..10_000_000_000) {
        prop_assert_eq!(Span::parse(&Span(millis).to_string()), Ok(Span(millis)));
    }

    #[test]
    fn draws_repeat_and_words_do_not_run_together(a in "[a-z]{1,5}", b in "[a-z]{1,5}") {
        let key = ChanceKey([7; 32]);
        let draw = |words: &[&str]| {
            key.draw(&words.iter().map(|it| it.as_bytes()).collect::<Vec<_>>())
        };
        prop_assert_eq!(draw(&[&a, &b]), draw(&[&a, &b]));
        prop_assert_ne!(draw(&[&a, &b]), draw(&[&format!("{a}{b}")]));
        let unit = draw(&[&a, &b]).unit();
        prop_assert!((0.0..1.0).contains(&unit));
    }
}
