//! A CSV or Parquet file as rows with columns by name.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;

use crate::parquet::{Batch, Parquet, Rows};
use crate::source::{self, Bounded, Opened};
use crate::value::{BINARY_HINT, binary, count, not, number, number_hint};
use crate::{Position, TableError};

/// More columns than any real file has; a header this long is some other format.
const COLUMNS_MAX: usize = 10_000;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub delimiter: u8,
}

impl Default for Options {
    fn default() -> Options {
        Options { delimiter: b',' }
    }
}

/// A column of one table, found by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column(usize);

impl Column {
    pub(crate) fn at(index: usize) -> Column {
        Column(index)
    }

    pub(crate) fn index(self) -> usize {
        self.0
    }
}

pub struct Table {
    file: String,
    columns: Vec<String>,
    inner: Inner,
}

enum Inner {
    Csv(Csv),
    Parquet(Box<Rows>),
}

struct Csv {
    reader: csv::Reader<Bounded>,
    since_row: Arc<AtomicU64>,
    record: ByteRecord,
    /// Where the text that the reader sees begins in the file.
    base: Position,
    rows: u64,
}

/// One row; the values are looked at only when they are asked for.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    file: &'a str,
    columns: &'a [String],
    values: Values<'a>,
    /// As a spreadsheet counts: the header is row 1. In a Parquet file the first row is row 1.
    pub number: u64,
}

#[derive(Clone, Copy)]
enum Values<'a> {
    Record(&'a ByteRecord),
    Batch {
        batch: &'a Batch,
        /// The row in the batch.
        at: usize,
    },
}

impl Table {
    /// `path` may be `-` for standard input; gzip, zstd and Parquet are read as they are.
    pub fn open(path: &Path) -> Result<Table, TableError> {
        Table::open_with(path, Options::default())
    }

    /// The options are those of CSV files.
    pub fn open_with(path: &Path, options: Options) -> Result<Table, TableError> {
        Table::resume(path, options, Position::default())
    }

    /// Goes on after the row whose [`Table::position`] was kept.
    pub fn resume(path: &Path, options: Options, at: Position) -> Result<Table, TableError> {
        let file = source::name(path);
        let text = match source::open(path, 0)? {
            Opened::Text(text) => text,
            Opened::Parquet(source) => {
                let rows = Rows::new(Parquet::open(&file, source)?, at.row);
                let columns = rows.about.names().to_vec();
                return Ok(Table { file, columns, inner: Inner::Parquet(Box::new(rows)) });
            }
        };
        let mut csv = Csv::new(text, options, Position::default());
        if !csv.read(&file)? {
            return Err(
                TableError::new(&file, "is empty").hint("the first row must name the columns")
            );
        }
        let columns = header(&file, csv.record.iter())?;
        if at != Position::default() {
            csv = Csv::new(source::open_text(path, at.byte)?, options, at);
        }
        Ok(Table { file, columns, inner: Inner::Csv(csv) })
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether the options for CSV files mean nothing.
    pub fn is_parquet(&self) -> bool {
        matches!(self.inner, Inner::Parquet(_))
    }

    /// The column of this name, or an error that says which one may be meant.
    pub fn column(&self, name: &str) -> Result<Column, TableError> {
        let Some(column) = self.place(name) else {
            return Err(no_column(&self.file, &self.columns, name));
        };
        if let Inner::Parquet(rows) = &self.inner {
            rows.about.check(column)?;
        }
        Ok(self.find(name).unwrap_or(column))
    }

    /// Of a Parquet file only columns that were asked for are read.
    pub fn find(&self, name: &str) -> Option<Column> {
        let column = self.place(name)?;
        if let Inner::Parquet(rows) = &self.inner {
            rows.about.want(column);
        }
        Some(column)
    }

    fn place(&self, name: &str) -> Option<Column> {
        self.columns.iter().position(|column| column == name).map(Column)
    }

    /// The next row, or nothing at the end. After an error about one row the next can be read.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        let (values, number) = match &mut self.inner {
            Inner::Csv(csv) => {
                if !csv.read(&self.file)? {
                    return Ok(None);
                }
                let (got, wanted) = (csv.record.len(), self.columns.len());
                if got != wanted {
                    let message =
                        format!("has {got} values where the header names {wanted} columns");
                    return Err(TableError::new(&self.file, message)
                        .at_row(csv.rows)
                        .hint("a value that holds the separator must stand in double quotes"));
                }
                (Values::Record(&csv.record), csv.rows)
            }
            Inner::Parquet(rows) => {
                if !rows.advance()? {
                    return Ok(None);
                }
                let number = rows.position().row;
                let (batch, at) = rows.current();
                (Values::Batch { batch, at }, number)
            }
        };
        Ok(Some(Row { file: &self.file, columns: &self.columns, values, number }))
    }

    /// Where the next row begins. In a Parquet file only the row says it; the bytes are those of the
    /// row groups that were begun.
    pub fn position(&self) -> Position {
        match &self.inner {
            Inner::Csv(csv) => csv.position(),
            Inner::Parquet(rows) => rows.position(),
        }
    }
}

