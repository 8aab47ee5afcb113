//! The store in memory, for tests and simulation. Its commits may fail, and those that were not
//! made durable are lost when the power goes.

use crate::memory_hooks::HookTable;
use crate::memory_inbox::InboxTable;
use crate::{
    Agenda, Catalog, Changes, CountKey, Directory, HookCounts, HookRecord, Hooks, Inbox, InboxItem,
    Ledger, LogPosition, Merge, Outbox, People, Person, PersonSummary, Sections, SinceMerge, Space,
    Store, StoreError, Views,
};
use model::{
    Channel, HookState, Identifier, LedgerState, MergeId, Message, MessageId, MessageState,
    PersonId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Clones share one state, as connections to one database do.
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

/// What may go wrong with a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is stored, and the writer is told.
    Refuse,
    /// Everything is stored, and the writer is told that it failed.
    StoreAndFail,
}

impl MemoryStore {
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// Arms `fault` for the commit after `commits` further ones.
    pub fn fail_after(&self, commits: u64, fault: Fault) {
        let mut state = self.lock();
        state.fault = Some((state.commits + commits, fault));
    }

    /// The power goes: what was not made durable is gone.
    pub fn lose_power(&self) {
        let mut state = self.lock();
        state.roll_back();
        state.fault = None;
    }

    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    commits: u64,
    fault: Option<(u64, Fault)>,
    people: Table<PersonId, Person>,
    /// (when, whom), and whom → when.
    agenda: BTreeSet<(Timestamp, PersonId)>,
    /// Whom each person's record named as its audiences when `MEMBERS` was written last, and the same
    /// turned around.
    audiences: Table<PersonId, BTreeSet<String>>,
    members: BTreeSet<(String, PersonId)>,
    identifiers: Table<Identifier, PersonId>,
    redirects: Table<PersonId, PersonId>,
    merges: Table<MergeId, Merge>,
    since_merge: Table<u64, SinceMerge>,
    messages: Table<MessageId, Message>,
    keys: Table<String, MessageId>,
    of_person: BTreeSet<(PersonId, MessageId)>,
    outbox: BTreeSet<(Channel, Timestamp, MessageId)>,
    flying: BTreeSet<MessageId>,
    hooks: HookTable,
    inbox: InboxTable,
    open: BTreeSet<(PersonId, MessageId)>,
    counts: Table<CountKey, i64>,
    seen: Table<[u8; 16], Timestamp>,
    entries: Table<(Space, String), Vec<u8>>,
    /// Log position and time of the last commit.
    marks: Table<(), (LogPosition, Timestamp)>,
}

