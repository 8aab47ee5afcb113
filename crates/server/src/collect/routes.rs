//! The paths that SDKs call.

use super::live::Arrived;
use crate::app::Shared;
use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use collection::{Endpoint, Received, Rejected, Request};
use model::{Event, Rejection, SourceId, Timestamp};
use record::{Fact, LogRecord};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bodies up to this are read where they arrive, in a millisecond at most; larger ones go to a thread
/// that may take its time.
const INLINE_BYTES_MAX: usize = 128 * 1024;

/// A sender that needs longer for its body holds memory that others need.
const BODY_WAIT: Duration = Duration::from_secs(30);

/// Browsers may remember what they were allowed for so long.
const PREFLIGHT_SECONDS: &str = "86400";

pub(crate) fn router(_: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/projects/{key}/settings", any(segment_settings))
        .route("/sourceConfig", any(rudder_settings))
        .route("/sourceConfig/", any(rudder_settings))
        .route("/v1/{*path}", any(collect))
        .route("/beacon/v1/{*path}", any(collect))
        .merge(posthog())
}

/// The paths of PostHog's SDKs, each with and without a slash at the end.
fn posthog() -> Router<Arc<Shared>> {
    let mut router = Router::new().route("/array/{key}/config", any(posthog_config));
    for path in ["/batch", "/capture", "/e", "/i/v0/e"] {
        router = router.route(path, any(collect)).route(&format!("{path}/"), any(collect));
    }
    for path in ["/flags", "/decide"] {
        let with_slash = format!("{path}/");
        router = router.route(path, any(posthog_flags)).route(&with_slash, any(posthog_flags));
    }
    router
}

#[derive(Deserialize)]
struct KeyInQuery {
    #[serde(rename = "writeKey")]
    write_key: Option<String>,
}

/// Events, in all the ways in which SDKs send them.
async fn collect(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    Query(query): Query<KeyInQuery>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let response = match (method, Endpoint::from_path(uri.path())) {
        (Method::OPTIONS, _) => return preflight(&headers),
        (Method::POST, Some(endpoint)) => {
            match take(&shared, endpoint, query.write_key, &headers, body).await {
                Ok(response) => response,
                Err(problem) => problem.into_response(),
            }
        }
        (_, Some(_)) => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        (_, None) => Problem::not_found("there is no such call; see the manual").into_response(),
    };
    with_cors(response, &headers)
}

async fn take(
    shared: &Arc<Shared>,
    endpoint: Endpoint,
    query_key: Option<String>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    if let Some(problem) = shared.pressure.refusal() {
        return Err(problem);
    }
    let max = shared.settings.limits.collection.body_bytes_max;
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|it| max < it) {
        return Ok(too_large(shared, max));
    }
    let Some(room) = shared.pressure.room(announced.unwrap_or(max)) else {
        return Err(Problem::too_many("too many requests at once", Duration::from_secs(1)));
    };
    let read = tokio::time::timeout(BODY_WAIT, axum::body::to_bytes(body, max)).await;
    let body = match read {
        Ok(Ok(body)) => body,
        Ok(Err(error)) if is_too_long(&error) => return Ok(too_large(shared, max)),
        Ok(Err(_)) => return Err(Problem::bad("the body ended early")),
        Err(_) => {
            let status = StatusCode::REQUEST_TIMEOUT;
            return Err(Problem::new(status, "Too slow", "the body did not arrive in time"));
        }
    };
    let incoming = Incoming { endpoint, query_key, headers: headers.clone(), body };
    let response = incoming.take(shared).await;
    drop(room);
    response
}

/// A request that is read, with its body.
#[derive(Clone)]
struct Incoming {
    endpoint: Endpoint,
    query_key: Option<String>,
    headers: HeaderMap,
    body: Bytes,
}

impl Incoming {
    async fn take(self, shared: &Arc<Shared>) -> Result<Response, Problem> {
        let (received, tried) = (shared.now(), Instant::now());
        let mut outcome = self.clone().receive_somewhere(shared, received).await?;
        let unknown_key = matches!(outcome, Received::Refused { status: 401, .. });
        if unknown_key && shared.sources.look_again(shared, tried).await? {
            outcome = self.receive_somewhere(shared, received).await?;
        }
        match outcome {
            Received::Taken { source, events, rejected, .. } => {
                store(shared, source, received, events, rejected).await
            }
            Received::Refused { status, rejection, detail } => {
                shared.live.refused(rejection);
                Ok(refusal(status, rejection, &detail))
            }
        }
    }

    async fn receive_somewhere(
        self,
        shared: &Arc<Shared>,
        received: Timestamp,
    ) -> Result<Received, Problem> {
        if self.body.len() <= INLINE_BYTES_MAX && !self.body.starts_with(&[0x1f, 0x8b]) {
            return Ok(self.receive(shared, received));
        }
        let shared = shared.clone();
        let work = tokio::task::spawn_blocking(move || self.receive(&shared, received));
        work.await.map_err(|_| Problem::internal())
    }

    fn receive(&self, shared: &Shared, received: Timestamp) -> Received {
        let text = |name: &str| self.headers.get(name).and_then(|it| it.to_str().ok());
        let request = Request {
            endpoint: self.endpoint,
            content_encoding: text("content-encoding"),
            authorization: text("authorization"),
            query_write_key: self.query_key.as_deref(),
            anonymous_id_header: text("anonymousid"),
            sent_at_header: text("sentat"),
            body: &self.body,
        };
        let find = |key: &str| shared.sources.find(key);
        collection::receive(&request, &find, received, &shared.settings.limits.collection)
    }
}

