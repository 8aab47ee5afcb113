//! Days of the year that come back.

use crate::evaluate::{Truth, between, earliest};
use crate::node::Side;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Span, Timestamp};

/// Whether an anniversary of `date` lies within the next or last `span`. The day itself counts as
/// next, whole; days are those of UTC. Born on 29 February means 28 February in other years.
pub fn anniversary(date: Date, side: Side, span: Span, now: Timestamp) -> Truth {
    let mut truth = Truth { holds: false, changes_at: None };
    let Some(today) = date_of(now) else { return truth };
    // What happened in earlier years is over: a span is at most a year. Three years ahead are more
    // than enough to find the next turn.
    let first = (date.year() + 1).max(today.year() - 1);
    for year in first..=first + 2 {
        let Some(start) = day_in(date, year) else { continue };
        let turn = match side {
            Side::Next => between(start - span.0, start + Span::DAY.0, now),
            Side::Last => between(start, start + span.0, now),
        };
        truth.holds |= turn.holds;
        truth.changes_at = earliest(truth.changes_at, turn.changes_at);
    }
    truth
}

pub fn date_of(time: Timestamp) -> Option<Date> {
    let instant = jiff::Timestamp::from_millisecond(time.0).ok()?;
    Some(instant.to_zoned(TimeZone::UTC).date())
}

/// Midnight in UTC of the same day in another year.
fn day_in(date: Date, year: i16) -> Option<i64> {
    let last = Date::new(year, date.month(), 1).ok()?.days_in_month();
    let day = Date::new(year, date.month(), date.day().min(last)).ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}
