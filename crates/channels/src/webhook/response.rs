//! What an answer means. Pure; only its head is looked at, the body is nobody's business.

use model::{HookReply, Span, Timestamp};

/// The most of an answer's head that is read: far more than servers send.
pub const HEAD_BYTES_MAX: usize = 16 << 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<Span>,
    /// Bytes of the body, where the head says it.
    pub length: Option<u64>,
}

/// Where the head in `bytes` ends, behind its empty line; none while more must be read.
pub fn head_end(bytes: &[u8]) -> Option<usize> {
    let crlf = bytes.windows(4).position(|it| it == b"\r\n\r\n").map(|it| it + 4);
    let lf = bytes.windows(2).position(|it| it == b"\n\n").map(|it| it + 2);
    match (crlf, lf) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The head of an answer; none if it is not HTTP.
pub fn parse(head: &[u8], now: Timestamp) -> Option<Answer> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let first = lines.next()?.strip_prefix("HTTP/1.")?;
    let status = first.split_ascii_whitespace().nth(1)?;
    let status = (status.len() == 3).then(|| status.parse::<u16>().ok())??;
    let mut answer = Answer { status, retry_after: None, length: None };
    for (name, value) in lines.filter_map(|it| it.split_once(':')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "retry-after" => answer.retry_after = retry_after(value.trim(), now),
            "content-length" => answer.length = value.trim().parse().ok(),
            _ => {}
        }
    }
    Some(answer)
}

/// What becomes of the try, after the specification's list of statuses.
pub fn meaning(answer: &Answer) -> HookReply {
    let Answer { status, retry_after, .. } = *answer;
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
fn retry_after(value: &str, now: Timestamp) -> Option<Span> {
    if !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit()) {
        let seconds = value.parse::<i64>().unwrap_or(i64::MAX / 1_000);
        return Some(Span(seconds.saturating_mul(1_000)));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_millisecond();
    (now.0 < at).then(|| Span(at - now.0))
}
