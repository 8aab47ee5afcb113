//! The contract, any history beside the one in memory, crashes at every step, and damage.

mod crashes;
mod damage;
mod random;
mod together;

use crate::Lake;
use model::{PersonId, Timestamp};
use port::{History, HistoryRow, LogPosition, PersonRange, Redirects, Scan, Wanted, contract};
use std::borrow::Cow;
use std::ops::ControlFlow;

/// 2027-01-15T08:00:00Z.
const T0: i64 = 1_800_000_000_000;
const HOUR: i64 = 3_600_000;

#[test]
fn the_lake_keeps_the_contract() {
    let mut folders = Vec::new();
    contract::history(&mut || {
        let folder = tempfile::tempdir().expect("a folder");
        let lake = Lake::open(folder.path(), LogPosition(u64::MAX)).expect("a history");
        folders.push(folder);
        Box::new(lake)
    });
}

fn row(position: u64, person: u64, hours: i64, event: &str) -> HistoryRow<'static> {
    HistoryRow {
        position: LogPosition(position),
        person: (0 < person).then_some(PersonId(person)),
        time: Timestamp(T0 + hours * HOUR),
        received: Timestamp(T0 + hours * HOUR),
        source: Cow::Borrowed("shop"),
        kind: Cow::Borrowed("track"),
        event: Cow::Owned(event.to_owned()),
        properties: Some(Cow::Owned(format!("{{\"n\":{position}}}"))),
        ..HistoryRow::default()
    }
}

fn scanned(
    history: &dyn History,
    redirects: &Redirects,
    persons: PersonRange,
) -> Vec<HistoryRow<'static>> {
    let scan = Scan {
        persons,
        events: None,
        wanted: Wanted::ALL,
        until: LogPosition(u64::MAX),
        redirects,
    };
    let mut rows = Vec::new();
    let mut visit = |row: &HistoryRow<'_>| {
        rows.push(row.clone().into_owned());
        ControlFlow::Continue(())
    };
    history.scan(&scan, &mut visit).expect("a scan");
    rows
}

fn everything(history: &dyn History) -> Vec<HistoryRow<'static>> {
    scanned(history, &Redirects::default(), PersonRange::ALL)
}
