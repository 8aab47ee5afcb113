//! `fulcrum switchback plan`: which blocks of time are on.

use std::process::ExitCode;

use anyhow::{Context, anyhow, ensure};
use measurement::{
    CalendarStrata, SwitchbackDesign, SwitchbackPlan, TimeBlock, Visible, VisibleQuestion,
    switchback, switchback_visible,
};
use model::ChanceKey;
use serde::Serialize;

use super::calendar::{self, check_channels};
use super::ics::ics;
use crate::commands::leverage::wrapped;
use crate::commands::times::length_ms;
use crate::commands::walls::{wall_ms, wall_text};
use crate::commands::{decimals, grouped, print, shown, tell};
use crate::data::{hex, random};

/// Make the calendar: which channels speak in which block of time, by chance.
///
/// Within each stratum of the calendar as many blocks are on as off, so that seasons do not tell for
/// or against. The carry-over is how long a post still works after the last one: a block must be at
/// least three times as long, and that much is left out at its start. The same seed gives the same
/// calendar, and with more blocks the same beginning.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// When the first block begins, such as 2027-01-04 or 2027-01-04T06:00, by the clock on the wall.
    #[arg(long, value_name = "TIME")]
    start: String,
    /// How many blocks: 12 at the very least, thirty to be comfortable.
    #[arg(long, value_name = "N")]
    blocks: usize,
    /// How long each is, such as 7d.
    #[arg(long, value_name = "TIME")]
    block: String,
    /// How long a channel still works after it fell silent, such as 2d.
    #[arg(long, value_name = "TIME")]
    carry_over: String,
    /// One to four channels, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',', required = true)]
    channels: Vec<String>,
    /// Within what as many blocks are on as off: month, quarter, or a number of successive blocks.
    #[arg(long, value_name = "month|quarter|N", default_value = "4", value_parser = strata)]
    stratum: CalendarStrata,
    /// Deal combinations of channels, each as often as the others: for what they achieve together.
    /// Without it each channel is dealt by itself.
    #[arg(long)]
    factorial: bool,
    /// Any words. Who knows them can foresee the calendar [default: drawn, and printed].
    #[arg(long, value_name = "WORDS")]
    seed: Option<String>,
    /// The standard deviation of block means within a stratum, from before: tells the smallest effect
    /// that this calendar lets be seen.
    #[arg(long, value_name = "SD")]
    spread: Option<f64>,
    /// The effect of a channel that must be seen: how many blocks does it take?
    #[arg(long, value_name = "SIZE", requires = "spread", allow_negative_numbers = true)]
    effect: Option<f64>,
    /// The chance of finding an effect where there is none.
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// The chance of finding the smallest effect.
    #[arg(long, default_value_t = 0.8)]
    power: f64,
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    format: PlanFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum PlanFormat {
    /// For people.
    Table,
    Json,
    /// One row per block: what `effect` and `fulcrum leverage --calendar` read.
    Csv,
    /// For the team's calendars (iCalendar).
    Ics,
}

/// What is printed. Field names are the JSON keys.
#[derive(Debug, Serialize)]
pub(super) struct Planned {
    channels: Vec<String>,
    design: &'static str,
    seed: String,
    block: String,
    carry_over: String,
    pub(super) blocks: Vec<BlockRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visible: Option<VisibleRow>,
    #[serde(skip)]
    pub(super) calendar: Vec<TimeBlock>,
    #[serde(skip)]
    dealt: SwitchbackDesign,
    #[serde(skip)]
    id: String,
}

#[derive(Debug, Serialize)]
pub(super) struct BlockRow {
    block: usize,
    from: String,
    to: String,
    counted_from: String,
    stratum: String,
    on: Vec<String>,
    probability: f64,
}

