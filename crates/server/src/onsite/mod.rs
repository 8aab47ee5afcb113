//! What the business's own pages get: the script, what waits for a visitor, and where it says what became of
//! it. Any page may load the script; what waits is given only to who shows that it is theirs.

mod heard;
mod messages;
mod script;

use crate::app::Shared;
use crate::collect::{preflight, with_cors};
use crate::problem::Problem;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Instant;

/// An id, a signature and a key.
const BODY_BYTES_MAX: usize = 8 << 10;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/fulcrum.js", get(script::page))
        .route("/fulcrum-box.js", get(script::message_box))
        .route("/fulcrum-push.js", get(script::push))
        .route("/fulcrum-worker.js", get(script::worker))
        .route("/onsite/messages", any(messages::answer))
        .route("/onsite/heard", any(heard::answer))
        .route("/onsite/push-key", get(script::push_key))
}

/// The answer to a page on another origin; what is not a `POST` is asked beforehand, or wrong.
async fn answered(
    method: &Method,
    headers: &HeaderMap,
    work: impl Future<Output = Result<Response, Problem>>,
) -> Response {
    let response = match *method {
        Method::OPTIONS => return preflight(headers),
        Method::POST => work.await.unwrap_or_else(Problem::into_response),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    with_cors(response, headers)
}

/// The JSON of a page of the business, whatever type it claims: a plain one needs no preflight.
async fn body<T: DeserializeOwned>(body: Body) -> Result<T, Problem> {
    let read: Result<Bytes, _> = axum::body::to_bytes(body, BODY_BYTES_MAX).await;
    let bytes = read.map_err(|_| {
        let detail = format!("at most {BODY_BYTES_MAX} bytes are read");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Too large", detail)
    })?;
    serde_json::from_slice(&bytes).map_err(|_| Problem::bad("this is not what the script sends"))
}

/// Whether the page that asks is one of the business.
fn is_ours(shared: &Shared, headers: &HeaderMap) -> Result<(), Problem> {
    let origins = &shared.settings.visitors.origins;
    let asked = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
    // Browsers always say it; what is no browser could say anything.
    match origins.is_empty() || asked.is_none_or(|it| origins.iter().any(|own| own == it)) {
        true => Ok(()),
        false => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "Not from this page",
            "this page is not among the origins of [onsite] in fulcrum.toml",
        )),
    }
}

/// Whether some source has this write key.
async fn check_key(shared: &Shared, write_key: &str) -> Result<(), Problem> {
    let tried = Instant::now();
    let is_known = || shared.sources.find(write_key).is_some();
    if is_known() || shared.sources.look_again(shared, tried).await? && is_known() {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNAUTHORIZED, "Unknown key", "no source has this write key"))
}
