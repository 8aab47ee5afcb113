//! The log in memory, for tests and simulation. Appends may fail, and may be held back to stand
//! for a disk that is slow.

use crate::{AppendDone, FactLog, LogError, LogPosition};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Clones share one log.
#[derive(Clone, Default)]
pub struct MemoryLog {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Each record with the position after it.
    records: Vec<(LogPosition, Vec<u8>)>,
    end: LogPosition,
    /// Records before it were let go.
    first: LogPosition,
    failing: bool,
    wakers: Vec<Arc<dyn Fn() + Send + Sync>>,
}

impl MemoryLog {
    pub fn new() -> MemoryLog {
        MemoryLog::default()
    }

    /// From now on appends fail, or succeed again.
    pub fn set_failing(&self, failing: bool) {
        self.lock().failing = failing;
    }

    /// Appends and returns at once; what a caller with nothing else to do wants.
    pub fn append_now(&self, records: Vec<Vec<u8>>) -> Result<LogPosition, LogError> {
        let mut state = self.lock();
        if state.failing {
            return Err(LogError::Closed { why: "a planned fault".to_owned() });
        }
        for record in records {
            // As in the real log, a record takes its length and eight bytes more.
            let end = LogPosition(state.end.0 + record.len() as u64 + 8);
            state.records.push((end, record));
            state.end = end;
        }
        let (end, wakers) = (state.end, state.wakers.clone());
        drop(state);
        for wake in wakers {
            wake();
        }
        Ok(end)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FactLog for MemoryLog {
    fn append(&self, records: Vec<Vec<u8>>, done: AppendDone) {
        done(self.append_now(records));
    }

    fn read(
        &self,
        from: LogPosition,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(LogPosition, Vec<u8>)>, LogError> {
        let state = self.lock();
        if from < state.first {
            return Err(LogError::Trimmed { asked: from.0, first: state.first.0 });
        }
        let first = state.records.partition_point(|(end, _)| *end <= from);
        let mut bytes = 0;
        let found = state.records[first..].iter().take(records_max).take_while(|(_, record)| {
            let fits = bytes < bytes_max;
            bytes += record.len();
            fits
        });
        Ok(found.cloned().collect())
    }

    fn durable_end(&self) -> LogPosition {
        self.lock().end
    }

    fn first(&self) -> LogPosition {
        self.lock().first
    }

    fn trim(&self, before: LogPosition) -> Result<LogPosition, LogError> {
        let mut state = self.lock();
        // As a file of the real log does, the last record stays.
        let gone = state.records.iter().take_while(|(end, _)| *end <= before).count();
        let gone = gone.min(state.records.len().saturating_sub(1));
        if let Some((end, _)) = gone.checked_sub(1).and_then(|it| state.records.get(it)) {
            state.first = *end;
        }
        state.records.drain(..gone);
        Ok(state.first)
    }

    fn rewrite(
        &self,
        until: LogPosition,
        change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<u64, LogError> {
        let mut changed = 0;
        for (_, record) in self.lock().records.iter_mut().filter(|(end, _)| *end <= until) {
            if let Some(new) = change(record).filter(|it| it.len() == record.len()) {
                *record = new;
                changed += 1;
            }
        }
        Ok(changed)
    }

    fn on_append(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.lock().wakers.push(Arc::from(wake));
    }
}
