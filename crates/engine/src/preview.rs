//! What a condition would make of an audience, before it is saved: first a guess from some people,
//! then everybody.

use crate::Loaded;
use crate::facts::Known;
use audience::View;
use expr::{CounterSpec, Expr, evaluate};
use model::{PersonId, Timestamp};
use port::{Person, StoreError, Views};

/// People looked at for the first guess: enough for an interval of 2 in 100, read in a tenth of a
/// second.
const GUESSED_FROM: u64 = 2_000;

/// Persons read at once.
const CHUNK: usize = 500;

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
    /// What is not counted for everybody yet, so that this took it as nothing.
    pub uncounted: Vec<CounterSpec>,
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

/// Evaluates `condition` for everybody, and compares it with the audience `name` as it is, if there
/// is one. Writes nothing. `watch` is called after each step and says whether to go on; `None` is
/// returned when it says no.
pub fn preview_audience(
    views: &dyn Views,
    loaded: &Loaded,
    name: Option<&str>,
    condition: &Expr,
    now: Timestamp,
    watch: &mut dyn FnMut(PreviewStep<'_>) -> bool,
) -> Result<Option<AudiencePreview>, StoreError> {
    let total = views.count()?;
    let counters = condition.counters();
    let uncounted: Vec<CounterSpec> =
        counters.into_iter().filter(|it| !loaded.definitions.keeps(it)).collect();
    let fresh = || AudiencePreview { uncounted: uncounted.clone(), ..AudiencePreview::default() };
    let look = |preview: &mut AudiencePreview, ids: &[PersonId]| -> Result<(), StoreError> {
        for person in views.load(ids)? {
            preview.take(&person, name, condition, now);
        }
        Ok(())
    };
    let mut guess = fresh();
    look(&mut guess, &spread(views, total)?)?;
    let estimate = Some(wilson(guess.size, guess.people, total));
    if !watch(PreviewStep { done: 0, total, so_far: &guess, estimate }) {
        return Ok(None);
    }
    let (mut preview, mut after) = (fresh(), None);
    loop {
        let ids = views.ids_after(after, CHUNK)?;
        let Some(last) = ids.last() else { return Ok(Some(preview)) };
        after = Some(*last);
        look(&mut preview, &ids)?;
        let done = preview.people.min(total);
        if !watch(PreviewStep { done, total, so_far: &preview, estimate }) {
            return Ok(None);
        }
    }
}

impl AudiencePreview {
    fn take(&mut self, person: &Person, name: Option<&str>, condition: &Expr, now: Timestamp) {
        let facts = Known(&person.consents);
        let view = View { profile: &person.profile, facts: &facts, event: None };
        let will = evaluate(condition, &view, now).holds;
        let is = name.is_some_and(|it| person.profile.memberships().contains_key(it));
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
fn spread(views: &dyn Views, total: u64) -> Result<Vec<PersonId>, StoreError> {
    if total <= GUESSED_FROM {
        return views.ids_after(None, usize::try_from(total).unwrap_or(usize::MAX));
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

/// Wilson's interval (1927, JASA 22) for a share, as people of all.
fn wilson(yes: u64, of: u64, all: u64) -> Estimate {
    let (n, all) = (of.max(1) as f64, all as f64);
    let share = yes as f64 / n;
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / (1.0 + Z * Z / n);
    let whole = of as f64 == all;
    let people = |it: f64| if whole { yes as f64 } else { (it * all).clamp(0.0, all) };
    Estimate { size: people(share), low: people(middle - half), high: people(middle + half) }
}
