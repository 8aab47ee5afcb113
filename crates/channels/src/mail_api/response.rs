//! What an answer means. Pure.

use super::config::Provider;
use crate::http::meaning::{Again, Called, of_status};
use crate::http::message::provider_id;
use model::Reply;
use serde_json::Value;

/// None of them knows a second try of a message.
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
            Provider::Ses => answer.get("MessageId"),
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
    if provider == Provider::Ses && called.status == 400 {
        return refused_by_ses(called.kind.as_deref(), &answer);
    }
    of_status(called, &said, AGAIN)
}

/// Amazon answers 400 for what is wrong with the mail, and for an account that may not send at the moment. Its
/// words differ and its kinds do not; where there is no kind, the mail counts as refused.
fn refused_by_ses(kind: Option<&str>, answer: &Value) -> Reply {
    let kind = kind.or_else(|| answer.get("__type")?.as_str()).unwrap_or_default();
    // As in `com.amazonaws.sesv2#MessageRejected:http://…`.
    let kind = kind.split(':').next().and_then(|it| it.rsplit('#').next()).unwrap_or_default();
    let detail = |what: &str| match kind {
        "" => format!("400{what}"),
        kind => format!("400: {kind}{what}"),
    };
    match kind {
        "AccountSuspendedException"
        | "SendingPausedException"
        | "MailFromDomainNotVerifiedException"
        | "LimitExceededException" => Reply::Deferred {
            detail: detail(": the account may not send at the moment; look at its console"),
            retry_after: None,
        },
        _ => Reply::Refused { detail: detail(""), dead: false },
    }
}
