//! What each provider calls back, as one line of text, and what is not believed.

use super::postmark::Proof;
use super::{BadCallback, Callback, Headers, What, mailgun, postmark, sendgrid, ses};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use proptest::prelude::*;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

const SES: &str = include_str!("../../../../fixtures/callbacks/ses.jsonl");
const SNS: &[u8] = include_bytes!("../../../../fixtures/callbacks/sns.pem");
const POSTMARK: &str = include_str!("../../../../fixtures/callbacks/postmark.jsonl");
const MAILGUN: &str = include_str!("../../../../fixtures/callbacks/mailgun.jsonl");
const SENDGRID: &str = include_str!("../../../../fixtures/callbacks/sendgrid.json");
const SENDGRID_SIGNED: &[u8] =
    include_bytes!("../../../../fixtures/callbacks/sendgrid-signed.json");
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:mail";

/// Of what our words say: what, whom, which, when.
fn line(callback: &Callback) -> String {
    let status = |it: &Option<String>| it.clone().unwrap_or("-".to_owned());
    let what = match &callback.what {
        What::Bounced { hard, reason, status: it } => {
            format!("{} [{}] {reason}", if *hard { "hard" } else { "soft" }, status(it))
        }
        What::Deferred { reason, status: it } => format!("deferred [{}] {reason}", status(it)),
        What::Clicked { url } => format!("clicked {}", status(url)),
        What::Confirm { url } => format!("confirm {url}"),
        What::Other(name) => format!("other {name}"),
        What::OnItsWay
        | What::Delivered
        | What::Complained
        | What::Unsubscribed
        | What::Resubscribed
        | What::Opened
        | What::Said { .. } => format!("{:?}", callback.what).to_lowercase(),
    };
    let to = callback.to.as_ref().map_or("-", |it| it.value.as_str());
    let message = callback.message.map_or("-".to_owned(), |it| it.to_string());
    let mail = callback.mail_id.as_deref().unwrap_or("-");
    let time = callback.at.map_or("-".to_owned(), |it| it.to_string());
    format!("{message} {mail} {to} {time} {what}")
}

fn lines(callbacks: &[Callback]) -> Vec<String> {
    callbacks.iter().map(line).collect()
}

fn from_amazon(body: &str) -> Result<Vec<Callback>, BadCallback> {
    let fetch = |url: &str| {
        assert_eq!(url, "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0011.pem");
        Some(SNS.to_vec())
    };
    ses::read(body.as_bytes(), &[TOPIC.to_owned()], &fetch)
}

#[test]
fn ses_says_what_became_of_mails() {
    let found: Vec<String> =
        SES.lines().flat_map(|it| lines(&from_amazon(it).expect("a signed call"))).collect();
    let to = "recipient@example.com";
    let mail = "m7.0011@shop.example";
    let expected = [
        format!("m7 {mail} {to} 2027-01-15T08:00:02.669Z hard [5.1.1] smtp; 550 5.1.1 <r…@example.com> user unknown"),
        "- - a@example.com 2027-01-15T08:00:03Z soft [4.2.2] smtp; 452 4.2.2 mailbox full".to_owned(),
        "- - b@example.com 2027-01-15T08:00:03Z soft [-] MailboxFull".to_owned(),
        format!("m7 {mail} {to} 2027-01-15T08:00:04Z complained"),
        format!("m8 - {to} 2027-01-15T08:00:05Z delivered"),
        format!("m7 {mail} {to} 2027-01-15T08:00:06Z deferred [4.4.1] smtp; 421 4.4.1 Unable to connect"),
        format!("m7 {mail} {to} 2027-01-15T08:00:00Z onitsway"),
        format!("m7 {mail} {to} 2027-01-15T08:01:00Z opened"),
        format!("m7 {mail} {to} 2027-01-15T08:02:00Z clicked https://shop.example/"),
        format!("m7 {mail} {to} 2027-01-15T08:00:00Z soft [-] Bad content"),
        format!("m7 {mail} {to} 2027-01-15T08:00:00Z other Rendering Failure"),
        "- - - - confirm https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37".to_owned(),
    ];
    assert_eq!(found, expected);
    let both = from_amazon(SES.lines().nth(1).expect("a call")).expect("a signed call");
    assert_eq!([&both[0].event, &both[1].event], ["165545c9-0000-1/0", "165545c9-0000-1/1"]);
}

