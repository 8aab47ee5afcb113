//! Makes one try. Owns no rule.

use super::config::{TRY_TIME_MAX, WebhookConfig};
use super::request::headers;
use super::response::meaning;
use super::secret::Secret;
use crate::http::{Failure, Http, HttpConfig};
use model::{HookReply, Timestamp};
use port::Hook;
use std::time::Duration;
use ureq::http::Method;

/// Calls under way at once, to all receivers together: each is a thread that mostly waits.
const CONCURRENCY: usize = 16;

/// The most of an answer's body that is read and thrown away, so that the receiver can finish.
const BODY_BYTES_MAX: u64 = 16 << 10;

/// The secrets to sign with now, the latest first.
pub type Secrets = Box<dyn Fn(Timestamp) -> Vec<Secret> + Send + Sync>;

/// Calls other systems.
pub struct Webhooks {
    http: Http,
    secrets: Secrets,
}

impl Webhooks {
    pub fn new(config: WebhookConfig, secrets: Secrets) -> Webhooks {
        let config = HttpConfig {
            table: "webhooks",
            allow: config.allow,
            ca_file: config.ca_file,
            time_max: Duration::from_millis(TRY_TIME_MAX.millis().unsigned_abs()),
        };
        Webhooks { http: Http::new(config), secrets }
    }

    fn try_once(&self, hook: &Hook, now: Timestamp) -> Result<HookReply, Failure> {
        let seconds = now.0.div_euclid(1_000);
        let headers = headers(&hook.key, seconds, &self.signing(now)?, &hook.body);
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = self.http.call(Method::POST, &hook.url, &headers, &hook.body)?;
        let reply = meaning(answer.status(), answer.header("retry-after"), now);
        // What it means is known; whatever goes wrong with the body changes nothing.
        answer.body(BODY_BYTES_MAX).unwrap_or_default();
        Ok(reply)
    }

    /// What cannot be signed is not sent: a receiver that verifies would refuse it, and one that does not
    /// would learn to.
    fn signing(&self, now: Timestamp) -> Result<Vec<Secret>, Failure> {
        let secrets = (self.secrets)(now);
        let why = "there is no secret to sign with; the server's log says more";
        if secrets.is_empty() { Err(Failure::Unsent(why.to_owned())) } else { Ok(secrets) }
    }
}

impl port::Caller for Webhooks {
    fn concurrency(&self) -> usize {
        CONCURRENCY
    }

    fn call(&self, hook: &Hook, now: Timestamp) -> HookReply {
        let reply = self.try_once(hook, now).unwrap_or_else(|failure| match failure {
            Failure::Refused(detail) => HookReply::Never { detail },
            // Receivers know a call again by its id, so what may have arrived is tried again too.
            Failure::Unsent(detail) | Failure::Unknown(detail) => {
                HookReply::Later { detail, retry_after: None }
            }
        });
        // The key says enough; a url may hold a token.
        match &reply {
            HookReply::Answered { .. } => {}
            HookReply::Later { detail, .. } => {
                tracing::debug!(key = hook.key, detail, "a call failed");
            }
            HookReply::Never { detail } => {
                tracing::warn!(key = hook.key, detail, "a call cannot be made");
            }
        }
        reply
    }
}
