//! Files of paths and of touches into sums, by several threads.

use std::path::Path;

use anyhow::{Context, bail};
use measurement::{PathSettings, Paths};
use tables::{Blocks, Column, Options};

use super::Arguments;
use super::fold::{self, PathColumns};
use super::touches::{self, TouchColumns};
use crate::commands::reading::{progress, threads};
use crate::commands::times::length_ms;
use crate::progress::Progress;

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
    let tell = |bytes: u64| shown.iter().for_each(|it| it.at(bytes));
    let all = touches::touches(blocks, &columns, threads(), tell)?;
    shown.iter().for_each(Progress::finish);
    let mut paths = Paths::new(settings);
    if all.journeys(lookback_ms, &mut paths).is_err() {
        bail!("{}: has more channels than can be told apart", path.display());
    }
    Ok((paths, Vec::new()))
}
