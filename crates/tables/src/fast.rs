//! Large CSV files by several threads: blocks of whole rows, each folded on its own and merged in
//! the order of the file.
//!
//! What comes out does not depend on the number of threads: blocks are cut by the text alone.
//! Memory is a few blocks, whatever the file. Rows, values and errors are those of
//! [`Table`](crate::Table), apart from a lone carriage return, which ends no row here.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::source::{self, Bounded, ROW_BYTES_MAX};
use crate::table::{header, listing};
use crate::{Column, Options, TableError, did_you_mean};

mod row;

pub use row::FastRow;
use row::{plain_row, quoted_row, value};

/// Large enough that merging costs little beside parsing, and small enough that files of a few
/// seconds' work are shared out evenly.
const BLOCK_BYTES: usize = 4 * 1024 * 1024;

/// Spreadsheets put it before the first name.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A CSV file whose header is read.
pub struct Blocks {
    file: String,
    columns: Vec<String>,
    delimiter: u8,
    bytes: Option<u64>,
    source: Source,
}

impl Blocks {
    /// `path` may be `-` for standard input; gzip and zstd are read as they are. Without options
    /// the header tells what separates values: of comma, semicolon, tab and bar the commonest.
    pub fn open(path: &Path, options: Option<Options>) -> Result<Blocks, TableError> {
        let file = source::name(path);
        let text = source::open(path, 0)?;
        let plain = text.is_plain();
        let bytes = match plain {
            true => std::fs::metadata(path).ok().map(|about| about.len()),
            false => None,
        };
        // A file that is shorter than a block needs no more room than it has.
        let whole = bytes.map_or(BLOCK_BYTES, |bytes| bytes as usize + 1);
        let mut source = Source {
            file: file.clone(),
            delimiter: options.map_or(0, |options| options.delimiter),
            text,
            block_bytes: whole.clamp(64, BLOCK_BYTES),
            kept: Vec::new(),
            next: 0,
            ended: false,
        };
        let columns = source.header(options.is_none())?;
        let delimiter = source.delimiter;
        Ok(Blocks { file, columns, delimiter, bytes, source })
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How long the text is, where that is known beforehand.
    pub fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// The column of this name, or an error that says which one may be meant.
    pub fn column(&self, name: &str) -> Result<Column, TableError> {
        if let Some(column) = self.find(name) {
            return Ok(column);
        }
        let hint = match did_you_mean(name, self.columns.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the columns are {}", listing(&self.columns)),
        };
        Err(TableError::new(&self.file, format!("has no column `{name}`")).hint(hint))
    }

    pub fn find(&self, name: &str) -> Option<Column> {
        self.columns.iter().position(|column| column == name).map(Column::at)
    }

    /// Folds each block's rows with `each` into what `new` makes, on `threads` threads, and hands
    /// the results to `merge` in the order of the file, with the bytes read so far. Returns how many
    /// rows there are, or the first error in the file.
    pub fn fold<A>(
        self,
        threads: usize,
        new: impl Fn() -> A + Sync,
        each: impl Fn(&mut A, &FastRow) -> Result<(), TableError> + Sync,
        merge: impl FnMut(A, u64) -> Result<(), TableError> + Send,
    ) -> Result<u64, TableError> {
        let Blocks { file, columns, delimiter, source, .. } = self;
        let shape = Shape { file: &file, columns: &columns, delimiter };
        let source = Mutex::new(source);
        let line = Mutex::new(Line { turn: 0, rows: 1, bytes: 0, merge, failed: None });
        let moved = Condvar::new();
        let work = || {
            let _release = Release { line: &line, moved: &moved, file: &file };
            let mut block = Block::default();
            while lock(&line).failed.is_none() {
                let cut = lock(&source).block(&mut block);
                let Some(read) = cut.transpose() else { break };
                let mut sum = new();
                let mut rows = 0;
                let done = read
                    .and_then(|()| shape.rows(block.text(), &mut rows, |row| each(&mut sum, row)));
                let mut line = lock(&line);
                while line.turn != block.number && line.failed.is_none() {
                    line = moved.wait(line).unwrap_or_else(PoisonError::into_inner);
                }
                if line.turn == block.number && line.failed.is_none() {
                    line.take(done, sum, rows, block.filled as u64);
                }
                drop(line);
                moved.notify_all();
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
        match line.failed {
            Some(error) => Err(error),
            None => Ok(line.rows - 1),
        }
    }
}

/// A thread that panicked ends the whole in its scope; until then the others need no second panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where finished blocks wait for their turn.
struct Line<M> {
    turn: u64,
    /// Rows before the block whose turn it is, the header included.
    rows: u64,
    bytes: u64,
    merge: M,
    failed: Option<TableError>,
}

impl<M> Line<M> {
    fn take<A>(&mut self, done: Result<(), TableError>, sum: A, rows: u64, bytes: u64)
    where
        M: FnMut(A, u64) -> Result<(), TableError>,
    {
        self.bytes += bytes;
        let placed = done.map_err(|mut error| {
            error.row += self.rows;
            error
        });
        self.failed = placed.and_then(|()| (self.merge)(sum, self.bytes)).err();
        self.rows += rows;
        self.turn += 1;
    }
}

/// Lets the other threads go when one panics; its panic then ends the whole.
struct Release<'a, M> {
    line: &'a Mutex<Line<M>>,
    moved: &'a Condvar,
    file: &'a str,
}

impl<M> Drop for Release<'_, M> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(self.line).failed = Some(TableError::new(self.file, "could not be read through"));
            self.moved.notify_all();
        }
    }
}

