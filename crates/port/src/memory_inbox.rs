//! What waits on a site, in memory.

use crate::memory_store::Table;
use crate::{Changes, InboxItem};
use model::{Identifier, PersonId, Timestamp};

/// By key; what was written since the last durable commit can be lost.
#[derive(Default)]
pub(crate) struct InboxTable(Table<String, InboxItem>);

impl InboxTable {
    /// Before the erasures of the same commit, which take what it still puts there.
    pub fn apply(&mut self, changes: &Changes<'_>) {
        for key in &changes.inbox_taken {
            self.0.set(key.clone(), None);
        }
        for item in &changes.inbox {
            if !self.0.rows.contains_key(&item.key) {
                self.0.set(item.key.clone(), Some(item.clone()));
            }
        }
        if let Some(now) = changes.forget_inbox {
            self.forget(|it| it.until <= now);
        }
    }

    /// All that was written for the person, and all at addresses that are theirs.
    pub fn erase(&mut self, person: PersonId, theirs: &[Identifier]) {
        self.forget(|it| it.person == Some(person) || theirs.contains(&it.to));
    }

    pub fn waiting(&self, to: &[Identifier], now: Timestamp, limit: usize) -> Vec<InboxItem> {
        let waits = |it: &&InboxItem| to.contains(&it.to) && now < it.until;
        let mut found: Vec<InboxItem> = self.0.rows.values().filter(waits).cloned().collect();
        found.sort_by(|a, b| (b.at, &a.key).cmp(&(a.at, &b.key)));
        found.truncate(limit);
        found
    }

    pub fn make_durable(&mut self) {
        self.0.undo.clear();
    }

    pub fn roll_back(&mut self) {
        self.0.roll_back();
    }

    fn forget(&mut self, gone: impl Fn(&InboxItem) -> bool) {
        let keys: Vec<String> =
            self.0.rows.values().filter(|it| gone(it)).map(|it| it.key.clone()).collect();
        keys.into_iter().for_each(|it| self.0.set(it, None));
    }
}
