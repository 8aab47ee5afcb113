//! One part as a file: writing it, and what its table of contents says.

use crate::fields::{COLUMNS, COUNT, PERSON, RECEIVED, SORTED_BY, put};
use columnar::{FileColumn, Footer, Kind, Meaning, Shared, Stored, Writer, columns};
use port::HistoryRow;
use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;

/// Enough that programs read on several threads, and few enough that one person's rows are found by
/// unpacking little.
const GROUP_ROWS_MAX: u64 = 128 * 1024;

/// The same for long rows, since a row group is in memory until it is written.
const GROUP_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What a file of ours says of itself, and the version of these columns.
const FORMAT: &str = "fulcrum.history";
const VERSION: &str = "1";
/// Where the part begins and ends in the log.
const FROM: &str = "fulcrum.log_from";
const TO: &str = "fulcrum.log_to";
/// The first and the last person, as a whole number; both are missing where all rows are nobody's.
const PERSONS: [&str; 2] = ["fulcrum.person_first", "fulcrum.person_last"];

/// Writes rows, which come in their order, to a file.
pub struct PartWriter {
    out: Writer<BufWriter<File>>,
    pub rows: u64,
    persons: Option<(u64, u64)>,
}

impl PartWriter {
    pub fn new(file: File) -> io::Result<PartWriter> {
        let out = Writer::new(BufWriter::new(file), &COLUMNS, &SORTED_BY)?;
        Ok(PartWriter { out, rows: 0, persons: None })
    }

    pub fn row(&mut self, row: &HistoryRow<'_>) -> io::Result<()> {
        put(&mut self.out, row)?;
        self.rows += 1;
        if let Some(person) = row.person {
            let first = self.persons.map_or(person.0, |it| it.0);
            self.persons = Some((first, person.0));
        }
        let is_full =
            GROUP_ROWS_MAX <= self.out.group_rows() || GROUP_BYTES_MAX <= self.out.group_bytes();
        if is_full { self.out.end_group() } else { Ok(()) }
    }

    /// Ends the file, which is of the log from and up to these positions.
    pub fn finish(self, from: u64, to: u64) -> io::Result<File> {
        let mut about =
            vec![(FORMAT, VERSION.to_owned()), (FROM, from.to_string()), (TO, to.to_string())];
        if let Some((first, last)) = self.persons {
            about.push((PERSONS[0], first.to_string()));
            about.push((PERSONS[1], last.to_string()));
        }
        let out = self.out.finish(&about)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// A part that is open for reading.
pub struct Opened {
    pub file: Arc<Shared>,
    pub footer: Footer,
    pub columns: Vec<FileColumn>,
}

/// What a row group holds.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    pub rows: u64,
    /// The smallest and the largest; none where all rows are nobody's.
    pub persons: Option<(u64, u64)>,
    pub nobody: u64,
    pub received: (i64, i64),
}

impl Opened {
    /// What is wrong with it, where it is no part of ours or a damaged one.
    pub fn of(file: File) -> Result<Opened, String> {
        let failed = |error: io::Error| format!("it cannot be read: {error}");
        let file = Arc::new(Shared::checked(file).map_err(failed)?);
        let footer = Footer::of(&file).map_err(failed)?;
        let footer = footer.ok_or_else(|| "its table of contents is damaged or cut".to_owned())?;
        match footer.said(FORMAT) {
            Some(VERSION) => {}
            Some(other) => {
                return Err(format!(
                    "it is of version {other}: was it written by a newer program?"
                ));
            }
            None => return Err("it was written by another program".to_owned()),
        }
        let found = columns(&footer).ok_or_else(|| "its list of columns is damaged".to_owned())?;
        let is_ours = found.len() == COUNT
            && found.iter().zip(&COLUMNS).all(|((name, found), column)| {
                let stored = match column.kind {
                    Kind::Int | Kind::Instant => Stored::Int64,
                    Kind::Bool => Stored::Bool,
                    Kind::Text | Kind::Word => Stored::Bytes,
                };
                name == column.name.as_bytes()
                    && found.stored == stored
                    && found.nullable == column.nullable
                    && !matches!(found.meaning, Meaning::Unreadable(_))
            });
        if !is_ours {
            return Err("its columns are not those of the history".to_owned());
        }
        let columns = found.into_iter().map(|it| it.1).collect();
        Ok(Opened { file, footer, columns })
    }

    /// From where and up to where in the log it says it is.
    pub fn positions(&self) -> Option<(u64, u64)> {
        let number = |name: &str| self.footer.said(name)?.parse().ok();
        Some((number(FROM)?, number(TO)?))
    }

    /// What each row group holds, by its statistics.
    pub fn summaries(&self) -> Result<Vec<Summary>, String> {
        let summary = |(number, group): (usize, &columnar::RowGroup)| {
            let missing = || format!("row group {number} has no statistics");
            let wrong = || format!("row group {number} has statistics that cannot be");
            let column = |column: usize| group.chunks.get(column).ok_or_else(missing);
            let nobody = column(PERSON)?.nulls.ok_or_else(missing)?;
            let persons = match column(PERSON)?.range() {
                Some((first, last)) => {
                    let person = |it: i64| u64::try_from(it).map_err(|_| wrong());
                    Some((person(first)?, person(last)?)).filter(|it| it.0 <= it.1)
                }
                None => None,
            };
            let received = column(RECEIVED)?.range().ok_or_else(missing)?;
            let is_sound = nobody <= group.rows
                && persons.is_some() == (nobody < group.rows)
                && received.0 <= received.1;
            if !is_sound {
                return Err(wrong());
            }
            Ok(Summary { rows: group.rows, persons, nobody, received })
        };
        self.footer.groups.iter().enumerate().map(summary).collect()
    }
}
