//! The few things done to the disk when writing, behind a trait so that tests can make each fail.

use port::LogError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub trait Disk: Send {
    /// A new, empty file. A file of that name is removed first, so that none of its pages is used.
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    fn open(&mut self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Gives a file the name of another, which is gone then.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Makes the names of new files durable.
    fn sync_dir(&mut self, dir: &Path) -> io::Result<()>;
}

pub trait DiskFile: Send {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    fn set_len(&mut self, bytes: u64) -> io::Result<()>;
    /// `fdatasync`: the contents, and the size where it changed.
    fn sync(&mut self) -> io::Result<()>;
}

pub struct RealDisk;

impl Disk for RealDisk {
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        Ok(Box::new(OpenOptions::new().write(true).create_new(true).open(path)?))
    }

    fn open(&mut self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(OpenOptions::new().write(true).open(path)?))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        // Only Unix can open a directory; elsewhere the file system journals names by itself.
        if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
    }
}

impl DiskFile for File {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        File::set_len(self, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Creates `dir` where it is missing and takes its lock, which is held until the file is dropped.
pub fn lock(dir: &Path) -> Result<File, LogError> {
    std::fs::create_dir_all(dir).map_err(|it| io_error("create", dir, it))?;
    let path = dir.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|it| io_error("open", &path, it))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::InUse { path: dir.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(io_error("lock", &path, error)),
    }
}

/// Names sort like positions: both have twenty digits.
pub fn segment_path(dir: &Path, base: u64) -> PathBuf {
    dir.join(format!("{base:020}.log"))
}

/// Where a file is written anew before it takes the place of the old one. Not a name of a segment.
pub fn rewrite_path(dir: &Path, base: u64) -> PathBuf {
    dir.join(format!("{base:020}.rewrite"))
}

pub fn io_error(doing: &'static str, path: &Path, source: io::Error) -> LogError {
    LogError::Io { doing, path: path.display().to_string(), source }
}
