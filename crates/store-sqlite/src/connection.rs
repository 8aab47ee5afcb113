//! Opening the database: who may write, how it is set, and its migrations.

use crate::Options;
use crate::fault::{Fault, Refusal};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

pub(crate) const DATABASE: &str = "fulcrum.db";
const LOCK: &str = "store.lock";

/// SQLite's default, and the smallest that a file system writes: a person's record of 2 KB that
/// changes costs one page, and two of them share it.
pub(crate) const PAGE_BYTES: u64 = 4096;

/// How long to wait for a lock. Only a restart of the write-ahead log and a stranger's shell ever
/// hold one, and the first ends with the longest reader.
const BUSY: Duration = Duration::from_secs(10);

/// Our statements, on each connection; there are some fifty.
const STATEMENTS_MAX: usize = 96;

/// What a reading connection may keep of the database. It reads pages that are hot for a moment.
const READER_CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// Numbered from 1; each can be run twice.
pub(crate) const MIGRATIONS: [&str; 8] = [
    include_str!("../migrations/0001_begin.sql"),
    include_str!("../migrations/0002_since_merge.sql"),
    include_str!("../migrations/0003_learned.sql"),
    include_str!("../migrations/0004_members.sql"),
    include_str!("../migrations/0005_hooks.sql"),
    include_str!("../migrations/0006_failing_hooks.sql"),
    include_str!("../migrations/0007_faults.sql"),
    include_str!("../migrations/0008_inbox.sql"),
];

/// Holds off a second process for as long as it lives.
pub(crate) fn lock(dir: &Path) -> Result<File, Fault> {
    let path = dir.join(LOCK);
    let open = File::options().create(true).write(true).truncate(false).open(&path);
    let file = open.map_err(Fault::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(Fault::io(&path)(error)),
    }
}

/// The one connection that writes.
pub(crate) fn writer(path: &Path, options: &Options) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = open(path, flags)?;
    // - `wal_autocheckpoint`: checkpoints are made on a thread of their own.
    // - `journal_size_limit`: after a restart the log keeps its length up to this. Writing over
    //   blocks that exist needs no size to be stored at each sync.
    // - no `mmap_size`: a bad block would be a signal that ends the process instead of an error,
    //   and what a writer wants is in its own cache or in the log, which is not mapped.
    // - `temp_store`: a full `/tmp` must not stop a commit.
    connection.execute_batch(&format!(
        "PRAGMA page_size = {PAGE_BYTES};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = {};
         PRAGMA cache_size = -{};
         PRAGMA temp_store = MEMORY;",
        options.wal_bytes_max,
        options.cache_bytes / 1024,
    ))?;
    migrate(&mut connection)?;
    // Begins with an empty log, whatever the last process left.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(connection)
}

/// For checkpoints only.
pub(crate) fn checkpointer(path: &Path, busy: Duration) -> Result<Connection, Fault> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(busy)?;
    connection.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL;")?;
    Ok(connection)
}

pub(crate) fn reader(path: &Path) -> Result<Connection, Fault> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let cache = READER_CACHE_BYTES / 1024;
    connection
        .execute_batch(&format!("PRAGMA cache_size = -{cache}; PRAGMA temp_store = MEMORY;"))?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, Fault> {
    // Each connection belongs to one thread at a time, so it needs no lock of its own.
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Without it SQLite prepares a statement anew whenever a bound value changes that its plan may
    // depend on, such as the time until which something is due: with each turn of the engine.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    if MIGRATIONS.len() < done {
        return Err(Fault::Refused(Refusal::Newer { found, known: MIGRATIONS.len() }));
    }
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.execute_batch(&format!("PRAGMA user_version = {}", index + 1))?;
        transaction.commit()?;
    }
    Ok(())
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), Fault> {
    File::open(dir).and_then(|it| it.sync_all()).map_err(Fault::io(dir))
}
