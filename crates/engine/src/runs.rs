//! Runs: fed with what happened to their person, and what they ask for carried out.

use crate::batch::{Batch, Working};
use crate::engine::run_numbers;
use crate::facts::{Known, zone_of};
use crate::growth::Moved;
use crate::outside::add_task;
use crate::{Engine, Loaded};
use audience::{Change, View};
use journey::{Ask, Command, Failure, Input, World};
use model::{Event, Origin, Timestamp};
use port::{Person, Sections, Since};
use record::{Act, Fact};
use std::collections::VecDeque;

/// How often one fact may set traits that move audiences that begin journeys that set traits.
pub(crate) const ECHOES_MAX: usize = 16;

impl Engine {
    /// Feeds runs with what happened (or the passing of time) and with every change of membership, until
    /// nothing more follows from it.
    pub(crate) fn drive(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        first: Input<'_>,
        changes: Vec<Change>,
        historical: bool,
    ) {
        let mut waiting: VecDeque<Change> = VecDeque::new();
        self.note_memberships(working, batch, &changes, Moved::Themselves);
        let event = match first {
            Input::Event(event) | Input::Called { event, .. } => Some(event),
            Input::Entered(_) | Input::Left(_) | Input::Became { .. } | Input::Tick => None,
        };
        let mut echoes = self.feed(working, batch, first, event, historical);
        waiting.extend(changes);
        waiting.extend(echoes.drain(..));
        let mut rounds = 0;
        while let Some(change) = waiting.pop_front() {
            rounds += 1;
            if ECHOES_MAX < rounds {
                tracing::warn!(person = %working.person.id, "audiences and journeys move each other without end; stopped");
                break;
            }
            let input = match &change {
                Change::Entered(name) => Input::Entered(name),
                Change::Left(name) => Input::Left(name),
            };
            waiting.extend(self.feed(working, batch, input, event, historical));
        }
    }

    /// One input for the person's runs. Returns the changes of membership that its commands made.
    fn feed(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        input: Input<'_>,
        event: Option<&Event>,
        historical: bool,
    ) -> Vec<Change> {
        let loaded = self.loaded.clone();
        let person = &mut working.person;
        let mut runs = std::mem::take(&mut person.runs);
        let zone = clock_of(person);
        let view = View { profile: &person.profile, facts: &Known(&person.consents), event };
        let world = World {
            lookup: &view,
            now: batch.now,
            chance: &self.keys.chance,
            person: person.id,
            zone: zone.as_deref(),
            default_zone: &loaded.programme.policy.default_zone,
            historical,
            identifier: None,
        };
        let before = runs.clone();
        let commands =
            runs.handle(input, &loaded.journeys, &world, &mut run_numbers(&mut self.next));
        if runs != before {
            working.sections.add(Sections::RUNS);
            self.steps.follow(&before, &runs);
        }
        person.runs = runs;
        self.carry_out(working, batch, commands, &loaded)
    }

    /// Looks anew when journeys begin by time: nothing happened to the person, and yet what is known
    /// of them or the journeys are others.
    pub(crate) fn replan(&self, person: &mut Person, now: Timestamp) -> bool {
        let mut runs = std::mem::take(&mut person.runs);
        let zone = clock_of(person);
        let view = View { profile: &person.profile, facts: &Known(&person.consents), event: None };
        let world = World {
            lookup: &view,
            now,
            chance: &self.keys.chance,
            person: person.id,
            zone: zone.as_deref(),
            default_zone: &self.loaded.programme.policy.default_zone,
            historical: false,
            identifier: None,
        };
        let before = runs.clone();
        runs.replan(&self.loaded.journeys, &world);
        let changed = runs != before;
        person.runs = runs;
        changed
    }

    /// Begins the journeys that were called by name.
    pub(crate) fn enter(&mut self, working: &mut Working, batch: &mut Batch, fact: &Fact) {
        for act in &fact.acts {
            let Act::Enter(journey) = act else { continue };
            let input = Input::Called { journey: journey.as_str(), event: &fact.event };
            let historical = fact.event.flags.historical;
            self.drive(working, batch, input, Vec::new(), historical);
        }
    }

    pub(crate) fn carry_out(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        commands: Vec<Command>,
        loaded: &Loaded,
    ) -> Vec<Change> {
        let mut set_trait = false;
        for command in commands {
            match command {
                Command::Started { run, journey, key, .. } => {
                    let by_fact = batch.in_fact;
                    let what = Since::Run { run, journey: journey.clone(), key, by_fact };
                    self.remember_since(working, batch, what);
                    self.tallies.journeys.entry(journey).or_default().started += 1;
                    self.tallies_changed = true;
                }
                Command::NotStarted { journey, why, .. } => self.steps.refused(journey, why),
                Command::Reached { journey, version, step, .. } => {
                    self.steps.reached(journey, version, step);
                }
                Command::Arm { journey, version, step, arm, .. } => {
                    let place = (&journey, version, step.as_str());
                    self.enter_experiment(working, loaded, place, &arm, batch.now);
                    self.steps.took(journey, version, step, arm);
                }
                Command::StepFailed { journey, version, step, why, .. } => {
                    self.steps.failed(journey, version, step, why);
                }
                Command::Webhook(hook) => self.call(working, batch, hook),
                Command::Task(task) => add_task(working, batch, task),
                Command::Candidate(ask) => self.take_candidate(working, batch, ask, loaded),
                Command::SetTrait { run, name, value } => {
                    let what = Since::Trait { run, name: name.clone(), value: value.clone() };
                    self.remember_since(working, batch, what);
                    working.person.profile.set_trait(&name, value, batch.now);
                    working.changed(Sections::TRAITS);
                    set_trait = true;
                }
                Command::Goal { journey, .. } => {
                    self.tallies.journeys.entry(journey).or_default().goals += 1;
                    self.tallies_changed = true;
                }
                Command::Ended { run, journey, why } => {
                    self.steps.ended(journey.clone(), why);
                    self.tallies.journeys.entry(journey).or_default().ended += 1;
                    self.tallies_changed = true;
                    self.drop_messages_of_run(working, batch, run, why);
                }
            }
        }
        if !set_trait {
            return Vec::new();
        }
        let person = &mut working.person;
        let facts = Known(&person.consents);
        let changes = person.profile.refresh(&loaded.definitions, &facts, batch.now);
        self.note_memberships(working, batch, &changes, Moved::Themselves);
        changes
    }

    fn take_candidate(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        ask: Ask,
        loaded: &Loaded,
    ) {
        let (journey, run, step) = (ask.journey.clone(), ask.run, ask.step.clone());
        self.tallies.journeys.entry(journey.clone()).or_default().messages += 1;
        self.tallies_changed = true;
        let origin = Origin::Journey { journey: journey.clone(), run, step: step.clone() };
        let pinned = ask.pinned.then_some(ask.version);
        if loaded.content_for(&origin, &ask.content, pinned).is_none() {
            self.steps.failed(journey, ask.version, step, Failure::NoContent);
        }
        self.add_candidate(working, batch, ask, loaded);
    }
}

/// The zone whose clock the person reads, as far as it is known: the one they chose, else their
/// device's.
fn clock_of(person: &Person) -> Option<String> {
    let chosen = person.consents.wishes().zone.clone();
    chosen.or_else(|| zone_of(person))
}
