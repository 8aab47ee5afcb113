//! One connection that is signed in: whoever sends writes to it, and a thread of its own reads.

use super::frames::{Frame, Frames, Head, NotSmpp, written};
use super::receipt;
use super::response::{NOT_NOW, OK};
use crate::callbacks::Heard;
use crate::wire::Wire;
use rusmpp_core::pdus::owned::{DeliverSm, DeliverSmResp, Pdu, SubmitSm};
use rusmpp_core::types::owned::COctetString;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// The commands that come in (SMPP 3.4, 5.1.2.1).
const GENERIC_NACK: u32 = 0x8000_0000;
const SUBMIT_RESP: u32 = 0x8000_0004;
const DELIVER: u32 = 0x0000_0005;
const UNBIND: u32 = 0x0000_0006;
const ENQUIRE: u32 = 0x0000_0015;
/// Begins the commands that answer others.
const RESPONSE: u32 = 0x8000_0000;

/// What is said to a command that is not carried out here.
const INVALID_COMMAND: u32 = 0x03;

/// What cannot be read is not to be told again.
const NEVER: u32 = 0x65;

/// The highest number of a command; after it they begin anew.
const SEQUENCE_MAX: u32 = 0x7FFF_FFFF;

const READ_BYTES: usize = 16 * 1024;

pub(super) struct Link {
    wire: Mutex<Wire>,
    /// Of the same connection, to end it.
    socket: TcpStream,
    waiting: Mutex<BTreeMap<u32, Waiting>>,
    sequence: AtomicU32,
    open: AtomicBool,
}

/// A message without an answer.
struct Waiting {
    tell: Sender<(u32, String)>,
    /// From an answer that has begun.
    status: Option<u32>,
}

/// What came of handing a message over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Submitted {
    /// Status and id.
    Answered(u32, String),
    /// It may have arrived.
    Silent(&'static str),
    /// The connection had ended before.
    Unsent,
}

impl Link {
    /// `frames` is what was read and not used while signing in.
    pub fn open(
        wire: Wire,
        frames: Frames,
        enquire: Duration,
        answer: Duration,
        heard: SyncSender<Heard>,
    ) -> io::Result<Arc<Link>> {
        let reader = wire.socket().try_clone()?;
        let socket = wire.socket().try_clone()?;
        // A lock on the wire is never held longer.
        socket.set_write_timeout(Some(answer))?;
        reader.set_read_timeout(Some(enquire))?;
        let link = Arc::new(Link {
            wire: Mutex::new(wire),
            socket,
            waiting: Mutex::default(),
            sequence: AtomicU32::new(1),
            open: AtomicBool::new(true),
        });
        let read = Reader { link: link.clone(), socket: reader, frames, heard };
        std::thread::Builder::new().name("smpp".to_owned()).spawn(move || read.run())?;
        Ok(link)
    }

    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Hands one message over and waits for its answer.
    pub fn submit(&self, submit: SubmitSm, wait: Duration) -> Submitted {
        let sequence = self.next_sequence();
        let (tell, told): (_, Receiver<(u32, String)>) = channel();
        lock(&self.waiting).insert(sequence, Waiting { tell, status: None });
        if !self.is_open() {
            lock(&self.waiting).remove(&sequence);
            return Submitted::Unsent;
        }
        if self.write(&written(OK, sequence, submit)).is_err() {
            self.close();
        }
        let heard = told.recv_timeout(wait);
        let waited = lock(&self.waiting).remove(&sequence);
        match (heard, waited.and_then(|it| it.status)) {
            (Ok((status, id)), _) => Submitted::Answered(status, id),
            // The answer has begun and does not end: what it says is said.
            (Err(_), Some(status)) => Submitted::Answered(status, String::new()),
            (Err(RecvTimeoutError::Timeout), None) => Submitted::Silent("no answer in time"),
            (Err(RecvTimeoutError::Disconnected), None) => Submitted::Silent("connection lost"),
        }
    }

    /// Says goodbye, if anybody listens, and ends the connection.
    pub fn close(&self) {
        if self.open.swap(false, Ordering::AcqRel) {
            let goodbye = written(OK, self.next_sequence(), Pdu::Unbind);
            self.write(&goodbye).unwrap_or(());
        }
        self.socket.shutdown(Shutdown::Both).unwrap_or(());
        self.forget();
    }

    /// Lets go of all who wait, but for those whose answer has begun.
    fn forget(&self) {
        let mut waiting = lock(&self.waiting);
        for it in waiting.values_mut() {
            // Without its sender the receiver hears that nothing will come.
            it.tell = channel().0;
        }
    }

    fn next_sequence(&self) -> u32 {
        let next = |it: u32| Some(if it < SEQUENCE_MAX { it + 1 } else { 1 });
        let last = self.sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        last.unwrap_or(1)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match &mut *lock(&self.wire) {
            Wire::Plain(stream) => stream.write_all(bytes),
            Wire::Tls(stream) => {
                stream.conn.writer().write_all(bytes)?;
                while stream.conn.wants_write() {
                    stream.conn.write_tls(&mut stream.sock)?;
                }
                Ok(())
            }
        }
    }

