//! The pages behind the link that was mailed to the person's own address a moment ago. Whoever has
//! it is the person, so it shows everything, allows more than before, and erases.

use super::choices::{self, Right, Standing};
use super::sheet::Sheet;
use super::{ask, channels, data, form, layout, own_event, preferences, received, verify};
use crate::app::Shared;
use crate::export::{self, PersonExport};
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use content::{Link, Word};
use maud::{Markup, html};
use model::{Identifier, Map, MessageId, PersonId, Timestamp};
use port::Person;
use record::{Act, Fact};
use std::sync::Arc;

/// Who came by a link that holds.
struct Reader {
    person: Person,
    message: MessageId,
    /// Where the link was mailed to: what it proves to be theirs.
    address: Identifier,
    until: Timestamp,
    token: String,
}

/// The page, or the one that says why not: `?` leaves with it.
type Answer = Result<Response, Response>;

/// The choices, as they are. Changes nothing.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Answer {
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let content = choices_of(&shared, &sheet, &reader, &[], &[], None);
    Ok(layout::page(&sheet, StatusCode::OK, Word::FreshTitle, &content))
}

/// Takes the choices, more and less, and answers when they hold.
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
    body: Body,
) -> Answer {
    let fields = form::read(body).await;
    let turn = shared.wishes.lock().await;
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let addresses = engine::addresses(&reader.person);
    let standing = Standing {
        consents: &reader.person.consents,
        addresses: &addresses,
        channels: channels(&shared),
        now: shared.now(),
    };
    let asked = choices::asked(&sheet, &standing, &reader.right(), &fields);
    if !asked.errors.is_empty() {
        let content = choices_of(&shared, &sheet, &reader, &fields, &asked.errors, None);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(layout::page(&sheet, status, Word::FreshTitle, &content));
    }
    let chosen = preferences::chosen(reader.person.id, asked, shared.now());
    let stored = shared.urgent(chosen).await;
    drop(turn);
    if stored.is_err() {
        return Err(layout::try_again(&sheet));
    }
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let content = choices_of(&shared, &sheet, &reader, &[], &[], Some(Word::ChoicesSaved));
    Ok(layout::page(&sheet, StatusCode::OK, Word::FreshTitle, &content))
}

