//! A person's messages through whole days: arbitration, last look, sending, failure, doubt, panel.
//! Whatever happens in whatever order, no limit is broken and every end has its reason.

use super::cases::{address, candidate, statement, time};
use crate::*;
use jiff::tz::TimeZone;
use model::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const CHANNELS: [Channel; 2] = [Channel::Email, Channel::Push];

#[derive(Clone, Copy, Debug)]
enum Fate {
    Sent,
    Failed,
    Lost,
    Withheld,
}

#[derive(Clone, Debug)]
enum Act {
    Ask {
        class: usize,
        value: u8,
        both: bool,
        hours: i64,
        transactional: bool,
    },
    Pass {
        minutes: i64,
    },
    Cancel {
        nth: usize,
    },
    /// An unknown one turns out to have arrived, or not.
    Settle {
        nth: usize,
        arrived: bool,
    },
    Withdraw {
        channel: usize,
    },
    Grant {
        channel: usize,
    },
}

struct Life {
    now: Timestamp,
    /// Timers fire at their instant; otherwise only when the next act is done.
    punctual: bool,
    policy: Policy,
    consents: Consents,
    contacts: Contacts,
    addresses: BTreeMap<Channel, Identifier>,
    messages: Vec<Message>,
    fates: Vec<Fate>,
    /// What went out and was not found to have failed.
    out: Vec<(Timestamp, MessageId, Channel, bool)>,
}