    /// What the bytes from the socket say, decrypted.
    fn plain(&self, mut bytes: &[u8]) -> io::Result<Vec<u8>> {
        match &mut *lock(&self.wire) {
            Wire::Plain(_) => Ok(bytes.to_vec()),
            Wire::Tls(stream) => {
                let mut plain = Vec::new();
                loop {
                    match stream.conn.reader().read_to_end(&mut plain) {
                        Ok(_) => return Ok(plain),
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                    }
                    if bytes.is_empty() {
                        break;
                    }
                    stream.conn.read_tls(&mut bytes)?;
                    stream.conn.process_new_packets().map_err(io::Error::other)?;
                }
                while stream.conn.wants_write() {
                    stream.conn.write_tls(&mut stream.sock)?;
                }
                Ok(plain)
            }
        }
    }
}

struct Reader {
    link: Arc<Link>,
    socket: TcpStream,
    frames: Frames,
    heard: SyncSender<Heard>,
}

impl Reader {
    fn run(mut self) {
        let why = self.read().unwrap_or("the carrier closed the connection");
        if self.link.is_open() {
            tracing::warn!(why, "smpp: the connection ended and is made anew");
        }
        self.link.close();
    }

    /// Until the connection ends; says why, where it was not the carrier who ended it.
    fn read(&mut self) -> Option<&'static str> {
        let mut bytes = vec![0; READ_BYTES];
        // Whether they were asked and have said nothing since.
        let mut asked = false;
        // Whatever was decrypted while signing in comes first.
        let mut fresh = self.link.plain(&[]).ok()?;
        loop {
            self.frames.push(&fresh);
            loop {
                match self.frames.next_frame() {
                    Ok(Some(frame)) => self.take(frame),
                    Ok(None) => break,
                    Err(NotSmpp) => return Some("what came is not SMPP"),
                }
            }
            self.note_begun();
            fresh = match self.socket.read(&mut bytes) {
                Ok(0) => return None,
                Ok(length) => {
                    asked = false;
                    self.link.plain(&bytes[..length]).ok()?
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => Vec::new(),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    if asked {
                        return Some("nobody answered whether they are there");
                    }
                    asked = true;
                    let enquire = written(OK, self.link.next_sequence(), Pdu::EnquireLink);
                    self.link.write(&enquire).ok()?;
                    Vec::new()
                }
                Err(_) => return Some("it cannot be read"),
            };
        }
    }

    /// An answer whose head is there counts, even if its end never comes.
    fn note_begun(&self) {
        let Some(Head { id: SUBMIT_RESP, status, sequence }) = self.frames.head() else { return };
        if let Some(it) = lock(&self.link.waiting).get_mut(&sequence) {
            it.status = Some(status);
        }
    }

    fn take(&self, frame: Frame) {
        let Frame { head: Head { id, status, sequence }, pdu } = frame;
        match id {
            SUBMIT_RESP => {
                let id = match &pdu {
                    Some(Pdu::SubmitSmResp(it)) => it.message_id().as_str().to_owned(),
                    _ => String::new(),
                };
                self.answered(sequence, status, id);
            }
            // A no, whatever its status says.
            GENERIC_NACK => {
                let status = if status == OK { INVALID_COMMAND } else { status };
                self.answered(sequence, status, String::new());
            }
            DELIVER => self.deliver(sequence, pdu),
            ENQUIRE => self.say(&written(OK, sequence, Pdu::EnquireLinkResp)),
            UNBIND => {
                self.say(&written(OK, sequence, Pdu::UnbindResp));
                self.link.close();
            }
            id if RESPONSE <= id => {}
            _ => self.say(&written(INVALID_COMMAND, sequence, Pdu::GenericNack)),
        }
    }

    fn answered(&self, sequence: u32, status: u32, id: String) {
        if let Some(it) = lock(&self.link.waiting).get(&sequence) {
            // Who waits no longer has said what that means.
            it.tell.send((status, id)).unwrap_or(());
        }
    }

    fn deliver(&self, sequence: u32, pdu: Option<Pdu>) {
        let deliver: Option<DeliverSm> = match pdu {
            Some(Pdu::DeliverSm(it)) => Some(it),
            _ => None,
        };
        let Some(deliver) = deliver else {
            tracing::warn!("smpp: something came that cannot be read");
            return self.say(&delivered(NEVER, sequence));
        };
        let Some(callback) = receipt::read(&deliver) else {
            tracing::warn!("smpp: a receipt names no message");
            return self.say(&delivered(OK, sequence));
        };
        let link: Weak<Link> = Arc::downgrade(&self.link);
        let answer = move |stored: bool| {
            let status = if stored { OK } else { NOT_NOW };
            if let Some(link) = link.upgrade() {
                link.write(&delivered(status, sequence)).unwrap_or(());
            }
        };
        if self.heard.try_send(Heard::new(callback, answer)).is_err() {
            // Nobody listens, or not fast enough.
            self.say(&delivered(NOT_NOW, sequence));
        }
    }

    /// Whoever reads next finds out if it cannot be said.
    fn say(&self, bytes: &[u8]) {
        self.link.write(bytes).unwrap_or(());
    }
}

fn delivered(status: u32, sequence: u32) -> Vec<u8> {
    written(status, sequence, DeliverSmResp::new(COctetString::null(), Vec::new()))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
