//! A message as a call of the API. Pure.

use super::config::SmsConfig;
use crate::http::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{IdentifierKind, Reply};
use port::{Envelope, Payload};

/// The most that the API takes, in characters; it parts what is longer than one text message itself.
pub const TEXT_CHARS_MAX: usize = 1_600;

/// The query of the address that receipts are called back to; its value names our message.
pub const MESSAGE_PARAMETER: &str = "message";

/// E.164: a plus and at most fifteen digits.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 6..=15;

/// The call, or the reply if there can be none.
pub fn request(envelope: &Envelope, config: &SmsConfig, token: &str) -> Result<Call, Reply> {
    let refuse = |detail: &str, dead| Err(Reply::Refused { detail: detail.to_owned(), dead });
    let Payload::Short { body, url, .. } = &envelope.payload else {
        return refuse("not a short message", false);
    };
    if envelope.to.kind != IdentifierKind::Phone || !is_phone(&envelope.to.value) {
        return refuse("the recipient is not a number with its country, such as +31…", true);
    }
    let text = text(body, url.as_deref());
    if TEXT_CHARS_MAX < text.chars().count() {
        return refuse("the text has more than 1600 characters", false);
    }
    let mut fields = vec![("To", envelope.to.value.clone()), ("Body", text)];
    fields.extend(config.from.iter().map(|it| ("From", it.clone())));
    fields.extend(config.messaging_service.iter().map(|it| ("MessagingServiceSid", it.clone())));
    fields.extend(
        config
            .status_callback
            .iter()
            .map(|it| ("StatusCallback", format!("{it}?{MESSAGE_PARAMETER}={}", envelope.message))),
    );
    let secret = STANDARD.encode(format!("{}:{token}", config.account));
    let url = format!("{}/2010-04-01/Accounts/{}/Messages.json", config.base, config.account);
    Ok(Call::form(url, &fields).header("authorization", format!("Basic {secret}")))
}

/// The link behind the words, unless they have it.
pub fn text(body: &str, url: Option<&str>) -> String {
    match url {
        Some(url) if !body.contains(url) => format!("{body} {url}"),
        Some(_) | None => body.to_owned(),
    }
}

pub fn is_phone(value: &str) -> bool {
    value.strip_prefix('+').is_some_and(|digits| {
        PHONE_DIGITS.contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
    })
}
