//! How commands read large files: on how many threads, and when a bar is worth it.

use std::num::NonZero;

use anyhow::ensure;
use tables::Blocks;

use crate::progress::{Bars, Progress, Unit};

/// More threads than that wait for each other.
const THREADS_MAX: usize = 16;

/// A smaller file is read before anybody looks for a bar.
const BYTES_WITH_PROGRESS: u64 = 64 * 1024 * 1024;

pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX)
}

/// Progress through a file whose length is known and worth it.
pub fn progress(blocks: &Blocks) -> Option<Progress> {
    let bytes = blocks.bytes().filter(|bytes| BYTES_WITH_PROGRESS <= *bytes)?;
    Some(Bars::new().begin("reading", bytes, Unit::Bytes))
}

/// What every command on a file asks of these two options.
pub fn check_confidence(confidence: f64) -> anyhow::Result<()> {
    ensure!(
        0.0 < confidence && confidence < 1.0,
        "--confidence must lie between 0 and 1, such as 0.95"
    );
    Ok(())
}

pub fn check_separator(separator: &str) -> anyhow::Result<()> {
    ensure!(separator.len() == 1, "--separator must be one character; give a tab as $'\\t'");
    Ok(())
}
