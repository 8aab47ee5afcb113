//! Hears providers that hold a line open while the server runs, a thread for each: receipts and what people write become
//! facts of the person they are about.
//!
//! What is told is acknowledged only after it is durable. Whatever happens before that, it is told again. A receipt that
//! overtakes the commit of its own message is kept back until that is there.

use crate::callbacks::{fact_of, is_early};
use crate::mailboxes::{COMMIT_WAIT, Needs, pause_after, store};
use crate::problem::Problem;
use channels::callbacks::{Heard, Listens};
use model::Timestamp;
use port::Views;
use record::Fact;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// How long one look waits; a server that stops waits as long at most.
const WAIT: Duration = Duration::from_secs(1);

/// Carriers wait longer for what they tell to be acknowledged.
const EARLY_MAX: Duration = Duration::from_secs(10);

/// How soon what is early is looked at again.
const EARLY_WAIT: Duration = Duration::from_millis(100);

/// A provider to hear.
pub struct Line {
    /// As the settings call it.
    pub name: String,
    pub provider: Box<dyn Listens>,
}

/// Dropping it ends the threads after what they are at. A process need not wait for that: all of it may be
/// stopped at any moment.
pub struct Lines(#[allow(dead_code)] Vec<Sender<()>>);

impl Lines {
    pub fn start(lines: Vec<Line>, needs: &Needs) -> Lines {
        let mut stops = Vec::new();
        for line in lines {
            let (stop, stopped) = channel();
            let needs = needs.clone();
            std::thread::spawn(move || run(&line, &needs, &stopped));
            stops.push(stop);
        }
        Lines(stops)
    }
}

fn run(line: &Line, needs: &Needs, stopped: &Receiver<()>) {
    let provider = line.name.as_str();
    let mut failures = 0;
    let mut early = Vec::new();
    loop {
        let wait = if early.is_empty() { WAIT } else { EARLY_WAIT };
        let pause = match line.provider.hear(wait) {
            Ok(heard) => {
                if 0 < failures {
                    tracing::info!(provider, "the provider is heard again");
                }
                failures = 0;
                let now = Instant::now();
                let told = heard.into_iter().map(|heard| Told { heard, since: now });
                early = take(provider, early.into_iter().chain(told).collect(), needs);
                Duration::ZERO
            }
            Err(why) => {
                // Nobody is there to be answered: it is told again.
                early = Vec::new();
                if failures == 0 {
                    tracing::warn!(
                        provider,
                        why,
                        "the provider cannot be heard and is tried again"
                    );
                }
                failures += 1;
                Duration::from_millis(u64::try_from(pause_after(failures).millis()).unwrap_or(0))
            }
        };
        if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

struct Told {
    heard: Heard,
    since: Instant,
}

/// What it means.
enum Meaning {
    Fact(Fact),
    /// Nothing, or it is about nobody we know: not to be told again.
    Nothing,
    Early,
}

fn meaning(
    views: &dyn Views,
    told: &Told,
    provider: &str,
    needs: &Needs,
    now: Timestamp,
) -> Result<Meaning, Problem> {
    let callback = &told.heard.callback;
    if told.since.elapsed() < EARLY_MAX && is_early(views, callback)? {
        return Ok(Meaning::Early);
    }
    let fact = fact_of(views, &needs.keys, callback, provider, now)?;
    Ok(fact.map_or(Meaning::Nothing, Meaning::Fact))
}

/// Stores what was told, and returns what is early.
fn take(provider: &str, told: Vec<Told>, needs: &Needs) -> Vec<Told> {
    let now = (needs.clock)();
    let read = needs.readers.with(|views| {
        let read = told.iter().map(|it| meaning(views, it, provider, needs, now));
        read.collect::<Result<Vec<Meaning>, Problem>>()
    });
    let read = match read {
        Ok(read) => read,
        Err(problem) => {
            let why = problem.detail.unwrap_or(problem.title);
            tracing::warn!(provider, why, "what the provider told cannot be understood now");
            told.into_iter().for_each(|it| it.heard.answer(false));
            return Vec::new();
        }
    };
    let (mut early, mut waits) = (Vec::new(), Vec::new());
    // All go to the log before the first is waited for.
    for (told, meaning) in told.into_iter().zip(read) {
        match meaning {
            Meaning::Early => early.push(told),
            Meaning::Nothing => waits.push((told.heard, None)),
            Meaning::Fact(fact) => {
                let urgent = !fact.acts.is_empty();
                waits.push((told.heard, Some(store(fact, urgent, needs))));
            }
        }
    }
    for (heard, wait) in waits {
        let is_stored = |it: Receiver<bool>| it.recv_timeout(COMMIT_WAIT) == Ok(true);
        heard.answer(wait.is_none_or(is_stored));
    }
    early
}
