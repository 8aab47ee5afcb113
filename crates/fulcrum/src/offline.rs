//! The engine without a server: takes in what the log holds, sends nothing, and stops when quiet.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use engine::{Clock, Dispatch, Draft, Engine, EngineError, EngineSettings, Fate, Parts, run};
use model::{Channel, ChannelSet, MessageId, Timestamp};
use port::FactLog;
use record::{Control, LogRecord};

use crate::data::{Opened, now};
use crate::historian;
use crate::progress::Progress;

/// Runs until everything in the log is committed. `providers` are those of the server, so that
/// decisions are the same as there.
pub fn settle(
    opened: Opened,
    providers: ChannelSet,
    progress: Option<&Progress>,
) -> anyhow::Result<Engine> {
    settle_with(opened, providers, progress, None)
}

/// The same, with the journal in which erasures are kept outside the state.
pub fn settle_with(
    opened: Opened,
    providers: ChannelSet,
    progress: Option<&Progress>,
    journal: Option<Arc<dyn FactLog>>,
) -> anyhow::Result<Engine> {
    let parts = Parts {
        store: Box::new(opened.store),
        log: opened.log,
        keys: opened.keys,
        settings: EngineSettings::default(),
        providers,
    };
    let (log, history) = (Arc::clone(&parts.log), opened.history);
    let mut engine = Engine::open(parts).context("could not start the engine")?;
    engine.keep_history(history.clone());
    if let Some(journal) = journal {
        engine.keep_journal(journal);
    }
    until_quiet(&mut engine, progress)?;
    let views = engine.reader()?;
    historian::file_all(&*log, &*history, &*views)?;
    Ok(engine)
}

/// Appends what somebody decided, and has the engine take it.
pub fn decide(engine: &mut Engine, control: Control) -> anyhow::Result<()> {
    let (sender, appended) = std::sync::mpsc::channel();
    let record = LogRecord::Control(control).encode();
    engine.log().append(vec![record], Box::new(move |result| drop(sender.send(result))));
    appended.recv().context("the log is closed")?.context("could not store the decision")?;
    until_quiet(engine, None)
}

fn until_quiet(engine: &mut Engine, progress: Option<&Progress>) -> anyhow::Result<()> {
    let mut clock = UntilQuiet { failed: None, progress };
    run(engine, &mut clock, &mut Nowhere);
    match clock.failed {
        Some(error) => Err(anyhow::anyhow!(error).context("the engine stopped")),
        None => Ok(()),
    }
}

struct UntilQuiet<'a> {
    failed: Option<String>,
    progress: Option<&'a Progress>,
}

impl Clock for UntilQuiet<'_> {
    fn now(&mut self) -> Timestamp {
        now()
    }

    fn turned(&mut self, engine: &mut Engine) -> bool {
        if let Some(progress) = self.progress {
            let end = engine.log().durable_end().0;
            progress.at(end.saturating_sub(engine.status().lag_bytes));
        }
        true
    }

    fn wait(&mut self, _engine: &mut Engine, _until: Option<Timestamp>) -> bool {
        false
    }

    fn failed(&mut self, error: &EngineError) -> bool {
        let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        self.failed = Some(format!("{error} {cause}").trim().to_owned());
        false
    }
}

/// Has no room for anything, so nothing is claimed.
struct Nowhere;

impl Dispatch for Nowhere {
    fn room(&self) -> BTreeMap<Channel, usize> {
        BTreeMap::new()
    }

    fn submit(&mut self, _drafts: Vec<Draft>) {}

    fn answers(&mut self) -> Vec<(MessageId, Fate)> {
        Vec::new()
    }
}
