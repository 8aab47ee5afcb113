//! A private key: from PEM, to signatures and to its public half.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

pub enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl Key {
    /// Says what is wrong without repeating the key.
    pub fn rsa(pem: &str) -> Result<Key, String> {
        let refused = |it: ring::error::KeyRejected| {
            format!("the key is no RSA key of at least 2048 bits that can sign ({it})")
        };
        let pair = match read(pem)? {
            PrivateKeyDer::Pkcs8(it) => RsaKeyPair::from_pkcs8(it.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(it) => RsaKeyPair::from_der(it.secret_pkcs1_der()),
            _ => return Err("the key is no RSA key".to_owned()),
        };
        Ok(Key::Rsa(Box::new(pair.map_err(refused)?)))
    }

    pub fn ed25519(pem: &str) -> Result<Key, String> {
        let PrivateKeyDer::Pkcs8(der) = read(pem)? else {
            return Err("the key is no Ed25519 key as PKCS #8".to_owned());
        };
        // Other programs leave the public half out, so there is nothing to compare it with.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
        let pair = pair.map_err(|it| format!("the key is no Ed25519 key ({it})"))?;
        Ok(Key::Ed25519(Box::new(pair)))
    }

    /// As `a=` names it.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// None if there is no randomness to be had for blinding.
    pub fn sign(&self, data: &[u8]) -> Option<String> {
        match self {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature).ok()?;
                Some(STANDARD.encode(signature))
            }
            // RFC 8463: the hash is what is signed.
            Key::Ed25519(pair) => Some(STANDARD.encode(pair.sign(digest(&SHA256, data).as_ref()))),
        }
    }

    /// `k=` and `p=` of the record.
    pub fn public(&self) -> (&'static str, String) {
        match self {
            Key::Rsa(pair) => ("rsa", STANDARD.encode(with_algorithm(pair.public_key().as_ref()))),
            Key::Ed25519(pair) => ("ed25519", STANDARD.encode(pair.public_key().as_ref())),
        }
    }
}

fn read(pem: &str) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| "there is no private key as PEM".to_owned())
}

/// An RSA key as others publish it: with the name of its kind in front (RFC 5280, SubjectPublicKeyInfo).
fn with_algorithm(key: &[u8]) -> Vec<u8> {
    /// rsaEncryption without parameters.
    const RSA: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    // A string of bits of which none is unused.
    let bits = [&[0], key].concat();
    let bits = [&[0x03], &length(bits.len())[..], &bits].concat();
    [&[0x30], &length(RSA.len() + bits.len())[..], &RSA, &bits].concat()
}

/// A length by the distinguished encoding rules.
fn length(count: usize) -> Vec<u8> {
    let bytes = count.to_be_bytes();
    let bytes: Vec<u8> = bytes.into_iter().skip_while(|it| *it == 0).collect();
    match (count, bytes.len()) {
        (..128, _) => vec![count as u8],
        (_, many) => [&[0x80 | many as u8], &bytes[..]].concat(),
    }
}
