//! Signatures, verified as a receiver does it: by the list in `h=` and the key in the record.

use super::canonical;
use super::{DkimConfig, KeyConfig, Signer, records};
use crate::secret::Secret;
use crate::smtp::SmtpConfig;
use crate::smtp::request::prepare;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Identifier;
use port::contract::some_envelope;
use proptest::prelude::*;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use std::collections::BTreeMap;

/// The example of RFC 8463, appendix A.
const RFC_8463: &str = include_str!("../../../../fixtures/dkim/rfc8463.eml");
const RFC_8463_KEY: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn config() -> DkimConfig {
    let key = |selector: &str, pem: &str| {
        Some(KeyConfig { selector: selector.to_owned(), key: Secret::given(pem) })
    };
    DkimConfig {
        domain: "shop.example".to_owned(),
        rsa: key("r1", include_str!("../../../../fixtures/dkim/rsa.pem")),
        ed25519: key("e1", include_str!("../../../../fixtures/dkim/ed25519.pem")),
    }
}

/// What a receiver says of the n-th signature of a mail.
fn verify(mail: &[u8], n: usize, record: &str) -> Result<(), &'static str> {
    let (headers, body) = canonical::parts(mail).ok_or("no mail")?;
    let is_signature = |it: &&canonical::Header<'_>| it.name.eq_ignore_ascii_case("dkim-signature");
    let value = headers.iter().filter(is_signature).nth(n).ok_or("no signature")?.value;
    let tags = tags(value);
    let hash = STANDARD.encode(digest(&SHA256, &canonical::body(body)));
    if tags.get("bh") != Some(&hash) {
        return Err("body");
    }
    let mut data = String::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for name in tags.get("h").ok_or("no h")?.split(':') {
        let count = taken.entry(name.to_ascii_lowercase()).or_default();
        let mut found = headers.iter().rev().filter(|it| it.name.eq_ignore_ascii_case(name));
        if let Some(it) = found.nth(*count) {
            data.push_str(&canonical::header(it.name, it.value));
            data.push_str("\r\n");
        }
        *count += 1;
    }
    let without = &value[..value.rfind("b=").ok_or("no b")? + 2];
    data.push_str(&canonical::header("dkim-signature", without));
    let record = self::tags(record);
    let public = STANDARD.decode(&record["p"]).map_err(|_| "p")?;
    let signature = STANDARD.decode(&tags["b"]).map_err(|_| "b")?;
    let verified = match tags["a"].as_str() {
        "ed25519-sha256" => UnparsedPublicKey::new(&ED25519, &public)
            .verify(digest(&SHA256, data.as_bytes()).as_ref(), &signature),
        // Behind the name of the kind.
        _ => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public[24..])
            .verify(data.as_bytes(), &signature),
    };
    verified.map_err(|_| "signature")
}

fn tags(value: &str) -> BTreeMap<String, String> {
    let bare = |it: &str| it.chars().filter(|it| !it.is_whitespace()).collect::<String>();
    let tag = |it: &str| it.split_once('=').map(|(name, value)| (bare(name), bare(value)));
    value.split(';').filter_map(tag).collect()
}

fn signed_mail() -> Vec<u8> {
    let signer = Signer::new(&config()).expect("good keys");
    let to = Identifier::email("anna@example.org");
    let mut envelope = some_envelope(model::Channel::Email, to);
    if let port::Payload::Email { headers, text, .. } = &mut envelope.payload {
        headers.push(("Feedback-ID".to_owned(), "welcome:journey-hello:lifecycle:velo".to_owned()));
        text.push_str("\n.a dot, \t blanks  \n\n\n");
    }
    let prepared = prepare(&envelope, &SmtpConfig::default(), Some(&signer)).expect("a mail");
    // As it is once the doubled dots are taken out again.
    let text = String::from_utf8(prepared.data).expect("ASCII");
    text.replace("\r\n.", "\r\n").into_bytes()
}

fn both(mail: &[u8]) -> [Result<(), &'static str>; 2] {
    let records = records(&config()).expect("good keys");
    [0, 1].map(|n| verify(mail, n, &records[n].value))
}

#[test]
fn the_example_of_rfc_8463_verifies() {
    let mail = RFC_8463.replace('\n', "\r\n").replace("\r\r", "\r");
    assert_eq!(verify(mail.as_bytes(), 0, RFC_8463_KEY), Ok(()));
    let changed = mail.replace("We lost", "We won");
    assert_eq!(verify(changed.as_bytes(), 0, RFC_8463_KEY), Err("body"));
    let changed = mail.replace("dinner", "lunch");
    assert_eq!(verify(changed.as_bytes(), 0, RFC_8463_KEY), Err("signature"));
}

#[test]
fn a_mail_carries_both_signatures_and_both_verify() {
    let mail = signed_mail();
    assert_eq!(both(&mail), [Ok(()), Ok(())]);
    assert_eq!(signed_mail(), mail, "every try is the same mail");
    let text = String::from_utf8(mail).expect("ASCII");
    assert!(text.lines().take_while(|it| !it.is_empty()).all(|it| it.len() <= 78), "{text}");
}

