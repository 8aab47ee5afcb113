//! Journeys compiled to flat, addressable programs, and the versions of them that runs need.
//!
//! Each step has an address that is stored in runs and keys: its id, or else its place (`3` is the
//! fourth step; `3.0.1` the second step of its first arm, `3.story.0` of its arm `story`). Places
//! below a step with an id begin with that id.

use crate::check::check;
use crate::definition::{
    Experiment, Journey, LeadStep, MessageStep, Node, OnTimeout, Repeat, SplitArm, Step, Tags,
    TaskStep, Trigger, Until, WebhookStep, Window,
};
use crate::planned::times_of;
use crate::runs::Input;
use expr::Expr;
use model::{Conversation, JourneyName, Problem, Span, Value};
use std::collections::BTreeMap;

/// All journeys of an installation: of each name the versions that are still needed. New runs begin
/// in the highest one.
#[derive(Clone, Debug, Default)]
pub struct Journeys {
    versions: BTreeMap<JourneyName, Versions>,
    /// Names of the open journeys by what triggers them, in order of name.
    on_event: BTreeMap<String, Vec<JourneyName>>,
    on_entered: BTreeMap<String, Vec<JourneyName>>,
    on_left: BTreeMap<String, Vec<JourneyName>>,
    on_call: BTreeMap<String, Vec<JourneyName>>,
    /// Those that begin by time.
    timed: Vec<JourneyName>,
}

#[derive(Clone, Debug, Default)]
struct Versions {
    closed: bool,
    programs: BTreeMap<u64, Program>,
}

#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub journey: Journey,
    /// The first step.
    pub entry: Option<usize>,
    /// What the times of its trigger are made of; empty where time does not begin it.
    pub times: String,
    ops: Vec<Op>,
    index: BTreeMap<String, usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub address: String,
    pub action: Action,
    /// None: the run is complete.
    pub next: Option<usize>,
    /// The innermost loop around it.
    pub within: Option<String>,
    /// Its address is an id that somebody gave it, and not a place.
    pub has_id: bool,
    /// It is inside an arm of an experiment.
    pub pinned: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Wait(Span),
    WaitUntil {
        until: Until,
        timeout: Span,
        on_timeout: OnTimeout,
    },
    WaitForWindow(Window),
    Branch(Vec<(Option<Expr>, Option<usize>)>),
    Split {
        arms: Vec<(String, Option<usize>)>,
        weights: Vec<f64>,
    },
    /// With where to go on if it did not go out.
    Message(MessageStep, Option<Option<usize>>),
    SetTrait {
        name: String,
        value: Value,
    },
    Tag(Tags),
    /// With the first step of a round.
    Repeat {
        times: u32,
        condition: Option<Expr>,
        round: Option<usize>,
    },
    Webhook(WebhookStep),
    Task(TaskStep),
    TellSales(LeadStep),
    End,
}

impl Journeys {
    pub fn new() -> Journeys {
        Journeys::default()
    }

    /// Checks, compiles and adds a version. A version never changes: the same number with other
    /// steps is refused. Adding the highest version opens a closed journey again.
    pub fn insert(&mut self, journey: Journey) -> Result<(), Vec<Problem>> {
        let problems = check(&journey);
        if !problems.is_empty() {
            return Err(problems);
        }
        let versions = self.versions.entry(journey.name.clone()).or_default();
        if let Some(known) = versions.programs.get(&journey.version)
            && known.journey != journey
        {
            let (name, version) = (&journey.name, journey.version);
            let text = format!("version {version} of journey `{name}` exists and is different");
            return Err(vec![Problem::new(text).hint("raise the version; runs depend on the old")]);
        }
        if versions.programs.keys().all(|it| *it <= journey.version) {
            versions.closed = false;
        }
        versions.programs.insert(journey.version, Program::compile(journey));
        self.index_triggers();
        Ok(())
    }

