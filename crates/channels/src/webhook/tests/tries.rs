//! Tries over real sockets: what arrives, what its answer makes of it, and where none is made.

use super::receiver::{Answer, Fake};
use super::{SECRET, secret, signature};
use crate::webhook::{WebhookConfig, Webhooks};
use model::{HookReply, Timestamp};
use port::{Caller, Hook};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_614_265_330_999);

fn webhooks(allow: &[&str]) -> Webhooks {
    let allow = allow.iter().map(|it| (*it).to_owned()).collect();
    let config = WebhookConfig { allow, ..WebhookConfig::default() };
    Webhooks::new(config, Box::new(|_| vec![secret(SECRET)]))
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

fn detail(reply: &HookReply) -> &str {
    match reply {
        HookReply::Answered { .. } => "answered",
        HookReply::Later { detail, .. } | HookReply::Never { detail } => detail,
    }
}

#[test]
fn a_call_arrives_signed_and_is_answered() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")]);
    let reply = webhooks(&["127.0.0.1"]).call(&hook(&fake.url("/in?x=y")), NOW);
    assert_eq!(reply, HookReply::Answered { status: 200 });
    let call = fake.call();
    let (head, body) = call.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("POST /in?x=y HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, r#"{"a":1}"#);
    let id = "journey/hello/r1/0%2E1/1";
    let signed = signature(&secret(SECRET), id, 1_614_265_330, body.as_bytes());
    for line in [
        format!("Host: {}", fake.address),
        format!("webhook-id: {id}"),
        "webhook-timestamp: 1614265330".to_owned(),
        format!("webhook-signature: {signed}"),
        "Content-Type: application/json".to_owned(),
    ] {
        assert!(head.lines().any(|it| it == line), "{line} is not in\n{head}");
    }
}

#[test]
fn redirects_are_not_followed() {
    let inner = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    let text = format!("HTTP/1.1 307 no\nLocation: {}\nContent-Length: 0\n\n", inner.url("/"));
    let outer = Fake::start(&[Answer::Say(text.leak())]);
    let reply = webhooks(&["127.0.0.1"]).call(&hook(&outer.url("/")), NOW);
    assert!(detail(&reply).contains("redirects are not followed"), "{reply:?}");
    outer.call();
    assert!(inner.calls.try_recv().is_err(), "nobody called where it led");
}

#[test]
fn what_is_said_before_the_answer_is_skipped() {
    let said = "HTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 503 no\nRetry-After: 9\n\n";
    let fake = Fake::start(&[Answer::Say(said)]);
    let reply = webhooks(&["127.0.0.1"]).call(&hook(&fake.url("/")), NOW);
    let retry_after = Some(model::Span::seconds(9));
    assert_eq!(reply, HookReply::Later { detail: "503".to_owned(), retry_after });
}

#[test]
fn a_receiver_that_drips_or_hangs_or_talks_nonsense_ends_in_time() {
    for answer in [Answer::Drip, Answer::Hang] {
        let fake = Fake::start(&[answer]);
        let webhooks = webhooks(&["127.0.0.1"]).within(Duration::from_millis(200));
        let reply = webhooks.call(&hook(&fake.url("/")), NOW);
        assert_eq!(detail(&reply), "waiting for the answer: no answer in time");
    }
    let nonsense = "x".repeat(40_000);
    let fake = Fake::start(&[Answer::Say(nonsense.leak())]);
    let reply = webhooks(&["127.0.0.1"]).call(&hook(&fake.url("/")), NOW);
    assert!(detail(&reply).contains("has no end"), "{reply:?}");
    let fake = Fake::start(&[Answer::Say("")]);
    let reply = webhooks(&["127.0.0.1"]).call(&hook(&fake.url("/")), NOW);
    assert!(detail(&reply).contains("closed the connection"), "{reply:?}");
}

#[test]
fn a_body_without_end_is_left() {
    let long = format!("HTTP/1.1 200 OK\nContent-Length: 900000000\n\n{}", "x".repeat(90_000));
    let fake = Fake::start(&[Answer::Say(long.leak())]);
    let reply = webhooks(&["127.0.0.1"]).call(&hook(&fake.url("/")), NOW);
    assert_eq!(reply, HookReply::Answered { status: 200 });
}

#[test]
fn what_is_inside_is_not_called_unless_it_is_named() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    let port = fake.address.port();
    let reply = webhooks(&[]).call(&hook(&fake.url("/")), NOW);
    assert!(detail(&reply).contains("only https"), "{reply:?}");
    for host in
        ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "169.254.169.254", "0.0.0.0"]
    {
        let reply = webhooks(&[]).call(&hook(&format!("https://{host}:{port}/")), NOW);
        assert!(detail(&reply).contains("not on the public internet"), "{host}: {reply:?}");
        assert!(matches!(reply, HookReply::Never { .. }), "{host}: {reply:?}");
    }
    let other_port = format!("127.0.0.1:{}", port ^ 1);
    let reply = webhooks(&[&other_port]).call(&hook(&fake.url("/")), NOW);
    assert!(matches!(reply, HookReply::Never { .. }), "a port may be named too: {reply:?}");
    assert!(fake.calls.try_recv().is_err(), "nobody called");
    let own = fake.address.to_string();
    let reply = webhooks(&[&own]).call(&hook(&fake.url("/")), NOW);
    assert_eq!(reply, HookReply::Answered { status: 200 });
}

#[test]
fn a_name_that_leads_elsewhere_the_second_time_gains_nothing() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    let (inner, asked) = (fake.address, Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    // Documentation addresses stand for nobody, so that the test calls nobody.
    let rebinding = move |_: &str, port: u16| {
        Ok(match count.fetch_add(1, Ordering::SeqCst) {
            0 => vec![SocketAddr::from(([203, 0, 113, 1], port)), inner],
            _ => vec![inner],
        })
    };
    let webhooks = webhooks(&[]).resolving(Box::new(rebinding));
    let reply = webhooks.call(&hook("https://evil.example/"), NOW);
    assert!(matches!(reply, HookReply::Never { .. }), "{reply:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the name is looked up once in a try");
    assert!(fake.calls.try_recv().is_err(), "nobody called");
}

#[test]
fn a_name_of_a_host_inside_is_called_when_it_is_named() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 202 taken\n\n")]);
    let inner = fake.address;
    let webhooks = webhooks(&["CRM.internal"]).resolving(Box::new(move |_, _| Ok(vec![inner])));
    let reply = webhooks.call(&hook("http://crm.internal/in"), NOW);
    assert_eq!(reply, HookReply::Answered { status: 202 });
    assert!(fake.call().contains("\r\nHost: crm.internal\r\n"));
}
