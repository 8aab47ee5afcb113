//! Plays a script against the real engine on the in-memory store and log.
//!
//! A programme is text: a line `== path` begins a file, and what is not given comes from [`BASE`]. A
//! line `==== 2` begins the second version of the programme, which `apply 2` makes the one that
//! runs. A script has one line per moment, `1.09:00 command ; command`, and the commands of a line
//! meet in one batch. The engine runs between the lines as it would on a real clock.

use super::times;
use super::wire::{Manner, Wire};
use crate::{Clock, Engine, EngineError, EngineSettings, Keys, Parts, Urgent, UrgentWork};
use content::LinkKey;
use decision::{ConsentState, HeldFrom, Statement, Suppression};
use model::{
    CampaignName, ChanceKey, Channel, ChannelSet, Event, EventFlags, EventKind, Identifier, Map,
    MessageId, Purpose, Reason, SourceId, Span, Timestamp, Topic, Value,
};
use port::{
    Catalog, Changes, Directory, FactLog, Fault, History, Ledger, LogPosition, MemoryHistory,
    MemoryLog, MemoryStore, People, Since, SinceMerge, Store,
};
use record::log::{BroadcastAction, PauseAction, PostAction};
use record::{Act, Control, Fact, LogRecord, MessageOrder};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

const CHANNELS: [Channel; 3] = [Channel::Email, Channel::Push, Channel::Onsite];

/// A programme without any rule that could get in the way of what a test is about.
const BASE: &str = r#"
== brand.yaml
{name: Shop, postal_address: "Street 1", base_url: "https://shop.example", from_name: Shop, from_address: hi@shop.example}
== policy.yaml
{zone: UTC, window: 10m, consent: none}
== content/hello.md
---
content: hello
topic: news
summary: Hello
---
Hello.
== content/offer.md
---
content: offer
topic: offers
summary: Offer
---
An offer.
== content/receipt.md
---
content: receipt
topic: news
purpose: transactional
class: service
summary: Receipt
---
Thank you.
"#;

/// The one way in which tests touch the engine.
pub(super) fn check(programme: &str, script: &str, expected: &str) {
    check_with(EngineSettings::default(), programme, script, expected);
}

pub(super) fn check_with(settings: EngineSettings, programme: &str, script: &str, expected: &str) {
    let actual = play(settings.clone(), programme, script, false);
    let trimmed = |text: &str| -> Vec<String> {
        text.lines().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
    };
    let (actual, expected) = (trimmed(&actual), trimmed(expected));
    if actual != expected {
        panic!("expected\n  {}\nbut was\n  {}", expected.join("\n  "), actual.join("\n  "));
    }
    // What needs facts again finds them in the history as well.
    if script.contains("undo") {
        let filed = play(settings, programme, script, true);
        assert_eq!(trimmed(&filed), expected, "with a history, and a log that is let go");
    }
}

/// What happened, for tests that compare two plays.
pub(super) fn output(programme: &str, script: &str) -> String {
    play(EngineSettings::default(), programme, script, false)
}

/// The same, with everything filed at the end of each line and the log let go.
pub(super) fn output_filed(programme: &str, script: &str) -> String {
    play(EngineSettings::default(), programme, script, true)
}

/// With `files`, everything is filed at the end of each line and the log let go.
fn play(settings: EngineSettings, programme: &str, script: &str, files: bool) -> String {
    let lines: Vec<&str> = script
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty() && !it.starts_with("//"))
        .collect();
    let first = lines.first().and_then(|it| it.split(' ').next());
    let begins = first.and_then(times::parse).expect("the first line has a time");
    let mut play = Play::new(settings, programme, begins);
    for line in lines {
        play.line(line);
        if files {
            play.file();
        }
    }
    play.check_promises();
    play.wire.said.join("\n")
}

pub(super) struct Play {
    pub engine: Option<Engine>,
    pub store: MemoryStore,
    pub wire: Wire,
    pub now: Timestamp,
    log: Arc<MemoryLog>,
    pub history: Arc<MemoryHistory>,
    pub journal: Option<Arc<MemoryLog>>,
    programmes: Vec<BTreeMap<String, String>>,
    settings: EngineSettings,
    chance: ChanceKey,
    /// Commits that will still fail, and how.
    faults: Option<(u32, Fault)>,
    next_event: u64,
    told: Arc<Mutex<Vec<bool>>>,
    /// Whether new counters are filled from the history.
    pub fills: bool,
}

