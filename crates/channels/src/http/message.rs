//! Carries one message by one call, for every channel that speaks HTTP. Owns no rule of any provider.

use super::meaning::Called;
use super::retry_after;
use super::{Call, Failure, Http, HttpConfig};
use model::{Reply, Timestamp};
use port::Envelope;
use std::path::PathBuf;
use std::time::Duration;

/// For the whole of one try: providers answer within seconds, and giving up leaves the message unknown.
pub const TRY_TIME_MAX: Duration = Duration::from_secs(30);

/// The most of an answer that is read: an id or the reason of a refusal.
const BODY_BYTES_MAX: u64 = 64 << 10;

/// For a provider whose settings are in `table`.
pub fn http_for(table: &'static str, allow: &[String], ca_file: Option<&PathBuf>) -> Http {
    let (allow, ca_file) = (allow.to_vec(), ca_file.cloned());
    Http::new(HttpConfig { table, allow, ca_file, time_max: TRY_TIME_MAX })
}

/// The answer, with as much of it as came. `at` is when the message was claimed.
pub fn hand_over(http: &Http, call: &Call, at: Timestamp) -> Result<Called, Failure> {
    let answer = http.send(call)?;
    let status = answer.status();
    let retry_after = answer.header("retry-after").and_then(|it| retry_after(it, at));
    let kind = answer.header("x-amzn-errortype").map(str::to_owned);
    Ok(Called { status, retry_after, kind, body: answer.body(BODY_BYTES_MAX).ok() })
}

/// Replies hold no address; the message's id is enough to find it.
pub fn logged(envelope: &Envelope, reply: Reply) -> Reply {
    let (message, channel) = (envelope.message, envelope.channel);
    match &reply {
        Reply::Accepted { .. } => {}
        Reply::Deferred { detail, .. } => {
            tracing::debug!(%message, %channel, detail, "message deferred");
        }
        Reply::Refused { detail, .. } => {
            tracing::debug!(%message, %channel, detail, "message refused");
        }
        Reply::Lost { detail } => {
            tracing::warn!(%message, %channel, detail, "message handed over, answer lost");
        }
    }
    reply
}

/// A provider's id as it may be kept and shown; none if it is something else than an id.
pub fn provider_id(text: &str) -> Option<String> {
    const CHARS_MAX: usize = 128;
    let of_ids =
        |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.' | b':' | b'/');
    let is_id = !text.is_empty() && text.len() <= CHARS_MAX && text.bytes().all(of_ids);
    is_id.then(|| text.to_owned())
}
