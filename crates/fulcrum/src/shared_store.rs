//! The one writing store, shared with whoever opens further readers.
//!
//! The engine owns its store and lives in its own thread; pages need views at any time. Both hold
//! this: a reader is opened between two calls of the engine, and then goes its own way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{Channel, HookState, Identifier, MergeId, Message, MessageId, PersonId, Timestamp};
use port::{
    Agenda, Catalog, Changes, CountKey, Directory, HookCounts, HookRecord, Hooks, Inbox, InboxItem,
    Ledger, LogPosition, Merge, Outbox, People, Person, PersonSummary, SinceMerge, Space, Store,
    StoreError, Views,
};
use store_sqlite::SqliteStore;

#[derive(Clone)]
pub struct SharedStore {
    store: Arc<Mutex<SqliteStore>>,
    syncs: bool,
}

impl SharedStore {
    pub fn new(store: SqliteStore) -> SharedStore {
        SharedStore { store: Arc::new(Mutex::new(store)), syncs: true }
    }

    /// For a market in virtual time, which would else take as long as its syncs. Closing the store
    /// brings everything to the disk.
    pub fn without_syncs(store: SqliteStore) -> SharedStore {
        SharedStore { syncs: false, ..SharedStore::new(store) }
    }

    fn lock(&self) -> MutexGuard<'_, SqliteStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SharedStore {
    fn commit(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        if self.syncs {
            return self.lock().commit(changes);
        }
        self.lock().commit(&Changes {
            now: changes.now,
            log_position: changes.log_position,
            durable: false,
            people: changes.people.clone(),
            redirects: changes.redirects.clone(),
            returned: changes.returned.clone(),
            identifiers: changes.identifiers.clone(),
            merges: changes.merges.clone(),
            since_merge: changes.since_merge.clone(),
            forget_before: changes.forget_before,
            erased: changes.erased.clone(),
            messages: changes.messages.clone(),
            counts: changes.counts.clone(),
            seen: changes.seen.clone(),
            entries: changes.entries.clone(),
            hooks: changes.hooks.clone(),
            hook_changes: changes.hook_changes.clone(),
            forget_hooks: changes.forget_hooks,
            inbox: changes.inbox.clone(),
            inbox_taken: changes.inbox_taken.clone(),
            forget_inbox: changes.forget_inbox,
        })
    }

    fn reader(&self) -> Result<Box<dyn Views + Send>, StoreError> {
        self.lock().reader()
    }
}

/// Hands each call on.
macro_rules! delegate {
    ($($view:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {
        $(impl $view for SharedStore {
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
