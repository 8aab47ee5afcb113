//! One call of [`crate::Runs::handle`]: what it may look at, and how facts are judged.

use crate::advance::concerns;
use crate::command::{Command, Refusal};
use crate::definition::{Goal, Journey, Until};
use crate::program::{Action, Journeys, Program};
use crate::runs::{Input, MAX_KEY_CHARS, MAX_STEPS_PER_CALL, Run, World};
use expr::{CounterSpec, Expr, Lookup, Reading, Truth, evaluate};
use model::{Channel, Event, Map, RunId, Timestamp, Value};
use std::borrow::Cow;

/// What one call may look at, and what it has brought about so far.
pub(crate) struct Call<'a> {
    pub journeys: &'a Journeys,
    pub world: &'a World<'a>,
    pub new_run: &'a mut dyn FnMut() -> RunId,
    /// Steps that may still be executed.
    pub budget: usize,
    /// Traits set by steps of this call; `world.lookup` does not know them yet.
    pub set: Map,
    pub commands: Vec<Command>,
}

/// What a condition sees: the world, over it the traits set in this call, and in a branch the
/// properties of the event that began the run in place of those of the event at hand.
struct Scope<'a> {
    world: &'a dyn Lookup,
    set: &'a Map,
    vars: Option<&'a Map>,
}

impl<'a> Call<'a> {
    pub fn new(
        journeys: &'a Journeys,
        world: &'a World<'a>,
        new_run: &'a mut dyn FnMut() -> RunId,
    ) -> Call<'a> {
        let (set, commands) = (Map::new(), Vec::new());
        Call { journeys, world, new_run, budget: MAX_STEPS_PER_CALL, set, commands }
    }
}

impl Call<'_> {
    /// Whether `expr` holds; `vars` are what `property(…)` reads if it is not the event at hand.
    pub fn holds(&self, expr: &Expr, vars: Option<&Map>) -> bool {
        let scope = Scope { world: self.world.lookup, set: &self.set, vars };
        evaluate(expr, &scope, self.world.now).holds
    }

    pub fn exits(&self, program: &Program) -> bool {
        program.journey.exit.iter().any(|it| self.holds(it, None))
    }

    pub fn is_late(&self, journey: &Journey, input: &Input) -> bool {
        self.world.historical
            || input.event().is_some_and(|event| {
                event.flags.historical || journey.late < event.received - event.time
            })
    }

    /// Late events count too: what happened inside the window is a success, whenever it is known.
    pub fn reaches(
        &self,
        goal: &Goal,
        journey: &Journey,
        key: Option<&str>,
        since: Timestamp,
        event: &Event,
    ) -> bool {
        let time = event.time.min(self.world.now);
        event.name() == goal.event
            && since <= time
            && goal.within.is_none_or(|it| time < since.plus(it))
            && concerns(journey, key, event)
            && goal.when.as_ref().is_none_or(|it| self.holds(it, None))
    }

    /// Whether `input` is what a run waits for, and happened before `deadline`.
    pub fn arrives(&self, run: &Run, journey: &Journey, action: &Action, input: &Input) -> bool {
        let Action::WaitUntil { until, .. } = action else { return false };
        let time = match input {
            Input::Event(event) => event.time.min(self.world.now),
            Input::Entered(_) | Input::Left(_) => self.world.now,
            Input::Called { .. } | Input::Became { .. } | Input::Tick => return false,
        };
        let fits = self.fits(until, run, journey, input);
        fits && run.wake.is_none_or(|deadline| time < deadline)
    }

    fn fits(&self, until: &Until, run: &Run, journey: &Journey, input: &Input) -> bool {
        match (until, input) {
            (Until::Event { name, when }, Input::Event(event)) => {
                event.name() == name
                    && concerns(journey, run.key.as_deref(), event)
                    && when.as_ref().is_none_or(|it| self.holds(it, None))
            }
            (Until::Entered { audience }, Input::Entered(name))
            | (Until::Left { audience }, Input::Left(name)) => audience == name,
            (Until::Any(several), _) => several.iter().any(|it| self.fits(it, run, journey, input)),
            (Until::Event { .. } | Until::Entered { .. } | Until::Left { .. }, _) => false,
        }
    }

    /// Whether what is waited for is so already.
    pub fn is_so(&self, until: &Until) -> bool {
        match until {
            Until::Event { .. } => false,
            Until::Entered { audience } => self.world.lookup.in_audience(audience),
            Until::Left { audience } => !self.world.lookup.in_audience(audience),
            Until::Any(several) => several.iter().any(|it| self.is_so(it)),
        }
    }

    /// A trait as it is now, with what steps of this call have set.
    pub fn trait_value(&self, name: &str) -> Option<Value> {
        Scope { world: self.world.lookup, set: &self.set, vars: None }.trait_value(name)
    }
}

impl Lookup for Scope<'_> {
    fn trait_value(&self, name: &str) -> Option<Value> {
        match self.set.get(name) {
            Some(Value::Null) => None,
            Some(value) => Some(value.clone()),
            None => self.world.trait_value(name),
        }
    }

    fn property(&self, path: &str) -> Option<Value> {
        match self.vars {
            Some(vars) => Value::at(vars, path).cloned(),
            None => self.world.property(path),
        }
    }

    fn counter(&self, spec: &CounterSpec, now: Timestamp) -> Reading {
        self.world.counter(spec, now)
    }

    fn times(&self, spec: &CounterSpec) -> Cow<'_, [Timestamp]> {
        self.world.times(spec)
    }

    fn consent(&self, channel: Channel, topic: &str, now: Timestamp) -> Truth {
        self.world.consent(channel, topic, now)
    }

    fn in_audience(&self, name: &str) -> bool {
        self.world.in_audience(name)
    }
}

/// The key of a run as text. Only what has one plain form can be a key.
pub(crate) fn read_key(path: &str, event: Option<&Event>) -> Result<String, Refusal> {
    let key = match event.and_then(|it| Value::at(&it.properties, path)) {
        Some(Value::Text(text)) => text.trim().to_owned(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        Some(Value::Null | Value::List(_) | Value::Map(_)) | None => String::new(),
    };
    match key.chars().count() {
        0 => Err(Refusal::NoKey),
        length if MAX_KEY_CHARS < length => Err(Refusal::KeyTooLong),
        _ => Ok(key),
    }
}

/// Shops send revenue as a number or as text; both are read.
pub(crate) fn goal_value(goal: &Goal, event: &Event) -> Option<f64> {
    let value = match Value::at(&event.properties, goal.value.as_deref()?)? {
        Value::Number(number) => *number,
        Value::Text(text) => text.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => return None,
    };
    value.is_finite().then_some(value)
}
