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
    /// Postmark's server token, SendGrid's or Mailgun's API key, Amazon's secret access key.
    pub key: Secret,
    /// Amazon's access key, which the secret one belongs to.
    pub key_id: Option<Secret>,
    /// Of credentials of Amazon's that end.
    pub session_token: Option<Secret>,
    /// Amazon's, such as `eu-west-1`.
    pub region: Option<String>,
    /// Amazon's, by which it is said who is told of bounces.
    pub configuration_set: Option<String>,
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
    Ses,
}

impl MailApiConfig {
    pub fn base(&self) -> String {
        let usual = match self.provider {
            Provider::Postmark => "https://api.postmarkapp.com".to_owned(),
            Provider::SendGrid => "https://api.sendgrid.com".to_owned(),
            Provider::Mailgun => "https://api.mailgun.net".to_owned(),
            Provider::Ses => {
                let region = self.region.as_deref().unwrap_or_default();
                format!("https://email.{region}.amazonaws.com")
            }
        };
        self.base.clone().unwrap_or(usual)
    }

    pub fn check(&self) -> Result<(), Problem> {
        self.check_amazon()?;
        check_base("mail_api", "base", &self.base())?;
        check_allow("mail_api", &self.allow)?;
        match (self.provider, &self.domain) {
            (Provider::Mailgun, Some(domain)) if is_name(domain) => {}
            (Provider::Mailgun, _) => {
                let problem = Problem::new("mail_api: Mailgun needs its domain");
                return Err(problem.hint("write domain = \"mg.shop.example\""));
            }
            (Provider::Postmark | Provider::SendGrid | Provider::Ses, None) => {}
            (Provider::Postmark | Provider::SendGrid | Provider::Ses, Some(_)) => {
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

    /// What Amazon needs, and the others do not know.
    fn check_amazon(&self) -> Result<(), Problem> {
        if self.provider != Provider::Ses {
            let set = [
                self.key_id.is_some(),
                self.session_token.is_some(),
                self.region.is_some(),
                self.configuration_set.is_some(),
            ];
            return match set.contains(&true) {
                false => Ok(()),
                true => Err(Problem::new(
                    "mail_api: key_id, session_token, region and configuration_set are for SES alone",
                )),
            };
        }
        let fail = |what: &str, hint: &str| {
            Err(Problem::new(format!("mail_api: {what}")).hint(hint.to_owned()))
        };
        if self.key_id.is_none() {
            return fail("SES needs its access key", "write key_id = \"env:AWS_ACCESS_KEY_ID\"");
        }
        if !self.region.as_deref().is_some_and(is_name) {
            return fail("SES needs its region", "write region = \"eu-west-1\"");
        }
        if self.configuration_set.as_deref().is_some_and(|it| !is_name(it)) {
            return fail("configuration_set is no name", "write it as SES lists it");
        }
        Ok(())
    }
}

fn is_name(it: &str) -> bool {
    let of_names = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_');
    !it.is_empty() && it.bytes().all(of_names)
}

fn some() -> usize {
    8
}
