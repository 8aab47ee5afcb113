//! What every channel must do, against the mail server of the tests.

use super::config;
use crate::smtp::sink::{Act, Script, Sink, Stage};
use crate::smtp::{Smtp, SmtpConfig, Timeouts, TlsMode};
use crate::tls::testing::{Encrypted, fixture};
use model::{Channel, Identifier, Span};
use port::contract::{self, Fault, Trial};
use std::net::TcpListener;

#[test]
fn smtp_keeps_the_contract_of_channels() {
    let envelope = contract::some_envelope(Channel::Email, Identifier::email("anna@example.org"));
    for pipelining in [true, false] {
        contract::channel(&mut |fault| trial(fault, pipelining), &envelope);
    }
}

fn trial(fault: Fault, pipelining: bool) -> Option<Trial> {
    let script = match fault {
        Fault::Absent => return Some(absent()),
        Fault::Untrusted => return Some(untrusted()),
        // There is nothing behind a yes, no leading elsewhere, no moment to come back, and a 4xx after the
        // dot says that no copy was made.
        Fault::SlowDetails
        | Fault::Redirect
        | Fault::TooMany { retry_after: Some(_) }
        | Fault::Broken { .. } => return None,
        Fault::None => Script::default(),
        Fault::MuteAtConnect => {
            Script::connections(vec![Act::Hang { at: Stage::Greeting, taken: false }])
        }
        Fault::Unavailable => {
            Script::connections(vec![Act::say(Stage::Greeting, "421 4.3.2 out of order")])
        }
        Fault::StopsReading => Script::messages(vec![Act::HangInBody { after: 1 }]),
        Fault::ClosesInBody => Script::messages(vec![Act::CloseInBody { after: 1 }]),
        Fault::ClosesAfter { taken } => {
            Script::messages(vec![Act::Close { at: Stage::Dot, taken }])
        }
        Fault::MuteAfter { taken } => Script::messages(vec![Act::Hang { at: Stage::Dot, taken }]),
        // The first line of an answer of several, and no second.
        Fault::StopsInHead { taken: true } => said(Stage::Dot, "250-2.0.0 taken"),
        Fault::StopsInHead { taken: false } => said(Stage::Dot, "451-4.3.0 not taken"),
        Fault::Nonsense { taken: true } => said(Stage::Dot, "250_taken"),
        Fault::Nonsense { taken: false } => said(Stage::Dot, "hello"),
        Fault::Dead => said(Stage::Recipient, "550 5.1.1 <anna@example.org>: no such user"),
        Fault::BadMessage => said(Stage::Dot, "554 5.7.1 anna@example.org does not want it"),
        Fault::NotSignedIn => said(Stage::Mail, "530 5.7.0 sign in first"),
        Fault::TooMany { retry_after: None } => said(Stage::Mail, "451 4.7.1 fewer at once"),
    };
    let sink = Sink::start(Script { no_pipelining: !pipelining, ..script }).expect("a sink");
    let config = SmtpConfig { timeouts: timeouts(fault), ..config(sink.address().port()) };
    Some(Trial {
        channel: Box::new(Smtp::new(config).expect("good settings")),
        copies: Box::new(move || sink.finish().len()),
        to: None,
        one_copy_per_key: false,
    })
}

fn said(at: Stage, line: &str) -> Script {
    Script::messages(vec![Act::say(at, line)])
}

/// Short where the server is mute.
fn timeouts(fault: Fault) -> Timeouts {
    let short = Span(300);
    match fault {
        Fault::MuteAtConnect => Timeouts { command: Span(1_000), ..Timeouts::default() },
        Fault::StopsReading | Fault::MuteAfter { .. } | Fault::StopsInHead { .. } => {
            Timeouts { end: short, ..Timeouts::default() }
        }
        _ => Timeouts::default(),
    }
}

fn absent() -> Trial {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    nobody(config(port))
}

fn untrusted() -> Trial {
    let server = Encrypted::start(|tls| {
        std::io::Write::write_all(tls, b"220 hi\r\n").unwrap_or(());
    });
    let ca_file = Some(fixture("leaf.pem"));
    let host = "localhost".to_owned();
    let tls = TlsMode::Implicit;
    nobody(SmtpConfig { host, tls, ca_file, ..config(server.address.port()) })
}

fn nobody(config: SmtpConfig) -> Trial {
    Trial {
        channel: Box::new(Smtp::new(config).expect("good settings")),
        copies: Box::new(|| 0),
        to: None,
        one_copy_per_key: false,
    }
}
