//! Feeds as another program's parser reads them back.

use super::*;
use crate::{Brand, Content, Forms, FrontMatter, Image, PageForm, page};
use model::{ContentName, Topic};
use roxmltree::{Document, Node};

/// What nobody may lose or misread: every character that XML and HTML escape, and two that no XML has.
const NASTY: &str = "Hills & \"dales\" <b>'up'</b> ]]> \u{1}\u{FFFE}ö 🚲";
const NASTY_READ: &str = "Hills & \"dales\" <b>'up'</b> ]]> ö 🚲";

fn content() -> Content {
    let enclosure = Enclosure {
        url: "https://cdn.shop.example/1.mp3?a=1&b=2".to_owned(),
        media_type: "audio/mpeg".to_owned(),
        bytes: 12_345,
        duration: "1h2m3s".to_owned(),
        episode: Some(7),
        season: Some(2),
        explicit: false,
    };
    let form = PageForm {
        title: NASTY.to_owned(),
        published: "2026-03-01T09:30:00Z".to_owned(),
        updated: "2026-03-02".to_owned(),
        author: "Ada & Co".to_owned(),
        tags: vec!["hills & dales".to_owned()],
        enclosure: Some(enclosure),
        ..PageForm::default()
    };
    let front = FrontMatter {
        content: ContentName::from("spring"),
        topic: Topic::from("news"),
        summary: NASTY.to_owned(),
        image: Some(Image {
            url: "https://shop.example/h.jpg".to_owned(),
            alt: "Hills".to_owned(),
        }),
        forms: Forms { page: Some(form), ..Forms::default() },
        ..FrontMatter::default()
    };
    Content::from_parts(front, "Up & <down>".to_owned()).expect("a good content")
}

fn with_feed(look: impl Fn(&Feed)) {
    let (content, brand) = (content(), Brand::default());
    let page = page(&content, &brand).expect("a page").expect("filled in");
    let html = page.html(&brand).expect("a body");
    let published = page.published.expect("a date");
    let address = "https://shop.example/read/spring".to_owned();
    look(&Feed {
        title: NASTY.to_owned(),
        description: "News & more",
        language: "en".to_owned(),
        author: "Velo",
        author_email: "news@shop.example",
        image: "https://shop.example/logo.png",
        category: "Leisure",
        explicit: false,
        home: "https://shop.example/read".to_owned(),
        address: "https://shop.example/feed.xml?tag=a&lang=en".to_owned(),
        hub: "https://hub.example/?a=1&b=2",
        items: vec![Item { address, page, html, published }],
    });
}

fn child<'a>(of: Node<'a, 'a>, name: &str) -> Node<'a, 'a> {
    let found = of.children().find(|it| it.tag_name().name() == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn text<'a>(of: Node<'a, 'a>, name: &str) -> &'a str {
    child(of, name).text().unwrap_or_default()
}

#[test]
fn rss_says_all_that_a_podcast_needs() {
    with_feed(|feed| {
        let written = rss(feed);
        let read = Document::parse(&written).expect("well-formed XML");
        let channel = child(read.root_element(), "channel");
        assert_eq!(text(channel, "title"), NASTY_READ);
        let item = child(channel, "item");
        assert_eq!(text(item, "title"), NASTY_READ);
        assert_eq!(text(item, "description"), NASTY_READ);
        assert_eq!(text(item, "encoded").trim(), "<p>Up &amp; &lt;down&gt;</p>");
        // RFC 822, with the day of the week as the calendar has it.
        assert_eq!(text(item, "pubDate"), "Sun, 01 Mar 2026 09:30:00 +0000");
        assert_eq!(text(item, "creator"), "Ada & Co");
        assert_eq!(text(item, "duration"), "3723");
        assert_eq!((text(item, "season"), text(item, "episode")), ("2", "7"));
        let enclosure = child(item, "enclosure");
        assert_eq!(enclosure.attribute("url"), Some("https://cdn.shop.example/1.mp3?a=1&b=2"));
        assert_eq!(enclosure.attribute("length"), Some("12345"));
        let links = channel
            .children()
            .filter(|it| it.tag_name().namespace() == Some("http://www.w3.org/2005/Atom"));
        let links: Vec<_> = links.map(|it| (it.attribute("rel"), it.attribute("href"))).collect();
        assert_eq!(
            links,
            [
                (Some("self"), Some("https://shop.example/feed.xml?tag=a&lang=en")),
                (Some("hub"), Some("https://hub.example/?a=1&b=2"))
            ]
        );
        assert_eq!(child(channel, "category").attribute("text"), Some("Leisure"));
        assert_eq!(text(child(channel, "owner"), "email"), "news@shop.example");
    });
}

#[test]
fn atom_has_what_its_standard_requires() {
    with_feed(|feed| {
        let written = atom(feed);
        let read = Document::parse(&written).expect("well-formed XML");
        let whole = read.root_element();
        assert_eq!(text(whole, "id"), "https://shop.example/feed.xml?tag=a&lang=en");
        assert_eq!(text(whole, "updated"), "2026-03-02T00:00:00Z");
        let entry = child(whole, "entry");
        assert_eq!(text(entry, "title"), NASTY_READ);
        assert_eq!(text(entry, "id"), "https://shop.example/read/spring");
        assert_eq!(text(entry, "published"), "2026-03-01T09:30:00Z");
        assert_eq!(text(child(entry, "author"), "name"), "Ada & Co");
        assert_eq!(text(entry, "content").trim(), "<p>Up &amp; &lt;down&gt;</p>");
        assert_eq!(child(entry, "category").attribute("term"), Some("hills & dales"));
    });
}

#[test]
fn a_json_feed_says_the_same() {
    with_feed(|feed| {
        let read: serde_json::Value = serde_json::from_str(&json(feed)).expect("JSON");
        assert_eq!(read["version"], "https://jsonfeed.org/version/1.1");
        assert_eq!(read["hubs"][0]["type"], "WebSub");
        let item = &read["items"][0];
        assert_eq!(item["id"], "https://shop.example/read/spring");
        assert_eq!(item["date_modified"], "2026-03-02T00:00:00Z");
        assert_eq!(item["attachments"][0]["duration_in_seconds"], 3_723);
    });
}

#[test]
fn an_empty_feed_is_a_feed_and_no_podcast() {
    with_feed(|feed| {
        let empty = Feed { items: Vec::new(), ..feed.clone() };
        let written = rss(&empty);
        Document::parse(&written).expect("well-formed XML");
        assert!(!written.contains("itunes"), "{written}");
        let written = atom(&empty);
        let read = Document::parse(&written).expect("well-formed XML");
        assert_eq!(text(read.root_element(), "updated"), "1970-01-01T00:00:00Z");
    });
}

#[test]
fn a_site_map_names_each_page_with_its_languages() {
    let languages = [("en", "https://a.example/read/b"), ("nl", "https://a.example/read/nl/b")];
    let languages = languages.map(|(tag, it)| (tag.to_owned(), it.to_owned())).to_vec();
    let address = "https://a.example/read/b?c&d".to_owned();
    let written = sitemap(&[Entry { address, changed: Some(Timestamp(0)), languages }]);
    let read = Document::parse(&written).expect("well-formed XML");
    let url = child(read.root_element(), "url");
    assert_eq!(text(url, "loc"), "https://a.example/read/b?c&d");
    assert_eq!(text(url, "lastmod"), "1970-01-01T00:00:00Z");
    let others = url.children().filter_map(|it| it.attribute("hreflang"));
    assert_eq!(others.collect::<Vec<_>>(), ["en", "nl"]);
}
