//! Where learning has a say: a message gets channel and hour by a recorded draw from everything that no
//! rule forbids and where it is worth its harm; one that is worth it nowhere ends.

use super::{Decided, Decision, Round};
use crate::learning::{Chooser, Possibility, lighter_after};
use crate::{PLAN_AHEAD_MAX, Slot, SlotKind};
use model::{
    Channel, Choice, Identifier, LedgerState, Message, MessageState, Reason, Span, Timestamp,
};

/// What became of a message that chance may place.
pub(super) enum Chosen {
    /// It was drawn before, and nothing better has taken its place.
    Stays,
    Decided(Decided),
    /// At no instant it brings more than it harms: how it would end.
    NotWorthIt(Decided),
    /// No rule leaves it a place; the rules say which.
    Nowhere,
}

/// What chance may choose from.
#[derive(Default)]
struct Admissible {
    /// In the order of the message's channels, then of instants.
    possibilities: Vec<Possibility>,
    /// What closes the other channels.
    stops: Vec<(Reason, String)>,
    /// The least harm at an instant that no rule forbids, if there are some that are not worth theirs.
    spared: Option<f64>,
}

impl<'a> Round<'a> {
    pub(super) fn choose(
        &mut self,
        message: &'a Message,
        earliest: Timestamp,
        chooser: &Chooser,
    ) -> Chosen {
        if self.keeps_its_place(message, chooser) {
            return Chosen::Stays;
        }
        let Admissible { possibilities, stops, spared } =
            self.admissible(message, earliest, chooser);
        let slots = self.contacts.slots();
        let zone = self.gates.zone();
        match (chooser.draw(message, &possibilities, slots, zone, self.now), spared) {
            (Some(choice), _) => self.plan_drawn(message, choice, &stops, spared),
            (None, Some(harm)) => {
                let worth = self.worth_of(message);
                let detail = format!("expected {worth:.4}, harm {harm:.4} at the least");
                let trail =
                    stops.into_iter().map(|(reason, detail)| self.note(reason, detail)).collect();
                let (outcome, reason) = (LedgerState::Dropped, Reason::NotWorthIt);
                Chosen::NotWorthIt(self.end(message, trail, outcome, reason, detail))
            }
            (None, None) => Chosen::Nowhere,
        }
    }

    /// The harm of the message at `at`, if that is more than it is expected to bring. Nobody is spared
    /// a message of which nobody said what it is worth.
    fn too_much(&self, message: &Message, at: Timestamp, chooser: &Chooser) -> Option<f64> {
        let harm = chooser.harm(self.contacts.slots(), at);
        (0.0 < message.value && self.worth_of(message) < harm).then_some(harm)
    }

    /// Whether what was drawn before is still free and worth it, and takes it again.
    fn keeps_its_place(&mut self, message: &'a Message, chooser: &Chooser) -> bool {
        let MessageState::Planned { channel, address, at, .. } = &message.state else {
            return false;
        };
        let Some(choice) = &message.choice else { return false };
        let drawn = (choice.channel, choice.instant) == (*channel, *at);
        let reachable = self.gates.address(message, *channel).is_ok_and(|it| it == address);
        if !drawn
            || !reachable
            || !self.is_free(message, *channel, *at)
            || self.too_much(message, *at, chooser).is_some()
        {
            return false;
        }
        self.take(message, *channel, address, *at);
        true
    }

    /// Every channel that is open to the message, in each of the next hours in which it is free and
    /// worth its harm.
    fn admissible(&self, message: &Message, earliest: Timestamp, chooser: &Chooser) -> Admissible {
        let mut found = Admissible::default();
        let mut asked = Vec::new();
        for channel in message.channels.iter().copied() {
            if asked.contains(&channel) {
                continue;
            }
            asked.push(channel);
            match self.gates.address(message, channel) {
                Ok(_) => self.free_hours(message, channel, earliest, chooser, &mut found),
                Err(stop) => found.stops.push(stop),
            }
        }
        found
    }

    /// The first instant of all, if it is free, and then one in each hour until the message expires.
    fn free_hours(
        &self,
        message: &Message,
        channel: Channel,
        earliest: Timestamp,
        chooser: &Chooser,
        found: &mut Admissible,
    ) {
        let slots: Vec<&Slot> = self.contacts.slots().iter().collect();
        let within = chooser.within_hour(message);
        let end = message.expires.min(earliest + PLAN_AHEAD_MAX);
        let free_from = |at| self.gates.first_free(&slots, channel, message, at, end).ok();
        let mut left = chooser.settings.hours;
        let mut from = earliest;
        while 0 < left
            && from < end
            && let Some(at) = free_from(from)
        {
            let hour = hour_of(at);
            // In an hour that begins free, the message has a second of its own.
            let own = Some(hour + within).filter(|own| from < at && at < *own && *own < end);
            let own = own.and_then(free_from).filter(|it| hour_of(*it) == hour);
            let at = own.unwrap_or(at);
            if let Some(harm) = self.too_much(message, at, chooser) {
                found.spared = Some(found.spared.map_or(harm, |it| it.min(harm)));
                // Nothing in between does less harm.
                from = lighter_after(self.contacts.slots(), at).unwrap_or(end);
                continue;
            }
            found.possibilities.push(Possibility { channel, at });
            left -= 1;
            from = hour + Span::HOUR + within;
        }
    }

    fn plan_drawn(
        &mut self,
        message: &'a Message,
        choice: Choice,
        stops: &[(Reason, String)],
        spared: Option<f64>,
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
        let left_out = match spared {
            Some(_) => "; hours at which it would do more harm than good are left out",
            None => "",
        };
        trail.push(self.note(Reason::Chosen, detail + left_out));
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
