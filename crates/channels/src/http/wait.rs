//! For how long a receiver wants no further call. Pure.

use model::{Span, Timestamp};

/// A number of seconds, or a moment (RFC 9110, 10.2.3). What cannot be read asks for nothing.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Span> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit()) {
        let seconds = value.parse::<i64>().unwrap_or(i64::MAX / 1_000);
        return Some(Span(seconds.saturating_mul(1_000)));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_millisecond();
    (now.0 < at).then(|| Span(at - now.0))
}