    /// Begins no new runs; active ones go on.
    pub fn close(&mut self, name: &JourneyName) {
        if let Some(versions) = self.versions.get_mut(name) {
            versions.closed = true;
        }
        self.index_triggers();
    }

    /// Forgets a version. Runs that are still in it end with
    /// [`crate::EndReason::VersionGone`] when they are looked at next. Its number must not be given
    /// to another version: those runs could not tell the two apart.
    pub fn remove(&mut self, name: &JourneyName, version: u64) {
        if let Some(versions) = self.versions.get_mut(name) {
            versions.programs.remove(&version);
            if versions.programs.is_empty() {
                self.versions.remove(name);
            }
        }
        self.index_triggers();
    }

    pub fn names(&self) -> impl Iterator<Item = &JourneyName> {
        self.versions.keys()
    }

    /// The version in which new runs begin, also when the journey is closed.
    pub fn latest(&self, name: &JourneyName) -> Option<&Journey> {
        self.versions.get(name)?.programs.values().next_back().map(|it| &it.journey)
    }

    pub fn version(&self, name: &JourneyName, version: u64) -> Option<&Journey> {
        self.program(name, version).map(|it| &it.journey)
    }

    pub fn is_closed(&self, name: &JourneyName) -> bool {
        self.versions.get(name).is_some_and(|it| it.closed)
    }

    pub(crate) fn program(&self, name: &JourneyName, version: u64) -> Option<&Program> {
        self.versions.get(name)?.programs.get(&version)
    }

    /// The programs whose trigger names what happened; a trigger's condition is not looked at.
    pub(crate) fn triggered_by(&self, input: &Input) -> impl Iterator<Item = &Program> {
        let names = match input {
            Input::Event(event) => self.on_event.get(event.name()),
            Input::Entered(audience) => self.on_entered.get(*audience),
            Input::Left(audience) => self.on_left.get(*audience),
            Input::Called { journey, .. } => self.on_call.get(*journey),
            Input::Became { .. } | Input::Tick => None,
        };
        names.into_iter().flatten().filter_map(|name| self.newest(name))
    }

    /// The programs that time begins, by name.
    pub(crate) fn timed(&self) -> impl Iterator<Item = &Program> {
        self.timed.iter().filter_map(|name| self.newest(name))
    }

    fn newest(&self, name: &JourneyName) -> Option<&Program> {
        self.versions.get(name)?.programs.values().next_back()
    }

    fn index_triggers(&mut self) {
        let indexes =
            [&mut self.on_event, &mut self.on_entered, &mut self.on_left, &mut self.on_call];
        indexes.into_iter().for_each(BTreeMap::clear);
        self.timed.clear();
        for (name, versions) in &self.versions {
            let Some(program) = versions.programs.values().next_back() else { continue };
            if versions.closed {
                continue;
            }
            let add = |index: &mut BTreeMap<String, Vec<JourneyName>>, what: &str| {
                index.entry(what.to_owned()).or_default().push(name.clone());
            };
            match &program.journey.trigger {
                Trigger::Event { name, .. } => add(&mut self.on_event, name),
                Trigger::Entered { audience } => add(&mut self.on_entered, audience),
                Trigger::Left { audience } => add(&mut self.on_left, audience),
                Trigger::Called => add(&mut self.on_call, name.as_str()),
                Trigger::Conversation { kind, .. } => {
                    let any = |it: &Conversation| kind.is_none_or(|kind| kind == *it);
                    for it in Conversation::ALL.into_iter().filter(any) {
                        add(&mut self.on_event, it.event_name());
                    }
                }
                Trigger::Date(_) | Trigger::Schedule(_) => self.timed.push(name.clone()),
            }
        }
    }
}

impl Program {
    pub fn compile(journey: Journey) -> Program {
        let mut compiling = Compiling::default();
        let entry = compiling.steps(&journey.steps, "", None, None);
        let ops = compiling.ops;
        let index = ops.iter().enumerate().map(|(n, op)| (op.address.clone(), n)).collect();
        Program { entry, times: times_of(&journey.trigger), journey, ops, index }
    }

