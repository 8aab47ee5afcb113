//! A CSV file in blocks of whole rows, and a block as rows.

use std::io::Read;
use std::sync::atomic::Ordering;

use super::row::{FastRow, Values, plain_row, quoted_row, value};
use crate::TableError;
use crate::source::{Bounded, ROW_BYTES_MAX};
use crate::table::header;

/// Large enough that merging costs little beside parsing, and small enough that files of a few
/// seconds' work are shared out evenly.
pub(super) const BLOCK_BYTES: usize = 4 * 1024 * 1024;

/// Spreadsheets put it before the first name.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Some whole rows, in room that is used again and again.
#[derive(Default)]
pub(super) struct Block {
    pub number: u64,
    room: Vec<u8>,
    filled: usize,
}

impl Block {
    pub fn text(&self) -> &[u8] {
        &self.room[..self.filled]
    }
}

/// The text, handed out in blocks that end where a row ends.
pub(super) struct Source {
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
    /// The text and the names of its columns. Without a delimiter the header tells it.
    pub fn open(
        file: &str,
        text: Bounded,
        bytes: Option<u64>,
        delimiter: Option<u8>,
    ) -> Result<(Source, Vec<String>), TableError> {
        // A file that is shorter than a block needs no more room than it has.
        let whole = bytes.map_or(BLOCK_BYTES, |bytes| bytes as usize + 1);
        let mut source = Source {
            file: file.to_owned(),
            delimiter: delimiter.unwrap_or(0),
            text,
            block_bytes: whole.clamp(64, BLOCK_BYTES),
            kept: Vec::new(),
            next: 0,
            ended: false,
        };
        let columns = source.header(delimiter.is_none())?;
        Ok((source, columns))
    }

    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Fills the block; nothing at the end. An error is the block's: it comes up when its turn does.
    pub fn block(&mut self, block: &mut Block) -> Result<Option<()>, TableError> {
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
pub(super) struct Shape<'a> {
    pub file: &'a str,
    pub columns: &'a [String],
    pub delimiter: u8,
}

impl Shape<'_> {
    /// Gives each row of the text to `each`; counts them.
    pub fn rows(
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
                values: Values::Text {
                    text: if aside.is_empty() { text } else { &aside },
                    spans: &spans,
                },
                number: *rows,
            };
            if spans.len() != self.columns.len() {
                return Err(row.wrong_length(spans.len()));
            }
            each(&row)?;
        }
        Ok(())
    }
}
