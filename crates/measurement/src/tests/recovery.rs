//! Known truth must be covered at the nominal rate, its absence found at the nominal rate, and
//! formulas that are wrong must fail the same tests.

use super::truth::{Chance, assert_rate, channels, leverage_of, mean, normal_cells, people};
use crate::leverage::leverage_weights;
use crate::strata::{Combination, moments, strata};
use crate::{Cell, Estimate, Question, Sums, leverage};

const REPS: usize = 2_000;
/// E-mail, social, content, with something in every set.
const TRUTH: [(u32, f64); 8] = [
    (0b000, 5.0),
    (0b001, 0.6),
    (0b010, 0.4),
    (0b100, 0.3),
    (0b011, 0.5),
    (0b101, 0.2),
    (0b110, -0.1),
    (0b111, 0.4),
];
/// The same without anything that belongs to two or more.
const NO_INTERACTION: [(u32, f64); 4] = [(0b000, 5.0), (0b001, 0.6), (0b010, 0.4), (0b100, 0.3)];
const FACTORIAL: [(u32, u64); 8] =
    [(0, 40), (1, 40), (2, 40), (3, 40), (4, 40), (5, 40), (6, 40), (7, 40)];
/// None : single = 2 : 1, and many with all on.
const LEVERAGE: [(u32, u64); 5] = [(0, 80), (1, 40), (2, 40), (4, 40), (7, 400)];

fn covers(estimate: &Estimate, truth: f64) -> bool {
    estimate.low.is_some_and(|low| low <= truth) && estimate.high.is_some_and(|high| truth <= high)
}

#[test]
fn a_factorial_covers_every_effect() {
    let names = channels(3);
    let mut hits = [0_usize; 7];
    let (mut leverage_hits, mut ratio_hits, mut values, mut shapley) = (0, 0, 0, 0);
    let together = mean(&TRUTH, 7) - 5.0;
    for seed in 0..REPS as u64 {
        let report = leverage(&Question::new(&names, &[normal_cells(&FACTORIAL, &TRUTH, seed)]));
        for (hit, row) in hits.iter_mut().zip(&report.interactions) {
            let set = set_of(&row.channels, &names);
            let truth = TRUTH.iter().find(|(of, _)| *of == set).expect("in the truth").1;
            *hit += usize::from(covers(&row.estimate, truth));
        }
        leverage_hits += usize::from(covers(&report.leverage, leverage_of(&TRUTH)));
        values += usize::from(covers(&report.values[6].estimate, together));
        // φ of e-mail: 0.6 + (0.5 + 0.2)/2 + 0.4/3.
        shapley += usize::from(covers(&report.shapley[0].estimate, 0.95 + 0.4 / 3.0));
        let (truth, ratio) = (together / 1.3, &report.leverage_ratio);
        let between = |low: f64, high: f64| low <= truth && truth <= high;
        ratio_hits += usize::from(match ratio.kind.expect("identified") {
            crate::RatioKind::Bounded => {
                between(ratio.low.expect("low"), ratio.high.expect("high"))
            }
            crate::RatioKind::Exclusive => {
                truth <= ratio.low.expect("low") || ratio.high.expect("high") <= truth
            }
            crate::RatioKind::Unbounded => true,
        });
    }
    for (hit, name) in hits.into_iter().zip(["1", "2", "3", "12", "13", "23", "123"]) {
        assert_rate(hit, REPS, 0.95, &format!("coverage of the dividend {name}"));
    }
    assert_rate(leverage_hits, REPS, 0.95, "coverage of leverage");
    assert_rate(values, REPS, 0.95, "coverage of the joint effect");
    assert_rate(shapley, REPS, 0.95, "coverage of the fair credit");
    assert_rate(ratio_hits, REPS, 0.95, "coverage of the ratio");
}

