//! The list of pages for search engines (sitemaps.org), each with its other languages.

use super::xml::Xml;
use model::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub address: String,
    pub changed: Option<Timestamp>,
    /// All of its languages with their addresses, this one too; empty for what has only one.
    pub languages: Vec<(String, String)>,
}

pub fn sitemap(entries: &[Entry]) -> String {
    let mut xml = Xml::new();
    xml.open(
        "urlset",
        &[
            ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"),
            ("xmlns:xhtml", "http://www.w3.org/1999/xhtml"),
        ],
    );
    for it in entries {
        xml.open("url", &[]);
        xml.text("loc", &it.address);
        xml.text("lastmod", &it.changed.map(|it| it.to_string()).unwrap_or_default());
        for (language, address) in &it.languages {
            xml.empty(
                "xhtml:link",
                &[("rel", "alternate"), ("hreflang", language), ("href", address)],
            );
        }
        xml.close();
    }
    xml.done()
}
