//! The embedded store: persons, ledger, agenda, outbox and catalog in SQLite.
//!
//! One connection writes, in write-ahead mode; each reader has a connection of its own and sees one
//! snapshot per call. A commit that must be durable syncs the log; one that need not skips that,
//! and the next durable one makes it durable too, since both are one file. Checkpoints run on the
//! [keeper](keeper)'s thread. What the store writes is in `write.rs`, what it reads in `read.rs`,
//! the ids of events are in `seen.rs`, and the tables in `migrations/`.
//!
//! **Invariant**: SQL filters and stores, and decides nothing.

mod backup;
mod connection;
mod doctor;
mod fault;
mod hooks;
mod inbox;
mod keeper;
mod members;
mod read;
mod seen;
mod views;
mod write;

pub use backup::backup;
pub use doctor::doctor;
pub use keeper::settle;
pub use views::SqliteReader;

use connection::{DATABASE, PAGE_BYTES};
use fault::{Fault, Refusal};
use keeper::{Job, Keeper};
use model::{Problem, Span};
use port::{Changes, Store, StoreError, Views};
use rusqlite::{Connection, TransactionBehavior};
use seen::Seen;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// A restart of the write-ahead log waits for readers that are in the midst of a call, and so much
/// longer; it keeps the writer out meanwhile, who waits this much longer again for the answer. What
/// prevents a restart is a backup, and the log grows until that is done.
const RESTART_MARGIN: Duration = Duration::from_millis(500);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long the id of an event is known, from the time at which it was received.
    pub seen_retention: Span,
    /// What the writer keeps of the database in memory. The persons of the last minutes should
    /// fit: at 2 KB each, the default holds some 60,000.
    pub cache_bytes: u64,
    /// How much the write-ahead log grows between checkpoints. A page that changes ten times in
    /// between is copied once.
    pub checkpoint_bytes: u64,
    /// When the log has grown to this, the writer waits until it is copied.
    pub wal_bytes_max: u64,
    /// How long one call of a reader may take, because the log cannot begin anew before it ends.
    pub read_time_max: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seen_retention: Span::days(7),
            cache_bytes: 128 * 1024 * 1024,
            checkpoint_bytes: 32 * 1024 * 1024,
            wal_bytes_max: 256 * 1024 * 1024,
            read_time_max: Duration::from_secs(2),
        }
    }
}

/// The one writer. Dropping it copies the write-ahead log into the database.
pub struct SqliteStore {
    // In the order in which they are dropped: the keeper's connection before the writer's, which as
    // the last one cleans up, and the lock at the end.
    keeper: Keeper,
    connection: Connection,
    seen: Seen,
    options: Options,
    dir: PathBuf,
    log: LogGauge,
    /// Whether `PRAGMA synchronous` is at `FULL`.
    syncs: bool,
    broken: bool,
    _lock: File,
}

/// How long the write-ahead log is, and at which lengths something is done about it.
struct LogGauge {
    pages: Arc<AtomicU64>,
    checkpoint_at: u64,
    restart_at: u64,
}

impl SqliteStore {
    /// Opens the store in `dir`, or begins one.
    pub fn open(dir: &Path, options: Options) -> Result<SqliteStore, StoreError> {
        SqliteStore::open_in(dir, options)
            .map_err(|e| e.explain("open the store", &dir.join(DATABASE)))
    }

