//! What reached the simulated people, and the channels through which it does.

use model::{Channel, ChannelSet, Identifier, MessageId, Reply, Timestamp};
use port::{Envelope, Payload};
use std::sync::{Arc, Mutex, PoisonError};

/// One message that a person has received, or would have.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub message: MessageId,
    pub key: String,
    pub channel: Channel,
    pub to: Identifier,
    pub at: Timestamp,
    /// Taken by the channel and thrown away: the person sees nothing.
    pub swallowed: bool,
    /// Other messages that came in the same mail.
    pub parts: usize,
}

/// Shared between the channels and the market.
#[derive(Clone, Default)]
pub struct Inbox {
    items: Arc<Mutex<Vec<Received>>>,
}

impl Inbox {
    pub fn push(&self, received: Received) {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).push(received);
    }

    /// Everything since the last call, in the order of the messages' ids, so that nothing depends
    /// on threads.
    pub fn drain(&self) -> Vec<Received> {
        let mut items =
            std::mem::take(&mut *self.items.lock().unwrap_or_else(PoisonError::into_inner));
        items.sort_by_key(|it| (it.at, it.message));
        items
    }
}

/// A channel into the market. With a carrier the message really travels (an e-mail over SMTP), and
/// reaches the person only if the carrier accepted it.
pub struct SimChannel {
    channel: Channel,
    inbox: Inbox,
    carrier: Option<Box<dyn port::Channel>>,
    /// Channels whose marketing is taken and thrown away: how a cell is played for the truth.
    swallow: ChannelSet,
}

impl SimChannel {
    pub fn new(
        channel: Channel,
        inbox: Inbox,
        carrier: Option<Box<dyn port::Channel>>,
        swallow: ChannelSet,
    ) -> SimChannel {
        SimChannel { channel, inbox, carrier, swallow }
    }
}

impl port::Channel for SimChannel {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn concurrency(&self) -> usize {
        self.carrier.as_ref().map_or(64, |it| it.concurrency())
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        let swallowed = self.swallow.contains(self.channel) && is_marketing(&envelope.key);
        let reply = match &self.carrier {
            Some(carrier) if !swallowed => carrier.send(envelope),
            Some(_) | None => Reply::Accepted { provider_id: String::new() },
        };
        if matches!(reply, Reply::Accepted { .. }) {
            self.inbox.push(Received {
                message: envelope.message,
                key: envelope.key.clone(),
                channel: self.channel,
                to: envelope.to.clone(),
                at: envelope.at,
                swallowed,
                parts: parts(&envelope.payload),
            });
        }
        reply
    }
}

/// In the text of a mail a line of stars stands above each part.
fn parts(payload: &Payload) -> usize {
    match payload {
        Payload::Email { text, .. } => text.lines().filter(|it| *it == "* * *").count(),
        Payload::Short { .. } => 0,
    }
}

/// The market's programme has one transactional journey.
pub(crate) fn is_marketing(key: &str) -> bool {
    !key.starts_with("journey/thanks/")
}
