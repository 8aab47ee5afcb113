//! `fulcrum lifetime`: what the customers of today will buy, from a file of purchases.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use measurement::{Customer, Lifetime, LifetimeModel, LifetimeQuestion, Total, lifetime};

use super::plot::PlotArguments;
use super::{EXIT_INSUFFICIENT, Format, csv_row, print, reading};

mod read;
mod show;

use read::Input;

/// Estimate what the customers of today will buy, and what that is worth.
///
/// Reads one row per purchase (--transactions) or one per customer (--summary), fits BG/NBD to when
/// people buy and Gamma-Gamma to what they spend, and says what to expect. FILE may be `-` for
/// standard input, and is CSV, also compressed with gzip or zstd, or Parquet. --model takes another
/// model of when people stop.
///
/// Purchases of one day are one purchase. Purchases after --end are left out of the models, which
/// are then checked against them.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("input").required(true).args(["transactions", "summary"])))]
pub struct Arguments {
    /// One row per purchase, or per item of one: who, when, and what it was worth.
    #[arg(long, value_name = "FILE", requires_all = ["person_column", "time_column"])]
    transactions: Option<PathBuf>,
    /// One row per customer with the columns frequency (purchases after the first), recency (of the
    /// last of them, from the first on), T (from the first until the end of observation) and, where
    /// known, monetary_value (the mean of the purchases after the first).
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["time_column", "value_column", "quantity_column", "end"]
    )]
    summary: Option<PathBuf>,
    /// When people may stop buying: after a repeat purchase, after any purchase, or at any moment.
    #[arg(long, value_enum, default_value_t = ModelName::Bgnbd)]
    model: ModelName,
    /// Who bought. With --summary, the name of each customer in the file of --people.
    #[arg(long, value_name = "COLUMN")]
    person_column: Option<String>,
    /// When: a date like 2026-11-21, or a date and time, of which the day counts.
    #[arg(long, value_name = "COLUMN")]
    time_column: Option<String>,
    /// What the purchase was worth; below 0 where something was brought back.
    #[arg(long, value_name = "COLUMN")]
    value_column: Option<String>,
    /// How many of them, where --value-column is the price of one.
    #[arg(long, value_name = "COLUMN", requires = "value_column")]
    quantity_column: Option<String>,
    /// The last day of observation [default: the last day in the file].
    #[arg(long, value_name = "DATE")]
    end: Option<String>,
    /// What time is counted in; with --summary, what recency and T are counted in.
    #[arg(long, value_enum, default_value_t = TimeUnit::Week)]
    unit: TimeUnit,
    /// How far ahead to look, in that unit.
    #[arg(long, value_name = "UNITS", default_value_t = 52.0, allow_negative_numbers = true)]
    horizon: f64,
    /// How much less a value counts a year later.
    #[arg(long, value_name = "RATE", default_value_t = 0.10, allow_negative_numbers = true)]
    discount: f64,
    /// Write one row per person: person, alive_probability, expected_purchases, expected_value.
    #[arg(long, value_name = "FILE.csv")]
    people: Option<PathBuf>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ModelName {
    /// After a repeat purchase (Fader, Hardie and Lee 2005).
    Bgnbd,
    /// After any purchase, the first too (Batislam and others 2007).
    Mbgnbd,
    /// At any moment (Schmittlein, Morrison and Colombo 1987).
    Paretonbd,
}

impl ModelName {
    fn model(self) -> LifetimeModel {
        match self {
            ModelName::Bgnbd => LifetimeModel::BgNbd,
            ModelName::Mbgnbd => LifetimeModel::MbgNbd,
            ModelName::Paretonbd => LifetimeModel::ParetoNbd,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    Day,
    Week,
}

impl TimeUnit {
    fn days(self) -> f64 {
        match self {
            TimeUnit::Day => 1.0,
            TimeUnit::Week => 7.0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            TimeUnit::Day => "day",
            TimeUnit::Week => "week",
        }
    }
}

/// What is printed: the estimates, and what they were made from.
#[derive(Debug, serde::Serialize)]
struct Report {
    #[serde(flatten)]
    found: Lifetime,
    unit: TimeUnit,
    /// Per year.
    discount: f64,
    /// The last day of observation.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holdout: Option<Holdout>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
}

/// What the same customers bought after the end, beside what was expected of them.
#[derive(Debug, serde::Serialize)]
struct Holdout {
    /// From the end to the last day in the file, in the unit of time.
    span: f64,
    purchases: u64,
    expected: Total,
}

/// Rows and people that say nothing.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
struct LeftOut {
    rows_without_person: u64,
    /// Days of a person on which more was brought back than bought.
    days_below_zero: u64,
    /// Those whose first purchase came after the end.
    people_after_end: u64,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    check(arguments)?;
    let input = read::read(arguments)?;
    let report = report(arguments, &input);
    if let Some(path) = &arguments.people {
        write_people(path, &input, &report.found)?;
    }
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
        Format::Csv => show::csv(&report),
        Format::Table => show::table(&report),
    })?;
    let unit = arguments.unit.name();
    arguments.plot.write(|| plots::lifetime_figure(&report.found, &input.customers, unit))?;
    Ok(match report.found.insufficient {
        Some(_) => ExitCode::from(EXIT_INSUFFICIENT),
        None => ExitCode::SUCCESS,
    })
}

