//! What the engine says about itself, for pages, metrics and the command line.

use crate::Hold;
use journey::Progress;
use model::{CampaignName, JourneyName, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Counts since the process began; everything lasting is in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub events: u64,
    pub duplicates: u64,
    /// Facts that belong to nobody: every identifier of theirs is a placeholder.
    pub nobody: u64,
    pub merges: u64,
    pub undone: u64,
    pub commits: u64,
    pub late_answers: u64,
    /// Identifiers that did not come along, by the code of the refusal.
    pub refused: BTreeMap<&'static str, u64>,
    /// Persons who were erased since the process began.
    pub erased: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyTally {
    pub started: u64,
    pub ended: u64,
    pub goals: u64,
    pub messages: u64,
}

/// Counts that are kept with the state: exact after any crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tallies {
    pub events: u64,
    #[serde(default)]
    pub audiences: BTreeMap<String, i64>,
    #[serde(default)]
    pub journeys: BTreeMap<JourneyName, JourneyTally>,
    /// How far the refreshing of everybody after a change of definitions has come.
    #[serde(default, with = "scan")]
    pub fill: Option<Option<PersonId>>,
    /// Persons from this number on came after the change.
    #[serde(default)]
    pub fill_below: u64,
    /// The audiences that the change is about.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fill_silent: BTreeSet<String>,
}

/// A broadcast's progress and the plan behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastStatus {
    pub progress: Progress,
    /// The persons that the plan lists.
    pub counted: u64,
    /// Where the plan's scan stands; `None` when the list is complete.
    #[serde(default, with = "scan")]
    pub scan: Option<Option<PersonId>>,
    /// How many parts the stored list has.
    pub parts: u32,
}

/// "Not scanning", "from the beginning" and "after p7" as null, 0 and 7.
pub(crate) mod scan {
    use model::PersonId;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        scan: &Option<Option<PersonId>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        scan.map(|after| after.map_or(0, |it| it.0)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<PersonId>>, D::Error> {
        let scan = Option::<u64>::deserialize(deserializer)?;
        Ok(scan.map(|after| (0 < after).then_some(PersonId(after))))
    }
}

/// A copy that other threads may read while the engine works.
#[derive(Clone, Debug, Default)]
pub struct Status {
    pub now: Timestamp,
    pub programme_version: u64,
    pub hold: Option<Hold>,
    pub stats: Stats,
    pub tallies: Tallies,
    pub broadcasts: BTreeMap<CampaignName, BroadcastStatus>,
    /// Bytes of the log that were not taken yet.
    pub lag_bytes: u64,
    /// Received time of the newest event taken.
    pub newest_event: Option<Timestamp>,
    pub in_flight: usize,
}
