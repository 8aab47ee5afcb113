//! A broadcast to many, interrupted in every way that interrupts one: everybody exactly once.
//!
//! Each test is named after what users of other systems suffered from, with the reports:
//! listmonk 2070 and 2313 (resumed, it began anew with the first), 2278, 2591 and 3022 ("finished" with half
//! of the list left), 1801 (a restored snapshot sent a past campaign again), 2610 (stuck after a resume);
//! Mautic 9880 and 11763 (one mail twice to one contact), 13070 (what was queued is repeated).

use crate::load::{Shop, ask, get};
use crate::process::{DEADLINE, Served, fulcrum, succeed, until_within};
use port::{Ledger, People};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;
use store_sqlite::SqliteStore;

/// What the provider may have had on the wire when the process died.
const ON_THE_WIRE_MAX: usize = 4;

const FILES: [(&str, &str); 3] = [
    ("audiences/members.yaml", "audience: members\nwhen: did(\"Joined\")\n"),
    (
        "broadcasts/fair.yaml",
        "broadcast: fair\naudience: members\ncontent: fair\nchannels: [email]\nexpires: 7d\n",
    ),
    (
        "content/fair.md",
        "---\ncontent: fair\ntopic: news\nsummary: The fair\nforms:\n  \
         email: {subject: The fair}\n---\nCome to the fair.\n",
    ),
];

fn people() -> usize {
    std::env::var("FULCRUM_BROADCAST").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000)
}

/// Longer for more people: a hundred a second is slower than the slowest machine.
fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    let more = u64::try_from(people()).unwrap_or(0) / 100;
    until_within(DEADLINE + Duration::from_secs(more), what, ask)
}

/// A shop whose members came by a table.
fn shop(people: usize) -> Shop {
    let shop = Shop::with(&FILES);
    let mut table = String::from("id,mail\n");
    for n in 0..people {
        writeln!(table, "u{n},u{n}@people.example").expect("memory");
    }
    let file = shop.dir.path().join("members.csv");
    std::fs::write(&file, table).expect("a file");
    let file = file.display().to_string();
    let columns = ["--event", "Joined", "--map", "userId=id", "--map", "traits.email=mail"];
    let mut arguments = vec!["import", &file, "--source", "members"];
    arguments.extend(columns);
    shop.run(&arguments);
    shop
}

fn step(shop: &Shop, server: &Served, action: &str) {
    let url = format!("http://{}/api/v1/broadcasts/fair/{action}", server.address);
    ask(&url, &shop.token, &json!({})).unwrap_or_else(|| panic!("{action} is refused"));
}

fn state(shop: &Shop, server: &Served) -> Option<Value> {
    let all = get(&format!("http://{}/api/v1/broadcasts", server.address), &shop.token)?;
    Some(all["broadcasts"][0].clone())
}

fn until_state(shop: &Shop, server: &Served, wanted: &str) {
    until(wanted, || (state(shop, server)?["state"] == wanted).then_some(()));
}

fn until_sent(shop: &Shop, more_than: usize) {
    until("more mails", || (more_than < shop.sink.count()).then_some(()));
}

/// Who got how many.
fn copies(shop: &Shop) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for it in shop.sink.taken() {
        *copies.entry(it.recipient).or_default() += 1;
    }
    copies
}

/// The ledger of the broadcast, and that its messages say the same.
fn ledger(shop: &Shop) -> BTreeMap<&'static str, i64> {
    let store = SqliteStore::open(&shop.data().join("store"), store_sqlite::Options::default())
        .expect("the store opens");
    let of = |all: Vec<(port::CountKey, i64)>| {
        let mut sums: BTreeMap<&'static str, i64> = BTreeMap::new();
        for (key, count) in all.into_iter().filter(|it| it.0.scope == "broadcast/fair") {
            *sums.entry(key.state.name()).or_default() += count;
        }
        sums.retain(|_, it| *it != 0);
        sums
    };
    let (kept, counted) =
        (of(store.counts().expect("counts")), of(store.recount().expect("counts")));
    assert_eq!(kept, counted);
    assert!(0 < store.count().expect("a count"));
    kept
}

#[test]
fn paused_resumed_killed_and_restarted_everybody_gets_it_once_and_done_means_all_of_them() {
    let people = people();
    let shop = shop(people);
    let server = shop.serve();
    step(&shop, &server, "plan");
    until("the list", || {
        let it = state(&shop, &server)?;
        (it["listing"] == false && it["recipients"] == people).then_some(())
    });
    step(&shop, &server, "start");
    until_sent(&shop, people / 10);
    step(&shop, &server, "pause");
    until_state(&shop, &server, "paused");
    // What was on the wire when it was paused arrives; then nothing does.
    let settled = until("rest", || {
        let before = shop.sink.count();
        let today = shop.today(&server.address)?;
        let still = shop.sink.count() == before && today["engine"]["lag_ms"] == 0;
        still.then_some(before)
    });
    assert!(server.stop().success());
    let server = shop.serve();
    assert_eq!(state(&shop, &server).expect("an answer")["state"], "paused");
    assert!(shop.sink.count() <= settled + ON_THE_WIRE_MAX, "it went on while it was paused");
    step(&shop, &server, "resume");
    until_sent(&shop, people * 4 / 10);
    server.kill();
    let server = shop.serve();
    until_sent(&shop, people * 7 / 10);
    server.kill();
    let server = shop.serve();
    until_state(&shop, &server, "done");
    assert!(server.stop().success());

    let copies = copies(&shop);
    let twice = copies.values().filter(|it| 1 < **it).count();
    assert_eq!(twice, 0, "somebody got it twice");
    let ledger = ledger(&shop);
    let (sent, unknown) = (ledger["sent"], ledger.get("unknown").copied().unwrap_or(0));
    assert_eq!(sent + unknown, people as i64, "done, and not all of them: {ledger:?}");
    assert!(unknown <= 2 * ON_THE_WIRE_MAX as i64, "{ledger:?}");
    let missing = people - copies.len();
    assert!(missing as i64 <= unknown, "{missing} of {people} got nothing, {unknown} are unknown");
    eprintln!("{people} people: {sent} sent, {unknown} unknown, {missing} without a copy");
}

