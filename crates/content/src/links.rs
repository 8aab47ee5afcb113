//! Signed links: what a recipient's click, image or wish means, in a token that nobody else can
//! make.
//!
//! A token is the URL-safe base64 of `version, kind, ids, rest, mac`. A click's URL stands inside
//! the signed part, so the redirect leads only where a message of ours pointed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{MessageId, PersonId, Timestamp};
use std::fmt;

/// The longest URL that a link may lead to. Browsers and mail programs take more; people who need
/// more have put data into a link that does not belong there.
pub const URL_MAX_BYTES: usize = 2_048;

/// No token that we made is longer; a longer one is not worth decoding.
pub const TOKEN_MAX_BYTES: usize = 3_072;

/// The first byte of a token. Another version may have other kinds, ids or another mac.
const VERSION: u8 = 1;

/// 128 bits: nobody guesses that, and the token stays short.
const MAC_BYTES: usize = 16;

/// A token whose mac is half as long, for links that are paid for by the character. It only ever leads
/// to a page, and whoever wants to forge one needs more requests than a server answers in a century.
const SHORT_VERSION: u8 = 2;
const SHORT_MAC_BYTES: usize = 8;

/// No scope of the ledger is longer in a short link; what is, stays unnamed.
const CAMPAIGN_MAX_BYTES: usize = 255;

const CLICK: u8 = b'c';
const OPEN: u8 = b'o';
const UNSUBSCRIBE: u8 = b'u';
const PREFERENCES: u8 = b'p';
const WHY: u8 = b'w';
const CONFIRM: u8 = b'k';
const FRESH: u8 = b'f';
const DOWNLOAD: u8 = b'd';

/// The first byte of what is sealed for ourselves and leads nowhere.
const SEAL_VERSION: u8 = 3;

/// The secret of one installation under which links are signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LinkKey(pub [u8; 32]);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    Click {
        message: MessageId,
        url: String,
    },
    Open {
        message: MessageId,
    },
    Unsubscribe {
        person: PersonId,
        message: MessageId,
    },
    Preferences {
        person: PersonId,
        message: MessageId,
    },
    Why {
        person: PersonId,
        message: MessageId,
    },
    /// Confirms what was asked for with the address that the message went to.
    Confirm {
        person: PersonId,
        message: MessageId,
    },
    /// Mailed to the address a moment ago, so that whoever has it is the person: until then it may
    /// show everything, and allow more than before.
    Fresh {
        person: PersonId,
        message: MessageId,
        until: Timestamp,
    },
    /// Opens the file that a page offers, until then.
    Download {
        person: PersonId,
        until: Timestamp,
        /// The page's slug.
        page: String,
    },
}

