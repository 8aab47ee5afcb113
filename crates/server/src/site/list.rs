//! The list of articles, and of those with one tag.

use super::answer::{guarded, shared};
use super::head::Head;
use super::page::{HTML, missing, site};
use super::shell;
use super::view::{Shown, Site, path, tag_path};
use crate::app::Shared;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use content::words::language_tag;
use content::{Word, Words};
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Articles on one page.
const SHOWN_MAX: usize = 20;

/// Tags at the foot of the list, those with the most articles.
const TAGS_MAX: usize = 30;

pub(super) async fn all(State(shared): State<Arc<Shared>>, uri: Uri, asked: HeaderMap) -> Response {
    answer(&site(&shared, &uri), None, &uri, &asked)
}

pub(super) async fn tagged(
    State(shared): State<Arc<Shared>>,
    Path(tag): Path<String>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    answer(&site(&shared, &uri), Some(&tag), &uri, &asked)
}

/// One field of an address's query, as it stands there.
pub(super) fn query<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    let pairs = uri.query().unwrap_or_default().split('&').filter_map(|it| it.split_once('='));
    pairs.into_iter().find(|it| it.0 == name).map(|it| it.1)
}

fn answer(site: &Site, tag: Option<&str>, uri: &Uri, asked: &HeaderMap) -> Response {
    let language = query(uri, "lang").and_then(language_tag);
    let articles = site.articles(language.as_deref(), tag);
    if articles.is_empty() && tag.is_some() {
        return missing(site, language.as_deref().unwrap_or_default());
    }
    let pages = articles.len().div_ceil(SHOWN_MAX).max(1);
    let number = query(uri, "page").and_then(|it| it.parse::<usize>().ok()).unwrap_or(1);
    let number = number.clamp(1, pages);
    let words = site.words(language.as_deref().unwrap_or_default());
    let title = match tag {
        Some(tag) => words.with(Word::SiteTagged, &[("tag", tag)]),
        None if site.title().is_empty() => words.say(Word::SiteArticles).to_owned(),
        None => site.title().to_owned(),
    };
    let home = tag.map_or_else(|| "/read".to_owned(), tag_path);
    let to = |number: usize| {
        let mut fields = Vec::new();
        fields.extend(language.iter().map(|it| format!("lang={it}")));
        fields.extend((1 < number).then(|| format!("page={number}")));
        if fields.is_empty() { home.clone() } else { format!("{home}?{}", fields.join("&")) }
    };
    let head = Head {
        title: &title,
        description: site.settings().description.as_str(),
        canonical: format!("{}{}", site.base(), to(number)),
        is_indexed: !articles.is_empty(),
        languages: Vec::new(),
        feed_query: feed_query(language.as_deref(), tag),
        shown: None,
    };
    let shown = articles.iter().skip((number - 1) * SHOWN_MAX).take(SHOWN_MAX);
    let content = html! {
        h1 { (title) }
        @if tag.is_none() && !head.description.is_empty() { p.lead { (head.description) } }
        @if articles.is_empty() { p { (words.say(Word::SiteNone)) } }
        @else { ul.articles { @for it in shown { (item(site, it, &words)) } } }
        p.more {
            @if 1 < number { a rel="prev" href=(site.to(&to(number - 1))) { (words.say(Word::SiteNewer)) } " " }
            @if number < pages { a rel="next" href=(site.to(&to(number + 1))) { (words.say(Word::SiteOlder)) } " " }
            @if tag.is_some() { a href=(site.to("/read")) { (words.say(Word::SiteAll)) } }
        }
        @if tag.is_none() { (tags(site, &articles, &words)) }
    };
    guarded(shared(asked, HTML, shell::page(site, &words, &head, &content)))
}

/// `?lang=nl&tag=hills`, as far as it is asked for.
pub(super) fn feed_query(language: Option<&str>, tag: Option<&str>) -> String {
    let tag = tag.map(content::links::percent_encode);
    let fields = [("lang", language), ("tag", tag.as_deref())];
    let fields = fields.iter().filter_map(|(name, it)| Some(format!("{name}={}", (*it)?)));
    let fields: Vec<String> = fields.collect();
    if fields.is_empty() { String::new() } else { format!("?{}", fields.join("&")) }
}

fn item(site: &Site, shown: &Shown, words: &Words) -> Markup {
    let page = &shown.page;
    let language = Some(page.language).filter(|it| !it.is_empty() && *it != words.tag());
    html! {
        li lang=[language] {
            h2 { a href=(site.to(&path(shown))) { (page.title) } }
            @if let Some(at) = page.published {
                p.soft { time datetime=(at.to_string()) { (words.date(at)) } }
            }
            @if !page.description.is_empty() { p { (page.description) } }
        }
    }
}

fn tags(site: &Site, articles: &[Shown], words: &Words) -> Markup {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in articles.iter().flat_map(|it| it.page.tags) {
        *counts.entry(tag).or_default() += 1;
    }
    let mut most: Vec<(&str, usize)> = counts.into_iter().collect();
    most.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    most.truncate(TAGS_MAX);
    html! {
        @if !most.is_empty() {
            h2 { (words.say(Word::SiteTags)) }
            ul.tags { @for (tag, _) in &most { li { a href=(site.to(&tag_path(tag))) { (tag) } } } }
        }
    }
}
