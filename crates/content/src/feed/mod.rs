//! Articles as feeds: RSS 2.0 (which is a podcast where there is something to hear or see), Atom (RFC
//! 4287) and JSON Feed 1.1; and the site map for search engines.

mod atom;
mod json;
mod rss;
mod sitemap;
mod xml;

pub use atom::atom;
pub use json::json;
pub use rss::rss;
pub use sitemap::{Entry, sitemap};

use crate::Page;
use crate::page::Enclosure;
use model::Timestamp;

/// What is told of the feed as a whole. All addresses are whole ones.
#[derive(Clone, Debug)]
pub struct Feed<'a> {
    pub title: String,
    pub description: &'a str,
    pub language: String,
    pub author: &'a str,
    pub author_email: &'a str,
    pub image: &'a str,
    pub category: &'a str,
    pub explicit: bool,
    /// The page of which this is the feed, and the feed itself.
    pub home: String,
    pub address: String,
    /// Empty where nobody is told of what is new.
    pub hub: &'a str,
    /// The latest first.
    pub items: Vec<Item<'a>>,
}

#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// Names it for ever as well.
    pub address: String,
    pub page: Page<'a>,
    pub html: String,
    pub published: Timestamp,
}

impl Feed<'_> {
    /// When anything in it was last another.
    fn changed(&self) -> Timestamp {
        self.items.iter().map(Item::changed).max().unwrap_or(Timestamp(0))
    }

    fn is_podcast(&self) -> bool {
        self.items.iter().any(|it| it.page.enclosure.is_some())
    }
}

impl<'a> Item<'a> {
    fn changed(&self) -> Timestamp {
        self.page.changed().unwrap_or(self.published)
    }

    fn author(&self, feed: &Feed<'a>) -> &'a str {
        if self.page.author.is_empty() { feed.author } else { self.page.author }
    }
}

fn seconds(enclosure: &Enclosure) -> Option<i64> {
    enclosure.lasts().map(|it| it.0 / 1_000)
}

#[cfg(test)]
mod tests;
