//! Journeys that somebody paused: nothing of them leaves, and nothing of them is lost. People walk on; what
//! is to be said to them waits, and ends as too late when its time is over.

use crate::batch::Batch;
use crate::{Engine, EngineError};
use model::{JourneyName, Message, Origin, Timestamp};
use port::{Catalog, Entry, Space, StoreError};
use record::log::PauseAction;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PREFIX: &str = "paused/journey/";

/// Who paused a journey, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    pub by: String,
    pub since: Timestamp,
}

pub(crate) fn read_all(
    views: &(impl Catalog + ?Sized),
) -> Result<BTreeMap<JourneyName, Paused>, StoreError> {
    let mut found = BTreeMap::new();
    for (key, bytes) in views.list(Space::Campaign, PREFIX)? {
        let paused = serde_json::from_slice(&bytes).map_err(|error| StoreError::Unreadable {
            what: "pause of a journey",
            detail: format!("{key}: {error}"),
        })?;
        found.insert(JourneyName::new(key.strip_prefix(PREFIX).unwrap_or(&key)), paused);
    }
    Ok(found)
}

impl Engine {
    pub(crate) fn pause_journey(
        &mut self,
        batch: &mut Batch,
        name: JourneyName,
        action: PauseAction,
        by: String,
    ) -> Result<(), EngineError> {
        let key = format!("{PREFIX}{name}");
        tracing::info!(journey = %name, ?action, by, "journey steered");
        batch.durable = true;
        match action {
            // The first word stands: a second one changes nothing.
            PauseAction::Pause if !self.paused.contains_key(&name) => {
                let paused = Paused { by, since: batch.now };
                let value = serde_json::to_vec(&paused).expect("plain data has a JSON form");
                batch.entries.push(Entry::put(Space::Campaign, key, value));
                self.paused.insert(name, paused);
            }
            PauseAction::Resume if self.paused.remove(&name).is_some() => {
                batch.entries.push(Entry::delete(Space::Campaign, key));
            }
            PauseAction::Pause | PauseAction::Resume => {}
        }
        Ok(())
    }

    pub(crate) fn is_paused(&self, message: &Message) -> bool {
        match &message.origin {
            Origin::Journey { journey, .. } => self.paused.contains_key(journey),
            Origin::Broadcast { .. } | Origin::Api | Origin::Request { .. } => false,
        }
    }
}
