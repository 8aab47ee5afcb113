//! Rows that belong together or have weights: they are kept, because errors come from each.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use measurement::{ClusterRow, Clusters};
use tables::{Blocks, Column, FastRow, TableError};

use super::units::{self, UnitColumns};
use super::{Arguments, Input};
use crate::commands::names::Names;
use crate::commands::reading;
use crate::commands::switchback::calendar::{Calendar, Place};
use crate::commands::times::{instant_ms, length_ms};
use crate::commands::walls::{wall_ms, zone};
use crate::progress::Progress;

/// Where what is said of a row beside its cell and outcome stands.
struct Columns {
    units: UnitColumns,
    covariates: usize,
    weight: bool,
    cluster: Option<Column>,
    stratum: Option<Column>,
    time: Option<Column>,
    /// Says where a row belongs by its time, and which channels spoke.
    calendar: Option<(Calendar, jiff::tz::TimeZone)>,
}

/// One row, with names by number within its part of the file.
struct Kept {
    on: u32,
    cluster: u32,
    stratum: u32,
    at_ms: i64,
}

/// The rows of a part of the file, in order.
#[derive(Default)]
struct Rows {
    kept: Vec<Kept>,
    /// As many for each row as there are number columns.
    numbers: Vec<f64>,
    clusters: Names,
    strata: Names,
    /// Rows within the carry-over of the calendar, and rows in none of its blocks.
    dropped: u64,
    outside: u64,
}

pub(super) fn read(arguments: &Arguments, path: &Path, blocks: Blocks) -> anyhow::Result<Input> {
    let columns = columns(arguments, &blocks)?;
    let shown = reading::progress(&blocks);
    let file = blocks.file().to_owned();
    let mut all = Rows::default();
    units::fold(
        blocks,
        &columns.units,
        reading::threads(),
        Rows::default,
        |rows, on, numbers, row| add(rows, on, numbers, row, &columns),
        |rows, bytes| {
            all.append(rows).map_err(|error| TableError::new(&file, error.to_string()))?;
            shown.iter().for_each(|it| it.at(bytes));
            Ok(())
        },
    )?;
    shown.iter().for_each(Progress::finish);
    let mut notes = Vec::new();
    if let Some(length) = &arguments.carry_over {
        let length_ms = length_ms(length)
            .context("--carry-over must be a time above 0, such as 12h, 2d or 1w")?;
        let dropped = all.drop_starts(length_ms, columns.units.numbers.len());
        ensure!(
            !all.kept.is_empty(),
            "{}: no row is left, because no cluster is longer than {length}",
            path.display()
        );
        notes.push(format!(
            "{dropped} rows within {length} of the start of their cluster are not counted"
        ));
    }
    if columns.calendar.is_some() {
        ensure!(
            !all.kept.is_empty(),
            "no row of {} lies in a block of the calendar after its carry-over",
            path.display()
        );
        notes.push(format!(
            "{} rows within the carry-over and {} outside the calendar are not counted",
            all.dropped, all.outside
        ));
    }
    Ok(input(arguments, &all, &columns, &file, notes))
}

fn columns(arguments: &Arguments, blocks: &Blocks) -> anyhow::Result<Columns> {
    let find = |name: &Option<String>| -> anyhow::Result<Option<Column>> {
        Ok(name.as_deref().map(|name| blocks.column(name)).transpose()?)
    };
    let outcome = arguments.outcome.as_ref().context("--units needs --outcome")?;
    let mut numbers = vec![blocks.column(outcome)?];
    for name in &arguments.covariate {
        numbers.push(blocks.column(name)?);
    }
    numbers.extend(find(&arguments.weight)?);
    let channels: Result<Vec<Column>, TableError> =
        arguments.channels.iter().map(|name| blocks.column(name)).collect();
    let calendar = match &arguments.calendar {
        None => None,
        Some(path) => Some((calendar(arguments, path)?, zone(&arguments.zone)?)),
    };
    Ok(Columns {
        calendar,
        units: UnitColumns { channels: channels?, numbers },
        covariates: arguments.covariate.len(),
        weight: arguments.weight.is_some(),
        cluster: find(&arguments.cluster)?,
        stratum: find(&arguments.stratum)?,
        time: find(&arguments.time)?,
    })
}

