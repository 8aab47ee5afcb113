//! One person's runs: what begins them, what ends them, and what they ask for.

use crate::advance::{concerns, resume};
use crate::definition::{Goal, Journey, Reentry, Trigger, Until};
use crate::program::{Action, Journeys, Program};
use expr::{CounterSpec, Expr, Lookup, Reading, Truth, evaluate};
use model::{
    ChanceKey, Channel, Class, ContentName, Event, Identifier, JourneyName, Map, PersonId, RunId,
    Span, Timestamp, Value,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How many runs of one person may be active. Ten journeys at once would already be a programme that
/// nobody oversees; keyed ones (carts, bookings) take the rest. A new run beyond it is refused, since
/// people in the middle of something come first.
pub const MAX_ACTIVE: usize = 50;

/// How many steps one call may execute over all runs of the person, so that no batch is held up by
/// one of them. What is left is due at once and continues with the next tick.
pub const MAX_STEPS_PER_CALL: usize = 1_000;

/// How many finished *keyed* runs are remembered for the re-entry rule; then the oldest are
/// forgotten, which matters only to somebody who returns to a cart 256 carts later. Runs without a
/// key are always remembered.
pub const MAX_PAST: usize = 256;

/// How many finished runs may still wait for their goal; beyond it the oldest no longer count.
pub const MAX_WATCHED: usize = 50;

/// The longest value of a key: room for a UUID or a URL path, and not for a document.
pub const MAX_KEY_CHARS: usize = 200;

/// How many drawn arms are stored. A forgotten one is drawn again from the same hash, so that it
/// comes out differently only if the weights were changed.
pub(crate) const MAX_DRAWN: usize = 200;

/// The part of a person's record that belongs to journeys.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Runs {
    /// In the order in which they began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) active: Vec<Run>,
    /// The latest run of each journey and key, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) past: Vec<Past>,
    /// Finished runs whose goal can still be reached, in the order in which they finished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) watched: Vec<Watched>,
    /// Arms that were drawn, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) drawn: Vec<Drawn>,
}

/// One person's way through one version of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub journey: JourneyName,
    pub version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub started: Timestamp,
    /// When what triggered it happened; the goal's window opens here.
    pub since: Timestamp,
    /// The address of the step at which it stands.
    pub step: String,
    /// When it goes on by itself.
    pub wake: Option<Timestamp>,
    /// The step is still to be executed: the call ended before it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ready: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub goal_reached: bool,
    /// The properties of the event that began it, for conditions and templates.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map,
    /// After an undone merge, the run stays with the person of this identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_by: Option<Identifier>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Past {
    pub journey: JourneyName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub started: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Watched {
    pub run: RunId,
    pub journey: JourneyName,
    pub version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub since: Timestamp,
    /// The end of the goal's window.
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Drawn {
    pub journey: JourneyName,
    pub step: String,
    pub arm: String,
    pub at: Timestamp,
}

/// What happened to the person. Time passes only by ticks: a fact never makes a timer go off.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    Event(&'a Event),
    Entered(&'a str),
    Left(&'a str),
    /// A message that a run asked for has ended: whether it went out, as far as anybody but
    /// measurement may know.
    Became {
        key: &'a str,
        sent: bool,
    },
    /// Time has passed. Ticks that come early change nothing; for late ones, waiting runs go on at
    /// once.
    Tick,
}

pub struct World<'a> {
    /// The person with the input already applied, and the event at hand.
    pub lookup: &'a dyn Lookup,
    pub now: Timestamp,
    pub chance: &'a ChanceKey,
    pub person: PersonId,
    /// The person's zone (`Europe/Amsterdam`), as far as it is known.
    pub zone: Option<&'a str>,
    /// Used where the person's zone is unknown or cannot be read.
    pub default_zone: &'a str,
    /// The input comes from an import or a fill: it triggers nothing and may end runs.
    pub historical: bool,
    /// The identifier with which the fact came; without it, the strongest one of the event.
    pub identifier: Option<&'a Identifier>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Started {
        run: RunId,
        journey: JourneyName,
        version: u64,
        key: Option<String>,
    },
    /// The trigger fitted and yet no run began.
    NotStarted {
        journey: JourneyName,
        key: Option<String>,
        why: Refusal,
    },
    Candidate(Ask),
    SetTrait {
        run: RunId,
        name: String,
        value: Value,
    },
    /// A run went into this arm of a split.
    Arm {
        run: RunId,
        journey: JourneyName,
        step: String,
        arm: String,
    },
    /// Once per run, also after its end.
    Goal {
        run: RunId,
        journey: JourneyName,
        value: Option<f64>,
    },
    Ended {
        run: RunId,
        journey: JourneyName,
        why: EndReason,
    },
}

