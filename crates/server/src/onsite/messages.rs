//! What waits for a visitor.
//!
//! An anonymous id is the secret of one browser: what was sent to it is given to who names it. A user id can be
//! guessed, so what waits for a known person is given only with the shop's signature. What the person said since
//! a message was sent holds here too: who switched the channel off sees nothing that still waits.

use super::{answered, body, check_key, is_ours};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use content::words::accepted;
use content::{Link, Word, Words};
use engine::{Loaded, may_be_shown};
use model::{Identifier, Timestamp};
use port::{INBOX_MAX, InboxItem, Views};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Given out at once: they are shown one after the other.
const SHOWN_MAX: usize = 5;

/// No id of a browser or a shop is longer.
const ID_CHARS_MAX: usize = 200;

/// Shorter anonymous ids could be tried out. Those of the script have 32 digits, of Segment's SDKs 36.
const ANONYMOUS_CHARS_MIN: usize = 16;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    write_key: String,
    #[serde(default)]
    anonymous_id: String,
    #[serde(default)]
    user_id: String,
    /// Of the user id, by the shop's server.
    #[serde(default)]
    signature: String,
}

#[derive(Serialize)]
struct Found {
    messages: Vec<Shown>,
    /// What the buttons are called.
    close: String,
    more: String,
}

#[derive(Serialize)]
struct Shown {
    /// By which the script says what became of it; empty for a try.
    id: String,
    title: String,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    sent: Body,
) -> Response {
    let mut response = answered(&method, &headers, find(&shared, &headers, sent)).await;
    let keep = HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    response
}

async fn find(shared: &Arc<Shared>, headers: &HeaderMap, sent: Body) -> Result<Response, Problem> {
    is_ours(shared, headers)?;
    let asked: Asked = body(sent).await?;
    check_key(shared, &asked.write_key).await?;
    let visitor = asked.visitor(shared)?;
    for it in &visitor {
        let wait = |wait| Problem::too_many("this browser asks too often", wait);
        shared.asks.take(&it.to_string()).map_err(wait)?;
    }
    let (now, loaded) = (shared.now(), shared.handle.loaded());
    let of = loaded.clone();
    let waiting = match visitor.is_empty() || shared.settings.visitors.signers.is_none() {
        true => Vec::new(),
        false => shared.read(move |views| allowed(views, &visitor, &of, now)).await?,
    };
    let language = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    let languages = accepted(language.unwrap_or_default());
    let words = Words::choose(&loaded.programme.words, languages);
    let key = &shared.keys.link;
    let shown = waiting.into_iter().take(SHOWN_MAX).map(|it| Shown {
        id: it.message.map(|message| Link::Open { message }.sign(key)).unwrap_or_default(),
        title: it.title,
        body: it.body,
        label: it.label,
        url: it.url,
    });
    let found = Found {
        messages: shown.collect(),
        close: words.say(Word::OnsiteClose).to_owned(),
        more: words.say(Word::OnsiteMore).to_owned(),
    };
    Ok(Json(found).into_response())
}

impl Asked {
    /// The addresses that the visitor has shown to be theirs.
    fn visitor(&self, shared: &Shared) -> Result<Vec<Identifier>, Problem> {
        let is_long = |it: &str| ID_CHARS_MAX < it.chars().count();
        if is_long(&self.anonymous_id) || is_long(&self.user_id) {
            return Err(Problem::bad(format!("an id has at most {ID_CHARS_MAX} characters")));
        }
        let mut visitor = Vec::new();
        if ANONYMOUS_CHARS_MIN <= self.anonymous_id.chars().count() {
            visitor.push(Identifier::anonymous_id(&self.anonymous_id));
        }
        let signers = shared.settings.visitors.signers.as_ref();
        match (self.signature.is_empty(), signers) {
            (true, _) | (_, None) => {}
            (false, Some(it)) if it.have_signed(&self.user_id, &self.signature) => {
                visitor.push(Identifier::user_id(&self.user_id));
            }
            (false, Some(_)) => {
                let detail = "the signature is not of this user id; see docs/onsite.md";
                return Err(Problem::new(StatusCode::FORBIDDEN, "Not signed", detail));
            }
        }
        Ok(visitor)
    }
}

/// What waits, less what the person does not want any more.
fn allowed(
    views: &dyn Views,
    visitor: &[Identifier],
    loaded: &Loaded,
    now: Timestamp,
) -> Result<Vec<InboxItem>, Problem> {
    let waiting = views.waiting(visitor, now, INBOX_MAX)?;
    let mut found = Vec::new();
    for item in waiting {
        // A try is nobody's message.
        let Some(id) = item.message else {
            found.push(item);
            continue;
        };
        let Some(message) = views.message(id)? else { continue };
        let owner = views.owners(std::slice::from_ref(&item.to))?.pop().flatten();
        let Some(owner) = owner else { continue };
        let Some(person) = views.load(&[views.current(owner)?])?.pop() else { continue };
        if may_be_shown(&item, &message, &person, loaded, now) {
            found.push(item);
        }
    }
    Ok(found)
}
