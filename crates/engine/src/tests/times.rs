//! Times of scripts: `2.09:30` is half past nine (UTC) on the second day, a Tuesday.

use model::{Span, Timestamp};

/// Monday, 2026-11-23, midnight in UTC: day 1.
const FIRST_DAY: Timestamp = Timestamp(1_795_392_000_000);

/// Reads `day.hh:mm`, with `:ss` and `.mmm` where they matter.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let (day, clock) = text.split_once('.')?;
    let mut parts = clock.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let millis = match parts.next() {
        Some(seconds) => (seconds.parse::<f64>().ok()? * 1_000.0).round() as i64,
        None => 0,
    };
    let day: i64 = day.parse().ok()?;
    Some(
        FIRST_DAY
            + Span::days(day - 1)
            + Span::hours(hours)
            + Span::minutes(minutes)
            + Span(millis),
    )
}

pub(super) fn print(at: Timestamp) -> String {
    let since = (at - FIRST_DAY).0;
    let (day, rest) = (since.div_euclid(Span::DAY.0) + 1, since.rem_euclid(Span::DAY.0));
    let (hours, minutes) = (rest / Span::HOUR.0, rest / Span::MINUTE.0 % 60);
    let (seconds, millis) = (rest / 1_000 % 60, rest % 1_000);
    let mut text = format!("{day}.{hours:02}:{minutes:02}");
    if seconds != 0 || millis != 0 {
        text.push_str(&format!(":{seconds:02}"));
    }
    if millis != 0 {
        text.push_str(&format!(".{millis:03}"));
    }
    text
}

#[test]
fn day_one_is_a_monday() {
    assert_eq!(parse("1.00:00").map(|it| it.to_string()).as_deref(), Some("2026-11-23T00:00:00Z"));
    for text in ["1.09:30", "12.00:00:01", "2.23:59:59.999"] {
        assert_eq!(print(parse(text).expect("a time")), text);
    }
}