/// Some whole rows, in room that is used again and again.
#[derive(Default)]
struct Block {
    number: u64,
    room: Vec<u8>,
    filled: usize,
}

impl Block {
    fn text(&self) -> &[u8] {
        &self.room[..self.filled]
    }
}

/// The text, handed out in blocks that end where a row ends.
struct Source {
    file: String,
    delimiter: u8,
    text: Bounded,
    block_bytes: usize,
    /// What was read beyond the last block.
    kept: Vec<u8>,
    next: u64,
    ended: bool,
}

impl Source {
    /// Fills the block; nothing at the end. An error is the block's: it comes up when its turn does.
    fn block(&mut self, block: &mut Block) -> Result<Option<()>, TableError> {
        block.number = self.next;
        self.next += 1;
        let mut wanted = self.block_bytes.max(self.kept.len() + 1);
        let room = wanted.max(block.room.len());
        block.room.resize(room, 0);
        block.room[..self.kept.len()].copy_from_slice(&self.kept);
        block.filled = self.kept.len();
        self.kept.clear();
        loop {
            self.fill(block, wanted)?;
            if self.ended {
                return Ok((0 < block.filled).then_some(()));
            }
            let end = self.rows_end(block.text());
            if 0 < end {
                self.kept.extend_from_slice(&block.text()[end..]);
                block.filled = end;
                return Ok(Some(()));
            }
            if ROW_BYTES_MAX <= wanted as u64 {
                self.ended = true;
                let message = format!(
                    "one row is longer than {ROW_BYTES_MAX} bytes: is a quote never closed?"
                );
                return Err(TableError::new(&self.file, message).at_row(1));
            }
            wanted *= 2;
        }
    }

    fn fill(&mut self, block: &mut Block, wanted: usize) -> Result<(), TableError> {
        let room = wanted.max(block.room.len());
        block.room.resize(room, 0);
        while block.filled < wanted && !self.ended {
            // The limit on rows is kept here, where rows are known.
            self.text.since_row.store(0, Ordering::Relaxed);
            match self.text.read(&mut block.room[block.filled..wanted]) {
                Ok(0) => self.ended = true,
                Ok(read) => block.filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    let message = format!("cannot be read: {error}");
                    return Err(TableError::new(&self.file, message).at_row(1));
                }
            }
        }
        Ok(())
    }

    /// Where the last whole row ends; 0 if there is none.
    fn rows_end(&self, text: &[u8]) -> usize {
        if !text.contains(&b'"') {
            return text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        }
        let (mut at, mut end) = (0, 0);
        let mut spans = Vec::new();
        let mut aside = Vec::new();
        while let Some(next) = quoted_row(text, at, self.delimiter, &mut spans, &mut aside) {
            (at, end) = (next, next);
        }
        end
    }

    /// Reads the first row, and keeps what comes after it.
    fn header(&mut self, guess: bool) -> Result<Vec<String>, TableError> {
        let mut block = Block::default();
        let found = self.block(&mut block).map_err(|error| error.at_row(1))?;
        if found.is_none() {
            return Err(
                TableError::new(&self.file, "is empty").hint("the first row must name the columns")
            );
        }
        self.next = 0;
        let mut text = block.text().to_vec();
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        let after = text.iter().take_while(|byte| matches!(**byte, b'\n' | b'\r')).count();
        if after == text.len() {
            return Err(self.empty());
        }
        if guess {
            self.delimiter = commonest(&text[after..]);
        }
        let (mut spans, mut aside) = (Vec::new(), Vec::new());
        let end = quoted_row(&text, after, self.delimiter, &mut spans, &mut aside);
        let end = end.unwrap_or(text.len());
        let names = spans.iter().map(|span| value(&text, &aside, *span));
        let columns = header(&self.file, names)?;
        text.drain(..end);
        text.append(&mut self.kept);
        self.kept = text;
        Ok(columns)
    }
}

impl Source {
    fn empty(&self) -> TableError {
        TableError::new(&self.file, "is empty").hint("the first row must name the columns")
    }
}

/// The commonest separator of the first line; the comma where there is none.
fn commonest(text: &[u8]) -> u8 {
    let line = || text.iter().take_while(|byte| !matches!(**byte, b'\n' | b'\r'));
    let count = |delimiter: u8| line().filter(|byte| **byte == delimiter).count();
    // The last of equals is taken.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|it| count(*it)).unwrap_or(b',')
}

/// What all rows of a file have in common.
struct Shape<'a> {
    file: &'a str,
    columns: &'a [String],
    delimiter: u8,
}

impl Shape<'_> {
    /// Gives each row of the text to `each`; counts them.
    fn rows(
        &self,
        text: &[u8],
        rows: &mut u64,
        mut each: impl FnMut(&FastRow) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let quotes = text.contains(&b'"');
        let (mut spans, mut aside) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < text.len() {
            if matches!(text[at], b'\n' | b'\r') {
                at += 1;
                continue;
            }
            at = match quotes {
                false => plain_row(text, at, self.delimiter, &mut spans),
                true => quoted_row(text, at, self.delimiter, &mut spans, &mut aside)
                    .unwrap_or(text.len()),
            };
            *rows += 1;
            let row = FastRow {
                file: self.file,
                columns: self.columns,
                text: if aside.is_empty() { text } else { &aside },
                spans: &spans,
                number: *rows,
            };
            if spans.len() != self.columns.len() {
                return Err(row.wrong_length());
            }
            each(&row)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
