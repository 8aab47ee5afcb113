//! A hub of feeds is told what is new: once, and not of what was old.

use super::play::{check, output};

const SITE: &str = r#"
== site.yaml
hub: https://hub.example/
== content/a.md
---
content: a
topic: news
summary: A
forms: {page: {title: A, published: 2026-11-01}}
---
A.
== content/b.md
---
content: b
topic: news
summary: B
forms: {page: {title: B, published: 2026-11-23T11:00:00Z}}
---
B.
"#;

#[test]
fn a_hub_is_told_of_each_feed_once_when_an_article_comes_out() {
    check(
        SITE,
        r#"
        1.10:00 receiver accept ; identify ada
        1.12:00 identify ada
        1.12:10 stop ; start
        1.13:00 identify ada
        "#,
        r#"
        1.11:00 call websub/feed.xml/1795431600000/read/b
        1.11:00 call websub/atom.xml/1795431600000/read/b
        1.11:00 call websub/feed.json/1795431600000/read/b
        "#,
    );
}

#[test]
fn a_hub_is_asked_for_each_feed_by_its_address() {
    let out = output(SITE, "1.10:00 identify ada\n1.11:30 show calls");
    for feed in ["feed.xml", "atom.xml", "feed.json"] {
        let topic = format!("https%3A%2F%2Fshop.example%2F{feed}");
        let body = format!("hub.mode=publish&hub.topic={topic}&hub.url={topic}");
        assert!(out.contains(&format!("1.11:00 https://hub.example/ {body}")), "{out}");
    }
    assert_eq!(out.lines().count(), 3, "{out}");
}
