//! Calls over real sockets: what arrives, what is understood, and where nobody is called.

use crate::http::testing::{Answer, Fake};
use crate::http::{Failure, Http, HttpConfig};
use crate::tls::testing::{Encrypted, fixture};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use ureq::http::Method;

fn config(allow: &[&str]) -> HttpConfig {
    HttpConfig {
        table: "webhooks",
        allow: allow.iter().map(|it| (*it).to_owned()).collect(),
        ca_file: None,
        time_max: Duration::from_secs(20),
    }
}

fn http(allow: &[&str]) -> Http {
    Http::new(config(allow))
}

/// The status and the body's beginning, or what went wrong.
fn post(http: &Http, url: &str) -> Result<(u16, String), Failure> {
    let answer = http.call(Method::POST, url, &[("x-own", "1")], b"{}")?;
    let status = answer.status();
    let body = answer.body(40).map_err(|it| Failure::Unknown(it.to_string()))?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

fn unknown(what: &str) -> Result<(u16, String), Failure> {
    Err(Failure::Unknown(format!("waiting for the answer: {what}")))
}

#[test]
fn a_call_arrives_whole_and_its_answer_too() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 404 no\nContent-Length: 2\nA: b\n\nok")]);
    let http = http(&["127.0.0.1"]);
    let answer = http.call(Method::POST, &fake.url("/in?x=y#z"), &[("x-own", "1")], b"{}");
    let answer = answer.expect("an answer");
    assert_eq!((answer.status(), answer.header("a"), answer.header("b")), (404, Some("b"), None));
    assert_eq!(answer.body(9).expect("a body"), b"ok");
    let call = fake.call();
    let (head, body) = call.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("POST /in?x=y HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, "{}");
    let host = format!("host: {}", fake.address);
    for line in [&host, "x-own: 1", "content-length: 2", "user-agent: Fulcrum/0.1.0"] {
        assert!(head.lines().any(|it| it.eq_ignore_ascii_case(line)), "{line} is not in\n{head}");
    }
}

#[test]
fn redirects_are_not_followed() {
    let inner = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    for status in [301, 302, 303, 307, 308] {
        let text =
            format!("HTTP/1.1 {status} no\nLocation: {}\nContent-Length: 0\n\n", inner.url("/"));
        let outer = Fake::start(&[Answer::Say(text.leak())]);
        let reply = post(&http(&["127.0.0.1"]), &outer.url("/"));
        assert_eq!(reply, Ok((status, String::new())));
        outer.call();
    }
    assert!(inner.calls.try_recv().is_err(), "nobody called where it led");
}

#[test]
fn what_is_said_before_the_answer_is_skipped() {
    let said = "HTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 503 no\nRetry-After: 9\n\n";
    let fake = Fake::start(&[Answer::Say(said)]);
    assert_eq!(post(&http(&["127.0.0.1"]), &fake.url("/")), Ok((503, String::new())));
}

#[test]
fn a_receiver_that_drips_or_hangs_or_talks_nonsense_ends_in_time_and_is_unknown() {
    for answer in [Answer::Drip, Answer::Hang] {
        let fake = Fake::start(&[answer]);
        let time_max = Duration::from_millis(200);
        let http = Http::new(HttpConfig { time_max, ..config(&["127.0.0.1"]) });
        assert_eq!(post(&http, &fake.url("/")), unknown("no answer in time"));
    }
    let endless = format!("HTTP/1.1 200 OK\nX: {}", "x".repeat(40_000));
    let fake = Fake::start(&[Answer::Say(endless.leak())]);
    let reply = post(&http(&["127.0.0.1"]), &fake.url("/"));
    assert_eq!(reply, unknown("the answer's head has no end"));
    let fake = Fake::start(&[Answer::Say("SMTP/1.1 200 OK\n\n")]);
    let reply = post(&http(&["127.0.0.1"]), &fake.url("/"));
    assert!(matches!(&reply, Err(Failure::Unknown(it)) if it.contains("not HTTP")), "{reply:?}");
    let fake = Fake::start(&[Answer::Say("")]);
    let reply = post(&http(&["127.0.0.1"]), &fake.url("/"));
    assert_eq!(reply, unknown("the receiver closed the connection"));
}

#[test]
fn a_body_without_end_is_left() {
    let long = format!("HTTP/1.1 200 OK\nContent-Length: 900000000\n\n{}", "x".repeat(90_000));
    let fake = Fake::start(&[Answer::Say(long.leak())]);
    let (status, body) = post(&http(&["127.0.0.1"]), &fake.url("/")).expect("an answer");
    assert_eq!((status, body.len()), (200, 40));
}

#[test]
fn where_nobody_listens_nothing_was_sent() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr();
    let url = format!("http://{}/", address.expect("an address"));
    let reply = post(&http(&["127.0.0.1"]), &url);
    let Err(Failure::Unsent(why)) = reply else { panic!("{reply:?}") };
    assert!(why.starts_with("connecting: "), "{why}");
}

