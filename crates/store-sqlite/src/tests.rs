//! The contract of every store, and what is special to this one: files, locks, crashes, a full disk.

mod damage;
pub(crate) mod made;
mod random;
mod search;

use crate::{Options, SqliteStore, connection, fault::Fault};
use made::{T0, add_person, changes, copy_files, person, planned};
use model::{Identifier, PersonId, Timestamp};
use port::{Agenda, Catalog, Directory, Entry, LogPosition, People, Space, Store, StoreError};
use port::{Changes, Outbox, Sections, SeenId};
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

#[test]
fn the_store_keeps_the_contract() {
    let mut dirs: Vec<TempDir> = Vec::new();
    port::contract::store(&mut || {
        let dir = tempfile::tempdir().expect("a directory");
        let store = open(dir.path());
        dirs.push(dir);
        Box::new(store)
    });
}

/// The name stood in rows of many lengths, which move and leave pages behind when they change.
#[test]
fn of_an_erased_person_no_file_has_a_byte() {
    const NAME: &str = "zebedee.zwart@shop.example";
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    for n in 2..60 {
        add_person(&mut store, n, false);
    }
    let mut person = person(1, NAME);
    let address = Identifier::email(NAME);
    person.known.identifiers.insert(address.clone(), T0);
    let mut message = planned(1, 1, T0);
    message.to = Some(address.clone());
    for round in 0..20_usize {
        let text = NAME.repeat(round * 97 % 900);
        person.profile.set_trait("note", model::Value::from(&*text), T0);
        let mut commit = Changes { durable: round % 3 == 0, ..changes() };
        commit.people.push((&person, Sections::ALL));
        commit.identifiers.push((address.clone(), person.id));
        commit.messages.push(&message);
        store.commit(&commit).expect("a commit");
        add_person(&mut store, 100 + round as u64, false);
    }
    let names_them = || {
        let files = std::fs::read_dir(dir.path()).expect("a directory");
        let files = files.map(|it| it.expect("a file").path()).filter(|it| it.is_file());
        let has = |path: &Path| {
            let bytes = std::fs::read(path).expect("a file");
            bytes.windows(NAME.len()).any(|it| it == NAME.as_bytes())
        };
        files.filter(|it| has(it)).collect::<Vec<_>>()
    };
    assert!(!names_them().is_empty());
    message.person = PersonId(0);
    message.key = "erased/m1".to_owned();
    message.to = None;
    let state = model::LedgerState::Dropped;
    message.end(state, model::Reason::Erased, T0, "");
    let key = port::CountKey { scope: message.scope(), day: message.created.day(), state };
    let mut commit = changes();
    commit.counts.push(port::CountChange { key, by: 1 });
    commit.messages.push(&message);
    commit.erased.push(person.id);
    store.commit(&commit).expect("a commit");
    crate::settle(dir.path()).expect("the log can be emptied");
    assert_eq!(names_them(), Vec::<std::path::PathBuf>::new());
    drop(store);
    assert_eq!(crate::doctor(dir.path()).expect("a doctor"), Vec::new());
}

#[test]
fn everything_is_there_after_a_restart() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut ada = person(1, "Ada");
    ada.contacts.arbitrate_at = Some(T0);
    let message = planned(1, 1, T0);
    let mut store = open(dir.path());
    let mut commit = changes();
    commit.people.push((&ada, Sections::ALL));
    commit.messages.push(&message);
    commit.identifiers.push((Identifier::user_id("u1"), ada.id));
    commit.redirects.push((PersonId(9), ada.id));
    commit.entries.push(Entry::put(Space::System, "key", "value"));
    commit.seen.push(SeenId { id: [7; 16], received: T0 });
    commit.log_position = Some(LogPosition(42));
    store.commit(&commit).expect("a commit");
    drop(store);

    let store = open(dir.path());
    ada.open.push(message.clone());
    assert_eq!(store.load(&[ada.id]).expect("load"), [ada]);
    assert_eq!(store.due_people(T0, 9).expect("due"), [PersonId(1)]);
    let due = store.due_messages(model::Channel::Email, T0, 9).expect("due");
    assert_eq!(due, [(message.id, PersonId(1))]);
    assert_eq!(store.owners(&[Identifier::user_id("u1")]).expect("owners"), [Some(PersonId(1))]);
    assert_eq!(store.current(PersonId(9)).expect("current"), PersonId(1));
    assert_eq!(store.get(Space::System, "key").expect("get"), Some(b"value".to_vec()));
    assert_eq!(store.seen(&[[7; 16], [8; 16]]).expect("seen"), [true, false]);
    assert_eq!(store.log_position().expect("position"), LogPosition(42));
    assert_eq!(store.last_commit().expect("time"), Some(T0));
    assert_eq!(store.count().expect("count"), 1);
}

