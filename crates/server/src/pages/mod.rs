//! Pages for customers, reached by signed links in messages: plain HTML without script or cookie.
//! A GET shows and changes nothing, since scanners follow links; only a POST does something.

mod clicks;
mod confirm;
mod form;
mod layout;
mod preferences;
mod reason;
mod unsubscribe;

use crate::app::{Shared, hex, random};
use crate::problem::Problem;
use axum::Router;
use axum::routing::get;
use content::Link;
use decision::Consents;
use model::{
    Event, EventFlags, EventKind, Map, Message, MessageId, PersonId, SourceId, Span, Timestamp,
};
use std::sync::Arc;

/// The source of what happens on our own pages.
const OWN_SOURCE: &str = "fulcrum";

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/u/{token}", get(unsubscribe::show).post(unsubscribe::act))
        .route("/p/{token}", get(preferences::show).post(preferences::act))
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

/// What the person behind a link said before; nothing for somebody whom the state does not know.
async fn consents(shared: &Shared, person: PersonId) -> Result<Consents, Problem> {
    let read = shared.read(move |views| {
        let current = views.current(person)?;
        Ok(views.load(&[current])?.pop().map(|it| it.consents).unwrap_or_default())
    });
    read.await
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
