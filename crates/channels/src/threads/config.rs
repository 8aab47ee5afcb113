//! What can be set for an account at Threads.

use crate::social::{Secret, check_allow, check_base, check_secret};
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.threads";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThreadsConfig {
    /// A long-lived token, with `threads_basic`, `threads_content_publish`, `threads_delete` and
    /// `threads_manage_insights`. It ends after 60 days.
    pub token: Option<Secret>,
    /// The variable of the environment that holds it.
    pub token_env: Option<String>,
    /// Where the API is.
    pub api: String,
    /// Hosts inside the own network that may be called, also without https.
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for ThreadsConfig {
    fn default() -> ThreadsConfig {
        ThreadsConfig {
            token: None,
            token_env: None,
            api: "https://graph.threads.net/v1.0".to_owned(),
            allow: Vec::new(),
            ca_file: None,
        }
    }
}

impl ThreadsConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
        check_secret(TABLE, "token", self.token.as_ref(), self.token_env.as_ref())?;
        check_allow(TABLE, &self.allow)
    }
}
