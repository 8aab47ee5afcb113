//! The leverage report. The types only describe what [`crate::leverage::report`] makes.

use super::json::Query;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use engine::Loaded;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The same keys as `fulcrum leverage --format json`; what the filled cells cannot identify has a
/// null estimate and a reason.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LeverageReport {
    pub n: u64,
    pub channels: Vec<String>,
    pub outcome: Outcome,
    /// Of all intervals.
    pub confidence: f64,
    pub baseline: Estimate,
    pub cells: Vec<CellResult>,
    pub values: Vec<SetEstimate>,
    pub interactions: Vec<SetEstimate>,
    pub shapley: Vec<ChannelCredit>,
    pub leverage: Estimate,
    pub leverage_ratio: Ratio,
    #[schema(required)]
    pub sample_ratio: Option<SampleRatio>,
    pub variance: String,
    /// The largest set whose own interaction is not assumed to be zero.
    #[schema(required)]
    pub order: Option<u32>,
    pub design: ReportDesign,
    pub warnings: Vec<String>,
    /// The number of people for which the sequences are narrowest, fixed beforehand.
    #[serde(default)]
    pub sequence_at: f64,
    /// The cap per person on the outcome; another estimand than the outcome without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cap: Option<f64>,
    /// The same on the scale of log odds, where the outcome is 0 or 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub log_odds: Option<LogOdds>,
    /// The same for "anything at all", where the outcome is an amount that many people lack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub conversion: Option<LeverageSummary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub uncapped: Option<LeverageSummary>,
    /// Inside minus outside of the panel with all channels on: should be nothing.
    pub inside_minus_outside: Option<Estimate>,
    /// People whose window is still running.
    #[serde(default)]
    pub running: u64,
    /// The end of the first window that has not ended.
    #[schema(format = DateTime)]
    pub next_end: Option<String>,
    /// Present when there is not enough data for the question: the reason, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub insufficient: Option<String>,
}

/// The short form, for an outcome that stands beside the main one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LeverageSummary {
    pub baseline: Estimate,
    pub values: Vec<SetEstimate>,
    pub leverage: Estimate,
    pub leverage_ratio: Ratio,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub insufficient: Option<String>,
}

/// The saturated logit: the effects as differences of log odds, which may have another sign than
/// those per person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LogOdds {
    pub baseline: Estimate,
    pub values: Vec<SetEstimate>,
    pub interactions: Vec<SetEstimate>,
    pub leverage: Estimate,
    /// Null where means are adjusted or rows belong together.
    #[schema(required)]
    pub log_likelihood: Option<f64>,
    /// `logit`: from the counts; else how the variances of the means are found.
    pub variance: String,
}

/// Where an interaction comes from: cell means assume nothing, the regression assumes that larger
/// sets add nothing of their own.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateSource {
    Cells,
    Regression,
}

/// What is measured.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    pub name: String,
    /// For money its ISO 4217 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<String>,
}

/// An estimate and its interval in the outcome's unit per person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    #[schema(required)]
    pub estimate: Option<f64>,
    #[schema(required)]
    pub se: Option<f64>,
    #[schema(required)]
    pub low: Option<f64>,
    #[schema(required)]
    pub high: Option<f64>,
    pub df: Option<f64>,
    pub p: Option<f64>,
    /// Bound that stays valid however often one looks.
    pub sequence_low: Option<f64>,
    pub sequence_high: Option<f64>,
    /// Why there is no estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// An estimate for a set of channels.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SetEstimate {
    pub channels: Vec<String>,
    #[schema(required)]
    pub estimate: Option<f64>,
    #[schema(required)]
    pub se: Option<f64>,
    #[schema(required)]
    pub low: Option<f64>,
    #[schema(required)]
    pub high: Option<f64>,
    pub df: Option<f64>,
    pub p: Option<f64>,
    pub p_holm: Option<f64>,
    pub sequence_low: Option<f64>,
    pub sequence_high: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<EstimateSource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// A channel's fair credit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelCredit {
    pub channel: String,
    #[schema(required)]
    pub estimate: Option<f64>,
    #[schema(required)]
    pub se: Option<f64>,
    #[schema(required)]
    pub low: Option<f64>,
    #[schema(required)]
    pub high: Option<f64>,
    pub df: Option<f64>,
    pub p: Option<f64>,
    pub sequence_low: Option<f64>,
    pub sequence_high: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<EstimateSource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CellResult {
    /// Channels that are allowed in this cell.
    pub on: Vec<String>,
    pub n: u64,
    pub mean: f64,
    #[schema(required)]
    pub se: Option<f64>,
}

/// `bounded`: between `low` and `high`; `exclusive`: below `low` or above `high`; `unbounded`: both
/// are null.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Ratio {
    #[schema(required)]
    pub estimate: Option<f64>,
    #[schema(required)]
    pub low: Option<f64>,
    #[schema(required)]
    pub high: Option<f64>,
    #[schema(required)]
    pub kind: Option<RatioShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RatioShape {
    Bounded,
    Exclusive,
    Unbounded,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportDesign {
    Factorial,
    Leverage,
    Pairs,
    Other,
}

/// Whether people are in the cells in the declared shares.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SampleRatio {
    #[schema(required)]
    pub chi2: Option<f64>,
    pub df: f64,
    pub p: f64,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfOutcome {
    /// The outcome's name; the first one when absent.
    #[param(nullable = false)]
    outcome: Option<String>,
}

/// Leverage for one outcome
#[utoipa::path(get, path = "/api/v1/leverage", tag = "measure", params(OfOutcome),
    responses((status = 200, description = "Done.", body = LeverageReport)))]
pub(super) async fn get_leverage(
    State(shared): State<Arc<Shared>>,
    Query(of): Query<OfOutcome>,
) -> Result<Json<serde_json::Value>, Problem> {
    let loaded = shared.handle.loaded();
    let outcome = named_outcome(&loaded, of)?;
    Ok(Json(report(&shared, &loaded, outcome).await?))
}

/// The outcome that was asked for, if the programme has it.
pub(super) fn named_outcome(loaded: &Loaded, of: OfOutcome) -> Result<String, Problem> {
    match of.outcome.filter(|it| !it.is_empty()) {
        Some(name) if loaded.programme.outcomes.iter().all(|it| it.name != name) => {
            Err(Problem::not_found(format!("the programme has no outcome `{name}`")))
        }
        Some(name) => Ok(name),
        None => Ok(first_outcome(loaded)),
    }
}

pub(super) fn first_outcome(loaded: &Loaded) -> String {
    loaded.programme.outcomes.first().map(|it| it.name.clone()).unwrap_or_default()
}

/// The estimates take a moment of arithmetic.
pub(super) async fn report(
    shared: &Shared,
    loaded: &Loaded,
    outcome: String,
) -> Result<serde_json::Value, Problem> {
    let (loaded, sums, now) = (loaded.clone(), shared.handle.sums(), shared.now());
    let work = move || crate::leverage::report(&loaded, &sums, &outcome, now);
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())
}
