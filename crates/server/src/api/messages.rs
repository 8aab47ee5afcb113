//! Messages to one person that a program orders: receipts, codes, and whatever else cannot wait for a
//! journey.

use super::called::{ORDERS, Whom, idempotency_key};
use super::json::{Body, time};
use super::person::ReasonInfo;
use super::timeline::TrailStep;
use crate::app::Shared;
use crate::pages::own_event;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use engine::{Loaded, direct_content, ordered_key};
use model::{
    Channel, Class, ContentName, Map, Message, MessageId, MessageState, SourceId, Span, Timestamp,
    Value,
};
use port::Views;
use record::{Act, DIRECT, Fact, MessageOrder};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The event that an order becomes in the person's timeline.
const ORDERED: &str = "Message Ordered";

/// How long it may take to leave, if the order does not say: as long as other messages.
const EXPIRES_AFTER: Span = Span::DAY;

/// What nobody waits for any longer.
const EXPIRES_MAX: Span = Span::days(30);

#[derive(Serialize, Deserialize, ToSchema)]
pub struct MessageRequest {
    pub to: Whom,
    /// The name of a content of the programme, or a content itself: the fields of its front matter, and
    /// `body`. One that comes along is transactional unless it says otherwise.
    #[schema(value_type = Object)]
    pub content: Said,
    /// By preference; `["email"]` if it is not said.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub channels: Vec<String>,
    /// What the content's templates call `event.*`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map,
    /// After so long it is not sent any more, such as `15m`; a day if it is not said.
    #[serde(default)]
    #[schema(nullable = false)]
    pub expires: Option<String>,
    /// The content's class in place of its own: `service`, `lifecycle`, `promotion`.
    #[serde(default)]
    #[schema(value_type = String)]
    pub class: Option<Class>,
    /// The same key is the same message, for ever. The header `Idempotency-Key` says the same.
    #[serde(default)]
    #[schema(nullable = false)]
    pub idempotency_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum Said {
    Name(String),
    Direct(Map),
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct OrderedMessage {
    pub id: String,
    pub person: String,
    #[schema(required)]
    pub idempotency_key: Option<String>,
    pub content: String,
    /// `pending`, `sent`, `failed`, `suppressed`, `dropped`, `merged` or `unknown`.
    pub state: String,
    #[schema(required)]
    pub channel: Option<String>,
    #[schema(required)]
    pub reason: Option<ReasonInfo>,
    #[schema(format = DateTime)]
    pub created: String,
    #[schema(format = DateTime)]
    pub expires: String,
    pub trail: Vec<TrailStep>,
}

/// Send a message to one person
#[utoipa::path(post, path = "/api/v1/messages", tag = "messages",
    request_body = MessageRequest,
    responses((status = 202, description = "Stored; it competes and leaves as any other.", body = OrderedMessage),
        (status = 200, description = "This key was used before: that message, as it is now.", body = OrderedMessage),
        (status = 404, description = "There is no such content or person.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Nobody may be known by these identifiers.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The content cannot be read.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn send_message(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Body(mut asked): Body<MessageRequest>,
) -> Result<(StatusCode, Json<OrderedMessage>), Problem> {
    let key = idempotency_key(&headers, asked.idempotency_key.take())?;
    if let Some(found) = by_key(&shared, &key).await? {
        return Ok((StatusCode::OK, Json(found)));
    }
    let now = shared.now();
    let (content, data) = content(&shared.handle.loaded(), asked.content, asked.data)?;
    let channels = channels(&asked.channels, &shared)?;
    let order = MessageOrder {
        key: key.clone(),
        content,
        channels: channels.clone(),
        class: asked.class,
        value: 0.0,
        to: asked.to.address(&channels),
        expires: expires(asked.expires.as_deref(), now)?,
    };
    let mut event = own_event(ORDERED, data, now);
    event.source = SourceId::from(ORDERS);
    event.message_id = Some(key.clone());
    let person = asked.to.name(&shared, &mut event).await?;
    shared.urgent(Fact { event, person, acts: vec![Act::Send(order)] }).await?;
    let found = by_key(&shared, &key).await?;
    let found = found.ok_or_else(|| {
        Problem::conflict(
            "nobody may be known by these identifiers: they are blocked or were erased",
        )
    })?;
    Ok((StatusCode::ACCEPTED, Json(found)))
}

/// See what became of a message
#[utoipa::path(get, path = "/api/v1/messages/{id}", tag = "messages",
    params(("id" = String, Path, description = "A message's id such as `m12`.")),
    responses((status = 200, description = "Done.", body = OrderedMessage),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_message(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<OrderedMessage>, Problem> {
    let id: MessageId = id.parse().map_err(Problem::not_found)?;
    let found = shared.read(move |views| shown(views, id)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found(format!("there is no message {id}")))
}

async fn by_key(shared: &Shared, key: &str) -> Result<Option<OrderedMessage>, Problem> {
    let key = ordered_key(key);
    let found = shared.read(move |views| match views.message_by_key(&key)? {
        Some(id) => shown(views, id),
        None => Ok(None),
    });
    found.await
}

fn content(loaded: &Loaded, said: Said, mut data: Map) -> Result<(ContentName, Map), Problem> {
    match said {
        Said::Name(name) => {
            let name = ContentName::from(&*name);
            match loaded.programme.contents.contains_key(&name) {
                true => Ok((name, data)),
                false => {
                    let text = format!("the programme has no content `{name}`");
                    Err(Problem::not_found(text))
                }
            }
        }
        Said::Direct(content) => {
            data.insert(DIRECT.to_owned(), Value::Map(content));
            let content = direct_content(&data, &loaded.programme).map_err(|problems| Problem {
                title: "The content has problems".to_owned(),
                ..Problem::in_files(problems)
            })?;
            Ok((content.name, data))
        }
    }
}

fn channels(names: &[String], shared: &Shared) -> Result<Vec<Channel>, Problem> {
    let mut channels = Vec::new();
    for name in names {
        let known = Channel::from_name(name)
            .ok_or_else(|| Problem::bad(format!("there is no channel `{name}`")))?;
        if !channels.contains(&known) {
            channels.push(known);
        }
    }
    if channels.is_empty() {
        channels.push(Channel::Email);
    }
    let providers = shared.settings.providers;
    match channels.iter().any(|it| providers.contains(*it)) {
        true => Ok(channels),
        false => Err(Problem::conflict(
            "none of these channels has a provider; set one up in fulcrum.toml",
        )),
    }
}

fn expires(after: Option<&str>, now: Timestamp) -> Result<Timestamp, Problem> {
    let after = match after {
        Some(text) => Span::parse(text)
            .map_err(|error| Problem::bad(format!("expires: {error}; write it like 15m")))?,
        None => EXPIRES_AFTER,
    };
    match Span::ZERO < after && after <= EXPIRES_MAX {
        true => Ok(now + after),
        false => Err(Problem::bad(format!("expires: between a moment and {EXPIRES_MAX}"))),
    }
}

fn shown(views: &dyn Views, id: MessageId) -> Result<Option<OrderedMessage>, Problem> {
    Ok(views.message(id)?.map(|it| ordered(&it)))
}

fn ordered(it: &Message) -> OrderedMessage {
    let reason = match &it.state {
        MessageState::Ended { reason, .. } => Some(ReasonInfo::from(*reason)),
        MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::InFlight { .. } => None,
    };
    OrderedMessage {
        id: it.id.to_string(),
        person: it.person.to_string(),
        idempotency_key: it.key.strip_prefix(&ordered_key("")).map(str::to_owned),
        content: it.content.to_string(),
        state: it.ledger_state().name().to_owned(),
        channel: it.channel().map(|it| it.name().to_owned()),
        reason,
        created: time(it.created),
        expires: time(it.expires),
        trail: it.trail.iter().map(TrailStep::from).collect(),
    }
}
