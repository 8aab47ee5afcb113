//! New counters are filled from the history, so that an audience that is defined today knows what
//! people did before.
//!
//! What happens after a programme was applied is counted as it comes; what happened before is in the
//! history, up to the position of the log at which it was applied. Some thread reads that, person by
//! person as the rows were written ([`fill`]), and the loop adds what was found to whoever that person
//! is by now, in chunks that are committed with how far it has come. Until all is read, audiences that
//! need it stay as they were.

use crate::batch::Batch;
use crate::growth::Moved;
use crate::{Engine, EngineError};
use audience::{Counter, Definitions};
use model::{PersonId, Timestamp};
use port::{
    Catalog, Entry, History, HistoryError, HistoryRow, LogPosition, PersonRange, Redirects, Scan,
    Sections, Space, Wanted,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

const FILLINGS: &str = "fillings";

/// Persons in one chunk: some 20 ms of the loop.
const PEOPLE_AT_ONCE: usize = 500;

/// Rows after which a chunk is handed over although few persons had any, so that progress shows and
/// an interruption repeats little.
const ROWS_AT_ONCE: u64 = 200_000;

/// What still has to be filled, in the order in which it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fillings {
    pub list: Vec<Filling>,
    /// Counters that began with the programme that runs: see [`Definitions::begin_empty`].
    #[serde(default)]
    pub fresh: BTreeSet<String>,
    /// What was filled, for as long as a merge of before its end may be undone: see
    /// [`Fillings::since`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<Filled>,
    #[serde(default)]
    next: u64,
}

/// Counters that were filled, and when the last of them was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    pub counters: BTreeSet<String>,
    pub at: Timestamp,
}

/// The counters that one programme brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filling {
    pub number: u64,
    pub counters: BTreeSet<String>,
    /// Facts from this position of the log on are counted as they come.
    pub until: u64,
    pub begun: Timestamp,
    /// Persons up to this one, as rows were written, are done.
    #[serde(default)]
    pub through: Option<PersonId>,
}

impl Fillings {
    /// The counters of which somebody who was set aside at `moment` may lack what was filled.
    pub fn since(&self, moment: Timestamp) -> BTreeSet<String> {
        let later = self.done.iter().filter(|it| moment <= it.at);
        later.flat_map(|it| it.counters.iter().cloned()).collect()
    }
}

/// What [`fill`] needs to know.
#[derive(Clone)]
pub struct FillOrder {
    pub filling: Filling,
    pub definitions: Arc<Definitions>,
}

/// What was found of some persons.
#[derive(Clone, Debug, Default)]
pub struct FillChunk {
    pub number: u64,
    /// As rows were written, rising; those of whom nothing counts are left out.
    pub people: Vec<(PersonId, BTreeMap<String, Counter>)>,
    /// Everybody up to this one was in chunks before.
    pub after: Option<PersonId>,
    /// Everybody up to this one is in this chunk or one before; none when that is everybody.
    pub through: Option<PersonId>,
    /// Rows that were looked at.
    pub rows: u64,
}

/// Reads what the order asks for and hands it over in chunks; `hand` says whether to go on. The
/// history must reach up to where the order ends. Returns whether it came to its end.
pub fn fill(
    history: &dyn History,
    order: &FillOrder,
    hand: &mut dyn FnMut(FillChunk) -> bool,
) -> Result<bool, HistoryError> {
    fill_by(history, order, PEOPLE_AT_ONCE, hand)
}

