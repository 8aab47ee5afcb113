//! What can be set for text messages.

use crate::http::{check_allow, check_base, check_url};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

/// Twilio queues what comes faster than a number may send; more at once only fills its queue.
const CONCURRENCY_MAX: usize = 64;

/// `[sms]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    #[serde(default = "twilio")]
    pub base: String,
    /// `AC…`.
    pub account: String,
    pub token: Secret,
    /// A number, a short code or a name that messages come from.
    pub from: Option<String>,
    /// `MG…`, in place of `from`: the provider chooses among several numbers.
    pub messaging_service: Option<String>,
    /// Where receipts are called back to, as the provider reaches it.
    pub status_callback: Option<String>,
    #[serde(default = "some")]
    pub concurrency: usize,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

impl SmsConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_base("sms", "base", &self.base)?;
        check_allow("sms", &self.allow)?;
        let is_sid = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
        if !is_sid(&self.account) {
            let problem = Problem::new("sms: account is not the id of an account");
            return Err(problem.hint("write account = \"AC…\", from the provider's console"));
        }
        match (&self.from, &self.messaging_service) {
            (Some(from), None) if !from.trim().is_empty() => {}
            (None, Some(service)) if is_sid(service) => {}
            _ => {
                let problem = Problem::new("sms: nobody is named whom messages come from");
                return Err(problem.hint("write from = \"+31…\" or messaging_service = \"MG…\""));
            }
        }
        if let Some(url) = &self.status_callback {
            let fail = |it: &str| Problem::new(format!("sms: status_callback: {it}"));
            check_url(url).map_err(fail)?;
            if url.contains(['?', '#']) {
                return Err(fail("it has a query, and ours is added").hint("leave it out"));
            }
        }
        match 1 <= self.concurrency && self.concurrency <= CONCURRENCY_MAX {
            true => Ok(()),
            false => {
                let message = format!("sms: concurrency is not between 1 and {CONCURRENCY_MAX}");
                Err(Problem::new(message))
            }
        }
    }
}

fn twilio() -> String {
    "https://api.twilio.com".to_owned()
}

fn some() -> usize {
    8
}
