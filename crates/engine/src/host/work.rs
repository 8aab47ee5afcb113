//! Work that waits for whichever thread is free next.

use super::lock;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

/// A queue with any number of threads that take from it.
pub(super) struct Work<T> {
    waiting: Mutex<Waiting<T>>,
    came: Condvar,
}

struct Waiting<T> {
    items: VecDeque<T>,
    /// Threads that sleep: only they cost a call of the system to wake.
    idle: usize,
    closed: bool,
}

impl<T> Work<T> {
    pub fn new() -> Work<T> {
        let waiting = Waiting { items: VecDeque::new(), idle: 0, closed: false };
        Work { waiting: Mutex::new(waiting), came: Condvar::new() }
    }

    pub fn put(&self, item: T) {
        let mut waiting = lock(&self.waiting);
        waiting.items.push_back(item);
        if 0 < waiting.idle {
            self.came.notify_one();
        }
    }

    /// The next item, once there is one; none when it was closed and nothing is left.
    pub fn next(&self) -> Option<T> {
        let mut waiting = lock(&self.waiting);
        loop {
            if let Some(item) = waiting.items.pop_front() {
                return Some(item);
            }
            if waiting.closed {
                return None;
            }
            waiting.idle += 1;
            waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            waiting.idle -= 1;
        }
    }

    /// Nothing more comes. What waits is still taken.
    pub fn close(&self) {
        lock(&self.waiting).closed = true;
        self.came.notify_all();
    }
}
