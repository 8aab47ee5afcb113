//! One content as a page.

use super::answer::{form_policy, guarded, shared};
use super::form_view;
use super::forms::{pairs, token, visit_of};
use super::head::{Head, languages};
use super::shell;
use super::view::{Shown, Site, tag_path};
use crate::app::Shared;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use content::form::Visit;
use content::page::Enclosure;
use content::{PageKind, Word, Words};
use maud::{Markup, PreEscaped, html};
use std::sync::Arc;

pub(super) const HTML: &str = "text/html; charset=utf-8";

/// A content in its own language.
pub(super) async fn document(
    State(shared): State<Arc<Shared>>,
    Path(slug): Path<String>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    answer(&shared, None, &slug, &uri, &asked)
}

/// A content in another language.
pub(super) async fn translation(
    State(shared): State<Arc<Shared>>,
    Path((tag, slug)): Path<(String, String)>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    answer(&shared, Some(&tag), &slug, &uri, &asked)
}

pub(super) fn site(shared: &Shared, uri: &Uri) -> Site {
    let carried = Visit::of(&pairs(uri), uri.path(), "", "").carried();
    Site { loaded: shared.handle.loaded(), now: shared.now(), carried }
}

/// There is no such page, or not yet.
pub(super) fn missing(site: &Site, language: &str) -> Response {
    let words = site.words(language);
    let content = html! {
        p { (words.say(Word::SiteMissingText)) }
        p.more { a href=(site.to("/read")) { (words.say(Word::SiteAll)) } }
    };
    plain(site, &words, StatusCode::NOT_FOUND, words.say(Word::SiteMissingTitle), &content)
}

/// A page that only says something.
pub(super) fn plain(
    site: &Site,
    words: &Words,
    status: StatusCode,
    title: &str,
    content: &Markup,
) -> Response {
    let head = Head {
        title,
        description: "",
        canonical: format!("{}/read", site.base()),
        is_indexed: false,
        languages: Vec::new(),
        feed_query: String::new(),
        shown: None,
    };
    let content = html! { h1 { (title) } (content) };
    let html = [(axum::http::header::CONTENT_TYPE, HTML)];
    let body = shell::page(site, words, &head, &content);
    guarded((status, html, body).into_response())
}

fn answer(state: &Shared, tag: Option<&str>, slug: &str, uri: &Uri, asked: &HeaderMap) -> Response {
    let site = &site(state, uri);
    let Some(shown) = site.find(tag, slug) else { return missing(site, tag.unwrap_or_default()) };
    let Ok(body) = shown.page.html(site.brand()) else {
        return missing(site, shown.page.language);
    };
    let head = Head {
        title: &shown.page.title,
        description: &shown.page.description,
        canonical: site.address(&shown),
        is_indexed: shown.page.is_indexed,
        languages: site.languages(shown.document),
        feed_query: String::new(),
        shown: Some(&shown),
    };
    let words = site.words(shown.page.language);
    // A page with a form is made for one reader: it knows when and how they came.
    let form = site.form(shown.page.form);
    let below = form.map(|form| {
        let visit = visit_of(site, uri, asked);
        let token = token(form, uri.path(), visit, site.now, state);
        form_view::on_page(site, &form_view::Shown::fresh(form, token))
    });
    let content = article(site, &shown, &words, &body, below.as_ref());
    let page = shell::page(site, &words, &head, &content);
    match form {
        None => guarded(shared(asked, HTML, page)),
        Some(_) => {
            let html = [(axum::http::header::CONTENT_TYPE, HTML)];
            form_policy((html, page).into_response(), form)
        }
    }
}

fn article(
    site: &Site,
    shown: &Shown,
    words: &Words,
    body: &str,
    below: Option<&Markup>,
) -> Markup {
    let page = &shown.page;
    html! {
        article {
            h1 { (page.title) }
            (byline(shown, words))
            @if let Some(image) = &page.image {
                figure { img src=(image.url) alt=(image.alt); }
            }
            @if let Some(it) = page.enclosure { (player(it, words)) }
            (PreEscaped(body))
            @if let Some(action) = &page.action {
                p.action { a href=(action.url) { (action.label) } }
            }
            @if let Some(below) = below { (below) }
            @if !page.tags.is_empty() {
                ul.tags aria-label=(words.say(Word::SiteTags)) {
                    @for tag in page.tags { li { a rel="tag" href=(site.to(&tag_path(tag))) { (tag) } } }
                }
            }
        }
        (languages(site, shown))
        @if page.kind == PageKind::Article {
            p.more { a href=(site.to("/read")) { (words.say(Word::SiteAll)) } }
        }
    }
}

fn byline(shown: &Shown, words: &Words) -> Markup {
    let page = &shown.page;
    let is_said = page.published.is_some() && page.kind == PageKind::Article;
    html! {
        @if is_said || !page.author.is_empty() {
            p.soft {
                @if let Some(at) = page.published.filter(|_| is_said) {
                    time datetime=(at.to_string()) { (words.date(at)) }
                    @if !page.author.is_empty() { " · " }
                }
                @if !page.author.is_empty() {
                    (words.with(Word::SiteBy, &[("author", page.author)]))
                }
                @if let Some(at) = page.updated {
                    " · " (words.with(Word::SiteUpdated, &[("date", &words.date(at))]))
                }
            }
        }
    }
}

fn player(it: &Enclosure, words: &Words) -> Markup {
    let is_film = it.media_type.starts_with("video/");
    let name = words.say(if is_film { Word::SiteWatch } else { Word::SiteListen });
    html! {
        figure {
            @if is_film {
                video controls preload="none" aria-label=(name) { source src=(it.url) type=(it.media_type); }
            } @else {
                audio controls preload="none" aria-label=(name) { source src=(it.url) type=(it.media_type); }
            }
            figcaption.soft { a href=(it.url) { (words.say(Word::SiteFile)) } }
        }
    }
}
