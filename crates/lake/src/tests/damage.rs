//! Damaged files give errors that say where, never rows that were not there, and never a panic.

use super::{everything, row};
use crate::{Lake, check};
use model::PersonId;
use port::{History, LogPosition, PersonRange, Redirects, Scan, Wanted};
use std::ops::ControlFlow;
use std::path::PathBuf;

fn made() -> (tempfile::TempDir, PathBuf, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(folder.path(), LogPosition(u64::MAX)).expect("a history");
    let rows: Vec<_> = (0..60).map(|n| row(n, 1 + n % 5, 3, ["x", "y"][n as usize % 2])).collect();
    lake.append(LogPosition(60), &rows).expect("an append");
    let part = crate::parts_in(folder.path()).expect("parts").remove(0);
    (folder, part.path, rows.len())
}

#[test]
fn any_changed_byte_is_an_error_or_changes_nothing() {
    let (folder, path, count) = made();
    let whole = std::fs::read(&path).expect("a file");
    let expected = everything(&Lake::open(folder.path(), LogPosition(60)).expect("a history"));
    assert_eq!(expected.len(), count);
    let (mut refused, mut noticed) = (0, 0);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, &bytes).expect("room");
        let Ok(lake) = Lake::open(folder.path(), LogPosition(60)) else {
            refused += 1;
            continue;
        };
        let redirects = Redirects::default();
        let scan = Scan {
            persons: PersonRange::ALL,
            events: None,
            wanted: Wanted::ALL,
            until: LogPosition(u64::MAX),
            redirects: &redirects,
        };
        let mut rows = Vec::new();
        let mut visit = |row: &port::HistoryRow<'_>| {
            rows.push(row.clone().into_owned());
            ControlFlow::Continue(())
        };
        match lake.scan(&scan, &mut visit) {
            Err(error) => {
                noticed += 1;
                let text = error.to_string();
                assert!(text.contains("part-") && text.contains("row group 0"), "{text}");
            }
            // The table of contents has no checksum: what it says of where to look may hide rows, and
            // then the check tells.
            Ok(()) if rows == expected => {}
            Ok(()) => assert!(!check(folder.path()).problems.is_empty(), "byte {at}"),
        }
        let _ = lake.facts(&[(PersonId(1), LogPosition(5))]);
    }
    assert!(100 < refused && 500 < noticed, "{refused} refused, {noticed} noticed");
}

#[test]
fn a_cut_file_says_so() {
    let (folder, path, _) = made();
    let whole = std::fs::read(&path).expect("a file");
    for kept in [0, 3, 100, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        std::fs::write(&path, &whole[..kept]).expect("room");
        let error = Lake::open(folder.path(), LogPosition(60)).err().expect("an error").to_string();
        assert!(error.contains("is damaged in") && error.contains("part-"), "{error}");
        assert!(error.contains("restore a backup"), "{error}");
        assert_eq!(check(folder.path()).problems.len(), 1);
    }
}

#[test]
fn a_file_under_another_name_is_not_taken_for_it() {
    let (folder, path, _) = made();
    let other = path.with_file_name(format!("part-{:020}-{:020}.parquet", 0, 61));
    std::fs::rename(&path, &other).expect("a name");
    let error = Lake::open(folder.path(), LogPosition(60)).err().expect("an error").to_string();
    assert!(error.contains("another part than its name says"), "{error}");
}
