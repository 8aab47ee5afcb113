//! Calls of other systems, in memory.

use crate::memory_store::Table;
use crate::{Changes, ForgetHooks, Hook, HookChange, HookCounts, HookRecord};
use model::{HookState, PersonId, Timestamp};
use std::collections::BTreeMap;

/// By number; what was written since the last durable commit can be lost.
#[derive(Default)]
pub(crate) struct HookTable(Table<u64, HookRecord>);

impl HookTable {
    /// After the erasures of the same commit: what it still says of an erased person stays.
    pub fn apply(&mut self, changes: &Changes<'_>) {
        for change in &changes.hook_changes {
            self.change(change, changes.now);
        }
        changes.hooks.iter().for_each(|it| self.add(it));
        if let Some(forget) = &changes.forget_hooks {
            self.forget(forget);
        }
    }

    pub fn erase(&mut self, person: PersonId, now: Timestamp) {
        let own = |it: &&HookRecord| it.hook.person == Some(person);
        let gone: Vec<HookRecord> = self.0.rows.values().filter(own).cloned().collect();
        for record in gone {
            self.0.set(record.number, None);
            self.release(record.hook.lane.as_deref(), now);
        }
    }

    pub fn due(&self, now: Timestamp, per_host: usize, limit: usize) -> Vec<HookRecord> {
        let is_due = |it: &&HookRecord| it.next_at.is_some_and(|at| at <= now);
        let mut due: Vec<&HookRecord> = self.0.rows.values().filter(is_due).collect();
        due.sort_by_key(|it| (it.next_at, it.number));
        let mut of_host: BTreeMap<String, usize> = BTreeMap::new();
        due.retain(|it| {
            let count = of_host.entry(it.hook.host()).or_default();
            *count += 1;
            *count <= per_host
        });
        due.into_iter().take(limit).cloned().collect()
    }

    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.0.rows.values().filter_map(|it| it.next_at).filter(|it| after < *it).min()
    }

    pub fn find(&self, key: &str) -> Option<&HookRecord> {
        self.0.rows.values().find(|it| it.hook.key == key)
    }

    pub fn list(
        &self,
        state: Option<HookState>,
        before: Option<u64>,
        limit: usize,
    ) -> Vec<HookRecord> {
        let below = self.0.rows.range(..before.unwrap_or(u64::MAX)).rev().map(|it| it.1);
        below
            .filter(|it| state.is_none_or(|state| it.state == state))
            .take(limit)
            .cloned()
            .collect()
    }

    pub fn counts(&self) -> HookCounts {
        let mut counts = HookCounts::default();
        for record in self.0.rows.values() {
            match record.state {
                HookState::Waiting => {
                    counts.waiting += 1;
                    counts.failing += u64::from(0 < record.tries);
                }
                HookState::Answered => {}
                HookState::GivenUp => counts.given_up += 1,
            }
        }
        counts
    }

    pub fn make_durable(&mut self) {
        self.0.undo.clear();
    }

    pub fn roll_back(&mut self) {
        self.0.roll_back();
    }

    fn add(&mut self, hook: &Hook) {
        if self.find(&hook.key).is_some() {
            return;
        }
        let number = self.0.rows.last_key_value().map_or(1, |it| it.0 + 1);
        let first = hook.lane.as_deref().is_none_or(|it| self.first_of(it).is_none());
        let record = HookRecord {
            number,
            hook: hook.clone(),
            state: HookState::Waiting,
            tries: 0,
            tried_at: None,
            next_at: first.then_some(hook.made),
            detail: String::new(),
        };
        self.0.set(number, Some(record));
    }

    fn change(&mut self, change: &HookChange, now: Timestamp) {
        let Some(mut record) = self.find(&change.key).cloned() else { return };
        let HookChange { key: _, state, tries, tried_at, next_at, detail } = change.clone();
        (record.state, record.tries, record.detail) = (state, tries, detail);
        record.tried_at = tried_at.or(record.tried_at);
        record.next_at = next_at.filter(|_| state == HookState::Waiting);
        if state == HookState::Answered && record.hook.person.is_none() {
            record.hook.body.clear();
        }
        let lane = record.hook.lane.clone();
        self.0.set(record.number, Some(record));
        if state != HookState::Waiting {
            self.release(lane.as_deref(), now);
        }
    }

    /// The next of the lane may go, if it was waiting for its turn.
    fn release(&mut self, lane: Option<&str>, now: Timestamp) {
        let Some(mut record) = lane.and_then(|it| self.first_of(it)).cloned() else { return };
        if record.next_at.is_none() {
            record.next_at = Some(now);
            self.0.set(record.number, Some(record));
        }
    }

    fn first_of(&self, lane: &str) -> Option<&HookRecord> {
        let waits = |it: &&HookRecord| {
            it.state == HookState::Waiting && it.hook.lane.as_deref() == Some(lane)
        };
        self.0.rows.values().find(waits)
    }

    fn forget(&mut self, forget: &ForgetHooks) {
        let is_old = |it: &&HookRecord| {
            let before = match it.state {
                HookState::Waiting => return false,
                HookState::Answered => forget.answered,
                HookState::GivenUp => forget.given_up,
            };
            it.tried_at.is_some_and(|at| at < before)
        };
        let old: Vec<u64> = self.0.rows.values().filter(is_old).map(|it| it.number).collect();
        old.into_iter().for_each(|it| self.0.set(it, None));
    }
}