impl Csv {
    fn new(source: Bounded, options: Options, base: Position) -> Csv {
        let since_row = Arc::clone(&source.since_row);
        // Without headers for the parser: a resumed file begins in the middle.
        let reader = csv::ReaderBuilder::new()
            .delimiter(options.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(source);
        Csv { reader, since_row, record: ByteRecord::new(), base, rows: base.row }
    }

    fn position(&self) -> Position {
        let seen = self.reader.position();
        let line = self.base.line.saturating_sub(1) + seen.line();
        Position { byte: self.base.byte + seen.byte(), line, row: self.rows }
    }

    fn read(&mut self, file: &str) -> Result<bool, TableError> {
        self.since_row.store(0, Ordering::Relaxed);
        let row = self.rows + 1;
        let found = self.reader.read_byte_record(&mut self.record).map_err(|error| {
            TableError::new(file, format!("cannot be read: {error}")).at_row(row)
        })?;
        self.rows += u64::from(found);
        Ok(found)
    }
}

impl<'a> Row<'a> {
    /// The text without blanks around it.
    pub fn text(&self, column: Column) -> Result<&'a str, TableError> {
        let bytes = match self.values {
            Values::Record(record) => record.get(column.0),
            Values::Batch { batch, at } => batch.bytes(column.0, at),
        };
        match std::str::from_utf8(bytes.unwrap_or_default()) {
            Ok(text) => Ok(text.trim()),
            Err(_) => Err(self
                .error(column, "is not UTF-8 text")
                .hint("save the file with the encoding UTF-8")),
        }
    }

    /// A finite number.
    pub fn number(&self, column: Column) -> Result<f64, TableError> {
        if let Values::Batch { batch, at } = self.values
            && let Some(number) = batch.number(column.0, at)
        {
            return Ok(number);
        }
        let text = self.text(column)?;
        number(text)
            .ok_or_else(|| self.error(column, not(text, "a number")).hint(number_hint(text)))
    }

    /// A whole number from 0 on; `12.0` is one too.
    pub fn count(&self, column: Column) -> Result<u64, TableError> {
        let text = self.text(column)?;
        count(text).ok_or_else(|| self.error(column, not(text, "a whole number from 0 on")))
    }

    /// 0 or 1, true or false.
    pub fn binary(&self, column: Column) -> Result<bool, TableError> {
        let text = self.text(column)?;
        binary(text).ok_or_else(|| self.error(column, not(text, "0/1")).hint(BINARY_HINT))
    }

    /// An error about this value, for rules that this crate does not know.
    pub fn error(&self, column: Column, message: impl Into<String>) -> TableError {
        let name = self.columns.get(column.0).map_or("", String::as_str);
        TableError::new(self.file, message).at_row(self.number).in_column(name)
    }
}

pub(crate) fn header<'a>(
    file: &str,
    record: impl ExactSizeIterator<Item = &'a [u8]>,
) -> Result<Vec<String>, TableError> {
    let error = |message: String| Err(TableError::new(file, message).at_row(1));
    if COLUMNS_MAX < record.len() {
        return error(format!("has more than {COLUMNS_MAX} columns"));
    }
    let mut columns: Vec<String> = Vec::with_capacity(record.len());
    for (i, name) in record.enumerate() {
        let Ok(name) = std::str::from_utf8(name) else {
            return error(format!("the name of column {} is not UTF-8 text", i + 1));
        };
        // Spreadsheets put a byte order mark before the first name.
        let name = if i == 0 { name.trim_start_matches('\u{feff}') } else { name }.trim();
        if !name.is_empty() && columns.iter().any(|other| other == name) {
            return error(format!("two columns are named `{name}`"));
        }
        columns.push(name.to_owned());
    }
    Ok(columns)
}

/// The name that a person may have meant: at most a third of its letters are otherwise.
pub fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer names are no typing errors of each other, and the comparison takes the square.
    const NAME_MAX: usize = 100;
    let near = |known: &'a str| {
        let letters = known.chars().count().max(name.chars().count());
        let typed = letters <= NAME_MAX;
        let distance = if typed { distance(name, known) } else { usize::MAX };
        (distance <= letters.div_ceil(3) && distance < letters).then_some((distance, known))
    };
    known.filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// Letters to put in, take out or change, whatever their case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.to_lowercase().chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Nothing is called like that; something may be meant.
pub(crate) fn no_column(file: &str, columns: &[String], name: &str) -> TableError {
    let hint = match did_you_mean(name, columns.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the columns are {}", listing(columns)),
    };
    TableError::new(file, format!("has no column `{name}`")).hint(hint)
}

fn listing(columns: &[String]) -> String {
    const LISTED_MAX: usize = 20;
    let mut names: Vec<String> =
        columns.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    if LISTED_MAX < columns.len() {
        names.push(format!("and {} more", columns.len() - LISTED_MAX));
    }
    names.join(", ")
}
