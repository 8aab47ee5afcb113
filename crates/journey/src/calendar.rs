//! When time begins a run for one person: the days of a date trait, and those of a schedule.

use crate::definition::{DateTrigger, Every, Schedule};
use crate::local::{Weekday, zone_or};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span as Calendar, ToSpan, Zoned};
use model::{Span, Timestamp};

/// How many days ahead a day of a schedule is looked for: two months, so that one that a zone leaves
/// out is passed over and the next month is still seen.
const HORIZON_DAYS: i64 = 70;

/// How many years ahead an anniversary is looked for: the offset may be a year either way.
const HORIZON_YEARS: i16 = 4;

/// One time at which a run is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// The day of the trait or of the schedule, by which it is told from others: moving to another
    /// zone, or another offset, does not make it a new one.
    pub day: i32,
    pub at: Timestamp,
}

/// What was before: occurrences up to this day were dealt with, and those up to this moment were
/// over when the trigger began to look at the person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    pub day: Option<i32>,
    pub until: Timestamp,
}

impl Past {
    fn allows(self, it: &Occurrence) -> bool {
        self.day.is_none_or(|day| day < it.day) && self.until < it.at
    }
}

impl DateTrigger {
    /// The next occurrence for somebody whose trait says `value`; none if that is no date.
    pub(crate) fn next(&self, value: &str, zone: &TimeZone, past: Past) -> Option<Occurrence> {
        let moment = Moment::read(value)?;
        let base = moment.civil(zone);
        if !self.yearly {
            let at = match moment {
                Moment::Instant(instant) if self.at.is_none() => {
                    self.moved(instant.to_zoned(zone.clone()))?
                }
                Moment::Instant(_) | Moment::Civil(_) => self.at(base, zone)?,
            };
            return Some(Occurrence { day: number(base.date()), at }).filter(|it| past.allows(it));
        }
        let here = jiff::Timestamp::from_millisecond(past.until.0).ok()?.to_zoned(zone.clone());
        let known = past.day.and_then(date).map_or(here.year(), Date::year);
        let first = here.year().min(known).saturating_sub(2).max(base.year().saturating_add(1));
        let last = here.year().max(known).max(first).saturating_add(HORIZON_YEARS);
        (first..=last)
            .filter_map(|year| {
                let day = in_year(base.date(), year)?;
                let at = self.at(day.to_datetime(base.time()), zone)?;
                Some(Occurrence { day: number(day), at })
            })
            .find(|it| past.allows(it))
    }

    /// The moment that belongs to a day with its time.
    fn at(&self, base: DateTime, zone: &TimeZone) -> Option<Timestamp> {
        match self.at {
            None => self.moved(zone.to_ambiguous_zoned(base).compatible().ok()?),
            Some(at) => {
                let (days, rest) = self.parts();
                let day = base.date().checked_add(days).ok()?;
                let zoned =
                    zone.to_ambiguous_zoned(day.to_datetime(at.civil())).compatible().ok()?;
                Some(millis(&zoned).plus(rest))
            }
        }
    }

    fn moved(&self, base: Zoned) -> Option<Timestamp> {
        let (days, rest) = self.parts();
        Some(millis(&base.checked_add(days).ok()?).plus(rest))
    }

    /// Days of the calendar, and what is left of the offset.
    fn parts(&self) -> (Calendar, Span) {
        ((self.offset.0 / Span::DAY.0).days(), Span(self.offset.0 % Span::DAY.0))
    }
}

impl Schedule {
    pub(crate) fn next(&self, zone: &TimeZone, past: Past) -> Option<Occurrence> {
        let here = jiff::Timestamp::from_millisecond(past.until.0).ok()?.to_zoned(zone.clone());
        let first = here.date().yesterday().ok()?;
        let first = match past.day.and_then(date).and_then(|it| it.tomorrow().ok()) {
            Some(after) => first.max(after),
            None => first,
        };
        (0..=HORIZON_DAYS)
            .filter_map(|it| first.checked_add(it.days()).ok())
            .filter(|it| self.every.has(*it))
            .filter_map(|day| {
                let civil = day.to_datetime(self.at.civil());
                let zoned = zone.to_ambiguous_zoned(civil).compatible().ok()?;
                let moves = matches!(self.every, Every::Month(_)) || exists(day, zone);
                moves.then(|| Occurrence { day: number(day), at: millis(&zoned) })
            })
            .find(|it| past.allows(it))
    }
}

impl Schedule {
    /// When it begins for somebody in this zone, from one moment to before another.
    pub fn between(&self, zone: &str, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let zone = zone_or(None, zone);
        let mut found = Vec::new();
        let mut past = Past { day: None, until: Timestamp(from.0.saturating_sub(1)) };
        while let Some(it) = self.next(&zone, past).filter(|it| it.at < to) {
            found.push(it.at);
            past = Past { day: Some(it.day), until: it.at };
        }
        found
    }
}

impl Every {
    fn has(&self, date: Date) -> bool {
        match self {
            Every::Day => true,
            Every::Week(days) => days.contains(&Weekday::of(date)),
            Every::Month(days) => {
                let (day, last) = (date.day(), date.days_in_month());
                days.iter().any(|it| day == i8::try_from(*it).unwrap_or(last).min(last))
            }
        }
    }
}

/// What a trait says: a moment, or a day with a time on whatever clock the person has.
enum Moment {
    Instant(jiff::Timestamp),
    Civil(DateTime),
}

impl Moment {
    fn read(text: &str) -> Option<Moment> {
        let text = text.trim();
        let instant = text.parse().ok().map(Moment::Instant);
        instant.or_else(|| text.parse().ok().map(Moment::Civil))
    }

    fn civil(&self, zone: &TimeZone) -> DateTime {
        match self {
            Moment::Instant(instant) => zone.to_datetime(*instant),
            Moment::Civil(civil) => *civil,
        }
    }
}

/// The same day in another year; who was born on 29 February has 28 February in most.
fn in_year(date: Date, year: i16) -> Option<Date> {
    let last = Date::new(year, date.month(), 1).ok()?.days_in_month();
    Date::new(year, date.month(), date.day().min(last)).ok()
}

/// Whether the day is in the zone's calendar: at the date line whole days were left out.
fn exists(day: Date, zone: &TimeZone) -> bool {
    [day.at(0, 0, 0, 0), day.at(23, 59, 59, 0)].into_iter().any(|it| {
        let found = zone.to_ambiguous_zoned(it).compatible();
        found.is_ok_and(|it| it.date() == day)
    })
}

fn millis(at: &Zoned) -> Timestamp {
    Timestamp(at.timestamp().as_millisecond()).plus(Span::ZERO)
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn number(day: Date) -> i32 {
    EPOCH.until(day).map_or(0, |it| it.get_days())
}

fn date(number: i32) -> Option<Date> {
    EPOCH.checked_add(i64::from(number).days()).ok()
}
