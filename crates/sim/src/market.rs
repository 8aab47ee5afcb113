//! Time in the market: people sign up, visit, order and answer, and the engine waits meanwhile.

use crate::inbox::{Inbox, is_marketing};
use crate::person::{Behaviour, SimPerson, chance};
use decision::{ConsentState, Statement};
use engine::{Clock, Engine, EngineError};
use model::{
    ChanceKey, Channel, Event, EventFlags, EventKind, Identifier, Map, MessageId, Purpose,
    SourceId, Span, Timestamp, Value,
};
use port::FactLog;
use record::{Act, Fact, LogRecord};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct MarketOptions {
    pub people: usize,
    pub weeks: i64,
    pub seed: u64,
    pub start: Timestamp,
    pub behaviour: Behaviour,
    /// Outcomes count this long; sign-ups end that long before the end, so that windows close.
    pub window: Span,
}

impl Default for MarketOptions {
    fn default() -> MarketOptions {
        MarketOptions {
            people: 8_000,
            weeks: 8,
            seed: 1,
            // A Monday in October, so that clocks change during the weeks.
            start: Timestamp(1_791_763_200_000),
            behaviour: Behaviour::default(),
            window: Span::days(28),
        }
    }
}

/// People do things on a grid of ten minutes, so that a day of many people is few batches.
const GRID: i64 = 600_000;

pub struct Market {
    pub options: MarketOptions,
    pub people: Vec<SimPerson>,
    pub counts: Counts,
    /// Every event that was acknowledged, by its `messageId`.
    pub acknowledged: Vec<String>,
    key: ChanceKey,
    log: Arc<dyn FactLog>,
    inbox: Inbox,
    now: Timestamp,
    agenda: BTreeMap<(Timestamp, u64), Deed>,
    next_deed: u64,
    next_event: u64,
    on_day: Option<Box<dyn FnMut(i64, i64)>>,
    /// Errors of the engine that were seen, for the tests that plan them.
    pub failures: u64,
    pub stop_on_failure: bool,
    panel: bool,
    programme: Option<BTreeMap<String, String>>,
}

/// What the people noticed, apart from the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub accepted: u64,
    pub delivered: u64,
    pub bounced: u64,
    pub opened: u64,
    pub clicked: u64,
}

#[derive(Clone, Debug)]
enum Deed {
    Browse(usize),
    SignUp(usize),
    Day(usize, i64),
    Open(usize, Channel),
    Click(usize, Channel, MessageId),
    Order(usize),
    Withdraw(usize),
}

