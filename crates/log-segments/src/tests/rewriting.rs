//! Records that are overwritten, with the machine stopped at every step of it.

use super::faulty::FaultyDisk;
use super::{SMALL, everything, open_quickly};
use crate::disk::segment_path;
use crate::{Options, SegmentLog};
use port::{FactLog, LogPosition};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Some files of records, every third about Ada.
fn write(log: &SegmentLog) -> Vec<String> {
    let texts: Vec<String> = (0..40).map(text).collect();
    for part in texts.chunks(3) {
        log.append_and_wait(part.iter().map(|it| it.clone().into_bytes()).collect()).unwrap();
    }
    texts
}

fn text(n: usize) -> String {
    let who = if n.is_multiple_of(3) { "ada@shop.example" } else { "bob@shop.example" };
    format!("record {n:02} of {who}")
}

fn without_ada(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.windows(3).any(|it| it == b"ada").then(|| vec![b' '; bytes.len()])
}

fn blanked(texts: &[String]) -> Vec<String> {
    let blank = |it: &String| {
        if it.contains("ada") { " ".repeat(it.len()) } else { it.clone() }
    };
    texts.iter().map(blank).collect()
}

/// Everything in the directory, also what no record holds.
fn bytes_in(dir: &Path) -> Vec<u8> {
    let files = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    files.flat_map(|it| fs::read(it).unwrap()).collect()
}

fn names_ada(dir: &Path) -> bool {
    bytes_in(dir).windows(3).any(|it| it == b"ada")
}

#[test]
fn what_is_overwritten_is_gone_and_everything_else_is_where_it_was() {
    let dir = TempDir::new().unwrap();
    let log = open_quickly(dir.path(), SMALL).unwrap();
    let texts = write(&log);
    let places = |log: &SegmentLog| -> Vec<LogPosition> {
        let all = log.read(LogPosition(0), usize::MAX, usize::MAX).unwrap();
        all.into_iter().map(|it| it.0).collect()
    };
    let before = places(&log);
    assert_eq!(log.rewrite(log.durable_end(), &mut without_ada).unwrap(), 14);
    assert_eq!((everything(&log), places(&log)), (blanked(&texts), before));
    assert!(!names_ada(dir.path()));
    assert_eq!(log.rewrite(log.durable_end(), &mut without_ada).unwrap(), 0);
    // The writer goes on, in a new file, and all of it can be opened again.
    log.append_and_wait(vec![b"after".to_vec()]).unwrap();
    drop(log);
    let log = open_quickly(dir.path(), SMALL).unwrap();
    let mut expected = blanked(&texts);
    expected.push("after".to_owned());
    assert_eq!(everything(&log), expected);
}

#[test]
fn what_comes_after_the_given_position_stays() {
    let dir = TempDir::new().unwrap();
    let log = open_quickly(dir.path(), Options::default()).unwrap();
    let middle = log.append_and_wait(vec![text(0).into_bytes(), text(1).into_bytes()]).unwrap();
    log.append_and_wait(vec![text(3).into_bytes()]).unwrap();
    assert_eq!(log.rewrite(middle, &mut without_ada).unwrap(), 1);
    assert_eq!(everything(&log)[2], text(3));
}

#[test]
fn a_record_of_another_length_is_not_taken() {
    let dir = TempDir::new().unwrap();
    let log = open_quickly(dir.path(), SMALL).unwrap();
    let texts = write(&log);
    assert_eq!(log.rewrite(log.durable_end(), &mut |_| Some(b"short".to_vec())).unwrap(), 0);
    assert_eq!(everything(&log), texts);
}

#[test]
fn a_broken_file_is_left_as_it_is() {
    let dir = TempDir::new().unwrap();
    let log = open_quickly(dir.path(), SMALL).unwrap();
    write(&log);
    let path = segment_path(dir.path(), 0);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(log.rewrite(log.durable_end(), &mut without_ada).is_err());
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

/// At each call to the disk: the machine stops, and what was not made durable may be lost.
#[test]
fn stopped_at_any_step_every_record_is_the_old_one_or_blank() {
    let quiet = FaultyDisk::default();
    rewrite_on(&quiet, TempDir::new().unwrap().path());
    assert!(8 < quiet.calls(), "several files are written anew");
    for call in 0..quiet.calls() {
        for seed in 0..6 {
            let dir = TempDir::new().unwrap();
            let disk = FaultyDisk::failing(call..u64::MAX);
            let texts = rewrite_on(&disk, dir.path());
            disk.lose_power(seed * 1_000 + call);
            let context = format!("stopped at call {call}, seed {seed}");
            let log = open_quickly(dir.path(), SMALL).unwrap();
            let found = everything(&log);
            let empty = blanked(&texts);
            assert_eq!(found.len(), texts.len(), "{context}");
            for ((now, old), blank) in found.iter().zip(&texts).zip(&empty) {
                assert!(now == old || now == blank, "{context}: {now}");
            }
            // Done again, it is done.
            log.rewrite(log.durable_end(), &mut without_ada).unwrap();
            assert_eq!(everything(&log), empty, "{context}");
            drop(log);
            assert!(!names_ada(dir.path()), "{context}");
        }
    }
}

/// Writes on a good disk and overwrites on the given one.
fn rewrite_on(disk: &FaultyDisk, dir: &Path) -> Vec<String> {
    let good = Box::new(FaultyDisk::default());
    let log = SegmentLog::open_on(dir, SMALL, good, Box::new(disk.clone())).unwrap();
    let texts = write(&log);
    // How far it comes is what the caller looks at.
    let _ = log.rewrite(log.durable_end(), &mut without_ada);
    texts
}

#[test]
fn writing_goes_on_while_records_are_overwritten() {
    let dir = TempDir::new().unwrap();
    let log = open_quickly(dir.path(), SMALL).unwrap();
    let mut texts = write(&log);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| write(&log));
        for _ in 0..5 {
            log.rewrite(log.durable_end(), &mut without_ada).unwrap();
        }
        texts.extend(writer.join().unwrap());
    });
    log.rewrite(log.durable_end(), &mut without_ada).unwrap();
    assert_eq!(everything(&log), blanked(&texts));
}
