//! What is sent, and every way in which sending can fail: the reply, and the copies at the server.

mod contract;
mod pipelining;

use super::dialogue::{Heard, Listener, Phase, Session, Step, Transaction, broken};
use super::request::{Prepared, is_address, masked, prepare};
use super::sink::{Act, Rule, Script, Sink, Stage, Taken, To};
use super::{Smtp, SmtpConfig, Timeouts, TlsMode};
use crate::tls::testing::{encrypt, fixture};
use mail_parser::MessageParser;
use model::{Identifier, MessageId, Reply, Span, Timestamp};
use port::{Channel, Envelope, Payload};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// More than the sockets of both sides hold together, so that a writer must notice a closed reader.
const BIG_BYTES: usize = 24 * 1024 * 1024;

fn config(port: u16) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        tls: TlsMode::None,
        helo: "go.shop.example".to_owned(),
        ..SmtpConfig::default()
    }
}

fn envelope(n: u64, to: &str) -> Envelope {
    Envelope {
        message: MessageId(n),
        key: format!("api/{n}"),
        channel: model::Channel::Email,
        to: Identifier::email(to),
        at: Timestamp::parse("2026-11-22T09:00:00Z").expect("a time"),
        payload: Payload::Email {
            from: "hello@shop.example".to_owned(),
            from_name: "Velo & Zoë".to_owned(),
            subject: "Grüße für dich".to_owned(),
            html: "<p>Hello\n.dot\n..two</p>".to_owned(),
            text: "Hello\n.dot\n..two".to_owned(),
            headers: vec![("List-Unsubscribe".to_owned(), "<https://go.example/u/x>".to_owned())],
            message_id: format!("{n}@shop.example"),
        },
    }
}

fn big_envelope() -> Envelope {
    let mut envelope = envelope(1, "anna@example.org");
    if let Payload::Email { text, .. } = &mut envelope.payload {
        *text = "a line of the long letter\n".repeat(BIG_BYTES / 26);
    }
    envelope
}

fn shown(reply: &Reply) -> String {
    match reply {
        Reply::Accepted { .. } => "accepted".to_owned(),
        Reply::Deferred { detail, .. } => format!("deferred {detail}"),
        Reply::Refused { detail, dead: true } => format!("dead {detail}"),
        Reply::Refused { detail, dead: false } => format!("refused {detail}"),
        Reply::Lost { detail } => format!("lost {detail}"),
    }
}

/// The single way through which faults are tried: one message, its reply, and the copies that the
/// server took.
fn check_with(
    script: Script,
    envelope: &Envelope,
    timeouts: Timeouts,
    expected: &str,
    copies: usize,
) {
    for no_pipelining in [false, true] {
        let script = Script { no_pipelining, ..script.clone() };
        let sink = Sink::start(script.clone()).expect("a sink");
        let config = SmtpConfig { timeouts, ..config(sink.address().port()) };
        let smtp = Smtp::new(config).expect("good settings");
        let reply = shown(&smtp.send(envelope));
        drop(smtp);
        assert!(reply.starts_with(expected), "{reply} is not {expected} for {script:?}");
        assert_eq!(sink.finish().len(), copies, "copies for {script:?}");
    }
}

fn check(act: Act, expected: &str, copies: usize) {
    let script = match &act {
        Act::Say { at, .. } | Act::Close { at, .. } if *at <= Stage::SignIn => {
            Script::connections(vec![act])
        }
        _ => Script::messages(vec![act]),
    };
    let to = envelope(1, "anna@example.org");
    check_with(script, &to, Timeouts::default(), expected, copies);
}

fn say(at: Stage, line: &str, expected: &str, copies: usize) {
    check(Act::say(at, line), expected, copies);
}

#[test]
fn an_accepted_message_is_there_once() {
    check(Act::Accept, "accepted", 1);
}

