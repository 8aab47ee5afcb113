//! Forms: shown alone or on a page, and taken when they come back. A form is answered when what it said
//! is durable.

use super::download;
use super::form_view::{self, Shown as ShownForm};
use super::page::{missing, site};
use super::view::Site;
use crate::app::{Shared, hex, random};
use crate::pages::{form as posted, own_event};
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use content::Word;
use content::form::{Age, EMAIL, Filled, Form, Token, Visit, source};
use model::{Event, EventKind, Identifier, Map, Timestamp, Value};
use record::{Fact, LogRecord};
use std::sync::Arc;

/// Twenty answers of two thousand characters, and what encoding makes of them.
const BODY_BYTES_MAX: usize = 256 << 10;

/// A field that people do not see. Programs fill in what they find.
pub(super) const TRAP: &str = "website";

/// The form alone.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let site = site(&shared, &uri);
    let Some(form) = site.form(&name) else { return missing(&site, "") };
    let visit = visit_of(&site, &uri, &headers);
    let shown = ShownForm::fresh(form, token(form, "", visit, shared.now(), &shared));
    form_view::alone(&site, &shown, StatusCode::OK)
}

/// Takes a form that was filled in.
pub(super) async fn take(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let site = site(&shared, &uri);
    let Some(form) = site.form(&name) else { return missing(&site, "") };
    let Some(fields) = posted::read_within(body, BODY_BYTES_MAX).await else {
        let problem = "what was sent is larger than any form of ours can be";
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Problem::new(status, "The form is too large", problem).into_response();
    };
    let now = shared.now();
    let sealed = posted::value(&fields, "token").unwrap_or_default();
    let came = Token::open(sealed, &shared.keys.link).filter(|it| it.form == form.name);
    let is_person = came.as_ref().is_some_and(|it| it.age(now) == Age::Right)
        && posted::value(&fields, TRAP).is_none_or(|it| it.trim().is_empty());
    // Whoever corrects a field need not wait again; a form of a page elsewhere comes without a token.
    let again = || match &came {
        Some(token) if token.age(now) != Age::TooOld => token.seal(&shared.keys.link),
        Some(token) => self::token(form, &token.page, token.visit.clone(), now, &shared),
        None => {
            let query = [pairs(&uri), fields.clone()].concat();
            let referrer = text(&headers, header::REFERER.as_str());
            let visit = Visit::of(&query, uri.path(), referrer, site.base());
            self::token(form, "", visit, now, &shared)
        }
    };
    let filled = match content::form::read(form, &fields) {
        Ok(filled) => filled,
        Err(refused) => {
            let shown = ShownForm {
                form,
                token: again(),
                typed: &fields,
                faults: refused.faults,
                said: None,
            };
            return form_view::alone(&site, &shown, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let said = match (is_person, &came) {
        (true, Some(token)) => match shared.forms.take(&filled.email) {
            Ok(()) => return submit(&shared, &site, form, &filled, token).await,
            Err(wait) => (Word::FormLimit, StatusCode::TOO_MANY_REQUESTS, Some(wait)),
        },
        (true | false, _) => (Word::FormOnceMore, StatusCode::UNPROCESSABLE_ENTITY, None),
    };
    let shown =
        ShownForm { form, token: again(), typed: &fields, faults: Vec::new(), said: Some(said.0) };
    let mut response = form_view::alone(&site, &shown, said.1);
    if let Some(wait) = said.2 {
        let seconds = header::HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// The token of a form that is shown now.
pub(super) fn token(
    form: &Form,
    page: &str,
    visit: Visit,
    made: Timestamp,
    shared: &Shared,
) -> String {
    let number = u64::from_le_bytes(random::<8>());
    let (form, page) = (form.name.clone(), page.to_owned());
    Token { form, page, made, number, visit }.seal(&shared.keys.link)
}

/// How whoever asks for this address came.
pub(super) fn visit_of(site: &Site, uri: &Uri, headers: &HeaderMap) -> Visit {
    Visit::of(&pairs(uri), uri.path(), text(headers, header::REFERER.as_str()), site.base())
}

async fn submit(
    shared: &Arc<Shared>,
    site: &Site,
    form: &Form,
    filled: &Filled,
    token: &Token,
) -> Response {
    let address = Identifier::email(&filled.email);
    let asked = address.clone();
    let known = shared.read(move |views| Ok(views.owners(&[asked])?.into_iter().flatten().next()));
    let Ok(known) = known.await else { return form_view::try_again(site, form) };
    let events = events(site, form, filled, token, known.is_some(), shared.now());
    let records = events
        .into_iter()
        .map(|event| LogRecord::Fact(Fact { event, person: None, acts: Vec::new() }).encode());
    if shared.append(records.collect()).await.is_err() {
        return form_view::try_again(site, form);
    }
    if let Some(place) = form.leads_to() {
        let headers = [(header::LOCATION, place), (header::CACHE_CONTROL, "no-store")];
        return (StatusCode::SEE_OTHER, headers).into_response();
    }
    let waits = form.is_confirmed() && !filled.topics.is_empty();
    let offer = match (waits, site.download_at(&token.page)) {
        (false, Some(page)) => Some(download::link_for(shared, &page, address).await),
        (true, _) | (_, None) => None,
    };
    form_view::thanks(site, form, waits.then_some(filled.email.as_str()), offer.as_ref())
}

/// What the form says, as events of the person with that address. The same post twice makes the same.
fn events(
    site: &Site,
    form: &Form,
    filled: &Filled,
    token: &Token,
    is_known: bool,
    now: Timestamp,
) -> Vec<Event> {
    let id = blake3::hash(format!("{}\n{}", token.number, filled.email.to_lowercase()).as_bytes());
    let id = hex(&id.as_bytes()[..16]);
    let mut context = token.visit.context();
    let text = |it: &str| Value::from(it);
    if !token.page.is_empty() {
        let url = format!("{}{}", site.base(), token.page);
        let page =
            Map::from([("path".to_owned(), text(&token.page)), ("url".to_owned(), text(&url))]);
        context.insert("page".to_owned(), Value::Map(page));
    }
    let mut traits = Map::from([(EMAIL.to_owned(), text(&filled.email))]);
    // Anybody can type anybody's address: of somebody who is known nothing is overwritten.
    if !is_known {
        traits.extend(filled.traits.clone());
        let locale = site.language_of(form);
        if !locale.is_empty() {
            context.insert("locale".to_owned(), text(locale));
        }
    }
    let event = |part: &str, kind: EventKind, properties: Map, context: Map| Event {
        message_id: Some(format!("{id}.{part}")),
        kind,
        properties,
        context,
        ..own_event("", Map::new(), now)
    };
    let mut with_address = context.clone();
    let address = Map::from([(EMAIL.to_owned(), text(&filled.email))]);
    with_address.insert("traits".to_owned(), Value::Map(address));
    let track = |name: &str| EventKind::Track { name: name.to_owned() };
    let mut submitted = filled.fields.clone();
    submitted.insert("form".to_owned(), text(&form.name));
    submitted.insert("submission".to_owned(), text(&id));
    if form.is_confirmed() && !filled.topics.is_empty() {
        submitted.insert("consent".to_owned(), text("asked"));
    }
    if !token.page.is_empty() {
        submitted.insert("page".to_owned(), text(&token.page));
    }
    let mut events = vec![
        event("i", EventKind::Identify, traits, context),
        event("f", track("Form Submitted"), submitted, with_address.clone()),
    ];
    for (n, (topic, wording)) in filled.topics.iter().enumerate() {
        let mut said = Map::from([
            ("channel".to_owned(), text("email")),
            ("topic".to_owned(), text(topic.as_str())),
            ("wording".to_owned(), text(wording)),
            ("source".to_owned(), text(&source(&form.name, &token.page))),
            ("proof".to_owned(), text(&format!("form post {id}"))),
            ("address".to_owned(), text(&filled.email)),
        ]);
        if form.is_confirmed() {
            said.insert("confirm".to_owned(), Value::Bool(true));
            if let Some(content) = &form.confirmation {
                said.insert("confirmation".to_owned(), text(content.as_str()));
            }
        }
        events.push(event(&format!("c{n}"), track("Consent Given"), said, with_address.clone()));
    }
    events
}

/// The fields of an address's query.
pub(super) fn pairs(uri: &Uri) -> Vec<(String, String)> {
    posted::urlencoded(uri.query().unwrap_or_default())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
}
