//! A disk for tests: fails at chosen calls, counts syncs, and forgets unsynced sectors.
//!
//! It only pretends to sync, since what a real sync protects from is played here.

use crate::disk::{Disk, DiskFile, RealDisk};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Drives write sectors whole.
const SECTOR_BYTES: usize = 512;

#[derive(Clone, Default)]
pub struct FaultyDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    calls: u64,
    syncs: u64,
    failing: Range<u64>,
    unsynced: Vec<Unsynced>,
    /// Names given since the last good sync of the directory, with what they stood for before.
    renamed: Vec<(PathBuf, Vec<u8>)>,
    /// Called at the beginning of each sync.
    before_sync: Option<Box<dyn FnMut() + Send>>,
}

/// What was in the file before a write that no sync has followed.
struct Unsynced {
    path: PathBuf,
    offset: u64,
    before: Vec<u8>,
    /// A sync failed since. The kernel takes these pages for clean now: no later sync writes them,
    /// only another write brings them back.
    forgotten: bool,
}

struct FaultyFile {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    disk: FaultyDisk,
}

impl Unsynced {
    fn covers(&self, at: usize) -> bool {
        (self.offset as usize..self.offset as usize + self.before.len()).contains(&at)
    }
}

impl FaultyDisk {
    /// Calls are counted from 0: every creation, write, change of size and sync is one.
    pub fn failing(calls: Range<u64>) -> FaultyDisk {
        let disk = FaultyDisk::default();
        disk.state.lock().unwrap().failing = calls;
        disk
    }

    /// From now on every call works.
    pub fn heal(&self) {
        self.state.lock().unwrap().failing = 0..0;
    }

    pub fn before_sync(&self, call: impl FnMut() + Send + 'static) {
        self.state.lock().unwrap().before_sync = Some(Box::new(call));
    }

    pub fn calls(&self) -> u64 {
        self.state.lock().unwrap().calls
    }

    pub fn syncs(&self) -> u64 {
        self.state.lock().unwrap().syncs
    }

    /// Of the sectors written since the last good sync, a random half is as it was before.
    pub fn lose_power(&self, seed: u64) {
        let mut coin = seed.wrapping_mul(2).wrapping_add(1);
        // A name that no sync of its directory followed may be the old one again, with what it named.
        let renamed: Vec<_> = self.state.lock().unwrap().renamed.drain(..).collect();
        for (path, before) in renamed.into_iter().rev().filter(|_| seed.is_multiple_of(2)) {
            self.state.lock().unwrap().unsynced.retain(|it| it.path != path);
            std::fs::write(&path, before).unwrap();
        }
        for lost in self.state.lock().unwrap().unsynced.drain(..).rev() {
            let Ok(mut bytes) = std::fs::read(&lost.path) else { continue };
            for (index, old) in lost.before.iter().enumerate() {
                let at = lost.offset as usize + index;
                if index == 0 || at.is_multiple_of(SECTOR_BYTES) {
                    coin = coin.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                }
                if coin >> 63 == 1 && at < bytes.len() {
                    bytes[at] = *old;
                }
            }
            std::fs::write(&lost.path, bytes).unwrap();
        }
    }

    fn call(&self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        let call = state.calls;
        state.calls += 1;
        match state.failing.contains(&call) {
            true => Err(io::Error::new(io::ErrorKind::StorageFull, "no space left")),
            false => Ok(()),
        }
    }

    fn wrap(&self, path: &Path, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(FaultyFile { path: path.to_owned(), file, disk: self.clone() })
    }
}

impl Disk for FaultyDisk {
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.call()?;
        self.state.lock().unwrap().unsynced.retain(|it| it.path != path);
        Ok(self.wrap(path, RealDisk.create(path)?))
    }

    fn open(&mut self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.call()?;
        Ok(self.wrap(path, RealDisk.open(path)?))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        let before = std::fs::read(to)?;
        let mut state = self.state.lock().unwrap();
        state.unsynced.retain(|it| it.path != to);
        for write in state.unsynced.iter_mut().filter(|it| it.path == from) {
            write.path = to.to_owned();
        }
        state.renamed.push((to.to_owned(), before));
        drop(state);
        RealDisk.rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealDisk.remove(path)
    }

    fn sync_dir(&mut self, _dir: &Path) -> io::Result<()> {
        self.call()?;
        self.state.lock().unwrap().renamed.clear();
        Ok(())
    }
}

impl DiskFile for FaultyFile {
    /// A write that fails leaves its first half.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let fault = self.disk.call();
        let bytes = if fault.is_err() { &bytes[..bytes.len() / 2] } else { bytes };
        let mut before = std::fs::read(&self.path)?;
        before.resize(before.len().max(offset as usize + bytes.len()), 0);
        let before = before[offset as usize..offset as usize + bytes.len()].to_vec();
        self.file.write_at(offset, bytes)?;
        let unsynced = Unsynced { path: self.path.clone(), offset, before, forgotten: false };
        self.disk.state.lock().unwrap().unsynced.push(unsynced);
        fault
    }

    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        self.disk.call()?;
        self.file.set_len(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        let before = self.disk.state.lock().unwrap().before_sync.take();
        if let Some(mut before) = before {
            before();
            self.disk.state.lock().unwrap().before_sync.get_or_insert(before);
        }
        let fault = self.disk.call();
        let now = std::fs::read(&self.path)?;
        let mut state = self.disk.state.lock().unwrap();
        let (mut synced, mut left) = (Vec::new(), Vec::new());
        for write in state.unsynced.drain(..) {
            let kept = write.path != self.path || write.forgotten || fault.is_err();
            if kept {
                left.push(write)
            } else {
                synced.push(write)
            };
        }
        for write in left.iter_mut().filter(|it| it.path == self.path) {
            write.forgotten = true;
            let bytes = write.offset as usize..write.offset as usize + write.before.len();
            for at in bytes.filter(|at| synced.iter().any(|it| it.covers(*at))) {
                write.before[at - write.offset as usize] = now.get(at).copied().unwrap_or(0);
            }
        }
        state.unsynced = left;
        fault?;
        state.syncs += 1;
        Ok(())
    }
}