#[test]
fn a_no_for_now_is_deferred_in_every_phase_and_leaves_no_copy() {
    say(Stage::Greeting, "421 4.3.2 busy", "deferred greeting: 421 4.3.2 busy", 0);
    say(Stage::Hello, "421 4.3.2 busy", "deferred EHLO: 421", 0);
    say(Stage::Mail, "451 4.3.0 later", "deferred MAIL FROM: 451 4.3.0 later", 0);
    say(Stage::Recipient, "450 4.2.1 greylisted", "deferred RCPT TO: 450 4.2.1 greylisted", 0);
    say(Stage::Data, "452 4.3.1 full", "deferred DATA: 452", 0);
    say(Stage::Dot, "451 4.7.1 scanner is down", "deferred end of message: 451", 0);
}

#[test]
fn a_no_for_good_is_refused_where_it_is_about_the_message() {
    say(Stage::Mail, "550 5.7.1 not from you", "refused MAIL FROM: 550 5.7.1 not from you", 0);
    say(Stage::Recipient, "550 5.1.1 no such user", "dead RCPT TO: 550 5.1.1 no such user", 0);
    say(Stage::Recipient, "550 5.7.1 blocked", "refused RCPT TO: 550 5.7.1 blocked", 0);
    say(Stage::Recipient, "550 no", "refused RCPT TO: 550 no", 0);
    say(Stage::Recipient, "553 5.1.8 bad sender domain", "refused RCPT TO", 0);
    say(Stage::Data, "554 5.5.1 no valid recipients", "refused DATA: 554", 0);
    say(Stage::Dot, "554 5.7.1 spam", "refused end of message: 554 5.7.1 spam", 0);
    say(Stage::Dot, "550 5.1.1 no such user", "dead end of message: 550", 0);
}

#[test]
fn a_no_for_good_to_us_is_not_held_against_the_message() {
    say(Stage::Greeting, "554 5.3.2 no service", "deferred greeting: 554", 0);
    say(Stage::Hello, "550 5.7.1 go away", "deferred EHLO: 550", 0);
    say(Stage::Mail, "530 5.7.0 sign in first", "deferred MAIL FROM: 530", 0);
    say(Stage::Recipient, "503 5.5.1 out of step", "deferred RCPT TO: 503", 0);
}

#[test]
fn a_redirect_or_a_success_code_in_the_wrong_place_is_not_taken_for_success() {
    say(Stage::Recipient, "551 5.1.6 moved to <anna@new.example>", "dead RCPT TO: 551", 0);
    say(Stage::Dot, "551 5.1.6 moved to <anna@new.example>", "dead end of message: 551", 0);
    say(Stage::Greeting, "250 ok", "deferred greeting: 250", 0);
    say(Stage::Mail, "354 go ahead", "deferred MAIL FROM: 354", 0);
    say(Stage::Recipient, "354 go ahead", "deferred RCPT TO: 354", 0);
    say(Stage::Recipient, "252 cannot verify", "deferred RCPT TO: 252", 0);
    say(Stage::Data, "250 ok", "deferred DATA: 250", 0);
    say(Stage::Data, "334 more", "deferred DATA: 334", 0);
    // After the dot it may have been taken all the same: nobody knows.
    say(Stage::Dot, "354 go ahead", "lost end of message: 354", 0);
    say(Stage::Dot, "221 bye", "lost end of message: 221", 0);
    say(Stage::Dot, "hello", "lost end of message: the answer is not SMTP", 0);
}

#[test]
fn a_connection_that_ends_before_the_dot_is_deferred_and_leaves_no_copy() {
    for at in [Stage::Greeting, Stage::Hello, Stage::Mail, Stage::Recipient, Stage::Data] {
        check(Act::Close { at, taken: false }, "deferred", 0);
    }
}

#[test]
fn a_connection_that_ends_inside_the_message_is_deferred_and_leaves_no_copy() {
    let script = Script::messages(vec![Act::CloseInBody { after: 1_000 }]);
    check_with(script, &big_envelope(), Timeouts::default(), "deferred message:", 0);
}