impl Life {
    fn new(caps: Vec<Cap>, limit: Option<(u32, Span)>, fates: Vec<Fate>, punctual: bool) -> Life {
        let mut consents = Consents::default();
        consents.record(statement(ConsentState::Granted, Timestamp(0)));
        let hours = Some(QuietHours { from: 13 * 60, to: 15 * 60 });
        let at = Timestamp(1);
        consents.set_wishes(Wishes { at, limit, quiet_hours: hours, ..Wishes::default() });
        Life {
            now: time("2026-10-24T00:00:00Z"),
            punctual,
            policy: Policy { caps, ..Policy::default() },
            consents,
            contacts: Contacts::default(),
            addresses: CHANNELS.into_iter().map(|it| (it, address(it))).collect(),
            messages: Vec::new(),
            fates,
            out: Vec::new(),
        }
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Ask { class, value, both, hours, transactional } => {
                let id = MessageId(self.messages.len() as u64);
                let mut message = candidate(id, Class::ALL[class], f64::from(value), self.now);
                message.created = self.now;
                message.expires = self.now + Span::hours(hours);
                message.channels = CHANNELS[..1 + usize::from(both)].to_vec();
                if transactional {
                    message.purpose = Purpose::Transactional;
                }
                self.messages.push(message);
            }
            Act::Pass { minutes } => self.pass(self.now + Span::minutes(minutes)),
            Act::Cancel { nth } => {
                let now = self.now;
                let pending = |it: &&mut Message| it.ledger_state() == LedgerState::Pending;
                if let Some(message) = self.messages.iter_mut().filter(pending).nth(nth) {
                    message.end(LedgerState::Dropped, Reason::Cancelled, now, "");
                    self.contacts.release(message.id, now);
                }
            }
            Act::Settle { nth, arrived } => {
                let unknown = |it: &&Slot| it.kind == SlotKind::Unknown;
                let found = self.contacts.slots().iter().filter(unknown).nth(nth);
                let Some(id) = found.map(|it| it.message) else { return };
                if arrived {
                    assert!(self.contacts.confirm(id));
                } else {
                    assert!(self.contacts.release(id, self.now));
                    self.out.retain(|it| it.1 != id);
                }
            }
            Act::Withdraw { channel } => self.say(ConsentState::Withdrawn, channel),
            Act::Grant { channel } => self.say(ConsentState::Granted, channel),
        }
        self.work();
    }

    fn say(&mut self, state: ConsentState, channel: usize) {
        let channel = Some(CHANNELS[channel]);
        self.consents.record(Statement { channel, ..statement(state, self.now) });
    }

    fn pass(&mut self, until: Timestamp) {
        while self.punctual {
            let planned = self.messages.iter().filter_map(|it| match &it.state {
                MessageState::Planned { at, .. } => Some(*at),
                _ => None,
            });
            let next = planned.chain(self.contacts.arbitrate_at).filter(|it| self.now < *it).min();
            let Some(next) = next.filter(|it| *it <= until) else { break };
            self.now = next;
            self.work();
        }
        self.now = until;
    }

    /// What the engine does when it wakes up, until nothing is due.
    fn work(&mut self) {
        loop {
            let due = next_arbitration(&self.messages, &self.policy, self.now);
            let due = due.into_iter().chain(self.contacts.arbitrate_at).min();
            if due.is_some_and(|it| it <= self.now) {
                self.arbitrate();
            } else {
                self.contacts.arbitrate_at = due;
            }
            let ready = self.messages.iter().position(
                |it| matches!(&it.state, MessageState::Planned { at, .. } if *at <= self.now),
            );
            match ready {
                Some(index) => self.send(index),
                None if due.is_some_and(|it| it <= self.now) => {}
                None => return,
            }
        }
    }

    fn arbitrate(&mut self) {
        let view = view(&self.consents, &self.contacts, &self.addresses);
        let (decided, contacts) = arbitrate(&self.messages, &view, &self.policy, self.now);
        self.contacts = contacts;
        for decided in decided {
            let message = &mut self.messages[decided.message.0 as usize];
            assert_eq!(message.ledger_state(), LedgerState::Pending);
            decided.apply(message, self.now);
        }
        if self.punctual && self.out.iter().all(|it| it.3) {
            self.check_slots();
        }
    }

    /// Of everything that was and is to be sent, no window holds too much.
    fn check_slots(&self) {
        let transactional =
            |id: MessageId| self.messages[id.0 as usize].purpose == Purpose::Transactional;
        let slots = self.contacts.slots();
        if slots.iter().any(|it| transactional(it.message)) {
            return;
        }
        for (channels, at_most, per) in self.limits() {
            for first in slots {
                let inside = slots.iter().filter(|it| {
                    channels.contains(it.channel) && first.at <= it.at && it.at < first.at + per
                });
                assert!(inside.count() <= at_most as usize, "{at_most} per {per}: {slots:?}");
            }
        }
    }

    fn limits(&self) -> Vec<(ChannelSet, u32, Span)> {
        let own = self.consents.wishes().limit.map(|(n, per)| (ChannelSet::all(), n, per));
        let caps = self.policy.caps.iter().map(|it| (it.channels, it.at_most, it.per));
        caps.chain(own).collect()
    }

    fn send(&mut self, index: usize) {
        let now = self.now;
        let view = view(&self.consents, &self.contacts, &self.addresses);
        let message = &mut self.messages[index];
        match recheck(message, &view, &self.policy, now) {
            Recheck::End { outcome, reason, detail } => {
                message.end(outcome, reason, now, detail);
                self.contacts.release(message.id, now);
            }
            Recheck::Defer { until, reason, detail } => {
                assert!(now < until && until < message.expires);
                message.note(now, reason, detail);
                let MessageState::Planned { at, deferred, channel, .. } = &mut message.state else {
                    panic!("only planned messages are sent");
                };
                (*at, *deferred) = (until, true);
                let slot = self.contacts.slot(message.id).cloned().unwrap_or(Slot {
                    owner: String::new(),
                    at: until,
                    message: message.id,
                    channel: *channel,
                    topic: message.topic.clone(),
                    kind: SlotKind::Reserved,
                });
                self.contacts.reserve(Slot { at: until, ..slot });
            }
            Recheck::Go { .. } => self.go(index),
        }
    }

    fn go(&mut self, index: usize) {
        let (now, message) = (self.now, &mut self.messages[index]);
        let fate = self.fates[index % self.fates.len()];
        let channel = message.channel().expect("planned");
        let marketing = message.purpose == Purpose::Marketing;
        self.contacts.claim(message, now);
        self.out.push((now, message.id, channel, marketing));
        match fate {
            Fate::Sent => {
                self.contacts.confirm(message.id);
                message.end(LedgerState::Sent, Reason::Sent, now, "");
            }
            Fate::Failed => {
                self.contacts.release(message.id, now);
                self.out.pop();
                message.end(LedgerState::Failed, Reason::Refused, now, "");
            }
            Fate::Lost => {
                self.contacts.keep(message.id);
                message.end(LedgerState::Unknown, Reason::AnswerLost, now, "");
            }
            Fate::Withheld => {
                self.contacts.withhold(message, now);
                message.end(LedgerState::HeldOut, Reason::HeldOut, now, "");
            }
        }
        if marketing {
            self.check_sending(channel);
        }
    }

    /// At the moment of sending every rule holds, counting what really went out.
    fn check_sending(&self, channel: Channel) {
        for (channels, at_most, per) in self.limits() {
            if channels.contains(channel) {
                let inside = self
                    .out
                    .iter()
                    .filter(|it| channels.contains(it.2) && self.now - per < it.0)
                    .count();
                assert!(inside <= at_most as usize, "{at_most} per {per}: {:?}", self.out);
            }
        }
        let instant = jiff::Timestamp::from_millisecond(self.now.0).expect("in range");
        let hour = instant.to_zoned(TimeZone::get("Europe/Amsterdam").expect("a zone")).hour();
        assert!((8..21).contains(&hour) && !(13..15).contains(&hour), "sent at {hour}");
        let address = self.addresses.get(&channel);
        let topic = Topic::from("offers");
        let said = self.consents.state(Purpose::Marketing, channel, &topic, address, self.now);
        assert_eq!(said, Some(ConsentState::Granted));
    }
}

