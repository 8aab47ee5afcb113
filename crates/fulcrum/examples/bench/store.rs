//! A store that notes what is committed and when.

use model::{Channel, HookState, Identifier, MergeId, Message, MessageId, PersonId, Timestamp};
use port::{
    Agenda, Catalog, Changes, CountKey, Directory, HookCounts, HookRecord, Hooks, Inbox, InboxItem,
    Ledger, LogPosition, Merge, Outbox, People, Person, PersonSummary, Sections, SinceMerge, Space,
    Store, StoreError, Views,
};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store_sqlite::{Options, SqliteStore};

/// Clones are the same store.
#[derive(Clone)]
pub struct Watched {
    inner: Arc<Mutex<SqliteStore>>,
    notes: Arc<Mutex<Notes>>,
    noted: Arc<Condvar>,
}

#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// When each commit was done, and the log position that it reached.
    pub commits: Vec<(Instant, LogPosition)>,
    /// Rows that the commits wrote or asked to write.
    pub rows: u64,
    pub people: u64,
    pub durable: u64,
    /// Whom the commits wrote, in their order, from when that was asked for.
    pub order: Vec<PersonId>,
    asked_for_order: bool,
}

impl Watched {
    pub fn open(dir: &Path) -> Result<Watched, StoreError> {
        let inner = SqliteStore::open(dir, Options::default())?;
        Ok(Watched {
            inner: Arc::new(Mutex::new(inner)),
            notes: Arc::default(),
            noted: Arc::default(),
        })
    }

    pub fn notes(&self) -> Notes {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on, who is written is noted too; and nothing that was before.
    pub fn note_people(&self) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        *notes = Notes { asked_for_order: true, ..Notes::default() };
    }

    /// The log position that is committed.
    pub fn reached(&self) -> LogPosition {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.commits.last().map_or(LogPosition(0), |it| it.1)
    }

    /// Waits until the log is committed up to `end`, and says whether it was in time.
    pub fn wait_for(&self, end: LogPosition, limit: Duration) -> bool {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = |it: &mut Notes| it.commits.last().is_none_or(|it| it.1 < end);
        let waited = self.noted.wait_timeout_while(notes, limit, behind);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, SqliteStore> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Watched {
    fn commit(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        self.lock().commit(changes)?;
        let done = Instant::now();
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let position = changes.log_position.unwrap_or_default();
        notes.commits.push((done, position));
        notes.rows += rows(changes);
        notes.people += changes.people.len() as u64;
        notes.durable += u64::from(changes.durable);
        if notes.asked_for_order {
            notes.order.extend(changes.people.iter().map(|it| it.0.id));
        }
        drop(notes);
        self.noted.notify_all();
        Ok(())
    }

    fn reader(&self) -> Result<Box<dyn Views + Send>, StoreError> {
        self.lock().reader()
    }
}

fn rows(changes: &Changes<'_>) -> u64 {
    let own = [Sections::CONSENTS, Sections::CONTACTS, Sections::RUNS];
    let sections = |it: Sections| own.iter().filter(|part| it.contains(**part)).count();
    let people: usize = changes.people.iter().map(|(_, it)| 1 + sections(*it)).sum();
    let others = changes.identifiers.len()
        + changes.redirects.len()
        + changes.merges.len()
        + changes.since_merge.len()
        + changes.messages.len()
        + changes.counts.len()
        + changes.entries.len();
    // The marks, and the row with the ids of the events.
    (people + others + 1 + usize::from(!changes.seen.is_empty())) as u64
}

/// Hands each call on.
macro_rules! delegate {
    ($($view:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {
        $(impl $view for Watched {
            $(fn $name(&self, $($argument: $type),*) -> Result<$result, StoreError> {
                self.lock().$name($($argument),*)
            })*
        })*
    };
}

delegate! {
    People {
        fn load(ids: &[PersonId]) -> Vec<Person>;
        fn ids_after(after: Option<PersonId>, limit: usize) -> Vec<PersonId>;
        fn search(query: &str, before: Option<PersonId>, limit: usize) -> Vec<PersonSummary>;
        fn count() -> u64;
        fn members(audience: &str, after: Option<PersonId>, limit: usize) -> Vec<PersonId>;
    }
    Directory {
        fn owners(identifiers: &[Identifier]) -> Vec<Option<PersonId>>;
        fn current(id: PersonId) -> PersonId;
        fn redirects_after(after: Option<PersonId>, limit: usize) -> Vec<(PersonId, PersonId)>;
        fn merges_of(id: PersonId) -> Vec<Merge>;
        fn merge(id: MergeId) -> Option<Merge>;
        fn last_merge() -> Option<MergeId>;
        fn since_merge(person: PersonId, from: u64) -> Vec<SinceMerge>;
    }
    Agenda {
        fn due_people(now: Timestamp, limit: usize) -> Vec<PersonId>;
        fn next_due() -> Option<Timestamp>;
    }
    Outbox {
        fn due_messages(channel: Channel, now: Timestamp, limit: usize)
            -> Vec<(MessageId, PersonId)>;
        fn next_message(channel: Channel) -> Option<Timestamp>;
        fn in_flight() -> Vec<(MessageId, PersonId)>;
    }
    Hooks {
        fn due_hooks(now: Timestamp, per_host: usize, limit: usize) -> Vec<HookRecord>;
        fn next_hook(after: Timestamp) -> Option<Timestamp>;
        fn hook(key: &str) -> Option<HookRecord>;
        fn hooks(state: Option<HookState>, before: Option<u64>, limit: usize) -> Vec<HookRecord>;
        fn hook_counts() -> HookCounts;
    }
    Inbox {
        fn waiting(to: &[Identifier], now: Timestamp, limit: usize) -> Vec<InboxItem>;
    }
    Ledger {
        fn message(id: MessageId) -> Option<Message>;
        fn message_by_key(key: &str) -> Option<MessageId>;
        fn messages_of(person: PersonId, before: Option<MessageId>, limit: usize) -> Vec<Message>;
        fn faults(scope: &str, before: Option<MessageId>, limit: usize) -> Vec<Message>;
        fn counts() -> Vec<(CountKey, i64)>;
        fn recount() -> Vec<(CountKey, i64)>;
        fn deferred() -> u64;
    }
    Catalog {
        fn get(space: Space, key: &str) -> Option<Vec<u8>>;
        fn list(space: Space, prefix: &str) -> Vec<(String, Vec<u8>)>;
        fn log_position() -> LogPosition;
        fn last_commit() -> Option<Timestamp>;
        fn seen(ids: &[[u8; 16]]) -> Vec<bool>;
    }
}
