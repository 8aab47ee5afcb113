//! Posteriors of other programs.

use super::{example, model};
use crate::mix::bayes::converged::quality;
use crate::mix::bayes::model::Model;
use crate::mix::bayes::sample::{Host, Sampling, sample};
use crate::{BayesQuestion, Scaling};

/// Name, mean and Monte Carlo error of the rows of an ArviZ summary.
pub(super) fn summary(text: &str) -> Vec<(String, f64, f64)> {
    let head: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let at = |name: &str| head.iter().position(|it| *it == name).expect("a column");
    let (mean, error) = (at("mean"), at("mcse_mean"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse().expect("a number");
        (cells[0].to_owned(), number(mean), number(error))
    };
    text.lines().skip(1).map(row).collect()
}

/// Every mean within four combined Monte Carlo errors.
pub(super) fn agree(
    model: &Model,
    draws: usize,
    theirs: Vec<(String, f64, f64)>,
    our_name: impl Fn(&str) -> Option<String>,
) {
    let sampling = Sampling { draws, tune: 500, ..Sampling::default() };
    let drawn = sample(model, &sampling, Host::IN_TURN).expect("draws");
    assert!(drawn.divergences <= 4, "{} divergences", drawn.divergences);
    let mut compared = 0;
    for (name, mean, error) in theirs {
        let Some(own) = our_name(&name) else { continue };
        let value = model.values.iter().position(|it| it.name == own).expect("a parameter");
        let column = drawn.column(value);
        let found = quality(&column).expect("it moves");
        let all: Vec<f64> = column.concat();
        let ours = all.iter().sum::<f64>() / all.len() as f64;
        let combined = (error * error + found.error_of_mean.powi(2)).sqrt();
        assert!((ours - mean).abs() < 4.0 * combined, "{name}: {ours} is not {mean} ± {combined}");
        compared += 1;
    }
    assert!(10 < compared, "{compared} were compared");
}

/// What pymc calls `saturation_lam[x1]` is `lambda_x1` here.
fn our_name(theirs: &str) -> Option<String> {
    let (kind, of) =
        theirs.strip_suffix(']').and_then(|it| it.split_once('[')).unwrap_or((theirs, ""));
    let kind = match kind {
        "adstock_alpha" => "alpha",
        "saturation_lam" => "lambda",
        "saturation_beta" => "beta",
        "gamma_control" | "gamma_fourier" => "gamma",
        "y_sigma" => "sigma",
        other => other,
    };
    Some(if of.is_empty() { kind.to_owned() } else { format!("{kind}_{of}") })
}

#[test]
fn the_posterior_is_that_of_pymc() {
    let text = include_str!("../../../../../fixtures/oracles/pymc_mmm_example_posterior.csv");
    let series = example();
    let question = BayesQuestion { scaling: Scaling::AsIs, ..series.question() };
    agree(&model(&question), 500, summary(text), our_name);
}
