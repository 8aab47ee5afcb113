//! Pages for customers, reached by signed links in messages: plain HTML without script or cookie.
//! A GET shows and changes nothing, since scanners follow links; only a POST does something.

mod ask;
mod choices;
mod clicks;
mod confirm;
mod data;
pub(crate) mod form;
mod fresh;
mod layout;
mod preferences;
mod reason;
mod received;
mod sheet;
mod unsubscribe;

pub(crate) use clicks::{Told, tell};
pub(crate) use data::document;
pub(crate) use fresh::erasure;

use crate::app::{Shared, hex, random};
use crate::problem::Problem;
use axum::Router;
use axum::routing::get;
use content::Link;
use decision::Consents;
use engine::OWN_SOURCE;
use model::{
    Channel, ChannelSet, Event, EventFlags, EventKind, Map, Message, MessageId, PersonId, SourceId,
    Span, Timestamp,
};
use port::Person;
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/u/{token}", get(unsubscribe::show).post(unsubscribe::act))
        .route("/p/{token}", get(preferences::show).post(preferences::act))
        .route("/p/{token}/link", get(preferences::show).post(preferences::mail_link))
        .route("/f", get(ask::show).post(ask::act))
        .route("/f/{token}", get(fresh::show).post(fresh::act))
        .route("/f/{token}/new", get(fresh::show).post(fresh::renew))
        .route("/f/{token}/messages", get(fresh::messages))
        .route("/f/{token}/data", get(fresh::data))
        .route("/f/{token}/data.json", get(fresh::data_file))
        .route("/f/{token}/erase", get(fresh::ask_erase).post(fresh::erase))
        .route("/w/{token}", get(reason::show))
        .route("/k/{token}", get(confirm::show).post(confirm::act))
        .route("/c/{token}", get(clicks::click))
        .route("/o/{token}", get(clicks::open))
}

/// What a token means, if it is one of ours.
fn verify(shared: &Shared, token: &str) -> Option<Link> {
    content::links::verify(token, &shared.keys.link)
}

/// The message behind a link; none if the state does not have it (any more).
async fn message(shared: &Shared, id: MessageId) -> Option<Message> {
    shared.read(move |views| Ok(views.message(id)?)).await.ok().flatten()
}

/// Channels in which we can write at all.
fn channels(shared: &Shared) -> ChannelSet {
    match shared.settings.providers {
        none if none.is_empty() => ChannelSet::EMPTY.with(Channel::Email),
        some => some,
    }
}

/// The person behind a link; one of whom nothing is known for somebody whom the state does not have.
async fn person_or_blank(shared: &Shared, person: PersonId) -> Result<Person, Problem> {
    let now = shared.now();
    let read = shared.read(move |views| {
        let current = views.current(person)?;
        Ok(views.load(&[current])?.pop().unwrap_or_else(|| Person::new(person, now)))
    });
    read.await
}

/// What the person behind a link said before; nothing for somebody whom the state does not know.
async fn consents(shared: &Shared, person: PersonId) -> Result<Consents, Problem> {
    Ok(person_or_blank(shared, person).await?.consents)
}

/// Now, and after everything that was said before: a statement from a clock that runs ahead, or in
/// the same millisecond, must not win over what somebody chooses with their own hand.
fn after_all(consents: &Consents, now: Timestamp) -> Timestamp {
    let statements = consents.listing(now).into_iter().map(|it| it.at);
    let latest = statements.chain([consents.wishes().at]).max().unwrap_or(now);
    now.max(latest + Span(1))
}

/// Something that happened on our own pages, or that came back to us.
pub(crate) fn own_event(name: &str, properties: Map, now: Timestamp) -> Event {
    Event {
        source: SourceId::from(OWN_SOURCE),
        message_id: Some(hex(&random::<16>())),
        kind: EventKind::Track { name: name.to_owned() },
        user_id: None,
        anonymous_id: None,
        properties,
        context: Map::new(),
        time: now,
        received: now,
        flags: EventFlags::default(),
    }
}
