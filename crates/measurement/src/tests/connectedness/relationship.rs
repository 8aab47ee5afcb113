//! Return on relationship: a ratio of two differences, with the truth in its set.

use super::super::slow;
use super::super::truth::Chance;
use crate::{RatioKind, Sums, return_on_relationship};

/// People whose value grows with what they cost, 2.5 a unit.
fn arm(chance: &mut Chance, n: u64, cost: f64) -> Sums {
    let mut sums = Sums::default();
    for _ in 0..n {
        let own = if cost == 0.0 { 0.0 } else { cost * (0.5 + chance.uniform()) };
        sums.push_with(10.0 + 2.5 * own + 3.0 * chance.normal(), own);
    }
    sums
}

#[test]
fn the_return_is_held_by_its_set() {
    let (tries, room) = if slow() { (20_000, 0.005) } else { (1_000, 0.02) };
    let mut missed = 0.0;
    for seed in 0..tries {
        let mut chance = Chance::new(seed);
        let treated = arm(&mut chance, 200, 4.0);
        let holdout = arm(&mut chance, 60, 0.0);
        let found = return_on_relationship(&treated, &holdout, 0.95).per_cost;
        let (low, high) = (found.low.expect("known"), found.high.expect("known"));
        assert_eq!(found.kind, Some(RatioKind::Bounded));
        missed += f64::from(u8::from(2.5 < low || high < 2.5));
    }
    let rate = missed / tries as f64;
    assert!((rate - 0.05).abs() <= room, "{rate}");
}

#[test]
fn a_certain_cost_only_divides() {
    let mut chance = Chance::new(1);
    let mut sums = |mean: f64, cost: f64| {
        let mut sums = Sums::default();
        (0..100).for_each(|_| sums.push_with(mean + chance.normal(), cost));
        sums
    };
    let found = return_on_relationship(&sums(5.0, 2.0), &sums(1.0, 0.0), 0.95);
    let (gain, per_cost) = (&found.gain, &found.per_cost);
    for (gain, per_cost) in
        [(gain.estimate, per_cost.estimate), (gain.low, per_cost.low), (gain.high, per_cost.high)]
    {
        let (gain, per_cost) = (gain.expect("known"), per_cost.expect("known"));
        assert!((gain / 2.0 - per_cost).abs() < 1e-9, "{found:?}");
    }
}

#[test]
fn without_more_cost_there_is_no_return() {
    let mut chance = Chance::new(1);
    let (treated, holdout) = (arm(&mut chance, 100, 1e-9), arm(&mut chance, 100, 1e-9));
    let found = return_on_relationship(&treated, &holdout, 0.95);
    assert_eq!(found.per_cost.estimate, None);
    assert!(found.insufficient.expect("a reason").contains("does not surely cost more"));
    let free = Sums::of(&[1.0; 20]);
    let found = return_on_relationship(&free, &free, 0.95);
    assert_eq!((found.per_cost.estimate, found.per_cost.low), (None, None));
    let few = return_on_relationship(&Sums::of(&[1.0; 20]), &Sums::of(&[1.0; 9]), 0.95);
    assert!(few.insufficient.expect("a reason").contains("at least 10 of each"));
}
