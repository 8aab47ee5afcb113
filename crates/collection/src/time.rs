//! When an event happened, given clocks that cannot all be trusted.

use model::{Span, Timestamp};

/// A clock may be this far ahead of ours before it is not believed. Machines that keep time by
/// network are within a second; phones drift by a minute or two.
const AHEAD_MAX: Span = Span::minutes(5);

/// 1990-01-01. What is older was sent by a clock that lost its battery: nothing that sends events
/// is as old as that.
const EARLIEST: Timestamp = Timestamp::from_millis(631_152_000_000);

/// Numbers below are seconds since 1970 (until the year 5138), others milliseconds (from 1973).
const SECONDS_BELOW: f64 = 1e11;

/// Reads RFC 3339, a bare date, a date and time without a zone (taken as UTC), and seconds or
/// milliseconds since 1970.
pub fn read_time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = Timestamp::parse(text) {
        return Some(time);
    }
    // Often written for "never ends", and just beyond what the calendar library can express.
    if text.trim().starts_with("9999-12-3") {
        return Some(Timestamp::MAX);
    }
    let number: f64 = text.trim().parse().ok()?;
    let factor = if number.abs() < SECONDS_BELOW { 1_000.0 } else { 1.0 };
    // A number beyond the range of i64 becomes its end, and the limits above deal with it.
    number.is_finite().then(|| Timestamp::from_millis((number * factor) as i64))
}

/// The time of an event in our clock, and whether the sender's clock was not to be believed.
///
/// `sent_at` is by the same clock as `time`, and was "now" when the request left; so what it
/// differs from `received` is the sender's error, and `time` has the same. That first: a clock that
/// is a year ahead in both is no problem at all.
pub fn believe(
    time: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    received: Timestamp,
) -> (Timestamp, bool) {
    let Some(time) = time else { return (received, false) };
    let corrected = match sent_at {
        Some(sent_at) => time.plus(received - sent_at),
        None => time,
    };
    match EARLIEST <= corrected && corrected <= received.plus(AHEAD_MAX) {
        true => (corrected, false),
        false => (received, true),
    }
}
