//! What a log's files hold when it is opened, and where it ends.

use crate::disk::{Disk, DiskFile, io_error, segment_path};
use crate::record::{Decoded, HEADER_BYTES, decode};
use port::LogError;
use std::collections::BTreeSet;
use std::path::Path;

pub struct Recovered {
    /// The position at which each file begins.
    pub segments: BTreeSet<u64>,
    /// The position after the last record.
    pub end: u64,
    /// The file to go on with.
    pub last: Option<OpenSegment>,
}

/// The file that is written to.
pub struct OpenSegment {
    pub base: u64,
    pub file: Box<dyn DiskFile>,
    /// Up to here the file has its final size; beyond, it must grow.
    pub bytes_ahead: u64,
}

pub fn recover(dir: &Path, disk: &mut dyn Disk) -> Result<Recovered, LogError> {
    remove_unfinished(dir)?;
    let segments = list(dir)?;
    check_lengths(dir, &segments)?;
    let Some(&base) = segments.last() else {
        return Ok(Recovered { segments, end: 0, last: None });
    };
    let path = segment_path(dir, base);
    let bytes = std::fs::read(&path).map_err(|it| io_error("read", &path, it))?;
    let tail = scan(&bytes, base);
    if let Some(proof) = tail.proof_of_loss {
        return Err(LogError::Corrupt {
            path: path.display().to_string(),
            offset: tail.end - base,
            what: format!(
                "the record is broken, but the record at byte {} shows that it was acknowledged",
                proof - base
            ),
        });
    }
    let mut file = disk.open(&path).map_err(|it| io_error("open", &path, it))?;
    // The last process may have ended between writing and syncing, or its sync may have failed and
    // the kernel may believe these pages clean. Written again and synced, the group is durable.
    let used = (tail.end - base) as usize;
    let group = (tail.group - base) as usize;
    file.set_len(used as u64).map_err(|it| io_error("shorten", &path, it))?;
    file.write_at(group as u64, &bytes[group..used]).map_err(|it| io_error("write", &path, it))?;
    file.sync().map_err(|it| io_error("sync", &path, it))?;
    disk.sync_dir(dir).map_err(|it| io_error("sync", dir, it))?;
    let last = OpenSegment { base, file, bytes_ahead: used as u64 };
    Ok(Recovered { segments, end: tail.end, last: Some(last) })
}

/// What a rewriting left that did not end; the file that it was to replace is whole.
fn remove_unfinished(dir: &Path) -> Result<(), LogError> {
    for entry in std::fs::read_dir(dir).map_err(|it| io_error("list", dir, it))? {
        let path = entry.map_err(|it| io_error("list", dir, it))?.path();
        if path.extension().is_some_and(|it| it == "rewrite") {
            std::fs::remove_file(&path).map_err(|it| io_error("remove", &path, it))?;
        }
    }
    Ok(())
}

fn list(dir: &Path) -> Result<BTreeSet<u64>, LogError> {
    let mut segments = BTreeSet::new();
    for entry in std::fs::read_dir(dir).map_err(|it| io_error("list", dir, it))? {
        let name = entry.map_err(|it| io_error("list", dir, it))?.file_name();
        let name = name.to_string_lossy();
        if let Some(digits) = name.strip_suffix(".log")
            && digits.len() == 20
            && let Ok(base) = digits.parse()
        {
            segments.insert(base);
        }
    }
    Ok(segments)
}

/// A file that has a successor must reach it. Its records are checked when they are read: to read
/// years of events at each start would prove little and take long.
fn check_lengths(dir: &Path, segments: &BTreeSet<u64>) -> Result<(), LogError> {
    for (base, next) in segments.iter().zip(segments.iter().skip(1)) {
        let path = segment_path(dir, *base);
        let bytes = std::fs::metadata(&path).map_err(|it| io_error("look at", &path, it))?.len();
        if bytes < next - base {
            return Err(LogError::Corrupt {
                path: path.display().to_string(),
                offset: bytes,
                what: format!(
                    "{} bytes are missing at its end, or a file between it and {next:020}.log",
                    next - base - bytes
                ),
            });
        }
    }
    Ok(())
}

struct Tail {
    /// The position after the last good record.
    end: u64,
    /// Where the last good record's group began.
    group: u64,
    /// The position of a record that shows the bytes at `end` to have been acknowledged.
    proof_of_loss: Option<u64>,
}

fn scan(bytes: &[u8], base: u64) -> Tail {
    let (mut end, mut current_group) = (base, base);
    loop {
        match decode(&bytes[(end - base) as usize..], end) {
            // A record begins a group or goes on with the one before it. Anything else was left
            // by a write that failed.
            Decoded::Record { payload, group } if group == end || group == current_group => {
                current_group = group;
                end += payload.end as u64;
            }
            Decoded::Record { .. } | Decoded::Incomplete { .. } | Decoded::Invalid => break,
        }
    }
    Tail { end, group: current_group, proof_of_loss: find_later_group(bytes, base, end) }
}

/// Looks for a record after `end` whose group began after `end`.
fn find_later_group(bytes: &[u8], base: u64, end: u64) -> Option<u64> {
    let used = bytes.iter().rposition(|it| *it != 0).map_or(0, |it| it + 1);
    // An empty payload's header may end in zeros, so some bytes after the last one set count too.
    let stop = (used + HEADER_BYTES).min(bytes.len());
    (end + 1..base + stop as u64).find(|position| {
        match decode(&bytes[(position - base) as usize..], *position) {
            Decoded::Record { group, .. } => end < group,
            Decoded::Incomplete { .. } | Decoded::Invalid => false,
        }
    })
}
