//! Calls of other systems: what became of them, once more, and a call to try out a receiver.

use super::json::{Body, Query, time};
use crate::access::{self, ADMIN};
use crate::app::{Shared, hex, random};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{HookReply, HookState};
use port::{Entry, Hook, HookRecord, Space};
use record::{WEBHOOK_SECRETS, WebhookSecrets};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// How many calls one answer lists when nobody says, and at most.
const LISTED: usize = 50;
const LISTED_MAX: usize = 500;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookCalls {
    /// The latest first.
    pub calls: Vec<WebhookCall>,
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// All that wait, those that failed before among them.
    pub waiting: u64,
    /// Waiting, and the last try failed.
    pub failing: u64,
    pub given_up: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookCall {
    /// The same for each try, and the `webhook-id` that the receiver sees.
    pub key: String,
    pub url: String,
    /// `waiting`, `answered` or `given_up`.
    pub state: String,
    /// Whom it is about; none for somebody who was erased.
    #[schema(required)]
    pub person: Option<String>,
    #[schema(format = DateTime)]
    pub made: String,
    pub tries: u32,
    #[schema(required, format = DateTime)]
    pub tried_at: Option<String>,
    /// None while an earlier call about the same goes first, and at the end.
    #[schema(required, format = DateTime)]
    pub next_at: Option<String>,
    /// How the last try ended.
    pub detail: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookCallDetail {
    #[serde(flatten)]
    pub call: WebhookCall,
    /// What is sent; empty where it was answered and is about somebody who was erased.
    pub body: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only those in this state: `waiting`, `answered` or `given_up`.
    #[param(nullable = false)]
    state: Option<String>,
    /// `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// At most so many; 50 when absent, at most 500.
    #[param(nullable = false)]
    limit: Option<usize>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookTest {
    #[schema(max_length = 1000)]
    pub url: String,
}

/// How a try ended.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookTried {
    pub answered: bool,
    /// What the receiver answered, or why there was no answer.
    pub detail: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookSecret {
    /// What receivers verify signatures with.
    pub secret: String,
    /// The one before, which signs as well until `old_until`.
    #[schema(required)]
    pub old_secret: Option<String>,
    #[schema(required, format = DateTime)]
    pub old_until: Option<String>,
}

/// The latest calls of other systems
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", params(Asked),
    responses((status = 200, description = "Done.", body = WebhookCalls)))]
pub(super) async fn list_webhooks(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Result<Json<WebhookCalls>, Problem> {
    let state = match asked.state.as_deref().map(|it| (it, HookState::parse(it))) {
        None => None,
        Some((_, Some(state))) => Some(state),
        Some((name, None)) => {
            let why = format!("there is no state `{name}`; say waiting, answered or given_up");
            return Err(Problem::bad(why));
        }
    };
    let before = match asked.cursor.map(|it| it.parse::<u64>()) {
        None => None,
        Some(Ok(before)) => Some(before),
        Some(Err(_)) => return Err(Problem::bad("this is no cursor of a page before")),
    };
    let limit = asked.limit.unwrap_or(LISTED).clamp(1, LISTED_MAX);
    let page = shared.read(move |views| {
        // One more than is shown says whether there is a further page.
        let mut found = views.hooks(state, before, limit + 1)?;
        let more = limit < found.len();
        found.truncate(limit);
        let last = found.last().filter(|_| more).map(|it| it.number.to_string());
        let counts = views.hook_counts()?;
        Ok(WebhookCalls {
            calls: found.iter().map(shown).collect(),
            next_cursor: last,
            waiting: counts.waiting,
            failing: counts.failing,
            given_up: counts.given_up,
        })
    });
    Ok(Json(page.await?))
}

/// One call
#[utoipa::path(get, path = "/api/v1/webhooks/{key}", tag = "webhooks",
    params(("key" = String, Path, description = "Its key, with `/` as `%2F`.")),
    responses((status = 200, description = "Done.", body = WebhookCallDetail),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_webhook(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
) -> Result<Json<WebhookCallDetail>, Problem> {
    Ok(Json(detail(&find(&shared, key).await?)))
}

/// Have a call made again, from the beginning of its schedule
#[utoipa::path(post, path = "/api/v1/webhooks/{key}/retry", tag = "webhooks",
    params(("key" = String, Path, description = "Its key, with `/` as `%2F`.")),
    responses((status = 200, description = "It waits for its try, and that is committed.", body = WebhookCallDetail),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "What it said is gone.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retry_webhook(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
) -> Result<Json<WebhookCallDetail>, Problem> {
    let found = find(&shared, key.clone()).await?;
    if found.hook.body.is_empty() {
        let why = "it was answered, and what it said of an erased person is gone";
        return Err(Problem::conflict(why));
    }
    shared.retry_call(key.clone()).await?;
    Ok(Json(detail(&find(&shared, key).await?)))
}

/// Make a call to try out a receiver
///
/// It is signed like any other, says `{"type": "test"}`, and is made once.
#[utoipa::path(post, path = "/api/v1/webhooks/test", tag = "webhooks", request_body = WebhookTest,
    responses((status = 200, description = "It was made; the body says how it ended.", body = WebhookTried),
        (status = 409, description = "This installation calls nobody.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn test_webhook(
    State(shared): State<Arc<Shared>>,
    Body(asked): Body<WebhookTest>,
) -> Result<Json<WebhookTried>, Problem> {
    let now = shared.now();
    let key = format!("test/{}", hex(&random::<8>()));
    let body = json!({"type": "test", "key": key, "at": time(now)}).to_string().into_bytes();
    let hook = Hook { key, url: asked.url, body, made: now, person: None, lane: None };
    let handle = shared.handle.clone();
    let tried = tokio::task::spawn_blocking(move || handle.try_call(&hook, now)).await;
    let reply = tried.map_err(|_| Problem::internal())?.ok_or_else(|| {
        Problem::conflict("this installation calls nobody: its people are simulated")
    })?;
    Ok(Json(match reply {
        HookReply::Answered { status } => {
            WebhookTried { answered: true, detail: status.to_string() }
        }
        HookReply::Later { detail, .. } | HookReply::Never { detail } => {
            WebhookTried { answered: false, detail }
        }
    }))
}

/// The secret that signs; for the admin and for tokens
#[utoipa::path(get, path = "/api/v1/webhooks/secret", tag = "webhooks",
    responses((status = 200, description = "Done.", body = WebhookSecret),
        (status = 409, description = "It is set in fulcrum.toml.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_webhook_secret(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<WebhookSecret>, Problem> {
    Ok(Json(secret(&shared, &secrets(&shared, &headers).await?)))
}

/// Make a new secret; the old one signs beside it for a week
#[utoipa::path(post, path = "/api/v1/webhooks/secret/rotate", tag = "webhooks",
    responses((status = 200, description = "Done, and committed.", body = WebhookSecret),
        (status = 409, description = "It is set in fulcrum.toml.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn rotate_webhook_secret(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<WebhookSecret>, Problem> {
    let new = format!("whsec_{}", STANDARD.encode(random::<32>()));
    let rotated = secrets(&shared, &headers).await?.rotated(new, shared.now());
    shared.put(vec![Entry::put(Space::System, WEBHOOK_SECRETS, rotated.encode())]).await?;
    Ok(Json(secret(&shared, &rotated)))
}

/// Those that are stored, for whoever may see them.
async fn secrets(shared: &Shared, headers: &HeaderMap) -> Result<WebhookSecrets, Problem> {
    let who = access::actor(shared, headers).await?;
    if who != ADMIN && !access::is_token(&who) {
        return Err(Problem::forbidden("only the admin sees and changes the secret of webhooks"));
    }
    if shared.settings.webhook_secret_is_set {
        let why =
            "the secret is set in fulcrum.toml or the environment; it is shown and changed there";
        return Err(Problem::conflict(why));
    }
    let stored = shared.read(|views| Ok(views.get(Space::System, WEBHOOK_SECRETS)?)).await?;
    let none = || Problem::not_found("there is no secret yet; the next start makes one");
    WebhookSecrets::decode(&stored.ok_or_else(none)?).map_err(|error| {
        tracing::error!(%error, "the secrets of webhooks");
        Problem::internal()
    })
}

fn secret(shared: &Shared, secrets: &WebhookSecrets) -> WebhookSecret {
    let old = secrets.old.as_ref().filter(|it| shared.now() < it.until);
    WebhookSecret {
        secret: secrets.secret.clone(),
        old_secret: old.map(|it| it.secret.clone()),
        old_until: old.map(|it| time(it.until)),
    }
}

async fn find(shared: &Shared, key: String) -> Result<HookRecord, Problem> {
    let wanted = key.clone();
    let found = shared.read(move |views| Ok(views.hook(&wanted)?)).await?;
    found.ok_or_else(|| Problem::not_found(format!("there is no call with the key `{key}`")))
}

fn shown(it: &HookRecord) -> WebhookCall {
    WebhookCall {
        key: it.hook.key.clone(),
        url: it.hook.url.clone(),
        state: it.state.name().to_owned(),
        person: it.hook.person.map(|it| it.to_string()),
        made: time(it.hook.made),
        tries: it.tries,
        tried_at: it.tried_at.map(time),
        next_at: it.next_at.map(time),
        detail: it.detail.clone(),
    }
}

fn detail(it: &HookRecord) -> WebhookCallDetail {
    let body = String::from_utf8_lossy(&it.hook.body).into_owned();
    WebhookCallDetail { call: shown(it), body }
}