#[test]
fn a_connection_that_ends_after_the_dot_is_lost_whether_or_not_a_copy_is_there() {
    let expected = "lost end of message: the server closed the connection";
    check(Act::Close { at: Stage::Dot, taken: true }, expected, 1);
    check(Act::Close { at: Stage::Dot, taken: false }, expected, 0);
}

#[test]
fn a_server_that_never_answers_costs_a_bounded_time() {
    let short = Span(100);
    let to = envelope(1, "anna@example.org");
    let impatient = Timeouts { command: short, ..Timeouts::default() };
    for at in [Stage::Greeting, Stage::Hello] {
        let script = Script::connections(vec![Act::Hang { at, taken: false }]);
        check_with(script, &to, impatient, "deferred", 0);
    }
    for at in [Stage::Mail, Stage::Recipient, Stage::Data] {
        let script = Script::messages(vec![Act::Hang { at, taken: false }]);
        check_with(script, &to, impatient, "deferred", 0);
    }
    let impatient = Timeouts { body: short, ..Timeouts::default() };
    let script = Script::messages(vec![Act::HangInBody { after: 1_000 }]);
    check_with(script, &big_envelope(), impatient, "deferred message: no answer in time", 0);
    let impatient = Timeouts { end: short, ..Timeouts::default() };
    for taken in [true, false] {
        let script = Script::messages(vec![Act::Hang { at: Stage::Dot, taken }]);
        let expected = "lost end of message: no answer in time";
        check_with(script, &to, impatient, expected, usize::from(taken));
    }
}

#[test]
fn a_slow_server_is_waited_for() {
    check(Act::Slow { at: Stage::Dot, by: Duration::from_millis(20) }, "accepted", 1);
}

#[test]
fn no_server_at_all_is_deferred() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let smtp = Smtp::new(config(port)).expect("good settings");
    let reply = shown(&smtp.send(&envelope(1, "anna@example.org")));
    assert!(reply.starts_with("deferred connecting:"), "{reply}");
}

#[test]
fn a_later_try_of_a_deferred_message_makes_one_copy_with_the_same_id() {
    let rule = Rule::first(To::Anyone, vec![Act::say(Stage::Recipient, "451 4.7.1 greylisted")]);
    let sink = Sink::start(Script { rules: vec![rule], ..Script::default() }).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    let replies = [0, 1].map(|_| shown(&smtp.send(&envelope(7, "anna@example.org"))));
    assert!(replies[0].starts_with("deferred"), "{replies:?}");
    assert_eq!(replies[1], "accepted");
    assert_eq!(sink.connections(), 1, "the session goes on after a refusal");
    assert_eq!(sink.commands("RSET"), 1);
    let expected = Taken {
        sender: "hello@shop.example".to_owned(),
        recipient: "anna@example.org".to_owned(),
        message_id: "7@shop.example".to_owned(),
        message: Some(MessageId(7)),
        body: None,
    };
    assert_eq!(sink.finish(), vec![expected]);
}

#[test]
fn one_refused_recipient_does_not_touch_the_next() {
    let dead = Act::say(Stage::Recipient, "550 5.1.1 no such user");
    let rule = Rule::always(To::Containing("@gone.example".to_owned()), dead);
    let sink = Sink::start(Script { rules: vec![rule], ..Script::default() }).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    let replies: Vec<String> = ["a@here.example", "b@gone.example", "c@here.example"]
        .iter()
        .zip(1..)
        .map(|(to, n)| shown(&smtp.send(&envelope(n, to))))
        .collect();
    assert_eq!((replies[0].as_str(), replies[2].as_str()), ("accepted", "accepted"));
    assert!(replies[1].starts_with("dead"), "{replies:?}");
    let recipients: Vec<String> = sink.finish().into_iter().map(|it| it.recipient).collect();
    assert_eq!(recipients, ["a@here.example", "c@here.example"]);
}

