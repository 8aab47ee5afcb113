//! What can be set for a page at LinkedIn.

use crate::social::{Secret, check_allow, check_base, check_secret};
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.linkedin";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkedinConfig {
    /// The organization's number.
    pub organization: String,
    /// A token of a member who may post for the page, with `w_organization_social`,
    /// `r_organization_social` and `rw_organization_admin`. It ends after 60 days.
    pub token: Option<Secret>,
    /// The variable of the environment that holds it.
    pub token_env: Option<String>,
    /// The month of the API that is spoken, such as `202610`. Each is served for a year, so there is no
    /// usual one.
    pub version: String,
    /// Where the API is.
    pub api: String,
    /// Hosts inside the own network that may be called, also without https.
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for LinkedinConfig {
    fn default() -> LinkedinConfig {
        LinkedinConfig {
            organization: String::new(),
            token: None,
            token_env: None,
            version: String::new(),
            api: "https://api.linkedin.com".to_owned(),
            allow: Vec::new(),
            ca_file: None,
        }
    }
}

impl LinkedinConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
        check_secret(TABLE, "token", self.token.as_ref(), self.token_env.as_ref())?;
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if !is_number(&self.organization) {
            let problem = Problem::new(format!("{TABLE}: organization is not a number"));
            return Err(problem.hint("write organization = \"2414183\", as in the page's address"));
        }
        if self.version.len() != 6 || !is_number(&self.version) {
            let problem = Problem::new(format!("{TABLE}: version is not a month of the API"));
            return Err(problem.hint("write version = \"202610\", of the last twelve"));
        }
        check_allow(TABLE, &self.allow)
    }
}
