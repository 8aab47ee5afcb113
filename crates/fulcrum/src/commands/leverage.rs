//! `fulcrum leverage`: what channels achieve together, from a file of people or of sums.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use measurement::{
    Cell, Clusters, Design, Estimate, Leverage, Question, Ratio, RatioKind, RawCovariate, RawSums,
    Summary, Sums, leverage, leverage_with_uncapped, shares_of_everyone, with_index,
};
use tables::{Blocks, Column, Options, Row, Table};

use self::units::UnitColumns;
use super::plot::PlotArguments;
use super::{EXIT_INSUFFICIENT, Format, decimals, grouped, print, reading, shown};
use crate::Place;
use crate::progress::Progress;

mod installed;
mod odds;
mod rows;
mod units;

/// Measure what channels achieve together beyond the sum of each alone.
///
/// Reads one row per person (--units) or one row per cell (--sums). Channel columns hold 1 or true
/// where the channel was allowed for the person, by chance, and 0 or false where it was withheld.
/// FILE may be `-` for standard input, and is CSV, also compressed with gzip or zstd, or Parquet.
/// Without a file, it reports on the panel of the installation in --data, also while its server
/// runs.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("input").args(["units", "sums"])))]
pub struct Arguments {
    /// One row per person.
    #[arg(long, value_name = "FILE", requires = "outcome")]
    units: Option<PathBuf>,
    /// One row per cell: the 0/1 columns, n, sum_y, sum_y2, and where known sum_y3, nonzero, and
    /// sum_x, sum_x2, sum_xy of one covariate.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["outcome", "covariate", "cap"])]
    sums: Option<PathBuf>,
    /// The column that counts, such as revenue within 28 days, or 0/1 for bought or not. Without a
    /// file, one of the programme's outcomes [default: its first].
    #[arg(long, value_name = "COLUMN")]
    outcome: Option<String>,
    /// The 0/1 columns, separated by commas. With --sums, by default all that have no other meaning.
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    channels: Vec<String>,
    /// A number known before assignment, such as spend in the year before: narrower intervals. May be
    /// given more than once.
    #[arg(long, value_name = "COLUMN")]
    covariate: Vec<String>,
    /// Which rows belong together, such as a household or a block of time: errors count clusters,
    /// not rows (CR2).
    #[arg(long, value_name = "COLUMN", requires = "units")]
    cluster: Option<String>,
    /// Clusters are blocks of time, in which a channel was on or off for everyone: each block counts
    /// the same, however many rows it has.
    #[arg(long, requires = "units")]
    blocks: bool,
    /// Compare clusters only within these groups, such as work days and week-ends.
    #[arg(long, value_name = "COLUMN", requires = "units")]
    stratum: Option<String>,
    /// Leave out this long from the start of each cluster, such as 2d: what went before still works.
    #[arg(long, value_name = "TIME", requires = "units")]
    carry_over: Option<String>,
    /// When a row was, for --carry-over and --calendar.
    #[arg(long, value_name = "COLUMN", requires = "units")]
    time: Option<String>,
    /// The calendar of channels that speak to everyone, as `fulcrum switchback plan` printed it: they
    /// follow --channels, and blocks, strata and carry-over are the calendar's.
    #[arg(
        long,
        value_name = "FILE",
        requires_all = ["units", "time"],
        conflicts_with_all = ["cluster", "blocks", "stratum", "carry_over"]
    )]
    calendar: Option<PathBuf>,
    /// Where the calendar's clock hangs, for times that are given for all the world.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,
    /// How much a row counts, such as the people behind a mean.
    #[arg(long, value_name = "COLUMN", requires = "units")]
    weight: Option<String>,
    /// Assume that larger sets of channels add nothing of their own.
    #[arg(long, value_name = "N")]
    order: Option<usize>,
    /// Count no more than this per person. Fix it before looking.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    cap: Option<f64>,
    /// Declared shares per cell (the 0/1 columns and `share`), to test the sample ratio.
    #[arg(long, value_name = "FILE", conflicts_with = "panel")]
    shares: Option<PathBuf>,
    /// The declared share of people in the measurement panel, to test the sample ratio.
    #[arg(long, value_name = "SHARE", requires = "design")]
    panel: Option<f64>,
    /// How the panel was placed in cells.
    #[arg(long, value_enum, requires = "panel")]
    design: Option<DesignName>,
    /// The number of people at which the always-valid intervals are narrowest. Fix it before looking.
    #[arg(long, value_name = "N", default_value_t = 5_000.0)]
    sequence_at: f64,
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
pub enum DesignName {
    /// All sets of channels, equal shares.
    Factorial,
    /// None and each single channel.
    Leverage,
    /// None, singles and pairs.
    Pairs,
}