#[test]
fn a_commit_that_fails_at_its_end_changes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    let first = planned(1, 1, T0);
    let mut commit = changes();
    commit.messages.push(&first);
    store.commit(&commit).expect("a commit");
    let before = contents(dir.path());

    let (ada, mut again) = (person(2, "Ada"), planned(2, 2, T0));
    again.key.clone_from(&first.key);
    let mut commit = changes();
    commit.people.push((&ada, Sections::ALL));
    commit.identifiers.push((Identifier::user_id("u2"), ada.id));
    commit.redirects.push((PersonId(5), ada.id));
    commit.seen.push(SeenId { id: [1; 16], received: T0 });
    commit.entries.push(Entry::put(Space::Tally, "a", "1"));
    commit.log_position = Some(LogPosition(5));
    commit.messages.push(&again);
    let error = store.commit(&commit).expect_err("the key exists");
    assert!(matches!(error, StoreError::DuplicateKey(key) if key == first.key));
    assert_eq!(contents(dir.path()), before);
    assert_eq!(store.seen(&[[1; 16]]).expect("seen"), [false]);

    commit.messages.clear();
    store.commit(&commit).expect("the same without the offence");
    assert_eq!(store.seen(&[[1; 16]]).expect("seen"), [true]);
}

#[test]
fn an_id_beyond_the_databases_integers_is_refused_and_not_found() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    let far = person(u64::MAX, "Far");
    let mut commit = changes();
    commit.people.push((&far, Sections::ALL));
    let error = store.commit(&commit).expect_err("too large");
    assert!(chain(&error).contains("18446744073709551615 is larger"), "{}", chain(&error));
    assert!(store.load(&[far.id]).expect("load").is_empty());
}

/// What is copied is what a machine finds after the power was gone: the database and its log, without
/// the index of the log, which is memory.
#[test]
fn a_durable_commit_is_in_the_files_when_it_returns() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    for n in 1..=30 {
        add_person(&mut store, n, n % 3 == 0);
        if n % 3 == 0 {
            let copy = tempfile::tempdir().expect("a directory");
            copy_files(dir.path(), copy.path());
            let copied = open(copy.path());
            assert_eq!(copied.log_position().expect("position"), LogPosition(n));
            assert_eq!(copied.count().expect("count"), n);
        }
    }
}

#[test]
fn a_torn_log_ends_with_a_whole_commit() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    for n in 1..=30 {
        add_person(&mut store, n, n % 2 == 0);
    }
    let log = std::fs::read(dir.path().join("fulcrum.db-wal")).expect("the log");
    let mut positions = Vec::new();
    for cut in (0..log.len()).step_by(9_973) {
        let copy = tempfile::tempdir().expect("a directory");
        copy_files(dir.path(), copy.path());
        std::fs::write(copy.path().join("fulcrum.db-wal"), &log[..cut]).expect("a torn log");
        let copied = open(copy.path());
        let position = copied.log_position().expect("position").0;
        assert_eq!(copied.count().expect("count"), position, "cut at {cut}");
        let ids: Vec<[u8; 16]> = (1..=30).map(made::event_id).collect();
        let seen = copied.seen(&ids).expect("seen");
        assert_eq!(seen.iter().filter(|it| **it).count() as u64, position, "cut at {cut}");
        positions.push(position);
    }
    assert!(positions.is_sorted() && positions.contains(&0) && positions.iter().any(|it| 20 < *it));
}

#[test]
fn only_commits_that_must_be_durable_sync() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    let mut level = |n, durable| {
        add_person(&mut store, n, durable);
        let level = store.connection.query_row("PRAGMA synchronous", [], |row| row.get(0));
        level.expect("the level")
    };
    // 1 is NORMAL, which syncs at checkpoints, and 2 is FULL, which syncs at each commit.
    let levels: Vec<i64> = [(1, false), (2, true), (3, true), (4, false), (5, true)]
        .map(|(n, durable)| level(n, durable))
        .to_vec();
    assert_eq!(levels, [1, 2, 2, 1, 2]);
}

