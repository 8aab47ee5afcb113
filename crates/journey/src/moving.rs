//! Taking runs from one version of a journey to another: equal ids only.

use crate::program::{Action, Journeys, Program};
use crate::runs::Runs;
use model::JourneyName;
use serde::{Deserialize, Serialize};

/// What becomes of runs at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// They stand at the step with the same id, and their deadline stays.
    Moves,
    /// The step has no id, so that nobody can say which step of the other version it is.
    HasNoId,
    /// The other version has no step with this id.
    IsGone,
    /// The step with this id is of another kind.
    IsOther,
}

impl Move {
    pub const ALL: [Move; 4] = [Move::Moves, Move::HasNoId, Move::IsGone, Move::IsOther];

    pub fn code(self) -> &'static str {
        match self {
            Move::Moves => "moves",
            Move::HasNoId => "has_no_id",
            Move::IsGone => "is_gone",
            Move::IsOther => "is_other",
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Move::Moves => "stands at the step with the same id",
            Move::HasNoId => "the step has no id",
            Move::IsGone => "the other version has no step with this id",
            Move::IsOther => "the step with this id is of another kind",
        }
    }
}

impl Journeys {
    /// What would become of runs of version `from` at `step`, taken to version `to`; none if there is
    /// no such version.
    pub fn moves(&self, name: &JourneyName, from: u64, to: u64, step: &str) -> Option<Move> {
        Some(moves(self.program(name, from)?, self.program(name, to)?, step))
    }
}

impl Runs {
    /// Takes the runs of one version to another, as far as their steps have a counterpart there. Returns
    /// for each run of that version what became of it, with the step at which it stands.
    pub fn take_to(
        &mut self,
        journeys: &Journeys,
        name: &JourneyName,
        from: u64,
        to: u64,
    ) -> Vec<(String, Move)> {
        let mut became = Vec::new();
        for run in self.active.iter_mut().filter(|it| it.journey == *name && it.version == from) {
            let Some(found) = journeys.moves(name, from, to, &run.step) else { continue };
            if found == Move::Moves {
                run.version = to;
                // What a step of the same id asked for before must not be asked for under its key again.
                let rounds = run.rounds.iter().map(|it| run.visits_before + it.all);
                run.visits_before = rounds.fold(run.visit, u32::max);
            }
            became.push((run.step.clone(), found));
        }
        became
    }
}

fn moves(from: &Program, to: &Program, step: &str) -> Move {
    let op = |program: &Program| program.find(step).and_then(|it| program.op(it)).cloned();
    match (op(from), op(to)) {
        (Some(old), _) if !old.has_id => Move::HasNoId,
        (Some(old), Some(new)) if new.has_id => match same_kind(&old.action, &new.action) {
            true => Move::Moves,
            false => Move::IsOther,
        },
        (Some(_), Some(_) | None) | (None, _) => Move::IsGone,
    }
}

/// A message that is waited for and one that is not are two kinds: the run would hear of nothing.
fn same_kind(old: &Action, new: &Action) -> bool {
    let waits = |it: &Action| matches!(it, Action::Message(_, Some(_)));
    std::mem::discriminant(old) == std::mem::discriminant(new) && waits(old) == waits(new)
}