/// The same in chunks of `people_at_once`.
pub(crate) fn fill_by(
    history: &dyn History,
    order: &FillOrder,
    people_at_once: usize,
    hand: &mut dyn FnMut(FillChunk) -> bool,
) -> Result<bool, HistoryError> {
    let (number, begun) = (order.filling.number, order.filling.begun);
    let mut filling = audience::Filling::new(&order.definitions, &order.filling.counters);
    let events: BTreeSet<String> = filling.events().map(str::to_owned).collect();
    let reads = events.iter().any(|it| filling.needs_properties(it));
    let from = order.filling.through.map_or(PersonId(0), |it| PersonId(it.0.saturating_add(1)));
    let redirects = Redirects::default();
    let scan = Scan {
        persons: PersonRange { from, before: None },
        events: Some(&events),
        wanted: Wanted { properties: reads, context: reads, rest: reads },
        until: LogPosition(order.filling.until),
        redirects: &redirects,
    };
    let after = order.filling.through;
    let mut chunk = FillChunk { number, after, ..FillChunk::default() };
    let mut at: Option<PersonId> = None;
    let (mut stopped, mut unreadable) = (false, 0_u64);
    let mut visit = |row: &HistoryRow<'_>| {
        let Some(person) = row.person else { return ControlFlow::Continue(()) };
        if at != Some(person) {
            if let Some(done) = at {
                take(&mut chunk, done, filling.finish());
                if people_at_once <= chunk.people.len() || ROWS_AT_ONCE <= chunk.rows {
                    chunk.through = Some(done);
                    let next = FillChunk { number, after: Some(done), ..FillChunk::default() };
                    let full = std::mem::replace(&mut chunk, next);
                    if !hand(full) {
                        stopped = true;
                        return ControlFlow::Break(());
                    }
                }
            }
            at = Some(person);
        }
        chunk.rows += 1;
        let whole = || record::history::event_of(row);
        unreadable += u64::from(filling.take(&row.event, row.time, begun, whole).is_err());
        ControlFlow::Continue(())
    };
    history.scan(&scan, &mut visit)?;
    if 0 < unreadable {
        tracing::error!(
            rows = unreadable,
            "rows of the history cannot be read and were not counted"
        );
    }
    if stopped {
        return Ok(false);
    }
    if let Some(done) = at {
        take(&mut chunk, done, filling.finish());
    }
    chunk.through = None;
    Ok(hand(chunk))
}

fn take(chunk: &mut FillChunk, person: PersonId, found: BTreeMap<String, Counter>) {
    if !found.is_empty() {
        chunk.people.push((person, found));
    }
}

impl Engine {
    /// New counters are filled from a history from now on; without one they begin when they are
    /// applied.
    pub fn fill_from_history(&mut self) {
        self.fills = true;
    }

    /// The next thing to read, if there is any.
    pub fn fill_order(&self) -> Option<FillOrder> {
        let filling = self.fillings.list.first()?.clone();
        Some(FillOrder { filling, definitions: self.loaded.definitions.clone() })
    }

    /// Takes what was found; it is worked on in a turn.
    pub fn filled(&mut self, chunk: FillChunk) {
        self.filled.push_back(chunk);
    }

    /// Chunks that wait for their turn.
    pub fn fills_waiting(&self) -> usize {
        self.filled.len()
    }

    /// Begins with what `loaded` counts and nothing counted before. `position` is where in the log it
    /// was applied.
    pub(crate) fn begin_filling(
        &mut self,
        before: &Definitions,
        position: LogPosition,
        now: Timestamp,
    ) {
        let definitions = self.loaded.definitions.clone();
        let known: BTreeSet<String> = definitions.counter_ids().map(str::to_owned).collect();
        for filling in &mut self.fillings.list {
            filling.counters.retain(|it| known.contains(it));
        }
        self.fillings.list.retain(|it| !it.counters.is_empty());
        let new = definitions.counters_beyond(before);
        self.fillings.fresh = BTreeSet::new();
        if self.fills && !new.is_empty() && position != LogPosition(0) {
            self.fillings.next += 1;
            self.fillings.fresh = new.clone();
            self.fillings.list.push(Filling {
                number: self.fillings.next,
                counters: new,
                until: position.0,
                begun: now,
                through: None,
            });
        }
        self.fillings_changed = true;
        self.hold_audiences();
    }

