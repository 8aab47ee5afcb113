//! The history in memory, for tests and simulation.

use crate::{
    AskFate, Fate, History, HistoryError, HistoryRow, LogPosition, PersonRange, Scan, Visit,
    Wanted, Within,
};
use model::PersonId;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Clones share one history.
#[derive(Clone, Default)]
pub struct MemoryHistory {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    position: LogPosition,
    /// In the order of the log.
    rows: Vec<HistoryRow<'static>>,
}

impl MemoryHistory {
    pub fn new() -> MemoryHistory {
        MemoryHistory::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl History for MemoryHistory {
    fn position(&self) -> Result<LogPosition, HistoryError> {
        Ok(self.lock().position)
    }

    fn append(&self, to: LogPosition, rows: &[HistoryRow<'_>]) -> Result<(), HistoryError> {
        let mut state = self.lock();
        let is = state.position;
        if to < is || rows.iter().any(|it| it.position < is || to <= it.position) {
            return Err(HistoryError::OutOfOrder { is: is.0, to: to.0 });
        }
        state.position = to;
        state.rows.extend(rows.iter().cloned().map(HistoryRow::into_owned));
        Ok(())
    }

    fn scan(&self, scan: &Scan<'_>, visit: &mut Visit<'_>) -> Result<(), HistoryError> {
        let mut found: Vec<HistoryRow<'static>> = Vec::new();
        for row in &self.lock().rows {
            let person = row.person.map(|it| scan.redirects.current(it));
            if person.is_some_and(|it| scan.persons.contains(it))
                && row.position < scan.until
                && scan.events.is_none_or(|it| it.contains(&*row.event))
            {
                found.push(asked(HistoryRow { person, ..row.clone() }, scan.wanted));
            }
        }
        found.sort_by_key(HistoryRow::order);
        for row in &found {
            if visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn ranges(&self, count: usize) -> Result<Vec<PersonRange>, HistoryError> {
        let mut persons: Vec<PersonId> =
            self.lock().rows.iter().filter_map(|it| it.person).collect();
        persons.sort();
        let count = count.max(1);
        let mut bounds: Vec<PersonId> =
            (1..count).filter_map(|n| persons.get(n * persons.len() / count).copied()).collect();
        bounds.dedup();
        bounds.retain(|it| PersonId(0) < *it);
        let from = [PersonId(0)].into_iter().chain(bounds.iter().copied());
        let before = bounds.iter().copied().map(Some).chain([None]);
        Ok(from.zip(before).map(|(from, before)| PersonRange { from, before }).collect())
    }

    fn facts(
        &self,
        wanted: &[(PersonId, LogPosition)],
    ) -> Result<Vec<Option<HistoryRow<'static>>>, HistoryError> {
        let state = self.lock();
        let find = |at: LogPosition| state.rows.iter().find(|it| it.position == at).cloned();
        Ok(wanted.iter().map(|(_, at)| find(*at)).collect())
    }

    fn rewrite(&self, within: &Within, fate: &mut AskFate<'_>) -> Result<u64, HistoryError> {
        let (mut kept, mut changed) = (Vec::new(), 0);
        let mut state = self.lock();
        for mut row in std::mem::take(&mut state.rows) {
            match if within.holds(&row) { fate(&row) } else { Fate::Stays } {
                Fate::Stays => {}
                Fate::Becomes(person) if row.person == Some(person) => {}
                Fate::Becomes(person) => {
                    row.person = Some(person);
                    changed += 1;
                }
                Fate::Goes => {
                    changed += 1;
                    continue;
                }
            }
            kept.push(row);
        }
        state.rows = kept;
        Ok(changed)
    }

    fn compact(&self, _before_day: i64) -> Result<bool, HistoryError> {
        Ok(false)
    }
}

fn asked(row: HistoryRow<'static>, wanted: Wanted) -> HistoryRow<'static> {
    let properties = row.properties.clone().filter(|_| wanted.properties);
    let context = row.context.clone().filter(|_| wanted.context);
    if wanted.rest {
        return HistoryRow { properties, context, ..row };
    }
    HistoryRow {
        position: row.position,
        person: row.person,
        time: row.time,
        event: Cow::clone(&row.event),
        properties,
        context,
        ..HistoryRow::default()
    }
}
