//! Keeps one connection for all messages, and for what is told over it. Owns no rule.

use super::config::SmppConfig;
use super::frames::{Frames, NotSmpp, written};
use super::link::{Link, Submitted};
use super::request::{bind, submits};
use super::response::{OK, meaning, not_let_in};
use crate::callbacks::{Heard, Listens};
use crate::http::message::logged;
use crate::tls::client_config;
use crate::wire::{Wire, duration, left};
use model::{Problem, Reply};
use port::Envelope;
use rustls::ClientConfig;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What was told and not yet stored; more is to be told again later.
const HEARD_MAX: usize = 1_000;

/// Stored together.
const HEARD_AT_ONCE: usize = 100;

/// The answer to signing in.
const BIND_RESP: u32 = 0x8000_0009;

/// One carrier. Clones share its connection.
#[derive(Clone)]
pub struct Smpp(Arc<Shared>);

struct Shared {
    config: SmppConfig,
    password: String,
    tls: Option<Arc<ClientConfig>>,
    state: Mutex<State>,
    tell: SyncSender<Heard>,
    told: Mutex<Receiver<Heard>>,
}

#[derive(Default)]
struct State {
    link: Option<Arc<Link>>,
    /// When nobody was reached last, and what that means: whoever waited meanwhile need not try too.
    failed: Option<(Instant, Reply)>,
}

impl Smpp {
    pub fn new(config: SmppConfig) -> Result<Smpp, Problem> {
        config.check()?;
        let password = config.password()?;
        let tls = match config.tls {
            true => Some(client_config("smpp", config.ca_file.as_deref())?),
            false => None,
        };
        let (tell, told) = sync_channel(HEARD_MAX);
        let (state, told) = (Mutex::default(), Mutex::new(told));
        Ok(Smpp(Arc::new(Shared { config, password, tls, state, tell, told })))
    }
}

impl Shared {
    /// The connection that stands, or a new one.
    fn link(&self) -> Result<Arc<Link>, Reply> {
        let asked = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = state.link.as_ref().filter(|it| it.is_open()) {
            return Ok(link.clone());
        }
        if let Some((at, reply)) = &state.failed
            && asked < *at
        {
            return Err(reply.clone());
        }
        let made = self.sign_in();
        state.link = made.as_ref().ok().cloned();
        state.failed = made.as_ref().err().map(|it| (Instant::now(), it.clone()));
        made
    }

    fn sign_in(&self) -> Result<Arc<Link>, Reply> {
        let wait = duration(self.config.timeouts.connect);
        let broken = |error: io::Error| {
            let detail = format!("signing in: {}", said(&error));
            Reply::Deferred { detail, retry_after: None }
        };
        let mut wire = Wire::connect(&self.config.host, self.config.port, wait).map_err(broken)?;
        if let Some(tls) = &self.tls {
            wire = wire.secure(tls.clone(), &self.config.host, wait).map_err(broken)?;
        }
        let bind = bind(&self.config, &self.password)
            .ok_or_else(|| broken(io::Error::other("the settings cannot be said")))?;
        wire.socket().set_write_timeout(Some(wait)).map_err(broken)?;
        wire.write_all(&written(OK, 1, bind)).and_then(|()| wire.flush()).map_err(broken)?;
        let mut frames = Frames::default();
        let status = answer_to_bind(&mut wire, &mut frames, wait).map_err(broken)?;
        if status != OK {
            return Err(not_let_in(status));
        }
        let timeouts = self.config.timeouts;
        let (enquire, answer) = (duration(timeouts.enquire), duration(timeouts.answer));
        Link::open(wire, frames, enquire, answer, self.tell.clone()).map_err(broken)
    }
}

/// What else comes before it is not for us yet.
fn answer_to_bind(wire: &mut Wire, frames: &mut Frames, wait: Duration) -> io::Result<u32> {
    let deadline = Instant::now() + wait;
    let mut bytes = [0; 1024];
    loop {
        match frames.next_frame() {
            Ok(Some(frame)) if frame.head.id == BIND_RESP => return Ok(frame.head.status),
            // A no to whatever it was.
            Ok(Some(frame)) if frame.head.status != OK => return Ok(frame.head.status),
            Ok(Some(_)) => continue,
            Ok(None) => {}
            Err(NotSmpp) => return Err(io::Error::other("what came is not SMPP")),
        }
        wire.socket().set_read_timeout(Some(left(deadline)?))?;
        match wire.read(&mut bytes) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => frames.push(&bytes[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// In words without addresses.
fn said(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "no answer in time".to_owned(),
        ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
        _ => error.to_string(),
    }
}

impl port::Channel for Smpp {
    fn channel(&self) -> model::Channel {
        model::Channel::Sms
    }

    fn concurrency(&self) -> usize {
        self.0.config.window
    }

    /// The protocol has no key by which a carrier would know a second try: what may have arrived is not sent again.
    fn send(&self, envelope: &Envelope) -> Reply {
        let submits = match submits(envelope, &self.0.config) {
            Ok(submits) => submits,
            Err(reply) => return logged(envelope, reply),
        };
        let link = match self.0.link() {
            Ok(link) => link,
            Err(reply) => return logged(envelope, reply),
        };
        let wait = duration(self.0.config.timeouts.answer);
        let count = submits.len();
        let mut reply = Reply::Lost { detail: "nothing to send".to_owned() };
        for (n, submit) in submits.into_iter().enumerate() {
            reply = match link.submit(submit, wait) {
                Submitted::Answered(status, id) => meaning(status, &id),
                Submitted::Silent(detail) => Reply::Lost { detail: detail.to_owned() },
                Submitted::Unsent => {
                    let detail = "the connection ended before it was handed over".to_owned();
                    Reply::Deferred { detail, retry_after: None }
                }
            };
            match (&reply, n) {
                (Reply::Accepted { .. }, _) => {}
                (_, 0) => break,
                // The first parts are on their way, and would come twice.
                (
                    Reply::Deferred { detail, .. }
                    | Reply::Refused { detail, .. }
                    | Reply::Lost { detail },
                    _,
                ) => {
                    let detail = format!("part {} of {count}: {detail}", n + 1);
                    reply = Reply::Lost { detail };
                    break;
                }
            }
        }
        logged(envelope, reply)
    }
}

impl Listens for Smpp {
    fn hear(&self, at_most: Duration) -> Result<Vec<Heard>, String> {
        self.0.link().map_err(|reply| match reply {
            Reply::Deferred { detail, .. }
            | Reply::Refused { detail, .. }
            | Reply::Lost { detail } => detail,
            Reply::Accepted { .. } => String::new(),
        })?;
        let told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        let first = match told.recv_timeout(at_most) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Ok(Vec::new());
            }
        };
        let others = told.try_iter().take(HEARD_AT_ONCE - 1);
        Ok(std::iter::once(first).chain(others).collect())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = &state.link {
            link.close();
        }
    }
}
