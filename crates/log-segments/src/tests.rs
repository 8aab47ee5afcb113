//! The log against a list, crashed at every byte and at every call to the disk.

#![allow(clippy::unwrap_used)] // A panic is what a test is for.

mod faulty;
mod rewriting;
mod trimming;

use super::*;
use crate::disk::segment_path;
use faulty::FaultyDisk;
use proptest::prelude::*;
use std::fs;
use std::sync::mpsc;
use tempfile::TempDir;

/// Small enough that a few records fill a file, a group and the zeros ahead.
const SMALL: Options = Options { segment_bytes: 600, ahead_bytes: 128, group_bytes: 400 };

#[test]
fn the_log_keeps_the_contract_of_its_port() {
    let mut dirs = Vec::new();
    port::contract::log(&mut || {
        let dir = TempDir::new().unwrap();
        let log = SegmentLog::open(dir.path(), SMALL).unwrap();
        dirs.push(dir);
        Box::new(log)
    });
}

#[test]
fn a_file_cut_anywhere_gives_the_whole_records_before_the_cut() {
    check_every_byte(|bytes, at| bytes.truncate(at), |_| false);
}

#[test]
fn a_file_zeroed_from_anywhere_gives_the_whole_records_before_it() {
    check_every_byte(|bytes, at| bytes[at..].fill(0), |_| false);
}

#[test]
fn a_garbled_byte_ends_the_log_in_the_last_group_and_is_an_error_before_it() {
    let last_group = example_groups().len() - 1;
    check_every_byte(|bytes, at| bytes[at] ^= 0x40, |group| group != last_group);
}

#[test]
fn garbage_after_the_end_is_dropped() {
    let (dir, written) = example_log();
    let path = segment_path(dir.path(), 0);
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(written.last().unwrap().0 as usize);
    bytes.extend((0..5_000u32).map(|it| (it * 7 + 3) as u8));
    fs::write(&path, bytes).unwrap();
    let log = SegmentLog::open(dir.path(), Options::default()).unwrap();
    assert_eq!(everything(&log), texts(&written));
}

#[test]
fn a_record_of_another_write_does_not_continue_a_group() {
    let dir = TempDir::new().unwrap();
    let mut bytes = Vec::new();
    for (text, group) in [("one", 0), ("two", 0), ("another", 19)] {
        let position = bytes.len() as u64;
        record::encode(&mut bytes, text.as_bytes(), position, group);
    }
    fs::write(segment_path(dir.path(), 0), bytes).unwrap();
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    assert_eq!(everything(&log), ["one", "two"]);
}

#[test]
fn losing_power_at_any_call_to_the_disk_loses_nothing_acknowledged() {
    let quiet = FaultyDisk::default();
    write_until_failure(&quiet, TempDir::new().unwrap().path());
    for call in 0..quiet.calls() {
        for seed in 0..8 {
            let dir = TempDir::new().unwrap();
            let disk = FaultyDisk::failing(call..u64::MAX);
            let (acknowledged, tried) = write_until_failure(&disk, dir.path());
            disk.lose_power(seed * 1_000 + call);
            let log = open_quickly(dir.path(), SMALL).unwrap();
            let found = everything(&log);
            let context = format!("power lost at call {call}, seed {seed}");
            assert!(acknowledged <= found.len(), "{context}");
            assert_eq!(found, tried[..found.len()], "{context}");
            log.append_and_wait(vec![b"after".to_vec()]).unwrap();
            drop(log);
            let log = open_quickly(dir.path(), SMALL).unwrap();
            assert_eq!(everything(&log).last().unwrap(), "after", "{context}");
        }
    }
}

#[test]
fn what_was_found_after_a_crash_is_still_there_after_losing_power() {
    let quiet = FaultyDisk::default();
    write_until_failure(&quiet, TempDir::new().unwrap().path());
    for call in 0..quiet.calls() {
        for seed in 0..4 {
            let dir = TempDir::new().unwrap();
            let disk = FaultyDisk::failing(call..u64::MAX);
            write_until_failure(&disk, dir.path());
            // The process is started again. The machine went on, with what it holds in memory.
            disk.heal();
            let log = SegmentLog::open_on(
                dir.path(),
                SMALL,
                Box::new(disk.clone()),
                Box::new(disk.clone()),
            )
            .unwrap();
            let found = everything(&log);
            drop(log);
            disk.lose_power(seed * 1_000 + call);
            let log = open_quickly(dir.path(), SMALL).unwrap();
            assert_eq!(everything(&log), found, "failing from call {call}, seed {seed}");
        }
    }
}

