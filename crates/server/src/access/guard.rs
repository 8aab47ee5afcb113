//! What stands before every route of the API that needs a sign-in.

use super::{Proof, proof};
use crate::app::Shared;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Lets a request pass that carries a session or a token, and does not come from another site.
pub(crate) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let refused = match proof(&shared, &headers).await {
        Ok(Some(Proof::Bearer)) => None,
        Ok(Some(Proof::Cookie)) => foreign(&method, &headers),
        Ok(None) => Some(Problem::unauthorized("sign in, or send `Authorization: Bearer TOKEN`")),
        Err(problem) => Some(problem),
    };
    match refused {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

/// The second line behind `SameSite=Strict`: what a form on another site can send changes nothing.
/// A form can send neither JSON nor a table, and browsers say where a request comes from.
pub(crate) fn foreign(method: &Method, headers: &HeaderMap) -> Option<Problem> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return None;
    }
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && site != "same-origin"
        && site != "none"
    {
        return Some(Problem::forbidden("the request comes from another site"));
    }
    let kind = text(header::CONTENT_TYPE.as_str()).unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_no_form =
        ["application/json", "text/csv"].iter().any(|it| kind.eq_ignore_ascii_case(it));
    (!is_no_form).then(|| Problem::forbidden("send the body as application/json"))
}
