//! Writing what was committed into the history, and what follows for the log.
//!
//! A fact is filed under the person to whom it belongs when that happens. What the engine did not take
//! in, because it was known, is left out; the engine notes it in the commit in which it was known.

use crate::EngineError;
use crate::facts::Names;
use model::{Identifier, MergeId, PersonId, Span, Timestamp};
use port::{
    Catalog, Directory, Entry, FactLog, Fate, History, HistoryRow, LogPosition, Redirects, Space,
    Views, Within,
};
use record::{Fact, LogRecord};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How much of the log is filed at once, and with that what is in memory: events take some three times
/// as much there as in the log.
pub const SLICE_BYTES_MAX: usize = 48 << 20;

/// Facts whose owners are looked up together.
const RECORDS_AT_ONCE: usize = 5_000;
const BYTES_AT_ONCE: usize = 8 << 20;

/// How far the log is let go by time: the history's position is noted so often.
const MARK_EVERY: Span = Span::HOUR;

/// In the system's entries: what was not taken in, merges undone whose rows are to change hands, marks,
/// and who needs the log from where.
const LEFT_OUT: &str = "left_out/";
const PARTED: &str = "parted/";
const MARKS: &str = "history_marks";
const PIN: &str = "pin/";

/// Redirects that are read at once.
const REDIRECTS_AT_ONCE: usize = 100_000;

/// What was filed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Filed {
    pub rows: u64,
    /// The history goes so far now.
    pub to: LogPosition,
    /// To be stored once it is done, through the one writer.
    pub entries: Vec<Entry>,
}

/// Files the next slice of what is committed; nothing if there is none. It may be stopped at any
/// moment.
pub fn file(
    log: &dyn FactLog,
    history: &dyn History,
    views: &dyn Views,
) -> Result<Option<Filed>, EngineError> {
    let (from, end) = (history.position()?, views.log_position()?);
    if end <= from {
        return Ok(None);
    }
    let notes = notes(views)?;
    let left_out: BTreeSet<u64> = notes.values().flatten().copied().collect();
    let (mut rows, mut at, mut bytes) = (Vec::new(), from, 0);
    while at < end && bytes < SLICE_BYTES_MAX {
        let records = log.read(at, RECORDS_AT_ONCE, BYTES_AT_ONCE)?;
        let mut facts = Vec::with_capacity(records.len());
        let before = at;
        for (next, record) in records {
            if end < next {
                break;
            }
            bytes += record.len();
            // What cannot be read was skipped by the engine as well, with a word.
            if !left_out.contains(&at.0)
                && let Ok(LogRecord::Fact(fact)) = LogRecord::decode(&record)
            {
                facts.push((at, fact));
            }
            at = next;
        }
        let owners = owners(views, facts.iter().map(|it| &it.1))?;
        let row = |((at, fact), owner)| record::history::row_of(at, owner, fact);
        rows.extend(facts.into_iter().zip(owners).map(row));
        if at == before {
            break;
        }
    }
    history.append(at, &rows)?;
    let is_past = |it: &&(String, Vec<u64>)| it.1.iter().all(|position| *position < at.0);
    let past: Vec<(String, Vec<u64>)> = notes.into_iter().collect();
    let entries =
        past.iter().filter(is_past).map(|(key, _)| Entry::delete(Space::System, key)).collect();
    Ok(Some(Filed { rows: rows.len() as u64, to: at, entries }))
}

/// Gives the rows of those whom an undo parted to whom they belong. It looks at the survivor's rows: what
/// was filed while the two were one stands there.
pub fn file_parted(history: &dyn History, views: &dyn Views) -> Result<Vec<Entry>, EngineError> {
    let mut entries = Vec::new();
    for (key, value) in views.list(Space::System, PARTED)? {
        let Pair { survivor, absorbed } = read(&key, &value)?;
        let within = Within { persons: BTreeSet::from([survivor]), ..Within::default() };
        let mut failed = None;
        let mut fate = |row: &HistoryRow<'_>| {
            let owner = record::history::fact_of(row)
                .map_err(EngineError::from)
                .and_then(|fact| Ok(owners(views, [&fact])?.pop().flatten()));
            match owner {
                Ok(Some(owner)) if owner == absorbed => Fate::Becomes(absorbed),
                Ok(_) => Fate::Stays,
                Err(error) => {
                    failed.get_or_insert(error);
                    Fate::Stays
                }
            }
        };
        history.rewrite(&within, &mut fate)?;
        if let Some(error) = failed {
            return Err(error);
        }
        entries.push(Entry::delete(Space::System, key));
    }
    Ok(entries)
}

/// Who became part of whom, for a scan.
pub fn redirects(views: &(impl Directory + ?Sized)) -> Result<Redirects, EngineError> {
    let (mut pairs, mut after) = (Vec::new(), None);
    loop {
        let some = views.redirects_after(after, REDIRECTS_AT_ONCE)?;
        let Some((last, _)) = some.last() else { return Ok(Redirects::of(pairs)) };
        after = Some(*last);
        pairs.extend(some);
    }
}

