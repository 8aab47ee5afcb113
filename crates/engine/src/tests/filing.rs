//! How far the log is let go, and what keeps it.

use crate::{pin_entry, pins, trim_point, unpin_entry};
use model::{Span, Timestamp};
use port::{Changes, Entry, History, LogPosition, MemoryHistory, MemoryStore, Store};

const T0: i64 = 1_800_000_000_000;

struct Filing {
    store: MemoryStore,
    history: MemoryHistory,
}

impl Filing {
    fn commit(&mut self, position: u64, entries: Vec<Entry>) {
        let log_position = Some(LogPosition(position));
        let now = Timestamp(T0);
        let changes = Changes { now, log_position, entries, durable: true, ..Changes::default() };
        self.store.commit(&changes).expect("memory");
    }

    /// So many hours later the history goes so far, as the state does; returns how far the log may go.
    fn point(&mut self, hours: i64, position: u64) -> u64 {
        self.history.append(LogPosition(position), &[]).expect("memory");
        let now = Timestamp(T0 + hours * Span::HOUR.0);
        self.commit(position, Vec::new());
        let (point, entries) =
            trim_point(&self.history, &self.store, Span::DAY, now).expect("a point");
        self.commit(position, entries);
        point.0
    }
}

#[test]
fn the_log_goes_after_a_day_as_far_as_it_was_filed_then() {
    let mut filing = Filing { store: MemoryStore::new(), history: MemoryHistory::new() };
    let points: Vec<u64> =
        [(0, 100), (1, 200), (5, 300), (23, 400), (24, 500), (25, 600), (48, 700)]
            .into_iter()
            .map(|(hours, position)| filing.point(hours, position))
            .collect();
    assert_eq!(points, [0, 0, 0, 0, 100, 200, 500]);
}

#[test]
fn who_reads_the_log_keeps_it() {
    let mut filing = Filing { store: MemoryStore::new(), history: MemoryHistory::new() };
    filing.point(0, 100);
    filing.point(2, 200);
    filing.commit(200, vec![pin_entry("fill of lapsing", LogPosition(50))]);
    assert_eq!(filing.point(30, 300), 50);
    assert_eq!(pins(&filing.store).expect("pins").len(), 1);
    filing.commit(300, vec![unpin_entry("fill of lapsing")]);
    assert_eq!(filing.point(60, 400), 300);
}
