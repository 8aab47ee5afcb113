//! The thread that does what must not keep the writer: checkpoints, and files of event ids.

use crate::connection::{self, DATABASE};
use crate::fault::Fault;
use crate::seen::{self, Frozen, Outcomes};
use port::StoreError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) enum Job {
    /// Copies what it can from the write-ahead log to the database and holds nobody up.
    Checkpoint,
    /// Copies everything, so that the next commit begins the log anew. The writer waits meanwhile,
    /// and is told whether it worked: a reader that does not end prevents it.
    Restart(SyncSender<bool>),
    Seal(Arc<Frozen>),
}

/// How long a settling waits for readers in the midst of a call.
const SETTLE_BUSY: Duration = Duration::from_secs(1);

/// Copies the write-ahead log of the store in `dir` into the database and empties it, so that no
/// file holds what was overwritten. While a backup runs it does what it can; the next call does the
/// rest.
pub fn settle(dir: &Path) -> Result<(), StoreError> {
    let database = dir.join(DATABASE);
    let settled = connection::checkpointer(&database, SETTLE_BUSY).and_then(|connection| {
        Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    });
    settled.map_err(|error| error.explain("empty the write-ahead log", &database))
}

/// Dropping it finishes what was asked for and ends the thread.
pub(crate) struct Keeper {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    /// A checkpoint is asked for and not begun.
    asked: Arc<AtomicBool>,
}

impl Keeper {
    pub(crate) fn start(
        database: &Path,
        restart_busy: Duration,
        seen_dir: PathBuf,
        outcomes: Arc<Mutex<Outcomes>>,
    ) -> Result<Keeper, Fault> {
        let connection = connection::checkpointer(database, restart_busy)?;
        let (jobs, queue) = channel();
        let asked = Arc::new(AtomicBool::new(false));
        let work = {
            let asked = Arc::clone(&asked);
            move || work(&connection, &queue, &asked, &seen_dir, &outcomes)
        };
        let spawned = std::thread::Builder::new().name("store-keeper".to_owned()).spawn(work);
        let thread = spawned.map_err(Fault::io(database))?;
        Ok(Keeper { jobs: Some(jobs), thread: Some(thread), asked })
    }

    /// If the thread is gone, nothing is done: the log grows and ids stay in memory, both of which
    /// a restart sets right.
    pub(crate) fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs
            && jobs.send(job).is_err()
        {
            tracing::warn!("the store's keeper has stopped; restart the server");
        }
    }

    pub(crate) fn ask_for_checkpoint(&self) {
        if !self.asked.swap(true, Ordering::AcqRel) {
            self.send(Job::Checkpoint);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It only warns; a panic in it was already printed.
            drop(thread.join());
        }
    }
}

fn work(
    connection: &Connection,
    queue: &Receiver<Job>,
    asked: &AtomicBool,
    seen_dir: &Path,
    outcomes: &Mutex<Outcomes>,
) {
    while let Ok(job) = queue.recv() {
        match job {
            Job::Checkpoint => {
                asked.store(false, Ordering::Release);
                checkpoint(connection, "PASSIVE");
            }
            Job::Restart(reply) => {
                let done = checkpoint(connection, "RESTART");
                // An error says that the writer has given up.
                let _gave_up = reply.send(done);
            }
            Job::Seal(frozen) => seen::seal(seen_dir, &frozen, outcomes),
        }
    }
}

/// Whether the whole log was copied.
fn checkpoint(connection: &Connection, mode: &str) -> bool {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let numbers = connection.query_row(&sql, [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    });
    match numbers {
        Ok((busy, in_log, copied)) => {
            tracing::debug!(mode, busy, in_log, copied, "checkpoint");
            busy == 0 && in_log == copied
        }
        Err(error) => {
            tracing::warn!(mode, %error, "the checkpoint failed; the next one tries again");
            false
        }
    }
}
