//! Bytes from a file or standard input, decompressed, with a limit on what one row may hold.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::TableError;

/// A quote that is never closed makes the rest of a file one row: stop long before memory ends.
pub const ROW_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A Parquet file that comes as a stream is kept on the disk while it is read; the folder for such
/// files is small on some machines.
const SPOOLED_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

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

/// What a path leads to.
pub(crate) enum Opened {
    Text(Bounded),
    /// A file that can be gone back and forth in.
    Parquet(File),
}

/// The text of the file from byte `from` of the decompressed text on.
pub(crate) fn open(path: &Path, from: u64) -> Result<Opened, TableError> {
    let file = name(path);
    let failed = |error: io::Error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "check the path; `-` reads standard input",
            _ => "",
        };
        TableError::new(&file, format!("cannot be read: {error}")).hint(hint)
    };
    let raw: Box<dyn Read + Send> = match is_standard_input(path) {
        true => Box::new(io::stdin()),
        false if path.is_dir() => return Err(TableError::new(&file, "is a directory")),
        false => Box::new(File::open(path).map_err(failed)?),
    };
    let (start, raw) = begin(raw).map_err(failed)?;
    let (gzip, zstd) = (start.starts_with(GZIP), start.starts_with(ZSTD));
    let regular = !is_standard_input(path) && path.is_file();
    if is_parquet(&start) {
        return match regular {
            true => File::open(path).map_err(failed).map(Opened::Parquet),
            false => spooled(&file, raw).map(Opened::Parquet),
        };
    }
    if path.extension().is_some_and(|kind| kind == "parquet") {
        return Err(TableError::new(&file, "is no Parquet file, though it is named like one")
            .hint("is it whole? a CSV file must have another name"));
    }
    if 0 < from && is_standard_input(path) {
        return Err(TableError::new(&file, "cannot be resumed").hint("give a file"));
    }
    let raw = BufReader::with_capacity(BUFFER_BYTES, raw);
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
    if gzip || zstd {
        let (start, whole) = begin(text).map_err(|error| {
            TableError::new(&file, format!("cannot be decompressed: {error}"))
                .hint("is the file whole?")
        })?;
        if is_parquet(&start) {
            return spooled(&file, whole).map(Opened::Parquet);
        }
        text = whole;
    }
    if 0 < from && (gzip || zstd) {
        let skipped = io::copy(&mut text.by_ref().take(from), &mut io::sink()).map_err(failed)?;
        if skipped < from {
            return Err(TableError::new(&file, "is shorter than when it was last read"));
        }
    }
    let is_plain = !gzip && !zstd && regular;
    Ok(Opened::Text(Bounded { text, is_plain, since_row: Arc::new(AtomicU64::new(0)) }))
}

/// The same for what has to be text.
pub(crate) fn open_text(path: &Path, from: u64) -> Result<Bounded, TableError> {
    match open(path, from)? {
        Opened::Text(text) => Ok(text),
        Opened::Parquet(_) => {
            Err(TableError::new(&name(path), "is a Parquet file, and no JSON Lines"))
        }
    }
}

/// The first bytes, and all of them again. A pipe may give fewer at a time than are looked at.
fn begin(mut raw: Box<dyn Read + Send>) -> io::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    const LOOKED_AT: u64 = 8;
    let mut start = Vec::new();
    raw.by_ref().take(LOOKED_AT).read_to_end(&mut start)?;
    let whole = io::Cursor::new(start.clone()).chain(raw);
    Ok((start, Box::new(whole)))
}

/// After its mark comes a header in Thrift, where a CSV file would go on with text.
fn is_parquet(start: &[u8]) -> bool {
    let text = |byte: &u8| matches!(*byte, b'\t' | b'\n' | b'\r') || b' ' <= *byte;
    start.starts_with(PARQUET) && start.get(PARQUET.len()).is_none_or(|byte| !text(byte))
}

/// Its table of contents stands at the end, so a stream is put in a file that nobody else sees.
fn spooled(file: &str, mut raw: Box<dyn Read + Send>) -> Result<File, TableError> {
    let failed = |error: io::Error| TableError::new(file, format!("cannot be read: {error}"));
    let mut kept = tempfile::tempfile().map_err(failed)?;
    let length = io::copy(&mut raw.by_ref().take(SPOOLED_BYTES_MAX + 1), &mut kept);
    if SPOOLED_BYTES_MAX < length.map_err(failed)? {
        let message =
            format!("is longer than {SPOOLED_BYTES_MAX} bytes, which is too much to keep");
        return Err(TableError::new(file, message).hint("give a Parquet file by its name"));
    }
    Ok(kept)
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
