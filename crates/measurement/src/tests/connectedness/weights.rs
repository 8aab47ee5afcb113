//! Weights are learned where there is something to learn, and stay equal where there is not.

use super::super::slow;
use super::super::truth::Chance;
use crate::{LearnedWeights, PARTS, Retained, learn_weights};

const ALL: [bool; PARTS] = [true; PARTS];

fn people(seed: u64, n: u64, pull: [f64; PARTS]) -> Vec<Retained> {
    let mut chance = Chance::new(seed);
    let mut person = |key: u64| {
        let parts: [f64; PARTS] = std::array::from_fn(|_| chance.uniform());
        let logit: f64 = parts.iter().zip(pull).map(|(part, pull)| (part - 0.5) * pull).sum();
        let stayed = chance.uniform() < 1.0 / (1.0 + (-logit).exp());
        Retained { parts, stayed, key }
    };
    (0..n).map(&mut person).collect()
}

fn learn(people: &[Retained]) -> LearnedWeights {
    learn_weights(people, ALL, 0.95)
}

#[test]
fn what_keeps_people_gets_the_weight_and_a_placebo_about_none() {
    let found = learn(&people(1, 8_000, [4.0, 2.0, 2.0, 0.0, 0.0, -3.0]));
    assert!(found.used, "{}", found.reason);
    let weights = found.as_array();
    let truth = [0.5, 0.25, 0.25, 0.0, 0.0, 0.0];
    for (it, (weight, truth)) in found.weights.iter().zip(weights.iter().zip(truth)) {
        assert!((weight - truth).abs() < 0.06, "{weights:?}");
        let (low, high) = (it.learned_low.expect("known"), it.learned_high.expect("known"));
        assert!(low <= *weight && *weight <= high);
        assert!(low - 0.02 <= truth && truth <= high + 0.02, "{it:?}");
    }
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(found.loss < found.loss_equal && found.loss_equal < found.loss_none);
}

#[test]
fn weights_learned_from_chance_stay_equal() {
    let tries = if slow() { 400 } else { 8 };
    let used = (0..tries).filter(|seed| learn(&people(*seed, 600, [0.0; PARTS])).used).count();
    assert!(used as f64 <= 0.025 * tries as f64, "{used} of {tries}");
}

#[test]
fn where_equal_weights_are_right_they_stay() {
    let tries = if slow() { 400 } else { 8 };
    let used = (0..tries).filter(|seed| learn(&people(*seed, 600, [1.0; PARTS])).used).count();
    assert!(used as f64 <= 0.025 * tries as f64, "{used} of {tries}");
    let found = learn(&people(1, 2_000, [1.0; PARTS]));
    assert!(found.as_array().iter().all(|it| (it - 1.0 / 6.0).abs() < 1e-12));
    assert!(found.reason.contains("do not surely predict better"), "{}", found.reason);
}

#[test]
fn the_split_goes_by_key_and_not_by_place() {
    let pull = [3.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    let mut all = people(5, 1_000, pull);
    let found = learn(&all);
    all.reverse();
    let other = learn(&all);
    assert_eq!(found.used, other.used);
    for (a, b) in found.as_array().iter().zip(other.as_array()) {
        assert!((a - b).abs() < 1e-6);
    }
    assert!((found.loss.expect("known") - other.loss.expect("known")).abs() < 1e-9);
}

#[test]
fn where_nothing_can_be_learned_it_says_why() {
    let reason = |people: &[Retained], known: [bool; PARTS]| {
        let found = learn_weights(people, known, 0.95);
        assert!(!found.used);
        found.reason
    };
    assert!(reason(&people(1, 120, [0.0; PARTS]), ALL).contains("at least 100 of each"));
    assert!(reason(&[], ALL).contains("0 people stayed and 0 left"));
    let mut one = [false; PARTS];
    one[2] = true;
    assert!(reason(&people(1, 500, [0.0; PARTS]), one).contains("fewer than two known parts"));
    // All parts drive people away.
    let away = reason(&people(1, 2_000, [-2.0; PARTS]), ALL);
    assert_eq!(away, "no part goes together with staying");
    // Two parts that are one, and one that never differs.
    let mut twins = people(1, 2_000, [4.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    for it in &mut twins {
        it.parts[1] = it.parts[0];
        it.parts[5] = 0.5;
    }
    let found = learn(&twins);
    assert!(found.as_array().iter().all(|it| it.is_finite()), "{found:?}");
    twins[0].parts[0] = f64::NAN;
    assert_eq!(learn(&twins).people, 1_999);
}
