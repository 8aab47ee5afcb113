//! Amazon's signature of a call, version 4. Pure.
//!
//! What is signed: the method, the path, the named headers and the body, with a key that is made for the day, the
//! region and the service.

use crate::http::Call;
use model::Timestamp;
use ring::{digest, hmac};
use std::fmt::Write;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Whose call it is, and to what.
#[derive(Clone, Copy)]
pub struct Signing<'a> {
    pub key_id: &'a str,
    pub secret: &'a str,
    /// Of credentials that end.
    pub session_token: Option<&'a str>,
    pub region: &'a str,
    pub service: &'a str,
}

/// The call with its date and signature. Its address has a host and a path of plain letters, and no query.
pub fn signed(call: Call, signing: &Signing<'_>, at: Timestamp) -> Call {
    let moment = moment(at);
    let (host, path) = host_and_path(&call.url);
    let mut headers: Vec<(String, String)> = vec![("host".to_owned(), host.to_owned())];
    let is_signed = |name: &str| name == "content-type" || name.starts_with("x-amz-");
    for (name, value) in &call.headers {
        let name = name.to_ascii_lowercase();
        if is_signed(&name) {
            headers.push((name, value.clone()));
        }
    }
    headers.push(("x-amz-date".to_owned(), moment.clone()));
    let token = signing.session_token.map(|it| ("x-amz-security-token".to_owned(), it.to_owned()));
    headers.extend(token.clone());
    let authorization =
        authorization(call.method.as_str(), path, &mut headers, &call.body, signing, &moment);
    let call = call.header("x-amz-date", moment).header("authorization", authorization);
    token.into_iter().fold(call, |call, (name, value)| call.header(&name, value))
}

/// The header of that name. `headers` are all that is signed, in lower case and any order.
pub fn authorization(
    method: &str,
    path: &str,
    headers: &mut [(String, String)],
    body: &[u8],
    signing: &Signing<'_>,
    moment: &str,
) -> String {
    headers.sort();
    let mut canonical = format!("{method}\n{path}\n\n");
    for (name, value) in headers.iter() {
        // One space where there are several.
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        canonical.push_str(&format!("{name}:{value}\n"));
    }
    let names: Vec<&str> = headers.iter().map(|it| it.0.as_str()).collect();
    let names = names.join(";");
    canonical.push_str(&format!("\n{names}\n{}", sha256(body)));
    let day = moment.get(..8).unwrap_or_default();
    let scope = format!("{day}/{}/{}/aws4_request", signing.region, signing.service);
    let text = format!("{ALGORITHM}\n{moment}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let first = format!("AWS4{}", signing.secret);
    let key = [day, signing.region, signing.service, "aws4_request"]
        .iter()
        .fold(first.into_bytes(), |key, part| keyed(&key, part));
    let signature = hex(&keyed(&key, &text));
    let credential = format!("{}/{scope}", signing.key_id);
    format!("{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}")
}

/// `20150830T123600Z`.
fn moment(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn host_and_path(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |it| it.1);
    match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    }
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string grows");
    }
    text
}
