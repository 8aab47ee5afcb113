//! Facts, wherever they are kept: the log has the latest, the history those that the log let go of.

use crate::EngineError;
use model::{Event, Identifier, PersonId, SourceId};
use port::{
    FactLog, History, HistoryRow, LogError, LogPosition, PersonRange, Redirects, Scan, Wanted,
};
use record::{Fact, LogRecord};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Read at a time of the log.
const RECORDS_AT_ONCE: usize = 5_000;
const BYTES_AT_ONCE: usize = 8 << 20;

/// Log and history as one. Without a history it is the log alone.
#[derive(Clone, Copy)]
pub struct FactSource<'a> {
    pub log: &'a dyn FactLog,
    pub history: Option<&'a dyn History>,
}

/// The same, for whoever hands it to another thread.
#[derive(Clone)]
pub struct Facts {
    pub log: Arc<dyn FactLog>,
    pub history: Option<Arc<dyn History>>,
}

impl Facts {
    pub fn source(&self) -> FactSource<'_> {
        FactSource { log: &*self.log, history: self.history.as_deref() }
    }
}

impl<'a> FactSource<'a> {
    pub fn of_log(log: &'a dyn FactLog) -> FactSource<'a> {
        FactSource { log, history: None }
    }

    /// The facts whose records begin at these positions; none where there is no fact, or no more. The
    /// person is whose it is: of the history, where to look first.
    pub fn at(self, wanted: &[(PersonId, LogPosition)]) -> Result<Vec<Option<Fact>>, EngineError> {
        let mut found = vec![None; wanted.len()];
        let mut gone = Vec::new();
        for (number, (person, position)) in wanted.iter().enumerate() {
            match self.log.read(*position, 1, 1) {
                Ok(records) => {
                    found[number] = records.first().and_then(|(_, bytes)| fact_in(bytes));
                }
                Err(LogError::Trimmed { .. }) => gone.push((number, (*person, *position))),
                Err(error) => return Err(error.into()),
            }
        }
        let Some(history) = self.history.filter(|_| !gone.is_empty()) else { return Ok(found) };
        let asked: Vec<(PersonId, LogPosition)> = gone.iter().map(|it| it.1).collect();
        for ((number, _), row) in gone.iter().zip(history.facts(&asked)?) {
            found[*number] = row.map(|it| record::history::fact_of(&it)).transpose()?;
        }
        Ok(found)
    }

    /// Hands on every fact of theirs that the history has, and then every fact of *anybody* in the log
    /// after it; none from `until` on. Returns false if `each` said that it is enough.
    pub fn each(
        self,
        whose: Whose<'_>,
        until: LogPosition,
        each: &mut dyn FnMut(FactRead) -> bool,
    ) -> Result<bool, EngineError> {
        let mut at = self.log.first();
        if let Some(history) = self.history {
            at = at.max(history.position()?);
            for persons in whose.ranges() {
                if !of_history(history, persons, at.min(until), each)? {
                    return Ok(false);
                }
            }
        }
        loop {
            let records = self.log.read(at, RECORDS_AT_ONCE, BYTES_AT_ONCE)?;
            if records.is_empty() {
                return Ok(true);
            }
            for (after, bytes) in records {
                if until <= at {
                    return Ok(true);
                }
                let position = std::mem::replace(&mut at, after);
                if let Some(fact) = fact_in(&bytes)
                    && !each(FactRead { owner: fact.person, fact, position })
                {
                    return Ok(false);
                }
            }
        }
    }
}

/// Whose facts of the history are read.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Everybody,
    These(&'a [PersonId]),
}

impl Whose<'_> {
    fn ranges(self) -> Vec<PersonRange> {
        match self {
            Whose::Everybody => vec![PersonRange::ALL],
            Whose::These(ids) => {
                let ids: BTreeSet<PersonId> = ids.iter().copied().collect();
                ids.into_iter().map(PersonRange::one).collect()
            }
        }
    }
}

/// A fact as it was read.
#[derive(Debug)]
pub struct FactRead {
    pub fact: Fact,
    /// Whom the history has it under, or whom it says it is about; none while only its identifiers tell.
    pub owner: Option<PersonId>,
    pub position: LogPosition,
}

impl FactRead {
    /// Whether it is of the one who has, and had, these ids and identifiers.
    pub fn is_of(&self, ids: &[PersonId], has: impl Fn(&Identifier) -> bool) -> bool {
        match self.owner {
            Some(owner) => ids.contains(&owner),
            None => self.fact.event.identifiers().iter().any(has),
        }
    }
}

/// Tells events that come again: they were taken once.
#[derive(Debug, Default)]
pub struct Once(BTreeSet<(SourceId, String)>);

impl Once {
    pub fn is_first(&mut self, event: &Event) -> bool {
        match &event.message_id {
            Some(id) => self.0.insert((event.source.clone(), id.clone())),
            None => true,
        }
    }
}

fn of_history(
    history: &dyn History,
    persons: PersonRange,
    until: LogPosition,
    each: &mut dyn FnMut(FactRead) -> bool,
) -> Result<bool, EngineError> {
    let redirects = &Redirects::default();
    let scan = Scan { persons, events: None, wanted: Wanted::ALL, until, redirects };
    let mut done = Ok(true);
    let mut visit = |row: &HistoryRow<'_>| {
        done = record::history::fact_of(row).map(|fact| {
            let owner = row.person.or(fact.person);
            each(FactRead { fact, owner, position: row.position })
        });
        match done {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) | Err(_) => ControlFlow::Break(()),
        }
    };
    history.scan(&scan, &mut visit)?;
    Ok(done?)
}

pub(crate) fn fact_in(bytes: &[u8]) -> Option<Fact> {
    match LogRecord::decode(bytes) {
        Ok(LogRecord::Fact(fact)) => Some(fact),
        Ok(LogRecord::Control(_) | LogRecord::Blank) | Err(_) => None,
    }
}