#[test]
fn a_full_disk_is_told_and_the_store_works_when_there_is_space_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    add_person(&mut store, 1, true);
    let before = contents(dir.path());
    let pages: i64 =
        store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("pages");
    limit_pages(&store, pages + 2);
    let large = Entry::put(Space::Programme, "1", vec![1; 100_000]);
    let mut commit = changes();
    commit.entries.push(large);
    let error = store.commit(&commit).expect_err("no space");
    assert!(matches!(&error, StoreError::DiskFull { path } if path.ends_with("fulcrum.db")));
    assert_eq!(contents(dir.path()), before);
    assert_eq!(store.get(Space::Programme, "1").expect("get"), None);

    limit_pages(&store, i64::from(u32::MAX) - 1);
    store.commit(&commit).expect("there is space");
    assert_eq!(store.get(Space::Programme, "1").expect("get").map(|it| it.len()), Some(100_000));
}

fn limit_pages(store: &SqliteStore, pages: i64) {
    let sql = format!("PRAGMA max_page_count = {pages}");
    store.connection.execute_batch(&sql).expect("a limit");
}

/// After a failed sync the system may say that pages are on disk which are not.
#[test]
fn a_failed_sync_ends_all_commits() {
    let failed = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
    assert!(Fault::from(rusqlite::Error::SqliteFailure(failed, None)).is_failed_sync());
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    store.broken = true;
    let error = store.commit(&changes()).expect_err("it is broken");
    assert!(chain(&error).contains("restart"), "{}", chain(&error));
    assert_eq!(store.count().expect("reading works"), 0);
}

#[test]
fn a_second_process_is_held_off() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path());
    let error = SqliteStore::open(dir.path(), Options::default()).err().expect("it is in use");
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    drop(store);
    open(dir.path());
}

#[test]
fn a_newer_database_is_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    drop(open(dir.path()));
    let raw = Connection::open(dir.path().join("fulcrum.db")).expect("open");
    raw.execute_batch("PRAGMA user_version = 99").expect("a version");
    drop(raw);
    let error = SqliteStore::open(dir.path(), Options::default()).err().expect("it is newer");
    assert!(chain(&error).contains("version 99"), "{}", chain(&error));
}

#[test]
fn each_migration_can_be_run_twice() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    add_person(&mut store, 1, true);
    let before = contents(dir.path());
    for sql in connection::MIGRATIONS {
        store.connection.execute_batch(sql).expect("a second run");
    }
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn the_log_is_copied_in_time_and_a_reader_cannot_keep_it_for_ever() {
    let dir = tempfile::tempdir().expect("a directory");
    let limit = 1 << 20;
    let options = Options {
        checkpoint_bytes: limit / 4,
        wal_bytes_max: limit,
        read_time_max: Duration::ZERO,
        ..Options::default()
    };
    let mut store = SqliteStore::open(dir.path(), options).expect("a store");
    let length = || std::fs::metadata(dir.path().join("fulcrum.db-wal")).expect("the log").len();
    let large = |store: &mut SqliteStore, n: u8| {
        let mut commit = changes();
        commit.entries.push(Entry::put(Space::Tally, n.to_string(), vec![n; 100_000]));
        store.commit(&commit).expect("a commit");
    };
    for n in 0..60 {
        large(&mut store, n);
        assert!(length() <= limit + 200_000, "{} after {n}", length());
    }
    // Somebody reads for longer than all of the following takes.
    let slow = Connection::open(dir.path().join("fulcrum.db")).expect("open");
    slow.execute_batch("BEGIN; SELECT count(*) FROM entries").expect("a snapshot");
    for n in 60..75 {
        large(&mut store, n);
    }
    assert!(limit < length());
    slow.execute_batch("ROLLBACK").expect("the end");
    for n in 75..100 {
        large(&mut store, n);
    }
    assert!(length() <= 2 * limit, "{}", length());
    assert_eq!(store.list(Space::Tally, "").expect("list").len(), 100);
}

#[test]
fn a_reader_is_stopped_in_time_and_works_on() {
    let dir = tempfile::tempdir().expect("a directory");
    let options = Options { read_time_max: Duration::ZERO, ..Options::default() };
    let mut store = SqliteStore::open(dir.path(), options).expect("a store");
    let messages: Vec<_> = (1..=2_000).map(|n| planned(n, n, T0)).collect();
    let mut commit = changes();
    commit.messages.extend(&messages);
    store.commit(&commit).expect("a commit");
    let reader = store.reader().expect("a reader");
    let error = reader.recount().expect_err("no time is left");
    assert!(chain(&error).contains("longer than a reader may take"), "{}", chain(&error));
    assert_eq!(reader.log_position().expect("a short call"), LogPosition(0));
}

