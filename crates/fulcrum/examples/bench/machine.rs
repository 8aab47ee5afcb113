//! What the system says about this process and this machine.

use anyhow::Context;
use std::path::Path;

/// Bytes that this process caused to be written to the disk, less those that were taken back before
/// they got there.
pub fn bytes_written() -> anyhow::Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io").context("could not read /proc/self/io")?;
    let field = |name: &str| number_after(&io, name).unwrap_or(0);
    Ok(field("write_bytes:").saturating_sub(field("cancelled_write_bytes:")))
}

/// Memory of this process, in bytes.
pub fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("could not read memory")?;
    Ok(number_after(&status, "VmRSS:").context("no VmRSS")? * 1024)
}

/// CPU time of this process with all its threads, in seconds.
pub fn cpu_seconds() -> anyhow::Result<f64> {
    /// Linux counts in hundredths of a second, whatever its clock runs at.
    const TICKS_PER_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").context("could not read CPU time")?;
    // The second field, the name, is in parentheses and may hold anything.
    let (_, after_name) = text.rsplit_once(')').context("a strange /proc/self/stat")?;
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|it| it.parse::<u64>().ok())
        .sum();
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|it| it.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What the files under `dir` take on the disk, also where they are shorter than what was reserved.
pub fn disk_bytes(dir: &Path) -> anyhow::Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut sum = 0;
    for entry in std::fs::read_dir(dir).with_context(|| format!("could not list {dir:?}"))? {
        let entry = entry?;
        let about = entry.metadata()?;
        sum += if about.is_dir() { disk_bytes(&entry.path())? } else { about.blocks() * 512 };
    }
    Ok(sum)
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

pub fn kernel() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    text.trim().to_owned()
}

/// How many processes wanted a core during the last minute: what else was going on.
pub fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0.0)
}
