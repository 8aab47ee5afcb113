//! Reading while files are put together and rows go.

use super::{everything, row};
use crate::Lake;
use model::PersonId;
use port::{Fate, History, LogPosition, Within};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn who_reads_finds_every_row_once_whatever_is_done_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(folder.path(), LogPosition(u64::MAX)).expect("a history");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for part in 0..60_u64 {
                let rows: Vec<_> =
                    (0..20).map(|n| row(part * 20 + n, 1 + n % 5, n as i64 % 3, "x")).collect();
                lake.append(LogPosition(part * 20 + 20), &rows).expect("an append");
                if part % 5 == 4 {
                    while lake.compact(i64::MAX).expect("a compaction") {}
                    let persons = BTreeSet::from([PersonId(5)]);
                    let within = Within { persons, ..Within::default() };
                    lake.rewrite(&within, &mut |_| Fate::Goes).expect("a rewriting");
                }
            }
            done.store(true, Ordering::SeqCst);
        });
        let mut read = 0;
        while !done.load(Ordering::SeqCst) {
            let rows: Vec<_> =
                everything(&lake).into_iter().filter(|it| it.person != Some(PersonId(5))).collect();
            // Of the four others each part has sixteen rows, and a part is there whole.
            assert!(rows.len().is_multiple_of(16), "{}", rows.len());
            assert!(rows.windows(2).all(|it| it[0].order() < it[1].order()));
            let at: Vec<_> = rows.iter().map(|it| (PersonId(77), it.position)).collect();
            assert!(lake.facts(&at).expect("facts").iter().all(Option::is_some));
            read += 1;
        }
        writer.join().expect("the writer");
        assert!(3 < read, "{read}");
    });
}
