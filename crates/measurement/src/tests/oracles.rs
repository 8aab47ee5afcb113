//! The same numbers as statsmodels and gbstats.

use serde_json::Value;

use super::truth::channels;
use crate::distribution::{chi_squared_tail, normal_quantile, t_quantile, t_two_sided};
use crate::{
    Cell, CovariateSums, Estimate, Leverage, Question, RatioKind, RawCovariate, RawSums, Source,
    Sums, half_width, leverage,
};

const FACTORIAL: &str = include_str!("../../../../fixtures/oracles/factorial_2x4_statsmodels.json");
const FACTORIAL_SUMS: &str = include_str!("../../../../fixtures/oracles/factorial_2x4_y.csv");
const HILLSTROM: &str = include_str!("../../../../fixtures/oracles/hillstrom_statsmodels.json");
const GBSTATS: &str = include_str!("../../../../fixtures/oracles/hillstrom_gbstats.json");

/// Four 0/1 columns, then n, sum_y, sum_y2, sum_y3, nonzero, sum_x, sum_x2, sum_xy.
fn factorial_cells(with_covariate: bool) -> Vec<Cell> {
    let cell = |line: &str| {
        let field: Vec<f64> = line.split(',').map(|x| x.parse().expect("a number")).collect();
        let on = (0..4).map(|channel| (field[channel] as u32) << channel).sum();
        let covariate = RawCovariate { sum_x: field[9], sum_x2: field[10], sum_xy: field[11] };
        let raw = RawSums {
            n: field[4] as u64,
            sum_y: field[5],
            sum_y2: field[6],
            sum_y3: Some(field[7]),
            nonzero: Some(field[8] as u64),
            covariate: with_covariate.then_some(covariate),
        };
        Cell { on, sums: Sums::from_raw(&raw).expect("exact sums") }
    };
    FACTORIAL_SUMS.lines().skip(1).map(cell).collect()
}

fn factorial(with_covariate: bool) -> Leverage {
    leverage(&Question::new(&channels(4), &[factorial_cells(with_covariate)]))
}

fn assert_close(got: Option<f64>, expected: f64, what: &str) {
    let got = got.unwrap_or_else(|| panic!("{what} is absent"));
    let room = 1e-8 * expected.abs().max(1e-3);
    assert!((got - expected).abs() <= room, "{what}: {got} is not {expected}");
}

#[test]
fn a_saturated_factorial_is_the_ols_of_statsmodels_with_hc2() {
    let oracle: Value = serde_json::from_str(FACTORIAL).expect("JSON");
    let hc2 = &oracle["no_covariate"]["HC2"];
    let report = factorial(false);
    assert_eq!((report.n, report.order, report.design), (200_000, 4, "factorial"));
    assert_eq!(report.insufficient, None);
    assert_eq!(report.interactions.len(), 15);
    assert_close(report.baseline.estimate, number(&hc2["coef"]["const"]), "baseline");
    assert_close(report.baseline.se, number(&hc2["se"]["const"]), "baseline se");
    for row in &report.interactions {
        let name = row.channels.join(":");
        assert_eq!(row.source, Source::Cells);
        assert_close(row.estimate.estimate, number(&hc2["coef"][&name]), &name);
        assert_close(row.estimate.se, number(&hc2["se"][&name]), &format!("{name} se"));
    }
}

