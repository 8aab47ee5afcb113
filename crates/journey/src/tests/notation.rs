//! The notation of the tests: journeys by indentation, scripts as lines `TIME INPUT`.

use crate::*;
use expr::{CounterSpec, Lookup, Reading, Truth};
use model::{
    ChanceKey, Channel, ContentName, Event, EventFlags, EventKind, JourneyName, Map, PersonId,
    RunId, SourceId, Span, Timestamp, Value,
};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// 2026-11-22T00:00:00Z, a Sunday: time 0 of all scripts.
pub const START: Timestamp = Timestamp(1_795_305_600_000);

pub const KEY: ChanceKey = ChanceKey([7; 32]);

/// One person in a small world: what a condition may look at, and all that came out.
#[derive(Clone)]
pub struct Player {
    pub journeys: Journeys,
    pub runs: Runs,
    pub person: PersonId,
    pub zone: Option<String>,
    pub traits: Map,
    pub audiences: BTreeSet<String>,
    pub event: Option<Event>,
    pub last_run: u64,
    /// What is fed comes from an import.
    pub historical: bool,
    /// Serialises and reads back the runs after each input.
    pub restarts: bool,
}

/// An input that owns its parts.
#[derive(Clone, Debug)]
pub enum Happens {
    Event(Event),
    Entered(String),
    Left(String),
    Became(String, bool),
    Tick,
}

impl Player {
    pub fn new(journeys: Journeys) -> Player {
        Player {
            journeys,
            runs: Runs::default(),
            person: PersonId(1),
            zone: None,
            traits: Map::new(),
            audiences: BTreeSet::new(),
            event: None,
            last_run: 0,
            historical: false,
            restarts: true,
        }
    }

    pub fn feed(&mut self, happens: &Happens, now: Timestamp) -> Vec<Command> {
        let input = match happens {
            Happens::Event(event) => Input::Event(event),
            Happens::Entered(audience) => Input::Entered(audience),
            Happens::Left(audience) => Input::Left(audience),
            Happens::Became(key, sent) => Input::Became { key, sent: *sent },
            Happens::Tick => Input::Tick,
        };
        self.see(happens);
        let mut runs = std::mem::take(&mut self.runs);
        let mut last_run = self.last_run;
        let world = World {
            lookup: self,
            now,
            chance: &KEY,
            person: self.person,
            zone: self.zone.as_deref(),
            default_zone: "UTC",
            historical: self.historical,
            identifier: None,
        };
        let commands = runs.handle(input, &self.journeys, &world, &mut || {
            last_run += 1;
            RunId(last_run)
        });
        (self.runs, self.last_run) = (runs, last_run);
        for command in &commands {
            if let Command::SetTrait { name, value, .. } = command {
                self.traits.insert(name.clone(), value.clone());
            }
        }
        if self.restarts {
            let stored = serde_json::to_string(&self.runs).unwrap();
            let read: Runs = serde_json::from_str(&stored).unwrap();
            assert_eq!(read, self.runs, "a restart changes the runs: {stored}");
            self.runs = read;
        }
        commands
    }

    /// What the rest of the engine does before it asks the runs.
    fn see(&mut self, happens: &Happens) {
        self.event = None;
        match happens {
            Happens::Event(event) => self.event = Some(event.clone()),
            Happens::Entered(audience) => {
                self.audiences.insert(audience.clone());
            }
            Happens::Left(audience) => {
                self.audiences.remove(audience);
            }
            Happens::Became(..) | Happens::Tick => {}
        }
    }
}

impl Lookup for Player {
    fn trait_value(&self, name: &str) -> Option<Value> {
        self.traits.get(name).cloned()
    }