/// The script's clock: it stands still while the engine works.
struct Still {
    now: Timestamp,
    turns: u32,
}

/// No script has work for so many turns at one moment: an engine that takes more will never rest.
const TURNS_MAX: u32 = 20_000;

impl Clock for Still {
    fn now(&mut self) -> Timestamp {
        self.turns += 1;
        assert!(self.turns < TURNS_MAX, "the engine does not come to rest at {}", self.now);
        self.now
    }

    fn wait(&mut self, _engine: &mut Engine, _until: Option<Timestamp>) -> bool {
        false
    }

    fn failed(&mut self, _error: &EngineError) -> bool {
        false
    }
}

impl Play {
    fn new(settings: EngineSettings, programme: &str, now: Timestamp) -> Play {
        let mut play = Play {
            engine: None,
            store: MemoryStore::new(),
            wire: Wire::new(now, &CHANNELS),
            now,
            log: Arc::new(MemoryLog::new()),
            history: Arc::default(),
            journal: None,
            programmes: programme.split("\n==== 2").map(files).collect(),
            settings,
            chance: ChanceKey([7; 32]),
            faults: None,
            next_event: 0,
            told: Arc::default(),
            fills: false,
        };
        play.control(apply(&play.programmes[0]));
        play.start();
        play
    }

    pub(super) fn file(&mut self) {
        // Nothing is let go that a crash could ask for again.
        let Some(now) = self.store.last_commit().expect("memory") else { return };
        let durable = Changes { now, durable: true, ..Changes::default() };
        if self.store.commit(&durable).is_err() {
            return;
        }
        while crate::file(&*self.log, &*self.history, &self.store).expect("a filing").is_some() {}
        crate::file_parted(&*self.history, &self.store).expect("a filing");
        self.log.trim(self.history.position().expect("a position")).expect("a trimming");
    }

    fn line(&mut self, line: &str) {
        let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (time, commands) = match times::parse(time) {
            Some(time) => (Some(time), rest),
            None => (None, line),
        };
        match time {
            // The clock is set; the engine lives through nothing in between.
            Some(time) if commands.starts_with("clock") => (self.now, self.wire.now) = (time, time),
            Some(time) => self.live_until(time),
            None => {}
        }
        let mut turns = true;
        for command in commands.split(" ; ") {
            let words = words(command);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            turns &= words.first() != Some(&"turn");
            if turns && words.first() == Some(&"show") {
                self.quiet();
            }
            self.command(&words);
        }
        if turns {
            self.quiet();
        }
    }

    fn command(&mut self, words: &[&str]) {
        if self.history_command(words) {
            return;
        }
        match words {
            ["clock"] => {}
            ["turn"] => self.turn(),
            ["restored", left @ ..] => self.restored(left),
            ["restored-without-journal"] => {
                let (since, at) = (self.now, self.now);
                let engine = self.engine.as_mut().expect("the engine runs");
                engine.restored = Some(crate::Restored { since, at, journal: false });
            }
            ["stop"] => self.stop(),
            ["start"] => self.start(),
            ["crash"] => {
                self.store.lose_power();
                self.stop();
            }
            ["lose", number] => self.lose(number.parse().expect("a number")),
            ["provider", channel, "always", manner] => {
                self.wire.always(channel_of(channel), Manner::parse(manner));
            }
            ["provider", channel, manners @ ..] => {
                let manners: VecDeque<Manner> =
                    manners.iter().map(|it| Manner::parse(it)).collect();
                self.wire.behave(channel_of(channel), manners);
            }
            ["room", channel, room] => {
                self.wire.set_room(channel_of(channel), room.parse().expect("a number"));
            }
            ["receiver", manners @ ..] => {
                let manners = manners.iter().map(|it| Manner::parse(it)).collect();
                self.wire.receive(manners);
            }
            ["receiver-answers", manner] => self.wire.answer_calls(Manner::parse(manner)),
            ["network", network, manners @ ..] => {
                let network = model::Network::from_name(network).expect("a network");
                self.wire.networks.behave(network, manners);
                let known: Vec<_> = self.wire.networks.known().collect();
                self.engine.as_mut().expect("the engine runs").publish_to(known);
            }
            ["retry", key] => self.retry_call(key),
            ["answer", message, manner] => {
                let message: MessageId = message.parse().expect("a message");
                self.wire.answer(message, Manner::parse(manner));
            }
            ["fail", times, how] => self.fail(times.parse().expect("a number"), how),
            ["crowd", size, name] => self.crowd(size.parse().expect("a number"), name),
            ["cell", person, cell] => self.choose_chance(person, cell.parse().expect("a cell")),
            ["holdout", from, held @ ..] => self.choose_held(from, held),
            ["urgent", rest @ ..] => self.urgent(rest),
            ["show", what @ ..] => self.show(what),
            _ => self.record(words),
        }
    }

