//! The contract, what goes over the wire, what answers mean, and what comes in.

use super::alphabet::{Alphabet, decoded};
use super::config::{LongMessages, SmppConfig, Timeouts};
use super::frames::{Frames, NotSmpp, written};
use super::request::{bind, submits};
use super::response::meaning;
use super::{Smpp, receipt, same_id};
use crate::callbacks::{Callback, Listens, What};
use crate::secret::Secret;
use crate::tls::testing::{encrypt, fixture};
use model::{Channel, Identifier, IdentifierKind, Reply, Span};
use port::contract::{self, Fault, Trial, some_envelope};
use port::{Channel as _, Envelope, Payload};
use proptest::prelude::*;
use rusmpp_core::pdus::owned::{BindTransceiverResp, DeliverSm, Pdu, SubmitSm, SubmitSmResp};
use rusmpp_core::types::owned::{COctetString, OctetString};
use rusmpp_core::values::{EsmClass, Ton};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A carrier on this machine. It plays one fault to the first connection, and takes what comes by later ones.
struct Carrier {
    port: u16,
    taken: Arc<Mutex<Vec<SubmitSm>>>,
    /// What it tells, once somebody has signed in.
    tell: Sender<Vec<u8>>,
    /// What was said to that.
    answers: Receiver<u32>,
}

struct Talk {
    fault: Fault,
    taken: Arc<Mutex<Vec<SubmitSm>>>,
    answers: Sender<u32>,
}

impl Carrier {
    fn start(fault: Fault, encrypted: bool) -> Carrier {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let taken: Arc<Mutex<Vec<SubmitSm>>> = Arc::default();
        let (tell, told) = channel::<Vec<u8>>();
        let (answered, answers) = channel();
        let copies = taken.clone();
        if fault != Fault::Absent {
            thread::spawn(move || {
                let told = Arc::new(Mutex::new(told));
                for (n, stream) in listener.incoming().enumerate() {
                    let Ok(stream) = stream else { return };
                    let fault = if n == 0 { fault } else { Fault::None };
                    let talk = Talk { fault, taken: copies.clone(), answers: answered.clone() };
                    let told = told.clone();
                    thread::spawn(move || match encrypted {
                        true => talk.go(&mut encrypt(stream), || None),
                        false => {
                            stream
                                .set_read_timeout(Some(Duration::from_millis(10)))
                                .expect("a time");
                            let next = || told.lock().ok()?.try_recv().ok();
                            talk.go(&mut { stream }, next);
                        }
                    });
                }
            });
        }
        Carrier { port, taken, tell, answers }
    }

    fn smpp(&self, change: impl FnOnce(&mut SmppConfig)) -> Smpp {
        let mut config = config(self.port);
        change(&mut config);
        Smpp::new(config).expect("good settings")
    }

    fn taken(&self) -> Vec<SubmitSm> {
        lock(&self.taken).clone()
    }
}

