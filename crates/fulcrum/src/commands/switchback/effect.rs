//! `fulcrum switchback effect`: what the channels of a calendar brought.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use measurement::{
    ChannelEffect, SeenBlock, SwitchbackEffects, SwitchbackQuestion, switchback_effects,
};
use serde::Serialize;
use tables::{Column, Options, Row, Table};

use super::calendar::{Calendar, Place};
use crate::commands::leverage::{drawing, p_value, wrapped};
use crate::commands::names::Names;
use crate::commands::walls::{wall_ms, zone};
use crate::commands::{
    EXIT_INSUFFICIENT, Format, csv_row, decimals, grouped, print, reading, shown,
};

/// Compare the blocks in which a channel spoke with those in which it was silent.
///
/// Reads the calendar that `plan` printed (--format csv) and outcomes: one row per day or hour with
/// its time (--time), of which those within the carry-over are left out, or rows that name their
/// block (--block-column), which are all counted. Each block counts the same. FILE may be `-` for
/// standard input, and is CSV, also compressed with gzip or zstd, or Parquet.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("when").required(true).args(["time", "block_column"])))]
pub struct Arguments {
    /// The calendar, as `plan --format csv` printed it.
    #[arg(long, value_name = "FILE")]
    calendar: PathBuf,
    /// The outcomes.
    #[arg(long, value_name = "FILE")]
    units: PathBuf,
    /// The column that counts, such as orders of the day.
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The column that says when a row was.
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// The column with the number of the block, where the carry-over is left out already.
    #[arg(long, value_name = "COLUMN")]
    block_column: Option<String>,
    /// Where the clock on the wall hangs, for times that are given for all the world (with Z, an
    /// offset, or as seconds since 1970), such as Europe/Amsterdam.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,
    /// The confidence of all intervals.
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    confidence: f64,
    /// What separates the values of a row of outcomes.
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    separator: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What is printed. Field names are the JSON keys.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) outcome: String,
    pub(super) rows: Rows,
    #[serde(flatten)]
    pub(super) found: SwitchbackEffects,
}

/// What became of the rows of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Rows {
    pub(super) counted: u64,
    pub(super) carry_over: u64,
    pub(super) outside: u64,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let report = report(arguments)?;
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
        Format::Csv => csv(&report),
        Format::Table => table(&report),
    })?;
    Ok(match report.found.insufficient {
        Some(_) => ExitCode::from(EXIT_INSUFFICIENT),
        None => ExitCode::SUCCESS,
    })
}

pub(super) fn report(arguments: &Arguments) -> anyhow::Result<Report> {
    reading::check_confidence(arguments.confidence)?;
    reading::check_separator(&arguments.separator)?;
    let calendar = Calendar::read(&arguments.calendar)?;
    let (sums, rows) = read(arguments, &calendar)?;
    ensure!(
        0 < rows.counted,
        "no row of {} lies in a block of the calendar after its carry-over",
        arguments.units.display()
    );
    let mut strata = Names::default();
    let mut blocks = Vec::new();
    for (block, sum) in calendar.blocks.iter().zip(&sums) {
        let stratum = strata.number(&block.stratum)?;
        if 0 < sum.rows {
            blocks.push(SeenBlock { stratum, on: block.on, mean: sum.mean });
        }
    }
    let mut found = switchback_effects(&SwitchbackQuestion {
        channels: &calendar.channels,
        blocks: &blocks,
        design: calendar.design,
        confidence: arguments.confidence,
        deals: Some(1),
    });
    found.warnings.extend(gaps(&calendar, &sums));
    Ok(Report { outcome: arguments.outcome.clone(), rows, found })
}

/// The rows of one block so far.
#[derive(Clone, Copy, Default)]
struct Sum {
    rows: u64,
    mean: f64,
}

