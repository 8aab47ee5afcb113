//! What can be set for a page at Facebook.

use crate::http::{check_allow, check_base};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.facebook";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacebookConfig {
    /// The page's number.
    pub page: String,
    /// A token of the page, with `pages_manage_posts` and `pages_read_engagement`.
    pub token: Secret,
    /// Of the Graph API. Each is served for two years.
    #[serde(default = "version")]
    pub version: String,
    /// Where the API is.
    #[serde(default = "api")]
    pub api: String,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl FacebookConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
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

fn version() -> String {
    "v24.0".to_owned()
}

fn api() -> String {
    "https://graph.facebook.com".to_owned()
}
