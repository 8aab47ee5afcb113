//! What is known of one person: traits, counters, memberships.

use crate::counter::Counter;
use crate::view::taken;
use crate::{Definitions, View};
use expr::{CounterSpec, Truth, evaluate};
use model::{Channel, Event, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most traits of one person. A program that invents trait names would otherwise fill the record.
pub const MAX_TRAITS: usize = 200;

/// Largest trait, in bytes of text. What is larger is a document, not a trait.
pub const MAX_TRAIT_BYTES: usize = 1_024;

/// Before any real moment: the next look at the profile evaluates everything.
const AT_ONCE: Timestamp = Timestamp::MIN;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Profile {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traits: BTreeMap<String, Trait>,
    /// When a trait was taken away, so that an older statement that arrives late cannot bring it
    /// back.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    removed: BTreeMap<String, Timestamp>,
    /// Traits that were not kept because there were too many or they were too large.
    #[serde(skip_serializing_if = "is_zero")]
    pub refused_traits: u32,
    /// By [`CounterSpec::id`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    counters: BTreeMap<String, Counter>,
    /// Since when the person is in which audience.
    #[serde(rename = "audiences", skip_serializing_if = "BTreeMap::is_empty")]
    memberships: BTreeMap<String, Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
    /// The fingerprint of the definitions that the memberships were evaluated under.
    #[serde(rename = "defs", skip_serializing_if = "String::is_empty")]
    definitions: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Trait {
    #[serde(rename = "v")]
    pub value: Value,
    /// The time of the event that stated it.
    #[serde(rename = "t")]
    pub at: Timestamp,
}

/// What the profile does not hold itself.
pub trait Facts {
    fn consent(&self, channel: Channel, topic: &str, now: Timestamp) -> Truth;
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    Entered(String),
    /// Also when the audience is no longer defined.
    Left(String),
}

impl Profile {
    /// Takes in an event, and evaluates the audiences that read what it touched. If a moment of
    /// change has passed or the definitions are new, it evaluates all.
    pub fn observe(
        &mut self,
        event: &Event,
        defs: &Definitions,
        facts: &dyn Facts,
        now: Timestamp,
    ) -> Vec<Change> {
        let mut changes = self.adopt(defs, now);
        let mut due = Due::new(defs);
        for (name, value) in event.traits() {
            if self.put_trait(name, value.clone(), event.time) {
                due.add(defs.readers_of_trait(name));
            }
        }
        for index in defs.counters_of(event.name()) {
            let watched = &defs.counters[*index];
            if self.count(&watched.spec, event, now) {
                due.add(&watched.audiences);
            }
        }
        if self.next_at.is_some_and(|it| it <= now) {
            due.add_all();
        }
        if due.any {
            self.evaluate(defs, facts, now, due, &mut changes);
        }
        changes
    }

    /// Evaluates all audiences: time has passed, a consent has changed, or definitions are new.
    pub fn refresh(
        &mut self,
        defs: &Definitions,
        facts: &dyn Facts,
        now: Timestamp,
    ) -> Vec<Change> {
        let mut changes = self.adopt(defs, now);
        let mut due = Due::new(defs);
        due.add_all();
        self.evaluate(defs, facts, now, due, &mut changes);
        changes
    }

    /// States a trait, or takes it away with null. The newest time wins, and of two with one time
    /// the later call. Memberships follow at the next [`Profile::refresh`], due at once.
    pub fn set_trait(&mut self, name: impl Into<String>, value: Value, at: Timestamp) {
        if self.put_trait(&name.into(), value, at) {
            self.next_at = Some(AT_ONCE);
        }
    }

    /// A trait by its name, or by a dotted path into one.
    pub fn trait_value(&self, path: &str) -> Option<&Value> {
        if let Some(found) = self.traits.get(path) {
            return Some(&found.value);
        }
        let (first, rest) = path.split_once('.')?;
        match &self.traits.get(first)?.value {
            Value::Map(inner) => Value::at(inner, rest),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
                None
            }
        }
    }

    /// When to call [`Profile::refresh`]: the earliest moment at which time alone may change a
    /// membership. It may be early and is never late.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.next_at
    }

    pub fn memberships(&self) -> &BTreeMap<String, Timestamp> {
        &self.memberships
    }

    /// One profile with the traits and events of both. The person was in the audiences of either;
    /// what holds now follows at the next [`Profile::refresh`], due at once.
    pub fn merge(survivor: &Profile, absorbed: &Profile) -> Profile {
        let mut merged = absorbed.clone();
        // The survivor comes later, so it wins where two statements have the same time.
        for (name, it) in &survivor.traits {
            merged.put_trait(name, it.value.clone(), it.at);
        }
        for (name, at) in &survivor.removed {
            merged.put_trait(name, Value::Null, *at);
        }
        merged.refused_traits = merged.refused_traits.saturating_add(survivor.refused_traits);
        for (id, counter) in &survivor.counters {
            match merged.counters.get_mut(id) {
                Some(own) => own.unite(counter.clone()),
                None => drop(merged.counters.insert(id.clone(), counter.clone())),
            }
        }
        for (name, since) in &survivor.memberships {
            let own = merged.memberships.entry(name.clone()).or_insert(*since);
            *own = (*own).min(*since);
        }
        merged.next_at = Some(AT_ONCE);
        merged.definitions.clear();
        merged
    }

    /// One of the two whom an undone merge gives back: what was frozen, still in the audiences of
    /// both. Its own later events follow by [`Profile::take_in`], and what holds for it then by
    /// [`Profile::refresh`], so that whoever stays in an audience is in it since when they were.
    pub fn apart(frozen: &Profile, merged: &Profile) -> Profile {
        let mut own = frozen.clone();
        for (name, since) in &merged.memberships {
            own.memberships.entry(name.clone()).or_insert(*since);
        }
        own.next_at = Some(AT_ONCE);
        own
    }

    /// Takes in an event as [`Profile::observe`] does, and leaves the audiences to the next
    /// [`Profile::refresh`].
    pub fn take_in(&mut self, event: &Event, defs: &Definitions, now: Timestamp) {
        self.adopt(defs, now);
        for (name, value) in event.traits() {
            self.put_trait(name, value.clone(), event.time);
        }
        for index in defs.counters_of(event.name()) {
            self.count(&defs.counters[*index].spec, event, now);
        }
        self.next_at = Some(AT_ONCE);
    }

    /// Puts counters beside those that are kept, for one look at a condition that nobody has applied.
    pub fn lend_counters(&mut self, found: BTreeMap<String, Counter>) {
        self.counters.extend(found);
    }

    /// Counters that are counted from the beginning: what was kept of them goes, and what
    /// [`crate::Filling`] found takes its place.
    pub fn recount(
        &mut self,
        counters: &BTreeSet<String>,
        found: BTreeMap<String, Counter>,
        defs: &Definitions,
        now: Timestamp,
    ) {
        self.counters.retain(|id, _| !counters.contains(id));
        self.unite_counters(found, defs, now);
    }

    /// Adds what [`crate::Filling`] found in the history before these definitions began; what came since is
    /// counted already. Memberships follow at the next [`Profile::refresh`], due at once.
    pub fn unite_counters(
        &mut self,
        filled: BTreeMap<String, Counter>,
        defs: &Definitions,
        now: Timestamp,
    ) -> Vec<Change> {
        let changes = self.adopt(defs, now);
        for (id, counter) in filled {
            let Some(spec) = defs.counter(&id) else { continue };
            let own = match self.counters.get_mut(&id) {
                Some(own) => {
                    own.unite(counter);
                    own
                }
                None => self.counters.entry(id.clone()).or_insert(counter),
            };
            own.tidy(spec, now);
            if own.is_empty() {
                self.counters.remove(&id);
            }
            self.next_at = Some(AT_ONCE);
        }
        changes
    }

    #[cfg(test)]
    pub(crate) fn counters_for_tests(&self) -> &BTreeMap<String, Counter> {
        &self.counters
    }

    pub(crate) fn counter(&self, spec: &CounterSpec) -> Option<&Counter> {
        self.counters.get(spec.id())
    }

    /// Takes over new definitions. Counters that are not defined now are dropped, because they will
    /// miss events: defined again, they start empty rather than wrong.
    fn adopt(&mut self, defs: &Definitions, now: Timestamp) -> Vec<Change> {
        if self.definitions == defs.fingerprint() {
            return Vec::new();
        }
        // A merged profile has no fingerprint: what it counts may be of these very definitions.
        let stale = !self.definitions.is_empty();
        self.definitions = defs.fingerprint().to_owned();
        self.next_at = Some(AT_ONCE);
        self.counters.retain(|id, counter| match defs.counter(id) {
            Some(_) if stale && defs.begins_empty(id) => false,
            Some(spec) => {
                counter.tidy(spec, now);
                !counter.is_empty()
            }
            None => false,
        });
        let gone: Vec<String> =
            self.memberships.keys().filter(|it| !defs.has(it)).cloned().collect();
        self.memberships.retain(|name, _| defs.has(name));
        gone.into_iter().map(Change::Left).collect()
    }

    /// Whether the counter took the event.
    fn count(&mut self, spec: &CounterSpec, event: &Event, now: Timestamp) -> bool {
        let Some(amount) = taken(spec, event) else { return false };
        let counter = match self.counters.get_mut(spec.id()) {
            Some(counter) => counter,
            None => {
                let before = Counter::before(spec, event.time);
                self.counters.entry(spec.id().to_owned()).or_insert(before)
            }
        };
        counter.add(spec, event.time, amount, now);
        if counter.is_empty() {
            self.counters.remove(spec.id());
        }
        true
    }

    /// Whether the trait is another than before.
    fn put_trait(&mut self, name: &str, value: Value, at: Timestamp) -> bool {
        let newest = self.traits.get(name).map(|it| it.at).max(self.removed.get(name).copied());
        if newest.is_some_and(|it| at < it) {
            return false;
        }
        if value.is_null() {
            self.remember_removal(name, at);
            return self.traits.remove(name).is_some();
        }
        let is_full = MAX_TRAITS <= self.traits.len() && !self.traits.contains_key(name);
        if is_full || MAX_TRAIT_BYTES < size(&value) {
            self.refused_traits = self.refused_traits.saturating_add(1);
            return false;
        }
        self.removed.remove(name);
        match self.traits.get_mut(name) {
            Some(own) => {
                let differs = own.value != value;
                *own = Trait { value, at };
                differs
            }
            None => {
                self.traits.insert(name.to_owned(), Trait { value, at });
                true
            }
        }
    }

    fn remember_removal(&mut self, name: &str, at: Timestamp) {
        self.removed.insert(name.to_owned(), at);
        if MAX_TRAITS < self.removed.len() {
            // The oldest is the least likely to be contradicted by something late.
            let oldest = self.removed.iter().min_by_key(|it| it.1).map(|it| it.0.clone());
            self.removed.retain(|name, _| Some(name) != oldest.as_ref());
        }
    }

    fn evaluate(
        &mut self,
        defs: &Definitions,
        facts: &dyn Facts,
        now: Timestamp,
        mut due: Due,
        changes: &mut Vec<Change>,
    ) {
        // What was not evaluated keeps its moment of change, which the old earliest one covers.
        let mut next_at = if due.all { None } else { self.next_at };
        for (index, audience) in defs.audiences.iter().enumerate() {
            if (!due.all && !due.marks[index]) || defs.is_held(index) {
                continue;
            }
            let view = View { profile: self, facts, event: None };
            let truth = evaluate(&audience.condition, &view, now);
            if let Some(at) = truth.changes_at {
                next_at = Some(next_at.map_or(at, |it| it.min(at)));
            }
            let was_in = self.memberships.contains_key(&audience.name);
            if truth.holds == was_in {
                continue;
            }
            due.add(&audience.dependents);
            if truth.holds {
                self.memberships.insert(audience.name.clone(), now);
                changes.push(Change::Entered(audience.name.clone()));
            } else {
                self.memberships.remove(&audience.name);
                changes.push(Change::Left(audience.name.clone()));
            }
        }
        self.next_at = next_at;
    }
}

/// The audiences to evaluate. Nothing is allocated for an event that touches none.
struct Due {
    any: bool,
    all: bool,
    marks: Vec<bool>,
    audiences: usize,
}

impl Due {
    fn new(defs: &Definitions) -> Due {
        Due { any: false, all: false, marks: Vec::new(), audiences: defs.audiences.len() }
    }

    fn add(&mut self, audiences: &[usize]) {
        if audiences.is_empty() || self.all {
            return;
        }
        self.any = true;
        self.marks.resize(self.audiences, false);
        for index in audiences {
            self.marks[*index] = true;
        }
    }

    fn add_all(&mut self) {
        (self.any, self.all) = (true, true);
    }
}

/// About the bytes of a value as text.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 4,
        Value::Number(_) => 8,
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(|it| size(it) + 1).sum(),
        Value::Map(map) => map.iter().map(|(key, it)| key.len() + size(it) + 2).sum(),
    }
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}
