//! One thing and then another: whether events of a person came in an order.
//!
//! Of each event only the latest [`MAX_TIMES`] times are looked at, and the verdict depends on these
//! times and `now` alone, so the order in which events arrive does not matter.

use crate::{CounterSpec, Lookup, MAX_TIMES, Truth};
use model::{Span, Timestamp};
use std::borrow::Cow;

#[derive(Clone, PartialEq, Debug)]
pub struct Sequence {
    /// At least one, and two with `absent`.
    pub steps: Vec<Step>,
    /// What must not follow the last step, and for how long.
    pub absent: Option<(CounterSpec, Span)>,
    /// What must not lie between the first step and the moment when the sequence is complete.
    pub without: Option<CounterSpec>,
    /// How long ago it may have become complete.
    pub window: Option<Span>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    pub event: CounterSpec,
    /// How long after the step before it, at most. The first step has none.
    pub within: Option<Span>,
}

/// The verdict with what led to it.
pub struct Judgement {
    pub truth: Truth,
    /// How many steps were found, one after the other.
    pub reached: usize,
    /// When the sequence was last complete, or will be if nothing comes in between.
    pub complete: Option<Timestamp>,
    /// An event of which the earlier times were not kept.
    pub full: Option<CounterSpec>,
}

/// Some way through the steps so far: when it began and when it got here.
#[derive(Clone, Copy)]
struct Way {
    start: Timestamp,
    time: Timestamp,
}

impl Sequence {
    /// The events that it looks at.
    pub fn lists(&self) -> impl Iterator<Item = &CounterSpec> {
        let absent = self.absent.iter().map(|it| &it.0);
        self.steps.iter().map(|it| &it.event).chain(absent).chain(&self.without)
    }
}

/// Events at the same millisecond are neither before nor after each other.
pub fn judge(sequence: &Sequence, lookup: &dyn Lookup, now: Timestamp) -> Judgement {
    let mut ways: Vec<Way> = Vec::new();
    let mut reached = 0;
    for (n, step) in sequence.steps.iter().enumerate() {
        let times = lookup.times(&step.event);
        ways = match n {
            0 => times.iter().map(|time| Way { start: *time, time: *time }).collect(),
            _ => followed(&ways, &times, step.within),
        };
        if ways.is_empty() {
            break;
        }
        reached = n + 1;
    }
    if reached < sequence.steps.len() {
        ways.clear();
    }
    let absent = sequence.absent.as_ref().map(|(event, span)| (lookup.times(event), *span));
    let without = sequence.without.as_ref().map_or(Cow::default(), |it| lookup.times(it));
    let complete: Vec<Timestamp> =
        ways.iter().filter_map(|way| completed(*way, absent.as_ref(), &without)).collect();
    let truth = match (complete.last(), sequence.window) {
        (None, _) => Truth::lasting(false),
        // What takes time to be complete is not so yet.
        (Some(_), window) if absent.is_some() => covered(&complete, window, now),
        (Some(_), None) => Truth::lasting(true),
        (Some(last), Some(window)) => {
            let end = *last + window;
            Truth { holds: now < end, changes_at: Some(end).filter(|it| now < *it) }
        }
    };
    let last = complete.iter().rfind(|it| **it <= now).or(complete.last());
    let full = sequence.lists().find(|it| MAX_TIMES <= lookup.times(it).len()).cloned();
    Judgement { truth, reached, complete: last.copied(), full }
}

/// The ways that go on to one of `times`. Both are sorted, and so is what comes out, by start too: of
/// several ways to one time the one that was here last also began last, and the later it began, the
/// less can have come in between.
fn followed(ways: &[Way], times: &[Timestamp], within: Option<Span>) -> Vec<Way> {
    let mut found = Vec::with_capacity(times.len());
    let mut passed = 0;
    for time in times {
        while ways.get(passed).is_some_and(|it| it.time < *time) {
            passed += 1;
        }
        let Some(way) = passed.checked_sub(1).and_then(|it| ways.get(it)) else { continue };
        if within.is_none_or(|it| *time < way.time + it) {
            found.push(Way { start: way.start, time: *time });
        }
    }
    found
}

/// When the way was complete, if nothing speaks against it.
fn completed(
    way: Way,
    absent: Option<&(Cow<[Timestamp]>, Span)>,
    without: &[Timestamp],
) -> Option<Timestamp> {
    let end = match absent {
        None => way.time,
        Some((times, span)) if !any_between(times, way.time, way.time + *span) => way.time + *span,
        Some(_) => return None,
    };
    (!any_between(without, way.start, end)).then_some(end)
}

fn any_between(times: &[Timestamp], from: Timestamp, to: Timestamp) -> bool {
    let after = times.partition_point(|it| *it <= from);
    times.get(after).is_some_and(|it| *it < to)
}

/// Whether `now` is within `window` of one of the sorted moments, and until when that stays so.
fn covered(moments: &[Timestamp], window: Option<Span>, now: Timestamp) -> Truth {
    let coming = moments.partition_point(|it| *it <= now);
    let next = moments.get(coming).copied();
    let Some(last) = coming.checked_sub(1).and_then(|it| moments.get(it)) else {
        return Truth { holds: false, changes_at: next };
    };
    let Some(window) = window else { return Truth::lasting(true) };
    let mut end = *last + window;
    if end <= now {
        return Truth { holds: false, changes_at: next };
    }
    for moment in &moments[coming..] {
        if *moment <= end {
            end = *moment + window;
        }
    }
    Truth { holds: true, changes_at: Some(end) }
}
