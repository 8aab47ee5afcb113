//! The person's contact ledger: which instants are taken, by which message, in which channel.

use model::{Channel, Message, MessageId, Span, Timestamp, Topic};
use serde::{Deserialize, Serialize};

/// More slots than any cap can ask for; the oldest go first.
pub const SLOTS_MAX: usize = 2_000;

/// Slots stay at least this long, so that a new cap finds the last week already counted.
const KEPT_AT_LEAST: Span = Span::WEEK;

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Contacts {
    /// In the order of their instants; one per message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slots: Vec<Slot>,
    /// When this person's candidates are to be arbitrated next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbitrate_at: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Slot {
    pub at: Timestamp,
    pub message: MessageId,
    pub channel: Channel,
    pub topic: Topic,
    /// Who asked for it; empty where nobody is named.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    #[serde(default, skip_serializing_if = "SlotKind::is_sent")]
    pub kind: SlotKind,
}

/// Every kind counts under the caps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// Planned; the instant may still move.
    Reserved,
    /// On the wire since its instant.
    InFlight,
    #[default]
    Sent,
    /// Nobody knows whether it arrived; it counts until that is settled.
    Unknown,
    /// Withheld by the panel. It counts as if it had been sent, or the freed place would go to
    /// another channel and the panel would measure that.
    Withheld,
}

impl Slot {
    /// The place that `message` takes.
    pub fn of(message: &Message, channel: Channel, at: Timestamp, kind: SlotKind) -> Slot {
        let (topic, owner) = (message.topic.clone(), message.owner.clone());
        Slot { at, message: message.id, channel, topic, owner, kind }
    }
}

impl SlotKind {
    pub fn is_sent(&self) -> bool {
        *self == SlotKind::Sent
    }
}

impl Contacts {
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub fn slot(&self, message: MessageId) -> Option<&Slot> {
        self.slots.iter().find(|it| it.message == message)
    }

    /// Takes a slot. A slot that the message already has moves.
    pub fn reserve(&mut self, slot: Slot) {
        self.slots.retain(|it| it.message != slot.message);
        let index = self.slots.partition_point(|it| *it < slot);
        self.slots.insert(index, slot);
        if SLOTS_MAX < self.slots.len() {
            self.slots.remove(0);
        }
    }

    /// The message goes on the wire: its slot moves to the instant at which that really happens.
    pub fn claim(&mut self, message: &Message, now: Timestamp) {
        self.take_now(message, now, SlotKind::InFlight);
    }

    /// The panel withholds the message at the moment of sending; its slot stays taken.
    pub fn withhold(&mut self, message: &Message, now: Timestamp) {
        self.take_now(message, now, SlotKind::Withheld);
    }

    /// The message was sent. False if it has no slot.
    pub fn confirm(&mut self, message: MessageId) -> bool {
        self.set_kind(message, SlotKind::Sent)
    }

    /// Nobody knows whether the message was sent; the slot stays until `confirm` or `release`.
    pub fn keep(&mut self, message: MessageId) -> bool {
        self.set_kind(message, SlotKind::Unknown)
    }

    /// Gives the slot back after a failure, cancel or expiry, and asks for a new arbitration: what
    /// waits may take the place. False if there was none.
    pub fn release(&mut self, message: MessageId, now: Timestamp) -> bool {
        let before = self.slots.len();
        self.slots.retain(|it| it.message != message);
        let released = self.slots.len() < before;
        if released {
            self.arbitrate_at = Some(self.arbitrate_at.map_or(now, |it| it.min(now)));
        }
        released
    }

    /// Forgets slots that no window of length `longest` with an instant from `now` on can contain.
    pub fn prune(&mut self, longest: Span, now: Timestamp) {
        let oldest = now - longest.max(KEPT_AT_LEAST);
        self.slots.retain(|it| oldest < it.at);
    }

    /// Caps see the union of the contacts of both.
    pub fn merge(a: &Contacts, b: &Contacts) -> Contacts {
        let mut merged = Contacts::default();
        let mut slots: Vec<&Slot> = a.slots.iter().chain(&b.slots).collect();
        slots.sort();
        for slot in slots {
            merged.reserve(slot.clone());
        }
        merged.arbitrate_at = match (a.arbitrate_at, b.arbitrate_at) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, None) | (None, one) => one,
        };
        merged
    }

    /// The contacts of one of the two whom an undone merge gives back. What was sent while they were
    /// one counts for both, since nobody can say which of them read it; what is only planned is
    /// whose message it is.
    pub fn apart(
        merged: &Contacts,
        own: &Contacts,
        other: &Contacts,
        is_own: impl Fn(MessageId) -> bool,
    ) -> Contacts {
        let sent_by = |it: &Contacts, slot: &Slot| {
            it.slot(slot.message).is_some_and(|before| before.kind != SlotKind::Reserved)
        };
        let counts = |slot: &&Slot| {
            if sent_by(own, slot) || sent_by(other, slot) {
                return sent_by(own, slot);
            }
            slot.kind != SlotKind::Reserved || is_own(slot.message)
        };
        // The answer of a message on the wire comes to its own person only.
        let settled = |slot: &Slot| match slot.kind {
            SlotKind::InFlight if !is_own(slot.message) => SlotKind::Unknown,
            kind => kind,
        };
        let slots = merged.slots.iter().filter(counts);
        let slots = slots.map(|it| Slot { kind: settled(it), ..it.clone() }).collect();
        Contacts { slots, arbitrate_at: None }
    }

    /// Removes without asking for a new arbitration; for use inside one.
    pub(crate) fn lift(&mut self, message: MessageId) {
        self.slots.retain(|it| it.message != message);
    }

    fn take_now(&mut self, message: &Message, now: Timestamp, kind: SlotKind) {
        let planned = self.slot(message.id).map(|it| it.channel);
        let Some(channel) = message.channel().or(planned) else { return };
        self.reserve(Slot::of(message, channel, now, kind));
    }

    fn set_kind(&mut self, message: MessageId, kind: SlotKind) -> bool {
        match self.slots.iter_mut().find(|it| it.message == message) {
            Some(slot) => {
                slot.kind = kind;
                true
            }
            None => false,
        }
    }
}
