//! Tries over real sockets: what arrives signed, and what its answer makes of it.

use super::{SECRET, secret, signature};
use crate::http::testing::{Answer, Fake};
use crate::webhook::{WebhookConfig, Webhooks};
use model::{HookReply, Timestamp};
use port::{Caller, Hook};

const NOW: Timestamp = Timestamp(1_614_265_330_999);

fn webhooks(secrets: &'static [&'static str]) -> Webhooks {
    let allow = vec!["127.0.0.1".to_owned()];
    let config = WebhookConfig { allow, ..WebhookConfig::default() };
    Webhooks::new(config, Box::new(|_| secrets.iter().map(|it| secret(it)).collect()))
}

fn hook(url: &str) -> Hook {
    Hook {
        key: "journey/hello/r1/0.1/1".to_owned(),
        url: url.to_owned(),
        body: br#"{"a":1}"#.to_vec(),
        made: Timestamp(0),
        person: None,
        lane: None,
    }
}

#[test]
fn a_call_arrives_signed_and_is_answered() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")]);
    let reply = webhooks(&[SECRET]).call(&hook(&fake.url("/in?x=y")), NOW);
    assert_eq!(reply, HookReply::Answered { status: 200 });
    let call = fake.call();
    let (head, body) = call.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("POST /in?x=y HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, r#"{"a":1}"#);
    let id = "journey/hello/r1/0%2E1/1";
    let signed = signature(&secret(SECRET), id, 1_614_265_330, body.as_bytes());
    for line in [
        &format!("webhook-id: {id}"),
        "webhook-timestamp: 1614265330",
        &format!("webhook-signature: {signed}"),
        "content-type: application/json",
    ] {
        assert!(head.lines().any(|it| it == line), "{line} is not in\n{head}");
    }
}

#[test]
fn what_cannot_be_signed_waits() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    let reply = webhooks(&[]).call(&hook(&fake.url("/")), NOW);
    assert!(matches!(&reply, HookReply::Later { detail, .. } if detail.contains("no secret")));
    assert!(fake.calls.try_recv().is_err(), "nobody called");
}

#[test]
fn an_answer_or_none_decides_what_becomes_of_a_call() {
    let check = |said: &'static str| {
        let fake = Fake::start(&[Answer::Say(said)]);
        match webhooks(&[SECRET]).call(&hook(&fake.url("/")), NOW) {
            HookReply::Answered { status } => format!("answered {status}"),
            HookReply::Later { detail, retry_after } => {
                format!("later {detail} {}", retry_after.map_or(0, |it| it.0))
            }
            HookReply::Never { detail } => format!("never {detail}"),
        }
    };
    assert_eq!(check("HTTP/1.1 204 ok\n\n"), "answered 204");
    assert_eq!(check("HTTP/1.1 503 no\nRetry-After: 9\nContent-Length: 0\n\n"), "later 503 9000");
    assert_eq!(check(""), "later waiting for the answer: the receiver closed the connection 0");
    assert!(check("HTTP/1.1 307 no\nLocation: /\nContent-Length: 0\n\n").starts_with("later 307"));
    assert!(check("HTTP/1.1 410 gone\nContent-Length: 0\n\n").starts_with("never 410"));
    let reply = webhooks(&[SECRET]).call(&hook("https://10.0.0.1/"), NOW);
    assert!(matches!(&reply, HookReply::Never { detail } if detail.contains("webhooks.allow")));
}
