//! A message as it waits on the site. Pure.

use crate::http::check_url;
use model::{IdentifierKind, Reply, Span};
use port::{Envelope, InboxItem, Payload};

/// How long a try is shown; of a message the engine knows until when it may reach its person.
const TRY_LASTS: Span = Span::minutes(10);

/// What a box on a page can hold and somebody reads.
const TITLE_CHARS_MAX: usize = 200;
const BODY_CHARS_MAX: usize = 2_000;

pub fn item(envelope: &Envelope) -> Result<InboxItem, Reply> {
    let refuse = |detail: &str| Reply::Refused { detail: detail.to_owned(), dead: false };
    let Payload::Short { title, body, label, url } = &envelope.payload else {
        return Err(refuse("not a short message"));
    };
    let is_visitor =
        matches!(envelope.to.kind, IdentifierKind::UserId | IdentifierKind::AnonymousId)
            && !envelope.to.value.chars().any(char::is_control);
    if !is_visitor {
        return Err(refuse("the recipient is nobody who visits a site"));
    }
    if TITLE_CHARS_MAX < title.chars().count() || BODY_CHARS_MAX < body.chars().count() {
        return Err(refuse("the words are too many for a box on a page"));
    }
    if url.as_deref().is_some_and(|it| check_url(it).is_err()) {
        return Err(refuse("its link is no web address"));
    }
    Ok(InboxItem {
        key: envelope.key.clone(),
        message: Some(envelope.message),
        person: None,
        to: envelope.to.clone(),
        title: title.clone(),
        body: body.clone(),
        label: label.clone().filter(|it| !it.trim().is_empty()),
        url: url.clone(),
        at: envelope.at,
        until: envelope.at + TRY_LASTS,
    })
}
