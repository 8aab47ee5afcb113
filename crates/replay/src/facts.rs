//! What happened, out of history and log, in the order in which it was received.

use engine::{EngineError, FactSource};
use model::{Identifier, PersonId, Timestamp};
use port::{HistoryRow, LogPosition, PersonRange, Redirects, Scan, Wanted};
use record::{Fact, LogRecord};
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

const RECORDS_AT_ONCE: usize = 5_000;
const BYTES_AT_ONCE: usize = 8 << 20;

/// Whose facts are read.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Everybody,
    /// One person's: by the ids of those who became this one, and by their identifiers.
    One {
        ids: &'a [PersonId],
        identifiers: &'a BTreeSet<Identifier>,
    },
}

#[derive(Debug)]
pub enum FactsError {
    Engine(EngineError),
    /// There are more than a play may hold in memory.
    TooMany(usize),
    Stopped,
}

impl<E: Into<EngineError>> From<E> for FactsError {
    fn from(error: E) -> FactsError {
        FactsError::Engine(error.into())
    }
}

/// At most `max` facts. `go_on` is told how many were found so far, and says whether to go on.
pub fn facts(
    source: FactSource<'_>,
    whose: Whose<'_>,
    max: usize,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Result<Vec<Fact>, FactsError> {
    let mut found = Found { facts: Vec::new(), max, go_on };
    let mut at = source.log.first();
    if let Some(history) = source.history {
        at = at.max(history.position()?);
        let everybody = PersonRange { from: PersonId(0), before: None };
        let ranges = match whose {
            Whose::Everybody => vec![everybody],
            Whose::One { ids, .. } => ids.iter().map(|it| PersonRange::one(*it)).collect(),
        };
        for persons in ranges {
            let redirects = &Redirects::default();
            let scan = Scan { persons, events: None, wanted: Wanted::ALL, until: at, redirects };
            let mut problem = None;
            let mut visit = |row: &HistoryRow<'_>| match found.row(row) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    problem = Some(error);
                    ControlFlow::Break(())
                }
            };
            history.scan(&scan, &mut visit)?;
            if let Some(problem) = problem {
                return Err(problem);
            }
        }
    }
    loop {
        let records = source.log.read(at, RECORDS_AT_ONCE, BYTES_AT_ONCE)?;
        let Some((end, _)) = records.last() else { break };
        let next = *end;
        for (after, bytes) in records {
            if let Ok(LogRecord::Fact(fact)) = LogRecord::decode(&bytes)
                && is_of(&fact, whose)
            {
                found.push(at, fact)?;
            }
            at = after;
        }
        at = next;
    }
    let mut all = found.facts;
    all.sort_by_key(|it| (it.0, it.1));
    let mut facts: Vec<Fact> = all.into_iter().map(|it| it.2).collect();
    name(&mut facts);
    Ok(facts)
}

struct Found<'a> {
    facts: Vec<(Timestamp, LogPosition, Fact)>,
    max: usize,
    go_on: &'a mut dyn FnMut(usize) -> bool,
}

impl Found<'_> {
    fn row(&mut self, row: &HistoryRow<'_>) -> Result<(), FactsError> {
        let mut fact = record::history::fact_of(row)?;
        fact.person = fact.person.or(row.person);
        self.push(row.position, fact)
    }

    fn push(&mut self, position: LogPosition, fact: Fact) -> Result<(), FactsError> {
        if self.max <= self.facts.len() {
            return Err(FactsError::TooMany(self.max));
        }
        if !(self.go_on)(self.facts.len()) {
            return Err(FactsError::Stopped);
        }
        self.facts.push((fact.event.received, position, fact));
        Ok(())
    }
}

fn is_of(fact: &Fact, whose: Whose<'_>) -> bool {
    match (whose, fact.person) {
        (Whose::Everybody, _) => true,
        (Whose::One { ids, .. }, Some(person)) => ids.contains(&person),
        (Whose::One { identifiers, .. }, None) => {
            fact.event.identifiers().iter().any(|it| identifiers.contains(it))
        }
    }
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
