//! The log of a demo: what is appended can be read at once, and is on the disk a moment later.
//!
//! In virtual time an hour passes in a millisecond. Waiting for the disk as in earnest, the demo
//! would take as long as its thousands of syncs; not waiting, the engine would hear of what people
//! do days after they did it. Who loses power during a demo begins it again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use log_segments::SegmentLog;
use port::{AppendDone, FactLog, LogError, LogPosition};

pub struct EarlyLog {
    disk: Arc<SegmentLog>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What may not be on the disk yet, each with the position after it.
    recent: VecDeque<(LogPosition, Vec<u8>)>,
    end: LogPosition,
    /// What a record takes beside its own bytes; learned from the first one.
    overhead: Option<u64>,
    failure: Option<String>,
}

impl EarlyLog {
    pub fn new(disk: Arc<SegmentLog>) -> EarlyLog {
        let state = State { end: disk.durable_end(), ..State::default() };
        EarlyLog { disk, state: Arc::new(Mutex::new(state)) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The first records wait for the disk and show how positions grow.
    fn learn(&self, records: Vec<Vec<u8>>) -> Result<LogPosition, LogError> {
        let (count, bytes) = (records.len() as u64, bytes_of(&records));
        let end = self.disk.append_and_wait(records)?;
        let mut state = self.lock();
        let grown = end.0 - state.end.0;
        state.overhead = (grown - bytes).checked_div(count);
        state.end = end;
        Ok(end)
    }
}

impl FactLog for EarlyLog {
    fn append(&self, records: Vec<Vec<u8>>, done: AppendDone) {
        let mut state = self.lock();
        let Some(overhead) = state.overhead else {
            drop(state);
            done(self.learn(records));
            return;
        };
        let durable = self.disk.durable_end();
        while state.recent.front().is_some_and(|it| it.0 <= durable) {
            state.recent.pop_front();
        }
        for record in &records {
            state.end = LogPosition(state.end.0 + overhead + record.len() as u64);
            let end = state.end;
            state.recent.push_back((end, record.clone()));
        }
        let (end, shared) = (state.end, Arc::clone(&self.state));
        drop(state);
        let stored: AppendDone = Box::new(move |result| {
            let failure = match result {
                Ok(there) if there == end => return,
                Ok(there) => format!("it ends at {} and not at {}", there.0, end.0),
                Err(error) => error.to_string(),
            };
            lock(&shared).failure.get_or_insert(failure);
        });
        self.disk.append(records, stored);
        done(Ok(end));
    }

    fn rewrite(
        &self,
        until: LogPosition,
        change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<u64, LogError> {
        self.disk.rewrite(until, change)
    }

    fn read(
        &self,
        from: LogPosition,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(LogPosition, Vec<u8>)>, LogError> {
        let state = self.lock();
        if let Some(why) = &state.failure {
            return Err(LogError::Closed { why: why.clone() });
        }
        // What is on the disk may have been dropped here.
        if from < self.disk.durable_end() {
            drop(state);
            return self.disk.read(from, records_max, bytes_max);
        }
        let first = state.recent.partition_point(|it| it.0 <= from);
        let mut bytes = 0;
        let enough = |it: &&(LogPosition, Vec<u8>)| {
            let more = bytes < bytes_max;
            bytes += it.1.len();
            more
        };
        Ok(state.recent.range(first..).take(records_max).take_while(enough).cloned().collect())
    }

    fn first(&self) -> LogPosition {
        self.disk.first()
    }

    fn trim(&self, before: LogPosition) -> Result<LogPosition, LogError> {
        self.disk.trim(before)
    }

    fn durable_end(&self) -> LogPosition {
        self.lock().end
    }

    fn on_append(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.disk.on_append(wake);
    }
}

fn bytes_of(records: &[Vec<u8>]) -> u64 {
    records.iter().map(|it| it.len() as u64).sum()
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
