//! What a condition would make of an audience, before it is saved: first a guess from some people,
//! then everybody.

use crate::facts::Known;
use crate::{EngineError, Loaded};
use audience::{Counter, Definitions, Filling, View};
use expr::{CounterSpec, Expr, evaluate};
use model::{PersonId, Timestamp};
use port::{History, HistoryRow, LogPosition, Person, PersonRange, Redirects, Scan, Views, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// People looked at for the first guess: enough for an interval of 2 in 100, read in a tenth of a
/// second.
const GUESSED_FROM: u64 = 2_000;

/// Persons read at once.
const CHUNK: usize = 500;

/// Persons whose history is read at once: what was counted of them is held in memory.
const COUNTED_AT_ONCE: u64 = 50_000;

/// How many of each kind are named.
const EXAMPLES: usize = 10;

/// The standard normal quantile of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// What a condition would make of an audience.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudiencePreview {
    /// Everybody who was looked at.
    pub people: u64,
    pub size: u64,
    /// Not in it now, and would be.
    pub entering: u64,
    /// In it now, and would not be.
    pub leaving: u64,
    pub within: Vec<PersonId>,
    pub enter: Vec<PersonId>,
    pub leave: Vec<PersonId>,
    /// What is not counted for everybody yet. Without a history, this took it as nothing.
    pub uncounted: Vec<CounterSpec>,
    /// Whether it was counted from the history.
    pub counted: bool,
}

/// What a condition is tried on.
pub struct Tried<'a> {
    pub loaded: &'a Loaded,
    /// The audience as it is, if there is one.
    pub name: Option<&'a str>,
    pub condition: &'a Expr,
    /// Where what is not counted yet can be counted.
    pub history: Option<&'a dyn History>,
    /// Who became part of whom since the history was written.
    pub redirects: &'a Redirects,
    pub now: Timestamp,
}

/// The size as guessed from some people, with an interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub size: f64,
    pub low: f64,
    pub high: f64,
}

/// How far it has come.
#[derive(Clone, Copy, Debug)]
pub struct PreviewStep<'a> {
    pub done: u64,
    pub total: u64,
    /// What is known so far.
    pub so_far: &'a AudiencePreview,
    pub estimate: Option<Estimate>,
}

/// Evaluates a condition for everybody, and compares it with the audience as it is. Writes nothing.
/// `watch` is called after each step and says whether to go on; `None` is returned when it says no.
pub fn preview_audience(
    views: &dyn Views,
    tried: &Tried<'_>,
    watch: &mut dyn FnMut(PreviewStep<'_>) -> bool,
) -> Result<Option<AudiencePreview>, EngineError> {
    let total = views.count()?;
    let mut counting = Counting::of(tried);
    let fresh = || AudiencePreview {
        uncounted: counting.specs.clone(),
        counted: counting.history.is_some(),
        ..AudiencePreview::default()
    };
    let (mut guess, mut preview) = (fresh(), fresh());
    // What has to be counted first is not known of some people any sooner than of all.
    let mut estimate = None;
    if counting.specs.is_empty() {
        for person in views.load(&spread(views, total)?)? {
            guess.take(&person, tried);
        }
        estimate = Some(wilson(guess.size, guess.people, total));
    }
    if !watch(PreviewStep { done: 0, total, so_far: &guess, estimate }) {
        return Ok(None);
    }
    let mut after = None;
    loop {
        let ids = views.ids_after(after, CHUNK)?;
        let Some(last) = ids.last() else { return Ok(Some(preview)) };
        after = Some(*last);
        for mut person in views.load(&ids)? {
            counting.add_to(&mut person, tried.now)?;
            preview.take(&person, tried);
        }
        let done = preview.people.min(total);
        if !watch(PreviewStep { done, total, so_far: &preview, estimate }) {
            return Ok(None);
        }
    }
}

/// Counts from the history what nobody has counted yet.
struct Counting<'a> {
    specs: Vec<CounterSpec>,
    history: Option<&'a dyn History>,
    redirects: &'a Redirects,
    definitions: Definitions,
    found: BTreeMap<PersonId, BTreeMap<String, Counter>>,
    /// Everybody before this one was read.
    before: PersonId,
}

