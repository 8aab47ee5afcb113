//! What the doctor finds, and what a row says that cannot be read.

use super::made::{T0, add_person, changes, person, planned};
use super::{chain, open, wait_for_keeper};
use crate::{Options, SqliteStore, doctor};
use model::{LedgerState, Message, PersonId, Problem};
use port::{CountChange, CountKey, Ledger, People, Sections, Store, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

#[test]
fn the_doctor_finds_nothing_wrong_in_a_good_store() {
    let dir = some_store();
    assert_eq!(doctor(dir.path()).expect("an examination"), []);
    let running = open(dir.path());
    assert_eq!(running.doctor().expect("an examination"), []);
}

#[test]
fn the_doctor_says_what_is_wrong() {
    check("UPDATE counts SET n = n + 1", "the ledger counts 2 pending for journey/welcome");
    check("DELETE FROM counts", "counts 0 pending for journey/welcome");
    check("UPDATE marks SET persons = 7", "the store counts 7 persons, and there are 2");
    check("UPDATE persons SET id = 9 WHERE id = 1", "the open message m1 is for p1");
    check("UPDATE persons SET id = 9 WHERE id = 1", "person_contacts has a row for p1");
    check("UPDATE persons SET id = 9 WHERE id = 1", "the redirect from p3 to p1");
    check("UPDATE persons SET id = 9 WHERE id = 1", "an identifier of kind user_id belongs to p1");
    check("UPDATE persons SET id = 9 WHERE id = 1", "p9 cannot be found by search");
    check("UPDATE persons SET next_at = 5 WHERE id = 1", "the columns of p1 say next_at Some(5)");
    check("UPDATE persons SET name = 'Eve' WHERE id = 2", "another name");
    check("UPDATE persons SET hot = x'00' WHERE id = 2", "stored person cannot be read: p2");
    check("DELETE FROM members", "p1 is not listed as a member of buyers");
    check("UPDATE members SET audience = 9", "p1 is listed, against the record, as a member of");
    check("UPDATE persons SET id = 9 WHERE id = 1", "members has a row for p1");
    check("UPDATE person_contacts SET data = '[' || data", "cannot store TEXT value in BLOB");
    check("UPDATE messages SET state = 'ended'", "the columns of m1 differ");
    check("UPDATE messages SET data = x'7b'", "stored message cannot be read: m1");
    check("UPDATE merges SET data = x'7b'", "stored merge cannot be read: number 1");
    check("UPDATE since_merge SET data = x'7b'", "since a merge cannot be read: number 1");
    check("UPDATE seen_files SET ids = 7", "instead of 7");
}

#[test]
fn a_store_of_before_members_were_listed_gets_the_list() {
    let dir = some_store();
    let raw = Connection::open(dir.path().join("fulcrum.db")).expect("open");
    raw.execute_batch("DROP TABLE members; DROP TABLE audiences; PRAGMA user_version = 3")
        .expect("an older store");
    drop(raw);
    let store = open(dir.path());
    assert_eq!(store.members("buyers", None, 9).expect("members"), [PersonId(1)]);
    assert_eq!(store.doctor().expect("an examination"), []);
}

#[test]
fn the_doctor_survives_pages_of_nonsense() {
    let dir = some_store();
    let path = dir.path().join("fulcrum.db");
    let mut bytes = std::fs::read(&path).expect("the database");
    for (index, byte) in bytes.iter_mut().enumerate().skip(4096) {
        *byte = index as u8;
    }
    std::fs::write(&path, bytes).expect("nonsense");
    let found = doctor(dir.path()).expect("an examination");
    assert!(texts(&found).contains("SQLite"), "{}", texts(&found));

    std::fs::write(&path, b"not a database at all, only some text").expect("nonsense");
    let found = doctor(dir.path()).expect("an examination");
    assert!(texts(&found).contains("SQLite cannot read"), "{}", texts(&found));
    let error = SqliteStore::open(dir.path(), Options::default()).err().expect("an error");
    assert!(chain(&error).contains("is damaged; run `fulcrum doctor`"), "{}", chain(&error));
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    let dir = some_store();
    let raw = Connection::open(dir.path().join("fulcrum.db")).expect("open");
    raw.execute_batch("UPDATE persons SET hot = x'00'; UPDATE messages SET data = x'00'")
        .expect("damage");
    drop(raw);
    let store = open(dir.path());
    let person = store.load(&[PersonId(2)]).expect_err("damage");
    assert!(matches!(&person, StoreError::Unreadable { what: "person", detail }
        if detail.starts_with("p2: ")));
    let message = store.message(model::MessageId(1)).expect_err("damage");
    assert!(matches!(&message, StoreError::Unreadable { what: "message", detail }
        if detail.starts_with("m1: ")));
}

#[test]
fn redirects_in_a_circle_are_told_and_not_followed_for_ever() {
    let dir = some_store();
    let mut store = open(dir.path());
    let mut commit = changes();
    commit.redirects.extend([(PersonId(7), PersonId(8)), (PersonId(8), PersonId(7))]);
    store.commit(&commit).expect("a commit");
    let error = port::Directory::current(&store, PersonId(7)).expect_err("a circle");
    assert!(error.to_string().contains("p7 lead in a circle"), "{error}");
}

fn check(damage: &str, expected: &str) {
    let dir = some_store();
    let raw = Connection::open(dir.path().join("fulcrum.db")).expect("open");
    if let Err(refused) = raw.execute_batch(damage) {
        assert!(refused.to_string().contains(expected), "{refused}");
        return;
    }
    drop(raw);
    let found = texts(&doctor(dir.path()).expect("an examination"));
    assert!(found.contains(expected), "after `{damage}`: {found}");
}

fn texts(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Two persons, one absorbed, an open message, a merge, and a file of ids.
fn some_store() -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    store.seen.freeze_at(2);
    let mut ada = person(1, "Ada");
    let hot = r#"{"hot.1":{"known":{"created":0},"profile":{"audiences":{"buyers":5}},"seen":0}}"#;
    let stored = record::person::Stored {
        hot: hot.as_bytes().to_vec(),
        traits: b"{}".to_vec(),
        ..Default::default()
    };
    ada.profile = record::person::read(ada.id, &stored).expect("a person").profile;
    ada.contacts.arbitrate_at = Some(T0);
    let absorbed = person(3, "Ada");
    let message: Message = planned(1, 1, T0);
    let mut commit = changes();
    commit.people.push((&ada, Sections::ALL));
    commit.people.push((&absorbed, Sections::ALL));
    commit.identifiers.extend(ada.known.identifiers.keys().map(|it| (it.clone(), ada.id)));
    commit.redirects.push((absorbed.id, ada.id));
    commit.merges.push(port::Merge {
        record: identity::MergeRecord {
            at: T0,
            survivor: ada.id,
            absorbed: absorbed.id,
            by: model::Identifier::email("a@example.com"),
            cause: "identify".to_owned(),
            survivor_known: ada.known.clone(),
            absorbed_known: absorbed.known.clone(),
        },
        id: model::MergeId(1),
        survivor: ada.clone(),
        absorbed: absorbed.clone(),
        kept: None,
        undone: None,
    });
    commit.since_merge.push(port::SinceMerge {
        number: 1,
        person: ada.id,
        at: T0,
        what: port::Since::Urgent("{}".to_owned()),
    });
    commit.messages.push(&message);
    let key = CountKey { scope: message.scope(), day: T0.day(), state: LedgerState::Pending };
    commit.counts.push(CountChange { key, by: 1 });
    commit
        .seen
        .extend((50..60).map(|n| port::SeenId { id: super::made::event_id(n), received: T0 }));
    store.commit(&commit).expect("a commit");
    wait_for_keeper(&store);
    add_person(&mut store, 2, true);
    drop(store);
    dir
}
