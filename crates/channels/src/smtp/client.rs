//! Carries out the dialogue over TCP, encrypted or not. Keeps connections; owns no rule.

use super::config::{MESSAGES_PER_CONNECTION, SmtpConfig, TlsMode};
use super::dialogue::{
    Heard, Listener, Phase, REPLY_LINE_MAX_BYTES, Session, Step, Transaction, broken,
};
use super::request::{Prepared, prepare};
use crate::dkim::Signer;
use crate::tls::client_config;
use crate::wire::{Wire, duration, left};
use model::{Problem, Reply};
use port::Envelope;
use rustls::ClientConfig;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One mail server, over as many connections as the settings allow.
pub struct Smtp {
    config: SmtpConfig,
    tls: Option<Arc<ClientConfig>>,
    signer: Option<Signer>,
    idle: Mutex<Vec<Connection>>,
}

struct Connection {
    wire: Wire,
    /// Read and not yet used.
    unread: Vec<u8>,
    messages: u32,
    /// The session holds an abandoned transaction.
    dirty: bool,
    offers_utf8: bool,
    offers_pipelining: bool,
    used: Instant,
}

/// How a try ended, and where, if the connection itself failed.
struct Tried {
    reply: Reply,
    /// The server went away, or said that it will, before it took anything.
    gone_at: Option<Phase>,
}

impl Smtp {
    pub fn new(config: SmtpConfig) -> Result<Smtp, Problem> {
        config.check()?;
        let tls = match config.tls {
            TlsMode::None => None,
            TlsMode::StartTls | TlsMode::Implicit => {
                Some(client_config("smtp", config.ca_file.as_deref())?)
            }
        };
        let signer = config.dkim.as_ref().map(Signer::new).transpose()?;
        Ok(Smtp { config, tls, signer, idle: Mutex::new(Vec::new()) })
    }

    /// A kept connection that still stands, or none.
    fn reuse(&self) -> Option<Connection> {
        let idle_max = duration(self.config.timeouts.idle);
        loop {
            let mut connection = lock(&self.idle).pop()?;
            if connection.used.elapsed() < idle_max && !connection.has_ended() {
                return Some(connection);
            }
        }
    }

    fn keep(&self, mut connection: Connection) {
        if MESSAGES_PER_CONNECTION <= connection.messages {
            connection.say("QUIT").unwrap_or(());
            return;
        }
        connection.used = Instant::now();
        let mut idle = lock(&self.idle);
        if idle.len() < self.config.concurrency {
            idle.push(connection);
        }
    }

    fn connect(&self) -> Result<Connection, Reply> {
        let fail = |error: io::Error| broken(Phase::Connect, &said(&error));
        let timeouts = self.config.timeouts;
        let config = &self.config;
        let wire = Wire::connect(&config.host, config.port, duration(timeouts.connect));
        self.greet(wire.map_err(fail)?)
    }

    /// From a connected stream to a session that takes messages.
    fn greet(&self, wire: Wire) -> Result<Connection, Reply> {
        let mut session = Session::new(&self.config);
        let fail = |phase: Phase, error: &io::Error| broken(phase, &said(error));
        let mut connection = Connection::new(wire);
        if self.config.tls == TlsMode::Implicit {
            connection = self.secure(connection).map_err(|it| fail(Phase::StartTls, &it))?;
        }
        let wait = duration(self.config.timeouts.command);
        let heard = connection.hear(wait).map_err(|it| fail(Phase::Greeting, &it))?;
        let mut step = session.heard(&heard);
        loop {
            step = match step {
                Step::Say(line) => {
                    let heard = connection.ask(&line, wait);
                    session.heard(&heard.map_err(|it| fail(session.phase(), &it))?)
                }
                Step::Secure => {
                    connection =
                        self.secure(connection).map_err(|it| fail(Phase::StartTls, &it))?;
                    session.secured()
                }
                Step::Ready => {
                    connection.offers_utf8 = session.offers("SMTPUTF8");
                    connection.offers_pipelining = session.offers("PIPELINING");
                    return Ok(connection);
                }
                Step::Done { reply, .. } => return Err(reply),
                Step::HandOver | Step::Hear => {
                    return Err(broken(session.phase(), "the dialogue is out of step"));
                }
            };
        }
    }

    fn secure(&self, connection: Connection) -> io::Result<Connection> {
        // Whatever came in the clear after the server's "go ahead" was not said by the server.
        if !connection.unread.is_empty() {
            return Err(io::Error::other("data before encryption"));
        }
        let tls = self.tls.clone().ok_or_else(|| io::Error::other("no TLS"))?;
        let wait = duration(self.config.timeouts.command);
        Ok(Connection::new(connection.wire.secure(tls, &self.config.host, wait)?))
    }

