//! The result, as the command prints it. Field names are the JSON keys.

use serde::Serialize;

use super::curve::{Contribution, Response};
use super::ridge::RidgePath;

/// What each medium does, and what they do together. What cannot be known is absent, with a reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Mix {
    /// `kalman`, `bayes` or `ridge`.
    pub model: &'static str,
    /// Rows of the series.
    pub n: usize,
    pub parameters: Vec<Parameter>,
    pub media: Vec<Medium>,
    pub synergy: Vec<Synergy>,
    /// What only the combinations brought, over all rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leverage: Option<Interval>,
    /// What came without the media, over all rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocation: Option<Vec<Allocated>>,
    /// What the whole allocation brings per row in the long run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocation_expected: Option<Interval>,
    /// The spend per row that earns most, where a margin is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimum: Option<Vec<Allocated>>,
    /// The outcome per row in the long run, by spend per row on one medium, the others as they were.
    pub response: Vec<Response>,
    /// What each part brought in each row.
    pub contributions: Vec<Contribution>,
    /// The ridge at each weight that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ridge: Vec<RidgePath>,
    pub diagnostics: Diagnostics,
    /// `linear`: an effort is what is spent; `root`: its square root; of the Bayesian model its
    /// saturation, `logistic` or `hill`; of the ridge `hill`.
    pub effort: &'static str,
    pub confidence: f64,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

/// A number with its standard error and the ends of its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    pub mean: f64,
    pub sd: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Parameter {
    pub name: String,
    pub mean: f64,
    pub sd: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Two-sided, against none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// How far the chains are from one another; above 1.01 they do not agree. Sampled ones only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhat: Option<f64>,
    /// Independent draws that the mean, and the ends of the interval, are worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ess_bulk: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ess_tail: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Medium {
    pub name: String,
    pub spend: f64,
    /// Over all rows, with half of each synergy that the medium has a part in.
    pub contribution: f64,
    /// Of the whole outcome; absent where that is not above 0.
    pub share: Option<f64>,
    /// The contribution per unit of spend.
    #[serde(rename = "return")]
    pub per_unit: Option<f64>,
    /// What one more unit of spend brings, spread over the rows as the spend is, within the rows.
    pub marginal_return: Option<f64>,
    /// Absent, with the ends, where nothing says how well it is known.
    pub contribution_sd: Option<f64>,
    pub contribution_low: Option<f64>,
    pub contribution_high: Option<f64>,
    pub return_low: Option<f64>,
    pub return_high: Option<f64>,
    pub marginal_return_low: Option<f64>,
    pub marginal_return_high: Option<f64>,
    /// Why there is no interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// κ of two media: what an effort in one adds to the effect of an effort in the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Synergy {
    pub media: [String; 2],
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Two-sided, against none.
    pub p: Option<f64>,
    /// Corrected for testing all pairs (Holm).
    pub p_holm: Option<f64>,
    /// What it brought over all rows.
    pub contribution: Option<f64>,
    /// The probability that it is above 0; sampled ones only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Spend per row on a medium, and what it brings per row in the long run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Allocated {
    pub name: String,
    pub spend: f64,
    pub expected: f64,
    /// The mean spend per row in the series.
    pub spend_now: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diagnostics {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_likelihood: Option<f64>,
    /// Of one row ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r_squared: Option<f64>,
    /// That the errors of one row ahead have no memory (Ljung and Box 1978).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ljung_box_p: Option<f64>,
    /// Rows less parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub df: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chains: Option<usize>,
    /// Of each chain, those that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<usize>,
    /// Draws at which the sampler could not follow the density.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub divergences: Option<u64>,
    /// The worst of all numbers that were sampled, those that are not shown among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhat_max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ess_min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predictive: Option<Predictive>,
}

/// Whether data like these come out of the model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Predictive {
    /// The share of rows inside the middle 50 % and 90 % of what the model predicts for them.
    pub inside_50: f64,
    pub inside_90: f64,
    /// How often data of the model have errors with as much memory from row to row, and as large an
    /// outcome, as these. Near 0 or 1 the model is missing something.
    pub memory_p: f64,
    pub largest_p: f64,
}
