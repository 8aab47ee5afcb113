//! `fulcrum connectedness`: how strong relationships are, in six parts, from a file of people.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use measurement::{
    Connectedness, ConnectednessQuestion, LearnedWeights, PARTS, Part, RelationshipReturn,
    connectedness, learn_weights, return_on_relationship,
};

use super::{EXIT_INSUFFICIENT, Format, csv_row, print, reading};

mod columns;
mod read;
mod show;

use read::Input;

/// Say how strong relationships are: useful, welcome, heard, easy, trusted, evangelised.
///
/// Reads one row per person (or per person, group and period) with two counts for each part:
/// occasions, and those that spoke for the relationship. Each person's rate is drawn towards
/// everybody's, the more the less evidence there is of them. FILE may be `-` for standard input, and
/// may be compressed with gzip or zstd.
///
/// Without --part the columns are `useful_yes` and `useful_of`, `welcome_yes` and `welcome_of`, and
/// so on; at least one part must be there.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// One row per person, and per group and period where there are such.
    #[arg(long, value_name = "FILE")]
    people: PathBuf,
    /// Who; without it every row is a person of its own.
    #[arg(long, value_name = "COLUMN")]
    person_column: Option<String>,
    /// Their audience, such as a segment or a country.
    #[arg(long, value_name = "COLUMN")]
    group_column: Option<String>,
    /// When the evidence is from, such as 2026-Q3; shown in alphabetical order.
    #[arg(long, value_name = "COLUMN")]
    period_column: Option<String>,
    /// Where a part's evidence is, as NAME=YES/OF: the columns of the occasions that spoke for the
    /// relationship and of all occasions. Columns can be added up with `+`, OF can be a number, and `!`
    /// before YES counts what spoke against it. May be given once per part.
    #[arg(long, value_name = "NAME=YES/OF")]
    part: Vec<String>,
    /// The weights of the parts in the index, such as useful=2,trusted=1; parts not named get 0
    /// [default: all equal].
    #[arg(long, value_name = "NAME=WEIGHT,…", conflicts_with = "learn_weights")]
    weights: Option<String>,
    /// Whether the person stayed (0 or 1), after the evidence was collected.
    #[arg(long, value_name = "COLUMN", requires = "learn_weights")]
    retained: Option<String>,
    /// Learn the weights by predicting --retained, and use them where they predict better than equal
    /// ones.
    #[arg(long, requires = "retained")]
    learn_weights: bool,
    /// Who was held out from the care of the relationship by chance (0 or 1); for the return on
    /// relationship.
    #[arg(long, value_name = "COLUMN", requires_all = ["value_column", "cost_column"])]
    holdout_column: Option<String>,
    /// The expected lifetime value of the person; columns can be added up with `+`, such as
    /// lifetime+influence.
    #[arg(long, value_name = "COLUMN", requires = "holdout_column")]
    value_column: Option<String>,
    /// What the relationship with the person cost.
    #[arg(long, value_name = "COLUMN", requires = "holdout_column")]
    cost_column: Option<String>,
    /// Write one row per person (and group and period): the index and the parts with intervals and
    /// evidence.
    #[arg(long, value_name = "FILE.csv")]
    write: Option<PathBuf>,
    /// The confidence of all intervals.
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95)]
    confidence: f64,
    /// What separates the values of a row.
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    separator: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What is printed.
#[derive(Debug, serde::Serialize)]
struct Report {
    #[serde(flatten)]
    found: Connectedness,
    #[serde(skip_serializing_if = "Option::is_none")]
    learned: Option<LearnedWeights>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship: Option<RelationshipReturn>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let weights = check(arguments)?;
    let input = read::read(arguments)?;
    let report = report(arguments, weights, &input);
    if let Some(path) = &arguments.write {
        write_people(path, &input, &report.found)?;
    }
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
        Format::Csv => show::csv(&report),
        Format::Table => show::table(&report),
    })?;
    let unknown = report.relationship.as_ref().and_then(|it| it.insufficient.as_ref());
    Ok(match report.found.insufficient.as_ref().or(unknown) {
        Some(_) => ExitCode::from(EXIT_INSUFFICIENT),
        None => ExitCode::SUCCESS,
    })
}

