//! What can be set for a page at Facebook.

use crate::social::{Secret, check_allow, check_base, check_secret};
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.facebook";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FacebookConfig {
    /// The page's number.
    pub page: String,
    /// A token of the page, with `pages_manage_posts` and `pages_read_engagement`.
    pub token: Option<Secret>,
    /// The variable of the environment that holds it.
    pub token_env: Option<String>,
    /// Of the Graph API. Each is served for two years.
    pub version: String,
    /// Where the API is.
    pub api: String,
    /// Hosts inside the own network that may be called, also without https.
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for FacebookConfig {
    fn default() -> FacebookConfig {
        FacebookConfig {
            page: String::new(),
            token: None,
            token_env: None,
            version: "v24.0".to_owned(),
            api: "https://graph.facebook.com".to_owned(),
            allow: Vec::new(),
            ca_file: None,
        }
    }
}

impl FacebookConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
        check_secret(TABLE, "token", self.token.as_ref(), self.token_env.as_ref())?;
        if self.page.is_empty() || !self.page.bytes().all(|it| it.is_ascii_digit()) {
            let problem = Problem::new(format!("{TABLE}: page is not a number"));
            return Err(problem.hint("write page = \"1234567890\"; the page's \"About\" shows it"));
        }
        let number = self.version.strip_prefix('v').and_then(|it| it.split_once('.'));
        if !number.is_some_and(|(major, minor)| is_number(major) && is_number(minor)) {
            let problem = Problem::new(format!("{TABLE}: version is none of the Graph API"));
            return Err(problem.hint("write version = \"v24.0\""));
        }
        check_allow(TABLE, &self.allow)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}