impl Link {
    /// The token. A click on anything but a web address gets one too, which [`verify`] refuses.
    pub fn sign(&self, key: &LinkKey) -> String {
        let mut bytes = vec![VERSION];
        match self {
            Link::Click { message, url } => {
                bytes.push(CLICK);
                push_number(&mut bytes, message.0);
                bytes.extend_from_slice(url.as_bytes());
            }
            Link::Open { message } => {
                bytes.push(OPEN);
                push_number(&mut bytes, message.0);
            }
            Link::Unsubscribe { person, message } => {
                push_both(&mut bytes, UNSUBSCRIBE, *person, *message);
            }
            Link::Preferences { person, message } => {
                push_both(&mut bytes, PREFERENCES, *person, *message);
            }
            Link::Why { person, message } => push_both(&mut bytes, WHY, *person, *message),
            Link::Confirm { person, message } => {
                push_both(&mut bytes, CONFIRM, *person, *message);
            }
            Link::Fresh { person, message, until } => {
                push_both(&mut bytes, FRESH, *person, *message);
                push_number(&mut bytes, u64::try_from(until.0).unwrap_or_default());
            }
            Link::Download { person, until, page } => {
                bytes.push(DOWNLOAD);
                push_number(&mut bytes, person.0);
                push_number(&mut bytes, u64::try_from(until.0).unwrap_or_default());
                bytes.extend_from_slice(page.as_bytes());
            }
        }
        let mac = mac(&bytes, key);
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The whole address under which the link is served.
    pub fn address(&self, base_url: &str, key: &LinkKey) -> String {
        let base = base_url.trim_end_matches('/');
        let token = self.sign(key);
        match self {
            Link::Click { .. } => format!("{base}/c/{token}"),
            Link::Open { .. } => format!("{base}/o/{token}.gif"),
            Link::Unsubscribe { .. } => format!("{base}/u/{token}"),
            Link::Preferences { .. } => format!("{base}/p/{token}"),
            Link::Why { .. } => format!("{base}/w/{token}"),
            Link::Confirm { .. } => format!("{base}/k/{token}"),
            Link::Fresh { .. } => format!("{base}/f/{token}"),
            Link::Download { .. } => format!("{base}/d/{token}"),
        }
    }
}

/// The address of a click in a text message. It names the page and the campaign, and the tags are
/// added to it where it is followed. None for what is no web address.
pub(crate) fn short_click(
    message: MessageId,
    campaign: &str,
    url: &str,
    base_url: &str,
    key: &LinkKey,
) -> Option<String> {
    if !is_web_address(url) {
        return None;
    }
    let campaign = if campaign.len() <= CAMPAIGN_MAX_BYTES { campaign } else { "" };
    let mut bytes = vec![SHORT_VERSION];
    push_number(&mut bytes, message.0);
    bytes.push(campaign.len() as u8);
    bytes.extend_from_slice(campaign.as_bytes());
    bytes.extend_from_slice(url.strip_prefix(HTTPS).unwrap_or(url).as_bytes());
    let mac = mac(&bytes, key);
    bytes.extend_from_slice(&mac[..SHORT_MAC_BYTES]);
    Some(format!("{}/c/{}", base_url.trim_end_matches('/'), URL_SAFE_NO_PAD.encode(bytes)))
}

const HTTPS: &str = "https://";

/// What a short token leads to, with its tags.
fn verify_short(bytes: &[u8], key: &LinkKey) -> Option<Link> {
    let at = bytes.len().checked_sub(SHORT_MAC_BYTES)?;
    let (signed, given) = bytes.split_at_checked(at)?;
    if !same(&mac(signed, key)[..SHORT_MAC_BYTES], given) {
        return None;
    }
    let (message, rest) = take_number(signed.get(1..)?)?;
    let (&length, rest) = rest.split_first()?;
    let (campaign, url) = rest.split_at_checked(usize::from(length))?;
    let (campaign, url) = (std::str::from_utf8(campaign).ok()?, std::str::from_utf8(url).ok()?);
    let url = if is_web_address(url) { url.to_owned() } else { format!("{HTTPS}{url}") };
    if !is_web_address(&url) {
        return None;
    }
    let source = campaign.split('/').next().unwrap_or_default();
    let tags = [("utm_source", source), ("utm_medium", "sms"), ("utm_campaign", campaign)];
    let tagged = with_parameters(&url, &tags);
    let url = if is_web_address(&tagged) { tagged } else { url };
    Some(Link::Click { message: MessageId(message), url })
}

/// The meaning of a token that was signed under `key`, or none: altered, foreign, or not a token.
pub fn verify(token: &str, key: &LinkKey) -> Option<Link> {
    if TOKEN_MAX_BYTES < token.len() {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    if bytes.first() == Some(&SHORT_VERSION) {
        return verify_short(&bytes, key);
    }
    let (signed, given) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
    if !same(&mac(signed, key), given) {
        return None;
    }
    let (&version, rest) = signed.split_first()?;
    let (&kind, rest) = rest.split_first()?;
    if version != VERSION {
        return None;
    }
    match kind {
        CLICK => {
            let (message, rest) = take_number(rest)?;
            let url = String::from_utf8(rest.to_vec()).ok()?;
            is_web_address(&url).then_some(Link::Click { message: MessageId(message), url })
        }
        OPEN => {
            let (message, rest) = take_number(rest)?;
            rest.is_empty().then_some(Link::Open { message: MessageId(message) })
        }
        UNSUBSCRIBE => {
            take_both(rest).map(|(person, message)| Link::Unsubscribe { person, message })
        }
        PREFERENCES => {
            take_both(rest).map(|(person, message)| Link::Preferences { person, message })
        }
        WHY => take_both(rest).map(|(person, message)| Link::Why { person, message }),
        CONFIRM => take_both(rest).map(|(person, message)| Link::Confirm { person, message }),
        FRESH => {
            let (person, rest) = take_number(rest)?;
            let (message, rest) = take_number(rest)?;
            let (until, rest) = take_number(rest)?;
            let until = Timestamp(i64::try_from(until).ok()?);
            let (person, message) = (PersonId(person), MessageId(message));
            rest.is_empty().then_some(Link::Fresh { person, message, until })
        }
        DOWNLOAD => {
            let (person, rest) = take_number(rest)?;
            let (until, rest) = take_number(rest)?;
            let until = Timestamp(i64::try_from(until).ok()?);
            let page = String::from_utf8(rest.to_vec()).ok()?;
            Some(Link::Download { person: PersonId(person), until, page })
        }
        _ => None,
    }
}

/// Bytes that come back to us unread and unaltered, as text for an address or a form. `kind` says what
/// they are for: nothing that was sealed for one purpose serves another.
pub(crate) fn seal(kind: u8, bytes: &[u8], key: &LinkKey) -> String {
    let mut sealed = vec![SEAL_VERSION, kind];
    sealed.extend_from_slice(bytes);
    let mac = mac(&sealed, key);
    sealed.extend_from_slice(&mac);
    URL_SAFE_NO_PAD.encode(sealed)
}

/// What [`seal`] was given, or none: altered, foreign, or for another purpose.
pub(crate) fn unseal(kind: u8, text: &str, key: &LinkKey) -> Option<Vec<u8>> {
    if TOKEN_MAX_BYTES < text.len() {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (signed, given) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
    if !same(&mac(signed, key), given) {
        return None;
    }
    signed.strip_prefix(&[SEAL_VERSION, kind]).map(<[u8]>::to_vec)
}

/// Whether `url` leads to a page of ours for customers. Such a link is not counted as a click, and
/// needs no tags.
pub(crate) fn is_own(url: &str, base_url: &str) -> bool {
    let base = base_url.trim_end_matches('/');
    let rest = if base.is_empty() { None } else { url.strip_prefix(base) };
    rest.is_some_and(|it| {
        ["/u/", "/p/", "/w/", "/k/", "/f/", "/d/"].iter().any(|own| it.starts_with(own))
    })
}

/// `http` or `https`, with a host, without anything that could end a header or an attribute.
pub fn is_web_address(url: &str) -> bool {
    let after = |scheme: &str| {
        let start = url.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    };
    let Some(rest) = after("https://").or_else(|| after("http://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // `https://shop.example@evil.example` leads to the second; nobody needs names in links.
    let plain_host = !host.is_empty() && !host.contains(['@', '\\']);
    let clean = |it: char| !it.is_control() && !it.is_whitespace() && !"\"<>\\^`{|}".contains(it);
    url.len() <= URL_MAX_BYTES && plain_host && url.chars().all(clean)
}

/// A text as a part of an address.
pub fn percent_encode(text: &str) -> String {
    crate::template::percent_encode(text)
}

/// Adds the parameters that `url` does not have yet, before its fragment.
pub fn with_parameters(url: &str, parameters: &[(&str, &str)]) -> String {
    let (address, fragment) = match url.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (url, None),
    };
    let query = address.split_once('?').map(|(_, query)| query);
    let present = |name: &str| {
        query.is_some_and(|it| it.split('&').any(|pair| pair.split('=').next() == Some(name)))
    };
    let mut whole = address.to_owned();
    for (name, value) in parameters {
        if present(name) {
            continue;
        }
        let separator = match (whole.contains('?'), whole.ends_with(['?', '&'])) {
            (false, _) => "?",
            (true, true) => "",
            (true, false) => "&",
        };
        whole.push_str(separator);
        whole.push_str(&format!("{name}={}", crate::template::percent_encode(value)));
    }
    if let Some(fragment) = fragment {
        whole.push('#');
        whole.push_str(fragment);
    }
    whole
}

fn mac(signed: &[u8], key: &LinkKey) -> [u8; MAC_BYTES] {
    let mut mac = [0; MAC_BYTES];
    blake3::Hasher::new_keyed(&key.0).update(signed).finalize_xof().fill(&mut mac);
    mac
}

/// Takes as long for a wrong first byte as for a wrong last one.
fn same(expected: &[u8], given: &[u8]) -> bool {
    if expected.len() != given.len() {
        return false;
    }
    let differing = expected.iter().zip(given).fold(0, |found, (a, b)| found | (a ^ b));
    std::hint::black_box(differing) == 0
}

fn push_both(bytes: &mut Vec<u8>, kind: u8, person: PersonId, message: MessageId) {
    bytes.push(kind);
    push_number(bytes, person.0);
    push_number(bytes, message.0);
}

fn take_both(bytes: &[u8]) -> Option<(PersonId, MessageId)> {
    let (person, rest) = take_number(bytes)?;
    let (message, rest) = take_number(rest)?;
    rest.is_empty().then_some((PersonId(person), MessageId(message)))
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while 0x7f < number {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (n, byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        if n == 9 && 1 < bits {
            return None;
        }
        number |= bits << (7 * n);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[n + 1..]));
        }
    }
    None
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

#[cfg(test)]
mod tests;
