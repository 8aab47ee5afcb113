//! The hub is told of what is new (WebSub): once for each article, in the commit that notes that it was.
//!
//! What is new is what is out and was not out when anybody looked last. Where a hub is named for the first
//! time everything that is out is old: nobody has subscribed yet.

use crate::batch::Batch;
use crate::{Engine, EngineError};
use content::PageKind;
use model::Timestamp;
use port::{Catalog, Entry, Hook, Space, StoreError};
use record::Programme;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const KEY: &str = "announced";

/// The feeds at which people may have subscribed.
const FEEDS: [&str; 3] = ["/feed.xml", "/atom.xml", "/feed.json"];

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    hub: String,
    /// The articles that were out, by the path of their page.
    out: BTreeSet<String>,
}

/// What was told, and when to look again.
#[derive(Debug, Default)]
pub(crate) struct Announced {
    told: Option<Told>,
    looked_at: Option<u64>,
    next: Option<Timestamp>,
}

impl Announced {
    pub(crate) fn read(views: &(impl Catalog + ?Sized)) -> Result<Announced, StoreError> {
        let told = match views.get(Space::System, KEY)? {
            None => None,
            Some(bytes) => Some(serde_json::from_slice(&bytes).map_err(|error| {
                StoreError::Unreadable { what: "announced articles", detail: error.to_string() }
            })?),
        };
        Ok(Announced { told, looked_at: None, next: None })
    }

    /// When the next article comes out, as far as anybody would be told.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.next
    }
}

impl Engine {
    /// Tells the hub of what came out, if there is one. True where something was written.
    pub(crate) fn announce(&mut self, batch: &mut Batch) -> Result<bool, EngineError> {
        let is_new = self.announced.looked_at != Some(self.loaded.version);
        let is_due = self.announced.next.is_some_and(|it| it <= batch.now);
        if !is_new && !is_due {
            return Ok(false);
        }
        let programme = self.loaded.programme.clone();
        let hub = programme.site.hub.clone();
        self.announced.looked_at = Some(self.loaded.version);
        self.announced.next = None;
        if hub.is_empty() {
            return Ok(self.forget_hub(batch));
        }
        let (mut out, mut next) = (BTreeSet::new(), None);
        for (path, at) in articles(&programme) {
            if at <= batch.now {
                out.insert(path);
            } else {
                next = Some(next.map_or(at, |it: Timestamp| it.min(at)));
            }
        }
        self.announced.next = next;
        let before = self.announced.told.clone().filter(|it| it.hub == hub);
        let told = Told { hub, out };
        if before.as_ref() == Some(&told) {
            return Ok(false);
        }
        if let Some(before) = &before {
            let new: Vec<&String> = told.out.difference(&before.out).collect();
            if let Some(first) = new.first() {
                self.tell_hub(batch, &programme, first);
            }
        }
        let value = serde_json::to_vec(&told).expect("plain data has a JSON form");
        batch.entries.push(Entry::put(Space::System, KEY, value));
        batch.durable = true;
        batch.worked = true;
        self.announced.told = Some(told);
        Ok(true)
    }

    /// A hub that comes back later begins anew.
    fn forget_hub(&mut self, batch: &mut Batch) -> bool {
        if self.announced.told.take().is_none() {
            return false;
        }
        batch.entries.push(Entry::delete(Space::System, KEY));
        batch.worked = true;
        true
    }

    /// One call for each feed: the hub then fetches what is in it. The key is the same whenever the same
    /// batch is read again.
    fn tell_hub(&self, batch: &mut Batch, programme: &Programme, first: &str) {
        let base = programme.site.base_url(&programme.brand);
        for feed in FEEDS {
            let topic = content::links::percent_encode(&format!("{base}{feed}"));
            batch.hooks.push(Hook {
                key: format!("{}{feed}/{}{first}", port::WEBSUB, batch.now.0),
                url: programme.site.hub.clone(),
                // `hub.topic` is what the specification says, `hub.url` what many hubs read.
                body: format!("hub.mode=publish&hub.topic={topic}&hub.url={topic}").into_bytes(),
                made: batch.now,
                person: None,
                lane: None,
            });
        }
    }
}

/// The articles with the time from which they are out.
fn articles(programme: &Programme) -> impl Iterator<Item = (String, Timestamp)> {
    programme.contents.values().filter_map(|content| {
        let form = content.forms.page.as_ref()?;
        let is_article = form.kind.unwrap_or(PageKind::Article) == PageKind::Article;
        let at = Timestamp::parse(&form.published).ok().filter(|_| is_article)?;
        Some((format!("/read/{}", content.slug()?), at))
    })
}
