//! The accounts that posts leave by: looked at from time to time, so that a broken token is known before a
//! post is due.

use crate::batch::Batch;
use crate::posts::{PostAsk, PostJob};
use crate::{Engine, EngineError};
use content::post::Limits;
use model::{Network, PublisherError, Span, Timestamp};
use port::{Account, Catalog, Entry, Space};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const ACCOUNTS: &str = "account/";

/// Enough to hear within a working day that somebody has to sign in.
const USUALLY: Span = Span::hours(6);

/// With trouble, or a post that is due within [`SOON`].
const MORE_OFTEN: Span = Span::HOUR;

const SOON: Span = Span::days(2);

/// What is known of an account at a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatus {
    pub checked: Timestamp,
    /// As people know it; empty until it was seen once.
    #[serde(default)]
    pub name: String,
    /// When its token ends, where the network says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What one part may hold there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Holds>,
    /// Why it would not take a post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    pub characters: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_link: Option<usize>,
    pub images: usize,
    pub alt_characters: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub since: Timestamp,
    pub detail: String,
    /// Somebody has to connect the account anew; else it may pass by itself.
    pub sign_in: bool,
}

impl AccountStatus {
    pub fn all<V: Catalog + ?Sized>(
        views: &V,
    ) -> Result<BTreeMap<Network, AccountStatus>, EngineError> {
        read_all(views)
    }
}

pub(crate) fn read_all<V: Catalog + ?Sized>(
    views: &V,
) -> Result<BTreeMap<Network, AccountStatus>, EngineError> {
    let mut found = BTreeMap::new();
    for (key, bytes) in views.list(Space::Post, ACCOUNTS)? {
        let Some(network) = Network::from_name(key.trim_start_matches(ACCOUNTS)) else { continue };
        let status = serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
            what: "account",
            detail: format!("{key}: {error}"),
        })?;
        found.insert(network, status);
    }
    Ok(found)
}

/// What a post may be at a network: as its account says, else as the network usually has it.
pub(crate) fn limits_of(network: Network, account: Option<&AccountStatus>) -> Limits {
    let usual = Limits::of(network);
    match account.and_then(|it| it.holds) {
        None => usual,
        Some(holds) => Limits {
            text: holds.characters,
            link: holds.per_link.or(usual.link),
            images: holds.images,
            alt: Some(holds.alt_characters),
            ..usual
        },
    }
}

impl Engine {
    pub(crate) fn account_checked(
        &mut self,
        batch: &Batch,
        network: Network,
        checked: &Result<Account, PublisherError>,
    ) {
        let status = self.posts.accounts.entry(network).or_default();
        status.checked = batch.now;
        match checked {
            Ok(Account { name, until, limits }) => {
                status.name.clone_from(name);
                status.until = *until;
                status.holds = Some(Holds {
                    characters: limits.characters,
                    per_link: limits.per_link,
                    images: limits.images,
                    alt_characters: limits.alt_characters,
                });
                status.trouble = None;
            }
            Err(error) => {
                let (detail, sign_in) = match error {
                    PublisherError::SignIn(detail) => (detail, true),
                    PublisherError::NotAllowed(detail) => (detail, true),
                    PublisherError::Later { detail, .. } => (detail, false),
                };
                let since = status.trouble.as_ref().map_or(batch.now, |it| it.since);
                status.trouble = Some(Trouble { since, detail: detail.clone(), sign_in });
                tracing::warn!(%network, sign_in, "an account would not take a post");
            }
        }
        self.posts.accounts_changed.insert(network);
    }

    /// Asks the accounts whose time has come.
    pub(crate) fn check_accounts(&mut self, batch: &mut Batch) {
        for network in self.posts.known.clone() {
            let free =
                self.posts.room.contains(&network) && !self.posts.flying.contains_key(&network);
            if free && self.check_due(network, batch.now) <= batch.now {
                self.posts.room.remove(&network);
                batch.posts.push(PostJob { network, ask: PostAsk::Check });
                batch.worked = true;
            }
        }
    }

    pub(crate) fn next_check(&self, now: Timestamp) -> Option<Timestamp> {
        let free =
            |it: &&Network| self.posts.room.contains(it) && !self.posts.flying.contains_key(it);
        let known = self.posts.known.iter().filter(free);
        known.map(|it| self.check_due(*it, now)).min()
    }

    fn check_due(&self, network: Network, now: Timestamp) -> Timestamp {
        let Some(status) = self.posts.accounts.get(&network) else { return Timestamp::MIN };
        let soon = self.next_planned(network).is_some_and(|it| it <= now.plus(SOON));
        let often = soon || status.trouble.is_some();
        status.checked.plus(if often { MORE_OFTEN } else { USUALLY })
    }

    pub(crate) fn account_entries(&self, entries: &mut Vec<Entry>) {
        for network in &self.posts.accounts_changed {
            if let Some(status) = self.posts.accounts.get(network) {
                let value = serde_json::to_vec(status).expect("plain data has a JSON form");
                entries.push(Entry::put(Space::Post, format!("{ACCOUNTS}{network}"), value));
            }
        }
    }
}
