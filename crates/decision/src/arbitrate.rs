//! One arbiter for all campaigns: candidates of a person compete for their attention.

use crate::digest::Hosts;
use crate::gates::{Gates, Stop, outcome_of};
use crate::learning::Chooser;
use crate::{Assignment, Consents, Contacts, Policy, Slot, SlotKind};
use model::{
    Channel, ChannelSet, Choice, Class, Identifier, LedgerState, Message, MessageId, MessageState,
    Purpose, Reason, Timestamp, TrailEntry,
};
use std::collections::BTreeMap;

mod draw;

use draw::Chosen;

/// More open candidates than a person can ever be sent; the lowest ranks beyond it are dropped, so
/// that a runaway journey costs bounded work.
pub const CANDIDATES_MAX: usize = 100;

/// What a decision may know about a person.
#[derive(Clone, Copy, Debug)]
pub struct PersonView<'a> {
    pub person: model::PersonId,
    pub consents: &'a Consents,
    pub contacts: &'a Contacts,
    /// One address per channel through which the person can be reached.
    pub addresses: &'a BTreeMap<Channel, Identifier>,
    /// Channels in which this installation can send at all.
    pub providers: ChannelSet,
    pub zone: Option<&'a str>,
    /// The person's place in the measurement panel; looked at here only if the panel's rule is
    /// `replan`.
    pub assignment: Option<&'a Assignment>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    Plan {
        channel: Channel,
        address: Identifier,
        at: Timestamp,
        deferred: bool,
    },
    /// No place of its own: it leaves with a mail that has one.
    Join {
        host: MessageId,
    },
    End {
        outcome: LedgerState,
        reason: Reason,
    },
    /// Still competing; nothing changes before then.
    Wait {
        until: Timestamp,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    pub message: MessageId,
    pub decision: Decision,
    /// What to add to the message's trail, the entry for the decision itself last.
    pub trail: Vec<TrailEntry>,
    /// What chance decided, for a plan that was drawn.
    pub choice: Option<Box<Choice>>,
    /// The message that took the place which this one would have had.
    pub lost_to: Option<MessageId>,
}

/// Whether a candidate is decided at once instead of competing in the window: class `service`, what
/// the person asked for, and what would expire before the window ends.
pub fn is_immediate(message: &Message, policy: &Policy) -> bool {
    message.class == Class::Service
        || message.purpose == Purpose::Transactional
        || message.expires - message.created <= policy.window
}

/// When `arbitrate` has something to decide; none if nothing is waiting.
pub fn next_arbitration(open: &[Message], policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let waiting = || open.iter().filter(|it| it.state == MessageState::Waiting);
    if waiting().any(|it| is_immediate(it, policy)) {
        return Some(now);
    }
    waiting().map(|it| it.created).min().map(|first| now.max(first + policy.window))
}

/// Decides everything that is due, and returns the contacts with the new reservations.
///
/// Competing are the candidates whose window has ended and the messages deferred earlier, which
/// keep their place only as long as nothing better wants it; each is returned only if something
/// changes for it. The order of `open` does not matter; decisions come in the order of ids.
pub fn arbitrate(
    open: &[Message],
    view: &PersonView,
    policy: &Policy,
    now: Timestamp,
) -> (Vec<Decided>, Contacts) {
    arbitrate_with(open, view, policy, None, now)
}

/// The same with what was learned: candidates of one class rank by what they are expected to bring
/// this person (the harm is the same for each of them, so that it changes no rank); then chance draws
/// channel and hour, of those where they are worth their harm. What was drawn once stays, unless
/// something better takes its place.
pub fn arbitrate_with(
    open: &[Message],
    view: &PersonView,
    policy: &Policy,
    chooser: Option<&Chooser>,
    now: Timestamp,
) -> (Vec<Decided>, Contacts) {
    let window_end = open
        .iter()
        .filter(|it| it.state == MessageState::Waiting && !is_immediate(it, policy))
        .map(|it| it.created + policy.window)
        .min()
        .filter(|end| now < *end);
    let mut decided = Vec::new();
    let mut competing = Vec::new();
    for message in open {
        match (&message.state, window_end) {
            (MessageState::Waiting, Some(until)) if !is_immediate(message, policy) => {
                let decision = Decision::Wait { until };
                let (trail, choice) = (Vec::new(), None);
                decided.push(Decided {
                    message: message.id,
                    decision,
                    trail,
                    choice,
                    lost_to: None,
                });
            }
            (MessageState::Waiting, _) => competing.push((message, now)),
            // A deferred message does not jump ahead of those that still wait for their window.
            (MessageState::Planned { at, deferred: true, attempt: 0, .. }, _) if now < *at => {
                competing.push((message, window_end.map_or(now, |end| end.min(*at))));
            }
            (
                MessageState::Planned { .. }
                | MessageState::Joined { .. }
                | MessageState::InFlight { .. }
                | MessageState::Ended { .. },
                _,
            ) => {}
        }
    }
    let mut round = Round::new(view, policy, chooser, now, &competing);
    round.hosts = Hosts::of(open, |id| competing.iter().any(|it| it.0.id == id));
    competing.sort_by(|(a, _), (b, _)| rank(a, b, |it| round.worth_of(it)));
    for (place, (message, earliest)) in competing.into_iter().enumerate() {
        decided.extend(round.decide(message, earliest, place));
    }
    decided.sort_by_key(|it| it.message);
    let mut contacts = round.contacts;
    contacts.arbitrate_at = window_end;
    (decided, contacts)
}

