//! What is sent: under which id, with which signatures. Pure; the time comes in.

use super::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use std::fmt::Write as _;

/// The key as a `webhook-id`: what the specification forbids there (a full stop, which parts what is
/// signed) and what a header cannot hold is written as `%XX`.
pub fn webhook_id(key: &str) -> String {
    let mut id = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'/' | b'-' | b'_' | b':' => {
                id.push(char::from(byte));
            }
            _ => write!(id, "%{byte:02X}").expect("a string takes all that is written"),
        }
    }
    id
}

/// `v1,` and the HMAC-SHA256 of id, time and body.
pub fn signature(secret: &Secret, id: &str, seconds: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{seconds}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

/// Each secret signs, so that receivers can change over one by one.
pub fn headers(
    key: &str,
    seconds: i64,
    secrets: &[Secret],
    body: &[u8],
) -> [(&'static str, String); 4] {
    let id = webhook_id(key);
    let signatures: Vec<String> =
        secrets.iter().map(|it| signature(it, &id, seconds, body)).collect();
    let is_form = key.strip_prefix(port::WEBSUB).is_some_and(|it| it.starts_with('/'));
    let content_type =
        if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
    [
        ("content-type", content_type.to_owned()),
        ("webhook-id", id),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}
