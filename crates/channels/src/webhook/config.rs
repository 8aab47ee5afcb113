//! What can be set for calls of other systems.

use super::secret::Secret;
use model::{Problem, Span};
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;

/// Between the 15 and 30 seconds that the specification recommends, for the whole of one try.
pub const TRY_TIME_MAX: Span = Span::seconds(20);

#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// In place of the one that the installation made for itself.
    pub secret: Option<String>,
    /// Signs beside `secret` while receivers change over.
    pub old_secret: Option<String>,
    /// Hosts inside the own network that may be called, also without https: `crm.internal`, or with a
    /// port `crm.internal:8080`.
    pub allow: Vec<String>,
    /// Further roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl WebhookConfig {
    pub fn check(&self) -> Result<(), Problem> {
        for secret in [&self.secret, &self.old_secret].into_iter().flatten() {
            Secret::parse(secret)?;
        }
        if self.old_secret.is_some() && self.secret.is_none() {
            let problem = Problem::new("webhooks: there is an old_secret and no secret");
            return Err(problem.hint("set secret too, or neither"));
        }
        for host in &self.allow {
            if host.is_empty() || host.contains(['/', '@', ' ', '*']) {
                let problem = Problem::new(format!("webhooks: `{host}` in allow is not a host"));
                return Err(problem.hint("write allow = [\"crm.internal\"]"));
            }
        }
        Ok(())
    }

    /// The secrets that are set, which have been checked.
    pub fn secrets(&self) -> Vec<Secret> {
        let set = [&self.secret, &self.old_secret].into_iter().flatten();
        set.filter_map(|it| Secret::parse(it).ok()).collect()
    }
}

impl fmt::Debug for WebhookConfig {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookConfig(allow {:?})", self.allow)
    }
}
