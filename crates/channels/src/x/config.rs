//! What can be set for an account at X.

use crate::social::{Secret, check_allow, check_base, check_secret};
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.x";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XConfig {
    /// The app's key and secret ("API key").
    pub consumer_key: String,
    pub consumer_secret: Option<Secret>,
    /// The variable of the environment that holds it.
    pub consumer_secret_env: Option<String>,
    /// The account's token and secret ("access token"), with the right to write.
    pub token: String,
    pub token_secret: Option<Secret>,
    /// The variable of the environment that holds it.
    pub token_secret_env: Option<String>,
    /// Where the API is.
    pub api: String,
    /// Hosts inside the own network that may be called, also without https.
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for XConfig {
    fn default() -> XConfig {
        XConfig {
            consumer_key: String::new(),
            consumer_secret: None,
            consumer_secret_env: None,
            token: String::new(),
            token_secret: None,
            token_secret_env: None,
            api: "https://api.x.com".to_owned(),
            allow: Vec::new(),
            ca_file: None,
        }
    }
}

impl XConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
        for (field, value) in [("consumer_key", &self.consumer_key), ("token", &self.token)] {
            let sound = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
            if value.is_empty() || !value.bytes().all(sound) {
                let problem = Problem::new(format!("{TABLE}: {field} is missing, or not one"));
                return Err(problem.hint("the app's page \"Keys and tokens\" shows it"));
            }
        }
        let (set, named) = (self.consumer_secret.as_ref(), self.consumer_secret_env.as_ref());
        check_secret(TABLE, "consumer_secret", set, named)?;
        let (set, named) = (self.token_secret.as_ref(), self.token_secret_env.as_ref());
        check_secret(TABLE, "token_secret", set, named)?;
        check_allow(TABLE, &self.allow)
    }
}