#[test]
fn what_amazon_did_not_sign_for_us_is_not_believed() {
    let body = SES.lines().next().expect("a call");
    let changed = |from: &str, to: &str| {
        assert!(body.contains(from), "{from}");
        from_amazon(&body.replace(from, to)).expect_err(to)
    };
    assert_eq!(changed("recipient@", "victim@"), BadCallback::Forged);
    assert_eq!(changed("08:00:10", "08:00:11"), BadCallback::Forged);
    assert_eq!(changed(":mail\"", ":other\""), BadCallback::Forged);
    assert_eq!(changed("\"Signature\": \"", "\"Signature\": \"A"), BadCallback::Forged);
    assert_eq!(
        changed("\"SignatureVersion\": \"1\"", "\"SignatureVersion\": \"2\""),
        BadCallback::Forged
    );
    for url in [
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
        "https://evil.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
        "https://sns.a.b.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com/x",
    ] {
        let fetched = |_: &str| panic!("{url} was fetched");
        let body = body
            .replace("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0011.pem", url);
        assert_eq!(
            ses::read(body.as_bytes(), &[TOPIC.to_owned()], &fetched),
            Err(BadCallback::Forged),
            "{url}"
        );
    }
    let none = |_: &str| None;
    assert_eq!(ses::read(body.as_bytes(), &[TOPIC.to_owned()], &none), Err(BadCallback::Later));
    assert_eq!(ses::read(body.as_bytes(), &[], &none), Err(BadCallback::Forged));
    let other = |_: &str| Some(include_bytes!("../../fixtures/tls/leaf.pem").to_vec());
    let foreign = ses::read(body.as_bytes(), &[TOPIC.to_owned()], &other);
    assert_eq!(foreign, Err(BadCallback::Forged));
}

#[test]
fn postmark_says_what_became_of_mails() {
    let headers = [("Authorization", &*format!("Basic {}", STANDARD.encode("fulcrum:secret")))];
    let read =
        |it: &str| postmark::read(Headers(&headers), it.as_bytes(), Proof::Basic("fulcrum:secret"));
    let found: Vec<String> =
        POSTMARK.lines().flat_map(|it| lines(&read(it).expect("a good call"))).collect();
    let expected = [
        "m7 - john@example.com 2019-11-05T16:33:54Z delivered",
        "m7 - john@example.com 2019-11-05T16:33:54.5Z hard [5.1.1] smtp;550 5.1.1 <j…@example.com> unknown",
        "- - john@example.com 2019-11-05T16:33:54Z soft [-] Unable to temporarily deliver message",
        "- - john@example.com 2019-11-05T16:33:54Z deferred [4.3.0] smtp;451 4.3.0 try again",
        "m7 - john@example.com 2019-11-05T16:33:54Z complained",
        "m7 - john@example.com 2019-11-05T16:33:54Z opened",
        "m7 - john@example.com 2017-10-25T15:21:11Z clicked https://example.com",
        "- - john@example.com 2020-02-01T10:53:34Z unsubscribed",
        "- - john@example.com 2020-02-01T10:53:34Z resubscribed",
        "- - - - other Inbound",
    ];
    assert_eq!(found, expected);
    let body = POSTMARK.lines().next().expect("a call").as_bytes();
    let proof = Proof::Basic("fulcrum:other");
    assert_eq!(postmark::read(Headers(&headers), body, proof), Err(BadCallback::Forged));
    assert_eq!(postmark::read(Headers(&[]), body, proof), Err(BadCallback::Unsigned));
    let own = [("x-secret", "s"), ("x-empty", "")];
    let by_header = |proof| postmark::read(Headers(&own), body, proof).map(|it| it.len());
    assert_eq!(by_header(Proof::Header("X-Secret", "s")), Ok(1));
    assert_eq!(by_header(Proof::Header("X-Secret", "t")), Err(BadCallback::Forged));
    assert_eq!(by_header(Proof::Header("X-Empty", "")), Err(BadCallback::Forged));
}