impl DesignName {
    pub fn design(self) -> Design {
        match self {
            DesignName::Factorial => Design::Factorial,
            DesignName::Leverage => Design::Leverage,
            DesignName::Pairs => Design::Pairs,
        }
    }
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (report, outcome, simulated) = match (&arguments.units, &arguments.sums) {
        (None, None) => {
            let found = installed::report(place, arguments)?;
            (found.report, Some(found.outcome), found.simulated)
        }
        (Some(_), _) | (_, Some(_)) => (report(arguments)?, arguments.outcome.clone(), false),
    };
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
        Format::Csv => server::leverage_csv(&report),
        Format::Table if simulated => {
            format!("Simulated data.\n{}", table(&report, outcome.as_deref()))
        }
        Format::Table => table(&report, outcome.as_deref()),
    })?;
    arguments.plot.write(|| {
        let figure = plots::leverage_figure(&report, outcome.as_deref())?;
        Ok(if simulated { figure.of_simulated_data() } else { figure })
    })?;
    Ok(match report.insufficient {
        Some(_) => ExitCode::from(EXIT_INSUFFICIENT),
        None => ExitCode::SUCCESS,
    })
}

fn report(arguments: &Arguments) -> anyhow::Result<Leverage> {
    check(arguments)?;
    let input = read(arguments)?;
    let declared = declared_shares(arguments, &input.channels)?;
    let cohorts = [input.cells];
    let uncapped = [input.uncapped];
    let question = Question {
        confidence: arguments.confidence,
        order: arguments.order,
        expected_shares: declared.as_deref(),
        design: arguments.design.map(DesignName::design),
        sequence_at: arguments.sequence_at,
        clusters: input.clusters.as_ref(),
        ..Question::new(&input.channels, &cohorts)
    };
    let mut report = match arguments.cap {
        Some(cap) => {
            let clusters = input.uncapped_clusters.as_ref();
            let without = Question { cohorts: &uncapped, clusters, ..question };
            leverage_with_uncapped(&question, cap, &without)
        }
        None => leverage(&question),
    };
    report.warnings.extend(input.notes);
    Ok(report)
}

/// What makes no sense whatever the file holds.
fn check(arguments: &Arguments) -> anyhow::Result<()> {
    reading::check_confidence(arguments.confidence)?;
    ensure!(
        0.0 < arguments.sequence_at && arguments.sequence_at.is_finite(),
        "--sequence-at must be a number of people above 0"
    );
    ensure!(
        arguments.order.is_none_or(|order| 2 <= order),
        "--order must be 2 or more: order 1 assumes that there is no leverage"
    );
    ensure!(
        arguments.panel.is_none_or(|panel| 0.0 < panel && panel <= 1.0),
        "--panel must be a share above 0 and at most 1, such as 0.2"
    );
    ensure!(arguments.cap.is_none_or(f64::is_finite), "--cap must be a finite amount");
    reading::check_separator(&arguments.separator)?;
    for (i, channel) in arguments.channels.iter().enumerate() {
        ensure!(!channel.is_empty(), "--channels has an empty name");
        ensure!(!arguments.channels[..i].contains(channel), "--channels names `{channel}` twice");
        ensure!(
            Some(channel) != arguments.outcome.as_ref() && !arguments.covariate.contains(channel),
            "`{channel}` cannot be a channel and the outcome or covariate as well"
        );
    }
    for (i, covariate) in arguments.covariate.iter().enumerate() {
        ensure!(
            Some(covariate) != arguments.outcome.as_ref(),
            "the covariate cannot be the outcome"
        );
        ensure!(
            !arguments.covariate[..i].contains(covariate),
            "--covariate names `{covariate}` twice"
        );
    }
    rows::check(arguments)?;
    let count = arguments.channels.len();
    let asked = arguments.units.is_some() || 0 < count;
    ensure!(
        !asked || 2 <= count || arguments.calendar.is_some(),
        "--channels must name two or more"
    );
    ensure!(
        count <= measurement::MAX_CHANNELS,
        "--channels names {count}; at most {} can be measured at a time",
        measurement::MAX_CHANNELS
    );
    Ok(())
}

