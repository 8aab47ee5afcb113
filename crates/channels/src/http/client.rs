//! Makes one call over TCP, encrypted or not. Owns no rule of any provider.

use super::Call;
use super::guard::is_public;
use super::url::{bare_host, check_url, is_encrypted, port};
use crate::tls::agent_tls;
use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;
use ureq::config::Config;
use ureq::http::{HeaderMap, Method, Request, Response, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, Either, NextTimeout, RustlsConnector, TcpConnector, Transport,
};
use ureq::{Agent, Body, Error, Timeout};

/// How we introduce ourselves.
const AGENT: &str = concat!("Fulcrum/", env!("CARGO_PKG_VERSION"));

/// The part of a call in which a connection must stand.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);

/// The most of an answer's head that is read: far more than servers send.
const HEAD_BYTES_MAX: usize = 16 << 10;

/// How many addresses of one host are tried.
const ADDRESSES_MAX: usize = 4;

/// From a host and port to addresses.
pub type Resolve = Box<dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// The table of the settings that complaints name.
    pub table: &'static str,
    /// Hosts inside the own network that may be called, also without https; with or without a port.
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
    /// For a whole call, from the look-up of the host to the answer's last byte.
    pub time_max: Duration,
}

/// Calls other systems.
#[derive(Clone)]
pub struct Http {
    agent: Agent,
    /// Why there is no encryption, if there is none: whoever makes no calls needs no roots.
    no_tls: Option<String>,
}

/// A call of which it is known how it ended.
pub struct Answer(Response<Body>);

/// Why there is no answer, and so what the other system knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was sent, nor ever will be to this url.
    Refused(String),
    /// Nothing was sent: no connection stood.
    Unsent(String),
    /// Sent, in part or whole, and what became of it is not known.
    Unknown(String),
}

impl Http {
    pub fn new(config: HttpConfig) -> Http {
        Http::resolving(config, Box::new(of_the_system))
    }

    /// With another way to find a host's addresses.
    pub fn resolving(config: HttpConfig, resolve: Resolve) -> Http {
        let tls = agent_tls(config.table, config.ca_file.as_deref());
        let no_tls = tls.as_ref().err().map(ToString::to_string);
        let settings = Agent::config_builder()
            .tls_config(tls.unwrap_or_default())
            .user_agent(AGENT)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_response_header_size(HEAD_BYTES_MAX)
            // A kept connection may be closing just when the next call goes out on it: whether that call
            // arrived is then unknown, for no fault of the receiver's.
            .max_idle_connections(0)
            // Of the environment, which does not know which addresses may be called.
            .proxy(None)
            .timeout_global(Some(config.time_max))
            .timeout_connect(Some(CONNECT_TIME_MAX))
            .build();
        let guard = Guard { allow: config.allow, table: config.table, resolve };
        let agent = Agent::with_parts(settings, Connect::default(), guard);
        Http { agent, no_tls }
    }

    /// Makes one call. Each header is a name and a value; those of HTTP itself are added.
    pub fn call(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let uri = check_url(url).map_err(|it| Failure::Refused(it.to_owned()))?;
        let encrypted = is_encrypted(&uri);
        if let Some(why) = self.no_tls.as_ref().filter(|_| encrypted) {
            return Err(Failure::Unsent(why.clone()));
        }
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).map_err(|it| Failure::Refused(it.to_string()))?;
        self.agent.run(request).map(Answer).map_err(failure)
    }

    /// The same of a call that stands ready.
    pub fn send(&self, call: &Call) -> Result<Answer, Failure> {
        let headers: Vec<(&str, &str)> =
            call.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.call(call.method.clone(), &call.url, &headers, &call.body)
    }
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// None if it is not there, or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name).and_then(|it| it.to_str().ok())
    }

    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The body, at most so many bytes of it. The status is known by then, and so whether it was taken.
    pub fn body(self, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        self.0.into_body().into_reader().take(bytes_max).read_to_end(&mut body)?;
        Ok(body)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(why) | Failure::Unsent(why) | Failure::Unknown(why) => {
                f.write_str(why)
            }
        }
    }
}

/// Finds the addresses that may be connected to. They are looked up once in a call, here, and nowhere
/// again: a name that leads elsewhere a moment later gains nothing by it.
struct Guard {
    allow: Vec<String>,
    table: &'static str,
    resolve: Resolve,
}

impl Guard {
    fn addresses(&self, uri: &Uri) -> Result<Vec<SocketAddr>, Failure> {
        let (host, port) = (bare_host(uri), port(uri));
        let allowed = self.allows(host, port);
        let named = |what: &str, which: &str| {
            Failure::Refused(format!("{what}; {which} may be named in {}.allow", self.table))
        };
        if !is_encrypted(uri) && !allowed {
            return Err(named("only https is called", "a host inside"));
        }
        let mut found = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => (self.resolve)(host, port)
                .map_err(|_| Failure::Unsent("the host's address could not be found".to_owned()))?,
        };
        if found.is_empty() {
            return Err(Failure::Unsent("the host has no address".to_owned()));
        }
        found.retain(|it| allowed || is_public(it.ip()));
        found.truncate(ADDRESSES_MAX);
        match found.is_empty() {
            false => Ok(found),
            true => Err(named("the host is not on the public internet", "one of yours")),
        }
    }

    /// Whether somebody who runs this installation named the host.
    fn allows(&self, host: &str, port: u16) -> bool {
        let with_port = format!("{host}:{port}");
        let is_it = |it: &str| it.eq_ignore_ascii_case(host) || it.eq_ignore_ascii_case(&with_port);
        self.allow.iter().any(|it| is_it(it))
    }
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.addresses(uri).map_err(|it| Error::Other(Box::new(Before(it))))?;
        let mut addresses = self.empty();
        found.into_iter().for_each(|it| addresses.push(it));
        Ok(addresses)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard(allow {:?})", self.allow)
    }
}

/// TCP, and TLS over it where the url asks for it. What fails here failed before a byte was sent.
#[derive(Debug, Default)]
struct Connect {
    tcp: TcpConnector,
    tls: RustlsConnector,
}

impl Connector<()> for Connect {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let before = |error: Error| {
            let why = format!("connecting: {}", said(&error));
            Error::Other(Box::new(Before(Failure::Unsent(why))))
        };
        let tcp: Option<Either<(), _>> = self.tcp.connect(details, None).map_err(before)?;
        let both = self.tls.connect(details, tcp).map_err(before)?;
        Ok(both.map(|it| Box::new(it) as Box<dyn Transport>))
    }
}

/// A failure on its way through the library.
#[derive(Debug)]
struct Before(Failure);

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Before {}

fn failure(error: Error) -> Failure {
    match error {
        Error::Other(inner) => match inner.downcast::<Before>() {
            Ok(before) => before.0,
            Err(other) => Failure::Unknown(other.to_string()),
        },
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Failure::Unsent("connecting: no answer in time".to_owned())
        }
        Error::Http(_) | Error::BadUri(_) => Failure::Refused(error.to_string()),
        _ => Failure::Unknown(format!("waiting for the answer: {}", said(&error))),
    }
}

fn said(error: &Error) -> String {
    match error {
        Error::Timeout(_) => "no answer in time".to_owned(),
        Error::Io(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => "no answer in time".to_owned(),
            ErrorKind::UnexpectedEof => "the receiver closed the connection".to_owned(),
            _ => error.to_string(),
        },
        Error::LargeResponseHeader(..) => "the answer's head has no end".to_owned(),
        Error::Protocol(error) => format!("the answer is not HTTP: {error}"),
        other => other.to_string(),
    }
}

fn of_the_system(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}
