//! Parquet files as the same rows that a CSV file gives: values are text, and null is empty.
//!
//! Only the columns that somebody asked for are read, a page at a time.

use std::cell::Cell;
use std::fs::File;
use std::sync::Arc;

use crate::table::header;
use crate::{Column, Position, TableError};
use columnar::{Failure, FileColumn, Footer, Group, Meaning, RowGroup, Shared};

pub(crate) use columnar::Batch;

/// A file whose footer is read.
pub(crate) struct Parquet {
    file: String,
    source: Arc<Shared>,
    groups: Vec<RowGroup>,
    names: Vec<String>,
    columns: Vec<FileColumn>,
    /// Who asks for a column says that it is to be read.
    wanted: Vec<Cell<bool>>,
}

impl Parquet {
    pub fn open(file: &str, source: File) -> Result<Parquet, TableError> {
        let failed = |error: &dyn std::fmt::Display| {
            TableError::new(file, format!("cannot be read: {error}"))
                .hint("is the file whole? a Parquet file ends with its table of contents")
        };
        let damaged = || failed(&"its table of contents is damaged");
        let source = Shared::new(source).map_err(|error| failed(&error))?;
        let footer = Footer::of(&source).map_err(|error| failed(&error))?.ok_or_else(damaged)?;
        if footer.encrypted {
            return Err(TableError::new(file, "is encrypted, which cannot be read"));
        }
        let columns = columnar::columns(&footer).ok_or_else(damaged)?;
        let names: Vec<&[u8]> = columns.iter().map(|(name, _)| name.as_slice()).collect();
        let names = header(file, names.into_iter()).map_err(|error| error.at_row(0))?;
        if names.is_empty() {
            return Err(TableError::new(file, "has no columns"));
        }
        let wanted = names.iter().map(|_| Cell::new(false)).collect();
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        let (file, source, groups) = (file.to_owned(), Arc::new(source), footer.groups);
        Ok(Parquet { file, source, groups, names, columns, wanted })
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn bytes(&self) -> u64 {
        self.source.bytes
    }

    /// Says that the column is to be read.
    pub fn want(&self, column: Column) {
        if let Some(wanted) = self.wanted.get(column.index()) {
            wanted.set(true);
        }
    }

    /// Complains of a column that holds something else than one value a row.
    pub fn check(&self, column: Column) -> Result<(), TableError> {
        match self.columns.get(column.index()).map(|it| &it.meaning) {
            Some(Meaning::Unreadable(why)) => Err(TableError::new(&self.file, why.clone())
                .in_column(&self.names[column.index()])
                .hint("write it as one number or text a row, or leave the column out")),
            _ => Ok(()),
        }
    }

    fn wanted(&self) -> Vec<bool> {
        self.wanted.iter().map(Cell::get).collect()
    }

    /// What several threads can read from, with the columns that are wanted by now.
    pub fn groups(self) -> Groups {
        let wanted = self.wanted();
        let Parquet { file, source, groups, names, columns, .. } = self;
        Groups { file, source, groups, names, columns, wanted }
    }
}

/// The row groups, each to be read on its own.
pub(crate) struct Groups {
    pub file: String,
    source: Arc<Shared>,
    groups: Vec<RowGroup>,
    pub names: Vec<String>,
    columns: Vec<FileColumn>,
    wanted: Vec<bool>,
}

impl Groups {
    pub fn count(&self) -> usize {
        self.groups.len()
    }

    /// How much of the file the row group takes.
    pub fn bytes(&self, number: usize) -> u64 {
        self.groups.get(number).map_or(0, RowGroup::bytes)
    }

    /// Hands on the row group in batches, each with how many rows of the group stand before it.
    pub fn read(
        &self,
        number: usize,
        mut each: impl FnMut(&Batch, u64) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let failed = |failure: Failure, before: u64| {
            let name = self.names.get(failure.column).map_or("", String::as_str);
            TableError::new(&self.file, failure.message).at_row(before + 1).in_column(name)
        };
        let Some(group) = self.groups.get(number).filter(|it| 0 < it.rows) else { return Ok(()) };
        let mut group = Group::open(&self.source, group, &self.columns, &self.wanted)
            .map_err(|failure| failed(failure, 0))?;
        let mut before = 0;
        while let Some(batch) = group.batch().map_err(|failure| failed(failure, before))? {
            each(&batch, before)?;
            before += batch.rows as u64;
        }
        Ok(())
    }
}

/// The rows in order, one after the other.
pub(crate) struct Rows {
    pub about: Parquet,
    wanted: Vec<bool>,
    /// The row group that comes next.
    next: usize,
    group: Option<Group>,
    batch: Batch,
    /// Of the row after the one in hand, in the batch.
    at: usize,
    /// Rows that were handed out.
    rows: u64,
    /// Bytes of the row groups that were begun.
    bytes: u64,
}

impl Rows {
    /// Begins after this many rows.
    pub fn new(about: Parquet, rows: u64) -> Rows {
        let wanted = Vec::new();
        let batch = Batch::empty();
        Rows { about, wanted, next: 0, group: None, batch, at: 0, rows, bytes: 0 }
    }

    /// Goes to the next row; false at the end.
    pub fn advance(&mut self) -> Result<bool, TableError> {
        let wanted = self.about.wanted();
        if self.wanted != wanted {
            self.wanted = wanted;
            self.seek()?;
        }
        while self.batch.rows <= self.at {
            if !self.load()? {
                return Ok(false);
            }
        }
        self.at += 1;
        self.rows += 1;
        Ok(true)
    }

    /// The row in hand.
    pub fn current(&self) -> (&Batch, usize) {
        (&self.batch, self.at.saturating_sub(1))
    }

    pub fn position(&self) -> Position {
        Position { byte: self.bytes, line: self.rows + 1, row: self.rows }
    }

    /// To the rows that were not handed out yet, whatever was read before.
    fn seek(&mut self) -> Result<(), TableError> {
        let mut left = self.rows;
        (self.next, self.bytes, self.group) = (0, 0, None);
        (self.batch, self.at) = (Batch::empty(), 0);
        while let Some(group) = self.about.groups.get(self.next) {
            if left < group.rows {
                break;
            }
            left -= group.rows;
            self.next += 1;
            self.bytes += group.bytes();
        }
        while 0 < left && self.load()? {
            let passed = left.min(self.batch.rows as u64);
            self.at = passed as usize;
            left -= passed;
        }
        Ok(())
    }

    /// The next batch; false at the end.
    fn load(&mut self) -> Result<bool, TableError> {
        loop {
            if let Some(group) = &mut self.group {
                let found =
                    group.batch().map_err(|failure| failed(&self.about, self.rows, failure))?;
                if let Some(batch) = found {
                    (self.batch, self.at) = (batch, 0);
                    return Ok(true);
                }
            }
            let Some(group) = self.about.groups.get(self.next) else {
                (self.group, self.batch, self.at) = (None, Batch::empty(), 0);
                return Ok(false);
            };
            self.next += 1;
            self.bytes += group.bytes();
            let group = Group::open(&self.about.source, group, &self.about.columns, &self.wanted);
            self.group = Some(group.map_err(|failure| failed(&self.about, self.rows, failure))?);
        }
    }
}

fn failed(about: &Parquet, rows: u64, failure: Failure) -> TableError {
    let name = about.names.get(failure.column).map_or("", String::as_str);
    TableError::new(&about.file, failure.message).at_row(rows + 1).in_column(name)
}

#[cfg(test)]
mod tests;
