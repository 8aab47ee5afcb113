//! The copy is a log of its own and a beginning of the original, also while that grows.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

fn open(dir: &Path) -> SegmentLog {
    let options = log_segments::Options {
        segment_bytes: 256 * 1024,
        ahead_bytes: 64 * 1024,
        ..log_segments::Options::default()
    };
    SegmentLog::open(dir, options).expect("a log")
}

fn all(log: &SegmentLog) -> Vec<Vec<u8>> {
    let records = log.read(LogPosition(0), usize::MAX, usize::MAX).expect("records");
    records.into_iter().map(|it| it.1).collect()
}

fn record(n: u64) -> Vec<u8> {
    let mut record = n.to_le_bytes().to_vec();
    // Of many lengths, so that groups end anywhere in a page.
    record.resize(8 + (n * 37 % 900) as usize, n as u8);
    record
}

#[test]
fn a_log_that_does_not_exist_has_an_empty_copy() {
    let dir = tempfile::tempdir().expect("a folder");
    let end = copy(&dir.path().join("none"), &dir.path().join("copy")).expect("a copy");
    assert_eq!(end, LogPosition(0));
}

#[test]
fn a_log_can_be_cut_after_any_record() {
    let dir = tempfile::tempdir().expect("a folder");
    let source = dir.path().join("log");
    let records: Vec<Vec<u8>> = (0..60).map(|n| vec![n as u8; 20_000]).collect();
    {
        let log = open(&source);
        // Three to a group, over several files: cuts fall within groups and between them.
        for group in records.chunks(3) {
            log.append_and_wait(group.to_vec()).expect("durable");
        }
    }
    let ends: Vec<LogPosition> = {
        let found = open(&source).read(LogPosition(0), usize::MAX, usize::MAX).expect("records");
        found.into_iter().map(|it| it.0).collect()
    };
    for kept in [0_usize, 1, 2, 3, 11, 12, 13, 14, 26, 39, 40, 59, 60] {
        let to = dir.path().join(format!("cut{kept}"));
        copy(&source, &to).expect("a copy");
        let at = kept.checked_sub(1).map_or(LogPosition(0), |it| ends[it]);
        assert_eq!(cut(&to, at).expect("a cut"), records[kept..], "after {kept}");
        let log = open(&to);
        assert_eq!(all(&log), records[..kept], "before {kept}");
        log.append_and_wait(vec![vec![7; 10]]).expect("it goes on");
        assert_eq!(all(&log).len(), kept + 1);
    }
}

#[test]
fn copies_made_while_it_grows_are_beginnings_of_the_log() {
    let dir = tempfile::tempdir().expect("a folder");
    let source = dir.path().join("log");
    let log = open(&source);
    log.append_and_wait((0..50).map(record).collect()).expect("durable");
    let stop = AtomicBool::new(false);
    let copies: Vec<PathBuf> = (0..8).map(|n| dir.path().join(format!("copy{n}"))).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 50;
            while !stop.load(Ordering::Relaxed) {
                log.append_and_wait((n..n + 7).map(record).collect()).expect("durable");
                n += 7;
            }
        });
        for to in &copies {
            let before = log.durable_end();
            let end = copy(&source, to).expect("a copy");
            assert!(before <= end, "what was durable before is in it");
        }
        stop.store(true, Ordering::Relaxed);
    });
    let whole = all(&log);
    for to in &copies {
        let copied = all(&open(to));
        assert_eq!(copied, whole[..copied.len()], "{}", to.display());
    }
}
