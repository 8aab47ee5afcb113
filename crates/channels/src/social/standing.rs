//! Finding a post among those that an account made last, for networks that know no keys: by its text, what
//! it answers and when. Pure.

use model::{PostRef, Span, Timestamp};

/// How far the network's clock may be behind ours when a post is looked for.
pub const CLOCKS_APART_MAX: Span = Span::minutes(5);

/// A post that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub post: PostRef,
    pub text: String,
    /// The post that it answers.
    pub answers: Option<String>,
    /// None if the network does not say it in a form that can be read; then it is not found.
    pub at: Option<Timestamp>,
}

/// The oldest that says this and is not older than the order: were there two, the first is the one whose
/// answer was lost.
pub fn find_among(
    all: Vec<Standing>,
    text: &str,
    answers: Option<&str>,
    claimed: Timestamp,
) -> Option<PostRef> {
    let since = claimed - CLOCKS_APART_MAX;
    let is_it = |it: &Standing| {
        it.at.is_some_and(|at| since <= at)
            && it.answers.as_deref() == answers
            && it.text.trim() == text.trim()
    };
    all.into_iter().filter(is_it).min_by_key(|it| it.at).map(|it| it.post)
}

/// As networks write it: RFC 3339, or with `+0000` at its end.
pub fn moment(text: &str) -> Option<Timestamp> {
    let zone = text.len().checked_sub(5).and_then(|at| text.split_at_checked(at));
    let with_colon = zone.and_then(|(time, zone)| {
        let (sign, digits) = zone.split_at_checked(1)?;
        let (hours, minutes) = digits.split_at_checked(2)?;
        let is_zone = matches!(sign, "+" | "-") && digits.bytes().all(|it| it.is_ascii_digit());
        is_zone.then(|| format!("{time}{sign}{hours}:{minutes}"))
    });
    Timestamp::parse(with_colon.as_deref().unwrap_or(text)).ok()
}
