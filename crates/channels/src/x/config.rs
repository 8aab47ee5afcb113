//! What can be set for an account at X.

use crate::http::{check_allow, check_base};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.x";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XConfig {
    /// The app's name ("API key"), which is sent as it is, and its secret.
    pub consumer_key: String,
    pub consumer_secret: Secret,
    /// The account's token and secret ("access token"), with the right to write.
    pub token: Secret,
    pub token_secret: Secret,
    /// Where the API is.
    #[serde(default = "api")]
    pub api: String,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl XConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
        let of_keys = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
        if self.consumer_key.is_empty() || !self.consumer_key.bytes().all(of_keys) {
            let problem = Problem::new(format!("{TABLE}: consumer_key is not the name of an app"));
            return Err(problem.hint("the app's page \"Keys and tokens\" shows it"));
        }
        check_allow(TABLE, &self.allow)
    }
}

fn api() -> String {
    "https://api.x.com".to_owned()
}
