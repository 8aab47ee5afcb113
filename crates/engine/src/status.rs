//! What the engine says about itself, for pages, metrics and the command line.

use crate::{BrakeStatus, Filling, FormTally, Hold, LastAnswer, Paused};
use delivery::Holding;
use journey::Progress;
use model::{CampaignName, Channel, JourneyName, PersonId, Timestamp};
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
    /// What came of the forms that visitors fill in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forms: BTreeMap<String, FormTally>,
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
    /// The list by when people get it, the earliest first. Empty in lists of one wave that were
    /// stored before there were waves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waves: Vec<Wave>,
    /// Who comes next.
    #[serde(default, skip_serializing_if = "Place::is_first")]
    pub place: Place,
}

/// Everybody on the list who is due at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    /// Not before this; none when it goes out as soon as it is started.
    pub due: Option<Timestamp>,
    pub people: u64,
    /// The parts of the stored list.
    pub parts: Vec<u32>,
}

/// A place in the list: in which wave, which of its parts, and how many of that part are done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub wave: usize,
    pub part: usize,
    pub done: usize,
}

impl Place {
    fn is_first(&self) -> bool {
        *self == Place::default()
    }
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
    /// Counters that are filled from the history, the first one now.
    pub fillings: Vec<Filling>,
    /// Chunks of it that wait for the loop.
    pub fills_waiting: usize,
    pub broadcasts: BTreeMap<CampaignName, BroadcastStatus>,
    /// What came of campaigns, by scope.
    pub brakes: BTreeMap<String, BrakeStatus>,
    /// Journeys that somebody paused.
    pub paused: BTreeMap<JourneyName, Paused>,
    /// The last answers of each channel's provider, the latest first.
    pub answers: BTreeMap<Channel, Vec<LastAnswer>>,
    /// What holds messages, by channel.
    pub paces: BTreeMap<Channel, Holding>,
    /// Bytes of the log that were not taken yet.
    pub lag_bytes: u64,
    /// Received time of the newest event taken.
    pub newest_event: Option<Timestamp>,
    pub in_flight: usize,
}
