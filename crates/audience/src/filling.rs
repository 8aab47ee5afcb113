//! New counters, worked out from the history of one person after another.

use crate::Definitions;
use crate::counter::Counter;
use crate::view::taken;
use expr::CounterSpec;
use model::{Event, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Counts what the chosen counters count, and nothing else: no traits, no memberships.
///
/// Events may come in any order. A history has many that no new counter reads, and reading an event's
/// properties costs more than counting it: [`Filling::reads`] and [`Filling::needs_properties`] say
/// beforehand what can be passed over.
#[derive(Clone, Debug, Default)]
pub struct Filling {
    specs: Vec<CounterSpec>,
    by_event: BTreeMap<String, Readers>,
    /// Of the person at hand, as `specs` are.
    found: Vec<Option<Counter>>,
}

/// The counters of one event name, by their place in `specs`.
#[derive(Clone, Debug, Default)]
struct Readers {
    plain: Vec<usize>,
    /// These read properties.
    reading: Vec<usize>,
}

impl Filling {
    /// Counters that are not defined are passed over.
    pub fn new(defs: &Definitions, counters: &BTreeSet<String>) -> Filling {
        let mut filling = Filling::default();
        for spec in counters.iter().filter_map(|id| defs.counter(id)) {
            let readers = filling.by_event.entry(spec.event.clone()).or_default();
            let list =
                if spec.reads_properties() { &mut readers.reading } else { &mut readers.plain };
            list.push(filling.specs.len());
            filling.specs.push(spec.clone());
        }
        filling.found.resize(filling.specs.len(), None);
        filling
    }

    /// The names of the events that some counter reads.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.by_event.keys().map(String::as_str)
    }

    pub fn reads(&self, event: &str) -> bool {
        self.by_event.contains_key(event)
    }

    /// Whether some counter needs more of such an event than its time.
    pub fn needs_properties(&self, event: &str) -> bool {
        self.by_event.get(event).is_some_and(|it| !it.reading.is_empty())
    }

    /// Takes in an event of the person at hand. `whole` is asked for it only if its properties are needed,
    /// once; if it fails, nothing is counted.
    pub fn take<E>(
        &mut self,
        name: &str,
        time: Timestamp,
        now: Timestamp,
        whole: impl FnOnce() -> Result<Event, E>,
    ) -> Result<(), E> {
        let Some(readers) = self.by_event.get(name) else { return Ok(()) };
        if !readers.reading.is_empty() {
            let event = whole()?;
            for index in &readers.reading {
                let spec = &self.specs[*index];
                if let Some(amount) = taken(spec, &event) {
                    add(&mut self.found[*index], spec, time, amount, now);
                }
            }
        }
        for index in &readers.plain {
            add(&mut self.found[*index], &self.specs[*index], time, 0, now);
        }
        Ok(())
    }

    /// What was counted of the person at hand, by [`CounterSpec::id`], for [`crate::Profile::unite_counters`].
    /// The next event is of another person.
    pub fn finish(&mut self) -> BTreeMap<String, Counter> {
        let found = self.specs.iter().zip(&mut self.found);
        found.filter_map(|(spec, own)| Some((spec.id().to_owned(), own.take()?))).collect()
    }
}

fn add(
    own: &mut Option<Counter>,
    spec: &CounterSpec,
    time: Timestamp,
    amount: i64,
    now: Timestamp,
) {
    let counter = own.get_or_insert_with(|| Counter::before(spec, time));
    counter.add(spec, time, amount, now);
    if counter.is_empty() {
        *own = None;
    }
}
