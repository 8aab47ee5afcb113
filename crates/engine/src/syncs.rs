//! Other systems are told who enters and leaves the audiences that they are kept in step with.
//!
//! A change is told in the commit that makes it. When an audience begins to be told of, everybody who
//! is in it is told in chunks between live batches.

use crate::batch::Batch;
use crate::status::scan;
use crate::{Engine, EngineError};
use audience::Change;
use model::{IdentifierKind, PersonId};
use port::{Catalog, Entry, Hook, Person, Space, StoreError};
use record::programme::Programme;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Members told of in one chunk: some 20 ms of work.
const CHUNK: usize = 500;

const PREFIX: &str = "sync/";

/// How far everybody in an audience has been told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncStatus {
    pub url: String,
    /// The programme that asked for it.
    pub version: u64,
    #[serde(default, with = "scan")]
    pub(crate) scan: Option<Option<PersonId>>,
    #[serde(default)]
    pub told: u64,
}

#[derive(Clone, Copy)]
enum Word {
    Entered,
    Left,
}

impl Word {
    fn name(self) -> &'static str {
        match self {
            Word::Entered => "entered",
            Word::Left => "left",
        }
    }
}

pub(crate) fn read_all(
    views: &(impl Catalog + ?Sized),
) -> Result<BTreeMap<String, SyncStatus>, StoreError> {
    let mut found = BTreeMap::new();
    for (key, bytes) in views.list(Space::Campaign, PREFIX)? {
        let status = serde_json::from_slice(&bytes).map_err(|error| StoreError::Unreadable {
            what: "sync of an audience",
            detail: format!("{key}: {error}"),
        })?;
        found.insert(key.strip_prefix(PREFIX).unwrap_or(&key).to_owned(), status);
    }
    Ok(found)
}

impl Engine {
    pub(crate) fn tell_changes(&self, person: &Person, batch: &mut Batch, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Entered(name) => self.tell(person, batch, name, Word::Entered),
                Change::Left(name) => self.tell(person, batch, name, Word::Left),
            }
        }
    }

    /// Somebody is in other audiences than before because persons became one, or one became two.
    pub(crate) fn tell_difference(
        &self,
        person: &Person,
        batch: &mut Batch,
        before: &[String],
        after: &[String],
    ) {
        for name in before.iter().filter(|it| !after.contains(it)) {
            self.tell(person, batch, name, Word::Left);
        }
        for name in after.iter().filter(|it| !before.contains(it)) {
            self.tell(person, batch, name, Word::Entered);
        }
    }

    /// The last word about somebody who is forgotten. It belongs to nobody, so that it is not forgotten
    /// with them before it was heard.
    pub(crate) fn tell_erased(&self, person: &Person, batch: &mut Batch, audiences: &[String]) {
        let from = batch.hooks.len();
        self.tell_difference(person, batch, audiences, &[]);
        batch.hooks[from..].iter_mut().for_each(|it| it.person = None);
    }

    fn tell(&self, person: &Person, batch: &mut Batch, audience: &str, word: Word) {
        let Some(url) = self.loaded.programme.syncs.get(audience) else { return };
        // By what caused it, so that a log that is read again gives the same key.
        let cause = match batch.cause {
            Some(position) => format!("l{}", position.0),
            None => format!("t{}", batch.now.0),
        };
        self.tell_by(person, batch, (audience, url), word, &cause);
    }

    fn tell_by(
        &self,
        person: &Person,
        batch: &mut Batch,
        (audience, url): (&str, &str),
        word: Word,
        cause: &str,
    ) {
        let user = person.known.best(IdentifierKind::UserId);
        let body = json!({
            "type": format!("audience.{}", word.name()),
            "audience": audience,
            "person": person.id.to_string(),
            "user_id": user.map(|it| &it.value),
            "at": batch.now.to_string(),
        });
        let mut key = format!("audience/{audience}/{}/{}/{cause}", word.name(), person.id);
        let times = batch.told.entry(key.clone()).or_default();
        *times += 1;
        if 1 < *times {
            key = format!("{key}/{times}");
        }
        batch.durable = true;
        batch.worked = true;
        batch.hooks.push(Hook {
            key,
            url: url.to_owned(),
            body: serde_json::to_vec(&body).expect("JSON has a JSON form"),
            made: batch.now,
            person: Some(person.id),
            lane: Some(format!("audience/{audience}/{}", person.id)),
        });
    }

    /// What a new programme tells of for the first time, or to another receiver. Of a new audience
    /// everybody enters anyway.
    pub(crate) fn begin_syncs(&mut self, batch: &mut Batch, before: &Programme) {
        let programme = self.loaded.programme.clone();
        let gone = |it: &&String| !programme.syncs.contains_key(*it);
        let gone: Vec<String> = self.syncs.keys().filter(gone).cloned().collect();
        for name in gone {
            self.syncs.remove(&name);
            batch.entries.push(Entry::delete(Space::Campaign, format!("{PREFIX}{name}")));
        }
        for (name, url) in &programme.syncs {
            let existed = before.audiences.iter().any(|it| it.0 == *name);
            if before.syncs.get(name) == Some(url) {
                continue;
            }
            let (url, version) = (url.clone(), self.loaded.version);
            let scan = existed.then_some(None);
            self.keep_sync(batch, name.clone(), SyncStatus { url, version, scan, told: 0 });
        }
    }

    pub(crate) fn sync_chunk(&mut self, batch: &mut Batch) -> Result<bool, EngineError> {
        let unfinished =
            self.syncs.iter().find_map(|(name, it)| Some((name.clone(), it.clone(), it.scan?)));
        let Some((name, mut status, after)) = unfinished else { return Ok(false) };
        let ids = self.store.members(&name, after, CHUNK)?;
        batch.load(&*self.store, &mut self.memory, ids.iter().copied())?;
        let cause = format!("v{}", status.version);
        for id in &ids {
            let Some(working) = batch.take(*id) else { continue };
            // Whoever left in this batch was told of as such.
            if working.person.profile.memberships().contains_key(&name) {
                let place = (name.as_str(), status.url.as_str());
                self.tell_by(&working.person, batch, place, Word::Entered, &cause);
                status.told += 1;
            }
            batch.return_unchanged(working);
        }
        status.scan = ids.last().map(|last| Some(*last));
        batch.worked = true;
        self.keep_sync(batch, name, status);
        Ok(true)
    }

    fn keep_sync(&mut self, batch: &mut Batch, name: String, status: SyncStatus) {
        let value = serde_json::to_vec(&status).expect("plain data has a JSON form");
        batch.entries.push(Entry::put(Space::Campaign, format!("{PREFIX}{name}"), value));
        self.syncs.insert(name, status);
    }
}

impl SyncStatus {
    pub fn is_done(&self) -> bool {
        self.scan.is_none()
    }
}
