//! Quiet hours on the wall clock of the place where a person lives.

use jiff::tz::TimeZone;
use model::{Problem, Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Minutes of a day; also the end `24:00` of a window that ends at midnight.
const DAY_MINUTES: u16 = 1_440;

/// How many clock changes one night is followed through. No zone has had more than two in a day.
const CLOCK_CHANGES_MAX: usize = 8;

/// A daily window on the local wall clock, in minutes since midnight; `from` belongs to it and `to`
/// does not. It may run over midnight. With `from` equal to `to` it is empty.
///
/// What the clock on the wall shows is all that counts: where an hour is skipped, its quiet minutes
/// do not exist; where an hour comes twice, they come twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct QuietHours {
    pub from: u16,
    pub to: u16,
}

/// The form in files and stored state: `{"from": "21:00", "to": "08:00"}`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: String,
    to: String,
}

impl QuietHours {
    /// Reads two times such as `21:00` and `08:00`.
    pub fn parse(from: &str, to: &str) -> Result<QuietHours, Problem> {
        let hours = QuietHours { from: minute(from)?, to: minute(to)? };
        if hours.from == 0 && hours.to == DAY_MINUTES {
            return Err(Problem::new("quiet hours from 00:00 to 24:00 leave no time to send")
                .hint("leave a part of the day open, or pause the programme"));
        }
        Ok(hours)
    }

    /// The first instant after `at` that is not quiet; none if `at` itself is not.
    pub fn quiet_until(self, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
        let mut reached = at;
        for _ in 0..CLOCK_CHANGES_MAX {
            let instant = jiff::Timestamp::from_millisecond(reached.0).ok()?;
            let offset_ms = i64::from(zone.to_offset(instant).seconds()) * 1_000;
            let local_ms = (reached.0 + offset_ms).rem_euclid(Span::DAY.0);
            if !self.covers(local_ms) {
                return (reached != at).then_some(reached);
            }
            if self.from == 0 && DAY_MINUTES <= self.to {
                return Some(Timestamp::MAX);
            }
            let left_ms = (i64::from(self.to) * Span::MINUTE.0 - local_ms).rem_euclid(Span::DAY.0);
            let end = reached + Span(left_ms);
            // At a clock change the wall shows another time: look again from there.
            let change = zone.following(instant).next().map(|it| it.timestamp().as_millisecond());
            match change {
                Some(change) if change <= end.0 => reached = Timestamp(change),
                Some(_) | None => return Some(end),
            }
        }
        Some(reached)
    }

    fn covers(self, local_ms: i64) -> bool {
        let (from, to) =
            (i64::from(self.from) * Span::MINUTE.0, i64::from(self.to) * Span::MINUTE.0);
        if from <= to {
            from <= local_ms && local_ms < to
        } else {
            from <= local_ms || local_ms < to
        }
    }
}

/// The first of `names` that is a known zone, otherwise UTC.
pub(crate) fn zone<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> TimeZone {
    names.into_iter().flatten().find_map(known_zone).unwrap_or(TimeZone::UTC)
}

pub(crate) fn known_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

fn minute(text: &str) -> Result<u16, Problem> {
    let problem = || {
        Problem::new(format!("`{text}` is not a time of day"))
            .hint("write hours and minutes, from 00:00 to 24:00")
    };
    let (hours, minutes) = text.trim().split_once(':').ok_or_else(problem)?;
    if hours.is_empty() || 2 < hours.len() || minutes.len() != 2 {
        return Err(problem());
    }
    if !hours.bytes().chain(minutes.bytes()).all(|it| it.is_ascii_digit()) {
        return Err(problem());
    }
    let hours: u16 = hours.parse().map_err(|_| problem())?;
    let minutes: u16 = minutes.parse().map_err(|_| problem())?;
    let total = hours * 60 + minutes;
    if 59 < minutes || DAY_MINUTES < total {
        return Err(problem());
    }
    Ok(total)
}

impl TryFrom<Written> for QuietHours {
    type Error = Problem;

    fn try_from(written: Written) -> Result<QuietHours, Problem> {
        QuietHours::parse(&written.from, &written.to)
    }
}

impl From<QuietHours> for Written {
    fn from(hours: QuietHours) -> Written {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        Written { from: clock(hours.from), to: clock(hours.to) }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = Written::from(*self);
        write!(f, "{}-{}", written.from, written.to)
    }
}
