//! What the server is made of, and the few ways in which routes read, append and commit.

use crate::access::{Bucket, Door};
use crate::api::test_sends;
use crate::collect::{Known, Live, Sources};
use crate::jobs::Jobs;
use crate::pressure::Pressure;
use crate::problem::Problem;
use crate::readers::Readers;
use channels::dns::Sender;
use channels::onsite::Signers;
use engine::{Facts, Handle, Keys};
use model::{Channel, ChannelSet, Network, Timestamp};
use port::{Entry, FactLog, History, LogPosition, Views};
use record::{Fact, LogRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// How long an answer waits for the engine's commit. A turn takes 20 ms; a page that waited longer
/// than this is better told to try again.
const COMMIT_WAIT: Duration = Duration::from_secs(20);

/// People who type their address into the form for a link: so many at once, and one more after each
/// interval. Each costs a commit.
const ASKING_MAX: u32 = 60;
const ASKING_EVERY: Duration = Duration::from_secs(1);

/// Where the time comes from: the machine, or a test's hand.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The parts that the server works with.
pub struct App {
    pub log: Arc<dyn FactLog>,
    /// Where facts are that the log has let go of.
    pub history: Option<Arc<dyn History>>,
    pub handle: Handle,
    pub readers: Readers,
    pub keys: Keys,
    pub settings: Settings,
}

impl App {
    /// What the threads need that read mailboxes and hear providers beside this server.
    pub fn needs_of_mailboxes(&self) -> crate::mailboxes::Needs {
        crate::mailboxes::Needs {
            log: self.log.clone(),
            handle: self.handle.clone(),
            readers: self.readers.clone(),
            keys: self.keys,
            clock: self.settings.clock.clone(),
            states: self.settings.mailboxes.clone(),
        }
    }
}

pub struct Settings {
    /// The installation's name, shown in the app. Empty: that of the brand in the programme.
    pub name: String,
    pub version: String,
    /// All people and events come from the simulated market.
    pub simulated: bool,
    /// Channels that have a provider.
    pub providers: ChannelSet,
    /// Networks that have an account to publish by.
    pub networks: BTreeSet<Network>,
    /// What the settings say of each channel's provider, without any secret.
    pub provider_settings: BTreeMap<Channel, ProviderSettings>,
    /// Whose mail leaves how, as far as the settings say it.
    pub sender: Sender,
    /// Who is asked what stands in the DNS.
    pub resolver: Option<SocketAddr>,
    /// Hosts inside that links may lead to.
    pub links_allow: Vec<String>,
    /// Reads what providers call back, if any may.
    pub callbacks: Option<Arc<channels::callbacks::Receiver>>,
    /// Who may ask what waits on the site.
    pub visitors: Visitors,
    /// How the mailboxes are that are read.
    pub mailboxes: crate::mailboxes::MailboxStates,
    /// Webhooks are signed with a secret of the settings and not with one that is stored.
    pub webhook_secret_is_set: bool,
    /// Sets the admin's password, once per process.
    pub setup_token: Option<String>,
    /// The app is reached by https only.
    pub secure_cookies: bool,
    /// Where the data lies; its disk is watched. None: nothing to watch.
    pub data_dir: Option<PathBuf>,
    pub limits: Limits,
    /// What the simulated market holds, in the form of the key `truth` of `fulcrum demo`.
    pub truth: Option<serde_json::Value>,
    pub clock: Clock,
}

/// A provider as a page may show it.
#[derive(Clone, Debug, Default)]
pub struct ProviderSettings {
    /// The table of the settings that names it, such as `smtp`.
    pub table: String,
    /// Name and value in the order in which they are shown; no secret is among them.
    pub settings: Vec<(String, String)>,
}

/// What the script on the business's own pages may have.
#[derive(Clone, Debug, Default)]
pub struct Visitors {
    /// Whose word it is who is signed in. None: no message waits on the site.
    pub signers: Option<Signers>,
    /// The pages that may ask. Empty: any.
    pub origins: Vec<String>,
    /// What a browser subscribes to push messages with, if there are any.
    pub push_key: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub collection: collection::Limits,
    /// Bodies of collection requests that may be in memory at once; more are told to come back.
    pub bodies_bytes_max: usize,
    /// Below either of these the disk counts as full: it takes some time to empty one, and answers,
    /// withdrawals and the store itself need room.
    pub free_bytes_min: u64,
    pub free_share_min: f64,
    /// Sign-ins that may be tried at once, and how often one more becomes free.
    pub sign_ins_max: u32,
    pub sign_in_every: Duration,
}

/// The state behind all routes.
pub(crate) struct Shared {
    pub log: Arc<dyn FactLog>,
    /// All facts, of the log and of the history.
    pub facts: Facts,
    pub handle: Handle,
    pub readers: Readers,
    pub keys: Keys,
    pub settings: Settings,
    pub sources: Sources,
    pub live: Live,
    pub known: Known,
    pub pressure: Pressure,
    pub door: Door,
    /// Held while somebody's wishes are read and stored again, so that no choice is lost.
    pub wishes: tokio::sync::Mutex<()>,
    /// Held while the log is read for somebody's data.
    pub exports: tokio::sync::Mutex<()>,
    /// Links that strangers may ask for by typing an address.
    pub asking: Bucket,
    /// Contents that are sent to the team as a test.
    pub testing: Bucket,
    /// How often the same address is typed into forms.
    pub forms: crate::site::Limit,
    /// How often a visitor's browser asks what waits.
    pub asks: crate::site::Limit,
    pub jobs: Jobs,
}

impl Settings {
    /// Settings of a small installation on the machine's clock.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Settings {
        Settings {
            name: name.into(),
            version: version.into(),
            simulated: false,
            providers: ChannelSet::EMPTY,
            networks: BTreeSet::new(),
            provider_settings: BTreeMap::new(),
            sender: Sender::default(),
            resolver: None,
            links_allow: Vec::new(),
            callbacks: None,
            visitors: Visitors::default(),
            mailboxes: crate::mailboxes::MailboxStates::default(),
            webhook_secret_is_set: false,
            setup_token: None,
            secure_cookies: false,
            data_dir: None,
            limits: Limits::default(),
            truth: None,
            clock: Arc::new(real_now),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            collection: collection::Limits::default(),
            bodies_bytes_max: 128 << 20,
            free_bytes_min: 2 << 30,
            free_share_min: 0.05,
            sign_ins_max: 10,
            sign_in_every: Duration::from_secs(6),
        }
    }
}