/// A message that a run asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub run: RunId,
    pub journey: JourneyName,
    /// The address of the message step.
    pub step: String,
    /// `journey/welcome/r12/0/1`: journey, run, step and visit. The same after a crash or a replay,
    /// and unique.
    pub key: String,
    pub content: ContentName,
    pub channels: Vec<Channel>,
    /// How long from now it may still be sent.
    pub expires: Span,
    pub value: f64,
    /// None: the class of the content.
    pub class: Option<Class>,
    pub vars: Map,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Went through all steps, or came to an `end`.
    Completed,
    /// An exit criterion held.
    Exited,
    Goal,
    /// What it waited for did not come, and the step says to end then.
    TimedOut,
    /// Its version, or the step at which it stood, does not exist any more.
    VersionGone,
    /// The person became one with another who has this run too.
    MergedAway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The event was too old on arrival, or imported.
    Late,
    /// The event has no usable value where the journey's key should be.
    NoKey,
    KeyTooLong,
    AlreadyActive,
    /// The re-entry rule.
    Reentry,
    /// An exit criterion holds already.
    ExitHolds,
    /// The person has [`MAX_ACTIVE`] runs.
    TooMany,
}

/// One call of [`Runs::handle`]: what it may look at, and what it has brought about so far.
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

impl Runs {
    /// Takes one input: ends, advances and begins runs, in this order. Commands come in a fixed
    /// order too: runs in the order in which they began (on a tick, in which they were due), then
    /// goals of finished runs, then new runs by the name of their journey.
    pub fn handle(
        &mut self,
        input: Input,
        journeys: &Journeys,
        world: &World,
        new_run: &mut dyn FnMut() -> RunId,
    ) -> Vec<Command> {
        let mut call = Call {
            journeys,
            world,
            new_run,
            budget: MAX_STEPS_PER_CALL,
            set: Map::new(),
            commands: Vec::new(),
        };
        match input {
            Input::Tick => self.tick(&mut call),
            Input::Became { .. } => self.became(&input, &mut call),
            Input::Event(_) | Input::Entered(_) | Input::Left(_) => {
                self.fact(&input, &mut call);
                if let Input::Event(event) = input {
                    self.goals_of_finished(event, &mut call);
                }
                self.start(&input, &mut call);
            }
        }
        call.commands
    }

