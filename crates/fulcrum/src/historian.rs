//! The thread that writes the history while a server runs, lets the log go after it, and takes out of
//! both what they should not hold any more.
//!
//! It is one thread for all of that: what is filed and what is taken out must not pass each other.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

use engine::{FactSource, Handle, Keys};
use lake::Lake;
use log_segments::SegmentLog;
use model::{Span, Timestamp};
use port::{Entry, FactLog, History, StoreError, Views};

use crate::commands::tell;
use crate::data::{self, DataDir};
use crate::merged;

/// How often it is looked whether enough waits. What waits is looked for in two numbers.
const LOOK_EVERY: Span = Span::seconds(20);

/// How often it is asked whether somebody waits for it.
const ASKED_EVERY: Duration = Duration::from_millis(250);

/// So much of the log makes a part of its own at once: some 200,000 events, in a file of 10 MB.
const PART_BYTES: u64 = 48 << 20;

/// What waits so long is filed however little it is, so that whoever queries the files sees the last hour.
/// A day has at most this many small parts, which are put together when it is over.
const PART_AGE: Span = Span::hours(1);

/// How often something may be due to go. A sweep that is, reads the whole log.
const SWEEP_EVERY: Span = Span::minutes(20);

/// How long the log keeps what is filed, unless the settings say otherwise: a backup of the last days has
/// both, and whoever looks into the log by hand finds the week.
pub const KEEP_LOG: Span = Span::WEEK;

/// What it needs of a running server.
pub struct Needs {
    pub log: Weak<SegmentLog>,
    pub history: Arc<Lake>,
    pub views: Box<dyn Fn() -> Result<Box<dyn Views + Send>, StoreError> + Send>,
    pub handle: Handle,
    pub keys: Keys,
    pub data: DataDir,
    pub keep_log: Span,
}

/// Dropping it ends the thread after what it is at. A process need not wait for that: all of it may be
/// stopped at any moment.
pub struct Historian(#[allow(dead_code)] Sender<()>);

impl Historian {
    pub fn start(needs: Needs) -> Historian {
        let (stop, stopped) = channel();
        std::thread::spawn(move || run(&needs, &stopped));
        Historian(stop)
    }
}

/// When things were done last.
struct Times {
    filed: Timestamp,
    swept: Timestamp,
}

fn run(needs: &Needs, stopped: &Receiver<()>) {
    let now = data::now();
    // What waited when the process stopped is filed at once.
    let mut times = Times { filed: Timestamp::MIN, swept: now };
    let mut looked = now;
    while stopped.recv_timeout(ASKED_EVERY) == Err(RecvTimeoutError::Timeout) {
        let Some(log) = needs.log.upgrade() else { return };
        if data::now() < looked + LOOK_EVERY && !is_awaited(needs) {
            continue;
        }
        looked = data::now();
        if let Err(error) = look(needs, &log, &mut times) {
            tell(&format!("keeping the history failed and is tried again: {error:#}"));
        }
    }
}

/// Whether somebody waits for the history to reach further: new audiences that count the past, or a
/// page that tries one.
fn is_awaited(needs: &Needs) -> bool {
    needs.history.position().is_ok_and(|it| it < needs.handle.history_wanted())
}

fn look(needs: &Needs, log: &Arc<SegmentLog>, times: &mut Times) -> anyhow::Result<()> {
    let now = data::now();
    let views = (needs.views)()?;
    let waits = views.log_position()?.0.saturating_sub(needs.history.position()?.0);
    let is_due = times.filed + PART_AGE <= now || times.filed.day() < now.day();
    if PART_BYTES <= waits || is_due || is_awaited(needs) {
        let entries = file_all(&**log, &*needs.history, &*views)?;
        store(needs, entries);
        while needs.history.compact(now.day())? {}
        merged::write(&needs.data, &*views)?;
        let_go(needs, log, &*views, now)?;
        times.filed = now;
    }
    if times.swept + SWEEP_EVERY <= now {
        sweep(needs, log, now)?;
        times.swept = now;
    }
    Ok(())
}

/// Files everything that is committed, and gives back what is to be stored once it is done.
pub fn file_all(
    log: &dyn FactLog,
    history: &dyn History,
    views: &dyn Views,
) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    while let Some(filed) = engine::file(log, history, views)? {
        entries.extend(filed.entries);
    }
    entries.extend(engine::file_parted(history, views)?);
    Ok(entries)
}

/// Lets go of the log's oldest files, as far as they are filed and nobody needs them.
fn let_go(
    needs: &Needs,
    log: &Arc<SegmentLog>,
    views: &dyn Views,
    now: Timestamp,
) -> anyhow::Result<()> {
    let (point, entries) = engine::trim_point(&*needs.history, views, needs.keep_log, now)?;
    store(needs, entries);
    if log.first() < point {
        // A commit may be lost in a power failure, and is then made again from the log. So everything
        // that is committed comes to the disk first.
        store_sqlite::settle(&needs.data.store_path())?;
        let before = log.first();
        let after = log.trim(point)?;
        if before < after {
            tell(&format!("{} bytes of the log were let go", after.0 - before.0));
        }
    }
    Ok(())
}

fn sweep(needs: &Needs, log: &Arc<SegmentLog>, now: Timestamp) -> anyhow::Result<()> {
    let views = (needs.views)()?;
    let loaded = needs.handle.loaded();
    let facts = FactSource { log: &**log, history: Some(&*needs.history) };
    let swept = engine::sweep(facts, &*views, &needs.keys, &loaded, now)?;
    // What was overwritten in the store is still in its write-ahead log until that begins anew.
    store_sqlite::settle(&needs.data.store_path())?;
    if let Some(swept) = swept {
        tell(&format!("{} old or erased events were taken out", swept.blanked));
        store(needs, swept.entries);
    }
    Ok(())
}

fn store(needs: &Needs, entries: Vec<Entry>) {
    if entries.is_empty() {
        return;
    }
    needs.handle.put(entries, |stored| {
        if !stored {
            tell("what was done for the history could not be noted, and is done again");
        }
    });
}