    fn deliver(&self, connection: &mut Connection, prepared: &Prepared) -> Tried {
        if prepared.needs_utf8 && !connection.offers_utf8 {
            let detail = "the server takes only addresses in ASCII".to_owned();
            return Tried { reply: Reply::Refused { detail, dead: false }, gone_at: None };
        }
        let timeouts = self.config.timeouts;
        let (mut transaction, mut step) =
            Transaction::begin(prepared, connection.dirty, connection.offers_pipelining);
        connection.dirty = true;
        connection.messages += 1;
        loop {
            let heard = match step {
                Step::Say(line) => connection.ask(&line, duration(timeouts.command)),
                Step::Hear => connection.hear(duration(timeouts.command)),
                Step::HandOver => {
                    match connection.hand_over(&prepared.data, duration(timeouts.body)) {
                        Ok(None) => {
                            transaction.ending();
                            connection.ask(".", duration(timeouts.end))
                        }
                        // The server spoke before the dot: it must not be written any more.
                        Ok(Some(early)) => Ok(early),
                        Err(error) => Err(error),
                    }
                }
                Step::Done { reply, keep, dirty } => {
                    let gone_at = (!keep).then(|| transaction.phase());
                    connection.dirty = dirty;
                    return Tried { reply, gone_at };
                }
                Step::Secure | Step::Ready => Err(io::Error::other("the dialogue is out of step")),
            };
            match heard {
                Ok(heard) => step = transaction.heard(&heard),
                Err(error) => {
                    let reply = transaction.broken(&said(&error));
                    return Tried { reply, gone_at: Some(transaction.phase()) };
                }
            }
        }
    }
}

impl port::Channel for Smtp {
    fn channel(&self) -> model::Channel {
        model::Channel::Email
    }

    fn concurrency(&self) -> usize {
        self.config.concurrency
    }

    /// A kept connection may have died without a sign. If it fails before the server has heard of a
    /// recipient, the message goes over a new one, once.
    fn send(&self, envelope: &Envelope) -> Reply {
        let prepared = match prepare(envelope, &self.config, self.signer.as_ref()) {
            Ok(prepared) => prepared,
            Err(reply) => return reply,
        };
        if let Some(mut connection) = self.reuse() {
            let tried = self.deliver(&mut connection, &prepared);
            match tried.gone_at {
                None => {
                    self.keep(connection);
                    return tried.reply;
                }
                Some(Phase::Reset | Phase::Mail) => {}
                Some(_) => return logged(envelope, tried.reply),
            }
        }
        let mut connection = match self.connect() {
            Ok(connection) => connection,
            Err(reply) => return logged(envelope, reply),
        };
        let tried = self.deliver(&mut connection, &prepared);
        if tried.gone_at.is_none() {
            self.keep(connection);
        }
        logged(envelope, tried.reply)
    }
}

/// Replies hold no address; the message's id is enough to find it.
fn logged(envelope: &Envelope, reply: Reply) -> Reply {
    match &reply {
        Reply::Accepted { .. } => {}
        Reply::Deferred { detail, .. } => {
            tracing::debug!(message = %envelope.message, detail, "mail deferred");
        }
        Reply::Refused { detail, .. } => {
            tracing::debug!(message = %envelope.message, detail, "mail refused");
        }
        Reply::Lost { detail } => {
            tracing::warn!(message = %envelope.message, detail, "mail handed over, answer lost");
        }
    }
    reply
}

impl Connection {
    fn new(wire: Wire) -> Connection {
        Connection {
            wire,
            unread: Vec::new(),
            messages: 0,
            dirty: false,
            offers_utf8: false,
            offers_pipelining: false,
            used: Instant::now(),
        }
    }

    fn ask(&mut self, line: &str, wait: Duration) -> io::Result<Heard> {
        self.wire.socket().set_write_timeout(Some(wait))?;
        self.say(line)?;
        self.hear(wait)
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.wire.write_all(format!("{line}\r\n").as_bytes())?;
        self.wire.flush()
    }

