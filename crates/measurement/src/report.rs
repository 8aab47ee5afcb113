//! The result, as the command, the API and the app print it. Field names are the JSON keys.

use serde::Serialize;

/// Everything the filled cells say. What they cannot say is `null` with a reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leverage {
    pub n: u64,
    pub channels: Vec<String>,
    /// The mean outcome with no channel.
    pub baseline: Estimate,
    pub cells: Vec<CellRow>,
    /// v(S): mean outcome with exactly S, minus that with none.
    pub values: Vec<Effect>,
    /// Δ(S): what S adds beyond all its smaller parts. Singles included.
    pub interactions: Vec<Interaction>,
    /// Fair credit; the shares add up to v of all channels.
    pub shapley: Vec<Share>,
    /// Λ = v(all) − Σ v(single).
    pub leverage: Estimate,
    /// λ = v(all) / Σ v(single).
    pub leverage_ratio: Ratio,
    pub sample_ratio: Option<SampleRatio>,
    /// How variances are found: `HC2`, which for cells is s²/n, or by cluster `CR2`.
    pub variance: &'static str,
    /// What rows that belong together say of themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<ClusterReport>,
    /// The largest set whose own interaction is not assumed to be zero.
    pub order: usize,
    /// `factorial`, `leverage`, `pairs` or `other`.
    pub design: &'static str,
    pub confidence: f64,
    /// The number of people for which the sequences are narrowest, fixed beforehand.
    pub sequence_at: f64,
    /// The same on the scale of log odds, where the outcome is 0 or 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_odds: Option<LogOddsReport>,
    /// The same for "anything at all", where the outcome is an amount that many people lack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Summary>,
    /// The cap per person on the outcome; another estimand than the outcome without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncapped: Option<Summary>,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

/// A number with everything said about its chance. `None` is "cannot be known from these data".
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    pub estimate: Option<f64>,
    pub se: Option<f64>,
    pub df: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Two-sided, against no effect.
    pub p: Option<f64>,
    /// Valid however often one looks.
    pub sequence_low: Option<f64>,
    pub sequence_high: Option<f64>,
    /// Why something above is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Estimate {
    pub fn absent(reason: impl Into<String>) -> Estimate {
        Estimate { reason: Some(reason.into()), ..Estimate::default() }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellRow {
    pub on: Vec<String>,
    pub n: u64,
    /// Adjusted for the covariate and combined over cohorts, where there are such.
    pub mean: f64,
    pub se: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    pub channels: Vec<String>,
    #[serde(flatten)]
    pub estimate: Estimate,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interaction {
    pub channels: Vec<String>,
    #[serde(flatten)]
    pub estimate: Estimate,
    /// Corrected for testing all sets of two and more (Holm).
    pub p_holm: Option<f64>,
    pub source: Source,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share {
    pub channel: String,
    #[serde(flatten)]
    pub estimate: Estimate,
    pub source: Source,
}

/// Where an interaction comes from: cell means assume nothing, the regression assumes that larger
/// sets add nothing of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Cells,
    Regression,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ratio {
    pub estimate: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub kind: Option<RatioKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The shape of Fieller's set: between the ends, outside them, or everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RatioKind {
    Bounded,
    Exclusive,
    Unbounded,
}

/// Whether people are in the cells in the declared shares. `chi2` is absent where people are in a
/// cell that should have none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleRatio {
    pub chi2: Option<f64>,
    pub df: f64,
    pub p: f64,
}

/// The clusters, and the test that needs nothing but how their labels were dealt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterReport {
    pub n: u64,
    /// The channels that whole clusters have or lack, such as posts in a block of time.
    pub dealt: Vec<String>,
    /// Of leverage, two-sided; absent where channels differ within clusters, or clusters are many.
    pub randomisation_p: Option<f64>,
    /// How many other deals stand behind it.
    pub permutations: Option<usize>,
}

/// The saturated logit: the effects as differences of log odds, which may have another sign than
/// those in people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogOddsReport {
    /// The log odds with no channel.
    pub baseline: LogOdds,
    /// The log odds with exactly these channels, less those with none: logarithms of odds ratios.
    pub values: Vec<LogOddsEffect>,
    /// What a set adds beyond all its smaller parts: the coefficients of the logit. Singles included.
    pub interactions: Vec<LogOddsEffect>,
    /// What all add beyond the sum of each alone.
    pub leverage: LogOdds,
    /// Of everybody; absent where means are adjusted or rows belong together.
    pub log_likelihood: Option<f64>,
    /// `logit`: from the counts; else how the variances of the means are found.
    pub variance: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogOddsEffect {
    pub channels: Vec<String>,
    #[serde(flatten)]
    pub log_odds: LogOdds,
}

/// A difference of log odds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LogOdds {
    pub estimate: Option<f64>,
    pub se: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Two-sided, against no effect.
    pub p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl LogOdds {
    pub fn absent(reason: impl Into<String>) -> LogOdds {
        LogOdds { reason: Some(reason.into()), ..LogOdds::default() }
    }
}

/// The short form, for an outcome that stands beside the main one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub baseline: Estimate,
    pub values: Vec<Effect>,
    pub leverage: Estimate,
    pub leverage_ratio: Ratio,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}
