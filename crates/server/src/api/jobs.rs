//! Long pieces of work: how far they are, what they found, and their end.

use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct JobReport {
    pub id: String,
    /// What it is about: `audience`.
    pub kind: String,
    pub state: JobState,
    pub done: u64,
    /// 0 until that is known.
    pub total: u64,
    /// What was found; while it runs, what is known so far. Its form depends on the kind.
    #[schema(value_type = Object, nullable)]
    pub result: serde_json::Value,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<Problem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Running,
    Done,
    Failed,
    Stopped,
}

/// How far a long piece of work is, and what it found
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job's number.")),
    responses((status = 200, description = "Done.", body = JobReport),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_job(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<JobReport>, Problem> {
    let report = shared.jobs.report(number(&id)?).ok_or_else(unknown)?;
    let (state, result, problem) = match report.end {
        None => (JobState::Running, report.so_far, None),
        Some(Ok(_)) if report.stopped => (JobState::Stopped, report.so_far, None),
        Some(Ok(found)) => (JobState::Done, found, None),
        Some(Err(problem)) => (JobState::Failed, serde_json::Value::Null, Some(problem)),
    };
    let (kind, done, total) = (report.kind.to_owned(), report.done, report.total);
    Ok(Json(JobReport { id, kind, state, done, total, result, problem }))
}

/// Stop a long piece of work
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job's number.")),
    responses((status = 204, description = "Done."),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn stop_job(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    match shared.jobs.stop(number(&id)?) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown()),
    }
}

fn number(id: &str) -> Result<u64, Problem> {
    id.parse().map_err(|_| unknown())
}

fn unknown() -> Problem {
    Problem::not_found(
        "there is no such job; those of before the server's last start are forgotten",
    )
}
