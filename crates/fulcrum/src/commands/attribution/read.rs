//! Files of paths and of touches into sums, by several threads.

use std::num::NonZero;
use std::path::Path;

use anyhow::{Context, bail};
use measurement::{PathSettings, PathWeight, Paths, Touch, Touches, WeightProblem};
use tables::{Blocks, Column, FastRow, Options, TableError};

use super::Arguments;
use super::fold::{self, PathColumns, named, negative};
use crate::progress::{Bars, Progress, Unit};

/// More threads than that wait for each other.
const THREADS_MAX: usize = 16;

/// A smaller file is read before anybody looks for a bar.
const BYTES_WITH_PROGRESS: u64 = 64 * 1024 * 1024;

/// The sums, and what else is to be said about the file.
pub(super) fn paths(
    arguments: &Arguments,
    settings: &PathSettings,
) -> anyhow::Result<(Paths, Vec<String>)> {
    match (&arguments.paths, &arguments.touches) {
        (Some(path), _) => from_paths(arguments, settings, path),
        (None, Some(path)) => from_touches(arguments, settings, path),
        (None, None) => bail!("give --paths or --touches"),
    }
}

fn open(arguments: &Arguments, path: &Path) -> anyhow::Result<Blocks> {
    let delimiter = arguments.delimiter.as_ref().and_then(|it| it.bytes().next());
    Ok(Blocks::open(path, delimiter.map(|delimiter| Options { delimiter }))?)
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX)
}

/// Progress through a file whose length is known and worth it.
fn progress(blocks: &Blocks) -> Option<Progress> {
    let bytes = blocks.bytes().filter(|bytes| BYTES_WITH_PROGRESS <= *bytes)?;
    Some(Bars::new().begin("reading", bytes, Unit::Bytes))
}

fn from_paths(
    arguments: &Arguments,
    settings: &PathSettings,
    path: &Path,
) -> anyhow::Result<(Paths, Vec<String>)> {
    let blocks = open(arguments, path)?;
    let optional = |name: &Option<String>| -> anyhow::Result<Option<Column>> {
        Ok(name.as_deref().map(|name| blocks.column(name)).transpose()?)
    };
    let columns = PathColumns {
        path: blocks.column(&arguments.path_column)?,
        conversions: blocks.column(&arguments.conversions_column)?,
        value: optional(&arguments.value_column)?,
        nulls: optional(&arguments.null_column)?,
    };
    let separator = arguments.separator.trim().as_bytes();
    let shown = progress(&blocks);
    let mut notes = unused(arguments, &blocks);
    let tell = |bytes: u64| shown.iter().for_each(|it| it.at(bytes));
    let (all, blanks) = fold::paths(blocks, &columns, separator, settings, threads(), tell)?;
    shown.iter().for_each(Progress::finish);
    if 0 < blanks {
        notes.push(format!("{blanks} places between two separators were empty and left out"));
    }
    Ok((all, notes))
}

/// A file that counts paths without a conversion should not be read as if there were none.
fn unused(arguments: &Arguments, blocks: &Blocks) -> Vec<String> {
    const USUAL: &str = "total_null";
    match (&arguments.null_column, blocks.find(USUAL)) {
        (None, Some(_)) => vec![format!(
            "the column `{USUAL}` is not used; give --null-column {USUAL} if it counts paths \
             without a conversion"
        )],
        _ => Vec::new(),
    }
}

struct TouchColumns {
    person: Column,
    time: Column,
    channel: Column,
    conversion: Column,
    value: Option<Column>,
}

fn from_touches(
    arguments: &Arguments,
    settings: &PathSettings,
    path: &Path,
) -> anyhow::Result<(Paths, Vec<String>)> {
    let lookback_ms = length_ms(&arguments.lookback)
        .context("--lookback must be a time above 0, such as 12h, 30d or 4w")?;
    let blocks = open(arguments, path)?;
    let value = arguments.value_column.as_deref();
    let columns = TouchColumns {
        person: blocks.column(&arguments.person_column)?,
        time: blocks.column(&arguments.time_column)?,
        channel: blocks.column(&arguments.channel_column)?,
        conversion: blocks.column(&arguments.conversion_column)?,
        value: value.map(|name| blocks.column(name)).transpose()?,
    };
    let shown = progress(&blocks);
    let mut all = Touches::default();
    blocks.fold(
        threads(),
        Touches::default,
        |touches, row| add_touch(touches, row, &columns),
        |touches, bytes| {
            all.merge(&touches).map_err(|problem| {
                named(TableError::new(&path.display().to_string(), ""), problem)
            })?;
            shown.iter().for_each(|it| it.at(bytes));
            Ok(())
        },
    )?;
    shown.iter().for_each(Progress::finish);
    let mut paths = Paths::new(settings);
    if all.journeys(lookback_ms, &mut paths).is_err() {
        bail!("{}: has more channels than can be told apart", path.display());
    }
    Ok((paths, Vec::new()))
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

/// `90s`, `15m`, `12h`, `30d`, `4w`.
pub(super) fn length_ms(text: &str) -> Option<i64> {
    let digits = text.trim().trim_end_matches(char::is_alphabetic);
    let unit_ms = match &text.trim()[digits.len()..] {
        "s" => 1e3,
        "m" => 60e3,
        "h" => 3_600e3,
        "d" => 86_400e3,
        "w" => 604_800e3,
        _ => return None,
    };
    let length_ms = digits.parse::<f64>().ok()? * unit_ms;
    // A thousand years: longer than any log, and far from what a number can hold.
    let sane = (1.0..=365_250.0 * 86_400e3).contains(&length_ms);
    sane.then_some(length_ms as i64)
}

/// Milliseconds since 1970 of a date, a date and time, or a number of seconds or milliseconds.
pub(super) fn instant_ms(text: &str) -> Option<i64> {
    /// As seconds this is the year 5138; as milliseconds it is 1973.
    const SECONDS_MAX: f64 = 1e11;
    /// As milliseconds this is the year 5138.
    const MILLISECONDS_MAX: f64 = 1e14;
    if let Ok(number) = text.parse::<f64>() {
        return match number.abs() {
            seconds if seconds < SECONDS_MAX => Some((number * 1e3).round() as i64),
            milliseconds if milliseconds < MILLISECONDS_MAX => Some(number.round() as i64),
            _ => None,
        };
    }
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_millisecond());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let utc = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(utc.timestamp().as_millisecond())
}
