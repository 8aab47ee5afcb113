//! Work that takes longer than an answer may: begun by one request, looked at by others, stopped by
//! whoever has seen enough. What they find is read and never written.

use crate::problem::Problem;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Jobs that run at the same time. Each keeps a core busy, and the engine needs one.
const RUNNING_MAX: usize = 2;

/// Jobs that are remembered; the oldest that have ended go first.
const KEPT_MAX: usize = 100;

#[derive(Default)]
pub(crate) struct Jobs {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    last: u64,
    jobs: BTreeMap<u64, Arc<Job>>,
}

/// One piece of work, seen from both sides.
pub(crate) struct Job {
    pub kind: &'static str,
    done: AtomicU64,
    total: AtomicU64,
    stopped: AtomicBool,
    found: Mutex<Found>,
}

#[derive(Clone, Default)]
struct Found {
    so_far: Value,
    end: Option<Result<Value, Problem>>,
}

/// What a job says of itself.
pub(crate) struct Report {
    pub kind: &'static str,
    pub done: u64,
    pub total: u64,
    pub stopped: bool,
    pub so_far: Value,
    pub end: Option<Result<Value, Problem>>,
}

impl Jobs {
    /// Begins a job on a thread of its own, and says its number.
    pub fn begin(
        &self,
        kind: &'static str,
        work: impl FnOnce(&Job) -> Result<Value, Problem> + Send + 'static,
    ) -> Result<u64, Problem> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let running = inner.jobs.values().filter(|it| it.is_running()).count();
        if RUNNING_MAX <= running {
            return Err(Problem::conflict(format!(
                "{running} long pieces of work run already; wait for one, or stop it"
            )));
        }
        inner.last += 1;
        let id = inner.last;
        let job = Arc::new(Job {
            kind,
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            found: Mutex::default(),
        });
        inner.jobs.insert(id, Arc::clone(&job));
        while KEPT_MAX < inner.jobs.len() {
            let oldest = inner.jobs.iter().find(|it| !it.1.is_running()).map(|it| *it.0);
            let Some(oldest) = oldest else { break };
            inner.jobs.remove(&oldest);
        }
        tokio::task::spawn_blocking(move || {
            let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&job)));
            let end = end.unwrap_or_else(|_| Err(Problem::internal()));
            job.found.lock().unwrap_or_else(PoisonError::into_inner).end = Some(end);
        });
        Ok(id)
    }

    pub fn report(&self, id: u64) -> Option<Report> {
        let job = self.job(id)?;
        let found = job.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(Report {
            kind: job.kind,
            done: job.done.load(Ordering::Relaxed),
            total: job.total.load(Ordering::Relaxed),
            stopped: job.is_stopped(),
            so_far: found.so_far,
            end: found.end,
        })
    }

    /// Asks a job to end. Whether there is one.
    pub fn stop(&self, id: u64) -> bool {
        let job = self.job(id);
        job.inspect(|it| it.stopped.store(true, Ordering::Relaxed)).is_some()
    }

    fn job(&self, id: u64) -> Option<Arc<Job>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).jobs.get(&id).cloned()
    }
}

impl Job {
    /// Says how far the work has come; whether to go on.
    pub fn step(&self, done: u64, total: u64, so_far: impl FnOnce() -> Value) -> bool {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.found.lock().unwrap_or_else(PoisonError::into_inner).so_far = so_far();
        !self.is_stopped()
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn is_running(&self) -> bool {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).end.is_none()
    }
}
