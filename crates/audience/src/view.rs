//! What a condition sees of a person.

use crate::{Facts, Profile};
use expr::{CounterKind, CounterSpec, Lookup, Reading, Truth, amount_in, evaluate, micros};
use model::{Channel, Event, EventKind, Timestamp, Value};
use std::borrow::Cow;

/// A profile, the facts beside it, and perhaps the event at hand.
pub struct View<'a> {
    pub profile: &'a Profile,
    pub facts: &'a dyn Facts,
    pub event: Option<&'a Event>,
}

/// A property of an event by its dotted path. `context.…` reads the context, and `name` of a page
/// or screen is the name that it was called with.
pub fn event_property<'a>(event: &'a Event, path: &str) -> Option<Value> {
    let found: Option<&'a Value> = Value::at(&event.properties, path);
    if let Some(value) = found {
        return Some(value.clone());
    }
    if let Some(path) = path.strip_prefix("context.") {
        return Value::at(&event.context, path).cloned();
    }
    match (&event.kind, path) {
        (EventKind::Page { name } | EventKind::Screen { name }, "name") => {
            Some(Value::Text(name.clone()))
        }
        (EventKind::Group { group_id }, "group_id") => Some(Value::Text(group_id.clone())),
        _ => None,
    }
}

impl Lookup for View<'_> {
    fn trait_value(&self, name: &str) -> Option<Value> {
        self.profile.trait_value(name).cloned()
    }

    fn property(&self, path: &str) -> Option<Value> {
        self.event.and_then(|event| event_property(event, path))
    }

    fn counter(&self, spec: &CounterSpec, now: Timestamp) -> Reading {
        self.profile.counter(spec).map(|it| it.read(spec, now)).unwrap_or_default()
    }

    fn times(&self, spec: &CounterSpec) -> Cow<'_, [Timestamp]> {
        Cow::Borrowed(self.profile.counter(spec).map_or(&[], |it| it.times()))
    }

    fn consent(&self, channel: Channel, topic: &str, now: Timestamp) -> Truth {
        self.facts.consent(channel, topic, now)
    }

    fn in_audience(&self, name: &str) -> bool {
        self.profile.memberships().contains_key(name)
    }

    fn counter_note(&self, spec: &CounterSpec) -> Option<String> {
        self.profile.counter(spec).and_then(|it| it.note(spec))
    }
}

/// What the event adds to a counter, in millionths for a sum; none if the counter does not take it.
///
/// A filter that asks how long ago something was asks it at the time of the event, so that the answer is
/// the same whenever the event arrives.
pub(crate) fn taken(spec: &CounterSpec, event: &Event) -> Option<i64> {
    if let Some(filter) = &spec.filter
        && !evaluate(filter, &Filtered(event), event.time).holds
    {
        return None;
    }
    match &spec.kind {
        CounterKind::Sum { property, currency: None } => {
            event_property(event, property)?.as_number().map(micros)
        }
        CounterKind::Sum { property, currency: Some(currency) } => {
            amount_in(&|path| event_property(event, path), property, *currency)
        }
        CounterKind::AtLeast(_)
        | CounterKind::Count
        | CounterKind::First
        | CounterKind::Last
        | CounterKind::Times => Some(0),
    }
}

/// What the filter of a counter sees: the event as it arrives, and nothing else.
pub(crate) struct Filtered<'a>(pub &'a Event);

impl Lookup for Filtered<'_> {
    fn trait_value(&self, _name: &str) -> Option<Value> {
        None
    }

    fn property(&self, path: &str) -> Option<Value> {
        event_property(self.0, path)
    }

    fn counter(&self, _spec: &CounterSpec, _now: Timestamp) -> Reading {
        Reading::default()
    }

    fn times(&self, _spec: &CounterSpec) -> Cow<'_, [Timestamp]> {
        Cow::Borrowed(&[])
    }

    fn consent(&self, _channel: Channel, _topic: &str, _now: Timestamp) -> Truth {
        Truth::lasting(false)
    }

    fn in_audience(&self, _name: &str) -> bool {
        false
    }
}
