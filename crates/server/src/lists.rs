//! Static lists: who is on one is a trait of the person, `list.NAME`, which is true or false.
//!
//! One trait a list, so that a change of one leaves the others alone; and a trait, so that conditions,
//! merges, undoing and erasing treat it like all else that is known of a person.

use crate::problem::Problem;
use engine::OWN_SOURCE;
use model::{
    Event, EventFlags, EventKind, Identifier, IdentifierKind, Map, PersonId, SourceId, Timestamp,
    Value,
};
use port::{Person, Views};
use record::Fact;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Before the list's name in the name of the trait.
const TRAIT: &str = "list.";

/// A heading on a page and a word in a condition.
const NAME_CHARS_MAX: usize = 60;

const PEOPLE_AT_ONCE: usize = 500;

/// A list's name: letters, digits, blanks, `-` and `_`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ListName(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Those named are on the list.
    Add,
    /// Those named are not on it.
    Remove,
    /// Those named are on it, and nobody else.
    Replace,
}

/// What a change would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// People who are on the list now and were not.
    pub added: u64,
    /// Of these, people whom nobody knew. They are made, and have agreed to nothing.
    pub new: u64,
    pub removed: u64,
    /// As they were before.
    pub unchanged: u64,
    /// Identifiers that nobody has and that were left out.
    pub unknown: u64,
}

/// A change with the facts that make it so.
pub struct Planned {
    pub counts: Counts,
    pub facts: Vec<Fact>,
}

/// How a change finds out that nobody waits for it any more.
pub type Patience<'a> = &'a dyn Fn() -> bool;

impl ListName {
    pub fn read(text: &str) -> Result<ListName, String> {
        let name = text.trim();
        let fits = |it: char| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_');
        if name.is_empty() || !name.chars().all(fits) {
            return Err("a list's name has letters, digits, blanks, - and _".to_owned());
        }
        if NAME_CHARS_MAX < name.chars().count() {
            return Err(format!("a list's name has at most {NAME_CHARS_MAX} characters"));
        }
        Ok(ListName(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Under which it is known of a person.
    pub fn trait_name(&self) -> String {
        format!("{TRAIT}{}", self.0)
    }
}

/// A cell as an identifier; none where nobody can be known by it, such as a placeholder.
pub fn identifier(kind: IdentifierKind, cell: &str) -> Option<Identifier> {
    let identifier = Identifier::new(kind, cell);
    let refused = identity::Rules::default().refuses(&identifier).is_some();
    (!refused && !identifier.value.is_empty()).then_some(identifier)
}

/// How many people are on each list, also where it is nobody any more. Looks at everybody.
pub fn all(views: &dyn Views, patience: Patience<'_>) -> Result<BTreeMap<String, u64>, Problem> {
    let mut lists: BTreeMap<String, u64> = BTreeMap::new();
    for_everybody(views, patience, &mut |person| {
        for (name, it) in &person.profile.traits {
            if let Some(list) = name.strip_prefix(TRAIT) {
                *lists.entry(list.to_owned()).or_default() +=
                    u64::from(it.value == Value::Bool(true));
            }
        }
    })?;
    Ok(lists)
}

/// What has to be said so that the people behind `named` are on the list, or not. Says nothing of
/// whoever is as they should be. With `known_only`, nobody is made.
pub fn plan(
    views: &dyn Views,
    name: &ListName,
    mode: Mode,
    named: &[Identifier],
    known_only: bool,
    now: Timestamp,
    patience: Patience<'_>,
) -> Result<Planned, Problem> {
    let mut planned = Planned { counts: Counts::default(), facts: Vec::new() };
    let named: BTreeSet<&Identifier> = named.iter().collect();
    let named: Vec<Identifier> = named.into_iter().cloned().collect();
    let mut meant: BTreeSet<PersonId> = BTreeSet::new();
    for chunk in named.chunks(PEOPLE_AT_ONCE) {
        let owners = views.owners(chunk)?;
        let mut known: Vec<PersonId> = owners.iter().flatten().copied().collect();
        known.sort();
        known.dedup();
        known.retain(|it| meant.insert(*it));
        for person in views.load(&known)? {
            planned.mark(name, &person, mode != Mode::Remove, now);
        }
        let nobodys = chunk.iter().zip(&owners).filter(|it| it.1.is_none()).map(|it| it.0);
        for identifier in nobodys {
            if known_only || mode == Mode::Remove {
                planned.counts.unknown += 1;
                continue;
            }
            planned.counts.added += 1;
            planned.counts.new += 1;
            planned.facts.push(Fact::of(statement(name, Some(identifier), true, now)));
        }
        if !patience() {
            return Err(too_slow());
        }
    }
    if mode == Mode::Replace {
        for_everybody(views, patience, &mut |person| {
            if is_on(person, name) && !meant.contains(&person.id) {
                planned.mark(name, person, false, now);
            }
        })?;
    }
    Ok(planned)
}

impl Planned {
    fn mark(&mut self, name: &ListName, person: &Person, on: bool, now: Timestamp) {
        if is_on(person, name) == on {
            self.counts.unchanged += 1;
            return;
        }
        match on {
            true => self.counts.added += 1,
            false => self.counts.removed += 1,
        }
        let event = statement(name, None, on, now);
        self.facts.push(Fact { person: Some(person.id), ..Fact::of(event) });
    }
}

fn is_on(person: &Person, name: &ListName) -> bool {
    person.profile.trait_value(&name.trait_name()) == Some(&Value::Bool(true))
}

/// An `identify` that states the one trait. Whoever is made by it is known by `by` alone.
fn statement(name: &ListName, by: Option<&Identifier>, on: bool, now: Timestamp) -> Event {
    let mut traits = Map::from([(name.trait_name(), Value::Bool(on))]);
    let (mut user_id, mut anonymous_id) = (None, None);
    if let Some(Identifier { kind, value }) = by {
        match kind {
            IdentifierKind::UserId => user_id = Some(value.clone()),
            IdentifierKind::AnonymousId => anonymous_id = Some(value.clone()),
            IdentifierKind::Email
            | IdentifierKind::Phone
            | IdentifierKind::Handle
            | IdentifierKind::DeviceToken => {
                traits.insert(kind.name().to_owned(), Value::Text(value.clone()));
            }
        }
    }
    Event {
        source: SourceId::from(OWN_SOURCE),
        message_id: None,
        kind: EventKind::Identify,
        user_id,
        anonymous_id,
        properties: traits,
        context: Map::new(),
        time: now,
        received: now,
        flags: EventFlags { historical: true, ..EventFlags::default() },
    }
}

fn for_everybody(
    views: &dyn Views,
    patience: Patience<'_>,
    look: &mut dyn FnMut(&Person),
) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let ids = views.ids_after(after, PEOPLE_AT_ONCE)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        for person in views.load(&ids)? {
            look(&person);
        }
        if !patience() {
            return Err(too_slow());
        }
    }
}

fn too_slow() -> Problem {
    Problem::unavailable("there are too many people for a page; use `fulcrum list` on the server")
}
