//! The data directory: the log, the store, the keys of the installation, and who may write.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use channels::webhook::Secret;
use content::LinkKey;
use engine::{Engine, EngineSettings, Hold, Keys, Parts, Restored};
use lake::Lake;
use log_segments::SegmentLog;
use model::{ChanceKey, ChannelSet, Span, Timestamp};
use port::{Catalog, Changes, Entry, LogError, LogPosition, People, Space, Store, StoreError};
use record::{WEBHOOK_SECRETS, WebhookSecrets};
use serde::{Deserialize, Serialize};
use store_sqlite::SqliteStore;

use crate::stop::Stop;

/// Where everything of one installation is.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

/// Log and store, opened by the one process that may write.
pub struct Opened {
    pub log: Arc<SegmentLog>,
    pub store: SqliteStore,
    pub history: Arc<Lake>,
    pub keys: Keys,
}

/// The store of an installation that may be running, to read from.
pub struct Reading {
    pub store: SqliteStore,
    /// The copy that was made, if another process has the store itself.
    _copy: Option<tempfile::TempDir>,
}

/// The engine's own reading of an installation. It takes no turn.
pub struct StillEngine {
    pub engine: Engine,
    _copy: Option<tempfile::TempDir>,
}

impl StillEngine {
    /// Whether it reads a copy, since another process has the data.
    pub fn is_copy(&self) -> bool {
        self._copy.is_some()
    }
}

impl Reading {
    pub fn engine(mut self) -> anyhow::Result<StillEngine> {
        let keys = keys(&mut self.store, now())?;
        let engine = Engine::open(Parts {
            store: Box::new(self.store),
            log: Arc::new(port::MemoryLog::new()),
            keys,
            settings: EngineSettings::default(),
            providers: ChannelSet::EMPTY,
        })
        .context("could not read the installation")?;
        Ok(StillEngine { engine, _copy: self._copy })
    }
}

/// The secrets, as stored. Versioned by their tag.
#[derive(Serialize, Deserialize)]
enum StoredKeys {
    #[serde(rename = "keys.1")]
    Keys { chance: String, link: String },
}

const KEYS: &str = "keys";
/// The engine's own entries.
const HOLD: &str = "hold";
const RESTORED: &str = "restored";
/// Says that all people and events come from the simulated market, and holds its truth.
const SIMULATED: &str = "simulated";