/// What makes no sense whatever the file holds; otherwise the weights.
fn check(arguments: &Arguments) -> anyhow::Result<[f64; PARTS]> {
    reading::check_confidence(arguments.confidence)?;
    reading::check_separator(&arguments.separator)?;
    ensure!(
        arguments.write.as_deref().is_none_or(|path| path.as_os_str() != "-"),
        "--write needs a file: standard output has the result"
    );
    let Some(text) = &arguments.weights else { return Ok([1.0; PARTS]) };
    let mut weights = [0.0; PARTS];
    for entry in text.split(',') {
        let (name, weight) = entry
            .split_once('=')
            .with_context(|| format!("--weights `{entry}` is not NAME=WEIGHT, such as useful=2"))?;
        let weight: f64 = weight.trim().parse().unwrap_or(f64::NAN);
        ensure!(
            weight.is_finite() && 0.0 <= weight,
            "--weights `{entry}`: a weight is a number from 0 on"
        );
        weights[columns::part(name)? as usize] = weight;
    }
    ensure!(weights.iter().any(|it| 0.0 < *it), "--weights must hold a weight above 0");
    Ok(weights)
}

fn report(arguments: &Arguments, weights: [f64; PARTS], input: &Input) -> Report {
    let question = ConnectednessQuestion {
        groups: &input.groups,
        periods: &input.periods,
        weights,
        confidence: arguments.confidence,
    };
    let mut found = connectedness(&input.observed, &question);
    let learned = arguments.learn_weights.then(|| {
        let people = input.retained_people(&found);
        learn_weights(&people, found.known(), arguments.confidence)
    });
    if let Some(learned) = learned.as_ref().filter(|it| it.used) {
        let weights = learned.as_array();
        found = connectedness(&input.observed, &ConnectednessQuestion { weights, ..question });
    }
    if 0 < input.without_person {
        found.warnings.push(format!("{} rows name nobody and are left out", input.without_person));
    }
    let relationship = input
        .arms
        .as_ref()
        .map(|[treated, holdout]| return_on_relationship(treated, holdout, arguments.confidence));
    Report { found, learned, relationship }
}

/// One row per person, group and period. What is not known is empty.
fn write_people(path: &Path, input: &Input, found: &Connectedness) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be written", path.display());
    let file = std::fs::File::create(path).with_context(failed)?;
    let mut out = std::io::BufWriter::new(file);
    let mut head: Vec<String> =
        ["person", "group", "period", "index", "index_low", "index_high"].map(str::to_owned).into();
    for part in Part::ALL {
        let name = part.name();
        head.push(name.to_owned());
        head.extend(["low", "high", "yes", "of"].map(|it| format!("{name}_{it}")));
    }
    out.write_all(csv_row(&head).as_bytes()).with_context(failed)?;
    for (observed, person) in input.observed.iter().zip(found.people(&input.observed)) {
        let named = |names: &[String], number: Option<u32>| {
            number.and_then(|it| names.get(it as usize)).cloned().unwrap_or_default()
        };
        let mut cells = vec![
            named(&input.people, Some(observed.person)),
            named(&input.groups, observed.group),
            named(&input.periods, observed.period),
        ];
        let index = person.index;
        cells.extend([index.estimate, index.low, index.high].map(|it| it.to_string()));
        for (part, evidence) in person.parts.iter().zip(&person.evidence) {
            let number = |it: Option<f64>| it.map(|it| it.to_string()).unwrap_or_default();
            cells.push(number(part.map(|it| it.estimate)));
            cells.push(number(part.map(|it| it.low)));
            cells.push(number(part.map(|it| it.high)));
            cells.push(evidence.yes.to_string());
            cells.push(evidence.of.to_string());
        }
        out.write_all(csv_row(&cells).as_bytes()).with_context(failed)?;
    }
    out.flush().with_context(failed)
}

#[cfg(test)]
mod tests;
