//! What can be set for an account at a Mastodon server.

use crate::http::{check_allow, check_base};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.mastodon";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MastodonConfig {
    /// `https://mastodon.example`
    pub server: String,
    /// An access token with the scopes `read` and `write`.
    pub token: Secret,
    #[serde(default)]
    pub visibility: Visibility,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

/// Who sees posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    #[default]
    Public,
    /// Everybody, but not in public timelines.
    Unlisted,
    /// Who follows the account.
    Private,
}

impl Visibility {
    pub fn name(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Unlisted => "unlisted",
            Visibility::Private => "private",
        }
    }
}

impl MastodonConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "server", &self.server)?;
        check_allow(TABLE, &self.allow)
    }
}
