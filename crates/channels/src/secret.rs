//! Where a secret is: in the environment or in a file, never in the settings themselves.
//!
//! Settings are kept in git, shown in consoles and sent to colleagues who ask why something does not
//! work; what is named there instead is read when a channel is made.

use model::Problem;
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::PathBuf;

#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// `env:NAME`.
    Env(String),
    /// `file:/etc/fulcrum/key.pem`.
    File(PathBuf),
    /// The secret itself, from whoever has it already. No text of the settings becomes this.
    Given(String),
}

impl Secret {
    pub fn given(secret: &str) -> Secret {
        Secret::Given(secret.to_owned())
    }

    pub fn parse(text: &str) -> Result<Secret, Problem> {
        let is_name = |it: &str| {
            !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        };
        match text.split_once(':') {
            Some(("env", name)) if is_name(name) => Ok(Secret::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Secret::File(PathBuf::from(path))),
            // Whatever stands there may be the secret: it is not repeated.
            _ => Err(Problem::new("a secret stands in the settings themselves")
                .hint("write env:NAME or file:/a/path, and put it there")),
        }
    }

    /// The secret itself. `what` is the setting that complaints name.
    pub fn reveal(&self, what: &str) -> Result<String, Problem> {
        let text = match self {
            Secret::Given(text) => text.clone(),
            Secret::Env(name) => std::env::var(name).map_err(|_| {
                let problem = Problem::new(format!("{what}: the environment has no {name}"));
                problem.hint(format!("set {name} where fulcrum is started"))
            })?,
            Secret::File(path) => std::fs::read_to_string(path).map_err(|it| {
                let problem = Problem::new(format!("{what}: the secret cannot be read: {it}"));
                problem.in_file(path.display().to_string())
            })?,
        };
        let text = text.trim();
        if text.is_empty() {
            Err(Problem::new(format!("{what}: the secret is empty")))
        } else {
            Ok(text.to_owned())
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Secret::Env(name) => write!(f, "env:{name}"),
            Secret::File(path) => write!(f, "file:{}", path.display()),
            Secret::Given(_) => f.write_str("(secret)"),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        let text = String::deserialize(deserializer)?;
        Secret::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_and_never_shown() {
        let parse = |text: &str| Secret::parse(text).map_err(|it| it.to_string());
        assert_eq!(parse("env:SMS_TOKEN"), Ok(Secret::Env("SMS_TOKEN".to_owned())));
        assert_eq!(parse("file:/etc/key"), Ok(Secret::File(PathBuf::from("/etc/key"))));
        for text in ["hunter2", "env:", "env:A B", "file:", "", "ENV:X"] {
            let why = parse(text).expect_err(text);
            assert!(why.contains("env:NAME") && !why.contains("hunter2"), "{why}");
        }
        assert_eq!(format!("{:?}", Secret::given("hunter2")), "(secret)");
    }

    #[test]
    fn what_is_not_there_is_said_with_its_setting() {
        let missing = Secret::Env("FULCRUM_TEST_NO_SUCH_SECRET".to_owned()).reveal("sms: token");
        let problem = missing.expect_err("it is not set").to_string();
        assert!(problem.starts_with("sms: token: the environment has no FULCRUM"), "{problem}");
        let missing = Secret::File(PathBuf::from("/nowhere/key")).reveal("smtp.dkim: key");
        assert!(missing.expect_err("no file").to_string().contains("/nowhere/key"));
        assert!(Secret::given(" \n").reveal("x").is_err(), "an empty secret is none");
        assert_eq!(Secret::given(" a\n").reveal("x").ok().as_deref(), Some("a"));
    }
}