impl DataDir {
    pub fn new(path: PathBuf) -> DataDir {
        DataDir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn log_path(&self) -> PathBuf {
        self.0.join("log")
    }

    pub fn store_path(&self) -> PathBuf {
        self.0.join("store")
    }

    pub fn history_path(&self) -> PathBuf {
        self.0.join("history")
    }

    /// The history, which nobody else has open: whoever holds the store may.
    pub fn open_history(&self, committed: LogPosition) -> anyhow::Result<Lake> {
        Lake::open(&self.history_path(), committed).context("could not open the history")
    }

    /// What was handed to providers. Outside of every backup, so that a restored one can know what
    /// left after it was taken.
    pub fn journal_path(&self) -> PathBuf {
        self.0.join("journal")
    }

    pub fn open_journal(&self) -> anyhow::Result<SegmentLog> {
        /// Keys are short: this is some hundred thousand messages.
        const SEGMENT_BYTES: u64 = 8 << 20;
        let options = log_segments::Options {
            segment_bytes: SEGMENT_BYTES,
            ahead_bytes: SEGMENT_BYTES / 8,
            ..log_segments::Options::default()
        };
        SegmentLog::open(&self.journal_path(), options)
            .context("could not open the journal of what was sent")
    }

    pub fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.0).map_or(true, |mut it| it.next().is_none())
    }

    /// Whether an installation ever began here.
    pub fn exists(&self) -> bool {
        self.store_path().is_dir()
    }

    pub fn must_exist(&self) -> anyhow::Result<()> {
        if self.exists() {
            return Ok(());
        }
        let stop = Stop::usage(format!("there are no data in {}", self.0.display()));
        Err(stop.hint("give --data DIR; `fulcrum serve` and `fulcrum demo` begin one").into())
    }

    /// Opens for writing, and makes the keys if this is the first time.
    pub fn open(&self) -> anyhow::Result<Opened> {
        self.open_with(now(), store_sqlite::Options::default())
    }

    /// The same at another time than now, which is stored as that of the first commit.
    pub fn open_with(
        &self,
        now: Timestamp,
        options: store_sqlite::Options,
    ) -> anyhow::Result<Opened> {
        std::fs::create_dir_all(&self.0)
            .with_context(|| format!("could not create {}", self.0.display()))?;
        // The store first: a running server holds both, and of two that start one waits for none.
        let mut store = SqliteStore::open(&self.store_path(), options)
            .map_err(|error| self.explain_store(error))?;
        let log = SegmentLog::open(&self.log_path(), log_segments::Options::default())
            .map_err(|error| self.explain_log(error))?;
        let keys = keys(&mut store, now)?;
        let history = Arc::new(self.open_history(store.log_position()?)?);
        Ok(Opened { log: Arc::new(log), store, history, keys })
    }

    /// Whether another process has these data open.
    pub fn is_running(&self) -> anyhow::Result<bool> {
        if !self.exists() {
            return Ok(false);
        }
        match SqliteStore::open(&self.store_path(), store_sqlite::Options::default()) {
            Ok(_) => Ok(false),
            Err(StoreError::InUse { .. }) => Ok(true),
            Err(error) => Err(self.explain_store(error)),
        }
    }

    pub fn open_store(&self) -> anyhow::Result<SqliteStore> {
        SqliteStore::open(&self.store_path(), store_sqlite::Options::default())
            .map_err(|error| self.explain_store(error))
    }

    /// For reading, also while a server runs.
    pub fn read(&self) -> anyhow::Result<Reading> {
        self.must_exist()?;
        let open = |path: &Path| SqliteStore::open(path, store_sqlite::Options::default());
        match open(&self.store_path()) {
            Ok(store) => Ok(Reading { store, _copy: None }),
            // A server runs: a consistent copy of its store is as good.
            Err(StoreError::InUse { .. }) => {
                let copy = tempfile::tempdir().context("could not make a place for a copy")?;
                store_sqlite::backup(&self.store_path(), copy.path())
                    .context("could not copy the store of the running server")?;
                Ok(Reading { store: open(copy.path())?, _copy: Some(copy) })
            }
            Err(error) => Err(self.explain_store(error)),
        }
    }

    fn explain_store(&self, error: StoreError) -> anyhow::Error {
        match error {
            StoreError::InUse { .. } => self.in_use(),
            other => anyhow::Error::new(other),
        }
    }

    fn explain_log(&self, error: LogError) -> anyhow::Error {
        match error {
            LogError::InUse { .. } => self.in_use(),
            other => anyhow::Error::new(other),
        }
    }

    fn in_use(&self) -> anyhow::Error {
        let message = format!("the data in {} are in use by a running server", self.0.display());
        Stop::failed(message).hint("stop it first, or do this in its app").into()
    }
}

/// Writes entries of the catalog while no engine runs.
pub fn put(store: &mut SqliteStore, entries: Vec<Entry>) -> anyhow::Result<()> {
    // Not a moment of the engine: the time since its own last commit decides about a hold.
    let now = store.last_commit()?.unwrap_or_else(now);
    let changes = Changes { now, durable: true, entries, ..Changes::default() };
    store.commit(&changes).context("could not write to the store")
}

/// Where nothing ever happened, nothing can have been missed: the time away begins now.
pub fn touch_if_unused(store: &mut SqliteStore) -> anyhow::Result<()> {
    let used = store.log_position()? != LogPosition(0) || 0 < store.count()?;
    if used { Ok(()) } else { touch(store) }
}

/// From here on it counts as being away, and not from the engine's last commit.
pub fn touch(store: &mut SqliteStore) -> anyhow::Result<()> {
    store.commit(&Changes { now: now(), durable: true, ..Changes::default() })?;
    Ok(())
}