impl Market {
    pub fn new(options: MarketOptions, log: Arc<dyn FactLog>, inbox: Inbox) -> Market {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&options.seed.to_le_bytes());
        let key = ChanceKey(seed);
        let span = Span::WEEK.0 * options.weeks - options.window.0 - 3 * Span::DAY.0;
        let span = span.max(Span::DAY.0) as f64;
        let mut market = Market {
            people: Vec::with_capacity(options.people),
            counts: Counts::default(),
            acknowledged: Vec::new(),
            key,
            log,
            inbox,
            now: options.start,
            agenda: BTreeMap::new(),
            next_deed: 0,
            next_event: 0,
            on_day: None,
            failures: 0,
            stop_on_failure: false,
            panel: true,
            programme: None,
            options,
        };
        for index in 0..market.options.people {
            let offset = (chance(&key, index, "sign-up", 0) * span) as i64;
            let at = grid(market.options.start + Span(offset) + Span::HOUR);
            market.people.push(SimPerson::new(index, at, &key));
            market.plan(at - Span::minutes(30), Deed::Browse(index));
            market.plan(at, Deed::SignUp(index));
        }
        market
    }

    /// Has `on_day` called with the day and the number of days whenever a new one begins.
    pub fn on_day(&mut self, on_day: impl FnMut(i64, i64) + 'static) {
        self.on_day = Some(Box::new(on_day));
    }

    /// The programme that this market is played with.
    pub fn programme(&self) -> BTreeMap<String, String> {
        if let Some(files) = &self.programme {
            return files.clone();
        }
        let mut files = crate::play::programme_files();
        if !self.panel {
            let policy = files.remove("policy.yaml").unwrap_or_default();
            let kept: Vec<&str> = policy.lines().filter(|it| !it.starts_with("panel:")).collect();
            files.insert("policy.yaml".to_owned(), kept.join("\n"));
        }
        files
    }

    /// Plays another programme, for studies.
    pub fn with_programme(&mut self, files: BTreeMap<String, String>) {
        self.programme = Some(files);
    }

    /// Without a measurement panel everybody has every channel.
    pub fn without_panel(&mut self) {
        self.panel = false;
    }

    pub fn end(&self) -> Timestamp {
        self.options.start + Span(Span::WEEK.0 * self.options.weeks)
    }

    pub fn time(&self) -> Timestamp {
        self.now
    }

    fn plan(&mut self, at: Timestamp, deed: Deed) {
        self.next_deed += 1;
        self.agenda.insert((grid(at), self.next_deed), deed);
    }

    /// People look at what arrived and decide what they will do about it.
    fn read_inbox(&mut self) {
        for received in self.inbox.drain() {
            self.counts.accepted += 1;
            let Some(index) = SimPerson::index_of(&received.to.value) else { continue };
            if self.people.len() <= index {
                continue;
            }
            let (swallowed, channel) = (received.swallowed, received.channel);
            let (message, copy) = (received.message, received.clone());
            let marketing = is_marketing(&received.key);
            let nth = self.people[index].received.len() as i64;
            self.people[index].take(received);
            if swallowed {
                continue;
            }
            self.counts.delivered += 1;
            let behaviour = &self.options.behaviour;
            let draw = |what| chance(&self.key, index, what, nth);
            let mut opens = draw("open") < behaviour.open;
            let mut clicks = opens && draw("click") < behaviour.click / behaviour.open.max(1e-9);
            let mut leaves =
                marketing && channel == Channel::Email && draw("withdraw") < behaviour.unsubscribe;
            let mut orders = false;
            if let Some(taste) = behaviour.taste.as_ref().filter(|_| marketing) {
                let person = &self.people[index];
                clicks = draw("click") < taste.response(&self.key, person, &copy);
                opens = clicks;
                leaves = draw("withdraw") < taste.leaves(&self.key, person);
                orders = clicks && draw("order") < taste.converts;
            }
            let later = Span((draw("later") * 6.0 * Span::HOUR.0 as f64) as i64);
            if opens {
                self.plan(self.now + later, Deed::Open(index, channel));
            }
            if clicks {
                let at = self.now + later + Span::minutes(10);
                self.plan(at, Deed::Click(index, channel, message));
            }
            if orders {
                self.plan(self.now + later + Span::hours(1), Deed::Order(index));
            }
            if leaves {
                self.plan(self.now + later + Span::minutes(20), Deed::Withdraw(index));
            }
        }
    }

    fn act(&mut self) {
        let mut records = Vec::new();
        let until = (self.now, u64::MAX);
        while let Some(entry) = self.agenda.first_entry().filter(|it| *it.key() <= until) {
            let deed = entry.remove();
            self.deed(deed, &mut records);
        }
        if !records.is_empty() {
            let records = records.iter().map(LogRecord::encode).collect();
            self.log.append(records, Box::new(|_| {}));
        }
    }

    fn deed(&mut self, deed: Deed, records: &mut Vec<LogRecord>) {
        match deed {
            Deed::Browse(index) => {
                let anonymous = Some(self.people[index].anonymous_id());
                let event = self.event(None, anonymous, page(), Map::new());
                records.push(LogRecord::Fact(Fact::of(event)));
            }
            Deed::SignUp(index) => self.sign_up(index, records),
            Deed::Day(index, day) => self.day(index, day, records),
            Deed::Open(index, channel) => {
                self.counts.opened += 1;
                records.push(self.response(index, "Message Opened", channel));
            }
            Deed::Order(index) => {
                let number = self.people[index].orders.len() as i64;
                let spread = chance(&self.key, index, "revenue of a response", number);
                let event = self.order(index, spread, format!("r{index}-{number}"));
                records.push(LogRecord::Fact(Fact::of(event)));
            }
            Deed::Click(index, channel, message) => {
                self.counts.clicked += 1;
                records.push(self.click(index, channel, message));
                let user = Some(self.people[index].user_id());
                let event = self.event(user, None, page(), Map::new());
                records.push(LogRecord::Fact(Fact::of(event)));
            }
            Deed::Withdraw(index) => {
                if self.people[index].withdrew.is_none() {
                    self.people[index].withdrew = Some(self.now);
                    // Who has had enough of a learning sender has had enough of all channels.
                    let all = self.options.behaviour.taste.is_some();
                    let channel = (!all).then_some(Channel::Email);
                    let act = self.statement(channel, ConsentState::Withdrawn);
                    records.push(self.wish(index, "Unsubscribed", vec![act]));
                }
            }
        }
    }

    fn sign_up(&mut self, index: usize, records: &mut Vec<LogRecord>) {
        let person = self.people[index].clone();
        let text = |value: String| Value::Text(value);
        let mut traits = Map::new();
        traits.insert("email".to_owned(), text(person.email()));
        traits.insert("first_name".to_owned(), text(format!("Rider {index}")));
        traits.insert("timezone".to_owned(), text(person.zone.to_owned()));
        if person.has_social {
            traits.insert("handle".to_owned(), text(person.handle()));
        }
        let ids = (Some(person.user_id()), Some(person.anonymous_id()));
        let mut event = self.event(ids.0.clone(), ids.1, EventKind::Identify, traits);
        if person.has_push {
            let device = [("token".to_owned(), text(person.device()))].into_iter().collect();
            event.context.insert("device".to_owned(), Value::Map(device));
        }
        let channels = [Channel::Email, Channel::Push, Channel::Social];
        let acts = channels.map(|it| self.statement(Some(it), ConsentState::Granted)).to_vec();
        records.push(LogRecord::Fact(Fact { event, person: None, acts }));
        let kind = EventKind::Track { name: "Signed Up".to_owned() };
        let event = self.event(ids.0, None, kind, Map::new());
        records.push(LogRecord::Fact(Fact::of(event)));
        self.plan_day(index, 1);
    }

    fn plan_day(&mut self, index: usize, day: i64) {
        let hour = 9.0 + 10.0 * chance(&self.key, index, "hour", day);
        let midnight = self.people[index].signs_up.day() + day;
        let at = Timestamp(midnight * Span::DAY.0 + (hour * Span::HOUR.0 as f64) as i64);
        self.plan(at, Deed::Day(index, day));
    }

    fn day(&mut self, index: usize, day: i64, records: &mut Vec<LogRecord>) {
        let user = Some(self.people[index].user_id());
        if chance(&self.key, index, "visit", day) < self.options.behaviour.visit {
            let event = self.event(user.clone(), None, page(), Map::new());
            records.push(LogRecord::Fact(Fact::of(event)));
        }
        let desire = self.people[index].desire(&self.options.behaviour, self.now);
        if chance(&self.key, index, "buy", day) < desire {
            let spread = chance(&self.key, index, "revenue", day);
            let event = self.order(index, spread, format!("o{index}-{day}"));
            records.push(LogRecord::Fact(Fact::of(event)));
        }
        self.plan_day(index, day + 1);
    }

    fn order(&mut self, index: usize, spread: f64, id: String) -> Event {
        let revenue = (20.0 + 80.0 * spread * spread).round();
        self.people[index].orders.push((self.now, revenue));
        let kind = EventKind::Track { name: "Order Completed".to_owned() };
        let mut properties = Map::new();
        properties.insert("revenue".to_owned(), Value::Number(revenue));
        properties.insert("order_id".to_owned(), Value::Text(id));
        let user = Some(self.people[index].user_id());
        self.event(user, None, kind, properties)
    }

    /// As the server writes clicks down. The demo's programme knows them by another name.
    fn click(&mut self, index: usize, channel: Channel, message: MessageId) -> LogRecord {
        if self.options.behaviour.taste.is_none() {
            return self.response(index, "Message Clicked", channel);
        }
        let name = match channel {
            Channel::Email => "Email Link Clicked",
            Channel::Push => "Push Notification Tapped",
            Channel::Onsite | Channel::Social | Channel::Sms | Channel::Webhook => {
                "Message Link Clicked"
            }
        };
        let mut properties = Map::new();
        properties.insert("message".to_owned(), Value::Text(message.to_string()));
        properties.insert("automatic".to_owned(), Value::Bool(false));
        let kind = EventKind::Track { name: name.to_owned() };
        let event = self.event(Some(self.people[index].user_id()), None, kind, properties);
        LogRecord::Fact(Fact::of(event))
    }

    fn response(&mut self, index: usize, name: &str, channel: Channel) -> LogRecord {
        let mut properties = Map::new();
        properties.insert("channel".to_owned(), Value::from(channel.name()));
        let kind = EventKind::Track { name: name.to_owned() };
        let event = self.event(Some(self.people[index].user_id()), None, kind, properties);
        LogRecord::Fact(Fact::of(event))
    }

    fn wish(&mut self, index: usize, name: &str, acts: Vec<Act>) -> LogRecord {
        let kind = EventKind::Track { name: name.to_owned() };
        let event = self.event(Some(self.people[index].user_id()), None, kind, Map::new());
        LogRecord::Fact(Fact { event, person: None, acts })
    }

    fn statement(&self, channel: Option<Channel>, state: ConsentState) -> Act {
        Act::State(Statement {
            proof: String::new(),
            expires: None,
            purpose: Purpose::Marketing,
            channel,
            topic: None,
            address: None::<Identifier>,
            state,
            at: self.now,
            source: "sign-up form".to_owned(),
            wording: "v1".to_owned(),
        })
    }

    fn event(
        &mut self,
        user_id: Option<String>,
        anonymous_id: Option<String>,
        kind: EventKind,
        properties: Map,
    ) -> Event {
        self.next_event += 1;
        let message_id = format!("e{}", self.next_event);
        self.acknowledged.push(message_id.clone());
        Event {
            source: SourceId::from("shop"),
            message_id: Some(message_id),
            kind,
            user_id,
            anonymous_id,
            properties,
            context: Map::new(),
            time: self.now,
            received: self.now,
            flags: EventFlags::default(),
        }
    }
}

impl Clock for Market {
    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn wait(&mut self, _engine: &mut Engine, until: Option<Timestamp>) -> bool {
        self.read_inbox();
        let deed = self.agenda.first_key_value().map(|it| it.0.0);
        let Some(next) = [deed, until].into_iter().flatten().min() else { return false };
        if self.end() <= next {
            return false;
        }
        let (before, length) = (self.now.day(), self.options.weeks * 7);
        self.now = self.now.max(next);
        if before != self.now.day()
            && let Some(on_day) = &mut self.on_day
        {
            on_day(self.now.day() - self.options.start.day(), length);
        }
        self.act();
        true
    }

    fn failed(&mut self, _error: &EngineError) -> bool {
        self.failures += 1;
        !self.stop_on_failure
    }
}

fn page() -> EventKind {
    EventKind::Page { name: "Home".to_owned() }
}

fn grid(at: Timestamp) -> Timestamp {
    Timestamp((at.0 + GRID - 1).div_euclid(GRID) * GRID)
}
