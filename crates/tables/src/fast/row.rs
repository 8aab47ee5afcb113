//! One row of a block: where its values stand, and what they are.

use crate::parquet::Batch;
use crate::value::{BINARY_HINT, binary, count, not, number, number_hint};
use crate::{Column, TableError};

/// One row; values are looked at only when they are asked for.
pub struct FastRow<'a> {
    pub(super) file: &'a str,
    pub(super) columns: &'a [String],
    pub(super) values: Values<'a>,
    /// From 1, in its block: what errors carry until the block's place is known.
    pub(super) number: u64,
}

#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    Text {
        text: &'a [u8],
        /// Where each value begins and ends in `text`.
        spans: &'a [(usize, usize)],
    },
    Batch {
        batch: &'a Batch,
        /// The row in the batch.
        at: usize,
    },
}

impl<'a> FastRow<'a> {
    /// The bytes as they stand, blanks around them included. Of a Parquet file, a column must have
    /// been asked of it by name.
    pub fn bytes(&self, column: Column) -> &'a [u8] {
        match self.values {
            Values::Text { text, spans } => match spans.get(column.index()) {
                Some((begin, end)) => &text[*begin..*end],
                None => &[],
            },
            Values::Batch { batch, at } => batch.bytes(column.index(), at).unwrap_or_default(),
        }
    }

    /// The text without blanks around it.
    pub fn text(&self, column: Column) -> Result<&'a str, TableError> {
        match std::str::from_utf8(self.bytes(column)) {
            Ok(text) => Ok(text.trim()),
            Err(_) => Err(self.not_text(column)),
        }
    }

    /// A finite number.
    pub fn number(&self, column: Column) -> Result<f64, TableError> {
        let found = match self.values {
            Values::Text { .. } => decimal(self.bytes(column)),
            Values::Batch { batch, at } => batch.number(column.index(), at),
        };
        match found {
            Some(number) => Ok(number),
            None => self.number_at_length(column),
        }
    }

    #[cold]
    fn number_at_length(&self, column: Column) -> Result<f64, TableError> {
        let text = self.text(column)?;
        number(text)
            .ok_or_else(|| self.error(column, not(text, "a number")).hint(number_hint(text)))
    }

    /// 0 or 1, true or false.
    pub fn binary(&self, column: Column) -> Result<bool, TableError> {
        let found = match self.values {
            Values::Text { .. } => match self.bytes(column) {
                b"0" => Some(false),
                b"1" => Some(true),
                _ => None,
            },
            Values::Batch { batch, at } => batch.binary(column.index(), at),
        };
        match found {
            Some(is) => Ok(is),
            None => self.binary_at_length(column),
        }
    }

    #[cold]
    fn binary_at_length(&self, column: Column) -> Result<bool, TableError> {
        let text = self.text(column)?;
        binary(text).ok_or_else(|| self.error(column, not(text, "0/1")).hint(BINARY_HINT))
    }

    /// A whole number from 0 on; `12.0` is one too.
    pub fn count(&self, column: Column) -> Result<u64, TableError> {
        let text = self.text(column)?;
        count(text).ok_or_else(|| self.error(column, not(text, "a whole number from 0 on")))
    }

    /// An error about this value, for rules that this crate does not know.
    pub fn error(&self, column: Column, message: impl Into<String>) -> TableError {
        let name = self.columns.get(column.index()).map_or("", String::as_str);
        TableError::new(self.file, message).at_row(self.number).in_column(name)
    }

    pub fn not_text(&self, column: Column) -> TableError {
        self.error(column, "is not UTF-8 text").hint("save the file with the encoding UTF-8")
    }

    pub(super) fn wrong_length(&self, got: usize) -> TableError {
        let wanted = self.columns.len();
        let message = format!("has {got} values where the header names {wanted} columns");
        TableError::new(self.file, message)
            .at_row(self.number)
            .hint("a value that holds the separator must stand in double quotes")
    }
}

