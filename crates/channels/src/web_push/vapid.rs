//! Who we are, said to a push service: a token signed by the key that subscriptions name (RFC 8292).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Problem;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Serialize;

/// At most a day is allowed; half of it forgives clocks.
const TOKEN_SECONDS: i64 = 12 * 3_600;

pub struct Vapid {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl Vapid {
    pub fn from_pem(pem: &str) -> Result<Vapid, Problem> {
        let fail = |what: &str| {
            let hint = "`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes one";
            Problem::new(format!("web_push: key: {what}")).hint(hint)
        };
        let Ok(PrivateKeyDer::Pkcs8(der)) = PrivateKeyDer::from_pem_slice(pem.as_bytes()) else {
            return Err(fail("there is no private key as PEM (PKCS #8)"));
        };
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(kind, der.secret_pkcs8_der(), &random);
        Ok(Vapid { pair: pair.map_err(|_| fail("it is no key on P-256"))?, random })
    }

    /// What a page hands to `pushManager.subscribe` as `applicationServerKey`.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// The value of `Authorization`. None if there is no randomness to be had.
    pub fn authorization(&self, origin: &str, contact: &str, now_seconds: i64) -> Option<String> {
        let claims = Claims { aud: origin, exp: now_seconds + TOKEN_SECONDS, sub: contact };
        let claims = serde_json::to_vec(&claims).ok()?;
        let head = URL_SAFE_NO_PAD.encode(br#"{"typ":"JWT","alg":"ES256"}"#);
        let said = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&self.random, said.as_bytes()).ok()?;
        let token = format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature));
        Some(format!("vapid t={token}, k={}", self.public()))
    }
}
