//! Postmark: JSON, with a name and password of HTTP or a header of one's own, since it signs nothing. Pure.

use super::callback::{BadCallback, Callback, Headers, What, reason, status_in};
use super::checks::{basic, equal};
use super::json;
use serde_json::Value;

/// What was agreed with Postmark, in its webhook's settings.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// `user:password`, as in the address that it calls.
    Basic(&'a str),
    /// A header of its webhook's settings, and its value.
    Header(&'a str, &'a str),
}

pub fn read(
    headers: Headers<'_>,
    body: &[u8],
    proof: Proof<'_>,
) -> Result<Vec<Callback>, BadCallback> {
    let (said, agreed) = match proof {
        Proof::Basic(agreed) => (basic(headers), agreed),
        Proof::Header(name, agreed) => (headers.get(name).map(str::to_owned), agreed),
    };
    let said = said.ok_or(BadCallback::Unsigned)?;
    // An empty secret would let everybody in.
    if agreed.is_empty() || !equal(&said, agreed) {
        return Err(BadCallback::Forged);
    }
    let record: Value = serde_json::from_slice(body).map_err(|_| BadCallback::Unreadable)?;
    let kind = json::text(&record, "RecordType").ok_or(BadCallback::Unreadable)?;
    let (what, time, whom) = match kind {
        "Delivery" => (What::Delivered, "DeliveredAt", "Recipient"),
        "Bounce" => (bounce(&record), "BouncedAt", "Email"),
        "SpamComplaint" => (What::Complained, "BouncedAt", "Email"),
        "Open" => (What::Opened, "ReceivedAt", "Recipient"),
        "Click" => {
            let url = json::text(&record, "OriginalLink").map(str::to_owned);
            (What::Clicked { url }, "ReceivedAt", "Recipient")
        }
        "SubscriptionChange" => (subscription(&record), "ChangedAt", "Recipient"),
        other => (What::Other(reason(other)), "ReceivedAt", "Recipient"),
    };
    let id = json::text(&record, "MessageID").unwrap_or_default();
    let number = json::at(&record, "ID").and_then(Value::as_i64).map(|it| it.to_string());
    let at = json::text(&record, time).unwrap_or_default();
    let event = number.map_or_else(|| format!("{kind}/{id}/{at}"), |it| format!("{kind}/{it}"));
    let mut callback = Callback::new(event, what);
    callback.at = json::time(&record, time);
    callback.message = json::message(json::at(&record, "Metadata"));
    callback.provider_id = Some(id.to_owned()).filter(|it| !it.is_empty());
    callback.to = json::text(&record, whom).map(json::email);
    Ok(vec![callback])
}

fn bounce(record: &Value) -> What {
    let words = json::text(record, "Details").or_else(|| json::text(record, "Description"));
    let words = words.unwrap_or_default();
    let (reason, status) = (reason(words), status_in(words));
    match json::text(record, "Type").unwrap_or_default() {
        "HardBounce" | "BadEmailAddress" => What::Bounced { hard: true, reason, status },
        // Postmark tries these again by itself.
        "Transient" => What::Deferred { reason, status },
        "SpamComplaint" => What::Complained,
        "Unsubscribe" => What::Unsubscribed,
        "Subscribe" => What::Resubscribed,
        // Answers of people and machines that came back as mail.
        kind @ ("AutoResponder" | "AddressChange" | "ChallengeVerification" | "OpenRelayTest") => {
            What::Other(kind.to_owned())
        }
        _ => What::Bounced { hard: false, reason, status },
    }
}

fn subscription(record: &Value) -> What {
    let suppressed = json::at(record, "SuppressSending").and_then(Value::as_bool);
    match (suppressed, json::text(record, "SuppressionReason")) {
        (Some(false), _) => What::Resubscribed,
        (_, Some("HardBounce")) => {
            What::Bounced { hard: true, reason: "HardBounce".to_owned(), status: None }
        }
        (_, Some("SpamComplaint")) => What::Complained,
        _ => What::Unsubscribed,
    }
}
