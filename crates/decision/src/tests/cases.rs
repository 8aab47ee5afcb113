//! A small language for cases, so that a test reads like the rule it protects. One line per fact:
//! `now TIME`, `cap CHANNELS N SPAN [TOPIC]`, `quiet FROM TO`, `default_zone ZONE`, `zone ZONE`,
//! `address CHANNEL…`, `yes|no|pending CHANNEL|all [TOPIC]`, `off CHANNEL`, `limit N SPAN`,
//! `own_quiet FROM TO`, `pause TIME`, `closed CHANNEL REASON`, `slot mN CHANNEL KIND TIME`,
//! `mN CLASS VALUE CHANNELS key=value…`.

use crate::*;
use model::*;
use std::collections::BTreeMap;

pub struct Case {
    pub now: Timestamp,
    pub policy: Policy,
    pub consents: Consents,
    pub contacts: Contacts,
    pub addresses: BTreeMap<Channel, Identifier>,
    pub providers: ChannelSet,
    pub zone: Option<String>,
    pub assignment: Option<Assignment>,
    pub open: Vec<Message>,
}

impl Case {
    pub fn read(text: &str) -> Case {
        let mut case = Case {
            now: time("2026-11-24T12:00:00Z"),
            policy: Policy { caps: Vec::new(), quiet_hours: None, ..Policy::default() },
            consents: Consents::default(),
            contacts: Contacts::default(),
            addresses: BTreeMap::new(),
            providers: ChannelSet::all(),
            zone: None,
            assignment: None,
            open: Vec::new(),
        };
        for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            case.line(&words).unwrap_or_else(|| panic!("cannot read `{line}`"));
        }
        case
    }

    fn line(&mut self, words: &[&str]) -> Option<()> {
        match *words {
            ["now", at] => self.now = time(at),
            ["cap", channels, at_most, per, ref topic @ ..] => self.policy.caps.push(Cap {
                owner: None,
                channels: channel_set(channels),
                topic: topic.first().map(|it| Topic::from(*it)),
                at_most: at_most.parse().ok()?,
                per: Span::parse(per).ok()?,
            }),
            ["quiet", from, to] => {
                self.policy.quiet_hours = Some(QuietHours::parse(from, to).ok()?)
            }
            ["default_zone", zone] => self.policy.default_zone = zone.to_owned(),
            ["without", gone] => {
                self.providers = self.providers.iter().filter(|it| it.name() != gone).collect()
            }
            ["zone", zone] => self.zone = Some(zone.to_owned()),
            ["address", ref channels @ ..] => {
                for name in channels {
                    let channel = Channel::from_name(name)?;
                    self.addresses.insert(channel, address(channel));
                }
            }
            [word @ ("yes" | "no" | "pending"), channel, ref topic @ ..] => {
                let state = match word {
                    "yes" => ConsentState::Granted,
                    "no" => ConsentState::Withdrawn,
                    _ => ConsentState::Unconfirmed,
                };
                let mut said =
                    statement(state, Timestamp(self.consents.listing(Timestamp::MIN).len() as i64));
                said.channel = Channel::from_name(channel);
                said.topic = topic.first().map(|it| Topic::from(*it));
                self.consents.record(said);
            }
            ["off", channel] => self.wish(|it| {
                it.channels_off = it.channels_off.with(Channel::from_name(channel).expect("one"));
            }),
            ["limit", n, per] => {
                let limit = (n.parse().ok()?, Span::parse(per).ok()?);
                self.wish(|it| it.limit = Some(limit));
            }
            ["own_quiet", from, to] => {
                let hours = QuietHours::parse(from, to).ok()?;
                self.wish(|it| it.quiet_hours = Some(hours));
            }
            ["pause", until] => self.wish(|it| it.paused_until = Some(time(until))),
            ["closed", channel, reason] => self.consents.suppress(Suppression {
                address: address(Channel::from_name(channel)?),
                reason: Reason::from_code(reason)?,
                at: Timestamp(0),
            }),
            ["slot", message, channel, kind, at] => self.contacts.reserve(Slot {
                owner: String::new(),
                at: time(at),
                message: message.parse().ok()?,
                channel: Channel::from_name(channel)?,
                topic: Topic::from("offers"),
                kind: slot_kind(kind),
            }),
            [id, class, value, channels, ref more @ ..] => {
                let message = self.message(id, class, value, channels, more)?;
                self.open.push(message);
            }
            _ => return None,
        }
        Some(())
    }

    fn message(
        &mut self,
        id: &str,
        class: &str,
        value: &str,
        channels: &str,
        more: &[&str],
    ) -> Option<Message> {
        let class = Class::ALL.into_iter().find(|it| it.name() == class)?;
        let mut message = candidate(id.parse().ok()?, class, value.parse().ok()?, self.now);
        message.channels = channels.split(',').filter_map(Channel::from_name).collect();
        for word in more {
            match word.split_once('=')? {
                ("expires", span) => message.expires = self.now + Span::parse(span).ok()?,
                ("age", span) => message.created = self.now - Span::parse(span).ok()?,
                ("digest", _) => message.digest = true,
                ("topic", topic) => message.topic = Topic::from(topic),
                ("purpose", _) => message.purpose = Purpose::Transactional,
                ("planned", at) => {
                    let (at, channel) = (time(at), message.channels[0]);
                    let deferred = self.now < at;
                    let address = address(channel);
                    message.state =
                        MessageState::Planned { channel, address, at, deferred, attempt: 0 };
                    let topic = message.topic.clone();
                    let kind = SlotKind::Reserved;
                    self.contacts.reserve(Slot {
                        owner: String::new(),
                        at,
                        message: message.id,
                        channel,
                        topic,
                        kind,
                    });
                }
                _ => return None,
            }
        }
        Some(message)
    }

    pub fn wish(&mut self, change: impl FnOnce(&mut Wishes)) {
        let mut wishes = self.consents.wishes().clone();
        wishes.at = wishes.at + Span(1);
        change(&mut wishes);
        self.consents.set_wishes(wishes);
    }

    pub fn view(&self) -> PersonView<'_> {
        PersonView {
            person: PersonId(1),
            consents: &self.consents,
            contacts: &self.contacts,
            addresses: &self.addresses,
            providers: self.providers,
            zone: self.zone.as_deref(),
            assignment: self.assignment.as_ref(),
        }
    }

    /// One line per decision: what, and the reasons of its trail.
    pub fn arbitrated(&self) -> String {
        let (decided, _) = arbitrate(&self.open, &self.view(), &self.policy, self.now);
        decided.iter().map(shown).collect::<Vec<_>>().join("\n")
    }
}