impl<'a> Counting<'a> {
    fn of(tried: &Tried<'a>) -> Counting<'a> {
        let held = |it: &CounterSpec| tried.loaded.definitions.keeps(it);
        let specs: Vec<CounterSpec> =
            tried.condition.counters().into_iter().filter(|it| !held(it)).collect();
        // As if the condition were that of the only audience. It was read before, so it compiles.
        let alone = [("tried".to_owned(), tried.condition.clone())];
        let definitions = Definitions::compile(&alone, &[]).unwrap_or_default();
        let history = tried.history.filter(|_| !specs.is_empty());
        let (redirects, found, before) = (tried.redirects, BTreeMap::new(), PersonId(0));
        Counting { specs, history, redirects, definitions, found, before }
    }

    fn add_to(&mut self, person: &mut Person, now: Timestamp) -> Result<(), EngineError> {
        let Some(history) = self.history else { return Ok(()) };
        if self.before <= person.id {
            self.read(history, person.id, now)?;
        }
        if let Some(found) = self.found.remove(&person.id) {
            person.profile.lend_counters(found);
        }
        Ok(())
    }

    fn read(
        &mut self,
        history: &dyn History,
        from: PersonId,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        self.before = PersonId(from.0.saturating_add(COUNTED_AT_ONCE));
        let ids = self.specs.iter().map(|it| it.id().to_owned()).collect();
        let mut filling = Filling::new(&self.definitions, &ids);
        let events: BTreeSet<String> = filling.events().map(str::to_owned).collect();
        let reads = events.iter().any(|it| filling.needs_properties(it));
        let scan = Scan {
            persons: PersonRange { from, before: Some(self.before) },
            events: Some(&events),
            wanted: Wanted { properties: reads, context: reads, rest: reads },
            until: LogPosition(u64::MAX),
            redirects: self.redirects,
        };
        let (mut at, mut found) = (None, BTreeMap::new());
        let mut visit = |row: &HistoryRow<'_>| {
            let Some(person) = row.person else { return ControlFlow::Continue(()) };
            if let Some(done) = at.replace(person).filter(|it| *it != person) {
                found.insert(done, filling.finish());
            }
            let whole = || record::history::event_of(row);
            // A row that cannot be read counts nothing; filling says so in the log.
            let _ = filling.take(&row.event, row.time, now, whole);
            ControlFlow::Continue(())
        };
        history.scan(&scan, &mut visit)?;
        if let Some(done) = at {
            found.insert(done, filling.finish());
        }
        self.found = found;
        Ok(())
    }
}

impl AudiencePreview {
    fn take(&mut self, person: &Person, tried: &Tried<'_>) {
        let facts = Known(&person.consents);
        let view = View { profile: &person.profile, facts: &facts, event: None };
        let will = evaluate(tried.condition, &view, tried.now).holds;
        let is = tried.name.is_some_and(|it| person.profile.memberships().contains_key(it));
        self.people += 1;
        self.size += u64::from(will);
        let note = |count: &mut u64, examples: &mut Vec<PersonId>| {
            *count += 1;
            if examples.len() < EXAMPLES {
                examples.push(person.id);
            }
        };
        if will && self.within.len() < EXAMPLES {
            self.within.push(person.id);
        }
        match (is, will) {
            (false, true) => note(&mut self.entering, &mut self.enter),
            (true, false) => note(&mut self.leaving, &mut self.leave),
            (true, true) | (false, false) => {}
        }
    }
}

/// People spread evenly over all ids. Ids are given in the order in which people came, so whoever
/// came early and late is in it alike.
fn spread(views: &dyn Views, total: u64) -> Result<Vec<PersonId>, EngineError> {
    if total <= GUESSED_FROM {
        return Ok(views.ids_after(None, usize::try_from(total).unwrap_or(usize::MAX))?);
    }
    let last = views.search("", None, 1)?.first().map_or(0, |it| it.id.0);
    let mut ids = Vec::new();
    for n in 0..GUESSED_FROM {
        let before = PersonId(last * n / GUESSED_FROM);
        ids.extend(views.ids_after(Some(before), 1)?);
    }
    ids.dedup();
    Ok(ids)
}

/// A share with its interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// Wilson's interval (1927, JASA 22) for so many of so many.
pub fn share(yes: u64, of: u64) -> Share {
    let n = of.max(1) as f64;
    let share = yes as f64 / n;
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / (1.0 + Z * Z / n);
    Share { share, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
}

/// The same as people of all.
fn wilson(yes: u64, of: u64, all: u64) -> Estimate {
    let Share { share, low, high } = share(yes, of);
    let whole = of == all;
    let all = all as f64;
    let people = |it: f64| if whole { yes as f64 } else { (it * all).clamp(0.0, all) };
    Estimate { size: people(share), low: people(low), high: people(high) }
}
