//! What can be set for mail by an API.

use crate::http::{check_allow, check_base};
use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;
use std::path::PathBuf;

const CONCURRENCY_MAX: usize = 64;

/// `[mail_api]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailApiConfig {
    pub provider: Provider,
    /// Where the API is, if elsewhere than usual: Mailgun's in Europe is `https://api.eu.mailgun.net`.
    pub base: Option<String>,
    /// Postmark's server token, SendGrid's or Mailgun's API key.
    pub key: Secret,
    /// The sending domain, for Mailgun alone.
    pub domain: Option<String>,
    /// Postmark's message stream.
    pub stream: Option<String>,
    #[serde(default = "some")]
    pub concurrency: usize,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Postmark,
    SendGrid,
    Mailgun,
}

impl Provider {
    fn base(self) -> &'static str {
        match self {
            Provider::Postmark => "https://api.postmarkapp.com",
            Provider::SendGrid => "https://api.sendgrid.com",
            Provider::Mailgun => "https://api.mailgun.net",
        }
    }
}

impl MailApiConfig {
    pub fn base(&self) -> &str {
        self.base.as_deref().unwrap_or(self.provider.base())
    }

    pub fn check(&self) -> Result<(), Problem> {
        check_base("mail_api", "base", self.base())?;
        check_allow("mail_api", &self.allow)?;
        let is_name = |it: &str| {
            let of_names = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_');
            !it.is_empty() && it.bytes().all(of_names)
        };
        match (self.provider, &self.domain) {
            (Provider::Mailgun, Some(domain)) if is_name(domain) => {}
            (Provider::Mailgun, _) => {
                let problem = Problem::new("mail_api: Mailgun needs its domain");
                return Err(problem.hint("write domain = \"mg.shop.example\""));
            }
            (Provider::Postmark | Provider::SendGrid, None) => {}
            (Provider::Postmark | Provider::SendGrid, Some(_)) => {
                return Err(Problem::new("mail_api: domain is for Mailgun alone"));
            }
        }
        if self
            .stream
            .as_ref()
            .is_some_and(|it| self.provider != Provider::Postmark || !is_name(it))
        {
            return Err(Problem::new("mail_api: stream is the name of one of Postmark's streams"));
        }
        match 1 <= self.concurrency && self.concurrency <= CONCURRENCY_MAX {
            true => Ok(()),
            false => {
                let message =
                    format!("mail_api: concurrency is not between 1 and {CONCURRENCY_MAX}");
                Err(Problem::new(message))
            }
        }
    }
}

fn some() -> usize {
    8
}
