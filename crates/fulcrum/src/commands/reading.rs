//! How commands read large files: on how many threads, and when a bar is worth it.

use std::num::NonZero;

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