    fn property(&self, path: &str) -> Option<Value> {
        Value::at(&self.event.as_ref()?.properties, path).cloned()
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

/// Plays a script against journeys and compares what came out, line by line.
pub fn check(journeys: &str, script: &str, expected: &str) {
    let mut player = Player::new(read_journeys(journeys));
    let trim = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    let out = play(&mut player, script);
    assert_eq!(trim(&out), trim(expected), "for script\n{script}");
}

/// Lines are `TIME INPUT`: `event NAME key=value ago=1h historical`, `entered NAME`, `left NAME`,
/// `sent KEY` or `unsent KEY` of a message, `tick`, and orders to the test itself: `trait name=value`, `zone NAME`, `publish` with journeys
/// after it in the notation (`|` for a line break), `remove NAME VERSION`, `close NAME`.
pub fn play(player: &mut Player, script: &str) -> String {
    let mut out = String::new();
    for line in script.split([';', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
        let (time, order) = line.split_once(' ').expect("a line has a time and an input");
        let now = START.plus(if time == "0" { Span::ZERO } else { Span::parse(time).unwrap() });
        let (word, rest) = order.split_once(' ').unwrap_or((order, ""));
        let happens = match word {
            "event" => Happens::Event(read_event(rest, now)),
            "entered" => Happens::Entered(rest.to_owned()),
            "left" => Happens::Left(rest.to_owned()),
            "sent" => Happens::Became(rest.to_owned(), true),
            "unsent" => Happens::Became(rest.to_owned(), false),
            "tick" => Happens::Tick,
            _ => {
                do_order(player, word, rest);
                continue;
            }
        };
        for command in player.feed(&happens, now) {
            out.push_str(&format!("{time} {}\n", show(&command)));
        }
    }
    out
}

fn do_order(player: &mut Player, word: &str, rest: &str) {
    match word {
        "trait" => {
            let (name, value) = rest.split_once('=').unwrap();
            player.traits.insert(name.to_owned(), read_value(value));
        }
        "zone" => player.zone = Some(rest.to_owned()),
        "publish" => {
            for journey in parse_journeys(&rest.replace('|', "\n")) {
                player.journeys.insert(journey).unwrap();
            }
        }
        "remove" => {
            let (name, version) = rest.split_once(' ').unwrap();
            player.journeys.remove(&JourneyName::from(name), version.parse().unwrap());
        }
        "close" => player.journeys.close(&JourneyName::from(rest)),
        _ => panic!("unknown order `{word}`"),
    }
}

pub fn show(command: &Command) -> String {
    match command {
        Command::Started { run, journey, version, key } => {
            let key = key.as_ref().map(|it| format!(" for {it}")).unwrap_or_default();
            format!("{run} starts {journey} v{version}{key}")
        }
        Command::NotStarted { journey, why, .. } => format!("no {journey}: {}", why.code()),
        Command::Candidate(ask) => {
            let channels: Vec<&str> = ask.channels.iter().map(|it| it.name()).collect();
            let vars: Vec<String> = ask.vars.iter().map(|(k, v)| format!(" {k}={v}")).collect();
            format!("{} by {}{} as {}", ask.content, channels.join("+"), vars.concat(), ask.key)
        }
        Command::SetTrait { run, name, value } => format!("{run} sets {name}={value}"),
        Command::Arm { run, step, arm, .. } => format!("{run} takes {arm} at {step}"),
        Command::Goal { run, value, .. } => {
            let value = value.map(|it| format!(" worth {it}")).unwrap_or_default();
            format!("{run} reaches its goal{value}")
        }
        Command::Ended { run, why, .. } => format!("{run} ends: {}", why.code()),
    }
}

pub fn event(name: &str, time: Timestamp, received: Timestamp, properties: Map) -> Event {
    Event {
        source: SourceId::from("shop"),
        message_id: None,
        kind: EventKind::Track { name: name.to_owned() },
        user_id: Some("u1".to_owned()),
        anonymous_id: None,
        properties,
        context: Map::new(),
        time,
        received,
        flags: EventFlags::default(),
    }
}

fn read_event(text: &str, now: Timestamp) -> Event {
    let mut words = text.split(' ');
    let mut event = event(words.next().unwrap(), now, now, Map::new());
    for word in words {
        match word.split_once('=') {
            Some(("ago", span)) => event.time = now.minus(Span::parse(span).unwrap()),
            Some((name, value)) => {
                event.properties.insert(name.to_owned(), read_value(value));
            }
            None if word == "historical" => event.flags.historical = true,
            None => panic!("`{word}` is no part of an event"),
        }
    }
    event
}

pub fn read_value(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => text.parse().map_or_else(|_| Value::from(text), Value::Number),
    }
}

pub fn read_journeys(text: &str) -> Journeys {
    let mut journeys = Journeys::new();
    for journey in parse_journeys(text) {
        journeys.insert(journey).unwrap_or_else(|it| panic!("{it:?} in\n{text}"));
    }
    journeys
}

/// A line with the lines that are indented below it.
struct Line<'a> {
    text: &'a str,
    below: Vec<Line<'a>>,
}

pub fn parse_journeys(text: &str) -> Vec<Journey> {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .filter(|it| !it.trim().is_empty())
        .map(|it| (it.len() - it.trim_start().len(), it.trim()))
        .collect();
    let (lines, rest) = nest(&lines, 0);
    assert!(rest.is_empty());
    lines.iter().map(read_journey).collect()
}

fn nest<'a, 'b>(
    mut lines: &'b [(usize, &'a str)],
    least: usize,
) -> (Vec<Line<'a>>, &'b [(usize, &'a str)]) {
    let mut found = Vec::new();
    while let Some((indent, text)) = lines.first()
        && least <= *indent
    {
        let (below, rest) = nest(&lines[1..], indent + 1);
        found.push(Line { text, below });
        lines = rest;
    }
    (found, lines)
}

fn read_journey(line: &Line) -> Journey {
    let (head, on) = line.text.split_once(" on ").expect("journey NAME VERSION on …");
    let mut head = head.split(' ').skip(1);
    let (name, version) = (head.next().unwrap(), head.next().unwrap_or("1"));
    let (on, when) = split_when(on);
    let trigger = match on.split_once(' ') {
        Some(("entered", audience)) => Trigger::Entered { audience: audience.to_owned() },
        Some(("left", audience)) => Trigger::Left { audience: audience.to_owned() },
        _ => Trigger::Event { name: on.to_owned(), when },
    };
    let mut journey = Journey {
        name: JourneyName::from(name),
        version: version.parse().unwrap(),
        owner: String::new(),
        trigger,
        key: None,
        reentry: Reentry::Never,
        goal: None,
        exit: Vec::new(),
        late: Journey::DEFAULT_LATE,
        steps: Vec::new(),
    };
    let settings = |it: &&Line| {
        let word = it.text.split(' ').next().unwrap();
        ["key", "reentry", "goal", "exit", "late"].contains(&word)
    };
    for it in line.below.iter().filter(settings) {
        read_setting(&mut journey, it.text);
    }
    let steps = line.below.iter().filter(|it| !settings(it));
    journey.steps = steps.map(read_step).collect();
    journey
}

fn read_setting(journey: &mut Journey, text: &str) {
    let (word, rest) = text.split_once(' ').unwrap();
    match word {
        "key" => journey.key = Some(rest.to_owned()),
        "late" => journey.late = Span::parse(rest).unwrap(),
        "exit" => journey.exit.push(expr::parse(rest).unwrap()),
        "reentry" => {
            journey.reentry = match rest {
                "never" => Reentry::Never,
                "always" => Reentry::Always,
                span => Reentry::After(Span::parse(span).unwrap()),
            }
        }
        "goal" => {
            let (rest, when) = split_when(rest);
            let mut words = rest.split(' ');
            let event = words.next().unwrap().to_owned();
            let mut goal = Goal { event, when, within: None, value: None, ends: true };
            while let Some(word) = words.next() {
                match word {
                    "stays" => goal.ends = false,
                    "value" => goal.value = words.next().map(str::to_owned),
                    "within" => goal.within = Some(Span::parse(words.next().unwrap()).unwrap()),
                    _ => panic!("`{word}` is no part of a goal"),
                }
            }
            journey.goal = Some(goal);
        }
        _ => panic!("unknown setting `{word}`"),
    }
}

fn split_when(text: &str) -> (&str, Option<expr::Expr>) {
    match text.split_once(" when ") {
        Some((before, when)) => (before, Some(expr::parse(when).unwrap())),
        None => (text, None),
    }
}

fn read_step(line: &Line) -> Node {
    let (id, text) = match line.text.strip_prefix('#') {
        Some(rest) => {
            let (id, text) = rest.split_once(' ').unwrap();
            (Some(id.to_owned()), text)
        }
        None => (None, line.text),
    };
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let step = match word {
        "wait" => Step::Wait(Span::parse(rest).unwrap()),
        "until" => read_until(rest),
        "window" => read_window(rest),
        "branch" => Step::Branch(line.below.iter().map(read_arm).collect()),
        "split" => Step::Split(line.below.iter().map(read_split_arm).collect()),
        "message" => read_message(rest, &line.below),
        "set" => {
            let (name, value) = rest.split_once('=').unwrap();
            Step::SetTrait { name: name.to_owned(), value: read_value(value) }
        }
        "end" => Step::End,
        _ => panic!("unknown step `{word}`"),
    };
    Node { id, step }
}

fn read_until(text: &str) -> Step {
    let (text, when) = split_when(text);
    let (text, on_timeout) = match text.strip_suffix(" end") {
        Some(text) => (text, OnTimeout::End),
        None => (text, OnTimeout::Continue),
    };
    let (what, timeout) = text.rsplit_once(' ').unwrap();
    let until = match what.split_once(' ') {
        Some(("entered", audience)) => Until::Entered { audience: audience.to_owned() },
        _ => Until::Event { name: what.to_owned(), when },
    };
    Step::WaitUntil { until, timeout: Span::parse(timeout).unwrap(), on_timeout }
}

pub fn read_window(text: &str) -> Step {
    let (times, days) = text.split_once(' ').unwrap_or((text, ""));
    let (from, to) = times.split_once('-').unwrap();
    let days = days.split(',').filter(|it| !it.is_empty());
    Step::WaitForWindow(Window {
        from: LocalTime::parse(from).unwrap(),
        to: LocalTime::parse(to).unwrap(),
        days: days.map(|it| Weekday::from_name(it).unwrap()).collect(),
    })
}

fn read_message(text: &str, below: &[Line]) -> Step {
    let (content, channels) = text.split_once(' ').unwrap_or((text, "email"));
    let channels = channels.split(',').filter(|it| !it.is_empty());
    Step::Message(MessageStep {
        content: ContentName::from(content),
        channels: channels.map(|it| Channel::from_name(it).unwrap()).collect(),
        expires: MessageStep::DEFAULT_EXPIRES,
        value: 1.0,
        class: None,
        otherwise: (!below.is_empty()).then(|| below.iter().map(read_step).collect()),
    })
}

fn read_arm(line: &Line) -> Arm {
    let when = line.text.strip_prefix("when ").map(|it| expr::parse(it).unwrap());
    assert!(when.is_some() || line.text == "otherwise", "`{}` is no arm", line.text);
    Arm { when, steps: line.below.iter().map(read_step).collect() }
}

fn read_split_arm(line: &Line) -> SplitArm {
    let (name, weight) = line.text.split_once(' ').unwrap();
    SplitArm {
        name: name.to_owned(),
        weight: weight.parse().unwrap(),
        steps: line.below.iter().map(read_step).collect(),
    }
}
