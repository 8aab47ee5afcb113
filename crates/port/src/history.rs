//! The history of facts: what the log held, for as long as it is kept, sorted by person.

use crate::LogPosition;
use model::{PersonId, Timestamp};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use thiserror::Error;

/// Takes what the engine committed and gives it back: a person's facts together and in order of
/// time, or single ones by their position. It only grows at its end; [`History::rewrite`] takes out
/// what must go.
pub trait History: Send + Sync {
    /// Every committed fact before this position of the log is here.
    fn position(&self) -> Result<LogPosition, HistoryError>;

    /// Adds what stands in the log from [`History::position`] up to `to`, all of it or nothing, and
    /// makes it durable.
    fn append(&self, to: LogPosition, rows: &[HistoryRow<'_>]) -> Result<(), HistoryError>;

    /// Hands `visit` every row that `scan` asks for: all of one person together, in order of time
    /// and then position, persons rising. The row's person is the one it belongs to now. To go on
    /// later, scan again from the person at whom it was broken off. Several threads scan ranges of
    /// their own, which [`History::ranges`] makes.
    fn scan(&self, scan: &Scan<'_>, visit: &mut Visit<'_>) -> Result<(), HistoryError>;

    /// At most so many ranges of persons with about as many rows each; together they are everybody.
    fn ranges(&self, count: usize) -> Result<Vec<PersonRange>, HistoryError>;

    /// The rows at these positions, none where there is no fact. The person is where to look first:
    /// the one to whom the fact belonged when it was written, or belongs now.
    fn facts(
        &self,
        wanted: &[(PersonId, LogPosition)],
    ) -> Result<Vec<Option<HistoryRow<'static>>>, HistoryError>;

    /// Takes out rows, or gives them to somebody else, as `fate` says; it is asked of those that `within`
    /// means, some of them twice. Returns how many rows are other than before, when that is durable. It may
    /// be stopped at any moment and done again.
    fn rewrite(&self, within: &Within, fate: &mut AskFate<'_>) -> Result<u64, HistoryError>;

    /// Puts together what was received on days before this one (days since 1970). Returns whether
    /// there was something to do.
    fn compact(&self, before_day: i64) -> Result<bool, HistoryError>;
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stays,
    Goes,
    /// It is this person's.
    Becomes(PersonId),
}

pub type AskFate<'a> = dyn FnMut(&HistoryRow<'_>) -> Fate + 'a;

pub type Visit<'a> = dyn FnMut(&HistoryRow<'_>) -> ControlFlow<()> + 'a;

/// One fact. Of a scan, what was not asked for is empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HistoryRow<'a> {
    /// Where its record begins in the log: what `FactLog::read` finds it by.
    pub position: LogPosition,
    /// Whose it is; none for facts that belong to nobody.
    pub person: Option<PersonId>,
    pub time: Timestamp,
    pub received: Timestamp,
    pub source: Cow<'a, str>,
    /// `track`, `identify`, `page`, `screen`, `group` or `alias`.
    pub kind: Cow<'a, str>,
    /// The name that conditions use: `Order Completed`, `Page Viewed`, `Identify`.
    pub event: Cow<'a, str>,
    /// The name of the page or screen, the id of the group, or the previous id of an alias.
    pub detail: Option<Cow<'a, str>>,
    pub message_id: Option<Cow<'a, str>>,
    pub user_id: Option<Cow<'a, str>>,
    pub anonymous_id: Option<Cow<'a, str>>,
    /// JSON objects; none for empty ones.
    pub properties: Option<Cow<'a, str>>,
    pub context: Option<Cow<'a, str>>,
    /// The sender's clock could not be believed.
    pub clock: bool,
    /// Imported: it triggered nothing.
    pub historical: bool,
    /// Whom the fact named itself, where it did.
    pub named: Option<PersonId>,
    /// JSON of what it changed beyond traits and counters; none for nothing.
    pub acts: Option<Cow<'a, str>>,
}

