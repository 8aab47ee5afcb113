//! JSON Feed 1.1 (jsonfeed.org).

use super::{Feed, Item, seconds};
use serde::Serialize;

#[derive(Serialize)]
struct Written<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    icon: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<WrittenItem<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct WrittenItem<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_html: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    size_in_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<i64>,
}

pub fn json(feed: &Feed) -> String {
    let hub = |url| Hub { kind: "WebSub", url };
    let written = Written {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.home,
        feed_url: &feed.address,
        description: feed.description,
        icon: feed.image,
        authors: author(feed.author),
        language: &feed.language,
        hubs: Some(feed.hub).filter(|it| !it.is_empty()).map(hub).into_iter().collect(),
        items: feed.items.iter().map(|it| item(feed, it)).collect(),
    };
    serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
}

fn item<'a>(feed: &Feed<'a>, it: &'a Item<'a>) -> WrittenItem<'a> {
    let page = &it.page;
    let own = it.author(feed);
    let attachment = |it: &'a crate::page::Enclosure| Attachment {
        url: &it.url,
        mime_type: &it.media_type,
        size_in_bytes: it.bytes,
        duration_in_seconds: seconds(it),
    };
    WrittenItem {
        id: &it.address,
        url: &it.address,
        title: &page.title,
        content_html: &it.html,
        summary: &page.description,
        image: page.image.as_ref().map(|it| it.url.as_str()),
        date_published: it.published.to_string(),
        date_modified: page.updated.map(|it| it.to_string()),
        authors: if own == feed.author { Vec::new() } else { author(own) },
        tags: page.tags,
        attachments: page.enclosure.map(attachment).into_iter().collect(),
    }
}

fn author(name: &str) -> Vec<Author<'_>> {
    if name.is_empty() { Vec::new() } else { vec![Author { name }] }
}
