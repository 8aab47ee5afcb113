//! A message as a call of a push service. Pure.

use super::config::WebPushConfig;
use super::subscription::Subscription;
use crate::http::Call;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{IdentifierKind, Reply};
use port::{Envelope, Payload};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use ureq::http::Method;

/// What the page's worker gets.
#[derive(Serialize)]
struct Text<'a> {
    title: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    /// A second one of the same tag takes the place of the first on the screen.
    tag: &'a str,
}

/// The browser and the words for it, or the reply if there are none.
pub fn words(envelope: &Envelope) -> Result<(Subscription, Vec<u8>), Reply> {
    let refuse = |detail: &str, dead| Reply::Refused { detail: detail.to_owned(), dead };
    let Payload::Short { title, body, url, .. } = &envelope.payload else {
        return Err(refuse("not a short message", false));
    };
    let to = Some(&envelope.to).filter(|it| it.kind == IdentifierKind::DeviceToken);
    let to = to.and_then(|it| Subscription::parse(&it.value));
    let to = to.ok_or_else(|| refuse("the recipient is not a browser's subscription", true))?;
    let tag = topic(&envelope.key);
    let text = Text { title, body, url: url.as_deref(), tag: &tag };
    let text = serde_json::to_vec(&text).map_err(|_| refuse("the words are no JSON", false))?;
    Ok((to, text))
}

pub fn request(
    envelope: &Envelope,
    to: &Subscription,
    body: Vec<u8>,
    authorization: String,
    config: &WebPushConfig,
) -> Call {
    let header = |name: &str, value: String| (name.to_owned(), value);
    Call {
        method: Method::POST,
        url: to.endpoint.clone(),
        headers: vec![
            header("content-type", "application/octet-stream".to_owned()),
            header("content-encoding", "aes128gcm".to_owned()),
            header("authorization", authorization),
            header("ttl", (config.keep.millis() / 1_000).to_string()),
            header("urgency", config.urgency.name().to_owned()),
            header("topic", topic(&envelope.key)),
        ],
        body,
    }
}

/// A second message of the same topic takes the place of one that still waits (RFC 8030, 5.4). At most
/// 32 letters, so of the key its hash.
pub fn topic(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, key.as_bytes()).as_ref()[..24])
}
