//! Arbitration against a slow and obvious model: every candidate looks at every half hour until it
//! expires, and at every window around it.

use super::cases::{address, candidate, statement, time};
use crate::*;
use jiff::tz::TimeZone;
use model::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Every time in these cases is on this grid, so looking at its points misses nothing.
const GRID: Span = Span::minutes(30);
const CHANNELS: [Channel; 3] = [Channel::Email, Channel::Push, Channel::Onsite];
const ZONES: [Option<&str>; 4] =
    [Some("Europe/Amsterdam"), Some("America/New_York"), Some("Mars/Olympus"), None];

/// What is known of a channel, in plain words.
#[derive(Clone, Debug)]
struct Known {
    reachable: bool,
    closed: bool,
    said: Option<ConsentState>,
    off: bool,
}

#[derive(Clone, Debug)]
struct World {
    now: Timestamp,
    policy: Policy,
    wishes: Wishes,
    zone: Option<&'static str>,
    channels: Vec<Known>,
    slots: Vec<Slot>,
    open: Vec<Message>,
}

#[derive(Debug, PartialEq)]
enum Expected {
    Wait,
    Plan(Channel, Timestamp),
    Stays,
    Joins(MessageId),
    Suppressed(Reason),
    /// For any of these reasons: all of them are true.
    Dropped(BTreeSet<Reason>),
}

/// A mail of this round that others may join.
struct Mail {
    at: Timestamp,
    id: MessageId,
    parts: usize,
}

fn shares(message: &Message) -> bool {
    message.digest && message.purpose == Purpose::Marketing
}

impl World {
    /// One instant in the local time of the person is quiet.
    fn quiet(&self, hours: Option<QuietHours>, at: Timestamp) -> bool {
        let Some(hours) = hours else { return false };
        let name = match self.zone {
            Some("Mars/Olympus") | None => self.policy.default_zone.as_str(),
            Some(name) => name,
        };
        let zone = TimeZone::get(name).expect("a zone");
        let instant = jiff::Timestamp::from_millisecond(at.0).expect("in range");
        let wall = instant.to_zoned(zone).time();
        let mut minute = hours.from;
        // Walk through the quiet minutes one by one.
        while minute != hours.to {
            if minute == wall.hour() as u16 * 60 + wall.minute() as u16 {
                return true;
            }
            minute = (minute + 1) % 1_440;
        }
        false
    }

    /// Some window of this length that contains `at` already holds that many.
    fn full(&self, slots: &[&Slot], at_most: u32, per: Span, at: Timestamp) -> bool {
        let mut start = at - per + GRID;
        while start <= at {
            let inside = slots.iter().filter(|it| start <= it.at && it.at < start + per).count();
            if at_most as usize <= inside {
                return true;
            }
            start = start + GRID;
        }
        false
    }

    fn stops(
        &self,
        slots: &[Slot],
        message: &Message,
        channel: Channel,
        at: Timestamp,
    ) -> BTreeSet<Reason> {
        let mut stops = BTreeSet::new();
        if message.purpose == Purpose::Transactional {
            return stops;
        }
        if self.wishes.paused_until.is_some_and(|until| at < until) {
            stops.insert(Reason::Paused);
        }
        if let Some((n, per)) = self.wishes.limit
            && self.full(&slots.iter().collect::<Vec<_>>(), n, per, at)
        {
            stops.insert(Reason::PersonLimit);
        }
        if self.quiet(self.wishes.quiet_hours, at) || self.quiet(self.policy.quiet_hours, at) {
            stops.insert(Reason::QuietHours);
        }
        for cap in &self.policy.caps {
            let mine = |channel: Channel, topic: &Topic| {
                cap.channels.contains(channel) && cap.topic.as_ref().is_none_or(|it| it == topic)
            };
            let counted: Vec<&Slot> =
                slots.iter().filter(|it| mine(it.channel, &it.topic)).collect();
            if mine(channel, &message.topic) && self.full(&counted, cap.at_most, cap.per, at) {
                stops.insert(Reason::Cap);
            }
        }
        stops
    }

    fn lasting(&self, message: &Message, channel: Channel) -> Option<Reason> {
        let index = CHANNELS.iter().position(|it| *it == channel).expect("one of them");
        let known = &self.channels[index];
        let marketing = message.purpose == Purpose::Marketing;
        let needed = marketing && channel != Channel::Onsite;
        match known.said {
            _ if !known.reachable => Some(Reason::Unreachable),
            _ if known.closed => Some(Reason::Bounced),
            Some(ConsentState::Withdrawn) if marketing => Some(Reason::Withdrawn),
            Some(ConsentState::Unconfirmed) if needed => Some(Reason::Unconfirmed),
            None if needed => Some(Reason::NoConsent),
            _ if known.off => Some(Reason::ChannelOff),
            _ => None,
        }
    }

