//! A programme and a script, played through the real engine in virtual time: what is sent to whom and
//! when, and what is not and why. Every channel is a pretended one that takes everything.

mod script;

pub use script::{Doing, Moment, Script};

use crate::way::Way;
use content::LinkKey;
use engine::{
    Clock, Dispatch, Draft, Engine, EngineError, EngineSettings, Fate, JourneyCounts, Keys, Parts,
};
use engine::{Status, run_until_quiet};
use model::{
    ChanceKey, Channel, ChannelSet, Event, EventFlags, EventKind, IdentifierKind, JourneyName,
    LedgerState, Map, Message, MessageId, Origin, Problem, Reply, SourceId, Span, Timestamp,
};
use port::{FactLog, Ledger, MemoryLog, MemoryStore, Payload, People};
use record::{Control, Fact, LogRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What became of everything that the programme wanted to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Played {
    /// By the time of the last word on each.
    pub decisions: Vec<Decided>,
    pub journeys: Vec<JourneyCount>,
    /// How many are in each audience at the end.
    pub audiences: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decided {
    pub at: String,
    /// As the script calls them.
    pub person: String,
    /// The word of the ledger: `sent`, `suppressed`, `dropped` and so on.
    pub became: &'static str,
    pub content: String,
    /// `journey/welcome` or `broadcast/spring`.
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<&'static str>,
    /// The reason and its numbers; empty for what was sent.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The subject of a mail, or what a short message says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JourneyCount {
    pub name: String,
    pub started: u64,
    pub ended: u64,
    pub goals: u64,
    pub messages: u64,
}

#[derive(Debug)]
pub enum ScenarioError {
    /// The programme cannot run.
    Programme(Vec<Problem>),
    Engine(EngineError),
    /// The engine asks to be woken at a moment that has come, again and again.
    NoRest(Timestamp),
}

impl From<EngineError> for ScenarioError {
    fn from(error: EngineError) -> ScenarioError {
        ScenarioError::Engine(error)
    }
}

impl std::fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ScenarioError::Programme(problems) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            ScenarioError::Engine(error) => write!(f, "{error}"),
            ScenarioError::NoRest(at) => write!(f, "the programme never comes to rest at {at}"),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// Chance is the same in each play; what it decides is then part of what is expected.
const KEYS: Keys = Keys { chance: ChanceKey([7; 32]), link: LinkKey([7; 32]) };

/// How many messages each pretended channel takes at once.
const ROOM: usize = 256;

/// Plays the script to its end, or to `until`.
pub fn play_scenario(
    files: &BTreeMap<String, String>,
    script: &Script,
    until: Option<Timestamp>,
) -> Result<Played, ScenarioError> {
    let mut stage = Stage::with(files, script.begins())?;
    let end = until.unwrap_or(script.ends());
    for (n, moment) in script.moments.iter().enumerate() {
        if end < moment.at {
            break;
        }
        stage.live_until(moment.at)?;
        match &moment.doing {
            Doing::Said { person, kind, properties } => {
                let event = event(n, moment.at, person, kind, properties);
                stage.append(LogRecord::Fact(Fact::of(event)));
            }
            Doing::Broadcast { name, action } => {
                stage.append(LogRecord::Control(Control::Broadcast {
                    name: name.clone(),
                    action: *action,
                    by: "the script".to_owned(),
                }))
            }
            Doing::End => {}
        }
        stage.quiet()?;
    }
    stage.live_until(end)?;
    stage.played()
}

impl Script {
    /// What people did, as facts.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        self.moments.iter().enumerate().filter_map(|(n, it)| match &it.doing {
            Doing::Said { person, kind, properties } => {
                Some(Fact::of(event(n, it.at, person, kind, properties)))
            }
            Doing::Broadcast { .. } | Doing::End => None,
        })
    }
}

fn event(n: usize, at: Timestamp, person: &str, kind: &EventKind, properties: &Map) -> Event {
    Event {
        source: SourceId::from("script"),
        message_id: Some(format!("line-{n}")),
        kind: kind.clone(),
        user_id: Some(person.to_owned()),
        anonymous_id: None,
        properties: properties.clone(),
        context: Map::new(),
        time: at,
        received: at,
        flags: EventFlags::default(),
    }
}

