//! What became of a message in a visitor's browser: it was shown, closed, or its link was followed. Whoever has
//! the message's token has the message. The same said twice is one event.

use super::{answered, body};
use crate::app::{Shared, hex};
use crate::pages::{Told, tell};
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use content::Link;
use model::{Channel, MessageId};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Heard {
    /// The message's token, or its whole link.
    id: String,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Shown,
    Dismissed,
    /// The link itself says that it was followed; this only takes the message away.
    Followed,
}

pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    sent: Body,
) -> Response {
    let taken = async {
        take(&shared, &headers, sent).await.map(|()| StatusCode::NO_CONTENT.into_response())
    };
    answered(&method, &headers, taken).await
}

async fn take(shared: &Arc<Shared>, headers: &HeaderMap, sent: Body) -> Result<(), Problem> {
    let heard: Heard = body(sent).await?;
    let id = message_of(shared, &heard.id);
    let id = id.ok_or_else(|| Problem::bad("this token is none of ours"))?;
    let wait = |wait| Problem::too_many("too much was said of this message", wait);
    shared.asks.take(&hex(&id.0.to_be_bytes())).map_err(wait)?;
    let message = shared.read(move |views| Ok(views.message(id)?)).await?;
    let Some(message) = message else { return Ok(()) };
    let channel = message.channel();
    let told = match (channel, heard.what) {
        (Some(Channel::Onsite | Channel::Push), What::Shown) => Some(Told::Shown),
        (Some(Channel::Onsite | Channel::Push), What::Dismissed) => Some(Told::Dismissed),
        (_, What::Shown | What::Dismissed | What::Followed) => None,
    };
    if channel == Some(Channel::Onsite) && heard.what != What::Shown {
        shared.take_out(vec![message.key.clone()]).await?;
    }
    match told {
        Some(told) => tell(shared, &message, told, headers).await,
        None => Ok(()),
    }
}

/// By the token of the message itself, or by that of its link.
fn message_of(shared: &Shared, text: &str) -> Option<MessageId> {
    let token = text.rsplit('/').next().unwrap_or(text);
    match content::links::verify(token, &shared.keys.link)? {
        Link::Open { message } | Link::Click { message, .. } => Some(message),
        Link::Unsubscribe { .. }
        | Link::Preferences { .. }
        | Link::Why { .. }
        | Link::Confirm { .. }
        | Link::Fresh { .. }
        | Link::Download { .. } => None,
    }
}
