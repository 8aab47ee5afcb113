//! What can be set for an account at Threads.

use crate::http::{check_allow, check_base};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.threads";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreadsConfig {
    /// A long-lived token, with `threads_basic`, `threads_content_publish`, `threads_delete` and
    /// `threads_manage_insights`. It ends after 60 days.
    pub token: Secret,
    /// Where the API is.
    #[serde(default = "api")]
    pub api: String,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl ThreadsConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
        check_allow(TABLE, &self.allow)
    }
}

fn api() -> String {
    "https://graph.threads.net/v1.0".to_owned()
}
