//! Sources: where events come from, each with the hash of its write key in the catalog.

use crate::app::{Shared, hex, random};
use crate::problem::Problem;
use engine::OWN_SOURCE;
use model::{SourceId, Timestamp};
use port::{Entry, Space};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Sites, apps and shops of one business; each is a row on a page.
pub(crate) const SOURCES_MAX: usize = 500;

/// How often an unknown key may make us look into the catalog again: it may be new, and whoever
/// tries keys must not cost a query each.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(2);

const NAME_CHARS_MAX: usize = 80;

/// The stored form of a source, under its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    pub name: String,
    pub created: Timestamp,
    /// blake3 of the write key, in hex.
    pub key_hash: String,
}

/// The sources in memory. Keys are looked up by their hash.
#[derive(Default)]
pub(crate) struct Sources {
    state: RwLock<State>,
    /// When the catalog was read to the end; held while it is being read.
    read_at: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct State {
    by_key: BTreeMap<String, SourceId>,
    entries: BTreeMap<SourceId, SourceEntry>,
}

/// A source with a new write key, which is shown once: the id is made from the name, and is none of
/// `taken`.
pub fn new_source(
    name: &str,
    taken: &[SourceId],
    now: Timestamp,
) -> Result<(SourceId, String, Entry), String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("a source needs a name, such as `Web shop`".to_owned());
    }
    if NAME_CHARS_MAX < name.chars().count() {
        return Err(format!("a source's name has at most {NAME_CHARS_MAX} characters"));
    }
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '-' })
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|it| !it.is_empty()).collect();
    let base = if words.is_empty() { "source".to_owned() } else { words.join("-") };
    // Under our own name others could say what happened on our pages.
    let is_free = |id: &SourceId| id.as_str() != OWN_SOURCE && !taken.contains(id);
    let id = (1..=taken.len() + 2)
        .map(|n| SourceId::new(if n == 1 { base.clone() } else { format!("{base}-{n}") }))
        .find(is_free)
        .unwrap_or_else(|| SourceId::new(hex(&random::<8>())));
    let write_key = hex(&random::<16>());
    let entry = source_entry(&id, name, &write_key, now);
    Ok((id, write_key, entry))
}

/// The catalog's entry for a source whose write key is known.
pub fn source_entry(id: &SourceId, name: &str, write_key: &str, now: Timestamp) -> Entry {
    let form = SourceEntry { name: name.to_owned(), created: now, key_hash: key_hash(write_key) };
    let value = serde_json::to_vec(&form).expect("plain data has a JSON form");
    Entry::put(Space::Source, id.as_str(), value)
}

impl Sources {
    /// The source of a write key, as far as memory knows.
    pub fn find(&self, write_key: &str) -> Option<SourceId> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.by_key.get(&key_hash(write_key)).cloned()
    }

    pub fn all(&self) -> BTreeMap<SourceId, SourceEntry> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).entries.clone()
    }

    /// Reads the catalog again, unless that was done a moment ago; whoever comes while it is being
    /// read waits for it. True when memory may know more than it did at `tried`.
    pub async fn look_again(&self, shared: &Shared, tried: Instant) -> Result<bool, Problem> {
        let mut read_at = self.read_at.lock().await;
        if let Some(at) = *read_at {
            if tried <= at {
                return Ok(true);
            }
            if at.elapsed() < LOOK_AGAIN_AFTER {
                return Ok(false);
            }
        }
        self.read(shared).await?;
        *read_at = Some(Instant::now());
        Ok(true)
    }

    /// Reads the catalog.
    pub async fn read(&self, shared: &Shared) -> Result<(), Problem> {
        let stored = shared.read(|views| Ok(views.list(Space::Source, "")?)).await?;
        let mut fresh = State::default();
        for (id, bytes) in stored {
            match serde_json::from_slice::<SourceEntry>(&bytes) {
                Ok(entry) => {
                    fresh.by_key.insert(entry.key_hash.clone(), SourceId::new(&id));
                    fresh.entries.insert(SourceId::new(id), entry);
                }
                Err(error) => tracing::error!(source = id, %error, "a stored source was skipped"),
            }
        }
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

fn key_hash(write_key: &str) -> String {
    hex(blake3::hash(write_key.as_bytes()).as_bytes())
}