/// The better message first: what the person asked for, then by class, value, earlier expiry, id.
fn rank(a: &Message, b: &Message, worth: impl Fn(&Message) -> f64) -> std::cmp::Ordering {
    let value =
        |it: &Message| Some(worth(it)).filter(|it| !it.is_nan()).unwrap_or(f64::NEG_INFINITY);
    let marketing = |it: &Message| it.purpose == Purpose::Marketing;
    (marketing(a), a.class)
        .cmp(&(marketing(b), b.class))
        .then_with(|| value(b).total_cmp(&value(a)))
        .then_with(|| (a.expires, a.id).cmp(&(b.expires, b.id)))
}

/// One arbitration: candidates take their places one after the other, the best first.
struct Round<'a> {
    gates: Gates<'a>,
    now: Timestamp,
    /// The slots that nobody in this round can take away.
    fixed: Contacts,
    /// Those and the places taken so far.
    contacts: Contacts,
    placed: Vec<&'a Message>,
    /// Mails that have their place and take others along.
    hosts: Hosts,
    policy: &'a Policy,
    chooser: Option<&'a Chooser<'a>>,
    /// What each candidate is expected to bring, where something was learned.
    worths: BTreeMap<MessageId, f64>,
}

/// What one channel offers to one message.
enum Offer<'a> {
    /// Stopped for good.
    Never(Reason, String),
    /// Free at an instant; what is in the way before then.
    Free { address: &'a Identifier, at: Timestamp, stops: Vec<Stop<'a>> },
    /// In the way until the message expires: now, and at the end.
    Full { stops: Vec<Stop<'a>>, last: Stop<'a> },
}

impl<'a> Round<'a> {
    fn new(
        view: &'a PersonView<'a>,
        policy: &'a Policy,
        chooser: Option<&'a Chooser<'a>>,
        now: Timestamp,
        competing: &[(&'a Message, Timestamp)],
    ) -> Round<'a> {
        let gates = Gates::new(view, policy, now);
        let mut fixed = view.contacts.clone();
        fixed.prune(gates.longest_window(), now);
        for (message, _) in competing {
            fixed.lift(message.id);
        }
        let mut worths = BTreeMap::new();
        for (message, _) in competing {
            let Some(chooser) = chooser.filter(|it| it.draws_for(message)) else { continue };
            let channels = message.channels.iter().copied();
            let open = channels.filter(|it| gates.address(message, *it).is_ok());
            worths.insert(message.id, chooser.worth(message, open, fixed.slots(), now));
        }
        let (contacts, placed) = (fixed.clone(), Vec::new());
        let hosts = Hosts::default();
        Round { gates, now, contacts, fixed, placed, hosts, policy, chooser, worths }
    }

    fn worth_of(&self, message: &Message) -> f64 {
        self.worths.get(&message.id).copied().unwrap_or(message.value)
    }

    /// None if a deferred message stays as it was planned.
    fn decide(
        &mut self,
        message: &'a Message,
        earliest: Timestamp,
        place: usize,
    ) -> Option<Decided> {
        if message.expires <= self.now {
            let detail = format!("expired {}", message.expires);
            return Some(self.end(message, Vec::new(), LedgerState::Dropped, Reason::Late, detail));
        }
        if CANDIDATES_MAX <= place && message.purpose == Purpose::Marketing {
            let detail = format!("{CANDIDATES_MAX} better ones are open, which is the limit");
            let (outcome, reason) = (LedgerState::Dropped, Reason::Outranked);
            return Some(self.end(message, Vec::new(), outcome, reason, detail));
        }
        if let Some(chooser) = self.chooser
            && chooser.draws_for(message)
            && !is_immediate(message, self.policy)
        {
            match self.choose(message, earliest, chooser) {
                Chosen::Stays => return None,
                Chosen::Decided(decided) => return Some(decided),
                Chosen::NotWorthIt(dropped) => return Some(self.join_or(message, dropped)),
                Chosen::Nowhere => {}
            }
        }
        let offers = self.offers(message, earliest, &self.contacts);
        let outranked = self.outranked(message, earliest, &offers);
        let own = first(&offers);
        let slots: Vec<&Slot> = self.contacts.slots().iter().collect();
        let own_at = own.map(|it| it.0);
        if let Some((host, at)) = self.hosts.first_for(message, &self.gates, &slots, own_at) {
            return Some(self.join(message, &offers, host, at, outranked));
        }
        match own {
            Some((at, index)) => self.plan(message, &offers, at, index, outranked),
            None => Some(self.refuse(message, &offers, outranked)),
        }
    }

    /// What each of the message's channels offers if `contacts` are taken.
    fn offers(
        &self,
        message: &'a Message,
        earliest: Timestamp,
        contacts: &Contacts,
    ) -> Vec<Offer<'a>> {
        let slots: Vec<&Slot> = contacts.slots().iter().collect();
        let offer = |channel: Channel| {
            let address = match self.gates.address(message, channel) {
                Ok(address) => address,
                Err((reason, detail)) => return Offer::Never(reason, detail),
            };
            if message.purpose == Purpose::Transactional {
                return Offer::Free { address, at: self.now, stops: Vec::new() };
            }
            let end = message.expires;
            let stops = self.gates.stops(&slots, channel, message, earliest);
            match self.gates.first_free(&slots, channel, message, earliest, end) {
                Ok(at) => Offer::Free { address, at, stops },
                Err(last) => Offer::Full { stops, last },
            }
        };
        message.channels.iter().map(|it| offer(*it)).collect()
    }

