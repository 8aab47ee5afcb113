//! SIGKILL at any moment: nothing acknowledged is lost, and nobody gets a message twice.

use crate::load::{EVENTS_PER_PERSON, MESSAGES_PER_PERSON, Shop, person, post};
use crate::process::{Served, until};
use model::{LedgerState, MessageId, Reason, SourceId};
use port::{Catalog, CountKey, Ledger, People};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store_sqlite::SqliteStore;

/// Persons per batch, and batches between two kills.
const PERSONS: usize = 5;
const BATCHES: usize = 12;

/// What the provider may have had on the wire when the process died.
const ON_THE_WIRE_MAX: usize = 4;

fn kills() -> usize {
    std::env::var("FULCRUM_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(3)
}

struct GiveUp<'a>(&'a AtomicBool);

impl Drop for GiveUp<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn killed_under_load_nothing_is_lost_and_nothing_is_sent_twice() {
    let shop = Shop::new();
    let kills = kills();
    let batches = BATCHES * (kills + 1);
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let address = Mutex::new(String::new());
    let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let given_up = AtomicBool::new(false);
    let mut server = shop.serve();
    address.lock().expect("unpoisoned").clone_from(&server.address);
    let server = std::thread::scope(|scope| {
        // Should anything here fail, the senders end, and the test with them.
        let _end = GiveUp(&given_up);
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if batches <= n {
                        return;
                    }
                    let events: Vec<_> =
                        (n * PERSONS..(n + 1) * PERSONS).flat_map(person).collect();
                    let batch = serde_json::Value::Array(events);
                    // As an SDK does: the same batch with the same ids until it is acknowledged.
                    while !given_up.load(Ordering::SeqCst) {
                        let address = address.lock().expect("unpoisoned").clone();
                        if post(&address, &shop.write_key, &batch) {
                            acknowledged.fetch_add(1, Ordering::SeqCst);
                            break;
                        }
                        std::thread::yield_now();
                    }
                }
            });
        }
        for kill in 1..=kills {
            // A moment that the seed chooses: after so many batches, and then somewhere within
            // what the engine does about them.
            let after = kill * BATCHES - random.random_range(1..BATCHES);
            until("acknowledged batches", || {
                (after <= acknowledged.load(Ordering::SeqCst)).then_some(())
            });
            for _ in 0..random.random_range(0..2_000_000) {
                std::hint::spin_loop();
            }
            server.kill();
            server = shop.serve();
            address.lock().expect("unpoisoned").clone_from(&server.address);
        }
        let all = std::panic::catch_unwind(|| {
            until("the last acknowledgement", || {
                (acknowledged.load(Ordering::SeqCst) == batches).then_some(())
            });
        });
        given_up.store(true, Ordering::SeqCst);
        all.expect("every batch is acknowledged in the end");
        server
    });
    let people = batches * PERSONS;
    settle(&shop, &server, people);
    assert!(server.stop().success(), "SIGTERM ends it well");
    check(&shop, people, kills);
}

/// Waits until every message has ended.
fn settle(shop: &Shop, server: &Served, people: usize) {
    let wanted = people as i64 * MESSAGES_PER_PERSON;
    until("the end of every message", || {
        let today = shop.today(&server.address)?;
        let number = |name: &str| today["ledger"][name].as_i64();
        let done = number("candidates")? == wanted && number("pending")? == 0;
        done.then_some(())
    });
}

fn check(shop: &Shop, people: usize, kills: usize) {
    let store = SqliteStore::open(&shop.data().join("store"), store_sqlite::Options::default())
        .expect("the store opens");
    // Every acknowledged event, once.
    assert_eq!(store.count().expect("a count") as usize, people);
    let tallies = store.get(port::Space::System, "tallies").expect("read").expect("counted");
    let tallies: engine::Tallies = serde_json::from_slice(&tallies).expect("tallies");
    assert_eq!(tallies.events, people as u64 * EVENTS_PER_PERSON);
    let source = SourceId::from("web-shop");
    let ids: Vec<[u8; 16]> = (0..people)
        .flat_map(person)
        .filter_map(|it| Some(collection::dedup_id(&source, it["messageId"].as_str()?)))
        .collect();
    assert!(store.seen(&ids).expect("read").into_iter().all(|it| it), "an event is missing");
    // The ledger, by its counts and by its messages.
    let (kept, counted) = (store.counts().expect("counts"), store.recount().expect("counts"));
    assert_eq!(without_zeros(&kept), without_zeros(&counted));
    // The other side: what arrived, how often.
    let copies = shop.sink.copies();
    let twice: Vec<&MessageId> = copies.iter().filter(|it| 1 < *it.1).map(|it| it.0).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?}");
    let (mut sent, mut unknown) = (0, 0);
    for id in (1..=people as u64 * MESSAGES_PER_PERSON as u64).map(MessageId) {
        let message = store.message(id).expect("read").expect("numbers have no gaps");
        match message.ledger_state() {
            LedgerState::Sent => {
                sent += 1;
                assert!(copies.contains_key(&id), "{id} is called sent and never arrived");
            }
            LedgerState::Unknown => {
                unknown += 1;
                let last = message.trail.last().expect("a trail");
                assert_eq!(last.reason, Reason::FoundInFlight, "{message:?}");
            }
            LedgerState::Suppressed
            | LedgerState::HeldOut
            | LedgerState::Dropped
            | LedgerState::Merged
            | LedgerState::Failed
            | LedgerState::Pending => panic!("{message:?}"),
        }
    }
    assert!(unknown <= kills * ON_THE_WIRE_MAX, "{unknown} unknown after {kills} kills");
    assert!(copies.len() <= sent + unknown && sent <= copies.len());
    eprintln!("{people} people, {kills} kills, {sent} sent, {unknown} unknown");
}

fn without_zeros(counts: &[(CountKey, i64)]) -> BTreeMap<CountKey, i64> {
    counts.iter().filter(|it| it.1 != 0).cloned().collect()
}
