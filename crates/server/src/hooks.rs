//! Mail that came back, handed over by the mail server: bounces, complaints and answers become
//! facts of the person they are about.
//!
//! A mail server pipes each message to `POST /hooks/mail`. What it means is said in `returned`.

use crate::access::guard;
use crate::app::Shared;
use crate::problem::Problem;
use crate::returned;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::post;
use axum::{Json, Router};
use record::LogRecord;
use std::sync::Arc;

/// Reports carry the headers or the whole of what bounced; more than this nobody sends back.
const MAIL_BYTES_MAX: usize = 4 << 20;

pub(crate) fn router(shared: Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/hooks/mail", post(take_mail))
        .layer(DefaultBodyLimit::max(MAIL_BYTES_MAX))
        .layer(axum::middleware::from_fn_with_state(shared, guard))
}

/// Answers with what the mail was understood as, and whether it is about a message of ours. A
/// bounce that closes an address is committed before the answer and anything else is on disk, so that the mail server
/// may forget it.
async fn take_mail(
    State(shared): State<Arc<Shared>>,
    mail: Bytes,
) -> Result<Json<serde_json::Value>, Problem> {
    let (keys, now) = (shared.keys, shared.now());
    let read = shared.read(move |views| returned::read(views, &keys, &mail, now)).await?;
    let known = read.fact.is_some();
    match read.fact {
        Some(fact) if returned::is_urgent(&fact) => shared.urgent(fact).await?,
        Some(fact) => {
            shared.append(vec![LogRecord::Fact(fact).encode()]).await?;
        }
        None => {}
    }
    Ok(Json(serde_json::json!({"kind": read.kind, "known": known})))
}
