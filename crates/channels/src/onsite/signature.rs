//! Who is signed in, as the shop's server says it: HMAC-SHA-256 over the user id, in hex. Pure.
//!
//! A user id can be guessed, and an anonymous id cannot; so what waits for a known person is given out only
//! with this.

use super::config::OnsiteConfig;
use model::Problem;
use ring::hmac::{HMAC_SHA256, Key, verify};
use std::fmt;

/// A shorter secret could be tried out on a signature that one has.
const SECRET_BYTES_MIN: usize = 16;

/// The secrets of which one must have signed.
#[derive(Clone)]
pub struct Signers(Vec<Key>);

impl Signers {
    /// Reads the secrets that the settings name.
    pub fn new(config: &OnsiteConfig) -> Result<Signers, Problem> {
        let set = [("secret", Some(&config.secret)), ("old_secret", config.old_secret.as_ref())];
        let set = set.into_iter().filter_map(|(name, it)| Some((name, it?)));
        let keys = set.map(|(name, secret)| {
            let text = secret.reveal(&format!("onsite: {name}"))?;
            if text.len() < SECRET_BYTES_MIN {
                let problem = Problem::new(format!("onsite: {name} is too short to be one"));
                return Err(problem.hint("make one with `openssl rand -hex 32`"));
            }
            Ok(Key::new(HMAC_SHA256, text.as_bytes()))
        });
        Ok(Signers(keys.collect::<Result<_, Problem>>()?))
    }

    /// Whether the shop's server says that this is who it is. Takes the same time for every wrong one.
    pub fn have_signed(&self, user_id: &str, signature: &str) -> bool {
        let Some(given) = bytes_of(signature) else { return false };
        !user_id.is_empty()
            && self.0.iter().any(|it| verify(it, user_id.as_bytes(), &given).is_ok())
    }
}

impl fmt::Debug for Signers {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signers({})", self.0.len())
    }
}

/// Hex in either case.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits = |it: &[u8]| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok();
    let is_hex = hex.len() == 64 && hex.bytes().all(|it| it.is_ascii_hexdigit());
    is_hex.then(|| hex.as_bytes().chunks(2).filter_map(digits).collect())
}
