//! The saturated logit: statsmodels' numbers, known truths, and cells without odds.

use serde_json::Value;

use super::truth::{Chance, assert_rate, channels};
use crate::{Cell, ClusterRow, Clusters, Leverage, LogOdds, Question, RawSums, Sums, leverage};

const FACTORIAL: &str =
    include_str!("../../../../fixtures/oracles/factorial_logit_statsmodels.json");
const FACTORIAL_SUMS: &str =
    include_str!("../../../../fixtures/oracles/factorial_2x4_converted.csv");
const HILLSTROM: &str = include_str!("../../../../fixtures/oracles/hillstrom_statsmodels.json");

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number in the oracle")
}

/// Events of people, in the cells 0, 1, 2, …
fn counted(cells: &[(u32, u64, u64)]) -> Vec<Cell> {
    let cell = |&(on, events, n): &(u32, u64, u64)| {
        let raw = RawSums {
            n,
            sum_y: events as f64,
            sum_y2: events as f64,
            nonzero: Some(events),
            ..RawSums::default()
        };
        Cell { on, sums: Sums::from_raw(&raw).expect("possible") }
    };
    cells.iter().map(cell).collect()
}

fn ask(cells: &[(u32, u64, u64)], k: usize) -> Leverage {
    leverage(&Question::new(&channels(k), &[counted(cells)]))
}

/// Theirs stop where Newton's step is under 1e-8, which leaves less than that of a coefficient.
#[track_caller]
fn assert_logit(got: &LogOdds, fit: &Value, name: &str) {
    for (got, expected) in [(got.estimate, &fit["coef"][name]), (got.se, &fit["se"][name])] {
        let (got, expected) = (got.expect("known"), number(expected));
        assert!((got - expected).abs() <= 1e-8 * expected.abs(), "{name}: {got} not {expected}");
    }
}

#[test]
fn the_saturated_logit_is_that_of_statsmodels() {
    let oracle: Value = serde_json::from_str(FACTORIAL).expect("JSON");
    // Content and push do nothing here: the sixteen cells as four.
    let mut cells: Vec<Cell> = (0..4).map(|on| Cell { on, sums: Sums::default() }).collect();
    for line in FACTORIAL_SUMS.lines().skip(1) {
        let field: Vec<u64> = line.split(',').map(|it| it.parse().expect("a count")).collect();
        let sums = counted(&[(0, field[5], field[4])])[0].sums;
        cells[(field[0] + 2 * field[1]) as usize].sums.merge(&sums);
    }
    let names = ["email".to_owned(), "social".to_owned()];
    let found = leverage(&Question::new(&names, &[cells])).log_odds.expect("0 or 1");
    assert_logit(&found.baseline, &oracle, "const");
    for it in &found.interactions {
        assert_logit(&it.log_odds, &oracle, &it.channels.join(":"));
    }
    let both = &found.values[2].log_odds;
    let sum: f64 =
        ["email", "social", "email:social"].map(|it| number(&oracle["coef"][it])).iter().sum();
    assert!((both.estimate.expect("known") - sum).abs() < 1e-8);
    assert_eq!(found.leverage, found.interactions[2].log_odds, "of two channels it is the pair");
    let log_likelihood = found.log_likelihood.expect("counts");
    assert!((log_likelihood - number(&oracle["llf"])).abs() < 1e-8 * log_likelihood.abs());
    assert_eq!(found.variance, "logit");
}

#[test]
fn the_logit_of_hillstrom_is_that_of_statsmodels() {
    let oracle: Value = serde_json::from_str(HILLSTROM).expect("JSON");
    let arm = |(on, arm): (u32, &str)| {
        let counts = &oracle["counts"][format!("{arm}|visit")];
        let n = number(&counts["n"]);
        (on, (number(&counts["mean"]) * n).round() as u64, n as u64)
    };
    let cells = [(0, "No E-Mail"), (1, "Mens E-Mail"), (2, "Womens E-Mail")].map(arm);
    let names = ["mens".to_owned(), "womens".to_owned()];
    let found = leverage(&Question::new(&names, &[counted(&cells)])).log_odds.expect("0 or 1");
    let fit = &oracle["logit_visit"];
    assert_logit(&found.baseline, fit, "const");
    assert_logit(&found.interactions[0].log_odds, fit, "mens");
    assert_logit(&found.interactions[1].log_odds, fit, "womens");
    let log_likelihood = found.log_likelihood.expect("counts");
    assert!((log_likelihood - number(&fit["llf"])).abs() < 1e-8 * log_likelihood.abs());
    let nobody = LogOdds::absent("no people in cell `mens+womens`");
    assert_eq!((&found.leverage, &found.values[2].log_odds), (&nobody, &nobody));
}

