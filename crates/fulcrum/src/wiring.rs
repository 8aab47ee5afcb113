//! The place where adapters are chosen and everything is put together: one engine, its providers,
//! and the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use channels::callbacks::Receiver;
use channels::imap::{Imap, MailboxConfig};
use channels::webhook::{Secret, WebhookConfig, Webhooks};
use engine::{Engine, EngineSettings, Filler, Host, Outlets, Parts};
use model::Timestamp;
use port::{Catalog, FactLog, Space, Store};
use server::lines::Lines;
use server::mailboxes::{Mailboxes, ReadMailbox};
use server::{App, Readers, Settings};
use store_sqlite::SqliteStore;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::commands::tell;
use crate::config::Config;
use crate::data::{self, DataDir, Opened, hex, random};
use crate::historian::{self, Historian, Needs};
use crate::providers::{self, Providers};
use crate::shared_store::SharedStore;
use crate::stop::Stop;

/// How long requests that were under way may take after the signal to stop. Live views never end
/// by themselves.
const FINISH_TIME_MAX: Duration = Duration::from_secs(10);

/// Simulated people concern nobody outside.
fn caller(
    config: &Config,
    settings: &Settings,
    store: &SharedStore,
) -> Option<Arc<dyn port::Caller>> {
    let is_real = !settings.simulated;
    is_real.then(|| Arc::new(webhooks(&config.webhooks, store.clone())) as Arc<dyn port::Caller>)
}

/// Whoever calls other systems, with the secrets of the settings or else those that are stored, which
/// may change while it runs.
pub fn webhooks(config: &WebhookConfig, views: impl Catalog + Send + Sync + 'static) -> Webhooks {
    let set = config.secrets();
    let secrets = move |now: Timestamp| -> Vec<Secret> {
        if !set.is_empty() {
            return set.clone();
        }
        let stored = data::stored_webhook_secrets(&views).unwrap_or_else(|error| {
            tracing::error!(%error, "the secrets of webhooks cannot be read");
            None
        });
        let texts = stored.iter().flat_map(|it| it.at(now));
        texts.filter_map(|it| Secret::parse(it).ok()).collect()
    };
    Webhooks::new(config.clone(), Box::new(secrets))
}

/// Refuses to be reached from elsewhere unless that was asked for.
pub fn check_bind(bind: &str, allow_remote: bool) -> anyhow::Result<SocketAddr> {
    let address: SocketAddr = bind.parse().map_err(|_| {
        let stop = Stop::usage(format!("`{bind}` is not an address to listen on"));
        stop.hint("write it like 127.0.0.1:7411; port 0 takes a free one")
    })?;
    if !address.ip().is_loopback() && !allow_remote {
        let message = format!("{address} can be reached from other machines");
        let hint = "keep to 127.0.0.1 behind a proxy with https, or say --allow-remote";
        return Err(Stop::usage(message).hint(hint).into());
    }
    Ok(address)
}

/// Serves the data until the process is told to stop. `ready` is told the address.
pub fn serve(
    data: &DataDir,
    opened: Opened,
    config: &Config,
    bind: SocketAddr,
    ready: impl FnOnce(&Ready),
) -> anyhow::Result<()> {
    let Opened { log, mut store, history, keys } = opened;
    data::touch_if_unused(&mut store)?;
    let truth = data::simulated(&store)?;
    // Simulated people concern nobody outside, and nobody outside concerns them.
    let (providers, mailboxes) = match truth {
        Some(_) => (Providers::simulated()?, Vec::new()),
        None => (Providers::of(config)?, mailboxes_of(config)?),
    };
    let setup_token = setup_token(&store)?;
    let held = held(&store)?;
    if truth.is_none() && config.webhooks.secret.is_none() {
        data::webhook_secrets(&mut store)?;
    }
    let shared = SharedStore::new(store);
    let parts = Parts {
        store: Box::new(shared.clone()),
        log: log.clone(),
        keys,
        settings: config.engine()?,
        providers: providers.set,
    };
    let mut engine = Engine::open(parts).context("could not start the engine")?;
    engine.keep_journal(Arc::new(data.open_journal()?));
    engine.keep_history(history.clone());
    engine.fill_from_history();
    let mut settings = settings(config, data, truth)?;
    settings.providers = providers.set;
    settings.networks = providers.publishers.iter().map(|it| it.network()).collect();
    settings.setup_token = setup_token.clone();
    let host = {
        let caller = caller(config, &settings, &shared);
        let (channels, publishers) = (providers.channels, providers.publishers);
        Host::start_with(engine, Outlets { channels, caller, publishers })
    };
    providers.desk.open(host.handle());
    let readers_of_historian = shared.clone();
    let historian = Historian::start(Needs {
        log: Arc::downgrade(&log),
        history: history.clone(),
        views: Box::new(move || readers_of_historian.reader()),
        handle: host.handle(),
        keys,
        data: data.clone(),
        keep_log: config.keep_log.unwrap_or(historian::KEEP_LOG),
    });
    let filler = Filler::start(host.handle(), history.clone());
    let log: Arc<dyn FactLog> = log;
    let readers = Readers::new(move || shared.reader());
    let app = App { log, history: Some(history), handle: host.handle(), readers, keys, settings };
    let mailboxes = Mailboxes::start(mailboxes, &app.needs_of_mailboxes());
    let lines = Lines::start(providers.lines, &app.needs_of_mailboxes());
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.enable_all().build().context("could not start the server's threads")?;
    let served = runtime.block_on(listen(app, bind, setup_token, held, ready));
    // Pages first, then the engine: a request that is being answered may wait for its commit.
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop((mailboxes, lines));
    drop(filler);
    drop(historian);
    drop(host);
    served
}