#[test]
fn a_reader_sees_one_moment_while_the_writer_writes() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    let reader = store.reader().expect("a reader");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for n in 1..=200 {
                add_person(&mut store, n, false);
            }
        });
        let mut last = 0;
        while last < 200 {
            let ids = reader.ids_after(None, 1_000).expect("ids");
            let people = reader.load(&ids).expect("load");
            assert_eq!(people.len(), ids.len());
            assert!(last <= people.len());
            last = people.len();
        }
    });
}

#[test]
fn a_backup_made_while_the_store_runs_is_one_moment_with_its_ids() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    store.seen.freeze_at(20);
    for n in 1..=50 {
        add_person(&mut store, n, false);
        wait_for_keeper(&store);
    }
    let copies = tempfile::tempdir().expect("a directory");
    std::thread::scope(|scope| {
        let backups = scope.spawn(|| {
            for n in 0..5 {
                crate::backup(dir.path(), &copies.path().join(n.to_string())).expect("a backup");
            }
        });
        let mut n = 50;
        while !backups.is_finished() || n < 60 {
            n += 1;
            add_person(&mut store, n, false);
        }
    });
    for n in 0..5 {
        let copied = open(&copies.path().join(n.to_string()));
        let position = copied.log_position().expect("position").0;
        assert!(50 <= position);
        assert_eq!(copied.count().expect("count"), position);
        let ids: Vec<[u8; 16]> = (1..=position + 1).map(made::event_id).collect();
        let seen = copied.seen(&ids).expect("seen");
        assert!(seen[..position as usize].iter().all(|it| *it) && !seen[position as usize]);
        assert_eq!(copied.doctor().expect("an examination"), []);
    }
    let again = store.backup(&copies.path().join("0")).expect_err("there is one");
    assert!(chain(&again).contains("exists already"), "{}", chain(&again));
    let none = crate::backup(copies.path(), &copies.path().join("9")).expect_err("no store");
    assert!(chain(&none).contains("there is no store"), "{}", chain(&none));
}

#[test]
fn errors_of_the_disk_are_told_apart() {
    let check = |code: i32, expected: &str| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        let explained = Fault::from(error).explain("commit", Path::new("/data/fulcrum.db"));
        assert!(chain(&explained).contains(expected), "{}", chain(&explained));
    };
    check(rusqlite::ffi::SQLITE_FULL, "the disk under /data/fulcrum.db is full");
    check(rusqlite::ffi::SQLITE_IOERR_SHMSIZE, "the disk under /data/fulcrum.db is full");
    check(rusqlite::ffi::SQLITE_IOERR_WRITE, "the disk under /data/fulcrum.db failed");
    check(rusqlite::ffi::SQLITE_BUSY, "locked by another program");
    check(rusqlite::ffi::SQLITE_CORRUPT, "is damaged; run `fulcrum doctor`");
    check(rusqlite::ffi::SQLITE_READONLY, "cannot be written by this user");
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let full = Fault::io(Path::new("/data/seen"))(full).explain("commit", Path::new("/data"));
    assert!(matches!(full, StoreError::DiskFull { path } if path == "/data/seen"));
}

fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(dir, Options::default()).expect("a store")
}

/// The keeper works in order: when this is answered, all before it is done.
pub(crate) fn wait_for_keeper(store: &SqliteStore) {
    let (reply, answer) = std::sync::mpsc::sync_channel(1);
    store.keeper.send(crate::keeper::Job::Restart(reply));
    answer.recv().expect("an answer");
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

/// Every row of every table, as text.
fn contents(dir: &Path) -> Vec<String> {
    let raw = Connection::open(dir.join("fulcrum.db")).expect("open");
    let mut tables = raw
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .expect("tables");
    let names: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .expect("names")
        .collect::<Result<_, _>>()
        .expect("names");
    let mut found = Vec::new();
    for name in names {
        let mut rows = raw.prepare(&format!("SELECT * FROM {name}")).expect("a table");
        let columns = rows.column_count();
        let mut rows = rows.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let values: Vec<_> = (0..columns).map(|it| row.get_ref(it).expect("a value")).collect();
            found.push(format!("{name} {values:?}"));
        }
    }
    found
}

#[test]
fn times_before_1970_are_times_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(dir.path());
    let early = Timestamp(-1);
    let commit = Changes {
        now: early,
        seen: vec![SeenId { id: [1; 16], received: early }],
        ..Changes::default()
    };
    store.commit(&commit).expect("a commit");
    assert_eq!(store.last_commit().expect("time"), Some(early));
    drop(store);
    assert_eq!(open(dir.path()).seen(&[[1; 16]]).expect("seen"), [true]);
}