    fn open_in(dir: &Path, options: Options) -> Result<SqliteStore, Fault> {
        std::fs::create_dir_all(dir).map_err(Fault::io(dir))?;
        let lock = connection::lock(dir)?;
        let database = dir.join(DATABASE);
        let mut connection = connection::writer(&database, &options)?;
        // What is deleted or moved is filled with zeros, and not only called free: an erased person
        // must not be found in a file. It answers with a row, which `execute` does not expect.
        connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        connection::sync_dir(dir)?;
        let seen = Seen::open(dir, &connection, options.seen_retention)?;
        let busy = options.read_time_max + RESTART_MARGIN;
        let keeper =
            Keeper::start(&database, busy, seen::dir_in(dir), Arc::clone(seen.outcomes()))?;
        let pages = Arc::new(AtomicU64::new(0));
        let hook = {
            let pages = Arc::clone(&pages);
            move |_: &mut rusqlite::hooks::Wal, now: std::ffi::c_int| {
                pages.store(u64::from(now.unsigned_abs()), Ordering::Relaxed);
                Ok(())
            }
        };
        connection.wal_hook(Some(hook))?;
        Ok(SqliteStore {
            keeper,
            connection,
            seen,
            log: LogGauge {
                pages,
                checkpoint_at: options.checkpoint_bytes,
                restart_at: options.wal_bytes_max,
            },
            options,
            dir: dir.to_owned(),
            syncs: true,
            broken: false,
            _lock: lock,
        })
    }

    /// A consistent copy in the new directory `to`, made while the store runs.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        backup(&self.dir, to)
    }

    /// What is wrong with the stored data; see [`doctor`](fn@doctor).
    pub fn doctor(&self) -> Result<Vec<Problem>, StoreError> {
        doctor(&self.dir)
    }

    fn write(&mut self, changes: &Changes<'_>) -> Result<(), Fault> {
        if self.broken {
            return Err(Fault::Refused(Refusal::Broken));
        }
        self.make_room();
        let plan = self.seen.plan(&changes.seen, changes.now);
        self.set_syncs(changes.durable || plan.must_be_durable())?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // An error on the way rolls everything back.
        write::apply(&transaction, changes, &plan)?;
        transaction.commit()?;
        self.seen.committed(plan, changes.now, &self.keeper);
        self.watch_log();
        Ok(())
    }

    /// Not as a prepared statement: this one takes effect when it is prepared.
    fn set_syncs(&mut self, syncs: bool) -> Result<(), Fault> {
        if self.syncs != syncs {
            let level = if syncs { "FULL" } else { "NORMAL" };
            self.connection.execute_batch(&format!("PRAGMA synchronous = {level}"))?;
            self.syncs = syncs;
        }
        Ok(())
    }

    fn watch_log(&mut self) {
        let bytes = self.log.bytes();
        if bytes < self.log.checkpoint_at.saturating_sub(self.options.checkpoint_bytes) {
            // It began anew.
            self.log.checkpoint_at = self.options.checkpoint_bytes;
        }
        if self.log.checkpoint_at <= bytes {
            self.log.checkpoint_at = bytes + self.options.checkpoint_bytes;
            self.keeper.ask_for_checkpoint();
        }
    }

    fn make_room(&mut self) {
        let bytes = self.log.bytes();
        if bytes < self.log.restart_at {
            // The mark was put up while nothing could be done; down again once the log is short.
            self.log.restart_at = self.log.restart_at.min(bytes + self.options.wal_bytes_max);
            return;
        }
        let (reply, answer) = sync_channel(1);
        self.keeper.send(Job::Restart(reply));
        if answer.recv_timeout(self.options.read_time_max + 2 * RESTART_MARGIN) == Ok(true) {
            self.log.restart_at = self.options.wal_bytes_max;
        } else {
            // Not again at once, or each commit would wait.
            self.log.restart_at = bytes + self.options.wal_bytes_max / 2;
            tracing::warn!(bytes, "the write-ahead log cannot begin anew; is a backup running?");
        }
    }
}

impl LogGauge {
    fn bytes(&self) -> u64 {
        self.pages.load(Ordering::Relaxed) * PAGE_BYTES
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        self.write(changes).map_err(|fault| {
            self.broken |= fault.is_failed_sync();
            fault.explain("commit", &self.dir.join(DATABASE))
        })
    }

    fn reader(&self) -> Result<Box<dyn Views + Send>, StoreError> {
        let lookup = Arc::clone(self.seen.lookup());
        let reader = SqliteReader::open(&self.dir, lookup, self.options.read_time_max)?;
        Ok(Box::new(reader))
    }
}

#[cfg(test)]
mod tests;
