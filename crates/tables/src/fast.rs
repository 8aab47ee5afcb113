//! Large files by several threads: blocks of whole rows, each folded on its own and merged in the
//! order of the file.
//!
//! What comes out does not depend on the number of threads: blocks are cut by the text alone, or by
//! the row groups of a Parquet file. Memory is a few blocks, whatever the file. Rows, values and
//! errors are those of [`Table`](crate::Table), apart from a lone carriage return, which ends no row
//! here.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::parquet::{Groups, Parquet};
use crate::source::{self, Opened};
use crate::table::no_column;
use crate::{Column, Options, TableError};

mod ordered;
mod row;
mod text;

pub use row::FastRow;

use ordered::{Done, lock};
use row::Values;
use text::{Block, Shape, Source};

/// A CSV or Parquet file whose header is read.
pub struct Blocks {
    file: String,
    columns: Vec<String>,
    bytes: Option<u64>,
    inner: Inner,
}

enum Inner {
    Text { source: Source, delimiter: u8 },
    Parquet(Box<Parquet>),
}

impl Blocks {
    /// `path` may be `-` for standard input; gzip and zstd are read as they are. Without options
    /// the header tells what separates values: of comma, semicolon, tab and bar the commonest.
    pub fn open(path: &Path, options: Option<Options>) -> Result<Blocks, TableError> {
        let file = source::name(path);
        let text = match source::open(path, 0)? {
            Opened::Text(text) => text,
            Opened::Parquet(source) => {
                let about = Parquet::open(&file, source)?;
                let (columns, bytes) = (about.names().to_vec(), Some(about.bytes()));
                return Ok(Blocks { file, columns, bytes, inner: Inner::Parquet(Box::new(about)) });
            }
        };
        let bytes = match text.is_plain() {
            true => std::fs::metadata(path).ok().map(|about| about.len()),
            false => None,
        };
        let delimiter = options.map(|options| options.delimiter);
        let (source, columns) = Source::open(&file, text, bytes, delimiter)?;
        let delimiter = source.delimiter();
        Ok(Blocks { file, columns, bytes, inner: Inner::Text { source, delimiter } })
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How long the file is, where that is known beforehand.
    pub fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// The column of this name, or an error that says which one may be meant.
    pub fn column(&self, name: &str) -> Result<Column, TableError> {
        let Some(column) = self.place(name) else {
            return Err(no_column(&self.file, &self.columns, name));
        };
        if let Inner::Parquet(about) = &self.inner {
            about.check(column)?;
        }
        Ok(self.find(name).unwrap_or(column))
    }

    /// Of a Parquet file only columns that were asked for are read.
    pub fn find(&self, name: &str) -> Option<Column> {
        let column = self.place(name)?;
        if let Inner::Parquet(about) = &self.inner {
            about.want(column);
        }
        Some(column)
    }

    fn place(&self, name: &str) -> Option<Column> {
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
        match self.inner {
            Inner::Text { source, delimiter } => {
                let shape = Shape { file: &self.file, columns: &self.columns, delimiter };
                fold_text(source, &shape, threads, new, each, merge)
            }
            Inner::Parquet(about) => fold_groups(&about.groups(), threads, new, each, merge),
        }
    }
}

fn fold_text<A>(
    source: Source,
    shape: &Shape,
    threads: usize,
    new: impl Fn() -> A + Sync,
    each: impl Fn(&mut A, &FastRow) -> Result<(), TableError> + Sync,
    merge: impl FnMut(A, u64) -> Result<(), TableError> + Send,
) -> Result<u64, TableError> {
    /// A block, or why it cannot be had.
    #[derive(Default)]
    struct Piece {
        block: Block,
        failed: Option<TableError>,
    }
    let source = Mutex::new(source);
    let next = |piece: &mut Piece| {
        piece.failed = lock(&source).block(&mut piece.block).transpose()?.err();
        Some(piece.block.number)
    };
    let work = |piece: &mut Piece| {
        let (mut sum, mut rows) = (new(), 0);
        let result = match piece.failed.take() {
            Some(error) => Err(error),
            None => shape.rows(piece.block.text(), &mut rows, |row| each(&mut sum, row)),
        };
        Done { result, sum, rows, bytes: piece.block.text().len() as u64 }
    };
    ordered::fold(shape.file, threads, 1, next, work, merge)
}

fn fold_groups<A>(
    groups: &Groups,
    threads: usize,
    new: impl Fn() -> A + Sync,
    each: impl Fn(&mut A, &FastRow) -> Result<(), TableError> + Sync,
    merge: impl FnMut(A, u64) -> Result<(), TableError> + Send,
) -> Result<u64, TableError> {
    let taken = AtomicUsize::new(0);
    let next = |piece: &mut usize| {
        *piece = taken.fetch_add(1, Ordering::Relaxed);
        (*piece < groups.count()).then_some(*piece as u64)
    };
    let work = |piece: &mut usize| {
        let (mut sum, mut rows) = (new(), 0);
        let result = groups.read(*piece, |batch, before| {
            rows = before + batch.rows as u64;
            (0..batch.rows).try_for_each(|at| {
                let row = FastRow {
                    file: &groups.file,
                    columns: &groups.names,
                    values: Values::Batch { batch, at },
                    number: before + at as u64 + 1,
                };
                each(&mut sum, &row)
            })
        });
        Done { result, sum, rows, bytes: groups.bytes(*piece) }
    };
    ordered::fold(&groups.file, threads, 0, next, work, merge)
}

#[cfg(test)]
mod tests;
