//! Taking out what log and history should not hold any more: events of erased persons, and those that
//! are older than the programme keeps. In the log they are blanked, since a blank is just as long and
//! positions stay; in the history their rows go.

use crate::erase::{Erasure, to_sweep};
use crate::{EngineError, FactSource, Keys, Loaded};
use model::{Event, PersonId, Span, Timestamp};
use port::{Entry, Fate, History, HistoryRow, Space, Views, Within};
use record::{Act, Fact, LogRecord};
use std::collections::{BTreeMap, BTreeSet};

/// So long after an erasure an event of before may still be on its way into the log.
pub const SETTLES_AFTER: Span = Span::HOUR;

/// How often old events are looked for.
const KEEP_EVERY: Span = Span::DAY;

/// In the system's entries: when old events were last looked for.
const KEPT_AT: &str = "kept";

/// The rule for all events without one of their own.
const EVERY_EVENT: &str = "events";

/// What a sweep did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Records of the log, and rows of the history.
    pub blanked: u64,
    /// To be stored once it is done, through the one writer.
    pub entries: Vec<Entry>,
}

/// Sweeps if something is due: an erasure that has settled, or a day has passed for the old. Reads
/// the whole log and files of the history, so it belongs on a thread of its own. It may be stopped at any moment.
pub fn sweep(
    facts: FactSource<'_>,
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
    let mut blanked = facts.log.rewrite(until, &mut |bytes| {
        let Ok(LogRecord::Fact(fact)) = LogRecord::decode(bytes) else { return None };
        let erased = || settled.iter().any(|(_, it)| is_of(it, keys, &fact));
        let old = || keeps && is_old(keep, &fact, now);
        (erased() || old()).then(|| LogRecord::blank(bytes.len()))
    })?;
    // After the log: what is filed meanwhile comes from what is blank by now.
    if let Some(history) = facts.history {
        blanked += take_out_erased(history, keys, &settled)?;
        if keeps {
            blanked += take_out_old(history, keep, now)?;
        }
    }
    let mut entries: Vec<Entry> =
        settled.into_iter().map(|(key, _)| Entry::delete(Space::Erased, key)).collect();
    if keeps {
        let value = serde_json::to_vec(&now).expect("a number has a JSON form");
        entries.push(Entry::put(Space::System, KEPT_AT, value));
    }
    Ok(Some(Swept { blanked, entries }))
}

/// Rows under the persons' own numbers, and such of nobody's as carry what they were known by.
fn take_out_erased(
    history: &dyn History,
    keys: &Keys,
    settled: &[(String, Erasure)],
) -> Result<u64, EngineError> {
    let Some(last) = settled.iter().map(|(_, it)| it.at).max() else { return Ok(0) };
    let persons: BTreeSet<PersonId> =
        settled.iter().flat_map(|(_, it)| it.ids.iter().copied()).collect();
    let within = Within { persons: persons.clone(), nobody_until: Some(last), ..Within::default() };
    take_out(history, &within, |row, fact| match row.person {
        Some(person) => persons.contains(&person) && !fact.acts.contains(&Act::Erase),
        None => settled.iter().any(|(_, it)| is_of(it, keys, fact)),
    })
}

/// By name first, which needs no other column of a file than that, and then whatever is old enough.
fn take_out_old(
    history: &dyn History,
    keep: &BTreeMap<String, Span>,
    now: Timestamp,
) -> Result<u64, EngineError> {
    let mut gone = 0;
    for (name, span) in keep {
        let events = (name != EVERY_EVENT).then(|| BTreeSet::from([name.clone()]));
        let received_before = Some(now - *span);
        let within = Within { received_before, events, ..Within::default() };
        gone += take_out(history, &within, |_, fact| is_old(keep, fact, now))?;
    }
    Ok(gone)
}

fn take_out(
    history: &dyn History,
    within: &Within,
    goes: impl Fn(&HistoryRow<'_>, &Fact) -> bool,
) -> Result<u64, EngineError> {
    let mut unreadable = None;
    let mut fate = |row: &HistoryRow<'_>| match record::history::fact_of(row) {
        Ok(fact) if goes(row, &fact) => Fate::Goes,
        Ok(_) => Fate::Stays,
        Err(error) => {
            unreadable.get_or_insert(error);
            Fate::Stays
        }
    };
    let gone = history.rewrite(within, &mut fate)?;
    match unreadable {
        Some(error) => Err(error.into()),
        None => Ok(gone),
    }
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
    let general = keep.get(EVERY_EVENT).filter(|_| !is_proof);
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
