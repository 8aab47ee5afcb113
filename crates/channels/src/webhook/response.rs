//! What an answer means. Pure; only its head is looked at, the body is nobody's business.

use crate::http;
use model::{HookReply, Timestamp};

/// What becomes of the try, after the specification's list of statuses.
pub fn meaning(status: u16, retry_after: Option<&str>, now: Timestamp) -> HookReply {
    let retry_after = retry_after.and_then(|it| http::retry_after(it, now));
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
