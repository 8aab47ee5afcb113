//! A way to reach people: one provider for one channel.

use model::{Identifier, MessageId, Reply, Timestamp};

pub trait Channel: Send + Sync {
    fn channel(&self) -> model::Channel;

    /// How many messages may be on the wire at once.
    fn concurrency(&self) -> usize;

    /// Hands one message over. Blocks for a bounded time. The same key twice must not make two
    /// copies where the provider can tell; silence after the point of no return is
    /// [`Reply::Lost`], never `Accepted` and never `Deferred`.
    fn send(&self, envelope: &Envelope) -> Reply;
}

/// A message in the form in which it leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    pub message: MessageId,
    /// The key under which all tries of this message are made.
    pub key: String,
    pub channel: model::Channel,
    pub to: Identifier,
    /// When it was claimed; the `Date` of an e-mail.
    pub at: Timestamp,
    pub payload: Payload,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    Email {
        from: String,
        from_name: String,
        subject: String,
        html: String,
        text: String,
        /// Further headers, for example `List-Unsubscribe`.
        headers: Vec<(String, String)>,
        /// Without angle brackets; the same for every try.
        message_id: String,
    },
    Short {
        title: String,
        body: String,
        /// What the link is called, for a channel that shows a link as words.
        label: Option<String>,
        url: Option<String>,
    },
}
