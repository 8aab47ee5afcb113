//! Windows of local time against a scan minute by minute, in the weeks when clocks change.

use super::written::read_window;
use crate::local::zone_or;
use crate::{LocalTime, Step, Weekday, Window};
use jiff::tz::TimeZone;
use model::{Span, Timestamp};
use proptest::prelude::*;

/// The obvious way: look at each minute until one is inside.
pub fn first_minute(window: &Window, now: Timestamp, zone: Option<&str>) -> Timestamp {
    let zone = zone.map_or(TimeZone::UTC, |it| TimeZone::get(it).unwrap());
    let inside = |at: Timestamp| {
        let local = zone.to_datetime(jiff::Timestamp::from_millisecond(at.0).unwrap());
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let today = local.weekday().to_monday_zero_offset() as usize;
        let open =
            |day: usize| window.days.is_empty() || window.days.contains(&Weekday::ALL[day % 7]);
        let (from, to) = (window.from.minutes(), window.to.minutes());
        if from < to {
            (from..to).contains(&minute) && open(today)
        } else {
            (from <= minute && open(today)) || (minute < to && open(today + 6))
        }
    };
    if inside(now) {
        return now;
    }
    let minute = Span::MINUTE.0;
    let mut at = Timestamp((now.0.div_euclid(minute) + 1) * minute);
    while !inside(at) {
        at = at + Span::MINUTE;
        assert!(at - now < Span::days(16), "{window:?} never opens");
    }
    at
}

#[test]
fn a_window_opens_at_local_time_also_when_the_clock_changes() {
    // 2026: Amsterdam changes on 29 March at 02:00 and on 25 October at 03:00, New York on 8 March
    // and 1 November at 02:00, Lord Howe by half an hour on 4 October; Apia had no 30 December 2011;
    // in 2018 Sao Paulo went from 4 November 00:00 to 01:00.
    let amsterdam = "Europe/Amsterdam";
    check(amsterdam, "09:00-17:00", "2026-03-28T20:00:00Z", "2026-03-29T07:00:00Z");
    check(amsterdam, "09:00-17:00", "2026-03-27T20:00:00Z", "2026-03-28T08:00:00Z");
    check(amsterdam, "09:00-17:00", "2026-10-24T20:00:00Z", "2026-10-25T08:00:00Z");
    check(amsterdam, "09:00-17:00", "2026-03-29T10:00:30Z", "2026-03-29T10:00:30Z");
    check(amsterdam, "09:00-17:00", "2026-03-29T15:00:00Z", "2026-03-30T07:00:00Z");
    // Begins in the hour that is skipped: opens when the clock jumps into it.
    check(amsterdam, "02:30-04:00", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z");
    // Lies in the hour that is skipped: not on this day.
    check(amsterdam, "02:15-02:45", "2026-03-29T00:00:00Z", "2026-03-30T00:15:00Z");
    // Lies in the hour that comes twice: open twice.
    check(amsterdam, "02:15-02:45", "2026-10-25T00:00:00Z", "2026-10-25T00:15:00Z");
    check(amsterdam, "02:15-02:45", "2026-10-25T00:45:00Z", "2026-10-25T01:15:00Z");
    check("America/New_York", "08:00-20:00", "2026-03-08T05:00:00Z", "2026-03-08T12:00:00Z");
    check("America/New_York", "08:00-20:00", "2026-11-01T05:00:00Z", "2026-11-01T13:00:00Z");
    check("Australia/Lord_Howe", "09:00-17:00", "2026-10-03T15:00:00Z", "2026-10-03T22:00:00Z");
    check("America/Sao_Paulo", "00:00-06:00", "2018-11-04T02:00:00Z", "2018-11-04T03:00:00Z");
    check("Pacific/Apia", "09:00-17:00 fri", "2011-12-29T12:00:00Z", "2012-01-05T19:00:00Z");
    check("Asia/Kolkata", "09:00-17:00", "2026-11-22T00:00:00Z", "2026-11-22T03:30:00Z");
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_it_begins_on() {
    check("UTC", "22:00-06:00 sat", "2026-11-22T05:59:59Z", "2026-11-22T05:59:59Z");
    check("UTC", "22:00-06:00 sat", "2026-11-22T06:00:00Z", "2026-11-28T22:00:00Z");
    check("UTC", "00:00-00:00 mon", "2026-11-22T05:00:00Z", "2026-11-23T00:00:00Z");
    check("UTC", "09:00-09:00", "2026-11-22T05:00:00Z", "2026-11-22T05:00:00Z");
}

#[test]
fn times_of_the_day_are_read_strictly() {
    let check = |text: &str, expected: &str| {
        let shown = LocalTime::parse(text).map_or_else(|it| it.message, |it| it.to_string());
        assert_eq!(shown, expected);
    };
    check("09:30", "09:30");
    check("9:05", "09:05");
    check("23:59", "23:59");
    for text in ["24:00", "12:60", "12", "-1:00", "+1:00", "001:00", "", ":"] {
        check(text, &format!("`{text}` is not a time of the day"));
    }
}

#[test]
fn at_the_end_of_time_a_window_does_not_wait() {
    let Step::WaitForWindow(window) = read_window("09:00-10:00") else { unreachable!() };
    assert_eq!(window.opens(Timestamp::MAX, &TimeZone::UTC), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_window_opens_at_the_first_minute_inside_it(
        zone in prop::sample::select(vec![
            ("Europe/Amsterdam", "2026-03-29"), ("Europe/Amsterdam", "2026-10-25"),
            ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"),
            ("Australia/Lord_Howe", "2026-10-04"), ("Australia/Lord_Howe", "2026-04-05"),
            ("America/Sao_Paulo", "2018-11-04"), ("America/Sao_Paulo", "2018-02-18"),
            ("Pacific/Apia", "2011-12-30"), ("Africa/Casablanca", "2026-02-15"),
            ("America/St_Johns", "2011-03-13"), ("Asia/Kathmandu", "2026-05-01"),
        ]),
        hours in -200i64..60, millis in 0i64..3_600_000,
        from in 0u16..96, length in 1u16..97, days in prop::collection::btree_set(0usize..7, 0..4),
    ) {
        let at = Timestamp::parse(zone.1).unwrap() + Span::hours(hours) + Span(millis);
        let window = Window {
            from: LocalTime::from_minutes(from * 15).unwrap(),
            to: LocalTime::from_minutes((from + length) * 15 % 1_440).unwrap(),
            days: days.into_iter().map(|it| Weekday::ALL[it]).collect(),
        };
        let expected = first_minute(&window, at, Some(zone.0));
        prop_assert_eq!(window.opens(at, &zone_or(Some(zone.0), "UTC")), Some(expected));
    }
}

fn check(zone: &str, window: &str, now: &str, expected: &str) {
    let Step::WaitForWindow(window) = read_window(window) else { unreachable!() };
    let now = Timestamp::parse(now).unwrap();
    let opening = window.opens(now, &zone_or(Some(zone), "UTC"));
    assert_eq!(opening, Some(Timestamp::parse(expected).unwrap()), "{zone} {window:?} from {now}");
}
