//! Digests: a message that gets no place of its own leaves as a part of another mail.
//!
//! Only where both contents allow it, only in e-mail, which alone has room, and never with what is
//! transactional. A part takes no slot: caps count mails. It is rechecked with the mail it joined,
//! shares its cell of the panel, and has an end of its own in the ledger.

use crate::arbitrate::PersonView;
use crate::gates::{Gates, outcome_of};
use crate::{Policy, Slot};
use model::{
    Channel, Identifier, LedgerState, Message, MessageId, MessageState, Purpose, Reason, Timestamp,
};
use std::collections::BTreeMap;

/// Parts that one mail takes along: more than a glance takes in helps nobody.
pub const PARTS_MAX: usize = 5;

/// What holds for a part, seen from the mail it joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Its mail has not left yet.
    Waits,
    /// Its mail left, or may have: the part ends with it.
    Left,
    /// Its mail will not take it along: it competes again.
    Free,
}

/// Asked whenever something happened to the mail; `host` is the mail, if the person still has it.
pub fn part(message: &Message, host: Option<&Message>) -> Part {
    match host.map(|it| &it.state) {
        Some(MessageState::Planned { channel: Channel::Email, at, .. })
            if *at < message.expires =>
        {
            Part::Waits
        }
        Some(MessageState::InFlight { .. }) => Part::Waits,
        Some(MessageState::Ended { outcome: LedgerState::Sent | LedgerState::Unknown, .. }) => {
            Part::Left
        }
        Some(
            MessageState::Planned { .. }
            | MessageState::Ended { .. }
            | MessageState::Joined { .. }
            | MessageState::Waiting,
        )
        | None => Part::Free,
    }
}

/// Whether an ended message left as a part of another mail.
pub fn has_left(message: &Message) -> bool {
    matches!(message.state, MessageState::Ended { reason: Reason::Digested, .. })
}

/// Asked when its mail leaves: whether the part may be in it, or how it ends. Caps and nights are
/// the mail's business; consent, addresses and wishes are looked at for each part.
pub fn recheck_part(
    message: &Message,
    to: &Identifier,
    view: &PersonView,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), (LedgerState, Reason, String)> {
    if message.expires <= now {
        let detail = format!("expired {}", message.expires);
        return Err((LedgerState::Dropped, Reason::Late, detail));
    }
    match Gates::new(view, policy, now).address(message, Channel::Email) {
        Ok(address) if address == to => Ok(()),
        Ok(_) => {
            let detail = "email: the mail it joined goes to another address".to_owned();
            Err((LedgerState::Suppressed, Reason::Unreachable, detail))
        }
        Err((reason, detail)) => Err((outcome_of(reason), reason, detail)),
    }
}

/// The mails of a person that others may join.
#[derive(Default)]
pub(crate) struct Hosts {
    mails: Vec<Host>,
    /// How many joined each.
    parts: BTreeMap<MessageId, usize>,
}

struct Host {
    message: MessageId,
    at: Timestamp,
    address: Identifier,
}

impl Hosts {
    /// What has its place for certain, and the parts of all. Nothing joins a mail that was tried
    /// before: each try is the same mail.
    pub fn of(open: &[Message], is_competing: impl Fn(MessageId) -> bool) -> Hosts {
        let mut hosts = Hosts::default();
        for message in open {
            match &message.state {
                MessageState::Planned { channel, address, at, attempt: 0, .. }
                    if !is_competing(message.id) =>
                {
                    hosts.add(message, *channel, address, *at);
                }
                MessageState::Joined { host } => hosts.joined(*host),
                MessageState::Planned { .. }
                | MessageState::Waiting
                | MessageState::InFlight { .. }
                | MessageState::Ended { .. } => {}
            }
        }
        hosts
    }

    pub fn add(
        &mut self,
        message: &Message,
        channel: Channel,
        address: &Identifier,
        at: Timestamp,
    ) {
        if may_share(message) && channel == Channel::Email {
            self.mails.push(Host { message: message.id, at, address: address.clone() });
        }
    }

    pub fn joined(&mut self, host: MessageId) {
        *self.parts.entry(host).or_default() += 1;
    }

    /// The first mail, and its time, that would take the message along before `own`, its own first
    /// place.
    pub fn first_for(
        &self,
        message: &Message,
        gates: &Gates,
        slots: &[&Slot],
        own: Option<Timestamp>,
    ) -> Option<(MessageId, Timestamp)> {
        if !may_share(message) || !message.channels.contains(&Channel::Email) {
            return None;
        }
        let address = gates.address(message, Channel::Email).ok()?;
        let end = own.map_or(message.expires, |it| it.min(message.expires));
        let has_room = |it: &&Host| self.parts.get(&it.message).is_none_or(|it| *it < PARTS_MAX);
        let is_free = |it: &&Host| {
            let stops = gates.stops(slots, Channel::Email, message, it.at);
            !stops.iter().any(|it| it.holds_for_parts())
        };
        let fits = |it: &&Host| it.at < end && it.address == *address && it.message != message.id;
        let found = self.mails.iter().filter(fits).filter(has_room).filter(is_free);
        found.map(|it| (it.at, it.message)).min().map(|(at, id)| (id, at))
    }
}

fn may_share(message: &Message) -> bool {
    message.digest && message.purpose == Purpose::Marketing
}
