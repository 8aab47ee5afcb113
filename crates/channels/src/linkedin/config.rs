//! What can be set for a page at LinkedIn.

use crate::http::{check_allow, check_base};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

pub(super) const TABLE: &str = "social.linkedin";

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedinConfig {
    /// The organization's number.
    pub organization: String,
    /// A token of a member who may post for the page, with `w_organization_social`,
    /// `r_organization_social` and `rw_organization_admin`. It ends after 60 days.
    pub token: Secret,
    /// The month of the API that is spoken, such as `202610`. Each is served for a year, so there is no
    /// usual one.
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

impl LinkedinConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base(TABLE, "api", &self.api)?;
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

fn api() -> String {
    "https://api.linkedin.com".to_owned()
}