/// For setting the first password; none once there is one.
fn setup_token(store: &SqliteStore) -> anyhow::Result<Option<String>> {
    Ok(match store.get(Space::Access, "admin")? {
        Some(_) => None,
        None => Some(hex(&random::<16>()?)),
    })
}

/// Reads the secrets that the settings name.
fn mailboxes_of(config: &Config) -> anyhow::Result<Vec<ReadMailbox>> {
    let of = |(name, set): (&String, &MailboxConfig)| -> anyhow::Result<ReadMailbox> {
        let imap = Imap::new(name, set.clone()).map_err(providers::stop)?;
        let (name, interval) = (name.clone(), set.interval);
        Ok(ReadMailbox { name, mailbox: Box::new(imap), interval })
    };
    config.mailbox.iter().map(of).collect()
}

fn settings(
    config: &Config,
    data: &DataDir,
    truth: Option<serde_json::Value>,
) -> anyhow::Result<Settings> {
    let name = config.name.clone().unwrap_or_default();
    let mut settings = Settings::new(name, env!("CARGO_PKG_VERSION"));
    settings.simulated = truth.is_some();
    settings.truth = truth;
    if !settings.simulated {
        let receiver = Receiver::new(&config.callbacks, config.sms.as_ref());
        settings.callbacks = Some(Arc::new(receiver.map_err(providers::stop)?));
        settings.provider_settings = providers::shown(config);
        settings.visitors = providers::visitors(config)?;
        settings.sender = providers::sender(config)?;
    }
    settings.webhook_secret_is_set = config.webhooks.secret.is_some();
    // Without one the page says so where it would ask.
    settings.resolver = config.dns.address().ok();
    settings.links_allow.clone_from(&config.links.allow);
    settings.secure_cookies = config.https;
    settings.data_dir = Some(data.path().to_owned());
    Ok(settings)
}

/// What is known when the server listens.
pub struct Ready {
    pub address: SocketAddr,
    /// For setting the first password.
    pub setup_link: Option<String>,
    /// Why nothing goes out at first.
    pub held: Option<String>,
}

/// Why the engine will hold everything back when it starts, if it will.
fn held(store: &SqliteStore) -> anyhow::Result<Option<String>> {
    if let Some(hold) = data::hold(store)? {
        return Ok(Some(hold.reason));
    }
    let Some(last) = store.last_commit()? else { return Ok(None) };
    let away = data::whole_seconds(data::now() - last);
    let too_long = EngineSettings::default().away_max < away;
    Ok(too_long.then(|| format!("nothing was committed for {away}, since {last}")))
}

async fn listen(
    app: App,
    bind: SocketAddr,
    setup_token: Option<String>,
    held: Option<String>,
    ready: impl FnOnce(&Ready),
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(bind).await.map_err(|error| {
        let stop = Stop::failed(format!("could not listen on {bind}: {error}"));
        stop.hint("is another server running? --bind takes another address")
    })?;
    let address = listener.local_addr().context("the listener has no address")?;
    // Before anybody hears that it is ready, so that no signal is missed.
    let stop = signals()?;
    let (told, stopping) = oneshot::channel::<()>();
    let until = async move {
        stop.await;
        tell("stopping: requests under way are finished, nothing new is taken");
        drop(told);
    };
    let served = axum::serve(listener, server::router(app)).with_graceful_shutdown(until);
    let link = setup_token.map(|token| format!("http://{address}/setup?token={token}"));
    ready(&Ready { address, setup_link: link, held });
    let limit = async {
        drop(stopping.await);
        tokio::time::sleep(FINISH_TIME_MAX).await;
    };
    tokio::select! {
        served = served => served.context("the server stopped"),
        () = limit => Ok(()),
    }
}

/// Comes to an end when the process is asked to stop.
fn signals() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).context("could not listen for signals");
        let mut terminate = hear(SignalKind::terminate())?;
        let mut interrupt = hear(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without a way to hear it, only the end of the process stops the server.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
