//! The theory of Naik and Raman (2003), and the best split against trying everything.

use proptest::prelude::*;

use super::{ask, assert_near};
use crate::{Effects, Effort, Named, allocate, best_efforts, kalman};

fn two(first: f64, second: f64, kappa: f64, carry: f64) -> Effects {
    Effects {
        direct: vec![first, second],
        synergy: vec![vec![0.0, kappa], vec![kappa, 0.0]],
        carry,
    }
}

#[test]
fn the_optimum_is_that_of_the_paper() {
    // u₁ = m (2 (1−λ) β₁ + m κ β₂) / (4 (1−λ)² − m² κ²), and the same with 1 and 2 exchanged.
    for (a, b, kappa, carry, m) in [
        (0.5, 0.3, 0.0, 0.0, 1.0),
        (0.5, 0.3, 0.4, 0.5, 0.8),
        (1.0, 1.0, 0.2, 0.3, 2.0),
        (0.7, 0.0, 0.5, 0.6, 0.9),
    ] {
        let rest = 1.0 - carry;
        let below = 4.0 * rest * rest - m * m * kappa * kappa;
        let first = m * (2.0 * rest * a + m * kappa * b) / below;
        let second = m * (2.0 * rest * b + m * kappa * a) / below;
        let found = best_efforts(&two(a, b, kappa, carry), m).expect("a best budget");
        assert_near(found[0], first, 1e-9, "first");
        assert_near(found[1], second, 1e-9, "second");
    }
}

/// Budget, and the share of the second, which is the weaker one.
fn optimum(kappa: f64) -> (f64, f64) {
    let efforts = best_efforts(&two(0.6, 0.3, kappa, 0.5), 0.5).expect("a best budget");
    let spend: Vec<f64> = efforts.iter().map(|it| it * it).collect();
    (spend[0] + spend[1], spend[1] / (spend[0] + spend[1]))
}

#[test]
fn with_synergy_the_budget_grows_and_more_of_it_goes_to_the_weaker() {
    let steps: Vec<(f64, f64)> = (0..18).map(|i| optimum(0.1 * f64::from(i))).collect();
    for pair in steps.windows(2) {
        assert!(pair[0].0 < pair[1].0, "the budget grows: {steps:?}");
        assert!(pair[0].1 < pair[1].1, "the weaker gains: {steps:?}");
    }
    assert!(steps.iter().all(|it| it.1 < 0.5), "and stays the weaker: {steps:?}");
    // Where synergy outruns the cost there is no best budget.
    assert_eq!(best_efforts(&two(0.6, 0.3, 2.0, 0.5), 0.5), None);
}

#[test]
fn what_has_no_effect_of_its_own_is_paid_for_as_a_catalyst() {
    let alone = best_efforts(&two(0.6, 0.0, 0.0, 0.5), 0.5).expect("a best budget");
    let catalyst = best_efforts(&two(0.6, 0.0, 0.8, 0.5), 0.5).expect("a best budget");
    assert_eq!(alone[1], 0.0);
    assert!(0.1 < catalyst[1]);
    let harmful = best_efforts(&two(0.6, -0.3, 0.1, 0.5), 0.5).expect("a best budget");
    assert_eq!(harmful[1], 0.0, "nobody spends below nothing");
}

#[test]
fn a_fixed_budget_moves_to_the_weaker_as_synergy_grows() {
    let share = |kappa: f64| {
        let bounds = [(0.0, 10.0); 2];
        let spend = allocate(&two(0.6, 0.3, kappa, 0.5), Effort::Root, 10.0, &bounds);
        spend.expect("possible")[1] / 10.0
    };
    // Without synergy spend goes by the squares of the effects: 0.09 of 0.45.
    assert_near(share(0.0), 0.2, 1e-6, "share without synergy");
    let shares: Vec<f64> = (0..12).map(|i| share(0.1 * f64::from(i))).collect();
    assert!(shares.windows(2).all(|it| it[0] < it[1]), "{shares:?}");
    assert!(shares[11] < 0.5);
}

/// The best of a grid of whole percents of the budget.
fn tried(effects: &Effects, effort: Effort, budget: f64, bounds: &[(f64, f64)]) -> f64 {
    let mut best = f64::NEG_INFINITY;
    for i in 0..=100_u32 {
        for j in 0..=100 - i {
            let part = |of: u32| budget * f64::from(of) / 100.0;
            let spend = [part(i), part(j), part(100 - i - j)];
            let room = 1e-9 * budget;
            if spend
                .iter()
                .zip(bounds)
                .all(|(s, (low, high))| low - room <= *s && *s <= high + room)
            {
                best = best.max(effects.expected(&spend, effort).iter().sum());
            }
        }
    }
    best
}

