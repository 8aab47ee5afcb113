//! Looking through the whole history for damage.

use crate::files::{Name, Part, parts_in, read_position};
use crate::stream::{Pick, Stream};
use model::Timestamp;
use port::{HistoryError, LogPosition};
use std::path::Path;
use std::rc::Rc;

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    pub rows: u64,
    pub files: usize,
    pub bytes: u64,
    /// Up to where it goes; nothing where there is no history yet.
    pub position: Option<LogPosition>,
    pub problems: Vec<HistoryError>,
}

/// Reads every row of every part: checksums, the order of rows, positions and days as names say, and
/// the statistics by which rows are found. Changes nothing.
pub fn check(dir: &Path) -> Checked {
    let mut checked = Checked::default();
    match read_position(dir) {
        Ok(position) => checked.position = position,
        Err(error) => checked.problems.push(error),
    }
    let names = parts_in(dir).unwrap_or_else(|error| {
        checked.problems.push(error);
        Vec::new()
    });
    for name in names {
        checked.files += 1;
        match check_part(name, checked.position) {
            Ok((rows, bytes)) => {
                checked.rows += rows;
                checked.bytes += bytes;
            }
            Err(error) => checked.problems.push(error),
        }
    }
    checked
}

fn check_part(name: Name, end: Option<LogPosition>) -> Result<(u64, u64), HistoryError> {
    let (day, from, to) = (name.day, name.from, name.to);
    let part = Part::open(name)?;
    let damaged = |what: String| crate::files::damaged(&part.path, what);
    let mut stream = Stream::open(&part, Rc::new(Pick::all()))?;
    let (mut rows, mut last) = (0_u64, None);
    let mut groups = part.groups.iter();
    let (mut group, mut left) = (None, 0);
    while let Some(key) = stream.advance()? {
        rows += 1;
        if left == 0 {
            group = groups.next();
            left = group.map_or(0, |it| it.rows);
        }
        left = left.saturating_sub(1);
        if last.is_some_and(|it| key <= it) {
            return Err(damaged(format!("row {rows} is not in order")));
        }
        last = Some(key);
        if key.position < from || to <= key.position {
            return Err(damaged(format!("row {rows} is of another part of the log")));
        }
        let row = stream.row()?;
        if row.received.day() != day {
            let received = Timestamp(row.received.0);
            return Err(damaged(format!("row {rows} was received at {received}, another day")));
        }
        let is_told = group.is_some_and(|it| {
            let person = match row.person {
                Some(person) => it.persons.is_some_and(|(a, b)| (a..=b).contains(&person.0)),
                None => 0 < it.nobody,
            };
            person && (it.received.0..=it.received.1).contains(&row.received.0)
        });
        if !is_told {
            return Err(damaged(format!("row {rows} is outside the statistics of its row group")));
        }
    }
    if rows != part.rows() {
        return Err(damaged(format!("it has {rows} rows and says {}", part.rows())));
    }
    // What lies beyond the end is left from an append that did not finish, and goes at the next start.
    let counts = end.is_none_or(|it| from < it.0);
    Ok(if counts { (rows, part.bytes) } else { (0, 0) })
}
