//! Where learning has a say: a message that is not worth it ends, the others get channel and hour by
//! a recorded draw from everything that no rule forbids.

use super::{Decided, Decision, Round};
use crate::learning::{Chooser, Possibility};
use crate::{PLAN_AHEAD_MAX, Slot, SlotKind};
use model::{
    Channel, Choice, Identifier, LedgerState, Message, MessageState, Reason, Span, Timestamp,
};

/// What became of a message that chance may place.
pub(super) enum Chosen {
    /// It was drawn before, and nothing better has taken its place.
    Stays,
    Decided(Decided),
    /// No rule leaves it a place; the rules say which.
    Nowhere,
}

impl<'a> Round<'a> {
    pub(super) fn choose(
        &mut self,
        message: &'a Message,
        earliest: Timestamp,
        chooser: &Chooser,
    ) -> Chosen {
        if let Some(worth) = self.worths.get(&message.id)
            && 0.0 < message.value
            && worth.net < 0.0
        {
            let detail = format!("expected {:.4}, harm {:.4}", worth.value, worth.harm);
            let (outcome, reason) = (LedgerState::Dropped, Reason::NotWorthIt);
            return Chosen::Decided(self.end(message, Vec::new(), outcome, reason, detail));
        }
        if self.keeps_its_place(message) {
            return Chosen::Stays;
        }
        let (possibilities, stops) = self.possibilities(message, earliest, chooser);
        let slots = self.contacts.slots();
        let zone = self.gates.zone();
        match chooser.draw(message, &possibilities, slots, zone, self.now) {
            Some(choice) => self.plan_drawn(message, choice, &stops),
            None => Chosen::Nowhere,
        }
    }

    /// Whether what was drawn before is still free, and takes it again.
    fn keeps_its_place(&mut self, message: &'a Message) -> bool {
        let MessageState::Planned { channel, address, at, .. } = &message.state else {
            return false;
        };
        let Some(choice) = &message.choice else { return false };
        let drawn = (choice.channel, choice.instant) == (*channel, *at);
        let reachable = self.gates.address(message, *channel).is_ok_and(|it| it == address);
        if !drawn || !reachable || !self.is_free(message, *channel, *at) {
            return false;
        }
        self.take(message, *channel, address, *at);
        true
    }

    /// Every channel that is open to the message, in each of the next hours in which it is free; and
    /// what closes the others.
    fn possibilities(
        &self,
        message: &Message,
        earliest: Timestamp,
        chooser: &Chooser,
    ) -> (Vec<Possibility>, Vec<(Reason, String)>) {
        let (mut found, mut stops, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        for channel in message.channels.iter().copied() {
            if asked.contains(&channel) {
                continue;
            }
            asked.push(channel);
            match self.gates.address(message, channel) {
                Ok(_) => found.extend(
                    self.free_hours(message, channel, earliest, chooser)
                        .into_iter()
                        .map(|at| Possibility { channel, at }),
                ),
                Err(stop) => stops.push(stop),
            }
        }
        (found, stops)
    }

    /// The first instant of all, if it is free, and then one in each hour until the message expires.
    fn free_hours(
        &self,
        message: &Message,
        channel: Channel,
        earliest: Timestamp,
        chooser: &Chooser,
    ) -> Vec<Timestamp> {
        let slots: Vec<&Slot> = self.contacts.slots().iter().collect();
        let within = chooser.within_hour(message);
        let end = message.expires.min(earliest + PLAN_AHEAD_MAX);
        let free_from = |at| self.gates.first_free(&slots, channel, message, at, end).ok();
        let mut found = Vec::new();
        let mut from = earliest;
        while found.len() < chooser.settings.hours as usize
            && from < end
            && let Some(at) = free_from(from)
        {
            let hour = hour_of(at);
            // In an hour that begins free, the message has a second of its own.
            let own = Some(hour + within).filter(|own| from < at && at < *own && *own < end);
            let own = own.and_then(free_from).filter(|it| hour_of(*it) == hour);
            found.push(own.unwrap_or(at));
            from = hour + Span::HOUR + within;
        }
        found
    }

    fn plan_drawn(
        &mut self,
        message: &'a Message,
        choice: Choice,
        stops: &[(Reason, String)],
    ) -> Chosen {
        let (channel, at) = (choice.channel, choice.instant);
        let Ok(address) = self.gates.address(message, channel) else { return Chosen::Nowhere };
        let address: Identifier = address.clone();
        self.take(message, channel, &address, at);
        let mut trail: Vec<_> =
            stops.iter().map(|(reason, detail)| self.note(*reason, detail.clone())).collect();
        let channels: Vec<&str> = choice.offered.iter().map(|it| it.channel.name()).collect();
        let detail = format!(
            "{channel} at {at}, probability {:.3} among {} hours of {}; policy {}",
            choice.probability(),
            choice.len(),
            channels.join(", "),
            choice.policy,
        );
        trail.push(self.note(Reason::Chosen, detail));
        let decision = Decision::Plan { channel, address, at, deferred: self.now < at };
        let choice = Some(Box::new(choice));
        Chosen::Decided(Decided { message: message.id, decision, trail, choice, lost_to: None })
    }

    fn is_free(&self, message: &Message, channel: Channel, at: Timestamp) -> bool {
        let slots: Vec<&Slot> = self.contacts.slots().iter().collect();
        self.gates.stops(&slots, channel, message, at).is_empty()
    }

    fn take(
        &mut self,
        message: &'a Message,
        channel: Channel,
        address: &Identifier,
        at: Timestamp,
    ) {
        self.contacts.reserve(Slot::of(message, channel, at, SlotKind::Reserved));
        self.placed.push(message);
        self.hosts.add(message, channel, address, at);
    }
}

fn hour_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(Span::HOUR.0) * Span::HOUR.0)
}