    /// One answer, within `wait` as a whole: a byte now and then does not stretch it.
    fn hear(&mut self, wait: Duration) -> io::Result<Heard> {
        let deadline = Instant::now() + wait;
        let mut listener = Listener::default();
        loop {
            while let Some(end) = self.unread.iter().position(|it| *it == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                if let Some(heard) = listener.line(line).map_err(io::Error::other)? {
                    return Ok(heard);
                }
            }
            if REPLY_LINE_MAX_BYTES < self.unread.len() {
                return Err(io::Error::other("the answer has no end"));
            }
            self.wire.socket().set_read_timeout(Some(left(deadline)?))?;
            let mut bytes = [0; 1_024];
            match self.wire.read(&mut bytes)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.unread.extend_from_slice(&bytes[..count]),
            }
        }
    }

    /// Writes the message without its final dot, then looks whether the server is still there. An
    /// answer that came early is returned; an error means that nothing was handed over.
    fn hand_over(&mut self, data: &[u8], wait: Duration) -> io::Result<Option<Heard>> {
        /// Small enough that a slow reader is noticed, large enough that a mail is one or two.
        const CHUNK_BYTES: usize = 64 * 1024;
        let deadline = Instant::now() + wait;
        for chunk in data.chunks(CHUNK_BYTES) {
            self.wire.socket().set_write_timeout(Some(left(deadline)?))?;
            self.wire.write_all(chunk)?;
        }
        self.wire.flush()?;
        match self.listen_in()? {
            Silence::Open => Ok(None),
            Silence::Closed => Err(ErrorKind::UnexpectedEof.into()),
            Silence::Broken => self.hear(left(deadline)?).map(Some),
        }
    }

    /// A kept connection on which the server has closed, or said something nobody asked for.
    fn has_ended(&mut self) -> bool {
        !matches!(self.listen_in(), Ok(Silence::Open))
    }

    /// Looks, without waiting, whether anything has come.
    fn listen_in(&mut self) -> io::Result<Silence> {
        if !self.unread.is_empty() {
            return Ok(Silence::Broken);
        }
        self.wire.socket().set_nonblocking(true)?;
        let looked = look(&mut self.wire);
        self.wire.socket().set_nonblocking(false)?;
        looked
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Silence {
    Open,
    Closed,
    /// Something has come that nobody asked for.
    Broken,
}

/// What can be seen of a connection without waiting.
fn look(wire: &mut Wire) -> io::Result<Silence> {
    let quiet = |error: io::Error| match error.kind() {
        ErrorKind::WouldBlock => Ok(Silence::Open),
        _ => Err(error),
    };
    match wire {
        Wire::Plain(stream) => match stream.peek(&mut [0]) {
            Ok(0) => Ok(Silence::Closed),
            Ok(_) => Ok(Silence::Broken),
            Err(error) => quiet(error),
        },
        // Bytes may be housekeeping of the encryption, such as new keys: let it have them.
        Wire::Tls(stream) => match stream.conn.read_tls(&mut stream.sock) {
            Ok(0) => Ok(Silence::Closed),
            Ok(_) => {
                let state = stream.conn.process_new_packets().map_err(io::Error::other)?;
                Ok(match (state.peer_has_closed(), state.plaintext_bytes_to_read()) {
                    (true, _) => Silence::Closed,
                    (false, 0) => Silence::Open,
                    (false, _) => Silence::Broken,
                })
            }
            Err(error) => quiet(error),
        },
    }
}

fn said(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "no answer in time".to_owned(),
        ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
        _ => error.to_string(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_server_that_has_closed_is_noticed_before_the_dot() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let stream = TcpStream::connect(address).expect("a connection");
        let (server, _) = listener.accept().expect("a client");
        let watch = stream.try_clone().expect("the same socket");
        let mut connection = Connection::new(Wire::Plain(stream));
        assert_eq!(connection.listen_in().expect("a look"), Silence::Open);
        drop(server);
        // Waits until the end of the stream has arrived here.
        assert_eq!(watch.peek(&mut [0]).expect("a look"), 0);
        assert_eq!(connection.listen_in().expect("a look"), Silence::Closed);
        let error = connection.hand_over(b"x\r\n", Duration::from_secs(1)).expect_err("closed");
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_server_that_speaks_before_the_dot_is_heard() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let stream = TcpStream::connect(address).expect("a connection");
        let (mut server, _) = listener.accept().expect("a client");
        let watch = stream.try_clone().expect("the same socket");
        server.write_all(b"552 5.3.4 too large\r\n").expect("written");
        assert_eq!(watch.peek(&mut [0]).expect("a look"), 1);
        let mut connection = Connection::new(Wire::Plain(stream));
        let heard = connection.hand_over(b"x\r\n", Duration::from_secs(1)).expect("an answer");
        assert_eq!(heard.map(|it| it.code), Some(552));
    }
}