#[test]
fn a_full_disk_refuses_and_the_log_goes_on_when_there_is_space_again() {
    for first in 0..60 {
        for failures in [1, 2, 4] {
            let dir = TempDir::new().unwrap();
            let disk = FaultyDisk::failing(first..first + failures);
            let log = SegmentLog::open_on(
                dir.path(),
                SMALL,
                Box::new(disk.clone()),
                Box::new(disk.clone()),
            )
            .unwrap();
            let mut acknowledged = Vec::new();
            let mut refused = 0;
            for n in 0..60 {
                // All of one size, so that a record of a refused append fits behind a shorter one.
                let records: Vec<String> =
                    (0..3 - n % 3).map(|part| format!("record {n:03} {part}")).collect();
                let bytes = records.iter().map(|it| it.clone().into_bytes()).collect();
                match log.append_and_wait(bytes) {
                    Ok(_) => {
                        acknowledged.extend(records);
                        // What a refused append left behind is looked for at once, before later
                        // records cover it.
                        if 0 < refused {
                            break;
                        }
                    }
                    Err(LogError::Io { .. }) => refused += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            let context = format!("{failures} failures from call {first}");
            assert!(refused <= failures, "{context}: {refused} refused");
            assert_eq!(everything(&log), acknowledged, "{context}");
            drop(log);
            let log = open_quickly(dir.path(), SMALL).unwrap();
            assert_eq!(everything(&log), acknowledged, "{context}, opened again");
        }
    }
}

#[test]
fn a_failed_append_says_what_could_not_be_done() {
    let dir = TempDir::new().unwrap();
    let disk = FaultyDisk::failing(0..u64::MAX);
    let log =
        SegmentLog::open_on(dir.path(), SMALL, Box::new(disk.clone()), Box::new(disk)).unwrap();
    let error = log.append_and_wait(vec![b"x".to_vec()]).unwrap_err();
    let path = segment_path(dir.path(), 0);
    assert_eq!(error.to_string(), format!("could not create {}", path.display()));
}

#[test]
fn all_who_wait_share_one_sync() {
    let dir = TempDir::new().unwrap();
    let disk = FaultyDisk::default();
    let log = SegmentLog::open_on(
        dir.path(),
        Options::default(),
        Box::new(disk.clone()),
        Box::new(disk.clone()),
    )
    .unwrap();
    let (at_sync, reached_sync) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    disk.before_sync(move || {
        at_sync.send(()).unwrap();
        may_go_on.recv().unwrap();
    });
    let (done, ends) = mpsc::channel();
    let append = |n: usize| {
        let done = done.clone();
        log.append(vec![vec![n as u8; n]], Box::new(move |end| done.send(end.unwrap()).unwrap()));
    };
    append(0);
    reached_sync.recv().unwrap();
    (1..=50).for_each(append);
    go_on.send(()).unwrap();
    reached_sync.recv().unwrap();
    go_on.send(()).unwrap();
    let ends: Vec<LogPosition> = (0..51).map(|_| ends.recv().unwrap()).collect();
    assert!(ends.is_sorted());
    assert_eq!(disk.syncs(), 2);
    let read: Vec<LogPosition> =
        log.read(LogPosition(0), 100, usize::MAX).unwrap().into_iter().map(|it| it.0).collect();
    assert_eq!(read, ends, "who is answered gets the position after its own record");
}

#[test]
fn records_of_one_append_stay_together_when_many_threads_write() {
    let dir = TempDir::new().unwrap();
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    let log = &log;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for n in 0..40 {
                    let records = (0..3).map(|part| format!("{thread} {n} {part}").into_bytes());
                    let end = log.append_and_wait(records.collect()).unwrap();
                    assert!(end <= log.durable_end());
                }
            });
        }
    });
    let found = everything(log);
    assert_eq!(found.len(), 8 * 40 * 3);
    let mut next = [0; 8];
    for parts in found.chunks(3) {
        let thread: usize = parts[0][..1].parse().unwrap();
        let n = next[thread];
        let expected: Vec<String> = (0..3).map(|part| format!("{thread} {n} {part}")).collect();
        assert_eq!(parts, expected);
        next[thread] += 1;
    }
}

