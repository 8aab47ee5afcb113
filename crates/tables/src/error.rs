//! What is wrong with a file, where, and what to do about it.

use std::fmt;

/// Prints as ``units.csv row 7 column email: `x` is not 0 or 1``, with a hint below.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct TableError {
    pub file: String,
    /// As a spreadsheet counts: the header is row 1. A Parquet file has no header, and its first row is
    /// row 1. 0 where the place is the whole file.
    pub row: u64,
    /// Empty where the place is the whole row.
    pub column: String,
    pub message: String,
    /// What to do; empty where the message says it.
    pub hint: String,
}

impl TableError {
    pub fn new(file: &str, message: impl Into<String>) -> TableError {
        TableError {
            file: file.to_owned(),
            row: 0,
            column: String::new(),
            message: message.into(),
            hint: String::new(),
        }
    }

    #[must_use]
    pub fn at_row(mut self, row: u64) -> TableError {
        self.row = row;
        self
    }

    #[must_use]
    pub fn in_column(mut self, column: &str) -> TableError {
        self.column = column.to_owned();
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> TableError {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.row != 0 {
            write!(f, " row {}", self.row)?;
        }
        if !self.column.is_empty() {
            write!(f, " column {}", self.column)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}
