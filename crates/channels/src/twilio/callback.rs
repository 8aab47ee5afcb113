//! Receipts, and what people write back: `application/x-www-form-urlencoded`, signed. Pure.

use super::request::MESSAGE_PARAMETER;
use crate::callbacks::{BadCallback, Callback, Headers, What};
use crate::http::form::fields;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Identifier, IdentifierKind};
use ring::hmac;

/// The most of what somebody wrote that is kept: ten text messages in one.
const TEXT_CHARS_MAX: usize = 1_600;

/// Whole messages that end it, in the words that carriers ask for, and that begin it again.
const STOP: [&str; 8] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

/// `url` is the address that was called, with its query, as the provider knows it: it is signed too.
pub fn read(
    url: &str,
    headers: Headers<'_>,
    body: &[u8],
    token: &str,
) -> Result<Vec<Callback>, BadCallback> {
    let fields = fields(body).ok_or(BadCallback::Unreadable)?;
    verify(url, &fields, headers, token)?;
    let get = |name: &str| {
        fields.iter().find(|it| it.0 == name).map(|it| it.1.as_str()).filter(|it| !it.is_empty())
    };
    let sid = get("MessageSid").or(get("SmsSid")).ok_or(BadCallback::Unreadable)?;
    let phone = |name: &str| get(name).map(|it| Identifier::new(IdentifierKind::Phone, it));
    let (what, to, kind) = match get("MessageStatus").or(get("SmsStatus")) {
        Some("received") | None => {
            (said(get("OptOutType"), get("Body")), phone("From"), "received")
        }
        Some(status) => (receipt(status, get("ErrorCode")), phone("To"), status),
    };
    let mut callback = Callback::new(format!("{sid}/{kind}"), what);
    callback.provider_id = Some(sid.to_owned());
    callback.message = named(url);
    callback.to = to;
    Ok(vec![callback])
}

/// HMAC-SHA1 over the address and all fields by name, one behind the other.
fn verify(
    url: &str,
    fields: &[(String, String)],
    headers: Headers<'_>,
    token: &str,
) -> Result<(), BadCallback> {
    let signature = headers.get("x-twilio-signature").ok_or(BadCallback::Unsigned)?;
    let signature = STANDARD.decode(signature.trim()).map_err(|_| BadCallback::Forged)?;
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut data = url.to_owned();
    for (name, value) in sorted {
        data.push_str(name);
        data.push_str(value);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    hmac::verify(&key, data.as_bytes(), &signature).map_err(|_| BadCallback::Forged)
}

fn receipt(status: &str, error: Option<&str>) -> What {
    let reason = error.map(|it| format!("{status}: {it}")).unwrap_or_else(|| status.to_owned());
    match status {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => What::OnItsWay,
        "delivered" => What::Delivered,
        "read" => What::Opened,
        // 30003: switched off or away for now; 30005, 30006: no such number, or a landline; 21610: STOP.
        "undelivered" | "failed" | "canceled" => {
            let hard = matches!(error, Some("30005" | "30006" | "21610" | "21211" | "21614"));
            What::Bounced { hard, reason: crate::callbacks::reason(&reason), status: None }
        }
        other => What::Other(crate::callbacks::reason(other)),
    }
}

/// What somebody wrote: STOP, START, or words.
pub(crate) fn said(opt_out: Option<&str>, body: Option<&str>) -> What {
    let word = body.unwrap_or_default().trim().trim_matches(['.', '!', '"', '\'']).to_uppercase();
    match opt_out {
        Some("STOP") => What::Unsubscribed,
        Some("START") => What::Resubscribed,
        _ if STOP.contains(&word.as_str()) => What::Unsubscribed,
        _ if START.contains(&word.as_str()) => What::Resubscribed,
        _ => What::Said { text: body.unwrap_or_default().chars().take(TEXT_CHARS_MAX).collect() },
    }
}

/// Our message, from the query that we gave with it.
fn named(url: &str) -> Option<model::MessageId> {
    let (_, query) = url.split_once('?')?;
    let pairs = query.split('&').filter_map(|it| it.split_once('='));
    pairs.filter(|it| it.0 == MESSAGE_PARAMETER).find_map(|it| it.1.parse().ok())
}
