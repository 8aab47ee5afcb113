//! No id is forgotten early, and none is made up: against a map of all that was ever written.

use super::{Id, hour_of};
use crate::tests::made::{Chance, T0, copy_files, event_id};
use crate::tests::wait_for_keeper;
use crate::{Options, SqliteStore};
use model::{Span, Timestamp};
use port::{Catalog, Changes, SeenId, Store, StoreError};
use std::collections::BTreeMap;
use std::path::Path;

const RETENTION: Span = Span::hours(12);

#[test]
fn every_id_is_known_for_its_time_through_files_restarts_and_expiry() {
    for seed in 0..3 {
        let dir = tempfile::tempdir().expect("a directory");
        let mut store = open(dir.path());
        let (mut chance, mut written) = (Chance(seed), BTreeMap::new());
        let (mut now, mut next) = (T0, 1);
        for step in 0..120 {
            now = now.plus(Span::minutes(chance.below(40) as i64));
            let ids: Vec<SeenId> = (0..chance.below(30))
                .map(|_| {
                    next += 1;
                    // Now and then late by hours, or from a clock that is ahead.
                    let off = match chance.below(10) {
                        0 => -Span::hours(5).0,
                        1 => Span::hours(3).0,
                        _ => -(chance.below(60_000) as i64),
                    };
                    SeenId { id: event_id(next), received: now.plus(Span(off)) }
                })
                .collect();
            commit(&mut store, now, chance.one_in(3), &ids);
            written.extend(ids.iter().map(|it| (it.id, it.received)));
            if chance.one_in(3) {
                wait_for_keeper(&store);
            }
            match chance.below(12) {
                0 => {
                    drop(store);
                    store = open(dir.path());
                }
                1 => check_a_crash_now(dir.path(), &written, now),
                _ => {}
            }
            check(&store, &written, now, &format!("seed {seed}, step {step}"));
        }
        let files = || files_in(dir.path()).len();
        assert!(8 < files(), "hours become files");
        // Everything expires: the last hour is sealed, registered, and dropped.
        now = now.plus(RETENTION).plus(Span::hours(6));
        for _ in 0..4 {
            commit(&mut store, now, false, &[]);
            wait_for_keeper(&store);
        }
        assert_eq!(files(), 0);
        let ids: Vec<Id> = written.keys().copied().collect();
        assert!(!store.seen(&ids).expect("seen").contains(&true), "all are forgotten");
        assert_eq!(rows(&store), 0);
    }
}

/// Of what is on disk at this moment, a new process knows all that this one knew.
fn check_a_crash_now(dir: &Path, written: &BTreeMap<Id, Timestamp>, now: Timestamp) {
    let copy = tempfile::tempdir().expect("a directory");
    copy_files(dir, copy.path());
    let mut copied = open(copy.path());
    check(&copied, written, now, "after a crash");
    assert_eq!(copied.doctor().expect("an examination"), []);
    for _ in 0..3 {
        commit(&mut copied, now, true, &[]);
        wait_for_keeper(&copied);
        check(&copied, written, now, "after a crash and some commits");
    }
}

fn check(store: &SqliteStore, written: &BTreeMap<Id, Timestamp>, now: Timestamp, place: &str) {
    let young: Vec<Id> = (written.iter())
        .filter(|(_, received)| now < received.plus(RETENTION))
        .map(|(id, _)| *id)
        .collect();
    let seen = store.seen(&young).expect("seen");
    assert!(seen.iter().all(|it| *it), "{place}: an id was forgotten early");
    let strangers: Vec<Id> = (1..200).map(|n| event_id(u64::MAX / 2 + n)).collect();
    assert!(!store.seen(&strangers).expect("seen").contains(&true), "{place}: an id is made up");
}

#[test]
fn a_set_that_is_full_becomes_a_file_before_its_hour_is_over() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    store.seen.freeze_at(1_000);
    let mut written = BTreeMap::new();
    for batch in 0..30 {
        let ids: Vec<SeenId> =
            (0..300).map(|n| SeenId { id: event_id(batch * 300 + n), received: T0 }).collect();
        commit(&mut store, T0, false, &ids);
        written.extend(ids.iter().map(|it| (it.id, it.received)));
        wait_for_keeper(&store);
        check(&store, &written, T0, "while it fills");
    }
    assert_eq!(files_in(dir.path()).len(), 7);
    let largest: i64 = (store.connection)
        .query_row("SELECT count(*) FROM seen_recent", [], |row| row.get(0))
        .expect("a count");
    assert!(largest < 10, "rows go when their file is there: {largest}");
    drop(store);
    check(&open(dir.path()), &written, T0, "after a restart");
}

#[test]
fn ids_that_are_no_hashes_are_kept_as_well() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    store.seen.freeze_at(1);
    let id = |n: u128| n.to_be_bytes();
    let ids: Vec<SeenId> = (0..2_000).map(|n| SeenId { id: id(2 * n), received: T0 }).collect();
    commit(&mut store, T0, true, &ids);
    wait_for_keeper(&store);
    commit(&mut store, T0, true, &[]);
    let asked: Vec<Id> = (0..4_000).map(id).collect();
    let seen = store.seen(&asked).expect("seen");
    assert!((0..4_000).all(|n| seen[n] == (n % 2 == 0)));
}

