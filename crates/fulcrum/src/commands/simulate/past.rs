//! What happened, in the order in which it was received: of an installation, or of a file.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context;
use collection::{Arrival, Limits, event_from_json};
use lake::Lake;
use log_segments::SegmentLog;
use model::{PersonId, SourceId, Timestamp};
use port::{
    Catalog, FactLog, History, HistoryRow, LogPosition, PersonRange, Redirects, Scan, Wanted,
};
use record::{Fact, LogRecord};

use crate::data::{self, DataDir};
use crate::stop::Stop;
use crate::{history_copy, log_copy};

/// Facts that one play holds in memory, at some 500 bytes each.
const FACTS_MAX: usize = 5_000_000;

const RECORDS_AT_ONCE: usize = 5_000;
const BYTES_AT_ONCE: usize = 8 << 20;

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
    let mut found: Vec<(Timestamp, LogPosition, Fact)> = Vec::new();
    let mut failed = None;
    let scan = Scan {
        persons: PersonRange { from: PersonId(0), before: None },
        events: None,
        wanted: Wanted::ALL,
        until: LogPosition(u64::MAX),
        redirects: &Redirects::default(),
    };
    let mut visit = |row: &HistoryRow<'_>| match record::history::fact_of(row) {
        Ok(mut fact) if found.len() < FACTS_MAX => {
            fact.person = fact.person.or(row.person);
            found.push((row.received, row.position, fact));
            ControlFlow::Continue(())
        }
        Ok(_) => {
            failed = Some(too_many());
            ControlFlow::Break(())
        }
        Err(error) => {
            failed = Some(error.into());
            ControlFlow::Break(())
        }
    };
    history.scan(&scan, &mut visit)?;
    if let Some(error) = failed {
        return Err(error);
    }
    let mut at = history.position()?.max(log.first());
    loop {
        let records = log.read(at, RECORDS_AT_ONCE, BYTES_AT_ONCE)?;
        let Some((end, _)) = records.last() else { break };
        let next = *end;
        let mut position = at;
        for (after, bytes) in records {
            if let Ok(LogRecord::Fact(fact)) = LogRecord::decode(&bytes) {
                found.push((fact.event.received, position, fact));
            }
            position = after;
        }
        if FACTS_MAX < found.len() {
            return Err(too_many());
        }
        at = next;
    }
    found.sort_by_key(|it| (it.0, it.1));
    let mut facts: Vec<Fact> = found.into_iter().map(|it| it.2).collect();
    name(&mut facts);
    Ok(facts)
}

/// In the play persons have other numbers and are found by their identifiers. A fact that has none, such
/// as a click or a wish, gets one that its person has.
fn name(facts: &mut [Fact]) {
    let mut names: HashMap<PersonId, (Option<String>, Option<String>)> = HashMap::new();
    for fact in facts.iter() {
        let Some(person) = fact.person else { continue };
        let name = names.entry(person).or_default();
        name.0 = name.0.take().or_else(|| fact.event.user_id.clone());
        name.1 = name.1.take().or_else(|| fact.event.anonymous_id.clone());
    }
    for fact in facts {
        let Some(person) = fact.person.take() else { continue };
        if fact.event.identifiers().is_empty()
            && let Some((user_id, anonymous_id)) = names.get(&person)
        {
            fact.event.user_id.clone_from(user_id);
            fact.event.anonymous_id.clone_from(anonymous_id);
        }
    }
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