#[test]
fn a_connection_is_used_again_and_a_dead_one_is_replaced_without_a_second_copy() {
    let acts = vec![Act::Accept, Act::Close { at: Stage::Idle, taken: true }, Act::Accept];
    let sink = Sink::start(Script::messages(acts)).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    for n in 1..=3 {
        assert_eq!(shown(&smtp.send(&envelope(n, "anna@example.org"))), "accepted");
    }
    assert_eq!(sink.connections(), 2);
    assert!(sink.copies().values().all(|it| *it == 1), "{:?}", sink.copies());
    assert_eq!(sink.count(), 3);
}

#[test]
fn a_kept_connection_that_says_goodbye_at_the_next_message_is_replaced_once() {
    let goodbye = || Act::say(Stage::Mail, "421 4.4.2 idle too long");
    let sink = Sink::start(Script::messages(vec![Act::Accept, goodbye()])).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    for n in 1..=2 {
        assert_eq!(shown(&smtp.send(&envelope(n, "anna@example.org"))), "accepted");
    }
    assert_eq!((sink.connections(), sink.count()), (2, 2));
    // A new connection that says the same is not tried a third time.
    let acts = vec![Act::Accept, goodbye(), goodbye(), Act::Accept];
    let sink = Sink::start(Script::messages(acts)).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    assert_eq!(shown(&smtp.send(&envelope(1, "anna@example.org"))), "accepted");
    assert!(
        shown(&smtp.send(&envelope(2, "anna@example.org"))).starts_with("deferred MAIL FROM: 421")
    );
    assert_eq!((sink.connections(), sink.count()), (2, 1));
}

#[test]
fn many_senders_at_once_make_one_copy_each() {
    const SENDERS: u64 = 4;
    const EACH: u64 = 100;
    let sink = Sink::start(Script::default()).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    thread::scope(|scope| {
        for sender in 0..SENDERS {
            let smtp = &smtp;
            scope.spawn(move || {
                for n in 0..EACH {
                    let message = sender * EACH + n;
                    let reply = smtp.send(&envelope(message, &format!("p{message}@example.org")));
                    assert_eq!(shown(&reply), "accepted");
                }
            });
        }
    });
    let copies = sink.copies();
    assert_eq!(copies.len() as u64, SENDERS * EACH);
    assert!(copies.values().all(|it| *it == 1));
    assert!(sink.connections() <= 2 * SENDERS, "{} connections", sink.connections());
}

#[test]
fn the_sink_reads_commands_that_come_together() {
    let sink = Sink::start(Script { keep_bodies: true, ..Script::default() }).expect("a sink");
    let mut stream = TcpStream::connect(sink.address()).expect("a connection");
    let commands = "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nMessage-ID: <1@b>\r\n\r\n\
                    ..x\r\n.\r\nQUIT\r\n";
    stream.write_all(commands.as_bytes()).expect("written");
    let mut answers = String::new();
    stream.read_to_string(&mut answers).expect("answers");
    let codes: Vec<&str> = answers.lines().map(|it| &it[..3]).collect();
    assert_eq!(codes.join(" "), "220 250 250 250 250 250 354 250 221");
    let taken = sink.finish();
    assert_eq!(taken[0].body.as_deref(), Some(b"Message-ID: <1@b>\r\n\r\n.x\r\n".as_slice()));
    assert_eq!((taken[0].message_id.as_str(), taken[0].message), ("1@b", None));
}

