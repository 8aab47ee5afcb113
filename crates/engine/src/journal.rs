//! What was handed to providers, written down outside the state, so that a restored backup does
//! not send again what left after it was taken.

use model::Timestamp;
use port::{FactLog, LogError, LogPosition};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};

/// How many keys are read at a time.
const READ_MAX: usize = 10_000;

/// The state was restored from a backup taken at `since`. What was due until `at` may have left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    pub since: Timestamp,
    pub at: Timestamp,
    /// The send journal of the lost installation is still there.
    pub journal: bool,
}

/// The keys of all messages that were claimed, in a log of its own.
pub(crate) struct Journal {
    log: Arc<dyn FactLog>,
    /// Read when a restored state asks for the first time.
    keys: Option<BTreeSet<Vec<u8>>>,
}

impl Journal {
    pub fn new(log: Arc<dyn FactLog>) -> Journal {
        Journal { log, keys: None }
    }

    /// Returns when the keys are on disk.
    pub fn record(&mut self, keys: Vec<Vec<u8>>) -> Result<(), LogError> {
        if let Some(known) = &mut self.keys {
            known.extend(keys.iter().cloned());
        }
        let (sender, receiver) = mpsc::channel();
        self.log.append(keys, Box::new(move |it| sender.send(it).unwrap_or(())));
        match receiver.recv() {
            Ok(result) => result.map(|_| ()),
            Err(_) => Err(LogError::Closed { why: "the journal gave no answer".to_owned() }),
        }
    }

    pub fn contains(&mut self, key: &str) -> Result<bool, LogError> {
        if self.keys.is_none() {
            let (mut keys, mut from) = (BTreeSet::new(), LogPosition(0));
            loop {
                let records = self.log.read(from, READ_MAX, usize::MAX)?;
                let Some((end, _)) = records.last() else { break };
                from = *end;
                keys.extend(records.into_iter().map(|it| it.1));
            }
            self.keys = Some(keys);
        }
        Ok(self.keys.as_ref().is_some_and(|it| it.contains(key.as_bytes())))
    }
}