fn read(arguments: &Arguments, calendar: &Calendar) -> anyhow::Result<(Vec<Sum>, Rows)> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    let zone = zone(&arguments.zone)?;
    let mut table = Table::open_with(&arguments.units, Options { delimiter })?;
    let outcome = table.column(&arguments.outcome)?;
    let (time, block) = match (&arguments.time, &arguments.block_column) {
        (Some(name), _) => (Some(table.column(name)?), None),
        (None, Some(name)) => (None, Some(table.column(name)?)),
        (None, None) => bail!("give --time or --block-column"),
    };
    let numbers = calendar.blocks.iter().map(|it| it.number as u64).zip(0..).collect();
    let mut sums = vec![Sum::default(); calendar.blocks.len()];
    let mut rows = Rows::default();
    while let Some(row) = table.next_row()? {
        let place = match (time, block) {
            (Some(column), _) => calendar.place(row_time(&row, column, &zone)?),
            (None, Some(column)) => numbered(&row, column, &numbers)?,
            (None, None) => Place::Outside,
        };
        let value = row.number(outcome)?;
        match place {
            Place::Counted(at) => {
                let sum = &mut sums[at];
                sum.rows += 1;
                sum.mean += (value - sum.mean) / sum.rows as f64;
                rows.counted += 1;
            }
            Place::CarryOver => rows.carry_over += 1,
            Place::Outside => rows.outside += 1,
        }
    }
    Ok((sums, rows))
}

fn row_time(row: &Row, column: Column, zone: &jiff::tz::TimeZone) -> anyhow::Result<i64> {
    let text = row.text(column)?;
    let found = wall_ms(text, zone).ok_or_else(|| {
        row.error(column, format!("`{text}` is not a time"))
            .hint("write 2027-03-31, 2027-03-31 14:05 or seconds since 1970")
    })?;
    Ok(found)
}

/// `numbers` has the place of each block.
fn numbered(row: &Row, column: Column, numbers: &BTreeMap<u64, usize>) -> anyhow::Result<Place> {
    let number = row.count(column)?;
    let at = numbers.get(&number).ok_or_else(|| {
        row.error(column, format!("the calendar has no block {number}"))
            .hint("leave rows out that lie in no block")
    })?;
    Ok(Place::Counted(*at))
}

/// Blocks that nothing was seen of, and those with so few rows that something is missing.
fn gaps(calendar: &Calendar, sums: &[Sum]) -> Vec<String> {
    let mut counts: Vec<u64> = sums.iter().map(|it| it.rows).filter(|rows| 0 < *rows).collect();
    counts.sort_unstable();
    let usual = counts.get(counts.len() / 2).copied().unwrap_or(0);
    let list = |of: &dyn Fn(u64) -> bool| -> String {
        let chosen = calendar.blocks.iter().zip(sums).filter(|it| of(it.1.rows));
        let numbers: Vec<String> = chosen.map(|it| it.0.number.to_string()).collect();
        numbers.join(", ")
    };
    let empty = list(&|rows| rows == 0);
    let thin = list(&|rows| 0 < rows && 2 * rows < usual);
    let mut warnings = Vec::new();
    if !empty.is_empty() {
        warnings.push(format!("blocks without an outcome are left out: {empty}"));
    }
    if !thin.is_empty() {
        warnings.push(format!(
            "blocks with fewer than half of the usual {usual} rows count like the others: {thin}; leave out what is not over"
        ));
    }
    warnings
}

fn csv(report: &Report) -> String {
    let names = [
        "channel",
        "blocks_on",
        "blocks_off",
        "mean_off",
        "estimate",
        "se",
        "df",
        "low",
        "high",
        "p",
        "randomisation_p",
        "spread",
        "reason",
    ];
    let mut text = csv_row(&names.map(str::to_owned));
    for it in &report.found.channels {
        let number = |value: Option<f64>| value.map_or(String::new(), |it| it.to_string());
        let mut row = vec![it.channel.clone(), it.blocks_on.to_string(), it.blocks_off.to_string()];
        let numbers = [
            it.mean_off,
            it.estimate,
            it.se,
            it.df,
            it.low,
            it.high,
            it.p,
            it.randomisation_p,
            it.spread,
        ];
        row.extend(numbers.map(number));
        row.push(it.reason.clone().unwrap_or_default());
        text += &csv_row(&row);
    }
    text
}

