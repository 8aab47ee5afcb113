//! Quiet hours against the plain wall clock, in weeks in which the clock changes.

use super::cases::time;
use crate::QuietHours;
use jiff::tz::TimeZone;
use model::{Span, Timestamp};
use proptest::prelude::*;

/// Zones with their weeks of change: an hour, half an hour, a whole day, backwards, and none.
const WEEKS: [(&str, &str); 10] = [
    ("Europe/Amsterdam", "2026-03-26"),
    ("Europe/Amsterdam", "2026-10-22"),
    ("America/New_York", "2026-03-05"),
    ("America/New_York", "2026-10-29"),
    ("Australia/Lord_Howe", "2026-04-02"),
    ("Australia/Lord_Howe", "2026-10-01"),
    ("Pacific/Apia", "2011-12-27"),
    ("Africa/Casablanca", "2026-02-12"),
    ("Europe/Dublin", "2026-03-26"),
    ("UTC", "2026-03-26"),
];

/// Slow and obvious: look at the wall every minute until it shows a time that is not quiet.
fn watched(hours: QuietHours, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
    let quiet = |at: Timestamp| {
        let instant = jiff::Timestamp::from_millisecond(at.0).expect("in range");
        let wall = instant.to_zoned(zone.clone()).time();
        let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
        if hours.from <= hours.to {
            (hours.from..hours.to).contains(&minute)
        } else {
            !(hours.to..hours.from).contains(&minute)
        }
    };
    let mut minutes = (0..).map(|n| at + Span::minutes(n));
    quiet(at).then(|| minutes.find(|it| !quiet(*it)).expect("nights end"))
}

proptest! {
    #[test]
    fn quiet_hours_are_what_the_clock_on_the_wall_shows(
        week in 0..WEEKS.len(),
        minute in 0i64..7 * 24 * 60,
        from in 0u16..1_440,
        to in 0u16..1_440,
        near in any::<bool>(),
    ) {
        let (name, start) = WEEKS[week];
        let zone = TimeZone::get(name).expect("a zone");
        // Half of the windows begin or end in the hours in which clocks change.
        let hours = if near {
            QuietHours { from: from % 240, to: to / 30 * 30 }
        } else {
            QuietHours { from, to }
        };
        let at = time(start) + Span::minutes(minute);
        prop_assert_eq!(hours.quiet_until(&zone, at), watched(hours, &zone, at));
    }
}

#[test]
fn nights_over_a_clock_change_end_at_the_same_wall_time() {
    let check = |zone: &str, from: &str, to: &str, at: &str, expected: &str| {
        let zone = TimeZone::get(zone).expect("a zone");
        let hours = QuietHours::parse(from, to).expect("hours");
        let until = hours.quiet_until(&zone, time(at)).map(|it| it.to_string());
        assert_eq!(until.as_deref(), Some(expected), "for {hours} {at}");
    };
    let night = |at, expected| check("Europe/Amsterdam", "21:00", "08:00", at, expected);
    night("2026-03-27T22:00:00Z", "2026-03-28T07:00:00Z");
    night("2026-03-28T22:00:00Z", "2026-03-29T06:00:00Z");
    night("2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z");
    // 02:30 does not exist on 29 March: the quiet time ends when the clock jumps over it.
    check("Europe/Amsterdam", "01:00", "02:30", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z");
    // 02:30 comes twice on 25 October: the wall shows a quiet time again, and that counts.
    check("Europe/Amsterdam", "01:00", "02:30", "2026-10-25T00:15:00Z", "2026-10-25T00:30:00Z");
    check("Europe/Amsterdam", "01:00", "02:30", "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z");
    // Nor is a night over that ends just when the clock is set back into it.
    check("Europe/Amsterdam", "01:00", "03:00", "2026-10-25T00:15:00Z", "2026-10-25T02:00:00Z");
}

#[test]
fn quiet_hours_are_read_and_written_as_times_of_day() {
    let check = |from: &str, to: &str, expected: &str| {
        let shown = match QuietHours::parse(from, to) {
            Ok(hours) => hours.to_string(),
            Err(problem) => problem.message,
        };
        assert_eq!(shown, expected);
    };
    check("21:00", "8:00", "21:00-08:00");
    check("22:30", "24:00", "22:30-24:00");
    check("00:00", "24:00", "quiet hours from 00:00 to 24:00 leave no time to send");
    for wrong in ["25:00", "24:01", "8", "8:0", "08:60", "-1:00", "+8:00", "", ":", "99999:00"] {
        check(wrong, "08:00", &format!("`{wrong}` is not a time of day"));
    }
    let stored = r#"{"from":"21:00","to":"08:00"}"#;
    let hours: QuietHours = serde_json::from_str(stored).expect("hours");
    assert_eq!(serde_json::to_string(&hours).expect("text"), stored);
    assert!(serde_json::from_str::<QuietHours>(r#"{"from":"9pm","to":"08:00"}"#).is_err());
}

#[test]
fn odd_windows_and_instants_neither_hang_nor_panic() {
    for (from, to) in [(0, 1_440), (0, 0), (1_440, 0), (1_440, 1_440), (65_535, 3), (3, 65_535)] {
        for at in [Timestamp::MIN, Timestamp(0), Timestamp::MAX] {
            let _ = QuietHours { from, to }.quiet_until(&TimeZone::UTC, at);
        }
    }
}
