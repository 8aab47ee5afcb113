//! `fulcrum influence`: what the people are worth whom a person brought, from files of referrals.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use measurement::{ClaimRule, Influence, InfluenceQuestion, Standing, influence};

use super::times::length_ms;
use super::{EXIT_INSUFFICIENT, Format, csv_row, print, reading};

mod read;
mod show;

use read::Input;

/// Say what the people are worth whom a person brought, directly and through others.
///
/// Reads one row per referral, and the value of each person where --values has it; without it every
/// person counts as 1. A row that names nobody as the referrer makes the person known and claims
/// nothing. FILE may be `-` for standard input, and may be compressed with gzip or zstd.
///
/// What a person brought is a sum over known people, a fact without an interval. How many people a
/// person brings, and how uneven that is, are estimates with one. Whether they would have come by
/// themselves is not in these files; `fulcrum leverage` with a holdout tells.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// One row per referral: who brought whom, and when.
    #[arg(long, value_name = "FILE")]
    referrals: PathBuf,
    /// Who brought them.
    #[arg(long, value_name = "COLUMN")]
    referrer_column: String,
    /// Who was brought.
    #[arg(long, value_name = "COLUMN")]
    referred_column: String,
    /// When: a date, a date and time, or a number of seconds since 1970.
    #[arg(long, value_name = "COLUMN")]
    time_column: Option<String>,
    /// The value of each person, such as what they bought; several rows of a person add up.
    #[arg(long, value_name = "FILE", requires_all = ["person_column", "value_column"])]
    values: Option<PathBuf>,
    /// Who, in the file of --values.
    #[arg(long, value_name = "COLUMN", requires = "values")]
    person_column: Option<String>,
    /// Their value, in the file of --values.
    #[arg(long, value_name = "COLUMN", requires = "values")]
    value_column: Option<String>,
    /// Who gets a person that several claim [default: first where times are known, else equal].
    #[arg(long, value_enum)]
    claims: Option<Claims>,
    /// What each step further away leaves of a value.
    #[arg(long, value_name = "FACTOR", default_value_t = 0.5, allow_negative_numbers = true)]
    discount: f64,
    /// The share of network influence that each person passes on.
    #[arg(long, value_name = "SHARE", default_value_t = 0.85, allow_negative_numbers = true)]
    damping: f64,
    /// How long a person has to bring others before it is counted how many, such as 90d; needs
    /// --time-column.
    #[arg(long, value_name = "TIME", default_value = "90d")]
    window: String,
    /// How many of the people who brought most are shown.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    top: usize,
    /// Write one row per person: person, value, brought, descendants, direct, indirect, network.
    #[arg(long, value_name = "FILE.csv")]
    people: Option<PathBuf>,
    /// For the interval of the share of the top tenth.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// The confidence of all intervals.
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    confidence: f64,
    /// What separates the values of a row.
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    separator: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Claims {
    /// The earliest claim; claims of one time share equally.
    First,
    /// All claims share equally.
    Equal,
}

/// What is printed.
#[derive(Debug, serde::Serialize)]
struct Report {
    #[serde(flatten)]
    found: Influence,
    /// Those who brought most, direct and indirect value together.
    top: Vec<Top>,
}

#[derive(Debug, serde::Serialize)]
struct Top {
    person: String,
    #[serde(flatten)]
    standing: Standing,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let question = question(arguments)?;
    let input = read::read(arguments)?;
    let report = report(arguments, &question, &input);
    if let Some(path) = &arguments.people {
        write_people(path, &input, &report.found)?;
    }
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

/// What makes no sense whatever the files hold.
fn question(arguments: &Arguments) -> anyhow::Result<InfluenceQuestion> {
    /// Longer walks end nowhere within a lifetime.
    const DAMPING_MAX: f64 = 0.999;
    const DAY_MS: f64 = 86_400e3;
    reading::check_confidence(arguments.confidence)?;
    ensure!(
        (0.0..=1.0).contains(&arguments.discount),
        "--discount must be a factor from 0 to 1, such as 0.5"
    );
    ensure!(
        (0.0..=DAMPING_MAX).contains(&arguments.damping),
        "--damping must be a share from 0 to {DAMPING_MAX}, such as 0.85"
    );
    reading::check_separator(&arguments.separator)?;
    ensure!(
        arguments.people.as_deref().is_none_or(|path| path.as_os_str() != "-"),
        "--people needs a file: standard output has the result"
    );
    let twice = arguments.values.as_deref() == Some(Path::new("-"));
    ensure!(
        !twice || arguments.referrals != Path::new("-"),
        "only one of --referrals and --values can be standard input"
    );
    let window_ms = length_ms(&arguments.window)
        .context("--window must be a time above 0, such as 12h, 90d or 4w")?;
    let timed = arguments.time_column.is_some();
    let rule = match (arguments.claims, timed) {
        (Some(Claims::First), false) => bail!("--claims first needs --time-column"),
        (Some(Claims::First) | None, true) => ClaimRule::First,
        (Some(Claims::Equal), _) | (None, false) => ClaimRule::Equal,
    };
    Ok(InfluenceQuestion {
        rule,
        discount: arguments.discount,
        damping: arguments.damping,
        window: timed.then_some(window_ms as f64 / DAY_MS),
        confidence: arguments.confidence,
        seed: arguments.seed,
    })
}

fn report(arguments: &Arguments, question: &InfluenceQuestion, input: &Input) -> Report {
    let mut found =
        influence(input.people.len(), &input.referrals, input.values.as_deref(), question);
    if 0 < input.without_person {
        found.warnings.push(format!(
            "{} rows name nobody who was brought, or nobody with a value, and are left out",
            input.without_person
        ));
    }
    if input.values.is_none() && input.claimless == 0 {
        found.warnings.push(
            "only people who brought somebody or were brought are known; with --values, or with \
             rows that name no referrer, rates go over all people"
                .to_owned(),
        );
    }
    let top = found.top(arguments.top).into_iter();
    let named = |i: usize| Top { person: input.people[i].clone(), standing: found.standing[i] };
    Report { top: top.map(named).collect(), found }
}

const COLUMNS: [&str; 7] =
    ["person", "value", "brought", "descendants", "direct", "indirect", "network"];

fn row(person: &str, standing: &Standing) -> String {
    let Standing { value, brought, descendants, direct, indirect, network } = *standing;
    let mut cells = vec![person.to_owned()];
    cells.extend([value, brought, descendants, direct, indirect].map(|it| it.to_string()));
    cells.push(network.map(|it| it.to_string()).unwrap_or_default());
    csv_row(&cells)
}

fn write_people(path: &Path, input: &Input, found: &Influence) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be written", path.display());
    let file = std::fs::File::create(path).with_context(failed)?;
    let mut out = std::io::BufWriter::new(file);
    out.write_all(csv_row(&COLUMNS.map(str::to_owned)).as_bytes()).with_context(failed)?;
    for (name, standing) in input.people.iter().zip(&found.standing) {
        out.write_all(row(name, standing).as_bytes()).with_context(failed)?;
    }
    out.flush().with_context(failed)
}

#[cfg(test)]
mod tests;
