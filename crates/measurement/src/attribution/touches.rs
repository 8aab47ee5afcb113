//! Raw touches of many people, in any order, into paths.
//!
//! A person's touches are put in order of time. A conversion ends a path: the touches since the
//! person's last conversion that lie within the look-back before it. Touches that no conversion
//! takes are paths without one, cut where the pause between two touches is longer than the
//! look-back: no conversion could have taken both sides.

use super::names::{NameProblem, Names};
use super::paths::{PATH_CHANNELS_MAX, PathChannel, PathWeight, Paths, RESERVED};

/// A person's number, good for the [`Touches`] that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TouchPerson(u32);

/// One row of a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch {
    pub person: TouchPerson,
    /// Milliseconds since any fixed instant.
    pub at_ms: i64,
    /// None where the row is a conversion and nothing else.
    pub channel: Option<PathChannel>,
    /// What it led to at once: the touch itself is part of that path.
    pub outcome: PathWeight,
}

/// Touches in any order. Memory goes with their number: 16 bytes each, and 32 per conversion.
#[derive(Clone, Debug)]
pub struct Touches {
    people: Names,
    channels: Names,
    rows: Vec<Row>,
    /// Rows with a conversion, ascending.
    outcomes: Vec<(u32, PathWeight)>,
    value_without_conversion: f64,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    at_ms: i64,
    person: u32,
    /// One more than the channel's number; 0 for none.
    channel: u16,
    converts: bool,
}

const _: () = assert!(PATH_CHANNELS_MAX < u16::MAX as usize);

const DAY_MS: f64 = 86_400_000.0;

impl Default for Touches {
    fn default() -> Touches {
        Touches {
            people: Names::new(u32::MAX as usize, &[]),
            channels: Names::new(PATH_CHANNELS_MAX, &RESERVED),
            rows: Vec::new(),
            outcomes: Vec::new(),
            value_without_conversion: 0.0,
        }
    }
}

impl Touches {
    pub fn person(&mut self, name: &[u8]) -> Result<TouchPerson, NameProblem> {
        self.people.number(name).map(TouchPerson)
    }

    pub fn channel(&mut self, name: &[u8]) -> Result<PathChannel, NameProblem> {
        self.channels.number(name).map(PathChannel)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// Where times are equal, a conversion comes after touches, and otherwise the log's order
    /// holds. No more than 2³² − 1 are taken.
    pub fn add(&mut self, touch: Touch) -> Result<(), NameProblem> {
        let number = self.rows.len();
        if u32::MAX as usize <= number {
            return Err(NameProblem::TooMany { limit: u32::MAX as usize });
        }
        let channel = touch.channel.map_or(0, |channel| channel.0 as u16 + 1);
        let converts = touch.outcome.converts();
        self.rows.push(Row { at_ms: touch.at_ms, person: touch.person.0, channel, converts });
        match converts {
            true => self.outcomes.push((number as u32, touch.outcome)),
            false => self.value_without_conversion += touch.outcome.value(),
        }
        Ok(())
    }

    /// Adds the other's touches after our own.
    pub fn merge(&mut self, other: &Touches) -> Result<(), NameProblem> {
        let first = self.rows.len();
        if u32::MAX as usize <= first + other.rows.len() {
            return Err(NameProblem::TooMany { limit: u32::MAX as usize });
        }
        let people = renumber(&mut self.people, &other.people)?;
        let channels = renumber(&mut self.channels, &other.channels)?;
        self.rows.extend(other.rows.iter().map(|row| Row {
            at_ms: row.at_ms,
            person: people[row.person as usize],
            channel: match row.channel {
                0 => 0,
                channel => channels[channel as usize - 1] as u16 + 1,
            },
            converts: row.converts,
        }));
        self.value_without_conversion += other.value_without_conversion;
        let moved = other.outcomes.iter().map(|(row, outcome)| (row + first as u32, *outcome));
        self.outcomes.extend(moved);
        Ok(())
    }

    /// Adds all journeys to the paths. Ages are in days; a touch exactly as old as the look-back
    /// still counts.
    pub fn journeys(mut self, lookback_ms: i64, paths: &mut Paths) -> Result<(), NameProblem> {
        let numbers = renumber(&mut paths.names, &self.channels)?;
        for row in self.rows.iter_mut().filter(|row| row.channel != 0) {
            row.channel = numbers[row.channel as usize - 1] as u16 + 1;
        }
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_unstable_by_key(|number| {
            let row = &self.rows[*number as usize];
            (row.person, row.at_ms, row.converts, *number)
        });
        let end_ms = self.rows.iter().map(|row| row.at_ms).max().unwrap_or_default();
        let rows_before = paths.rows;
        let mut open: Vec<(PathChannel, i64)> = Vec::new();
        let person = |number: &u32| self.rows[*number as usize].person;
        for numbers in order.chunk_by(|a, b| person(a) == person(b)) {
            for number in numbers {
                let row = self.rows[*number as usize];
                if row.channel != 0 {
                    open.push((PathChannel(u32::from(row.channel) - 1), row.at_ms));
                }
                let outcome = self.outcomes.binary_search_by_key(number, |outcome| outcome.0);
                if let (true, Ok(at)) = (row.converts, outcome) {
                    converted(paths, &open, row.at_ms, lookback_ms, self.outcomes[at].1);
                    open.clear();
                }
            }
            unconverted(paths, &open, lookback_ms);
            if open.last().is_some_and(|last| end_ms.saturating_sub(last.1) < lookback_ms) {
                paths.still_open += 1.0;
            }
            open.clear();
        }
        paths.rows = rows_before + self.rows.len() as u64;
        paths.value_without_conversion += self.value_without_conversion;
        Ok(())
    }
}

/// The other's names in this one: their numbers here, by their numbers there.
fn renumber(here: &mut Names, there: &Names) -> Result<Vec<u32>, NameProblem> {
    (0..there.len() as u32).map(|number| here.number(there.name(number).as_bytes())).collect()
}

fn converted(
    paths: &mut Paths,
    open: &[(PathChannel, i64)],
    at_ms: i64,
    lookback_ms: i64,
    outcome: PathWeight,
) {
    let taken = open.partition_point(|touch| lookback_ms < at_ms.saturating_sub(touch.1));
    let (old, taken) = open.split_at(taken);
    unconverted(paths, old, lookback_ms);
    let days = |touch_ms: i64| at_ms.saturating_sub(touch_ms) as f64 / DAY_MS;
    let aged: Vec<(PathChannel, f64)> =
        taken.iter().map(|(channel, touch_ms)| (*channel, days(*touch_ms))).collect();
    paths.add_aged(&aged, outcome);
}

fn unconverted(paths: &mut Paths, touches: &[(PathChannel, i64)], lookback_ms: i64) {
    let together =
        |a: &(PathChannel, i64), b: &(PathChannel, i64)| b.1.saturating_sub(a.1) <= lookback_ms;
    for path in touches.chunk_by(together) {
        paths.add(path.iter().map(|touch| touch.0), PathWeight::NULL);
    }
}