    /// What a person of the team decides, or a fact.
    fn record(&mut self, words: &[&str]) {
        match words {
            ["undo", merge] => self.control(Control::Undo {
                merge: merge.parse().expect("a merge"),
                by: "test".to_owned(),
            }),
            ["allow", merge] => self.control(Control::AllowMerge {
                merge: merge.parse().expect("a merge"),
                by: "test".to_owned(),
            }),
            ["move", journey, from] => self.control(Control::Move {
                journey: (*journey).into(),
                from: from.parse().expect("a version"),
                by: "test".to_owned(),
            }),
            ["release", scope] => {
                self.control(Control::Release { scope: (*scope).to_owned(), by: "test".to_owned() })
            }
            ["journey", journey, action] => self.control(Control::Pause {
                journey: (*journey).into(),
                action: match *action {
                    "pause" => PauseAction::Pause,
                    "resume" => PauseAction::Resume,
                    _ => panic!("{action} is no action"),
                },
                by: "test".to_owned(),
            }),
            ["resume"] => self.control(Control::Resume { by: "test".to_owned() }),
            ["apply", version] => {
                let index = version.parse::<usize>().expect("a number") - 1;
                self.control(apply(&self.programmes[index]));
            }
            ["apply", version, "after", running] => {
                let index = version.parse::<usize>().expect("a number") - 1;
                let (files, by) = (self.programmes[index].clone(), "test".to_owned());
                let after = Some(running.parse().expect("a version"));
                self.control(Control::Apply { files, by, after });
            }
            ["broadcast", name, action, by @ ..] => self.control(Control::Broadcast {
                name: CampaignName::from(*name),
                action: broadcast_action(action),
                by: by.last().unwrap_or(&"test").to_string(),
            }),
            ["post", name, action, rest @ ..] => {
                let network = |it: &&str| model::Network::from_name(it);
                self.control(Control::Post {
                    name: CampaignName::from(*name),
                    action: PostAction::from_name(action).expect("an action"),
                    by: rest.iter().find_map(|it| it.strip_prefix("by:")).unwrap_or("test").into(),
                    network: rest.iter().find_map(network),
                });
            }
            _ => {
                let fact = self.asked(words);
                self.append(LogRecord::Fact(fact));
            }
        }
    }

    /// A fact, with what a program or a mail server wants by it.
    fn asked(&mut self, words: &[&str]) -> Fact {
        match words {
            ["call", person, journey, rest @ ..] => {
                let words = [&["track", *person, "Journey Called"][..], rest].concat();
                let mut fact = self.fact(&words);
                fact.acts.push(Act::Enter((*journey).into()));
                fact
            }
            ["order", person, content, key, rest @ ..] => {
                let words = [&["track", *person, "Message Ordered"][..], rest].concat();
                let mut fact = self.fact(&words);
                fact.event.message_id = Some(format!("message/{key}"));
                fact.acts.push(Act::Send(MessageOrder {
                    key: (*key).to_owned(),
                    content: (*content).into(),
                    channels: vec![Channel::Email],
                    class: None,
                    value: 0.0,
                    to: None,
                    expires: fact.event.time + Span::DAY,
                }));
                fact
            }
            ["complain", person, message] => {
                let about = format!("message={message}");
                let mut fact = self.fact(&["track", person, "Complained", &about]);
                let address = Identifier::email(&format!("{person}@x.example"));
                let at = fact.event.time;
                fact.acts.push(Act::Suppress(Suppression {
                    address,
                    reason: Reason::Complained,
                    at,
                }));
                fact
            }
            _ => self.fact(words),
        }
    }

