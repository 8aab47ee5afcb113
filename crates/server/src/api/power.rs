//! What a measurement panel would see, and when: arithmetic on what is asked, without any data.

use super::json::Query;
use crate::problem::Problem;
use axum::Json;
use measurement::{Design, Horizon, Outcome, Plan};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A quarter: what a team plans for.
const WEEKS: f64 = 12.0;
const ALPHA: f64 = 0.05;
const POWER: f64 = 0.8;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PlanAsked {
    /// The share of people with the outcome when there is no channel. This, or `mean` and `sd`.
    #[param(nullable = false)]
    baseline: Option<f64>,
    /// The mean outcome per person when there is no channel.
    #[param(nullable = false)]
    mean: Option<f64>,
    /// Its standard deviation over people.
    #[param(nullable = false)]
    sd: Option<f64>,
    /// How many channels, 2 to 12.
    #[param(minimum = 0)]
    channels: usize,
    /// The share of people in the panel.
    panel: f64,
    /// People who begin to count per week.
    people_per_week: f64,
    /// `leverage` when absent.
    #[param(nullable = false, inline)]
    design: Option<PlanDesign>,
    /// How many weeks people enter: what is seen by then? 12 when neither is given.
    #[param(nullable = false)]
    weeks: Option<f64>,
    /// The leverage that must be seen: how many weeks does it take?
    #[param(nullable = false)]
    leverage: Option<f64>,
    /// What all channels together bring per person, if it is known: tells what the panel costs.
    #[param(nullable = false)]
    together: Option<f64>,
    /// The chance of finding an effect where there is none; 0.05 when absent.
    #[param(nullable = false)]
    alpha: Option<f64>,
    /// The chance of finding the smallest effect; 0.8 when absent.
    #[param(nullable = false)]
    power: Option<f64>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanDesign {
    Factorial,
    Leverage,
    Pairs,
}

/// The same keys as `fulcrum power --format json`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PowerReport {
    /// Weeks of people entering; the window in which outcomes count comes on top.
    pub weeks: f64,
    pub minimum_detectable: SmallestEffects,
    pub cells: Vec<PlannedCell>,
    pub curve: Vec<PlannedPoint>,
    /// Of all messages in these channels.
    pub withheld_share: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub forgone: Option<ForgoneOutcomes>,
    pub design: PlanDesign,
}

/// Per person, found with the wanted chance.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SmallestEffects {
    pub single: f64,
    pub leverage: f64,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PlannedCell {
    /// Channel numbers from 1.
    pub on: Vec<u32>,
    /// Of all people; the cell with all on includes those outside the panel.
    pub share: f64,
    pub people: f64,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PlannedPoint {
    pub weeks: f64,
    pub single: f64,
    pub leverage: f64,
}

/// Outcomes that the withheld messages would have brought.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ForgoneOutcomes {
    pub per_week: f64,
    pub total: f64,
}

/// What a panel would see, and when
#[utoipa::path(get, path = "/api/v1/power", tag = "measure", params(PlanAsked),
    responses((status = 200, description = "Done.", body = PowerReport),
        (status = 400, description = "A number makes no sense.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_power(
    Query(asked): Query<PlanAsked>,
) -> Result<Json<serde_json::Value>, Problem> {
    let (_, found) = planned(&asked)?;
    serde_json::to_value(&found).map(Json).map_err(|_| Problem::internal())
}

/// The plan that was asked about, and what it can see. The error says which number makes no sense.
pub(super) fn planned(asked: &PlanAsked) -> Result<(Plan, measurement::Power), Problem> {
    let outcome = match (asked.baseline, asked.mean, asked.sd) {
        (Some(rate), None, None) => Outcome::Rate(rate),
        (None, Some(mean), Some(sd)) => Outcome::Amount { mean, sd },
        _ => return Err(Problem::bad("give `baseline`, or `mean` and `sd`")),
    };
    let horizon = match (asked.weeks, asked.leverage) {
        (Some(_), Some(_)) => {
            return Err(Problem::bad("give `weeks` or `leverage`: each follows from the other"));
        }
        (None, Some(size)) => Horizon::Leverage(size),
        (weeks, None) => Horizon::Weeks(weeks.unwrap_or(WEEKS)),
    };
    let plan = Plan {
        outcome,
        channels: asked.channels,
        panel: asked.panel,
        design: match asked.design.unwrap_or(PlanDesign::Leverage) {
            PlanDesign::Factorial => Design::Factorial,
            PlanDesign::Leverage => Design::Leverage,
            PlanDesign::Pairs => Design::Pairs,
        },
        people_per_week: asked.people_per_week,
        together: asked.together,
        alpha: asked.alpha.unwrap_or(ALPHA),
        power: asked.power.unwrap_or(POWER),
        horizon,
    };
    let found = measurement::power(&plan).map_err(Problem::bad)?;
    let last = found.curve.last().map_or(0.0, |it| it.leverage);
    let cost = found.forgone.map_or(0.0, |it| it.total);
    let people = plan.people_per_week * found.weeks;
    let numbers = [found.weeks, people, found.minimum_detectable.leverage, last, cost];
    match numbers.iter().all(|it| it.is_finite()) {
        true => Ok((plan, found)),
        false => Err(Problem::bad(
            "the numbers are so far apart that no plan can be calculated; check the leverage, the \
             weeks and the people per week",
        )),
    }
}
