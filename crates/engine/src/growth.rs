//! How audiences grow and shrink: of each day who came and went, and how many there were at its end.

use crate::batch::{Batch, Working};
use crate::{Engine, EngineError};
use audience::Change;
use model::Timestamp;
use port::{Entry, Sections, Space, StoreError, Views};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PREFIX: &str = "growth/";

/// What one audience went through on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AudienceDay {
    pub entered: u64,
    pub left: u64,
    /// What a changed definition, a merge of two persons or an erasure added or took away.
    pub otherwise: i64,
    /// At the end of the day, or now.
    pub size: i64,
}

/// Why memberships changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// By what the person did, or by time.
    Themselves,
    /// The definition is new, or other persons became this one.
    Otherwise,
}

/// What moved since the last commit, by audience and day.
#[derive(Debug, Default)]
pub(crate) struct Growth(BTreeMap<(String, i64), AudienceDay>);

/// The days of an audience from `from` on, oldest first. A day on which nothing moved is not there.
pub fn growth(
    views: &dyn Views,
    audience: &str,
    from: i64,
) -> Result<Vec<(i64, AudienceDay)>, StoreError> {
    let prefix = format!("{PREFIX}{audience}/");
    let mut days = Vec::new();
    for (key, bytes) in views.list(Space::Tally, &prefix)? {
        // Another audience may have this one's name and a slash at its beginning.
        let Some(day) = key.strip_prefix(&prefix).and_then(|it| it.parse::<i64>().ok()) else {
            continue;
        };
        if from <= day {
            let read = serde_json::from_slice(&bytes);
            let unreadable = |e: serde_json::Error| StoreError::Unreadable {
                what: "day of an audience",
                detail: format!("{key}: {e}"),
            };
            days.push((day, read.map_err(unreadable)?));
        }
    }
    Ok(days)
}

impl Engine {
    /// Counts changes of a person's memberships, has them stored as such, and told to whom it concerns.
    pub(crate) fn note_memberships(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        changes: &[Change],
        moved: Moved,
    ) {
        if changes.is_empty() {
            return;
        }
        let now = batch.now;
        self.tell_changes(&working.person, batch, changes);
        working.changed(Sections::HOT);
        working.changed(Sections::MEMBERS);
        for change in changes {
            match change {
                Change::Entered(name) => self.move_one(name, 1, now, moved),
                Change::Left(name) => self.move_one(name, -1, now, moved),
            }
        }
    }

    /// Sizes after persons became one, or one became two: the old ones are counted no more.
    pub(crate) fn tally_union(&mut self, before: &[String], after: &[String], now: Timestamp) {
        before.iter().for_each(|it| self.move_one(it, -1, now, Moved::Otherwise));
        after.iter().for_each(|it| self.move_one(it, 1, now, Moved::Otherwise));
    }

    fn move_one(&mut self, name: &str, by: i64, now: Timestamp, moved: Moved) {
        *self.tallies.audiences.entry(name.to_owned()).or_default() += by;
        self.tallies_changed = true;
        let moves = self.growth.0.entry((name.to_owned(), now.day())).or_default();
        match (moved, 0 < by) {
            (Moved::Themselves, true) => moves.entered += 1,
            (Moved::Themselves, false) => moves.left += 1,
            (Moved::Otherwise, _) => moves.otherwise += by,
        }
    }

    /// What the commit writes of the days of audiences.
    pub(crate) fn growth_entries(&self, entries: &mut Vec<Entry>) -> Result<(), EngineError> {
        for ((name, day), since) in &self.growth.0 {
            let key = key_of(name, *day);
            let mut moves: AudienceDay = match self.store.get(Space::Tally, &key)? {
                Some(stored) => serde_json::from_slice(&stored).map_err(|error| {
                    let detail = format!("{name}: {error}");
                    record::Unreadable { what: "day of an audience", detail }
                })?,
                None => AudienceDay::default(),
            };
            moves.entered += since.entered;
            moves.left += since.left;
            moves.otherwise += since.otherwise;
            moves.size = self.tallies.audiences.get(name).copied().unwrap_or_default();
            let value = serde_json::to_vec(&moves).expect("plain data has a JSON form");
            entries.push(Entry::put(Space::Tally, key, value));
        }
        Ok(())
    }
}

impl Growth {
    /// It is stored, or will never be.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

fn key_of(audience: &str, day: i64) -> String {
    format!("{PREFIX}{audience}/{day:06}")
}