    /// Audiences that need what is not filled yet are not evaluated.
    pub(crate) fn hold_audiences(&mut self) {
        let open: BTreeSet<String> =
            self.fillings.list.iter().flat_map(|it| it.counters.clone()).collect();
        let definitions = (*self.loaded.compiled).clone();
        let definitions = definitions.begin_empty(self.fillings.fresh.clone()).holding(&open);
        self.loaded.definitions = Arc::new(definitions);
    }

    /// One chunk of what was found.
    pub(crate) fn take_filled(&mut self, batch: &mut Batch) -> Result<bool, EngineError> {
        let Some(chunk) = self.filled.front().cloned() else { return Ok(false) };
        batch.worked = true;
        // Read for an order that was called off, or stored by a commit that seemed to fail.
        let fits = |it: &Filling| it.number == chunk.number && it.through == chunk.after;
        if !self.fillings.list.first().is_some_and(fits) {
            return Ok(true);
        }
        let mut owners = Vec::with_capacity(chunk.people.len());
        for (written, _) in &chunk.people {
            owners.push(self.owner_now(batch, *written)?);
        }
        batch.load(&*self.store, &mut self.memory, owners.iter().copied())?;
        for (owner, (_, found)) in owners.into_iter().zip(chunk.people) {
            // Whoever was erased since has nothing to be counted for.
            let Some(mut working) = batch.take(owner) else { continue };
            self.catch_up(&mut working, batch);
            let definitions = self.loaded.definitions.clone();
            let changes = working.person.profile.unite_counters(found, &definitions, batch.now);
            working.changed(Sections::HOT);
            self.note_memberships(&mut working, batch, &changes, Moved::Otherwise);
            batch.put_back(working);
        }
        self.fillings_changed = true;
        match (chunk.through, self.fillings.list.first_mut()) {
            (Some(through), Some(filling)) => filling.through = Some(through),
            (None, _) | (_, None) => {
                self.remember_filled(batch.now);
                self.end_filling(batch);
            }
        }
        Ok(true)
    }

    /// Persons who are set aside for an undo were not filled.
    fn remember_filled(&mut self, now: Timestamp) {
        let Some(filling) = self.fillings.list.first() else { return };
        let counters = filling.counters.clone();
        let within = self.undo_within();
        let known: BTreeSet<&str> = self.loaded.definitions.counter_ids().collect();
        let done = &mut self.fillings.done;
        done.push(Filled { counters, at: now });
        done.iter_mut().for_each(|it| it.counters.retain(|id| known.contains(id.as_str())));
        done.retain(|it| !it.counters.is_empty() && now < it.at + within);
    }

    /// The first order is done, or called off: what it held up is evaluated for everybody.
    pub(crate) fn end_filling(&mut self, batch: &mut Batch) {
        if self.fillings.list.is_empty() {
            return;
        }
        self.fillings.list.remove(0);
        self.fillings_changed = true;
        let before: BTreeSet<String> = self.loaded.definitions.held().map(str::to_owned).collect();
        self.fillings.fresh = BTreeSet::new();
        self.hold_audiences();
        let still: BTreeSet<String> = self.loaded.definitions.held().map(str::to_owned).collect();
        let freed = before.difference(&still).cloned();
        self.look_at_everybody(freed.collect());
        batch.scan_ordered = true;
        batch.worked = true;
    }
}

pub(crate) fn read<V: Catalog + ?Sized>(store: &V) -> Result<Fillings, EngineError> {
    let Some(bytes) = store.get(Space::System, FILLINGS)? else { return Ok(Fillings::default()) };
    Ok(serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
        what: "system entry",
        detail: format!("{FILLINGS}: {error}"),
    })?)
}

pub(crate) fn entry(fillings: &Fillings) -> Entry {
    let value = serde_json::to_vec(fillings).expect("plain data has a JSON form");
    Entry::put(Space::System, FILLINGS, value)
}
