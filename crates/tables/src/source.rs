//! Bytes from a file or standard input, decompressed, with a limit on what one row may hold.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::TableError;

/// A quote that is never closed makes the rest of a file one row: stop long before memory ends.
pub const ROW_BYTES_MAX: u64 = 16 * 1024 * 1024;

const BUFFER_BYTES: usize = 64 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: &[u8] = b"PAR1";

/// Where the next row begins, in the decompressed text. Keep it to go on later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub byte: u64,
    /// Counted from 1.
    pub line: u64,
    /// Rows before this place, the header included.
    pub row: u64,
}

/// The name for messages: the path as given, or `standard input`.
pub(crate) fn name(path: &Path) -> String {
    match is_standard_input(path) {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

/// The text of the file from byte `from` of the decompressed text on.
pub(crate) fn open(path: &Path, from: u64) -> Result<Bounded, TableError> {
    let file = name(path);
    let failed = |error: io::Error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "check the path; `-` reads standard input",
            _ => "",
        };
        TableError::new(&file, format!("cannot be read: {error}")).hint(hint)
    };
    let raw: Box<dyn Read + Send> = match is_standard_input(path) {
        true if 0 < from => {
            return Err(TableError::new(&file, "cannot be resumed").hint("give a file"));
        }
        true => Box::new(io::stdin()),
        false if path.is_dir() => return Err(TableError::new(&file, "is a directory")),
        false => Box::new(File::open(path).map_err(failed)?),
    };
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, raw);
    let start = raw.fill_buf().map_err(failed)?;
    let (gzip, zstd) = (start.starts_with(GZIP), start.starts_with(ZSTD));
    if start.starts_with(PARQUET) || path.extension().is_some_and(|kind| kind == "parquet") {
        return Err(TableError::new(&file, "is a Parquet file, which cannot be read yet")
            .hint("write it as CSV, compressed with gzip or zstd if you like"));
    }
    let mut text: Box<dyn Read + Send> = if gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(raw))
    } else if zstd {
        Box::new(zstd::stream::read::Decoder::with_buffer(raw).map_err(failed)?)
    } else if 0 < from {
        let mut file = File::open(path).map_err(failed)?;
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        Box::new(file)
    } else {
        Box::new(raw)
    };
    if 0 < from && (gzip || zstd) {
        let skipped = io::copy(&mut text.by_ref().take(from), &mut io::sink()).map_err(failed)?;
        if skipped < from {
            return Err(TableError::new(&file, "is shorter than when it was last read"));
        }
    }
    let is_plain = !gzip && !zstd && !is_standard_input(path);
    Ok(Bounded { text, is_plain, since_row: Arc::new(AtomicU64::new(0)) })
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Fails when more than [`ROW_BYTES_MAX`] were taken since the last row ended.
pub(crate) struct Bounded {
    text: Box<dyn Read + Send>,
    /// The bytes are those of a file.
    is_plain: bool,
    /// Shared, because the parser owns the reader while rows are read.
    pub since_row: Arc<AtomicU64>,
}

impl Bounded {
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        let taken = self.since_row.fetch_add(read as u64, Ordering::Relaxed);
        if ROW_BYTES_MAX < taken {
            return Err(io::Error::other(format!(
                "one row is longer than {ROW_BYTES_MAX} bytes: is a quote never closed?"
            )));
        }
        Ok(read)
    }
}