const NOW: Timestamp = Timestamp(1_770_146_900_000);

fn from_mailgun(event: &str, seconds: i64, key: &str) -> Result<Vec<Callback>, BadCallback> {
    let token = "c1d1a1f0b6f0d6f7c8e9";
    let mac = hmac::Key::new(hmac::HMAC_SHA256, b"signing-key");
    let signature = hmac::sign(&mac, format!("{seconds}{token}").as_bytes());
    let signature: String = signature.as_ref().iter().map(|it| format!("{it:02x}")).collect();
    let body = format!(
        "{{\"signature\": {{\"timestamp\": \"{seconds}\", \"token\": \"{token}\", \"signature\": \"{signature}\"}}, \
         \"event-data\": {event}}}"
    );
    mailgun::read(body.as_bytes(), key, NOW)
}

#[test]
fn mailgun_says_what_became_of_mails() {
    let read = |it: &str| from_mailgun(it, 1_770_146_800, "signing-key").expect("a good call");
    let found: Vec<String> = MAILGUN.lines().flat_map(|it| lines(&read(it))).collect();
    let to = "recipient@example.com";
    let mail = "m7.0011@shop.example";
    let expected = [
        format!("- {mail} {to} 2026-02-03T19:26:38.373Z onitsway"),
        format!("m7 {mail} {to} 2026-02-03T19:20:31.659Z delivered"),
        format!(
            "m7 {mail} {to} 2026-02-03T19:21:40Z hard [5.1.1] 5.1.1 The account r…@example.com does not exist"
        ),
        format!(
            "m7 - {to} 2026-02-03T19:21:40Z hard [-] Not delivering to previously bounced address"
        ),
        format!("- - {to} 2026-02-03T19:21:40Z soft [5.7.1] 5.7.1 Message rejected as spam"),
        format!("- - {to} 2026-02-03T19:21:40Z deferred [4.2.2] 4.2.2 The mailbox is over quota"),
        format!("- {mail} {to} 2026-02-03T19:23:20Z opened"),
        format!("- - {to} 2026-02-03T19:23:20Z clicked https://shop.example/"),
        format!("- - {to} 2026-02-03T19:23:20Z unsubscribed"),
        format!("- - {to} 2026-02-03T19:23:20Z complained"),
        "- - - 2026-02-03T19:23:20Z other list_member_uploaded".to_owned(),
    ];
    assert_eq!(found, expected);
}

#[test]
fn mailgun_s_signature_is_good_for_a_quarter_of_an_hour() {
    let event = MAILGUN.lines().next().expect("an event");
    let read = |seconds, key| from_mailgun(event, seconds, key).map(|it| it.len());
    let now = NOW.0 / 1_000;
    assert_eq!(read(now - 900, "signing-key"), Ok(1));
    assert_eq!(read(now - 901, "signing-key"), Err(BadCallback::Stale));
    assert_eq!(read(now + 901, "signing-key"), Err(BadCallback::Stale));
    assert_eq!(read(i64::MIN, "signing-key"), Err(BadCallback::Stale));
    assert_eq!(read(now, "other"), Err(BadCallback::Forged));
    assert_eq!(mailgun::read(b"{\"event-data\": {}}", "k", NOW), Err(BadCallback::Unsigned));
}

