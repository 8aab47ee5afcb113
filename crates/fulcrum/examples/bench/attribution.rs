//! Attribution of ten million paths: all rules and an exact Markov chain, against only reading and
//! parsing the same file.

use crate::events::mark;
use crate::figure::{Figure, Run};
use crate::machine;
use anyhow::{Context, ensure};
use measurement::{PathModel, PathQuestion, PathSettings, attribution};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tables::{Blocks, Options, TableError};

/// What the command runs.
#[path = "../../src/commands/attribution/fold.rs"]
mod fold;

pub const PATHS: u64 = 10_000_000;

const CHANNELS: usize = 20;

/// CPU seconds that all rules and order 1 may take together, that order 3 may take, and MB.
const AIM: f64 = 2.0;
const AIM_ORDER_3: f64 = 4.0;
const AIM_MEMORY: f64 = 400.0;

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let path = dir.join("paths.csv");
    write(&path)?;
    let conversions = floor(&path)?.2;
    let (floor_seconds, floor_wall, _) = floor(&path)?;
    let all = answer(&path, 1, &PathModel::ALL)?;
    // Before the larger chain, which needs more.
    let memory = peak()? / 1e6;
    let longer = answer(&path, 3, &[PathModel::Markov])?;
    ensure!(all.conversions == conversions, "{} conversions were found", all.conversions);
    let bytes = std::fs::metadata(&path)?.len() as f64;
    let figures = vec![
        Figure::new("attribution, all and Markov 1", all.cpu, "CPU s")
            .limit(floor_seconds, "reading and parsing only")
            .detail("share of the aim of 2 CPU s", all.cpu / AIM)
            .detail("wall s", all.wall)
            .detail("wall s, reading and parsing", floor_wall)
            .detail("MB of memory, at most", memory)
            .detail("share of the aim of 400 MB", memory / AIM_MEMORY)
            .detail("paths/s and core", PATHS as f64 / all.cpu)
            .detail("MB of file", bytes / 1e6),
        Figure::new("attribution, Markov 3", longer.cpu, "CPU s")
            .limit(floor_seconds, "reading and parsing only")
            .detail("share of the aim of 4 CPU s", longer.cpu / AIM_ORDER_3)
            .detail("wall s", longer.wall)
            .detail("MB of memory, at most", peak()? / 1e6),
    ];
    Ok(Run { figures, checksum: mark(&format!("{} {}", all.shown, longer.shown)) })
}

struct Answer {
    cpu: f64,
    wall: f64,
    conversions: f64,
    shown: String,
}

fn open(path: &Path) -> anyhow::Result<(Blocks, fold::PathColumns)> {
    let blocks = Blocks::open(path, Some(Options { delimiter: b';' }))?;
    let columns = fold::PathColumns {
        path: blocks.column("path")?,
        conversions: blocks.column("total_conversions")?,
        value: Some(blocks.column("total_conversion_value")?),
        nulls: Some(blocks.column("total_null")?),
    };
    Ok((blocks, columns))
}

fn answer(path: &Path, order: usize, models: &[PathModel]) -> anyhow::Result<Answer> {
    let (cpu, began) = (machine::cpu_seconds()?, Instant::now());
    let (blocks, columns) = open(path)?;
    let settings = PathSettings { orders: vec![order], value: true, ..PathSettings::default() };
    let (paths, blanks) = fold::paths(blocks, &columns, b">", &settings, machine::cores(), |_| {})?;
    ensure!(blanks == 0 && paths.rows() == PATHS, "{} rows were found", paths.rows());
    let mut shown = String::new();
    let mut conversions = 0.0;
    for model in models {
        let question = PathQuestion { order: Some(order), ..PathQuestion::new(*model) };
        let report = attribution(&paths, &question);
        ensure!(report.insufficient.is_none(), "{:?}", report.insufficient);
        shown += &serde_json::to_string(&report)?;
        conversions = report.conversions;
    }
    let (cpu, wall) = (machine::cpu_seconds()? - cpu, began.elapsed().as_secs_f64());
    Ok(Answer { cpu, wall, conversions, shown })
}

/// What cannot be saved: rows apart, channels apart, numbers read. Returns CPU and wall seconds, and
/// the conversions.
fn floor(path: &Path) -> anyhow::Result<(f64, f64, f64)> {
    let (cpu, began) = (machine::cpu_seconds()?, Instant::now());
    let (blocks, columns) = open(path)?;
    let numbers = [Some(columns.conversions), columns.value, columns.nulls];
    let (mut conversions, mut touches) = (0.0, 0_u64);
    blocks.fold(
        machine::cores(),
        || (0.0, 0_u64),
        |sum: &mut (f64, u64), row| -> Result<(), TableError> {
            let path = row.bytes(columns.path).split(|byte| *byte == b'>');
            sum.1 += path.filter(|name| !name.trim_ascii().is_empty()).count() as u64;
            for (at, column) in numbers.iter().flatten().enumerate() {
                let number = row.number(*column)?;
                sum.0 += if at == 0 { number } else { 0.0 };
            }
            Ok(())
        },
        |sum, _| {
            conversions += sum.0;
            touches += sum.1;
            Ok(())
        },
    )?;
    ensure!(PATHS < touches, "{touches} touches were found");
    Ok((machine::cpu_seconds()? - cpu, began.elapsed().as_secs_f64(), conversions))
}

/// The most memory that this process ever had, in bytes.
fn peak() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("could not read memory")?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes = line.split_whitespace().next().context("no number")?;
    Ok(kilobytes.parse::<f64>()? * 1024.0)
}

/// One row per person, each on a way of their own through a chain with fixed laws: about three
/// touches, and every sixth converts.
fn write(path: &PathBuf) -> anyhow::Result<()> {
    let mut chance = Chance(1);
    let mut draws = |n: usize| -> Vec<f64> { (0..n).map(|_| chance.next()).collect() };
    let start = cumulated(draws(CHANNELS));
    let next: Vec<Vec<f64>> = (0..CHANNELS).map(|_| cumulated(draws(CHANNELS))).collect();
    let conversion: Vec<f64> = draws(CHANNELS).iter().map(|it| 0.01 + 0.07 * it).collect();
    let null: Vec<f64> = draws(CHANNELS).iter().map(|it| 0.10 + 0.25 * it).collect();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(out, "path;total_conversions;total_conversion_value;total_null")?;
    let mut line = Vec::new();
    for _ in 0..PATHS {
        line.clear();
        let mut at = pick(&start, chance.next());
        let converted = loop {
            write!(line, "ch{at:02}")?;
            let draw = chance.next();
            if draw < conversion[at] + null[at] {
                break draw < conversion[at];
            }
            at = pick(&next[at], chance.next());
            line.extend_from_slice(b" > ");
        };
        match converted {
            true => writeln!(line, ";1;{:.1};0", (1.0 + 99.0 * chance.next()).round())?,
            false => line.extend_from_slice(b";0;0.0;1\n"),
        }
        out.write_all(&line)?;
    }
    out.flush().context("could not write the paths")
}

/// Shares with a few large ones among them, added up.
fn cumulated(draws: Vec<f64>) -> Vec<f64> {
    let weights: Vec<f64> = draws.into_iter().map(|it| it.powi(3)).collect();
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let add = |weight: f64| {
        sum += weight / total;
        sum
    };
    weights.into_iter().map(add).collect()
}

fn pick(cumulated: &[f64], draw: f64) -> usize {
    cumulated.partition_point(|it| *it <= draw).min(CHANNELS - 1)
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
