//! What the measurements are made on: a log, a store, an engine, and the files that it runs.

use crate::store::Watched;
use anyhow::Context;
use content::LinkKey;
use engine::{Engine, EngineSettings, Keys, Parts};
use log_segments::SegmentLog;
use model::{ChanceKey, ChannelSet, Timestamp};
use port::{FactLog, LogPosition};
use record::{Control, LogRecord};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// How many records are made durable at once where that is not what is measured.
const APPEND_MAX: usize = 1_000;

pub fn keys() -> Keys {
    Keys { chance: ChanceKey([7; 32]), link: LinkKey([9; 32]) }
}

pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

pub fn open_log(dir: &Path) -> anyhow::Result<Arc<SegmentLog>> {
    let log = SegmentLog::open(&dir.join("log"), log_segments::Options::default());
    Ok(Arc::new(log.context("could not open the log")?))
}

pub fn open_store(dir: &Path) -> anyhow::Result<Watched> {
    Watched::open(&dir.join("store")).context("could not open the store")
}

pub fn open_engine(
    log: &Arc<SegmentLog>,
    store: &Watched,
    providers: ChannelSet,
) -> anyhow::Result<Engine> {
    let parts = Parts {
        store: Box::new(store.clone()),
        log: log.clone(),
        keys: keys(),
        settings: EngineSettings::default(),
        providers,
    };
    Engine::open(parts).context("could not open the engine")
}

/// The record that makes these files the programme, after a check.
pub fn apply(files: BTreeMap<String, String>) -> anyhow::Result<Vec<u8>> {
    record::programme::parse(&files).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    Ok(LogRecord::Control(Control::Apply { files, by: "the benchmark".to_owned(), after: None })
        .encode())
}

/// Files of the simulated market's programme by name, as a beginning for smaller ones.
pub fn market_files(names: &[&str]) -> BTreeMap<String, String> {
    let mut files = sim::programme_files();
    files.retain(|name, _| names.contains(&name.as_str()));
    files
}

pub fn append(log: &SegmentLog, mut records: Vec<Vec<u8>>) -> anyhow::Result<LogPosition> {
    let mut position = log.durable_end();
    while !records.is_empty() {
        let rest = records.split_off(APPEND_MAX.min(records.len()));
        position = log.append_and_wait(records).context("could not append")?;
        records = rest;
    }
    Ok(position)
}
