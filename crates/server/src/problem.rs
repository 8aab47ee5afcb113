//! Errors as RFC 9457 describes them.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use port::StoreError;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// An error as RFC 9457 describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong here, and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// What is wrong with the programme, each at its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub problems: Vec<FileProblem>,
    #[serde(skip)]
    pub(crate) retry_after: Option<Duration>,
}

/// Something wrong in a file of a programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileProblem {
    /// Empty where no single file is at fault.
    pub file: String,
    /// Line and column from 1; 0 where the place is not known.
    pub line: u64,
    pub column: u64,
    pub message: String,
    /// What to do; empty where the message says it.
    pub hint: String,
}

impl From<model::Problem> for FileProblem {
    fn from(it: model::Problem) -> FileProblem {
        let model::Problem { file, line, column, message, hint } = it;
        FileProblem { file, line: line as u64, column: column as u64, message, hint }
    }
}

impl Problem {
    /// A programme that cannot be applied: every problem of it.
    pub(crate) fn in_files(problems: Vec<model::Problem>) -> Problem {
        let count = problems.len();
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        let detail = match count {
            1 => first,
            count => format!("{count} problems; the first: {first}"),
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let problems = problems.into_iter().map(FileProblem::from).collect();
        Problem { problems, ..Problem::new(status, "The programme has problems", detail) }
    }

    pub(crate) fn new(status: StatusCode, title: &str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: Some(detail.into()),
            problems: Vec::new(),
            retry_after: None,
        }
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "The request cannot be understood", detail)
    }

    pub(crate) fn unauthorized(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "Not signed in", detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "Not allowed", detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, "Not possible now", detail)
    }

    pub(crate) fn too_many(detail: impl Into<String>, retry_after: Duration) -> Problem {
        let status = StatusCode::TOO_MANY_REQUESTS;
        Problem { retry_after: Some(retry_after), ..Problem::new(status, "Too many", detail) }
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Problem {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let retry_after = Some(Duration::from_secs(5));
        Problem { retry_after, ..Problem::new(status, "Not available", detail) }
    }

    pub(crate) fn internal() -> Problem {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "Failed", "the server's log says more")
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        tracing::error!(%error, cause, "the store could not be read");
        Problem::unavailable("the stored state cannot be read at the moment")
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Problem {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Log(_)
            | EngineError::History(_)
            | EngineError::Record(_)
            | EngineError::Programme(_) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, cause = cause.unwrap_or_default(), "a page could not read");
                Problem::unavailable("what is stored cannot be read at the moment")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}
