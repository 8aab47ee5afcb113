//! Atom (RFC 4287).

use super::xml::Xml;
use super::{Feed, Item};

pub fn atom(feed: &Feed) -> String {
    let mut xml = Xml::new();
    let mut attributes = vec![("xmlns", "http://www.w3.org/2005/Atom")];
    if !feed.language.is_empty() {
        attributes.push(("xml:lang", &feed.language));
    }
    xml.open("feed", &attributes);
    xml.text("title", &feed.title);
    xml.text("subtitle", feed.description);
    xml.text("id", &feed.address);
    xml.text("updated", &feed.changed().to_string());
    xml.empty(
        "link",
        &[("rel", "self"), ("type", "application/atom+xml"), ("href", &feed.address)],
    );
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &feed.home)]);
    if !feed.hub.is_empty() {
        xml.empty("link", &[("rel", "hub"), ("href", feed.hub)]);
    }
    xml.text("logo", feed.image);
    author(feed.author, &mut xml);
    for it in &feed.items {
        entry(feed, it, &mut xml);
    }
    xml.done()
}

fn entry(feed: &Feed, it: &Item, xml: &mut Xml) {
    let page = &it.page;
    xml.open("entry", &[]);
    xml.text("title", &page.title);
    xml.text("id", &it.address);
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &it.address)]);
    if let Some(enclosure) = page.enclosure {
        let bytes = enclosure.bytes.to_string();
        let media_type = enclosure.media_type.as_str();
        let (url, kind) = (enclosure.url.as_str(), ("rel", "enclosure"));
        xml.empty("link", &[kind, ("type", media_type), ("length", &bytes), ("href", url)]);
    }
    xml.text("published", &it.published.to_string());
    xml.text("updated", &it.changed().to_string());
    if it.author(feed) != feed.author {
        author(it.author(feed), xml);
    }
    for tag in page.tags {
        xml.empty("category", &[("term", tag)]);
    }
    xml.text("summary", &page.description);
    xml.text_with("content", &[("type", "html")], &it.html);
    xml.close();
}

fn author(name: &str, xml: &mut Xml) {
    if !name.is_empty() {
        xml.open("author", &[]);
        xml.text("name", name);
        xml.close();
    }
}
