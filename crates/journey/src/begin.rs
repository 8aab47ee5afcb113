//! How runs begin: what a trigger brings, who is admitted, and what is remembered of it.

use crate::call::{Call, read_key};
use crate::command::{Command, Refusal};
use crate::definition::{Journey, Reentry, Trigger};
use crate::program::Program;
use crate::runs::{Entered, Input, MAX_ACTIVE, MAX_PAST, Past, Run, Runs};
use model::{Event, JourneyName, Timestamp};

impl Runs {
    pub(crate) fn start(&mut self, input: &Input, call: &mut Call) {
        let journeys = call.journeys;
        for program in journeys.triggered_by(input) {
            let journey = &program.journey;
            let fits = match &journey.trigger {
                Trigger::Event { when, .. } | Trigger::Conversation { when, .. } => {
                    when.as_ref().is_none_or(|it| call.holds(it, None))
                }
                Trigger::Entered { .. }
                | Trigger::Left { .. }
                | Trigger::Date(_)
                | Trigger::Schedule(_)
                | Trigger::Called => true,
            };
            if fits {
                self.try_start(program, input, call);
            }
        }
    }

    /// Begins a run, or says why not.
    pub(crate) fn try_start(&mut self, program: &Program, input: &Input, call: &mut Call) {
        let (journey, event) = (&program.journey, input.event());
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
        if let Some(rule) = journey.entries {
            let from = call.world.now.minus(rule.per);
            let began = self.entries.iter().filter(|it| it.journey == journey.name && from < it.at);
            if usize::try_from(rule.at_most).is_ok_and(|most| most <= began.count()) {
                return Err(Refusal::EntryCap);
            }
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
            visit: 1,
            visits_before: 0,
            rounds: Vec::new(),
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
        self.count_entry(journey, now);
        self.active.push(run);
        let place = self.active.len() - 1;
        let run = &mut self.active[place];
        let why = crate::advance::advance(run, program, program.entry, &mut self.drawn, call);
        if let Some(why) = why {
            self.finish(place, why, &mut Vec::new(), call);
            self.active.pop();
        }
    }

    /// Starts are kept as long as they can refuse somebody, and only where there is a rule.
    fn count_entry(&mut self, journey: &Journey, now: Timestamp) {
        let Some(rule) = journey.entries else { return };
        let from = now.minus(rule.per);
        self.entries.retain(|it| it.journey != journey.name || from < it.at);
        self.entries.push(Entered { journey: journey.name.clone(), at: now });
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
