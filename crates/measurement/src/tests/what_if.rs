//! The truth of a known other rule must be covered at the nominal rate, a rule that changes nothing
//! must be found to differ at the rate of chance, and a wrong formula must fail the same test.

use super::slow;
use super::truth::Chance;
use crate::what_if::{Decision, Possible, problem_of, what_if};

/// Kinds of things that can be done, two to a group.
const KINDS: usize = 6;
const PER_PERSON: usize = 5;

/// A market in which people differ: what a kind brings to everybody, and to a person.
struct World {
    brings: [f64; KINDS],
    spread: f64,
}

const MARKET: World = World { brings: [0.05, 0.10, 0.15, 0.08, 0.20, 0.12], spread: 0.6 };
/// Whatever is done brings the same.
const FLAT: World = World { brings: [0.12; KINDS], spread: 0.6 };

/// The rule that decided leans to some kinds, more so for keen people, above a floor.
fn logged(keen: f64) -> Vec<f64> {
    let lean: Vec<f64> = (0..KINDS).map(|k| 1.0 + keen * k as f64).collect();
    let total: f64 = lean.iter().sum();
    lean.iter().map(|it| 0.2 / KINDS as f64 + 0.8 * it / total).collect()
}

/// The other rule leans to the fifth kind.
fn target() -> Vec<f64> {
    let mut target = vec![0.08; KINDS];
    target[4] = 0.6;
    target
}

/// Decisions of `people`, and what the other rule would have brought these very people.
fn decisions(world: &World, people: usize, seed: u64) -> (Vec<Decision>, f64) {
    let mut chance = Chance::new(seed);
    let (mut made, mut truth) = (Vec::new(), 0.0);
    for person in 0..people {
        let keen = 1.0 + world.spread * (2.0 * chance.uniform() - 1.0);
        for _ in 0..PER_PERSON {
            let (logged, target) = (logged(keen), target());
            let taken = pick(&logged, chance.uniform());
            let brings = |k: usize| (world.brings[k] * keen).min(1.0);
            truth += target.iter().enumerate().map(|(k, p)| p * brings(k)).sum::<f64>();
            let response = f64::from(chance.uniform() < brings(taken));
            let possible = (0..KINDS).map(|k| Possible {
                kind: k as u32,
                group: k as u32 / 2,
                logged: logged[k],
                target: target[k],
            });
            made.push(Decision {
                person: person as u32,
                fold: (person % 2) as u8,
                possible: possible.collect(),
                taken,
                response,
            });
        }
    }
    let n = made.len() as f64;
    (made, truth / n)
}

/// Within three standard errors of a count of so many.
fn assert_rate(hits: usize, reps: usize, what: &str) {
    let (rate, n) = (hits as f64 / reps as f64, reps as f64);
    let margin = 3.0 * (0.95 * 0.05 / n).sqrt();
    assert!((rate - 0.95).abs() <= margin, "{what}: {rate:.4}, within {margin:.4} of 0.95");
}

fn pick(weights: &[f64], mut draw: f64) -> usize {
    for (index, weight) in weights.iter().enumerate() {
        if draw < *weight {
            return index;
        }
        draw -= weight;
    }
    weights.len() - 1
}

/// The mean over all people of what the rule brings: the keen are on average 1.
fn expected(world: &World, rule: impl Fn(f64) -> Vec<f64>) -> f64 {
    let steps = 2_000;
    let of = |step: usize| {
        let keen = 1.0 + world.spread * (2.0 * (step as f64 + 0.5) / steps as f64 - 1.0);
        let rule = rule(keen);
        rule.iter().zip(world.brings).map(|(p, it)| p * (it * keen).min(1.0)).sum::<f64>()
    };
    (0..steps).map(of).sum::<f64>() / steps as f64
}

#[test]
fn each_estimate_covers_the_truth_and_a_wrong_one_does_not() {
    let (reps, people) = if slow() { (4_000, 400) } else { (800, 200) };
    let truth = expected(&MARKET, |_| target());
    let gain = truth - expected(&MARKET, logged);
    let mut hits = [0_usize; 6];
    let mut naive = 0;
    for seed in 0..reps as u64 {
        let (made, _) = decisions(&MARKET, people, seed);
        let report = what_if(&made, 0.95);
        let all = [&report.inverse_propensity, &report.self_normalised, &report.doubly_robust];
        let covers = |it: &crate::Estimate, truth: f64| {
            let (low, high) = (it.low.expect("low"), it.high.expect("high"));
            usize::from(low <= truth && truth <= high)
        };
        for (i, it) in all.iter().enumerate() {
            hits[i] += covers(&it.value, truth);
            hits[3 + i] += covers(&it.difference, gain);
        }
        // Negative control: what was brought, taken for what the other rule would bring.
        naive += covers(&report.logged, truth);
    }
    for (hit, name) in hits.into_iter().zip(["ips", "snips", "dr", "Δ ips", "Δ snips", "Δ dr"]) {
        assert_rate(hit, reps, name);
    }
    assert!(naive < reps * 8 / 10, "the wrong estimate covered {naive} of {reps}");
}

#[test]
fn a_rule_that_changes_nothing_is_found_to_differ_at_the_rate_of_chance() {
    let (reps, people) = if slow() { (4_000, 400) } else { (800, 200) };
    let mut found = [0_usize; 3];
    for seed in 0..reps as u64 {
        let (made, _) = decisions(&FLAT, people, 10_000 + seed);
        let report = what_if(&made, 0.95);
        let all = [&report.inverse_propensity, &report.self_normalised, &report.doubly_robust];
        for (found, it) in found.iter_mut().zip(all) {
            *found += usize::from(it.difference.p.is_some_and(|p| p < 0.05));
        }
    }
    for (found, name) in found.into_iter().zip(["ips", "snips", "dr"]) {
        assert_rate(reps - found, reps, name);
    }
}