/// A map that can forget what was written since the last durable commit.
pub(crate) struct Table<K, V> {
    pub rows: BTreeMap<K, V>,
    pub undo: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Table<K, V> {
        Table { rows: BTreeMap::new(), undo: Vec::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub fn set(&mut self, key: K, value: Option<V>) {
        let old = match value {
            Some(value) => self.rows.insert(key.clone(), value),
            None => self.rows.remove(&key),
        };
        self.undo.push((key, old));
    }

    pub fn roll_back(&mut self) {
        while let Some((key, old)) = self.undo.pop() {
            match old {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }
}

impl State {
    fn apply(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        for message in &changes.messages {
            match self.keys.rows.get(&message.key) {
                Some(id) if *id != message.id => {
                    return Err(StoreError::DuplicateKey(message.key.clone()));
                }
                Some(_) | None => {}
            }
        }
        for person in &changes.returned {
            self.redirects.set(*person, None);
        }
        for (person, sections) in &changes.people {
            self.put_person(person, *sections);
        }
        for (absorbed, survivor) in &changes.redirects {
            self.put_redirect(*absorbed, *survivor);
        }
        for (identifier, person) in &changes.identifiers {
            self.identifiers.set(identifier.clone(), Some(*person));
        }
        for merge in &changes.merges {
            self.merges.set(merge.id, Some(merge.clone()));
        }
        for row in &changes.since_merge {
            self.since_merge.set(row.number, Some(row.clone()));
        }
        if let Some(before) = changes.forget_before {
            let is_old = |it: &&SinceMerge| it.at < before;
            let old: Vec<u64> =
                self.since_merge.rows.values().filter(is_old).map(|it| it.number).collect();
            old.into_iter().for_each(|it| self.since_merge.set(it, None));
        }
        for message in &changes.messages {
            self.put_message(message);
        }
        self.inbox.apply(changes);
        for person in &changes.erased {
            self.erase(*person);
            self.hooks.erase(*person, changes.now);
        }
        for change in &changes.counts {
            let old = self.counts.rows.get(&change.key).copied().unwrap_or(0);
            self.counts.set(change.key.clone(), Some(old + change.by));
        }
        for seen in &changes.seen {
            self.seen.set(seen.id, Some(seen.received));
        }
        for entry in &changes.entries {
            self.entries.set((entry.space, entry.key.clone()), entry.value.clone());
        }
        self.hooks.apply(changes);
        let position = changes.log_position.unwrap_or_else(|| self.mark().0);
        self.marks.set((), Some((position, changes.now)));
        Ok(())
    }

    fn mark(&self) -> (LogPosition, Timestamp) {
        self.marks.rows.get(&()).copied().unwrap_or_default()
    }

    fn put_person(&mut self, person: &Person, sections: Sections) {
        let mut stored = match self.people.rows.get(&person.id) {
            Some(stored) => stored.clone(),
            None => Person::new(person.id, person.known.created),
        };
        self.agenda_remove(&stored);
        if sections.contains(Sections::HOT) {
            let traits = std::mem::take(&mut stored.profile.traits);
            stored.profile = person.profile.clone();
            stored.profile.traits = traits;
            stored.known = person.known.clone();
            stored.panel = person.panel.clone();
            stored.holdouts = person.holdouts.clone();
            stored.recent = person.recent.clone();
            stored.last_seen = person.last_seen;
            stored.undo_until = person.undo_until;
        }
        if sections.contains(Sections::TRAITS) {
            stored.profile.traits = person.profile.traits.clone();
        }
        if sections.contains(Sections::CONSENTS) {
            stored.consents = person.consents.clone();
        }
        if sections.contains(Sections::CONTACTS) {
            stored.contacts = person.contacts.clone();
        }
        if sections.contains(Sections::RUNS) {
            stored.runs = person.runs.clone();
        }
        if sections.contains(Sections::LEARNED) {
            stored.learned = person.learned.clone();
        }
        if sections.contains(Sections::MEMBERS) {
            let names = person.profile.memberships().keys().cloned().collect();
            self.put_members(person.id, Some(names));
        }
        stored.open.clear();
        if let Some(at) = stored.next_at() {
            self.agenda.insert((at, stored.id));
        }
        self.people.set(stored.id, Some(stored));
    }

    fn put_members(&mut self, person: PersonId, names: Option<BTreeSet<String>>) {
        for name in self.audiences.rows.get(&person).into_iter().flatten() {
            self.members.remove(&(name.clone(), person));
        }
        self.members.extend(names.iter().flatten().map(|it| (it.clone(), person)));
        self.audiences.set(person, names);
    }

    fn agenda_remove(&mut self, person: &Person) {
        if let Some(at) = person.next_at() {
            self.agenda.remove(&(at, person.id));
        }
    }

    fn put_redirect(&mut self, absorbed: PersonId, survivor: PersonId) {
        if let Some(person) = self.people.rows.get(&absorbed).cloned() {
            self.agenda_remove(&person);
            self.people.set(absorbed, None);
            self.put_members(absorbed, None);
        }
        self.redirects.set(absorbed, Some(survivor));
    }

    fn erase(&mut self, id: PersonId) {
        if let Some(person) = self.people.rows.get(&id).cloned() {
            self.agenda_remove(&person);
            self.people.set(id, None);
            self.put_members(id, None);
        }
        let identifiers = self.identifiers.rows.iter().filter(|it| *it.1 == id);
        let identifiers: Vec<Identifier> = identifiers.map(|it| it.0.clone()).collect();
        self.inbox.erase(id, &identifiers);
        for identifier in identifiers {
            self.identifiers.set(identifier, None);
        }
        let redirects = self.redirects.rows.iter().filter(|it| *it.0 == id || *it.1 == id);
        for absorbed in redirects.map(|it| *it.0).collect::<Vec<_>>() {
            self.redirects.set(absorbed, None);
        }
        let takes_part = |it: &Merge| it.record.survivor == id || it.record.absorbed == id;
        let merges = self.merges.rows.iter().filter(|it| takes_part(it.1));
        for number in merges.map(|it| *it.0).collect::<Vec<_>>() {
            self.merges.set(number, None);
        }
        let since = self.since_merge.rows.values().filter(|it| it.person == id);
        for number in since.map(|it| it.number).collect::<Vec<_>>() {
            self.since_merge.set(number, None);
        }
    }

    fn put_message(&mut self, message: &Message) {
        if let Some(old) = self.messages.rows.get(&message.id).cloned() {
            self.unindex(&old);
            if old.key != message.key {
                self.keys.set(old.key, None);
            }
        }
        self.index(message);
        self.keys.set(message.key.clone(), Some(message.id));
        self.messages.set(message.id, Some(message.clone()));
    }

    fn index(&mut self, message: &Message) {
        self.of_person.insert((message.person, message.id));
        match &message.state {
            MessageState::Planned { channel, at, .. } => {
                self.outbox.insert((*channel, *at, message.id));
            }
            MessageState::InFlight { .. } => {
                self.flying.insert(message.id);
            }
            MessageState::Waiting | MessageState::Joined { .. } | MessageState::Ended { .. } => {}
        }
        if message.ledger_state() == LedgerState::Pending {
            self.open.insert((message.person, message.id));
        }
    }

    fn unindex(&mut self, message: &Message) {
        self.of_person.remove(&(message.person, message.id));
        self.open.remove(&(message.person, message.id));
        self.flying.remove(&message.id);
        if let MessageState::Planned { channel, at, .. } = &message.state {
            self.outbox.remove(&(*channel, *at, message.id));
        }
    }

    fn make_durable(&mut self) {
        self.people.undo.clear();
        self.audiences.undo.clear();
        self.identifiers.undo.clear();
        self.redirects.undo.clear();
        self.merges.undo.clear();
        self.since_merge.undo.clear();
        self.messages.undo.clear();
        self.keys.undo.clear();
        self.counts.undo.clear();
        self.seen.undo.clear();
        self.entries.undo.clear();
        self.hooks.make_durable();
        self.inbox.make_durable();
        self.marks.undo.clear();
    }

    fn roll_back(&mut self) {
        self.people.roll_back();
        self.audiences.roll_back();
        self.identifiers.roll_back();
        self.redirects.roll_back();
        self.merges.roll_back();
        self.since_merge.roll_back();
        self.messages.roll_back();
        self.keys.roll_back();
        self.counts.roll_back();
        self.seen.roll_back();
        self.entries.roll_back();
        self.hooks.roll_back();
        self.inbox.roll_back();
        self.marks.roll_back();
        self.agenda = (self.people.rows.values())
            .filter_map(|it| it.next_at().map(|at| (at, it.id)))
            .collect();
        let named = self.audiences.rows.iter();
        self.members =
            named.flat_map(|(id, names)| names.iter().map(|it| (it.clone(), *id))).collect();
        (self.of_person, self.open) = (BTreeSet::new(), BTreeSet::new());
        (self.outbox, self.flying) = (BTreeSet::new(), BTreeSet::new());
        let messages: Vec<Message> = self.messages.rows.values().cloned().collect();
        for message in &messages {
            self.index(message);
        }
    }

    fn with_open(&self, person: &Person) -> Person {
        let mut person = person.clone();
        let range = (person.id, MessageId(0))..=(person.id, MessageId(u64::MAX));
        person.open = self
            .open
            .range(range)
            .filter_map(|(_, id)| self.messages.rows.get(id).cloned())
            .collect();
        person
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.commits += 1;
        let fault = match state.fault {
            Some((at, fault)) if at < state.commits => {
                state.fault = None;
                Some(fault)
            }
            Some(_) | None => None,
        };
        let failed = || StoreError::failed("commit (a planned fault)", "fault");
        if fault == Some(Fault::Refuse) {
            return Err(failed());
        }
        state.apply(changes)?;
        if changes.durable {
            state.make_durable();
        }
        match fault {
            Some(Fault::StoreAndFail) => Err(failed()),
            Some(Fault::Refuse) | None => Ok(()),
        }
    }

    fn reader(&self) -> Result<Box<dyn Views + Send>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl People for MemoryStore {
    fn load(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let state = self.lock();
        let found = ids.iter().filter_map(|id| state.people.rows.get(id));
        Ok(found.map(|it| state.with_open(it)).collect())
    }

    fn ids_after(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, StoreError> {
        let from = after.map_or(PersonId(0), |it| PersonId(it.0.saturating_add(1)));
        Ok(self.lock().people.rows.range(from..).take(limit).map(|(id, _)| *id).collect())
    }

    fn search(
        &self,
        query: &str,
        before: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonSummary>, StoreError> {
        let state = self.lock();
        let query = query.trim().to_lowercase();
        let below = before.unwrap_or(PersonId(u64::MAX));
        let matches = |it: &PersonSummary| {
            query.is_empty()
                || it.id.to_string() == query
                || it.name.to_lowercase().contains(&query)
                || it.identifiers.iter().any(|id| id.value.to_lowercase().contains(&query))
        };
        let found = state.people.rows.range(..below).rev().map(|(_, person)| summary(person));
        Ok(found.filter(matches).take(limit).collect())
    }

    fn count(&self) -> Result<u64, StoreError> {
        Ok(self.lock().people.rows.len() as u64)
    }

    fn members(
        &self,
        audience: &str,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, StoreError> {
        let from = after.map_or(0, |it| it.0.saturating_add(1));
        let range =
            (audience.to_owned(), PersonId(from))..=(audience.to_owned(), PersonId(u64::MAX));
        Ok(self.lock().members.range(range).map(|it| it.1).take(limit).collect())
    }
}

impl Directory for MemoryStore {
    fn owners(&self, identifiers: &[Identifier]) -> Result<Vec<Option<PersonId>>, StoreError> {
        let state = self.lock();
        Ok(identifiers.iter().map(|it| state.identifiers.rows.get(it).copied()).collect())
    }

    fn current(&self, id: PersonId) -> Result<PersonId, StoreError> {
        let state = self.lock();
        let mut id = id;
        while let Some(next) = state.redirects.rows.get(&id) {
            id = *next;
        }
        Ok(id)
    }

    fn redirects_after(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<(PersonId, PersonId)>, StoreError> {
        let state = self.lock();
        let all = state.redirects.rows.iter().map(|(from, to)| (*from, *to));
        Ok(all.filter(|(from, _)| after.is_none_or(|it| it < *from)).take(limit).collect())
    }

    fn merges_of(&self, id: PersonId) -> Result<Vec<Merge>, StoreError> {
        let state = self.lock();
        let takes_part = |it: &&Merge| it.record.survivor == id || it.record.absorbed == id;
        Ok(state.merges.rows.values().filter(takes_part).cloned().collect())
    }

    fn merge(&self, id: MergeId) -> Result<Option<Merge>, StoreError> {
        Ok(self.lock().merges.rows.get(&id).cloned())
    }

    fn last_merge(&self) -> Result<Option<MergeId>, StoreError> {
        Ok(self.lock().merges.rows.last_key_value().map(|it| *it.0))
    }

    fn since_merge(&self, person: PersonId, from: u64) -> Result<Vec<SinceMerge>, StoreError> {
        let state = self.lock();
        let rows = state.since_merge.rows.range(from..).map(|it| it.1);
        Ok(rows.filter(|it| it.person == person).cloned().collect())
    }
}

impl Agenda for MemoryStore {
    fn due_people(&self, now: Timestamp, limit: usize) -> Result<Vec<PersonId>, StoreError> {
        let state = self.lock();
        Ok(state
            .agenda
            .iter()
            .take_while(|(at, _)| *at <= now)
            .take(limit)
            .map(|it| it.1)
            .collect())
    }

    fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.lock().agenda.first().map(|it| it.0))
    }
}

impl Outbox for MemoryStore {
    fn due_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(MessageId, PersonId)>, StoreError> {
        let state = self.lock();
        let range = (channel, Timestamp::MIN, MessageId(0))..=(channel, now, MessageId(u64::MAX));
        let due = state.outbox.range(range).take(limit);
        Ok(due.filter_map(|(_, _, id)| Some((*id, state.messages.rows.get(id)?.person))).collect())
    }

    fn next_message(&self, channel: Channel) -> Result<Option<Timestamp>, StoreError> {
        let state = self.lock();
        let range = (channel, Timestamp::MIN, MessageId(0))
            ..=(channel, Timestamp(i64::MAX), MessageId(u64::MAX));
        Ok(state.outbox.range(range).next().map(|it| it.1))
    }

    fn in_flight(&self) -> Result<Vec<(MessageId, PersonId)>, StoreError> {
        let state = self.lock();
        let flying = state.flying.iter();
        Ok(flying.filter_map(|id| Some((*id, state.messages.rows.get(id)?.person))).collect())
    }
}

impl Hooks for MemoryStore {
    fn due_hooks(
        &self,
        now: Timestamp,
        per_host: usize,
        limit: usize,
    ) -> Result<Vec<HookRecord>, StoreError> {
        Ok(self.lock().hooks.due(now, per_host, limit))
    }

    fn next_hook(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.lock().hooks.next(after))
    }

    fn hook(&self, key: &str) -> Result<Option<HookRecord>, StoreError> {
        Ok(self.lock().hooks.find(key).cloned())
    }

    fn hooks(
        &self,
        state: Option<HookState>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<HookRecord>, StoreError> {
        Ok(self.lock().hooks.list(state, before, limit))
    }

    fn hook_counts(&self) -> Result<HookCounts, StoreError> {
        Ok(self.lock().hooks.counts())
    }
}

impl Inbox for MemoryStore {
    fn waiting(
        &self,
        to: &[Identifier],
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<InboxItem>, StoreError> {
        Ok(self.lock().inbox.waiting(to, now, limit))
    }
}

impl Ledger for MemoryStore {
    fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        Ok(self.lock().messages.rows.get(&id).cloned())
    }

    fn message_by_key(&self, key: &str) -> Result<Option<MessageId>, StoreError> {
        Ok(self.lock().keys.rows.get(key).copied())
    }

    fn messages_of(
        &self,
        person: PersonId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let state = self.lock();
        let range = (person, MessageId(0))..(person, before.unwrap_or(MessageId(u64::MAX)));
        let ids = state.of_person.range(range).rev().take(limit);
        Ok(ids.filter_map(|(_, id)| state.messages.rows.get(id).cloned()).collect())
    }

    fn faults(
        &self,
        scope: &str,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let state = self.lock();
        let below = ..before.unwrap_or(MessageId(u64::MAX));
        let is_fault = |it: &&Message| {
            it.scope() == scope
                && matches!(it.ledger_state(), LedgerState::Failed | LedgerState::Unknown)
        };
        let all = state.messages.rows.range(below).rev().map(|it| it.1);
        Ok(all.filter(is_fault).take(limit).cloned().collect())
    }

    fn counts(&self) -> Result<Vec<(CountKey, i64)>, StoreError> {
        let state = self.lock();
        let rows = state.counts.rows.iter().filter(|it| *it.1 != 0);
        Ok(rows.map(|(key, n)| (key.clone(), *n)).collect())
    }

    fn recount(&self) -> Result<Vec<(CountKey, i64)>, StoreError> {
        let mut counts: BTreeMap<CountKey, i64> = BTreeMap::new();
        for message in self.lock().messages.rows.values() {
            let key = CountKey {
                scope: message.scope(),
                day: message.created.day(),
                state: message.ledger_state(),
            };
            *counts.entry(key).or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    fn deferred(&self) -> Result<u64, StoreError> {
        let state = self.lock();
        let open = state.open.iter().filter_map(|(_, id)| state.messages.rows.get(id));
        Ok(open.filter(|it| it.is_deferred()).count() as u64)
    }
}

impl Catalog for MemoryStore {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().entries.rows.get(&(space, key.to_owned())).cloned())
    }

    fn list(&self, space: Space, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let state = self.lock();
        let rows = state.entries.rows.range((space, prefix.to_owned())..);
        Ok(rows
            .take_while(|((it, key), _)| *it == space && key.starts_with(prefix))
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }

    fn log_position(&self) -> Result<LogPosition, StoreError> {
        Ok(self.lock().mark().0)
    }

    fn last_commit(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.lock().marks.rows.get(&()).map(|it| it.1))
    }

    fn seen(&self, ids: &[[u8; 16]]) -> Result<Vec<bool>, StoreError> {
        let state = self.lock();
        Ok(ids.iter().map(|id| state.seen.rows.contains_key(id)).collect())
    }
}

fn summary(person: &Person) -> PersonSummary {
    PersonSummary {
        id: person.id,
        name: person.display_name(),
        identifiers: person.known.identifiers.keys().cloned().collect(),
        created: person.known.created,
        last_seen: person.last_seen,
    }
}