#[test]
fn the_leverage_design_covers_leverage_and_nothing_else_is_claimed() {
    let names = channels(3);
    let mut hits = 0;
    for seed in 0..REPS as u64 {
        let report = leverage(&Question::new(&names, &[normal_cells(&LEVERAGE, &TRUTH, seed)]));
        hits += usize::from(covers(&report.leverage, leverage_of(&TRUTH)));
        assert_eq!((report.design, report.order), ("leverage", 1));
        assert!(report.interactions[3..].iter().all(|row| row.estimate.estimate.is_none()));
        assert!(report.shapley.iter().all(|row| row.estimate.estimate.is_none()));
    }
    assert_rate(hits, REPS, 0.95, "coverage of leverage");
}

#[test]
fn without_interaction_it_is_found_at_the_stated_rate_only() {
    let names = channels(3);
    let (mut at_five, mut family) = (0, 0);
    let mut tenths = [0_usize; 10];
    for seed in 0..REPS as u64 {
        let cells = [normal_cells(&FACTORIAL, &NO_INTERACTION, 10_000 + seed)];
        let report = leverage(&Question::new(&names, &cells));
        let p = report.leverage.p.expect("identified");
        at_five += usize::from(p < 0.05);
        tenths[((p * 10.0) as usize).min(9)] += 1;
        let holm = report.interactions.iter().filter_map(|row| row.p_holm);
        family += usize::from(holm.fold(1.0, f64::min) < 0.05);
    }
    assert_rate(at_five, REPS, 0.05, "found where there is none");
    for count in tenths {
        assert!((140..=260).contains(&count), "p is not uniform: {tenths:?}");
    }
    // The four tests share cells, so the family errs at most at its level.
    assert!((family as f64) < 0.065 * REPS as f64, "any of the family: {family}");
}

/// Whether an interval from these weights on cell means covers the true leverage at 95 ± 1.5 %.
fn recovers(weights: &[(u32, f64)]) -> bool {
    let covered = |seed: &u64| {
        let (strata, _, _) = strata(&[normal_cells(&LEVERAGE, &TRUTH, *seed)], &[0, 1, 2, 4, 7]);
        let found =
            moments(&strata, &Combination::same(&strata, weights)).expect("all cells have people");
        let half = crate::distribution::t_quantile(0.95, found.df)
            * found.variance.expect("all cells have people").sqrt();
        (found.estimate - leverage_of(&TRUTH)).abs() <= half
    };
    let hits = (0..REPS as u64).filter(covered).count();
    (hits as f64 / REPS as f64 - 0.95).abs() <= 0.015
}

#[test]
fn wrong_formulas_do_not_recover_the_truth() {
    let right = leverage_weights(3);
    assert!(recovers(&right));
    let with_baseline = |times: f64| -> Vec<(u32, f64)> {
        right.iter().map(|(on, weight)| (*on, if *on == 0 { times } else { *weight })).collect()
    };
    assert!(!recovers(&with_baseline(0.0)), "means instead of effects");
    assert!(!recovers(&with_baseline(1.0)), "the baseline taken off too rarely");
    assert!(!recovers(&with_baseline(3.0)), "the baseline taken off too often");
    let all_minus_none = [(7, 1.0), (0, -1.0)];
    assert!(!recovers(&all_minus_none), "the joint effect instead of what is beyond the parts");
}

#[test]
fn rates_are_covered() {
    let names = channels(2);
    let rate = |on: u32| [0.05, 0.08, 0.07, 0.14][on as usize];
    let (mut hits, truth) = (0, 0.14 - 0.08 - 0.07 + 0.05);
    for seed in 0..REPS as u64 {
        let mut chance = Chance::new(seed);
        let cell = |on: u32| {
            let sums = people(600, || f64::from(u8::from(chance.uniform() < rate(on))));
            Cell { on, sums }
        };
        let cells = [(0..4).map(cell).collect::<Vec<_>>()];
        let report = leverage(&Question::new(&names, &cells));
        assert_eq!(report.conversion, None, "it is the conversion");
        hits += usize::from(covers(&report.leverage, truth));
    }
    assert_rate(hits, REPS, 0.95, "coverage of leverage on a rate");
}

