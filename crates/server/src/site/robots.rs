//! What search engines ask for: the list of pages, and where they may look.

use super::answer::shared;
use super::page::site;
use crate::app::Shared;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use content::feed::Entry;
use std::sync::Arc;

/// As many as one site map may have (sitemaps.org).
const ENTRIES_MAX: usize = 50_000;

/// Links of single people and what only programs ask for.
const CLOSED: [&str; 11] =
    ["/api/", "/v1/", "/hooks/", "/c/", "/d/", "/f/", "/k/", "/o/", "/p/", "/u/", "/w/"];

pub(super) async fn sitemap(
    State(state): State<Arc<Shared>>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let site = site(&state, &uri);
    let shown = site.everything().filter(|it| it.page.is_indexed && !site.settings().noindex);
    let entries: Vec<Entry> = shown
        .take(ENTRIES_MAX)
        .map(|it| Entry {
            address: site.address(&it),
            changed: it.page.changed(),
            languages: site.languages(it.document),
        })
        .collect();
    shared(&asked, "application/xml; charset=utf-8", content::feed::sitemap(&entries))
}

/// Without pages there is nothing here for strangers.
pub(super) async fn robots(
    State(state): State<Arc<Shared>>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let site = site(&state, &uri);
    let text = match site.has_pages() && !site.settings().noindex {
        false => "User-agent: *\nDisallow: /\n".to_owned(),
        true => {
            let closed: String = CLOSED.iter().map(|it| format!("Disallow: {it}\n")).collect();
            format!("User-agent: *\n{closed}\nSitemap: {}/sitemap.xml\n", site.base())
        }
    };
    shared(&asked, "text/plain; charset=utf-8", text)
}