/// What `fulcrum demo` stored about its market, if these data are of one.
pub fn simulated(views: &(impl Catalog + ?Sized)) -> anyhow::Result<Option<serde_json::Value>> {
    let Some(bytes) = views.get(Space::System, SIMULATED)? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&bytes).context("the stored truth cannot be read")?))
}

pub fn simulated_entry(truth: &impl Serialize) -> anyhow::Result<Entry> {
    Ok(Entry::put(Space::System, SIMULATED, serde_json::to_vec(truth)?))
}

/// Why nothing goes out, as stored.
pub fn hold(views: &(impl Catalog + ?Sized)) -> anyhow::Result<Option<Hold>> {
    let Some(bytes) = views.get(Space::System, HOLD)? else { return Ok(None) };
    serde_json::from_slice(&bytes).context("the stored hold cannot be read")
}

/// Tells the engine that what was due until then may have left before.
pub fn restored_entry(restored: &Restored) -> anyhow::Result<Entry> {
    Ok(Entry::put(Space::System, RESTORED, serde_json::to_vec(restored)?))
}

pub fn hold_entry(hold: &Hold) -> anyhow::Result<Entry> {
    Ok(Entry::put(Space::System, HOLD, serde_json::to_vec(hold)?))
}

/// The files of the programme that runs; none before the first.
pub fn newest_programme(
    views: &(impl Catalog + ?Sized),
) -> anyhow::Result<Option<crate::programme_files::Files>> {
    let Some((_, bytes)) = views.list(Space::Programme, "")?.pop() else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&bytes).context("the stored programme cannot be read")?))
}

pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// For people: nobody asks for the milliseconds of hours.
pub fn whole_seconds(span: Span) -> Span {
    Span(span.0 / Span::SECOND.0 * Span::SECOND.0)
}

pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(bytes)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

pub fn keys(store: &mut SqliteStore, now: Timestamp) -> anyhow::Result<Keys> {
    if let Some(bytes) = store.get(Space::System, KEYS)? {
        let StoredKeys::Keys { chance, link } =
            serde_json::from_slice(&bytes).context("the stored keys cannot be read")?;
        let key = |text: &str| from_hex(text).context("a stored key cannot be read");
        return Ok(Keys { chance: ChanceKey(key(&chance)?), link: LinkKey(key(&link)?) });
    }
    let keys = Keys { chance: ChanceKey(random()?), link: LinkKey(random()?) };
    put_keys(store, &keys, now)?;
    Ok(keys)
}

/// The secrets that calls of other systems are signed with, made if there are none.
pub fn webhook_secrets(store: &mut SqliteStore) -> anyhow::Result<WebhookSecrets> {
    if let Some(stored) = stored_webhook_secrets(store)? {
        return Ok(stored);
    }
    let secrets = WebhookSecrets::new(Secret::of(random()?).text());
    put_webhook_secrets(store, &secrets)?;
    Ok(secrets)
}

pub fn stored_webhook_secrets(
    views: &(impl Catalog + ?Sized),
) -> anyhow::Result<Option<WebhookSecrets>> {
    let Some(bytes) = views.get(Space::System, WEBHOOK_SECRETS)? else { return Ok(None) };
    Ok(Some(WebhookSecrets::decode(&bytes)?))
}

pub fn put_webhook_secrets(
    store: &mut SqliteStore,
    secrets: &WebhookSecrets,
) -> anyhow::Result<()> {
    put(store, vec![Entry::put(Space::System, WEBHOOK_SECRETS, secrets.encode())])
}

pub fn put_keys(store: &mut SqliteStore, keys: &Keys, now: Timestamp) -> anyhow::Result<()> {
    let stored = StoredKeys::Keys { chance: hex(&keys.chance.0), link: hex(&keys.link.0) };
    let now = store.last_commit()?.unwrap_or(now);
    let entries = vec![Entry::put(Space::System, KEYS, serde_json::to_vec(&stored)?)];
    store.commit(&Changes { now, durable: true, entries, ..Changes::default() })?;
    Ok(())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 2 * bytes.len() || !text.is_ascii() {
        return None;
    }
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(bytes)
}
