//! When not to take more: the disk is nearly full, or too much is in memory already.

use crate::app::{Limits, Settings};
use crate::problem::Problem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often the disk is looked at. At 500 MB/s it fills by 2 GB in four seconds, which is why the
/// reserve is that large.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// The unit in which bodies are counted.
const BLOCK_BYTES: usize = 1024;

pub(crate) struct Pressure {
    path: Option<PathBuf>,
    limits: Limits,
    looked: Mutex<Option<(Instant, Option<String>)>>,
    bodies: Arc<Semaphore>,
}

impl Pressure {
    pub fn new(settings: &Settings) -> Pressure {
        let blocks = settings.limits.bodies_bytes_max / BLOCK_BYTES;
        Pressure {
            path: settings.data_dir.clone(),
            limits: settings.limits.clone(),
            looked: Mutex::new(None),
            bodies: Arc::new(Semaphore::new(blocks.clamp(1, Semaphore::MAX_PERMITS))),
        }
    }

    /// Why events cannot be taken now, if so.
    pub fn refusal(&self) -> Option<Problem> {
        let detail = self.disk_is_full()?;
        let retry_after = Some(Duration::from_secs(30));
        Some(Problem { retry_after, ..Problem::unavailable(detail) })
    }

    /// Room in memory for a body of `bytes`, held until dropped.
    pub fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let blocks = u32::try_from(bytes.div_ceil(BLOCK_BYTES)).ok()?;
        self.bodies.clone().try_acquire_many_owned(blocks.max(1)).ok()
    }

    pub fn disk_is_full(&self) -> Option<String> {
        let path = self.path.as_ref()?;
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, found)) = &*looked
            && at.elapsed() < LOOK_EVERY
        {
            return found.clone();
        }
        let found = match rustix::fs::statvfs(path) {
            Ok(disk) => self.judge(disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize),
            Err(error) => {
                tracing::warn!(%error, "the free space of the data directory is not known");
                None
            }
        };
        *looked = Some((Instant::now(), found.clone()));
        found
    }

    fn judge(&self, free: u64, total: u64) -> Option<String> {
        let share = if total == 0 { 1.0 } else { free as f64 / total as f64 };
        let low = free < self.limits.free_bytes_min || share < self.limits.free_share_min;
        low.then(|| {
            let (free, percent) = (free >> 20, share * 100.0);
            format!("the disk has {free} MB free ({percent:.1} %); make room, then events are taken again")
        })
    }
}
