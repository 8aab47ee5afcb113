//! Local time: minutes of the day, weekdays, and when a window of local time opens.

use crate::Window;
use jiff::tz::{Disambiguation, TimeZone};
use jiff::{ToSpan, Zoned, civil};
use model::{Problem, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many days ahead an opening is looked for: a week for the weekday, and a second one because
/// a clock change can swallow a short window (or, at the date line, a whole day).
const HORIZON_DAYS: i64 = 15;

const MINUTES_PER_DAY: u16 = 24 * 60;

/// A time of the day in whole minutes, written `09:30`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalTime(u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl LocalTime {
    pub fn from_minutes(minutes: u16) -> Option<LocalTime> {
        (minutes < MINUTES_PER_DAY).then_some(LocalTime(minutes))
    }

    pub fn minutes(self) -> u16 {
        self.0
    }

    pub fn parse(text: &str) -> Result<LocalTime, Problem> {
        let number = |part: &str| match part.len() {
            1 | 2 if part.bytes().all(|it| it.is_ascii_digit()) => part.parse::<u16>().ok(),
            _ => None,
        };
        text.trim()
            .split_once(':')
            .and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)))
            .filter(|(hour, minute)| *hour < 24 && *minute < 60)
            .map(|(hour, minute)| LocalTime(hour * 60 + minute))
            .ok_or_else(|| {
                Problem::new(format!("`{text}` is not a time of the day"))
                    .hint("write it like 09:00, from 00:00 to 23:59")
            })
    }

    pub(crate) fn civil(self) -> civil::Time {
        let (hour, minute) = (self.0 / 60, self.0 % 60);
        civil::time(hour as i8, minute as i8, 0, 0)
    }
}

impl Weekday {
    pub const ALL: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Weekday::Mon => "mon",
            Weekday::Tue => "tue",
            Weekday::Wed => "wed",
            Weekday::Thu => "thu",
            Weekday::Fri => "fri",
            Weekday::Sat => "sat",
            Weekday::Sun => "sun",
        }
    }

    pub fn from_name(name: &str) -> Option<Weekday> {
        Weekday::ALL.into_iter().find(|it| it.name() == name)
    }

    pub(crate) fn of(date: civil::Date) -> Weekday {
        match date.weekday() {
            civil::Weekday::Monday => Weekday::Mon,
            civil::Weekday::Tuesday => Weekday::Tue,
            civil::Weekday::Wednesday => Weekday::Wed,
            civil::Weekday::Thursday => Weekday::Thu,
            civil::Weekday::Friday => Weekday::Fri,
            civil::Weekday::Saturday => Weekday::Sat,
            civil::Weekday::Sunday => Weekday::Sun,
        }
    }
}

impl Window {
    /// The first instant from `now` on at which local time is inside the window; `now` itself if it
    /// is inside. None at the end of time only.
    ///
    /// Local time can enter a window when the clock shows `from`, and when a clock change jumps
    /// into it; so those instants are looked at and nothing else needs to be.
    pub(crate) fn opens(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let instant = jiff::Timestamp::from_millisecond(now.0).ok()?;
        let here = instant.to_zoned(zone.clone());
        if self.contains(&here) {
            return Some(now);
        }
        let horizon = instant.checked_add((HORIZON_DAYS * 24).hours()).ok()?;
        let changes = zone
            .following(instant)
            .map(|it| it.timestamp())
            .take_while(|it| *it <= horizon)
            .collect::<Vec<_>>();
        let days = (-1..=HORIZON_DAYS)
            .filter_map(|it| here.date().checked_add(it.days()).ok())
            .map(|date| date.to_datetime(self.from.civil()));
        let clock = days.flat_map(|civil| {
            [Disambiguation::Earlier, Disambiguation::Later].map(|which| {
                let found = zone.to_ambiguous_zoned(civil).disambiguate(which);
                found.ok().map(|it| it.timestamp())
            })
        });
        clock
            .flatten()
            .chain(changes)
            .filter(|it| instant < *it && self.contains(&it.to_zoned(zone.clone())))
            .min()
            .map(|it| Timestamp(it.as_millisecond()))
    }

    fn contains(&self, at: &Zoned) -> bool {
        let allowed =
            |date: civil::Date| self.days.is_empty() || self.days.contains(&Weekday::of(date));
        let (time, today) = (at.time(), at.date());
        let (from, to) = (self.from.civil(), self.to.civil());
        if from < to {
            return from <= time && time < to && allowed(today);
        }
        let yesterday = today.yesterday().is_ok_and(allowed);
        (from <= time && allowed(today)) || (time < to && yesterday)
    }
}

/// The person's zone; if it is unknown or not a zone at all, the installation's; else UTC.
pub(crate) fn zone_or(zone: Option<&str>, default_zone: &str) -> TimeZone {
    let known = |name: &str| TimeZone::get(name).ok();
    zone.and_then(known).or_else(|| known(default_zone)).unwrap_or(TimeZone::UTC)
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for LocalTime {
    type Error = Problem;

    fn try_from(text: String) -> Result<LocalTime, Problem> {
        LocalTime::parse(&text)
    }
}

impl From<LocalTime> for String {
    fn from(time: LocalTime) -> String {
        time.to_string()
    }
}
