//! The views of `port`, on the writer's own connection and on a reader's.

use crate::SqliteStore;
use crate::connection::{self, DATABASE};
use crate::fault::Fault;
use crate::hooks;
use crate::inbox;
use crate::members;
use crate::read;
use crate::seen::Lookup;
use model::{Channel, HookState, Identifier, MergeId, Message, MessageId, PersonId, Timestamp};
use port::{
    Agenda, Catalog, CountKey, Directory, HookCounts, HookRecord, Hooks, Inbox, InboxItem, Ledger,
    LogPosition, Merge, Outbox, People, Person, PersonSummary, SinceMerge, Space, StoreError,
};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often a reader looks at the clock, in steps of SQLite's machine: some ten microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;

/// Views for another thread. Each call sees one snapshot and may take a limited time.
pub struct SqliteReader {
    connection: Connection,
    lookup: Arc<Lookup>,
    clock: Arc<Clock>,
    time_max: Duration,
    database: PathBuf,
}

/// When the call that runs must end, in microseconds since `begin`; 0 while none runs.
struct Clock {
    begin: Instant,
    end_micros: AtomicU64,
}

impl SqliteReader {
    pub(crate) fn open(
        dir: &Path,
        lookup: Arc<Lookup>,
        time_max: Duration,
    ) -> Result<SqliteReader, StoreError> {
        let database = dir.join(DATABASE);
        let clock = Arc::new(Clock { begin: Instant::now(), end_micros: AtomicU64::new(0) });
        let open = || -> Result<Connection, Fault> {
            let mut connection = connection::reader(&database)?;
            let clock = Arc::clone(&clock);
            let is_over = move || clock.is_over();
            connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(is_over))?;
            Ok(connection)
        };
        let connection = open().map_err(|e| e.explain("open a reader", &database))?;
        Ok(SqliteReader { connection, lookup, clock, time_max, database })
    }

    fn read<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.clock.start(self.time_max);
        let in_snapshot = || -> Result<T, Fault> {
            // Ends when it is dropped, and has nothing to roll back.
            let snapshot = self.connection.unchecked_transaction()?;
            read(&snapshot)
        };
        let result = in_snapshot();
        self.clock.stop();
        result.map_err(|e| e.explain(doing, &self.database))
    }

    fn lookup(&self) -> &Lookup {
        &self.lookup
    }
}

impl Clock {
    fn start(&self, time_max: Duration) {
        let end = self.begin.elapsed() + time_max;
        let micros = u64::try_from(end.as_micros()).unwrap_or(u64::MAX);
        self.end_micros.store(micros.max(1), Ordering::Relaxed);
    }

    fn stop(&self) {
        self.end_micros.store(0, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        let end = self.end_micros.load(Ordering::Relaxed);
        end != 0 && u128::from(end) <= self.begin.elapsed().as_micros()
    }
}

impl SqliteStore {
    /// The only writer needs no snapshot: nothing changes between two of its statements.
    fn read<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        read(&self.connection).map_err(|e| e.explain(doing, &self.dir.join(DATABASE)))
    }

    fn lookup(&self) -> &Lookup {
        self.seen.lookup()
    }
}

