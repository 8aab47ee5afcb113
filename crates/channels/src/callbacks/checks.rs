//! What proofs have in common.

use super::Headers;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Whether two secrets are the same, in a time that does not say where they differ.
pub(crate) fn equal(one: &str, other: &str) -> bool {
    // Under a key, what is compared byte by byte is nothing that an attacker can choose.
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"fulcrum compares secrets");
    hmac::verify(&key, one.as_bytes(), hmac::sign(&key, other.as_bytes()).as_ref()).is_ok()
}

/// `user:password` of `Authorization: Basic`.
pub(crate) fn basic(headers: Headers<'_>) -> Option<String> {
    let (scheme, text) = headers.get("authorization")?.split_once(' ')?;
    let bytes =
        STANDARD.decode(text.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    String::from_utf8(bytes).ok()
}
