//! The articles as feeds: all of them, those of one language (`?lang=nl`), those with one tag (`?tag=hills`).

use super::answer::shared;
use super::list::{feed_query, query};
use super::page::site;
use super::view::{Site, tag_path};
use crate::app::Shared;
use crate::pages::form::decode;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use content::feed::{Feed, Item};
use content::words::language_tag;
use std::sync::Arc;

pub(super) async fn rss(State(it): State<Arc<Shared>>, uri: Uri, asked: HeaderMap) -> Response {
    answer(&it, &uri, &asked, "application/rss+xml; charset=utf-8", content::feed::rss)
}

pub(super) async fn atom(State(it): State<Arc<Shared>>, uri: Uri, asked: HeaderMap) -> Response {
    answer(&it, &uri, &asked, "application/atom+xml; charset=utf-8", content::feed::atom)
}

pub(super) async fn json(State(it): State<Arc<Shared>>, uri: Uri, asked: HeaderMap) -> Response {
    answer(&it, &uri, &asked, "application/feed+json; charset=utf-8", content::feed::json)
}

fn answer(
    state: &Shared,
    uri: &Uri,
    asked: &HeaderMap,
    content_type: &'static str,
    write: fn(&Feed) -> String,
) -> Response {
    let site = site(state, uri);
    let language = query(uri, "lang").and_then(language_tag);
    let tag = query(uri, "tag").map(decode).filter(|it| !it.is_empty());
    let feed = feed(&site, uri.path(), language.as_deref(), tag.as_deref());
    let mut response = shared(asked, content_type, write(&feed));
    // Whoever follows a feed finds here who tells what is new in it (WebSub).
    let mut link = |address: &str, rel: &str| {
        if let Ok(value) = HeaderValue::from_str(&format!("<{address}>; rel=\"{rel}\"")) {
            response.headers_mut().append(header::LINK, value);
        }
    };
    link(&feed.address, "self");
    if !feed.hub.is_empty() {
        link(feed.hub, "hub");
    }
    response
}

fn feed<'a>(site: &'a Site, path: &str, language: Option<&str>, tag: Option<&str>) -> Feed<'a> {
    let (settings, brand) = (site.settings(), site.brand());
    let query = feed_query(language, tag);
    let home = match tag {
        None => format!("/read{}", feed_query(language, None)),
        Some(tag) => format!("{}{}", tag_path(tag), feed_query(language, None)),
    };
    let articles = site.articles(language, tag).into_iter().take(settings.feed_items());
    let items = articles.filter_map(|it| {
        Some(Item {
            address: site.address(&it),
            html: it.page.html(brand).ok()?,
            published: it.page.published?,
            page: it.page,
        })
    });
    Feed {
        title: match tag {
            None => site.title().to_owned(),
            Some(tag) => format!("{}: {tag}", site.title()),
        },
        description: &settings.description,
        language: language.unwrap_or(settings.language(brand)).to_owned(),
        author: settings.author(brand),
        author_email: &settings.author_email,
        image: &settings.image,
        category: &settings.category,
        explicit: settings.explicit,
        home: format!("{}{home}", site.base()),
        address: format!("{}{path}{query}", site.base()),
        hub: &settings.hub,
        items: items.collect(),
    }
}
