//! Decisions: a hundred thousand candidates, two for each of some of a million people who each have a
//! month of messages behind them.

use crate::crowd::{NOON, PEOPLE, at, people};
use crate::events::{mark, record, track};
use crate::figure::{Figure, Run};
use crate::machine;
use crate::setup::{append, apply, market_files, open_engine, open_log, open_store};
use crate::store::Watched;
use anyhow::ensure;
use model::{Channel, ChannelSet, LedgerState, Map, PersonId, Span};
use port::Ledger;
use std::path::Path;

const CANDIDATES: u64 = 100_000;

/// Two journeys want something from each of them.
const ASKED: u64 = CANDIDATES / 2;

/// What two cores are to decide in a second: all of it in ten.
const AIM: f64 = 10_000.0;

const WINDOW: Span = Span::minutes(10);

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let store = open_store(dir)?;
    people(&store)?;
    let per_person = machine::disk_bytes(&dir.join("store"))? as f64 / PEOPLE as f64;
    let log = open_log(dir)?;
    append(&log, vec![apply(programme())?])?;
    let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    // A new programme looks at everybody once; that is over before anything is asked.
    at(&mut engine, &store, NOON - Span::minutes(1), None)?;
    drop(engine);
    let position = append(&log, (0..ASKED).map(event).collect())?;
    let before = machine::resident()?;
    let channels = [Channel::Email, Channel::Push, Channel::Onsite].into_iter().collect();
    let mut engine = open_engine(&log, &store, channels)?;
    let asked = at(&mut engine, &store, NOON, Some(position))?;
    let (cpu, notes) = (machine::cpu_seconds()?, store.notes());
    let took = at(&mut engine, &store, NOON + WINDOW, None)?;
    let cpu = machine::cpu_seconds()? - cpu;
    let commits = store.notes().commits.len() - notes.commits.len();
    let memory = machine::resident()?.saturating_sub(before) as f64;
    let checksum = check(&store)?;
    let value = CANDIDATES as f64 / took.as_secs_f64();
    let figure =
        Figure::new("decisions, 1 M people with a month of contacts", value, "candidates/s")
            .limit(AIM, "the aim: 100,000 in 10 s")
            .detail("s for 100,000", took.as_secs_f64())
            .detail("CPU µs per candidate", cpu / CANDIDATES as f64 * 1e6)
            .detail("candidates per commit", CANDIDATES as f64 / commits.max(1) as f64)
            .detail("candidates made per s", CANDIDATES as f64 / asked.as_secs_f64())
            .detail("memory per person in the engine, bytes", memory / ASKED as f64)
            .detail("memory in all, MB", machine::resident()? as f64 / 1e6)
            .detail("store bytes per person", per_person);
    Ok(Run { figures: vec![figure], checksum })
}

fn programme() -> std::collections::BTreeMap<String, String> {
    let mut files = market_files(&["brand.yaml"]);
    let mut put = |path: &str, text: &str| files.insert(path.to_owned(), text.to_owned());
    put(
        "policy.yaml",
        "zone: UTC\nconsent: [email]\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n\
         caps: [{channels: any, at_most: 3, per: 7d}, {channels: [push], at_most: 1, per: 1d}]\n\
         panel: {share: 10%, design: leverage, channels: [email, push]}\n",
    );
    for (name, value, channels) in [("news", 2, "email, push"), ("offer", 1, "push, onsite, email")]
    {
        put(
            &format!("content/{name}.md"),
            &format!("---\ncontent: {name}\ntopic: {name}\nsummary: Something new\n---\nHello.\n"),
        );
        put(
            &format!("journeys/{name}.yaml"),
            &format!(
                "journey: {name}\ntrigger: {{event: Asked}}\nsteps:\n\
                 \x20 - message: {{content: {name}, channels: [{channels}], value: {value}, expires: 2d}}\n"
            ),
        );
    }
    files
}

/// Somebody each time, spread over all.
fn event(number: u64) -> Vec<u8> {
    let person = number * 7_919 % PEOPLE;
    record(track("Asked", number, format!("u-{person:07}"), Map::new(), NOON))
}

/// Made from the state of every candidate and when it is to leave; all of them are decided.
fn check(store: &Watched) -> anyhow::Result<u64> {
    let (mut sum, mut decided, mut dropped) = (0_u64, 0, 0);
    for number in 0..ASKED {
        let person = PersonId(number * 7_919 % PEOPLE + 1);
        for message in store.messages_of(person, None, 10)? {
            ensure!(1 < message.trail.len(), "{} was not decided", message.id);
            decided += 1;
            dropped += u64::from(message.ledger_state() == LedgerState::Dropped);
            let last = message.trail.last().map(|it| format!("{} {}", it.reason, it.detail));
            let what = format!("{} {}", message.content, last.unwrap_or_default());
            sum = sum.wrapping_add(mark(&what));
        }
    }
    ensure!(decided == CANDIDATES, "{decided} candidates were decided");
    ensure!(0 < dropped && dropped < CANDIDATES / 2, "{dropped} were dropped");
    Ok(sum)
}
