//! The one form that all providers' callbacks take.

use crate::smtp::request::masked;
use model::{Identifier, MessageId, Timestamp};
use std::fmt;

/// The most callbacks in one call; providers send a few hundred together.
pub const CALLBACKS_MAX: usize = 10_000;

/// The variable by which providers give back which of our messages it is about.
pub const MESSAGE_VARIABLE: &str = "fulcrum-message";

/// The most of a reason that is kept.
const REASON_CHARS_MAX: usize = 300;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The provider's name for this callback: one that came before is the same again.
    pub event: String,
    /// When it happened, where the provider says so.
    pub at: Option<Timestamp>,
    /// Our message, by the variable or header of ours that came along.
    pub message: Option<MessageId>,
    /// By its `Message-ID`, without angle brackets.
    pub mail_id: Option<String>,
    /// By the provider's own id, which it gave when it took the message.
    pub provider_id: Option<String>,
    /// Whom it is about.
    pub to: Option<Identifier>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The provider has it, or has handed it on: nothing is settled by it.
    OnItsWay,
    Delivered,
    /// Not yet; the provider tries again.
    Deferred {
        reason: String,
        status: Option<String>,
    },
    /// `hard`: the address is dead. `status` is that of SMTP (RFC 3463).
    Bounced {
        hard: bool,
        reason: String,
        status: Option<String>,
    },
    Complained,
    Unsubscribed,
    /// Takes back an `Unsubscribed`.
    Resubscribed,
    Opened,
    Clicked {
        url: Option<String>,
    },
    /// Wrote to us.
    Said {
        text: String,
    },
    /// The provider asks whether it may call back: a call of this address says yes.
    Confirm {
        url: String,
    },
    /// Something that the provider says and nobody here knows, by its name.
    Other(String),
}

/// Why a call is not believed, or not understood. Holds nothing of what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCallback {
    /// It is not signed, or holds no secret.
    Unsigned,
    /// It is signed by somebody else, or was changed.
    Forged,
    /// It is too old: somebody may be saying again what was said once.
    Stale,
    /// Its form is not that of the provider.
    Unreadable,
    /// More callbacks in one call than anybody sends.
    TooMany,
    /// What is needed to check it could not be had now; the provider will call again.
    Later,
}

/// The headers of a call, in any case.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(pub &'a [(&'a str, &'a str)]);

impl<'a> Headers<'a> {
    pub fn get(self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1)
    }
}

impl Callback {
    pub fn new(event: impl Into<String>, what: What) -> Callback {
        Callback {
            event: event.into(),
            at: None,
            message: None,
            mail_id: None,
            provider_id: None,
            to: None,
            what,
        }
    }
}

/// A provider's words as they may be kept: no address, no line break, no end.
pub(crate) fn reason(words: &str) -> String {
    let line: String = words
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .take(REASON_CHARS_MAX)
        .collect();
    masked(line.trim())
}

/// The enhanced status that begins or is within a diagnosis: `5.1.1`.
pub(crate) fn status_in(text: &str) -> Option<String> {
    let is_status = |it: &&str| {
        let parts: Vec<&str> = it.split('.').collect();
        let is_number =
            |it: &&str| (1..=3).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
        parts.len() == 3 && matches!(parts[0], "2" | "4" | "5") && parts.iter().all(is_number)
    };
    let ends =
        |it: char| it.is_whitespace() || matches!(it, '-' | '(' | ')' | '[' | ']' | ',' | ';');
    text.split(ends).find(is_status).map(str::to_owned)
}

impl fmt::Display for BadCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadCallback::Unsigned => "the call is not signed; look at the provider's settings",
            BadCallback::Forged => {
                "the call's signature is not the provider's, or the key set here is not"
            }
            BadCallback::Stale => "the call is older than it may be",
            BadCallback::Unreadable => "the call is not of the provider's form",
            BadCallback::TooMany => "the call holds too much",
            BadCallback::Later => "the call cannot be checked now",
        })
    }
}

impl std::error::Error for BadCallback {}