    /// When to send the next tick. It may be in the past: then at once.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.active.iter().filter_map(|it| it.wake).min()
    }

    /// In the order in which they began.
    pub fn active(&self) -> &[Run] {
        &self.active
    }

    /// Those that are active, and those that have ended and may still reach their goal.
    pub fn ids(&self) -> impl Iterator<Item = RunId> + '_ {
        self.active.iter().map(|it| it.id).chain(self.watched.iter().map(|it| it.run))
    }

    /// Nothing that would have to be stored.
    pub fn is_empty(&self) -> bool {
        *self == Runs::default()
    }

    fn tick(&mut self, call: &mut Call) {
        let now = call.world.now;
        let mut due: Vec<(Timestamp, usize)> = Vec::new();
        for (place, run) in self.active.iter().enumerate() {
            due.extend(run.wake.filter(|it| *it <= now).map(|it| (it, place)));
        }
        due.sort();
        let mut ended = Vec::new();
        for (_, place) in due {
            let why = match self.program_of(place, call) {
                None => Some(EndReason::VersionGone),
                Some(program) if call.exits(program) => Some(EndReason::Exited),
                Some(program) => {
                    resume(&mut self.active[place], program, None, &mut self.drawn, call)
                }
            };
            if let Some(why) = why {
                self.finish(place, why, &mut ended, call);
            }
        }
        self.active.retain(|it| !ended.contains(&it.id));
    }

    /// Whether a run waits to be told what became of the message with this key.
    pub fn waits_for(&self, key: &str, journeys: &Journeys) -> bool {
        let waits = |run: &Run| {
            !run.ready
                && crate::advance::message_key(run) == key
                && journeys.program(&run.journey, run.version).is_some_and(|it| {
                    let op = it.find(&run.step).and_then(|place| it.op(place));
                    op.is_some_and(|it| matches!(it.action, Action::Message(_, Some(_))))
                })
        };
        self.active.iter().any(waits)
    }

    fn became(&mut self, input: &Input, call: &mut Call) {
        let Input::Became { key, .. } = input else { return };
        let mut ended = Vec::new();
        for place in 0..self.active.len() {
            if crate::advance::message_key(&self.active[place]) != *key {
                continue;
            }
            let why = match self.program_of(place, call) {
                None => Some(EndReason::VersionGone),
                Some(program) if call.exits(program) => Some(EndReason::Exited),
                Some(program) => {
                    resume(&mut self.active[place], program, Some(input), &mut self.drawn, call)
                }
            };
            if let Some(why) = why {
                self.finish(place, why, &mut ended, call);
            }
        }
        self.active.retain(|it| !ended.contains(&it.id));
    }

    fn fact(&mut self, input: &Input, call: &mut Call) {
        let mut ended = Vec::new();
        for place in 0..self.active.len() {
            let why = match self.program_of(place, call) {
                None => Some(EndReason::VersionGone),
                Some(program) => self.fact_for_run(place, program, input, call),
            };
            if let Some(why) = why {
                self.finish(place, why, &mut ended, call);
            }
        }
        self.active.retain(|it| !ended.contains(&it.id));
    }

    /// Goal before exit: a purchase that reaches the goal and fits an exit criterion is a success.
    fn fact_for_run(
        &mut self,
        place: usize,
        program: &Program,
        input: &Input,
        call: &mut Call,
    ) -> Option<EndReason> {
        let run = &mut self.active[place];
        if let (Input::Event(event), Some(goal)) = (input, &program.journey.goal)
            && !run.goal_reached
            && call.reaches(goal, &program.journey, run.key.as_deref(), run.since, event)
        {
            run.goal_reached = true;
            call.commands.push(Command::Goal {
                run: run.id,
                journey: run.journey.clone(),
                value: goal_value(goal, event),
            });
            if goal.ends {
                return Some(EndReason::Goal);
            }
        }
        if call.exits(program) {
            return Some(EndReason::Exited);
        }
        if call.is_late(&program.journey, input) {
            return None;
        }
        resume(run, program, Some(input), &mut self.drawn, call)
    }

    fn program_of<'a>(&self, place: usize, call: &Call<'a>) -> Option<&'a Program> {
        let run = &self.active[place];
        call.journeys.program(&run.journey, run.version)
    }

    /// Notes the end. A run whose goal can still be reached is watched on.
    fn finish(&mut self, place: usize, why: EndReason, ended: &mut Vec<RunId>, call: &mut Call) {
        let run = &self.active[place];
        ended.push(run.id);
        let journey = run.journey.clone();
        call.commands.push(Command::Ended { run: run.id, journey, why });
        let Some(journey) = call.journeys.version(&run.journey, run.version) else { return };
        let Some(within) = journey.goal.as_ref().and_then(|it| it.within) else { return };
        let until = run.since.plus(within);
        if run.goal_reached || until.plus(journey.late) <= call.world.now {
            return;
        }
        self.watched.push(Watched {
            run: run.id,
            journey: run.journey.clone(),
            version: run.version,
            key: run.key.clone(),
            since: run.since,
            until,
        });
        let excess = self.watched.len().saturating_sub(MAX_WATCHED);
        self.watched.drain(..excess);
    }

    fn goals_of_finished(&mut self, event: &Event, call: &mut Call) {
        self.watched.retain(|it| {
            let Some(journey) = call.journeys.version(&it.journey, it.version) else {
                return false;
            };
            let Some(goal) = &journey.goal else { return false };
            if it.until.plus(journey.late) <= call.world.now {
                return false;
            }
            let reached = call.reaches(goal, journey, it.key.as_deref(), it.since, event);
            if reached {
                let value = goal_value(goal, event);
                let (run, journey) = (it.run, it.journey.clone());
                call.commands.push(Command::Goal { run, journey, value });
            }
            !reached
        });
    }

    fn start(&mut self, input: &Input, call: &mut Call) {
        let journeys = call.journeys;
        for program in journeys.triggered_by(input) {
            let journey = &program.journey;
            if let Trigger::Event { when: Some(when), .. } = &journey.trigger
                && !call.holds(when, None)
            {
                continue;
            }
            let event = match input {
                Input::Event(event) => Some(*event),
                Input::Entered(_) | Input::Left(_) | Input::Became { .. } | Input::Tick => None,
            };
            let key = journey.key.as_ref().map(|path| read_key(path, event)).transpose();
            let admitted = match &key {
                _ if call.is_late(journey, input) => Err(Refusal::Late),
                Err(why) => Err(*why),
                Ok(key) => self.admit(program, key.as_deref(), call),
            };
            let key = key.unwrap_or_default();
            match admitted {
                Ok(()) => self.begin(program, key, event, call),
                Err(why) => {
                    let journey = journey.name.clone();
                    call.commands.push(Command::NotStarted { journey, key, why });
                }
            }
        }
    }

    fn admit(&self, program: &Program, key: Option<&str>, call: &Call) -> Result<(), Refusal> {
        let journey = &program.journey;
        let same = |run: &Run| run.journey == journey.name && run.key.as_deref() == key;
        if self.active.iter().any(same) {
            return Err(Refusal::AlreadyActive);
        }
        if let Ok(place) = self.find_past(&journey.name, key)
            && !journey.reentry.allows(self.past[place].started, call.world.now)
        {
            return Err(Refusal::Reentry);
        }
        if call.exits(program) {
            return Err(Refusal::ExitHolds);
        }
        if MAX_ACTIVE <= self.active.len() {
            return Err(Refusal::TooMany);
        }
        Ok(())
    }

    fn begin(
        &mut self,
        program: &Program,
        key: Option<String>,
        event: Option<&Event>,
        call: &mut Call,
    ) {
        let (journey, now) = (&program.journey, call.world.now);
        let strongest = || event.and_then(|it| it.identifiers().into_iter().next());
        let run = Run {
            id: (call.new_run)(),
            journey: journey.name.clone(),
            version: journey.version,
            key,
            started: now,
            since: event.map_or(now, |it| it.time.min(now)),
            step: String::new(),
            wake: None,
            ready: false,
            goal_reached: false,
            vars: event.map(|it| it.properties.clone()).unwrap_or_default(),
            begun_by: call.world.identifier.cloned().or_else(strongest),
        };
        call.commands.push(Command::Started {
            run: run.id,
            journey: run.journey.clone(),
            version: run.version,
            key: run.key.clone(),
        });
        // One event is the goal of at most one run per key: the newest.
        self.watched.retain(|it| it.journey != run.journey || it.key != run.key);
        self.remember(&run, journey.reentry);
        self.active.push(run);
        let place = self.active.len() - 1;
        let run = &mut self.active[place];
        let why = crate::advance::advance(run, program, program.entry, &mut self.drawn, call);
        if let Some(why) = why {
            self.finish(place, why, &mut Vec::new(), call);
            self.active.pop();
        }
    }

    pub(crate) fn find_past(&self, name: &JourneyName, key: Option<&str>) -> Result<usize, usize> {
        self.past.binary_search_by(|it| (&it.journey, it.key.as_deref()).cmp(&(name, key)))
    }

    fn remember(&mut self, run: &Run, reentry: Reentry) {
        if let Reentry::After(span) = reentry {
            // Entries of this journey that cannot refuse anybody any more.
            let over =
                |it: &Past| it.journey == run.journey && it.started.plus(span) <= run.started;
            self.past.retain(|it| it.key.is_none() || !over(it));
        }
        if run.key.is_some() && reentry == Reentry::Always {
            return;
        }
        let past =
            Past { journey: run.journey.clone(), key: run.key.clone(), started: run.started };
        match self.find_past(&run.journey, run.key.as_deref()) {
            Ok(place) => self.past[place] = past,
            Err(place) => self.past.insert(place, past),
        }
        self.forget_old_keys();
    }

    pub(crate) fn forget_old_keys(&mut self) {
        while MAX_PAST < self.past.iter().filter(|it| it.key.is_some()).count() {
            let keyed = self.past.iter().enumerate().filter(|(_, it)| it.key.is_some());
            let Some((oldest, _)) = keyed.min_by_key(|(_, it)| it.started) else { return };
            self.past.remove(oldest);
        }
    }
}

