//! The numbers of lifetimes 0.11.3, of pymc-marketing, and of the formulas in forty digits.

use serde_json::Value;

use super::{assert_near, cdnow, customer, within};
use crate::lifetime::{future_of, log_gamma};
use crate::{
    BgNbd, Customer, GammaGamma, LifetimeModel, LifetimeQuestion, MbgNbd, ParetoNbd, lifetime,
};

const LIFETIMES: &str = include_str!("../../../../../fixtures/oracles/clv_cdnow_lifetimes.json");
const PYMC: &str = include_str!("../../../../../fixtures/oracles/clv_cdnow_pymc_marketing.json");
const PROFILES: &str = include_str!("../../../../../fixtures/oracles/lifetime_profile_scipy.json");
const FORMULAS: &str = include_str!("../../../../../fixtures/oracles/lifetime_mpmath.json");

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn bgnbd(parameters: &Value) -> BgNbd {
    let of = |name: &str| number(&parameters[name]);
    BgNbd { r: of("r"), alpha: of("alpha"), a: of("a"), b: of("b") }
}

fn paretonbd(parameters: &Value) -> ParetoNbd {
    let of = |name: &str| number(&parameters[name]);
    ParetoNbd { r: of("r"), alpha: of("alpha"), s: of("s"), beta: of("beta") }
}

fn gamma_gamma(parameters: &Value) -> GammaGamma {
    let of = |name: &str| number(&parameters[name]);
    GammaGamma { p: of("p"), q: of("q"), v: of("v") }
}

#[test]
fn the_models_of_cdnow_are_those_of_lifetimes_and_of_the_papers() {
    let theirs = json(LIFETIMES);
    let found = lifetime(&cdnow(), &LifetimeQuestion { value: true, ..within(39.0) });
    assert_eq!((found.n, found.repeaters, &found.insufficient), (2_357, 946, &None));
    let fit = found.bgnbd.expect("a model");
    let (params, se) = (&theirs["bgnbd"]["params"], &theirs["bgnbd"]["se"]);
    for (name, ours, our_se) in [
        ("r", fit.r, fit.se.r),
        ("alpha", fit.alpha, fit.se.alpha),
        ("a", fit.a, fit.se.a),
        ("b", fit.b, fit.se.b),
    ] {
        // Theirs stop where the likelihood is flat to 1e-7 or so.
        assert_near(ours, number(&params[name]), 1e-3, name);
        assert_near(our_se, number(&se[name]), 1e-3, name);
    }
    // Fader, Hardie and Lee print −9582.4.
    assert_near(fit.log_likelihood, -9_582.4, 1e-5, "log-likelihood");
    assert!(bgnbd(params).log_likelihood(&cdnow()) <= fit.log_likelihood, "ours is the maximum");
    let fit = found.gamma_gamma.expect("a model");
    let params = &theirs["gammagamma"]["params"];
    assert_eq!(fit.n, theirs["gammagamma"]["n"].as_u64().expect("a count"));
    for (name, ours) in [("p", fit.p), ("q", fit.q), ("v", fit.v)] {
        assert_near(ours, number(&params[name]), 1e-3, name);
        assert_near(ours, number(&json(PYMC)["gammagamma_map"]["params"][name]), 1e-3, name);
    }
    // To the last digits of sums over a thousand people.
    let theirs = gamma_gamma(params).log_likelihood(&cdnow());
    assert!(theirs <= fit.log_likelihood + 1e-9, "ours is the maximum");
    // Fader and Hardie's own check that spending has nothing to do with frequency: 0.06.
    assert!((found.correlation.expect("people differ") - 0.06).abs() < 0.06);
}

