//! What happened, out of history and log, in the order in which it was received.

use engine::{EngineError, FactRead, FactSource, Whose};
use model::{Identifier, PersonId};
use port::LogPosition;
use record::Fact;
use std::collections::{BTreeSet, HashMap};

/// The one person whose facts alone are played: by the ids of those who became this one, and by their
/// identifiers.
#[derive(Clone, Debug)]
pub struct One {
    pub ids: Vec<PersonId>,
    pub identifiers: BTreeSet<Identifier>,
}

#[derive(Debug)]
pub enum FactsError {
    Engine(EngineError),
    /// There are more than a play may hold in memory.
    TooMany(usize),
    Stopped,
}

/// Everybody's, or one person's; at most `max` facts. `go_on` is told how many were found so far, and says
/// whether to go on.
pub fn facts(
    source: FactSource<'_>,
    one: Option<&One>,
    max: usize,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Result<Vec<Fact>, FactsError> {
    let mut all = Vec::new();
    let mut stopped = None;
    let mut each = |read: FactRead| {
        if !go_on(all.len()) {
            stopped = Some(FactsError::Stopped);
        } else if one.is_none_or(|it| read.is_of(&it.ids, |name| it.identifiers.contains(name))) {
            if max <= all.len() {
                stopped = Some(FactsError::TooMany(max));
            } else {
                let fact = Fact { person: read.owner, ..read.fact };
                all.push((fact.event.received, read.position, fact));
            }
        }
        stopped.is_none()
    };
    let whose = one.map_or(Whose::Everybody, |it| Whose::These(&it.ids));
    source.each(whose, LogPosition(u64::MAX), &mut each).map_err(FactsError::Engine)?;
    if let Some(why) = stopped {
        return Err(why);
    }
    all.sort_by_key(|it| (it.0, it.1));
    let mut facts: Vec<Fact> = all.into_iter().map(|it| it.2).collect();
    name(&mut facts);
    Ok(facts)
}

/// In the play persons have other numbers and are found by their identifiers. A fact that has none, such
/// as a click or a wish, gets one that its person has.
fn name(facts: &mut [Fact]) {
    let mut names: HashMap<PersonId, (Option<String>, Option<String>)> = HashMap::new();
    for fact in facts.iter() {
        let Some(person) = fact.person else { continue };
        let name = names.entry(person).or_default();
        name.0 = name.0.take().or_else(|| fact.event.user_id.clone());
        name.1 = name.1.take().or_else(|| fact.event.anonymous_id.clone());
    }
    for fact in facts {
        let Some(person) = fact.person.take() else { continue };
        if fact.event.identifiers().is_empty()
            && let Some((user_id, anonymous_id)) = names.get(&person)
        {
            fact.event.user_id.clone_from(user_id);
            fact.event.anonymous_id.clone_from(anonymous_id);
        }
    }
}
