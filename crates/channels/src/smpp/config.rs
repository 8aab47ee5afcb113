//! What can be set for text messages by SMPP.

use crate::secret::Secret;
use model::{Problem, Span};
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// Carriers allow some tens of messages without an answer; more only fills their queue.
const WINDOW_MAX: usize = 256;

/// The lengths of SMPP 3.4, chapter 5.2.
const SYSTEM_ID_MAX: usize = 15;
const PASSWORD_MAX: usize = 8;
const SYSTEM_TYPE_MAX: usize = 12;

/// A number has fifteen digits, a name eleven letters.
const NUMBER_MAX: usize = 15;
const NAME_MAX: usize = 11;

/// `[smpp]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmppConfig {
    pub host: String,
    #[serde(default = "port")]
    pub port: u16,
    /// Encrypted from the first byte.
    #[serde(default)]
    pub tls: bool,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
    pub system_id: String,
    pub password: Secret,
    #[serde(default)]
    pub system_type: String,
    /// A number with its country, a short code, or a name that messages come from.
    pub from: String,
    #[serde(default)]
    pub long: LongMessages,
    /// Messages without an answer at once.
    #[serde(default = "some")]
    pub window: usize,
    #[serde(default)]
    pub timeouts: Timeouts,
}

/// How what is longer than one text message is handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LongMessages {
    /// In parts that telephones join by a header in each (UDH). Every carrier takes it.
    #[default]
    Parts,
    /// Whole (`message_payload`), to be parted there. One answer for all of it, where the carrier takes it.
    Payload,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// For the connection, and for being let in.
    #[serde(deserialize_with = "span")]
    pub connect: Span,
    /// For the answer to a message. Long, since giving up leaves the message unknown.
    #[serde(deserialize_with = "span")]
    pub answer: Span,
    /// After how long a silence we ask whether somebody is there.
    #[serde(deserialize_with = "span")]
    pub enquire: Span,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Span::seconds(15),
            answer: Span::seconds(60),
            enquire: Span::seconds(30),
        }
    }
}

impl SmppConfig {
    pub fn check(&self) -> Result<(), Problem> {
        let clean = |it: &str| it.bytes().all(|it| it.is_ascii_graphic());
        if self.host.is_empty() || !clean(&self.host) {
            let problem = Problem::new("smpp: the host is missing");
            return Err(problem.hint("write host = \"smpp.carrier.example\""));
        }
        let fits = |it: &str, max: usize| it.len() <= max && clean(it);
        if self.system_id.is_empty() || !fits(&self.system_id, SYSTEM_ID_MAX) {
            let message =
                format!("smpp: system_id is not 1 to {SYSTEM_ID_MAX} characters of ASCII");
            return Err(Problem::new(message).hint("the carrier gives it, with the password"));
        }
        if !fits(&self.system_type, SYSTEM_TYPE_MAX) {
            let message = format!("smpp: system_type is longer than {SYSTEM_TYPE_MAX} characters");
            return Err(Problem::new(message).hint("leave it out where the carrier names none"));
        }
        if Sender::of(&self.from).is_none() {
            let problem = Problem::new("smpp: from is neither a number nor a name");
            let hint =
                "write from = \"+31…\", a short code, or a name of at most 11 letters and digits";
            return Err(problem.hint(hint));
        }
        if self.window < 1 || WINDOW_MAX < self.window {
            return Err(Problem::new(format!("smpp: window is not between 1 and {WINDOW_MAX}")));
        }
        let Timeouts { connect, answer, enquire } = self.timeouts;
        if [connect, answer, enquire].iter().any(|it| *it <= Span::ZERO) {
            return Err(Problem::new("smpp: a timeout is nothing").hint("write \"30s\""));
        }
        Ok(())
    }

    /// The password, if it can be said at all.
    pub(crate) fn password(&self) -> Result<String, Problem> {
        let password = self.password.reveal("smpp: password")?;
        let fits =
            password.len() <= PASSWORD_MAX && password.bytes().all(|it| it.is_ascii_graphic());
        match fits {
            true => Ok(password),
            false => {
                let message =
                    format!("smpp: the password is not at most {PASSWORD_MAX} characters of ASCII");
                Err(Problem::new(message).hint("the protocol has no room for more"))
            }
        }
    }
}

/// Whom messages come from, as the protocol says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// With its country, without the plus.
    Number(String),
    ShortCode(String),
    Name(String),
}

impl Sender {
    pub fn of(from: &str) -> Option<Sender> {
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if let Some(number) = from.strip_prefix('+') {
            let is_number = digits(number) && number.len() <= NUMBER_MAX;
            return is_number.then(|| Sender::Number(number.to_owned()));
        }
        if digits(from) {
            return (from.len() <= NUMBER_MAX).then(|| Sender::ShortCode(from.to_owned()));
        }
        let is_letter =
            |it: u8| it.is_ascii_alphanumeric() || matches!(it, b' ' | b'-' | b'.' | b'&' | b'_');
        let is_name =
            !from.trim().is_empty() && from.len() <= NAME_MAX && from.bytes().all(is_letter);
        is_name.then(|| Sender::Name(from.to_owned()))
    }
}

fn port() -> u16 {
    2775
}

fn some() -> usize {
    10
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
    let text = String::deserialize(deserializer)?;
    Span::parse(&text).map_err(serde::de::Error::custom)
}
