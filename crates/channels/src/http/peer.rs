//! A provider on this machine that plays one fault of the contract with the first call, and takes
//! all later ones.

use super::testing::read_text;
use super::{Http, HttpConfig};
use crate::tls::testing::{encrypt, fixture};
use port::contract::{Fault, Trial};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What this provider says, as statuses with bodies: `201 Created\n\n{}`, a head without its version.
#[derive(Clone, Copy)]
pub struct Says {
    pub accepted: &'static str,
    pub dead: &'static str,
    pub bad_message: &'static str,
    pub not_signed_in: &'static str,
    /// The header in which a key comes by which it knows a message again; in lower case.
    pub key_header: Option<&'static str>,
}

pub struct Peer {
    pub base: String,
    pub http: Http,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    calls: Vec<String>,
    copies: usize,
    keys: BTreeSet<String>,
    connections: usize,
}

/// What is done with a call that was read.
enum Act {
    Take,
    Say { text: String, taken: bool, then_hang: bool },
    Hang { taken: bool },
    Close { taken: bool },
}

impl Peer {
    pub fn start(fault: Fault, says: Says) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Heard::default()));
        let encrypted = matches!(fault, Fault::MuteAtConnect | Fault::Untrusted);
        if fault == Fault::Absent {
            drop(listener);
        } else {
            let heard = Arc::clone(&heard);
            thread::spawn(move || accept(&listener, fault, says, &heard));
        }
        Peer { base: base(address, encrypted), http: http(fault), heard }
    }

    /// The calls that were read to their end.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.heard).calls.clone()
    }

    pub fn trial(self, channel: Box<dyn port::Channel>, says: Says) -> Trial {
        let heard = self.heard;
        let copies = Box::new(move || lock(&heard).copies);
        Trial { channel, copies, to: None, one_copy_per_key: says.key_header.is_some() }
    }
}

fn base(address: SocketAddr, encrypted: bool) -> String {
    match encrypted {
        true => format!("https://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// Impatient only where the peer is mute.
fn http(fault: Fault) -> Http {
    let time_max = match fault {
        Fault::StopsReading
        | Fault::MuteAfter { .. }
        | Fault::StopsInHead { .. }
        | Fault::SlowDetails => Duration::from_millis(500),
        Fault::MuteAtConnect => Duration::from_millis(1_000),
        _ => Duration::from_secs(20),
    };
    let ca_file = Some(fixture(if fault == Fault::Untrusted { "leaf.pem" } else { "ca.pem" }));
    let allow = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    Http::new(HttpConfig { table: "test", allow, ca_file, time_max })
}

fn accept(listener: &TcpListener, fault: Fault, says: Says, heard: &Arc<Mutex<Heard>>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { return };
        let n = {
            let mut heard = lock(heard);
            heard.connections += 1;
            heard.connections
        };
        let fault = if n == 1 { fault } else { calm(fault) };
        let heard = Arc::clone(heard);
        thread::spawn(move || meet(stream, fault, says, &heard));
    }
}

/// What later connections meet: nothing, though over the same kind of connection.
fn calm(fault: Fault) -> Fault {
    if fault == Fault::Untrusted { fault } else { Fault::None }
}

fn meet(mut stream: TcpStream, fault: Fault, says: Says, heard: &Mutex<Heard>) {
    // The first byte of TLS; a call in the clear begins with its method.
    let encrypted = stream.peek(&mut [0]).is_ok_and(|it| it == 1) && first_byte(&stream) == 0x16;
    match fault {
        Fault::MuteAtConnect => hang(&mut stream),
        _ if encrypted => talk(&mut encrypt(stream), fault, says, heard),
        _ => talk(&mut stream, fault, says, heard),
    }
}

fn first_byte(stream: &TcpStream) -> u8 {
    let mut byte = [0];
    stream.peek(&mut byte).map_or(0, |_| byte[0])
}

fn talk(stream: &mut (impl Read + Write), fault: Fault, says: Says, heard: &Mutex<Heard>) {
    if matches!(fault, Fault::StopsReading | Fault::ClosesInBody) {
        stream.read_exact(&mut [0; 10]).unwrap_or(());
        if fault == Fault::StopsReading {
            hang_without_reading();
        }
        return;
    }
    let Ok(call) = read_text(stream) else { return };
    let act = act(fault, says);
    let taken = match &act {
        Act::Take => true,
        Act::Say { taken, .. } | Act::Hang { taken } | Act::Close { taken } => *taken,
    };
    note(heard, call, taken, says);
    match act {
        Act::Take => say(stream, &whole(says.accepted)),
        Act::Say { text, then_hang, .. } => {
            say(stream, &text);
            if then_hang {
                hang(stream);
            }
        }
        Act::Hang { .. } => hang(stream),
        Act::Close { .. } => {}
    }
}

fn act(fault: Fault, says: Says) -> Act {
    let no = |text: &str| Act::Say { text: whole(text), taken: false, then_hang: false };
    let half = |text: &str, taken| Act::Say { text: text.to_owned(), taken, then_hang: true };
    match fault {
        Fault::ClosesAfter { taken } => Act::Close { taken },
        Fault::MuteAfter { taken } => Act::Hang { taken },
        Fault::StopsInHead { taken } => half("HTTP/1.1 200 OK\r\nContent-", taken),
        Fault::SlowDetails => {
            let status = says.accepted.lines().next().unwrap_or_default();
            half(&format!("HTTP/1.1 {status}\r\nContent-Length: 99\r\n\r\n{{"), true)
        }
        Fault::Nonsense { taken } => {
            Act::Say { text: "220 hello\r\n\r\n".to_owned(), taken, then_hang: false }
        }
        Fault::Dead => no(says.dead),
        Fault::BadMessage => no(says.bad_message),
        Fault::NotSignedIn => no(says.not_signed_in),
        Fault::Redirect => no("307 Temporary Redirect\nLocation: http://127.0.0.1:9/\n\n"),
        Fault::TooMany { retry_after: Some(span) } => {
            no(&format!("429 Too Many Requests\nRetry-After: {}\n\n", span.millis() / 1_000))
        }
        Fault::TooMany { retry_after: None } => no("429 Too Many Requests\n\n"),
        Fault::Unavailable => no("503 Service Unavailable\n\n"),
        Fault::Broken { taken } => {
            let text = whole("500 Internal Server Error\n\n");
            Act::Say { text, taken, then_hang: false }
        }
        Fault::None
        | Fault::Absent
        | Fault::MuteAtConnect
        | Fault::Untrusted
        | Fault::StopsReading
        | Fault::ClosesInBody => Act::Take,
    }
}

/// A status, headers and a body as an answer of HTTP.
fn whole(text: &str) -> String {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let head = head.replace('\n', "\r\n");
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn note(heard: &Mutex<Heard>, call: String, taken: bool, says: Says) {
    let mut heard = lock(heard);
    let lines = call.lines().take_while(|it| !it.is_empty());
    let key = says.key_header.and_then(|name| {
        let mut parts = lines.filter_map(|it| it.split_once(": "));
        parts.find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.to_owned())
    });
    heard.calls.push(call);
    if taken && key.is_none_or(|it| heard.keys.insert(it)) {
        heard.copies += 1;
    }
}

fn say(stream: &mut impl Write, text: &str) {
    // Whoever called may have had enough.
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).unwrap_or(());
}

/// Until the other side gives up.
fn hang(stream: &mut impl Read) {
    while stream.read(&mut [0; 64]).is_ok_and(|it| 0 < it) {}
}

/// With the connection open, for longer than anybody here waits; the thread ends with the tests.
fn hang_without_reading() {
    loop {
        thread::park();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
