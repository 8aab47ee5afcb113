//! RSS 2.0, with the elements that podcast players ask for where there is something to play.

use super::xml::Xml;
use super::{Feed, Item, seconds};
use model::Timestamp;

pub fn rss(feed: &Feed) -> String {
    let mut xml = Xml::new();
    let mut spaces = vec![
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ];
    if feed.is_podcast() {
        spaces.push(("xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"));
    }
    xml.open("rss", &spaces);
    xml.open("channel", &[]);
    xml.text("title", &feed.title);
    xml.text("link", &feed.home);
    // RSS wants one, whatever it says.
    xml.text(
        "description",
        if feed.description.is_empty() { &feed.title } else { feed.description },
    );
    xml.text("language", &feed.language);
    xml.empty(
        "atom:link",
        &[("rel", "self"), ("type", "application/rss+xml"), ("href", &feed.address)],
    );
    if !feed.hub.is_empty() {
        xml.empty("atom:link", &[("rel", "hub"), ("href", feed.hub)]);
    }
    if !feed.items.is_empty() {
        xml.text("lastBuildDate", &date(feed.changed()));
    }
    if !feed.image.is_empty() {
        xml.open("image", &[]);
        xml.text("url", feed.image);
        xml.text("title", &feed.title);
        xml.text("link", &feed.home);
        xml.close();
    }
    if feed.is_podcast() {
        podcast(feed, &mut xml);
    }
    for it in &feed.items {
        item(feed, it, &mut xml);
    }
    xml.done()
}

fn podcast(feed: &Feed, xml: &mut Xml) {
    xml.text("itunes:author", feed.author);
    xml.text("itunes:explicit", truth(feed.explicit));
    xml.text("itunes:type", "episodic");
    if !feed.image.is_empty() {
        xml.empty("itunes:image", &[("href", feed.image)]);
    }
    if !feed.category.is_empty() {
        xml.empty("itunes:category", &[("text", feed.category)]);
    }
    if !feed.author_email.is_empty() {
        xml.open("itunes:owner", &[]);
        xml.text("itunes:name", feed.author);
        xml.text("itunes:email", feed.author_email);
        xml.close();
    }
}

fn item(feed: &Feed, it: &Item, xml: &mut Xml) {
    let page = &it.page;
    xml.open("item", &[]);
    xml.text("title", &page.title);
    xml.text("link", &it.address);
    xml.text_with("guid", &[("isPermaLink", "true")], &it.address);
    xml.text("pubDate", &date(it.published));
    xml.text("dc:creator", it.author(feed));
    xml.text("description", &page.description);
    xml.text("content:encoded", &it.html);
    for tag in page.tags {
        xml.text("category", tag);
    }
    if let Some(enclosure) = page.enclosure {
        let bytes = enclosure.bytes.to_string();
        let media_type = enclosure.media_type.as_str();
        xml.empty(
            "enclosure",
            &[("url", &enclosure.url), ("length", &bytes), ("type", media_type)],
        );
        let number = |it: Option<u32>| it.map(|it| it.to_string()).unwrap_or_default();
        xml.text(
            "itunes:duration",
            &seconds(enclosure).map_or_else(String::new, |it| it.to_string()),
        );
        xml.text("itunes:season", &number(enclosure.season));
        xml.text("itunes:episode", &number(enclosure.episode));
        xml.text("itunes:explicit", truth(enclosure.explicit || feed.explicit));
        if let Some(image) = &page.image {
            xml.empty("itunes:image", &[("href", &image.url)]);
        }
    }
    xml.close();
}

fn truth(it: bool) -> &'static str {
    if it { "true" } else { "false" }
}

/// As mails have it, which RSS takes over.
fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
