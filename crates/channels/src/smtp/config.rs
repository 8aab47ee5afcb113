//! What can be set for a mail server.

use crate::dkim::DkimConfig;
use model::{Problem, Span};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::PathBuf;

/// More connections than this to one server is not speed, it is an attack in their eyes.
pub const CONCURRENCY_MAX: usize = 256;

/// Many servers close a connection after a hundred messages; going first avoids a failed try.
pub const MESSAGES_PER_CONNECTION: u32 = 100;

#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    /// Further roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
    pub user: Option<String>,
    pub password: Option<String>,
    /// How this installation introduces itself: its own host name, which should resolve.
    pub helo: String,
    /// Where bounces go. `bounces@go.shop.example` makes the sender of message m7
    /// `bounces+m7@go.shop.example`, so that a bounce says which message it is about. Without it,
    /// the sender is the from address.
    pub bounce_address: Option<String>,
    /// Messages on the wire at once, and so connections.
    pub concurrency: usize,
    pub timeouts: Timeouts,
    /// Signs each mail. Without it, the server behind `host` is expected to.
    pub dkim: Option<DkimConfig>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// In the clear: for a server on this machine.
    None,
    /// Begins in the clear and refuses to go on without encryption. Port 587.
    #[default]
    StartTls,
    /// Encrypted from the first byte. Port 465.
    Implicit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    #[serde(deserialize_with = "span")]
    pub connect: Span,
    /// For the answer to each command before the message itself.
    #[serde(deserialize_with = "span")]
    pub command: Span,
    /// For handing over the whole message, up to the final dot.
    #[serde(deserialize_with = "span")]
    pub body: Span,
    /// For the answer to the final dot. Long, since giving up here leaves the message unknown for
    /// good; RFC 5321 asks for ten minutes, of a sender that has nobody waiting.
    #[serde(deserialize_with = "span")]
    pub end: Span,
    /// How long an unused connection is kept.
    #[serde(deserialize_with = "span")]
    pub idle: Span,
}

impl Default for SmtpConfig {
    fn default() -> SmtpConfig {
        SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: 587,
            tls: TlsMode::default(),
            ca_file: None,
            user: None,
            password: None,
            helo: "localhost".to_owned(),
            bounce_address: None,
            concurrency: 4,
            timeouts: Timeouts::default(),
            dkim: None,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Span::seconds(15),
            command: Span::seconds(60),
            body: Span::minutes(3),
            end: Span::minutes(5),
            idle: Span::seconds(30),
        }
    }
}

impl SmtpConfig {
    pub fn check(&self) -> Result<(), Problem> {
        let clean = |it: &str| {
            !it.is_empty() && !it.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if !clean(&self.host) {
            return Err(
                Problem::new("smtp: the host is missing").hint("write host = \"mail.example\"")
            );
        }
        if !clean(&self.helo) {
            let hint = "write helo = \"go.shop.example\", the name of this machine";
            return Err(Problem::new("smtp: helo is not a host name").hint(hint));
        }
        if self.concurrency < 1 || CONCURRENCY_MAX < self.concurrency {
            let message = format!("smtp: concurrency is not between 1 and {CONCURRENCY_MAX}");
            return Err(Problem::new(message));
        }
        if self.user.is_some() != self.password.is_some() {
            return Err(Problem::new("smtp: user and password belong together"));
        }
        if self.user.is_some() && self.tls == TlsMode::None && !self.is_local() {
            let problem = Problem::new("smtp: the password would cross the network in the clear");
            return Err(problem.hint("set tls = \"starttls\" or \"implicit\""));
        }
        if let Some(address) = &self.bounce_address {
            let parts = address.split_once('@');
            if !parts.is_some_and(|(local, domain)| clean(local) && clean(domain)) {
                let hint = "write bounce_address = \"bounces@go.shop.example\"";
                return Err(Problem::new("smtp: bounce_address is not an address").hint(hint));
            }
        }
        self.dkim.as_ref().map_or(Ok(()), DkimConfig::check)
    }

    fn is_local(&self) -> bool {
        matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1")
    }
}

impl fmt::Debug for SmtpConfig {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SmtpConfig { host, port, tls, helo, concurrency, .. } = self;
        write!(f, "SmtpConfig({host}:{port} {tls:?} as {helo}, {concurrency} at once)")
    }
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
    let text = String::deserialize(deserializer)?;
    Span::parse(&text).map_err(serde::de::Error::custom)
}
