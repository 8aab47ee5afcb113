//! Ids of events that were made durable lately. The authority on duplicates is the engine's commit;
//! this only saves work, and tells which source sends twice.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// What a busy installation takes in a few seconds, which is when SDKs try again: 6 MB.
const IDS_MAX: usize = 100_000;

#[derive(Default)]
pub(crate) struct Known {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ids: HashSet<[u8; 16]>,
    order: VecDeque<[u8; 16]>,
}

impl Known {
    pub fn which(&self, ids: &[Option<[u8; 16]>]) -> Vec<bool> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        ids.iter().map(|id| id.is_some_and(|it| state.ids.contains(&it))).collect()
    }

    /// Call only with ids of events that are on disk.
    pub fn add(&self, ids: impl IntoIterator<Item = [u8; 16]>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            if !state.ids.insert(id) {
                continue;
            }
            state.order.push_back(id);
            if IDS_MAX < state.order.len()
                && let Some(oldest) = state.order.pop_front()
            {
                state.ids.remove(&oldest);
            }
        }
    }
}