/// Makes the events durable, and only then says so.
async fn store(
    shared: &Shared,
    source: SourceId,
    received: Timestamp,
    mut events: Vec<Event>,
    rejected: Vec<Rejected>,
) -> Result<Response, Problem> {
    let taken = events.len();
    let id = |event: &Event| {
        event.message_id.as_deref().map(|it| collection::dedup_id(&event.source, it))
    };
    let ids: Vec<Option<[u8; 16]>> = events.iter().map(id).collect();
    let mut known = shared.known.which(&ids).into_iter();
    events.retain(|_| !known.next().unwrap_or(false));
    if !events.is_empty() {
        let fresh: Vec<[u8; 16]> = events.iter().filter_map(id).collect();
        let facts: Vec<LogRecord> =
            events.drain(..).map(|it| LogRecord::Fact(Fact::of(it))).collect();
        let records = facts.iter().map(LogRecord::encode).collect();
        events.extend(facts.into_iter().filter_map(event_of));
        shared.append(records).await?;
        shared.known.add(fresh);
    }
    let duplicates = (taken - events.len()) as u64;
    shared.live.add(&source, received, Arrived { events, rejected: &rejected, duplicates });
    let rejected: Vec<serde_json::Value> = rejected
        .iter()
        .map(|it| json!({"index": it.index, "reason": it.rejection.code(), "detail": it.detail}))
        .collect();
    let answer = json!({"success": true, "accepted": taken, "rejected": rejected});
    Ok(Json(answer).into_response())
}

fn event_of(record: LogRecord) -> Option<Event> {
    match record {
        LogRecord::Fact(fact) => Some(fact.event),
        LogRecord::Control(_) | LogRecord::Blank => None,
    }
}

fn refusal(status: u16, rejection: Rejection, detail: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let answer = json!({
        "success": false,
        "reason": rejection.code(),
        "text": rejection.text(),
        "detail": detail,
    });
    (status, Json(answer)).into_response()
}

fn too_large(shared: &Shared, max: usize) -> Response {
    shared.live.refused(Rejection::BodyTooLarge);
    refusal(413, Rejection::BodyTooLarge, &format!("at most {max} bytes are read"))
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(it) = cause {
        if it.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = it.source();
    }
    false
}

/// Segment's browser SDK asks for this before it sends anything.
async fn segment_settings(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if method == Method::OPTIONS {
        return preflight(&headers);
    }
    let base_url = own_address(&shared, &headers);
    let document =
        known_key(&shared, &key).await.map(|_| collection::settings::segment(&key, &base_url));
    with_cors(document_response(document), &headers)
}

/// RudderStack's browser SDK asks for this.
async fn rudder_settings(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<KeyInQuery>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if method == Method::OPTIONS {
        return preflight(&headers);
    }
    let key = query.write_key.unwrap_or_default();
    let document = known_key(&shared, &key).await.map(|_| collection::settings::rudder(&key));
    with_cors(document_response(document), &headers)
}

/// PostHog's browser SDK asks for this beside sending.
async fn posthog_config(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if method == Method::OPTIONS {
        return preflight(&headers);
    }
    let document = known_key(&shared, &key).await.map(|_| collection::settings::posthog(&key));
    with_cors(document_response(document), &headers)
}

/// There are none, for any key.
async fn posthog_flags(method: Method, headers: HeaderMap) -> Response {
    if method == Method::OPTIONS {
        return preflight(&headers);
    }
    with_cors(document_response(Ok(collection::settings::posthog_flags())), &headers)
}

async fn known_key(shared: &Shared, key: &str) -> Result<SourceId, Problem> {
    let tried = Instant::now();
    if let Some(source) = shared.sources.find(key) {
        return Ok(source);
    }
    shared.sources.look_again(shared, tried).await?;
    shared.sources.find(key).ok_or_else(|| Problem::not_found("no source has this write key"))
}

/// How the browser reached us; whoever forges it only misleads themselves.
fn own_address(shared: &Shared, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let by_proxy = text("x-forwarded-proto").is_some_and(|it| it.eq_ignore_ascii_case("https"));
    let scheme = if by_proxy || shared.settings.secure_cookies { "https" } else { "http" };
    format!("{scheme}://{}", text("host").unwrap_or("localhost"))
}

fn document_response(document: Result<String, Problem>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "private, max-age=60"),
    ];
    match document {
        Ok(text) => (headers, text).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Any page may send events: that is what a write key in a page is for. No cookie is looked at on
/// these paths, so allowing them gives nobody anything; beacons cannot leave them out.
pub(crate) fn preflight(headers: &HeaderMap) -> Response {
    let mut response = with_cors(StatusCode::NO_CONTENT.into_response(), headers);
    let to = response.headers_mut();
    if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        to.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    let fixed: [(HeaderName, &'static str); 2] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS),
    ];
    for (name, value) in fixed {
        to.insert(name, HeaderValue::from_static(value));
    }
    response
}

pub(crate) fn with_cors(mut response: Response, asked: &HeaderMap) -> Response {
    let headers = response.headers_mut();
    if let Some(origin) = asked.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let yes = HeaderValue::from_static("true");
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