#[test]
fn what_was_changed_on_the_way_does_not_verify() {
    let mail = String::from_utf8(signed_mail()).expect("ASCII");
    let check = |changed: String, expected| {
        assert_ne!(changed, mail);
        assert_eq!(both(changed.as_bytes()), [expected, expected]);
    };
    check(mail.replace("Hello", "Hallo"), Err("body"));
    check(mail.replace("anna@", "eve@"), Err("signature"));
    check(mail.replace("List-Unsubscribe: <", "List-Unsubscribe: <x"), Err("signature"));
    check(mail.replace("Feedback-ID: welcome", "Feedback-ID: other"), Err("signature"));
    // A second one of a header that readers act on, above or below, and one that was not there.
    check(format!("Subject: You have won\r\n{mail}"), Err("signature"));
    check(mail.replace("\r\nTo:", "\r\nFrom: eve@evil.example\r\nTo:"), Err("signature"));
    check(format!("Reply-To: eve@evil.example\r\n{mail}"), Err("signature"));
    // What mail servers do to a mail.
    check(format!("Received: by mx\r\n{mail}"), Ok(()));
    check(mail.replace("\r\nTo: ", "\r\nTO:\t  "), Ok(()));
    check(format!("{mail}\r\n\r\n"), Ok(()));
}

#[test]
fn records_hold_the_public_halves_as_openssl_writes_them() {
    let records = records(&config()).expect("good keys");
    let public = |pem: &str| {
        let body: String = pem.lines().filter(|it| !it.starts_with('-')).collect();
        STANDARD.decode(body).expect("base64")
    };
    let rsa = public(include_str!("../../../../fixtures/dkim/rsa.pub.pem"));
    let ed25519 = public(include_str!("../../../../fixtures/dkim/ed25519.pub.pem"));
    assert_eq!(records[0].name, "e1._domainkey.shop.example");
    let short = STANDARD.encode(&ed25519[12..]);
    assert_eq!(records[0].value, format!("v=DKIM1; k=ed25519; p={short}"));
    assert_eq!(records[1].name, "r1._domainkey.shop.example");
    assert_eq!(records[1].value, format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(rsa)));
    let line = records[1].to_string();
    assert!(line.starts_with("r1._domainkey.shop.example. IN TXT \"v=DKIM1; k=rsa; p="), "{line}");
    assert_eq!(line.matches('"').count(), 4, "no string is longer than 255 bytes");
}

#[test]
fn settings_are_checked_and_no_key_is_shown() {
    let check = |text: &str| {
        let config: DkimConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let rsa = "rsa = {selector = \"r1\", key = \"file:/etc/dkim.pem\"}\n";
    assert_eq!(check(&format!("domain = \"shop.example\"\n{rsa}")), Ok(()));
    assert!(check("domain = \"shop.example\"").expect_err("no key").contains("no key"));
    assert!(check(&format!("domain = \"shop\"\n{rsa}")).is_err());
    assert!(check(&format!("domain = \"a.b; p=x\"\n{rsa}")).is_err());
    let same = "ed25519 = {selector = \"r1\", key = \"env:KEY\"}\n";
    let twice = check(&format!("domain = \"shop.example\"\n{rsa}{same}"));
    assert!(twice.expect_err("one selector").contains("one selector"));
    let mut swapped = config();
    std::mem::swap(&mut swapped.rsa, &mut swapped.ed25519);
    let problem = Signer::new(&swapped).expect_err("the wrong kinds").to_string();
    assert!(problem.contains("smtp.dkim.") && problem.contains("openssl"), "{problem}");
    let shown = format!("{:?} {:?}", config(), Signer::new(&config()).expect("good keys"));
    assert!(!shown.contains("PRIVATE"), "{shown}");
}

#[test]
fn the_relaxed_form_is_that_of_the_rfc() {
    // RFC 6376, 3.4.5.
    assert_eq!(canonical::header("A", " X"), "a:X");
    assert_eq!(canonical::header("B ", " Y\t\r\n\tZ  "), "b:Y Z");
    assert_eq!(canonical::body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
    assert_eq!(canonical::body(b""), b"");
    assert_eq!(canonical::body(b"\r\n\r\n"), b"");
    assert_eq!(canonical::body(b"a\r\n \r\n\r\nb"), b"a\r\n\r\n\r\nb\r\n");
}

/// The same as text, slowly, by the words of the RFC.
fn relaxed_slowly(body: &str) -> String {
    let one = |line: &str| {
        let mut line = line.replace('\t', " ");
        while line.contains("  ") {
            line = line.replace("  ", " ");
        }
        line.trim_end_matches(' ').to_owned()
    };
    let mut lines: Vec<String> = body.split("\r\n").map(one).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.iter().map(|it| format!("{it}\r\n")).collect()
}

proptest! {
    #[test]
    fn bodies_are_relaxed_as_the_slow_way_says(parts in prop::collection::vec("a|b| |\t|\r\n", 0..30)) {
        let body = parts.concat();
        let expected = relaxed_slowly(&body);
        prop_assert_eq!(canonical::body(body.as_bytes()), expected.into_bytes());
    }

    #[test]
    fn no_mail_is_too_strange(mail in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some((headers, _)) = canonical::parts(&mail) {
            prop_assert!(!headers.is_empty());
        }
        canonical::body(&mail);
    }
}