impl HistoryRow<'_> {
    pub fn into_owned(self) -> HistoryRow<'static> {
        let own = |it: Cow<'_, str>| Cow::Owned(it.into_owned());
        HistoryRow {
            source: own(self.source),
            kind: own(self.kind),
            event: own(self.event),
            detail: self.detail.map(own),
            message_id: self.message_id.map(own),
            user_id: self.user_id.map(own),
            anonymous_id: self.anonymous_id.map(own),
            properties: self.properties.map(own),
            context: self.context.map(own),
            acts: self.acts.map(own),
            ..self
        }
    }

    /// The order in which a scan hands out rows.
    pub fn order(&self) -> (Option<PersonId>, Timestamp, LogPosition) {
        (self.person, self.time, self.position)
    }
}

/// Person, time, position and event come with every row; these only where they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Wanted {
    pub properties: bool,
    pub context: bool,
    /// Everything else, so that with `properties` and `context` a row is whole.
    pub rest: bool,
}

impl Wanted {
    pub const ALL: Wanted = Wanted { properties: true, context: true, rest: true };
}

/// Persons from the first one on and before the second; without a second, all that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonRange {
    pub from: PersonId,
    pub before: Option<PersonId>,
}

impl PersonRange {
    pub const ALL: PersonRange = PersonRange { from: PersonId(0), before: None };

    pub fn one(person: PersonId) -> PersonRange {
        PersonRange { from: person, before: person.0.checked_add(1).map(PersonId) }
    }

    pub fn contains(self, person: PersonId) -> bool {
        self.from <= person && self.before.is_none_or(|it| person < it)
    }
}

/// What to hand out.
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    /// By whom rows belong to now.
    pub persons: PersonRange,
    /// Only events of these names; none for all.
    pub events: Option<&'a BTreeSet<String>>,
    pub wanted: Wanted,
    /// Only facts before this position.
    pub until: LogPosition,
    /// Who became part of whom since rows were written.
    pub redirects: &'a Redirects,
}

/// Persons who became part of others, each with the one whom they are part of in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirects(BTreeMap<PersonId, PersonId>);

impl Redirects {
    /// From pairs of an absorbed person and the one who absorbed them, in any order.
    pub fn of(pairs: impl IntoIterator<Item = (PersonId, PersonId)>) -> Redirects {
        let direct: BTreeMap<PersonId, PersonId> = pairs.into_iter().collect();
        let end = |from: &PersonId| {
            let mut at = *from;
            // A chain is never longer than there are pairs; a circle would be.
            for _ in 0..=direct.len() {
                match direct.get(&at) {
                    Some(next) => at = *next,
                    None => break,
                }
            }
            at
        };
        Redirects(direct.keys().map(|it| (*it, end(it))).collect())
    }

    pub fn current(&self, person: PersonId) -> PersonId {
        self.0.get(&person).copied().unwrap_or(person)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (PersonId, PersonId)> {
        self.0.iter().map(|(from, to)| (*from, *to))
    }
}

/// Which rows a rewriting can mean, so that files without any are left alone. A row is looked at if
/// one of the first three holds of it, and the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// Written as rows of these.
    pub persons: BTreeSet<PersonId>,
    /// Of nobody, and received by then.
    pub nobody_until: Option<Timestamp>,
    /// Whoever's, and received before then.
    pub received_before: Option<Timestamp>,
    /// And in any case only events of these names; none for all.
    pub events: Option<BTreeSet<String>>,
}

impl Within {
    pub fn holds(&self, row: &HistoryRow<'_>) -> bool {
        let of = match row.person {
            Some(person) => self.persons.contains(&person),
            None => self.nobody_until.is_some_and(|it| row.received <= it),
        };
        (of || self.received_before.is_some_and(|it| row.received < it))
            && self.events.as_ref().is_none_or(|it| it.contains(&*row.event))
    }
}

#[derive(Debug, Error)]
pub enum HistoryError {
    #[error("could not {doing} {path}")]
    Io { doing: &'static str, path: String, source: std::io::Error },
    #[error("the history is damaged in {path}: {what}; restore a backup, or see `fulcrum doctor`")]
    Damaged { path: String, what: String },
    #[error("the history is at {is}, and rows up to {to} were to be added to it")]
    OutOfOrder { is: u64, to: u64 },
}