#[test]
fn a_mail_reads_back_as_it_was_written() {
    let sink = Sink::start(Script { keep_bodies: true, ..Script::default() }).expect("a sink");
    let smtp = Smtp::new(config(sink.address().port())).expect("good settings");
    assert_eq!(shown(&smtp.send(&envelope(7, "anna@example.org"))), "accepted");
    let body = sink.finish().remove(0).body.expect("the body is kept");
    let mail = MessageParser::default().parse(&body).expect("a mail");
    assert_eq!(mail.subject(), Some("Grüße für dich"));
    let from = mail.from().and_then(|it| it.first()).expect("a sender");
    assert_eq!((from.name(), from.address()), (Some("Velo & Zoë"), Some("hello@shop.example")));
    assert_eq!(
        mail.to().and_then(|it| it.first()).and_then(|it| it.address()),
        Some("anna@example.org")
    );
    assert_eq!(mail.message_id(), Some("7@shop.example"));
    assert_eq!(mail.date().map(|it| it.to_rfc3339()).as_deref(), Some("2026-11-22T09:00:00Z"));
    let lines = |text: Option<std::borrow::Cow<'_, str>>| text.map(|it| it.replace("\r\n", "\n"));
    assert_eq!(lines(mail.body_text(0)).as_deref(), Some("Hello\n.dot\n..two"));
    assert_eq!(lines(mail.body_html(0)).as_deref(), Some("<p>Hello\n.dot\n..two</p>"));
    assert_eq!(
        mail.header_raw("List-Unsubscribe").map(str::trim),
        Some("<https://go.example/u/x>")
    );
    assert_eq!(mail.header_raw("X-Fulcrum-Message").map(str::trim), Some("m7"));
    let raw = String::from_utf8_lossy(&body);
    assert!(raw.contains("multipart/alternative"), "{raw}");
    assert!(raw.lines().all(|it| it.len() <= 998), "{raw}");
}

#[test]
fn every_try_is_the_same_mail() {
    let config = config(25);
    let once = prepare(&envelope(7, "anna@example.org"), &config, None).expect("a mail");
    assert_eq!(prepare(&envelope(7, "anna@example.org"), &config, None).expect("a mail"), once);
}

#[test]
fn nothing_that_comes_from_people_can_begin_a_header_or_a_command() {
    let mut evil = envelope(1, "anna@example.org");
    if let Payload::Email { subject, from_name, headers, message_id, .. } = &mut evil.payload {
        *subject = "Hi\r\nBcc: eve@evil.example\r\n\r\nbody".to_owned();
        *from_name = "Velo\nBcc: eve@evil.example".to_owned();
        headers.push(("X-A: b\r\nBcc".to_owned(), "eve@evil.example".to_owned()));
        headers.push(("X-B".to_owned(), "b\r\nBcc: eve@evil.example".to_owned()));
        *message_id = "1@a>\r\nBcc: eve@evil.example".to_owned();
    }
    let data = prepare(&evil, &config(25), None).expect("a mail").data;
    let headers = String::from_utf8_lossy(&data);
    let headers = headers.split("\r\n\r\n").next().expect("headers");
    assert!(
        headers.lines().all(|it| !it.starts_with("Bcc") && !it.starts_with("X-A")),
        "{headers}"
    );
    for to in ["a@b\r\nRCPT TO:<c@d>", "a b@c.example", "a@b>", "", "a", "@b", "a@", "a@b@c"] {
        let mut evil = envelope(1, "x@y.example");
        evil.to.value = to.to_owned();
        let reply = prepare(&evil, &config(25), None).expect_err(to);
        assert!(shown(&reply).starts_with("dead"), "{to}: {reply:?}");
    }
    assert!(is_address("zoë@exämple.org") && is_address("o'neil+x@a.example"));
}

