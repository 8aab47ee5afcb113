//! What to publish in the DNS so that signatures can be verified.

use super::config::{DkimConfig, KeyConfig};
use super::key::Key;
use model::Problem;
use std::fmt;

/// The longest string within a TXT record; a longer value is written as several.
const STRING_BYTES_MAX: usize = 255;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where: `s2027._domainkey.shop.example`.
    pub name: String,
    /// The value of the TXT record.
    pub value: String,
}

impl fmt::Display for Record {
    /// A line of a zone file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. IN TXT", self.name)?;
        // Nothing in it is more than one byte.
        let bytes = self.value.as_bytes();
        bytes
            .chunks(STRING_BYTES_MAX)
            .try_for_each(|it| write!(f, " \"{}\"", String::from_utf8_lossy(it)))
    }
}

/// A record for each key. Reads the keys, and so needs them.
pub fn records(config: &DkimConfig) -> Result<Vec<Record>, Problem> {
    let keys = keys(config)?;
    Ok(keys.iter().map(|(selector, key)| record(&config.domain, selector, key)).collect())
}

pub(super) fn record(domain: &str, selector: &str, key: &Key) -> Record {
    let (kind, public) = key.public();
    Record {
        name: format!("{selector}._domainkey.{domain}"),
        value: format!("v=DKIM1; k={kind}; p={public}"),
    }
}

/// Selectors and keys in the order in which they sign.
pub(super) fn keys(config: &DkimConfig) -> Result<Vec<(String, Key)>, Problem> {
    config.check()?;
    let load = |it: &KeyConfig, read: fn(&str) -> Result<Key, String>, name: &str| {
        let what = format!("smtp.dkim.{name}");
        let key = read(&it.key.reveal(&what)?).map_err(|why| {
            let hint = match name {
                "rsa" => "openssl genrsa -out dkim.pem 2048",
                _ => "openssl genpkey -algorithm ed25519 -out dkim.pem",
            };
            Problem::new(format!("{what}: {why}")).hint(format!("`{hint}` makes one"))
        })?;
        Ok((it.selector.clone(), key))
    };
    let ed25519 = config.ed25519.iter().map(|it| load(it, Key::ed25519, "ed25519"));
    let rsa = config.rsa.iter().map(|it| load(it, Key::rsa, "rsa"));
    ed25519.chain(rsa).collect()
}
