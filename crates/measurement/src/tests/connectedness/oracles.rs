//! The numbers of scipy: both maxima, beta distributions, posterior means.

use serde_json::Value;

use super::evidence;
use crate::connectedness::beta_quantile;
use crate::{BetaPrior, EvidenceTally};

const SCIPY: &str = include_str!("../../../../../fixtures/oracles/connectedness_scipy.json");

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn counts(value: &Value) -> Vec<u64> {
    value.as_array().expect("a list").iter().map(|it| it.as_u64().expect("a count")).collect()
}

#[track_caller]
fn assert_near(got: f64, expected: f64, relative: f64, what: &str) {
    let room = relative * expected.abs();
    assert!((got - expected).abs() <= room, "{what}: {got} is not {expected}");
}

#[test]
fn the_distribution_over_people_is_the_one_that_scipy_finds() {
    let all: Value = serde_json::from_str(SCIPY).expect("JSON");
    for case in all["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let people = counts(&case["yes"]).into_iter().zip(counts(&case["of"]));
        let tally = EvidenceTally::of(people.map(|(yes, of)| evidence(yes, of)));
        let vague = BetaPrior::fit(&tally).expect("people differ");
        // Theirs walks by values alone, which are flat to 1e-13 at the top.
        compare(name, &vague, &case["vague"]);
        let likely = BetaPrior::most_likely(&tally);
        match case.get("likely") {
            Some(theirs) => compare(name, &likely.expect("a maximum"), theirs),
            None => println!("{name}: {likely:?}"),
        }
        for person in case["people"].as_array().expect("people") {
            let count = |name: &str| person[name].as_u64().expect("a count");
            let mean = vague.mean_given(evidence(count("yes"), count("of")));
            assert_near(mean, number(&person["mean"]), 1e-6, name);
        }
    }
}

#[track_caller]
fn compare(name: &str, ours: &BetaPrior, theirs: &Value) {
    assert_near(ours.mean(), number(&theirs["mean"]), 1e-6, name);
    assert_near(ours.strength(), number(&theirs["strength"]), 1e-5, name);
    assert_near(ours.shapes()[0], number(&theirs["a"]), 1e-5, name);
    let theirs = number(&theirs["log_likelihood"]) - number(&theirs["coefficients"]);
    // Theirs are differences of ln Γ at large numbers.
    assert_near(ours.log_likelihood, theirs, 1e-8, name);
}

#[test]
fn the_ends_of_beta_distributions_are_those_of_scipy() {
    let all: Value = serde_json::from_str(SCIPY).expect("JSON");
    for it in all["quantiles"].as_array().expect("quantiles") {
        let of = |name: &str| number(&it[name]);
        let ours = beta_quantile(of("a"), of("b"), of("p"));
        // An end below 1e-20 is 0.
        if 1e-20 < of("x") {
            assert_near(ours, of("x"), 1e-7, &it.to_string());
        }
    }
}