fn view<'a>(
    consents: &'a Consents,
    contacts: &'a Contacts,
    addresses: &'a BTreeMap<Channel, Identifier>,
) -> PersonView<'a> {
    let (person, zone) = (PersonId(1), Some("Europe/Amsterdam"));
    let providers = ChannelSet::all();
    PersonView { person, consents, contacts, addresses, providers, zone, assignment: None }
}

fn any_act() -> impl Strategy<Value = Act> {
    let ask = (0..3usize, 0u8..3, any::<bool>(), 1i64..80, 0u8..12).prop_map(
        |(class, value, both, hours, transactional)| Act::Ask {
            class,
            value,
            both,
            hours,
            transactional: transactional == 0,
        },
    );
    prop_oneof![
        6 => ask,
        5 => (0i64..900).prop_map(|minutes| Act::Pass { minutes }),
        1 => (0..4usize).prop_map(|nth| Act::Cancel { nth }),
        1 => (0..2usize, any::<bool>()).prop_map(|(nth, arrived)| Act::Settle { nth, arrived }),
        1 => (0..2usize).prop_map(|channel| Act::Withdraw { channel }),
        2 => (0..2usize).prop_map(|channel| Act::Grant { channel }),
    ]
}

fn any_caps() -> impl Strategy<Value = Vec<Cap>> {
    let cap = (0..3usize, 1u32..4, 1i64..100).prop_map(|(channel, at_most, hours)| Cap {
        owner: None,
        channels: match CHANNELS.get(channel) {
            Some(channel) => ChannelSet::EMPTY.with(*channel),
            None => ChannelSet::all(),
        },
        topic: None,
        at_most,
        per: Span::hours(hours),
    });
    prop::collection::vec(cap, 0..4)
}

fn any_fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Sent),
        1 => Just(Fate::Failed),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Withheld),
    ];
    prop::collection::vec(fate, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_rolling_window_is_ever_exceeded_and_every_end_has_its_reason(
        caps in any_caps(),
        limit in prop::option::of((1u32..4, 1i64..200)),
        fates in any_fates(),
        acts in prop::collection::vec(any_act(), 1..40),
        punctual in any::<bool>(),
    ) {
        let limit = limit.map(|(n, hours)| (n, Span::hours(hours)));
        let mut life = Life::new(caps, limit, fates, punctual);
        for act in &acts {
            life.act(act);
        }
        // Nothing waits for ever: after the last expiry, everything has ended.
        life.act(&Act::Pass { minutes: 90 * 60 });
        for message in &life.messages {
            let MessageState::Ended { reason, .. } = message.state else {
                panic!("{} is still {:?}", message.id, message.state);
            };
            prop_assert_eq!(message.trail.last().map(|it| it.reason), Some(reason));
        }
        // Every slot that is left belongs to something that went out.
        for slot in life.contacts.slots() {
            prop_assert!(life.out.iter().any(|it| it.1 == slot.message), "{:?} is left", slot);
        }
    }
}

#[test]
fn a_released_slot_asks_for_a_new_arbitration() {
    let mut contacts = Contacts::default();
    let (topic, kind) = (Topic::from("offers"), SlotKind::Reserved);
    let (at, message, channel) = (Timestamp(50), MessageId(1), Channel::Email);
    contacts.reserve(Slot { owner: String::new(), at, message, channel, topic, kind });
    assert!(!contacts.release(MessageId(2), Timestamp(5)));
    assert_eq!(contacts.arbitrate_at, None);
    assert!(contacts.release(MessageId(1), Timestamp(5)));
    assert_eq!(contacts.arbitrate_at, Some(Timestamp(5)));
    assert!(contacts.slots().is_empty());
}

#[test]
fn a_merge_unites_the_contacts_and_old_ones_are_forgotten() {
    let slot = |id, at: i64| Slot {
        owner: String::new(),
        at: Timestamp(at),
        message: MessageId(id),
        channel: Channel::Email,
        topic: Topic::from("offers"),
        kind: SlotKind::Sent,
    };
    let week = Span::WEEK.0;
    let (mut a, mut b) = (Contacts::default(), Contacts::default());
    a.reserve(slot(1, 0));
    a.reserve(slot(3, 2 * week));
    b.reserve(slot(2, week));
    b.arbitrate_at = Some(Timestamp(9));
    let mut merged = Contacts::merge(&a, &b);
    assert_eq!(merged, Contacts::merge(&b, &a));
    let ids = |it: &Contacts| it.slots().iter().map(|it| it.message.0).collect::<Vec<_>>();
    assert_eq!(ids(&merged), [1, 2, 3]);
    assert_eq!(merged.arbitrate_at, Some(Timestamp(9)));
    // A week is always kept; longer only if some rule counts longer.
    merged.prune(Span::days(21), Timestamp(2 * week));
    assert_eq!(ids(&merged), [1, 2, 3]);
    merged.prune(Span::DAY, Timestamp(2 * week));
    assert_eq!(ids(&merged), [3]);
}
