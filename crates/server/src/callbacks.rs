//! What providers call back: receipts, bounces, complaints and what people wrote become facts of the
//! person they are about.
//!
//! `POST /hooks/{provider}` is open to the world; a call is believed by its signature alone. What ends an
//! address or takes back a yes is committed before the answer, so that the provider may forget it.

use crate::app::Shared;
use crate::pages::own_event;
use crate::problem::Problem;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use channels::callbacks::{BadCallback, Callback, Headers, What};
use channels::smpp::same_id;
use decision::{ConsentState, Statement, Suppression};
use futures_util::future::join_all;
use model::{
    Channel, Identifier, IdentifierKind, Map, Message, MessageState, PersonId, Purpose, Reason,
    SourceId, Timestamp, Value,
};
use port::{Person, Views};
use record::{Act, Fact, LogRecord};
use std::sync::Arc;

/// Some thousands of receipts. It is read before anybody has proved who they are, so no more.
const BODY_BYTES_MAX: usize = 4 << 20;

/// More messages than one person gets while a receipt is on its way.
const RECENT_MAX: usize = 100;

/// Wishes that are handed to the engine together: some 10 ms of its work.
const AT_ONCE: usize = 200;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/hooks/{provider}", post(take))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn take(
    State(shared): State<Arc<Shared>>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let read = read(&shared, provider.clone(), query, headers, body).await;
    let callbacks = match read {
        Ok(Some(Ok(callbacks))) => callbacks,
        Ok(Some(Err(bad))) => return refused(&provider, bad),
        Ok(None) => {
            return Problem::not_found("this provider is not set up to call back").into_response();
        }
        Err(problem) => return problem.into_response(),
    };
    match carry_out(&shared, provider, callbacks).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn refused(provider: &str, bad: BadCallback) -> Response {
    tracing::warn!(provider, why = %bad, "a provider's call was refused");
    let status = match bad {
        BadCallback::Unsigned | BadCallback::Forged => StatusCode::FORBIDDEN,
        BadCallback::Stale | BadCallback::Unreadable => StatusCode::BAD_REQUEST,
        BadCallback::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
        BadCallback::Later => StatusCode::SERVICE_UNAVAILABLE,
    };
    Problem::new(status, "The call was refused", bad.to_string()).into_response()
}

type Read = Option<Result<Vec<Callback>, BadCallback>>;