/// Has a new link mailed in place of one that has expired.
pub(super) async fn renew(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Response {
    let Some(Link::Fresh { person, .. }) = verify(&shared, &token) else {
        return forged(&sheet);
    };
    match shared.urgent(preferences::link_wanted(person, shared.now())).await {
        Ok(()) => ask::on_its_way(&sheet),
        Err(_) => layout::try_again(&sheet),
    }
}

/// The messages that the person got, with the whole reason for each.
pub(super) async fn messages(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    uri: Uri,
    sheet: Sheet,
) -> Answer {
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let query = uri.query().unwrap_or_default();
    let before = query.split('&').find_map(|it| it.strip_prefix("before=")?.parse().ok());
    let id = reader.person.id;
    let found = shared.read(move |views| received::page(views, id, before)).await;
    let Ok(found) = found else { return Err(layout::try_again(&sheet)) };
    let content = html! {
        (head(&sheet, &reader, Word::FreshMessages))
        (received::list(&sheet, &reader.person, &found, &reader.token, before.is_some(), shared.now()))
    };
    Ok(layout::page(&sheet, StatusCode::OK, Word::FreshMessages, &content))
}

/// Everything that is held about the person, to read.
pub(super) async fn data(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Answer {
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let Ok(all) = export_of(&shared, reader.person.id).await else {
        return Err(layout::try_again(&sheet));
    };
    let content = html! {
        (head(&sheet, &reader, Word::FreshData))
        p.links {
            a href=(sheet.to(&format!("/f/{token}/data.json"))) download="my-data.json" {
                (sheet.words().say(Word::DataJson))
            }
        }
        (data::content(&sheet.words(), &all))
    };
    Ok(layout::page(&sheet, StatusCode::OK, Word::FreshData, &content))
}

/// The same, as a file for programs.
pub(super) async fn data_file(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Answer {
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let Ok(all) = export_of(&shared, reader.person.id).await else {
        return Err(layout::try_again(&sheet));
    };
    let Ok(text) = serde_json::to_string_pretty(&all) else {
        return Err(layout::try_again(&sheet));
    };
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, text + "\n").into_response())
}

/// What would go and what would stay. Changes nothing.
pub(super) async fn ask_erase(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Answer {
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let words = sheet.words();
    let goes = [Word::EraseGoesState, Word::EraseGoesMessages, Word::EraseGoesEvents];
    let stays = [
        Word::EraseStaysHash,
        Word::EraseStaysCounts,
        Word::EraseStaysOthers,
        Word::EraseStaysBackups,
    ];
    let content = html! {
        (head(&sheet, &reader, Word::FreshErase))
        h2 { (words.say(Word::EraseGoes)) }
        ul { @for it in goes { li { (words.say(it)) } } }
        h2 { (words.say(Word::EraseStays)) }
        ul { @for it in stays { li { (words.say(it)) } } }
        form method="post" {
            p id="final" { strong { (words.say(Word::EraseFinal)) } }
            button.danger type="submit" aria-describedby="final" { (words.say(Word::EraseButton)) }
        }
        p.links {
            a href=(sheet.to(&format!("/f/{token}"))) { (words.say(Word::EraseBack)) }
        }
    };
    Ok(layout::page(&sheet, StatusCode::OK, Word::EraseTitle, &content))
}

/// Erases the person, and answers when it is done.
pub(super) async fn erase(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Answer {
    let (reader, sheet) = open(&shared, &token, sheet).await?;
    let fact = erasure(reader.person.id, "the person", shared.now());
    if shared.urgent(fact).await.is_err() {
        return Err(layout::try_again(&sheet));
    }
    shared.live.forget();
    let content = html! { p role="status" { (sheet.words().say(Word::EraseDone)) } };
    Ok(layout::page(&sheet, StatusCode::OK, Word::EraseDoneTitle, &content))
}

/// The wish that a person be erased.
pub(crate) fn erasure(person: PersonId, by: &str, now: Timestamp) -> Fact {
    let properties = Map::from([("by".to_owned(), model::Value::from(by))]);
    let event = own_event("Person Erased", properties, now);
    Fact { event, person: Some(person), acts: vec![Act::Erase] }
}

async fn export_of(shared: &Arc<Shared>, person: PersonId) -> Result<PersonExport, Problem> {
    // Reading the whole log is work for one at a time.
    let _turn = shared.exports.lock().await;
    let (facts, now) = (shared.facts.clone(), shared.now());
    let limit = export::TimeLimit::start();
    let read = move |views: &dyn port::Views| {
        export::of(views, facts.source(), person, now, &|| limit.is_left())
    };
    shared.read(read).await
}

impl Reader {
    fn right(&self) -> Right {
        Right::Everything { message: self.message, address: self.address.clone() }
    }
}

/// The person behind a link that holds, and the page in their language; else the page that says
/// why not.
async fn open(shared: &Shared, token: &str, sheet: Sheet) -> Result<(Reader, Sheet), Response> {
    let Some(Link::Fresh { person, message, until }) = verify(shared, token) else {
        return Err(forged(&sheet));
    };
    if until <= shared.now() {
        return Err(expired(&sheet, token));
    }
    let found = shared.read(move |views| {
        let address = views.message(message)?.and_then(|it| it.to);
        let person = views.load(&[views.current(person)?])?.pop();
        Ok(address.zip(person))
    });
    match found.await {
        // An address that went to somebody else proves nothing about this person any more.
        Ok(Some((address, person))) if person.known.has(&address) => {
            let sheet = sheet.of(&person);
            Ok((Reader { person, message, address, until, token: token.to_owned() }, sheet))
        }
        Ok(_) => Err(gone(&sheet)),
        Err(_) => Err(layout::try_again(&sheet)),
    }
}

fn forged(sheet: &Sheet) -> Response {
    let words = sheet.words();
    let content = html! {
        p { (words.say(Word::ForgedText)) }
        (ask::form_for(sheet, "", false))
    };
    layout::page(sheet, StatusCode::NOT_FOUND, Word::BadLinkTitle, &content)
}

fn expired(sheet: &Sheet, token: &str) -> Response {
    let words = sheet.words();
    let content = html! {
        p { (words.say(Word::ExpiredText)) }
        form method="post" action=(sheet.to(&format!("/f/{token}/new"))) {
            button type="submit" { (words.say(Word::AskButton)) }
        }
    };
    layout::page(sheet, StatusCode::GONE, Word::ExpiredTitle, &content)
}

fn gone(sheet: &Sheet) -> Response {
    let content = html! { p { (sheet.words().say(Word::GoneText)) } };
    layout::page(sheet, StatusCode::GONE, Word::GoneTitle, &content)
}

/// What stands above each of these pages.
fn head(sheet: &Sheet, reader: &Reader, current: Word) -> Markup {
    let words = sheet.words();
    let pages = [
        (Word::FreshChoices, ""),
        (Word::FreshMessages, "/messages"),
        (Word::FreshData, "/data"),
        (Word::FreshErase, "/erase"),
    ];
    let until = words.date_time(reader.until);
    html! {
        nav.pages aria-label=(words.say(Word::FreshNav)) {
            @for (word, path) in pages {
                a href=(sheet.to(&format!("/f/{}{path}", reader.token))) aria-current=[(word == current).then_some("page")] {
                    (words.say(word))
                } " "
            }
        }
        p.soft { (words.with(Word::FreshUntil, &[("time", &until)])) }
    }
}

fn choices_of(
    shared: &Shared,
    sheet: &Sheet,
    reader: &Reader,
    typed: &[(String, String)],
    errors: &[(&'static str, Word)],
    said: Option<Word>,
) -> Markup {
    let addresses = engine::addresses(&reader.person);
    let standing = Standing {
        consents: &reader.person.consents,
        addresses: &addresses,
        channels: channels(shared),
        now: shared.now(),
    };
    html! {
        @if let Some(said) = said { p role="status" { (sheet.words().say(said)) } }
        (head(sheet, reader, Word::FreshChoices))
        (choices::form(sheet, &standing, &reader.right(), typed, errors))
    }
}
