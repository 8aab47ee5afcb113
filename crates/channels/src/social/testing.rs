//! Networks on this machine that do what they are told, for the contract of publishers.

use crate::http::form::{fields, plain};
use crate::http::testing::read_call;
use crate::http::{Http, HttpConfig};
use crate::social::{Reply, Trouble};
use crate::tls::testing::Encrypted;
use port::Publisher;
use port::contract::{Fate, Place};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// When posts that are published here stand: as the contract's orders are claimed.
pub const T0: i64 = 1_800_000_000_000;

/// What no answer may ever show.
pub const SECRET: &str = "hunter2-4711";

/// A call as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// A network's own way: what it does when all goes well, and how it says no.
pub trait FakeNetwork: Send + 'static {
    const KNOWS_KEYS: bool;
    /// Whether this call makes a post that people can see.
    fn publishes(&self, call: &Heard) -> bool;
    fn takes(&mut self, call: &Heard) -> Said;
    fn refuses(&self) -> Said;
    fn signs_out(&self) -> Said;
    fn posts(&self) -> usize;
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn form(&self) -> Vec<(String, String)> {
        fields(&self.body).unwrap_or_default()
    }

    /// Of the query, or of a form.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut all = self.query.iter().cloned().chain(self.form());
        all.find(|it| it.0 == name).map(|it| it.1)
    }

    pub fn fields(&self, name: &str) -> Vec<String> {
        self.query.iter().filter(|it| it.0 == name).map(|it| it.1.clone()).collect()
    }
}

impl Said {
    pub fn json(status: u16, body: Value) -> Said {
        Said { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    pub fn empty(status: u16) -> Said {
        Said { status, ..Said::default() }
    }
}

/// A network that listens, and what it does with calls that publish.
pub struct Running<N> {
    pub address: SocketAddr,
    pub network: Arc<Mutex<N>>,
    pub fate: Arc<Mutex<Fate>>,
    pub heard: Arc<Mutex<Vec<Heard>>>,
}

impl<N: FakeNetwork> Running<N> {
    pub fn start(network: N, fate: Fate) -> Running<N> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let network = Arc::new(Mutex::new(network));
        let running = Running {
            address,
            network,
            fate: Arc::new(Mutex::new(fate)),
            heard: Arc::new(Mutex::new(Vec::new())),
        };
        let (network, fate) = (Arc::clone(&running.network), Arc::clone(&running.fate));
        let heard = Arc::clone(&running.heard);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let Ok(call) = hear(&mut stream) else { continue };
                heard.lock().expect("calls").push(call.clone());
                let fate = *fate.lock().expect("a fate");
                answer(&mut stream, &mut *network.lock().expect("a network"), &call, fate);
            }
        });
        running
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls that came since it was last asked.
    pub fn calls(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock().expect("calls"))
    }

    /// A publisher's way here.
    pub fn http(&self) -> Http {
        Http::new(config(Fate::Takes))
    }
}

/// A publisher before this network, for the contract. `make` is given the network's address and the way
/// there.
pub fn place<N: FakeNetwork>(
    fate: Fate,
    network: N,
    make: impl FnOnce(String, Http) -> Box<dyn Publisher>,
) -> Place {
    let running = Running::start(network, fate);
    let (network, now) = (Arc::clone(&running.network), Arc::clone(&running.fate));
    let publisher = match fate {
        Fate::Untrusted => {
            let server = Encrypted::start(|tls| drop(tls.read(&mut [0; 1])));
            let url = format!("https://localhost:{}", server.address.port());
            make(url, Http::new(config(fate)))
        }
        Fate::Nowhere => {
            let nowhere = |_: &str, _: u16| Err(io::Error::from(ErrorKind::NotFound));
            let http = Http::resolving(config(fate), Box::new(nowhere));
            make("https://social.example".to_owned(), http)
        }
        _ => make(running.url(), Http::new(config(fate))),
    };
    Place {
        publisher,
        posts: Box::new(move || network.lock().expect("a network").posts()),
        recovers: Box::new(move || *now.lock().expect("a fate") = Fate::Takes),
        knows_keys: N::KNOWS_KEYS,
        secret: SECRET.to_owned(),
    }
}

/// What an adapter makes of this answer.
pub fn read<T>(
    status: u16,
    body: &str,
    read: impl Fn(Reply) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    read(Reply { status, body: body.into(), ..Reply::default() })
}

/// Where a picture of this size can be fetched, as often as somebody wants.
pub fn picture_server(width: u32, height: u32) -> String {
    let mut png = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 30]));
    picture.write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/boat.png", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            if hear(&mut stream).is_ok() {
                let said = Said { status: 200, headers: Vec::new(), body: png.get_ref().clone() };
                say(&mut stream, &said);
            }
        }
    });
    url
}

fn config(fate: Fate) -> HttpConfig {
    // Only somebody who drips is waited for.
    let time_max = if fate == Fate::Drips { 700 } else { 20_000 };
    HttpConfig {
        table: "social.test",
        allow: vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
        ca_file: None,
        time_max: Duration::from_millis(time_max),
    }
}

fn answer<N: FakeNetwork>(stream: &mut TcpStream, network: &mut N, call: &Heard, fate: Fate) {
    let publishes = network.publishes(call);
    let said = match fate {
        Fate::SignsOut => network.signs_out(),
        _ if !publishes => network.takes(call),
        Fate::Takes | Fate::Untrusted | Fate::Nowhere => network.takes(call),
        Fate::Refuses => network.refuses(),
        Fate::Limits(seconds) => {
            let headers = seconds.map(|it| ("retry-after", it.to_string())).into_iter().collect();
            Said { status: 429, headers, body: b"{}".to_vec() }
        }
        Fate::Fails(status) => Said { status, headers: Vec::new(), body: b"<html>".to_vec() },
        Fate::Redirects => {
            let headers = vec![("location", format!("http://127.0.0.1:1{}", call.path))];
            Said { status: 308, headers, body: Vec::new() }
        }
        Fate::Closes | Fate::Drips => {
            network.takes(call);
            if fate == Fate::Drips {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
                stream.write_all(head).unwrap_or(());
                // Returns when the other side has given up.
                while stream.read(&mut [0; 64]).is_ok_and(|it| 0 < it) {}
            }
            return;
        }
    };
    say(stream, &said);
}

/// Whoever called may have had enough.
fn say(stream: &mut TcpStream, said: &Said) {
    let length = said.body.len();
    let mut head = format!("HTTP/1.1 {} said\r\ncontent-length: {length}\r\n", said.status);
    for (name, value) in &said.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&said.body)).unwrap_or(());
}

fn hear(stream: &mut TcpStream) -> io::Result<Heard> {
    let (head, body) = read_call(stream)?;
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |it: &str| {
        let (name, value) = it.split_once(':').expect("a header");
        (name.to_ascii_lowercase(), value.trim().to_owned())
    };
    let query = fields(query.as_bytes()).expect("a query");
    let (method, path) = (method.to_owned(), plain(path).expect("a path"));
    Ok(Heard { method, path, query, headers: lines.map(header).collect(), body })
}