#[test]
fn the_same_rule_brings_what_it_brought() {
    let (mut made, _) = decisions(&MARKET, 60, 3);
    for it in made.iter_mut().flat_map(|it| &mut it.possible) {
        it.target = it.logged;
    }
    let report = what_if(&made, 0.95);
    let mean = made.iter().map(|it| it.response).sum::<f64>() / made.len() as f64;
    assert_eq!((report.mean_weight, report.largest_weight), (1.0, 1.0));
    assert!((report.effective_n - made.len() as f64).abs() < 1e-9);
    for it in [&report.inverse_propensity, &report.self_normalised] {
        assert!((it.value.estimate.expect("one") - mean).abs() < 1e-12);
        assert!(it.difference.estimate.expect("one").abs() < 1e-12);
    }
    // The model has errors of its own, which correct each other only on average.
    assert!(report.doubly_robust.difference.p.expect("one") > 0.001);
}

/// By hand: two people, three decisions, and no more than the definitions.
#[test]
fn the_definitions_by_hand() {
    let decision = |person, fold, logged: [f64; 2], target: [f64; 2], taken, response| Decision {
        person,
        fold,
        possible: (0..2)
            .map(|k| Possible { kind: k as u32, group: 0, logged: logged[k], target: target[k] })
            .collect(),
        taken,
        response,
    };
    let made = [
        decision(1, 0, [0.5, 0.5], [1.0, 0.0], 0, 1.0),
        decision(1, 0, [0.8, 0.2], [0.4, 0.6], 1, 0.0),
        decision(2, 1, [0.25, 0.75], [0.5, 0.5], 0, 3.0),
    ];
    let report = what_if(&made, 0.95);
    // Weights 2, 3, 2; sums 2·1 + 0 + 2·3 = 8.
    let close =
        |a: Option<f64>, b: f64| assert!((a.expect("known") - b).abs() < 1e-12, "{a:?} {b}");
    close(report.inverse_propensity.value.estimate, 8.0 / 3.0);
    close(report.self_normalised.value.estimate, 8.0 / 7.0);
    close(report.logged.estimate, 4.0 / 3.0);
    close(Some(report.effective_n), 49.0 / 17.0);
    // Model for person 1 from person 2: everything is 3. Terms 3 + 2(1−3) = −1, 3 + 3(0−3) = −6.
    // For person 2 from person 1: mean 0.5; kind 0 is (1 + 20·0.5)/21 = 11/21, kind 1 10/21; the
    // group (1 + 20·0.5)/22 = 0.5. Term 0.5 + 2(3 − 11/21).
    let third = 0.5 + 2.0 * (3.0 - 11.0 / 21.0);
    close(report.doubly_robust.value.estimate, (-1.0 - 6.0 + third) / 3.0);
    // Influence 2·1 − 8/3 and 0 − 8/3 for person 1, 6 − 8/3 for person 2: −10/3 and 10/3.
    let se = (2.0 * (100.0 / 9.0) * 2.0_f64).sqrt() / 3.0;
    close(report.inverse_propensity.value.se, se);
}

#[test]
fn what_cannot_be_used_is_named() {
    let (made, _) = decisions(&MARKET, 3, 1);
    let broken = |change: fn(&mut Decision)| {
        let mut made = made.clone();
        change(&mut made[1]);
        let (place, says) = problem_of(&made).expect("a problem");
        assert_eq!(place, 1);
        assert!(what_if(&made, 0.95).insufficient.is_some());
        says
    };
    assert_eq!(broken(|it| it.taken = 99), "what was done is not among what was possible");
    assert_eq!(broken(|it| it.response = f64::NAN), "the response is not a finite number");
    assert_eq!(
        broken(|it| it.possible[0].target = 0.9),
        "the other rule's probabilities do not add up to 1"
    );
    assert_eq!(
        broken(|it| it.possible[0].logged = 2.0),
        "a probability does not lie between 0 and 1"
    );
    assert!(
        broken(|it| {
            it.possible[0].logged = 0.0;
            it.possible[1].logged += 0.1;
            it.taken = 1;
            let rest: f64 = it.possible.iter().skip(1).map(|p| p.logged).sum();
            it.possible.iter_mut().skip(1).for_each(|p| p.logged /= rest);
        })
        .contains("nothing is known of that")
    );
    assert_eq!(what_if(&[], 0.95).insufficient.as_deref(), Some("there are no decisions"));
}

#[test]
fn wrong_probabilities_raise_an_alarm_and_few_decisions_are_not_enough() {
    let (mut made, _) = decisions(&MARKET, 400, 5);
    assert!(what_if(&made, 0.95).warnings.is_empty());
    for it in &mut made {
        // The rule is written down as if it had been even.
        it.possible.iter_mut().for_each(|p| p.logged = 1.0 / KINDS as f64);
    }
    let warnings = what_if(&made, 0.95).warnings;
    assert!(warnings.iter().any(|it| it.contains("not those that decided")), "{warnings:?}");
    let (few, _) = decisions(&MARKET, 10, 5);
    assert!(what_if(&few, 0.95).insufficient.is_some_and(|it| it.contains("people")));
}