#[test]
fn effects_of_the_factorial_are_sums_of_its_coefficients() {
    let oracle: Value = serde_json::from_str(FACTORIAL).expect("JSON");
    let coefficients = oracle["no_covariate"]["HC2"]["coef"].as_object().expect("an object");
    let parts = || {
        let terms = coefficients.iter().filter(|(name, _)| *name != "const");
        terms.map(|(name, value)| (name.split(':').collect::<Vec<_>>(), number(value)))
    };
    let report = factorial(false);
    let together: f64 = parts().map(|part| part.1).sum();
    let singles: f64 = parts().filter(|part| part.0.len() == 1).map(|part| part.1).sum();
    assert_close(report.leverage.estimate, together - singles, "leverage");
    assert_close(report.leverage_ratio.estimate, together / singles, "ratio");
    assert_eq!(report.leverage_ratio.kind, Some(RatioKind::Bounded));
    assert_close(report.values[14].estimate.estimate, together, "v of all");
    for share in &report.shapley {
        let with = parts().filter(|part| part.0.contains(&share.channel.as_str()));
        let credit: f64 = with.map(|(names, value)| value / names.len() as f64).sum();
        assert_close(share.estimate.estimate, credit, &share.channel);
    }
    // The generator's truth: 0.8 + 0.2 − 0.1 + 0.4.
    let (low, high) = (report.leverage.low.expect("low"), report.leverage.high.expect("high"));
    assert!(low < 1.3 && 1.3 < high, "{low} to {high} misses the truth");
}

#[test]
fn the_regression_on_codes_is_that_of_statsmodels_when_it_leaves_nothing_out() {
    let oracle: Value = serde_json::from_str(FACTORIAL).expect("JSON");
    let stratum = &crate::strata::strata(&[factorial_cells(false)], &[0]).0[0];
    let fit = crate::regression::Fit::new(stratum, 4, 4);
    let refitted = [fit.stratum(stratum)];
    let names = channels(4);
    for set in 1..16_u32 {
        let name = crate::cell::names(set, &names).join(":");
        let weights = fit.weights(&[(set, 1.0)], stratum).expect("full rank");
        let weights = crate::strata::Combination(vec![weights]);
        let found = crate::strata::moments(&refitted, &weights).expect("filled");
        // On ±1 codes a coefficient is Δ of its set plus half of what is larger, and so on; the
        // 0/1 scale is that of the other table.
        assert_close(
            Some(found.estimate),
            number(&oracle["no_covariate"]["HC2"]["coef"][&name]),
            &name,
        );
        let se = found.variance.map(f64::sqrt);
        assert_close(se, number(&oracle["no_covariate"]["HC2"]["se"][&name]), &name);
    }
}

#[test]
fn a_covariate_narrows_as_statsmodels_says() {
    // Its model has one slope for all cells and ours one per cell: close, not equal.
    let oracle: Value = serde_json::from_str(FACTORIAL).expect("JSON");
    let hc2 = &oracle["with_pre"]["HC2"];
    for row in &factorial(true).interactions {
        let name = row.channels.join(":");
        let (expected, se) = (number(&hc2["coef"][&name]), number(&hc2["se"][&name]));
        let got = row.estimate.estimate.expect("identified");
        assert!((got - expected).abs() < 0.05 * se, "{name}: {got} is not near {expected}");
        let ratio = row.estimate.se.expect("identified") / se;
        assert!((0.99..1.01).contains(&ratio), "{name}: se is {ratio} of theirs");
    }
}

/// Men's e-mail as channel 0, women's as channel 1; nobody got both.
fn hillstrom(outcome: &str) -> Leverage {
    let oracle: Value = serde_json::from_str(HILLSTROM).expect("JSON");
    let cell = |(on, arm): (u32, &str)| {
        let counts = &oracle["counts"][format!("{arm}|{outcome}")];
        let n = number(&counts["n"]);
        let nonzero = (outcome != "spend").then(|| (number(&counts["mean"]) * n).round() as u64);
        let m2 = number(&counts["var"]) * (n - 1.0);
        let mean = number(&counts["mean"]);
        Cell { on, sums: Sums { n: n as u64, mean, m2, m3: None, nonzero, covariate: None } }
    };
    let cells = [(0, "No E-Mail"), (1, "Mens E-Mail"), (2, "Womens E-Mail")].map(cell).to_vec();
    leverage(&Question::new(&["mens".to_owned(), "womens".to_owned()], &[cells]))
}