struct Input {
    channels: Vec<String>,
    cells: Vec<Cell>,
    /// The same people without the cap; empty where there is none.
    uncapped: Vec<Cell>,
    /// The rows, where they belong together or have weights.
    clusters: Option<Clusters>,
    uncapped_clusters: Option<Clusters>,
    /// What else is to be said about the file.
    notes: Vec<String>,
}

fn read(arguments: &Arguments) -> anyhow::Result<Input> {
    match (&arguments.units, &arguments.sums) {
        (Some(path), _) => read_units(arguments, path),
        (_, Some(path)) => read_sums(arguments, path),
        (None, None) => bail!("give --units or --sums"),
    }
}

fn open(arguments: &Arguments, path: &Path) -> anyhow::Result<Table> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    Ok(Table::open_with(path, Options { delimiter })?)
}

fn columns(table: &Table, names: &[String]) -> anyhow::Result<Vec<Column>> {
    names.iter().map(|name| Ok(table.column(name)?)).collect()
}

fn cell_of(row: &Row, channels: &[Column]) -> anyhow::Result<u32> {
    let mut on = 0;
    for (bit, column) in channels.iter().enumerate() {
        on |= u32::from(row.binary(*column)?) << bit;
    }
    Ok(on)
}

fn read_units(arguments: &Arguments, path: &Path) -> anyhow::Result<Input> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    let blocks = Blocks::open(path, Some(Options { delimiter }))?;
    if arguments.cluster.is_some() || arguments.weight.is_some() || arguments.calendar.is_some() {
        return rows::read(arguments, path, blocks);
    }
    let outcome = arguments.outcome.as_ref().context("--units needs --outcome")?;
    let find = |names: &mut dyn Iterator<Item = &String>| -> anyhow::Result<Vec<Column>> {
        names.map(|name| Ok(blocks.column(name)?)).collect()
    };
    let columns = UnitColumns {
        channels: find(&mut arguments.channels.iter())?,
        numbers: find(&mut std::iter::once(outcome).chain(&arguments.covariate))?,
    };
    let file = blocks.file().to_owned();
    let shown = reading::progress(&blocks);
    let tell = |bytes: u64| shown.iter().for_each(|it| it.at(bytes));
    let mut notes = Vec::new();
    let (mut cells, mut uncapped) = (Vec::new(), Vec::new());
    if arguments.covariate.len() <= 1 {
        let found = units::sums(blocks, &columns, arguments.cap, reading::threads(), tell)?;
        let of = |sums: Vec<Sums>| (0..).zip(sums).map(|(on, sums)| Cell { on, sums }).collect();
        (cells, uncapped) = (of(found.sums), of(found.uncapped));
    } else {
        let found = units::wide_sums(blocks, &columns, arguments.cap, reading::threads(), tell)?;
        for (cap, sums) in [(true, found.sums), (false, found.uncapped)] {
            let (with, index) = with_index(&(0..).zip(sums).collect::<Vec<_>>());
            if cap {
                let name = |unused: &usize| unused_covariate(&file, &arguments.covariate[*unused]);
                notes.extend(index.unused.iter().map(name));
                cells = with;
            } else {
                uncapped = with;
            }
        }
    }
    shown.iter().for_each(Progress::finish);
    cells.retain(|cell: &Cell| 0 < cell.sums.n);
    uncapped.retain(|cell: &Cell| 0 < cell.sums.n);
    Ok(Input {
        channels: arguments.channels.clone(),
        cells,
        uncapped,
        clusters: None,
        uncapped_clusters: None,
        notes,
    })
}

fn unused_covariate(file: &str, name: &str) -> String {
    format!(
        "the covariate `{name}` of {file} is not used: it does not vary, or the others make it up"
    )
}

/// The columns of a file of sums that are not channels.
const SUM_COLUMNS: [&str; 8] =
    ["n", "sum_y", "sum_y2", "sum_y3", "nonzero", "sum_x", "sum_x2", "sum_xy"];