/// Notes where the values of the row at `at` stand; returns where the next row begins. There are no
/// quotes in the text.
pub(super) fn plain_row(
    text: &[u8],
    at: usize,
    delimiter: u8,
    spans: &mut Vec<(usize, usize)>,
) -> usize {
    spans.clear();
    let mut begin = at;
    let mut word_at = at;
    while let Some(word) = text[word_at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let mut hits = equal(word, delimiter) | equal(word, b'\n');
        while hits != 0 {
            let hit = word_at + hits.trailing_zeros() as usize / 8;
            if text[hit] == b'\n' {
                spans.push((begin, without_return(text, begin, hit)));
                return hit + 1;
            }
            spans.push((begin, hit));
            begin = hit + 1;
            hits &= hits - 1;
        }
        word_at += 8;
    }
    for at in word_at..text.len() {
        if text[at] == b'\n' {
            spans.push((begin, without_return(text, begin, at)));
            return at + 1;
        }
        if text[at] == delimiter {
            spans.push((begin, at));
            begin = at + 1;
        }
    }
    spans.push((begin, without_return(text, begin, text.len())));
    text.len()
}

/// The high bit of each byte of the word that equals this one.
fn equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let zero = word ^ (u64::from(byte) * 0x0101_0101_0101_0101);
    !(((zero & LOW) + LOW) | zero | LOW)
}

fn without_return(text: &[u8], begin: usize, end: usize) -> usize {
    if begin < end && text[end - 1] == b'\r' { end - 1 } else { end }
}

/// The same where quotes may stand. A row with quotes is written out into `aside`, and the spans are
/// places in it; otherwise `aside` is empty. None if the row is not ended by a line's end.
pub(super) fn quoted_row(
    text: &[u8],
    at: usize,
    delimiter: u8,
    spans: &mut Vec<(usize, usize)>,
    aside: &mut Vec<u8>,
) -> Option<usize> {
    aside.clear();
    if text.len() <= at {
        return None;
    }
    let line = text[at..].iter().position(|byte| *byte == b'\n').map(|length| at + length);
    if !text[at..line.unwrap_or(text.len())].contains(&b'"') {
        let next = plain_row(text, at, delimiter, spans);
        return line.map(|_| next);
    }
    spans.clear();
    let (mut state, mut begin, mut next) = (State::Begins, 0, at);
    while let Some(byte) = text.get(next).copied() {
        next += 1;
        let after = text.get(next).copied();
        state = match (state, byte) {
            (State::Begins, b'"') => State::Quoted,
            (State::Quoted, b'"') if after == Some(b'"') => {
                aside.push(b'"');
                next += 1;
                State::Quoted
            }
            (State::Quoted, b'"') => State::Plain,
            (State::Quoted, _) => {
                aside.push(byte);
                State::Quoted
            }
            (State::Begins | State::Plain, b'\r') if after == Some(b'\n') => state,
            (State::Begins | State::Plain, b'\n') => {
                spans.push((begin, aside.len()));
                return Some(next);
            }
            (State::Begins | State::Plain, _) if byte == delimiter => {
                spans.push((begin, aside.len()));
                begin = aside.len();
                State::Begins
            }
            (State::Begins | State::Plain, _) => {
                aside.push(byte);
                State::Plain
            }
        };
    }
    spans.push((begin, aside.len()));
    None
}

/// Where in a value one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Begins,
    Quoted,
    /// Outside quotes, also after them.
    Plain,
}

pub(super) fn value<'a>(text: &'a [u8], aside: &'a [u8], span: (usize, usize)) -> &'a [u8] {
    let from = if aside.is_empty() { text } else { aside };
    &from[span.0..span.1]
}

/// Digits with at most one point among them, few enough that the division is exact (Clinger 1990).
/// None for anything else, which the general reader then takes.
pub(super) fn decimal(bytes: &[u8]) -> Option<f64> {
    const DIGITS_MAX: usize = 15;
    const TENS: [f64; DIGITS_MAX + 1] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if let [digit @ b'0'..=b'9'] = bytes {
        return Some(f64::from(digit - b'0'));
    }
    let (mut whole, mut digits, mut after_point, mut point) = (0_u64, 0, 0, false);
    for byte in bytes {
        match byte {
            b'0'..=b'9' => {
                whole = whole.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                digits += 1;
                after_point += usize::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    (0 < digits && digits <= DIGITS_MAX).then(|| whole as f64 / TENS[after_point])
}
