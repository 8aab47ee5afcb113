//! One installation in memory, with the engine's real loop and a provider that takes everything.

use crate::programme::programme;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use content::{Link, LinkKey};
use decision::Consents;
use engine::{Engine, EngineSettings, FactSource, Handle, Host, Keys, Outlets, Parts};
use model::{
    ChanceKey, Channel, ChannelSet, Event, EventFlags, EventKind, HookReply, Identifier,
    LedgerState, Map, Message, MessageId, Network, PersonId, Reply, SourceId, Timestamp, Value,
};
use port::{
    Caller, Catalog, Directory, Envelope, FactLog, History, Hook, Ledger, MemoryHistory, MemoryLog,
    MemoryPublisher, MemoryStore, People, Space, Store,
};
use record::{Control, Fact, LogRecord};
use server::{App, Readers, Settings};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tower::ServiceExt;

pub const WRITE_KEY: &str = "WK";
pub const PASSWORD: &str = "correct horse battery";
pub const SETUP_TOKEN: &str = "one-time";

/// How long a test looks before it gives up, each time after a whole turn. Counted in time and not
/// in turns: on a busy machine a provider's thread may come to nothing in thousands of them.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the shop has accounts.
const NETWORKS: [Network; 2] = [Network::Bluesky, Network::Mastodon];

pub struct World {
    pub store: MemoryStore,
    pub log: MemoryLog,
    pub history: MemoryHistory,
    pub handle: Handle,
    pub keys: Keys,
    replies: Replies,
    router: Router,
    /// In the order of [`NETWORKS`].
    pub networks: [MemoryPublisher; 2],
    ahead_ms: Arc<AtomicI64>,
    cookie: Option<String>,
    _host: Host,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

/// Answers as it was told to, and else takes everything at once.
struct Provider(Channel, Replies);

type Replies = Arc<Mutex<VecDeque<Reply>>>;

impl port::Channel for Provider {
    fn channel(&self) -> Channel {
        self.0
    }

    fn concurrency(&self) -> usize {
        2
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        if let Some(reply) = self.1.lock().expect("no panic").pop_front() {
            return reply;
        }
        Reply::Accepted { provider_id: envelope.message.to_string() }
    }
}

/// Where the provider of the site's messages finds the engine.
#[derive(Clone, Default)]
struct Desk(Arc<OnceLock<Handle>>);

impl port::Letterbox for Desk {
    fn put(&self, item: port::InboxItem, done: Box<dyn FnOnce(port::Placed) + Send>) {
        port::Letterbox::put(self.0.wait(), item, done);
    }
}

/// A provider for each of these channels.
fn channels_of(wanted: ChannelSet, mail: &Replies, desk: &Desk) -> Vec<Box<dyn port::Channel>> {
    let all: [Box<dyn port::Channel>; 3] = [
        Box::new(Provider(Channel::Email, mail.clone())),
        Box::new(Provider(Channel::Push, Replies::default())),
        Box::new(channels::onsite::Onsite::new(Arc::new(desk.clone()))),
    ];
    all.into_iter().filter(|it| wanted.contains(it.channel())).collect()
}

/// Takes every call, but of `gone.example` none.
struct Receivers;

impl Caller for Receivers {
    fn concurrency(&self) -> usize {
        2
    }

    fn call(&self, hook: &Hook, _now: Timestamp) -> HookReply {
        match hook.url.contains("//gone.example/") {
            true => HookReply::Never { detail: "410".to_owned() },
            false => HookReply::Answered { status: 200 },
        }
    }
}

impl World {
    pub async fn new() -> World {
        World::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> World {
        World::over(MemoryStore::new(), change).await
    }

    /// A process that was away for a day.
    pub async fn after_absence() -> World {
        let mut store = MemoryStore::new();
        let yesterday = Timestamp(real_now().0 - model::Span::DAY.0);
        let changes = port::Changes { now: yesterday, durable: true, ..port::Changes::default() };
        store.commit(&changes).expect("memory takes it");
        World::over(store, |_| {}).await
    }

    /// A process whose panel has counted for long: what each cell's people brought, by cell.
    pub async fn after_counting(cells: &[(u16, Vec<f64>)]) -> World {
        let mut store = MemoryStore::new();
        let now = real_now();
        let entered = now.day() - 40;
        let entry = |(cell, outcomes): &(u16, Vec<f64>)| {
            let sums = serde_json::json!({"sums.1": measurement::Sums::of(outcomes)});
            let key = format!("0/{entered}/in/{cell}/orders");
            port::Entry::put(Space::Sums, key, sums.to_string().into_bytes())
        };
        let entries = cells.iter().map(entry).collect();
        let changes = port::Changes { now, durable: true, entries, ..port::Changes::default() };
        store.commit(&changes).expect("memory takes it");
        let mut world = World::over(store, |settings| settings.simulated = true).await;
        world.sign_in().await;
        world
    }

    /// A process that finds this in its catalog.
    pub async fn after_storing(entries: Vec<port::Entry>) -> World {
        let mut store = MemoryStore::new();
        let changes =
            port::Changes { now: real_now(), durable: true, entries, ..port::Changes::default() };
        store.commit(&changes).expect("memory takes it");
        let mut world = World::over(store, |_| {}).await;
        world.sign_in().await;
        world
    }

    /// Log and history as one.
    pub fn fact_source(&self) -> FactSource<'_> {
        FactSource { log: &self.log, history: Some(&self.history) }
    }

