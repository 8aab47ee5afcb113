//! Mail that came back, handed over by the mail server: bounces, complaints and answers become
//! facts of the person they are about.
//!
//! A mail server pipes each message to `POST /hooks/mail` (`fulcrum mail` does that). Mails can be
//! forged, so nothing is believed that does not name a message of ours by its unguessable id.

use crate::access::guard;
use crate::app::Shared;
use crate::pages::own_event;
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use decision::Suppression;
use listening::Incoming;
use model::{Identifier, IdentifierKind, Map, Message, Timestamp, Value};
use port::Person;
use record::{Act, Fact};
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
/// bounce is committed before the answer, so that the mail server may forget it.
async fn take_mail(State(shared): State<Arc<Shared>>, mail: Bytes) -> Response {
    let incoming = listening::read_mail(&mail);
    let kind = incoming.event_name();
    let answer = |known: bool| Json(serde_json::json!({"kind": kind, "known": known}));
    match about(&shared, &incoming).await {
        Ok(Some((message, person))) => {
            let fact = fact_of(&incoming, &message, &person, shared.now());
            match shared.urgent(fact).await {
                Ok(()) => answer(true).into_response(),
                Err(problem) => problem.into_response(),
            }
        }
        Ok(None) => answer(false).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// The message that the mail names, if the name is ours, and its person.
async fn about(shared: &Shared, incoming: &Incoming) -> Result<Option<(Message, Person)>, Problem> {
    let Some(mail_id) = incoming.original_message_id().map(str::to_owned) else { return Ok(None) };
    let Some(id) = engine::claimed_message(&mail_id) else { return Ok(None) };
    let keys = shared.keys;
    shared
        .read(move |views| {
            let Some(message) = views.message(id)? else { return Ok(None) };
            if !engine::is_mail_id(&keys, &message, &mail_id) {
                return Ok(None);
            }
            let person = views.load(&[views.current(message.person)?])?.pop();
            Ok(person.map(|it| (message, it)))
        })
        .await
}

fn fact_of(incoming: &Incoming, message: &Message, person: &Person, now: Timestamp) -> Fact {
    let mut properties = Map::new();
    properties.insert("message".to_owned(), Value::Text(message.id.to_string()));
    properties.insert("content".to_owned(), Value::Text(message.content.to_string()));
    if let Some(status) = incoming.status() {
        properties.insert("status".to_owned(), Value::Text(status.to_owned()));
    }
    let mut acts = Vec::new();
    if let (Some(reason), Some(address)) = (incoming.suppresses(), address(incoming, person)) {
        acts.push(Act::Suppress(Suppression { address, reason, at: now }));
    }
    if let Some(delivered) = incoming.delivered() {
        let detail = incoming.status().unwrap_or_default().to_owned();
        acts.push(Act::Settle { message: message.id, delivered, detail });
    }
    let event = own_event(incoming.event_name(), properties, now);
    Fact { event, person: Some(person.id), acts }
}

/// The address that the mail is about: the one it names if that is the person's, or the only one.
fn address(incoming: &Incoming, person: &Person) -> Option<Identifier> {
    match incoming.recipient() {
        Some(recipient) => {
            let named = Identifier::email(recipient);
            person.known.has(&named).then_some(named)
        }
        None => {
            let mut known = person.known.of_kind(IdentifierKind::Email);
            let only = known.next().map(|it| it.0.clone());
            if known.next().is_some() { None } else { only }
        }
    }
}