    /// Who took the place that the message would have had without the others of this round.
    fn outranked(
        &self,
        message: &Message,
        earliest: Timestamp,
        offers: &[Offer],
    ) -> Option<(MessageId, String)> {
        if self.placed.is_empty() || message.purpose == Purpose::Transactional {
            return None;
        }
        let (at, index) = first(&self.offers(message, earliest, &self.fixed))?;
        if first(offers).is_some_and(|mine| mine <= (at, index)) {
            return None;
        }
        let channel = message.channels[index];
        let slots: Vec<&Slot> = self.contacts.slots().iter().collect();
        let stops = self.gates.stops(&slots, channel, message, at);
        let takers: Vec<MessageId> = stops.into_iter().flat_map(|it| it.takers).collect();
        let winner = self.placed.iter().find(|it| takers.contains(&it.id))?;
        let kind = match winner.purpose {
            Purpose::Transactional => "transactional",
            Purpose::Marketing | Purpose::Measurement => winner.class.name(),
        };
        let detail = format!(
            "{} ({kind}, value {}) has the place in {channel} at {at}",
            winner.id, winner.value
        );
        Some((winner.id, detail))
    }

    fn plan(
        &mut self,
        message: &'a Message,
        offers: &[Offer],
        at: Timestamp,
        index: usize,
        outranked: Option<(MessageId, String)>,
    ) -> Option<Decided> {
        let Offer::Free { address, .. } = &offers[index] else { return None };
        let (channel, address) = (message.channels[index], (*address).clone());
        self.contacts.reserve(Slot::of(message, channel, at, SlotKind::Reserved));
        self.placed.push(message);
        self.hosts.add(message, channel, &address, at);
        if let MessageState::Planned { channel: c, address: a, at: t, .. } = &message.state
            && (*c, a, *t) == (channel, &address, at)
        {
            return None;
        }
        let deferred = self.now < at;
        // For a message that goes now, only what was in the way before its channel matters.
        let asked = if deferred { offers.len() } else { index };
        let mut trail = self.notes(message, &offers[..asked]);
        let lost_to = outranked.as_ref().map(|it| it.0);
        if let Some((_, detail)) = outranked {
            trail.push(self.note(Reason::Outranked, detail));
        }
        if 0 < index {
            let preferred = message.channels[0];
            trail.push(self.note(Reason::Moved, format!("{channel} instead of {preferred}")));
        }
        trail.push(if deferred {
            let detail = format!("{channel} at {at}, {} from now", at - self.now);
            self.note(Reason::Deferred, detail)
        } else {
            self.note(Reason::Planned, format!("{channel} at {at}"))
        });
        let decision = Decision::Plan { channel, address, at, deferred };
        Some(Decided { message: message.id, decision, trail, choice: None, lost_to })
    }

    /// Not worth a mail of its own: as a part of another it adds none.
    fn join_or(&mut self, message: &Message, dropped: Decided) -> Decided {
        let slots: Vec<&Slot> = self.contacts.slots().iter().collect();
        match self.hosts.first_for(message, &self.gates, &slots, None) {
            Some((host, at)) => self.join(message, &[], host, at, None),
            None => dropped,
        }
    }

