//! From events in the log to committed persons, against the store writing the same persons alone.

use crate::events::{mark, record, scatter, shop_event};
use crate::figure::{Figure, Run};
use crate::machine;
use crate::setup::{append, apply, now, open_engine, open_log, open_store};
use crate::store::Watched;
use anyhow::{Context, bail, ensure};
use engine::{Clock, Engine, EngineError, Inline};
use model::{Channel, ChannelSet, Identifier, IdentifierKind, PersonId, Reply, Timestamp};
use port::{Changes, Envelope, LogPosition, Person, Sections, SeenId, Store};
use std::path::Path;
use std::time::{Duration, Instant};

pub const EVENTS: u64 = 200_000;

pub const PERSONS: u64 = 50_000;

/// What one machine of two cores is to do.
const AIM: f64 = 40_000.0;

/// As many as the engine takes in one batch.
const BATCH: usize = 2_000;

pub fn without_programme(dir: &Path) -> anyhow::Result<Run> {
    measure(dir, "events to committed state", None)
}

pub fn with_programme(dir: &Path) -> anyhow::Result<Run> {
    let programme = apply(sim::programme_files())?;
    measure(dir, "the same with a programme", Some(programme))
}

fn measure(dir: &Path, name: &str, programme: Option<Vec<u8>>) -> anyhow::Result<Run> {
    let alone = EVENTS as f64 / store_alone(&dir.join("alone"))?.as_secs_f64();
    let log = open_log(dir)?;
    let store = open_store(dir)?;
    if let Some(programme) = programme {
        let position = append(&log, vec![programme])?;
        let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
        work_until(&mut engine, &store, position)?;
    }
    let position = append(&log, events(0..EVENTS))?;
    let before = store.notes();
    let mut engine = open_engine(&log, &store, [Channel::Email].into_iter().collect())?;
    let (written, cpu) = (machine::bytes_written()?, machine::cpu_seconds()?);
    let took = work_until(&mut engine, &store, position)?;
    let cpu = machine::cpu_seconds()? - cpu;
    let checksum = check(&engine)?;
    drop(engine);
    let notes = store.notes();
    drop(store);
    let written = machine::bytes_written()? - written;
    let events = EVENTS as f64;
    let value = events / took.as_secs_f64();
    let per_event = |it: u64| it as f64 / events;
    let figure = Figure::new(name, value, "events/s")
        .limit(alone, "the store alone, writing the same persons")
        .detail("share of the aim of 40,000/s", value / AIM)
        .detail("CPU µs per event", cpu / events * 1e6)
        .detail("bytes written per event", per_event(written))
        .detail(
            "store bytes on disk per event",
            per_event(machine::disk_bytes(&dir.join("store"))?),
        )
        .detail("log bytes per event", per_event(position.0))
        .detail("rows written per event", per_event(notes.rows - before.rows))
        .detail("events per commit", events / (notes.commits.len() - before.commits.len()) as f64);
    Ok(Run { figures: vec![figure], checksum })
}

/// First everybody once, then whoever comes.
pub fn events(numbers: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    let at = now();
    let person = |number: u64| {
        if number < PERSONS { number } else { scatter(number) % PERSONS }
    };
    numbers.map(|number| record(shop_event(number, person(number), at))).collect()
}

/// Runs the engine's own loop until everything before `end` is committed.
pub fn work_until(
    engine: &mut Engine,
    store: &Watched,
    end: LogPosition,
) -> anyhow::Result<Duration> {
    let mut clock = UntilReached { store: store.clone(), end, failure: None };
    let mut dispatch = Inline::new([Box::new(Nowhere) as Box<dyn port::Channel>], 256);
    let began = Instant::now();
    engine::run(engine, &mut clock, &mut dispatch);
    let took = began.elapsed();
    if let Some(failure) = clock.failure {
        bail!("a turn failed: {failure}");
    }
    ensure!(end <= store.reached(), "the engine stopped early");
    Ok(took)
}

struct UntilReached {
    store: Watched,
    end: LogPosition,
    failure: Option<String>,
}

impl Clock for UntilReached {
    fn now(&mut self) -> Timestamp {
        now()
    }

    fn turned(&mut self, _: &mut Engine) -> bool {
        self.store.reached() < self.end
    }

    fn wait(&mut self, _: &mut Engine, _: Option<Timestamp>) -> bool {
        false
    }

    fn failed(&mut self, error: &EngineError) -> bool {
        self.failure = Some(error.to_string());
        false
    }
}

/// A provider that takes everything.
struct Nowhere;

impl port::Channel for Nowhere {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn concurrency(&self) -> usize {
        256
    }

    fn send(&self, _: &Envelope) -> Reply {
        Reply::Accepted { provider_id: String::new() }
    }
}

/// Made from every stored person: who they are, and how many events they have.
fn check(engine: &Engine) -> anyhow::Result<u64> {
    let views = engine.reader()?;
    let (mut after, mut sum, mut events) = (None, 0_u64, 0);
    loop {
        let ids = views.ids_after(after, BATCH)?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        for person in views.load(&ids)? {
            let who = person.known.user_id().context("a person without a user id")?;
            sum = sum.wrapping_add(mark(&format!("{} {}", who.value, person.recent.len())));
            events += person.recent.len() as u64;
        }
    }
    let persons = views.count()?;
    ensure!(persons == PERSONS, "there are {persons} persons");
    ensure!(events == EVENTS, "the persons have {events} events");
    Ok(sum)
}

/// As many persons of the same kind, in the same order and in batches of the same size.
fn store_alone(dir: &Path) -> anyhow::Result<Duration> {
    let mut store = open_store(dir)?;
    let at = now();
    let mut people: Vec<Person> = (0..PERSONS).map(|number| person(number, at)).collect();
    let numbers: Vec<u64> =
        (0..EVENTS).map(|it| if it < PERSONS { it } else { scatter(it) % PERSONS }).collect();
    let began = Instant::now();
    for (batch, numbers) in numbers.chunks(BATCH).enumerate() {
        let position = LogPosition((batch * BATCH) as u64);
        let mut touched = numbers.to_vec();
        for number in numbers {
            people[*number as usize].remember(at, position);
        }
        touched.sort_unstable();
        touched.dedup();
        let first = (batch * BATCH) as u64;
        let is_new = first < PERSONS;
        let sections = if is_new { Sections::ALL } else { Sections::HOT };
        let touched = || touched.iter().map(|number| &people[*number as usize]);
        let identifiers = |it: &Person| {
            let of = it.id;
            it.known.identifiers.keys().map(move |known| (known.clone(), of)).collect::<Vec<_>>()
        };
        store.commit(&Changes {
            now: at,
            log_position: Some(position),
            people: touched().map(|it| (it, sections)).collect(),
            identifiers: if is_new {
                touched().flat_map(identifiers).collect()
            } else {
                Vec::new()
            },
            seen: (first..first + numbers.len() as u64).map(|it| seen(it, at)).collect(),
            ..Changes::default()
        })?;
    }
    Ok(began.elapsed())
}

fn person(number: u64, at: Timestamp) -> Person {
    let mut person = Person::new(PersonId(number + 1), at);
    let identifier = Identifier::new(IdentifierKind::UserId, &format!("u-{number:07}"));
    person.known.join(identifier, at);
    person
}

fn seen(number: u64, received: Timestamp) -> SeenId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&scatter(number).to_le_bytes());
    id[8..].copy_from_slice(&number.to_le_bytes());
    SeenId { id, received }
}
