//! Mailgun: JSON with a signature of time and token (HMAC-SHA256). Pure.
//!
//! What is signed is not what is said: whoever sees one call can say something else under its signature for
//! as long as it is good. So it is good for minutes only, and the address called should be https.

use super::callback::{BadCallback, Callback, What, reason, status_in};
use super::json;
use model::{Span, Timestamp};
use ring::hmac;
use serde_json::Value;

/// How old a signature may be, and how far ahead: clocks differ, and calls are tried again, signed anew.
const AGE_MAX: Span = Span::minutes(15);

/// `key` is the webhook signing key.
pub fn read(body: &[u8], key: &str, now: Timestamp) -> Result<Vec<Callback>, BadCallback> {
    let call: Value = serde_json::from_slice(body).map_err(|_| BadCallback::Unreadable)?;
    verify(&call, key, now)?;
    let event = json::at(&call, "event-data").ok_or(BadCallback::Unreadable)?;
    let name = json::text(event, "event").ok_or(BadCallback::Unreadable)?;
    let mut callback =
        Callback::new(json::text(event, "id").unwrap_or_default(), what(event, name));
    callback.at = json::time(event, "timestamp");
    callback.message = json::message(json::at(event, "user-variables"));
    callback.mail_id = json::text(event, "message.headers.message-id").map(json::mail_id);
    callback.to = json::text(event, "recipient").map(json::email);
    Ok(vec![callback])
}

fn verify(call: &Value, key: &str, now: Timestamp) -> Result<(), BadCallback> {
    let said =
        |name: &str| json::text(call, &format!("signature.{name}")).ok_or(BadCallback::Unsigned);
    let (timestamp, token, signature) = (said("timestamp")?, said("token")?, said("signature")?);
    let signature = hex(signature).ok_or(BadCallback::Forged)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    hmac::verify(&key, format!("{timestamp}{token}").as_bytes(), &signature)
        .map_err(|_| BadCallback::Forged)?;
    let at: i64 = timestamp.parse().map_err(|_| BadCallback::Unreadable)?;
    match (now.0.saturating_sub(at.saturating_mul(1_000))).saturating_abs() <= AGE_MAX.millis() {
        true => Ok(()),
        false => Err(BadCallback::Stale),
    }
}

fn what(event: &Value, name: &str) -> What {
    match name {
        "accepted" | "stored" => What::OnItsWay,
        "delivered" => What::Delivered,
        "failed" | "rejected" => {
            let status = json::at(event, "delivery-status");
            let said = |name: &str| status.and_then(|it| json::text(it, name));
            let words = said("message").or_else(|| said("description"));
            let words = words.or_else(|| json::text(event, "reason")).unwrap_or(name);
            let status = said("enhanced-code").map(str::to_owned).or_else(|| status_in(words));
            let reason = reason(words);
            match json::text(event, "severity") {
                Some("temporary") => What::Deferred { reason, status },
                // What Mailgun keeps off itself, and what servers refuse for what it says, is no dead address.
                _ => {
                    let hard = json::text(event, "reason") == Some("suppress-bounce")
                        || status.as_deref().is_some_and(says_dead);
                    What::Bounced { hard, reason, status }
                }
            }
        }
        "opened" => What::Opened,
        "clicked" => What::Clicked { url: json::text(event, "url").map(str::to_owned) },
        "unsubscribed" => What::Unsubscribed,
        "complained" => What::Complained,
        other => What::Other(reason(other)),
    }
}

/// 5.1.x is about the recipient's address, but for 7 to 9, which are about the sender's (RFC 3463).
pub(super) fn says_dead(status: &str) -> bool {
    let detail = status.strip_prefix("5.1.").and_then(|it| it.parse::<u16>().ok());
    detail.is_some_and(|it| !(7..=9).contains(&it))
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let pair = |it: &[u8]| {
        let digits = std::str::from_utf8(it).ok().filter(|it| it.len() == 2)?;
        let plain = digits.bytes().all(|it| it.is_ascii_hexdigit());
        plain.then(|| u8::from_str_radix(digits, 16).ok())?
    };
    text.as_bytes().chunks(2).map(pair).collect()
}