    pub(super) fn programme(&self, index: usize) -> &BTreeMap<String, String> {
        &self.programmes[index]
    }

    fn parts(&self) -> Parts {
        Parts {
            store: Box::new(self.store.clone()),
            log: self.log.clone(),
            keys: Keys { chance: self.chance, link: LinkKey([7; 32]) },
            settings: self.settings.clone(),
            providers: CHANNELS.into_iter().collect::<ChannelSet>(),
        }
    }

    fn start(&mut self) {
        let mut engine = Engine::open(self.parts()).expect("what is stored can be opened");
        engine.keep_history(self.history.clone());
        engine.publish_to(self.wire.networks.known());
        if self.fills {
            engine.fill_from_history();
        }
        self.engine = Some(engine);
    }

    fn stop(&mut self) {
        self.engine = None;
        self.wire.cut();
    }

    fn fail(&mut self, times: u32, how: &str) {
        let fault = match how {
            "refuse" => Fault::Refuse,
            "store-and-fail" => Fault::StoreAndFail,
            _ => panic!("`{how}` is not a way to fail"),
        };
        self.faults = Some((times, fault));
        self.store.fail_after(0, fault);
    }

    /// Turns until `until`, waking when the engine asked to.
    fn live_until(&mut self, until: Timestamp) {
        while self.engine.is_some() {
            let wake = self.quiet();
            let Some(wake) = wake.filter(|it| *it <= until) else { break };
            assert!(self.now < wake, "the engine wants to wake at {wake} and it is {}", self.now);
            (self.now, self.wire.now) = (wake, wake);
        }
        (self.now, self.wire.now) = (until, until);
    }

    pub(super) fn settle(&mut self) {
        self.quiet();
    }

    fn quiet(&mut self) -> Option<Timestamp> {
        loop {
            let engine = self.engine.as_mut()?;
            match crate::run_until_quiet(
                engine,
                &mut Still { now: self.now, turns: 0 },
                &mut self.wire,
            ) {
                Ok(wake) => {
                    self.tell();
                    return wake;
                }
                Err(_) => self.failed(),
            }
        }
    }

    /// Exactly one turn.
    fn turn(&mut self) {
        let engine = self.engine.as_mut().expect("the engine runs");
        let room = crate::Dispatch::room(&self.wire);
        for (message, reply) in crate::Dispatch::answers(&mut self.wire) {
            engine.answer(message, reply);
        }
        match engine.turn(self.now, &room) {
            Ok(turn) => crate::Dispatch::submit(&mut self.wire, turn.sends),
            Err(_) => self.failed(),
        }
        self.tell();
    }

    fn failed(&mut self) {
        self.wire.said.push(format!("{} a commit failed", times::print(self.now)));
        let left = self.faults.take().expect("only planned faults").0 - 1;
        if 0 < left {
            self.fail(left, "refuse");
        }
        self.engine.as_mut().expect("the engine runs").reload().expect("readable");
    }

    fn tell(&mut self) {
        for committed in std::mem::take(&mut *self.told.lock().expect("one thread")) {
            let word = if committed { "is committed" } else { "was not committed" };
            self.wire.said.push(format!("{} the wish {word}", times::print(self.now)));
        }
    }

    pub(super) fn control(&mut self, control: Control) {
        self.append(LogRecord::Control(control));
    }

    fn append(&mut self, record: LogRecord) {
        self.log.append_now(vec![record.encode()]).expect("memory");
    }

    fn crowd(&mut self, size: u64, name: &str) {
        for n in 0..size {
            let user = format!("crowd-{n}");
            let fact = self.fact(&["track", &user, name]);
            self.append(LogRecord::Fact(fact));
        }
    }

    /// What was remembered under a number points to where the log has nothing any more.
    fn lose(&mut self, number: u64) {
        let ids = self.store.ids_after(None, usize::MAX).expect("memory");
        let rows = ids.iter().flat_map(|it| self.store.since_merge(*it, number).expect("memory"));
        let row = rows.min_by_key(|it| it.number).expect("something is remembered");
        let what = Since::Logged(LogPosition(u64::MAX));
        let since_merge = vec![SinceMerge { what, ..row }];
        let now = self.now;
        let changes = Changes { now, durable: true, since_merge, ..Changes::default() };
        self.store.commit(&changes).expect("memory");
    }

