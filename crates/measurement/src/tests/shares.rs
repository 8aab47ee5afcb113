//! The shares are the best ones, and the sizes in the documents come out of them.

use proptest::prelude::*;

use super::truth::{assert_rate, normal_cells};
use crate::leverage::leverage_weights;
use crate::{
    Design, Horizon, INSIDE_ALL_ON, Outcome, Plan, Question, leverage, power, shares,
    shares_of_everyone,
};

/// N Var / σ² of leverage, where those with all on stand outside the panel and are many.
fn people_per_precision(shares: &[(u32, f64)], k: usize) -> f64 {
    let share = |on: u32| shares.iter().find(|cell| cell.0 == on).map_or(0.0, |cell| cell.1);
    let all = (1 << k) - 1;
    let withheld = leverage_weights(k).into_iter().filter(|cell| cell.0 != all);
    withheld.map(|(on, weight)| weight * weight / share(on)).sum()
}

#[test]
fn the_leverage_design_needs_fewer_people_by_the_stated_factor() {
    for (k, ours, factorials) in [(2, 9.0, 12.0), (3, 25.0, 56.0), (6, 121.0, 1_984.0)] {
        let ours_now =
            people_per_precision(&shares(Design::Leverage, k), k) * (1.0 - INSIDE_ALL_ON);
        // Likewise with equal cells before the all-on cell took more than its part.
        let equal = 1.0 / f64::from(1_u32 << k);
        let kept = (1.0 - INSIDE_ALL_ON.max(equal)) / (1.0 - equal);
        let factorial_now = people_per_precision(&shares(Design::Factorial, k), k) * kept;
        assert!((ours_now - ours).abs() < 1e-9, "k = {k}: {ours_now}");
        assert!((factorial_now - factorials).abs() < 1e-9, "k = {k}: {factorial_now}");
    }
}

