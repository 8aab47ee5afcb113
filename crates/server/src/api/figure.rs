//! Pictures and tables of what was measured: made here, so that the app, the command line and whoever asks the
//! API see the same.

use super::json::Query;
use super::measure::{OfOutcome, named_outcome};
use super::power::{PlanAsked, planned};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use plots::{Figure, Size};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A picture has no script and loads nothing, also when it is opened by itself.
const CONTENT_POLICY: &str = "default-src 'none'";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Drawn {
    /// `svg` when absent; `json` is the same figure as data, see `docs/schema/figure.json`.
    #[param(nullable = false, inline)]
    format: Option<FigureFormat>,
    /// In pixels, 480 to 8,000; 1,200 when absent.
    #[param(nullable = false, minimum = 0)]
    width: Option<u32>,
    /// In pixels, 360 to 8,000; 675 when absent.
    #[param(nullable = false, minimum = 0)]
    height: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FigureFormat {
    Svg,
    Json,
}

/// The picture of the leverage of one outcome
#[utoipa::path(get, path = "/api/v1/leverage/figure", tag = "measure", params(OfOutcome, Drawn),
    responses(
        (status = 200, description = "Done.",
            content((String = "image/svg+xml"), (serde_json::Value = "application/json"))),
        (status = 404, description = "There is no such outcome.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There is nothing to draw yet.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn leverage_figure(
    State(shared): State<Arc<Shared>>,
    Query(of): Query<OfOutcome>,
    Query(drawn): Query<Drawn>,
) -> Result<Response, Problem> {
    let loaded = shared.handle.loaded();
    let outcome = named_outcome(&loaded, of)?;
    let (sums, now, simulated) = (shared.handle.sums(), shared.now(), shared.settings.simulated);
    let work = move || {
        let figure = crate::leverage::figure(&loaded, &sums, &outcome, now, simulated);
        figure.map(|it| drawn.answer(&it)).map_err(Problem::conflict)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())?
}

/// The leverage of one outcome as CSV, one row per number
#[utoipa::path(get, path = "/api/v1/leverage/csv", tag = "measure", params(OfOutcome),
    responses(
        (status = 200, description = "Done.", content((String = "text/csv"))),
        (status = 404, description = "There is no such outcome.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn leverage_csv(
    State(shared): State<Arc<Shared>>,
    Query(of): Query<OfOutcome>,
) -> Result<Response, Problem> {
    let loaded = shared.handle.loaded();
    let outcome = named_outcome(&loaded, of)?;
    let (sums, now) = (shared.handle.sums(), shared.now());
    let work = move || crate::leverage::csv(&loaded, &sums, &outcome, now);
    let text = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response())
}

/// The picture of what a panel would see, and when
#[utoipa::path(get, path = "/api/v1/power/figure", tag = "measure", params(PlanAsked, Drawn),
    responses(
        (status = 200, description = "Done.",
            content((String = "image/svg+xml"), (serde_json::Value = "application/json"))),
        (status = 400, description = "A number makes no sense.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn power_figure(
    Query(asked): Query<PlanAsked>,
    Query(drawn): Query<Drawn>,
) -> Result<Response, Problem> {
    let (plan, found) = planned(&asked)?;
    let figure = plots::power_figure(&plan, &found).map_err(Problem::bad)?;
    Ok(drawn.answer(&figure))
}

impl Drawn {
    fn answer(&self, figure: &Figure) -> Response {
        let size = Size {
            width: self.width.unwrap_or(Size::DEFAULT.width),
            height: self.height.unwrap_or(Size::DEFAULT.height),
        };
        match self.format.unwrap_or(FigureFormat::Svg) {
            FigureFormat::Json => Json(figure).into_response(),
            FigureFormat::Svg => {
                let headers = [
                    (header::CONTENT_TYPE, "image/svg+xml"),
                    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
                ];
                (headers, figure.svg(size)).into_response()
            }
        }
    }
}
