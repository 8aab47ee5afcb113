//! Asks one resolver for the records of a name. It asks the one that was set and nobody else, so what it
//! may ask for needs no guard; how long it waits and how much it reads is bounded.

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// A resolver that is well answers in far less; a page waits for it.
const ANSWER_WAIT: Duration = Duration::from_secs(3);
/// A datagram may be lost.
const TRIES: usize = 2;
/// A datagram without extensions is at most 512; some send more anyway.
const DATAGRAM_BYTES_MAX: usize = 4_096;

/// Which records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Txt,
    Mx,
    /// A and AAAA.
    Address,
}

#[derive(Clone, Copy, Debug)]
pub struct Resolver {
    server: SocketAddr,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Txt => "TXT",
            Kind::Mx => "MX",
            Kind::Address => "A or AAAA",
        }
    }
}

impl Resolver {
    pub fn new(server: SocketAddr) -> Resolver {
        Resolver { server }
    }

    /// The values as text; none where the name has no such record. The error says why nothing is known.
    pub fn ask(&self, name: &str, kind: Kind) -> Result<Vec<String>, String> {
        match kind {
            Kind::Txt => self.one(name, TYPE::TXT),
            Kind::Mx => self.one(name, TYPE::MX),
            Kind::Address => {
                let mut found = self.one(name, TYPE::A)?;
                found.extend(self.one(name, TYPE::AAAA)?);
                Ok(found)
            }
        }
    }

    fn one(&self, name: &str, kind: TYPE) -> Result<Vec<String>, String> {
        let query = query(name, kind)?;
        let mut last = String::new();
        for _ in 0..TRIES {
            match self.by_datagram(&query) {
                Ok(answer) => {
                    let whole = match is_cut(&answer) {
                        true => self.by_stream(&query).map_err(|it| self.silent(&it))?,
                        false => answer,
                    };
                    return read(&whole, name, kind);
                }
                Err(error) => last = self.silent(&error),
            }
        }
        Err(last)
    }

    fn silent(&self, error: &std::io::Error) -> String {
        format!("the resolver {} does not answer ({})", self.server, error.kind())
    }

    fn by_datagram(&self, query: &[u8]) -> std::io::Result<Vec<u8>> {
        let any: SocketAddr = match self.server {
            SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
            SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
        };
        let socket = UdpSocket::bind(any)?;
        socket.set_read_timeout(Some(ANSWER_WAIT))?;
        // Only this peer is heard from now on.
        socket.connect(self.server)?;
        socket.send(query)?;
        let mut bytes = vec![0; DATAGRAM_BYTES_MAX];
        let length = socket.recv(&mut bytes)?;
        bytes.truncate(length);
        match bytes.get(..2) == query.get(..2) {
            true => Ok(bytes),
            false => Err(std::io::ErrorKind::InvalidData.into()),
        }
    }

    /// What does not fit into a datagram (RFC 7766): each message with its length before it.
    fn by_stream(&self, query: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&self.server, ANSWER_WAIT)?;
        stream.set_read_timeout(Some(ANSWER_WAIT))?;
        stream.set_write_timeout(Some(ANSWER_WAIT))?;
        let length = u16::try_from(query.len()).map_err(|_| std::io::ErrorKind::InvalidInput)?;
        stream.write_all(&[&length.to_be_bytes(), query].concat())?;
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut bytes)?;
        match bytes.get(..2) == query.get(..2) {
            true => Ok(bytes),
            false => Err(std::io::ErrorKind::InvalidData.into()),
        }
    }
}

fn query(name: &str, kind: TYPE) -> Result<Vec<u8>, String> {
    let wrong = |_| format!("`{name}` is no name of the DNS");
    let mut id = [0; 2];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut id)
        .map_err(|_| "the system gives no random number".to_owned())?;
    let mut packet = Packet::new_query(u16::from_be_bytes(id));
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let (kind, class) = (QTYPE::TYPE(kind), QCLASS::CLASS(CLASS::IN));
    packet.questions.push(Question::new(Name::new(name).map_err(wrong)?, kind, class, false));
    packet.build_bytes_vec().map_err(wrong)
}

fn is_cut(answer: &[u8]) -> bool {
    // The bit TC of the header, which is there even where the rest cannot be read.
    answer.get(2).is_some_and(|it| it & 0b10 != 0)
}

fn read(answer: &[u8], name: &str, kind: TYPE) -> Result<Vec<String>, String> {
    let packet =
        Packet::parse(answer).map_err(|_| "the resolver's answer cannot be read".to_owned())?;
    match packet.rcode() {
        RCODE::NoError => {}
        RCODE::NameError => return Ok(Vec::new()),
        RCODE::ServerFailure => {
            return Err(format!("the resolver could not find out about {name}"));
        }
        RCODE::Refused => return Err("the resolver refuses to answer us".to_owned()),
        _ => return Err(format!("the resolver could not answer about {name}")),
    }
    let mut found: Vec<String> = Vec::new();
    for record in packet.answers {
        match (record.rdata, kind) {
            // Its strings are one text; what is none is no record of ours.
            (RData::TXT(it), TYPE::TXT) => found.extend(String::try_from(it).ok()),
            (RData::MX(it), TYPE::MX) => {
                found.push(format!("{} {}", it.preference, dotted(&it.exchange.to_string())));
            }
            (RData::A(it), TYPE::A) => {
                found.push(std::net::Ipv4Addr::from(it.address).to_string());
            }
            (RData::AAAA(it), TYPE::AAAA) => {
                found.push(std::net::Ipv6Addr::from(it.address).to_string());
            }
            // Aliases on the way, which the resolver has followed.
            _ => {}
        }
    }
    Ok(found)
}

/// The root is a dot.
fn dotted(name: &str) -> String {
    if name.is_empty() { ".".to_owned() } else { name.to_owned() }
}
