//! The state of one counter of one person.
//!
//! Whatever the order in which events arrive, the state is the same: times are kept sorted, and
//! amounts are added as whole millionths, since floating-point sums depend on their order.

use expr::{CounterKind, CounterSpec, MAX_TIMES, Reading};
use model::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How many entries a windowed count or sum keeps exactly: 256 orders in a window are more than
/// almost any person has, and at 20 bytes each they stay well under the 16 KB of a person's record.
pub const MAX_ENTRIES: usize = 256;

const MICROS: f64 = 1e6;

/// One variant per [`CounterKind`], and a series for what has a window. Names are short because
/// every person stores them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Counter {
    /// The latest times, oldest first.
    #[serde(rename = "l")]
    Latest(Vec<Timestamp>),
    #[serde(rename = "n")]
    Count(i64),
    /// In millionths.
    #[serde(rename = "s")]
    Sum(i64),
    #[serde(rename = "f")]
    First(Timestamp),
    #[serde(rename = "e")]
    Last(Timestamp),
    #[serde(rename = "w")]
    Series(Series),
}

/// Entries of a window with what each adds: 1, or an amount in millionths.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Default)]
pub struct Series {
    /// Sorted; empty once there are buckets.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    entries: Vec<(Timestamp, i64)>,
    /// Sorted. The number of a bucket is its time divided by [`bucket_width`].
    #[serde(rename = "b", default, skip_serializing_if = "Vec::is_empty")]
    buckets: Vec<(i64, i64)>,
}

impl Counter {
    /// The state before the first event, which is at `time`. First and last have none, and begin with it.
    pub(crate) fn before(spec: &CounterSpec, time: Timestamp) -> Counter {
        match (&spec.kind, spec.window) {
            (CounterKind::AtLeast(_) | CounterKind::Times, _) => Counter::Latest(Vec::new()),
            (CounterKind::Count, None) => Counter::Count(0),
            (CounterKind::Sum { .. }, None) => Counter::Sum(0),
            (CounterKind::First, _) => Counter::First(time),
            (CounterKind::Last, _) => Counter::Last(time),
            (CounterKind::Count | CounterKind::Sum { .. }, Some(_)) => {
                Counter::Series(Series::default())
            }
        }
    }

    /// Takes in one event. `amount` is what it adds to a sum, in millionths.
    pub(crate) fn add(&mut self, spec: &CounterSpec, time: Timestamp, amount: i64, now: Timestamp) {
        match self {
            Counter::Latest(times) => times.insert(times.partition_point(|it| *it <= time), time),
            Counter::Count(n) => *n = n.saturating_add(1),
            Counter::Sum(n) => *n = n.saturating_add(amount),
            Counter::First(own) => *own = (*own).min(time),
            Counter::Last(own) => *own = (*own).max(time),
            Counter::Series(series) => {
                let is_sum = matches!(spec.kind, CounterKind::Sum { .. });
                let entry = (time, if is_sum { amount } else { 1 });
                let at = series.entries.partition_point(|it| *it <= entry);
                series.entries.insert(at, entry);
            }
        }
        self.tidy(spec, now);
    }

    /// The times that a sequence reads, oldest first.
    pub(crate) fn times(&self) -> &[Timestamp] {
        match self {
            Counter::Latest(times) => times,
            Counter::Count(_)
            | Counter::Sum(_)
            | Counter::First(_)
            | Counter::Last(_)
            | Counter::Series(_) => &[],
        }
    }

    /// The state with the events of both.
    pub(crate) fn unite(&mut self, other: Counter) {
        match (self, other) {
            (Counter::Latest(times), Counter::Latest(more)) => {
                times.extend(more);
                times.sort_unstable();
            }
            (Counter::Count(n), Counter::Count(more)) => *n = n.saturating_add(more),
            (Counter::Sum(n), Counter::Sum(more)) => *n = n.saturating_add(more),
            (Counter::First(time), Counter::First(other)) => *time = (*time).min(other),
            (Counter::Last(time), Counter::Last(other)) => *time = (*time).max(other),
            (Counter::Series(series), Counter::Series(more)) => {
                series.entries.extend(more.entries);
                series.entries.sort_unstable();
                more.buckets.into_iter().for_each(|(number, n)| series.add_bucket(number, n));
            }
            // One id has one kind. A record that says otherwise was not written by us: the newer
            // state stands.
            (own, other) => *own = other,
        }
    }