/// What makes no sense whatever the file holds.
fn check(arguments: &Arguments) -> anyhow::Result<()> {
    reading::check_confidence(arguments.confidence)?;
    ensure!(
        0.0 < arguments.horizon && arguments.horizon.is_finite(),
        "--horizon must be a number of {}s above 0",
        arguments.unit.name()
    );
    ensure!(
        0.0 <= arguments.discount && arguments.discount.is_finite(),
        "--discount must be a rate per year from 0 on, such as 0.10"
    );
    reading::check_separator(&arguments.separator)?;
    ensure!(
        arguments.people.as_deref().is_none_or(|path| path.as_os_str() != "-"),
        "--people needs a file: standard output has the result"
    );
    Ok(())
}

fn report(arguments: &Arguments, input: &Input) -> Report {
    /// Julian years: good for any calendar.
    const DAYS_PER_YEAR: f64 = 365.25;
    let units_per_year = DAYS_PER_YEAR / arguments.unit.days();
    let question = LifetimeQuestion {
        model: arguments.model.model(),
        horizon: arguments.horizon,
        discount: arguments.discount.ln_1p() / units_per_year,
        confidence: arguments.confidence,
        value: input.has_values,
    };
    let mut found = lifetime(&input.customers, &question);
    found.warnings.extend(warnings(&input.left_out));
    Report {
        holdout: input.later.and_then(|later| holdout(later, &input.customers, &question)),
        found,
        unit: arguments.unit,
        discount: arguments.discount,
        end: input.end.clone(),
        left_out: arguments.transactions.as_ref().map(|_| input.left_out),
    }
}

fn holdout(
    (span, purchases): (f64, u64),
    customers: &[Customer],
    question: &LifetimeQuestion,
) -> Option<Holdout> {
    let within = LifetimeQuestion { horizon: span, value: false, ..*question };
    lifetime(customers, &within).purchases.map(|expected| Holdout { span, purchases, expected })
}

fn warnings(left_out: &LeftOut) -> Vec<String> {
    let LeftOut { rows_without_person, days_below_zero, people_after_end } = *left_out;
    let mut warnings = Vec::new();
    if 0 < rows_without_person {
        warnings.push(format!("{rows_without_person} rows name nobody and are left out"));
    }
    if 0 < days_below_zero {
        warnings.push(format!(
            "on {days_below_zero} days a person brought back more than they bought; these are no \
             purchases"
        ));
    }
    if 0 < people_after_end {
        warnings
            .push(format!("{people_after_end} people first bought after the end and are left out"));
    }
    warnings
}

/// One row per person. What is not known is empty.
fn write_people(path: &Path, input: &Input, found: &Lifetime) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be written", path.display());
    let file = std::fs::File::create(path).with_context(failed)?;
    let mut out = std::io::BufWriter::new(file);
    let head = ["person", "alive_probability", "expected_purchases", "expected_value"];
    out.write_all(csv_row(&head.map(str::to_owned)).as_bytes()).with_context(failed)?;
    let people = found.people(&input.customers);
    for (i, name) in input.people.iter().enumerate() {
        let person = people.as_ref().and_then(|people| people.get(i));
        let number = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
        let row = csv_row(&[
            name.clone(),
            number(person.map(|it| it.alive)),
            number(person.map(|it| it.expected_purchases)),
            number(person.and_then(|it| it.expected_value)),
        ]);
        out.write_all(row.as_bytes()).with_context(failed)?;
    }
    out.flush().with_context(failed)
}

#[cfg(test)]
mod tests;
