//! Makes the calls of one account, and reads the clock for answers that name a moment.

use super::{Reply, Trouble};
use crate::http::{Answer, Call, Http, retry_after};
use model::{Span, Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

/// The most of an answer that is read. What networks say of one post is a few KB, of a hundred some
/// hundred KB.
const BODY_BYTES_MAX: u64 = 4 << 20;

/// Where networks say when a limit ends, in place of `Retry-After`: Bluesky, Mastodon, X.
const RESETS: [&str; 3] = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];

/// In which header a network names what it made: LinkedIn.
const IDS: [&str; 1] = ["x-restli-id"];

pub struct Api {
    http: Http,
    /// Taken out of whatever a network says.
    secrets: Vec<String>,
}

impl Api {
    pub fn new(http: Http, secrets: Vec<String>) -> Api {
        Api { http, secrets }
    }

    /// Any answer with a known status is a reply; that of a success is whole.
    pub fn send(&self, call: &Call) -> Result<Reply, Trouble> {
        let answer = self.http.send(call)?;
        let status = answer.status();
        let mut reply = Reply { status, wait: wait(&answer, now()), ..Reply::default() };
        reply.id = IDS.iter().find_map(|it| answer.header(it)).map(str::to_owned);
        match answer.body(BODY_BYTES_MAX) {
            Ok(body) => reply.body = body,
            // What was done has a name that did not come.
            Err(_) if reply.is_ok() => {
                return Err(Trouble::Lost(format!("{status}: the answer did not end")));
            }
            Err(_) => {}
        }
        if !reply.is_ok() {
            reply.body = self.without_secrets(&reply.body);
        }
        Ok(reply)
    }

    /// Some networks say which token they do not know.
    fn without_secrets(&self, body: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(body).into_owned();
        let cleaned = self.secrets.iter().fold(text, |text, it| text.replace(it, "…"));
        cleaned.into_bytes()
    }
}

fn wait(answer: &Answer, now: Timestamp) -> Option<Span> {
    if let Some(asked) = answer.header("retry-after") {
        return retry_after(asked, now);
    }
    if answer.status() != 429 {
        return None;
    }
    let reset = RESETS.iter().find_map(|it| answer.header(it))?;
    let until = match reset.parse::<i64>() {
        Ok(seconds) => Timestamp(seconds.saturating_mul(1_000)),
        Err(_) => Timestamp::parse(reset).ok()?,
    };
    (now < until).then(|| until - now)
}

pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
