//! Confirming an address: one page with one button. Only the button counts, since programs that look
//! for dangerous links follow them all.

use super::{after_all, consents, layout, message, own_event, verify};
use crate::app::Shared;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::Link;
use decision::{ConsentState, Statement};
use engine::Loaded;
use maud::{Markup, html};
use model::{Identifier, Map, MessageId, PersonId};
use record::{Act, Fact};
use std::sync::Arc;

/// Shows what would be confirmed. Changes nothing.
pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    let loaded = shared.handle.loaded();
    let Some(asked) = asked(&shared, &token).await else { return layout::bad_link(&loaded) };
    match asked.waiting.is_empty() {
        true => done(&shared, &loaded, &asked, false),
        false => {
            let content = html! {
                p { "Please press the button to confirm that you want to get:" }
                (list(&asked.waiting))
                form method="post" { button type="submit" { "Yes, write to me" } }
                p.soft { "If it was not you who asked for this, close this page: nothing will be sent." }
            };
            layout::page(&loaded, StatusCode::OK, "Please confirm", &content)
        }
    }
}

/// Takes the confirmation, and answers when it holds.
pub(super) async fn act(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    let loaded = shared.handle.loaded();
    let turn = shared.wishes.lock().await;
    let Some(asked) = asked(&shared, &token).await else { return layout::bad_link(&loaded) };
    let now = shared.now();
    if !asked.waiting.is_empty() {
        let Ok(before) = consents(&shared, asked.person).await else {
            return layout::try_again(&loaded);
        };
        let at = after_all(&before, now);
        let lasts = loaded.programme.policy.consent_lasts;
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
        let event = own_event("Consent Confirmed", Map::new(), now);
        if shared.urgent(Fact { event, person: Some(asked.person), acts }).await.is_err() {
            return layout::try_again(&loaded);
        }
    }
    drop(turn);
    done(&shared, &loaded, &asked, true)
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

fn done(shared: &Shared, loaded: &Loaded, asked: &Asked, now: bool) -> Response {
    let (person, message) = (asked.person, asked.message);
    let preferences = Link::Preferences { person, message }.sign(&shared.keys.link);
    let content = html! {
        @if now && !asked.waiting.is_empty() {
            p role="status" { strong { "Thank you." } " From now on you get:" }
            (list(&asked.waiting))
        } @else {
            p { "There is nothing left to confirm: it was confirmed before, or the link is too old." }
            p { "If you still want our messages, please sign up again." }
        }
        p.links { a href={ "/p/" (preferences) } { "Change what you get" } }
    };
    let title = if now && !asked.waiting.is_empty() { "Confirmed" } else { "Nothing to confirm" };
    layout::page(loaded, StatusCode::OK, title, &content)
}

fn list(waiting: &[Statement]) -> Markup {
    html! {
        ul {
            @for it in waiting {
                li {
                    @match &it.topic {
                        Some(topic) => { "e-mail about “" (topic) "”" }
                        None => { "e-mail about everything that we write about" }
                    }
                    @if !it.wording.is_empty() { p.soft { (it.wording) } }
                }
            }
        }
    }
}