#[test]
fn readers_are_woken_when_there_is_something_to_read() {
    let dir = TempDir::new().unwrap();
    let log = Arc::new(SegmentLog::open(dir.path(), SMALL).unwrap());
    let (woken, wakes) = mpsc::channel();
    let seen = Arc::downgrade(&log);
    log.on_append(Box::new(move || {
        woken.send(seen.upgrade().map(|it| it.durable_end())).unwrap();
    }));
    let end = log.append_and_wait(vec![b"one".to_vec()]).unwrap();
    assert_eq!(wakes.recv().unwrap(), Some(end));
}

#[test]
fn damage_in_a_file_that_has_a_successor_is_found() {
    let dir = TempDir::new().unwrap();
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    for n in 0..30 {
        log.append_and_wait(vec![format!("record {n} {}", "x".repeat(40)).into_bytes()]).unwrap();
    }
    drop(log);
    let path = segment_path(dir.path(), 0);
    let good = fs::read(&path).unwrap();

    let mut garbled = good.clone();
    garbled[300] ^= 1;
    fs::write(&path, garbled).unwrap();
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    let before = log.read(LogPosition(0), 100, usize::MAX).unwrap();
    assert_eq!(before.len(), 4, "the good ones come first");
    let error = log.read(before[3].0, 100, usize::MAX).unwrap_err().to_string();
    let at = before[3].0.0;
    let expected = format!("the log is corrupt in {} at byte {at}: no good", path.display());
    assert!(error.starts_with(&expected), "{error}");
    drop(log);

    fs::write(&path, &good[..good.len() - 5]).unwrap();
    let error = SegmentLog::open(dir.path(), SMALL).err().unwrap().to_string();
    assert!(error.contains("5 bytes are missing at its end"), "{error}");
    fs::write(&path, &good).unwrap();
    let second = segment_path(dir.path(), good.len() as u64);
    fs::remove_file(&second).unwrap();
    let error = SegmentLog::open(dir.path(), SMALL).err().unwrap().to_string();
    assert!(error.contains("or a file between it and"), "{error}");
}

#[test]
fn a_position_that_is_not_the_beginning_of_a_record_is_refused() {
    let (dir, written) = example_log();
    let log = SegmentLog::open(dir.path(), Options::default()).unwrap();
    let beyond = log.durable_end().0 + 1;
    for position in [1, 5, written[1].0 + 3, beyond] {
        let error = log.read(LogPosition(position), 1, 1).unwrap_err();
        assert!(matches!(error, LogError::Corrupt { .. }), "{position}: {error}");
    }
}

#[test]
fn one_process_at_a_time() {
    let dir = TempDir::new().unwrap();
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    let error = SegmentLog::open(dir.path(), SMALL).err().unwrap();
    assert!(matches!(error, LogError::InUse { .. }), "{error}");
    drop(log);
    SegmentLog::open(dir.path(), SMALL).unwrap();
}

#[test]
fn closing_writes_what_waits() {
    let dir = TempDir::new().unwrap();
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    for n in 0..100 {
        log.append(vec![vec![n; 10]], Box::new(|result| assert!(result.is_ok())));
    }
    drop(log);
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    assert_eq!(everything(&log).len(), 100);
}

#[test]
fn the_last_owner_may_be_a_callback() {
    let dir = TempDir::new().unwrap();
    let log = Arc::new(SegmentLog::open(dir.path(), SMALL).unwrap());
    let (done, finished) = mpsc::channel();
    let held = Arc::clone(&log);
    let (hold, held_until) = mpsc::channel::<()>();
    log.append(
        vec![b"x".to_vec()],
        Box::new(move |_| {
            held_until.recv().unwrap();
            drop(held);
            done.send(()).unwrap();
        }),
    );
    drop(log);
    hold.send(()).unwrap();
    finished.recv().unwrap();
}

#[test]
fn a_callback_that_panics_leaves_nobody_waiting() {
    let dir = TempDir::new().unwrap();
    let log = SegmentLog::open(dir.path(), SMALL).unwrap();
    log.append(vec![b"x".to_vec()], Box::new(|_| panic!("on purpose")));
    while log.append_and_wait(vec![b"y".to_vec()]).is_ok() {}
    let error = log.append_and_wait(vec![b"y".to_vec()]).unwrap_err();
    assert_eq!(error.to_string(), "the log is closed: its writer stopped");
}

