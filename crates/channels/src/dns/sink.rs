//! A resolver on this machine that knows what it was told, for tests: of the records and of whoever
//! shows them.

use simple_dns::rdata::{A, MX, RData, TXT};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// Lines such as `_dmarc.shop.example TXT v=DMARC1; p=none`. A name that stands in none does not exist;
/// one with `SERVFAIL` cannot be found out about.
#[derive(Clone, Debug)]
struct Zone(Vec<(String, String, String)>);

/// A datagram without extensions (RFC 1035, 4.2.1); what is longer is asked for by stream.
const DATAGRAM_BYTES: usize = 512;

/// Answers for as long as the process lives.
pub fn start(zone: &str) -> std::io::Result<SocketAddr> {
    let lines = zone.lines().filter_map(|line| {
        let (name, rest) = line.trim().split_once(' ')?;
        let (kind, value) = rest.split_once(' ').unwrap_or((rest, ""));
        Some((name.to_owned(), kind.to_owned(), value.to_owned()))
    });
    let zone = Zone(lines.collect());
    // One number for both; another try where the other half is taken.
    let (datagrams, streams) = loop {
        let datagrams = UdpSocket::bind("127.0.0.1:0")?;
        match TcpListener::bind(datagrams.local_addr()?) {
            Ok(streams) => break (datagrams, streams),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    };
    let address = datagrams.local_addr()?;
    let of_streams = zone.clone();
    std::thread::spawn(move || by_datagram(&zone, &datagrams));
    std::thread::spawn(move || by_stream(&of_streams, &streams));
    Ok(address)
}

fn by_datagram(zone: &Zone, socket: &UdpSocket) {
    let mut bytes = [0; DATAGRAM_BYTES];
    while let Ok((length, peer)) = socket.recv_from(&mut bytes) {
        let Some(mut answer) = zone.answer(&bytes[..length]) else { continue };
        if DATAGRAM_BYTES < answer.len() {
            // Cut off, and says so.
            answer.truncate(12);
            answer[2] |= 0b10;
            answer[4..12].fill(0);
        }
        // Whoever asked may be gone.
        let _ = socket.send_to(&answer, peer);
    }
}

fn by_stream(zone: &Zone, listener: &TcpListener) {
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut length = [0; 2];
        if stream.read_exact(&mut length).is_err() {
            continue;
        }
        let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut bytes).is_err() {
            continue;
        }
        let Some(answer) = zone.answer(&bytes) else { continue };
        let length = u16::try_from(answer.len()).unwrap_or(u16::MAX).to_be_bytes();
        // Whoever asked may be gone.
        let _ = stream.write_all(&[&length[..], &answer].concat());
    }
}

impl Zone {
    fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        let asked = Packet::parse(query).ok()?;
        let question = asked.questions.first()?.clone();
        let name = question.qname.to_string();
        let of: Vec<_> = self.0.iter().filter(|it| it.0 == name).collect();
        let mut packet = Packet::new_reply(asked.id());
        packet.set_flags(PacketFlag::RECURSION_AVAILABLE);
        packet.questions.push(question.clone());
        if of.is_empty() {
            *packet.rcode_mut() = RCODE::NameError;
        }
        if of.iter().any(|it| it.1 == "SERVFAIL") {
            *packet.rcode_mut() = RCODE::ServerFailure;
        }
        for (_, kind, value) in &of {
            let data = match (kind.as_str(), question.qtype) {
                ("TXT", QTYPE::TYPE(TYPE::TXT)) => RData::TXT(TXT::try_from(value.as_str()).ok()?),
                ("MX", QTYPE::TYPE(TYPE::MX)) => {
                    let (preference, host) = value.split_once(' ')?;
                    let exchange = Name::new(host.trim_end_matches('.')).ok()?;
                    RData::MX(MX { preference: preference.parse().ok()?, exchange })
                }
                ("A", QTYPE::TYPE(TYPE::A)) => {
                    RData::A(A { address: value.parse::<Ipv4Addr>().ok()?.to_bits() })
                }
                _ => continue,
            };
            let name = question.qname.clone();
            packet.answers.push(ResourceRecord::new(name, CLASS::IN, 60, data));
        }
        packet.build_bytes_vec().ok()
    }
}