#[test]
fn what_is_inside_is_not_called_unless_it_is_named() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    let port = fake.address.port();
    let refused = |reply: Result<_, Failure>, why: &str| match reply {
        Err(Failure::Refused(it)) => assert!(it.contains(why), "{it}"),
        other => panic!("{other:?}"),
    };
    refused(post(&http(&[]), &fake.url("/")), "only https");
    for host in
        ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "169.254.169.254", "0.0.0.0"]
    {
        let url = format!("https://{host}:{port}/");
        refused(post(&http(&[]), &url), "not on the public internet");
    }
    let other_port = format!("127.0.0.1:{}", port ^ 1);
    refused(post(&http(&[&other_port]), &fake.url("/")), "only https");
    assert!(fake.calls.try_recv().is_err(), "nobody called");
    let own = fake.address.to_string();
    assert_eq!(post(&http(&[&own]), &fake.url("/")), Ok((200, String::new())));
}

#[test]
fn a_name_that_leads_elsewhere_the_second_time_gains_nothing() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    let (inner, asked) = (fake.address, Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    // The first answer is of documentation, which stands for nobody.
    let rebinding = move |_: &str, port: u16| {
        Ok(match count.fetch_add(1, Ordering::SeqCst) {
            0 => vec![SocketAddr::from(([203, 0, 113, 1], port)), inner],
            _ => vec![inner],
        })
    };
    let http = Http::resolving(config(&[]), Box::new(rebinding));
    let reply = post(&http, "https://evil.example/");
    assert!(matches!(reply, Err(Failure::Refused(_))), "{reply:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the name is looked up once in a call");
    assert!(fake.calls.try_recv().is_err(), "nobody called");
}

#[test]
fn a_name_of_a_host_inside_is_called_when_it_is_named() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 202 taken\n\n")]);
    let inner = fake.address;
    let http = Http::resolving(config(&["CRM.internal"]), Box::new(move |_, _| Ok(vec![inner])));
    assert_eq!(post(&http, "http://crm.internal/in"), Ok((202, String::new())));
    assert!(fake.call().contains("\r\nhost: crm.internal\r\n"));
}

/// A call over TLS to a receiver that answers 200, as a client that trusts `ca_file`.
fn call_encrypted(host: &str, ca_file: Option<PathBuf>) -> Result<(u16, String), Failure> {
    let server = Encrypted::start(|tls| {
        let mut heard = [0; 1_024];
        if std::io::Read::read(tls, &mut heard).is_ok_and(|it| 0 < it) {
            tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap_or(());
        }
    });
    let address = server.address;
    let config = HttpConfig { ca_file, ..config(&[host]) };
    let http = Http::resolving(config, Box::new(move |_, _| Ok(vec![address])));
    post(&http, &format!("https://{host}:{}/", address.port()))
}

#[test]
fn https_is_for_those_who_can_prove_their_name() {
    let trusted = || Some(fixture("ca.pem"));
    assert_eq!(call_encrypted("localhost", trusted()), Ok((200, String::new())));
    for (host, ca_file) in [("crm.internal", trusted()), ("localhost", None)] {
        let reply = call_encrypted(host, ca_file);
        let Err(Failure::Unsent(why)) = reply else { panic!("{reply:?}") };
        assert!(why.contains("certificate"), "{why}");
    }
    let nowhere = Some(fixture("nothing.pem"));
    let reply = call_encrypted("localhost", nowhere);
    let Err(Failure::Unsent(why)) = reply else { panic!("{reply:?}") };
    assert!(why.contains("webhooks: the trusted roots cannot be read"), "{why}");
}
