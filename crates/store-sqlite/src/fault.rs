//! What can go wrong underneath, and the words for it.

use port::StoreError;
use rusqlite::ffi;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// An error before it is known what was being done and where.
#[derive(Debug)]
pub(crate) enum Fault {
    Database(rusqlite::Error),
    Io { path: PathBuf, source: std::io::Error },
    Unreadable { what: &'static str, detail: String },
    DuplicateKey(String),
    InUse(PathBuf),
    Refused(Refusal),
}

/// What the store will not do, whatever the disk says.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    #[error("the number {0} is larger than the store can hold")]
    TooLarge(u64),
    #[error(
        "the database has version {found}, and this program knows up to {known}; use a newer one"
    )]
    Newer { found: i64, known: usize },
    #[error(
        "an earlier commit could not be brought to the disk; restart, and see the system's log"
    )]
    Broken,
    #[error("{0} exists already; give a new directory")]
    Exists(PathBuf),
    #[error("there is no store in {0}")]
    Missing(PathBuf),
}

#[derive(Debug, Error)]
enum DatabaseError {
    #[error("{path} is locked by another program; close it (a `sqlite3` shell, perhaps)")]
    Busy { path: PathBuf, source: rusqlite::Error },
    #[error("{path} is damaged; run `fulcrum doctor`, or restore a backup")]
    Corrupt { path: PathBuf, source: rusqlite::Error },
    #[error("it took longer than a reader may take; ask for less at once")]
    TooLong { source: rusqlite::Error },
    #[error("{path} cannot be written by this user")]
    ReadOnly { path: PathBuf, source: rusqlite::Error },
    #[error("the disk under {path} failed; see the system's log")]
    Disk { path: PathBuf, source: rusqlite::Error },
    #[error("{path} cannot be opened; check that it exists and who may read it")]
    CannotOpen { path: PathBuf, source: rusqlite::Error },
    #[error("the database at {path} refused")]
    Other { path: PathBuf, source: rusqlite::Error },
    #[error("{path} failed")]
    File { path: PathBuf, source: std::io::Error },
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        match error {
            // A value of another kind than its column should hold: the row was not written by us.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => {
                Fault::Unreadable { what: "row", detail: error.to_string() }
            }
            other => Fault::Database(other),
        }
    }
}

impl Fault {
    /// For an error with a file that is not the database.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Fault + use<> {
        let path = path.to_owned();
        move |source| Fault::Io { path, source }
    }

    /// For a stored form that cannot be read; `of` names the row.
    pub(crate) fn unreadable(
        of: impl std::fmt::Display,
    ) -> impl FnOnce(record::Unreadable) -> Fault {
        move |e| Fault::Unreadable { what: e.what, detail: format!("{of}: {}", e.detail) }
    }

    /// Whether written data may be lost although the system no longer says so: after a failed sync
    /// the kernel may take pages for clean that never reached the disk.
    pub(crate) fn is_failed_sync(&self) -> bool {
        let code = match self {
            Fault::Database(error) => error.sqlite_error().map(|it| it.extended_code),
            _ => None,
        };
        matches!(code, Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC))
    }

    pub(crate) fn is_damage(&self) -> bool {
        let Fault::Database(error) = self else { return false };
        let code = error.sqlite_error().map(|it| it.extended_code & 0xff);
        matches!(code, Some(ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB))
    }

    pub(crate) fn is_unique(error: &rusqlite::Error) -> bool {
        let code = error.sqlite_error().map(|it| it.extended_code);
        code == Some(ffi::SQLITE_CONSTRAINT_UNIQUE)
    }

    /// `place` is the database file.
    pub(crate) fn explain(self, doing: &'static str, place: &Path) -> StoreError {
        let text = |path: &Path| path.display().to_string();
        match self {
            Fault::Unreadable { what, detail } => StoreError::Unreadable { what, detail },
            Fault::DuplicateKey(key) => StoreError::DuplicateKey(key),
            Fault::InUse(path) => StoreError::InUse { path: text(&path) },
            Fault::Refused(refusal) => StoreError::failed(doing, refusal),
            Fault::Io { path, source } => match source.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                    StoreError::DiskFull { path: text(&path) }
                }
                _ => StoreError::failed(doing, DatabaseError::File { path, source }),
            },
            Fault::Database(source) => explain_database(source, doing, place),
        }
    }
}

fn explain_database(source: rusqlite::Error, doing: &'static str, place: &Path) -> StoreError {
    let path = place.to_owned();
    let code = source.sqlite_error().map_or(ffi::SQLITE_ERROR, |it| it.extended_code);
    // The lower eight bits are the kind, those above say more.
    let error = match (code & 0xff, code) {
        // The index of the write-ahead log could not grow: no space either.
        (ffi::SQLITE_FULL, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => {
            return StoreError::DiskFull { path: place.display().to_string() };
        }
        (ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED, _) => DatabaseError::Busy { path, source },
        (ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB, _) => DatabaseError::Corrupt { path, source },
        (ffi::SQLITE_INTERRUPT, _) => DatabaseError::TooLong { source },
        (ffi::SQLITE_READONLY | ffi::SQLITE_PERM, _) => DatabaseError::ReadOnly { path, source },
        (ffi::SQLITE_IOERR, _) => DatabaseError::Disk { path, source },
        (ffi::SQLITE_CANTOPEN, _) => DatabaseError::CannotOpen { path, source },
        _ => DatabaseError::Other { path, source },
    };
    StoreError::failed(doing, error)
}
