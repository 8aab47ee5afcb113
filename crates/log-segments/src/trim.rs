//! Letting go of the oldest files.

use crate::disk::{Disk, io_error, segment_path};
use crate::writer::Shared;
use port::LogError;
use std::path::Path;

/// Removes the files that end at `before` or earlier, the oldest first; returns where the log begins
/// then. The last file stays: by it the log knows where it ends.
pub fn trim(
    dir: &Path,
    shared: &Shared,
    disk: &mut dyn Disk,
    before: u64,
) -> Result<u64, LogError> {
    for (base, next) in shared.segments() {
        let Some(next) = next.filter(|it| *it <= before) else { break };
        // First from the list, so that whoever comes now is told that it is gone.
        shared.forget(base);
        let path = segment_path(dir, base);
        disk.remove(&path).map_err(|it| io_error("remove", &path, it))?;
        // One by one, or after a crash an older file might be there and a younger one not.
        disk.sync_dir(dir).map_err(|it| io_error("sync", dir, it))?;
        tracing::debug!(base, next, "a log file was let go");
    }
    Ok(shared.first())
}
