//! Reads mailboxes while the server runs, a thread for each: what came back becomes facts of the person it is about.
//!
//! A mail is put away only after what it means is durable. Whatever happens before that, it is read again,
//! and changes nothing the second time.

use crate::app::Clock;
use crate::problem::Problem;
use crate::readers::Readers;
use crate::returned;
use engine::{Handle, Keys};
use model::{Span, Timestamp};
use port::{FactLog, FetchedMail, LogError, LogPosition, MailKey, Mailbox, MailboxError, Waited};
use record::{Fact, LogRecord};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a commit is waited for before the mail is left for later.
pub(crate) const COMMIT_WAIT: Duration = Duration::from_secs(30);

/// The first pause after a failure; each further one is twice as long.
const PAUSE_FIRST: Span = Span::seconds(5);

const PAUSE_MAX: Span = Span::minutes(15);

/// A mailbox to read.
pub struct ReadMailbox {
    /// As the settings call it.
    pub name: String,
    pub mailbox: Box<dyn Mailbox>,
    pub interval: Span,
}

/// What reading needs of a running server.
#[derive(Clone)]
pub struct Needs {
    pub log: Arc<dyn FactLog>,
    pub handle: Handle,
    pub readers: Readers,
    pub keys: Keys,
    pub clock: Clock,
    pub states: MailboxStates,
}

/// How each mailbox is, since the process began. Clones share it.
#[derive(Clone, Default)]
pub struct MailboxStates(Arc<Mutex<BTreeMap<String, MailboxState>>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailboxState {
    pub last_read: Option<Timestamp>,
    /// Mails about messages of ours, and others.
    pub taken: u64,
    pub left: u64,
    /// Since when it cannot be read, and why; the words hold no address.
    pub trouble: Option<(Timestamp, String)>,
}

/// Dropping it ends the threads after what they are at. A process need not wait for that: all of it may be
/// stopped at any moment.
pub struct Mailboxes(#[allow(dead_code)] Vec<Sender<()>>);

impl Mailboxes {
    pub fn start(mailboxes: Vec<ReadMailbox>, needs: &Needs) -> Mailboxes {
        let mut stops = Vec::new();
        for mailbox in mailboxes {
            let (stop, stopped) = channel();
            let needs = needs.clone();
            needs.states.change(&mailbox.name, |_| {});
            std::thread::spawn(move || run(mailbox, &needs, &stopped));
            stops.push(stop);
        }
        Mailboxes(stops)
    }
}

impl MailboxStates {
    pub fn all(&self) -> BTreeMap<String, MailboxState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut MailboxState)) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(states.entry(name.to_owned()).or_default());
    }
}

fn run(mut it: ReadMailbox, needs: &Needs, stopped: &Receiver<()>) {
    let mut failures = 0;
    loop {
        let pause = match look(&it.name, &mut *it.mailbox, needs) {
            Ok(()) => {
                failures = 0;
                match it.mailbox.wait(it.interval) {
                    Ok(Waited::Arrived | Waited::Quiet) => Span::ZERO,
                    // A connection that broke while it waited is made anew by the next look.
                    Ok(Waited::CannotTell) | Err(_) => it.interval,
                }
            }
            Err(why) => {
                failures += 1;
                note(&it.name, needs, why);
                pause_after(failures)
            }
        };
        let pause = Duration::from_millis(u64::try_from(pause.millis()).unwrap_or(0));
        if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

pub(crate) fn pause_after(failures: u32) -> Span {
    let doubled = PAUSE_FIRST.millis().saturating_mul(1 << failures.saturating_sub(1).min(16));
    Span(doubled.min(PAUSE_MAX.millis()))
}

fn note(name: &str, needs: &Needs, why: String) {
    let now = (needs.clock)();
    needs.states.change(name, |state| {
        let since = state.trouble.as_ref().map_or(now, |it| it.0);
        if state.trouble.is_none() {
            tracing::warn!(mailbox = name, why, "a mailbox cannot be read and is tried again");
        }
        state.trouble = Some((since, why));
    });
}

/// Takes everything that waits. An error is said in words for whoever runs this.
fn look(name: &str, mailbox: &mut dyn Mailbox, needs: &Needs) -> Result<(), String> {
    let in_words = |it: MailboxError| it.to_string();
    loop {
        let mails = mailbox.fetch().map_err(in_words)?;
        let is_last = mails.is_empty();
        if !is_last {
            let (taken, left) = take(&mails, needs)?;
            mailbox.done(&taken, &left).map_err(in_words)?;
            needs.states.change(name, |state| {
                state.taken += taken.len() as u64;
                state.left += left.len() as u64;
            });
        }
        needs.states.change(name, |state| {
            state.last_read = Some((needs.clock)());
            if state.trouble.take().is_some() {
                tracing::info!(mailbox = name, "the mailbox is read again");
            }
        });
        if is_last {
            return Ok(());
        }
    }
}

/// Stores what the mails mean. Says which are about messages of ours, and which are not.
fn take(mails: &[FetchedMail], needs: &Needs) -> Result<(Vec<MailKey>, Vec<MailKey>), String> {
    let now = (needs.clock)();
    let in_words = |it: Problem| it.detail.unwrap_or(it.title);
    let read = needs.readers.with(|views| {
        mails.iter().map(|it| returned::read(views, &needs.keys, &it.bytes, now)).collect()
    });
    let read: Vec<returned::Returned> = read.map_err(in_words)?;
    let (mut taken, mut left, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    for (mail, returned) in mails.iter().zip(read) {
        match returned.fact {
            Some(fact) => {
                let urgent = returned::is_urgent(&fact);
                waits.push(store(fact, urgent, needs));
                taken.push(mail.key);
            }
            None => left.push(mail.key),
        }
    }
    for wait in waits {
        if wait.recv_timeout(COMMIT_WAIT) != Ok(true) {
            return Err("what came back could not be stored at the moment".to_owned());
        }
    }
    Ok((taken, left))
}

/// To the log; what closes an address or is a wish also by the engine's own lane, as when it is handed over by a call.
/// Whoever waits is told once it is durable.
pub(crate) fn store(fact: Fact, urgent: bool, needs: &Needs) -> Receiver<bool> {
    let (told, wait) = channel();
    let record = vec![LogRecord::Fact(fact.clone()).encode()];
    // Who does not wait any more need not be told.
    if urgent {
        let copied = |result: Result<LogPosition, LogError>| {
            if let Err(error) = result {
                tracing::warn!(%error, "what came back is committed without its copy in the log");
            }
        };
        needs.log.append(record, Box::new(copied));
        needs.handle.urgent(fact, move |stored| {
            let _ = told.send(stored);
        });
    } else {
        needs.log.append(
            record,
            Box::new(move |result| {
                let _ = told.send(result.is_ok());
            }),
        );
    }
    wait
}
