//! Blanking what the log should not hold any more: events of erased persons, and those that are
//! older than the programme keeps. Positions stay, since a blank is just as long.

use crate::erase::{Erasure, to_sweep};
use crate::{EngineError, Keys, Loaded};
use model::{Event, Span, Timestamp};
use port::{Entry, FactLog, Space, Views};
use record::{Act, Fact, LogRecord};
use std::collections::BTreeMap;

/// So long after an erasure an event of before may still be on its way into the log.
pub const SETTLES_AFTER: Span = Span::HOUR;

/// How often old events are looked for.
const KEEP_EVERY: Span = Span::DAY;

/// In the system's entries: when old events were last looked for.
const KEPT_AT: &str = "kept";

/// What a sweep did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub blanked: u64,
    /// To be stored once it is done, through the one writer.
    pub entries: Vec<Entry>,
}

/// Sweeps if something is due: an erasure that has settled, or a day has passed for the old. Reads
/// the whole log, so it belongs on a thread of its own. It may be stopped at any moment.
pub fn sweep(
    log: &dyn FactLog,
    views: &dyn Views,
    keys: &Keys,
    loaded: &Loaded,
    now: Timestamp,
) -> Result<Option<Swept>, EngineError> {
    let settled: Vec<(String, Erasure)> =
        to_sweep(views)?.into_iter().filter(|(_, it)| it.at + SETTLES_AFTER <= now).collect();
    let keep = &loaded.programme.keep;
    let keeps = !keep.is_empty() && is_due(views, now)?;
    if settled.is_empty() && !keeps {
        return Ok(None);
    }
    // What is not in the state yet is still to be read by the engine.
    let until = views.log_position()?;
    let blanked = log.rewrite(until, &mut |bytes| {
        let Ok(LogRecord::Fact(fact)) = LogRecord::decode(bytes) else { return None };
        let erased = || settled.iter().any(|(_, it)| is_of(it, keys, &fact));
        let old = || keeps && is_old(keep, &fact, now);
        (erased() || old()).then(|| LogRecord::blank(bytes.len()))
    })?;
    let mut entries: Vec<Entry> =
        settled.into_iter().map(|(key, _)| Entry::delete(Space::Erased, key)).collect();
    if keeps {
        let value = serde_json::to_vec(&now).expect("a number has a JSON form");
        entries.push(Entry::put(Space::System, KEPT_AT, value));
    }
    Ok(Some(Swept { blanked, entries }))
}

/// The erasure itself stays: it names nobody, and a log that is read again must tell of it.
fn is_of(erasure: &Erasure, keys: &Keys, fact: &Fact) -> bool {
    let event = &fact.event;
    !fact.acts.contains(&Act::Erase)
        && erasure.covers(keys, fact.person, &event.identifiers(), event.received)
}

/// By the rule for the event's own name, else by that for all. What somebody agreed to or refused
/// is kept as proof unless its own name has a rule.
fn is_old(keep: &BTreeMap<String, Span>, fact: &Fact, now: Timestamp) -> bool {
    let event: &Event = &fact.event;
    let is_proof = !fact.acts.is_empty() || !decision::statements_of(event).is_empty();
    let general = keep.get("events").filter(|_| !is_proof);
    keep.get(event.name()).or(general).is_some_and(|it| event.received + *it < now)
}

fn is_due(views: &dyn Views, now: Timestamp) -> Result<bool, EngineError> {
    let Some(bytes) = views.get(Space::System, KEPT_AT)? else { return Ok(true) };
    let last: Timestamp = serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
        what: "system entry",
        detail: format!("{KEPT_AT}: {error}"),
    })?;
    Ok(last + KEEP_EVERY <= now)
}
