//! What a site is that a programme's pages make: how it and its feeds call themselves.

use crate::Brand;
use crate::links::is_web_address;
use crate::words::language_tag;
use model::Problem;
use serde::{Deserialize, Serialize};

/// So many articles stand in a feed: readers keep what they have seen, and podcast players want a
/// season or two.
const FEED_ITEMS: usize = 50;

/// A feed is fetched whole, often every quarter of an hour.
const FEED_ITEMS_MAX: usize = 500;

/// `site.yaml`. What it leaves out is taken of the brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    pub title: String,
    pub description: String,
    /// The language of the list and of the feeds where none is asked for.
    pub language: String,
    pub author: String,
    /// Where directories of podcasts write to.
    pub author_email: String,
    /// A picture for the feeds; podcasts want a square of at least 1,400 pixels.
    pub image: String,
    /// Of the podcast, in the words of the directories: `Leisure`.
    pub category: String,
    /// The podcast is not for children.
    pub explicit: bool,
    /// The address before `/read`, without a slash at the end.
    pub base_url: String,
    /// The WebSub hub that is told of new articles.
    pub hub: String,
    pub feed_items: Option<usize>,
    /// Search engines are asked to leave everything out.
    pub noindex: bool,
}

impl Site {
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut fail = |text: String, hint: &str| problems.push(Problem::new(text).hint(hint));
        for (field, url) in
            [("image", &self.image), ("base_url", &self.base_url), ("hub", &self.hub)]
        {
            if !url.is_empty() && !is_web_address(url) {
                fail(format!("`{field}: {url}` is not a web address"), "begin it with https://");
            }
        }
        if self.base_url.contains(['?', '#']) {
            fail("`base_url` ends before any ? or #".to_owned(), "write https://news.shop.example");
        }
        if !self.language.is_empty() && language_tag(&self.language).is_none() {
            fail(format!("`{}` is no language", self.language), "write it like nl or pt-BR");
        }
        if self.feed_items.is_some_and(|it| it == 0 || FEED_ITEMS_MAX < it) {
            fail(
                format!("a feed has 1 to {FEED_ITEMS_MAX} items"),
                "leave `feed_items` out for 50",
            );
        }
        if !self.author_email.is_empty() && !self.author_email.contains('@') {
            fail(
                format!("`{}` is no address", self.author_email),
                "write it like news@shop.example",
            );
        }
        problems
    }

    pub fn title<'a>(&'a self, brand: &'a Brand) -> &'a str {
        or(&self.title, &brand.name)
    }

    pub fn author<'a>(&'a self, brand: &'a Brand) -> &'a str {
        or(&self.author, &brand.name)
    }

    /// Empty where nobody said it.
    pub fn language<'a>(&'a self, brand: &'a Brand) -> &'a str {
        or(&self.language, &brand.locale)
    }

    /// Without a slash at the end; empty where nobody said it.
    pub fn base_url<'a>(&'a self, brand: &'a Brand) -> &'a str {
        or(&self.base_url, &brand.base_url).trim_end_matches('/')
    }

    pub fn feed_items(&self) -> usize {
        self.feed_items.unwrap_or(FEED_ITEMS)
    }
}

fn or<'a>(own: &'a str, other: &'a str) -> &'a str {
    if own.is_empty() { other } else { own }
}