fn read_sums(arguments: &Arguments, path: &Path) -> anyhow::Result<Input> {
    let mut table = open(arguments, path)?;
    let channels = match arguments.channels.is_empty() {
        false => arguments.channels.clone(),
        true => other_columns(&table, &SUM_COLUMNS),
    };
    ensure!(
        2 <= channels.len() && channels.len() <= measurement::MAX_CHANNELS,
        "{} has {} columns that can be channels; 2 to {} are needed (name them with --channels)",
        table.file(),
        channels.len(),
        measurement::MAX_CHANNELS
    );
    let on = columns(&table, &channels)?;
    let (n, y, y2) = (table.column("n")?, table.column("sum_y")?, table.column("sum_y2")?);
    let (y3, nonzero) = (table.find("sum_y3"), table.find("nonzero"));
    let x = match table.find("sum_x") {
        None => None,
        Some(x) => Some((x, table.column("sum_x2")?, table.column("sum_xy")?)),
    };
    let mut cells: BTreeMap<u32, Cell> = BTreeMap::new();
    while let Some(row) = table.next_row()? {
        let on = cell_of(&row, &on)?;
        let covariate = match x {
            None => None,
            Some((x, x2, xy)) => Some(RawCovariate {
                sum_x: row.number(x)?,
                sum_x2: row.number(x2)?,
                sum_xy: row.number(xy)?,
            }),
        };
        let raw = RawSums {
            n: row.count(n)?,
            sum_y: row.number(y)?,
            sum_y2: row.number(y2)?,
            sum_y3: y3.map(|column| row.number(column)).transpose()?,
            nonzero: nonzero.map(|column| row.count(column)).transpose()?,
            covariate,
        };
        let sums = Sums::from_raw(&raw).map_err(|message| row.error(n, message))?;
        if cells.insert(on, Cell { on, sums }).is_some() {
            let name = measurement::cell_name(on, &channels);
            let error = row.error(n, format!("is a second row for cell `{name}`"));
            bail!(error.hint("give one row per cell, with the sums over all its people"));
        }
    }
    Ok(Input {
        channels,
        cells: cells.into_values().collect(),
        uncapped: Vec::new(),
        clusters: None,
        uncapped_clusters: None,
        notes: Vec::new(),
    })
}

fn other_columns(table: &Table, known: &[&str]) -> Vec<String> {
    let other = table.columns().iter().filter(|name| !known.contains(&name.as_str()));
    other.cloned().collect()
}

fn declared_shares(
    arguments: &Arguments,
    channels: &[String],
) -> anyhow::Result<Option<Vec<(u32, f64)>>> {
    if let (Some(panel), Some(design)) = (arguments.panel, arguments.design) {
        return Ok(Some(shares_of_everyone(design.design(), channels.len(), panel)));
    }
    let Some(path) = &arguments.shares else { return Ok(None) };
    let mut table = open(arguments, path)?;
    let (on, share) = (columns(&table, channels)?, table.column("share")?);
    let mut shares = Vec::new();
    while let Some(row) = table.next_row()? {
        let value = row.number(share)?;
        if value < 0.0 {
            bail!(row.error(share, "is below 0"));
        }
        shares.push((cell_of(&row, &on)?, value));
    }
    let total: f64 = shares.iter().map(|cell| cell.1).sum();
    // What rounding to three decimals can do to many cells.
    ensure!((total - 1.0).abs() < 0.01, "{}: the shares add up to {total}, not to 1", table.file());
    Ok(Some(shares))
}

/// Columns of text in the drawing of an interval.
const DRAWING: usize = 26;
/// Longer names are cut; the whole table stays under 100 columns.
const LABEL: usize = 26;

