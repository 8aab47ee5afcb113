//! The numbers of scikit-uplift 0.5.1 on Hillstrom's e-mail test.

use serde_json::Value;

use crate::{Uplift, UpliftQuestion, UpliftUnit, uplift};

const ROWS: &str = include_str!("../../../../../fixtures/oracles/hillstrom_uplift.csv");
const METRICS: &str = include_str!("../../../../../fixtures/oracles/hillstrom_uplift.json");
const BOOTSTRAP: &str =
    include_str!("../../../../../fixtures/oracles/hillstrom_uplift_bootstrap.json");

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Women's e-mail against none, scored by whether they bought for women and then by what they spent,
/// or by how long ago they bought.
fn hillstrom(by: &str) -> Vec<UpliftUnit> {
    let mut cents = 0_u64;
    let unit = |line: &str| {
        let field: Vec<u64> = line.split(',').map(|it| it.parse().expect("a count")).collect();
        cents += field[0];
        let (history, recency) = (cents as f64 / 100.0, field[1] as f64);
        let womens = (field[2] & 1) as f64;
        let score = match by {
            "womens_then_history" => womens * 10_000.0 + history,
            _ => -recency - history / 1e6,
        };
        UpliftUnit { outcome: (field[2] >> 2) as f64, treated: field[2] & 2 == 2, score }
    };
    ROWS.lines().skip(1).map(unit).collect()
}

fn ask(by: &str) -> Uplift {
    uplift(&UpliftQuestion { units: &hillstrom(by), top: &[0.3], confidence: 0.95 })
}

const SCORES: [&str; 2] = ["womens_then_history", "recency_desc"];

#[test]
fn two_fixed_scores_are_worth_what_scikit_uplift_says() {
    let oracle = json(METRICS);
    for by in SCORES {
        let found = ask(by);
        assert_eq!((Some(found.n), &found.insufficient), (oracle["rows"].as_u64(), &None));
        for (what, got) in [
            ("qini_auc", found.qini.estimate),
            ("uplift_auc", found.uplift_auc.estimate),
            ("uplift_at_30_overall", found.top[0].uplift.estimate),
        ] {
            let (got, expected) = (got.expect("known"), number(&oracle[by][what]));
            assert!(
                (got - expected).abs() <= 1e-8 * expected.abs(),
                "{by} {what}: {got} {expected}"
            );
        }
    }
}

#[test]
fn errors_are_those_of_the_bootstrap_of_another_program() {
    let oracle = json(BOOTSTRAP);
    for by in SCORES {
        let found = ask(by);
        for (what, got) in [("qini_auc", found.qini.se), ("uplift_auc", found.uplift_auc.se)] {
            let ratio = got.expect("known") / number(&oracle["se"][by][what]);
            // A thousand resamplings know an error to 2.2 %.
            assert!((ratio - 1.0).abs() < 0.08, "{by} {what}: {ratio} of theirs");
        }
    }
}

#[test]
fn the_reading_of_hillstrom_holds() {
    let found = ask("womens_then_history");
    assert!(0.0 < found.qini.low.expect("known"), "who bought for women is won by that mail");
    let other = ask("recency_desc");
    assert!(other.qini.high.expect("known") > 0.0 && other.qini.low.expect("known") < 0.0);
    // Everybody's uplift is that of the two arms: 0.04523, in the oracle of the arms.
    assert!((found.average.estimate.expect("known") - 0.04523).abs() < 1e-5);
    let end = found.curve.last().expect("points");
    assert!((end.gain - found.average.estimate.expect("known")).abs() < 1e-12);
    assert_eq!((end.share, end.random), (1.0, end.gain));
}
