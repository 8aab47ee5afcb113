//! Facts, wherever they are kept: the log has the latest, the history those that the log let go of.

use crate::EngineError;
use model::PersonId;
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

    /// Hands on every fact of these persons that the history has, and then every fact of anybody in the
    /// log after it, each with the person whom the history has it under; none from `until` on. Returns
    /// false if `each` said that it is enough.
    pub fn each(
        self,
        persons: &[PersonId],
        until: LogPosition,
        each: &mut dyn FnMut(Fact, Option<PersonId>) -> bool,
    ) -> Result<bool, EngineError> {
        let mut at = self.log.first();
        if let Some(history) = self.history {
            at = at.max(history.position()?);
            let all: BTreeSet<PersonId> = persons.iter().copied().collect();
            for person in all {
                if !of_history(history, person, at.min(until), each)? {
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
                at = after;
                if let Some(fact) = fact_in(&bytes)
                    && !each(fact, None)
                {
                    return Ok(false);
                }
            }
        }
    }
}

fn of_history(
    history: &dyn History,
    person: PersonId,
    until: LogPosition,
    each: &mut dyn FnMut(Fact, Option<PersonId>) -> bool,
) -> Result<bool, EngineError> {
    let scan = Scan {
        persons: PersonRange::one(person),
        events: None,
        wanted: Wanted::ALL,
        until,
        redirects: &Redirects::default(),
    };
    let mut done = Ok(true);
    let mut visit = |row: &HistoryRow<'_>| {
        done = record::history::fact_of(row).map(|it| each(it, Some(person)));
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
