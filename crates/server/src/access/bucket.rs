//! So many tries at once, and one more after each interval.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) struct Bucket {
    size: f64,
    every: Duration,
    state: Mutex<(f64, Instant)>,
}

impl Bucket {
    pub fn new(size: u32, every: Duration) -> Bucket {
        let size = f64::from(size.max(1));
        Bucket { size, every, state: Mutex::new((size, Instant::now())) }
    }

    /// Takes one try, or says how long until there is one.
    pub fn take(&self) -> Result<(), Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, at) = *state;
        let now = Instant::now();
        let gained = now.duration_since(at).as_secs_f64() / self.every.as_secs_f64().max(1e-9);
        let left = (left + gained).min(self.size);
        if left < 1.0 {
            *state = (left, now);
            return Err(self.every.mul_f64(1.0 - left));
        }
        *state = (left - 1.0, now);
        Ok(())
    }
}
