//! The in-memory versions pass the contracts that every adapter must pass.

use crate::{MemoryHistory, MemoryLog, MemoryStore, Store, contract};

#[test]
fn memory_store_keeps_the_contract() {
    contract::store(&mut || Box::new(MemoryStore::new()) as Box<dyn Store>);
}

#[test]
fn memory_log_keeps_the_contract() {
    contract::log(&mut || Box::new(MemoryLog::new()));
}

#[test]
fn memory_history_keeps_the_contract() {
    contract::history(&mut || Box::new(MemoryHistory::new()));
}
