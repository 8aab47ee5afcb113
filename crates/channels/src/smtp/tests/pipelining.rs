//! Commands that go together: what is written at once, and that a refusal in their middle stays one.

use super::{config, envelope, heard, shown, words};
use crate::smtp::Smtp;
use crate::smtp::dialogue::{Phase, Step, Transaction};
use crate::smtp::request::Prepared;
use crate::smtp::sink::{Act, Script, Sink, Stage};
use port::Channel as _;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

/// The codes of the answers, in order, to the steps they lead to.
fn check(reset: bool, codes: &str, expected: &str) {
    let prepared = Prepared {
        sender: "a@b".to_owned(),
        recipient: "c@d".to_owned(),
        needs_utf8: false,
        data: Vec::new(),
    };
    let (mut transaction, first) = Transaction::begin(&prepared, reset, true);
    let mut steps = vec![words(&first).replace("\r\n", "|")];
    for code in codes.split_whitespace() {
        if transaction.phase() == Phase::Body {
            transaction.ending();
        }
        steps.push(match transaction.heard(&heard(code.parse().expect("a code"), &["5.1.1 x"])) {
            Step::Done { reply, keep, dirty } => {
                let reply = shown(&reply);
                let class = reply.split(' ').next().unwrap_or_default();
                format!("{class} keep={keep} dirty={dirty}")
            }
            step => words(&step).to_owned(),
        });
    }
    assert_eq!(steps.join(" > "), expected, "for {codes}");
}

#[test]
fn what_comes_before_a_message_is_said_at_once_and_heard_one_by_one() {
    let all = "MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA";
    let good = "(hear) > (hear) > (message) > accepted keep=true dirty=false";
    check(false, "250 250 354 250", &format!("{all} > {good}"));
    check(true, "250 250 250 354 250", &format!("RSET|{all} > (hear) > {good}"));
}

#[test]
fn a_refusal_in_the_middle_is_the_reply_whatever_follows() {
    let all = "MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA";
    check(false, "250 550 503", &format!("{all} > (hear) > (hear) > dead keep=true dirty=true"));
    check(
        false,
        "250 450 554",
        &format!("{all} > (hear) > (hear) > deferred keep=true dirty=true"),
    );
    let twice = format!("{all} > (hear) > (hear) > refused keep=true dirty=true");
    check(false, "550 503 503", &twice);
    check(false, "550 250 503", &twice);
    // It waits for a message that nobody may get: the connection is given up.
    let waiting = format!("{all} > (hear) > (hear) > dead keep=false dirty=false");
    check(false, "250 550 354", &waiting);
    check(false, "421", &format!("{all} > deferred keep=false dirty=false"));
    check(false, "250 550 421", &format!("{all} > (hear) > (hear) > dead keep=false dirty=false"));
    check(false, "354", &format!("{all} > deferred keep=false dirty=false"));
}

#[test]
fn a_refusal_stands_when_the_connection_breaks_before_the_last_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut bytes = [0; 1_024];
        stream.write_all(b"220 hi\r\n").expect("written");
        assert!(0 < stream.read(&mut bytes).expect("a hello"));
        stream.write_all(b"250-mx\r\n250 PIPELINING\r\n").expect("written");
        let count = stream.read(&mut bytes).expect("commands");
        stream.write_all(b"250 ok\r\n550 5.1.1 no such user\r\n").expect("written");
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    });
    let smtp = Smtp::new(config(port)).expect("good settings");
    let reply = shown(&smtp.send(&envelope(1, "anna@example.org")));
    assert_eq!(reply, "dead RCPT TO: 550 5.1.1 no such user");
    let heard = server.join().expect("the server ends");
    assert!(heard.ends_with("RCPT TO:<anna@example.org>\r\nDATA\r\n"), "{heard}");
}

#[test]
fn after_a_refusal_the_next_message_goes_over_the_same_session() {
    let acts = vec![Act::say(Stage::Mail, "451 4.3.0 later"), Act::Accept];
    let sink = Sink::start(Script::messages(acts)).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    let replies = [1, 2].map(|n| shown(&smtp.send(&envelope(n, "anna@example.org"))));
    assert!(replies[0].starts_with("deferred MAIL FROM: 451"), "{replies:?}");
    assert_eq!((replies[1].as_str(), sink.connections()), ("accepted", 1));
}
