//! `fulcrum what-if`: what another rule would have brought, from a file of recorded draws.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use measurement::{WhatIf, what_if};
use model::Channel;

use super::{EXIT_INSUFFICIENT, Format, print, reading};

mod read;
mod show;

/// Estimate what another rule of choosing channel and hour would have brought.
///
/// Reads the file that `fulcrum export decisions` writes, or any with the same columns: one row per
/// possibility of a decision with decision, person, channel, hour (of the week, 0 to 167),
/// probability, taken (0 or 1) and response, and where known fold (0 or 1). FILE may be `-` for
/// standard input, and is CSV, also compressed with gzip or zstd, or Parquet.
///
/// The estimates hold for one decision at a time: the other rule is imagined at this decision only,
/// while everything before and after goes as it went. They do not say what the rule would do to the
/// whole course of a relationship under caps.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The recorded draws.
    #[arg(long, value_name = "FILE")]
    decisions: PathBuf,
    #[command(flatten)]
    rule: Rule,
    /// The confidence of all intervals.
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    confidence: f64,
    /// What separates the values of a row.
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    separator: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The other rule.
#[derive(clap::Args, Debug, Clone, Default)]
#[group(required = true, multiple = true)]
pub struct Rule {
    /// Always this channel, where it was possible; its hours in proportion to how they were drawn.
    #[arg(long, value_name = "CHANNEL", conflicts_with_all = ["even", "target_column", "logged"])]
    channel: Option<String>,
    /// Always at this hour of the day where the person lives, such as 10, where it was possible.
    #[arg(long, value_name = "HOUR", conflicts_with_all = ["even", "target_column", "logged"])]
    hour: Option<u32>,
    /// Every possibility as often as any other.
    #[arg(long, conflicts_with_all = ["target_column", "logged"])]
    even: bool,
    /// A rule of your own: the column with the probability that it gives each possibility.
    #[arg(long, value_name = "COLUMN", conflicts_with = "logged")]
    target_column: Option<String>,
    /// The rule that decided, for comparison: every difference is 0 but for the model's error.
    #[arg(long)]
    logged: bool,
}

/// What is printed.
#[derive(Debug, serde::Serialize)]
struct Report {
    /// The other rule, in words.
    rule: String,
    /// Decisions in which the other rule could not have its way, and is taken to do as was done.
    impossible: u64,
    #[serde(flatten)]
    found: WhatIf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let report = report(arguments)?;
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
        Format::Csv => show::csv(&report),
        Format::Table => show::table(&report),
    })?;
    Ok(match report.found.insufficient {
        Some(_) => ExitCode::from(EXIT_INSUFFICIENT),
        None => ExitCode::SUCCESS,
    })
}

fn report(arguments: &Arguments) -> anyhow::Result<Report> {
    check(arguments)?;
    let input = read::read(arguments)?;
    if let Some((place, says)) = measurement::problem_of(&input.decisions) {
        anyhow::bail!("{}: decision `{}`: {says}", input.file, input.names[place]);
    }
    let found = what_if(&input.decisions, arguments.confidence);
    Ok(Report { rule: arguments.rule.to_string(), impossible: input.impossible, found })
}

/// What makes no sense whatever the file holds.
fn check(arguments: &Arguments) -> anyhow::Result<()> {
    reading::check_confidence(arguments.confidence)?;
    reading::check_separator(&arguments.separator)?;
    let rule = &arguments.rule;
    ensure!(rule.hour.is_none_or(|it| it < 24), "--hour must be from 0 to 23");
    if let Some(channel) = &rule.channel {
        let names: Vec<&str> = Channel::ALL.iter().map(|it| it.name()).collect();
        ensure!(
            names.contains(&channel.as_str()),
            "`{channel}` is not a channel; the channels are {}",
            names.join(", ")
        );
    }
    Ok(())
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.channel, self.hour) {
            (Some(channel), Some(hour)) => write!(f, "always {channel}, at {hour}:00"),
            (Some(channel), None) => write!(f, "always {channel}"),
            (None, Some(hour)) => write!(f, "always at {hour}:00"),
            (None, None) if self.even => f.write_str("every possibility as often as any other"),
            (None, None) => match &self.target_column {
                Some(column) => write!(f, "the probabilities in `{column}`"),
                None => f.write_str("the rule that decided"),
            },
        }
    }
}

#[cfg(test)]
mod tests;
