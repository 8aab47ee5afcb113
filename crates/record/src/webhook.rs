//! The secrets that calls of other systems are signed with, as they are stored.

use crate::Unreadable;
use model::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Their key among the entries of the system.
pub const WEBHOOK_SECRETS: &str = "webhook_secrets";

/// How long the secret before the present one signs as well: receivers change over in their own time.
pub const OLD_SECRET_LASTS: Span = Span::days(7);

#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecrets {
    /// `whsec_` and base64.
    pub secret: String,
    pub old: Option<OldSecret>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSecret {
    pub secret: String,
    /// It signs until then.
    pub until: Timestamp,
}

#[derive(Serialize, Deserialize)]
enum Stored {
    #[serde(rename = "webhook_secrets.1")]
    Secrets {
        secret: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old: Option<OldSecret>,
    },
}

impl WebhookSecrets {
    pub fn new(secret: String) -> WebhookSecrets {
        WebhookSecrets { secret, old: None }
    }

    #[must_use]
    pub fn rotated(self, secret: String, now: Timestamp) -> WebhookSecrets {
        let old = OldSecret { secret: self.secret, until: now + OLD_SECRET_LASTS };
        WebhookSecrets { secret, old: Some(old) }
    }

    /// Those that sign now, the present one first.
    pub fn at(&self, now: Timestamp) -> Vec<&str> {
        let old = self.old.iter().filter(|it| now < it.until).map(|it| it.secret.as_str());
        std::iter::once(self.secret.as_str()).chain(old).collect()
    }

    pub fn decode(bytes: &[u8]) -> Result<WebhookSecrets, Unreadable> {
        // What cannot be read is not repeated.
        let unreadable = |_| Unreadable {
            what: "secrets of webhooks",
            detail: "they are not in their form".to_owned(),
        };
        let Stored::Secrets { secret, old } = serde_json::from_slice(bytes).map_err(unreadable)?;
        Ok(WebhookSecrets { secret, old })
    }

    pub fn encode(&self) -> Vec<u8> {
        let stored = Stored::Secrets { secret: self.secret.clone(), old: self.old.clone() };
        serde_json::to_vec(&stored).expect("plain data has a JSON form")
    }
}

impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_secret_signs_for_a_week_and_only_one_does() {
        let now = Timestamp(1_800_000_000_000);
        let first = WebhookSecrets::new("whsec_a".to_owned());
        assert_eq!(first.at(now), ["whsec_a"]);
        let second = first.rotated("whsec_b".to_owned(), now);
        assert_eq!(second.at(now), ["whsec_b", "whsec_a"]);
        assert_eq!(second.at(now + OLD_SECRET_LASTS), ["whsec_b"]);
        let third = second.rotated("whsec_c".to_owned(), now);
        assert_eq!(third.at(now), ["whsec_c", "whsec_b"]);
        assert_eq!(WebhookSecrets::decode(&third.encode()), Ok(third));
    }

    #[test]
    fn what_was_stored_stays_readable_and_what_is_broken_is_not_repeated() {
        let stored = br#"{"webhook_secrets.1":{"secret":"whsec_a"}}"#;
        let read = WebhookSecrets::decode(stored).expect("the first form");
        assert_eq!(read, WebhookSecrets::new("whsec_a".to_owned()));
        let error = WebhookSecrets::decode(b"{\"whsec_hidden\":1}").expect_err("broken");
        assert!(!error.to_string().contains("hidden"));
    }
}