    pub fn op(&self, index: usize) -> Option<&Op> {
        self.ops.get(index)
    }

    pub fn find(&self, address: &str) -> Option<usize> {
        self.index.get(address).copied()
    }
}

/// Where a step is found: by its id, or by its place below `prefix`.
pub(crate) fn address_of(prefix: &str, place: usize, node: &Node) -> String {
    match &node.id {
        Some(id) => id.clone(),
        None => format!("{prefix}{place}"),
    }
}

/// Compiles from the last step to the first, so that the place to go on at is always known.
#[derive(Default)]
struct Compiling {
    ops: Vec<Op>,
    /// Experiments around what is compiled.
    experiments: usize,
}

impl Compiling {
    /// Returns the first of these steps; `after` is what follows the last one, `within` the loop around
    /// them.
    fn steps(
        &mut self,
        steps: &[Node],
        prefix: &str,
        after: Option<usize>,
        within: Option<&str>,
    ) -> Option<usize> {
        let mut next = after;
        for (place, node) in steps.iter().enumerate().rev() {
            let address = address_of(prefix, place, node);
            // In its place already when the rounds of a loop come back to it.
            let here = self.ops.len();
            self.ops.push(Op {
                address: address.clone(),
                action: Action::End,
                next,
                within: within.map(str::to_owned),
                has_id: node.id.is_some(),
                pinned: 0 < self.experiments,
            });
            let action = self.step(&node.step, &address, here, within);
            self.ops[here].action = action;
            next = Some(here);
        }
        next
    }

    fn step(&mut self, step: &Step, address: &str, here: usize, within: Option<&str>) -> Action {
        let next = self.ops[here].next;
        match step {
            Step::Wait(span) => Action::Wait(*span),
            Step::WaitUntil { until, timeout, on_timeout } => Action::WaitUntil {
                until: until.clone(),
                timeout: *timeout,
                on_timeout: *on_timeout,
            },
            Step::WaitForWindow(window) => Action::WaitForWindow(window.clone()),
            Step::Branch(arms) => {
                let mut compiled = Vec::with_capacity(arms.len());
                for (place, arm) in arms.iter().enumerate() {
                    let prefix = format!("{address}.{place}.");
                    let entry = self.steps(&arm.steps, &prefix, next, within);
                    compiled.push((arm.when.clone(), entry));
                }
                Action::Branch(compiled)
            }
            Step::Split(arms) | Step::Experiment(Experiment { arms, .. }) => {
                let around = self.experiments;
                self.experiments += usize::from(matches!(step, Step::Experiment(_)));
                let mut compiled = Vec::with_capacity(arms.len());
                for SplitArm { name, steps, .. } in arms {
                    let entry = self.steps(steps, &format!("{address}.{name}."), next, within);
                    compiled.push((name.clone(), entry));
                }
                self.experiments = around;
                let weights = arms.iter().map(|it| it.weight).collect();
                Action::Split { arms: compiled, weights }
            }
            Step::Message(message) => {
                let below = message.otherwise.as_ref();
                let prefix = format!("{address}.otherwise.");
                let otherwise = below.map(|it| self.steps(it, &prefix, next, within));
                Action::Message(message.clone(), otherwise)
            }
            Step::SetTrait { name, value } => {
                Action::SetTrait { name: name.clone(), value: value.clone() }
            }
            Step::Tag(tags) => Action::Tag(tags.clone()),
            Step::Repeat(Repeat { times, condition, steps }) => {
                let prefix = format!("{address}.round.");
                let round = self.steps(steps, &prefix, Some(here), Some(address));
                Action::Repeat { times: *times, condition: condition.clone(), round }
            }
            Step::Webhook(it) => Action::Webhook(it.clone()),
            Step::Task(it) => Action::Task(it.clone()),
            Step::TellSales(it) => Action::TellSales(it.clone()),
            Step::End => Action::End,
        }
    }
}