    /// Takes a merge back, as its plan says.
    pub async fn undo(&self, merge: &str) {
        let path = format!("/api/v1/merges/{merge}/undo");
        let plan = self.json(&format!("GET {path}")).await["plan"].clone();
        let json = "content-type: application/json";
        self.json(&format!("POST {path}\n{json}\n\n{{\"plan\":{plan}}}")).await;
    }

    /// Files everything that is committed, and lets the log go as far as it goes.
    pub async fn file_and_trim(&self) {
        let views = self.store.reader().expect("views");
        while let Some(filed) = engine::file(&self.log, &self.history, &*views).expect("a filing") {
            self.put(filed.entries).await;
        }
        self.put(engine::file_parted(&self.history, &*views).expect("a filing")).await;
        self.log.trim(self.history.position().expect("a position")).expect("a trimming");
    }

    async fn over(store: MemoryStore, change: impl FnOnce(&mut Settings)) -> World {
        let (log, history) = (MemoryLog::new(), MemoryHistory::new());
        let keys = Keys { chance: ChanceKey([7; 32]), link: LinkKey([9; 32]) };
        let ahead_ms = Arc::new(AtomicI64::new(0));
        let ahead = ahead_ms.clone();
        let mut settings = Settings::new("Test shop", "0.1.0");
        settings.networks = NETWORKS.into_iter().collect();
        settings.setup_token = Some(SETUP_TOKEN.to_owned());
        settings.clock = Arc::new(move || Timestamp(real_now().0 + ahead.load(Ordering::SeqCst)));
        settings.providers = [Channel::Email, Channel::Push].into_iter().collect();
        change(&mut settings);
        if settings.visitors.signers.is_some() {
            settings.providers = settings.providers.with(Channel::Onsite);
        }
        let providers: ChannelSet = settings.providers;
        let log_of_engine: Arc<dyn FactLog> = Arc::new(log.clone());
        let mut engine = Engine::open(Parts {
            store: Box::new(store.clone()),
            log: log_of_engine.clone(),
            keys,
            settings: EngineSettings::default(),
            providers,
        })
        .expect("an empty store opens");
        engine.keep_history(Arc::new(history.clone()));
        let replies = Replies::default();
        let desk = Desk::default();
        let channels = channels_of(providers, &replies, &desk);
        let networks = NETWORKS.map(MemoryPublisher::new);
        let host = {
            let caller: Option<Arc<dyn port::Caller>> = Some(Arc::new(Receivers));
            let publishers =
                networks.iter().map(|it| Box::new(it.clone()) as Box<dyn port::Publisher>);
            let publishers = publishers.collect();
            Host::start_with(engine, Outlets { channels, caller, publishers })
        };
        let handle = host.handle();
        // The first engine that there is; a test has one.
        assert!(desk.0.set(handle.clone()).is_ok());
        let readers = store.clone();
        let app = App {
            log: log_of_engine,
            history: Some(Arc::new(history.clone())),
            handle: handle.clone(),
            readers: Readers::new(move || readers.reader()),
            keys,
            settings,
        };
        let router = server::router(app);
        let world = World {
            store,
            log,
            history,
            handle,
            keys,
            networks,
            replies,
            router,
            ahead_ms,
            cookie: None,
            _host: host,
        };
        let now = real_now();
        let source = server::source_entry(&SourceId::from("shop"), "Shop", WRITE_KEY, now);
        world.put(vec![source]).await;
        world.apply(programme()).await;
        world
    }

    /// The same with somebody signed in.
    pub async fn signed_in() -> World {
        let mut world = World::new().await;
        world.sign_in().await;
        world
    }

