//! How often one address may be typed into forms, however many people type it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A person who mistypes something sends a form two or three times.
const TRIES: u32 = 5;
const TRIES_PER: Duration = Duration::from_secs(600);

/// All forms together, so that a flood of made-up addresses does not fill the log.
const ALL_TRIES: u32 = 600;
const ALL_TRIES_PER: Duration = Duration::from_secs(60);

/// A visitor opens a page every few seconds, and in several tabs.
const ASKS: u32 = 120;
const ASKS_PER: Duration = Duration::from_secs(60);
const ALL_ASKS: u32 = 60_000;

/// Addresses that are remembered at once; those that were not seen for long go first.
const KNOWN_MAX: usize = 10_000;
const VISITORS_KNOWN_MAX: usize = 200_000;

/// Kept in memory alone: a new process begins anew.
pub(crate) struct Limit {
    each: (u32, Duration),
    all: (u32, Duration),
    known_max: usize,
    known: Mutex<HashMap<[u8; 32], Tries>>,
}

#[derive(Clone, Copy)]
struct Tries {
    count: u32,
    since: Instant,
}

impl Limit {
    pub fn of_forms() -> Limit {
        Limit::new((TRIES, TRIES_PER), (ALL_TRIES, ALL_TRIES_PER), KNOWN_MAX)
    }

    /// How often one browser, or one message, may be heard of.
    pub fn of_visitors() -> Limit {
        Limit::new((ASKS, ASKS_PER), (ALL_ASKS, ASKS_PER), VISITORS_KNOWN_MAX)
    }

    fn new(each: (u32, Duration), all: (u32, Duration), known_max: usize) -> Limit {
        Limit { each, all, known_max, known: Mutex::default() }
    }

    /// Counts one more try, or says how long until there may be one.
    pub fn take(&self, address: &str) -> Result<(), Duration> {
        self.take_at(address, Instant::now())
    }

    fn take_at(&self, address: &str, now: Instant) -> Result<(), Duration> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // All together are counted under a name that no address has.
        self.count(&mut known, "", self.all, now)?;
        self.count(&mut known, &address.to_lowercase(), self.each, now)
    }

    fn count(
        &self,
        known: &mut HashMap<[u8; 32], Tries>,
        name: &str,
        (tries, per): (u32, Duration),
        now: Instant,
    ) -> Result<(), Duration> {
        let key = *blake3::hash(name.as_bytes()).as_bytes();
        if self.known_max <= known.len() && !known.contains_key(&key) {
            known.retain(|_, it| now.duration_since(it.since) < self.each.1);
            if self.known_max <= known.len() {
                return Err(self.each.1);
            }
        }
        let it = known.entry(key).or_insert(Tries { count: 0, since: now });
        let age = now.duration_since(it.since);
        if per <= age {
            *it = Tries { count: 0, since: now };
        }
        if tries <= it.count {
            return Err(per.saturating_sub(age));
        }
        it.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_typed_so_often_and_then_again_later() {
        let (limit, start) = (Limit::of_forms(), Instant::now());
        for _ in 0..TRIES {
            assert_eq!(limit.take_at("a@b.test", start), Ok(()));
        }
        assert_eq!(limit.take_at("A@b.test", start), Err(TRIES_PER));
        assert_eq!(limit.take_at("c@b.test", start), Ok(()), "others are not kept out by it");
        assert_eq!(limit.take_at("a@b.test", start + TRIES_PER), Ok(()));
    }

    #[test]
    fn made_up_addresses_do_not_fill_the_log() {
        let (limit, start) = (Limit::of_forms(), Instant::now());
        let taken =
            (0..2 * ALL_TRIES).filter(|n| limit.take_at(&format!("{n}@b.test"), start).is_ok());
        assert_eq!(taken.count(), ALL_TRIES as usize);
    }
}
