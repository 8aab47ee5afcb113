//! A new audience over a history: from the programme that brings it to its committed members.

use crate::crowd::{at, say_next};
use crate::events::mark;
use crate::facts::{BEGIN, DAYS, FACTS_PER_PERSON, number_of_facts, peers, timed, write};
use crate::figure::{Figure, Run};
use crate::setup::{append, apply, market_files, open_engine, open_log, open_store};
use crate::store::Watched;
use anyhow::{Context, ensure};
use engine::{Engine, FillChunk, FillOrder};
use lake::Lake;
use model::{ChannelSet, Identifier, IdentifierKind, PersonId, Span, Timestamp};
use port::{Changes, History, LogPosition, People, Person, Sections, Store};
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// The moment at which it is asked: the end of what happened.
const NOW: Timestamp = Timestamp(BEGIN + DAYS as i64 * Span::DAY.0);

const AUDIENCE: &str = "audience: buyers
when: count(\"Order Completed\", last 20d) >= 3 and not did(\"Cart Updated\", last 20d)
";

/// Chunks that wait for the loop, as in the server.
const WAITING: usize = 4;

const MEMBERS_AT_ONCE: usize = 100_000;

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let facts = number_of_facts()?;
    let people = (facts / FACTS_PER_PERSON).max(1);
    let folder = dir.join("history");
    let lake = Lake::open(&folder, LogPosition(u64::MAX))?;
    write(&lake, facts)?;
    while lake.compact(i64::MAX)? {}
    let store = open_store(dir)?;
    store_people(&store, people)?;
    let log = open_log(dir)?;
    let mut files = market_files(&["brand.yaml"]);
    append(&log, vec![apply(files.clone())?])?;
    let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    engine.fill_from_history();
    at(&mut engine, &store, NOW, None)?;
    files.insert("audiences/buyers.yaml".to_owned(), AUDIENCE.to_owned());
    append(&log, vec![apply(files)?])?;
    let mut read = None;
    let whole = timed(|| {
        at(&mut engine, &store, NOW, None)?;
        let mut order = engine.fill_order().context("nothing is to be filled")?;
        // The rows were not written by way of this log, and all of them were before.
        order.filling.until = u64::MAX;
        read = Some(fill(&lake, &order, &mut engine, &store)?);
        Ok(0)
    })?;
    let read = read.context("nothing was read")?;
    let (members, sum) = members(&store)?;
    let figure = Figure::new("a new audience over the history", whole.wall, "s")
        .detail("people", people as f64)
        .detail("facts", facts as f64)
        .detail("members", members as f64)
        .detail("CPU s", whole.cpu)
        .detail("of that, s until all was read", read);
    let figure = match peers(dir, &folder, "audience") {
        Ok(peers) => {
            for (name, it) in [("DuckDB", &peers.duckdb), ("Polars", &peers.polars)] {
                let found = it.found.context("the other program found nothing")?;
                ensure!(found == members, "{name} finds {found} members, we {members}");
            }
            figure
                .limit(peers.duckdb.wall, "DuckDB answers it once, and keeps nothing")
                .detail("DuckDB, CPU s", peers.duckdb.cpu)
                .detail("Polars, s", peers.polars.wall)
                .detail("Polars, CPU s", peers.polars.cpu)
        }
        Err(error) => {
            eprintln!("other programs are left out: {error:#}");
            figure
        }
    };
    Ok(Run { figures: vec![figure], checksum: mark(&format!("{members} {sum}")) })
}

/// One thread reads, and the loop takes what it found. Returns after how many seconds all was read.
fn fill(
    lake: &Lake,
    order: &FillOrder,
    engine: &mut Engine,
    store: &Watched,
) -> anyhow::Result<f64> {
    let (hand, chunks) = sync_channel::<FillChunk>(WAITING);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            timed(|| {
                engine::fill(lake, order, &mut |chunk| hand.send(chunk).is_ok())?;
                Ok(0)
            })
        });
        while let Ok(chunk) = chunks.recv() {
            engine.filled(chunk);
            at(engine, store, NOW, None)?;
        }
        let read = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
        ensure!(engine.fill_order().is_none(), "the loop waits for more");
        at(engine, store, NOW, None)?;
        Ok(read.wall)
    })
}

fn store_people(store: &Watched, people: u64) -> anyhow::Result<()> {
    const AT_ONCE: u64 = 10_000;
    let joined = Timestamp(BEGIN);
    let mut store = store.clone();
    for first in (1..=people).step_by(AT_ONCE as usize) {
        let person = |number: u64| {
            let mut person = Person::new(PersonId(number), joined);
            let user = Identifier::new(IdentifierKind::UserId, &format!("user-{number}"));
            person.known.join(user, joined);
            person
        };
        let made: Vec<Person> = (first..(first + AT_ONCE).min(people + 1)).map(person).collect();
        let known = |it: &Person| {
            let of = it.id;
            it.known.identifiers.keys().map(move |it| (it.clone(), of)).collect::<Vec<_>>()
        };
        store.commit(&Changes {
            now: joined,
            people: made.iter().map(|it| (it, Sections::ALL)).collect(),
            identifiers: made.iter().flat_map(known).collect(),
            ..Changes::default()
        })?;
    }
    say_next(&mut store, people)
}

/// How many there are, and a sum of their numbers.
fn members(store: &Watched) -> anyhow::Result<(u64, u64)> {
    let (mut after, mut count, mut sum) = (None, 0, 0_u64);
    loop {
        let ids = store.members("buyers", after, MEMBERS_AT_ONCE)?;
        let Some(last) = ids.last() else { return Ok((count, sum)) };
        after = Some(*last);
        count += ids.len() as u64;
        sum = ids.iter().fold(sum, |sum, it| sum.wrapping_add(it.0));
    }
}
