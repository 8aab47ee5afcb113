//! JSON Lines: one object per line, empty lines apart.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::{Map, Value};

use crate::source::{self, Bounded, ROW_BYTES_MAX};
use crate::{Position, TableError};

pub struct JsonLines {
    file: String,
    reader: BufReader<Bounded>,
    line: Vec<u8>,
    position: Position,
}

/// One line, not yet looked into.
#[derive(Clone, Copy, Debug)]
pub struct JsonRow<'a> {
    file: &'a str,
    /// The line as it stands, without its end.
    pub bytes: &'a [u8],
    /// The line's number, from 1.
    pub number: u64,
}

impl JsonLines {
    pub fn open(path: &Path) -> Result<JsonLines, TableError> {
        JsonLines::resume(path, Position { byte: 0, line: 1, row: 0 })
    }

    /// Goes on at a [`JsonLines::position`] that was kept.
    pub fn resume(path: &Path, at: Position) -> Result<JsonLines, TableError> {
        let reader = BufReader::new(source::open_text(path, at.byte)?);
        Ok(JsonLines { file: source::name(path), reader, line: Vec::new(), position: at })
    }

    /// The next line that holds anything, or nothing at the end.
    pub fn next_row(&mut self) -> Result<Option<JsonRow<'_>>, TableError> {
        loop {
            self.line.clear();
            let number = self.position.line;
            let failed = |message: String| TableError::new(&self.file, message).at_row(number);
            self.reader.get_ref().since_row.store(0, std::sync::atomic::Ordering::Relaxed);
            let read = (&mut self.reader)
                .take(ROW_BYTES_MAX + 1)
                .read_until(b'\n', &mut self.line)
                .map_err(|error| failed(format!("cannot be read: {error}")))?;
            if ROW_BYTES_MAX < read as u64 {
                return Err(failed(format!("is longer than {ROW_BYTES_MAX} bytes")));
            }
            if read == 0 {
                return Ok(None);
            }
            self.position.byte += read as u64;
            self.position.line += 1;
            if self.line.trim_ascii().is_empty() {
                continue;
            }
            self.position.row += 1;
            let bytes = self.line.trim_ascii();
            return Ok(Some(JsonRow { file: &self.file, bytes, number }));
        }
    }

    /// Where the next line begins.
    pub fn position(&self) -> Position {
        self.position
    }
}

impl JsonRow<'_> {
    /// The object on the line.
    pub fn object(&self) -> Result<Map<String, Value>, TableError> {
        let failed = |message: String| {
            TableError::new(self.file, message)
                .at_row(self.number)
                .hint("each line must be one JSON object")
        };
        match serde_json::from_slice(self.bytes) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(failed("is not a JSON object".to_owned())),
            Err(error) => {
                // The reader counts lines within this line: only the column says something.
                let text = error.to_string();
                let text = text.split(" at line ").next().unwrap_or(&text);
                Err(failed(format!("is not JSON: {text} (at byte {})", error.column())))
            }
        }
    }
}