    pub async fn sign_in(&mut self) {
        let body = format!(r#"{{"token":"{SETUP_TOKEN}","password":"{PASSWORD}"}}"#);
        let answer = self
            .ask(&format!("POST /api/v1/setup\ncontent-type: application/json\n\n{body}"))
            .await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        self.cookie = answer.cookie();
    }

    pub fn keep_cookie(&mut self, cookie: Option<String>) {
        self.cookie = cookie;
    }

    pub fn forget_cookie(&mut self) {
        self.cookie = None;
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(real_now().0 + self.ahead_ms.load(Ordering::SeqCst))
    }

    /// Moves the server's clock. The engine's stays.
    pub fn advance(&self, span: model::Span) {
        self.ahead_ms.fetch_add(span.millis(), Ordering::SeqCst);
    }

    /// `METHOD path`, header lines, an empty line, the body.
    pub async fn ask(&self, text: &str) -> Answer {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        self.ask_bytes(head, body.as_bytes().to_vec()).await
    }

    pub async fn ask_bytes(&self, head: &str, body: Vec<u8>) -> Answer {
        read(self.respond(head, body).await).await
    }

    /// A body of which nobody knows the length.
    pub async fn ask_stream(&self, head: &str, body: Body) -> Answer {
        read(self.send(head, body, None).await).await
    }

    /// The answer before its body was read.
    pub async fn respond(&self, head: &str, body: Vec<u8>) -> Response {
        let length = Some(body.len()).filter(|it| 0 < *it);
        self.send(head, Body::from(body), length).await
    }

    async fn send(&self, head: &str, body: Body, length: Option<usize>) -> Response {
        let mut lines = head.lines().map(str::trim).filter(|it| !it.is_empty());
        let first = lines.next().expect("a request line");
        let (method, path) = first.split_once(' ').expect("a method and a path");
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in lines.filter_map(|it| it.split_once(": ")) {
            request = request.header(name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        let request = request.body(body).expect("a request");
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    /// How the next mail is answered.
    pub fn answer_with(&self, reply: Reply) {
        self.replies.lock().expect("no panic").push_back(reply);
    }

    /// Asks and compares `status body`.
    pub async fn check(&self, text: &str, expected: &str) {
        let answer = self.ask(text).await;
        let shown = format!("{} {}", answer.status.as_u16(), answer.body.trim());
        assert_eq!(shown.trim(), expected, "for `{text}`");
    }

    pub async fn status(&self, text: &str) -> u16 {
        self.ask(text).await.status.as_u16()
    }

    /// The JSON of an answer; of the API, it must be as the document says.
    pub async fn json(&self, text: &str) -> serde_json::Value {
        let answer = self.ask(text).await;
        assert_eq!(answer.status, 200, "for `{text}`: {}", answer.body);
        let json = serde_json::from_str(&answer.body).expect("JSON");
        let (method, rest) = text.split_once(' ').expect("a method");
        let path = rest.lines().next().unwrap_or_default();
        if path.starts_with("/api/v1/") && path != "/api/v1/openapi.json" {
            assert_eq!(crate::conforms::problem(method, path, &json), None, "for `{text}`");
        }
        json
    }

    /// Sends one event through collection, and waits until the engine has it.
    pub async fn track(&self, json: &str) {
        let answer = self
            .ask(&format!("POST /v1/batch?writeKey={WRITE_KEY}\n\n{{\"batch\":[{json}]}}"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.settle().await;
    }

    /// Waits for a turn that has seen everything appended before.
    pub async fn settle(&self) {
        self.put(Vec::new()).await;
    }

    pub async fn put(&self, entries: Vec<port::Entry>) {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.handle.put(entries, move |stored| {
            let _ = sender.send(stored);
        });
        assert_eq!(receiver.await, Ok(true));
    }

    pub async fn until(&self, what: &str, holds: impl Fn(&World) -> bool) {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if holds(self) {
                return;
            }
            self.settle().await;
        }
        panic!("never came: {what}");
    }

    /// What a page shows as soon as it shows this: what it tells of the engine is a moment old.
    pub async fn shown(
        &self,
        path: &str,
        holds: impl Fn(&serde_json::Value) -> bool,
    ) -> serde_json::Value {
        let began = Instant::now();
        loop {
            let found = self.json(&format!("GET {path}")).await;
            if holds(&found) {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{path} never came to it: {found}");
            self.settle().await;
        }
    }

    pub async fn apply(&self, files: BTreeMap<String, String>) {
        let problems = record::programme::parse(&files).err().unwrap_or_default();
        assert!(problems.is_empty(), "{problems:?}");
        let version = self.handle.loaded().version;
        self.append(LogRecord::Control(Control::Apply {
            files,
            by: "test".to_owned(),
            after: None,
        }));
        self.until("the programme", |it| it.handle.loaded().version == version + 1).await;
    }

    pub fn append(&self, record: LogRecord) {
        self.log.append_now(vec![record.encode()]).expect("the log takes it");
    }

    /// A person with an address, and a mail that was sent to them.
    pub async fn with_mail(&self) -> Message {
        self.track(r#"{"type":"identify","userId":"ann","traits":{"email":"ann@example.test","name":"Ann"}}"#).await;
        let person = self.person("ann");
        self.consent(person, model::Span::minutes(-1));
        self.track(r#"{"type":"track","event":"Order Completed","userId":"ann","properties":{"order_id":"o1"}}"#).await;
        let sent = |it: &World| {
            let messages = it.store.messages_of(person, None, 10).expect("messages");
            messages.iter().any(|it| it.ledger_state() == LedgerState::Sent)
        };
        self.until("the mail", sent).await;
        self.store.messages_of(person, None, 10).expect("messages").remove(0)
    }

    /// The provider of e-mail answers nobody until what is returned is dropped.
    pub fn mute(&self) -> mpsc::Sender<()> {
        let (speak, mute) = mpsc::channel();
        let (told, is_mute) = mpsc::channel();
        let replies = self.replies.clone();
        std::thread::spawn(move || {
            let _held = replies.lock();
            told.send(()).expect("somebody waits for it");
            mute.recv().unwrap_or(());
        });
        is_mute.recv().expect("the thread holds the provider");
        speak
    }

    /// The yes to e-mail about everything, said so long after now.
    pub fn consent(&self, person: PersonId, after: model::Span) {
        self.append(LogRecord::Fact(consent(person, after)));
    }

    pub fn person(&self, user_id: &str) -> PersonId {
        self.owner(Identifier::user_id(user_id))
    }

    pub fn owner(&self, identifier: Identifier) -> PersonId {
        let owners = self.store.owners(&[identifier]).expect("owners");
        owners[0].expect("somebody has this identifier")
    }

    pub fn consents(&self, person: PersonId) -> Consents {
        self.store.load(&[person]).expect("a person").remove(0).consents
    }

    /// What a person said no to, in words.
    pub fn noes(&self, person: PersonId) -> Vec<String> {
        let consents = self.consents(person);
        let noes = consents
            .listing(Timestamp::MAX)
            .into_iter()
            .filter(|it| it.state == decision::ConsentState::Withdrawn);
        noes.map(|it| {
            let channel = it.channel.map_or("every channel", Channel::name);
            let topic = it.topic.as_ref().map_or("every topic", |it| it.as_str());
            format!("{channel}, {topic} ({})", it.source)
        })
        .collect()
    }

    /// The facts in the log whose event has this name.
    pub fn facts(&self, name: &str) -> Vec<Fact> {
        let records = self.log.read(port::LogPosition(0), usize::MAX, usize::MAX).expect("the log");
        let decoded = records.iter().map(|(_, bytes)| LogRecord::decode(bytes).expect("a record"));
        decoded
            .filter_map(|it| match it {
                LogRecord::Fact(fact) if fact.event.name() == name => Some(fact),
                LogRecord::Fact(_) | LogRecord::Control(_) | LogRecord::Blank => None,
            })
            .collect()
    }

    pub fn events(&self) -> u64 {
        self.log.read(port::LogPosition(0), usize::MAX, usize::MAX).expect("the log").len() as u64
    }

    /// The path of a signed link.
    pub fn path(&self, link: &Link) -> String {
        link.address("", &self.keys.link)
    }

    pub fn click(&self, message: MessageId, url: &str) -> String {
        self.path(&Link::Click { message, url: url.to_owned() })
    }

    pub fn catalog(&self, space: Space) -> Vec<(String, Vec<u8>)> {
        self.store.list(space, "").expect("the catalog")
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("")
    }

    /// `fulcrum_session=…` of the answer.
    pub fn cookie(&self) -> Option<String> {
        let set = self.header("set-cookie");
        Some(set.split(';').next()?.to_owned()).filter(|it| !it.is_empty())
    }
}

async fn read(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

fn real_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_millis() as i64)
}

fn consent(person: PersonId, after: model::Span) -> Fact {
    let now = real_now();
    let statement = decision::Statement {
        proof: String::new(),
        expires: None,
        purpose: model::Purpose::Marketing,
        channel: Some(Channel::Email),
        topic: None,
        address: None,
        state: decision::ConsentState::Granted,
        at: now + after,
        source: "form".to_owned(),
        wording: String::new(),
    };
    let event = Event {
        source: SourceId::from("test"),
        message_id: None,
        kind: EventKind::Track { name: "Form Sent".to_owned() },
        user_id: None,
        anonymous_id: None,
        properties: Map::from([("form".to_owned(), Value::from("footer"))]),
        context: Map::new(),
        time: now,
        received: now,
        flags: EventFlags::default(),
    };
    Fact { event, person: Some(person), acts: vec![record::Act::State(statement)] }
}
