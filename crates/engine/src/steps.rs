//! Where the people in each journey are, and what became of those who were: counts that move with each
//! commit, so that nobody has to be looked for.

use journey::{EndReason, Failure, Refusal, Run, Runs};
use model::JourneyName;
use port::{Catalog, Entry, Space, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Stored keys of these counts begin so.
const PREFIX: &str = "journey/";

/// Versions of one journey that nobody is in any more and whose counts are kept all the same. Each
/// change of a journey makes one.
const VERSIONS_MAX: usize = 20;

/// The counts of one journey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyCounts {
    #[serde(default)]
    pub ended: BTreeMap<EndReason, u64>,
    /// Why the trigger fitted and yet no run began.
    #[serde(default)]
    pub refused: BTreeMap<Refusal, u64>,
    /// By version, and in it by the address of the step.
    #[serde(default)]
    pub versions: BTreeMap<u64, BTreeMap<String, StepCounts>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCounts {
    /// How often it was executed.
    pub entered: u64,
    /// Runs that stand there now.
    #[serde(default)]
    pub now: i64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<Failure, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arms: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default)]
pub struct JourneySteps {
    journeys: BTreeMap<JourneyName, JourneyCounts>,
    changed: BTreeSet<JourneyName>,
}

impl JourneyCounts {
    /// Runs that are in a version now.
    pub fn running_in(&self, version: u64) -> i64 {
        self.versions.get(&version).into_iter().flat_map(BTreeMap::values).map(|it| it.now).sum()
    }

    pub fn running(&self) -> i64 {
        self.versions.keys().map(|it| self.running_in(*it)).sum()
    }
}

impl JourneySteps {
    pub fn read<V: Catalog + ?Sized>(views: &V) -> Result<JourneySteps, StoreError> {
        let mut steps = JourneySteps::default();
        for (key, bytes) in views.list(Space::Tally, PREFIX)? {
            let counts =
                serde_json::from_slice(&bytes).map_err(|error| StoreError::Unreadable {
                    what: "counts of a journey",
                    detail: format!("{key}: {error}"),
                })?;
            let name = key.strip_prefix(PREFIX).unwrap_or(&key);
            steps.journeys.insert(JourneyName::from(name), counts);
        }
        Ok(steps)
    }

    pub fn of(&self, name: &JourneyName) -> Option<&JourneyCounts> {
        self.journeys.get(name)
    }

    pub(crate) fn changed_entries(&mut self, entries: &mut Vec<Entry>) {
        for name in &self.changed {
            let Some(counts) = self.journeys.get_mut(name) else { continue };
            forget_old(counts);
            let value = serde_json::to_vec(counts).expect("plain data has a JSON form");
            entries.push(Entry::put(Space::Tally, format!("{PREFIX}{name}"), value));
        }
    }

    pub(crate) fn stored(&mut self) {
        self.changed.clear();
    }

    /// One person's runs became others.
    pub(crate) fn follow(&mut self, before: &Runs, after: &Runs) {
        let same = |a: &Run, b: &Run| (a.id, a.version, &a.step) == (b.id, b.version, &b.step);
        for run in before.active() {
            if !after.active().iter().any(|it| same(it, run)) {
                self.at(run).now -= 1;
            }
        }
        for run in after.active() {
            if !before.active().iter().any(|it| same(it, run)) {
                self.at(run).now += 1;
            }
        }
    }

    pub(crate) fn reached(&mut self, journey: JourneyName, version: u64, step: String) {
        self.step(journey, version, step).entered += 1;
    }

    pub(crate) fn took(&mut self, journey: JourneyName, version: u64, step: String, arm: String) {
        *self.step(journey, version, step).arms.entry(arm).or_default() += 1;
    }

    pub(crate) fn failed(
        &mut self,
        journey: JourneyName,
        version: u64,
        step: String,
        why: Failure,
    ) {
        *self.step(journey, version, step).failed.entry(why).or_default() += 1;
    }

    pub(crate) fn ended(&mut self, journey: JourneyName, why: EndReason) {
        *self.journey(journey).ended.entry(why).or_default() += 1;
    }

    pub(crate) fn refused(&mut self, journey: JourneyName, why: Refusal) {
        *self.journey(journey).refused.entry(why).or_default() += 1;
    }

    fn journey(&mut self, name: JourneyName) -> &mut JourneyCounts {
        self.changed.insert(name.clone());
        self.journeys.entry(name).or_default()
    }

    fn step(&mut self, journey: JourneyName, version: u64, step: String) -> &mut StepCounts {
        let steps = self.journey(journey).versions.entry(version).or_default();
        steps.entry(step).or_default()
    }

    fn at(&mut self, run: &Run) -> &mut StepCounts {
        self.step(run.journey.clone(), run.version, run.step.clone())
    }
}

fn forget_old(counts: &mut JourneyCounts) {
    let surplus = counts.versions.len().saturating_sub(VERSIONS_MAX);
    let empty = |it: &u64| counts.running_in(*it) == 0;
    let old: Vec<u64> = counts.versions.keys().copied().filter(empty).take(surplus).collect();
    counts.versions.retain(|it, _| !old.contains(it));
}
