//! The thread that blanks what the log should not hold any more, while a server runs.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

use engine::{Handle, Keys};
use log_segments::SegmentLog;
use port::{StoreError, Views};

use crate::commands::tell;
use crate::data;

/// How often something may be due. A sweep that is, reads the whole log.
const EVERY: Duration = Duration::from_secs(20 * 60);

/// What a sweep needs of a running server.
pub struct Needs {
    pub log: Weak<SegmentLog>,
    pub views: Box<dyn Fn() -> Result<Box<dyn Views + Send>, StoreError> + Send>,
    pub handle: Handle,
    pub keys: Keys,
    /// Where the store lies.
    pub store: PathBuf,
}

/// Dropping it ends the thread after what it is at. A process need not wait for that: a sweep may be
/// stopped at any moment.
pub struct Sweeper(#[allow(dead_code)] Sender<()>);

impl Sweeper {
    pub fn start(needs: Needs) -> Sweeper {
        let (stop, stopped) = channel();
        std::thread::spawn(move || run(&needs, &stopped));
        Sweeper(stop)
    }
}

fn run(needs: &Needs, stopped: &Receiver<()>) {
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        let Some(log) = needs.log.upgrade() else { return };
        if let Err(error) = sweep(needs, &log) {
            tell(&format!("a sweep failed and is tried again: {error:#}"));
        }
    }
}

fn sweep(needs: &Needs, log: &Arc<SegmentLog>) -> anyhow::Result<()> {
    let views = (needs.views)()?;
    let loaded = needs.handle.loaded();
    let swept = engine::sweep(&**log, &*views, &needs.keys, &loaded, data::now())?;
    // What was overwritten in the store is still in its write-ahead log until that begins anew.
    store_sqlite::settle(&needs.store)?;
    if let Some(swept) = swept {
        tell(&format!("{} old or erased events were blanked", swept.blanked));
        needs.handle.put(swept.entries, |stored| {
            if !stored {
                tell("a sweep could not be noted, and is done again");
            }
        });
    }
    Ok(())
}
