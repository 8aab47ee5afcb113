//! Confirming an address: one page with one button. Only the button counts, since programs that look
//! for dangerous links follow them all.

use super::sheet::Sheet;
use super::{after_all, consents, layout, message, own_event, verify};
use crate::app::Shared;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::{Link, Word};
use decision::{ConsentState, Statement};
use maud::{Markup, html};
use model::{Identifier, Map, MessageId, PersonId, Value};
use record::{Act, Fact};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Shows what would be confirmed. Changes nothing.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Response {
    let Some(asked) = asked(&shared, &token).await else { return layout::bad_link(&sheet) };
    match asked.waiting.is_empty() {
        true => done(&shared, &sheet, &asked, false),
        false => {
            let words = sheet.words();
            let content = html! {
                p { (words.say(Word::ConfirmQuestion)) }
                (list(&sheet, &asked.waiting))
                form method="post" { button type="submit" { (words.say(Word::ConfirmButton)) } }
                p.soft { (words.say(Word::ConfirmNotYou)) }
            };
            layout::page(&sheet, StatusCode::OK, Word::ConfirmTitle, &content)
        }
    }
}

/// Takes the confirmation, and answers when it holds.
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Response {
    let turn = shared.wishes.lock().await;
    let Some(asked) = asked(&shared, &token).await else { return layout::bad_link(&sheet) };
    let now = shared.now();
    if !asked.waiting.is_empty() {
        let Ok(before) = consents(&shared, asked.person).await else {
            return layout::try_again(&sheet);
        };
        let at = after_all(&before, now);
        let lasts = sheet.loaded.programme.policy.consent_lasts;
        let confirmed = |it: &Statement| Statement {
            state: ConsentState::Granted,
            address: Some(asked.address.clone()),
            at,
            source: format!("confirmed by a mailed link; asked for {} at {}", it.at, it.source),
            proof: format!("the link in {} was used", asked.message),
            expires: lasts.map(|it| at + it),
            ..it.clone()
        };
        let acts = asked.waiting.iter().map(|it| Act::State(confirmed(it))).collect();
        let event = own_event("Consent Confirmed", forms(&asked.waiting), now);
        if shared.urgent(Fact { event, person: Some(asked.person), acts }).await.is_err() {
            return layout::try_again(&sheet);
        }
    }
    drop(turn);
    done(&shared, &sheet, &asked, true)
}

/// The forms in which it was said.
fn forms(waiting: &[Statement]) -> Map {
    let names: BTreeSet<&str> = waiting.iter().filter_map(|it| form_of(&it.source)).collect();
    let names: Vec<Value> = names.into_iter().map(Value::from).collect();
    match names.is_empty() {
        true => Map::new(),
        false => Map::from([("forms".to_owned(), Value::List(names))]),
    }
}

/// The form in what [`content::form::source`] made.
fn form_of(source: &str) -> Option<&str> {
    source.strip_prefix("form ")?.split(" at ").next()
}

/// What a link asks to confirm.
struct Asked {
    person: PersonId,
    message: MessageId,
    address: Identifier,
    /// Empty when it was confirmed before, taken back meanwhile, or is too old.
    waiting: Vec<Statement>,
}

async fn asked(shared: &Shared, token: &str) -> Option<Asked> {
    let Some(Link::Confirm { person, message: id }) = verify(shared, token) else { return None };
    let address = message(shared, id).await?.to?;
    let waiting = consents(shared, person).await.ok()?.unconfirmed(&address, shared.now());
    Some(Asked { person, message: id, address, waiting })
}

fn done(shared: &Shared, sheet: &Sheet, asked: &Asked, now: bool) -> Response {
    let (person, message) = (asked.person, asked.message);
    let preferences = Link::Preferences { person, message }.sign(&shared.keys.link);
    let words = sheet.words();
    let confirmed = now && !asked.waiting.is_empty();
    let content = html! {
        @if confirmed {
            p role="status" { (words.say(Word::ConfirmDone)) }
            (list(sheet, &asked.waiting))
            (crate::site::offers(shared, asked.person, &said_at(&asked.waiting), &words))
        } @else {
            p { (words.say(Word::ConfirmNothing)) }
            p { (words.say(Word::ConfirmAgain)) }
        }
        p.links {
            a href=(sheet.to(&format!("/p/{preferences}"))) { (words.say(Word::WhyChange)) }
        }
    };
    let title = if confirmed { Word::ConfirmDoneTitle } else { Word::ConfirmNothingTitle };
    layout::page(sheet, StatusCode::OK, title, &content)
}

/// Where what was confirmed was said.
fn said_at(waiting: &[Statement]) -> Vec<String> {
    waiting.iter().map(|it| it.source.clone()).collect()
}

fn list(sheet: &Sheet, waiting: &[Statement]) -> Markup {
    let words = sheet.words();
    html! {
        ul {
            @for it in waiting {
                li {
                    @match &it.topic {
                        Some(topic) => { (words.with(Word::ConfirmTopic, &[("topic", topic.as_str())])) }
                        None => { (words.say(Word::ConfirmAll)) }
                    }
                    @if !it.wording.is_empty() { p.soft { (it.wording) } }
                }
            }
        }
    }
}
