//! What a person and an event take, in memory and on the disk.

use crate::figure::{Figure, Run};
use crate::process::{EVENTS, PERSONS, events, work_until};
use crate::setup::{append, open_engine, open_log, open_store};
use crate::{events::mark, machine};
use anyhow::ensure;
use model::ChannelSet;
use port::{FactLog, People};
use std::path::Path;

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    // Each person with one event, then many events of the same persons.
    let people = step(dir, 0..PERSONS)?;
    let later = step(dir, PERSONS..EVENTS)?;
    let (persons, events) = (PERSONS as f64, (EVENTS - PERSONS) as f64);
    let figures = vec![
        Figure::new("memory per person", people.memory / persons, "bytes")
            .detail("MB in all, with the store's cache", people.memory / 1e6),
        Figure::new("disk per person, first event", people.store / persons, "bytes"),
        Figure::new("disk per event, store", (later.store - people.store) / events, "bytes"),
        Figure::new("disk per event, log", later.log / (EVENTS as f64), "bytes"),
    ];
    let work = format!("{} {} {}", people.persons, later.persons, later.end);
    Ok(Run { figures, checksum: mark(&work) })
}

struct Step {
    /// What this process grew by, with everybody in the engine's memory.
    memory: f64,
    /// On the disk after closing.
    store: f64,
    log: f64,
    persons: u64,
    end: u64,
}

fn step(dir: &Path, numbers: std::ops::Range<u64>) -> anyhow::Result<Step> {
    let log = open_log(dir)?;
    let end = append(&log, events(numbers))?;
    let before = machine::resident()?;
    let store = open_store(dir)?;
    let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    work_until(&mut engine, &store, end)?;
    let memory = machine::resident()?.saturating_sub(before) as f64;
    let persons = store.count()?;
    ensure!(persons == PERSONS, "there are {persons} persons");
    ensure!(log.durable_end() == end, "the log grew by itself");
    drop(engine);
    drop(store);
    let store = machine::disk_bytes(&dir.join("store"))? as f64;
    // Records, and not what the file reserves ahead: that belongs to whatever comes next.
    Ok(Step { memory, store, log: end.0 as f64, persons, end: end.0 })
}
