//! What can be set for messages to browsers.

use crate::http::check_allow;
use crate::secret::Secret;
use model::{Problem, Span};
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// Push services keep a message no longer than four weeks.
const KEEP_MAX: Span = Span(28 * 86_400_000);

const CONCURRENCY_MAX: usize = 64;

/// `[web_push]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebPushConfig {
    /// An EC key on P-256 as PEM (PKCS #8). Its public half is in every subscription: another key cannot
    /// reach the people of this one.
    pub key: Secret,
    /// Whom a push service writes to when something is wrong: `mailto:` or `https:`.
    pub contact: String,
    /// How long a message is kept for a browser that is not there.
    #[serde(default = "a_day", deserialize_with = "span")]
    pub keep: Span,
    #[serde(default)]
    pub urgency: Urgency,
    #[serde(default = "some")]
    pub concurrency: usize,
    /// Push services inside the own network, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

/// RFC 8030, 5.3: what a device that saves power may leave for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    VeryLow,
    Low,
    #[default]
    Normal,
    High,
}

impl Urgency {
    pub fn name(self) -> &'static str {
        match self {
            Urgency::VeryLow => "very-low",
            Urgency::Low => "low",
            Urgency::Normal => "normal",
            Urgency::High => "high",
        }
    }
}

impl WebPushConfig {
    pub fn check(&self) -> Result<(), Problem> {
        check_allow("web_push", &self.allow)?;
        let is_contact = self.contact.strip_prefix("mailto:").is_some_and(|it| it.contains('@'))
            || self.contact.starts_with("https://");
        if !is_contact || self.contact.chars().any(|it| it.is_whitespace() || it.is_control()) {
            let problem = Problem::new("web_push: contact is no address");
            return Err(problem.hint("write contact = \"mailto:web@shop.example\""));
        }
        if self.keep.millis() < 0 || KEEP_MAX.millis() < self.keep.millis() {
            return Err(Problem::new("web_push: keep is not between 0s and 4w"));
        }
        match 1 <= self.concurrency && self.concurrency <= CONCURRENCY_MAX {
            true => Ok(()),
            false => {
                let message =
                    format!("web_push: concurrency is not between 1 and {CONCURRENCY_MAX}");
                Err(Problem::new(message))
            }
        }
    }
}

fn a_day() -> Span {
    Span(86_400_000)
}

fn some() -> usize {
    16
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
    let text = String::deserialize(deserializer)?;
    Span::parse(&text).map_err(serde::de::Error::custom)
}
