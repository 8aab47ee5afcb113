//! Amazon SES, called back through its notification service. Pure but for the certificate.

use super::callback::{BadCallback, CALLBACKS_MAX, Callback, What, reason, status_in};
use super::json;
use super::sns::{self, Certificate};
use crate::smtp::request::MESSAGE_HEADER;
use model::MessageId;
use serde_json::Value;

/// `topics` are those of the settings, in full (`arn:aws:sns:…`); `certificate` fetches one by its address,
/// which has been checked, and may remember it.
pub fn read(
    body: &[u8],
    topics: &[String],
    certificate: Certificate<'_>,
) -> Result<Vec<Callback>, BadCallback> {
    let call = sns::opened(body, topics, certificate)?;
    let id = json::text(&call, "MessageId").ok_or(BadCallback::Unreadable)?;
    match json::text(&call, "Type") {
        Some("Notification") => {}
        Some("SubscriptionConfirmation") => return Ok(vec![asked(&call, id)?]),
        other => {
            let what = What::Other(reason(other.unwrap_or_default()));
            return Ok(vec![Callback::new(id, what)]);
        }
    }
    let message = json::text(&call, "Message").ok_or(BadCallback::Unreadable)?;
    let event: Value = serde_json::from_str(message).map_err(|_| BadCallback::Unreadable)?;
    let found = callbacks(&event, id);
    if found.len() <= CALLBACKS_MAX { Ok(found) } else { Err(BadCallback::TooMany) }
}

fn asked(call: &Value, id: &str) -> Result<Callback, BadCallback> {
    let url = json::text(call, "SubscribeURL").ok_or(BadCallback::Unreadable)?;
    match sns::is_of_amazon(url) {
        true => Ok(Callback::new(id, What::Confirm { url: url.to_owned() })),
        false => Err(BadCallback::Forged),
    }
}

/// One for each recipient.
fn callbacks(event: &Value, id: &str) -> Vec<Callback> {
    let kind = json::text(event, "eventType").or_else(|| json::text(event, "notificationType"));
    let kind = kind.unwrap_or_default();
    let (part, recipients) = match kind {
        "Bounce" => ("bounce", "bounce.bouncedRecipients"),
        "Complaint" => ("complaint", "complaint.complainedRecipients"),
        "Delivery" => ("delivery", "delivery.recipients"),
        "DeliveryDelay" => ("deliveryDelay", "deliveryDelay.delayedRecipients"),
        "Open" => ("open", "mail.destination"),
        "Click" => ("click", "mail.destination"),
        "Reject" => ("reject", "mail.destination"),
        "Subscription" => ("subscription", "mail.destination"),
        _ => ("mail", "mail.destination"),
    };
    let whole = |it: &Value| {
        let address = it.as_str().or_else(|| json::text(it, "emailAddress"));
        let mut callback = Callback::new(id, what(event, kind, it));
        callback.at = json::time(event, &format!("{part}.timestamp"))
            .or_else(|| json::time(event, "mail.timestamp"));
        callback.message = named(event);
        callback.mail_id = header(event, "Message-ID").map(json::mail_id);
        callback.provider_id = json::text(event, "mail.messageId").map(str::to_owned);
        callback.to = address.map(json::email);
        callback
    };
    let mut found: Vec<Callback> = json::list(event, recipients).iter().map(whole).collect();
    // Several people behind one call are several events.
    if let [_, _, ..] = &found[..] {
        found.iter_mut().enumerate().for_each(|(n, it)| it.event = format!("{id}/{n}"));
    }
    if found.is_empty() { vec![whole(&Value::Null)] } else { found }
}

fn what(event: &Value, kind: &str, recipient: &Value) -> What {
    let words = json::text(recipient, "diagnosticCode");
    let status = || {
        let said = json::text(recipient, "status").map(str::to_owned);
        said.or_else(|| words.and_then(status_in))
    };
    match kind {
        "Send" => What::OnItsWay,
        "Delivery" => What::Delivered,
        "DeliveryDelay" => {
            let words = words.or_else(|| json::text(event, "deliveryDelay.delayType"));
            What::Deferred { reason: reason(words.unwrap_or_default()), status: status() }
        }
        "Bounce" => {
            let hard = json::text(event, "bounce.bounceType") == Some("Permanent");
            let words = words.or_else(|| json::text(event, "bounce.bounceSubType"));
            What::Bounced { hard, reason: reason(words.unwrap_or_default()), status: status() }
        }
        "Reject" => {
            let words = json::text(event, "reject.reason").unwrap_or_default();
            What::Bounced { hard: false, reason: reason(words), status: None }
        }
        "Complaint" => What::Complained,
        "Subscription" => What::Unsubscribed,
        "Open" => What::Opened,
        "Click" => What::Clicked { url: json::text(event, "click.link").map(str::to_owned) },
        other => What::Other(reason(other)),
    }
}

/// By our tag, or by our header where headers come along.
fn named(event: &Value) -> Option<MessageId> {
    let tagged = json::message(json::at(event, "mail.tags"));
    tagged.or_else(|| header(event, MESSAGE_HEADER)?.trim().parse().ok())
}

fn header<'a>(event: &'a Value, name: &str) -> Option<&'a str> {
    let is_it =
        |it: &&Value| json::text(it, "name").is_some_and(|it| it.eq_ignore_ascii_case(name));
    json::text(json::list(event, "mail.headers").iter().find(is_it)?, "value")
}
