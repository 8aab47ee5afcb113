//! How long after an event was due the audience that it belongs to is committed, at a steady rate.

use crate::events::{mark, record, scatter, track};
use crate::figure::{Figure, Run, median, quantile};
use crate::setup::{append, apply, market_files, now, open_engine, open_log, open_store};
use anyhow::{Context, ensure};
use engine::Host;
use log_segments::SegmentLog;
use model::{ChannelSet, Map, Timestamp};
use port::{Changes, FactLog, LogPosition, People, Store};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const PER_TICK: u64 = 10;

const TICK: Duration = Duration::from_millis(1);

/// Ten seconds of 10,000 events each.
const TICKS: u64 = 10_000;

const PERSONS: u64 = 20_000;

/// What a page that asks "am I in?" right after the event may notice.
const AIM_MS: f64 = 100.0;

const DRAIN_MAX: Duration = Duration::from_secs(60);

const AUDIENCE: &str = "audience: viewers\nwhen: did(\"Product Viewed\", last 30d)\n";

/// When a tick's events were due, and where they ended in the log.
type Appended = Arc<Mutex<Vec<(Instant, LogPosition)>>>;

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let floor = floor_ms(&dir.join("floor"))?;
    let log = open_log(dir)?;
    let mut store = open_store(dir)?;
    let mut files = market_files(&["brand.yaml", "topics.yaml"]);
    files.insert("audiences/viewers.yaml".to_owned(), AUDIENCE.to_owned());
    append(&log, vec![apply(files)?])?;
    let engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    let host = Host::start(engine, Vec::new());
    // Records are made beforehand: what is measured begins with the append.
    let at = now();
    let mut ticks: Vec<Vec<Vec<u8>>> = (0..TICKS).map(|tick| records(tick, at)).collect();
    let appended: Appended = Arc::default();
    let began = Instant::now() + TICK;
    for (tick, records) in ticks.drain(..).enumerate() {
        let due = began + TICK * tick as u32;
        // Late ticks are made up for at once: the load does not wait for who carries it.
        if let Some(early) = due.checked_duration_since(Instant::now()) {
            wait(early);
        }
        append_due(&log, records, due, &appended);
    }
    let took = began.elapsed().as_secs_f64();
    // Answered after all others.
    let end = log.append_and_wait(Vec::new())?;
    ensure!(store.wait_for(end, DRAIN_MAX), "after {DRAIN_MAX:?} not all events were committed");
    drop(host);
    let mut lags = lags(&appended, &store.notes().commits)?;
    let checksum = check(&mut store)?;
    let middle = quantile(&mut lags, 0.5);
    let slow = quantile(&mut lags, 0.99);
    let rate = (TICKS * PER_TICK) as f64 / took;
    let figures = vec![
        Figure::new("lag at 10,000 events/s, p50", middle, "ms")
            .limit(floor, "one append and one commit on an idle engine (less is better)"),
        Figure::new("lag at 10,000 events/s, p99", slow, "ms")
            .limit(AIM_MS, "the aim (less is better)")
            .detail("events offered per second", rate)
            .detail("longest, ms", lags.last().copied().unwrap_or(0.0))
            .detail("commits", store.notes().commits.len() as f64),
    ];
    Ok(Run { figures, checksum })
}

/// Returns no earlier, and as little later as the system allows.
fn wait(duration: Duration) {
    let until = Instant::now() + duration;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}

fn person(number: u64) -> u64 {
    scatter(number) % PERSONS
}

fn records(tick: u64, at: Timestamp) -> Vec<Vec<u8>> {
    let numbers = tick * PER_TICK..(tick + 1) * PER_TICK;
    let event = |number: u64| {
        track("Product Viewed", number, format!("u-{:06}", person(number)), Map::new(), at)
    };
    numbers.map(|number| record(event(number))).collect()
}

fn append_due(log: &SegmentLog, records: Vec<Vec<u8>>, due: Instant, appended: &Appended) {
    let appended = appended.clone();
    let note = move |result: Result<LogPosition, port::LogError>| {
        // One that is not on disk is missed at the end, when they are counted.
        if let Ok(position) = result {
            appended.lock().unwrap_or_else(PoisonError::into_inner).push((due, position));
        }
    };
    log.append(records, Box::new(note));
}

/// From when each tick was due to the first commit that reached its end, in milliseconds.
fn lags(appended: &Appended, commits: &[(Instant, LogPosition)]) -> anyhow::Result<Vec<f64>> {
    let appended = appended.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(appended.len() == TICKS as usize, "only {} ticks are on disk", appended.len());
    let lag = |(due, end): &(Instant, LogPosition)| {
        let place = commits.partition_point(|(_, reached)| reached < end);
        let (done, _) = commits.get(place).context("a tick was never committed")?;
        Ok(done.saturating_duration_since(*due).as_secs_f64() * 1e3)
    };
    appended.iter().map(lag).collect()
}

/// Whoever had an event is in the audience, and nobody else.
fn check(store: &mut crate::store::Watched) -> anyhow::Result<u64> {
    let mut expected: Vec<u64> = (0..TICKS * PER_TICK).map(person).collect();
    expected.sort_unstable();
    expected.dedup();
    let ids = store.ids_after(None, usize::try_from(PERSONS)? + 1)?;
    let mut members = 0;
    let mut sum = 0_u64;
    for person in store.load(&ids)? {
        if person.profile.memberships().contains_key("viewers") {
            members += 1;
            let who = person.known.user_id().context("a person without a user id")?;
            sum = sum.wrapping_add(mark(&who.value));
        }
    }
    ensure!(members == expected.len(), "{members} members instead of {}", expected.len());
    Ok(sum)
}

/// One durable append and then one commit, when nothing else is done.
fn floor_ms(dir: &Path) -> anyhow::Result<f64> {
    const TRIES: u64 = 200;
    let log = open_log(dir)?;
    let mut store = open_store(dir)?;
    let mut took = Vec::new();
    for tick in 0..TRIES {
        let records = records(tick, now());
        let began = Instant::now();
        let position = log.append_and_wait(records)?;
        store.commit(&Changes {
            now: now(),
            log_position: Some(position),
            ..Changes::default()
        })?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    median(took).context("nothing was tried")
}
