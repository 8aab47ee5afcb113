//! The embedded history: Parquet files that any program can read.
//!
//! `received=YYYY-MM-DD/part-FROM-TO.parquet` holds the facts that arrived on that day and stand in
//! the log from position FROM up to TO. Rows are sorted by person, time and position; those of nobody
//! come last. Beside the folders lies `_position.json`, up to where the history goes, and `_unfinished`,
//! which may be deleted at any time. Names with an underscore are passed over by programs that read the
//! folder.
//!
//! A crash at any point leaves the state before or the one after. New parts are whole and durable before
//! the position moves, and parts that begin at the position or later are left from an append that did not
//! end. A part that lies within another one of its day was put together into it. Rows go out of a part
//! by a new file that takes the old one's name. Who is reading goes on in the files that were there
//! when it began.

mod change;
mod check;
mod disk;
mod fields;
mod files;
mod lookup;
mod merge;
mod part;
mod scan;
mod stream;

pub use check::{Checked, check};
pub use files::{FOLDER_PREFIX, Name, parts_in};

use disk::{Disk, RealDisk};
use files::Files;
use model::PersonId;
use port::{
    AskFate, History, HistoryError, HistoryRow, LogPosition, PersonRange, Scan, Visit, Within,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The history in a directory of its own, for one process.
pub struct Lake {
    dir: PathBuf,
    files: RwLock<Arc<Files>>,
    /// Whoever writes, one at a time.
    disk: Mutex<Box<dyn Disk>>,
}

impl Lake {
    /// Opens the history in `dir`, or begins one. What stands beyond `committed` is taken out: after a
    /// crash or a restore the log is read again from there.
    pub fn open(dir: &Path, committed: LogPosition) -> Result<Lake, HistoryError> {
        Lake::open_on(dir, committed, Box::new(RealDisk))
    }

    fn open_on(
        dir: &Path,
        committed: LogPosition,
        mut disk: Box<dyn Disk>,
    ) -> Result<Lake, HistoryError> {
        let files = Files::open(dir, committed, disk.as_mut())?;
        let files = RwLock::new(Arc::new(files));
        Ok(Lake { dir: dir.to_owned(), files, disk: Mutex::new(disk) })
    }

    /// How many bytes the files take, and how many there are.
    pub fn size(&self) -> (u64, usize) {
        let files = self.files();
        (files.parts.iter().map(|it| it.bytes).sum(), files.parts.len())
    }

    fn files(&self) -> Arc<Files> {
        Arc::clone(&self.files.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, files: Files) {
        *self.files.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(files);
    }

    /// Reads from the files that there are. One may go or be replaced before it is open: then it is read
    /// again from those that there are by then.
    fn reading<T>(
        &self,
        mut read: impl FnMut(&Files) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        loop {
            let files = self.files();
            let done = read(&files);
            if done.is_ok() {
                return done;
            }
            // Whoever changes them tells of it when it is done.
            drop(self.disk.lock().unwrap_or_else(PoisonError::into_inner));
            if Arc::ptr_eq(&files, &self.files()) {
                return done;
            }
        }
    }

    /// Changes the files, one change at a time.
    fn changing<T>(
        &self,
        change: impl FnOnce(&mut dyn Disk, &mut Files) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files = Files::clone(&self.files());
        let done = change(disk.as_mut(), &mut files);
        // Also after an error: what was changed until then is changed.
        self.set(files);
        done
    }
}

impl History for Lake {
    fn position(&self) -> Result<LogPosition, HistoryError> {
        Ok(self.files().position)
    }

    fn append(&self, to: LogPosition, rows: &[HistoryRow<'_>]) -> Result<(), HistoryError> {
        self.changing(|disk, files| change::append(&self.dir, disk, files, to, rows))
    }

    fn scan(&self, scan: &Scan<'_>, visit: &mut Visit<'_>) -> Result<(), HistoryError> {
        // All files are open before the first row is handed out.
        self.reading(|files| scan::sources(&self.dir, files, scan))?.run(visit)
    }

    fn ranges(&self, count: usize) -> Result<Vec<PersonRange>, HistoryError> {
        Ok(scan::ranges(&self.files(), count))
    }

    fn facts(
        &self,
        wanted: &[(PersonId, LogPosition)],
    ) -> Result<Vec<Option<HistoryRow<'static>>>, HistoryError> {
        self.reading(|files| lookup::facts(files, wanted))
    }

    fn rewrite(&self, within: &Within, fate: &mut AskFate<'_>) -> Result<u64, HistoryError> {
        self.changing(|disk, files| change::rewrite(&self.dir, disk, files, within, fate))
    }

    fn compact(&self, before_day: i64) -> Result<bool, HistoryError> {
        self.changing(|disk, files| change::compact(&self.dir, disk, files, before_day))
    }
}

fn io_error(doing: &'static str, path: &Path, source: std::io::Error) -> HistoryError {
    HistoryError::Io { doing, path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests;
