//! A tiny world written as text. It keeps all events and counts them again each time.

use crate::{CounterKind, CounterSpec, Lookup, MAX_TIMES, Reading, Truth, evaluate};
use model::{Channel, Map, Span, Timestamp, Value};
use std::borrow::Cow;

#[derive(Default, Debug, Clone)]
pub struct World {
    pub now: Timestamp,
    pub traits: Map,
    pub properties: Map,
    pub consents: Vec<(Channel, String)>,
    pub audiences: Vec<String>,
    pub events: Vec<(String, Timestamp, Map)>,
}

impl World {
    /// One fact a line: `now T`, `trait NAME VALUE`, `property NAME VALUE`, `consent CHANNEL TOPIC`,
    /// `audience NAME`, `event "NAME" AGE [PROPERTY VALUE]`.
    pub fn read(text: &str) -> World {
        let mut world = World::default();
        for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let (word, rest) = line.split_once(' ').expect("a word and more");
            let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
            match word {
                "now" => world.now = Timestamp::parse(rest).expect("a time"),
                "trait" => drop(world.traits.insert(name.into(), read_value(value))),
                "property" => drop(world.properties.insert(name.into(), read_value(value))),
                "consent" => world
                    .consents
                    .push((Channel::from_name(name).expect("a channel"), value.to_owned())),
                "audience" => world.audiences.push(rest.to_owned()),
                "event" => {
                    let (name, rest) = rest[1..].split_once('"').expect("a name in quotes");
                    let words: Vec<&str> = rest.split_whitespace().collect();
                    let time = world.now - Span::parse(words[0]).expect("an age");
                    let properties = words[1..]
                        .chunks(2)
                        .map(|it| (it[0].to_owned(), read_value(it[1])))
                        .collect();
                    world.events.push((name.to_owned(), time, properties));
                }
                other => panic!("`{other}` is not a fact"),
            }
        }
        world
    }
}

fn read_value(text: &str) -> Value {
    if let Some(inner) = text.strip_prefix('[') {
        let items = inner.trim_end_matches(']').split(',');
        return Value::List(items.map(|it| read_value(it.trim())).collect());
    }
    match (text.strip_prefix('"'), text) {
        (Some(inner), _) => Value::from(inner.trim_end_matches('"')),
        (None, "true" | "false") => Value::Bool(text == "true"),
        (None, _) => Value::Number(text.parse().expect("a number")),
    }
}

/// The properties of one event, for the filter of a counter.
struct Properties<'a>(&'a Map);

impl Lookup for Properties<'_> {
    fn trait_value(&self, _name: &str) -> Option<Value> {
        panic!("a filter reads no traits")
    }

    fn property(&self, path: &str) -> Option<Value> {
        Value::at(self.0, path).cloned()
    }

    fn counter(&self, _spec: &CounterSpec, _now: Timestamp) -> Reading {
        panic!("a filter reads no counters")
    }

    fn times(&self, _spec: &CounterSpec) -> Cow<'_, [Timestamp]> {
        panic!("a filter reads no times")
    }

    fn consent(&self, _channel: Channel, _topic: &str, _now: Timestamp) -> Truth {
        panic!("a filter reads no consent")
    }

    fn in_audience(&self, _name: &str) -> bool {
        panic!("a filter reads no audiences")
    }
}

impl Lookup for World {
    fn trait_value(&self, name: &str) -> Option<Value> {
        self.traits.get(name).cloned()
    }

    fn property(&self, path: &str) -> Option<Value> {
        Value::at(&self.properties, path).cloned()
    }

    fn counter(&self, spec: &CounterSpec, now: Timestamp) -> Reading {
        let mut counted = self.events_of(spec);
        counted.retain(|it| spec.window.is_none_or(|window| now < it.1 + window));
        let times = || counted.iter().map(|it| it.1);
        let changes_at = spec.window.and_then(|it| times().min().map(|first| first + it));
        match &spec.kind {
            CounterKind::AtLeast(_) | CounterKind::Count => {
                Reading { value: Some(counted.len() as f64), time: None, changes_at }
            }
            CounterKind::Sum { property, currency: None } => {
                let value = counted
                    .iter()
                    .filter_map(|it| Value::at(&it.2, property).and_then(Value::as_number))
                    .sum();
                Reading { value: Some(value), time: None, changes_at }
            }
            CounterKind::Sum { property, currency: Some(currency) } => {
                let value = counted
                    .iter()
                    .filter(|it| {
                        let own = Value::at(&it.2, "currency").and_then(Value::as_text);
                        own == Some(currency.as_str())
                    })
                    .filter_map(|it| Value::at(&it.2, property).and_then(Value::as_number))
                    .sum();
                Reading { value: Some(value), time: None, changes_at }
            }
            CounterKind::First => Reading { time: times().min(), ..Reading::default() },
            CounterKind::Last => Reading { time: times().max(), ..Reading::default() },
            CounterKind::Times => panic!("times are asked for by themselves"),
        }
    }

    fn times(&self, spec: &CounterSpec) -> Cow<'_, [Timestamp]> {
        let mut times: Vec<Timestamp> = self.events_of(spec).iter().map(|it| it.1).collect();
        times.sort_unstable();
        times.drain(..times.len().saturating_sub(MAX_TIMES));
        Cow::Owned(times)
    }

    fn consent(&self, channel: Channel, topic: &str, _now: Timestamp) -> Truth {
        Truth::lasting(self.consents.iter().any(|it| it.0 == channel && it.1 == topic))
    }

    fn in_audience(&self, name: &str) -> bool {
        self.audiences.iter().any(|it| it == name)
    }
}

impl World {
    /// The events that a counter counts, whatever its window.
    fn events_of(&self, spec: &CounterSpec) -> Vec<&(String, Timestamp, Map)> {
        let fits = |it: &&(String, Timestamp, Map)| match &spec.filter {
            Some(filter) => evaluate(filter, &Properties(&it.2), it.1).holds,
            None => true,
        };
        self.events.iter().filter(|it| it.0 == spec.event).filter(fits).collect()
    }
}
