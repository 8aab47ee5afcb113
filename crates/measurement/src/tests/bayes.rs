//! The Bayesian mix: another program's density and posteriors, slopes against finite differences,
//! known truths, controls that must fail, bad series.

mod density;
pub(super) mod meridian;
mod oracles;
mod small;
mod truth;

use crate::mix::bayes::model::Model;
use crate::{BayesQuestion, Form, Named, Prior, Saturation, Scaling};

const MMM: &str = include_str!("../../../../fixtures/oracles/mmm_example.csv");

/// The columns of a CSV file whose values are all numbers.
fn columns(text: &str, names: &[&str]) -> Vec<Named> {
    let head: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let column = |name: &&str| {
        let at = head.iter().position(|it| it == name).unwrap_or_else(|| panic!("{name}"));
        let value =
            |line: &str| line.split(',').nth(at).expect("a value").parse().expect("a number");
        Named { name: (*name).to_owned(), values: text.lines().skip(1).map(value).collect() }
    };
    names.iter().map(column).collect()
}

/// The columns of a series, and what is believed.
pub(super) struct Series {
    outcome: Vec<f64>,
    media: Vec<Named>,
    controls: Vec<Named>,
    season: Vec<Named>,
    priors: Vec<(String, Prior)>,
}

impl Series {
    /// A question with nothing but an outcome and media.
    fn plain<'a>(outcome: &'a [f64], media: &'a [Named]) -> BayesQuestion<'a> {
        BayesQuestion {
            outcome,
            media,
            spend: None,
            value: None,
            controls: &[],
            season: &[],
            panel: None,
            synergy: &[],
            form: Form::Plain,
            saturation: Saturation::Logistic,
            lags: 8,
            knots: None,
            scaling: Scaling::Standard,
            priors: &[],
            experiments: &[],
            confidence: 0.95,
            budget: None,
        }
    }

    pub(super) fn question(&self) -> BayesQuestion<'_> {
        BayesQuestion {
            controls: &self.controls,
            season: &self.season,
            priors: &self.priors,
            ..Series::plain(&self.outcome, &self.media)
        }
    }
}

/// The weekly example of pymc-marketing with the priors of its notebook; units as they are.
pub(super) fn example() -> Series {
    let days = columns(MMM, &["dayofyear"]).remove(0).values;
    let wave = |name: &str, k: f64, of: fn(f64) -> f64| {
        let at = |day: &f64| of(std::f64::consts::TAU * k * day / 365.25);
        Named { name: name.to_owned(), values: days.iter().map(at).collect() }
    };
    let normal = |mean: f64, sd: f64| Prior::Normal { mean, sd };
    let priors = [
        ("intercept", normal(0.5, 0.2)),
        ("beta_x1", Prior::HalfNormal { sd: 0.7 }),
        ("beta_x2", Prior::HalfNormal { sd: 0.3 }),
        ("lambda", Prior::Gamma { shape: 3.0, rate: 1.0 }),
        ("alpha", Prior::Beta { a: 1.0, b: 3.0 }),
        ("gamma_event_1", normal(0.0, 0.05)),
        ("gamma_event_2", normal(0.0, 0.05)),
        ("gamma_t", normal(0.0, 0.05)),
        ("sigma", Prior::HalfNormal { sd: 6.0 }),
    ];
    Series {
        outcome: columns(MMM, &["y"]).remove(0).values,
        media: columns(MMM, &["x1", "x2"]),
        controls: columns(MMM, &["event_1", "event_2", "t"]),
        season: vec![
            wave("sin_1", 1.0, f64::sin),
            wave("sin_2", 2.0, f64::sin),
            wave("cos_1", 1.0, f64::cos),
            wave("cos_2", 2.0, f64::cos),
        ],
        priors: priors.map(|(name, prior)| (name.to_owned(), prior)).to_vec(),
    }
}

pub(super) fn model(question: &BayesQuestion) -> Model {
    Model::new(question).expect("a model")
}
