//! The conditions of one installation, compiled so that an event finds what it touches.

use expr::{CounterSpec, Expr, did_you_mean, short_id};
use model::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// Most audiences of an installation. Each may be evaluated when a person is first seen.
pub const MAX_AUDIENCES: usize = 1_000;

/// Most counters of an installation. A person stores those whose events happened to them.
pub const MAX_COUNTERS: usize = 2_000;

#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// Each after the audiences that it refers to.
    pub(crate) audiences: Vec<Audience>,
    pub(crate) counters: Vec<Watched>,
    by_name: BTreeMap<String, usize>,
    by_event: BTreeMap<String, Vec<usize>>,
    by_trait: BTreeMap<String, Vec<usize>>,
    by_counter: BTreeMap<String, usize>,
    /// Counters that history fills, see [`Definitions::begin_empty`].
    fresh: BTreeSet<String>,
    /// Audiences that are not evaluated, see [`Definitions::holding`].
    held: BTreeSet<usize>,
    fingerprint: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Audience {
    pub name: String,
    pub condition: Expr,
    /// The audiences that refer to this one; all come later.
    pub dependents: Vec<usize>,
}

/// A counter and the audiences that read it.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub spec: CounterSpec,
    pub audiences: Vec<usize>,
}

impl Definitions {
    /// Compiles the audiences, and the counters that the `others` need (conditions of journeys,
    /// goals and messages). Audiences may be nested but not in a circle.
    pub fn compile(
        audiences: &[(String, Expr)],
        others: &[Expr],
    ) -> Result<Definitions, Vec<Problem>> {
        let mut problems = check_names(audiences);
        problems.extend(check_references(audiences, others));
        if !problems.is_empty() {
            return Err(problems);
        }
        let order = ordered(audiences).map_err(|problem| vec![problem])?;
        let mut compiled = Definitions::default();
        for (index, (name, condition)) in order.iter().enumerate() {
            compiled.by_name.insert(name.clone(), index);
            compiled.audiences.push(Audience {
                name: name.clone(),
                condition: condition.clone(),
                dependents: Vec::new(),
            });
        }
        for (index, (_, condition)) in order.iter().enumerate() {
            compiled.index(index, condition);
        }
        let mut problems = Vec::new();
        for (reader, condition) in order
            .iter()
            .enumerate()
            .map(|(n, it)| (Some(n), &it.1))
            .chain(others.iter().map(|it| (None, it)))
        {
            for spec in condition.counters() {
                problems.extend(compiled.watch(spec, reader));
            }
        }
        if MAX_COUNTERS < compiled.counters.len() {
            problems.push(
                Problem::new(format!("the conditions need more than {MAX_COUNTERS} counters"))
                    .hint("use the same windows and filters in several conditions"),
            );
        }
        compiled.fingerprint = compiled.print();
        if problems.is_empty() { Ok(compiled) } else { Err(problems) }
    }

    /// The audiences by name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    pub fn condition(&self, name: &str) -> Option<&Expr> {
        self.by_name.get(name).map(|index| &self.audiences[*index].condition)
    }

    /// Changes when any condition does. A profile that was last seen under another one is evaluated
    /// anew.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The ids of the counters that `previous` does not keep: what a history must fill.
    pub fn counters_beyond(&self, previous: &Definitions) -> BTreeSet<String> {
        let own = self.by_counter.keys();
        own.filter(|it| !previous.by_counter.contains_key(*it)).cloned().collect()
    }

    /// The same definitions, under which these counters begin empty in every profile, whatever it held of
    /// them before: history fills them from the beginning (see [`crate::Filling`]), and what was kept under
    /// the same id by definitions long gone would count twice.
    pub fn begin_empty(mut self, counters: BTreeSet<String>) -> Definitions {
        self.fresh = counters;
        self
    }

    /// The same definitions, under which the audiences that read one of these counters, or an audience
    /// that does, are not evaluated: who is in stays in, until the counters are filled.
    pub fn holding(mut self, counters: &BTreeSet<String>) -> Definitions {
        let read = counters.iter().filter_map(|it| self.by_counter.get(it));
        let mut waiting: Vec<usize> =
            read.flat_map(|it| &self.counters[*it].audiences).copied().collect();
        while let Some(index) = waiting.pop() {
            if self.held.insert(index) {
                waiting.extend(&self.audiences[index].dependents);
            }
        }
        self.fingerprint = self.print();
        self
    }

    /// The names of the audiences that are not evaluated.
    pub fn held(&self) -> impl Iterator<Item = &str> {
        self.held.iter().map(|it| self.audiences[*it].name.as_str())
    }

    /// The ids of all counters that are kept.
    pub fn counter_ids(&self) -> impl Iterator<Item = &str> {
        self.by_counter.keys().map(String::as_str)
    }

    pub(crate) fn is_held(&self, audience: usize) -> bool {
        self.held.contains(&audience)
    }

    pub(crate) fn begins_empty(&self, counter: &str) -> bool {
        self.fresh.contains(counter)
    }

    /// The counters that events of this name may move.
    pub(crate) fn counters_of(&self, event: &str) -> &[usize] {
        self.by_event.get(event).map_or(&[], Vec::as_slice)
    }

    /// The audiences that read this trait.
    pub(crate) fn readers_of_trait(&self, name: &str) -> &[usize] {
        self.by_trait.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn counter(&self, id: &str) -> Option<&CounterSpec> {
        self.by_counter.get(id).map(|index| &self.counters[*index].spec)
    }

    /// Whether this counter is kept for everybody, or what happened to them would have to be read
    /// again to know it.
    pub fn keeps(&self, spec: &CounterSpec) -> bool {
        self.counter(spec.id()) == Some(spec)
    }

    pub(crate) fn has(&self, audience: &str) -> bool {
        self.by_name.contains_key(audience)
    }

    fn index(&mut self, reader: usize, condition: &Expr) {
        for name in condition.traits() {
            // `address.city` is a trait of that name, or the city within the trait `address`.
            let mut end = Some(name.len());
            while let Some(length) = end {
                let readers = self.by_trait.entry(name[..length].to_owned()).or_default();
                if !readers.contains(&reader) {
                    readers.push(reader);
                }
                end = name[..length].rfind('.');
            }
        }
        for name in condition.audiences() {
            if let Some(read) = self.by_name.get(&name) {
                self.audiences[*read].dependents.push(reader);
            }
        }
    }

    fn watch(&mut self, spec: CounterSpec, reader: Option<usize>) -> Option<Problem> {
        let index = match self.by_counter.get(spec.id()) {
            Some(index) if self.counters[*index].spec != spec => {
                let other = &self.counters[*index].spec;
                return Some(
                    Problem::new(format!("`{spec}` and `{other}` get the same short id"))
                        .hint("change one of the windows by a millisecond"),
                );
            }
            Some(index) => *index,
            None => {
                let index = self.counters.len();
                self.by_counter.insert(spec.id().to_owned(), index);
                self.by_event.entry(spec.event.clone()).or_default().push(index);
                self.counters.push(Watched { spec, audiences: Vec::new() });
                index
            }
        };
        self.counters[index].audiences.extend(reader);
        None
    }

    fn print(&self) -> String {
        let mut text = String::new();
        for audience in &self.audiences {
            text.push_str(&format!("{:?}: {}\n", audience.name, audience.condition));
        }
        for id in self.by_counter.keys() {
            text.push_str(id);
        }
        for name in self.held() {
            text.push_str(&format!("held {name:?}\n"));
        }
        short_id(&text)
    }
}