    /// The first half hour at which a channel is free, the preferred channel first.
    fn place(
        &self,
        slots: &[Slot],
        message: &Message,
        from: Timestamp,
    ) -> Option<(Timestamp, usize)> {
        let mut at = from;
        while at < message.expires {
            for (index, channel) in message.channels.iter().enumerate() {
                if self.lasting(message, *channel).is_none()
                    && self.stops(slots, message, *channel, at).is_empty()
                {
                    return Some((at, index));
                }
            }
            at = at + GRID;
        }
        None
    }

    fn expected(&self) -> BTreeMap<MessageId, Expected> {
        let mut all = BTreeMap::new();
        let immediate = |it: &Message| {
            let short = it.expires - it.created <= self.policy.window;
            it.class == Class::Service || it.purpose == Purpose::Transactional || short
        };
        let waiting = |it: &&Message| it.state == MessageState::Waiting && !immediate(it);
        let end = self.open.iter().filter(waiting).map(|it| it.created + self.policy.window).min();
        let end = end.filter(|it| self.now < *it);
        let mut round: Vec<&Message> = Vec::new();
        for message in &self.open {
            if waiting(&message) && end.is_some() {
                all.insert(message.id, Expected::Wait);
            } else {
                round.push(message);
            }
        }
        let mut slots: Vec<Slot> = self.slots.clone();
        slots.retain(|slot| round.iter().all(|it| it.id != slot.message));
        let fixed = slots.clone();
        let mut mails: Vec<Mail> = Vec::new();
        while !round.is_empty() {
            let mut best = 0;
            for (index, message) in round.iter().enumerate() {
                if better(message, round[best]) {
                    best = index;
                }
            }
            let message = round.remove(best);
            let from = match (&message.state, end) {
                (MessageState::Planned { at, .. }, Some(end)) => end.min(*at),
                _ => self.now,
            };
            let outcome = self.outcome(message, from, &mut slots, &fixed, &mails);
            match outcome {
                Expected::Joins(host) => {
                    mails.iter_mut().filter(|it| it.id == host).for_each(|it| it.parts += 1);
                }
                Expected::Plan(..) | Expected::Stays if shares(message) => {
                    let slot = slots.last().expect("the place just taken");
                    if slot.channel == Channel::Email {
                        mails.push(Mail { at: slot.at, id: message.id, parts: 0 });
                    }
                }
                _ => {}
            }
            all.insert(message.id, outcome);
        }
        all
    }

    fn outcome(
        &self,
        message: &Message,
        from: Timestamp,
        slots: &mut Vec<Slot>,
        fixed: &[Slot],
        mails: &[Mail],
    ) -> Expected {
        if message.expires <= self.now {
            return Expected::Dropped([Reason::Late].into());
        }
        let place = self.place(slots, message, from);
        let latest = place.map_or(message.expires, |it| it.0);
        let takes = |it: &&Mail| it.at < latest && self.takes(slots, message, it);
        if let Some(mail) = mails.iter().filter(takes).min_by_key(|it| (it.at, it.id)) {
            return Expected::Joins(mail.id);
        }
        if let Some((at, index)) = place {
            let channel = message.channels[index];
            let (topic, kind) = (message.topic.clone(), SlotKind::Reserved);
            slots.push(Slot {
                owner: String::new(),
                at,
                message: message.id,
                channel,
                topic,
                kind,
            });
            return match &message.state {
                MessageState::Planned { channel: c, at: t, .. } if (*c, *t) == (channel, at) => {
                    Expected::Stays
                }
                _ => Expected::Plan(channel, at),
            };
        }
        let open = message.channels.iter().find(|it| self.lasting(message, **it).is_none());
        let Some(channel) = open else {
            let first = message.channels.first();
            let reason = first.and_then(|it| self.lasting(message, *it));
            return Expected::Suppressed(reason.unwrap_or(Reason::Unreachable));
        };
        // Without the others of this round there would have been a place.
        if self.place(fixed, message, from).is_some() {
            return Expected::Dropped([Reason::Outranked].into());
        }
        Expected::Dropped(self.stops(slots, message, *channel, message.expires - GRID))
    }

    /// Whether a mail takes the message along: only the caps of its own topic and a pause say no.
    fn takes(&self, slots: &[Slot], message: &Message, mail: &Mail) -> bool {
        let own = World {
            policy: Policy {
                caps: self.policy.caps.iter().filter(|it| it.topic.is_some()).cloned().collect(),
                quiet_hours: None,
                ..self.policy.clone()
            },
            wishes: Wishes { limit: None, quiet_hours: None, ..self.wishes.clone() },
            ..self.clone()
        };
        shares(message)
            && mail.parts < 5
            && message.channels.contains(&Channel::Email)
            && self.lasting(message, Channel::Email).is_none()
            && own.stops(slots, message, Channel::Email, mail.at).is_empty()
    }