#[test]
fn the_example_of_sendgrid_s_libraries_verifies() {
    // From the tests of SendGrid's libraries.
    let key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe6\
               2gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    let signature = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15\
                     TluLtEZtM=";
    let read = |time: &str, body: &[u8]| {
        let headers = [
            ("X-Twilio-Email-Event-Webhook-Signature", signature),
            ("X-Twilio-Email-Event-Webhook-Timestamp", time),
        ];
        sendgrid::read(Headers(&headers), body, key).map(|it| lines(&it))
    };
    let mail = "LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net";
    let expected =
        format!("- {mail} hello@world.com 2020-09-14T19:41:32Z hard [-] Bounced Address");
    assert_eq!(read("1600112502", SENDGRID_SIGNED), Ok(vec![expected]));
    assert_eq!(read("1600112503", SENDGRID_SIGNED), Err(BadCallback::Forged));
    let shorter = &SENDGRID_SIGNED[..SENDGRID_SIGNED.len() - 2];
    assert_eq!(read("1600112502", shorter), Err(BadCallback::Forged));
    assert_eq!(sendgrid::read(Headers(&[]), b"[]", key), Err(BadCallback::Unsigned));
}

fn from_sendgrid(body: &str) -> Result<Vec<Callback>, BadCallback> {
    let pem = include_str!("../../../../fixtures/web-push/vapid.pem");
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).expect("a key");
    let (kind, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
    let pair = EcdsaKeyPair::from_pkcs8(kind, der.secret_pkcs8_der(), &random).expect("a key");
    let signature = pair.sign(&random, format!("1{body}").as_bytes()).expect("a signature");
    let signature = STANDARD.encode(signature);
    let head = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=";
    let head = STANDARD.decode(head).expect("what is in front of every such key");
    let key = STANDARD.encode([&head, pair.public_key().as_ref()].concat());
    let headers = [
        ("x-twilio-email-event-webhook-signature", signature.as_str()),
        ("x-twilio-email-event-webhook-timestamp", "1"),
    ];
    sendgrid::read(Headers(&headers), body.as_bytes(), &key)
}

#[test]
fn sendgrid_says_what_became_of_mails() {
    let found = lines(&from_sendgrid(SENDGRID).expect("a good call"));
    let (to, at) = ("example@test.com", "2017-12-15T00:59:29Z");
    let expected = [
        format!("m7 m7.0011@shop.example {to} {at} onitsway"),
        format!("m7 - {to} {at} deferred [4.2.1] 400 4.2.1 try again later"),
        format!("m7 - {to} {at} delivered"),
        format!("m7 - {to} {at} opened"),
        format!("m7 - {to} {at} clicked https://shop.example/"),
        format!("m7 - {to} {at} hard [5.1.1] 550 5.1.1 e…@test.com does not exist"),
        format!("m7 - {to} 2021-04-28T23:05:47Z soft [5.2.2] 552 5.2.2 over quota"),
        format!("m7 - {to} {at} complained"),
        format!("m7 - {to} {at} unsubscribed"),
        format!("m7 - {to} {at} resubscribed"),
        format!("- - {to} {at} other teleported"),
    ];
    assert_eq!(found, expected);
    let many = format!("[{}{{}}]", "{},".repeat(10_000));
    assert_eq!(from_sendgrid(&many), Err(BadCallback::TooMany));
    assert_eq!(from_sendgrid("{}"), Err(BadCallback::Unreadable));
}

proptest! {
    /// Signed or not, whatever is said stops nobody.
    #[test]
    fn no_call_is_too_strange(text in "[\\[\\]{}:,\"a-z0-9. ]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = from_mailgun(&text, NOW.0 / 1_000, "signing-key");
        let _ = from_sendgrid(&text);
        let headers = [("x-secret", "s")];
        let _ = postmark::read(Headers(&headers), text.as_bytes(), Proof::Header("x-secret", "s"));
        prop_assert!(from_amazon(&text).is_err());
        let pem = |_: &str| Some(bytes.clone());
        let body = SES.lines().next().expect("a call");
        prop_assert!(ses::read(body.as_bytes(), &[TOPIC.to_owned()], &pem).is_err());
    }
}
