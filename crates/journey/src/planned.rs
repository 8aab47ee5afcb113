//! When journeys begin by time for one person: kept with the runs, and looked at with every input.

use crate::calendar::{Occurrence, Past};
use crate::call::Call;
use crate::command::{Command, Refusal};
use crate::definition::Trigger;
use crate::local::zone_or;
use crate::program::Program;
use crate::runs::{Input, Runs};
use jiff::tz::TimeZone;
use model::{JourneyName, Timestamp, Value};
use serde::{Deserialize, Serialize};

/// How many missed times of one journey are passed over in one call, so that it stays short after
/// years away. The rest follows with the next tick, which is due at once.
const MISSED_PER_CALL: usize = 400;

/// The next time of one journey for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Planned {
    pub journey: JourneyName,
    /// What the times are made of, as a hash: the trigger and, for a date, what the trait says.
    pub of: u64,
    /// The zone by which they were made, as a hash.
    pub zone: u64,
    /// What was due until then, before anybody knew of it or after it began, is not due any more.
    pub from: Timestamp,
    /// The latest day that was dealt with. Days only go on, whatever the clock or the zone does, so
    /// that none begins twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<i32>,
    /// None: not again. Kept for `last` where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

impl Planned {
    fn past(&self) -> Past {
        Past { day: self.last, until: self.from }
    }
}

impl Runs {
    /// Brings the times up to date with the journeys and what is known of the person.
    pub(crate) fn plan(&mut self, call: &Call) {
        let mut timed = call.journeys.timed().peekable();
        if timed.peek().is_none() && self.planned.is_empty() {
            return;
        }
        let name = call.world.zone.unwrap_or(call.world.default_zone);
        let (zone, mut known) = (hash(&[name]), std::mem::take(&mut self.planned));
        let mut found: Option<TimeZone> = None;
        for program in timed {
            let journey = &program.journey.name;
            let (of_it, others) = known.into_iter().partition(|it| it.journey == *journey);
            known = others;
            let Some(basis) = Basis::of(program, call) else {
                self.planned.extend(dormant(of_it));
                continue;
            };
            let of = basis.hash(program);
            if let [it] = of_it.as_slice()
                && (it.of, it.zone) == (of, zone)
            {
                self.planned.extend(of_it);
                continue;
            }
            let from = of_it.iter().filter(|it| it.of == of).map(|it| it.from).min();
            let (last, from) = (latest(&of_it), from.unwrap_or(call.world.now));
            let zone_found =
                found.get_or_insert_with(|| zone_or(call.world.zone, call.world.default_zone));
            let mut it = Planned { journey: journey.clone(), of, zone, from, last, due: None };
            it.due = basis.next(program, zone_found, it.past()).map(|it| it.at);
            self.planned.push(it);
        }
        // Of journeys that are closed or begin otherwise now.
        self.planned.extend(dormant(known));
        self.planned.sort_by(|a, b| a.journey.cmp(&b.journey));
    }

    /// Begins what is due. Of several times that have passed, the newest counts; the others were
    /// missed, and so was the newest if it is longer past than the journey's `late`.
    pub(crate) fn begin_due(&mut self, call: &mut Call) {
        self.plan(call);
        let is_due = |it: &Planned| it.due.is_some_and(|due| due <= call.world.now);
        if !self.planned.iter().any(is_due) {
            return;
        }
        let (journeys, now) = (call.journeys, call.world.now);
        let zone = zone_or(call.world.zone, call.world.default_zone);
        for program in journeys.timed() {
            let name = &program.journey.name;
            let at = self.planned.iter().position(|it| it.journey == *name && is_due_at(it, now));
            let (Some(place), Some(basis)) = (at, Basis::of(program, call)) else { continue };
            let mut missed = Vec::new();
            let mut newest: Option<Occurrence> = None;
            let entry = &mut self.planned[place];
            loop {
                let next = basis.next(program, &zone, entry.past());
                entry.due = next.map(|it| it.at);
                let Some(next) = next.filter(|it| it.at <= now) else { break };
                if missed.len() == MISSED_PER_CALL {
                    missed.extend(newest.take());
                    break;
                }
                missed.extend(newest.replace(next));
                (entry.last, entry.from) = (Some(next.day), entry.from.max(next.at));
            }
            let begins = newest.filter(|it| now <= it.at.plus(program.journey.late));
            missed.extend(newest.filter(|_| begins.is_none()));
            for _ in missed {
                let (journey, key, why) = (name.clone(), None, Refusal::Late);
                call.commands.push(Command::NotStarted { journey, key, why });
            }
            if begins.is_some() {
                self.try_start(program, &Input::Tick, call);
            }
        }
    }
}

fn is_due_at(it: &Planned, now: Timestamp) -> bool {
    it.due.is_some_and(|due| due <= now)
}

fn latest(all: &[Planned]) -> Option<i32> {
    all.iter().filter_map(|it| it.last).max()
}

/// What must be remembered of times that do not come for now.
fn dormant(all: Vec<Planned>) -> impl Iterator<Item = Planned> {
    all.into_iter().filter(|it| it.last.is_some()).map(|it| Planned { due: None, of: 0, ..it })
}

/// What the times of one journey are made of, where they come at all for the person.
enum Basis {
    Date(String),
    Member,
}

impl Basis {
    fn of(program: &Program, call: &Call) -> Option<Basis> {
        match &program.journey.trigger {
            Trigger::Date(it) => match call.trait_value(&it.name)? {
                Value::Text(text) => Some(Basis::Date(text)),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::List(_)
                | Value::Map(_) => None,
            },
            Trigger::Schedule(it) => {
                call.world.lookup.in_audience(&it.audience).then_some(Basis::Member)
            }
            Trigger::Event { .. }
            | Trigger::Entered { .. }
            | Trigger::Left { .. }
            | Trigger::Called
            | Trigger::Conversation { .. } => None,
        }
    }

    fn hash(&self, program: &Program) -> u64 {
        match self {
            Basis::Date(text) => hash(&[&program.times, text]),
            Basis::Member => hash(&[&program.times]),
        }
    }

    fn next(&self, program: &Program, zone: &TimeZone, past: Past) -> Option<Occurrence> {
        match (&program.journey.trigger, self) {
            (Trigger::Date(it), Basis::Date(text)) => it.next(text, zone, past),
            (Trigger::Schedule(it), Basis::Member) => it.next(zone, past),
            _ => None,
        }
    }
}

/// FNV-1a, 64 bits, each word ended by a byte that no text has inside.
fn hash(words: &[&str]) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    words.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| step(word.bytes().fold(hash, step), 0xff))
}

/// The part of a trigger that its times are made of, as text.
pub(crate) fn times_of(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Date(it) => {
            let at = it.at.map(|it| it.to_string()).unwrap_or_default();
            format!("date/{}/{}/{}/{at}", it.name, it.yearly, it.offset.0)
        }
        Trigger::Schedule(it) => format!("schedule/{}/{:?}/{}", it.audience, it.every, it.at),
        Trigger::Event { .. }
        | Trigger::Entered { .. }
        | Trigger::Left { .. }
        | Trigger::Called
        | Trigger::Conversation { .. } => String::new(),
    }
}