pub(super) fn table(report: &Report) -> String {
    let found = &report.found;
    let percent = shown(found.confidence * 100.0, 0);
    let names: Vec<&str> = found.channels.iter().map(|it| it.channel.as_str()).collect();
    let title = format!(
        "Switchback of {} · {} blocks in {} strata · {} rows counted, {} within the carry-over left out · {} design",
        names.join(", "),
        grouped(found.blocks),
        grouped(found.strata),
        grouped(report.rows.counted),
        grouped(report.rows.carry_over),
        found.design
    );
    let mut text = wrapped(&title, "") + "\n";
    if let Some(reason) = &found.insufficient {
        text += &wrapped(&format!("Not enough data: {reason}."), "");
    }
    for it in &found.channels {
        if let Some(line) = meaning(it, &report.outcome, &percent) {
            text += &wrapped(&line, "");
        }
    }
    let known: Vec<&ChannelEffect> = found.channels.iter().filter(|it| it.low.is_some()).collect();
    if !known.is_empty() {
        text += &numbers(&known, &percent);
        let line = format!(
            "by lot: how often another calendar of the same design shows as much, where nothing is ({} calendars).",
            grouped(found.permutations as u64)
        );
        text += &format!("\n{}", wrapped(&line, ""));
    }
    if 0 < report.rows.outside {
        let line = format!("{} rows lie outside the calendar.", grouped(report.rows.outside));
        text += &wrapped(&line, "");
    }
    for warning in &found.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

/// The one sentence for a channel.
fn meaning(it: &ChannelEffect, outcome: &str, percent: &str) -> Option<String> {
    let (estimate, low, high, off) = (it.estimate?, it.low?, it.high?, it.mean_off?);
    let places = decimals(it.se.unwrap_or(1.0));
    let more = if 0.0 <= estimate { "more" } else { "less" };
    let interval =
        format!("{percent} % interval {} to {}", shown(low, places), shown(high, places));
    let compared = format!(
        "{} {more} {outcome} than the {} without",
        shown(estimate.abs(), places),
        shown(off, places)
    );
    let channel = &it.channel;
    Some(match 0.0 < low || high < 0.0 {
        true => format!("While {channel} speaks: {compared} ({interval})."),
        false => format!(
            "No effect of {channel} is shown: while it speaks, {compared}, and the {interval} includes zero."
        ),
    })
}

fn numbers(known: &[&ChannelEffect], percent: &str) -> String {
    /// Longer names are cut.
    const NAME: usize = 18;
    let spread = known.iter().filter_map(|it| it.se).fold(f64::INFINITY, f64::min);
    let places = decimals(spread);
    let ends = |it: &ChannelEffect| (it.low.unwrap_or(0.0), it.high.unwrap_or(0.0));
    let least = known.iter().map(|it| ends(it).0).fold(0.0, f64::min);
    let most = known.iter().map(|it| ends(it).1).fold(0.0, f64::max);
    let title = format!("{percent} % interval");
    let header = format!(
        "\n{:<NAME$}{:>9}  {title:^22}  {:>7}  {:>7}",
        "While it speaks", "more", "p", "by lot"
    );
    let mut text = header + "\n";
    for it in known {
        let (low, high) = ends(it);
        let name: String = it.channel.chars().take(NAME - 2).collect();
        let interval = format!("{:>9} to {:<9}", shown(low, places), shown(high, places));
        let estimate = it.estimate.unwrap_or(0.0);
        let p = |p: Option<f64>| p.map(p_value).unwrap_or_default();
        let line = format!(
            "{name:<NAME$}{:>9}  {interval}  {:>7}  {:>7}  {}",
            shown(estimate, places),
            p(it.p),
            p(it.randomisation_p),
            drawing(low, estimate, high, least, most)
        );
        text += line.trim_end();
        text.push('\n');
    }
    text
}