#[test]
fn shares_are_of_everybody_and_add_up() {
    for k in 1..=8 {
        for design in Design::ALL {
            let total = |cells: Vec<(u32, f64)>| cells.iter().map(|cell| cell.1).sum::<f64>();
            assert!((total(shares(design, k)) - 1.0).abs() < 1e-12, "{design:?} {k}");
            assert!((total(shares_of_everyone(design, k, 0.1)) - 1.0).abs() < 1e-12);
            let cells = shares(design, k);
            assert!(cells.is_sorted_by(|a, b| a.0 < b.0), "each cell once, in order");
        }
    }
    // None, three singles, three pairs and all; none : single : pair = √7 : √3 : 1.
    let pairs = shares(Design::Pairs, 3);
    let share = |on: u32| pairs.iter().find(|cell| cell.0 == on).expect("a cell").1;
    assert!((share(0) / share(0b011) - 7.0_f64.sqrt()).abs() < 1e-12);
    assert!((share(0b100) / share(0b101) - 3.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!(share(0b111), INSIDE_ALL_ON);
}

proptest! {
    #[test]
    fn no_other_shares_of_the_panel_are_better(
        k in 2_usize..7, push in prop::collection::vec(0.2..5.0_f64, 8),
    ) {
        let best = shares(Design::Leverage, k);
        let all = (1 << k) - 1;
        let mut other: Vec<(u32, f64)> = best.iter().filter(|cell| cell.0 != all).copied().collect();
        other.iter_mut().zip(push).for_each(|(cell, factor)| cell.1 *= factor);
        let total: f64 = other.iter().map(|cell| cell.1).sum();
        other.iter_mut().for_each(|cell| cell.1 *= (1.0 - INSIDE_ALL_ON) / total);
        let (ours, theirs) = (people_per_precision(&best, k), people_per_precision(&other, k));
        prop_assert!(ours <= theirs * (1.0 + 1e-12));
    }
}

/// Equal spread in all cells, k = 3.
const PLAN: Plan = Plan {
    outcome: Outcome::Amount { mean: 3.0, sd: 1.0 },
    channels: 3,
    panel: 0.5,
    design: Design::Leverage,
    people_per_week: 400.0,
    alpha: 0.05,
    power: 0.8,
    horizon: Horizon::Weeks(5.0),
    together: None,
};

#[test]
fn the_smallest_visible_leverage_is_seen_in_four_of_five_panels() {
    let plan = power(&PLAN).expect("a plan that makes sense");
    let size = plan.minimum_detectable.leverage;
    let sizes: Vec<(u32, u64)> = plan
        .cells
        .iter()
        .map(|cell| {
            let on = cell.on.iter().map(|number| 1_u32 << (number - 1)).sum();
            (on, cell.people.round() as u64)
        })
        .collect();
    let names = super::truth::channels(3);
    let seen = |seed: u64| {
        // The spread in `normal_cells` grows with what is on; take the growth out again.
        let mut cells = normal_cells(&sizes, &[], seed);
        for cell in &mut cells {
            let spread = 1.0 + 0.5 * f64::from(cell.on.count_ones());
            cell.sums.mean = cell.sums.mean / spread + if cell.on == 7 { size } else { 0.0 };
            cell.sums.m2 /= spread * spread;
        }
        let found = leverage(&Question::new(&names, &[cells])).leverage;
        found.p.expect("identified") < 0.05
    };
    let hits = (0..2_000).filter(|seed| seen(*seed)).count();
    let rate = hits as f64 / 2_000.0;
    assert!((rate - 0.8).abs() < 0.027, "three standard errors around 0.8: {rate}");
}

#[test]
fn weeks_and_leverage_ask_the_same_from_two_sides() {
    let smallest = power(&PLAN).expect("sense").minimum_detectable.leverage;
    let plan = Plan { horizon: Horizon::Leverage(smallest), ..PLAN };
    assert!((power(&plan).expect("sense").weeks - 5.0).abs() < 1e-9);
    let four_times = Plan { horizon: Horizon::Weeks(20.0), ..PLAN };
    let half = power(&four_times).expect("sense").minimum_detectable.leverage;
    assert!((half - smallest / 2.0).abs() < 1e-12);
}

#[test]
fn a_panel_costs_what_its_withheld_messages_would_have_brought() {
    // Half of the people are in the panel; 2/5 of 95 % of it get nothing, 3/5 one channel of three:
    // 0.5 × 0.95 × (0.4 + 0.6 × 2/3) of 400 people a week, each 0.30 worth.
    let plan = power(&Plan { together: Some(0.30), ..PLAN }).expect("sense");
    let forgone = plan.forgone.expect("known");
    assert!((forgone.per_week - 0.5 * 0.95 * 0.8 * 400.0 * 0.30).abs() < 1e-9, "{forgone:?}");
    assert!((forgone.total - 5.0 * forgone.per_week).abs() < 1e-9);
    assert_eq!(power(&PLAN).expect("sense").forgone, None);
}

#[test]
fn a_plan_without_sense_says_which_number_is_wrong() {
    let complaint = |plan: Plan| power(&plan).expect_err("refused");
    assert!(complaint(Plan { panel: 0.0, ..PLAN }).contains("panel"));
    assert!(complaint(Plan { outcome: Outcome::Rate(1.5), ..PLAN }).contains("rate"));
    assert!(complaint(Plan { channels: 1, ..PLAN }).contains("two or more"));
    assert!(complaint(Plan { horizon: Horizon::Leverage(0.0), ..PLAN }).contains("leverage"));
}

#[test]
fn cell_counts_are_reached_at_the_nominal_rate_in_small_panels() {
    // A sample ratio that is right alarms at its level: 5 % at p < 0.05.
    let mut chance = super::truth::Chance::new(7);
    let declared = shares(Design::Leverage, 3);
    let names = super::truth::channels(3);
    let off = (0..2_000)
        .filter(|_| {
            let mut counts = vec![0_u64; declared.len()];
            for _ in 0..400 {
                let mut left = chance.uniform();
                let at = declared.iter().position(|cell| {
                    left -= cell.1;
                    left < 0.0
                });
                counts[at.unwrap_or(0)] += 1;
            }
            let sizes: Vec<(u32, u64)> =
                declared.iter().zip(counts).map(|(cell, n)| (cell.0, n)).collect();
            let cells = [normal_cells(&sizes, &[], 1)];
            let question =
                Question { expected_shares: Some(&declared), ..Question::new(&names, &cells) };
            leverage(&question).sample_ratio.expect("declared").p < 0.05
        })
        .count();
    assert_rate(off, 2_000, 0.05, "false alarms of the sample ratio");
}