    /// Brings the state within its bounds and forgets what has left the window.
    pub(crate) fn tidy(&mut self, spec: &CounterSpec, now: Timestamp) {
        match (self, &spec.kind, spec.window) {
            (Counter::Latest(times), CounterKind::AtLeast(n), _) => {
                let surplus = times.len().saturating_sub(*n as usize);
                times.drain(..surplus);
            }
            (Counter::Latest(times), CounterKind::Times, _) => {
                let surplus = times.len().saturating_sub(MAX_TIMES);
                times.drain(..surplus);
            }
            (Counter::Series(series), _, Some(window)) => series.tidy(window, now),
            _ => {}
        }
    }

    /// Whether nothing is left worth storing.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Counter::Latest(times) => times.is_empty(),
            Counter::Series(series) => series.entries.is_empty() && series.buckets.is_empty(),
            Counter::Count(_) | Counter::Sum(_) | Counter::First(_) | Counter::Last(_) => false,
        }
    }

    pub(crate) fn read(&self, spec: &CounterSpec, now: Timestamp) -> Reading {
        match self {
            Counter::First(time) | Counter::Last(time) => {
                Reading { time: Some(*time), ..Reading::default() }
            }
            Counter::Count(n) => Reading { value: Some(*n as f64), ..Reading::default() },
            Counter::Sum(micros) => {
                Reading { value: Some(*micros as f64 / MICROS), ..Reading::default() }
            }
            Counter::Latest(times) => {
                // Sorted, so the first that still counts is also the first that will not.
                let expired = times.partition_point(|it| !counts(*it, spec.window, now));
                let next = times.get(expired).zip(spec.window).map(|(time, it)| *time + it);
                let value = Some((times.len() - expired) as f64);
                Reading { value, time: None, changes_at: next }
            }
            Counter::Series(series) => {
                let (total, changes_at) = series.read(spec.window.unwrap_or(Span::ZERO), now);
                let unit = match spec.kind {
                    CounterKind::Sum { .. } => MICROS,
                    _ => 1.0,
                };
                Reading { value: Some(total as f64 / unit), time: None, changes_at }
            }
        }
    }

    /// What somebody who reads an explanation should know.
    pub(crate) fn note(&self, spec: &CounterSpec) -> Option<String> {
        match (self, spec.window) {
            (Counter::Series(series), Some(window)) if !series.buckets.is_empty() => {
                let width = bucket_width(window);
                Some(format!(
                    "after more than {MAX_ENTRIES} of them, kept in steps of {width}: the oldest \
                     step counts whole"
                ))
            }
            _ => None,
        }
    }
}

impl Series {
    fn tidy(&mut self, window: Span, now: Timestamp) {
        let expired = self.entries.partition_point(|it| !counts(it.0, Some(window), now));
        self.entries.drain(..expired);
        if MAX_ENTRIES < self.entries.len() || !self.buckets.is_empty() {
            let width = bucket_width(window);
            for (time, amount) in std::mem::take(&mut self.entries) {
                self.add_bucket(time.0.div_euclid(width.0), amount);
            }
        }
        self.buckets.retain(|(number, _)| now < bucket_end(*number, window));
    }

    fn add_bucket(&mut self, number: i64, amount: i64) {
        match self.buckets.binary_search_by_key(&number, |it| it.0) {
            Ok(at) => self.buckets[at].1 = self.buckets[at].1.saturating_add(amount),
            Err(at) => self.buckets.insert(at, (number, amount)),
        }
    }

    fn read(&self, window: Span, now: Timestamp) -> (i64, Option<Timestamp>) {
        let entries = self.entries.iter().map(|(time, amount)| (*time + window, *amount));
        let buckets = self.buckets.iter().map(|(number, n)| (bucket_end(*number, window), *n));
        let mut total: i64 = 0;
        let mut next: Option<Timestamp> = None;
        for (end, amount) in entries.chain(buckets).filter(|it| now < it.0) {
            total = total.saturating_add(amount);
            next = Some(next.map_or(end, |it| it.min(end)));
        }
        (total, next)
    }
}

/// An hour, or for windows over 256 hours the 256th part in whole hours, so that a counter never
/// has more than about 256 buckets.
fn bucket_width(window: Span) -> Span {
    let parts = MAX_ENTRIES as i64 * Span::HOUR.0;
    Span::hours(((window.0 + parts - 1) / parts).max(1))
}

/// When a bucket stops counting: with the last moment that it can hold, so that a window is never
/// shorter than it says.
fn bucket_end(number: i64, window: Span) -> Timestamp {
    let end = number.saturating_add(1).saturating_mul(bucket_width(window).0);
    Timestamp(end) + window
}

fn counts(time: Timestamp, window: Option<Span>, now: Timestamp) -> bool {
    window.is_none_or(|it| now < time + it)
}