/// For people: what it means first, then the numbers.
pub(super) fn table(report: &Leverage, outcome: Option<&str>) -> String {
    let percent = shown(report.confidence * 100.0, decimals_of_percent(report.confidence));
    let counted = match &report.clusters {
        None => format!("{} people", grouped(report.n)),
        Some(clusters) => format!("{} rows in {} clusters", grouped(report.n), grouped(clusters.n)),
    };
    let mut text = format!(
        "Leverage of {} · {counted} · {} design\n\n",
        report.channels.join(", "),
        report.design
    );
    text += &wrapped(&meaning(report, outcome, &percent), "");
    if let Some(ratio) = ratio_meaning(&report.leverage_ratio, &percent) {
        text += &wrapped(&ratio, "");
    }
    let single = |estimate: &Estimate| vec![(String::new(), estimate.clone(), None)];
    let label = |channels: &[String]| channels.join(" + ");
    let mut rows = single(&report.baseline);
    rows[0].0 = "no channel (mean)".to_owned();
    text += &section("Without the channels", &percent, &rows, false);
    let rows: Vec<_> = report
        .values
        .iter()
        .map(|row| (label(&row.channels), row.estimate.clone(), None))
        .collect();
    text += &section("Each set adds", &percent, &rows, true);
    let more = report.interactions.iter().filter(|row| 2 <= row.channels.len());
    let mut rows: Vec<_> =
        more.map(|row| (label(&row.channels), row.estimate.clone(), row.p_holm)).collect();
    rows.push(("leverage".to_owned(), report.leverage.clone(), report.leverage.p));
    text += &section("Only the combination adds", &percent, &rows, true);
    let rows: Vec<_> = report
        .shapley
        .iter()
        .map(|row| (row.channel.clone(), row.estimate.clone(), None))
        .collect();
    text += &section("Fair credit (Shapley)", &percent, &rows, true);
    if let Some(log_odds) = &report.log_odds {
        text += &odds::table(log_odds, &percent);
    }
    text += &beside("Conversion: anything at all", report.conversion.as_ref(), &percent);
    text += &beside("Without the cap", report.uncapped.as_ref(), &percent);
    if let (Some(low), Some(high)) = (report.leverage.sequence_low, report.leverage.sequence_high) {
        let places = decimals(report.leverage.se.unwrap_or(1.0));
        text += &format!(
            "\nIf you look more than once: the leverage is {} to {} at {percent} %, however often.\n",
            shown(low, places),
            shown(high, places)
        );
    }
    if let Some(clusters) = &report.clusters
        && let (Some(p), Some(deals)) = (clusters.randomisation_p, clusters.permutations)
    {
        let line = format!(
            "If {} had been dealt to the clusters in another order: at least this much leverage in a share of p = {} ({} deals).",
            clusters.dealt.join(", "),
            p_value(p),
            grouped(deals as u64)
        );
        text += &format!("\n{}", wrapped(&line, ""));
    }
    if let Some(test) = &report.sample_ratio {
        text += &format!("\nSample ratio against the declared shares: p = {}.\n", p_value(test.p));
    }
    for warning in &report.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

fn decimals_of_percent(confidence: f64) -> usize {
    let percent = confidence * 100.0;
    if (percent - percent.round()).abs() < 1e-9 { 0 } else { 1 }
}

/// The one sentence.
fn meaning(report: &Leverage, outcome: Option<&str>, percent: &str) -> String {
    if let Some(reason) = &report.insufficient {
        return format!("Not enough data to know the leverage: {reason}.");
    }
    let found = &report.leverage;
    let (Some(estimate), Some(low), Some(high)) = (found.estimate, found.low, found.high) else {
        return "The leverage cannot be known from these data.".to_owned();
    };
    let places = decimals(found.se.unwrap_or(1.0));
    let of = outcome.map(|name| format!(" {name}")).unwrap_or_default();
    let more = if 0.0 <= estimate { "more" } else { "less" };
    let amount = shown(estimate.abs(), places);
    let interval =
        format!("{percent} % interval {} to {}", shown(low, places), shown(high, places));
    let compared = format!("{amount} {more}{of} per person than the sum of each alone");
    if 0.0 < low || high < 0.0 {
        return format!("Together the channels bring {compared} ({interval}).");
    }
    format!(
        "No leverage is shown: together the channels bring {compared}, and the {interval} includes zero."
    )
}

fn ratio_meaning(ratio: &Ratio, percent: &str) -> Option<String> {
    let (low, high) = (ratio.low?, ratio.high?);
    let places = decimals((high - low).abs() / 4.0);
    let (low, high) = (shown(low, places), shown(high, places));
    match (ratio.estimate, ratio.kind?) {
        (Some(estimate), RatioKind::Bounded) => Some(format!(
            "That is {} times the sum of the parts ({percent} % interval {low} to {high}).",
            shown(estimate, places)
        )),
        (None, RatioKind::Exclusive) => Some(format!(
            "As a ratio to the sum of the parts: below {low} or above {high}, because that sum may be zero."
        )),
        _ => None,
    }
}

/// Rows with a number each on a line with its drawing; the others together on one.
fn section(
    title: &str,
    percent: &str,
    rows: &[(String, Estimate, Option<f64>)],
    draw: bool,
) -> String {
    let known: Vec<_> = rows.iter().filter(|row| row.1.low.is_some()).collect();
    let spread = known.iter().filter_map(|row| row.1.se).fold(f64::INFINITY, f64::min);
    let places = decimals(spread);
    let ends = |estimate: &Estimate| (estimate.low.unwrap_or(0.0), estimate.high.unwrap_or(0.0));
    let least = known.iter().map(|row| ends(&row.1).0).fold(0.0, f64::min);
    let most = known.iter().map(|row| ends(&row.1).1).fold(0.0, f64::max);
    let with_p = known.iter().any(|row| row.2.is_some());
    let p_title = if with_p { "p" } else { "" };
    let header = format!(
        "{title:<width$}{:>10}  {:^22}  {p_title:>7}",
        "estimate",
        format!("{percent} % interval"),
        width = LABEL + 2,
    );
    let mut text = format!("\n{}\n", header.trim_end());
    for (name, estimate, p) in known {
        let (low, high) = ends(estimate);
        let interval = format!("{:>9} to {:<9}", shown(low, places), shown(high, places));
        let middle = estimate.estimate.unwrap_or(0.0);
        let drawing = if draw { drawing(low, middle, high, least, most) } else { String::new() };
        let p = p.map(p_value).unwrap_or_default();
        let line = format!(
            "  {:<LABEL$}{:>10}  {interval}  {p:>7}  {drawing}",
            cut(name),
            shown(middle, places),
        );
        text += line.trim_end();
        text.push('\n');
    }
    text + &unknown(rows)
}

/// One line for each reason why something has no interval.
fn unknown(rows: &[(String, Estimate, Option<f64>)]) -> String {
    const NAMED_MAX: usize = 4;
    const REASONS_MAX: usize = 6;
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, estimate, _) in rows.iter().filter(|row| row.1.low.is_none()) {
        let reason = estimate.reason.as_deref().unwrap_or("no interval");
        match reasons.iter_mut().find(|known| known.0 == reason) {
            Some(known) => known.1.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    let mut text = String::new();
    for (reason, names) in reasons.iter().take(REASONS_MAX) {
        let more = names.len().saturating_sub(NAMED_MAX);
        let more = if 0 < more { format!(" and {more} more") } else { String::new() };
        let named = names[..names.len().min(NAMED_MAX)].join(", ");
        text += &wrapped(&format!("not known: {named}{more} ({reason})"), "  ");
    }
    let left = reasons.len().saturating_sub(REASONS_MAX);
    if 0 < left {
        text += &format!("  not known: others, for {left} more reasons (see --format json)\n");
    }
    text
}

fn beside(title: &str, summary: Option<&Summary>, percent: &str) -> String {
    let Some(summary) = summary else { return String::new() };
    let mut rows = vec![("no channel (mean)".to_owned(), summary.baseline.clone(), None)];
    for row in &summary.values {
        rows.push((row.channels.join(" + "), row.estimate.clone(), None));
    }
    rows.push(("leverage".to_owned(), summary.leverage.clone(), summary.leverage.p));
    section(title, percent, &rows, true)
}

/// `├──●──┤` on a line from `least` to `most`, with `┊` where zero is.
pub(super) fn drawing(low: f64, middle: f64, high: f64, least: f64, most: f64) -> String {
    if most <= least {
        return String::new();
    }
    let at = |value: f64| {
        let share = ((value - least) / (most - least)).clamp(0.0, 1.0);
        (share * (DRAWING - 1) as f64).round() as usize
    };
    let mut line = vec![' '; DRAWING];
    line[at(0.0)] = '┊';
    let (from, to) = (at(low), at(high));
    line[from..=to].fill('─');
    (line[from], line[to]) = ('├', '┤');
    line[at(middle)] = '●';
    line.into_iter().collect::<String>().trim_end().to_owned()
}

pub(super) fn p_value(p: f64) -> String {
    if p < 0.0001 { "<0.0001".to_owned() } else { format!("{p:.4}") }
}

fn cut(name: &str) -> String {
    match name.chars().count() <= LABEL {
        true => name.to_owned(),
        false => name.chars().take(LABEL - 1).chain(['…']).collect(),
    }
}

/// Lines of at most 100 columns.
pub(super) fn wrapped(text: &str, indent: &str) -> String {
    const WIDTH: usize = 100;
    let mut lines = String::new();
    let mut line = indent.to_owned();
    for word in text.split(' ') {
        if indent.len() < line.len() && WIDTH < line.chars().count() + 1 + word.chars().count() {
            lines += line.trim_end();
            lines.push('\n');
            line = indent.to_owned();
        }
        if indent.len() < line.len() {
            line.push(' ');
        }
        line += word;
    }
    lines + line.trim_end() + "\n"
}

#[cfg(test)]
mod tests;
