//! Where one command ends and the next begins, and what its head says (SMPP 3.4, 3.2). Pure.
//!
//! The head is read here, so that an answer counts even where its body cannot be read.

use bytes::BytesMut;
use rusmpp_core::command::owned::Command;
use rusmpp_core::decode::owned::DecodeWithLength as _;
use rusmpp_core::encode::Length as _;
use rusmpp_core::encode::owned::Encode as _;
use rusmpp_core::pdus::owned::Pdu;

/// The largest text in one command has 64 KiB; the largest command that we read is nearly empty.
pub const FRAME_BYTES_MAX: usize = 70 * 1024;

const HEAD_BYTES: usize = 16;

/// The head of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub id: u32,
    pub status: u32,
    pub sequence: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub head: Head,
    /// None where it has none, or one that cannot be read.
    pub pdu: Option<Pdu>,
}

/// What was read and not yet used.
#[derive(Debug, Default)]
pub struct Frames {
    unread: Vec<u8>,
}

/// The other side does not speak this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSmpp;

impl Frames {
    pub fn push(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// The next whole command.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, NotSmpp> {
        let Some(length) = self.unread.first_chunk::<4>().map(|it| u32::from_be_bytes(*it)) else {
            return Ok(None);
        };
        let length = usize::try_from(length).map_err(|_| NotSmpp)?;
        if !(HEAD_BYTES..=FRAME_BYTES_MAX).contains(&length) {
            return Err(NotSmpp);
        }
        if self.unread.len() < length {
            return Ok(None);
        }
        let Some(head) = self.head() else { return Ok(None) };
        let frame: Vec<u8> = self.unread.drain(..length).collect();
        let mut bytes = BytesMut::from(&frame[4..]);
        let read = Command::decode(&mut bytes, frame.len() - 4);
        let pdu = read.ok().and_then(|it| it.0.pdu().cloned());
        Ok(Some(Frame { head, pdu }))
    }

    /// The head of what has begun.
    pub fn head(&self) -> Option<Head> {
        let number = |at: usize| {
            let bytes = self.unread.get(at..at + 4)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?))
        };
        Some(Head { id: number(4)?, status: number(8)?, sequence: number(12)? })
    }
}

/// A command as it goes over the wire.
pub fn written(status: u32, sequence: u32, pdu: impl Into<Pdu>) -> Vec<u8> {
    let command = Command::new(status.into(), sequence, pdu);
    let length = 4 + command.length();
    let mut bytes = BytesMut::with_capacity(length);
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    command.encode(&mut bytes);
    bytes.to_vec()
}
