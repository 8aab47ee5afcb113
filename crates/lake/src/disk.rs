//! The few things done to the disk when writing, behind a trait so that tests can make each fail.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

pub trait Disk: Send {
    /// A new, empty file; one of that name is removed first.
    fn create(&mut self, path: &Path) -> io::Result<File>;
    /// The contents and the size.
    fn sync(&mut self, file: &File) -> io::Result<()>;
    /// Gives a file the name of another, which is gone then.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&mut self, dir: &Path) -> io::Result<()>;
}

pub struct RealDisk;

impl Disk for RealDisk {
    fn create(&mut self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        file.sync_all()
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
