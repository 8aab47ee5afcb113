//! What a mail that came back means for the message and the address.

use crate::{Action, Answer, BounceClass, Evidence, Incoming};
use model::{Conversation, Reason};

impl Incoming {
    /// The name of the event that the person's history shows.
    pub fn event_name(&self) -> &'static str {
        match self {
            Incoming::Bounce(bounce) => match bounce.action {
                Action::Failed => "Email Bounced",
                Action::Delayed => "Email Delayed",
            },
            Incoming::Complaint(_) => Conversation::Complaint.event_name(),
            Incoming::AutoReply(_) => "Email Auto-Replied",
            Incoming::Reply(_) => Conversation::Reply.event_name(),
            Incoming::Other => "Email Received",
        }
    }

    /// The `Message-ID` of ours that it is about.
    pub fn original_message_id(&self) -> Option<&str> {
        match self {
            Incoming::Bounce(it) => it.original_message_id.as_deref(),
            Incoming::Complaint(it) => it.original_message_id.as_deref(),
            Incoming::AutoReply(it) | Incoming::Reply(it) => it.in_reply_to.as_deref(),
            Incoming::Other => None,
        }
    }

    pub fn recipient(&self) -> Option<&str> {
        match self {
            Incoming::Bounce(it) => it.recipient.as_deref(),
            Incoming::Complaint(it) => it.recipient.as_deref(),
            Incoming::AutoReply(_) | Incoming::Reply(_) | Incoming::Other => None,
        }
    }

    /// What somebody or a program answered.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Incoming::AutoReply(it) | Incoming::Reply(it) => Some(it),
            Incoming::Bounce(_) | Incoming::Complaint(_) | Incoming::Other => None,
        }
    }

    /// The enhanced status of a bounce.
    pub fn status(&self) -> Option<&str> {
        match self {
            Incoming::Bounce(it) => it.status.as_deref(),
            Incoming::Complaint(_)
            | Incoming::AutoReply(_)
            | Incoming::Reply(_)
            | Incoming::Other => None,
        }
    }

    /// Why the address must not be written to again, if so. A full mailbox or a blocked sender is
    /// no fault of the address, and a letter in plain words is too weak a proof to lose it.
    pub fn suppresses(&self) -> Option<Reason> {
        match self {
            Incoming::Bounce(it) => {
                let gone = it.action == Action::Failed && it.class == BounceClass::Hard;
                (gone && it.evidence == Evidence::Report).then_some(Reason::Bounced)
            }
            Incoming::Complaint(_) => Some(Reason::Complained),
            Incoming::AutoReply(_) | Incoming::Reply(_) | Incoming::Other => None,
        }
    }

    /// Whether the message arrived, as far as this mail can tell: settles one of unknown end.
    pub fn delivered(&self) -> Option<bool> {
        match self {
            Incoming::Bounce(it) => (it.action == Action::Failed).then_some(false),
            Incoming::Complaint(_) | Incoming::AutoReply(_) | Incoming::Reply(_) => Some(true),
            Incoming::Other => None,
        }
    }
}
