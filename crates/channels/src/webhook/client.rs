//! Makes one try over TCP, encrypted or not. Owns no rule.

use super::config::{TRY_TIME_MAX, WebhookConfig};
use super::guard::is_public;
use super::request::{Target, head};
use super::response::{HEAD_BYTES_MAX, head_end, meaning, parse};
use super::secret::Secret;
use crate::tls::client_config;
use model::{HookReply, Timestamp};
use port::Hook;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Calls under way at once, to all receivers together: each is a thread that mostly waits.
const CONCURRENCY: usize = 16;

/// The part of a try in which a connection must stand.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);

/// The most of an answer's body that is read and thrown away, so that the receiver can finish.
const BODY_BYTES_MAX: u64 = 16 << 10;

/// How many addresses of one host are tried.
const ADDRESSES_MAX: usize = 4;

/// From a host and port to addresses.
pub type Resolve = Box<dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// The secrets to sign with now, the latest first.
pub type Secrets = Box<dyn Fn(Timestamp) -> Vec<Secret> + Send + Sync>;

/// Calls other systems.
pub struct Webhooks {
    config: WebhookConfig,
    /// Why there is no encryption, if there is none: whoever makes no calls needs no roots.
    tls: Result<Arc<ClientConfig>, String>,
    secrets: Secrets,
    resolve: Resolve,
    time_max: Duration,
}

impl Webhooks {
    pub fn new(config: WebhookConfig, secrets: Secrets) -> Webhooks {
        let tls = client_config("webhooks", config.ca_file.as_deref());
        let tls = tls.map_err(|it| it.to_string());
        let time_max = Duration::from_millis(TRY_TIME_MAX.millis().unsigned_abs());
        Webhooks { config, tls, secrets, resolve: Box::new(of_the_system), time_max }
    }

    #[must_use]
    pub fn resolving(self, resolve: Resolve) -> Webhooks {
        Webhooks { resolve, ..self }
    }

    #[must_use]
    pub fn within(self, time_max: Duration) -> Webhooks {
        Webhooks { time_max, ..self }
    }

    /// The addresses that may be connected to. They are looked up once, here, and nowhere again: a
    /// name that leads elsewhere a moment later gains nothing by it.
    fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, HookReply> {
        let Target { https, host, port, .. } = target;
        let allowed = self.config.allows(host, *port);
        if !https && !allowed {
            let why = "only https is called; a host inside may be named in webhooks.allow";
            return Err(never(why));
        }
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, *port)],
            Err(_) => (self.resolve)(host, *port)
                .map_err(|_| later("the host's address could not be found"))?,
        };
        if found.is_empty() {
            return Err(later("the host has no address"));
        }
        let mut open: Vec<SocketAddr> =
            found.into_iter().filter(|it| allowed || is_public(it.ip())).collect();
        open.truncate(ADDRESSES_MAX);
        match open.is_empty() {
            false => Ok(open),
            true => Err(never(
                "the host is not on the public internet; if it is one of yours, name it in \
                 webhooks.allow",
            )),
        }
    }

    fn talk(&self, target: &Target, hook: &Hook, now: Timestamp) -> Result<HookReply, HookReply> {
        let until = Instant::now() + self.time_max;
        let failed = |doing: &str| {
            let doing = doing.to_owned();
            move |error: io::Error| later(&format!("{doing}: {}", said(&error)))
        };
        let stream = connect(&self.addresses(target)?, until).map_err(failed("connecting"))?;
        let mut wire = self.wire(target, Bounded { stream, until })?;
        let seconds = now.0.div_euclid(1_000);
        let head = head(target, &hook.key, seconds, &(self.secrets)(now), &hook.body);
        let mut said = head.into_bytes();
        said.extend_from_slice(&hook.body);
        // A receiver may answer before it has read everything, and close: its answer counts.
        let sent = wire.write_all(&said).and_then(|()| wire.flush());
        match listen(&mut *wire, now) {
            Ok(reply) => Ok(reply),
            Err(error) => Err(failed("waiting for the answer")(sent.err().unwrap_or(error))),
        }
    }

    fn wire(&self, target: &Target, stream: Bounded) -> Result<Box<dyn Wire>, HookReply> {
        if !target.https {
            return Ok(Box::new(stream));
        }
        let tls = self.tls.clone().map_err(|it| later(&it))?;
        let name = ServerName::try_from(target.host.clone());
        let name = name.map_err(|_| never("no certificate can be for this host"))?;
        let client = ClientConnection::new(tls, name).map_err(|it| later(&it.to_string()))?;
        Ok(Box::new(StreamOwned::new(client, stream)))
    }
}

impl port::Caller for Webhooks {
    fn concurrency(&self) -> usize {
        CONCURRENCY
    }

    fn call(&self, hook: &Hook, now: Timestamp) -> HookReply {
        let reply = match Target::parse(&hook.url) {
            Ok(target) => self.talk(&target, hook, now).unwrap_or_else(|it| it),
            Err(why) => never(why),
        };
        // The key says enough; a url may hold a token.
        match &reply {
            HookReply::Answered { .. } => {}
            HookReply::Later { detail, .. } => {
                tracing::debug!(key = hook.key, detail, "a call failed");
            }
            HookReply::Never { detail } => {
                tracing::warn!(key = hook.key, detail, "a call cannot be made");
            }
        }
        reply
    }
}

trait Wire: Read + Write {}

impl<T: Read + Write> Wire for T {}

/// A connection that ends with its try, however slowly the other side drips.
struct Bounded {
    stream: TcpStream,
    until: Instant,
}

impl Bounded {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Bounded {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(bytes)
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn connect(addresses: &[SocketAddr], until: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::from(ErrorKind::TimedOut);
    for address in addresses {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(address, left.min(CONNECT_TIME_MAX)) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The first answer that is final; those before it (1xx) only say that it comes.
fn listen(wire: &mut dyn Wire, now: Timestamp) -> io::Result<HookReply> {
    let mut read = Vec::new();
    loop {
        while let Some(end) = head_end(&read) {
            let rest = read.split_off(end);
            let answer = parse(&read, now).ok_or_else(|| io::Error::other("it is not HTTP"))?;
            read = rest;
            if 200 <= answer.status {
                let_finish(wire, read.len() as u64, answer.length);
                return Ok(meaning(&answer));
            }
        }
        if HEAD_BYTES_MAX <= read.len() {
            return Err(io::Error::other("the answer's head has no end"));
        }
        let mut bytes = [0; 2_048];
        match wire.read(&mut bytes)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(&bytes[..count]),
        }
    }
}

/// Reads a short body to its end, so that the receiver sees no broken connection. The answer is
/// known; whatever goes wrong here changes nothing.
fn let_finish(wire: &mut dyn Wire, already: u64, length: Option<u64>) {
    let Some(left) = length.and_then(|it| it.checked_sub(already)) else { return };
    if left <= BODY_BYTES_MAX {
        io::copy(&mut wire.take(left), &mut io::sink()).unwrap_or(0);
    }
}

fn of_the_system(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

fn later(detail: &str) -> HookReply {
    HookReply::Later { detail: detail.to_owned(), retry_after: None }
}

fn never(detail: &str) -> HookReply {
    HookReply::Never { detail: detail.to_owned() }
}

fn said(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "no answer in time".to_owned(),
        ErrorKind::UnexpectedEof => "the receiver closed the connection".to_owned(),
        _ => error.to_string(),
    }
}
