//! A server's life: set-up, a graceful end, backups beside it, and what a restore holds back.

use crate::load::{EVENTS_PER_PERSON, Shop, person, post};
use crate::process::{Served, fulcrum, fulcrum_with, succeed, until};
use serde_json::Value;

fn send(shop: &Shop, server: &Served, people: std::ops::Range<usize>) {
    let batch = Value::Array(people.flat_map(person).collect());
    assert!(post(&server.address, &shop.write_key, &batch));
}

fn wait_for_sent(shop: &Shop, server: &Served, sent: i64) {
    until("sent messages", || {
        let today = shop.today(&server.address)?;
        (today["ledger"]["sent"].as_i64()? == sent).then_some(())
    });
}

#[test]
fn a_stop_finishes_what_was_begun() {
    let shop = Shop::new();
    let mut server = shop.serve();
    assert!(server.wait_for("/setup?token=").contains(&server.address));
    send(&shop, &server, 0..20);
    assert!(server.stop().success());
    // What was acknowledged is taken in, now or at the next start, and nothing is in doubt.
    let server = shop.serve();
    wait_for_sent(&shop, &server, 60);
    let today = shop.today(&server.address).expect("today");
    assert_eq!(today["ledger"]["unknown"], 0);
    assert_eq!(today["engine"]["events"], 20 * EVENTS_PER_PERSON);
    assert!(server.stop().success());
    assert_eq!(shop.sink.copies().values().filter(|it| **it == 1).count(), 60);
    assert!(shop.run(&["doctor"]).contains("adds up over 60 messages"));
}

#[test]
fn a_backup_beside_the_server_comes_back_and_holds_everything() {
    let shop = Shop::new();
    let server = shop.serve();
    send(&shop, &server, 0..10);
    wait_for_sent(&shop, &server, 30);
    let (copy, again) = (shop.dir.path().join("copy"), shop.dir.path().join("again"));
    let (copy, again) = (copy.display().to_string(), again.display().to_string());
    shop.run(&["backup", "--to", &copy]);
    let refused = fulcrum(&["--data", &shop.data().display().to_string(), "token", "create"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("in use by a running server"), "{}", refused.err);
    // Reading commands work beside the server.
    assert!(shop.run(&["why", "u3@people.example"]).contains("the provider took the message"));
    send(&shop, &server, 10..12);
    wait_for_sent(&shop, &server, 36);
    assert!(server.stop().success());

    let restored = fulcrum(&["restore", "--from", &copy, "--data", &again]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    let twice = fulcrum(&["restore", "--from", &copy, "--data", &again]);
    assert_eq!(twice.code, 2, "a directory that is not empty stays as it is");
    let mut server = shop.serve_on(again.as_ref());
    server.wait_for("nothing goes out: restored from a backup");
    send(&shop, &server, 20..22);
    let today = until("the new people", || {
        let today = shop.today(&server.address)?;
        (today["engine"]["people"] == 12 && today["engine"]["hold"]["waiting"].as_u64()? == 6)
            .then_some(today)
    });
    assert!(today["engine"]["hold"]["reason"].as_str().expect("held").contains("restored"));
    assert_eq!(shop.sink.count(), 36, "nothing goes out while it is held");
    let asked =
        fulcrum(&["resume", "--server", &server.address, "--token", &shop.token, "--data", &again]);
    assert_eq!(asked.code, 2, "without a terminal it does not guess: {}", asked.out);
    assert!(asked.out.contains("6 messages wait"), "{}", asked.out);
    let asked = fulcrum(&[
        "resume",
        "--yes",
        "--server",
        &server.address,
        "--token",
        &shop.token,
        "--data",
        &again,
    ]);
    assert_eq!(asked.code, 0, "{}", asked.err);
    wait_for_sent(&shop, &server, 36);
    assert!(server.stop().success());
}

/// Messages that were waiting when the backup was made, and left before the restore.
fn copies_after_restore(with_journal: bool) -> (usize, usize) {
    let shop = Shop::new();
    let policy = shop.dir.path().join("program/policy.yaml");
    std::fs::write(policy, "window: 3s\nzone: Europe/Amsterdam\nconsent: []\n").expect("a file");
    let server = shop.serve();
    send(&shop, &server, 0..4);
    until("the candidates", || {
        let today = shop.today(&server.address)?;
        (today["ledger"]["candidates"] == 12).then_some(())
    });
    let (copy, again) = (shop.dir.path().join("copy"), shop.dir.path().join("again"));
    let (copy, again) = (copy.display().to_string(), again.display().to_string());
    shop.run(&["backup", "--to", &copy]);
    wait_for_sent(&shop, &server, 12);
    server.kill();
    let journal = shop.data().join("journal").display().to_string();
    let mut ask = vec!["restore", "--from", &copy, "--data", &again];
    if with_journal {
        ask.extend(["--journal", &journal]);
    }
    succeed(&ask);
    succeed(&["resume", "--yes", "--data", &again]);
    let server = shop.serve_on(again.as_ref());
    let today = until("the end of every message", || {
        let today = shop.today(&server.address)?;
        (today["ledger"]["pending"] == 0).then_some(today)
    });
    assert!(server.stop().success());
    eprintln!("{}", today["ledger"]);
    let copies = shop.sink.taken().len();
    let people: std::collections::BTreeSet<String> =
        shop.sink.taken().into_iter().map(|it| it.recipient).collect();
    (copies, people.len())
}

#[test]
fn nobody_gets_a_second_copy_after_a_restore() {
    for with_journal in [true, false] {
        let (copies, people) = copies_after_restore(with_journal);
        assert_eq!((copies, people), (12, 4), "with the journal: {with_journal}");
    }
}

#[test]
fn only_this_machine_may_connect_unless_it_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let refused = fulcrum(&["serve", "--bind", "0.0.0.0:0", "--data", &data]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("can be reached from other machines"), "{}", refused.err);
    assert!(refused.err.contains("--allow-remote"), "{}", refused.err);
    assert!(!dir.path().join("data").exists(), "nothing was begun");
}

#[test]
fn a_programme_with_problems_changes_nothing() {
    let shop = Shop::new();
    let policy = shop.dir.path().join("program/policy.yaml");
    std::fs::write(policy, "windows: 1ms\n").expect("a file");
    let config = shop.config().display().to_string();
    let refused = fulcrum(&["serve", "--bind", "127.0.0.1:0", "--config", &config]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("policy.yaml:1:1: unknown field `windows`"), "{}", refused.err);
}

#[test]
fn the_password_is_set_from_standard_input() {
    let shop = Shop::new();
    let config = shop.config().display().to_string();
    let short = fulcrum_with(&["password", "--config", &config], "short\n");
    assert_eq!(short.code, 2);
    assert!(short.err.contains("at least 10 characters"), "{}", short.err);
    let set = fulcrum_with(&["password", "--config", &config], "long enough to be one\n");
    assert_eq!((set.code, set.out.as_str()), (0, "the password is set\n"));
    let server = shop.serve();
    let today = shop.today(&server.address).expect("today");
    assert_eq!(today["engine"]["people"], 0);
    assert!(!server.said.iter().any(|it| it.contains("/setup?token=")), "{:?}", server.said);
}
