//! Taking two persons apart again: whose each identifier and each later event is, and when it is too
//! late for that.

use crate::{Known, MergeRecord};
use model::{Identifier, MergeId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The two of whom a merge made one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    Survivor,
    Absorbed,
}

/// Whose is what, found by going through the events since the merge in their order.
///
/// The rule is that of [`crate::resolve`], as if the merge had been refused: what was known before
/// stays where it was, an event goes to the person of its strongest identifier, and an identifier
/// that was new follows the event that brought it. So one that came with the absorbed person's
/// cookie is theirs, and one for which no event is found stays with the survivor.
#[derive(Clone, Debug)]
pub struct Halves {
    of: BTreeMap<Identifier, Half>,
}

/// Why a merge cannot be undone. Closed: each case is shown with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoRefusal {
    Unknown,
    AlreadyUndone {
        at: Timestamp,
    },
    /// Another merge was built on this one, and has to be undone before it.
    LaterMerge {
        merge: MergeId,
    },
    /// What happened since is kept for so long, and that is over.
    TooOld {
        since: Timestamp,
    },
    /// It was made when later events were not kept yet, or they cannot be read.
    FactsGone,
    /// New counters are being filled from the history, and nobody can say yet what each one's are.
    Filling,
    /// More happened since than one step of the loop can go through.
    TooMuch {
        rows: usize,
        limit: usize,
    },
}

impl Half {
    pub fn other(self) -> Half {
        match self {
            Half::Survivor => Half::Absorbed,
            Half::Absorbed => Half::Survivor,
        }
    }
}

impl Halves {
    pub fn new(record: &MergeRecord) -> Halves {
        let mut of = BTreeMap::new();
        for (known, half) in
            [(&record.absorbed_known, Half::Absorbed), (&record.survivor_known, Half::Survivor)]
        {
            of.extend(known.identifiers.keys().map(|it| (it.clone(), half)));
        }
        Halves { of }
    }

    pub fn of(&self, identifier: &Identifier) -> Option<Half> {
        self.of.get(identifier).copied()
    }

    /// Whose event it is that carried these identifiers, strongest first. Those of them that joined
    /// `merged` with it follow. `None` where nobody was known by any of them.
    pub fn take(&mut self, identifiers: &[Identifier], merged: &Known) -> Option<Half> {
        let half = identifiers.iter().find_map(|it| self.of(it))?;
        for identifier in identifiers.iter().filter(|it| merged.has(it)) {
            self.of.entry(identifier.clone()).or_insert(half);
        }
        Some(half)
    }

    /// What each is known by from now on, survivor first. What no event explains stays with the
    /// survivor.
    pub fn known(&self, record: &MergeRecord, merged: &Known) -> (Known, Known) {
        let part = |half: Half, frozen: &Known| {
            let own = |it: &Identifier| self.of(it).unwrap_or(Half::Survivor) == half;
            let joined = merged.identifiers.iter().filter(|(it, _)| own(it));
            // Both joined at the earlier of two times; each has its own back.
            let at = |it: &Identifier, joined: Timestamp| {
                frozen.identifiers.get(it).copied().unwrap_or(joined)
            };
            let identifiers = joined.map(|(it, joined)| (it.clone(), at(it, *joined)));
            // What was allowed again while they were one stays allowed.
            let apart = frozen.apart.iter().filter(|it| merged.apart.contains_key(it.0));
            Known {
                created: frozen.created,
                identifiers: identifiers.collect(),
                apart: apart.map(|(merge, half)| (*merge, *half)).collect(),
            }
        };
        (part(Half::Survivor, &record.survivor_known), part(Half::Absorbed, &record.absorbed_known))
    }
}

impl UndoRefusal {
    /// The stable code of an API's answer.
    pub fn code(&self) -> &'static str {
        match self {
            UndoRefusal::Unknown => "unknown",
            UndoRefusal::AlreadyUndone { .. } => "already_undone",
            UndoRefusal::LaterMerge { .. } => "later_merge",
            UndoRefusal::TooOld { .. } => "too_old",
            UndoRefusal::FactsGone => "facts_gone",
            UndoRefusal::Filling => "filling",
            UndoRefusal::TooMuch { .. } => "too_much",
        }
    }
}

impl fmt::Display for UndoRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UndoRefusal::Unknown => f.write_str("there is no such merge"),
            UndoRefusal::AlreadyUndone { at } => write!(f, "it was undone already, on {at}"),
            UndoRefusal::LaterMerge { merge } => {
                write!(f, "the later merge {merge} stands on it; undo {merge} first")
            }
            UndoRefusal::TooOld { since } => write!(
                f,
                "what happened since is kept for a limited time, and that was over on {since}"
            ),
            UndoRefusal::FactsGone => {
                f.write_str("what happened since then was not kept, so nobody can say whose it was")
            }
            UndoRefusal::Filling => f.write_str(
                "new audiences are being filled from the history; ask again when that is done",
            ),
            UndoRefusal::TooMuch { rows, limit } => {
                write!(f, "{rows} facts since then are more than the {limit} that can be sorted")
            }
        }
    }
}
