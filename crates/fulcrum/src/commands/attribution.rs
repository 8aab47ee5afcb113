//! `fulcrum attribution`: which channels were there before a conversion, from paths or raw touches.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{bail, ensure};
use measurement::{
    Attribution, ChannelFlow, ORDER_MAX, PathModel, PathQuestion, PathSettings, attribution,
};

use super::plot::PlotArguments;
use super::{EXIT_INSUFFICIENT, Format, print, reading, times};

mod fold;
mod read;
mod show;
mod touches;

/// Share out conversions over the channels on the path to them. Observational.
///
/// Reads one row per path (--paths) or one row per touch (--touches). FILE may be `-` for standard
/// input, and is CSV, also compressed with gzip or zstd, or Parquet. Markov removal effects are
/// solved exactly, not simulated.
///
/// Whoever meets a channel differs from whoever does not, so this describes paths; it does not say
/// what a channel caused. `fulcrum leverage` does, from an experiment.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("input").required(true).args(["paths", "touches"])))]
pub struct Arguments {
    /// One row per path: its channels in order, and how often it was gone.
    #[arg(long, value_name = "FILE")]
    paths: Option<PathBuf>,
    /// The column that holds the channels.
    #[arg(long, value_name = "COLUMN", default_value = "path")]
    path_column: String,
    /// What stands between two channels.
    #[arg(long, value_name = "TEXT", default_value = ">")]
    separator: String,
    /// The column that counts conversions at the end of the path.
    #[arg(long, value_name = "COLUMN", default_value = "total_conversions")]
    conversions_column: String,
    /// The column with the value of these conversions, all together.
    #[arg(long, value_name = "COLUMN")]
    value_column: Option<String>,
    /// The column that counts how often the path ended without a conversion.
    #[arg(long, value_name = "COLUMN", conflicts_with = "touches")]
    null_column: Option<String>,
    /// One row per touch, in any order.
    #[arg(long, value_name = "FILE")]
    touches: Option<PathBuf>,
    /// Who was touched.
    #[arg(long, value_name = "COLUMN", default_value = "user")]
    person_column: String,
    /// When: a date, a date and time (UTC unless it says otherwise), or seconds since 1970.
    #[arg(long, value_name = "COLUMN", default_value = "time")]
    time_column: String,
    /// Through which channel; empty where the row is only a conversion.
    #[arg(long, value_name = "COLUMN", default_value = "channel")]
    channel_column: String,
    /// Whether the person converted with this row: 0 or 1, true or false, or how often.
    #[arg(long, value_name = "COLUMN", default_value = "conversion")]
    conversion_column: String,
    /// How long before a conversion a touch still counts, such as 12h, 30d or 4w.
    #[arg(long, value_name = "TIME", default_value = "30d", conflicts_with = "paths")]
    lookback: String,
    /// How conversions are shared out.
    #[arg(long, value_enum, default_value_t = ModelName::All)]
    model: ModelName,
    /// The memory of the Markov chain in touches, 1 to 5, or `auto` for what the paths support.
    #[arg(long, value_name = "N", default_value = "1")]
    order: String,
    /// After this time a touch weighs half: in days with --touches, in touches with --paths.
    #[arg(long, value_name = "NUMBER", default_value_t = 7.0)]
    half_life: f64,
    /// Add the transition matrix of the Markov chain (in --format json).
    #[arg(long)]
    transitions: bool,
    /// Add pairs of channels to Markov and Shapley (in --format json).
    #[arg(long)]
    pairs: bool,
    /// The confidence of all intervals.
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    confidence: f64,
    /// What separates the values of a row [default: what the header shows].
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    plot: PlotArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ModelName {
    First,
    Last,
    Linear,
    TimeDecay,
    Position,
    Markov,
    Shapley,
    All,
}

impl ModelName {
    fn models(self) -> &'static [PathModel] {
        match self {
            ModelName::First => &[PathModel::First],
            ModelName::Last => &[PathModel::Last],
            ModelName::Linear => &[PathModel::Linear],
            ModelName::TimeDecay => &[PathModel::TimeDecay],
            ModelName::Position => &[PathModel::Position],
            ModelName::Markov => &[PathModel::Markov],
            ModelName::Shapley => &[PathModel::Shapley],
            ModelName::All => &PathModel::ALL,
        }
    }
}

