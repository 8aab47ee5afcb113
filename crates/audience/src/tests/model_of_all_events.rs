//! The reference model: it keeps every event and works everything out again each time.

use super::Known;
use crate::{Facts, event_property};
use expr::{CounterKind, CounterSpec, Expr, Lookup, MAX_TIMES, Reading, Truth, evaluate};
use model::{Channel, Event, Timestamp, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

#[derive(Clone)]
pub struct Model {
    pub audiences: Vec<(String, Expr)>,
    /// In the order of arrival.
    pub events: Vec<Event>,
    pub facts: Known,
}

impl Model {
    pub fn memberships(&self, now: Timestamp) -> BTreeSet<String> {
        let world = World { model: self, now, event: None };
        let inside = self.audiences.iter().filter(|it| world.in_audience(&it.0));
        inside.map(|it| it.0.clone()).collect()
    }
}

struct World<'a> {
    model: &'a Model,
    now: Timestamp,
    event: Option<&'a Event>,
}

impl Lookup for World<'_> {
    fn trait_value(&self, name: &str) -> Option<Value> {
        let mut stated: Vec<(Timestamp, &Value)> = Vec::new();
        for event in &self.model.events {
            let own = event.traits().filter(|it| it.0 == name);
            stated.extend(own.map(|it| (event.time, it.1)));
        }
        // A stable sort: of one time, the later in arrival stays last.
        stated.sort_by_key(|it| it.0);
        stated.last().map(|it| it.1.clone()).filter(|it| !it.is_null())
    }

    fn property(&self, path: &str) -> Option<Value> {
        event_property(self.event?, path)
    }

    fn counter(&self, spec: &CounterSpec, now: Timestamp) -> Reading {
        let mut counted = self.counted(spec);
        counted.retain(|it| spec.window.is_none_or(|window| now < it.time + window));
        let times = || counted.iter().map(|it| it.time);
        let number = |it: &Event, path: &str| event_property(it, path)?.as_number();
        let value = match &spec.kind {
            CounterKind::Sum { property, currency: None } => {
                counted.iter().filter_map(|it| number(it, property)).sum()
            }
            CounterKind::Sum { property, currency: Some(currency) } => counted
                .iter()
                .filter(|it| event_property(it, "currency") == Some(currency.as_str().into()))
                .filter_map(|it| number(it, property))
                .sum(),
            _ => counted.len() as f64,
        };
        let time = match spec.kind {
            CounterKind::First => times().min(),
            CounterKind::Last => times().max(),
            _ => None,
        };
        // The model is asked at every moment, so it need not say when it changes.
        Reading { value: Some(value), time, changes_at: None }
    }

    fn times(&self, spec: &CounterSpec) -> Cow<'_, [Timestamp]> {
        let mut times: Vec<Timestamp> = self.counted(spec).iter().map(|it| it.time).collect();
        times.sort_unstable();
        Cow::Owned(times.split_off(times.len().saturating_sub(MAX_TIMES)))
    }

    fn consent(&self, channel: Channel, topic: &str, now: Timestamp) -> Truth {
        self.model.facts.consent(channel, topic, now)
    }

    fn in_audience(&self, name: &str) -> bool {
        let condition = self.model.audiences.iter().find(|it| it.0 == name);
        condition.is_some_and(|it| evaluate(&it.1, self, self.now).holds)
    }
}

impl World<'_> {
    /// The events that a counter counts, whatever its window.
    fn counted(&self, spec: &CounterSpec) -> Vec<&Event> {
        let named = self.model.events.iter().filter(|it| it.name() == spec.event);
        let fits = |it: &&Event| {
            let world = World { model: self.model, now: it.time, event: Some(it) };
            spec.filter.as_ref().is_none_or(|filter| evaluate(filter, &world, it.time).holds)
        };
        named.filter(fits).collect()
    }
}
