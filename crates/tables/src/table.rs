//! A CSV file as rows with columns by name.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;

use crate::source::{self, Bounded};
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
    record: &'a ByteRecord,
    /// As a spreadsheet counts: the header is row 1.
    pub number: u64,
}

impl Table {
    /// `path` may be `-` for standard input; gzip and zstd are read as they are.
    pub fn open(path: &Path) -> Result<Table, TableError> {
        Table::open_with(path, Options::default())
    }

    pub fn open_with(path: &Path, options: Options) -> Result<Table, TableError> {
        let mut table = Table::from(path, options, Position::default())?;
        let found = table.read()?;
        if !found {
            return Err(TableError::new(&table.file, "is empty")
                .hint("the first row must name the columns"));
        }
        table.columns = header(&table.file, table.record.iter())?;
        Ok(table)
    }

    /// Goes on after the row whose [`Table::position`] was kept.
    pub fn resume(path: &Path, options: Options, at: Position) -> Result<Table, TableError> {
        let columns = Table::open_with(path, options)?.columns;
        let mut table = Table::from(path, options, at)?;
        table.columns = columns;
        Ok(table)
    }

    fn from(path: &Path, options: Options, base: Position) -> Result<Table, TableError> {
        let source = source::open(path, base.byte)?;
        let since_row = Arc::clone(&source.since_row);
        // Without headers for the parser: a resumed file begins in the middle.
        let reader = csv::ReaderBuilder::new()
            .delimiter(options.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(source);
        let record = ByteRecord::new();
        let columns = Vec::new();
        let file = source::name(path);
        Ok(Table { file, columns, reader, since_row, record, base, rows: base.row })
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
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
        self.columns.iter().position(|column| column == name).map(Column)
    }

    /// The next row, or nothing at the end. After an error about one row the next can be read.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        if !self.read()? {
            return Ok(None);
        }
        let (got, wanted) = (self.record.len(), self.columns.len());
        if got != wanted {
            let message = format!("has {got} values where the header names {wanted} columns");
            return Err(TableError::new(&self.file, message)
                .at_row(self.rows)
                .hint("a value that holds the separator must stand in double quotes"));
        }
        Ok(Some(Row {
            file: &self.file,
            columns: &self.columns,
            record: &self.record,
            number: self.rows,
        }))
    }

    /// Where the next row begins.
    pub fn position(&self) -> Position {
        let seen = self.reader.position();
        let line = self.base.line.saturating_sub(1) + seen.line();
        Position { byte: self.base.byte + seen.byte(), line, row: self.rows }
    }

    fn read(&mut self) -> Result<bool, TableError> {
        self.since_row.store(0, Ordering::Relaxed);
        let row = self.rows + 1;
        let found = self.reader.read_byte_record(&mut self.record).map_err(|error| {
            TableError::new(&self.file, format!("cannot be read: {error}")).at_row(row)
        })?;
        self.rows += u64::from(found);
        Ok(found)
    }
}

impl<'a> Row<'a> {
    /// The text without blanks around it.
    pub fn text(&self, column: Column) -> Result<&'a str, TableError> {
        match std::str::from_utf8(self.record.get(column.0).unwrap_or_default()) {
            Ok(text) => Ok(text.trim()),
            Err(_) => Err(self
                .error(column, "is not UTF-8 text")
                .hint("save the file with the encoding UTF-8")),
        }
    }

    /// A finite number.
    pub fn number(&self, column: Column) -> Result<f64, TableError> {
        let text = self.text(column)?;
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.not(column, text, "a number").hint(match text {
                "" => "fill it in, with 0 where nothing happened, or leave the row out",
                _ if text.contains(',') => "write numbers with a point and without separators",
                _ => "write numbers like 12.5",
            })),
        }
    }

    /// A whole number from 0 on; `12.0` is one too.
    pub fn count(&self, column: Column) -> Result<u64, TableError> {
        /// Beyond this a 64-bit float no longer holds every whole number.
        const COUNT_MAX: f64 = 9_007_199_254_740_992.0;
        let text = self.text(column)?;
        if let Ok(count) = text.parse::<u64>() {
            return Ok(count);
        }
        match text.parse::<f64>() {
            Ok(count) if count.fract() == 0.0 && (0.0..=COUNT_MAX).contains(&count) => {
                Ok(count as u64)
            }
            _ => Err(self.not(column, text, "a whole number from 0 on")),
        }
    }

    /// 0 or 1, true or false.
    pub fn binary(&self, column: Column) -> Result<bool, TableError> {
        let text = self.text(column)?;
        match text {
            "0" | "0.0" => Ok(false),
            "1" | "1.0" => Ok(true),
            _ if text.eq_ignore_ascii_case("false") => Ok(false),
            _ if text.eq_ignore_ascii_case("true") => Ok(true),
            _ => Err(self.not(column, text, "0/1").hint(
                "write 1 (or true) where the channel was allowed and 0 (or false) where not",
            )),
        }
    }

    /// An error about this value, for rules that this crate does not know.
    pub fn error(&self, column: Column, message: impl Into<String>) -> TableError {
        let name = self.columns.get(column.0).map_or("", String::as_str);
        TableError::new(self.file, message).at_row(self.number).in_column(name)
    }

    fn not(&self, column: Column, text: &str, wanted: &str) -> TableError {
        self.error(column, format!("`{}` is not {wanted}", shortened(text)))
    }
}

/// Enough to find a value by; a file of the wrong kind may hold anything.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    let shown: String = text.chars().take(SHOWN_MAX).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown}{more}")
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

pub(crate) fn listing(columns: &[String]) -> String {
    const LISTED_MAX: usize = 20;
    let mut names: Vec<String> =
        columns.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    if LISTED_MAX < columns.len() {
        names.push(format!("and {} more", columns.len() - LISTED_MAX));
    }
    names.join(", ")
}