/// The calendar of channels that speak to everyone, beside those of the file.
fn calendar(arguments: &Arguments, path: &Path) -> anyhow::Result<Calendar> {
    let calendar = Calendar::read(path)?;
    if let Some(name) = calendar.channels.iter().find(|name| arguments.channels.contains(name)) {
        bail!("--channels names `{name}`, which is a channel of the calendar");
    }
    let count = arguments.channels.len() + calendar.channels.len();
    ensure!(
        2 <= count,
        "leverage is of two or more channels; `fulcrum switchback effect` tells what one brings"
    );
    ensure!(
        count <= measurement::MAX_CHANNELS,
        "{count} channels; at most {} can be measured at a time",
        measurement::MAX_CHANNELS
    );
    Ok(calendar)
}

fn add(
    rows: &mut Rows,
    on: u32,
    numbers: &[f64],
    row: &FastRow,
    columns: &Columns,
) -> Result<(), TableError> {
    let named = |names: &mut Names, column: Option<Column>| -> Result<u32, TableError> {
        let Some(column) = column else { return Ok(0) };
        let name = row.text(column)?.trim();
        if name.is_empty() {
            return Err(row.error(column, "is empty").hint("each row must say where it belongs"));
        }
        names.number(name).map_err(|_| row.error(column, "is one name too many"))
    };
    let cluster = named(&mut rows.clusters, columns.cluster)?;
    let stratum = named(&mut rows.strata, columns.stratum)?;
    let at_ms = match columns.time {
        None => 0,
        Some(column) => {
            let text = row.text(column)?;
            let found = match &columns.calendar {
                Some((_, zone)) => wall_ms(text, zone),
                None => instant_ms(text),
            };
            found.ok_or_else(|| {
                row.error(column, format!("`{text}` is not a time"))
                    .hint("write 2027-03-31, 2027-03-31 14:05 or seconds since 1970")
            })?
        }
    };
    let mut kept = Kept { on, cluster, stratum, at_ms };
    if let (Some((calendar, _)), Some(column)) = (&columns.calendar, columns.time) {
        match calendar.place(at_ms) {
            Place::CarryOver => {
                rows.dropped += 1;
                return Ok(());
            }
            Place::Outside => {
                rows.outside += 1;
                return Ok(());
            }
            Place::Counted(at) => {
                let block = &calendar.blocks[at];
                let many = |_| row.error(column, "is in one block too many");
                kept.cluster = rows.clusters.number(&block.number.to_string()).map_err(many)?;
                kept.stratum = rows.strata.number(&block.stratum).map_err(many)?;
                kept.on |= block.on << columns.units.channels.len();
            }
        }
    }
    let weight = numbers.last().filter(|_| columns.weight);
    if let (Some(weight), Some(column)) = (weight, columns.units.numbers.last())
        && *weight <= 0.0
    {
        return Err(row
            .error(*column, format!("`{weight}` is not above 0"))
            .hint("leave rows out that should not count"));
    }
    rows.kept.push(kept);
    rows.numbers.extend_from_slice(numbers);
    Ok(())
}

impl Rows {
    /// Takes in the rows that follow in the file.
    fn append(&mut self, other: Rows) -> anyhow::Result<()> {
        let renamed = |all: &mut Names, names: &Names| -> anyhow::Result<Vec<u32>> {
            names.all.iter().map(|name| all.number(name)).collect()
        };
        let clusters = renamed(&mut self.clusters, &other.clusters)?;
        let strata = renamed(&mut self.strata, &other.strata)?;
        self.dropped += other.dropped;
        self.outside += other.outside;
        let number = |numbers: &[u32], at: u32| numbers.get(at as usize).copied().unwrap_or(0);
        self.kept.extend(other.kept.into_iter().map(|row| Kept {
            cluster: number(&clusters, row.cluster),
            stratum: number(&strata, row.stratum),
            ..row
        }));
        self.numbers.extend(other.numbers);
        Ok(())
    }

