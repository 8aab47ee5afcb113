//! The result, as the command prints it. Field names are the JSON keys.

use serde::Serialize;

use super::{Fit, LifetimeModel, Model};

/// What the customers of today will do. What cannot be known is absent, with the reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lifetime {
    pub n: u64,
    /// Those who bought again after their first day.
    pub repeaters: u64,
    /// Which model of purchases was asked for.
    pub model: LifetimeModel,
    /// Absent as well where another model was asked for.
    pub bgnbd: Option<BgNbdFit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mbgnbd: Option<BgNbdFit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paretonbd: Option<ParetoNbdFit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gamma_gamma: Option<GammaGammaFit>,
    /// Of all people together, within the horizon.
    pub expected_purchases: Option<f64>,
    /// Of all people together, within the horizon, discounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_value: Option<f64>,
    /// `expected_purchases` with its intervals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchases: Option<Total>,
    /// `expected_value` with its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Total>,
    /// How many people may still buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alive: Option<Total>,
    /// Of frequency and mean value, which the model of values takes to be 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
    pub horizon: f64,
    pub confidence: f64,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
    #[serde(skip)]
    pub(crate) fitted: Option<Model>,
}

/// Of BG/NBD or MBG/NBD.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BgNbdFit {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
    pub log_likelihood: f64,
    pub se: BgNbdNumbers,
    pub low: BgNbdNumbers,
    pub high: BgNbdNumbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BgNbdNumbers {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

impl BgNbdFit {
    /// `ends` in logarithms.
    pub(crate) fn new(fit: &Fit<4>, ends: [(f64, f64); 4]) -> BgNbdFit {
        let numbers = |[r, alpha, a, b]: [f64; 4]| BgNbdNumbers { r, alpha, a, b };
        let [at, se, low, high] = numbers_of(fit, ends).map(numbers);
        let BgNbdNumbers { r, alpha, a, b } = at;
        BgNbdFit { r, alpha, a, b, log_likelihood: fit.log_likelihood, se, low, high }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParetoNbdFit {
    pub r: f64,
    pub alpha: f64,
    pub s: f64,
    pub beta: f64,
    pub log_likelihood: f64,
    pub se: ParetoNbdNumbers,
    pub low: ParetoNbdNumbers,
    pub high: ParetoNbdNumbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ParetoNbdNumbers {
    pub r: f64,
    pub alpha: f64,
    pub s: f64,
    pub beta: f64,
}

impl ParetoNbdFit {
    /// `ends` in logarithms.
    pub(crate) fn new(fit: &Fit<4>, ends: [(f64, f64); 4]) -> ParetoNbdFit {
        let numbers = |[r, alpha, s, beta]: [f64; 4]| ParetoNbdNumbers { r, alpha, s, beta };
        let [at, se, low, high] = numbers_of(fit, ends).map(numbers);
        let ParetoNbdNumbers { r, alpha, s, beta } = at;
        ParetoNbdFit { r, alpha, s, beta, log_likelihood: fit.log_likelihood, se, low, high }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GammaGammaFit {
    pub p: f64,
    pub q: f64,
    pub v: f64,
    pub log_likelihood: f64,
    /// People who came back and spent more than 0.
    pub n: u64,
    pub se: GammaGammaNumbers,
    pub low: GammaGammaNumbers,
    pub high: GammaGammaNumbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GammaGammaNumbers {
    pub p: f64,
    pub q: f64,
    pub v: f64,
}

impl GammaGammaFit {
    /// `ends` in logarithms.
    pub(crate) fn new(fit: &Fit<3>, ends: [(f64, f64); 3]) -> GammaGammaFit {
        let numbers = |[p, q, v]: [f64; 3]| GammaGammaNumbers { p, q, v };
        let [at, se, low, high] = numbers_of(fit, ends).map(numbers);
        let GammaGammaNumbers { p, q, v } = at;
        GammaGammaFit { p, q, v, log_likelihood: fit.log_likelihood, n: fit.n, se, low, high }
    }
}

/// The parameters, their errors, and the ends of their intervals.
fn numbers_of<const N: usize>(fit: &Fit<N>, ends: [(f64, f64); N]) -> [[f64; N]; 4] {
    let here = fit.logs.map(f64::exp);
    let se = std::array::from_fn(|i| here[i] * fit.covariance[i][i].sqrt());
    [here, se, ends.map(|it| it.0.exp()), ends.map(|it| it.1.exp())]
}

/// A sum over all people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Total {
    pub estimate: f64,
    pub se: f64,
    /// The ends for what is expected: how well the model is known.
    pub low: f64,
    pub high: f64,
    /// The ends for what will happen: with people's own chance in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_high: Option<f64>,
}

impl Total {
    /// On the logarithmic scale: a sum of what cannot be below 0.
    pub(crate) fn new(estimate: f64, se: f64, z: f64) -> Total {
        let factor = if 0.0 < estimate { (z * se / estimate).exp() } else { 1.0 };
        let (low, high) = (estimate / factor, estimate * factor);
        Total { estimate, se, low, high, prediction_low: None, prediction_high: None }
    }

    pub(crate) fn with_chance(self, spread: f64, z: f64) -> Total {
        let ends = Total::new(self.estimate, spread, z);
        Total { prediction_low: Some(ends.low), prediction_high: Some(ends.high), ..self }
    }
}

/// What to expect of one customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Person {
    /// The probability that they may buy again.
    pub alive: f64,
    /// Within the horizon.
    pub expected_purchases: f64,
    /// Within the horizon, discounted.
    pub expected_value: Option<f64>,
}
