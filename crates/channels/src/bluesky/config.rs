//! What can be set for an account at Bluesky.

use crate::social::{Secret, check_allow, check_base, check_secret};
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.bluesky";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlueskyConfig {
    /// The server that holds the account (its PDS), or the one that leads to it.
    pub service: String,
    /// The account's name: `shop.example`, or its `did:…`.
    pub handle: String,
    /// An app password, which can be taken back without changing the account's own.
    pub password: Option<Secret>,
    /// The variable of the environment that holds it.
    pub password_env: Option<String>,
    /// The server that counts likes. Empty where there is none: then nothing is counted.
    pub app_view: String,
    /// Where people read posts.
    pub web: String,
    /// Hosts inside the own network that may be called, also without https.
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for BlueskyConfig {
    fn default() -> BlueskyConfig {
        BlueskyConfig {
            service: "https://bsky.social".to_owned(),
            handle: String::new(),
            password: None,
            password_env: None,
            app_view: "https://public.api.bsky.app".to_owned(),
            web: "https://bsky.app".to_owned(),
            allow: Vec::new(),
            ca_file: None,
        }
    }
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
        check_secret(TABLE, "password", self.password.as_ref(), self.password_env.as_ref())?;
        check_allow(TABLE, &self.allow)
    }
}
