//! Rows of touches, by several threads: what the command does and the benchmark measures.

use measurement::{PathWeight, Touch, Touches, WeightProblem};
use tables::{Blocks, Column, FastRow, TableError};

use super::fold::{named, negative};
use super::times::instant_ms;

/// What is read of each row.
pub struct TouchColumns {
    pub person: Column,
    pub time: Column,
    pub channel: Column,
    pub conversion: Column,
    pub value: Option<Column>,
}

/// All rows in one. `progress` is told the bytes that are done.
pub fn touches(
    blocks: Blocks,
    columns: &TouchColumns,
    threads: usize,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Touches, TableError> {
    let file = TableError::new(blocks.file(), "");
    let mut all = Touches::default();
    blocks.fold(
        threads,
        Touches::default,
        |touches, row| add_touch(touches, row, columns),
        |touches, bytes| {
            all.merge(&touches).map_err(|problem| named(file.clone(), problem))?;
            progress(bytes);
            Ok(())
        },
    )?;
    Ok(all)
}

fn add_touch(
    touches: &mut Touches,
    row: &FastRow,
    columns: &TouchColumns,
) -> Result<(), TableError> {
    let person = row.bytes(columns.person).trim_ascii();
    if person.is_empty() {
        return Err(row.error(columns.person, "is empty").hint("each row must say who it was"));
    }
    let person =
        touches.person(person).map_err(|problem| named(row.error(columns.person, ""), problem))?;
    let text = row.text(columns.time)?;
    let at_ms = instant_ms(text).ok_or_else(|| {
        row.error(columns.time, format!("`{text}` is not a time"))
            .hint("write 2027-03-31, 2027-03-31 14:05, 2027-03-31T14:05:00Z or seconds since 1970")
    })?;
    let conversions = conversions(row, columns.conversion)?;
    let value = columns.value.filter(|column| !row.bytes(*column).trim_ascii().is_empty());
    let value = value.map_or(Ok(0.0), |column| row.number(column))?;
    let outcome = PathWeight::new(conversions, 0.0, value).map_err(|problem| {
        negative(
            row,
            match problem {
                WeightProblem::Conversions | WeightProblem::Nulls => columns.conversion,
                WeightProblem::Value => columns.value.unwrap_or(columns.conversion),
            },
        )
    })?;
    let name = row.bytes(columns.channel).trim_ascii();
    let channel = match name.is_empty() {
        true if conversions == 0.0 => {
            return Err(row
                .error(columns.channel, "is empty")
                .hint("name the channel; only a row with a conversion can be without one"));
        }
        true => None,
        false => Some(
            touches
                .channel(name)
                .map_err(|problem| named(row.error(columns.channel, ""), problem))?,
        ),
    };
    touches
        .add(Touch { person, at_ms, channel, outcome })
        .map_err(|_| row.error(columns.person, "is one row too many").hint("split the file"))
}

/// 0 or 1, true or false, or how often. Nothing is 0.
fn conversions(row: &FastRow, column: Column) -> Result<f64, TableError> {
    let text = row.bytes(column).trim_ascii();
    match text {
        [] => Ok(0.0),
        _ if text.eq_ignore_ascii_case(b"true") => Ok(1.0),
        _ if text.eq_ignore_ascii_case(b"false") => Ok(0.0),
        _ => row.number(column).map_err(|error| {
            error.hint("write 1 (or true) where the person converted and 0 (or false) where not")
        }),
    }
}