macro_rules! views {
    ($reader:ty) => {
        impl People for $reader {
            fn load(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
                self.read("load persons", |it| read::load(it, ids))
            }

            fn ids_after(
                &self,
                after: Option<PersonId>,
                limit: usize,
            ) -> Result<Vec<PersonId>, StoreError> {
                self.read("list persons", |it| read::ids_after(it, after, limit))
            }

            fn search(
                &self,
                query: &str,
                before: Option<PersonId>,
                limit: usize,
            ) -> Result<Vec<PersonSummary>, StoreError> {
                self.read("search persons", |it| {
                    read::search(it, query, before, limit, read::SCAN_MAX)
                })
            }

            fn count(&self) -> Result<u64, StoreError> {
                self.read("count persons", read::count)
            }

            fn members(
                &self,
                audience: &str,
                after: Option<PersonId>,
                limit: usize,
            ) -> Result<Vec<PersonId>, StoreError> {
                self.read("list members", |it| members::members(it, audience, after, limit))
            }
        }

        impl Directory for $reader {
            fn owners(
                &self,
                identifiers: &[Identifier],
            ) -> Result<Vec<Option<PersonId>>, StoreError> {
                self.read("look up identifiers", |it| read::owners(it, identifiers))
            }

            fn current(&self, id: PersonId) -> Result<PersonId, StoreError> {
                self.read("follow redirects", |it| read::current(it, id))
            }

            fn redirects_after(
                &self,
                after: Option<PersonId>,
                limit: usize,
            ) -> Result<Vec<(PersonId, PersonId)>, StoreError> {
                self.read("list redirects", |it| read::redirects_after(it, after, limit))
            }

            fn merges_of(&self, id: PersonId) -> Result<Vec<Merge>, StoreError> {
                self.read("read merges", |it| read::merges_of(it, id))
            }

            fn merge(&self, id: MergeId) -> Result<Option<Merge>, StoreError> {
                self.read("read a merge", |it| read::merge(it, id))
            }

            fn last_merge(&self) -> Result<Option<MergeId>, StoreError> {
                self.read("read merges", read::last_merge)
            }

            fn since_merge(
                &self,
                person: PersonId,
                from: u64,
            ) -> Result<Vec<SinceMerge>, StoreError> {
                self.read("read what came since a merge", |it| read::since_merge(it, person, from))
            }
        }

        impl Agenda for $reader {
            fn due_people(
                &self,
                now: Timestamp,
                limit: usize,
            ) -> Result<Vec<PersonId>, StoreError> {
                self.read("read the agenda", |it| read::due_people(it, now, limit))
            }

            fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
                self.read("read the agenda", read::next_due)
            }
        }

        impl Outbox for $reader {
            fn due_messages(
                &self,
                channel: Channel,
                now: Timestamp,
                limit: usize,
            ) -> Result<Vec<(MessageId, PersonId)>, StoreError> {
                self.read("read the outbox", |it| read::due_messages(it, channel, now, limit))
            }

            fn next_message(&self, channel: Channel) -> Result<Option<Timestamp>, StoreError> {
                self.read("read the outbox", |it| read::next_message(it, channel))
            }

            fn in_flight(&self) -> Result<Vec<(MessageId, PersonId)>, StoreError> {
                self.read("read the outbox", read::in_flight)
            }
        }

        impl Hooks for $reader {
            fn due_hooks(
                &self,
                now: Timestamp,
                per_host: usize,
                limit: usize,
            ) -> Result<Vec<HookRecord>, StoreError> {
                self.read("read the calls", |it| hooks::due(it, now, per_host, limit))
            }

            fn next_hook(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
                self.read("read the calls", |it| hooks::next(it, after))
            }

            fn hook(&self, key: &str) -> Result<Option<HookRecord>, StoreError> {
                self.read("read a call", |it| hooks::find(it, key))
            }

            fn hooks(
                &self,
                state: Option<HookState>,
                before: Option<u64>,
                limit: usize,
            ) -> Result<Vec<HookRecord>, StoreError> {
                self.read("read the calls", |it| hooks::list(it, state, before, limit))
            }

            fn hook_counts(&self) -> Result<HookCounts, StoreError> {
                self.read("count the calls", hooks::counts)
            }
        }

        impl Inbox for $reader {
            fn waiting(
                &self,
                to: &[Identifier],
                now: Timestamp,
                limit: usize,
            ) -> Result<Vec<InboxItem>, StoreError> {
                self.read("read what waits on the site", |it| inbox::waiting(it, to, now, limit))
            }
        }

        impl Ledger for $reader {
            fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
                self.read("read a message", |it| read::message(it, id))
            }

            fn message_by_key(&self, key: &str) -> Result<Option<MessageId>, StoreError> {
                self.read("look up a message", |it| read::message_by_key(it, key))
            }

            fn messages_of(
                &self,
                person: PersonId,
                before: Option<MessageId>,
                limit: usize,
            ) -> Result<Vec<Message>, StoreError> {
                self.read("read messages", |it| read::messages_of(it, person, before, limit))
            }

            fn faults(
                &self,
                scope: &str,
                before: Option<MessageId>,
                limit: usize,
            ) -> Result<Vec<Message>, StoreError> {
                self.read("read messages", |it| read::faults(it, scope, before, limit))
            }

            fn counts(&self) -> Result<Vec<(CountKey, i64)>, StoreError> {
                self.read("read the counts", read::counts)
            }

            fn recount(&self) -> Result<Vec<(CountKey, i64)>, StoreError> {
                self.read("count the ledger", read::recount)
            }

            fn deferred(&self) -> Result<u64, StoreError> {
                self.read("count the ledger", read::deferred)
            }
        }

        impl Catalog for $reader {
            fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
                self.read("read the catalog", |it| read::get(it, space, key))
            }

            fn list(
                &self,
                space: Space,
                prefix: &str,
            ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
                self.read("read the catalog", |it| read::list(it, space, prefix))
            }

            fn log_position(&self) -> Result<LogPosition, StoreError> {
                self.read("read the log position", read::log_position)
            }

            fn last_commit(&self) -> Result<Option<Timestamp>, StoreError> {
                self.read("read the last commit", read::last_commit)
            }

            fn seen(&self, ids: &[[u8; 16]]) -> Result<Vec<bool>, StoreError> {
                self.read("look up events", |_| self.lookup().contains(ids))
            }
        }
    };
}

views!(SqliteStore);
views!(SqliteReader);
