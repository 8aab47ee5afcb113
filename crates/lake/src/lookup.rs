//! Single facts by their position.

use crate::fields::COUNT;
use crate::files::{Files, Part};
use crate::stream::{Pick, Stream};
use model::PersonId;
use port::{HistoryError, HistoryRow, LogPosition};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

type Found = BTreeMap<u64, HistoryRow<'static>>;

pub fn facts(
    files: &Files,
    wanted: &[(PersonId, LogPosition)],
) -> Result<Vec<Option<HistoryRow<'static>>>, HistoryError> {
    let mut left: BTreeMap<u64, PersonId> =
        wanted.iter().map(|(person, at)| (at.0, *person)).collect();
    let mut found = Found::new();
    // Where the person says they are, and then wherever the position can be.
    for by_person in [true, false] {
        for part in &files.parts {
            if left.range(part.from..part.to).next().is_some() {
                look(part, &left, by_person, &mut found)?;
                left.retain(|at, _| !found.contains_key(at));
            }
        }
    }
    Ok(wanted.iter().map(|(_, at)| found.get(&at.0).cloned()).collect())
}

fn look(
    part: &Part,
    left: &BTreeMap<u64, PersonId>,
    by_person: bool,
    found: &mut Found,
) -> Result<(), HistoryError> {
    let here = left.range(part.from..part.to);
    let persons: BTreeSet<u64> = here.clone().map(|(_, it)| it.0).collect();
    let positions: BTreeSet<u64> = here.map(|(at, _)| *at).collect();
    let pick = Pick {
        person: match by_person {
            true => Box::new(|it| it.is_some_and(|it| persons.contains(&it))),
            false => Box::new(|_| true),
        },
        group: match by_person {
            true => Box::new(|it| {
                it.persons.is_some_and(|(first, last)| persons.range(first..=last).next().is_some())
            }),
            false => Box::new(|_| true),
        },
        positions: Some(&positions),
        columns: [true; COUNT],
        ..Pick::all()
    };
    let mut stream = Stream::open(part, Rc::new(pick))?;
    while let Some(key) = stream.advance()? {
        found.insert(key.position, stream.row()?.into_owned());
        if positions.iter().all(|it| found.contains_key(it)) {
            break;
        }
    }
    Ok(())
}
