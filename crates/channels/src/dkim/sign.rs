//! The headers that are signed, and the header that says so.

use super::canonical;
use super::config::DkimConfig;
use super::key::Key;
use super::record::keys;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Problem;
use ring::digest::{SHA256, digest};
use std::fmt;

/// Headers that a reader acts on. Each is named once more than it is there, so that a second one
/// that somebody adds on the way breaks the signature (RFC 6376, 8.15).
const SEALED: [&str; 12] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
];

/// Signed if they are there. RFC 8058 asks it for unsubscribing by one click, and Feedback-ID counts only
/// for who signed it.
const SIGNED: [&str; 6] = [
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "Auto-Submitted",
    crate::smtp::request::MESSAGE_HEADER,
];

/// The longest line that is written, well below the 998 that mail allows.
const LINE_BYTES_MAX: usize = 72;

/// Signs for one domain with each of its keys.
pub struct Signer {
    domain: String,
    keys: Vec<(String, Key)>,
}

impl Signer {
    /// Reads the keys.
    pub fn new(config: &DkimConfig) -> Result<Signer, Problem> {
        Ok(Signer { domain: config.domain.clone(), keys: keys(config)? })
    }

    /// The mail with a signature of each key in front. Its lines end in CR LF, the last one too. None if
    /// it cannot be signed.
    pub fn signed(&self, mail: &[u8], at_seconds: i64) -> Option<Vec<u8>> {
        let (headers, body) = canonical::parts(mail)?;
        let body_hash = STANDARD.encode(digest(&SHA256, &canonical::body(body)));
        let mut signed = Vec::with_capacity(mail.len() + 1_024 * self.keys.len());
        for (selector, key) in &self.keys {
            let unsigned = self.unsigned(selector, key, &headers, &body_hash, at_seconds);
            let mut data = covered(&headers);
            data.push_str(&canonical::header("DKIM-Signature", &unsigned));
            let signature = folded(&key.sign(data.as_bytes())?);
            signed
                .extend_from_slice(format!("DKIM-Signature:{unsigned}{signature}\r\n").as_bytes());
        }
        signed.extend_from_slice(mail);
        Some(signed)
    }

    /// The header's value up to the signature itself.
    fn unsigned(
        &self,
        selector: &str,
        key: &Key,
        headers: &[canonical::Header<'_>],
        body_hash: &str,
        at_seconds: i64,
    ) -> String {
        let (algorithm, domain) = (key.algorithm(), &self.domain);
        let mut names = String::new();
        let mut line = "\th=".to_owned();
        for name in names_of(headers) {
            if LINE_BYTES_MAX < line.len() + name.len() + 1 {
                names.push_str(&line);
                names.push_str("\r\n");
                line = "\t ".to_owned();
            }
            line.push_str(name);
            line.push(':');
        }
        names.push_str(line.trim_end_matches(':'));
        format!(
            " v=1; a={algorithm}; c=relaxed/relaxed; d={domain};\r\n\ts={selector}; \
             t={at_seconds};\r\n{names};\r\n\tbh={body_hash};\r\n\tb="
        )
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selectors: Vec<&str> = self.keys.iter().map(|it| it.0.as_str()).collect();
        write!(f, "Signer({} as {})", self.domain, selectors.join(", "))
    }
}

fn count(headers: &[canonical::Header<'_>], name: &str) -> usize {
    headers.iter().filter(|it| it.name.eq_ignore_ascii_case(name)).count()
}

/// What `h=` lists.
fn names_of<'a>(headers: &'a [canonical::Header<'a>]) -> impl Iterator<Item = &'static str> + 'a {
    let sealed = SEALED.into_iter().map(|it| (it, count(headers, it) + 1));
    let signed = SIGNED.into_iter().map(|it| (it, count(headers, it)));
    sealed.chain(signed).flat_map(|(name, times)| std::iter::repeat_n(name, times))
}

/// The headers that `h=` lists, from the last of each name to the first; one that is not there is nothing.
fn covered(headers: &[canonical::Header<'_>]) -> String {
    let mut data = String::new();
    for name in SEALED.into_iter().chain(SIGNED) {
        for it in headers.iter().rev().filter(|it| it.name.eq_ignore_ascii_case(name)) {
            data.push_str(&canonical::header(it.name, it.value));
            data.push_str("\r\n");
        }
    }
    data
}

/// Base64 over several lines. Blanks in it mean nothing.
fn folded(text: &str) -> String {
    let lines: Vec<&str> = (0..text.len())
        .step_by(LINE_BYTES_MAX)
        .map(|it| &text[it..text.len().min(it + LINE_BYTES_MAX)])
        .collect();
    lines.join("\r\n\t")
}
