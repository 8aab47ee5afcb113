//! What was asked for on each day and what became of it, and why: kept as messages begin and end.

use crate::{Engine, EngineError};
use model::{Feedback, LedgerState, Reason};
use port::{Entry, Space, StoreError, Views};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PREFIX: &str = "decisions/";

/// Days kept in memory: a batch mostly touches messages of the last few.
const DAYS_IN_MEMORY: usize = 40;

/// The messages that were asked for on one day, by who asked (`journey/NAME`, `broadcast/NAME`,
/// `request/…`, `api`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Day {
    /// How many were asked for.
    pub asked: BTreeMap<String, u64>,
    /// Who asked, then `outcome/reason`: how many ended so, until now.
    pub ended: BTreeMap<String, BTreeMap<String, u64>>,
    /// Who asked, then to whom a place was lost, then `later` or `dropped`: how often. One message may
    /// lose more than once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>,
    /// Who asked, then what was heard of the messages (`delivered`, `clicked`): of how many, until now.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub heard: BTreeMap<String, BTreeMap<String, u64>>,
}

/// One thing that changed in a batch, on the day on which its message was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub day: i64,
    pub scope: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    Asked,
    Ended(LedgerState, Reason),
    /// A later word: what it had ended as does not hold any more.
    NoLonger(LedgerState, Reason),
    /// For the first time of this message.
    Heard(Feedback),
    /// A message of this one had the place.
    Lost(String, Lost),
}

/// What came of a message that lost its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Lost {
    /// Another time or channel.
    Later,
    Dropped,
}

/// The days that are in memory, as stored or as they will be.
#[derive(Debug, Default)]
pub(crate) struct Days(BTreeMap<i64, Day>);

/// The days from `from` on, oldest first.
pub fn days(views: &dyn Views, from: i64) -> Result<Vec<(i64, Day)>, StoreError> {
    let mut days = Vec::new();
    for (key, bytes) in views.list(Space::Tally, PREFIX)? {
        let unreadable = |detail: String| StoreError::Unreadable { what: "day", detail };
        let number = key.strip_prefix(PREFIX).and_then(|it| it.parse().ok());
        let day: i64 = number.ok_or_else(|| unreadable(key.clone()))?;
        if from <= day {
            let read = serde_json::from_slice(&bytes);
            days.push((day, read.map_err(|e| unreadable(format!("{key}: {e}")))?));
        }
    }
    Ok(days)
}

/// One day; without anything where nothing was asked for on it.
pub fn day(views: &dyn Views, day: i64) -> Result<Day, StoreError> {
    let Some(bytes) = views.get(Space::Tally, &key_of(day))? else { return Ok(Day::default()) };
    let unreadable = |error: serde_json::Error| StoreError::Unreadable {
        what: "day",
        detail: format!("{day}: {error}"),
    };
    serde_json::from_slice(&bytes).map_err(unreadable)
}

impl Engine {
    /// Adds a batch's steps to their days. Nothing holds until the commit did; after a failed one
    /// [`Days::forget`] is called.
    pub(crate) fn count_decisions(
        &mut self,
        steps: &[Step],
        entries: &mut Vec<Entry>,
    ) -> Result<(), EngineError> {
        let mut changed: Vec<i64> = steps.iter().map(|it| it.day).collect();
        changed.sort_unstable();
        changed.dedup();
        for day in &changed {
            if !self.days.0.contains_key(day) {
                let stored = self.store.get(Space::Tally, &key_of(*day))?;
                let read = stored.map(|it| serde_json::from_slice(&it)).transpose();
                let unreadable = |e: serde_json::Error| record::Unreadable {
                    what: "day",
                    detail: format!("{day}: {e}"),
                };
                self.days.0.insert(*day, read.map_err(unreadable)?.unwrap_or_default());
            }
        }
        for step in steps {
            if let Some(day) = self.days.0.get_mut(&step.day) {
                day.take(step);
            }
        }
        for day in &changed {
            let Some(it) = self.days.0.get(day) else { continue };
            let value = serde_json::to_vec(it).expect("plain data has a JSON form");
            entries.push(Entry::put(Space::Tally, key_of(*day), value));
        }
        while DAYS_IN_MEMORY < self.days.0.len() {
            self.days.0.pop_first();
        }
        Ok(())
    }
}

impl Days {
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

impl Day {
    fn take(&mut self, step: &Step) {
        let words = |state: LedgerState, reason: Reason| format!("{}/{reason}", state.name());
        match &step.what {
            What::Asked => *self.asked.entry(step.scope.clone()).or_default() += 1,
            What::Ended(state, reason) => {
                let ended = self.ended.entry(step.scope.clone()).or_default();
                *ended.entry(words(*state, *reason)).or_default() += 1;
            }
            What::Lost(winner, became) => {
                let lost = self.lost.entry(step.scope.clone()).or_default();
                let became = match became {
                    Lost::Later => "later",
                    Lost::Dropped => "dropped",
                };
                let to = lost.entry(winner.clone()).or_default();
                *to.entry(became.to_owned()).or_default() += 1;
            }
            What::Heard(feedback) => {
                let heard = self.heard.entry(step.scope.clone()).or_default();
                *heard.entry(feedback.name().to_owned()).or_default() += 1;
            }
            What::NoLonger(state, reason) => {
                let Some(ended) = self.ended.get_mut(&step.scope) else { return };
                let words = words(*state, *reason);
                if let Some(count) = ended.get_mut(&words) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        ended.remove(&words);
                    }
                }
            }
        }
    }
}

fn key_of(day: i64) -> String {
    format!("{PREFIX}{day:06}")
}
