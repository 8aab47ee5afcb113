//! Events per second through the engine alone: in-memory store and log, one thread.
//!
//! `cargo run --release -p engine --example throughput -- [plain|market] [events] [persons]`

use content::LinkKey;
use engine::{Clock, Engine, EngineError, EngineSettings, Inline, Keys, Parts, run_until_quiet};
use model::{
    ChanceKey, Channel, Event, EventFlags, EventKind, Map, Reply, SourceId, Span, Timestamp, Value,
};
use port::{Envelope, MemoryLog, MemoryStore};
use record::{Control, Fact, LogRecord};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const START: Timestamp = Timestamp(1_795_424_400_000);
const CHANNELS: [Channel; 4] = [Channel::Email, Channel::Push, Channel::Social, Channel::Onsite];

/// Events that arrive at one moment of the market's clock.
const STEP: usize = 2_000;

fn main() -> Result<(), EngineError> {
    let mut words = std::env::args().skip(1);
    let market = words.next().is_some_and(|it| it == "market");
    let mut number = |usual: usize| words.next().and_then(|it| it.parse().ok()).unwrap_or(usual);
    let (events, persons) = (number(400_000), number(100_000));
    let log = Arc::new(MemoryLog::new());
    let mut engine = Engine::open(Parts {
        store: Box::new(MemoryStore::new()),
        log: log.clone(),
        keys: Keys { chance: ChanceKey([7; 32]), link: LinkKey([7; 32]) },
        settings: EngineSettings::default(),
        providers: CHANNELS.into_iter().collect(),
    })?;
    let mut dispatch =
        Inline::new(CHANNELS.map(|it| Box::new(Taker(it)) as Box<dyn port::Channel>), 256);
    let mut clock = Fixed(START);
    if market {
        let files = programme();
        let apply =
            LogRecord::Control(Control::Apply { files, by: "example".to_owned(), after: None });
        log.append_now(vec![apply.encode()])?;
    }
    run_until_quiet(&mut engine, &mut clock, &mut dispatch)?;
    let (mut took, mut made) = (0.0, 0);
    while made < events {
        let now = START + Span::minutes((made / STEP) as i64);
        let count = STEP.min(events - made);
        let records = (made..made + count).map(|n| record(n, persons, market, now).encode());
        log.append_now(records.collect())?;
        clock.0 = now;
        let begun = Instant::now();
        run_until_quiet(&mut engine, &mut clock, &mut dispatch)?;
        took += begun.elapsed().as_secs_f64();
        made += count;
    }
    let tallies = engine.status().tallies;
    let messages: u64 = tallies.journeys.values().map(|it| it.messages).sum();
    let kind = if market { "market" } else { "plain" };
    let rate = events as f64 / took;
    println!("{kind}: {events} events of {persons} persons, {messages} messages: {rate:.0}/s");
    Ok(())
}

fn record(n: usize, persons: usize, market: bool, now: Timestamp) -> LogRecord {
    // A step that is prime to the number of persons visits everybody in a scattered order.
    let person = n.wrapping_mul(7_919) % persons;
    let round = n / persons;
    let (kind, properties) = match (market, round, n % 10) {
        (true, 0, _) => (EventKind::Identify, traits(person)),
        (true, 1, 0..5) => (EventKind::Track { name: "Signed Up".to_owned() }, Map::new()),
        (true, _, 0) => (EventKind::Track { name: "Order Completed".to_owned() }, order(n)),
        (true, _, _) => (EventKind::Page { name: "Home".to_owned() }, Map::new()),
        (false, _, _) => (EventKind::Track { name: "Visit".to_owned() }, order(n)),
    };
    LogRecord::Fact(Fact::of(Event {
        source: SourceId::from("shop"),
        message_id: Some(format!("event-{n}")),
        kind,
        user_id: Some(format!("user-{person}")),
        anonymous_id: Some(format!("cookie-{person}")),
        properties,
        context: Map::new(),
        time: now,
        received: now,
        flags: EventFlags::default(),
    }))
}

fn traits(person: usize) -> Map {
    let text = |name: &str, value: String| (name.to_owned(), Value::from(value));
    [
        text("email", format!("rider-{person}@shop.example")),
        text("first_name", format!("R{person}")),
    ]
    .into_iter()
    .collect()
}

fn order(n: usize) -> Map {
    let revenue = ("revenue".to_owned(), Value::Number((n % 90) as f64));
    [revenue, ("order_id".to_owned(), Value::from(format!("o{n}")))].into_iter().collect()
}

/// The programme of the simulated market.
fn programme() -> BTreeMap<String, String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/programme");
    let mut files = BTreeMap::new();
    for folder in ["", "audiences", "journeys", "content", "broadcasts"] {
        for entry in std::fs::read_dir(dir.join(folder)).into_iter().flatten().flatten() {
            let path = entry.path();
            if let (Ok(name), Ok(text)) = (path.strip_prefix(&dir), std::fs::read_to_string(&path))
            {
                files.insert(name.to_string_lossy().into_owned(), text);
            }
        }
    }
    // So that mails really go out.
    let policy = files.remove("policy.yaml").unwrap_or_default();
    let policy = policy.replace("consent: [email, push, social]", "consent: none");
    files.insert("policy.yaml".to_owned(), policy);
    files
}

/// Takes every message.
struct Taker(Channel);

impl port::Channel for Taker {
    fn channel(&self) -> Channel {
        self.0
    }

    fn concurrency(&self) -> usize {
        256
    }

    fn send(&self, _envelope: &Envelope) -> Reply {
        Reply::Accepted { provider_id: String::new() }
    }
}

struct Fixed(Timestamp);

impl Clock for Fixed {
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