/// They fit on times over the longest T, which adds the purchases times its logarithm to the
/// likelihood, and leave out what does not depend on the parameters.
#[test]
fn the_two_other_models_of_cdnow_are_those_of_lifetimes() {
    let customers = cdnow();
    let longest = customers.iter().map(Customer::age).fold(0.0, f64::max);
    let purchases: f64 = customers.iter().map(|it| f64::from(it.frequency())).sum();
    let theirs = json(LIFETIMES);
    let ask = |model| lifetime(&customers, &LifetimeQuestion { model, ..within(39.0) });

    let found = ask(LifetimeModel::MbgNbd);
    assert_eq!((&found.bgnbd, &found.insufficient), (&None, &None));
    let (fit, params) = (found.mbgnbd.expect("a model"), &theirs["mbgnbd"]["params"]);
    for (name, ours) in [("r", fit.r), ("alpha", fit.alpha), ("a", fit.a), ("b", fit.b)] {
        assert_near(ours, number(&params[name]), 1e-3, name);
    }
    let per_row = number(&theirs["mbgnbd"]["neg_loglik_per_row"]);
    let top = -(per_row * customers.len() as f64 + purchases * longest.ln());
    assert_near(fit.log_likelihood, top, 1e-6, "MBG/NBD");
    let at = bgnbd(params);
    let at = MbgNbd { r: at.r, alpha: at.alpha, a: at.a, b: at.b };
    assert!(at.log_likelihood(&customers) <= fit.log_likelihood, "ours is the maximum");

    let found = ask(LifetimeModel::ParetoNbd);
    assert_eq!((&found.bgnbd, &found.insufficient), (&None, &None));
    let (fit, params) = (found.paretonbd.expect("a model"), &theirs["paretonbd"]["params"]);
    for (name, ours) in [("r", fit.r), ("alpha", fit.alpha), ("s", fit.s), ("beta", fit.beta)] {
        assert_near(ours, number(&params[name]), 1e-3, name);
    }
    // Theirs is a sum here, and not a mean. Fader, Hardie and Lee print −9595.0.
    let sum = number(&theirs["paretonbd"]["neg_loglik_per_row"]);
    assert_near(fit.log_likelihood, -(sum + purchases * longest.ln()), 1e-6, "Pareto/NBD");
    assert_near(fit.log_likelihood, -9_595.0, 1e-5, "the paper's");
    assert!(paretonbd(params).log_likelihood(&customers) <= fit.log_likelihood, "the maximum");
}

#[test]
fn the_ends_are_where_the_profile_of_another_optimiser_ends() {
    let theirs = json(PROFILES);
    let found = lifetime(&cdnow(), &LifetimeQuestion { value: true, ..within(39.0) });
    let (timing, spending) = (found.bgnbd.expect("a model"), found.gamma_gamma.expect("a model"));
    let ours = json(
        &serde_json::to_string(&[
            serde_json::json!({"low": timing.low, "high": timing.high}),
            serde_json::json!({"low": spending.low, "high": spending.high}),
        ])
        .expect("JSON"),
    );
    for (model, ours) in ["bgnbd", "gamma_gamma"].into_iter().zip(ours.as_array().expect("two")) {
        for (name, ends) in theirs[model].as_object().expect("parameters") {
            for end in ["low", "high"] {
                let what = format!("{model} {name} {end}");
                assert_near(number(&ours[end][name]), number(&ends[end]), 1e-6, &what);
            }
        }
    }
}

#[test]
fn the_mean_of_the_bayesian_posterior_is_within_its_spread() {
    let theirs = &json(PYMC)["bgnbd_mcmc"]["params"];
    let fit = lifetime(&cdnow(), &within(39.0)).bgnbd.expect("a model");
    for (name, ours) in [("r", fit.r), ("alpha", fit.alpha), ("a", fit.a), ("b", fit.b)] {
        let spread = number(&theirs["sd"][name]);
        let apart = (ours - number(&theirs["mean"][name])).abs();
        // A posterior with wide tails lies beside its top.
        assert!(apart < 0.5 * spread, "{name} is {apart} off, spread {spread}");
    }
}

/// Its priors are r ~ Weibull(2, 1), α ~ Weibull(2, 10), a / (a + b) ~ Uniform, a + b ~ Pareto(1, 1).
#[test]
fn the_top_of_the_bayesian_posterior_is_where_ours_with_its_priors_is() {
    let theirs = &json(PYMC)["bgnbd_map"]["params"];
    let customers = cdnow();
    let weibull = |x: f64, scale: f64| (x / scale).ln() - (x / scale).powi(2);
    let posterior = |[r, alpha, share, both]: [f64; 4]| {
        let model = BgNbd { r, alpha, a: share * both, b: (1.0 - share) * both };
        let priors = weibull(r, 1.0) + weibull(alpha, 10.0) - 2.0 * both.ln();
        model.log_likelihood(&customers) + priors
    };
    let of = |name: &str| number(&theirs[name]);
    let both = of("a") + of("b");
    let top = [of("r"), of("alpha"), of("a") / both, both];
    for i in 0..4 {
        for step in [1.0 - 1e-3, 1.0 + 1e-3] {
            let mut beside = top;
            beside[i] *= step;
            assert!(posterior(beside) < posterior(top), "number {i} times {step}");
        }
    }
}

