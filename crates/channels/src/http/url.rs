//! Which urls are called. Pure.

use std::net::Ipv6Addr;
use ureq::http::Uri;

/// A plain `http` or `https` url, taken apart; or why it is none.
pub fn check_url(url: &str) -> Result<Uri, &'static str> {
    // Programs differ in how they read these, and a guard must read as the connection does.
    if !url.is_ascii() || url.bytes().any(|it| it <= b' ' || it == 0x7f || it == b'\\') {
        return Err("the url has a character that must be written as %XX, or a host that must be \
                    written as xn--");
    }
    let uri: Uri = url.parse().map_err(|_| "the url cannot be read")?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err("the url begins with neither https:// nor http://");
    }
    let authority = uri.authority().ok_or("the url has no host")?;
    if authority.as_str().contains('@') {
        return Err("the url has a name or password");
    }
    let host = bare_host(&uri);
    let of_names = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_');
    let known = match authority.as_str().starts_with('[') {
        true => host.parse::<Ipv6Addr>().is_ok(),
        false => !host.is_empty() && host.bytes().all(of_names),
    };
    if !known {
        return Err("the url has no host, or one that is none");
    }
    let behind = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
    let is_port = |it: &str| it.is_empty() || it.parse::<u16>().is_ok_and(|it| it != 0);
    match behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port) {
        true => Ok(uri),
        false => Err("the url has a port that is none"),
    }
}

/// Without the brackets of an IPv6 address.
pub fn bare_host(uri: &Uri) -> &str {
    let host = uri.host().unwrap_or_default();
    host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host)
}

/// The one that is written, or the usual one.
pub fn port(uri: &Uri) -> u16 {
    let usual = if is_encrypted(uri) { 443 } else { 80 };
    uri.port_u16().unwrap_or(usual)
}

pub fn is_encrypted(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}
