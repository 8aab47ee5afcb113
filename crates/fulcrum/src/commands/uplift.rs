//! `fulcrum uplift`: whether a score finds the people whom a treatment changes.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use measurement::{Uplift, UpliftQuestion, UpliftUnit, uplift};
use tables::{Options, Table};

use super::plot::PlotArguments;
use super::{EXIT_INSUFFICIENT, Format, print, reading};

mod show;

/// Say whether a score finds the people whom a treatment changes.
///
/// Reads one row per person of an experiment: what they did (--outcome), whether they were treated,
/// by chance (--treatment: 1 or true, 0 or false), and a score that says how much the treatment should
/// change them (--score: higher is more), made without these outcomes. It prints the Qini coefficient,
/// the area under the uplift curve, and the uplift among the people with the highest scores, each with
/// its interval. FILE may be `-` for standard input, and is CSV, also compressed with gzip or zstd, or
/// Parquet.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// One row per person.
    #[arg(long, value_name = "FILE")]
    units: PathBuf,
    /// The column that counts, such as 0/1 for bought or not, or revenue.
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The 0/1 column of who was treated.
    #[arg(long, value_name = "COLUMN")]
    treatment: String,
    /// The column of the score.
    #[arg(long, value_name = "COLUMN")]
    score: String,
    /// Shares of people from the highest score down.
    #[arg(
        long,
        value_name = "SHARE,SHARE",
        value_delimiter = ',',
        default_value = "0.1,0.2,0.3,0.5",
        allow_negative_numbers = true
    )]
    top: Vec<f64>,
    /// The confidence of all intervals.
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    confidence: f64,
    /// What separates the values of a row.
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    separator: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    plot: PlotArguments,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    check(arguments)?;
    let found = estimate(arguments, &read(arguments)?);
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&found)? + "\n",
        Format::Csv => show::csv(&found),
        Format::Table => show::table(&found, &arguments.outcome),
    })?;
    arguments.plot.write(|| plots::uplift_figure(&found, &arguments.outcome))?;
    Ok(match found.insufficient {
        Some(_) => ExitCode::from(EXIT_INSUFFICIENT),
        None => ExitCode::SUCCESS,
    })
}

/// What makes no sense whatever the file holds.
fn check(arguments: &Arguments) -> anyhow::Result<()> {
    reading::check_confidence(arguments.confidence)?;
    reading::check_separator(&arguments.separator)?;
    ensure!(
        arguments.top.iter().all(|it| 0.0 < *it && *it < 1.0),
        "--top must be shares between 0 and 1, such as 0.1,0.3"
    );
    let names = [&arguments.outcome, &arguments.treatment, &arguments.score];
    for (i, name) in names.iter().enumerate() {
        ensure!(!names[..i].contains(name), "the column `{name}` is named twice");
    }
    Ok(())
}

fn read(arguments: &Arguments) -> anyhow::Result<Vec<UpliftUnit>> {
    /// Places in the file are counted in 32 bits, and nobody has as many people.
    const ROWS_MAX: usize = u32::MAX as usize;
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    let mut table = Table::open_with(&arguments.units, Options { delimiter })?;
    let outcome = table.column(&arguments.outcome)?;
    let treatment = table.column(&arguments.treatment)?;
    let score = table.column(&arguments.score)?;
    let mut units = Vec::new();
    while let Some(row) = table.next_row()? {
        units.push(UpliftUnit {
            outcome: row.number(outcome)?,
            treated: row.binary(treatment)?,
            score: row.number(score)?,
        });
        ensure!(units.len() < ROWS_MAX, "{} has more than {ROWS_MAX} rows", table.file());
    }
    Ok(units)
}

fn estimate(arguments: &Arguments, units: &[UpliftUnit]) -> Uplift {
    uplift(&UpliftQuestion { units, top: &arguments.top, confidence: arguments.confidence })
}

#[cfg(test)]
mod tests;
