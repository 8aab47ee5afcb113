//! The market against the engine: every promise holds, and the truth is covered.

use crate::demo::{LedgerCounts, lost_events};
use crate::{Behaviour, Market, MarketOptions, Played, Stage, Violations, play};
use content::LinkKey;
use engine::{EngineSettings, Keys};
use model::{ChanceKey, ChannelSet};
use port::{Ledger, MemoryLog, MemoryStore};
use std::sync::Arc;

pub(crate) fn keys(seed: u8) -> Keys {
    Keys { chance: ChanceKey([seed; 32]), link: LinkKey([seed; 32]) }
}

fn options(people: usize, seed: u64) -> MarketOptions {
    MarketOptions { people, seed, ..MarketOptions::default() }
}

fn in_memory(options: MarketOptions, prepare: impl FnOnce(&mut Market)) -> (Played, MemoryStore) {
    let store = MemoryStore::new();
    let stage = Stage {
        store: Box::new(store.clone()),
        log: Arc::new(MemoryLog::new()),
        keys: keys(7),
        settings: EngineSettings::default(),
        mail: None,
        swallow: ChannelSet::EMPTY,
    };
    let played = play(options, stage, prepare).expect("the engine opens");
    (played, store)
}

fn check_promises(played: &Played, store: &MemoryStore) -> LedgerCounts {
    let mut violations = Violations::of(&played.market.people);
    violations.lost_events =
        lost_events(store, &played.market.acknowledged).expect("views of memory");
    assert_eq!(violations, Violations::default());
    let ledger = LedgerCounts::read(store).expect("views of memory");
    assert!(ledger.balanced(), "{ledger:?}");
    assert_eq!(store.counts().expect("counts"), store.recount().expect("recount"));
    let seen: i64 = played.market.people.iter().map(|it| it.received.len() as i64).sum();
    assert_eq!(ledger.sent, seen, "what the ledger calls sent is what people received");
    ledger
}

#[test]
fn a_quiet_market_keeps_every_promise() {
    let (played, store) = in_memory(options(60, 1), |_| {});
    let ledger = check_promises(&played, &store);
    assert!(100 < ledger.sent, "{ledger:?}");
    assert!(0 < ledger.held_out, "{ledger:?}");
    assert_eq!(ledger.failed, 0, "{ledger:?}");
    assert!(played.market.people.iter().all(|it| it.received.len() < 60));
    let _ = Behaviour::default();
}
