//! The numbers of statsmodels' state space classes, and of the normal density written out.

use serde_json::Value;

use super::super::truth::Chance;
use super::{ask, assert_near, columns, parameter};
use crate::mix::log_likelihood_at;
use crate::{Named, kalman};

const STATSMODELS: &str = include_str!("../../../../../fixtures/oracles/mix_statsmodels.json");
const MMM: &str = include_str!("../../../../../fixtures/oracles/mmm_example.csv");
const ROBYN: &str = include_str!("../../../../../fixtures/oracles/robyn_weekly.csv");

fn check(name: &str, text: &str) {
    let all: Value = serde_json::from_str(STATSMODELS).expect("JSON");
    let theirs = &all[name];
    let texts = |key: &str| -> Vec<&str> {
        let list = theirs[key].as_array().expect("a list");
        list.iter().map(|it| it.as_str().expect("a name")).collect()
    };
    let outcome = columns(text, &[theirs["outcome"].as_str().expect("a name")]);
    let (names, controls) = (texts("media"), columns(text, &texts("controls")));
    let media = columns(text, &names);
    let place = |name: &Value| names.iter().position(|it| name == it).expect("a medium");
    let pairs = theirs["pairs"].as_array().expect("a list");
    let pairs: Vec<(usize, usize)> =
        pairs.iter().map(|it| (place(&it[0]), place(&it[1]))).collect();
    let mix = kalman(&ask(&outcome[0].values, &media, &controls, &pairs));
    assert_eq!(mix.insufficient, None);
    let number = |value: &Value| value.as_f64().expect("a number");
    let likelihood = mix.diagnostics.log_likelihood.expect("known");
    assert!(
        (likelihood - number(&theirs["log_likelihood"])).abs() < 1e-5,
        "{likelihood} is not {}",
        theirs["log_likelihood"]
    );
    let (rows, df) = ((mix.n - 1) as f64, mix.diagnostics.df.expect("known") as f64);
    for (name, row) in theirs["parameters"].as_object().expect("parameters") {
        let (ours, mean) = (parameter(&mix, name), number(&row["mean"]));
        // Variances are maximum likelihood there and unbiased here.
        let scale = if name.starts_with("sigma") { (rows / df).sqrt() } else { 1.0 };
        let Some(se) = row["se"].as_f64() else {
            assert_eq!(ours.mean, 0.0, "{name} is on its bound");
            continue;
        };
        // A parameter that is hardly known is compared on the scale of its error.
        let room = 1e-4 * mean.abs().max(se);
        assert!((ours.mean / scale - mean).abs() < room, "{name}: {} is not {mean}", ours.mean);
        if scale == 1.0 {
            let ours = ours.sd.expect("known") * (df / rows).sqrt();
            assert_near(ours, se, 2e-3, name);
        }
    }
}

#[test]
fn the_weekly_example_is_that_of_statsmodels() {
    check("mmm_example", MMM);
    check("mmm_example_additive", MMM);
}

#[test]
fn robyns_weekly_data_are_those_of_statsmodels() {
    check("robyn_weekly", ROBYN);
}

/// Minus half of ln |2πV| + r'V⁻¹r for the rows after the first given the first, by elimination on
/// the whole covariance. Slow and obvious.
fn dense(y: &[f64], direct: &[Vec<f64>], carried: &[Vec<f64>], at: &Direct) -> f64 {
    let n = y.len();
    // S_1 is unknown: of a very large variance.
    let unknown = 1e9;
    let covariance = |t: usize, s: usize| {
        let (first, last) = (t.min(s), t.max(s));
        let power = |k: usize| at.carry.powi(i32::try_from(k).expect("small"));
        let noise: f64 =
            (1..=first).map(|k| power(first - k) * power(last - k)).sum::<f64>() * at.transition;
        noise + unknown * power(t) * power(s) + if t == s { at.observation } else { 0.0 }
    };
    let mut residual = y.to_vec();
    for (column, gamma) in direct.iter().zip(&at.direct) {
        (0..n).for_each(|t| residual[t] -= gamma * column[t]);
    }
    for (column, theta) in carried.iter().zip(&at.carried) {
        let mut state = 0.0;
        for t in 1..n {
            state = at.carry * state + column[t];
            residual[t] -= theta * state;
        }
    }
    let mut rows: Vec<Vec<f64>> =
        (0..n).map(|t| (0..n).map(|s| covariance(t, s)).chain([residual[t]]).collect()).collect();
    let mut sum = 0.0;
    for i in 0..n {
        let pivot = rows[i].clone();
        if 0 < i {
            sum -= 0.5 * ((std::f64::consts::TAU * pivot[i]).ln() + pivot[n] * pivot[n] / pivot[i]);
        }
        for row in &mut rows[i + 1..] {
            let factor = row[i] / pivot[i];
            row.iter_mut().zip(&pivot).for_each(|(value, by)| *value -= factor * by);
        }
    }
    sum
}

struct Direct {
    carry: f64,
    transition: f64,
    observation: f64,
    direct: Vec<f64>,
    carried: Vec<f64>,
}

#[test]
fn the_filter_gives_the_density_of_the_series() {
    let mut chance = Chance::new(3);
    let mut series = |n: usize| -> Vec<f64> { (0..n).map(|_| 2.0 + chance.normal()).collect() };
    let (y, x) = (series(12), series(12));
    let media = [
        Named { name: "a".to_owned(), values: series(12) },
        Named { name: "b".to_owned(), values: series(12) },
    ];
    let controls = [Named { name: "x".to_owned(), values: x.clone() }];
    for (carry, share) in [(0.0, 0.5), (0.4, 0.0), (0.4, 1.0), (0.7, 0.3), (0.95, 0.8)] {
        let question = ask(&y, &media, &controls, &[(0, 1)]);
        let (found, coefficients, variance) = log_likelihood_at(&question, carry, share);
        let product = media[0].values.iter().zip(&media[1].values).map(|(a, b)| a * b).collect();
        let direct = [vec![1.0; 12], x.clone()];
        let carried = [media[0].values.clone(), media[1].values.clone(), product];
        let at = Direct {
            carry,
            transition: share * variance,
            observation: (1.0 - share) * variance,
            direct: coefficients[..2].to_vec(),
            carried: coefficients[2..].to_vec(),
        };
        let expected = dense(&y, &direct, &carried, &at);
        assert!((found - expected).abs() < 1e-5, "{carry} {share}: {found} is not {expected}");
    }
}