    fn real(&self) -> (Vec<Decided>, Contacts) {
        let mut consents = Consents::default();
        consents.set_wishes(self.wishes.clone());
        let mut addresses = BTreeMap::new();
        for (channel, known) in CHANNELS.into_iter().zip(&self.channels) {
            if known.reachable {
                addresses.insert(channel, address(channel));
            }
            if known.closed {
                let (reason, at) = (Reason::Bounced, Timestamp(0));
                consents.suppress(Suppression { address: address(channel), reason, at });
            }
            if let Some(state) = known.said {
                let said = statement(state, Timestamp(0));
                consents.record(Statement { channel: Some(channel), ..said });
            }
        }
        let mut contacts = Contacts::default();
        self.slots.iter().for_each(|it| contacts.reserve(it.clone()));
        let view = PersonView {
            person: PersonId(1),
            consents: &consents,
            contacts: &contacts,
            addresses: &addresses,
            providers: ChannelSet::all(),
            zone: self.zone,
            assignment: None,
        };
        arbitrate(&self.open, &view, &self.policy, self.now)
    }
}

fn better(a: &Message, b: &Message) -> bool {
    let asked_for = |it: &Message| it.purpose == Purpose::Transactional;
    if asked_for(a) != asked_for(b) {
        return asked_for(a);
    }
    if a.class != b.class {
        return a.class < b.class;
    }
    if a.value != b.value {
        return b.value < a.value;
    }
    if a.expires != b.expires {
        return a.expires < b.expires;
    }
    a.id < b.id
}

fn any_cap() -> impl Strategy<Value = Cap> {
    (0..5usize, any::<bool>(), 0u32..4, 1i64..50).prop_map(|(set, topic, at_most, halves)| Cap {
        owner: None,
        channels: match CHANNELS.get(set) {
            Some(channel) => ChannelSet::EMPTY.with(*channel),
            None => ChannelSet::all(),
        },
        topic: (topic && set == 4).then(|| Topic::from("offers")),
        at_most,
        per: Span(GRID.0 * halves),
    })
}

fn any_hours() -> impl Strategy<Value = Option<QuietHours>> {
    prop::option::of((0u16..48, 0u16..48))
        .prop_map(|it| it.map(|(from, to)| QuietHours { from: from * 30, to: to * 30 }))
}

fn any_message(now: Timestamp) -> impl Strategy<Value = Message> {
    // Few different expiries, so that candidates tie.
    let life = prop::sample::select(vec![0i64, 2, 10, 30, 69]);
    (
        prop::sample::subsequence(CHANNELS.to_vec(), 0..=3).prop_shuffle(),
        (0..3usize, 0u8..3, any::<bool>(), 0u8..8, any::<bool>()),
        (life, 0i64..3, prop::option::weighted(0.25, (0..3usize, 1i64..30))),
    )
        .prop_map(
            move |(channels, (class, value, topic, purpose, digest), (life, age, planned))| {
                let mut message = candidate(MessageId(0), Class::ALL[class], f64::from(value), now);
                message.channels = channels;
                message.digest = digest;
                message.topic = Topic::from(["news", "offers"][usize::from(topic)]);
                message.created = now - Span(GRID.0 * age);
                message.expires = now + Span(GRID.0 * life);
                if purpose == 0 {
                    message.purpose = Purpose::Transactional;
                } else if let Some((channel, halves)) = planned
                    && halves < life
                {
                    let (channel, at) = (CHANNELS[channel], now + Span(GRID.0 * halves));
                    let address = address(channel);
                    message.state =
                        MessageState::Planned { channel, address, at, deferred: true, attempt: 0 };
                }
                message
            },
        )
}

fn any_world() -> impl Strategy<Value = World> {
    let known = (0u8..8, 0u8..8, 0u8..8, 0u8..8).prop_map(|(reachable, closed, said, off)| Known {
        reachable: reachable != 0,
        closed: closed == 0,
        said: match said {
            0 => None,
            1 => Some(ConsentState::Unconfirmed),
            2 => Some(ConsentState::Withdrawn),
            _ => Some(ConsentState::Granted),
        },
        off: off == 0,
    });
    // From the day before clocks change in Amsterdam.
    let now = (0i64..96).prop_map(|halves| time("2026-10-24T00:00:00Z") + Span(GRID.0 * halves));
    let slot = (-60i64..60, 0..3usize, any::<bool>());
    now.prop_flat_map(move |now| {
        (
            prop::collection::vec(any_cap(), 0..4),
            (any_hours(), any_hours()),
            (
                prop::option::weighted(0.3, (0u32..4, 1i64..50)),
                prop::option::weighted(0.2, 0i64..40),
            ),
            0..ZONES.len(),
            prop::collection::vec(known.clone(), 3),
            prop::collection::vec(slot.clone(), 0..6),
            prop::collection::vec(any_message(now), 0..10),
        )
            .prop_map(
                move |(caps, (hours, own), (limit, pause), zone, channels, slots, open)| {
                    build(now, caps, hours, own, limit, pause, zone, channels, slots, open)
                },
            )
    })
}