/// What `all` prints.
#[derive(serde::Serialize)]
struct Models<'a> {
    models: &'a [Attribution],
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (reports, flows) = answers(arguments)?;
    let one = match (arguments.model, reports.as_slice()) {
        (ModelName::All, _) => None,
        (_, reports) => reports.first(),
    };
    print(&match (arguments.format, one) {
        (Format::Json, Some(report)) => serde_json::to_string_pretty(report)? + "\n",
        (Format::Json, None) => serde_json::to_string_pretty(&Models { models: &reports })? + "\n",
        (Format::Csv, _) => show::csv(&reports),
        (Format::Table, Some(report)) => show::table(report),
        (Format::Table, None) => show::all(&reports),
    })?;
    arguments.plot.write(|| plots::attribution_figure(&reports, &flows))?;
    Ok(match reports.iter().any(|report| report.insufficient.is_some()) {
        true => ExitCode::from(EXIT_INSUFFICIENT),
        false => ExitCode::SUCCESS,
    })
}

/// One report for each model, and the flow through each channel where a picture needs it.
fn answers(arguments: &Arguments) -> anyhow::Result<(Vec<Attribution>, Vec<ChannelFlow>)> {
    let order = order(&arguments.order)?;
    check(arguments)?;
    let settings = settings(arguments, order);
    let (paths, notes) = read::paths(arguments, &settings)?;
    let report = |model: &PathModel| {
        let question = PathQuestion {
            model: *model,
            order,
            transitions: arguments.transitions,
            confidence: arguments.confidence,
        };
        let mut report = attribution(&paths, &question);
        report.warnings.extend(notes.iter().cloned());
        report
    };
    let reports = arguments.model.models().iter().map(report).collect();
    let flows = if arguments.plot.wanted() { paths.flows() } else { None };
    Ok((reports, flows.unwrap_or_default()))
}

/// None is the program's choice.
fn order(text: &str) -> anyhow::Result<Option<usize>> {
    if text == "auto" {
        return Ok(None);
    }
    match text.parse::<usize>() {
        Ok(order) if (1..=ORDER_MAX).contains(&order) => Ok(Some(order)),
        _ => bail!("--order must be a whole number from 1 to {ORDER_MAX}, or `auto`"),
    }
}

/// Only what some asked model needs is counted.
fn settings(arguments: &Arguments, order: Option<usize>) -> PathSettings {
    let markov = arguments.model.models().contains(&PathModel::Markov);
    let mut orders = match (markov, order) {
        (false, _) => Vec::new(),
        (true, Some(order)) => vec![order],
        (true, None) => (1..=ORDER_MAX).collect(),
    };
    // A picture shows single steps.
    if arguments.plot.wanted() && !orders.contains(&1) {
        orders.push(1);
    }
    PathSettings {
        orders,
        half_life: arguments.half_life,
        pairs: arguments.pairs,
        value: arguments.value_column.is_some(),
    }
}

/// What makes no sense whatever the file holds.
fn check(arguments: &Arguments) -> anyhow::Result<()> {
    reading::check_confidence(arguments.confidence)?;
    ensure!(
        0.0 < arguments.half_life && arguments.half_life.is_finite(),
        "--half-life must be a number above 0, such as 7"
    );
    ensure!(
        !arguments.separator.trim().is_empty(),
        "--separator must be what stands between two channels, such as '>'; blanks do not count"
    );
    ensure!(
        arguments.delimiter.as_ref().is_none_or(|it| it.len() == 1),
        "--delimiter must be one character; give a tab as $'\\t'"
    );
    Ok(())
}

#[cfg(test)]
mod tests;
