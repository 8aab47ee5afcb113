//! The preference page behind the link in every message: it may only restrict, and shows nothing
//! that is personal. A button has the link to everything else mailed to the person's own address.

use super::choices::{self, Right, Standing};
use super::sheet::Sheet;
use super::{channels, form, layout, own_event, person_or_blank, verify};
use crate::app::Shared;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::{Link, Word};
use maud::{Markup, html};
use model::{Map, PersonId, Request};
use port::Person;
use record::{Act, Fact};
use std::sync::Arc;

/// Shows what holds. Changes nothing.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Response {
    let Some(Link::Preferences { person, .. }) = verify(&shared, &token) else {
        return layout::bad_link(&sheet);
    };
    let Ok(person) = person_or_blank(&shared, person).await else {
        return layout::try_again(&sheet);
    };
    let content = content(&shared, &sheet, &person, &token, &[], &[], None);
    layout::page(&sheet, StatusCode::OK, Word::ChoicesTitle, &content)
}

/// Takes what restricts, and answers when it holds.
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
    body: Body,
) -> Response {
    let Some(Link::Preferences { person: id, .. }) = verify(&shared, &token) else {
        return layout::bad_link(&sheet);
    };
    let fields = form::read(body).await;
    let turn = shared.wishes.lock().await;
    let Ok(before) = person_or_blank(&shared, id).await else { return layout::try_again(&sheet) };
    let addresses = engine::addresses(&before);
    let standing = Standing {
        consents: &before.consents,
        addresses: &addresses,
        channels: channels(&shared),
        now: shared.now(),
    };
    let asked = choices::asked(&sheet, &standing, &Right::Restrict, &fields);
    if !asked.errors.is_empty() {
        let content = content(&shared, &sheet, &before, &token, &fields, &asked.errors, None);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return layout::page(&sheet, status, Word::ChoicesTitle, &content);
    }
    let stored = shared.urgent(chosen(id, asked, shared.now())).await;
    drop(turn);
    if stored.is_err() {
        return layout::try_again(&sheet);
    }
    let Ok(after) = person_or_blank(&shared, id).await else { return layout::try_again(&sheet) };
    let saved = Some(Word::ChoicesSaved);
    let content = content(&shared, &sheet, &after, &token, &[], &[], saved);
    layout::page(&sheet, StatusCode::OK, Word::ChoicesTitle, &content)
}

/// Has the link to everything mailed to the person. Whether there is one to mail it to, and whether
/// it was sent, the answer does not say.
pub(super) async fn mail_link(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Response {
    let Some(Link::Preferences { person, .. }) = verify(&shared, &token) else {
        return layout::bad_link(&sheet);
    };
    match shared.urgent(link_wanted(person, shared.now())).await {
        Ok(()) => super::ask::on_its_way(&sheet),
        Err(_) => layout::try_again(&sheet),
    }
}

/// Somebody wants the link to everything mailed to a person's own address.
pub(super) fn link_wanted(person: PersonId, now: model::Timestamp) -> Fact {
    let event = own_event("Link Requested", Map::new(), now);
    Fact { event, person: Some(person), acts: vec![Act::Mail(Request::Link)] }
}

pub(super) fn chosen(person: PersonId, asked: choices::Asked, now: model::Timestamp) -> Fact {
    let mut acts = vec![Act::Wish(asked.wishes)];
    acts.extend(asked.statements.into_iter().map(Act::State));
    Fact { event: own_event("Preferences Changed", Map::new(), now), person: Some(person), acts }
}

fn content(
    shared: &Shared,
    sheet: &Sheet,
    person: &Person,
    token: &str,
    typed: &[(String, String)],
    errors: &[(&'static str, Word)],
    said: Option<Word>,
) -> Markup {
    let words = sheet.words();
    let addresses = engine::addresses(person);
    let standing = Standing {
        consents: &person.consents,
        addresses: &addresses,
        channels: channels(shared),
        now: shared.now(),
    };
    html! {
        @if let Some(said) = said { p role="status" { (words.say(said)) } }
        p.soft { (words.say(Word::ChoicesRestrict)) }
        (choices::form(sheet, &standing, &Right::Restrict, typed, errors))
        h2 { (words.say(Word::ChoicesMoreTitle)) }
        p.soft { (words.say(Word::ChoicesMoreText)) }
        form method="post" action=(sheet.to(&format!("/p/{token}/link"))) {
            button.plain type="submit" { (words.say(Word::ChoicesMoreButton)) }
        }
    }
}