#[test]
fn dots_are_doubled_and_lines_end_as_they_must() {
    let config = config(25);
    let mut letter = envelope(1, "anna@example.org");
    if let Payload::Email { text, html, .. } = &mut letter.payload {
        *text = ".\n.a\r\n..\nb.c".to_owned();
        *html = ".".to_owned();
    }
    let data = prepare(&letter, &config, None).expect("a mail").data;
    let text = String::from_utf8(data).expect("ASCII");
    assert!(text.ends_with("\r\n") && !text.contains("\r\n.\r\n"), "{text}");
    assert!(text.contains("\r\n..\r\n..a\r\n...\r\nb.c"), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn a_bounce_address_names_the_message() {
    let bounce_address = Some("bounces@go.shop.example".to_owned());
    let config = SmtpConfig { bounce_address, ..config(25) };
    let prepared = prepare(&envelope(123, "anna@example.org"), &config, None).expect("a mail");
    assert_eq!(prepared.sender, "bounces+m123@go.shop.example");
}

#[test]
fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let to = envelope(1, "zoë@example.org");
    let refusal = "refused the server takes only addresses in ASCII";
    check_with(Script::default(), &to, Timeouts::default(), refusal, 0);
    let extensions = vec!["SMTPUTF8".to_owned()];
    let script = Script { extensions, ..Script::default() };
    check_with(script, &to, Timeouts::default(), "accepted", 1);
}

#[test]
fn no_address_is_shown_in_a_reply() {
    let line = "550 5.1.1 <anna.smith@example.org>: unknown, ask postmaster@example.org";
    say(
        Stage::Recipient,
        line,
        "dead RCPT TO: 550 5.1.1 <a…@example.org>: unknown, ask p…@example.org",
        0,
    );
    assert_eq!(masked("anna@a, (bob@b) @c d@"), "a…@a, (b…@b) @c d…@");
}

#[test]
fn both_ways_of_signing_in_are_known() {
    let signed_in = |ways: &str| {
        let script = Script { extensions: vec![ways.to_owned()], ..Script::default() };
        let sink = Sink::start(script).expect("a sink");
        let (user, password) = (Some("shop".to_owned()), Some("secret".to_owned()));
        let config = SmtpConfig { user, password, ..config(sink.address().port()) };
        let smtp = Smtp::new(config).expect("good settings");
        (shown(&smtp.send(&envelope(1, "anna@example.org"))), sink.commands("AUTH"))
    };
    assert_eq!(signed_in("AUTH PLAIN LOGIN"), ("accepted".to_owned(), 1));
    assert_eq!(signed_in("AUTH LOGIN"), ("accepted".to_owned(), 1));
    let (reply, asked) = signed_in("AUTH CRAM-MD5");
    assert!(reply.starts_with("deferred the server offers neither"), "{reply}");
    assert_eq!(asked, 0);
}

fn heard(code: u16, lines: &[&str]) -> Heard {
    Heard { code, lines: lines.iter().map(|it| (*it).to_owned()).collect() }
}

fn words(step: &Step) -> &str {
    match step {
        Step::Say(line) => line,
        Step::Hear => "(hear)",
        Step::Secure => "(secure)",
        Step::Ready => "(ready)",
        Step::HandOver => "(message)",
        Step::Done { .. } => "(done)",
    }
}

#[test]
fn the_password_is_said_only_after_encryption_and_refused_sign_ins_are_deferred() {
    let (user, password) = (Some("shop".to_owned()), Some("secret".to_owned()));
    let config = SmtpConfig { user, password, tls: TlsMode::StartTls, ..config(587) };
    let mut session = Session::new(&config);
    assert_eq!(words(&session.heard(&heard(220, &["hi"]))), "EHLO go.shop.example");
    let hello = heard(250, &["mx", "AUTH PLAIN", "STARTTLS"]);
    assert_eq!(words(&session.heard(&hello)), "STARTTLS");
    assert_eq!(session.heard(&heard(220, &["go"])), Step::Secure);
    assert_eq!(words(&session.secured()), "EHLO go.shop.example");
    // RFC 4616: base64 of NUL shop NUL secret.
    assert_eq!(words(&session.heard(&hello)), "AUTH PLAIN AHNob3AAc2VjcmV0");
    let Step::Done { reply, .. } = session.heard(&heard(535, &["5.7.8 wrong"])) else {
        panic!("the sign-in was refused");
    };
    assert_eq!(shown(&reply), "deferred AUTH: 535 5.7.8 wrong");
    let mut session = Session::new(&config);
    session.heard(&heard(220, &["hi"]));
    let Step::Done { reply, .. } = session.heard(&heard(250, &["mx", "AUTH PLAIN"])) else {
        panic!("there was no encryption to be had");
    };
    assert!(shown(&reply).starts_with("deferred the server does not offer STARTTLS"));
}

#[test]
fn in_every_phase_exactly_one_kind_of_answer_leads_on() {
    let prepared = Prepared {
        sender: "a@b".to_owned(),
        recipient: "c@d".to_owned(),
        needs_utf8: false,
        data: Vec::new(),
    };
    let leads_on: [(Phase, &[u16]); 5] = [
        (Phase::Reset, &[250]),
        (Phase::Mail, &[250]),
        (Phase::Recipient, &[250, 251]),
        (Phase::Data, &[354]),
        (Phase::End, &[250]),
    ];
    for (n, (phase, good)) in leads_on.iter().enumerate() {
        for code in 200..600 {
            let (mut transaction, _) = Transaction::begin(&prepared, true, false);
            for (before, codes) in &leads_on[..n] {
                assert_eq!(transaction.phase(), *before);
                if transaction.heard(&heard(codes[0], &["ok"])) == Step::HandOver {
                    transaction.ending();
                }
            }
            assert_eq!(transaction.phase(), *phase);
            let step = transaction.heard(&heard(code, &["x"]));
            let class = match (&step, code) {
                (Step::Done { reply: Reply::Accepted { .. }, .. }, _) => "accepted",
                (Step::Done { reply: Reply::Deferred { .. }, .. }, _) => "deferred",
                (Step::Done { reply: Reply::Refused { .. }, .. }, _) => "refused",
                (Step::Done { reply: Reply::Lost { .. }, .. }, _) => "lost",
                (Step::Say(_) | Step::Hear | Step::HandOver, _) => "on",
                (Step::Secure | Step::Ready, _) => "out of step",
            };
            let ours = *phase == Phase::Reset || matches!(code, 503 | 530);
            let expected = match (*phase == Phase::End, good.contains(&code), code) {
                (true, true, _) => "accepted",
                (false, true, _) => "on",
                (true, false, 400..500) => "deferred",
                (true, false, 500..600) => "refused",
                (true, false, _) => "lost",
                (false, false, 500..600) if !ours => "refused",
                (false, false, _) => "deferred",
            };
            assert_eq!(class, expected, "{code} in {phase:?}");
        }
        let lost = matches!(broken(*phase, "gone"), Reply::Lost { .. });
        assert_eq!(lost, *phase == Phase::End, "silence in {phase:?}");
    }
}

#[test]
fn answers_of_several_lines_are_read_and_nonsense_is_refused() {
    let mut listener = Listener::default();
    assert_eq!(listener.line(b"250-mx"), Ok(None));
    assert_eq!(listener.line(b"250-AUTH PLAIN"), Ok(None));
    assert_eq!(
        listener.line(b"250 SMTPUTF8"),
        Ok(Some(heard(250, &["mx", "AUTH PLAIN", "SMTPUTF8"])))
    );
    assert_eq!(Listener::default().line(b"250"), Ok(Some(heard(250, &[""]))));
    for line in
        [b"".as_slice(), b"25", b"2500 x", b"abc x", b"999 x", b"\xff\xff\xff\xff", b"1\xc3\xa90 x"]
    {
        assert!(Listener::default().line(line).is_err(), "{line:?}");
    }
    let mut listener = Listener::default();
    assert_eq!(listener.line(b"250-a"), Ok(None));
    assert!(listener.line(b"550 b").is_err());
    let mut listener = Listener::default();
    assert!((0..1_000).any(|_| listener.line(b"250-x").is_err()), "an answer without an end");
}

#[test]
fn an_enhanced_status_is_three_numbers() {
    assert_eq!(heard(550, &["5.1.1 no"]).status(), Some((5, 1, 1)));
    assert_eq!(heard(550, &["5.1.10"]).status(), Some((5, 1, 10)));
    for text in ["", "no", "5.1 no", "5.1.1.1 no", "5.x.1"] {
        assert_eq!(heard(550, &[text]).status(), None, "{text}");
    }
}

#[test]
fn settings_are_read_and_checked() {
    let text = "host = \"mail.example\"\ntls = \"implicit\"\n[timeouts]\nend = \"10m\"\n";
    let read: SmtpConfig = toml::from_str(text).expect("good settings");
    assert_eq!((read.tls, read.timeouts.end), (TlsMode::Implicit, Span::minutes(10)));
    assert!(toml::from_str::<SmtpConfig>("hots = \"x\"").is_err());
    let bad = |change: fn(&mut SmtpConfig)| {
        let mut config = SmtpConfig { host: "mail.example".to_owned(), ..config(25) };
        change(&mut config);
        config.check().expect_err("bad settings").message
    };
    assert!(bad(|it| it.concurrency = 0).contains("concurrency"));
    assert!(bad(|it| it.user = Some("x".to_owned())).contains("belong together"));
    assert!(bad(|it| it.helo = "a\r\nb".to_owned()).contains("helo"));
    assert!(bad(|it| it.bounce_address = Some("x".to_owned())).contains("bounce_address"));
    let in_the_clear =
        bad(|it| (it.user, it.password) = (Some("a".to_owned()), Some("b".to_owned())));
    assert!(in_the_clear.contains("in the clear"), "{in_the_clear}");
    let config = SmtpConfig { password: Some("secret".to_owned()), ..config(25) };
    assert!(!format!("{config:?}").contains("secret"));
}

/// A server that encrypts and takes one mail; gives the command lines it heard under encryption.
fn serve_encrypted(stream: TcpStream, implicit: bool) -> Vec<String> {
    let mut stream = stream;
    if !implicit {
        stream.write_all(b"220 hi\r\n").expect("written");
        let mut input = BufReader::new(stream.try_clone().expect("the same socket"));
        for answer in ["250-mx\r\n250 STARTTLS\r\n", "220 go\r\n"] {
            let mut line = String::new();
            input.read_line(&mut line).expect("a command");
            stream.write_all(answer.as_bytes()).expect("written");
        }
    }
    let mut tls = BufReader::new(encrypt(stream));
    let mut heard = Vec::new();
    if implicit && tls.get_mut().write_all(b"220 hi\r\n").is_err() {
        return heard;
    }
    loop {
        let mut line = String::new();
        if tls.read_line(&mut line).unwrap_or(0) == 0 {
            return heard;
        }
        let line = line.trim_end();
        let answer = match line.split(' ').next().unwrap_or_default() {
            "EHLO" | "MAIL" | "RCPT" | "." => "250 ok",
            "DATA" => "354 go",
            _ => continue,
        };
        heard.push(line.to_owned());
        tls.get_mut().write_all(format!("{answer}\r\n").as_bytes()).expect("written");
    }
}

fn send_encrypted(tls: TlsMode, host: &str, ca_file: &str) -> (String, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        serve_encrypted(stream, tls == TlsMode::Implicit)
    });
    let ca_file = Some(fixture(ca_file));
    let config = SmtpConfig { host: host.to_owned(), tls, ca_file, ..config(port) };
    let smtp = Smtp::new(config).expect("good settings");
    let reply = shown(&smtp.send(&envelope(1, "anna@example.org")));
    drop(smtp);
    (reply, server.join().expect("the server ends"))
}

#[test]
fn mail_goes_encrypted_from_the_start_or_after_starttls() {
    for tls in [TlsMode::Implicit, TlsMode::StartTls] {
        let (reply, heard) = send_encrypted(tls, "localhost", "ca.pem");
        assert_eq!(reply, "accepted", "{tls:?}");
        let verbs: Vec<&str> = heard.iter().map(|it| &it[..it.len().min(4)]).collect();
        assert_eq!(verbs, ["EHLO", "MAIL", "RCPT", "DATA", "."], "{tls:?}");
    }
}

#[test]
fn a_server_that_cannot_prove_its_name_gets_nothing() {
    for (host, ca_file) in [("127.0.0.1", "ca.pem"), ("localhost", "leaf.pem")] {
        let (reply, heard) = send_encrypted(TlsMode::Implicit, host, ca_file);
        assert!(reply.starts_with("deferred STARTTLS:"), "{reply}");
        assert_eq!(heard, Vec::<String>::new());
    }
}
