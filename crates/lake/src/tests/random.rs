//! Random appends, mergers of days, rewritings and scans, beside the history in memory.

use super::{T0, everything, row, scanned};
use crate::Lake;
use model::{PersonId, Timestamp};
use port::{Fate, History, LogPosition, MemoryHistory, PersonRange, Redirects, Within};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
enum Step {
    /// Persons and hours of the facts of a slice.
    Append(Vec<(u64, i64)>),
    Compact(i64),
    Erase(u64),
    Give(u64, u64),
    Forget(i64),
    Reopen,
    /// A crash after which the state ends before the history does, by so many facts.
    Cut(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let facts = prop::collection::vec((0..9_u64, 0..100_i64), 0..40);
    let step = prop_oneof![
        4 => facts.prop_map(Step::Append),
        1 => (0..5_i64).prop_map(Step::Compact),
        1 => (1..9_u64).prop_map(Step::Erase),
        1 => (1..9_u64, 1..9_u64).prop_map(|(from, to)| Step::Give(from, to)),
        1 => (0..60_i64).prop_map(Step::Forget),
        1 => Just(Step::Reopen),
        1 => (0..30_u64).prop_map(Step::Cut),
    ];
    prop::collection::vec(step, 1..14)
}

/// Both, and the memory's rows, so that it can be cut.
struct Two {
    folder: tempfile::TempDir,
    lake: Option<Lake>,
    memory: MemoryHistory,
}

impl Two {
    fn open(&mut self, committed: u64) {
        self.lake = None;
        let lake = Lake::open(self.folder.path(), LogPosition(committed)).expect("a history");
        self.lake = Some(lake);
    }

    fn lake(&self) -> &Lake {
        self.lake.as_ref().expect("it is open")
    }

    fn rewrite(&self, within: &Within, fate: impl Fn(u64) -> Fate) {
        let mut of = |row: &port::HistoryRow<'_>| fate(row.position.0);
        let changed = self.lake().rewrite(within, &mut of).expect("a rewriting");
        assert_eq!(self.memory.rewrite(within, &mut of).expect("memory"), changed);
    }

    fn take(&mut self, step: &Step) {
        let at = self.lake().position().expect("a position").0;
        match step {
            Step::Append(facts) => {
                let rows: Vec<_> = (at..)
                    .zip(facts)
                    .map(|(at, (person, hour))| {
                        row(at, *person, *hour, ["a", "b"][at as usize % 2])
                    })
                    .collect();
                let to = LogPosition(at + facts.len() as u64 + 1);
                self.lake().append(to, &rows).expect("an append");
                self.memory.append(to, &rows).expect("memory");
            }
            Step::Compact(days) => {
                let day = Timestamp(T0).day() + days;
                while self.lake().compact(day).expect("a compaction") {}
            }
            Step::Erase(person) => {
                let persons = BTreeSet::from([PersonId(*person)]);
                let within = Within { persons, ..Within::default() };
                self.rewrite(&within, |_| Fate::Goes);
            }
            Step::Give(from, to) => {
                let persons = BTreeSet::from([PersonId(*from)]);
                let within = Within { persons, ..Within::default() };
                let odd = |at: u64| at % 3 == 1;
                self.rewrite(&within, |at| {
                    if odd(at) { Fate::Becomes(PersonId(*to)) } else { Fate::Stays }
                });
            }
            Step::Forget(hours) => {
                let events = Some(BTreeSet::from(["a".to_owned()]));
                let received_before = Some(Timestamp(T0 + hours * super::HOUR));
                self.rewrite(&Within { received_before, events, ..Within::default() }, |_| {
                    Fate::Goes
                });
            }
            Step::Reopen => self.open(u64::MAX),
            Step::Cut(facts) => {
                let end = at.saturating_sub(*facts);
                self.open(end);
                let whole = MemoryHistory::new();
                let mut rows = everything(&self.memory);
                let nobodys = Within { nobody_until: Some(Timestamp::MAX), ..Within::default() };
                let mut keep = |row: &port::HistoryRow<'_>| {
                    rows.push(row.clone().into_owned());
                    Fate::Stays
                };
                self.memory.rewrite(&nobodys, &mut keep).expect("memory");
                rows.retain(|it| it.position.0 < end);
                rows.sort_by_key(|it| it.position);
                whole.append(LogPosition(end), &rows).expect("memory");
                self.memory = whole;
            }
        }
    }

    fn compare(&self, pairs: &[(u64, u64)]) {
        let lake = self.lake();
        assert_eq!(lake.position().expect("one"), self.memory.position().expect("one"));
        let redirects = Redirects::of(pairs.iter().map(|it| (PersonId(it.0), PersonId(it.1))));
        for (from, before) in [(0, None), (3, Some(6)), (5, None)] {
            let range = PersonRange { from: PersonId(from), before: before.map(PersonId) };
            let found = scanned(lake, &redirects, range);
            assert_eq!(found, scanned(&self.memory, &redirects, range));
        }
        let end = lake.position().expect("one").0;
        let asked: Vec<_> = (0..end).map(|at| (PersonId(at % 9), LogPosition(at))).collect();
        assert_eq!(lake.facts(&asked).expect("facts"), self.memory.facts(&asked).expect("facts"));
        let checked = crate::check(self.folder.path());
        assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_history_is_that_of_the_memory(
        steps in steps(),
        pairs in prop::collection::btree_map(1..5_u64, 5..9_u64, 0..4),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut two = Two { folder, lake: None, memory: MemoryHistory::new() };
        two.open(u64::MAX);
        let pairs: Vec<(u64, u64)> = pairs.into_iter().collect();
        for step in &steps {
            two.take(step);
            two.compare(&pairs);
        }
    }
}