    /// Searches a key under which the person falls into the wanted cell, before the engine knows
    /// anybody.
    fn choose_chance(&mut self, person: &str, cell: u16) {
        let person = person.parse().expect("a person");
        let programme = record::programme::parse(&self.programmes[0]).expect("a programme");
        let panel = programme.policy.panel.expect("a panel");
        let fits = |key: &ChanceKey| {
            let drawn = decision::panel::assign(&panel, person, key, self.now);
            drawn.inside && drawn.cell == cell
        };
        let keys = (0..=255_u8).map(|it| ChanceKey([it; 32]));
        self.chance = keys.into_iter().find(fits).expect("one of 256 keys");
        self.stop();
        self.start();
    }

    /// Searches a key under which exactly these of the first three persons are held out, of nothing
    /// else.
    fn choose_held(&mut self, from: &str, held: &[&str]) {
        let from = HeldFrom::try_from(from.to_owned()).expect("a holdout");
        let programme = record::programme::parse(&self.programmes[0]).expect("a programme");
        let shares = programme.policy.holdouts.shares;
        let is_held = |key: &ChanceKey, (of, share): (&HeldFrom, &f64), n: u64| {
            decision::holdout::draw(of, *share, model::PersonId(n), key, self.now).held
        };
        let wanted =
            |of: &HeldFrom, n: u64| *of == from && held.contains(&format!("p{n}").as_str());
        let fits = |key: &ChanceKey| {
            (1..=3).all(|n| shares.iter().all(|it| is_held(key, it, n) == wanted(it.0, n)))
        };
        let keys = (0..=255_u8).map(|it| ChanceKey([it; 32]));
        self.chance = keys.into_iter().find(fits).expect("one of 256 keys");
        self.stop();
        self.start();
    }

    fn urgent(&mut self, words: &[&str]) {
        let fact = self.fact(words);
        let told = self.told.clone();
        let done = Box::new(move |ok| told.lock().expect("one thread").push(ok));
        // The same fact goes to the log, as the server sends it.
        self.append(LogRecord::Fact(fact.clone()));
        let engine = self.engine.as_mut().expect("the engine runs");
        engine.urgent(Urgent { work: UrgentWork::Fact(fact), done });
    }

    fn retry_call(&mut self, key: &str) {
        let (work, done) = (UrgentWork::RetryCall(key.to_owned()), Box::new(|_| {}));
        self.engine.as_mut().expect("the engine runs").urgent(Urgent { work, done });
    }

    /// As after a restore of just now, with a send journal in which these messages stand.
    fn restored(&mut self, left: &[&str]) {
        let journal = Arc::new(MemoryLog::new());
        let message = |id: &&str| {
            if id.starts_with("post/") {
                return id.as_bytes().to_vec();
            }
            let id: MessageId = id.parse().expect("a message");
            self.store.message(id).expect("memory").expect("known").key.into_bytes()
        };
        if !left.is_empty() {
            journal.append_now(left.iter().map(message).collect()).expect("memory");
        }
        let (since, at) = (self.now, self.now);
        let engine = self.engine.as_mut().expect("the engine runs");
        engine.keep_journal(journal.clone());
        engine.restored = Some(crate::Restored { since, at, journal: true });
        self.journal = Some(journal);
    }

    /// `track ada~cookie "Name" key=value`, `identify`, `page`, `alias ada previous`,
    /// `says ada granted email news`, `says ada mail` or `settle ada m1 delivered`; anywhere after that `@1.08:00`
    /// is when it happened, `id:7` its messageId, and `historical` marks an import.
    fn fact(&mut self, words: &[&str]) -> Fact {
        self.next_event += 1;
        let mut event = self.event(words);
        let mut acts = Vec::new();
        let mut rest = Vec::new();
        for word in &words[2..] {
            if let Some(time) = word.strip_prefix('@') {
                event.time = times::parse(time).expect("a time");
            } else if let Some(id) = word.strip_prefix("id:") {
                event.message_id = Some(id.to_owned());
            } else if *word == "historical" {
                event.flags.historical = true;
            } else if let Some((key, value)) = word.split_once('=') {
                put(&mut event, key, value);
            } else {
                rest.push(*word);
            }
        }
        match (words[0], rest.as_slice()) {
            ("track", [name]) => event.kind = EventKind::Track { name: (*name).to_owned() },
            ("identify", []) => event.kind = EventKind::Identify,
            ("page", []) => event.kind = EventKind::Page { name: "Home".to_owned() },
            ("alias", [previous]) => {
                event.kind = EventKind::Alias { previous_id: (*previous).to_owned() };
            }
            ("erase", []) => acts.push(Act::Erase),
            ("says", ["mail"]) => acts.push(Act::Mail(model::Request::Link)),
            ("says", [state, scope @ ..]) => acts.push(statement(state, scope, event.time)),
            ("settle", [message, word]) => acts.push(Act::Settle {
                message: message.parse().expect("a message"),
                delivered: *word == "delivered",
                detail: "a later word".to_owned(),
            }),
            _ => panic!("`{}` is not a command", words.join(" ")),
        }
        Fact { event, person: None, acts }
    }

