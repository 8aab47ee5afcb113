//! The machine stops at every step of everything that is written.

use super::{everything, row};
use crate::Lake;
use crate::disk::{Disk, RealDisk};
use model::PersonId;
use port::{Fate, History, HistoryRow, LogPosition, Within};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A disk that stops at a call, and leaves of a file that was not synced only its first half.
#[derive(Clone)]
struct Stopping {
    calls: Arc<AtomicU64>,
    stops_at: u64,
    unsynced: Option<PathBuf>,
}

impl Stopping {
    fn at(stops_at: u64) -> Stopping {
        Stopping { calls: Arc::default(), stops_at, unsynced: None }
    }

    fn call(&mut self) -> io::Result<()> {
        if self.calls.fetch_add(1, Ordering::SeqCst) < self.stops_at {
            return Ok(());
        }
        if let Some(path) = &self.unsynced
            && let Ok(file) = File::options().write(true).open(path)
        {
            let half = file.metadata()?.len() / 2;
            file.set_len(half)?;
        }
        Err(io::Error::other("the machine stopped"))
    }
}

impl Disk for Stopping {
    fn create(&mut self, path: &Path) -> io::Result<File> {
        self.call()?;
        self.unsynced = Some(path.to_owned());
        RealDisk.create(path)
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        self.call()?;
        self.unsynced = None;
        RealDisk.sync(file)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        RealDisk.rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.call()?;
        RealDisk.remove(path)
    }

    fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        self.call()?;
        RealDisk.sync_dir(dir)
    }
}

type Rows = Vec<HistoryRow<'static>>;

/// Does `change` on a history of some parts, and stops at each call of it in turn. Whatever was reached,
/// the history must be as `before` or as after it, and `change` done again must bring it about.
fn check(change: impl Fn(&Lake) -> Result<(), port::HistoryError>) {
    let (before, after, calls) = played(u64::MAX, &change);
    assert!(3 < calls);
    let mut states = BTreeSet::new();
    for call in 0..calls {
        let folder = made();
        {
            let disk = Stopping::at(call);
            if let Ok(lake) = Lake::open_on(folder.path(), LogPosition(u64::MAX), Box::new(disk)) {
                assert!(change(&lake).is_err(), "call {call}");
            }
        }
        let lake = Lake::open(folder.path(), LogPosition(u64::MAX)).expect("it opens");
        let (found, position) = (everything(&lake), lake.position().expect("a position"));
        let is_one = (&found, position) == (&before.0, before.1)
            || (&found, position) == (&after.0, after.1);
        // A rewriting goes part by part: each is the old or the new one.
        let is_between = position == before.1
            && found.iter().all(|it| before.0.contains(it) || after.0.contains(it));
        assert!(is_one || is_between, "call {call}: {} rows at {position:?}", found.len());
        states.insert(found.len());
        if position == before.1 {
            change(&lake).expect("done again");
        }
        assert_eq!(everything(&lake), after.0, "call {call}");
        drop(lake);
        let checked = crate::check(folder.path());
        assert!(checked.problems.is_empty(), "call {call}: {:?}", checked.problems);
        assert_eq!(checked.rows, after.0.len() as u64, "call {call}: nothing is there twice");
    }
}

type State = (Rows, LogPosition);

fn played(
    stops_at: u64,
    change: impl Fn(&Lake) -> Result<(), port::HistoryError>,
) -> (State, State, u64) {
    let folder = made();
    let disk = Stopping::at(stops_at);
    let calls = Arc::clone(&disk.calls);
    let lake = Lake::open_on(folder.path(), LogPosition(u64::MAX), Box::new(disk)).expect("opens");
    let state = |lake: &Lake| (everything(lake), lake.position().expect("a position"));
    let before = state(&lake);
    change(&lake).expect("a change");
    (before, state(&lake), calls.load(Ordering::SeqCst))
}

fn made() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(folder.path(), LogPosition(u64::MAX)).expect("a history");
    for part in 0..3_u64 {
        let rows: Rows =
            (0..20).map(|n| row(part * 20 + n, 1 + n % 5, n as i64 * 2, "x")).collect();
        lake.append(LogPosition(part * 20 + 20), &rows).expect("an append");
    }
    folder
}

#[test]
fn stopped_while_adding_it_is_there_or_not() {
    check(|lake| {
        let rows: Rows = (60..90).map(|n| row(n, 1 + n % 7, n as i64, "y")).collect();
        lake.append(LogPosition(90), &rows)
    });
}

#[test]
fn stopped_while_a_day_is_put_together_nothing_is_lost_or_there_twice() {
    check(|lake| {
        while lake.compact(i64::MAX)? {}
        Ok(())
    });
}

#[test]
fn stopped_while_rows_go_each_part_has_them_all_or_none() {
    check(|lake| {
        let persons = BTreeSet::from([PersonId(2), PersonId(4)]);
        let within = Within { persons, ..Within::default() };
        lake.rewrite(&within, &mut |_| Fate::Goes).map(|_| ())
    });
}

#[test]
fn stopped_while_all_rows_of_a_part_go_the_part_goes() {
    check(|lake| {
        let within = Within { received_before: Some(model::Timestamp::MAX), ..Within::default() };
        lake.rewrite(&within, &mut |it| if it.position.0 < 30 { Fate::Goes } else { Fate::Stays })
            .map(|_| ())
    });
}

/// After a restore or a power failure the state may end before the history.
#[test]
fn stopped_while_its_end_is_cut_off_it_is_cut_off_at_the_next_start() {
    let end = LogPosition(33);
    for call in 0..40 {
        let folder = made();
        let disk = Box::new(Stopping::at(call));
        drop(Lake::open_on(folder.path(), end, disk));
        let lake = Lake::open(folder.path(), end).expect("it opens");
        assert_eq!(lake.position().expect("a position"), end);
        let found = everything(&lake);
        assert_eq!(found.len(), 33, "call {call}");
        lake.append(LogPosition(40), &[row(33, 1, 3, "z"), row(39, 1, 4, "z")]).expect("an append");
        drop(lake);
        let lake = Lake::open(folder.path(), LogPosition(40)).expect("it opens");
        assert_eq!(everything(&lake).len(), 35, "call {call}");
    }
}
