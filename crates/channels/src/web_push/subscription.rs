//! Where one browser is reached, and the keys that only it can read with. Pure.
//!
//! As the value of an identifier it is one url: the endpoint, and behind `#` the keys, which thereby
//! never go to the push service: `https://push.example/x#p256dh=…&auth=…`. The JSON that browsers give
//! (`PushSubscription.toJSON()`) is read as well; one subscription has one url, whatever the order of its JSON.

use crate::http::check_url;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use std::fmt;

/// A point of P-256, uncompressed.
pub const POINT_BYTES: usize = 65;

pub const AUTH_BYTES: usize = 16;

/// What browsers call their endpoints has a few hundred.
pub const ENDPOINT_BYTES_MAX: usize = 1_500;

#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    pub endpoint: String,
    /// The browser's public key.
    pub p256dh: [u8; POINT_BYTES],
    /// The secret that it shares with us.
    pub auth: [u8; AUTH_BYTES],
}

#[derive(Deserialize)]
struct Json {
    endpoint: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// None for what is none, such as a token of another kind of device.
    pub fn parse(text: &str) -> Option<Subscription> {
        let text = text.trim();
        if text.starts_with('{') {
            let Json { endpoint, keys } = serde_json::from_str(text).ok()?;
            return Subscription::new(&endpoint, &keys.p256dh, &keys.auth);
        }
        let (endpoint, keys) = text.split_once('#')?;
        let key = |name: &str| {
            keys.split('&')
                .filter_map(|it| it.split_once('='))
                .find(|it| it.0 == name)
                .map(|it| it.1)
        };
        Subscription::new(endpoint, key("p256dh")?, key("auth")?)
    }

    fn new(endpoint: &str, p256dh: &str, auth: &str) -> Option<Subscription> {
        let fits = endpoint.len() <= ENDPOINT_BYTES_MAX && !endpoint.contains('#');
        (fits && check_url(endpoint).is_ok()).then_some(())?;
        let p256dh: [u8; POINT_BYTES] = bytes(p256dh)?.try_into().ok()?;
        let auth = bytes(auth)?.try_into().ok()?;
        (p256dh[0] == 4).then(|| Subscription { endpoint: endpoint.to_owned(), p256dh, auth })
    }

    /// Scheme, host and port of the endpoint: whom a signature is for (RFC 6454).
    pub fn origin(&self) -> &str {
        let host = self.endpoint.find("://").map_or(0, |it| it + 3);
        let end = self.endpoint[host..].find(['/', '?']).map(|it| host + it);
        &self.endpoint[..end.unwrap_or(self.endpoint.len())]
    }
}

impl fmt::Display for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p256dh, auth) =
            (URL_SAFE_NO_PAD.encode(self.p256dh), URL_SAFE_NO_PAD.encode(self.auth));
        write!(f, "{}#p256dh={p256dh}&auth={auth}", self.endpoint)
    }
}

impl fmt::Debug for Subscription {
    /// Whoever has the endpoint can knock at it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription({}/…)", self.origin())
    }
}

/// Base64 in either alphabet, with or without its end.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
}
