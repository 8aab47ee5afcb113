//! What is sent: where to, under which id, with which signatures. Pure; the time comes in.

use super::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use std::fmt::Write as _;
use std::net::IpAddr;

/// How we introduce ourselves.
const AGENT: &str = concat!("Fulcrum/", env!("CARGO_PKG_VERSION"));

/// Where a call goes, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub https: bool,
    /// Without the brackets of an IPv6 address.
    pub host: String,
    pub port: u16,
    /// Path and query, at least `/`.
    pub path: String,
}

impl Target {
    /// Refuses with the reason what is no plain `http` or `https` url.
    pub fn parse(url: &str) -> Result<Target, &'static str> {
        if !url.is_ascii() || url.bytes().any(|it| it <= b' ' || it == 0x7f) {
            return Err(
                "the url has a character that must be written as %XX, or a host that must \
                        be written as xn--",
            );
        }
        let (https, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err("the url begins with neither https:// nor http://"),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("the url has a name or password");
        }
        if path.contains('\\') {
            return Err("the url has a backslash");
        }
        let (host, port) = host_and_port(authority)?;
        let port = match port {
            None | Some("") => {
                if https {
                    443
                } else {
                    80
                }
            }
            Some(it) if it.bytes().all(|it| it.is_ascii_digit()) => {
                it.parse().ok().filter(|it| *it != 0).ok_or("the url has a port above 65535")?
            }
            Some(_) => return Err("the url has a port that is no number"),
        };
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Target { https, host: host.to_ascii_lowercase(), port, path })
    }

    /// As it stands in the header `Host`.
    fn authority(&self) -> String {
        let host = match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(it)) => format!("[{it}]"),
            Ok(IpAddr::V4(_)) | Err(_) => self.host.clone(),
        };
        let usual = if self.https { 443 } else { 80 };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }
}

fn host_and_port(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or("the url has a [ without its ]")?;
        if host.parse::<std::net::Ipv6Addr>().is_err() {
            return Err("the url has something in brackets that is no IPv6 address");
        }
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err("the url has something behind its ]"),
        };
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let of_names = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_');
    match !host.is_empty() && host.bytes().all(of_names) {
        true => Ok((host, port)),
        false => Err("the url has no host, or one that is none"),
    }
}

/// The key as a `webhook-id`: what the specification forbids there (a full stop, which parts what is
/// signed) and what a header cannot hold is written as `%XX`.
pub fn webhook_id(key: &str) -> String {
    let mut id = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'/' | b'-' | b'_' | b':' => {
                id.push(char::from(byte));
            }
            _ => write!(id, "%{byte:02X}").expect("a string takes all that is written"),
        }
    }
    id
}

/// `v1,` and the HMAC-SHA256 of id, time and body.
pub fn signature(secret: &Secret, id: &str, seconds: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{seconds}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

/// Everything before the body. Each secret signs, so that receivers can change over one by one.
pub fn head(target: &Target, key: &str, seconds: i64, secrets: &[Secret], body: &[u8]) -> String {
    let id = webhook_id(key);
    let signatures: Vec<String> =
        secrets.iter().map(|it| signature(it, &id, seconds, body)).collect();
    format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {AGENT}\r\nContent-Type: application/json\r\n\
         Accept: */*\r\nContent-Length: {}\r\nConnection: close\r\nwebhook-id: {id}\r\n\
         webhook-timestamp: {seconds}\r\nwebhook-signature: {}\r\n\r\n",
        target.path,
        target.authority(),
        body.len(),
        signatures.join(" "),
    )
}
