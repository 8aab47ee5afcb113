//! What happened before, brought by the team: events that change who people are and trigger nothing.

use super::json::Body;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use collection::{Arrival, Closing, import_from_json};
use decision::Suppression;
use model::{Event, SourceId};
use record::{Act, Fact, LogRecord};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::ToSchema;

/// Some thousands of rows at once, as collection takes them.
pub(super) const BYTES_MAX: usize = 4 << 20;

#[derive(Deserialize, ToSchema)]
pub struct ImportRequest {
    /// The id of the source that the events are booked under.
    pub source: String,
    /// Events as `/v1/import` takes them, each with a `messageId`, and where an address is closed
    /// with `suppress: {address, reason}`; reasons are `bounced`, `complained` and `blocked`.
    #[schema(value_type = Vec<Object>)]
    pub batch: Vec<Box<RawValue>>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ImportedEvents {
    pub accepted: u64,
    pub rejected: Vec<ImportRejection>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ImportRejection {
    /// Its place in the batch, from 0.
    pub index: u64,
    pub reason: String,
    pub detail: String,
}

/// Take in history, with addresses that are closed
#[utoipa::path(post, path = "/api/v1/imports", tag = "events", request_body = ImportRequest,
    responses((status = 200, description = "The accepted events are on disk.", body = ImportedEvents),
        (status = 404, description = "There is no such source.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn import_events(
    State(shared): State<Arc<Shared>>,
    Body(request): Body<ImportRequest>,
) -> Result<Json<ImportedEvents>, Problem> {
    if let Some(problem) = shared.pressure.refusal() {
        return Err(problem);
    }
    let limits = &shared.settings.limits.collection;
    if limits.events_max < request.batch.len() {
        let detail = format!("at most {} events are taken at once", limits.events_max);
        return Err(Problem::bad(detail));
    }
    let source = SourceId::new(request.source);
    shared.sources.read(&shared).await?;
    if !shared.sources.all().contains_key(&source) {
        return Err(Problem::not_found("there is no such source; make it first"));
    }
    let arrival = Arrival {
        source: &source,
        received: shared.now(),
        sent_at: None,
        historical: true,
        event_type: None,
        anonymous_id: None,
    };
    let (mut records, mut rejected) = (Vec::new(), Vec::new());
    for (index, text) in request.batch.iter().enumerate() {
        match import_from_json(text.get(), &arrival, limits) {
            Ok((event, closing)) => records.push(LogRecord::Fact(fact(event, closing)).encode()),
            Err(refusal) => rejected.push(ImportRejection {
                index: index as u64,
                reason: refusal.rejection.code().to_owned(),
                detail: refusal.detail,
            }),
        }
    }
    let accepted = records.len() as u64;
    if 0 < accepted {
        shared.append(records).await?;
    }
    Ok(Json(ImportedEvents { accepted, rejected }))
}

/// The event, with the address that it closes from its own time on.
pub fn fact(event: Event, closing: Option<Closing>) -> Fact {
    let at = event.time;
    let suppress = |Closing { address, reason }| Act::Suppress(Suppression { address, reason, at });
    Fact { acts: closing.map(suppress).into_iter().collect(), ..Fact::of(event) }
}