impl Call<'_> {
    /// Whether `expr` holds; `vars` are what `property(…)` reads if it is not the event at hand.
    pub fn holds(&self, expr: &Expr, vars: Option<&Map>) -> bool {
        let scope = Scope { world: self.world.lookup, set: &self.set, vars };
        evaluate(expr, &scope, self.world.now).holds
    }

    fn exits(&self, program: &Program) -> bool {
        program.journey.exit.iter().any(|it| self.holds(it, None))
    }

    fn is_late(&self, journey: &Journey, input: &Input) -> bool {
        self.world.historical
            || match input {
                Input::Event(event) => {
                    event.flags.historical || journey.late < event.received - event.time
                }
                Input::Entered(_) | Input::Left(_) | Input::Became { .. } | Input::Tick => false,
            }
    }

    /// Late events count too: what happened inside the window is a success, whenever it is known.
    fn reaches(
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
        let (fits, time) = match (until, input) {
            (Until::Event { name, when }, Input::Event(event)) => {
                let fits = event.name() == name
                    && concerns(journey, run.key.as_deref(), event)
                    && when.as_ref().is_none_or(|it| self.holds(it, None));
                (fits, event.time.min(self.world.now))
            }
            (Until::Entered { audience }, Input::Entered(entered)) => {
                (audience == entered, self.world.now)
            }
            (
                Until::Event { .. },
                Input::Entered(_) | Input::Left(_) | Input::Became { .. } | Input::Tick,
            )
            | (
                Until::Entered { .. },
                Input::Event(_) | Input::Left(_) | Input::Became { .. } | Input::Tick,
            ) => (false, self.world.now),
        };
        fits && run.wake.is_none_or(|deadline| time < deadline)
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

impl EndReason {
    pub const ALL: [EndReason; 6] = [
        EndReason::Completed,
        EndReason::Exited,
        EndReason::Goal,
        EndReason::TimedOut,
        EndReason::VersionGone,
        EndReason::MergedAway,
    ];

    pub fn code(self) -> &'static str {
        match self {
            EndReason::Completed => "completed",
            EndReason::Exited => "exited",
            EndReason::Goal => "goal",
            EndReason::TimedOut => "timed_out",
            EndReason::VersionGone => "version_gone",
            EndReason::MergedAway => "merged_away",
        }
    }
}

