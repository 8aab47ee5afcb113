//! A million people in a store, and an engine that works for them while its clock stands.

use crate::events::scatter;
use crate::store::Watched;
use anyhow::{bail, ensure};
use decision::{ConsentState, Slot, SlotKind, Statement};
use engine::{Clock, Engine, EngineError, Inline};
use model::{
    Channel, Identifier, IdentifierKind, MessageId, PersonId, Purpose, Span, Timestamp, Topic,
};
use port::{Changes, Entry, LogPosition, People, Person, Sections, Space, Store};
use std::time::{Duration, Instant};

pub const PEOPLE: u64 = 1_000_000;

/// Messages that everybody got in the last 30 days.
const CONTACTS: u64 = 8;

/// Noon on a Tuesday, the same in each run, or nights would decide otherwise.
pub const NOON: Timestamp = Timestamp(1_795_521_600_000);

/// Runs the engine's loop at one instant, until the log is taken up to `end`, or until it rests.
pub fn at(
    engine: &mut Engine,
    store: &Watched,
    now: Timestamp,
    end: Option<LogPosition>,
) -> anyhow::Result<Duration> {
    let mut clock = Still { now, store: store.clone(), end, failure: None };
    // Nothing is sent: without a provider that has room, what is decided stays planned.
    let mut dispatch = Inline::new([], 0);
    let began = Instant::now();
    engine::run(engine, &mut clock, &mut dispatch);
    let took = began.elapsed();
    if let Some(failure) = clock.failure {
        bail!("a turn failed: {failure}");
    }
    Ok(took)
}

struct Still {
    now: Timestamp,
    store: Watched,
    end: Option<LogPosition>,
    failure: Option<String>,
}

impl Clock for Still {
    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn turned(&mut self, _: &mut Engine) -> bool {
        self.end.is_none_or(|end| self.store.reached() < end)
    }

    fn wait(&mut self, _: &mut Engine, _: Option<Timestamp>) -> bool {
        false
    }

    fn failed(&mut self, error: &EngineError) -> bool {
        self.failure = Some(error.to_string());
        false
    }
}

/// Stores a million people, each with a month of messages behind them.
pub fn people(store: &Watched) -> anyhow::Result<()> {
    /// So many are in memory at once while they are made.
    const AT_ONCE: u64 = 10_000;
    let mut store = store.clone();
    for first in (0..PEOPLE).step_by(AT_ONCE as usize) {
        let people: Vec<Person> = (first..first + AT_ONCE).map(person).collect();
        let known = |it: &Person| {
            let of = it.id;
            it.known.identifiers.keys().map(move |it| (it.clone(), of)).collect::<Vec<_>>()
        };
        store.commit(&Changes {
            now: NOON,
            people: people.iter().map(|it| (it, Sections::ALL)).collect(),
            identifiers: people.iter().flat_map(known).collect(),
            ..Changes::default()
        })?;
    }
    say_next(&mut store, PEOPLE)?;
    ensure!(store.count()? == PEOPLE, "not everybody was stored");
    Ok(())
}

fn person(number: u64) -> Person {
    let joined = NOON - Span::days(90);
    let mut person = Person::new(PersonId(number + 1), joined);
    let device = Identifier::new(IdentifierKind::DeviceToken, &format!("d-{number:07}"));
    let user = Identifier::new(IdentifierKind::UserId, &format!("u-{number:07}"));
    let email = Identifier::email(&format!("u{number:07}@shop.example"));
    for identifier in [user, email, device] {
        person.known.join(identifier, joined);
    }
    person.consents.record(Statement {
        purpose: Purpose::Marketing,
        channel: Some(Channel::Email),
        topic: None,
        address: None,
        state: ConsentState::Granted,
        at: joined,
        source: "sign-up".to_owned(),
        wording: "v1".to_owned(),
        proof: String::new(),
        expires: None,
    });
    for contact in 0..CONTACTS {
        let drawn = scatter(number * CONTACTS + contact);
        let minutes = (drawn % (30 * 24 * 60)) as i64;
        person.contacts.reserve(Slot {
            at: NOON - Span::minutes(minutes + 1),
            message: MessageId(number * CONTACTS + contact + 1_000_000_000),
            channel: [Channel::Email, Channel::Push, Channel::Onsite][(drawn >> 32) as usize % 3],
            topic: Topic::from(["news", "offer"][(drawn >> 40) as usize % 2]),
            owner: String::new(),
            kind: SlotKind::Sent,
        });
    }
    person
}

/// Says which numbers are taken, or the engine would not know that these people are there.
pub fn say_next(store: &mut Watched, people: u64) -> anyhow::Result<()> {
    let next = serde_json::json!({"person": people + 1, "message": 1, "run": 1});
    let entries = vec![Entry::put(Space::System, "next".to_owned(), next.to_string().into_bytes())];
    Ok(store.commit(&Changes { now: NOON, entries, ..Changes::default() })?)
}