fn check_names(audiences: &[(String, Expr)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if MAX_AUDIENCES < audiences.len() {
        problems.push(Problem::new(format!("there are more than {MAX_AUDIENCES} audiences")));
    }
    let mut seen = BTreeSet::new();
    for (name, _) in audiences {
        if name.trim().is_empty() {
            problems.push(Problem::new("an audience has no name"));
        } else if !seen.insert(name) {
            problems.push(
                Problem::new(format!("there are two audiences `{name}`"))
                    .hint("rename one of them"),
            );
        }
    }
    problems
}

fn check_references(audiences: &[(String, Expr)], others: &[Expr]) -> Vec<Problem> {
    let known: BTreeSet<&str> = audiences.iter().map(|it| it.0.as_str()).collect();
    let mut problems = Vec::new();
    let named = audiences.iter().map(|(name, it)| (format!("audience `{name}`"), it));
    for (place, condition) in named.chain(others.iter().map(|it| (format!("`{it}`"), it))) {
        for name in condition.audiences() {
            if !known.contains(name.as_str()) {
                let hint = match known.is_empty() {
                    true => "there are no audiences yet".to_owned(),
                    false => did_you_mean(&name, known.iter().copied()),
                };
                problems.push(
                    Problem::new(format!("{place}: there is no audience `{name}`")).hint(hint),
                );
            }
        }
    }
    for (name, condition) in audiences {
        if condition.uses_event() {
            problems.push(
                Problem::new(format!("audience `{name}` reads a property of the event at hand"))
                    .hint("membership is not about one event: write did(\"…\" where …)"),
            );
        }
    }
    problems
}

/// The audiences, each after those that it refers to; else by name.
fn ordered(audiences: &[(String, Expr)]) -> Result<Vec<(String, Expr)>, Problem> {
    let mut waiting: BTreeMap<&str, &Expr> =
        audiences.iter().map(|(name, condition)| (name.as_str(), condition)).collect();
    let mut order = Vec::with_capacity(audiences.len());
    while !waiting.is_empty() {
        let ready: Vec<&str> = waiting
            .iter()
            .filter(|(_, it)| {
                it.audiences().iter().all(|name| !waiting.contains_key(name.as_str()))
            })
            .map(|(name, _)| *name)
            .collect();
        if ready.is_empty() {
            return Err(circle(&waiting));
        }
        for name in ready {
            if let Some(condition) = waiting.remove(name) {
                order.push((name.to_owned(), condition.clone()));
            }
        }
    }
    Ok(order)
}

/// Each that waits refers to another that waits, so following them comes round.
fn circle(waiting: &BTreeMap<&str, &Expr>) -> Problem {
    let mut path: Vec<String> = waiting.keys().take(1).map(|it| (*it).to_owned()).collect();
    while let Some(condition) = path.last().and_then(|it| waiting.get(it.as_str())) {
        let references = condition.audiences();
        let Some(next) = references.into_iter().find(|it| waiting.contains_key(it.as_str())) else {
            break;
        };
        let start = path.iter().position(|it| *it == next);
        path.push(next);
        if let Some(start) = start {
            path.drain(..start);
            break;
        }
    }
    Problem::new(format!("audiences refer to each other in a circle: {}", path.join(" → ")))
        .hint("state the condition of one of them in full")
}
