//! What people say to us, as events on a person: each kind of conversation that the product hears, and
//! the name of the event that it becomes.

use serde::{Deserialize, Serialize};

/// The kinds that something in the product produces; others come with what hears them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversation {
    /// Somebody answered a message. What a program answers is none.
    Reply,
    /// Somebody called a message unwanted.
    Complaint,
}

impl Conversation {
    pub const ALL: [Conversation; 2] = [Conversation::Reply, Conversation::Complaint];

    pub fn name(self) -> &'static str {
        match self {
            Conversation::Reply => "reply",
            Conversation::Complaint => "complaint",
        }
    }

    pub fn event_name(self) -> &'static str {
        match self {
            Conversation::Reply => "Email Replied",
            Conversation::Complaint => "Email Complained",
        }
    }
}
