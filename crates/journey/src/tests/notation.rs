//! The notation of the tests: scripts as lines `TIME INPUT`, played against journeys.

use super::written::parse_journeys;
pub use super::written::read_journeys;
use crate::*;
use expr::{CounterSpec, Lookup, Reading, Truth};
use model::{
    ChanceKey, Channel, Event, EventFlags, EventKind, JourneyName, Map, PersonId, RunId, SourceId,
    Span, Timestamp, Value,
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
    Called(String, Event),
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
            Happens::Called(journey, event) => Input::Called { journey, event },
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

    pub fn replan(&mut self, now: Timestamp) {
        let mut runs = std::mem::take(&mut self.runs);
        let world = World {
            lookup: self,
            now,
            chance: &KEY,
            person: self.person,
            zone: self.zone.as_deref(),
            default_zone: "UTC",
            historical: false,
            identifier: None,
        };
        runs.replan(&self.journeys, &world);
        self.runs = runs;
    }

    /// What the rest of the engine does before it asks the runs.
    fn see(&mut self, happens: &Happens) {
        self.event = None;
        match happens {
            Happens::Event(event) | Happens::Called(_, event) => self.event = Some(event.clone()),
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
/// `call JOURNEY key=value`, `sent KEY` or `unsent KEY` of a message, `tick`, and orders to the test itself: `trait name=value`, `zone NAME`, `publish` with journeys
/// after it in the notation (`|` for a line break), `replan`, `member NAME` and `nonmember NAME`, `remove NAME VERSION`, `close NAME`.
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
            "call" => {
                Happens::Called(rest.split(' ').next().unwrap().to_owned(), read_event(rest, now))
            }
            "sent" => Happens::Became(rest.to_owned(), true),
            "unsent" => Happens::Became(rest.to_owned(), false),
            "tick" => Happens::Tick,
            "replan" => {
                player.replan(now);
                continue;
            }
            _ => {
                do_order(player, word, rest);
                continue;
            }
        };
        let commands = player.feed(&happens, now);
        for command in commands.iter().filter(|it| !matches!(it, Command::Reached { .. })) {
            out.push_str(&format!("{time} {}\n", show(command)));
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
        "member" => drop(player.audiences.insert(rest.to_owned())),
        "nonmember" => drop(player.audiences.remove(rest)),
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
        Command::Reached { run, step, .. } => format!("{run} is at {step}"),
        Command::Webhook(hook) => {
            let data: Vec<String> = hook.data.iter().map(|(k, v)| format!(" {k}={v}")).collect();
            format!("{} calls {}{} as {}", hook.run, hook.url, data.concat(), hook.key)
        }
        Command::Task(it) => {
            let text = [it.title.as_str(), &it.note].concat();
            let due = it.due.map(|due| format!(" by {}", due - START)).unwrap_or_default();
            format!("{} `{text}` for {}{due} as {}", it.kind.name(), it.to, it.id)
        }
        Command::StepFailed { run, step, why, .. } => {
            format!("{run} fails at {step}: {}", why.code())
        }
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