impl Talk {
    fn go(self, stream: &mut (impl Read + Write), told: impl Fn() -> Option<Vec<u8>>) {
        if self.fault == Fault::MuteAtConnect {
            return hang(stream);
        }
        let mut frames = Frames::default();
        let mut bytes = [0; 4096];
        let mut signed_in = false;
        loop {
            while let Ok(Some(frame)) = frames.next_frame() {
                let sequence = frame.head.sequence;
                match frame.pdu {
                    Some(Pdu::BindTransceiver(_)) if self.fault == Fault::NotSignedIn => {
                        say(stream, &written(0x0E, sequence, BindTransceiverResp::default()));
                        return;
                    }
                    Some(Pdu::BindTransceiver(_)) => {
                        say(stream, &written(0, sequence, BindTransceiverResp::default()));
                        signed_in = true;
                        let stops = matches!(self.fault, Fault::StopsReading | Fault::ClosesInBody);
                        if stops {
                            read_exactly(stream, 10);
                            return if self.fault == Fault::StopsReading {
                                hang_without_reading()
                            };
                        }
                    }
                    Some(Pdu::SubmitSm(submit)) if !self.answer(stream, sequence, &submit) => {
                        return;
                    }
                    Some(Pdu::EnquireLink) => {
                        say(stream, &written(0, sequence, Pdu::EnquireLinkResp))
                    }
                    Some(Pdu::DeliverSmResp(_)) => {
                        self.answers.send(frame.head.status).unwrap_or(())
                    }
                    Some(Pdu::Unbind) => return,
                    _ => {}
                }
            }
            if signed_in && let Some(bytes) = told() {
                say(stream, &bytes);
            }
            match stream.read(&mut bytes) {
                Ok(0) => return,
                Ok(length) => frames.push(&bytes[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    /// Whether it goes on after that.
    fn answer(&self, stream: &mut (impl Read + Write), sequence: u32, submit: &SubmitSm) -> bool {
        let id = COctetString::from_static_slice(b"A1b2\0").expect("an id");
        let yes = written(0, sequence, SubmitSmResp::builder().message_id(id).build());
        let no = |status: u32| (written(status, sequence, SubmitSmResp::default()), false, true);
        let (bytes, taken, goes_on) = match self.fault {
            Fault::ClosesAfter { taken } => (Vec::new(), taken, false),
            Fault::MuteAfter { taken } => (Vec::new(), taken, true),
            Fault::StopsInHead { taken } => (yes[..10].to_vec(), taken, true),
            Fault::SlowDetails => (yes[..18].to_vec(), true, true),
            Fault::Nonsense { taken } => (b"220 hello\r\n220 hello\r\n".to_vec(), taken, true),
            Fault::Dead => no(0x0B),
            Fault::BadMessage => no(0x45),
            Fault::TooMany { .. } => no(0x58),
            Fault::Unavailable => no(0x14),
            _ => (yes, true, true),
        };
        if taken {
            lock(&self.taken).push(submit.clone());
        }
        say(stream, &bytes);
        match self.fault {
            // Once; the next message over the same connection is taken.
            Fault::TooMany { .. } | Fault::Unavailable => {
                Talk {
                    fault: Fault::None,
                    taken: self.taken.clone(),
                    answers: self.answers.clone(),
                }
                .go(stream, || None);
                false
            }
            _ => goes_on,
        }
    }
}

fn say(stream: &mut impl Write, bytes: &[u8]) {
    stream.write_all(bytes).and_then(|()| stream.flush()).unwrap_or(());
}

/// Until the other side gives up.
fn hang(stream: &mut impl Read) {
    let mut bytes = [0; 1024];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

fn hang_without_reading() {
    thread::park_timeout(Duration::from_secs(30));
}

fn read_exactly(stream: &mut impl Read, mut length: usize) {
    let mut byte = [0];
    while 0 < length {
        match stream.read(&mut byte) {
            Ok(0) => return,
            Ok(_) => length -= 1,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn config(port: u16) -> SmppConfig {
    SmppConfig {
        host: "127.0.0.1".to_owned(),
        port,
        tls: false,
        ca_file: None,
        system_id: "shop".to_owned(),
        password: Secret::given("secret08"),
        system_type: "web".to_owned(),
        from: "VELO".to_owned(),
        long: LongMessages::Parts,
        window: 10,
        timeouts: Timeouts::default(),
    }
}

fn envelope_of(text: &str) -> Envelope {
    let to = Identifier::new(IdentifierKind::Phone, "+31 6 12345678");
    let payload =
        Payload::Short { title: String::new(), body: text.to_owned(), label: None, url: None };
    Envelope { payload, ..some_envelope(Channel::Sms, to) }
}

fn trial(fault: Fault) -> Option<Trial> {
    match fault {
        // An error says that nothing was taken, nothing leads elsewhere, and no answer names a moment.
        Fault::Broken { .. } | Fault::Redirect | Fault::TooMany { retry_after: Some(_) } => {
            return None;
        }
        _ => {}
    }
    let encrypted = fault == Fault::Untrusted;
    let carrier = Carrier::start(fault, encrypted);
    let is_mute = matches!(
        fault,
        Fault::StopsReading
            | Fault::MuteAfter { .. }
            | Fault::StopsInHead { .. }
            | Fault::SlowDetails
    );
    let channel = carrier.smpp(|it| {
        if is_mute {
            it.timeouts.answer = Span(500);
        }
        if fault == Fault::MuteAtConnect {
            it.timeouts.connect = Span(500);
        }
        if encrypted {
            it.host = "localhost".to_owned();
            it.tls = true;
            it.ca_file = Some(fixture("leaf.pem"));
        }
    });
    Some(Trial {
        channel: Box::new(channel),
        copies: Box::new(move || carrier.taken().len()),
        to: None,
        one_copy_per_key: false,
    })
}

#[test]
fn smpp_keeps_the_contract_of_channels() {
    let to = Identifier::new(IdentifierKind::Phone, "+31 6 12345678");
    contract::channel(&mut trial, &some_envelope(Channel::Sms, to));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().collect();
    let byte = |it: &[char]| u8::from_str_radix(&it.iter().collect::<String>(), 16).expect("hex");
    digits.chunks(2).map(byte).collect()
}

/// The commands below are those of node-smpp 0.5.1 (`new PDU(…).toBuffer()`), which shares nothing with us.
#[test]
fn commands_are_to_the_byte_those_of_another_program() {
    let said = |text: &str| {
        let submits = submits(&envelope_of(text), &config(1)).expect("commands");
        let [submit] = submits.try_into().expect("one part");
        hex(&written(0, 2, submit))
    };
    let bind = bind(&config(1), "secret08").expect("a command");
    assert_eq!(
        hex(&written(0, 1, bind)),
        "0000002600000009000000000000000173686f70007365637265743038007765620034000000"
    );
    assert_eq!(
        said("Grüße für 5 € [neu] @ shop"),
        "0000004d00000004000000000000000200050056454c4f0001013331363132333435363738000000000000010000\
         001d47727e1e6520667e722035201b65201b3c6e65751b3e20002073686f70"
    );
    assert_eq!(
        said("Поездка 🚲"),
        "0000004400000004000000000000000200050056454c4f0001013331363132333435363738000000000000010008\
         0014041f043e043504370434043a04300020d83ddeb2"
    );
    let all: String = (0..128_u8).filter(|it| *it != 27).map(|it| decoded(&[it], 0)).collect();
    let all = all + "\u{c}^{}\\[~]|€";
    let basic: String = (0..128).filter(|it| *it != 27).map(|it| format!("{it:02x}")).collect();
    let expected = basic + "1b0a1b141b281b291b2f1b3c1b3d1b3e1b401b65";
    assert_eq!(hex(&Alphabet::Gsm7.encoded(&all)), expected);
}

#[test]
fn long_messages_go_in_parts_or_whole() {
    let parts = |text: &str| {
        let parts = Alphabet::of(text).parts(text);
        parts.iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(parts(&"a".repeat(160)), [160]);
    assert_eq!(parts(&"a".repeat(161)), [153, 8]);
    // An escape and its letter, and the two halves of a character, stay together.
    assert_eq!(parts(&format!("{}€{}", "a".repeat(152), "a".repeat(10))), [152, 12]);
    assert_eq!(parts(&"я".repeat(70)), [140]);
    assert_eq!(parts(&"я".repeat(71)), [134, 8]);
    assert_eq!(parts(&format!("{}🚲{}", "я".repeat(66), "я".repeat(10))), [132, 24]);

    let text = "a".repeat(161);
    let carrier = Carrier::start(Fault::None, false);
    let smpp = carrier.smpp(|_| {});
    assert!(matches!(smpp.send(&envelope_of(&text)), Reply::Accepted { .. }));
    let taken = carrier.taken();
    let header = |it: &SubmitSm| hex(&it.short_message().as_ref()[..6]);
    assert_eq!(taken.iter().map(header).collect::<Vec<_>>(), ["050003070201", "050003070202"]);
    assert!(taken.iter().all(|it| u8::from(it.esm_class) == 0x40));
    // One receipt for all parts.
    let asked = |it: &SubmitSm| u8::from(it.registered_delivery);
    assert_eq!(taken.iter().map(asked).collect::<Vec<_>>(), [0, 1]);

    let whole = SmppConfig { long: LongMessages::Payload, ..config(1) };
    let [submit] = submits(&envelope_of(&text), &whole).expect("commands").try_into().expect("one");
    // The option 0x0424 with its length, and nothing where the text would be.
    let written = hex(&written(0, 1, submit));
    assert!(written.contains(&format!("0000000424{:04x}{}", 161, "61".repeat(161))), "{written}");
}

#[test]
fn a_message_of_which_a_part_has_left_is_never_sent_again() {
    for (fault, expected) in [
        (Fault::TooMany { retry_after: None }, "deferred"),
        (Fault::ClosesAfter { taken: true }, "lost connection lost"),
    ] {
        let carrier = Carrier::start(fault, false);
        let reply = carrier.smpp(|_| {}).send(&envelope_of(&"a".repeat(400)));
        assert!(shown(&reply).starts_with(expected), "{reply:?} for {fault:?}");
    }
    // The first part is taken, the second finds the line too busy.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (mut stream, _): (TcpStream, _) = listener.accept().expect("a client");
        let (mut frames, mut bytes, mut count) = (Frames::default(), [0; 4096], 0);
        while let Ok(length @ 1..) = stream.read(&mut bytes) {
            frames.push(&bytes[..length]);
            while let Ok(Some(frame)) = frames.next_frame() {
                let sequence = frame.head.sequence;
                match frame.pdu {
                    Some(Pdu::SubmitSm(_)) => {
                        let status = if count == 0 { 0 } else { 0x58 };
                        count += 1;
                        say(&mut stream, &written(status, sequence, SubmitSmResp::default()));
                    }
                    _ => say(&mut stream, &written(0, sequence, BindTransceiverResp::default())),
                }
            }
        }
    });
    let reply = Smpp::new(config(port)).expect("good").send(&envelope_of(&"a".repeat(400)));
    assert_eq!(shown(&reply), "lost part 2 of 3: SMPP status 0x58");
}

fn shown(reply: &Reply) -> String {
    match reply {
        Reply::Accepted { provider_id } => format!("accepted {provider_id}"),
        Reply::Deferred { detail, .. } => format!("deferred {detail}"),
        Reply::Refused { detail, dead: true } => format!("dead {detail}"),
        Reply::Refused { detail, dead: false } => format!("refused {detail}"),
        Reply::Lost { detail } => format!("lost {detail}"),
    }
}

#[test]
fn answers_mean_what_they_mean() {
    let check = |status: u32, expected: &str| assert_eq!(shown(&meaning(status, "A1b2")), expected);
    check(0, "accepted A1b2");
    check(0x0B, "dead SMPP status 0x0b");
    check(0x45, "refused SMPP status 0x45");
    check(0x0A, "refused SMPP status 0x0a");
    check(0x58, "deferred SMPP status 0x58");
    check(0x14, "deferred SMPP status 0x14");
    check(0x08, "deferred SMPP status 0x08");
    check(0x0400, "deferred SMPP status 0x400");
    assert_eq!(shown(&meaning(0, "a\r\nb +31612345678")), "accepted ");
}

/// As [`commands_are_to_the_byte_those_of_another_program`]: by node-smpp.
const RECEIPT: &str = "00000095000000050000000000000009000101333136313233343536373800000056454c4f000400000000\
     000001006569643a41316232207375623a30303120646c7672643a303031207375626d697420646174653a32363131323231\
     30303020646f6e6520646174653a3236313132323130303120737461743a44454c49565244206572723a303030207465\
     78743a48656c6c6f";
const RECEIPT_BY_OPTIONS: &str = "0000003a00000005000000000000000a0001003331363132333435363738000000000400000000\
     0000000000001e000541316232000427000105";
const STOP: &str = "0000003400000005000000000000000b00010133313631323334353637380000003132333400000000000000\
     0000000453746f70";

fn heard(hex: &str) -> Callback {
    let mut frames = Frames::default();
    frames.push(&bytes(&hex.replace(char::is_whitespace, "")));
    let frame = frames.next_frame().expect("good").expect("whole");
    let Some(Pdu::DeliverSm(deliver)) = frame.pdu else { panic!("{frame:?}") };
    receipt::read(&deliver).expect("something")
}

#[test]
fn receipts_and_what_people_write_are_read() {
    let delivered = heard(RECEIPT);
    assert_eq!(delivered.what, What::Delivered);
    assert_eq!(delivered.provider_id.as_deref(), Some("A1b2"));
    assert_eq!(delivered.event, "A1b2/delivrd");
    assert_eq!(delivered.to.expect("somebody").value, "+31612345678");
    let failed = heard(RECEIPT_BY_OPTIONS);
    let reason = "UNDELIV".to_owned();
    assert_eq!(failed.what, What::Bounced { hard: false, reason, status: None });
    assert_eq!(failed.provider_id.as_deref(), Some("A1b2"));
    let stop = heard(STOP);
    assert_eq!((stop.what, stop.event.as_str()), (What::Unsubscribed, ""));
    assert_eq!(stop.to.expect("somebody").value, "+31612345678");

    let wrote = |from: &str, ton: Ton, class: u8, text: &[u8]| {
        let deliver = DeliverSm::builder()
            .source_addr(COctetString::from_string(from.to_owned()).expect("short"))
            .source_addr_ton(ton)
            .esm_class(EsmClass::from(class))
            .short_message(OctetString::from_slice(text).expect("short"));
        receipt::read(&deliver.build())
    };
    let text = |it: Option<Callback>| match it.expect("something").what {
        What::Said { text } => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(text(wrote("31612345678", Ton::Unknown, 0, b"H\x05llo \x1be")), "Héllo €");
    assert_eq!(text(wrote("1", Ton::Unknown, 0x40, b"\x05\x00\x03\x07\x02\x01Hi")), "Hi");
    let to = |it: Option<Callback>| it.expect("something").to.map(|it| it.value);
    assert_eq!(to(wrote("31612345678", Ton::Unknown, 0, b"Hi")).as_deref(), Some("+31612345678"));
    assert_eq!(to(wrote("1008", Ton::Unknown, 0, b"Hi")).as_deref(), Some("1008"));
    assert_eq!(to(wrote("VELO", Ton::Alphanumeric, 0, b"Hi")), None);
    // A receipt without an id, and a header without an end, say nothing.
    assert_eq!(wrote("1", Ton::Unknown, 4, b"stat:DELIVRD"), None);
    assert_eq!(wrote("1", Ton::Unknown, 0x40, b"\xffHi"), None);
}

#[test]
fn an_id_may_be_written_in_two_ways() {
    for (given, told, expected) in [
        ("A1b2", "a1B2", true),
        ("0000123", "123", true),
        ("ff", "255", true),
        ("255", "FF", true),
        ("A1b2", "A1b3", false),
        ("12", "13", false),
        ("g", "16", false),
    ] {
        assert_eq!(same_id(given, told), expected, "{given} {told}");
    }
}

#[test]
fn what_is_told_is_acknowledged_only_once_it_is_stored() {
    let carrier = Carrier::start(Fault::None, false);
    let smpp = carrier.smpp(|_| {});
    let wait = Duration::from_secs(10);
    for (stored, status) in [(false, 0x64), (true, 0)] {
        carrier.tell.send(bytes(&STOP.replace(char::is_whitespace, ""))).expect("a carrier");
        let mut heard = smpp.hear(wait).expect("a carrier");
        assert!(carrier.answers.try_recv().is_err(), "nothing is said before");
        heard.remove(0).answer(stored);
        assert_eq!(carrier.answers.recv_timeout(wait), Ok(status));
    }
    // It goes the same way as the messages, at the same time.
    assert_eq!(shown(&smpp.send(&envelope_of("Hello"))), "accepted A1b2");
    assert_eq!(carrier.taken().len(), 1);
}

#[test]
fn an_idle_line_is_asked_and_a_dead_one_is_made_anew() {
    let carrier = Carrier::start(Fault::None, false);
    let smpp = carrier.smpp(|it| it.timeouts.enquire = Span(50));
    smpp.hear(Duration::from_millis(200)).expect("answered");
    assert_eq!(shown(&smpp.send(&envelope_of("Hello"))), "accepted A1b2");
    // One that answers nothing is left, and the next message goes over another.
    let carrier = Carrier::start(Fault::MuteAfter { taken: true }, false);
    let smpp = carrier.smpp(|it| it.timeouts.answer = Span(100));
    assert_eq!(shown(&smpp.send(&envelope_of("Hello"))), "lost no answer in time");
}

#[test]
fn it_goes_encrypted_where_the_carrier_proves_its_name() {
    let carrier = Carrier::start(Fault::None, true);
    let smpp = carrier.smpp(|it| {
        it.host = "localhost".to_owned();
        it.tls = true;
        it.ca_file = Some(fixture("ca.pem"));
    });
    for _ in 0..3 {
        assert_eq!(shown(&smpp.send(&envelope_of("Hello"))), "accepted A1b2");
    }
    assert_eq!(carrier.taken().len(), 3);
}

#[test]
fn settings_are_read_and_checked() {
    let check = |text: &str| {
        let config: SmppConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let good = "host = \"smpp.example\"\nsystem_id = \"shop\"\npassword = \"env:SMPP_PASSWORD\"\n";
    for from in ["+3197012345", "1008", "VELO & Co"] {
        assert_eq!(check(&format!("{good}from = \"{from}\"")), Ok(()), "{from}");
    }
    for from in ["", "+31x", "A name that is long", "12345678901234567"] {
        let said = check(&format!("{good}from = \"{from}\"")).expect_err("no sender");
        assert!(said.contains("neither a number nor a name"), "{said}");
    }
    let with = |more: &str| check(&format!("{good}from = \"x\"\n{more}"));
    assert_eq!(with("tls = true\nlong = \"payload\"\n[timeouts]\nanswer = \"2m\""), Ok(()));
    assert!(with("window = 0").is_err() && with("wndow = 1").is_err());
    assert!(with("[timeouts]\nanswer = \"0s\"").is_err());
    assert!(check(&good.replace("env:", "").replace("shop", "s")).is_err());
    let long = SmppConfig { password: Secret::given("secret089"), ..config(1) };
    assert!(Smpp::new(long).map(|_| ()).expect_err("too long").message.contains("8 characters"));
    assert!(format!("{:?}", config(1)).contains("password: (secret)"));
}

proptest! {
    #[test]
    fn what_is_encoded_reads_back(text in "[ -~äöüß€€яж🚲@\n]{0,40}") {
        let alphabet = Alphabet::of(&text);
        let coding = if alphabet == Alphabet::Gsm7 { 0 } else { 8 };
        prop_assert_eq!(decoded(&alphabet.encoded(&text), coding), text.clone());
        let parts = alphabet.parts(&text.repeat(20));
        let joined: String = parts.iter().map(|it| decoded(it, coding)).collect();
        prop_assert_eq!(joined, text.repeat(20));
    }

    #[test]
    fn no_bytes_are_too_strange(
        kind in prop::sample::select(vec![0x8000_0009_u32, 0x8000_0004, 5, 0x8000_0000, 0x15, 0x103]),
        body in prop::collection::vec(any::<u8>(), 0..120),
        cut in 1_usize..40,
    ) {
        let mut whole = (16 + body.len() as u32).to_be_bytes().to_vec();
        for number in [kind, 0, 7] {
            whole.extend(number.to_be_bytes());
        }
        whole.extend(&body);
        let mut frames = Frames::default();
        let mut found = Vec::new();
        for some in whole.chunks(cut) {
            frames.push(some);
            found.extend(frames.next_frame().expect("of this protocol"));
        }
        prop_assert_eq!(found.len(), 1);
        if let Some(Pdu::DeliverSm(deliver)) = &found[0].pdu {
            let _ = receipt::read(deliver);
        }
    }
}

#[test]
fn what_is_not_smpp_is_noticed() {
    for text in [&b"HTTP/1.1 200 OK\r\n"[..], &[0, 0, 0, 4, 0, 0, 0, 0], &[0xFF; 20]] {
        let mut frames = Frames::default();
        frames.push(text);
        assert_eq!(frames.next_frame(), Err(NotSmpp));
    }
}