/// A split of three media: the first has at least `low` and the second at most `high` percent.
fn check_nothing_tried_beats(
    direct: [f64; 3],
    pairs: [f64; 3],
    budget: f64,
    (low, high): (u32, u32),
    effort: Effort,
) {
    let effects = Effects {
        direct: direct.to_vec(),
        synergy: vec![
            vec![0.0, pairs[0], pairs[1]],
            vec![pairs[0], 0.0, pairs[2]],
            vec![pairs[1], pairs[2], 0.0],
        ],
        carry: 0.4,
    };
    let percent = |of: u32| budget * f64::from(of) / 100.0;
    let bounds = [(percent(low), budget), (0.0, percent(high)), (0.0, budget)];
    let spend = allocate(&effects, effort, budget, &bounds).expect("possible");
    let total: f64 = spend.iter().sum();
    assert!((total - budget).abs() < 1e-9 * budget, "{total} of {budget}");
    for (spend, (low, high)) in spend.iter().zip(&bounds) {
        assert!(low - 1e-9 <= *spend && *spend <= high + 1e-9, "{low} {spend} {high}");
    }
    let found: f64 = effects.expected(&spend, effort).iter().sum();
    let best = tried(&effects, effort, budget, &bounds);
    assert!(best <= found + 1e-6 * best.abs().max(0.1), "{found} {best} {spend:?}");
}

#[test]
fn the_hill_that_no_pair_of_media_led_to_is_found() {
    // The first two together are worth little less than the last two; whoever moves money between
    // two media only comes from the one hill to the other through a valley.
    let direct = [0.109_400_737_426_028_16, 0.168_725_045_074_351_9, -0.403_897_242_861_843_64];
    let pairs = [0.311_093_305_471_611_7, -0.703_789_369_102_037_8, 0.724_865_351_175_850_7];
    let budget = 2.913_071_788_613_341_7;
    check_nothing_tried_beats(direct, pairs, budget, (10, 84), Effort::Linear);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_tried_beats_the_allocation(
        direct in proptest::array::uniform3(-0.5..2.0_f64),
        pairs in proptest::array::uniform3(-1.0..1.0_f64),
        budget in 0.5..5.0_f64,
        low in 0..20_u32,
        high in 30..100_u32,
        root in proptest::bool::ANY,
    ) {
        let effort = if root { Effort::Root } else { Effort::Linear };
        check_nothing_tried_beats(direct, pairs, budget, (low, high), effort);
    }
}

#[test]
fn bounds_that_leave_no_way_are_told() {
    let effects = two(1.0, 0.5, 0.1, 0.2);
    assert_eq!(allocate(&effects, Effort::Linear, 5.0, &[(3.0, 9.0), (3.0, 9.0)]), None);
    assert_eq!(allocate(&effects, Effort::Linear, 5.0, &[(0.0, 2.0), (0.0, 2.0)]), None);
    assert_eq!(allocate(&effects, Effort::Linear, 5.0, &[]), None);
    let exact = allocate(&effects, Effort::Linear, 5.0, &[(0.0, 2.0), (0.0, 3.0)]);
    assert_eq!(exact.expect("one way"), [2.0, 3.0]);
}

#[test]
fn the_model_spends_where_the_market_answers() {
    let market = super::recovery::Market::default();
    let (outcome, media) = market.series(400, 1);
    let bounds = [(0.5, 3.0), (0.5, 3.0)];
    let mut question = ask(&outcome, &media, &[], &[(0, 1)]);
    question.effort = Effort::Linear;
    question.budget = Some((4.0, &bounds));
    let mix = kalman(&question);
    let allocation = mix.allocation.expect("asked for");
    let truth = allocate(&market.effects(), Effort::Linear, 4.0, &bounds).expect("possible");
    let spent: Vec<f64> = allocation.iter().map(|it| it.spend).collect();
    spent
        .iter()
        .zip(&truth)
        .for_each(|(ours, best)| assert!((ours - best).abs() < 0.5, "{spent:?}"));
    let expected: f64 = allocation.iter().map(|it| it.expected).sum();
    let interval = mix.allocation_expected.expect("asked for");
    assert_near(interval.mean, expected, 1e-9, "the whole is the sum of the parts");
    let best: f64 = market.effects().expected(&spent, Effort::Linear).iter().sum();
    assert!(interval.low < best && best < interval.high, "{interval:?} {best}");
    // Spends beyond what was seen are said to be guesses.
    question.budget = Some((400.0, &[(0.0, 400.0), (0.0, 400.0)]));
    assert!(kalman(&question).warnings.iter().any(|it| it.contains("not known from these data")));
    // A margin asks for the budget; a linear effort has none that is best, a root may.
    let roots: Vec<Named> = media
        .iter()
        .map(|it| Named {
            name: it.name.clone(),
            values: it.values.iter().map(|x| x * x).collect(),
        })
        .collect();
    let mut question = ask(&outcome, &roots, &[], &[(0, 1)]);
    (question.effort, question.margin) = (Effort::Root, Some(0.4));
    let optimum = kalman(&question).optimum.expect("a best budget");
    let truth = best_efforts(&market.effects(), 0.4).expect("a best budget");
    for (ours, best) in optimum.iter().zip(truth) {
        assert_near(ours.spend.sqrt(), best, 0.35, &ours.name);
    }
}
