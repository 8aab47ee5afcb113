//! Leverage of people from a CSV file, against only parsing it; and what takes microseconds: the
//! report from sums, a plan, a sequence.

use crate::events::mark;
use crate::figure::{Figure, Run};
use crate::machine;
use crate::made::UNIT_CHANNELS;
use crate::measurement::{Size, ended};
use crate::paths::counted;
use anyhow::{anyhow, ensure};
use measurement::{Cell, Design, Horizon, Outcome, Plan, Question, half_width, leverage, power};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use tables::{Blocks, Options};

/// What the command runs.
#[path = "../../src/commands/leverage/units.rs"]
#[allow(dead_code)]
mod units;

/// As a multiple of only parsing the file.
const AIM_TIMES: f64 = 2.0;

fn open(path: &Path) -> anyhow::Result<(Blocks, units::UnitColumns)> {
    let blocks = Blocks::open(path, Some(Options { delimiter: b',' }))?;
    let channels: Result<Vec<_>, _> =
        UNIT_CHANNELS.iter().map(|name| blocks.column(name)).collect();
    let numbers = vec![blocks.column("spend")?, blocks.column("before")?];
    Ok((blocks, units::UnitColumns { channels: channels?, numbers }))
}

fn cells(path: &Path) -> anyhow::Result<Vec<Cell>> {
    let (blocks, columns) = open(path)?;
    let found = units::sums(blocks, &columns, None, machine::cores(), |_| {})?;
    Ok((0..).zip(found.sums).map(|(on, sums)| Cell { on, sums }).collect())
}

fn names() -> Vec<String> {
    UNIT_CHANNELS.iter().map(|name| (*name).to_owned()).collect()
}

pub fn from_csv(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let (names, cohorts) = (names(), [cells(&dir.join(size.file("units")))?]);
    let report = leverage(&Question::new(&names, &cohorts));
    ensure!(report.n == size.rows() && report.insufficient.is_none(), "{:?}", report.insufficient);
    let shown = serde_json::to_string(&report)?;
    let mut figure = ended(&format!("leverage of {size} people, 6 channels, a covariate"))?;
    if size == Size::TenMillion {
        figure = figure.detail("aim, times the floor", AIM_TIMES);
    }
    Ok(Run { figures: vec![figure], checksum: mark(&shown) })
}

pub fn floor(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let (blocks, columns) = open(&dir.join(size.file("units")))?;
    let found = counted(blocks, |row| {
        let mut on = 0;
        for column in &columns.channels {
            on += u64::from(row.binary(*column)?);
        }
        let mut numbers = 0.0;
        for column in &columns.numbers {
            numbers += row.number(*column)?;
        }
        Ok(on + u64::from(0.0 < numbers))
    })?;
    let figure = ended("reading and parsing only")?;
    Ok(Run { figures: vec![figure], checksum: mark(&found.to_string()) })
}

/// Each of these is repeated until a tenth of a second is over.
pub fn quick(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let (names, cohorts) = (names(), [cells(&dir.join(size.file("units")))?]);
    let question = Question::new(&names, &cohorts);
    let four: Vec<String> = names[..4].to_vec();
    let some = |cell: &&Cell| cell.on < 16;
    let small = [cohorts[0].iter().filter(some).cloned().collect::<Vec<Cell>>()];
    let fewer = Question::new(&four, &small);
    let plan = Plan {
        outcome: Outcome::Rate(0.02),
        channels: 4,
        panel: 0.2,
        design: Design::Leverage,
        people_per_week: 10_000.0,
        alpha: 0.05,
        power: 0.8,
        horizon: Horizon::Weeks(12.0),
        together: None,
    };
    let planned = power(&plan).map_err(|complaint| anyhow!(complaint))?;
    let figures = vec![
        micros("leverage from the sums of 64 cells, 6 channels", || {
            black_box(leverage(&question)).n
        }),
        micros("leverage from the sums of 16 cells, 4 channels", || black_box(leverage(&fewer)).n),
        micros("power with its curve, 4 channels", || {
            black_box(power(black_box(&plan))).map_or(0, |it| it.cells.len() as u64)
        }),
        micros("one confidence sequence", || {
            black_box(half_width(black_box(2.5), 10_000.0, 5_000.0, 0.95)).to_bits()
        }),
    ];
    let report = serde_json::to_string(&(leverage(&question), leverage(&fewer), planned))?;
    Ok(Run { figures, checksum: mark(&report) })
}

fn micros(name: &str, work: impl Fn() -> u64) -> Figure {
    const LONG_ENOUGH_S: f64 = 0.1;
    black_box(work());
    let began = Instant::now();
    let mut times = 0_u32;
    while began.elapsed().as_secs_f64() < LONG_ENOUGH_S {
        black_box(work());
        times += 1;
    }
    Figure::new(name, began.elapsed().as_secs_f64() * 1e6 / f64::from(times), "µs")
}
