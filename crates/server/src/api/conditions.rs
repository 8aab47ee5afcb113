//! The condition language for builders: text and tree, each from the other, and what there is to say.

use super::json::Body;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use expr::{Expr, Tree};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct ConditionText {
    pub text: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ConditionTree {
    /// The manual lists its kinds: docs/conditions.md.
    #[schema(value_type = Object)]
    pub tree: Value,
}

/// A condition in both forms.
#[derive(Serialize, ToSchema)]
pub struct Condition {
    /// In canonical words.
    pub text: String,
    #[schema(value_type = Object)]
    pub tree: Value,
    /// The events that it depends on.
    pub events: Vec<String>,
    pub traits: Vec<String>,
    pub audiences: Vec<String>,
    /// The lists that the team uploaded.
    pub lists: Vec<String>,
    /// What must be kept of everybody's events for it.
    pub counters: Vec<String>,
    /// What of that is not kept yet, so that saving the condition has to read the history.
    pub uncounted: Vec<String>,
}

/// What is wrong with a condition, and where.
#[derive(Serialize, ToSchema)]
pub struct ConditionProblem {
    #[serde(flatten)]
    pub problem: Problem,
    /// Counted from 1; 0 where there is no place.
    pub line: usize,
    pub column: usize,
    pub message: String,
    /// What to do; empty where the message says it.
    pub hint: String,
}

pub(super) struct Refused(model::Problem);

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        let it = self.0;
        let problem = ConditionProblem {
            problem: Problem::bad(it.to_string()),
            line: it.line,
            column: it.column,
            message: it.message,
            hint: it.hint,
        };
        let kind = [(axum::http::header::CONTENT_TYPE, "application/problem+json")];
        (StatusCode::BAD_REQUEST, kind, Json(problem)).into_response()
    }
}

/// Read a condition from its text
#[utoipa::path(post, path = "/api/v1/conditions/parse", tag = "audiences", request_body = ConditionText,
    responses((status = 200, description = "Done.", body = Condition),
        (status = 400, description = "It says what is wrong, and where.", body = ConditionProblem, content_type = "application/problem+json")))]
pub(super) async fn parse_condition(
    State(shared): State<Arc<Shared>>,
    Body(body): Body<ConditionText>,
) -> Result<Json<Condition>, Refused> {
    let condition = expr::parse(&body.text).map_err(Refused)?;
    Ok(Json(shown(&shared, &condition)))
}

/// Read a condition from its tree
#[utoipa::path(post, path = "/api/v1/conditions/print", tag = "audiences", request_body = ConditionTree,
    responses((status = 200, description = "Done.", body = Condition),
        (status = 400, description = "It says what is wrong.", body = ConditionProblem, content_type = "application/problem+json")))]
pub(super) async fn print_condition(
    State(shared): State<Arc<Shared>>,
    Body(body): Body<ConditionTree>,
) -> Result<Json<Condition>, Refused> {
    let unknown = |error: serde_json::Error| {
        Refused(model::Problem::new(format!("the tree cannot be read: {error}")))
    };
    let tree: Tree = serde_json::from_value(body.tree).map_err(unknown)?;
    let condition = Expr::from_tree(&tree).map_err(Refused)?;
    Ok(Json(shown(&shared, &condition)))
}

/// Everything that a condition can say, for whoever draws a builder
#[utoipa::path(get, path = "/api/v1/conditions/vocabulary", tag = "audiences",
    responses((status = 200, description = "Done.", body = Object)))]
pub(super) async fn get_vocabulary() -> Result<Json<Value>, Problem> {
    serde_json::to_value(expr::vocabulary()).map(Json).map_err(|_| Problem::internal())
}

fn shown(shared: &Shared, condition: &Expr) -> Condition {
    let definitions = shared.handle.loaded().definitions;
    let counters = condition.counters();
    let uncounted = counters.iter().filter(|it| !definitions.keeps(it));
    Condition {
        text: condition.to_string(),
        tree: serde_json::to_value(condition.tree()).unwrap_or_default(),
        events: condition.events(),
        traits: condition.traits(),
        audiences: condition.audiences(),
        lists: condition.lists(),
        uncounted: uncounted.map(ToString::to_string).collect(),
        counters: counters.iter().map(ToString::to_string).collect(),
    }
}
