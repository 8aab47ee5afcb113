//! One value of each stored form, with every field that it can have.

use crate::log::{BroadcastAction, PauseAction, PostAction};
use crate::programme::{Programme, parse};
use crate::{Act, Control, Fact, LogRecord, MessageOrder};
use audience::{Facts, Truth, View};
use decision::learning::{Learned, Pressure, PressureEntry, Trial};
use decision::panel::{Assignment, Cohort};
use decision::{
    ConsentState, Consents, Contacts, QuietHours, Slot, SlotKind, Statement, Suppression, Wishes,
};
use identity::MergeRecord;
use journey::{Input, Journeys, Runs, World};
use model::{
    CampaignName, ChanceKey, Channel, ChannelSet, Choice, Class, ContentName, Event, EventFlags,
    EventKind, Feedback, FeedbackSet, Identifier, IdentifierKind, JourneyName, LedgerState, Map,
    MergeId, Message, MessageId, MessageState, Network, Offered, OfferedHour, Origin, PersonId,
    Purpose, Reason, RunId, SourceId, Span, Timestamp, Topic, TrailEntry, Value,
};
use port::{Kept, LogPosition, Merge, PanelEntry, Person, Recent, Undone};
use std::collections::BTreeMap;

const T0: Timestamp = Timestamp(1_795_424_400_000);

/// So many minutes after nine o'clock on 2026-11-23.
fn at(minutes: i64) -> Timestamp {
    T0 + Span::minutes(minutes)
}

struct NoConsent;

impl Facts for NoConsent {
    fn consent(&self, _channel: Channel, _topic: &str, _now: Timestamp) -> Truth {
        Truth::lasting(false)
    }
}

