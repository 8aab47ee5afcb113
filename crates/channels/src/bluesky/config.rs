//! What can be set for an account at Bluesky.

use crate::http::{check_allow, check_base};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.bluesky";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlueskyConfig {
    /// The server that holds the account (its PDS), or the one that leads to it.
    #[serde(default = "service")]
    pub service: String,
    /// The account's name: `shop.example`, or its `did:…`.
    pub handle: String,
    /// An app password, which can be taken back without changing the account's own.
    pub password: Secret,
    /// The server that counts likes. Empty where there is none: then nothing is counted.
    #[serde(default = "app_view")]
    pub app_view: String,
    /// Where people read posts.
    #[serde(default = "web")]
    pub web: String,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl BlueskyConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "service", &self.service)?;
        check_base(TABLE, "web", &self.web)?;
        if !self.app_view.is_empty() {
            check_base(TABLE, "app_view", &self.app_view)?;
        }
        let is_name = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b':');
        if !self.handle.contains(['.', ':']) || !self.handle.bytes().all(is_name) {
            let hint = "write handle = \"shop.example\", without the @";
            return Err(Problem::new(format!("{TABLE}: handle is not a name")).hint(hint));
        }
        check_allow(TABLE, &self.allow)
    }
}

fn service() -> String {
    "https://bsky.social".to_owned()
}

fn app_view() -> String {
    "https://public.api.bsky.app".to_owned()
}

fn web() -> String {
    "https://bsky.app".to_owned()
}
