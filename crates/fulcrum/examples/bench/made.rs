//! Files for the measurements of analysis commands, made from fixed seeds.

use anyhow::Context;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

pub const CHANNELS: usize = 20;

/// Channels of the file of people.
pub const UNIT_CHANNELS: [&str; 6] = ["email", "social", "search", "push", "display", "post"];

/// One row per person, each on a way of their own through a chain with fixed laws: about three
/// touches, and every sixth converts.
pub fn paths(path: &Path, rows: u64) -> anyhow::Result<()> {
    let (mut chance, chain) = chain();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(out, "path;total_conversions;total_conversion_value;total_null")?;
    let mut line = Vec::new();
    for _ in 0..rows {
        line.clear();
        let mut at = pick(&chain.start, chance.next());
        let converted = loop {
            write!(line, "ch{at:02}")?;
            let draw = chance.next();
            if draw < chain.conversion[at] + chain.null[at] {
                break draw < chain.conversion[at];
            }
            at = pick(&chain.next[at], chance.next());
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

/// The laws of the chain that people walk.
struct Chain {
    start: Vec<f64>,
    next: Vec<Vec<f64>>,
    conversion: Vec<f64>,
    null: Vec<f64>,
}

fn chain() -> (Chance, Chain) {
    let mut chance = Chance(1);
    let mut draws = |n: usize| -> Vec<f64> { (0..n).map(|_| chance.next()).collect() };
    let chain = Chain {
        start: cumulated(draws(CHANNELS)),
        next: (0..CHANNELS).map(|_| cumulated(draws(CHANNELS))).collect(),
        conversion: draws(CHANNELS).iter().map(|it| 0.01 + 0.07 * it).collect(),
        null: draws(CHANNELS).iter().map(|it| 0.10 + 0.25 * it).collect(),
    };
    (chance, chain)
}

/// The same walks as one row per touch, an hour to a day apart, a person after the other.
pub fn touches(path: &Path, rows: u64) -> anyhow::Result<()> {
    /// 2027-01-01 in seconds since 1970.
    const BEGIN_S: f64 = 1_798_761_600.0;
    const DAY_S: f64 = 86_400.0;
    let (mut chance, chain) = chain();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(out, "user,time,channel,conversion")?;
    let (mut row, mut person) = (0, 0_u64);
    while row < rows {
        person += 1;
        let mut second = BEGIN_S + (60.0 * DAY_S * chance.next()).floor();
        let mut at = pick(&chain.start, chance.next());
        loop {
            let draw = chance.next();
            let ended = draw < chain.conversion[at] + chain.null[at];
            let converted = u8::from(draw < chain.conversion[at]);
            writeln!(out, "{person},{second},ch{at:02},{converted}")?;
            row += 1;
            if ended || row == rows {
                break;
            }
            at = pick(&chain.next[at], chance.next());
            second += (DAY_S * chance.next()).ceil();
        }
    }
    out.flush().context("could not write the touches")
}

/// People in the cells of a full factorial, a third of whom buy.
pub fn units(path: &Path, rows: u64) -> anyhow::Result<()> {
    let mut chance = Chance(2);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(out, "{},spend,before", UNIT_CHANNELS.join(","))?;
    for _ in 0..rows {
        let mut on = 0.0;
        for _ in UNIT_CHANNELS {
            let bit = u8::from(chance.next() < 0.5);
            on += f64::from(bit);
            write!(out, "{bit},")?;
        }
        let before = 50.0 * chance.next();
        let buys = chance.next() < 0.3 + 0.02 * on;
        let spend = if buys { before + 40.0 * chance.next() } else { 0.0 };
        writeln!(out, "{spend:.2},{before:.2}")?;
    }
    out.flush().context("could not write the people")
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
