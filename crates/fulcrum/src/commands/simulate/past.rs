//! What happened, in the order in which it was received: of an installation, or of a file.

use std::path::Path;

use anyhow::Context;
use collection::{Arrival, Limits, event_from_json};
use engine::FactSource;
use lake::Lake;
use log_segments::SegmentLog;
use model::SourceId;
use port::{Catalog, FactLog, History};
use record::Fact;
use replay::FactsError;

use crate::data::{self, DataDir};
use crate::stop::Stop;
use crate::{history_copy, log_copy};

/// Facts that one play holds in memory, at some 500 bytes each.
const FACTS_MAX: usize = 5_000_000;

/// Everything that the installation has, of the history and of the log after it. While a server runs, a
/// copy is read.
pub fn of_installation(data: &DataDir) -> anyhow::Result<Vec<Fact>> {
    let reading = data.read()?;
    let committed = reading.store.log_position()?;
    if !data.is_running()? {
        let log = SegmentLog::open(&data.log_path(), log_segments::Options::default())?;
        return facts(&data.open_history(committed)?, &log);
    }
    let copy = tempfile::tempdir().context("could not make a place for a copy")?;
    let (log, history) = (copy.path().join("log"), copy.path().join("history"));
    // The history first: what it has, the log may have let go when it is copied.
    history_copy::copy(&data.history_path(), &history)?;
    log_copy::copy(&data.log_path(), &log)?;
    let log = SegmentLog::open(&log, log_segments::Options::default())?;
    facts(&Lake::open(&history, committed)?, &log)
}

/// One event a line, in the form in which SDKs send them.
pub fn of_file(path: &Path) -> anyhow::Result<Vec<Fact>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read {name}"))?;
    let (limits, source) = (Limits::default(), SourceId::from("file"));
    let arrival = Arrival {
        source: &source,
        received: data::now(),
        sent_at: None,
        historical: false,
        event_type: None,
        anonymous_id: None,
    };
    let mut facts = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|it| !it.1.trim().is_empty()) {
        let mut event = event_from_json(line, &arrival, &limits).map_err(|refusal| {
            let place = format!("{name}:{}: {}", number + 1, refusal.detail);
            Stop::usage(place).hint("each line is one event: {\"type\": \"track\", …}")
        })?;
        // It was received when it happened; nobody wrote down when else.
        event.received = event.time;
        facts.push(Fact::of(event));
        check_count(&facts)?;
    }
    facts.sort_by_key(|it| it.event.received);
    Ok(facts)
}

fn facts(history: &dyn History, log: &dyn FactLog) -> anyhow::Result<Vec<Fact>> {
    let source = FactSource { log, history: Some(history) };
    replay::facts(source, None, FACTS_MAX, &mut |_| true).map_err(|error| match error {
        FactsError::Engine(error) => error.into(),
        FactsError::TooMany(_) | FactsError::Stopped => too_many(),
    })
}

fn check_count(facts: &[Fact]) -> anyhow::Result<()> {
    if FACTS_MAX < facts.len() { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> anyhow::Error {
    let stop = Stop::failed(format!(
        "there are more than {FACTS_MAX} events, and a play holds all of them"
    ));
    stop.hint("play a file with those of some of the people").into()
}