/// An engine over memory with a clock that stands where it is put.
pub(crate) struct Stage {
    engine: Engine,
    pub store: MemoryStore,
    log: Arc<MemoryLog>,
    takers: Takers,
    pub(crate) now: Timestamp,
    /// What happens to the one person who is followed.
    pub way: Option<Way>,
}

impl Stage {
    fn open(now: Timestamp) -> Result<Stage, ScenarioError> {
        let (store, log) = (MemoryStore::new(), Arc::new(MemoryLog::new()));
        let settings = EngineSettings {
            // Between two moments nobody is away, however far they lie apart.
            heartbeat: Span::days(1),
            away_max: Span::days(100_000),
            ..EngineSettings::default()
        };
        let engine = Engine::open(Parts {
            store: Box::new(store.clone()),
            log: log.clone(),
            keys: KEYS,
            settings,
            providers: ChannelSet::all(),
        })?;
        Ok(Stage { engine, store, log, takers: Takers::default(), now, way: None })
    }

    /// With a programme that runs from the beginning.
    pub fn with(files: &BTreeMap<String, String>, now: Timestamp) -> Result<Stage, ScenarioError> {
        record::programme::parse(files)
            .and_then(|it| it.definitions())
            .map_err(ScenarioError::Programme)?;
        let mut stage = Stage::open(now)?;
        let by = "the script".to_owned();
        let apply = Control::Apply { files: files.clone(), by, after: None };
        stage.append(LogRecord::Control(apply));
        stage.quiet()?;
        Ok(stage)
    }

    pub fn append(&mut self, record: LogRecord) {
        self.log.append(vec![record.encode()], Box::new(|_| {}));
    }

    pub fn quiet(&mut self) -> Result<Option<Timestamp>, ScenarioError> {
        let mut clock = Still(self.now);
        let wake = run_until_quiet(&mut self.engine, &mut clock, &mut self.takers)?;
        if let Some(mut way) = self.way.take() {
            way.look(self)?;
            self.way = Some(way);
        }
        Ok(wake)
    }

    /// The counts of each journey's steps.
    pub fn steps(&self) -> impl Iterator<Item = (&JourneyName, &JourneyCounts)> {
        self.engine
            .loaded()
            .journeys
            .names()
            .filter_map(|it| Some((it, self.engine.steps().of(it)?)))
    }

    /// Of the steps of a journey, in the order of its file.
    pub fn addresses(&self, name: &JourneyName) -> Vec<String> {
        let journey = self.engine.loaded().journeys.latest(name);
        journey.map(|it| it.addressed().into_iter().map(|it| it.0).collect()).unwrap_or_default()
    }

    pub fn status(&self) -> Status {
        self.engine.status()
    }

    /// What a channel was given of a message.
    pub fn taken(&self, message: MessageId) -> Option<&(Channel, String)> {
        self.takers.taken.get(&message)
    }

    pub fn live_until(&mut self, until: Timestamp) -> Result<(), ScenarioError> {
        while let Some(wake) = self.quiet()?.filter(|it| *it <= until) {
            if wake <= self.now {
                return Err(ScenarioError::NoRest(self.now));
            }
            self.now = wake;
        }
        self.now = self.now.max(until);
        Ok(())
    }

    pub fn played(mut self) -> Result<Played, ScenarioError> {
        self.quiet()?;
        let status = self.engine.status();
        let mut decisions = Vec::new();
        for id in (1..).map(MessageId) {
            let Some(message) = self.store.message(id).map_err(EngineError::from)? else { break };
            decisions.push((last_word(&message), self.decided(&message)?));
        }
        decisions.sort_by_key(|it| it.0);
        let journeys = status.tallies.journeys.iter().map(|(name, it)| JourneyCount {
            name: name.to_string(),
            started: it.started,
            ended: it.ended,
            goals: it.goals,
            messages: it.messages,
        });
        let audiences = status.tallies.audiences.iter();
        Ok(Played {
            decisions: decisions.into_iter().map(|it| it.1).collect(),
            journeys: journeys.collect(),
            audiences: audiences.map(|(name, n)| (name.clone(), n.unsigned_abs())).collect(),
        })
    }

