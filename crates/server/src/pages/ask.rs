//! Asking for the link to all choices and data by typing an address. The answer is the same, and as
//! fast, whether anybody has that address or not.

use super::preferences::link_wanted;
use super::sheet::Sheet;
use super::{form, layout};
use crate::app::Shared;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use content::Word;
use maud::{Markup, html};
use model::Identifier;
use std::sync::Arc;

/// The longest address that mail can have (RFC 5321).
const ADDRESS_CHARS_MAX: usize = 254;

/// Asks for the address. Changes nothing.
pub(super) async fn show(sheet: Sheet) -> Response {
    let content = content(&sheet, "", false);
    layout::page(&sheet, StatusCode::OK, Word::AskTitle, &content)
}

/// Has a link mailed to whoever has the address.
pub(super) async fn act(State(shared): State<Arc<Shared>>, sheet: Sheet, body: Body) -> Response {
    let fields = form::read(body).await;
    let typed = form::value(&fields, "email").unwrap_or_default().trim();
    if !is_address(typed) {
        let typed: String = typed.chars().take(ADDRESS_CHARS_MAX).collect();
        let content = content(&sheet, &typed, true);
        return layout::page(&sheet, StatusCode::UNPROCESSABLE_ENTITY, Word::AskTitle, &content);
    }
    // Each address known costs a commit; beyond what people type, the rest is told the same and gets
    // nothing.
    if shared.asking.take().is_ok() {
        let (shared, address) = (shared.clone(), Identifier::email(typed));
        drop(tokio::spawn(async move { mail(&shared, address).await }));
    }
    on_its_way(&sheet)
}

/// What everybody is told who asked for a link.
pub(super) fn on_its_way(sheet: &Sheet) -> Response {
    let words = sheet.words();
    let content = html! { p role="status" { (words.say(Word::AskDone)) } };
    layout::page(sheet, StatusCode::OK, Word::AskDoneTitle, &content)
}

/// The field and button with which another link is asked for.
pub(super) fn form_for(sheet: &Sheet, typed: &str, wrong: bool) -> Markup {
    let words = sheet.words();
    html! {
        form method="post" action=(sheet.to("/f")) {
            label.field { (words.say(Word::AskLabel))
                input type="email" id="email" name="email" required autocomplete="email" maxlength=(ADDRESS_CHARS_MAX) value=(typed) aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some("email-error")];
            }
            @if wrong { span.error id="email-error" { (words.say(Word::AskError)) } }
            button type="submit" { (words.say(Word::AskButton)) }
        }
    }
}

fn content(sheet: &Sheet, typed: &str, wrong: bool) -> Markup {
    let errors = if wrong { vec![("email", Word::AskError)] } else { Vec::new() };
    html! {
        (layout::errors(sheet, &errors))
        p { (sheet.words().say(Word::AskText)) }
        (form_for(sheet, typed, wrong))
    }
}

fn is_address(text: &str) -> bool {
    let plain = !text.chars().any(|it| it.is_whitespace() || it.is_control());
    let parts = text.rsplit_once('@');
    plain
        && text.chars().count() <= ADDRESS_CHARS_MAX
        && parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

async fn mail(shared: &Shared, address: Identifier) {
    let owner =
        shared.read(move |views| Ok(views.owners(&[address])?.into_iter().flatten().next()));
    match owner.await {
        Ok(Some(person)) => {
            if shared.urgent(link_wanted(person, shared.now())).await.is_err() {
                tracing::warn!("a link that was asked for could not be stored");
            }
        }
        Ok(None) => {}
        Err(_) => tracing::warn!("nobody could look up who asked for a link"),
    }
}
