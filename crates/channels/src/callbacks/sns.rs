//! The envelope in which Amazon calls back: a message of its Simple Notification Service, signed with the
//! key of a certificate that it names. Pure but for the certificate, which the caller fetches.

use super::callback::BadCallback;
use super::json;
use crate::http::check_url;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::ParsedCertificate;
use serde_json::Value;

/// What is signed of a message, in its order; of those that ask for a yes there is more.
const SIGNED: [&str; 6] = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const SIGNED_ASKING: [&str; 7] =
    ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

/// From the address of a certificate to its PEM.
pub type Certificate<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// A message of one of these topics, signed. Anybody can have a topic of their own, which Amazon signs as
/// well, so without a topic there is nothing to believe.
pub fn opened(
    body: &[u8],
    topics: &[String],
    certificate: Certificate<'_>,
) -> Result<Value, BadCallback> {
    let call: Value = serde_json::from_slice(body).map_err(|_| BadCallback::Unreadable)?;
    let said = |name: &str| json::text(&call, name).ok_or(BadCallback::Unsigned);
    let topic = said("TopicArn")?;
    if !topics.iter().any(|it| it == topic) {
        return Err(BadCallback::Forged);
    }
    let signature = STANDARD.decode(said("Signature")?).map_err(|_| BadCallback::Forged)?;
    let kind = match said("SignatureVersion")? {
        "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        "2" => &RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(BadCallback::Unreadable),
    };
    let url = said("SigningCertURL")?;
    if !is_of_amazon(url) || !url.ends_with(".pem") {
        return Err(BadCallback::Forged);
    }
    let pem = certificate(url).ok_or(BadCallback::Later)?;
    let key = key_of(&pem).ok_or(BadCallback::Forged)?;
    UnparsedPublicKey::new(kind, key)
        .verify(signed(&call).as_bytes(), &signature)
        .map_err(|_| BadCallback::Forged)?;
    Ok(call)
}

/// `https://sns.REGION.amazonaws.com/…`, also of the regions in China.
pub fn is_of_amazon(url: &str) -> bool {
    let Ok(uri) = check_url(url) else { return false };
    let host = uri.host().unwrap_or_default();
    let host = host.strip_suffix(".cn").unwrap_or(host);
    let region = host.strip_prefix("sns.").and_then(|it| it.strip_suffix(".amazonaws.com"));
    let is_region = |it: &str| {
        3 <= it.len()
            && it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
    };
    uri.scheme_str() == Some("https") && uri.port().is_none() && region.is_some_and(is_region)
}

fn signed(call: &Value) -> String {
    let names: &[&str] = match json::text(call, "Type") {
        Some("Notification") => &SIGNED,
        _ => &SIGNED_ASKING,
    };
    let mut signed = String::new();
    for name in names {
        if let Some(value) = json::at(call, name).and_then(Value::as_str) {
            signed.push_str(&format!("{name}\n{value}\n"));
        }
    }
    signed
}

/// The RSA key within a certificate. Whom it belongs to is said by where it was fetched.
fn key_of(pem: &[u8]) -> Option<Vec<u8>> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    let parsed = ParsedCertificate::try_from(&der).ok()?;
    let info = parsed.subject_public_key_info();
    // Outside the kind, inside a string of bits without unused ones, which is the rest.
    let (outer, _) = element(0x30, info.as_ref())?;
    let (_, rest) = element(0x30, outer)?;
    let (bits, _) = element(0x03, rest)?;
    bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
}

/// The content of one element of DER, and what is behind it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(short - 0x80))?;
            (bytes.iter().fold(0, |sum, it| sum << 8 | usize::from(*it)), rest)
        }
        _ => return None,
    };
    (first == tag).then_some(())?;
    rest.split_at_checked(length)
}