impl Refusal {
    pub const ALL: [Refusal; 7] = [
        Refusal::Late,
        Refusal::NoKey,
        Refusal::KeyTooLong,
        Refusal::AlreadyActive,
        Refusal::Reentry,
        Refusal::ExitHolds,
        Refusal::TooMany,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Refusal::Late => "late",
            Refusal::NoKey => "no_key",
            Refusal::KeyTooLong => "key_too_long",
            Refusal::AlreadyActive => "already_active",
            Refusal::Reentry => "reentry",
            Refusal::ExitHolds => "exit_holds",
            Refusal::TooMany => "too_many",
        }
    }

    /// A sentence that a marketer understands.
    pub fn text(self) -> &'static str {
        match self {
            Refusal::Late => "the event was too old on arrival, or imported",
            Refusal::NoKey => "the event has no value where the journey's key should be",
            Refusal::KeyTooLong => "the value of the journey's key is longer than one may be",
            Refusal::AlreadyActive => "the person is in the journey already",
            Refusal::Reentry => {
                "the person was in the journey before, and its rule for re-entry says no"
            }
            Refusal::ExitHolds => "an exit criterion of the journey holds already",
            Refusal::TooMany => "the person is in as many journeys as one may be",
        }
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
fn goal_value(goal: &Goal, event: &Event) -> Option<f64> {
    let value = match Value::at(&event.properties, goal.value.as_deref()?)? {
        Value::Number(number) => *number,
        Value::Text(text) => text.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => return None,
    };
    value.is_finite().then_some(value)
}

fn is_false(truth: &bool) -> bool {
    !truth
}
