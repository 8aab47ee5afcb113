//! The split of a budget that brings most on average over the posterior.
//!
//! With synergy the surface has more than one hill. Money moves between two media at a time, first on
//! a table of means over the draws, then on the draws.

use super::describe::{LongRun, interval};
use crate::mix::hills::{highest, highest_hill};
use crate::mix::report::{Allocated, Mix};

/// Cells of the table between nothing and the most that can be spent on a medium.
const CELLS: usize = 96;

const ROUNDS_MAX: usize = 60;

/// `None` where the bounds leave no way.
pub(crate) fn best(run: &LongRun, budget: f64, bounds: &[(f64, f64)]) -> Option<Vec<f64>> {
    let table = Table::new(run, budget, bounds);
    let value = |spend: &[f64]| table.value(spend);
    let mut spend = highest_hill(budget, bounds, &value, &|spend| {
        climb(&value, bounds, spend, ROUNDS_MAX);
    })?;
    const ROUNDS_LAST: usize = 6;
    climb(&|spend| mean(run, spend), bounds, &mut spend, ROUNDS_LAST);
    Some(spend)
}

/// The mean over the draws of what a split brings per week.
pub(crate) fn mean(run: &LongRun, spend: &[f64]) -> f64 {
    let of = |draw: usize| run.brought(draw, spend).iter().sum::<f64>();
    (0..run.draws.len()).map(of).sum::<f64>() / run.draws.len() as f64
}

pub(crate) fn describe(
    run: &LongRun,
    spend: &[f64],
    confidence: f64,
    names: &[String],
    mix: &mut Mix,
) {
    let draws = run.draws.len();
    let brought: Vec<Vec<f64>> = (0..draws).map(|draw| run.brought(draw, spend)).collect();
    let all: Vec<f64> = brought.iter().map(|it| it.iter().sum()).collect();
    mix.allocation_expected = Some(interval(&all, confidence));
    let row = |(m, name): (usize, &String)| Allocated {
        name: name.clone(),
        spend: spend[m],
        expected: brought.iter().map(|it| it[m]).sum::<f64>() / draws as f64,
        spend_now: run.spend[m],
    };
    mix.allocation = Some(names.iter().enumerate().map(row).collect());
}

fn climb(value: &dyn Fn(&[f64]) -> f64, bounds: &[(f64, f64)], spend: &mut [f64], rounds: usize) {
    /// In share of the outcome; nobody can know it better.
    const GAIN_MIN: f64 = 1e-10;
    for _ in 0..rounds {
        let before = value(spend);
        for i in 0..spend.len() {
            for j in i + 1..spend.len() {
                exchange(value, bounds, spend, i, j);
            }
        }
        if value(spend) - before <= GAIN_MIN * before.abs() {
            return;
        }
    }
}

/// Splits what two media have between them anew.
fn exchange(
    value: &dyn Fn(&[f64]) -> f64,
    bounds: &[(f64, f64)],
    spend: &mut [f64],
    i: usize,
    j: usize,
) {
    let both = spend[i] + spend[j];
    let low = bounds[i].0.max(both - bounds[j].1);
    let high = bounds[i].1.min(both - bounds[j].0);
    if high <= low {
        return;
    }
    let before = value(spend);
    let (found, at) = {
        let scratch = std::cell::RefCell::new(spend.to_vec());
        let of = |x: f64| {
            let mut spend = scratch.borrow_mut();
            (spend[i], spend[j]) = (x, (both - x).max(0.0));
            value(&spend)
        };
        highest(of, low, high)
    };
    if before < found {
        (spend[i], spend[j]) = (at, both - at);
    }
}

/// Means over the draws, by spend on a medium and on each pair.
struct Table {
    step: Vec<f64>,
    own: Vec<Vec<f64>>,
    pairs: Vec<((usize, usize), Vec<f64>)>,
}

impl Table {
    fn new(run: &LongRun, budget: f64, bounds: &[(f64, f64)]) -> Table {
        let media = bounds.len();
        let step: Vec<f64> = bounds
            .iter()
            .map(|it| it.1.min(budget).max(f64::MIN_POSITIVE) / CELLS as f64)
            .collect();
        let alone = |m: usize, cell: usize| {
            let mut spend = vec![0.0; media];
            spend[m] = cell as f64 * step[m];
            mean(run, &spend)
        };
        let own: Vec<Vec<f64>> =
            (0..media).map(|m| (0..=CELLS).map(|cell| alone(m, cell)).collect()).collect();
        let pairs = run
            .pairs()
            .iter()
            .enumerate()
            .map(|(pair, (a, b))| (((*a), (*b)), run.together(pair, &step, CELLS)));
        Table { pairs: pairs.collect(), own, step }
    }

    fn value(&self, spend: &[f64]) -> f64 {
        let place = |m: usize| {
            let at = (spend[m] / self.step[m]).clamp(0.0, CELLS as f64);
            let cell = (at as usize).min(CELLS - 1);
            (cell, at - cell as f64)
        };
        let mut total = 0.0;
        for (m, own) in self.own.iter().enumerate() {
            let (cell, rest) = place(m);
            total += own[cell] + rest * (own[cell + 1] - own[cell]);
        }
        for ((a, b), both) in &self.pairs {
            let ((i, x), (j, y)) = (place(*a), place(*b));
            let at = |i: usize, j: usize| both[i * (CELLS + 1) + j];
            let low = at(i, j) + y * (at(i, j + 1) - at(i, j));
            let high = at(i + 1, j) + y * (at(i + 1, j + 1) - at(i + 1, j));
            total += low + x * (high - low);
        }
        total
    }
}