/// Outcomes that depend on a covariate whose slope differs by cell, and cells that by chance or
/// design have other covariates.
fn covariate_cells(seed: u64) -> Vec<Cell> {
    let mut chance = Chance::new(seed);
    let cell = |&(on, n): &(u32, u64)| {
        let mut sums = Sums::default();
        for _ in 0..n {
            let x = 2.0 + chance.normal();
            let slope = 1.5 + 0.3 * f64::from(on.count_ones());
            // The mean of x is 2, so that this is the cell's mean over everybody.
            let y = mean(&TRUTH, on) + slope * (x - 2.0) + chance.normal();
            sums.push_with(y, x);
        }
        Cell { on, sums }
    };
    LEVERAGE.iter().map(cell).collect()
}

#[test]
fn a_covariate_narrows_the_interval_and_keeps_its_coverage() {
    let names = channels(3);
    let (mut hits, mut widths) = (0, [0.0; 2]);
    for seed in 0..REPS as u64 {
        let cells = covariate_cells(seed);
        let strip = |cell: &Cell| Cell { sums: Sums { covariate: None, ..cell.sums }, ..*cell };
        let plain = [cells.iter().map(strip).collect::<Vec<_>>()];
        let with = leverage(&Question::new(&names, &[cells])).leverage;
        let without = leverage(&Question::new(&names, &plain)).leverage;
        hits += usize::from(covers(&with, leverage_of(&TRUTH)));
        widths[0] += with.se.expect("identified");
        widths[1] += without.se.expect("identified");
    }
    assert_rate(hits, REPS, 0.95, "coverage with a covariate");
    assert!(widths[0] < 0.6 * widths[1], "narrower by what the covariate explains: {widths:?}");
}

/// Two cohorts without any effect: the later one buys three times as much and has other shares.
fn cohorts(seed: u64) -> [Vec<Cell>; 2] {
    let early = normal_cells(&LEVERAGE, &[(0, 2.0)], seed);
    let shares = [(0, 20), (1, 120), (2, 120), (4, 120), (7, 100)];
    let late = normal_cells(&shares, &[(0, 6.0)], 1_000_000 + seed);
    [early, late]
}

#[test]
fn cohorts_with_other_shares_and_base_rates_do_not_look_like_an_effect() {
    let names = channels(3);
    let (mut apart, mut pooled) = (0, 0);
    for seed in 0..REPS as u64 {
        let cohorts = cohorts(seed);
        let together = [cohorts.iter().flatten().cloned().collect::<Vec<_>>()];
        apart += usize::from(covers(&leverage(&Question::new(&names, &cohorts)).leverage, 0.0));
        pooled += usize::from(covers(&leverage(&Question::new(&names, &together)).leverage, 0.0));
    }
    assert_rate(apart, REPS, 0.95, "coverage over cohorts");
    assert!(pooled < REPS / 20, "pooling cells must fall into the trap: {pooled}");
}

#[test]
fn looking_every_day_finds_nothing_where_nothing_is_only_with_the_sequence() {
    let names = channels(2);
    let (mut sequence, mut fixed) = (0, 0);
    let reps = 400;
    for seed in 0..reps as u64 {
        let mut chance = Chance::new(seed);
        let mut cells: Vec<Cell> = (0..4).map(|on| Cell { on, sums: Sums::default() }).collect();
        let (mut left, mut rejected) = (false, false);
        for _ in 0..60 {
            for cell in &mut cells {
                cell.sums.merge(&people(50, || chance.normal()));
            }
            let found = leverage(&Question::new(&names, &[cells.clone()])).leverage;
            left |= found.sequence_low.is_some_and(|low| 0.0 < low);
            left |= found.sequence_high.is_some_and(|high| high < 0.0);
            rejected |= !covers(&found, 0.0);
        }
        sequence += usize::from(left);
        fixed += usize::from(rejected);
    }
    assert!(sequence <= reps / 20, "false alarms of the sequence: {sequence} of {reps}");
    assert!(reps / 8 < fixed, "the fixed interval must fail this: {fixed} of {reps}");
}

fn set_of(names: &[String], all: &[String]) -> u32 {
    let bit = |name: &String| all.iter().position(|other| other == name).expect("a channel");
    names.iter().map(|name| 1 << bit(name)).sum()
}
