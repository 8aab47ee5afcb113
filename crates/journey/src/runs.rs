//! One person's runs: what begins them, what ends them, and what they ask for.

use crate::advance::resume;
use crate::call::{Call, goal_value};
use crate::command::{Command, EndReason};
use crate::planned::Planned;
use crate::program::{Action, Journeys, Program};
use expr::Lookup;
use model::{ChanceKey, Event, Identifier, JourneyName, Map, PersonId, RunId, Timestamp};
use serde::{Deserialize, Serialize};

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
    /// Starts of journeys that allow only so many in a window.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) entries: Vec<Entered>,
    /// When journeys begin by time, by the name of the journey.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) planned: Vec<Planned>,
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
    /// The how-manieth time it stands there.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub visit: u32,
    /// The highest visit before the run was taken to its version; later ones are above it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) visits_before: u32,
    /// Of the loops that it came to, how far they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rounds: Vec<Rounds>,
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

/// How often a run went through a loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rounds {
    /// The address of the step that repeats.
    pub step: String,
    /// Since the run came to the loop; 0 when it has left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub now: u32,
    /// In the whole run, which tells apart what a step in the loop asks for.
    pub all: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entered {
    pub journey: JourneyName,
    pub at: Timestamp,
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
    /// Somebody outside began the journey of this name for the person; what they say along are the
    /// properties of the event.
    Called {
        journey: &'a str,
        event: &'a Event,
    },
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
        let mut call = Call::new(journeys, world, new_run);
        match input {
            Input::Tick => self.tick(&mut call),
            Input::Became { .. } => self.became(&input, &mut call),
            // Whatever else the call means to the person came before it, as an event.
            Input::Called { .. } => self.start(&input, &mut call),
            Input::Event(_) | Input::Entered(_) | Input::Left(_) => {
                self.fact(&input, &mut call);
                if let Input::Event(event) = input {
                    self.goals_of_finished(event, &mut call);
                }
                self.start(&input, &mut call);
            }
        }
        self.plan(&call);
        call.commands
    }

    /// When to send the next tick. It may be in the past: then at once.
    pub fn next_at(&self) -> Option<Timestamp> {
        let runs = self.active.iter().filter_map(|it| it.wake);
        runs.chain(self.planned.iter().filter_map(|it| it.due)).min()
    }

    /// Looks anew when journeys begin by time, after the journeys or the person changed without an
    /// input. Nothing begins by it.
    pub fn replan(&mut self, journeys: &Journeys, world: &World) {
        let mut new_run = || RunId(0);
        let call = Call::new(journeys, world, &mut new_run);
        self.plan(&call);
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
        self.begin_due(call);
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
    pub(crate) fn finish(
        &mut self,
        place: usize,
        why: EndReason,
        ended: &mut Vec<RunId>,
        call: &mut Call,
    ) {
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
}

impl<'a> Input<'a> {
    /// What happened, if it was an event or came with one.
    pub(crate) fn event(&self) -> Option<&'a Event> {
        match self {
            Input::Event(event) | Input::Called { event, .. } => Some(event),
            Input::Entered(_) | Input::Left(_) | Input::Became { .. } | Input::Tick => None,
        }
    }
}

fn is_false(truth: &bool) -> bool {
    !truth
}

fn first() -> u32 {
    1
}

fn is_first(visit: &u32) -> bool {
    *visit == 1
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}
