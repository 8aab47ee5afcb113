//! The in-memory versions pass the contracts that every adapter must pass.

use crate::{contract, MemoryLog, MemoryStore, Store};

#[test]
fn memory_store_keeps_the_contract() {
    contract::store(&mut || Box::new(MemoryStore::new()) as Box<dyn Store>);
}

#[test]
fn memory_log_keeps_the_contract() {
    contract::log(&mut || Box::new(MemoryLog::new()));
}
