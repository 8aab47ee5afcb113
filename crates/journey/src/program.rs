//! Journeys compiled to flat, addressable programs, and the versions of them that runs need.
//!
//! Each step has an address that is stored in runs and keys: its id, or else its place (`3` is the
//! fourth step; `3.0.1` the second step of its first arm, `3.story.0` of its arm `story`). Places
//! below a step with an id begin with that id.

use crate::check::check;
use crate::definition::{
    Journey, MessageStep, Node, OnTimeout, SplitArm, Step, Trigger, Until, Window,
};
use crate::runs::Input;
use expr::Expr;
use model::{JourneyName, Problem, Span, Value};
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
    ops: Vec<Op>,
    index: BTreeMap<String, usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub address: String,
    pub action: Action,
    /// None: the run is complete.
    pub next: Option<usize>,
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
            Input::Became { .. } | Input::Tick => None,
        };
        let newest = |name| self.versions.get(name)?.programs.values().next_back();
        names.into_iter().flatten().filter_map(newest)
    }

    fn index_triggers(&mut self) {
        self.on_event.clear();
        self.on_entered.clear();
        self.on_left.clear();
        for (name, versions) in &self.versions {
            let Some(program) = versions.programs.values().next_back() else { continue };
            if versions.closed {
                continue;
            }
            let (index, what) = match &program.journey.trigger {
                Trigger::Event { name, .. } => (&mut self.on_event, name),
                Trigger::Entered { audience } => (&mut self.on_entered, audience),
                Trigger::Left { audience } => (&mut self.on_left, audience),
            };
            index.entry(what.clone()).or_default().push(name.clone());
        }
    }
}

impl Program {
    pub fn compile(journey: Journey) -> Program {
        let mut ops = Vec::new();
        let entry = compile_steps(&journey.steps, "", None, &mut ops);
        let index = ops.iter().enumerate().map(|(n, op)| (op.address.clone(), n)).collect();
        Program { journey, entry, ops, index }
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
fn compile_steps(
    steps: &[Node],
    prefix: &str,
    after: Option<usize>,
    ops: &mut Vec<Op>,
) -> Option<usize> {
    let mut next = after;
    for (place, node) in steps.iter().enumerate().rev() {
        let address = address_of(prefix, place, node);
        let action = compile_step(&node.step, &address, next, ops);
        ops.push(Op { address, action, next });
        next = Some(ops.len() - 1);
    }
    next
}

fn compile_step(step: &Step, address: &str, next: Option<usize>, ops: &mut Vec<Op>) -> Action {
    match step {
        Step::Wait(span) => Action::Wait(*span),
        Step::WaitUntil { until, timeout, on_timeout } => {
            Action::WaitUntil { until: until.clone(), timeout: *timeout, on_timeout: *on_timeout }
        }
        Step::WaitForWindow(window) => Action::WaitForWindow(window.clone()),
        Step::Branch(arms) => {
            let mut compiled = Vec::with_capacity(arms.len());
            for (place, arm) in arms.iter().enumerate() {
                let entry = compile_steps(&arm.steps, &format!("{address}.{place}."), next, ops);
                compiled.push((arm.when.clone(), entry));
            }
            Action::Branch(compiled)
        }
        Step::Split(arms) => {
            let mut compiled = Vec::with_capacity(arms.len());
            for SplitArm { name, steps, .. } in arms {
                let entry = compile_steps(steps, &format!("{address}.{name}."), next, ops);
                compiled.push((name.clone(), entry));
            }
            Action::Split { arms: compiled, weights: arms.iter().map(|it| it.weight).collect() }
        }
        Step::Message(message) => {
            let below = message.otherwise.as_ref();
            let prefix = format!("{address}.otherwise.");
            let otherwise = below.map(|it| compile_steps(it, &prefix, next, ops));
            Action::Message(message.clone(), otherwise)
        }
        Step::SetTrait { name, value } => {
            Action::SetTrait { name: name.clone(), value: value.clone() }
        }
        Step::End => Action::End,
    }
}
