//! What can go wrong with a call to a network, and what that means for the post.

use super::Reply;
use crate::http::Failure;
use model::Span;
use port::{Published, PublisherError};

/// The most that is kept of what a network says: enough to know what it means.
const SAID_CHARS_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The token is broken, has ended or was taken back. Nothing was done.
    SignIn(String),
    /// Nothing was done, and never will be in this form.
    Refused(String),
    /// Nothing was done; it may work later.
    Later { detail: String, retry_after: Option<Span> },
    /// The network says of itself that it broke, and so not what it did.
    Broken(String),
    /// It may have been done.
    Lost(String),
}

impl Trouble {
    pub fn later(detail: impl Into<String>) -> Trouble {
        Trouble::Later { detail: detail.into(), retry_after: None }
    }

    /// What the status of an answer means that is no success; `said` is what the network says of it.
    pub fn of(reply: &Reply, said: &str) -> Trouble {
        let status = reply.status;
        let said = clean(said);
        let detail = if said.is_empty() { status.to_string() } else { format!("{status}: {said}") };
        let retry_after = reply.wait;
        match status {
            300..=399 => Trouble::later(format!(
                "{status}: redirects are not followed; write the address that it leads to"
            )),
            401 => Trouble::SignIn(detail),
            // It was too early or too much, or the server says that it has not begun.
            408 | 425 | 429 | 503 => Trouble::Later { detail, retry_after },
            400..=499 => Trouble::Refused(detail),
            500..=599 => Trouble::Broken(detail),
            _ => Trouble::Lost(detail),
        }
    }

    /// The same for a step that nobody sees, such as a picture that is handed over before its post: what
    /// became of it does not matter, it can be done again.
    pub fn unseen(self) -> Trouble {
        match self {
            Trouble::Broken(detail) | Trouble::Lost(detail) => Trouble::later(detail),
            it @ (Trouble::SignIn(_) | Trouble::Refused(_) | Trouble::Later { .. }) => it,
        }
    }

    /// What became of the post. `knows_keys`: the network tells a second try from a second post, so that
    /// what broke can be tried again.
    pub fn published(self, knows_keys: bool) -> Published {
        match self {
            Trouble::SignIn(detail) => Published::Later {
                detail: format!("the account has to be connected anew: {detail}"),
                retry_after: None,
            },
            Trouble::Refused(detail) => Published::Refused { detail },
            Trouble::Later { detail, retry_after } => Published::Later { detail, retry_after },
            Trouble::Broken(detail) if knows_keys => Published::Later { detail, retry_after: None },
            Trouble::Broken(detail) | Trouble::Lost(detail) => Published::Lost { detail },
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        match failure {
            Failure::Refused(why) => Trouble::Refused(why),
            Failure::Unsent(why) => Trouble::later(why),
            Failure::Unknown(why) => Trouble::Lost(why),
        }
    }
}

/// Of what can be done again without harm: all but publishing.
impl From<Trouble> for PublisherError {
    fn from(trouble: Trouble) -> PublisherError {
        match trouble {
            Trouble::SignIn(detail) => PublisherError::SignIn(detail),
            Trouble::Refused(detail) => PublisherError::NotAllowed(detail),
            Trouble::Later { detail, retry_after } => PublisherError::Later { detail, retry_after },
            Trouble::Broken(detail) | Trouble::Lost(detail) => {
                PublisherError::Later { detail, retry_after: None }
            }
        }
    }
}

/// On one line, without what cannot be shown, and not without end.
fn clean(said: &str) -> String {
    let words = said.split(|it: char| it.is_whitespace() || it.is_control());
    let line = words.filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SAID_CHARS_MAX) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}
