//! What an answer means. Pure.

use super::config::Provider;
use crate::http::meaning::{Again, Called, of_status};
use crate::http::message::provider_id;
use model::Reply;
use serde_json::Value;

/// None of the three knows a second try of a message.
pub const AGAIN: Again = Again::SecondCopy;

/// Postmark's error for an address that it keeps off itself, since it bounced or complained.
const POSTMARK_INACTIVE: i64 = 406;

pub fn meaning(called: &Called, provider: Provider) -> Reply {
    let body = called.body.as_deref().unwrap_or_default();
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = answer.get("ErrorCode").and_then(Value::as_i64).filter(|it| *it != 0);
    if (200..300).contains(&called.status) {
        let id = match provider {
            Provider::Postmark => answer.get("MessageID"),
            Provider::Mailgun => answer.get("id"),
            // In a header, and every callback names our message anyway.
            Provider::SendGrid => None,
        };
        let id = id.and_then(Value::as_str).map(|it| it.trim_matches(['<', '>']));
        // Of Mailgun it is a `Message-ID`, which is no address of anybody.
        let id = id.map(|it| it.split('@').next().unwrap_or_default());
        return Reply::Accepted { provider_id: id.and_then(provider_id).unwrap_or_default() };
    }
    let said = code.map(|it| it.to_string()).unwrap_or_default();
    if provider == Provider::Postmark && called.status == 422 && code == Some(POSTMARK_INACTIVE) {
        return Reply::Refused {
            detail: format!("422: {said}: the address is inactive"),
            dead: true,
        };
    }
    of_status(called, &said, AGAIN)
}