pub(super) fn properties() -> Map {
    let inner: Map = [("city".to_owned(), Value::from("Utrecht"))].into_iter().collect();
    let fields = [
        ("order_id", Value::from("o1")),
        ("revenue", Value::Number(19.5)),
        ("first", Value::Bool(true)),
        ("coupon", Value::Null),
        ("items", Value::List(vec![Value::from("bell"), Value::Number(2.0)])),
        ("address", Value::Map(inner)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn event() -> Event {
    Event {
        source: SourceId::from("shop"),
        message_id: Some("e1".to_owned()),
        kind: EventKind::Track { name: "Order Completed".to_owned() },
        user_id: Some("ada".to_owned()),
        anonymous_id: Some("cookie".to_owned()),
        properties: properties(),
        context: [("locale".to_owned(), Value::from("nl-NL"))].into_iter().collect(),
        time: at(0),
        received: at(1),
        flags: EventFlags { clock: true, historical: true },
    }
}

pub(super) fn records() -> Vec<(&'static str, LogRecord)> {
    let minimal = Event {
        message_id: None,
        kind: EventKind::Page { name: "Home".to_owned() },
        user_id: None,
        properties: Map::new(),
        context: Map::new(),
        flags: EventFlags::default(),
        ..event()
    };
    let acts = acts();
    let files: BTreeMap<_, _> =
        [("brand.yaml".to_owned(), "name: Shop\n".to_owned())].into_iter().collect();
    let by = "crm@shop.example".to_owned();
    let name = CampaignName::from("spring");
    vec![
        ("fact.1.smallest", LogRecord::Fact(Fact::of(minimal))),
        ("fact.1", LogRecord::Fact(Fact { event: event(), person: Some(PersonId(12)), acts })),
        (
            "control.1.apply",
            LogRecord::Control(Control::Apply {
                files: files.clone(),
                by: by.clone(),
                after: None,
            }),
        ),
        (
            "control.1.apply.after",
            LogRecord::Control(Control::Apply { files, by: by.clone(), after: Some(7) }),
        ),
        (
            "control.1.broadcast",
            LogRecord::Control(Control::Broadcast {
                name,
                action: BroadcastAction::Start,
                by: by.clone(),
            }),
        ),
        ("control.1.post", LogRecord::Control(post_again(&by))),
        ("control.1.end_fill", LogRecord::Control(Control::EndFill { by: by.clone() })),
        (
            "control.1.release",
            LogRecord::Control(Control::Release {
                scope: "journey/welcome".to_owned(),
                by: by.clone(),
            }),
        ),
        ("control.1.pause", LogRecord::Control(paused(&by))),
        ("control.1.resume", LogRecord::Control(Control::Resume { by })),
        (
            "fact.1.erase",
            LogRecord::Fact(Fact {
                event: event(),
                person: Some(PersonId(12)),
                acts: vec![Act::Erase],
            }),
        ),
        (
            "fact.1.send",
            LogRecord::Fact(Fact { event: event(), person: None, acts: vec![order()] }),
        ),
        ("blank.1", LogRecord::Blank),
    ]
}

fn paused(by: &str) -> Control {
    let (journey, action) = ("welcome".into(), PauseAction::Pause);
    Control::Pause { journey, action, by: by.to_owned() }
}

fn post_again(by: &str) -> Control {
    Control::Post {
        name: CampaignName::from("launch"),
        action: PostAction::Again,
        by: by.to_owned(),
        network: Some(Network::Mastodon),
    }
}

fn order() -> Act {
    Act::Send(MessageOrder {
        key: "order-17".to_owned(),
        content: ContentName::from("receipt"),
        channels: vec![Channel::Email, Channel::Sms],
        class: Some(Class::Service),
        value: 1.5,
        to: Some(Identifier::email("ada@shop.example")),
        expires: at(600),
    })
}

pub(super) fn acts() -> Vec<Act> {
    vec![
        Act::State(statement(Some(Channel::Email), ConsentState::Granted)),
        Act::Wish(wishes()),
        Act::Suppress(suppression()),
        Act::Settle { message: MessageId(7), delivered: true, detail: "250 ok".to_owned() },
    ]
}

fn statement(channel: Option<Channel>, state: ConsentState) -> Statement {
    Statement {
        proof: String::new(),
        expires: None,
        purpose: Purpose::Marketing,
        channel,
        topic: Some(Topic::from("news")),
        address: Some(Identifier::email("ada@shop.example")),
        state,
        at: at(0),
        source: "sign-up form".to_owned(),
        wording: "Yes, write to me".to_owned(),
    }
}

fn wishes() -> Wishes {
    Wishes {
        at: at(2),
        channels_off: ChannelSet::EMPTY.with(Channel::Sms),
        limit: Some((2, Span::WEEK)),
        quiet_hours: Some(QuietHours { from: 20 * 60, to: 9 * 60 }),
        paused_until: Some(at(600)),
        zone: Some("Europe/Amsterdam".to_owned()),
    }
}

fn suppression() -> Suppression {
    let address = Identifier::email("old@shop.example");
    Suppression { address, reason: Reason::Bounced, at: at(3) }
}

fn consents() -> Consents {
    let mut one = Consents::default();
    one.record(statement(Some(Channel::Email), ConsentState::Granted));
    one.record(statement(None, ConsentState::Unconfirmed));
    one.set_wishes(wishes());
    one.suppress(suppression());
    let mut other = Consents::default();
    other.record(statement(Some(Channel::Push), ConsentState::Withdrawn));
    let mut merged = Consents::merge(&one, &other);
    merged.record(Statement { at: at(5), ..statement(Some(Channel::Push), ConsentState::Granted) });
    merged
}

fn contacts() -> Contacts {
    let kinds = [
        SlotKind::Sent,
        SlotKind::Reserved,
        SlotKind::InFlight,
        SlotKind::Unknown,
        SlotKind::Withheld,
    ];
    let mut contacts = Contacts::default();
    for (n, kind) in kinds.into_iter().enumerate() {
        let message = MessageId(n as u64 + 1);
        let (channel, topic) = (Channel::Email, Topic::from("news"));
        contacts.reserve(Slot {
            owner: String::new(),
            at: at(n as i64),
            message,
            channel,
            topic,
            kind,
        });
    }
    contacts.arbitrate_at = Some(at(10));
    contacts
}

/// A programme that makes a person keep one of everything.
const PROGRAMME: &str = r#"
== audiences/buyers.yaml
audience: buyers
when: did("Order Completed", last 30d) and count("Order Completed") >= 1 and first("Order Completed") < now
== audiences/spenders.yaml
audience: spenders
when: sum("Order Completed", revenue, last 30d) > 1 or sum("Order Completed", revenue) > 1 or last("Order Completed") < 1d ago
== audiences/often.yaml
audience: often
when: count("Order Completed", last 7d) >= 5
== journeys/thanks.yaml
journey: thanks
trigger: {event: "Order Completed"}
key: order_id
steps:
  - wait: 1d
== journeys/test.yaml
journey: test
trigger: {event: "Order Completed"}
goal: {event: "Review", within: 30d, ends: false}
steps:
  - id: arms
    split:
      arms: {a: 50, b: 50}
      steps: {a: [{set_trait: {name: arm, value: drawn}}], b: [{set_trait: {name: arm, value: drawn}}]}
"#;

fn programme() -> Programme {
    match parse(&super::files(PROGRAMME)) {
        Ok(programme) => programme,
        Err(problems) => panic!("{problems:?}"),
    }
}

pub(super) fn person() -> Person {
    let programme = programme();
    let definitions = programme.definitions().expect("sound");
    let mut person = Person::new(PersonId(12), at(-60));
    let identifiers = [
        Identifier::user_id("ada"),
        Identifier::email("ada@shop.example"),
        Identifier::new(IdentifierKind::Phone, "+31 30 123 4567"),
        Identifier::new(IdentifierKind::Handle, "@ada@social.example"),
        Identifier::new(IdentifierKind::DeviceToken, "token"),
        Identifier::anonymous_id("cookie"),
    ];
    for (n, identifier) in identifiers.into_iter().enumerate() {
        person.known.join(identifier, at(n as i64));
    }
    let event = Event { flags: EventFlags::default(), ..event() };
    person.profile.set_trait("plan", Value::from("pro"), at(0));
    person.profile.set_trait("gone", Value::Null, at(0));
    person.profile.observe(&event, &definitions, &NoConsent, at(1));
    person.consents = consents();
    person.contacts = contacts();
    person.runs = runs(&programme, &person, &event);
    person.panel = Some(PanelEntry {
        assignment: Assignment {
            epoch: 1,
            inside: true,
            cell: 2,
            cohort: Cohort::default(),
            assigned: at(0),
            counted_from: Some(at(1)),
            exposed: true,
            exposed_by: None,
            identifiers: vec![Identifier::user_id("ada")],
        },
        totals: [("revenue".to_owned(), 19.5)].into_iter().collect(),
        cohort_day: at(0).day(),
        fold: None,
    });
    person.learned = learned();
    person.recent = vec![Recent { at: at(0), position: LogPosition(512) }];
    person.last_seen = at(1);
    person
}

fn learned() -> Learned {
    let mut learned = Learned::default();
    for (n, channel) in [Channel::Email, Channel::Push, Channel::Push].into_iter().enumerate() {
        let (message, sent) = (MessageId(20 + n as u64), at(n as i64));
        let ends = sent + Span::days(3 + n as i64);
        let hour = 30 + n as u8;
        learned.follow(Trial { ends, message, channel, sent, hour, expected: 55, answered: false });
    }
    learned.respond_to(MessageId(20), at(5));
    learned.settle(at(0) + Span::days(4), Span::days(90));
    let pressure = Pressure { share: 0.2, window: Span::days(28) };
    let key = ChanceKey([1; 32]);
    learned.fold(PersonId(12), &key);
    learned.pressure = Some(PressureEntry::draw(&pressure, PersonId(12), &key, at(0)));
    learned
}

fn runs(programme: &Programme, person: &Person, event: &Event) -> Runs {
    let mut journeys = Journeys::new();
    for journey in &programme.journeys {
        let mut journey = journey.clone();
        journey.version = 3;
        journeys.insert(journey).expect("sound");
    }
    let view = View { profile: &person.profile, facts: &NoConsent, event: Some(event) };
    let world = World {
        lookup: &view,
        now: at(1),
        chance: &ChanceKey([1; 32]),
        person: person.id,
        zone: None,
        default_zone: "UTC",
        historical: false,
        identifier: None,
    };
    let (mut runs, mut next) = (Runs::default(), 0);
    let mut new_run = || {
        next += 1;
        RunId(next)
    };
    runs.handle(Input::Event(event), &journeys, &world, &mut new_run);
    runs
}

pub(super) fn messages() -> Vec<(&'static str, Message)> {
    let (channel, address) = (Channel::Email, Identifier::email("ada@shop.example"));
    let ended = MessageState::Ended {
        outcome: LedgerState::HeldOut,
        reason: Reason::HeldOut,
        channel: Some(channel),
        at: at(10),
    };
    let planned = MessageState::Planned {
        channel,
        address: address.clone(),
        at: at(10),
        deferred: true,
        attempt: 1,
    };
    let flying = MessageState::InFlight { channel, address, since: at(10), attempt: 2 };
    let journey = Origin::Journey {
        journey: JourneyName::from("welcome"),
        run: RunId(4),
        step: "0".to_owned(),
    };
    let broadcast = Origin::Broadcast { campaign: CampaignName::from("spring") };
    let mut feedback = FeedbackSet::default();
    [Feedback::Delivered, Feedback::Clicked, Feedback::Replied]
        .into_iter()
        .for_each(|it| feedback.add(it));
    let heard = Message { feedback, ..message(Origin::Api, ended.clone()) };
    let drawn = Message { choice: Some(Box::new(choice())), ..message(Origin::Api, ended.clone()) };
    vec![
        ("message.waiting", message(journey.clone(), MessageState::Waiting)),
        ("message.planned", message(broadcast, planned)),
        ("message.in_flight", message(Origin::Api, flying)),
        ("message.ended", message(journey, ended)),
        ("message.drawn", drawn),
        ("message.heard", heard),
    ]
}

fn choice() -> Choice {
    let hour = |after_ms, hour, parts| OfferedHour { after_ms, hour, parts };
    Choice {
        at: at(10),
        policy: 14,
        floor: 100_000,
        draw: 620_001,
        redrawn: 1,
        offered: vec![
            Offered {
                channel: Channel::Email,
                hours: vec![hour(0, 9, 600_000), hour(1_800_000, 10, 100_000)],
            },
            Offered { channel: Channel::Push, hours: vec![hour(0, 9, 300_000)] },
        ],
        channel: Channel::Email,
        instant: at(40),
        response: Some(true),
    }
}

fn message(origin: Origin, state: MessageState) -> Message {
    Message {
        owner: String::new(),
        to: None,
        id: MessageId(7),
        person: PersonId(12),
        key: format!("{origin}/r4/0/1"),
        origin,
        content: ContentName::from("hello"),
        topic: Topic::from("news"),
        purpose: Purpose::Transactional,
        class: Class::Lifecycle,
        channels: vec![Channel::Email, Channel::Push],
        value: 1.25,
        vars: properties(),
        created: at(0),
        expires: at(1_440),
        state,
        trail: vec![
            TrailEntry { at: at(0), reason: Reason::Created, detail: "journey/welcome".to_owned() },
            TrailEntry { at: at(10), reason: Reason::Planned, detail: String::new() },
        ],
        digest: false,
        choice: None,
        pinned: None,
        feedback: model::FeedbackSet::default(),
    }
}

pub(super) fn merge() -> Merge {
    let (mut survivor, mut absorbed) = (person(), Person::new(PersonId(13), at(-5)));
    absorbed.known.join(Identifier::anonymous_id("other"), at(-5));
    survivor.open = vec![messages().remove(0).1];
    let record = MergeRecord {
        at: at(20),
        survivor: survivor.id,
        absorbed: absorbed.id,
        by: Identifier::anonymous_id("other"),
        cause: "one event carried user_id and anonymous_id".to_owned(),
        survivor_known: survivor.known.clone(),
        absorbed_known: absorbed.known.clone(),
    };
    Merge {
        id: MergeId(4),
        record,
        survivor,
        absorbed,
        kept: Some(Kept { from: 9, until: at(30) }),
        undone: Some(Undone {
            at: at(25),
            by: "admin".to_owned(),
            allowed: Some((at(26), "admin".to_owned())),
        }),
    }
}

/// Every reason and every outcome has a word that stays.
pub(super) fn words() -> BTreeMap<&'static str, Vec<String>> {
    fn of<T: serde::Serialize>(all: &[T]) -> Vec<String> {
        let word = |it: &T| serde_json::to_value(it).expect("plain data");
        all.iter().map(|it| word(it).as_str().expect("a word").to_owned()).collect()
    }
    [
        ("reasons", of(Reason::ALL)),
        ("ledger states", of(&LedgerState::ALL)),
        ("channels", of(&Channel::ALL)),
        ("identifier kinds", of(&IdentifierKind::ALL)),
        ("classes", of(&Class::ALL)),
    ]
    .into_iter()
    .collect()
}
