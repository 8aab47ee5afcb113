//! The in-memory versions pass the contracts that every adapter must pass.

use crate::contract::{Fate, Folder, Place};
use crate::{
    MemoryHistory, MemoryLog, MemoryMailbox, MemoryPublisher, MemoryStore, Store, contract,
};
use model::Network;

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

#[test]
fn memory_publisher_keeps_the_contract() {
    contract::publisher(&mut |fate| {
        let publisher = MemoryPublisher::new(Network::Mastodon);
        publisher.will(fate);
        let (counted, recovered) = (publisher.clone(), publisher.clone());
        Place {
            publisher: Box::new(publisher),
            posts: Box::new(move || counted.posts().len()),
            recovers: Box::new(move || recovered.will(Fate::Takes)),
            knows_keys: true,
            secret: "hunter2".to_owned(),
        }
    });
}

#[test]
fn memory_mailbox_keeps_the_contract() {
    contract::mailbox(&mut || {
        let mailbox = MemoryMailbox::new();
        let filled = mailbox.clone();
        Folder {
            connect: Box::new(move || Box::new(mailbox.clone())),
            put: Box::new(move |mail| filled.put(mail)),
        }
    });
}