impl Shared {
    pub fn new(app: App) -> Shared {
        let App { log, history, handle, readers, keys, settings } = app;
        Shared {
            facts: Facts { log: Arc::clone(&log), history },
            log,
            handle,
            readers,
            keys,
            sources: Sources::default(),
            live: Live::default(),
            known: Known::default(),
            pressure: Pressure::new(&settings),
            door: Door::new(&settings),
            wishes: tokio::sync::Mutex::new(()),
            exports: tokio::sync::Mutex::new(()),
            asking: Bucket::new(ASKING_MAX, ASKING_EVERY),
            testing: Bucket::new(test_sends::TRIES_MAX, test_sends::TRY_EVERY),
            forms: crate::site::Limit::of_forms(),
            asks: crate::site::Limit::of_visitors(),
            jobs: Jobs::default(),
            settings,
        }
    }

    pub fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    /// Reads the committed state, on a thread that may wait for the disk.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Views) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let readers = self.readers.clone();
        let work = move || readers.with(read);
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Problem::internal()))
    }

    /// Works something out that takes a while, on a thread that may; no view of the store stands open
    /// meanwhile.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Problem::internal()))
    }

    /// Appends and waits until the records are durable.
    pub async fn append(&self, records: Vec<Vec<u8>>) -> Result<LogPosition, Problem> {
        let (sender, receiver) = oneshot::channel();
        self.log.append(records, Box::new(move |result| drop(sender.send(result))));
        match receiver.await {
            Ok(Ok(position)) => Ok(position),
            Ok(Err(error)) => {
                tracing::error!(%error, "the log did not take an append");
                Err(Problem::unavailable("the log cannot be written at the moment"))
            }
            Err(_) => Err(Problem::unavailable("the log is closed")),
        }
    }

    /// Sends a wish through the engine's own lane for wishes, with a copy to the log. Returns when
    /// the engine has committed it; that alone is enough.
    pub async fn urgent(&self, fact: Fact) -> Result<(), Problem> {
        let copy = LogRecord::Fact(fact.clone()).encode();
        self.log.append(
            vec![copy],
            Box::new(|result| {
                if let Err(error) = result {
                    tracing::warn!(%error, "a wish is committed without its copy in the log");
                }
            }),
        );
        let (sender, receiver) = oneshot::channel();
        self.handle.urgent(fact, move |stored| answer(sender, stored));
        committed(receiver).await
    }

    /// Has a call of another system made again.
    pub async fn retry_call(&self, key: String) -> Result<(), Problem> {
        let (sender, receiver) = oneshot::channel();
        self.handle.retry_call(key, move |stored| answer(sender, stored));
        committed(receiver).await
    }

    /// Takes messages off the site, by their keys.
    pub async fn take_out(&self, keys: Vec<String>) -> Result<(), Problem> {
        let (sender, receiver) = oneshot::channel();
        self.handle.take_out(keys, move |stored| answer(sender, stored));
        committed(receiver).await
    }

    /// Writes entries of the catalog.
    pub async fn put(&self, entries: Vec<Entry>) -> Result<(), Problem> {
        let (sender, receiver) = oneshot::channel();
        self.handle.put(entries, move |stored| answer(sender, stored));
        committed(receiver).await
    }
}

async fn committed(receiver: oneshot::Receiver<bool>) -> Result<(), Problem> {
    match tokio::time::timeout(COMMIT_WAIT, receiver).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false) | Err(_)) | Err(_) => {
            Err(Problem::unavailable("it could not be stored at the moment"))
        }
    }
}

/// Tells the waiting route, if it still waits.
fn answer(waiting: oneshot::Sender<bool>, stored: bool) {
    let _ = waiting.send(stored);
}

/// Random bytes for ids, sessions and keys.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

fn real_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
