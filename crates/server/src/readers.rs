//! A pool of reading views: opened when needed, kept when not.

use crate::problem::Problem;
use port::{StoreError, Views};
use std::sync::{Arc, Mutex, PoisonError};

/// As many as threads can read at once on a small machine; each holds a file open.
const IDLE_MAX: usize = 8;

type Reader = Box<dyn Views + Send>;
type Open = dyn Fn() -> Result<Reader, StoreError> + Send + Sync;

/// Clones share one pool.
#[derive(Clone)]
pub struct Readers {
    open: Arc<Open>,
    idle: Arc<Mutex<Vec<Reader>>>,
}

impl Readers {
    pub fn new(open: impl Fn() -> Result<Reader, StoreError> + Send + Sync + 'static) -> Readers {
        Readers { open: Arc::new(open), idle: Arc::default() }
    }

    /// Reads in the caller's thread, which may wait for the disk. After a failure the views are
    /// opened anew.
    pub(crate) fn with<T>(
        &self,
        read: impl FnOnce(&dyn Views) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => (self.open)()?,
        };
        let result = read(&*reader);
        let failed = result.as_ref().is_err_and(|it| 500 <= it.status);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if !failed && idle.len() < IDLE_MAX {
            idle.push(reader);
        }
        result
    }
}