    fn decided(&self, message: &Message) -> Result<Decided, ScenarioError> {
        let person = self.store.load(&[message.person]).map_err(EngineError::from)?.pop();
        let known = person.iter().flat_map(|it| it.known.identifiers.keys());
        let mut names = known.filter(|it| it.kind == IdentifierKind::UserId);
        let name = names.next().map_or(message.person.to_string(), |it| it.value.clone());
        let by = match &message.origin {
            Origin::Journey { journey, .. } => format!("journey/{journey}"),
            Origin::Broadcast { campaign } => format!("broadcast/{campaign}"),
            Origin::Api => "api".to_owned(),
            Origin::Request { .. } => "request".to_owned(),
        };
        let state = message.ledger_state();
        let taken = self.takers.taken.get(&message.id);
        let why = match (state, message.trail.last()) {
            (LedgerState::Sent, _) | (_, None) => String::new(),
            (_, Some(last)) if last.detail.is_empty() => last.reason.to_string(),
            (_, Some(last)) => format!("{}: {}", last.reason, last.detail),
        };
        Ok(Decided {
            at: last_word(message).0.to_string(),
            person: name,
            became: state.name(),
            content: message.content.to_string(),
            by,
            channel: taken.map(|it| it.0.name()),
            why,
            text: taken.map(|it| it.1.clone()).unwrap_or_default(),
        })
    }
}

fn last_word(message: &Message) -> (Timestamp, MessageId) {
    (message.trail.last().map_or(message.created, |it| it.at), message.id)
}

/// Stands still while the engine works.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&mut self) -> Timestamp {
        self.0
    }

    fn wait(&mut self, _engine: &mut Engine, _until: Option<Timestamp>) -> bool {
        false
    }

    fn failed(&mut self, _error: &EngineError) -> bool {
        false
    }
}

/// Takes every message, and keeps what it said.
#[derive(Default)]
struct Takers {
    taken: BTreeMap<MessageId, (Channel, String)>,
    answers: Vec<(MessageId, Fate)>,
}

impl Dispatch for Takers {
    fn room(&self) -> BTreeMap<Channel, usize> {
        Channel::ALL.iter().map(|it| (*it, ROOM)).collect()
    }

    fn submit(&mut self, drafts: Vec<Draft>) {
        for draft in drafts {
            let message = draft.message;
            let fate = draft.send(|it| {
                let text = match &it.payload {
                    Payload::Email { subject, .. } => subject.clone(),
                    Payload::Short { title, body, .. } => format!("{title}: {body}"),
                };
                self.taken.insert(message, (it.channel, text));
                Reply::Accepted { provider_id: message.to_string() }
            });
            self.answers.push((message, fate));
        }
    }

    fn answers(&mut self) -> Vec<(MessageId, Fate)> {
        std::mem::take(&mut self.answers)
    }
}

impl Played {
    /// One line for each decision, then the journeys and audiences.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let width = |of: fn(&Decided) -> usize| self.decisions.iter().map(of).max().unwrap_or(0);
        let (person, became) = (width(|it| it.person.len()), width(|it| it.became.len()));
        let (by, content) = (width(|it| it.by.len()), width(|it| it.content.len()));
        for it in &self.decisions {
            let rest = match it.channel {
                Some(channel) if it.why.is_empty() => format!("{channel} \"{}\"", it.text),
                Some(_) | None => it.why.clone(),
            };
            let line = format!(
                "{}  {:person$}  {:became$}  {:content$}  {:by$}  {rest}",
                it.at, it.person, it.became, it.content, it.by,
            );
            out.push_str(line.trim_end());
            out.push('\n');
        }
        if self.decisions.is_empty() {
            out.push_str("nothing was asked for\n");
        }
        out.push('\n');
        for it in &self.journeys {
            out.push_str(&format!(
                "journey {}: {} started, {} ended, {} reached the goal, {} messages asked for\n",
                it.name, it.started, it.ended, it.goals, it.messages
            ));
        }
        for (name, people) in &self.audiences {
            out.push_str(&format!("audience {name}: {people}\n"));
        }
        out
    }
}