#[test]
fn a_file_that_nobody_registered_is_removed_and_its_rows_are_read() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    commit(&mut store, T0, true, &[SeenId { id: [1; 16], received: T0 }]);
    drop(store);
    let hour = hour_of(T0);
    for name in [format!("{hour}.0.ids"), format!("{hour}.0.partial")] {
        std::fs::write(dir.path().join("seen").join(name), b"torn").expect("a file");
    }
    std::fs::write(dir.path().join("seen/notes.txt"), b"mine").expect("a file");
    let store = open(dir.path());
    assert_eq!(store.seen(&[[1; 16]]).expect("seen"), [true]);
    assert_eq!(files_in(dir.path()), ["notes.txt"], "only our own kind of file");
}

#[test]
fn a_file_that_is_missing_or_damaged_is_named_and_stops_the_start() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 4] = [
        ("No such file", |it| std::fs::remove_file(it).expect("removed")),
        ("its header", |it| flip(it, 9)),
        ("it has", |it| {
            let bytes = std::fs::read(it).expect("a file");
            std::fs::write(it, &bytes[..bytes.len() - 1]).expect("a file");
        }),
        ("filter is wrong", |it| flip(it, std::fs::metadata(it).expect("a file").len() - 20)),
    ];
    for (expected, damage) in damages {
        let dir = with_a_file();
        damage(&dir.path().join("seen").join(&files_in(dir.path())[0]));
        let options = Options { seen_retention: RETENTION, ..Options::default() };
        let error = SqliteStore::open(dir.path(), options).err().expect("an error");
        assert!(
            matches!(&error, StoreError::Unreadable { detail, .. }
            if detail.contains(".ids") && detail.contains(expected)),
            "{error}"
        );
        assert!(!crate::doctor(dir.path()).expect("an examination").is_empty());
    }
    let dir = with_a_file();
    flip(&dir.path().join("seen").join(&files_in(dir.path())[0]), 4096 + 40);
    let found = crate::doctor(dir.path()).expect("an examination");
    assert_eq!(found.len(), 1, "only the doctor reads all ids: {found:?}");
}

#[test]
fn what_cannot_be_written_stays_in_memory_and_is_tried_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    let seen_dir = dir.path().join("seen");
    commit(&mut store, T0, true, &[SeenId { id: [1; 16], received: T0 }]);
    std::fs::remove_dir(&seen_dir).expect("removed");
    let mut now = T0.plus(Span::hours(2));
    for _ in 0..3 {
        commit(&mut store, now, true, &[]);
        wait_for_keeper(&store);
        assert_eq!(store.seen(&[[1; 16]]).expect("seen"), [true]);
    }
    std::fs::create_dir(&seen_dir).expect("made");
    for _ in 0..3 {
        now = now.plus(Span::minutes(2));
        commit(&mut store, now, true, &[]);
        wait_for_keeper(&store);
        assert_eq!(store.seen(&[[1; 16]]).expect("seen"), [true]);
    }
    assert_eq!(files_in(dir.path()).len(), 1);
    assert_eq!(rows(&store), 0);
}

#[test]
fn a_filter_lets_few_strangers_through() {
    let ids = (0..100_000).map(event_id).collect();
    let dir = tempfile::tempdir().expect("a directory");
    let frozen = super::Frozen { first: 0, last: 1, ids };
    let file = super::IdFile::write(dir.path(), &frozen).expect("a file");
    let may_hold = |id: &Id| file.may_hold(&super::Probe::of(id));
    let strangers = 100_000;
    let through = (0..strangers).filter(|n| may_hold(&event_id(u64::MAX / 2 + n))).count() as f64;
    // With 12 bits an id half of the bits are set, and eight must be: one in 300.
    assert!(through / (strangers as f64) < 1.0 / 200.0, "{through}");
    let all_pass = (0..100_000).all(|n| may_hold(&event_id(n)));
    assert!(all_pass, "what is in the file passes");
}

fn with_a_file() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    let ids: Vec<SeenId> = (0..600).map(|n| SeenId { id: event_id(n), received: T0 }).collect();
    commit(&mut store, T0, true, &ids);
    commit(&mut store, T0.plus(Span::hours(2)), true, &[]);
    wait_for_keeper(&store);
    commit(&mut store, T0.plus(Span::hours(2)), true, &[]);
    dir
}

fn flip(path: &Path, at: u64) {
    let mut bytes = std::fs::read(path).expect("a file");
    bytes[usize::try_from(at).expect("a place")] ^= 1;
    std::fs::write(path, bytes).expect("a file");
}

fn open(dir: &Path) -> SqliteStore {
    let options = Options { seen_retention: RETENTION, ..Options::default() };
    SqliteStore::open(dir, options).expect("a store")
}

fn commit(store: &mut SqliteStore, now: Timestamp, durable: bool, ids: &[SeenId]) {
    let changes = Changes { now, durable, seen: ids.to_vec(), ..Changes::default() };
    store.commit(&changes).expect("a commit");
}

fn rows(store: &SqliteStore) -> i64 {
    let sql = "SELECT count(*) FROM seen_recent";
    store.connection.query_row(sql, [], |row| row.get(0)).expect("a count")
}

fn files_in(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir.join("seen")).expect("a directory");
    let name = |it: std::fs::DirEntry| it.file_name().into_string().expect("a name");
    let mut names: Vec<String> = entries.map(|it| name(it.expect("an entry"))).collect();
    names.sort();
    names
}