/// On a thread that may wait: a certificate may have to be fetched.
async fn read(
    shared: &Shared,
    provider: String,
    query: Option<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Read, Problem> {
    let Some(receiver) = shared.settings.callbacks.clone() else { return Ok(None) };
    let now = shared.now();
    let work = move || {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let found = receiver.read(&provider, query.as_deref(), Headers(&headers), &body, now);
        for callback in found.iter().flatten().flatten() {
            if let What::Confirm { url } = &callback.what {
                let yes = receiver.confirm(url);
                tracing::info!(provider, yes, "a provider asked whether it may call back");
            }
        }
        found
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())
}

async fn carry_out(
    shared: &Arc<Shared>,
    provider: String,
    callbacks: Vec<Callback>,
) -> Result<(), Problem> {
    let now = shared.now();
    let keys = shared.keys;
    let facts = shared.read(move |views| {
        let found = callbacks.iter().map(|it| fact_of(views, &keys, it, &provider, now));
        found.filter_map(Result::transpose).collect::<Result<Vec<Fact>, _>>()
    });
    let (urgent, others): (Vec<Fact>, Vec<Fact>) =
        facts.await?.into_iter().partition(|it| !it.acts.is_empty());
    let records: Vec<Vec<u8>> = others.into_iter().map(|it| LogRecord::Fact(it).encode()).collect();
    if !records.is_empty() {
        shared.append(records).await?;
    }
    // No more at once than the engine takes in a turn, or a long list would hold up everybody's wishes.
    let mut urgent = urgent.into_iter().peekable();
    while urgent.peek().is_some() {
        let some = urgent.by_ref().take(AT_ONCE).map(|it| shared.urgent(it));
        join_all(some).await.into_iter().collect::<Result<(), _>>()?;
    }
    Ok(())
}

/// What a callback says of a person, against the committed state; none if it says nothing, or of nobody we know.
pub(crate) fn fact_of(
    views: &dyn Views,
    keys: &engine::Keys,
    callback: &Callback,
    provider: &str,
    now: Timestamp,
) -> Result<Option<Fact>, Problem> {
    if !says_something(&callback.what) {
        return Ok(None);
    }
    let about = About::find(views, keys, callback)?;
    Ok(about.map(|it| it.fact(callback, provider, now)))
}

/// What providers count by themselves, opens and clicks, is counted by our own links already.
fn says_something(what: &What) -> bool {
    match what {
        What::Delivered
        | What::Deferred { .. }
        | What::Bounced { .. }
        | What::Complained
        | What::Unsubscribed
        | What::Resubscribed
        | What::Said { .. } => true,
        What::OnItsWay
        | What::Opened
        | What::Clicked { .. }
        | What::Confirm { .. }
        | What::Other(_) => false,
    }
}

/// Whom a callback is about, and which message.
struct About {
    person: PersonId,
    message: Option<Message>,
    address: Option<Identifier>,
}

impl About {
    /// None if it names neither a message of ours nor somebody we know. A message counts only for an
    /// address of its person.
    fn find(
        views: &dyn Views,
        keys: &engine::Keys,
        callback: &Callback,
    ) -> Result<Option<About>, Problem> {
        let to = callback.to.clone();
        if let Some(message) = named(views, keys, callback)? {
            let person = views.load(&[views.current(message.person)?])?.pop();
            let is_theirs = |it: &Person| to.as_ref().is_none_or(|to| it.known.has(to));
            if let Some(person) = person.filter(is_theirs) {
                let address = to.or_else(|| only_address(&person, message.channel()));
                return Ok(Some(About { person: person.id, message: Some(message), address }));
            }
        }
        let Some(address) = to else { return Ok(None) };
        let owner = views.owners(std::slice::from_ref(&address))?.pop().flatten();
        let Some(person) = owner else { return Ok(None) };
        let message = match &callback.provider_id {
            Some(id) => taken_as(views, person, id)?,
            None => None,
        };
        Ok(Some(About { person, message, address: Some(address) }))
    }

    fn fact(self, callback: &Callback, provider: &str, now: Timestamp) -> Fact {
        let channel = self.channel();
        let (name, more) = said(&callback.what, channel);
        let mut properties = more;
        if let Some(message) = &self.message {
            properties.insert("message".to_owned(), Value::Text(message.id.to_string()));
            properties.insert("content".to_owned(), Value::Text(message.content.to_string()));
        }
        let mut event = own_event(&name, properties, now);
        if !callback.event.is_empty() {
            event.source = SourceId::from(&*format!("hooks/{provider}"));
            event.message_id = Some(callback.event.clone());
        }
        // A provider's clock is not ours: what it says is later than now is now.
        event.time = callback.at.unwrap_or(now).min(now);
        let acts = self.acts(&callback.what, channel, provider, event.time);
        Fact { event, person: Some(self.person), acts }
    }

    fn channel(&self) -> Channel {
        let of_address = |it: &Identifier| match it.kind {
            IdentifierKind::Phone => Channel::Sms,
            IdentifierKind::DeviceToken => Channel::Push,
            _ => Channel::Email,
        };
        let of_message = self.message.as_ref().and_then(Message::channel);
        of_message.or(self.address.as_ref().map(of_address)).unwrap_or(Channel::Email)
    }

    fn acts(&self, what: &What, channel: Channel, provider: &str, at: Timestamp) -> Vec<Act> {
        let settle = |delivered: bool, detail: String| {
            let message = self.message.as_ref()?.id;
            Some(Act::Settle { message, delivered, detail })
        };
        let suppress = |reason: Reason| {
            let address = self.address.clone()?;
            Some(Act::Suppress(Suppression { address, reason, at }))
        };
        let state = |state: ConsentState| {
            Some(Act::State(Statement {
                purpose: Purpose::Marketing,
                channel: Some(channel),
                topic: None,
                address: None,
                state,
                at,
                source: format!("{provider}, {channel}"),
                wording: String::new(),
                proof: String::new(),
                expires: None,
            }))
        };
        let acts = match what {
            What::Delivered => vec![settle(true, provider.to_owned())],
            What::Bounced { hard, status, .. } => {
                let detail = status.clone().unwrap_or_else(|| provider.to_owned());
                vec![settle(false, detail), suppress(Reason::Bounced).filter(|_| *hard)]
            }
            What::Complained => vec![suppress(Reason::Complained)],
            What::Unsubscribed => vec![state(ConsentState::Withdrawn)],
            // Their own phone said so; of mail it may have been somebody at the provider's console.
            What::Resubscribed if channel == Channel::Sms => vec![state(ConsentState::Granted)],
            _ => Vec::new(),
        };
        acts.into_iter().flatten().collect()
    }
}

/// The person's message that the provider took under this id. Receipts come within days.
fn taken_as(views: &dyn Views, person: PersonId, id: &str) -> Result<Option<Message>, Problem> {
    let recent = views.messages_of(person, None, RECENT_MAX)?;
    let is_it = |it: &Message| delivery::provider_id(it).is_some_and(|given| same_id(given, id));
    Ok(recent.into_iter().find(is_it))
}

/// Whether it is about a message whose taking is not committed yet: receipts overtake that, some even the answer to
/// the message itself.
pub(crate) fn is_early(views: &dyn Views, callback: &Callback) -> Result<bool, Problem> {
    let (Some(address), Some(id)) = (&callback.to, &callback.provider_id) else { return Ok(false) };
    let owner = views.owners(std::slice::from_ref(address))?.pop().flatten();
    let Some(person) = owner else { return Ok(false) };
    let recent = views.messages_of(person, None, RECENT_MAX)?;
    let is_it = |it: &Message| delivery::provider_id(it).is_some_and(|given| same_id(given, id));
    let flies = |it: &Message| matches!(&it.state, MessageState::InFlight { address: to, .. } if to == address);
    Ok(!recent.iter().any(is_it) && recent.iter().any(flies))
}

/// Where the provider does not say it: the address that the channel reaches them by, if there is one alone.
fn only_address(person: &Person, channel: Option<Channel>) -> Option<Identifier> {
    let [kind] = channel?.reached_by() else { return None };
    let mut known = person.known.of_kind(*kind);
    let only = known.next().map(|it| it.0.clone());
    if known.next().is_some() { None } else { only }
}

/// The message that it names, by what only a mail of ours carries or by the variable of ours that the
/// provider, who has signed, gives back.
fn named(
    views: &dyn Views,
    keys: &engine::Keys,
    callback: &Callback,
) -> Result<Option<Message>, Problem> {
    if let Some(id) = callback.message {
        return Ok(views.message(id)?);
    }
    let Some(mail_id) = &callback.mail_id else { return Ok(None) };
    let mail_id = format!("<{mail_id}>");
    let Some(id) = engine::claimed_message(&mail_id) else { return Ok(None) };
    let found = views.message(id)?;
    Ok(found.filter(|it| engine::is_mail_id(keys, it, &mail_id)))
}

/// The event that it becomes, and what it says beside the message.
fn said(what: &What, channel: Channel) -> (String, Map) {
    let of = match channel {
        Channel::Email => "Email",
        Channel::Sms => "SMS",
        Channel::Push => "Push",
        Channel::Onsite => "On-site Message",
        Channel::Social => "Social Message",
        Channel::Webhook => "Webhook",
    };
    let text = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned()));
    let (verb, properties): (&str, Vec<(String, Value)>) = match what {
        What::Delivered => ("Delivered", Vec::new()),
        What::Deferred { reason, status } => (
            "Delayed",
            [Some(text("reason", reason)), status.as_deref().map(|it| text("status", it))]
                .into_iter()
                .flatten()
                .collect(),
        ),
        What::Bounced { hard, reason, status } => (
            "Bounced",
            [
                Some(text("kind", if *hard { "hard" } else { "soft" })),
                Some(text("reason", reason)),
                status.as_deref().map(|it| text("status", it)),
            ]
            .into_iter()
            .flatten()
            .collect(),
        ),
        What::Complained => ("Complained", Vec::new()),
        What::Unsubscribed => ("Unsubscribed", Vec::new()),
        What::Resubscribed => ("Resubscribed", Vec::new()),
        What::Said { text: words } => ("Replied", vec![text("text", words)]),
        What::OnItsWay
        | What::Opened
        | What::Clicked { .. }
        | What::Confirm { .. }
        | What::Other(_) => ("Called Back", Vec::new()),
    };
    (format!("{of} {verb}"), properties.into_iter().collect())
}
