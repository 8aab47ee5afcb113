//! Which providers may call back, and with which keys they are believed: `[callbacks.…]`.

use super::{BadCallback, Callback, Headers, mailgun, postmark, sendgrid, ses, twilio};
use crate::http::{Http, HttpConfig};
use crate::secret::Secret;
use crate::twilio::SmsConfig;
use model::{Problem, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use ureq::http::Method;

/// A certificate of Amazon has some 2 KB.
const CERTIFICATE_BYTES_MAX: u64 = 64 << 10;

/// Amazon changes its certificate about once a year, and has one for each region.
const CERTIFICATES_MAX: usize = 64;

/// The provider waits no longer for the answer to its call.
const FETCH_TIME_MAX: Duration = Duration::from_secs(10);

/// What can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallbacksConfig {
    pub ses: Option<SesConfig>,
    pub sendgrid: Option<KeyConfig>,
    pub postmark: Option<PostmarkConfig>,
    pub mailgun: Option<KeyConfig>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SesConfig {
    /// In full: `arn:aws:sns:eu-west-1:123456789012:mail`.
    pub topics: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// With which the provider signs its calls, or which verifies that.
    pub key: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostmarkConfig {
    /// `user:password`, as they stand in the address that it calls.
    pub basic: Secret,
}

/// Reads the calls of the providers that are set.
pub struct Receiver {
    topics: Vec<String>,
    keys: BTreeMap<&'static str, String>,
    /// Where text messages' receipts are called back to, as the provider reaches it.
    sms: Option<String>,
    http: Http,
    certificates: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Receiver {
    /// Reads the secrets that the settings name.
    pub fn new(config: &CallbacksConfig, sms: Option<&SmsConfig>) -> Result<Receiver, Problem> {
        let mut keys = BTreeMap::new();
        let named = [
            ("sendgrid", config.sendgrid.as_ref().map(|it| &it.key)),
            ("mailgun", config.mailgun.as_ref().map(|it| &it.key)),
            ("postmark", config.postmark.as_ref().map(|it| &it.basic)),
            ("twilio", sms.filter(|it| it.status_callback.is_some()).map(|it| &it.token)),
        ];
        for (name, secret) in named {
            if let Some(secret) = secret {
                keys.insert(name, secret.reveal(&format!("callbacks.{name}"))?);
            }
        }
        let http = Http::new(HttpConfig {
            table: "callbacks",
            allow: Vec::new(),
            ca_file: None,
            time_max: FETCH_TIME_MAX,
        });
        Ok(Receiver {
            topics: config.ses.iter().flat_map(|it| it.topics.clone()).collect(),
            keys,
            sms: sms.and_then(|it| it.status_callback.clone()),
            http,
            certificates: Mutex::default(),
        })
    }

    /// What a call says. None if this provider is not set, or is none. `query` is that of the call's
    /// address. May ask for a certificate, and so takes its time.
    pub fn read(
        &self,
        provider: &str,
        query: Option<&str>,
        headers: Headers<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Option<Result<Vec<Callback>, BadCallback>> {
        if provider == "ses" && !self.topics.is_empty() {
            return Some(ses::read(body, &self.topics, &|url| self.certificate(url)));
        }
        let key = self.keys.get(provider)?;
        Some(match provider {
            "sendgrid" => sendgrid::read(headers, body, key),
            "mailgun" => mailgun::read(body, key, now),
            "postmark" => postmark::read(headers, body, postmark::Proof::Basic(key)),
            _ => {
                let base = self.sms.as_deref()?;
                let url = query.map_or_else(|| base.to_owned(), |it| format!("{base}?{it}"));
                twilio::read(&url, headers, body, key)
            }
        })
    }

    /// Says yes to a provider that asks whether it may call back; the address has been checked.
    pub fn confirm(&self, url: &str) -> bool {
        let answer = self.http.call(Method::GET, url, &[], b"");
        answer.is_ok_and(|it| (200..300).contains(&it.status()))
    }

    fn certificate(&self, url: &str) -> Option<Vec<u8>> {
        let known = || self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(url) {
            return Some(found.clone());
        }
        let answer = self.http.call(Method::GET, url, &[], b"").ok()?;
        let pem = (answer.status() == 200).then(|| answer.body(CERTIFICATE_BYTES_MAX))?.ok()?;
        let mut known = known();
        if known.len() < CERTIFICATES_MAX {
            known.insert(url.to_owned(), pem.clone());
        }
        Some(pem)
    }
}
