//! What only one browser can read: `aes128gcm` (RFC 8188) with keys by RFC 8291. Pure; the secret, the
//! public key it was made with and the salt come in.

use super::subscription::{POINT_BYTES, Subscription};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;

pub const SALT_BYTES: usize = 16;

/// What a push service has to take is 4,096 bytes (RFC 8030, 7.2), of which 86 are the head, 16 the proof
/// and one the end of the text.
pub const TEXT_BYTES_MAX: usize = 4_096 - HEAD_BYTES - 16 - 1;

/// As the head says it; one record holds all.
const RECORD_BYTES: u32 = 4_096;

/// Salt, size of a record, length of the key, key.
const HEAD_BYTES: usize = SALT_BYTES + 4 + 1 + POINT_BYTES;

/// Ours of one message: no second one is made with the same.
pub struct Draw {
    pub salt: [u8; SALT_BYTES],
    /// The public half of a key that was made for this message.
    pub public: [u8; POINT_BYTES],
    /// What its private half and the browser's key agree on.
    pub secret: Vec<u8>,
}

/// None if the text is too long.
pub fn encrypt(text: &[u8], to: &Subscription, draw: &Draw) -> Option<Vec<u8>> {
    if TEXT_BYTES_MAX < text.len() {
        return None;
    }
    let info = [b"WebPush: info\0", &to.p256dh[..], &draw.public].concat();
    let material = derive(&to.auth, &draw.secret, &info);
    let key = derive(&draw.salt, &material, b"Content-Encoding: aes128gcm\0");
    let nonce = derive(&draw.salt, &material, b"Content-Encoding: nonce\0");
    let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).ok()?);
    // The delimiter of the last record.
    let mut record = [text, &[2]].concat();
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).ok()?;
    let mut body = Vec::with_capacity(HEAD_BYTES + record.len());
    body.extend_from_slice(&draw.salt);
    body.extend_from_slice(&RECORD_BYTES.to_be_bytes());
    body.push(POINT_BYTES as u8);
    body.extend_from_slice(&draw.public);
    body.extend_from_slice(&record);
    Some(body)
}

/// HKDF of RFC 5869 with SHA-256, one block of it: extract, then expand.
fn derive(salt: &[u8], material: &[u8], info: &[u8]) -> [u8; 32] {
    let mac = |key: &[u8], data: &[u8]| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    };
    mac(&mac(salt, material), &[info, &[1]].concat())
}
