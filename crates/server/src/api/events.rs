//! The debugger: what arrives now, and what was rejected and why.

use super::json::Query;
use crate::app::Shared;
use crate::collect::ReceivedEvent;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use model::SourceId;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa::{IntoParams, ToSchema};

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReceivedEvents {
    /// The newest first.
    pub events: Vec<ReceivedEvent>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only this source's.
    #[param(nullable = false)]
    source: Option<String>,
    /// At most so many.
    #[param(nullable = false)]
    limit: Option<usize>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfSource {
    /// Only this source's.
    #[param(nullable = false)]
    source: Option<String>,
}

/// The last events, taken and rejected
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Wanted),
    responses((status = 200, description = "Done.", body = ReceivedEvents)))]
pub(super) async fn list_events(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Json<ReceivedEvents> {
    let source = wanted.source.filter(|it| !it.is_empty()).map(SourceId::new);
    let limit = wanted.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    let events = shared.live.latest(source.as_ref(), limit);
    Json(ReceivedEvents { events: events.iter().map(|it| (**it).clone()).collect() })
}

/// The same, as they arrive
#[utoipa::path(get, path = "/api/v1/events/stream", tag = "events", params(OfSource),
    responses((status = 200, description = "Server-sent events; the data of each is one ReceivedEvent.",
        body = ReceivedEvent, content_type = "text/event-stream")))]
pub(super) async fn stream_events(
    State(shared): State<Arc<Shared>>,
    Query(of): Query<OfSource>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let source = of.source.filter(|it| !it.is_empty());
    let stream = futures_util::stream::unfold((shared.live.watch(), source), next);
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

type Watch = (Receiver<Arc<ReceivedEvent>>, Option<String>);

/// The next event of the source. Who falls behind misses some and goes on with the newest.
async fn next((mut receiver, source): Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    loop {
        match receiver.recv().await {
            Ok(event) if source.as_ref().is_none_or(|it| *it == event.source) => {
                let text = serde_json::to_string(&*event).unwrap_or_default();
                return Some((Ok(Event::default().data(text)), (receiver, source)));
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