    /// Leaves out what happened within `length_ms` of a cluster's first row; tells how many.
    fn drop_starts(&mut self, length_ms: i64, width: usize) -> usize {
        let mut starts = vec![i64::MAX; self.clusters.all.len()];
        for row in &self.kept {
            let start = &mut starts[row.cluster as usize];
            *start = row.at_ms.min(*start);
        }
        let stays: Vec<bool> = self
            .kept
            .iter()
            .map(|row| length_ms <= row.at_ms.saturating_sub(starts[row.cluster as usize]))
            .collect();
        let before = self.kept.len();
        let mut of_rows = stays.iter();
        self.kept.retain(|_| of_rows.next().copied().unwrap_or(true));
        let mut of_numbers = stays.iter().flat_map(|stays| std::iter::repeat_n(stays, width));
        self.numbers.retain(|_| of_numbers.next().copied().unwrap_or(true));
        before - self.kept.len()
    }
}

fn input(
    arguments: &Arguments,
    rows: &Rows,
    columns: &Columns,
    file: &str,
    mut notes: Vec<String>,
) -> Input {
    let build = |cap: Option<f64>| {
        let calendar = columns.calendar.is_some();
        let together = columns.cluster.is_some() || calendar;
        let mut clusters = Clusters::new(together, columns.covariates);
        if arguments.blocks || calendar {
            clusters = clusters.counted_equally();
        }
        let width = columns.units.numbers.len();
        for (row, numbers) in rows.kept.iter().zip(rows.numbers.chunks_exact(width)) {
            let row = ClusterRow {
                cluster: row.cluster,
                stratum: row.stratum,
                on: row.on,
                weight: if columns.weight { numbers[width - 1] } else { 1.0 },
                y: cap.map_or(numbers[0], |cap| numbers[0].min(cap)),
            };
            clusters.push(row, &numbers[1..=columns.covariates]);
        }
        clusters
    };
    let clusters = build(arguments.cap);
    for unused in clusters.unused_covariates() {
        notes.push(super::unused_covariate(file, &arguments.covariate[unused]));
    }
    let uncapped = arguments.cap.map(|_| build(None));
    let mut channels = arguments.channels.clone();
    channels.extend(columns.calendar.iter().flat_map(|it| it.0.channels.clone()));
    Input {
        channels,
        cells: clusters.cells(),
        uncapped: uncapped.as_ref().map(Clusters::cells).unwrap_or_default(),
        clusters: Some(clusters),
        uncapped_clusters: uncapped,
        notes,
    }
}

/// What belongs together and was not said together.
pub(super) fn check(arguments: &Arguments) -> anyhow::Result<()> {
    let clustered = arguments.cluster.is_some();
    let alone = [
        (arguments.stratum.is_some(), "--stratum"),
        (arguments.blocks, "--blocks"),
        (arguments.carry_over.is_some(), "--carry-over"),
    ];
    if let Some((_, name)) = alone.iter().find(|(given, _)| *given && !clustered) {
        bail!("{name} needs --cluster: the column that says which rows belong together");
    }
    ensure!(
        arguments.carry_over.is_some() == arguments.time.is_some() || arguments.calendar.is_some(),
        "--carry-over and --time belong together: how long, and the column of times"
    );
    let together = clustered || arguments.calendar.is_some();
    ensure!(
        !(together || arguments.weight.is_some()) || arguments.order.is_none(),
        "--order cannot be had with clusters or weights: each interaction comes from its own cells"
    );
    Ok(())
}
