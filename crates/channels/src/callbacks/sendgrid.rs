//! SendGrid: a JSON list of events, signed with ECDSA on P-256. Pure.

use super::callback::{BadCallback, CALLBACKS_MAX, Callback, Headers, What, reason, status_in};
use super::json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;

/// What comes before the point in a public key on P-256 as SendGrid shows it (RFC 5480).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// `key` is the verification key in base64.
pub fn read(headers: Headers<'_>, body: &[u8], key: &str) -> Result<Vec<Callback>, BadCallback> {
    verify(headers, body, key)?;
    let events: Vec<Value> = serde_json::from_slice(body).map_err(|_| BadCallback::Unreadable)?;
    match events.len() <= CALLBACKS_MAX {
        true => Ok(events.iter().map(callback).collect()),
        false => Err(BadCallback::TooMany),
    }
}

fn verify(headers: Headers<'_>, body: &[u8], key: &str) -> Result<(), BadCallback> {
    let said = |name: &str| headers.get(name).ok_or(BadCallback::Unsigned);
    let signature = said("x-twilio-email-event-webhook-signature")?;
    let timestamp = said("x-twilio-email-event-webhook-timestamp")?;
    let decode = |text: &str| STANDARD.decode(text.trim()).map_err(|_| BadCallback::Forged);
    let (key, signature) = (decode(key)?, decode(signature)?);
    let point = key.strip_prefix(&P256).ok_or(BadCallback::Forged)?;
    let data = [timestamp.as_bytes(), body].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
        .verify(&data, &signature)
        .map_err(|_| BadCallback::Forged)
}

fn callback(event: &Value) -> Callback {
    let name = json::text(event, "event").unwrap_or_default();
    let mut callback =
        Callback::new(json::text(event, "sg_event_id").unwrap_or_default(), what(event, name));
    callback.at = json::time(event, "timestamp");
    callback.message = json::message(Some(event));
    callback.mail_id = json::text(event, "smtp-id").map(json::mail_id);
    callback.provider_id = json::text(event, "sg_message_id").map(str::to_owned);
    callback.to = json::text(event, "email").map(json::email);
    callback
}

fn what(event: &Value, name: &str) -> What {
    let words = json::text(event, "reason").or_else(|| json::text(event, "response"));
    let words = words.unwrap_or_default();
    let status = || json::text(event, "status").map(str::to_owned).or_else(|| status_in(words));
    match name {
        "processed" => What::OnItsWay,
        "delivered" => What::Delivered,
        "deferred" => What::Deferred { reason: reason(words), status: status() },
        // `blocked` is refused for now, or for what we are.
        "bounce" => {
            let hard = json::text(event, "type") != Some("blocked");
            What::Bounced { hard, reason: reason(words), status: status() }
        }
        // Not even tried, since SendGrid knows better.
        "dropped" => {
            let hard = matches!(words, "Bounced Address" | "Invalid");
            What::Bounced { hard, reason: reason(words), status: status() }
        }
        "spamreport" => What::Complained,
        "unsubscribe" | "group_unsubscribe" => What::Unsubscribed,
        "group_resubscribe" => What::Resubscribed,
        "open" => What::Opened,
        "click" => What::Clicked { url: json::text(event, "url").map(str::to_owned) },
        other => What::Other(reason(other)),
    }
}
