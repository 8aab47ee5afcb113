//! What an answer, or none, means for a message, where its provider says nothing of its own. Pure.

use super::Failure;
use model::{Reply, Span};

/// An answer that came, at least its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    pub status: u16,
    /// When to come back, if it says.
    pub retry_after: Option<Span>,
    /// What kind of error it is, of who says so in a header, as Amazon does.
    pub kind: Option<String>,
    /// None if it never came to its end.
    pub body: Option<Vec<u8>>,
}

/// What a provider does with a second try under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Makes a second copy: what may have arrived is not tried again.
    SecondCopy,
    /// Knows the key and makes none.
    SameCopy,
}

pub fn of_failure(failure: Failure, again: Again) -> Reply {
    match failure {
        Failure::Refused(detail) => Reply::Refused { detail, dead: false },
        Failure::Unsent(detail) => Reply::Deferred { detail, retry_after: None },
        Failure::Unknown(detail) => doubt(detail, None, again),
    }
}

/// By status alone, for what does not say that it was taken. `said` is the provider's own number of what
/// is wrong; its words are not repeated, since they often repeat the address.
pub fn of_status(called: &Called, said: &str, again: Again) -> Reply {
    let (status, retry_after) = (called.status, called.retry_after);
    let detail = |what: &str| {
        let parts = [status.to_string(), said.to_owned(), what.to_owned()];
        parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(": ")
    };
    let later = |what: &str| Reply::Deferred { detail: detail(what), retry_after };
    match status {
        300..=399 => later("redirects are not followed; write the address that it leads to"),
        401 | 403 | 407 => later("the provider does not take who we are; look at its settings"),
        404 | 405 => later("there is nothing at this address; look at its settings"),
        408 | 425 | 503 => later(""),
        429 => later("the provider asks for fewer at once"),
        400..=499 => Reply::Refused { detail: detail(""), dead: false },
        // Something broke, and it may have been after a copy was made.
        _ => doubt(detail("the provider does not say whether it was taken"), retry_after, again),
    }
}

fn doubt(detail: String, retry_after: Option<Span>, again: Again) -> Reply {
    match again {
        Again::SecondCopy => Reply::Lost { detail },
        Again::SameCopy => Reply::Deferred { detail, retry_after },
    }
}
