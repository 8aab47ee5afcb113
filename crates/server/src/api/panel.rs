//! What is measured, and how: the programme's outcomes and its measurement panel.

use super::measure::ReportDesign;
use super::today::Truth;
use crate::app::Shared;
use axum::Json;
use axum::extract::State;
use decision::panel;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Measuring {
    /// In the order of the programme; the first one is on Today.
    pub outcomes: Vec<DefinedOutcome>,
    #[schema(required)]
    pub panel: Option<MeasurementPanel>,
    /// Of the first outcome; only in a simulated installation.
    #[schema(required, value_type = Option<Truth>)]
    pub truth: Option<serde_json::Value>,
}

/// An event that counts as success.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DefinedOutcome {
    pub name: String,
    pub event: String,
    /// The property that holds the value; without one, each event counts 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub value: Option<String>,
    /// The most that one person can count for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cap: Option<f64>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct MeasurementPanel {
    /// Of all people.
    pub share: f64,
    /// Of the panel, with all channels on.
    pub inside_all_on: f64,
    pub design: ReportDesign,
    pub rule: PanelRule,
    pub channels: Vec<String>,
    /// How long outcomes count, such as `28d`.
    pub window: String,
    pub epoch: u32,
    /// People who began to count per week: in the last four weeks where there were any.
    #[schema(required)]
    pub people_per_week: Option<f64>,
}

/// `withhold`: the cell is looked at last of all, and a withheld message takes its place under the
/// caps. `replan`: before messages compete.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanelRule {
    Withhold,
    Replan,
}

/// What is measured, and how
#[utoipa::path(get, path = "/api/v1/panel", tag = "measure",
    responses((status = 200, description = "Done.", body = Measuring)))]
pub(super) async fn get_panel(State(shared): State<Arc<Shared>>) -> Json<Measuring> {
    let loaded = shared.handle.loaded();
    let (sums, now) = (shared.handle.sums(), shared.now());
    let programme = &loaded.programme;
    let first = programme.outcomes.first().map(|it| it.name.as_str()).unwrap_or_default();
    let panel = programme.policy.panel.as_ref().map(|it| MeasurementPanel {
        share: it.share,
        inside_all_on: it.inside_all_on,
        design: match it.design {
            panel::Design::Factorial => ReportDesign::Factorial,
            panel::Design::Leverage => ReportDesign::Leverage,
            panel::Design::Pairs => ReportDesign::Pairs,
        },
        rule: match it.rule {
            panel::Rule::Withhold => PanelRule::Withhold,
            panel::Rule::Replan => PanelRule::Replan,
        },
        channels: it.channels.iter().map(|channel| channel.name().to_owned()).collect(),
        window: it.window.to_string(),
        epoch: it.epoch,
        people_per_week: crate::leverage::people_per_week(it, &sums, first, now),
    });
    let outcomes = programme.outcomes.iter().map(|it| DefinedOutcome {
        name: it.name.clone(),
        event: it.event.clone(),
        value: it.value.clone(),
        cap: it.cap,
    });
    Json(Measuring { outcomes: outcomes.collect(), panel, truth: shared.settings.truth.clone() })
}
