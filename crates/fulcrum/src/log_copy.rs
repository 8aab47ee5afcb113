//! A copy of the log beside the process that writes it.
//!
//! Only the last file is ever written to, and a group of records is begun only when everything
//! before it is durable. The last file is therefore copied from its end to its beginning: whatever
//! the copy holds of a later group, it holds all of every earlier one, and opening the copy cuts
//! off the torn rest. Reading forwards would leave a hole where the writer overtook the reader.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use log_segments::SegmentLog;
use port::{FactLog, LogPosition};

/// A page: the system copies one as a whole.
const BLOCK_BYTES: u64 = 4096;

/// A try fails only if a page was written while it was read.
const TRIES: usize = 5;

/// Copies the log in `from` to the new directory `to`, and returns where the copy ends.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<LogPosition> {
    std::fs::create_dir_all(to).with_context(|| format!("could not create {}", to.display()))?;
    let mut files = segments(from)?;
    let last = files.pop();
    for file in &files {
        let target = to.join(file.file_name().context("a segment has a name")?);
        let copied = std::fs::copy(file, &target).and_then(|_| File::open(&target)?.sync_all());
        match copied {
            // The oldest files may be let go while they are copied; the history has what they held.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                remove_copies(to)?;
            }
            copied => copied.with_context(|| format!("could not copy {}", file.display()))?,
        }
    }
    let Some(last) = last else { return Ok(LogPosition(0)) };
    let target = to.join(last.file_name().context("a segment has a name")?);
    for _ in 1..TRIES {
        copy_backwards(&last, &target)
            .with_context(|| format!("could not copy {}", last.display()))?;
        if let Ok(end) = end_of(to) {
            return Ok(end);
        }
    }
    copy_backwards(&last, &target).with_context(|| format!("could not copy {}", last.display()))?;
    end_of(to)
}

/// Those before a file that is gone are not wanted: a log has no holes.
fn remove_copies(to: &Path) -> anyhow::Result<()> {
    for file in segments(to)? {
        std::fs::remove_file(&file)
            .with_context(|| format!("could not remove {}", file.display()))?;
    }
    Ok(())
}

/// Ends a log that nobody has open at `at`, and returns the records that came after it.
pub fn cut(dir: &Path, at: LogPosition) -> anyhow::Result<Vec<Vec<u8>>> {
    const RECORDS_AT_ONCE: usize = 10_000;
    const BYTES_AT_ONCE: usize = 8 << 20;
    let mut tail = Vec::new();
    {
        let log = SegmentLog::open(dir, log_segments::Options::default())
            .context("the copy of the log cannot be read")?;
        let mut from = at;
        loop {
            let part = log.read(from, RECORDS_AT_ONCE, BYTES_AT_ONCE)?;
            let Some((end, _)) = part.last() else { break };
            from = *end;
            tail.extend(part.into_iter().map(|it| it.1));
        }
    }
    if tail.is_empty() {
        return Ok(tail);
    }
    let files = segments(dir)?;
    let first = files.first().cloned();
    for file in files {
        let doing = || format!("could not cut {}", file.display());
        let stem = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
        let base: u64 = stem.parse().with_context(doing)?;
        // The first file stays, also when nothing is left in it: by it the log knows where it ends.
        if at.0 < base || (at.0 == base && Some(&file) != first.as_ref()) {
            std::fs::remove_file(&file).with_context(doing)?;
        } else {
            let length = std::fs::metadata(&file).with_context(doing)?.len();
            let kept = File::options().write(true).open(&file).with_context(doing)?;
            kept.set_len(length.min(at.0 - base)).with_context(doing)?;
            kept.sync_all().with_context(doing)?;
        }
    }
    let end = end_of(dir)?;
    anyhow::ensure!(end == at, "the log was cut at {} and ends at {}", at.0, end.0);
    Ok(tail)
}

/// Opening checks the copy and cuts off its torn end.
fn end_of(dir: &Path) -> anyhow::Result<LogPosition> {
    let log = SegmentLog::open(dir, log_segments::Options::default())
        .context("the copy of the log cannot be read")?;
    Ok(log.durable_end())
}

fn segments(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(
                anyhow::Error::new(error).context(format!("could not read {}", dir.display()))
            );
        }
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("could not read {}", dir.display()))?.path();
        if path.extension().is_some_and(|it| it == "log") {
            files.push(path);
        }
    }
    // Names sort like positions.
    files.sort();
    Ok(files)
}

fn copy_backwards(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut source = File::open(from)?;
    let length = source.metadata()?.len();
    let mut target = File::create(to)?;
    target.set_len(length)?;
    let mut block = vec![0; BLOCK_BYTES as usize];
    let mut end = length;
    while 0 < end {
        let start = (end - 1) / BLOCK_BYTES * BLOCK_BYTES;
        let part = &mut block[..(end - start) as usize];
        source.seek(SeekFrom::Start(start))?;
        source.read_exact(part)?;
        // Zeros are what the file holds already: it is written ahead with them.
        if part.iter().any(|it| *it != 0) {
            target.seek(SeekFrom::Start(start))?;
            target.write_all(part)?;
        }
        end = start;
    }
    target.sync_all()
}

#[cfg(test)]
mod tests;
