//! Files that people get for a form: behind a signed link, for a limited time.

use super::page::{missing, plain, site};
use super::view::{Shown, Site, path};
use crate::app::Shared;
use crate::pages::own_event;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use content::{Link, Word, Words};
use futures_util::stream;
use maud::{Markup, html};
use model::{Identifier, Map, PersonId, Span, Timestamp, Value};
use record::{Fact, LogRecord};
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// Long enough to come back to it on another machine; what is passed on works no longer either.
const LASTS: Span = Span::days(2);

/// What is larger is for a server of files.
const FILE_BYTES_MAX: u64 = 512 << 20;

const CHUNK_BYTES: usize = 64 << 10;

/// The folder in the data directory in which the files are.
const FOLDER: &str = "files";

/// Who has no place in the state yet: their link opens the file and writes down nothing.
const NOBODY: PersonId = PersonId(0);

/// A file, and the link that opens it.
pub(super) struct Offer {
    pub file: String,
    pub address: String,
    pub until: Timestamp,
}

impl Offer {
    pub fn markup(&self, words: &Words) -> Markup {
        html! {
            p.action { a href=(self.address) { (words.with(Word::DownloadLink, &[("file", &self.file)])) } }
            p.soft { (words.with(Word::DownloadUntil, &[("time", &words.date_time(self.until))])) }
        }
    }
}

/// The link for whoever has filled in the form with that address.
pub(super) async fn link_for(shared: &Shared, page: &Shown<'_>, address: Identifier) -> Offer {
    let (slug, file) =
        (page.document.slug().unwrap_or_default().to_owned(), page.page.download.to_owned());
    // The log has the form; one turn later the state has the person.
    let person = match shared.put(Vec::new()).await {
        Err(_) => None,
        Ok(()) => {
            let owner = shared
                .read(move |views| Ok(views.owners(&[address])?.into_iter().flatten().next()));
            owner.await.ok().flatten()
        }
    };
    offer(shared, person.unwrap_or(NOBODY), slug, file)
}

/// The files that somebody may have after their address was confirmed, by what they filled in.
pub(crate) fn offers(
    shared: &Shared,
    person: PersonId,
    sources: &[String],
    words: &Words,
) -> Markup {
    let site = Site { loaded: shared.handle.loaded(), now: shared.now(), carried: String::new() };
    let mut pages: Vec<&str> = sources.iter().filter_map(|it| content::form::page_of(it)).collect();
    pages.sort_unstable();
    pages.dedup();
    html! {
        @for page in pages {
            @if let Some(shown) = site.download_at(page) {
                @let slug = shown.document.slug().unwrap_or_default().to_owned();
                (offer(shared, person, slug, shown.page.download.to_owned()).markup(words))
            }
        }
    }
}

fn offer(shared: &Shared, person: PersonId, page: String, file: String) -> Offer {
    let until = shared.now() + LASTS;
    let token = Link::Download { person, until, page }.sign(&shared.keys.link);
    Offer { file, address: format!("/d/{token}"), until }
}

/// The file, as long as the link holds and the page still has it.
pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let site = site(&shared, &uri);
    let found = match content::links::verify(&token, &shared.keys.link) {
        Some(Link::Download { person, until, page }) => Some((person, until, page)),
        Some(_) | None => None,
    };
    let Some((person, until, slug)) = found else { return missing(&site, "") };
    let Some(shown) = site.find(None, &slug).filter(|it| !it.page.download.is_empty()) else {
        return missing(&site, "");
    };
    if until <= site.now {
        return late(&site, &shown);
    }
    let name = shown.page.download.to_owned();
    let Some(folder) = shared.settings.data_dir.as_ref().map(|it| it.join(FOLDER)) else {
        return missing(&site, shown.page.language);
    };
    let place = folder.join(&name);
    let opened = tokio::task::spawn_blocking(move || opened(&place)).await;
    let (file, length) = match opened {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => {
            tracing::error!(file = %name, %error, "a file that a page offers cannot be read");
            return missing(&site, shown.page.language);
        }
        Err(_) => return missing(&site, shown.page.language),
    };
    if method == Method::GET && person != NOBODY && !is_rest(&headers) {
        record(&shared, person, &slug, &name).await;
    }
    sent(file, length, &name)
}

/// A player or a manager of downloads that asks for the rest has had its beginning.
fn is_rest(headers: &HeaderMap) -> bool {
    let range = headers.get(header::RANGE).and_then(|it| it.to_str().ok());
    range.is_some_and(|it| !it.starts_with("bytes=0-"))
}

async fn record(shared: &Shared, person: PersonId, page: &str, file: &str) {
    let said = [("page", page), ("file", file)];
    let said = said.map(|(name, it)| (name.to_owned(), Value::from(it)));
    let event = own_event("Content Downloaded", Map::from(said), shared.now());
    let fact = Fact { event, person: Some(person), acts: Vec::new() };
    if shared.append(vec![LogRecord::Fact(fact).encode()]).await.is_err() {
        tracing::warn!("a download was not written down");
    }
}

fn late(site: &Site, shown: &Shown) -> Response {
    let words = site.words(shown.page.language);
    let content = html! {
        p { (words.say(Word::DownloadLateText)) }
        p.more { a href=(path(shown)) { (shown.page.title) } }
    };
    plain(site, &words, StatusCode::GONE, words.say(Word::DownloadLateTitle), &content)
}

fn opened(place: &std::path::Path) -> io::Result<(File, u64)> {
    let file = File::open(place)?;
    let about = file.metadata()?;
    if !about.is_file() || FILE_BYTES_MAX < about.len() {
        return Err(io::Error::other(format!("it is no file of at most {FILE_BYTES_MAX} bytes")));
    }
    Ok((file, about.len()))
}

fn sent(file: File, length: u64, name: &str) -> Response {
    let chunks = stream::unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = vec![0; CHUNK_BYTES.min(usize::try_from(left).unwrap_or(CHUNK_BYTES))];
            let count = file.read(&mut chunk)?;
            chunk.truncate(count);
            Ok::<_, io::Error>((file, chunk))
        });
        match read.await {
            Ok(Ok((file, chunk))) if !chunk.is_empty() => {
                let left = left - chunk.len() as u64;
                Some((Ok(Bytes::from(chunk)), (file, left)))
            }
            // The connection ends early, and whoever downloads sees that something is missing.
            Ok(Ok((file, _))) => {
                Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), (file, 0)))
            }
            Ok(Err(_)) | Err(_) => None,
        }
    });
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    // The name has no character that would need another form of writing: the page's check sees to it.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
