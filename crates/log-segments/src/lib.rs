//! The embedded log: segment files, checksums, and one `fdatasync` for all who wait.
//!
//! The log is one endless sequence of bytes. A segment file is named by the position of its first
//! byte and holds whole groups of records; a group is what one `fdatasync` made durable. The file
//! is written ahead with zeros, so that most syncs have no file size to store.
//!
//! What may be dropped when the log is opened, and what may not: each record carries the position
//! at which its group began, and a group is only written when everything before it is durable. So a
//! record of a later group proves that all earlier bytes were once acknowledged. A broken record
//! that is followed by such proof, in its own file or by a later file, is corruption and an error;
//! without such proof it belongs to the last group, which nobody may count on, and the log ends
//! there. One case looks the same as a torn write and cannot be told from it: damage *within* the
//! last group, after it was acknowledged and before anything else was written.
//!
//! After a failed write or sync nothing in that file is continued: the kernel may report the pages
//! as clean although they never reached the disk. The next group goes to a new file that begins at
//! the last durable position, and readers never look past that position in the old one. Records
//! whose append failed may still turn up when the log is opened again; they were refused, so
//! whoever sent them sends them again, and duplicates are found by their ids.
//!
//! Old files go whole, the oldest first, so that those that are left follow each other ([`FactLog::trim`]).

mod disk;
mod read;
mod record;
mod recovery;
mod rewrite;
mod trim;
mod writer;

pub use record::RECORD_BYTES_MAX;

use disk::{Disk, RealDisk};
use port::{AppendDone, FactLog, LogError, LogPosition};
use record::HEADER_BYTES;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use writer::Shared;

/// The sum of the records of one append; one request of 10,000 events stays far below it.
pub const APPEND_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What may wait for the disk. At a slow disk's 50 MB/s it is five seconds of work; a sender is
/// better told to come back than kept longer.
pub const QUEUE_BYTES_MAX: usize = 256 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// A file is closed when it has grown to this; large enough that creating files costs nothing,
    /// small enough that old events go away file by file.
    pub segment_bytes: u64,
    /// How far ahead a file is filled with zeros; the writer pauses this long, a few milliseconds.
    pub ahead_bytes: u64,
    /// A group is written when it has grown to this although more is waiting, so that the first
    /// who waits is not kept by the last.
    pub group_bytes: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            segment_bytes: 64 * 1024 * 1024,
            ahead_bytes: 4 * 1024 * 1024,
            group_bytes: 8 * 1024 * 1024,
        }
    }
}

/// A log in a directory of its own. Dropping it writes what waits and closes it.
pub struct SegmentLog {
    dir: PathBuf,
    shared: Arc<Shared>,
    /// For whoever writes files anew, one at a time.
    second: Mutex<Box<dyn Disk>>,
    writer: Option<JoinHandle<()>>,
}

impl SegmentLog {
    /// Opens the log in `dir`, or begins one. A torn end is cut off; see the top of this crate.
    pub fn open(dir: &Path, options: Options) -> Result<SegmentLog, LogError> {
        SegmentLog::open_on(dir, options, Box::new(RealDisk), Box::new(RealDisk))
    }

    fn open_on(
        dir: &Path,
        options: Options,
        mut disk: Box<dyn Disk>,
        second: Box<dyn Disk>,
    ) -> Result<SegmentLog, LogError> {
        let lock = disk::lock(dir)?;
        let found = recovery::recover(dir, disk.as_mut())?;
        let shared = Arc::new(Shared::new(found.segments, found.end));
        let writer = writer::start(dir, options, disk, found.last, Arc::clone(&shared), lock)?;
        let second = Mutex::new(second);
        Ok(SegmentLog { dir: dir.to_owned(), shared, second, writer: Some(writer) })
    }

    /// Appends and waits until the records are durable.
    pub fn append_and_wait(&self, records: Vec<Vec<u8>>) -> Result<LogPosition, LogError> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        // The receiver below lives until the answer has come, so sending cannot fail.
        self.append(records, Box::new(move |result| drop(sender.send(result))));
        let stopped = || LogError::Closed { why: "its writer stopped".to_owned() };
        receiver.recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// The record that begins at `at`, which is the position after the record before it.
    pub fn read_one(&self, at: LogPosition) -> Result<Option<Vec<u8>>, LogError> {
        let mut records = self.read(at, 1, 1)?;
        Ok(records.pop().map(|(_, record)| record))
    }
}

impl FactLog for SegmentLog {
    fn append(&self, records: Vec<Vec<u8>>, done: AppendDone) {
        let bytes: usize = records.iter().map(|it| HEADER_BYTES + it.len()).sum();
        let largest = records.iter().map(Vec::len).max().unwrap_or(0);
        if RECORD_BYTES_MAX < largest {
            done(Err(LogError::TooLarge { bytes: largest, limit: RECORD_BYTES_MAX }));
        } else if APPEND_BYTES_MAX < bytes {
            done(Err(LogError::TooLarge { bytes, limit: APPEND_BYTES_MAX }));
        } else {
            self.shared.enqueue(&self.dir, records, bytes, done);
        }
    }

    fn read(
        &self,
        from: LogPosition,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(LogPosition, Vec<u8>)>, LogError> {
        read::read(&self.dir, &self.shared, from.0, records_max, bytes_max)
    }

    fn durable_end(&self) -> LogPosition {
        LogPosition(self.shared.durable_end())
    }

    fn first(&self) -> LogPosition {
        LogPosition(self.shared.first())
    }

    fn trim(&self, before: LogPosition) -> Result<LogPosition, LogError> {
        // Not while files are written anew.
        let mut disk = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        trim::trim(&self.dir, &self.shared, disk.as_mut(), before.0).map(LogPosition)
    }

    fn rewrite(
        &self,
        until: LogPosition,
        change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<u64, LogError> {
        let mut disk = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        rewrite::rewrite(&self.dir, &self.shared, disk.as_mut(), until.0, change)
    }

    fn on_append(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.shared.add_wake(wake.into());
    }
}

impl Drop for SegmentLog {
    fn drop(&mut self) {
        self.shared.close("it was closed");
        let Some(writer) = self.writer.take() else { return };
        // The last owner may be a callback on the writer's own thread, which cannot wait for itself.
        if writer.thread().id() != std::thread::current().id() {
            // A panic of the writer was already told to all who waited.
            drop(writer.join());
        }
    }
}

#[cfg(test)]
mod tests;
