//! `fulcrum mix`: what media do over time and together, from a file of weeks.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{bail, ensure};
use measurement::{Effort, Mix, MixQuestion, Named, kalman};

use super::plot::PlotArguments;
use super::{EXIT_INSUFFICIENT, Format, print, reading};

mod bayes;
mod believed;
mod read;
mod ridge;
mod show;

use read::Input;

/// Estimate what each medium and each pair of media brought over time, and how to spend a budget.
///
/// Reads one row per week (or day, or month), evenly apart and in order: the outcome, and what was
/// spent on each medium. The Kalman model is that of Naik and Raman (2003): what a row's spend adds
/// fades by the carry-over lambda, and media that run together may add more than each alone (kappa).
/// The Bayesian model adds saturation, priors, results of experiments and regions, and is sampled.
/// The ridge is Robyn's model at settings that you give, to compare with.
/// FILE may be `-` for standard input, and is CSV, also compressed with gzip or zstd, or Parquet.
///
/// It is a model of what happened and no experiment: where spend follows sales, effects are too
/// large. `fulcrum leverage` measures the same on people assigned by chance.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// One row per week, in order.
    #[arg(long, value_name = "FILE")]
    series: PathBuf,
    /// The column that counts, such as revenue.
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The columns of spend, separated by commas.
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', required = true)]
    media: Vec<String>,
    /// Columns of what else moves the outcome, such as prices and events.
    #[arg(long, value_name = "X,Y", value_delimiter = ',')]
    controls: Vec<String>,
    /// The column of dates; they must be in order and evenly apart.
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// A season of the year from this many pairs of sine and cosine.
    #[arg(long, value_name = "N", requires = "date")]
    seasonality: Option<usize>,
    /// A straight line over time.
    #[arg(long)]
    trend: bool,
    #[arg(long, value_enum)]
    model: Model,
    /// Which pairs of media may work together: all, none, or a list such as tv*radio,tv*search.
    #[arg(long, value_name = "all|none|a*b,…", default_value = "all")]
    synergy: String,
    /// What counts of the spend: itself, or its square root, so that each further unit brings less.
    #[arg(long, value_enum, default_value_t = EffortName::Linear)]
    effort: EffortName,
    /// Split this amount per row over the media so that it brings most.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    budget: Option<f64>,
    /// The least and most per row for each medium: the columns name, low and high.
    #[arg(long, value_name = "FILE", requires = "budget")]
    bounds: Option<PathBuf>,
    /// What one unit of the outcome earns: finds the budget that earns most (needs --effort root).
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    margin: Option<f64>,
    /// The confidence of all intervals.
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    confidence: f64,
    /// Ridge: how each medium works: the columns media, theta, alpha and gamma.
    #[arg(long, value_name = "FILE")]
    transforms: Option<PathBuf>,
    /// Ridge: its weight, as glmnet counts it; more than one to compare.
    #[arg(long, value_name = "L1,L2", value_delimiter = ',', allow_negative_numbers = true)]
    lambda: Vec<f64>,
    /// Bayesian model: rows that spend acts on, its own among them.
    #[arg(long, value_name = "ROWS", default_value_t = 8)]
    adstock_max: usize,
    /// Bayesian model: how spend meets its limits [default: logistic, with --form meridian hill].
    #[arg(long, value_enum)]
    saturation: Option<SaturationName>,
    /// Bayesian model: a TOML file of priors and of results of experiments; see the manual.
    #[arg(long, value_name = "FILE")]
    prior: Option<PathBuf>,
    /// Bayesian model: which parts it has, and what it believes without data.
    #[arg(long, value_enum, default_value_t = FormName::Plain)]
    form: FormName,
    /// Bayesian model: media and controls in units of their own, or as the file has them.
    #[arg(long, value_enum, default_value_t = ScalingName::Standard)]
    scaling: ScalingName,
    /// Bayesian model: a level that moves over time, by this many knots.
    #[arg(long, value_name = "N")]
    knots: Option<usize>,
    /// Bayesian model: the column of regions; rows are then one per region and date.
    #[arg(long, value_name = "COLUMN")]
    panel_column: Option<String>,
    /// Bayesian model: the column of a region's population, the same in all its rows.
    #[arg(long, value_name = "COLUMN", requires = "panel_column")]
    population_column: Option<String>,
    /// Bayesian model: what the media cost, where --media are not spend themselves but impressions.
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    spend: Vec<String>,
    /// Bayesian model: the column of what one unit of the outcome earns, for returns on spend.
    #[arg(long, value_name = "COLUMN")]
    value_column: Option<String>,
    /// Bayesian model: chains of draws; their agreement is tested.
    #[arg(long, value_name = "N", default_value_t = 4)]
    chains: usize,
    /// Bayesian model: draws of each chain that count.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    draws: usize,
    /// Bayesian model: draws of each chain before those, to find its steps.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    tune: usize,
    /// Bayesian model: the same seed gives the same numbers, on any number of cores.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// What separates the values of a row.
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    separator: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    plot: PlotArguments,
    /// What --plot draws.
    #[arg(long, value_enum, default_value_t = Picture::Curves, requires = "plot")]
    plot_of: Picture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Picture {
    /// What each medium brings, by spend on it.
    Curves,
    /// What brought the outcome, over time.
    Contributions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Model {
    /// Maximum likelihood by Kalman filter: no priors, no sampling.
    Kalman,
    /// Carry-over, saturation and synergy with priors, by sampling (NUTS).
    Bayes,
    /// Robyn's carry-over, Hill curve and ridge at given settings; no intervals, no synergy.
    Ridge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SaturationName {
    Logistic,
    Hill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FormName {
    /// As in pymc-marketing: an intercept, coefficients from 0 on.
    Plain,
    /// As in Meridian: knots, returns on spend, regions around their mean.
    Meridian,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ScalingName {
    /// Media in shares of their largest value, controls in standard deviations.
    Standard,
    /// As the file has them; the priors must know its units.
    AsIs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum EffortName {
    Linear,
    Root,
}

impl EffortName {
    fn effort(self) -> Effort {
        match self {
            EffortName::Linear => Effort::Linear,
            EffortName::Root => Effort::Root,
        }
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    check(arguments)?;
    let input = read::read(arguments)?;
    let mut mix = estimate(arguments, &input)?;
    mix.diagnostics.seconds = Some(began.elapsed().as_secs_f64());
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&mix)? + "\n",
        Format::Csv => show::csv(&mix),
        Format::Table => show::table(&mix, &arguments.outcome, input.outcome.iter().sum()),
    })?;
    arguments.plot.write(|| match arguments.plot_of {
        Picture::Curves => plots::response_figure(&mix, &arguments.outcome),
        Picture::Contributions => {
            plots::contributions_figure(&mix, &input.dates, &input.outcome, &arguments.outcome)
        }
    })?;
    Ok(match mix.insufficient {
        Some(_) => ExitCode::from(EXIT_INSUFFICIENT),
        None => ExitCode::SUCCESS,
    })
}

/// What makes no sense whatever the file holds.
fn check(arguments: &Arguments) -> anyhow::Result<()> {
    /// Ten pairs follow any season that weeks can show.
    const SEASON_PAIRS_MAX: usize = 10;
    /// These have 190 pairs, for which hardly any series is long enough.
    const MEDIA_MAX: usize = 20;
    reading::check_confidence(arguments.confidence)?;
    reading::check_separator(&arguments.separator)?;
    ensure!(
        arguments.seasonality.is_none_or(|pairs| (1..=SEASON_PAIRS_MAX).contains(&pairs)),
        "--seasonality must be 1 to {SEASON_PAIRS_MAX} pairs"
    );
    ensure!(
        arguments.budget.is_none_or(|budget| 0.0 <= budget && budget.is_finite()),
        "--budget must be an amount from 0 on"
    );
    ensure!(
        arguments.media.len() <= MEDIA_MAX,
        "--media names {} media; at most {MEDIA_MAX} can be told apart: join the small ones",
        arguments.media.len()
    );
    bayes::check(arguments)?;
    ridge::check(arguments)?;
    if let Some(margin) = arguments.margin {
        ensure!(0.0 < margin && margin.is_finite(), "--margin must be an amount above 0");
        ensure!(
            arguments.effort == EffortName::Root,
            "--margin needs --effort root: where each unit brings as much as the one before, no \
             budget is best"
        );
    }
    let columns: Vec<&String> = [&arguments.outcome]
        .into_iter()
        .chain(&arguments.media)
        .chain(&arguments.controls)
        .chain(&arguments.date)
        .chain(&arguments.spend)
        .chain(&arguments.panel_column)
        .chain(&arguments.population_column)
        .chain(&arguments.value_column)
        .collect();
    for (i, name) in columns.iter().enumerate() {
        ensure!(!name.is_empty(), "a column has an empty name");
        ensure!(!columns[..i].contains(name), "the column `{name}` is named twice");
    }
    Ok(())
}

fn estimate(arguments: &Arguments, input: &Input) -> anyhow::Result<Mix> {
    let synergy = pairs(&arguments.synergy, &arguments.media)?;
    let bounds = match arguments.budget {
        Some(budget) => read::bounds(arguments, budget)?,
        None => Vec::new(),
    };
    match arguments.model {
        Model::Bayes => return bayes::estimate(arguments, input, &synergy, &bounds),
        Model::Ridge => return ridge::estimate(arguments, input),
        Model::Kalman => {}
    }
    let controls: Vec<Named> = input.controls.iter().chain(&input.season).cloned().collect();
    Ok(kalman(&MixQuestion {
        outcome: &input.outcome,
        media: &input.media,
        controls: &controls,
        synergy: &synergy,
        effort: arguments.effort.effort(),
        confidence: arguments.confidence,
        budget: arguments.budget.map(|budget| (budget, bounds.as_slice())),
        margin: arguments.margin,
    }))
}

/// The pairs that `text` names, each once.
fn pairs(text: &str, media: &[String]) -> anyhow::Result<Vec<(usize, usize)>> {
    let all = |i: usize| (i + 1..media.len()).map(move |j| (i, j));
    match text {
        "all" => return Ok((0..media.len()).flat_map(all).collect()),
        "none" => return Ok(Vec::new()),
        _ => {}
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for name in text.split(',') {
        let pair = pair(name.trim(), media)?;
        ensure!(!pairs.contains(&pair), "--synergy names the pair `{}` twice", name.trim());
        pairs.push(pair);
    }
    Ok(pairs)
}

/// Names of media may hold a star themselves.
fn pair(text: &str, media: &[String]) -> anyhow::Result<(usize, usize)> {
    let place = |name: &str| media.iter().position(|it| it == name.trim());
    for (at, _) in text.match_indices('*') {
        if let (Some(a), Some(b)) = (place(&text[..at]), place(&text[at + 1..])) {
            ensure!(a != b, "--synergy: `{text}` is a medium with itself");
            return Ok((a.min(b), a.max(b)));
        }
    }
    bail!(
        "--synergy: `{text}` is no pair of media; write all, none, or pairs such as {}",
        match media {
            [a, b, ..] => format!("{a}*{b}"),
            _ => "tv*radio".to_owned(),
        }
    )
}

#[cfg(test)]
mod tests;
