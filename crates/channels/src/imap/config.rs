//! What can be set for a mailbox.

use crate::secret::Secret;
use crate::smtp::TlsMode;
use model::{Problem, Span};
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// Servers lock out who signs in more often.
const INTERVAL_MIN: Span = Span::seconds(10);

/// What came back later than this is of no use to a campaign that runs.
const INTERVAL_MAX: Span = Span::DAY;

/// `[mailbox.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxConfig {
    pub host: String,
    /// 993, or 143 where encryption begins later or not at all.
    pub port: Option<u16>,
    #[serde(default = "implicit")]
    pub tls: TlsMode,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
    pub user: String,
    pub password: Secret,
    #[serde(default = "inbox")]
    pub folder: String,
    #[serde(default)]
    pub after: After,
    /// Where to, of `after = "move"`; made if it is not there.
    #[serde(default = "put_away")]
    pub move_to: String,
    /// How often it is looked into. A server that tells of new mail (IDLE) is heard at once.
    #[serde(default = "five_minutes", deserialize_with = "span")]
    pub interval: Span,
}

/// What becomes of a mail whose meaning is stored. What is about no message of ours always stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum After {
    /// It stays, with a mark that it was read.
    Keep,
    #[default]
    Move,
    Delete,
}

impl MailboxConfig {
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            TlsMode::Implicit => 993,
            TlsMode::StartTls | TlsMode::None => 143,
        })
    }

    /// `name` is the table's own.
    pub fn check(&self, name: &str) -> Result<(), Problem> {
        let fail = |what: &str, hint: &str| {
            Err(Problem::new(format!("mailbox.{name}: {what}")).hint(hint.to_owned()))
        };
        let clean = |it: &str| {
            !it.is_empty() && !it.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        let is_folder =
            |it: &str| !it.is_empty() && it.bytes().all(|it| (b' '..0x7f).contains(&it));
        if !clean(&self.host) {
            return fail("the host is missing", "write host = \"imap.shop.example\"");
        }
        if self.user.is_empty() || self.user.contains(char::is_control) {
            return fail("the user is missing", "write user = \"bounces@shop.example\"");
        }
        if !is_folder(&self.folder) || !is_folder(&self.move_to) {
            let hint = "write a folder's name as the server lists it, such as \"INBOX\"";
            return fail("a folder's name is empty or not in ASCII", hint);
        }
        if self.after == After::Move && self.folder.eq_ignore_ascii_case(&self.move_to) {
            return fail(
                "mails would be moved to where they are",
                "name another folder in move_to",
            );
        }
        let is_local = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if self.tls == TlsMode::None && !is_local {
            let hint = "set tls = \"implicit\" or \"starttls\"";
            return fail("the password would cross the network in the clear", hint);
        }
        if self.interval < INTERVAL_MIN || INTERVAL_MAX < self.interval {
            return fail("the interval is not between 10s and 1d", "write interval = \"5m\"");
        }
        Ok(())
    }
}

fn implicit() -> TlsMode {
    TlsMode::Implicit
}

fn inbox() -> String {
    "INBOX".to_owned()
}

fn put_away() -> String {
    "Fulcrum".to_owned()
}

fn five_minutes() -> Span {
    Span::minutes(5)
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
    let text = String::deserialize(deserializer)?;
    Span::parse(&text).map_err(serde::de::Error::custom)
}
