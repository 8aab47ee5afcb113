//! A consistent copy of a store, made beside a running one.

use crate::connection::{self, DATABASE};
use crate::fault::{Fault, Refusal};
use crate::seen;
use port::StoreError;
use rusqlite::Connection;
use std::fs::File;
use std::path::Path;

/// Copies the store in `from` to the new directory `to`, from this process or another. The copy is
/// the state of one moment, compact, and on disk when this returns. While it is made, the
/// write-ahead log of a running store cannot begin anew and grows by what is committed.
pub fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    copy(from, to).map_err(|e| e.explain("make a backup", &from.join(DATABASE)))
}

fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    let (source, target) = (from.join(DATABASE), to.join(DATABASE));
    if !source.exists() {
        return Err(Fault::Refused(Refusal::Missing(from.to_owned())));
    }
    if target.exists() {
        return Err(Fault::Refused(Refusal::Exists(target)));
    }
    let (seen_from, seen_to) = (seen::dir_in(from), seen::dir_in(to));
    std::fs::create_dir_all(&seen_to).map_err(Fault::io(&seen_to))?;
    // Left by a backup that did not end.
    let partial = target.with_extension("partial");
    if partial.exists() {
        std::fs::remove_file(&partial).map_err(Fault::io(&partial))?;
    }
    let live = connection::reader(&source)?;
    let name = partial.to_str().ok_or_else(|| {
        let error = std::io::Error::new(std::io::ErrorKind::InvalidInput, "its name is not UTF-8");
        Fault::io(&partial)(error)
    })?;
    live.execute("VACUUM INTO ?1", [name])?;
    let copied = Connection::open(&partial)?;
    for file in seen::registered(&copied)? {
        copy_ids(&live, &copied, file.0, &seen_from, &seen_to)?;
    }
    // Before the name that makes it a store, everything that belongs to it.
    copied.close().map_err(|(_, error)| error)?;
    connection::sync_dir(&seen_to)?;
    File::open(&partial).and_then(|it| it.sync_all()).map_err(Fault::io(&partial))?;
    std::fs::rename(&partial, &target).map_err(Fault::io(&target))?;
    connection::sync_dir(to)
}

/// Files never change, and go only when they expire.
fn copy_ids(
    live: &Connection,
    copied: &Connection,
    first: i64,
    from: &Path,
    to: &Path,
) -> Result<(), Fault> {
    let (source, target) = (from.join(seen::file_name(first)), to.join(seen::file_name(first)));
    match std::fs::copy(&source, &target) {
        Ok(_) => File::open(&target).and_then(|it| it.sync_all()).map_err(Fault::io(&target)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut known = live.prepare("SELECT 1 FROM seen_files WHERE first = ?1")?;
            if known.exists([first])? {
                return Err(Fault::io(&source)(error));
            }
            copied.execute("DELETE FROM seen_files WHERE first = ?1", [first])?;
            Ok(())
        }
        Err(error) => Err(Fault::io(&source)(error)),
    }
}
