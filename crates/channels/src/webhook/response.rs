//! What an answer means. Pure; only its head is looked at, the body is nobody's business.

use model::{HookReply, Span, Timestamp};

/// What becomes of the try, after the specification's list of statuses.
pub fn meaning(status: u16, retry_after: Option<&str>, now: Timestamp) -> HookReply {
    let retry_after = retry_after.and_then(|it| asked(it.trim(), now));
    let later = |what: &str| {
        let detail = if what.is_empty() { status.to_string() } else { format!("{status}: {what}") };
        HookReply::Later { detail, retry_after }
    };
    match status {
        200..=299 => HookReply::Answered { status },
        300..=399 => later("redirects are not followed; write the url that it leads to"),
        410 => HookReply::Never { detail: "410: the receiver wants no more of these".to_owned() },
        429 => later("the receiver asks for fewer at once"),
        _ => later(""),
    }
}

/// A number of seconds, or a moment (RFC 9110, 10.2.3). What cannot be read asks for nothing.
fn asked(value: &str, now: Timestamp) -> Option<Span> {
    if !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit()) {
        let seconds = value.parse::<i64>().unwrap_or(i64::MAX / 1_000);
        return Some(Span(seconds.saturating_mul(1_000)));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_millisecond();
    (now.0 < at).then(|| Span(at - now.0))
}
