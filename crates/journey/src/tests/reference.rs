//! The slow, obvious model of a person's runs: a run is the list of steps still before it, an arm is
//! put in front of that list when it is taken, and nothing is ever forgotten.

use super::notation::{Happens, KEY, START, show};
use crate::*;
use expr::{CounterSpec, Expr, Lookup, Reading, Truth, evaluate};
use jiff::civil::Date;
use model::{Channel, Event, JourneyName, Map, PersonId, RunId, Span, Timestamp, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Reference {
    pub journeys: BTreeMap<(JourneyName, u64), Journey>,
    pub closed: BTreeSet<JourneyName>,
    pub removed: BTreeSet<(JourneyName, u64)>,
    runs: Vec<Walk>,
    finished: usize,
    arms: BTreeMap<(JourneyName, String), String>,
    eyes: Eyes,
    zone: Option<String>,
    /// Of each journey that time begins, what is known.
    timers: BTreeMap<JourneyName, Timer>,
}

/// Which days of a journey that time begins are over.
#[derive(Clone, Default)]
struct Timer {
    /// What the days are made of; none while they do not come.
    basis: Option<String>,
    from: Timestamp,
    done: Option<Date>,
}

/// All that a condition may see.
#[derive(Default)]
struct Eyes {
    traits: Map,
    audiences: BTreeSet<String>,
    properties: Map,
}

#[derive(Clone)]
struct Walk {
    id: RunId,
    journey: Journey,
    key: Option<String>,
    started: Timestamp,
    since: Timestamp,
    vars: Map,
    /// The steps still to come with their addresses and visits; the first one is where it waits.
    ahead: Vec<(String, Step, u32)>,
    /// Rounds of each loop: since the run came to it, and in all.
    rounds: BTreeMap<String, (u32, u32)>,
    wake: Timestamp,
    goal_reached: bool,
    /// The how-manieth run to end, if it did.
    ended: Option<usize>,
    /// Its rule let its key come back, so it stands in nobody's way, also under a later rule.
    forgotten: bool,
    /// It was looked at after the window of its goal, which no clock set back opens again.
    too_late: bool,
    /// Its journey counted starts when it began.
    counted: bool,
}

impl Reference {
    pub fn set_trait(&mut self, name: &str, value: Value) {
        self.eyes.traits.insert(name.to_owned(), value);
    }

    pub fn new(zone: Option<&str>) -> Reference {
        Reference { zone: zone.map(str::to_owned), ..Reference::default() }
    }

    pub fn feed(&mut self, happens: &Happens, now: Timestamp) -> Vec<String> {
        let finished = self.finished;
        let out = self.answer(happens, now);
        self.replan(now);
        for run in self.runs.iter_mut() {
            let looked_at = matches!(happens, Happens::Event(_)) || run.ended > Some(finished);
            let Some(within) = run.journey.goal.as_ref().and_then(|it| it.within) else { continue };
            let closed = run.since.plus(within).plus(run.journey.late) <= now;
            run.too_late |= run.ended.is_some() && looked_at && closed;
        }
        out
    }

    fn answer(&mut self, happens: &Happens, now: Timestamp) -> Vec<String> {
        let mut out = Vec::new();
        self.eyes.properties = Map::new();
        match happens {
            Happens::Event(event) => self.eyes.properties = event.properties.clone(),
            Happens::Called(_, event) => {
                self.eyes.properties = event.properties.clone();
                self.starts(happens, now, &mut out);
                return out;
            }
            Happens::Entered(name) => {
                self.eyes.audiences.insert(name.clone());
            }
            Happens::Left(name) => {
                self.eyes.audiences.remove(name);
            }
            Happens::Became(key, sent) => {
                self.became(key, *sent, now, &mut out);
                return out;
            }
            Happens::Tick => {
                self.tick(now, &mut out);
                return out;
            }
        }
        for n in 0..self.runs.len() {
            if self.runs[n].ended.is_none() {
                self.fact(n, happens, now, &mut out);
            }
        }
        self.late_goals(happens, now, &mut out);
        self.starts(happens, now, &mut out);
        out
    }

    fn tick(&mut self, now: Timestamp, out: &mut Vec<String>) {
        let mut due: Vec<usize> = (0..self.runs.len())
            .filter(|n| self.runs[*n].ended.is_none() && self.runs[*n].wake <= now)
            .collect();
        due.sort_by_key(|n| self.runs[*n].wake);
        for n in due {
            if self.is_gone(n) {
                self.end(n, EndReason::VersionGone, out);
            } else if self.exits(n, now) {
                self.end(n, EndReason::Exited, out);
            } else {
                match self.runs[n].ahead[0].1.clone() {
                    Step::Wait(_) => self.pass(n, now, out),
                    Step::WaitUntil { on_timeout: OnTimeout::Continue, .. } => {
                        self.pass(n, now, out);
                    }
                    Step::WaitUntil { on_timeout: OnTimeout::End, .. } => {
                        self.end(n, EndReason::TimedOut, out);
                    }
                    // It stood there already.
                    Step::WaitForWindow(_) => {
                        let before = out.len();
                        self.walk(n, now, out);
                        out.remove(before);
                    }
                    Step::Message(MessageStep { otherwise: Some(steps), .. }) => {
                        let (address, _, visit) = self.runs[n].ahead[0].clone();
                        let taken = addressed(&steps, &format!("{address}.otherwise."), visit);
                        self.runs[n].ahead.splice(0..1, taken);
                        self.walk(n, now, out);
                    }
                    other => panic!("a run waits at {other:?}"),
                }
            }
        }
        self.times(now, out);
    }

    /// Begins what is due by time, looking at one day after the other.
    fn times(&mut self, now: Timestamp, out: &mut Vec<String>) {
        self.replan(now);
        for journey in self.open() {
            let Some(timer) = self.timers.get(&journey.name).cloned() else { continue };
            let Some(basis) = &timer.basis else { continue };
            let mut due: Vec<(Date, Timestamp)> =
                super::timed::days(&journey.trigger, basis, self.zone.as_deref(), timer.from, now);
            due.retain(|(day, at)| {
                timer.done.is_none_or(|it| it < *day) && timer.from < *at && *at <= now
            });
            let Some((day, newest)) = due.last().copied() else { continue };
            let timer = self.timers.get_mut(&journey.name).unwrap();
            (timer.done, timer.from) = (Some(day), timer.from.max(newest));
            let late = journey.late < now - newest;
            for _ in 0..due.len() - usize::from(!late) {
                out.push(format!("no {}: late", journey.name));
            }
            if !late {
                self.try_begin(journey, &Happens::Tick, now, out);
            }
        }
    }

    /// Looks what the days of each journey are made of now; days that were over when that became known
    /// do not come any more.
    pub fn replan(&mut self, now: Timestamp) {
        let open = self.open();
        for (name, timer) in &mut self.timers {
            if !open.iter().any(|it| it.name == *name) {
                timer.basis = None;
            }
        }
        for journey in open {
            let says = match &journey.trigger {
                Trigger::Date(it) => match self.eyes.traits.get(&it.name) {
                    Some(Value::Text(text)) => Some(text.clone()),
                    _ => None,
                },
                Trigger::Schedule(it) => {
                    self.eyes.audiences.contains(&it.audience).then(String::new)
                }
                _ => None,
            };
            let basis = says.map(|it| format!("{it}\n{:?}", journey.trigger));
            let timer = self.timers.entry(journey.name).or_default();
            if basis.is_some() && basis != timer.basis {
                timer.from = now;
            }
            timer.basis = basis;
        }
    }

    /// The newest version of each journey that is not closed.
    fn open(&self) -> Vec<Journey> {
        let newest: BTreeMap<&JourneyName, &Journey> =
            self.journeys.iter().map(|((name, _), it)| (name, it)).collect();
        let open = newest.into_iter().filter(|(name, _)| !self.closed.contains(*name));
        open.map(|(_, it)| it.clone()).collect()
    }

    fn became(&mut self, key: &str, sent: bool, now: Timestamp, out: &mut Vec<String>) {
        for n in 0..self.runs.len() {
            let run = &self.runs[n];
            let (Some((address, step, visit)), None) = (run.ahead.first(), run.ended) else {
                continue;
            };
            if key != format!("journey/{}/{}/{address}/{visit}", run.journey.name, run.id) {
                continue;
            }
            if self.is_gone(n) {
                self.end(n, EndReason::VersionGone, out);
            } else if self.exits(n, now) {
                self.end(n, EndReason::Exited, out);
            } else if let Step::Message(MessageStep { otherwise: Some(steps), .. }) = step {
                let address = format!("{address}.otherwise.");
                let taken = if sent { Vec::new() } else { addressed(steps, &address, *visit) };
                self.runs[n].ahead.splice(0..1, taken);
                self.walk(n, now, out);
            }
        }
    }

    fn fact(&mut self, n: usize, happens: &Happens, now: Timestamp, out: &mut Vec<String>) {
        if self.is_gone(n) {
            return self.end(n, EndReason::VersionGone, out);
        }
        if !self.runs[n].goal_reached && self.is_goal(n, happens, now) {
            self.goal(n, happens, out);
            if self.runs[n].journey.goal.as_ref().unwrap().ends {
                return self.end(n, EndReason::Goal, out);
            }
        }
        if self.exits(n, now) {
            return self.end(n, EndReason::Exited, out);
        }
        if is_late(&self.runs[n].journey, happens) {
            return;
        }
        let run = &self.runs[n];
        let Step::WaitUntil { until, .. } = &run.ahead[0].1 else { return };
        let time = match happens {
            Happens::Event(event) => event.time.min(now),
            _ => now,
        };
        let any = match until {
            Until::Any(any) => any.as_slice(),
            one => std::slice::from_ref(one),
        };
        let came = any.iter().any(|it| match (it, happens) {
            (Until::Event { name, when }, Happens::Event(event)) => {
                event.name() == name && is_about(run, event) && self.all_hold(when, now)
            }
            (Until::Entered { audience }, Happens::Entered(name))
            | (Until::Left { audience }, Happens::Left(name)) => audience == name,
            _ => false,
        });
        let came = came && time < run.wake;
        if came {
            self.pass(n, now, out);
        }
    }

    fn late_goals(&mut self, happens: &Happens, now: Timestamp, out: &mut Vec<String>) {
        let mut finished: Vec<usize> = (0..self.runs.len())
            .filter(|n| self.runs[*n].ended.is_some() && !self.runs[*n].goal_reached)
            .collect();
        finished.sort_by_key(|n| self.runs[*n].ended);
        for n in finished {
            let run = &self.runs[n];
            let Some(within) = run.journey.goal.as_ref().and_then(|it| it.within) else { continue };
            let newer = self.runs[n + 1..].iter().any(|it| is_same(it, run));
            let in_time = now < run.since.plus(within).plus(run.journey.late) && !run.too_late;
            if !newer && in_time && !self.is_gone(n) && self.is_goal(n, happens, now) {
                self.goal(n, happens, out);
            }
        }
    }

    fn starts(&mut self, happens: &Happens, now: Timestamp, out: &mut Vec<String>) {
        for journey in self.open() {
            let triggered = match (&journey.trigger, happens) {
                (Trigger::Event { name, when }, Happens::Event(event)) => {
                    event.name() == name && self.all_hold(when, now)
                }
                (Trigger::Conversation { kind, when }, Happens::Event(event)) => {
                    let names = [("reply", "Email Replied"), ("complaint", "Email Complained")];
                    names.iter().any(|(word, name)| {
                        event.name() == *name && kind.is_none_or(|it| it.name() == *word)
                    }) && self.all_hold(when, now)
                }
                (Trigger::Called, Happens::Called(name, _)) => journey.name.as_str() == name,
                (Trigger::Entered { audience }, Happens::Entered(name)) => audience == name,
                (Trigger::Left { audience }, Happens::Left(name)) => audience == name,
                _ => false,
            };
            if triggered {
                self.try_begin(journey, happens, now, out);
            }
        }
    }

    fn try_begin(
        &mut self,
        journey: Journey,
        happens: &Happens,
        now: Timestamp,
        out: &mut Vec<String>,
    ) {
        match self.refusal(&journey, happens, now) {
            Some(why) => out.push(format!("no {}: {why}", journey.name)),
            None => self.begin(journey, happens, now, out),
        }
    }

    fn refusal(&self, journey: &Journey, happens: &Happens, now: Timestamp) -> Option<&str> {
        let key = key_of(journey, &self.eyes.properties);
        if is_late(journey, happens) {
            return Some("late");
        }
        if journey.key.is_some() && key.is_none() {
            return Some("no_key");
        }
        let before: Vec<&Walk> = self
            .runs
            .iter()
            .filter(|it| it.journey.name == journey.name && it.key == key)
            .collect();
        if before.iter().any(|it| it.ended.is_none()) {
            return Some("already_active");
        }
        if let Some(last) = before.iter().rfind(|it| !it.forgotten) {
            let allowed = match journey.reentry {
                Reentry::Never => false,
                Reentry::Always => true,
                Reentry::After(span) => span <= now - last.started,
            };
            if !allowed {
                return Some("reentry");
            }
        }
        if let Some(Entries { at_most, per }) = journey.entries {
            let of_it = self.runs.iter().filter(|it| it.journey.name == journey.name && it.counted);
            if at_most as usize <= of_it.filter(|it| now - per < it.started).count() {
                return Some("entry_cap");
            }
        }
        journey.exit.iter().any(|it| self.holds(it, now)).then_some("exit_holds")
    }

    fn begin(
        &mut self,
        journey: Journey,
        happens: &Happens,
        now: Timestamp,
        out: &mut Vec<String>,
    ) {
        let key = key_of(&journey, &self.eyes.properties);
        let id = RunId(self.runs.len() as u64 + 1);
        let (since, vars) = match happens {
            Happens::Event(event) | Happens::Called(_, event) => {
                (event.time.min(now), event.properties.clone())
            }
            Happens::Entered(_) | Happens::Left(_) | Happens::Became(..) | Happens::Tick => {
                (now, Map::new())
            }
        };
        out.push(show(&Command::Started {
            run: id,
            journey: journey.name.clone(),
            version: journey.version,
            key: key.clone(),
        }));
        let ahead = addressed(&journey.steps, "", 1);
        if let Reentry::After(span) = journey.reentry {
            for run in self.runs.iter_mut().filter(|it| it.journey.name == journey.name) {
                run.forgotten |= run.key.is_some() && run.started.plus(span) <= now;
            }
        }
        self.runs.push(Walk {
            id,
            forgotten: key.is_some() && journey.reentry == Reentry::Always,
            too_late: false,
            counted: journey.entries.is_some(),
            rounds: BTreeMap::new(),
            journey,
            key,
            started: now,
            since,
            vars,
            ahead,
            wake: now,
            goal_reached: false,
            ended: None,
        });
        self.walk(self.runs.len() - 1, now, out);
    }

    fn pass(&mut self, n: usize, now: Timestamp, out: &mut Vec<String>) {
        self.runs[n].ahead.remove(0);
        self.walk(n, now, out);
    }

    /// Takes steps until one has to be waited for.
    fn walk(&mut self, n: usize, now: Timestamp, out: &mut Vec<String>) {
        while let Some((address, step, visit)) = self.runs[n].ahead.first().cloned() {
            let run = &self.runs[n];
            let (id, journey) = (run.id, run.journey.name.clone());
            let mut taken = Vec::new();
            out.push(format!("{id} is at {address}"));
            match step {
                Step::Wait(span) => return self.runs[n].wake = now + span,
                Step::WaitUntil { until, .. } if self.is_so(&until) => {}
                Step::WaitUntil { timeout, .. } => return self.runs[n].wake = now + timeout,
                Step::WaitForWindow(window) => {
                    let opening = super::windows::first_minute(&window, now, self.zone.as_deref());
                    if now < opening {
                        return self.runs[n].wake = opening;
                    }
                }
                Step::Branch(arms) => {
                    let event = std::mem::replace(&mut self.eyes.properties, run.vars.clone());
                    for (place, arm) in arms.iter().enumerate() {
                        if self.all_hold(&arm.when, now) {
                            taken = addressed(&arm.steps, &format!("{address}.{place}."), visit);
                            break;
                        }
                    }
                    self.eyes.properties = event;
                }
                Step::Split(arms) | Step::Experiment(Experiment { arms, .. }) => {
                    let known = self.arms.get(&(journey.clone(), address.clone()));
                    let arm = arms.iter().find(|it| Some(&it.name) == known).unwrap_or_else(|| {
                        let weights: Vec<f64> = arms.iter().map(|it| it.weight).collect();
                        let person = PersonId(1).0.to_le_bytes();
                        let name = journey.as_str().as_bytes();
                        let draw = KEY.draw(&[b"split", name, address.as_bytes(), &person]);
                        &arms[draw.pick(&weights).unwrap()]
                    });
                    self.arms.insert((journey.clone(), address.clone()), arm.name.clone());
                    taken = addressed(&arm.steps, &format!("{address}.{}.", arm.name), visit);
                    out.push(format!("{id} takes {} at {address}", arm.name));
                }
                Step::Message(message) => {
                    out.push(show(&Command::Candidate(Ask {
                        run: id,
                        key: format!("journey/{journey}/{id}/{address}/{visit}"),
                        journey,
                        version: run.journey.version,
                        step: address,
                        content: message.content,
                        pinned: false,
                        channels: message.channels,
                        expires: message.expires,
                        value: message.value,
                        class: message.class,
                        vars: run.vars.clone(),
                    })));
                    if message.otherwise.is_some() {
                        return self.runs[n].wake = now + message.expires + Span::DAY;
                    }
                }
                Step::Repeat(it) => taken = self.round(n, address, it, visit, now),
                Step::SetTrait { .. }
                | Step::Tag(_)
                | Step::Webhook(_)
                | Step::Task(_)
                | Step::TellSales(_) => self.do_it(n, &address, step, visit, now, out),
                Step::End => return self.end(n, EndReason::Completed, out),
            }
            self.runs[n].ahead.splice(0..1, taken);
        }
        self.end(n, EndReason::Completed, out);
    }

    /// What a step does that is neither a wait, a way nor a message.
    fn do_it(
        &mut self,
        n: usize,
        address: &str,
        step: Step,
        visit: u32,
        now: Timestamp,
        out: &mut Vec<String>,
    ) {
        let run = &self.runs[n];
        let (id, journey) = (run.id, run.journey.name.clone());
        match step {
            Step::SetTrait { name, value } => {
                out.push(format!("{id} sets {name}={value}"));
                self.eyes.traits.insert(name, value);
            }
            Step::Tag(tags) => {
                let mut now: Vec<String> = match self.eyes.traits.get("tags") {
                    Some(Value::List(all)) => all.iter().map(Value::to_string).collect(),
                    _ => Vec::new(),
                };
                now.retain(|it| !tags.remove.contains(it));
                let new = tags.add.into_iter().filter(|it| !now.contains(it));
                let new: Vec<String> = new.collect();
                now.extend(new);
                let value = Value::List(now.into_iter().map(Value::from).collect());
                out.push(format!("{id} sets tags={value}"));
                self.eyes.traits.insert("tags".to_owned(), value);
            }
            Step::Webhook(it) => {
                let key = format!("journey/{journey}/{id}/{address}/{visit}");
                let data = it.data.iter().map(|(name, datum)| match datum {
                    Datum::Value(value) => format!(" {name}={value}"),
                    Datum::Trait(path) => show_value(name, self.eyes.traits.get(path)),
                    Datum::Property(path) => show_value(name, run.vars.get(path)),
                });
                let data: String = data.collect();
                out.push(format!("{id} calls {}{data} as {key}", it.url));
            }
            Step::Task(it) => {
                let due = it.due.map(|due| format!(" by {}", now + due - START));
                let (due, to) = (due.unwrap_or_default(), it.to);
                let id = format!("{id}.{address}.{visit}");
                out.push(format!("task `{}` for {to}{due} as {id}", it.title));
            }
            Step::TellSales(it) => match (self.eyes.traits.get(&it.owner), it.otherwise) {
                (Some(Value::Text(to)), _) => {
                    let id = format!("{id}.{address}.{visit}");
                    out.push(format!("lead `{}` for {to} as {id}", it.note));
                }
                (_, to) if !to.is_empty() => {
                    let id = format!("{id}.{address}.{visit}");
                    out.push(format!("lead `{}` for {to} as {id}", it.note));
                }
                _ => out.push(format!("{id} fails at {address}: nobody_to_tell")),
            },
            other => panic!("{other:?} is no step that does something"),
        }
    }

    /// The steps of another round, if there is one.
    fn round(
        &mut self,
        n: usize,
        address: String,
        it: Repeat,
        visit: u32,
        now: Timestamp,
    ) -> Vec<(String, Step, u32)> {
        let vars = self.runs[n].vars.clone();
        let event = std::mem::replace(&mut self.eyes.properties, vars);
        let holds = self.all_hold(&it.condition, now);
        self.eyes.properties = event;
        let (round, all) = self.runs[n].rounds.entry(address.clone()).or_default();
        if !holds || it.times <= *round {
            *round = 0;
            return Vec::new();
        }
        (*round, *all) = (*round + 1, *all + 1);
        let mut taken = addressed(&it.steps, &format!("{address}.round."), *all);
        taken.push((address, Step::Repeat(it), visit));
        taken
    }

    fn is_so(&self, until: &Until) -> bool {
        match until {
            Until::Event { .. } => false,
            Until::Entered { audience } => self.eyes.audiences.contains(audience),
            Until::Left { audience } => !self.eyes.audiences.contains(audience),
            Until::Any(any) => any.iter().any(|it| self.is_so(it)),
        }
    }

    fn end(&mut self, n: usize, why: EndReason, out: &mut Vec<String>) {
        self.finished += 1;
        self.runs[n].ended = Some(self.finished);
        out.push(format!("{} ends: {}", self.runs[n].id, why.code()));
    }

    fn is_gone(&self, n: usize) -> bool {
        let journey = &self.runs[n].journey;
        !self.journeys.contains_key(&(journey.name.clone(), journey.version))
    }

    fn is_goal(&self, n: usize, happens: &Happens, now: Timestamp) -> bool {
        let run = &self.runs[n];
        let (Happens::Event(event), Some(goal)) = (happens, &run.journey.goal) else {
            return false;
        };
        let after: Span = event.time.min(now) - run.since;
        event.name() == goal.event
            && Span::ZERO <= after
            && goal.within.is_none_or(|it| after < it)
            && is_about(run, event)
            && self.all_hold(&goal.when, now)
    }

    fn goal(&mut self, n: usize, happens: &Happens, out: &mut Vec<String>) {
        self.runs[n].goal_reached = true;
        let run = &self.runs[n];
        let path = run.journey.goal.as_ref().and_then(|it| it.value.as_ref());
        let value = match (happens, path) {
            (Happens::Event(event), Some(path)) => {
                event.properties.get(path).and_then(Value::as_number)
            }
            _ => None,
        };
        let (run, journey) = (run.id, run.journey.name.clone());
        out.push(show(&Command::Goal { run, journey, value }));
    }

    fn exits(&self, n: usize, now: Timestamp) -> bool {
        self.runs[n].journey.exit.iter().any(|it| self.holds(it, now))
    }

    fn all_hold(&self, when: &Option<Expr>, now: Timestamp) -> bool {
        when.iter().all(|it| self.holds(it, now))
    }

    fn holds(&self, expr: &Expr, now: Timestamp) -> bool {
        evaluate(expr, &self.eyes, now).holds
    }
}

impl Lookup for Eyes {
    fn trait_value(&self, name: &str) -> Option<Value> {
        self.traits.get(name).cloned()
    }

    fn property(&self, path: &str) -> Option<Value> {
        self.properties.get(path).cloned()
    }

    fn counter(&self, _: &CounterSpec, _: Timestamp) -> Reading {
        Reading::default()
    }

    fn times(&self, _: &CounterSpec) -> Cow<'_, [Timestamp]> {
        Cow::Borrowed(&[])
    }

    fn consent(&self, _: Channel, _: &str, _: Timestamp) -> Truth {
        Truth::lasting(false)
    }

    fn in_audience(&self, name: &str) -> bool {
        self.audiences.contains(name)
    }
}

fn addressed(steps: &[Node], prefix: &str, visit: u32) -> Vec<(String, Step, u32)> {
    let mut found = Vec::new();
    for (place, node) in steps.iter().enumerate() {
        let address = node.id.clone().unwrap_or(format!("{prefix}{place}"));
        found.push((address, node.step.clone(), visit));
    }
    found
}

fn show_value(name: &str, value: Option<&Value>) -> String {
    format!(" {name}={}", value.unwrap_or(&Value::Null))
}

fn is_late(journey: &Journey, happens: &Happens) -> bool {
    match happens {
        Happens::Event(event) | Happens::Called(_, event) => {
            event.flags.historical || event.time + journey.late < event.received
        }
        Happens::Entered(_) | Happens::Left(_) | Happens::Became(..) | Happens::Tick => false,
    }
}

fn key_of(journey: &Journey, properties: &Map) -> Option<String> {
    properties.get(journey.key.as_ref()?).map(Value::to_string)
}

fn is_about(run: &Walk, event: &Event) -> bool {
    let key = key_of(&run.journey, &event.properties);
    run.journey.key.is_none() || key.is_none() || key == run.key
}

fn is_same(one: &Walk, other: &Walk) -> bool {
    one.journey.name == other.journey.name && one.key == other.key
}