pub fn shown(decided: &Decided) -> String {
    let what = match &decided.decision {
        Decision::Plan { channel, at, deferred: false, .. } => format!("plan {channel} {at}"),
        Decision::Plan { channel, at, deferred: true, .. } => format!("defer {channel} {at}"),
        Decision::Join { host } => format!("join {host}"),
        Decision::End { outcome, reason } => format!("end {} {reason}", outcome.name()),
        Decision::Wait { until } => format!("wait {until}"),
    };
    let trail: Vec<&str> = decided.trail.iter().map(|it| it.reason.code()).collect();
    format!("{} {what}: {}", decided.message, trail.join(" ")).trim_end_matches([':', ' ']).into()
}

/// Checks the decisions for a case in which everybody has said yes to e-mail and push.
pub fn check(case: &str, expected: &str) {
    let case = format!("address email push\nyes email\nyes push\n{case}");
    check_bare(&case, expected);
}

pub fn check_bare(case: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    assert_eq!(Case::read(case).arbitrated(), expected.join("\n"), "for {case}");
}

pub fn candidate(id: MessageId, class: Class, value: f64, now: Timestamp) -> Message {
    Message {
        owner: String::new(),
        to: None,
        id,
        person: PersonId(1),
        origin: Origin::Api,
        key: id.to_string(),
        content: ContentName::from("news"),
        topic: Topic::from("offers"),
        purpose: Purpose::Marketing,
        class,
        channels: vec![Channel::Email],
        value,
        vars: Map::new(),
        created: now - Span::minutes(10),
        expires: now + Span::days(1),
        state: MessageState::Waiting,
        trail: Vec::new(),
        digest: false,
        choice: None,
        pinned: None,
        feedback: model::FeedbackSet::default(),
    }
}

pub fn statement(state: ConsentState, at: Timestamp) -> Statement {
    Statement {
        purpose: Purpose::Marketing,
        channel: None,
        topic: None,
        address: None,
        state,
        at,
        source: String::new(),
        wording: String::new(),
        proof: String::new(),
        expires: None,
    }
}

pub fn address(channel: Channel) -> Identifier {
    match channel {
        Channel::Email => Identifier::email("ada@example.com"),
        Channel::Sms => Identifier::new(IdentifierKind::Phone, "+31612345678"),
        Channel::Push => Identifier::new(IdentifierKind::DeviceToken, "t1"),
        Channel::Onsite | Channel::Social | Channel::Webhook => Identifier::user_id("u1"),
    }
}

pub fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn slot_kind(word: &str) -> SlotKind {
    match word {
        "reserved" => SlotKind::Reserved,
        "withheld" => SlotKind::Withheld,
        "unknown" => SlotKind::Unknown,
        _ => SlotKind::Sent,
    }
}

fn channel_set(text: &str) -> ChannelSet {
    match text {
        "any" => ChannelSet::all(),
        names => names.split(',').filter_map(Channel::from_name).collect(),
    }
}
