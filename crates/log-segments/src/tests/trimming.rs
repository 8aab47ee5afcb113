//! Old files go, whole and in order, with the machine stopped at every step of it.

use super::faulty::FaultyDisk;
use super::{SMALL, open_quickly};
use crate::SegmentLog;
use port::{FactLog, LogError, LogPosition};
use std::path::Path;
use tempfile::TempDir;

/// Some files of them.
const RECORDS: usize = 150;

fn write(log: &SegmentLog) -> Vec<(LogPosition, String)> {
    let mut at = log.durable_end();
    let mut all = Vec::new();
    for n in 0..RECORDS {
        let text = format!("record {n:03} of many");
        let end = log.append_and_wait(vec![text.clone().into_bytes()]).unwrap();
        all.push((at, text));
        at = end;
    }
    all
}

/// Every record is where it was, or the log says that it is gone; none between two others is.
fn check(log: &SegmentLog, all: &[(LogPosition, String)], context: &str) {
    let first = log.first();
    for (at, text) in all {
        match log.read(*at, 1, 1) {
            Ok(records) => {
                assert!(first <= *at, "{context}");
                assert_eq!(String::from_utf8_lossy(&records[0].1), *text, "{context}");
            }
            Err(LogError::Trimmed { asked, first: is }) => {
                assert_eq!((asked, is), (at.0, first.0), "{context}");
                assert!(*at < first, "{context}");
            }
            Err(error) => panic!("{context}: {error}"),
        }
    }
}

#[test]
fn whole_files_go_and_nothing_beyond_the_position() {
    let dir = TempDir::new().unwrap();
    let log = open_quickly(dir.path(), SMALL).unwrap();
    let all = write(&log);
    for (at, _) in &all {
        assert!(log.trim(*at).unwrap() <= *at);
        check(&log, &all, "while it is open");
    }
    let first = log.first();
    assert!(LogPosition(0) < first && first < all[RECORDS - 1].0);
    let end = log.durable_end();
    assert!(log.trim(LogPosition(u64::MAX)).unwrap() < end, "the last file stays");
    drop(log);
    let log = open_quickly(dir.path(), SMALL).unwrap();
    assert_eq!(log.durable_end(), end);
    check(&log, &all, "opened again");
    assert!(log.append_and_wait(vec![b"after".to_vec()]).unwrap() > end);
}

#[test]
fn stopped_at_any_step_files_are_gone_from_the_beginning_only() {
    let quiet = FaultyDisk::default();
    trim_on(&quiet, TempDir::new().unwrap().path());
    assert!(4 < quiet.calls(), "several files go");
    for call in 0..quiet.calls() {
        let dir = TempDir::new().unwrap();
        let disk = FaultyDisk::failing(call..u64::MAX);
        let all = trim_on(&disk, dir.path());
        let log = open_quickly(dir.path(), SMALL).unwrap();
        check(&log, &all, &format!("stopped at call {call}"));
        log.trim(all[RECORDS - 1].0).unwrap();
        check(&log, &all, &format!("stopped at call {call} and done again"));
    }
}

fn trim_on(disk: &FaultyDisk, dir: &Path) -> Vec<(LogPosition, String)> {
    let good = Box::new(FaultyDisk::default());
    let log = SegmentLog::open_on(dir, SMALL, good, Box::new(disk.clone())).unwrap();
    let all = write(&log);
    // How far it comes is what the caller looks at.
    let _ = log.trim(all[RECORDS - 10].0);
    all
}
