//! The holdouts: what each thing that some people do not get is worth. The types only describe what
//! [`engine::HoldoutSums::reports`] makes.

use super::measure::Estimate;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::Span;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;

/// Each holdout with each outcome, over people whose window has ended.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Holdouts {
    /// How long outcomes count, in days.
    pub window_days: f64,
    pub holdouts: Vec<Holdout>,
    /// The data are of a simulated market.
    pub simulated: bool,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Holdout {
    /// `everything`, `journey/NAME` or `content/NAME`.
    pub holdout: String,
    pub outcome: String,
    /// The part of people that is held out today; 0 for one that is not declared any more.
    pub share: f64,
    pub held: HoldoutGroup,
    pub sent: HoldoutGroup,
    /// Sent minus held, per person.
    pub effect: Estimate,
    /// People whose window is still running.
    pub running: u64,
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HoldoutGroup {
    pub n: u64,
    /// The mean outcome per person; null for nobody.
    #[schema(required)]
    pub mean: Option<f64>,
}

/// What each holdout says
#[utoipa::path(get, path = "/api/v1/holdouts", tag = "measure",
    responses((status = 200, description = "Done.", body = Holdouts)))]
pub(super) async fn get_holdouts(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<serde_json::Value>, Problem> {
    let (loaded, sums, now) = (shared.handle.loaded(), shared.handle.holdouts(), shared.now());
    let simulated = shared.settings.simulated;
    let work = move || {
        let rules = &loaded.programme.policy.holdouts;
        let outcomes: Vec<String> =
            loaded.programme.outcomes.iter().map(|it| it.name.clone()).collect();
        let reports = sums.reports(rules, &outcomes, now);
        let window_days = rules.window.0 as f64 / Span::DAY.0 as f64;
        json!({"window_days": window_days, "holdouts": reports, "simulated": simulated})
    };
    tokio::task::spawn_blocking(work).await.map(Json).map_err(|_| Problem::internal())
}
