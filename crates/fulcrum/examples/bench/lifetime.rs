//! Lifetime value: the models of CDNOW's 2,357 customers, and of a million drawn from them.

use crate::events::{mark, scatter};
use crate::figure::{Figure, Run};
use crate::machine;
use anyhow::{Context, anyhow};
use measurement::{Customer, Lifetime, LifetimeModel, LifetimeQuestion, lifetime};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const CDNOW: &str = include_str!("../../../../fixtures/oracles/cdnow.csv");

const MILLION: u64 = 1_000_000;

/// What is to be under: milliseconds, and seconds of CPU.
const AIM_CDNOW_MS: f64 = 10.0;
const AIM_MILLION_S: f64 = 0.2;

/// So that hundredths of a second of CPU are told apart.
const FITS: u32 = 200;
const MILLIONS: u32 = 10;

pub fn run(_: &Path) -> anyhow::Result<Run> {
    let customers = cdnow()?;
    let small = timed(FITS, || timing(&customers))?;
    let drawn = |number: u64| customers[(scatter(number) % customers.len() as u64) as usize];
    let million: Vec<Customer> = (0..MILLION).map(drawn).collect();
    let large = timed(MILLIONS, || timing(&million))?;
    let whole = timed(MILLIONS, || spending(&million))?;
    let sorted = timed(MILLIONS, || sorted(&million))?;
    let figures = vec![
        Figure::new("BG/NBD of CDNOW", small.cpu * 1e3, "CPU ms")
            .detail("share of the aim of 10 ms", small.cpu * 1e3 / AIM_CDNOW_MS)
            .detail("wall ms", small.wall * 1e3),
        Figure::new("BG/NBD of 1,000,000 customers", large.cpu, "CPU s")
            .limit(sorted.cpu, "sorting the same customers alone")
            .detail("share of the aim of 0.2 s", large.cpu / AIM_MILLION_S),
        Figure::new("the same with values and a year ahead", whole.cpu, "CPU s")
            .limit(sorted.cpu, "sorting the same customers alone"),
    ];
    let work = format!("{} {} {}", small.result, large.result, whole.result);
    Ok(Run { figures, checksum: mark(&work) })
}

struct Timed {
    /// Seconds each.
    cpu: f64,
    wall: f64,
    result: String,
}

fn timed(times: u32, work: impl Fn() -> anyhow::Result<String>) -> anyhow::Result<Timed> {
    let result = work()?;
    let (cpu, began) = (machine::cpu_seconds()?, Instant::now());
    for _ in 0..times {
        black_box(work()?);
    }
    let each = f64::from(times);
    let wall = began.elapsed().as_secs_f64() / each;
    Ok(Timed { cpu: (machine::cpu_seconds()? - cpu) / each, wall, result })
}

/// The horizon is so near that next to nothing but the fit is measured.
fn timing(customers: &[Customer]) -> anyhow::Result<String> {
    shown(&lifetime(customers, &question(1e-3, false)))
}

fn spending(customers: &[Customer]) -> anyhow::Result<String> {
    shown(&lifetime(customers, &question(52.0, true)))
}

fn question(horizon: f64, value: bool) -> LifetimeQuestion {
    let model = LifetimeModel::BgNbd;
    LifetimeQuestion { model, horizon, discount: 0.002, confidence: 0.95, value }
}

fn shown(found: &Lifetime) -> anyhow::Result<String> {
    let fit = found.bgnbd.as_ref().context("the purchases did not tell")?;
    Ok(format!("{:.6} {:.6} {:?}", fit.r, fit.alpha, found.expected_value.map(f64::round)))
}

/// What telling people apart takes at least.
fn sorted(customers: &[Customer]) -> anyhow::Result<String> {
    let key = |it: &Customer| (it.frequency(), it.recency().to_bits(), it.age().to_bits());
    let mut keys: Vec<(u32, u64, u64)> = customers.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys.len().to_string())
}

fn cdnow() -> anyhow::Result<Vec<Customer>> {
    let customer = |line: &str| -> anyhow::Result<Customer> {
        let mut field = line.split(',').skip(1);
        let mut next =
            || -> anyhow::Result<f64> { Ok(field.next().context("a row is too short")?.parse()?) };
        let (frequency, recency, age, value) = (next()?, next()?, next()?, next()?);
        let customer = Customer::new(frequency as u64, recency, age).and_then(|it| it.worth(value));
        customer.map_err(|complaint| anyhow!(complaint))
    };
    CDNOW.lines().skip(1).map(customer).collect()
}