#[test]
fn cancelled_in_the_middle_nobody_else_gets_it_and_everybody_is_accounted_for() {
    let people = people();
    let shop = shop(people);
    let server = shop.serve();
    step(&shop, &server, "plan");
    until("the list", || (state(&shop, &server)?["recipients"] == people).then_some(()));
    step(&shop, &server, "start");
    until_sent(&shop, people / 4);
    step(&shop, &server, "cancel");
    until("the end of every message", || {
        (state(&shop, &server)?["counts"]["pending"] == 0).then_some(())
    });
    let arrived = shop.sink.count();
    assert!(server.stop().success());
    let server = shop.serve();
    until_state(&shop, &server, "cancelled");
    assert!(server.stop().success());
    assert_eq!(shop.sink.count(), arrived, "something left after the end");
    assert!(copies(&shop).values().all(|it| *it == 1));
    let ledger = ledger(&shop);
    assert_eq!(ledger["sent"], arrived as i64, "{ledger:?}");
    let dropped = ledger.get("dropped").copied().unwrap_or(0);
    assert!(ledger["sent"] + dropped <= people as i64, "{ledger:?}");
    assert_eq!(ledger.values().sum::<i64>(), ledger["sent"] + dropped, "{ledger:?}");
}

/// A backup of the middle of a broadcast that then came to its end; restored with the send journal of the
/// lost machine or without it.
fn restored(with_journal: bool) -> (Shop, Served, usize, usize) {
    let people = people();
    let shop = shop(people);
    let server = shop.serve();
    step(&shop, &server, "plan");
    until("the list", || (state(&shop, &server)?["recipients"] == people).then_some(()));
    step(&shop, &server, "start");
    until_sent(&shop, people / 4);
    let backup = shop.dir.path().join("backup");
    let config = shop.config().display().to_string();
    succeed(&["--config", &config, "backup", "--to", &backup.display().to_string()]);
    let at_backup = shop.sink.count();
    until_state(&shop, &server, "done");
    assert!(server.stop().success());
    let lost = shop.dir.path().join("lost");
    std::fs::rename(shop.data(), &lost).expect("a move");
    let (from, journal) =
        (backup.display().to_string(), lost.join("journal").display().to_string());
    let mut arguments = vec!["--config", &config, "restore", "--from", &from];
    if with_journal {
        arguments.extend(["--journal", &journal]);
    }
    let ran = fulcrum(&arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let before = shop.sink.count();
    assert_eq!(before, people, "the broadcast had come to its end");
    let server = shop.serve();
    let today = until("today", || shop.today(&server.address));
    assert!(today["engine"]["hold"].is_object(), "nothing says that it waits: {today}");
    assert!(shop.sink.count() == before, "something left before `resume`");
    ask(&format!("http://{}/api/v1/resume", server.address), &shop.token, &json!({}))
        .expect("it is resumed");
    (shop, server, people, at_backup)
}

fn until_all_ended(shop: &Shop, server: &Served) {
    until("the end of every message", || {
        let it = state(shop, server)?;
        (it["counts"]["pending"] == 0 && it["made"] == it["recipients"]).then_some(())
    });
}

#[test]
fn a_snapshot_restored_with_the_send_journal_leaves_everybody_with_exactly_one() {
    let (shop, server, people, _) = restored(true);
    until_all_ended(&shop, &server);
    assert!(server.stop().success());
    let copies = copies(&shop);
    assert_eq!(copies.len(), people, "somebody got nothing");
    assert!(copies.values().all(|it| *it == 1), "somebody got it twice");
    assert_eq!(ledger(&shop).values().sum::<i64>(), people as i64);
}

#[test]
fn a_snapshot_restored_without_the_journal_leaves_everybody_with_at_most_one() {
    let (shop, server, people, at_backup) = restored(false);
    until_all_ended(&shop, &server);
    assert!(server.stop().success());
    let copies = copies(&shop);
    assert!(copies.values().all(|it| *it == 1), "somebody got it twice");
    let ledger = ledger(&shop);
    assert_eq!(ledger.values().sum::<i64>(), people as i64, "{ledger:?}");
    let unknown = ledger.get("unknown").copied().unwrap_or(0);
    assert!(
        0 < unknown || at_backup == people,
        "what left after the backup is unknown: {ledger:?}"
    );
}