#[test]
fn a_cell_of_one_kind_has_no_odds_and_says_so() {
    let found = ask(&[(0, 10, 100), (1, 0, 100), (2, 20, 100), (3, 100, 100)], 2);
    let found = found.log_odds.expect("0 or 1");
    let reason = |it: &LogOdds| {
        assert_eq!((it.estimate, it.low), (None, None));
        it.reason.clone().expect("a reason")
    };
    assert!(reason(&found.interactions[0].log_odds).starts_with("nobody in cell `email` has"));
    assert!(reason(&found.values[2].log_odds).starts_with("everybody in cell `email+social` has"));
    assert!(reason(&found.leverage).contains("cell `email`"));
    assert!(found.values[1].log_odds.low.is_some(), "the others are known");
    // Few of a kind have odds, but no interval, as on the other scale.
    let found = ask(&[(0, 10, 100), (1, 3, 100), (2, 20, 100), (3, 30, 100)], 2);
    let pair = &found.log_odds.expect("0 or 1").interactions[2].log_odds;
    assert!(pair.estimate.is_some() && pair.se.is_some() && pair.low.is_none());
    assert!(pair.reason.as_ref().expect("a reason").contains("3 of 100 people"));
    let amounts = Cell { on: 0, sums: Sums::of(&[0.0, 1.0, 2.5]) };
    assert_eq!(leverage(&Question::new(&channels(2), &[vec![amounts]])).log_odds, None);
}

/// 0.5, 0.9, 0.6 and 0.95: five in a hundred less than the sum, and 1.4 times its odds.
#[test]
fn an_interaction_may_have_two_signs() {
    let n = 100_000;
    let found =
        ask(&[(0, n / 2, n), (1, 9 * n / 10, n), (2, 6 * n / 10, n), (3, 95 * n / 100, n)], 2);
    let log_odds = found.log_odds.as_ref().expect("0 or 1");
    assert!(found.leverage.high.expect("known") < 0.0);
    assert!(0.0 < log_odds.leverage.low.expect("known"));
    let expected = (19.0_f64 / (9.0 * 1.5)).ln();
    assert!((log_odds.leverage.estimate.expect("known") - expected).abs() < 1e-12);
    let said = |it: &&String| it.starts_with("email+social: above zero in people");
    assert_eq!(found.warnings.iter().filter(said).count(), 1, "{:?}", found.warnings);
}

/// The delta method on rows that each stand alone is the logit, but for n − 1 in place of n.
#[test]
fn log_odds_of_means_are_those_of_counts_where_both_are() {
    let counts = [(0, 300, 1_000), (1, 400, 1_000), (2, 350, 1_000), (3, 550, 1_000)];
    let counted_logit = ask(&counts, 2).log_odds.expect("0 or 1");
    let mut clusters = Clusters::new(false, 0);
    for (on, events, n) in counts {
        for i in 0..n {
            let y = if i < events { 1.0 } else { 0.0 };
            clusters.push(ClusterRow { cluster: 0, stratum: 0, on, weight: 1.0, y }, &[]);
        }
    }
    let cohorts = [counted(&counts)];
    let names = channels(2);
    let question = Question { clusters: Some(&clusters), ..Question::new(&names, &cohorts) };
    let of_rows = leverage(&question).log_odds.expect("0 or 1");
    // Two cohorts of the same odds are one.
    let half = counted(&counts.map(|it| (it.0, it.1 / 2, it.2 / 2)));
    let halves = [half.clone(), half];
    let of_cohorts = leverage(&Question::new(&names, &halves)).log_odds.expect("0 or 1");
    for found in [of_rows, of_cohorts] {
        assert_eq!((found.log_likelihood, found.variance), (None, "HC2"));
        for (a, b) in found.interactions.iter().zip(&counted_logit.interactions) {
            let (a, b) = (&a.log_odds, &b.log_odds);
            assert!((a.estimate.expect("known") - b.estimate.expect("known")).abs() < 1e-12);
            assert!((a.se.expect("known") / b.se.expect("known") - 1.0).abs() < 2e-3);
        }
    }
}

/// Rates of a tenth to a third, 500 people a cell: logit −2 + 0.5 email + 0.4 social + 0.3 of both.
fn study(reps: u64) -> (usize, usize, usize) {
    let truth = [0.5, 0.4, 0.3];
    let (mut hits, mut below, mut above) = (0, 0, 0);
    for seed in 0..reps {
        let mut chance = Chance::new(seed);
        let cells = [0_u32, 1, 2, 3].map(|on| {
            let of = |bit: u32| f64::from(on >> bit & 1);
            let log_odds = -2.0 + truth[0] * of(0) + truth[1] * of(1) + truth[2] * of(0) * of(1);
            let rate = 1.0 / (1.0 + f64::exp(-log_odds));
            (on, (0..500).filter(|_| chance.uniform() < rate).count() as u64, 500)
        });
        let pair = ask(&cells, 2).log_odds.expect("0 or 1").interactions[2].log_odds.clone();
        let (low, high) = (pair.low.expect("known"), pair.high.expect("known"));
        hits += usize::from(low <= truth[2] && truth[2] <= high);
        below += usize::from(high < truth[2]);
        above += usize::from(truth[2] < low);
    }
    (hits, below, above)
}

#[test]
fn a_known_interaction_of_odds_is_covered() {
    let (hits, ..) = study(200);
    // At 95 % fewer than 178 come once in 3,000 times.
    assert!(178 <= hits, "{hits} of 200");
    if super::slow() {
        let (hits, below, above) = study(20_000);
        println!("log odds of a pair: {hits} of 20,000, {below} below, {above} above");
        assert_rate(hits, 20_000, 0.95, "a pair");
    }
}
