//! What came back by mail, read: bounces, complaints, automatic and human replies.
//!
//! Pure and bounded: bytes in, one [`Incoming`] out, whatever the bytes are. Nothing here believes who
//! a mail says it is from. Anybody can write a bounce; the caller acts on one only if its
//! `original_message_id` names a message that was sent, to the address that is reported.
//!
//! A hard bounce ends an address for good, so doubt always falls on the milder side: of two statuses
//! that contradict each other, and of several recipients in one report, the milder counts.

mod auto;
mod fields;
mod mail;
mod meaning;
mod plain;
mod quote;
mod report;
mod status;

use mail::Mail;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Incoming {
    /// A server says that a message was not delivered, or not yet.
    Bounce(Bounce),
    /// The recipient called a message unwanted (RFC 5965).
    Complaint(Complaint),
    /// A program answered: out of office, ticket received. It says nothing about the address.
    AutoReply(Answer),
    /// Somebody answered.
    Reply(Answer),
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    pub action: Action,
    pub class: BounceClass,
    /// The enhanced status that decided, such as `5.1.1` (RFC 3463).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The address that the message was sent to where the report tells, else the one at which
    /// delivery ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// With its angle brackets, as it stood in the returned message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_message_id: Option<String>,
    /// What the server said, on one line and bounded. May hold addresses: for people who may see
    /// the person, not for logs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    pub evidence: Evidence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The server gave up.
    Failed,
    /// The server still tries; nothing has to be done.
    Delayed,
}

/// What a bounce says about the address, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BounceClass {
    /// Not now, or not known: mailbox full, server down, queue expired.
    Soft,
    /// The sender or the message was refused (policy, reputation, content): not the address's fault.
    Blocked,
    /// There is no such mailbox, or it is closed: never write to it again.
    Hard,
}

/// How far a bounce can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A delivery report in the standard form (RFC 3464).
    Report,
    /// Words in a letter from an old server, guessed at.
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    pub feedback: Feedback,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_message_id: Option<String>,
}

/// The kinds of feedback that are complaints. Reports of the kinds `not-spam` and `auth-failure`
/// are not: they are [`Incoming::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    Abuse,
    Fraud,
    OptOut,
    Virus,
    Other,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who says they wrote it: the address in `From`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where they want to be answered, if that is another address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The Message-ID that is answered, with its angle brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// On one line and bounded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// What they wrote themselves, as plain text and bounded: without what they quote and without their
    /// signature. Of a program's answer it is empty. For people who may see the person, not for logs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Bounce {
    /// Whether the address must not be written to again.
    pub fn hard(&self) -> bool {
        self.class == BounceClass::Hard
    }
}

/// Says what a received mail is. The order matters: reports are marked as automatic too, and
/// bounces of old servers look like letters.
pub fn read_mail(raw: &[u8]) -> Incoming {
    let mail = Mail::split(raw);
    if let Some(incoming) = report::read(&mail) {
        return incoming;
    }
    if let Some(bounce) = plain::read(&mail) {
        return Incoming::Bounce(bounce);
    }
    auto::read(&mail)
}

#[cfg(test)]
mod tests;