    fn event(&self, words: &[&str]) -> Event {
        let (user, anonymous) = match words[1].split_once('~') {
            Some((user, anonymous)) => (user, Some(anonymous.to_owned())),
            None => (words[1], None),
        };
        Event {
            source: SourceId::from("test"),
            message_id: Some(format!("event-{}", self.next_event)),
            kind: EventKind::Track { name: words[0].to_owned() },
            user_id: (!user.is_empty()).then(|| user.to_owned()),
            anonymous_id: anonymous,
            properties: Map::new(),
            context: Map::new(),
            time: self.now,
            received: self.now,
            flags: EventFlags::default(),
        }
    }

    /// What must hold after every script, whatever it was about.
    fn check_promises(&mut self) {
        self.quiet();
        let (counts, recount) = (self.store.counts(), self.store.recount());
        assert_eq!(
            counts.expect("counts"),
            recount.expect("recount"),
            "the ledger does not add up"
        );
        for (key, copies) in &self.wire.copies {
            assert!(*copies <= 1, "{copies} copies of {key} may have arrived");
        }
        self.check_tallies();
    }
}

fn put(event: &mut Event, key: &str, value: &str) {
    let value = match value {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => text.parse().map_or_else(|_| Value::from(text), Value::Number),
    };
    match key {
        "in" => drop(event.context.insert("timezone".to_owned(), value)),
        "with" => {
            let traits = [("email".to_owned(), value)].into_iter().collect();
            event.context.insert("traits".to_owned(), Value::Map(traits));
        }
        "device" => {
            let device = [("token".to_owned(), value)].into_iter().collect();
            event.context.insert("device".to_owned(), Value::Map(device));
        }
        _ => drop(event.properties.insert(key.to_owned(), value)),
    }
}

fn statement(state: &str, scope: &[&str], at: Timestamp) -> Act {
    let channel = scope.iter().find_map(|it| Channel::from_name(it));
    let topic = scope.iter().find(|it| Channel::from_name(it).is_none());
    Act::State(Statement {
        proof: String::new(),
        expires: None,
        purpose: Purpose::Marketing,
        channel,
        topic: topic.map(|it| Topic::from(*it)),
        address: None,
        state: ConsentState::from_name(state).expect("granted, unconfirmed or withdrawn"),
        at,
        source: "form".to_owned(),
        wording: String::new(),
    })
}

fn apply(files: &BTreeMap<String, String>) -> Control {
    Control::Apply { files: files.clone(), by: "test".to_owned(), after: None }
}

fn broadcast_action(word: &str) -> BroadcastAction {
    match word {
        "plan" => BroadcastAction::Plan,
        "approve" => BroadcastAction::Approve,
        "start" => BroadcastAction::Start,
        "pause" => BroadcastAction::Pause,
        "resume" => BroadcastAction::Resume,
        "cancel" => BroadcastAction::Cancel,
        _ => panic!("`{word}` is not done to broadcasts"),
    }
}

fn channel_of(word: &str) -> Channel {
    Channel::from_name(word).unwrap_or_else(|| panic!("`{word}` is not a channel"))
}

/// The files of one version of a programme, over those of [`BASE`].
fn files(text: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for text in [BASE, text] {
        for part in text.split("\n== ").skip(1) {
            let (path, body) = part.split_once('\n').unwrap_or((part, ""));
            files.insert(path.trim().to_owned(), format!("{body}\n"));
        }
    }
    files
}

/// Words between spaces; what stands in quotes is one word.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in text.trim().split('"').enumerate() {
        match n % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}
