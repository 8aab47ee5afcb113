//! What is stored today must be readable for ever, and what is written must not change unnoticed.
//!
//! `fixtures/stored/` holds one file per form; its README says what to do when a test here fails.

use super::made;
use crate::LogRecord;
use crate::person::{self, Stored};
use model::PersonId;
use serde_json::Value;
use std::path::PathBuf;

fn fixture(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/stored");
    dir.join(format!("{name}.json"))
}

fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(fixture(name)).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

/// The file's bytes as the store would give them.
fn bytes(name: &str) -> Vec<u8> {
    serde_json::to_vec(&read(name)).expect("JSON")
}

/// Today's output of a fixed value is what the file holds.
fn check_written(name: &str, written: &[u8]) {
    let written: Value = serde_json::from_slice(written).expect("what is stored is JSON");
    let pretty = serde_json::to_string_pretty(&written).expect("JSON");
    assert!(written == read(name), "the stored form {name} changed; it is now\n{pretty}\n");
}

#[test]
fn log_records() {
    for (name, record) in made::records() {
        check_written(name, &record.encode());
        assert_eq!(LogRecord::decode(&bytes(name)).as_ref(), Ok(&record), "{name}");
    }
}

#[test]
fn sections_of_a_person() {
    let made = made::person();
    check_written("hot.1", &person::hot(&made));
    check_written("traits", &person::traits(&made));
    check_written("consents", &person::consents(&made).expect("some"));
    check_written("contacts", &person::contacts(&made).expect("some"));
    check_written("runs", &person::runs(&made).expect("some"));
    check_written("learned", &person::learned(&made).expect("some"));
    let stored = Stored {
        hot: bytes("hot.1"),
        traits: bytes("traits"),
        consents: Some(bytes("consents")),
        contacts: Some(bytes("contacts")),
        runs: Some(bytes("runs")),
        learned: Some(bytes("learned")),
    };
    assert_eq!(person::read(made.id, &stored).as_ref(), Ok(&made));
}

#[test]
fn messages() {
    for (name, message) in made::messages() {
        check_written(name, &person::message(&message));
        assert_eq!(person::read_message(&bytes(name)).as_ref(), Ok(&message), "{name}");
    }
}

#[test]
fn merges() {
    let made = made::merge();
    check_written("merge.1.undone", &person::merge(&made));
    let read = |name| person::read_merge(made.id, &bytes(name));
    assert_eq!(read("merge.1.undone").as_ref(), Ok(&made));
    // From before later facts were kept.
    let old = port::Merge { kept: None, undone: None, ..made.clone() };
    assert_eq!(read("merge.1").as_ref(), Ok(&old));
}

/// Merges that were frozen before persons had a section of learning.
#[test]
fn merges_from_before_learning() {
    let made = made::merge();
    let survivor = port::Person { learned: Default::default(), ..made.survivor };
    let before = port::Merge { survivor, kept: None, undone: None, ..made };
    let read = person::read_merge(before.id, &bytes("merge.1.before-learning"));
    assert_eq!(read.as_ref(), Ok(&before));
}

#[test]
fn words_of_closed_lists() {
    check_written("words", &serde_json::to_vec(&made::words()).expect("JSON"));
}

/// A person of whom nothing is known takes next to no room.
#[test]
fn what_is_empty_is_not_stored() {
    let person = port::Person::new(PersonId(1), model::Timestamp(5));
    let hot = String::from_utf8(person::hot(&person)).expect("text");
    assert_eq!(hot, r#"{"hot.1":{"known":{"created":5},"profile":{},"seen":5}}"#);
    assert_eq!(person::traits(&person), b"{}");
    let sections = [person::consents(&person), person::contacts(&person), person::runs(&person)];
    assert_eq!(sections, [None, None, None]);
    assert_eq!(person::learned(&person), None);
}

/// A person of a shop, with some orders and a consent, stays near two kilobytes.
#[test]
fn a_full_person_is_small() {
    let made = made::person();
    let sections = [person::consents(&made), person::contacts(&made), person::runs(&made)];
    let rest: usize = sections.iter().flatten().map(Vec::len).sum();
    let size = person::hot(&made).len() + person::traits(&made).len() + rest;
    assert!(size < 4_096, "{size} bytes");
}

#[test]
fn a_form_of_the_future_is_named_and_not_misread() {
    for (bytes, expected) in [
        (r#"{"fact.2":{}}"#, "unknown variant `fact.2`"),
        (r#"{"fact.1":{"event":{}}}"#, "missing field"),
        ("not json", "expected"),
        ("", "EOF"),
    ] {
        let error = LogRecord::decode(bytes.as_bytes()).expect_err(bytes).to_string();
        assert!(error.starts_with("the stored log record cannot be read: "), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    let future = Stored { hot: br#"{"hot.2":{}}"#.to_vec(), ..Stored::default() };
    let error = person::read(PersonId(1), &future).expect_err("a future form").to_string();
    assert!(error.contains("unknown variant `hot.2`"), "{error}");
    assert!(person::read_merge(model::MergeId(1), br#"{"merge.2":{}}"#).is_err());
}