#[derive(Debug, Serialize)]
struct VisibleRow {
    spread: f64,
    alpha: f64,
    power: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<f64>,
    #[serde(flatten)]
    found: Visible,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let planned = planned(arguments)?;
    if arguments.seed.is_none() && matches!(arguments.format, PlanFormat::Csv | PlanFormat::Ics) {
        tell(&format!("seed: {} (keep it: it makes this calendar again)", planned.seed));
    }
    print(&text(&planned, arguments, jiff::Timestamp::now())?)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn text(
    planned: &Planned,
    arguments: &Arguments,
    now: jiff::Timestamp,
) -> anyhow::Result<String> {
    Ok(match arguments.format {
        PlanFormat::Table => table(planned),
        PlanFormat::Json => serde_json::to_string_pretty(planned)? + "\n",
        PlanFormat::Csv => calendar::csv(&planned.channels, &planned.calendar, planned.dealt),
        PlanFormat::Ics => ics(&planned.channels, &planned.calendar, &planned.id, now),
    })
}

pub(super) fn planned(arguments: &Arguments) -> anyhow::Result<Planned> {
    check_channels(&arguments.channels)?;
    ensure!(
        !arguments.factorial || 2 <= arguments.channels.len(),
        "--factorial is for two or more channels"
    );
    let plan = SwitchbackPlan {
        channels: arguments.channels.len(),
        start_ms: whole_minutes("--start", wall_ms(&arguments.start, &jiff::tz::TimeZone::UTC))?,
        blocks: arguments.blocks,
        block_ms: whole_minutes("--block", length_ms(&arguments.block))?,
        carry_over_ms: whole_minutes("--carry-over", length_ms(&arguments.carry_over))?,
        strata: arguments.stratum,
        design: match arguments.factorial {
            true => SwitchbackDesign::Factorial,
            false => SwitchbackDesign::Separate,
        },
    };
    let seed = match &arguments.seed {
        Some(words) => words.clone(),
        None => hex(&random::<8>()?),
    };
    let key = ChanceKey(blake3::derive_key("fulcrum switchback calendar", seed.as_bytes()));
    let draw = |words: &[u64]| {
        let words: Vec<[u8; 8]> = words.iter().map(|it| it.to_le_bytes()).collect();
        key.draw(&words.iter().map(<[u8; 8]>::as_slice).collect::<Vec<_>>()).bits()
    };
    let calendar = switchback(&plan, |stratum, channel| draw(&[stratum, channel]))
        .map_err(|message| anyhow!(message))?;
    let visible = arguments.spread.map(|spread| visible(arguments, &plan, &calendar, spread));
    Ok(Planned {
        channels: arguments.channels.clone(),
        design: plan.design.name(),
        seed,
        block: arguments.block.clone(),
        carry_over: arguments.carry_over.clone(),
        blocks: calendar.iter().map(|it| block_row(it, &arguments.channels)).collect(),
        visible: visible.transpose()?,
        dealt: plan.design,
        id: format!("{:016x}", draw(&[plan.start_ms.unsigned_abs()])),
        calendar,
    })
}

fn visible(
    arguments: &Arguments,
    plan: &SwitchbackPlan,
    calendar: &[TimeBlock],
    spread: f64,
) -> anyhow::Result<VisibleRow> {
    let &Arguments { alpha, power, effect, .. } = arguments;
    let question = VisibleQuestion {
        channels: plan.channels,
        design: plan.design,
        spread,
        effect,
        alpha,
        power,
    };
    let found = switchback_visible(calendar, &question).map_err(|message| anyhow!(message))?;
    Ok(VisibleRow { spread, alpha, power, effect, found })
}

fn block_row(block: &TimeBlock, channels: &[String]) -> BlockRow {
    let on = channels.iter().enumerate().filter(|(bit, _)| block.on >> bit & 1 == 1);
    BlockRow {
        block: block.number,
        from: wall_text(block.from_ms),
        to: wall_text(block.to_ms),
        counted_from: wall_text(block.counted_from_ms),
        stratum: block.stratum.clone(),
        on: on.map(|it| it.1.clone()).collect(),
        probability: block.probability,
    }
}

/// Calendars are written to the minute.
fn whole_minutes(option: &str, found_ms: Option<i64>) -> anyhow::Result<i64> {
    const MINUTE_MS: i64 = 60_000;
    let found_ms = found_ms.with_context(|| match option {
        "--start" => {
            "--start must be a date or a time, such as 2027-01-04 or 2027-01-04T06:00".to_owned()
        }
        _ => format!("{option} must be a time above 0, such as 12h, 2d or 1w"),
    })?;
    ensure!(found_ms % MINUTE_MS == 0, "{option} must be in whole minutes");
    Ok(found_ms)
}

fn strata(text: &str) -> Result<CalendarStrata, String> {
    match text {
        "month" => Ok(CalendarStrata::Month),
        "quarter" => Ok(CalendarStrata::Quarter),
        _ => text
            .parse()
            .map(CalendarStrata::Successive)
            .map_err(|_| "write month, quarter, or a number of successive blocks".to_owned()),
    }
}

fn table(planned: &Planned) -> String {
    let blocks = &planned.blocks;
    let title = format!(
        "Switchback of {} · {} blocks of {} · {} left out at the start of each · {} design",
        planned.channels.join(", "),
        grouped(blocks.len() as u64),
        planned.block,
        planned.carry_over,
        planned.design,
    );
    let mut text = wrapped(&title, "");
    let width = |of: &dyn Fn(&BlockRow) -> usize, title: &str| {
        blocks.iter().map(of).chain([title.len()]).max().unwrap_or(0)
    };
    let time = width(&|it| it.from.len().max(it.to.len()), "from");
    let counted = width(&|it| it.counted_from.len(), "counted from");
    let stratum = width(&|it| it.stratum.len(), "stratum");
    let row = |first: &str, times: [&str; 3], of: &str, on: &str| {
        let [from, counted_from, to] = times;
        let line = format!(
            "{first:>5}  {from:<time$}  {counted_from:<counted$}  {to:<time$}  {of:<stratum$}  {on}"
        );
        line.trim_end().to_owned() + "\n"
    };
    text += "\n";
    text += &row("block", ["from", "counted from", "to"], "stratum", "on");
    for (at, it) in blocks.iter().enumerate() {
        if 0 < at && blocks[at - 1].stratum != it.stratum {
            text += "\n";
        }
        let on = if it.on.is_empty() { "–".to_owned() } else { it.on.join(" + ") };
        let times = [it.from.as_str(), it.counted_from.as_str(), it.to.as_str()];
        text += &row(&it.block.to_string(), times, &it.stratum, &on);
    }
    text += "\n";
    for channel in &planned.channels {
        let on = blocks.iter().filter(|it| it.on.contains(channel)).count();
        text += &format!("{channel} speaks in {on} of {} blocks.\n", blocks.len());
    }
    if let Some(visible) = &planned.visible {
        text += &wrapped(&visible_meaning(visible, blocks.len()), "");
    }
    let seed = format!(
        "Seed: {} (keep it: it makes this calendar again, and with more blocks one that begins like this).",
        planned.seed
    );
    text + &wrapped(&seed, "")
}

fn visible_meaning(visible: &VisibleRow, blocks: usize) -> String {
    let smallest = visible.found.smallest_effect;
    let places = decimals(smallest);
    let chance = shown(visible.power * 100.0, 0);
    let mut text = format!(
        "With {blocks} blocks whose means spread by {}, an effect of {} is seen with {chance} % chance.",
        visible.spread,
        shown(smallest, places),
    );
    if let Some(effect) = visible.effect {
        text += &match visible.found.blocks_needed {
            Some(needed) => {
                format!(" An effect of {effect} needs {} blocks.", grouped(needed as u64))
            }
            None => format!(" An effect of {effect} needs more blocks than anybody has."),
        };
    }
    text
}
