//! Hears providers that hold a line open while the server runs, a thread for each: receipts and what people write become
//! facts of the person they are about.
//!
//! What is told is acknowledged only after it is durable. Whatever happens before that, it is told again.

use crate::callbacks::fact_of;
use crate::mailboxes::{COMMIT_WAIT, Needs, pause_after, store};
use crate::problem::Problem;
use channels::callbacks::{Heard, Listens};
use record::Fact;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long one look waits; a server that stops waits as long at most.
const WAIT: Duration = Duration::from_secs(1);

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
    loop {
        let pause = match line.provider.hear(WAIT) {
            Ok(heard) => {
                if 0 < failures {
                    tracing::info!(provider, "the provider is heard again");
                }
                failures = 0;
                take(provider, heard, needs);
                Duration::ZERO
            }
            Err(why) => {
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

fn take(provider: &str, heard: Vec<Heard>, needs: &Needs) {
    let now = (needs.clock)();
    let read = needs.readers.with(|views| {
        let read = heard.iter().map(|it| fact_of(views, &needs.keys, &it.callback, provider, now));
        read.collect::<Result<Vec<Option<Fact>>, Problem>>()
    });
    let facts = match read {
        Ok(facts) => facts,
        Err(problem) => {
            let why = problem.detail.unwrap_or(problem.title);
            tracing::warn!(provider, why, "what the provider told cannot be understood now");
            heard.into_iter().for_each(|it| it.answer(false));
            return;
        }
    };
    // All go to the log before the first is waited for.
    let keep = |fact: Fact| {
        let urgent = !fact.acts.is_empty();
        store(fact, urgent, needs)
    };
    let waits: Vec<Option<Receiver<bool>>> = facts.into_iter().map(|it| it.map(keep)).collect();
    for (heard, wait) in heard.into_iter().zip(waits) {
        // What is about nobody we know is not to be told again.
        heard.answer(wait.is_none_or(|it| it.recv_timeout(COMMIT_WAIT) == Ok(true)));
    }
}