    /// Another mail leaves before the message would have a place of its own.
    fn join(
        &mut self,
        message: &Message,
        offers: &[Offer],
        host: MessageId,
        at: Timestamp,
        outranked: Option<(MessageId, String)>,
    ) -> Decided {
        self.hosts.joined(host);
        let mut trail = self.notes(message, offers);
        let lost_to = outranked.as_ref().map(|it| it.0);
        if let Some((_, detail)) = outranked {
            trail.push(self.note(Reason::Outranked, detail));
        }
        let detail = format!("leaves with {host}, {} at {at}", Channel::Email);
        trail.push(self.note(Reason::Digested, detail));
        let decision = Decision::Join { host };
        Decided { message: message.id, decision, trail, choice: None, lost_to }
    }

    /// No channel takes the message before it expires.
    fn refuse(
        &self,
        message: &Message,
        offers: &[Offer],
        outranked: Option<(MessageId, String)>,
    ) -> Decided {
        let passing = offers.iter().enumerate().find_map(|(index, offer)| match offer {
            Offer::Full { last, .. } => Some((message.channels[index], last)),
            Offer::Free { .. } | Offer::Never(..) => None,
        });
        let notes = self.notes(message, offers);
        if let Some((channel, last)) = passing {
            let (outcome, expires) = (LedgerState::Dropped, message.expires);
            if let Some((winner, detail)) = outranked {
                let decided = self.end(message, notes, outcome, Reason::Outranked, detail);
                return Decided { lost_to: Some(winner), ..decided };
            }
            let detail = format!("{}; expires {expires}", self.gates.detail(channel, last));
            return self.end(message, notes, outcome, last.reason(), detail);
        }
        let never: Vec<(Reason, &String)> = offers
            .iter()
            .filter_map(|offer| match offer {
                Offer::Never(reason, detail) => Some((*reason, detail)),
                Offer::Free { .. } | Offer::Full { .. } => None,
            })
            .collect();
        // Withheld in one channel, the message would have gone out there without the panel.
        let held_out = never.iter().find(|(reason, _)| *reason == Reason::HeldOut);
        let Some((reason, detail)) = held_out.or(never.first()) else {
            let (outcome, reason) = (LedgerState::Suppressed, Reason::Unreachable);
            return self.end(message, notes, outcome, reason, "it names no channel".to_owned());
        };
        let outcome = outcome_of(*reason);
        match never.len() {
            1 => self.end(message, Vec::new(), outcome, *reason, (*detail).clone()),
            _ => self.end(message, notes, outcome, *reason, "no channel is left".to_owned()),
        }
    }

    fn end(
        &self,
        message: &Message,
        mut trail: Vec<TrailEntry>,
        outcome: LedgerState,
        reason: Reason,
        detail: String,
    ) -> Decided {
        trail.push(self.note(reason, detail));
        let decision = Decision::End { outcome, reason };
        Decided { message: message.id, decision, trail, choice: None, lost_to: None }
    }

    /// Every stop of every channel that was asked.
    fn notes(&self, message: &Message, offers: &[Offer]) -> Vec<TrailEntry> {
        let mut notes = Vec::new();
        for (channel, offer) in message.channels.iter().zip(offers) {
            match offer {
                Offer::Never(reason, detail) => notes.push(self.note(*reason, detail.clone())),
                Offer::Free { stops, .. } | Offer::Full { stops, .. } => notes.extend(
                    stops.iter().map(|it| self.note(it.reason(), self.gates.detail(*channel, it))),
                ),
            }
        }
        notes
    }

    fn note(&self, reason: Reason, detail: String) -> TrailEntry {
        TrailEntry { at: self.now, reason, detail }
    }
}

/// The earliest free instant and the channel that has it; of equal ones the preferred channel.
fn first(offers: &[Offer]) -> Option<(Timestamp, usize)> {
    offers
        .iter()
        .enumerate()
        .filter_map(|(index, offer)| match offer {
            Offer::Free { at, .. } => Some((*at, index)),
            Offer::Never(..) | Offer::Full { .. } => None,
        })
        .min()
}

impl Decided {
    /// Carries the decision over into the message: its trail, and its new state.
    pub fn apply(self, message: &mut Message, now: Timestamp) {
        if let Decision::Plan { .. } | Decision::Join { .. } = self.decision {
            message.choice = self.choice;
        }
        for TrailEntry { at, reason, detail } in self.trail {
            message.note(at, reason, detail);
        }
        message.state = match self.decision {
            Decision::Wait { .. } => return,
            Decision::Join { host } => MessageState::Joined { host },
            Decision::Plan { channel, address, at, deferred } => {
                MessageState::Planned { channel, address, at, deferred, attempt: 0 }
            }
            Decision::End { outcome, reason } => {
                MessageState::Ended { outcome, reason, channel: message.channel(), at: now }
            }
        };
    }
}