#[test]
fn predictions_at_given_parameters_are_those_of_lifetimes() {
    let theirs = json(LIFETIMES);
    let model = bgnbd(&theirs["bgnbd"]["params"]);
    let first: Vec<Customer> = cdnow().into_iter().take(5).collect();
    let expected = numbers(&theirs["bgnbd"]["pred_expected_purchases_39w_first5"]);
    let alive = numbers(&theirs["bgnbd"]["p_alive_first5"]);
    for (i, it) in first.iter().enumerate() {
        assert_near(model.expected(it, 39.0), expected[i], 1e-6, "purchases");
        assert_near(model.alive(it), alive[i], 1e-6, "alive");
    }
    let theirs = &theirs["gammagamma"];
    let model = gamma_gamma(&theirs["params"]);
    let rows = &theirs["rows_first5"];
    let frequency = numbers(&rows["frequency"]);
    let values = numbers(&rows["monetary_value"]);
    for (i, expected) in numbers(&theirs["cond_exp_avg_profit_first5"]).iter().enumerate() {
        let it = customer(frequency[i] as u64, 1.0, 2.0).worth(values[i]).expect("a value");
        assert_near(model.expected(&it).expect("finite"), *expected, 1e-6, "value");
    }
}

/// The chance to be there, purchases within the horizon, and those with a discount of 0.002, of each
/// row.
fn check_futures(rows: &str, of: impl Fn(&[f64], &Customer, f64) -> [f64; 3]) {
    for row in json(FORMULAS)[rows].as_array().expect("a list") {
        let number = |name: &str| number(&row[name]);
        let times = (number("recency"), number("age"));
        let it = customer(row["frequency"].as_u64().expect("a count"), times.0, times.1);
        let [alive, purchases, discounted] =
            of(&numbers(&row["parameters"]), &it, number("horizon"));
        let what = row.to_string();
        assert_near(alive, number("alive"), 1e-11, &what);
        assert_near(purchases, number("purchases"), 1e-11, &what);
        if let Some(expected) = row["discounted"].as_f64() {
            assert_near(discounted, expected, 1e-7, &what);
        }
    }
}

#[test]
fn futures_are_those_of_the_formulas_in_forty_digits() {
    check_futures("expected", |at, it, horizon| {
        let model = BgNbd { r: at[0], alpha: at[1], a: at[2], b: at[3] };
        let alive = model.alive(it);
        let later = future_of(model, it, horizon, 0.002).discounted;
        [alive, model.expected(it, horizon), alive * later]
    });
    check_futures("expected_mbgnbd", |at, it, horizon| {
        let model = MbgNbd { r: at[0], alpha: at[1], a: at[2], b: at[3] };
        let alive = model.alive(it);
        let later = future_of(model, it, horizon, 0.002).discounted;
        [alive, model.expected(it, horizon), alive * later]
    });
    check_futures("expected_paretonbd", |at, it, horizon| {
        let model = ParetoNbd { r: at[0], alpha: at[1], s: at[2], beta: at[3] };
        let alive = model.alive(it);
        let later = future_of(model, it, horizon, 0.002).discounted;
        [alive, model.expected(it, horizon), alive * later]
    });
}

#[test]
fn likelihoods_are_those_of_the_formulas_in_forty_digits() {
    let formulas = json(FORMULAS);
    let row = &formulas["cdnow_bgnbd"];
    let at = numbers(&row["at"]);
    let model = BgNbd { r: at[0], alpha: at[1], a: at[2], b: at[3] };
    assert_near(model.log_likelihood(&cdnow()), number(&row["log_likelihood"]), 1e-13, "BG/NBD");
    let row = &formulas["cdnow_mbgnbd"];
    let at = numbers(&row["at"]);
    let model = MbgNbd { r: at[0], alpha: at[1], a: at[2], b: at[3] };
    assert_near(model.log_likelihood(&cdnow()), number(&row["log_likelihood"]), 1e-13, "MBG/NBD");
    let row = &formulas["cdnow_paretonbd"];
    let at = numbers(&row["at"]);
    let model = ParetoNbd { r: at[0], alpha: at[1], s: at[2], beta: at[3] };
    let expected = number(&row["log_likelihood"]);
    assert_near(model.log_likelihood(&cdnow()), expected, 1e-13, "Pareto/NBD");
    let row = &formulas["cdnow_gammagamma"];
    let at = numbers(&row["at"]);
    let model = GammaGamma { p: at[0], q: at[1], v: at[2] };
    assert_near(
        model.log_likelihood(&cdnow()),
        number(&row["log_likelihood"]),
        1e-12,
        "Gamma-Gamma",
    );
    for row in formulas["special"].as_array().expect("a list") {
        let row = numbers(row);
        let found = log_gamma(row[0]);
        let close = |got: f64, expected: f64| {
            assert!((got - expected).abs() <= 1e-14 * (1.0 + expected.abs()), "{row:?}: {got}");
        };
        close(found.value, row[1]);
        close(found.first, row[2]);
        close(found.second, row[3]);
    }
}