#[test]
fn single_effects_are_those_of_hillstroms_test() {
    let oracle: Value = serde_json::from_str(HILLSTROM).expect("JSON");
    for outcome in ["visit", "conversion", "spend"] {
        let report = hillstrom(outcome);
        let hc2 = &oracle[format!("ols_{outcome}")]["HC2"];
        for row in &report.values[..2] {
            let name = &row.channels[0];
            assert_close(row.estimate.estimate, number(&hc2["coef"][name]), name);
            assert_close(row.estimate.se, number(&hc2["se"][name]), name);
        }
        let nobody = "no people in cell `mens+womens`";
        assert_eq!(report.leverage.reason.as_deref(), Some(nobody));
        assert_eq!(report.insufficient.as_deref(), Some(nobody));
        assert_eq!(report.values[2].estimate, Estimate::absent(nobody));
        assert!(report.shapley.iter().all(|share| share.estimate.estimate.is_none()));
    }
}

#[test]
fn fixed_and_always_valid_intervals_are_those_of_gbstats() {
    let oracle: Value = serde_json::from_str(GBSTATS).expect("JSON");
    for outcome in ["visit", "conversion", "spend"] {
        let men = hillstrom(outcome).values[0].estimate.clone();
        let fixed = &oracle[format!("{outcome}|abs|ttest")];
        assert_close(men.estimate, number(&fixed["expected"]), outcome);
        assert_close(men.low, number(&fixed["ci"][0]), outcome);
        assert_close(men.high, number(&fixed["ci"][1]), outcome);
        if outcome == "spend" {
            assert_close(men.p, number(&fixed["p"]), "p of spend");
        }
        let always = &oracle[format!("{outcome}|abs|sequential")];
        assert_close(men.sequence_low, number(&always["ci"][0]), outcome);
        assert_close(men.sequence_high, number(&always["ci"][1]), outcome);
    }
}

#[test]
fn quantiles_and_tails_are_those_of_the_tables() {
    // Abramowitz and Stegun 26.10 and 26.8, with the further digits of R.
    for (df, expected) in [
        (1.0, 12.706_204_736_432_095),
        (5.0, 2.570_581_835_636_314),
        (10.0, 2.228_138_851_964_938_5),
        (30.0, 2.042_272_456_301_238),
        (1e9, 1.959_963_984_540_054),
    ] {
        assert_close(Some(t_quantile(0.95, df)), expected, &format!("t with {df}"));
        assert_close(Some(t_two_sided(expected, df)), 0.05, &format!("tail with {df}"));
    }
    assert_close(Some(normal_quantile(0.8)), 0.841_621_233_572_914_2, "normal");
    assert_close(Some(chi_squared_tail(3.841_458_820_694_124, 1.0)), 0.05, "chi squared");
    // Both ways of finding the quantile meet where one takes over.
    let (below, above) = (t_quantile(0.999, 999.999), t_quantile(0.999, 1000.001));
    assert!((below - above).abs() < 1e-7 && above < below, "{below} {above}");
}

#[test]
fn the_sequence_is_narrowest_near_where_it_was_told() {
    let relative = |people: f64| half_width(1.0 / people, people, 5_000.0, 0.95) * people.sqrt();
    let here = relative(5_000.0);
    assert!(here < relative(1_000.0) && here < relative(25_000.0));
}

#[test]
fn a_covariate_without_spread_changes_nothing() {
    let constant = |cell: Cell| {
        let covariate = Some(CovariateSums { mean: 3.0, m2: 0.0, cross: 0.0 });
        Cell { sums: Sums { covariate, ..cell.sums }, ..cell }
    };
    let cells = factorial_cells(false).into_iter().map(constant).collect();
    let report = leverage(&Question::new(&channels(4), &[cells]));
    assert_eq!(report.leverage, factorial(false).leverage);
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number in the oracle")
}