#[test]
fn a_record_has_a_largest_size() {
    let dir = TempDir::new().unwrap();
    let log = SegmentLog::open(dir.path(), Options::default()).unwrap();
    let error = log.append_and_wait(vec![vec![1; RECORD_BYTES_MAX + 1]]).unwrap_err();
    assert!(matches!(error, LogError::TooLarge { .. }), "{error}");
    let largest = vec![7; RECORD_BYTES_MAX];
    log.append_and_wait(vec![Vec::new(), largest.clone(), Vec::new()]).unwrap();
    let read = log.read(LogPosition(0), 10, usize::MAX).unwrap();
    let read: Vec<Vec<u8>> = read.into_iter().map(|it| it.1).collect();
    assert_eq!(read, [Vec::new(), largest, Vec::new()]);
}

#[derive(Clone, Debug)]
enum Operation {
    /// Sizes of the records of each append; all are queued before the first is waited for.
    Append(Vec<Vec<usize>>),
    Read {
        record: usize,
        records_max: usize,
        bytes_max: usize,
    },
    Reopen,
}

fn operation() -> impl Strategy<Value = Operation> {
    let sizes = prop::collection::vec(prop::collection::vec(0usize..300, 0..5), 1..5);
    prop_oneof![
        4 => sizes.prop_map(Operation::Append),
        4 => (0usize..200, 0usize..10, 0usize..2_000).prop_map(|(record, records_max, bytes_max)| {
            Operation::Read { record, records_max, bytes_max }
        }),
        1 => Just(Operation::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_log_is_a_list(operations in prop::collection::vec(operation(), 1..30)) {
        let dir = TempDir::new().unwrap();
        let mut log = Some(open_quickly(dir.path(), SMALL).unwrap());
        let mut list: Vec<Vec<u8>> = Vec::new();
        let mut starts = vec![LogPosition(0)];
        for operation in operations {
            let open = log.as_ref().unwrap();
            match operation {
                Operation::Append(appends) => {
                    let (done, ends) = mpsc::channel();
                    for sizes in appends {
                        let first = list.len();
                        list.extend(sizes.iter().enumerate().map(|(n, size)| {
                            vec![(first + n) as u8; *size]
                        }));
                        for size in sizes {
                            starts.push(LogPosition(starts.last().unwrap().0 + 16 + size as u64));
                        }
                        let (done, expected) = (done.clone(), *starts.last().unwrap());
                        open.append(
                            list[first..].to_vec(),
                            Box::new(move |end| done.send((end.unwrap(), expected)).unwrap()),
                        );
                    }
                    drop(done);
                    for (end, expected) in ends {
                        prop_assert_eq!(end, expected);
                    }
                }
                Operation::Read { record, records_max, bytes_max } => {
                    let record = record % starts.len();
                    let read = open.read(starts[record], records_max, bytes_max).unwrap();
                    prop_assert!(read.len() <= records_max);
                    prop_assert!(!read.is_empty() || records_max == 0 || record == list.len());
                    let bytes: usize = read.iter().rev().skip(1).map(|it| it.1.len()).sum();
                    prop_assert!(bytes <= bytes_max);
                    for (n, (end, bytes)) in read.into_iter().enumerate() {
                        prop_assert_eq!(end, starts[record + n + 1]);
                        prop_assert_eq!(&bytes, &list[record + n]);
                    }
                    if record < list.len() {
                        let one = open.read_one(starts[record]).unwrap();
                        prop_assert_eq!(one.as_ref(), Some(&list[record]));
                    }
                }
                Operation::Reopen => {
                    drop(log.take());
                    log = Some(open_quickly(dir.path(), SMALL).unwrap());
                }
            }
            let end = log.as_ref().unwrap().durable_end();
            prop_assert_eq!(end, *starts.last().unwrap());
        }
    }
}

/// Groups of records, each acknowledged before the next.
fn example_groups() -> Vec<Vec<String>> {
    let group = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
    vec![
        group(&["first", "", "third of the first group"]),
        group(&["alone"]),
        group(&["the last group", "has three", "records"]),
    ]
}

/// A closed log in one file; each record with the position after it, and its group.
fn example_log() -> (TempDir, Vec<(u64, String, usize)>) {
    let dir = TempDir::new().unwrap();
    let log = SegmentLog::open(dir.path(), Options { ahead_bytes: 64, ..Options::default() });
    let log = log.unwrap();
    let (mut written, mut position) = (Vec::new(), 0);
    for (index, group) in example_groups().into_iter().enumerate() {
        log.append_and_wait(group.iter().map(|it| it.clone().into_bytes()).collect()).unwrap();
        for text in group {
            position += 16 + text.len() as u64;
            written.push((position, text, index));
        }
    }
    assert_eq!(log.durable_end().0, position);
    (dir, written)
}

/// Damages the example at every byte. Where `must_fail` says so for the group of that byte, opening
/// names the broken record; elsewhere the log is what stands before it, and takes new records.
fn check_every_byte(damage: impl Fn(&mut Vec<u8>, usize), must_fail: impl Fn(usize) -> bool) {
    let (dir, written) = example_log();
    let path = segment_path(dir.path(), 0);
    let good = fs::read(&path).unwrap();
    for at in 0..written.last().unwrap().0 as usize {
        let mut bytes = good.clone();
        damage(&mut bytes, at);
        // Zeros may be written over zeros: what counts is the first byte that is not as it was.
        let changed = (at..good.len()).find(|it| bytes.get(*it) != Some(&good[*it]));
        let changed = changed.unwrap_or(good.len()) as u64;
        fs::write(&path, bytes).unwrap();
        let whole: Vec<_> = written.iter().take_while(|it| it.0 <= changed).cloned().collect();
        // Without zeros ahead, which would hide what is left of the old end.
        let options = Options { ahead_bytes: 1, ..Options::default() };
        let opened = open_quickly(dir.path(), options);
        if must_fail(written[whole.len()].2) {
            let offset = whole.last().map_or(0, |it| it.0);
            let error = opened.err().unwrap().to_string();
            let expected = format!("the log is corrupt in {} at byte {offset}: ", path.display());
            assert!(error.starts_with(&expected), "byte {at}: {error}");
            continue;
        }
        let log = opened.unwrap();
        let mut expected = texts(&whole);
        assert_eq!(everything(&log), expected, "byte {at}");
        // As long as the first record that was dropped, so that what followed it would fit.
        let dropped = written.get(whole.len()).map_or(0, |it| it.1.len());
        log.append_and_wait(vec![vec![b'n'; dropped]]).unwrap();
        expected.push("n".repeat(dropped));
        assert_eq!(everything(&log), expected, "byte {at}");
        drop(log);
        let log = open_quickly(dir.path(), Options::default()).unwrap();
        assert_eq!(everything(&log), expected, "byte {at}, opened again");
    }
}

/// On a disk that takes no time to sync.
fn open_quickly(dir: &Path, options: Options) -> Result<SegmentLog, LogError> {
    SegmentLog::open_on(
        dir,
        options,
        Box::new(FaultyDisk::default()),
        Box::new(FaultyDisk::default()),
    )
}

/// Appends until the disk fails; returns how many records were acknowledged, and all that were
/// tried.
fn write_until_failure(disk: &FaultyDisk, dir: &Path) -> (usize, Vec<String>) {
    let log =
        SegmentLog::open_on(dir, SMALL, Box::new(disk.clone()), Box::new(disk.clone())).unwrap();
    let (mut acknowledged, mut tried) = (0, Vec::new());
    for n in 0..12 {
        let records: Vec<String> =
            (0..n % 4 + 1).map(|part| format!("{n}.{part} {}", "y".repeat(n * 37))).collect();
        tried.extend(records.iter().cloned());
        match log.append_and_wait(records.into_iter().map(String::into_bytes).collect()) {
            Ok(_) => acknowledged = tried.len(),
            Err(_) => break,
        }
    }
    (acknowledged, tried)
}

fn texts(written: &[(u64, String, usize)]) -> Vec<String> {
    written.iter().map(|it| it.1.clone()).collect()
}

fn everything(log: &SegmentLog) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), LogPosition(0));
    loop {
        let records = log.read(at, 7, usize::MAX).unwrap();
        let Some(last) = records.last() else { return found };
        at = last.0;
        found.extend(records.into_iter().map(|it| String::from_utf8_lossy(&it.1).into_owned()));
    }
}