/// To whom each fact belongs now.
fn owners<'a>(
    views: &dyn Views,
    facts: impl IntoIterator<Item = &'a Fact>,
) -> Result<Vec<Option<PersonId>>, EngineError> {
    let facts: Vec<&Fact> = facts.into_iter().collect();
    let names: Vec<Vec<Identifier>> = facts
        .iter()
        .map(|it| if it.person.is_some() { Vec::new() } else { Names::of(it).ranked() })
        .collect();
    let asked: BTreeSet<&Identifier> = names.iter().flatten().collect();
    let asked: Vec<Identifier> = asked.into_iter().cloned().collect();
    let found = views.owners(&asked)?;
    let by_name: BTreeMap<&Identifier, PersonId> =
        asked.iter().zip(found).filter_map(|(name, owner)| Some((name, owner?))).collect();
    let mut now = BTreeMap::new();
    let mut current = |id: PersonId| -> Result<PersonId, EngineError> {
        if let Some(found) = now.get(&id) {
            return Ok(*found);
        }
        let found = views.current(id)?;
        now.insert(id, found);
        Ok(found)
    };
    let owner = |(fact, names): (&&Fact, &Vec<Identifier>)| {
        let owner = fact.person.or_else(|| names.iter().find_map(|it| by_name.get(it).copied()));
        owner.map(&mut current).transpose()
    };
    facts.iter().zip(&names).map(owner).collect()
}

#[derive(Serialize, Deserialize)]
struct Pair {
    survivor: PersonId,
    absorbed: PersonId,
}

pub(crate) fn parted_entry(merge: MergeId, survivor: PersonId, absorbed: PersonId) -> Entry {
    put(format!("{PARTED}{merge}"), &Pair { survivor, absorbed })
}

/// What a batch did not take in, by where the first of it stands.
pub(crate) fn left_out_entry(positions: &[LogPosition]) -> Option<Entry> {
    let first = positions.first()?;
    let all: Vec<u64> = positions.iter().map(|it| it.0).collect();
    Some(put(format!("{LEFT_OUT}{:020}", first.0), &all))
}

fn notes(views: &dyn Views) -> Result<BTreeMap<String, Vec<u64>>, EngineError> {
    let listed = views.list(Space::System, LEFT_OUT)?;
    listed.into_iter().map(|(key, value)| Ok((key.clone(), read(&key, &value)?))).collect()
}

/// Keeps the log from `position` on for `owner`, who reads it; to be stored before the reading begins.
pub fn pin_entry(owner: &str, position: LogPosition) -> Entry {
    put(format!("{PIN}{owner}"), &position.0)
}

pub fn unpin_entry(owner: &str) -> Entry {
    Entry::delete(Space::System, format!("{PIN}{owner}"))
}

/// The pins that there are, by owner.
pub fn pins(views: &(impl Catalog + ?Sized)) -> Result<BTreeMap<String, LogPosition>, EngineError> {
    let listed = views.list(Space::System, PIN)?;
    let pin = |(key, value): (String, Vec<u8>)| {
        let position = LogPosition(read(&key, &value)?);
        Ok((key.strip_prefix(PIN).unwrap_or(&key).to_owned(), position))
    };
    listed.into_iter().map(pin).collect()
}

/// Up to where the log can be let go: what is committed and filed, since so long, and needed by nobody.
/// With it comes what is to be stored to know that the next time.
pub fn trim_point(
    history: &dyn History,
    views: &dyn Views,
    keep: Span,
    now: Timestamp,
) -> Result<(LogPosition, Vec<Entry>), EngineError> {
    let filed = history.position()?.min(views.log_position()?);
    let mut marks: VecDeque<(u64, Timestamp)> = match views.get(Space::System, MARKS)? {
        Some(bytes) => read(MARKS, &bytes)?,
        None => VecDeque::new(),
    };
    // After a restore the history may end before what was noted.
    let before = marks.len();
    marks.retain(|(position, at)| *position <= filed.0 && *at <= now);
    let mut point = LogPosition(0);
    while let Some((position, at)) = marks.front()
        && *at + keep <= now
    {
        point = LogPosition(*position);
        marks.pop_front();
    }
    let is_due =
        marks.back().is_none_or(|(position, at)| *at + MARK_EVERY <= now && *position < filed.0);
    if is_due {
        marks.push_back((filed.0, now));
    }
    let entries = match is_due || marks.len() != before {
        true => vec![put(MARKS.to_owned(), &marks)],
        false => Vec::new(),
    };
    let pinned = pins(views)?.into_values().min();
    Ok((pinned.map_or(point, |it| point.min(it)), entries))
}

fn put(key: String, value: &impl Serialize) -> Entry {
    Entry::put(Space::System, key, serde_json::to_vec(value).expect("plain data has a JSON form"))
}

fn read<T: DeserializeOwned>(key: &str, value: &[u8]) -> Result<T, EngineError> {
    Ok(serde_json::from_slice(value).map_err(|error| record::Unreadable {
        what: "system entry",
        detail: format!("{key}: {error}"),
    })?)
}