#[allow(clippy::too_many_arguments)]
fn build(
    now: Timestamp,
    caps: Vec<Cap>,
    quiet_hours: Option<QuietHours>,
    own: Option<QuietHours>,
    limit: Option<(u32, i64)>,
    pause: Option<i64>,
    zone: usize,
    channels: Vec<Known>,
    slots: Vec<(i64, usize, bool)>,
    mut open: Vec<Message>,
) -> World {
    let off = CHANNELS.into_iter().zip(&channels).filter(|(_, it)| it.off).map(|(it, _)| it);
    let wishes = Wishes {
        at: Timestamp(1),
        channels_off: off.collect(),
        limit: limit.map(|(n, halves)| (n, Span(GRID.0 * halves))),
        quiet_hours: own,
        paused_until: pause.map(|halves| now + Span(GRID.0 * halves)),
        zone: None,
    };
    let mut taken: Vec<Slot> = slots
        .into_iter()
        .enumerate()
        .map(|(n, (halves, channel, topic))| Slot {
            owner: String::new(),
            at: now + Span(GRID.0 * halves),
            message: MessageId(100 + n as u64),
            channel: CHANNELS[channel],
            topic: Topic::from(["news", "offers"][usize::from(topic)]),
            kind: if halves < 0 { SlotKind::Sent } else { SlotKind::Reserved },
        })
        .collect();
    for (n, message) in open.iter_mut().enumerate() {
        message.id = MessageId(n as u64);
        if let MessageState::Planned { channel, at, .. } = &message.state {
            let (at, channel, topic) = (*at, *channel, message.topic.clone());
            let kind = SlotKind::Reserved;
            taken.push(Slot {
                owner: String::new(),
                at,
                message: message.id,
                channel,
                topic,
                kind,
            });
        }
    }
    let policy = Policy {
        caps,
        quiet_hours,
        default_zone: "Australia/Lord_Howe".to_owned(),
        window: Span::hours(1),
        ..Policy::default()
    };
    World { now, policy, wishes, zone: ZONES[zone], channels, slots: taken, open }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn arbitration_is_what_the_obvious_model_says(world in any_world()) {
        let (decided, contacts) = world.real();
        let real: BTreeMap<MessageId, &Decided> = decided.iter().map(|it| (it.message, it)).collect();
        for (id, expected) in world.expected() {
            let Some(real) = real.get(&id) else {
                prop_assert_eq!(expected, Expected::Stays, "{} was not decided", id);
                continue;
            };
            let shown = super::cases::shown(real);
            let same = match (&real.decision, &expected) {
                (Decision::Wait { until }, Expected::Wait) => world.now < *until && real.trail.is_empty(),
                (Decision::Plan { channel, at, deferred, .. }, Expected::Plan(c, t)) => {
                    let slot = contacts.slot(id).map(|it| (it.channel, it.at, it.kind));
                    (channel, at) == (c, t)
                        && *deferred == (world.now < *at)
                        && slot == Some((*channel, *at, SlotKind::Reserved))
                }
                (Decision::Join { host }, Expected::Joins(mail)) => {
                    host == mail && contacts.slot(id).is_none()
                }
                (Decision::End { outcome: LedgerState::Suppressed, reason }, Expected::Suppressed(r)) => reason == r,
                (Decision::End { outcome: LedgerState::Dropped, reason }, Expected::Dropped(all)) => all.contains(reason),
                _ => false,
            };
            prop_assert!(same, "{shown} is not {expected:?}");
            if let Decision::End { reason, .. } = real.decision {
                prop_assert_eq!(real.trail.last().map(|it| it.reason), Some(reason));
                prop_assert_eq!(contacts.slot(id), None);
            }
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(
        (world, shuffled) in any_world().prop_flat_map(|it| {
            let open = Just(it.open.clone()).prop_shuffle();
            (Just(it), open)
        }),
    ) {
        let other = World { open: shuffled, ..world.clone() };
        prop_assert_eq!(world.real(), other.real());
    }
}
