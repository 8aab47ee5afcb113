//! How one record looks in a segment file.
//!
//! Header of 16 bytes, little endian, then the payload:
//! `length + 1` (so that zeros are never a record), `back` (bytes from the beginning of its group),
//! checksum of the header, checksum of the payload. The header's checksum covers the position in
//! the log as well, so that bytes of an earlier life or of another file never pass for a record,
//! and it covers the payload's checksum, so that looking for records among garbage costs one small
//! checksum per place and not one per megabyte.

use std::ops::Range;

/// An event is at most 32 KiB and a change made by the team is smaller than that; what is larger
/// does not belong into the log.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

pub const HEADER_BYTES: usize = 16;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decoded {
    /// The payload's place in the bytes, and the position at which the record's group began.
    Record {
        payload: Range<usize>,
        group: u64,
    },
    /// May be a record, if there were at least so many bytes.
    Incomplete {
        bytes_needed: usize,
    },
    Invalid,
}

/// Adds a record to `buffer`, to be stored at `position`.
pub fn encode(buffer: &mut Vec<u8>, payload: &[u8], position: u64, group: u64) {
    let length = payload.len() as u32 + 1;
    let back = (position - group) as u32;
    let payload_checksum = crc32fast::hash(payload);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&back.to_le_bytes());
    let checksum = header_checksum(position, length, back, payload_checksum);
    buffer.extend_from_slice(&checksum.to_le_bytes());
    buffer.extend_from_slice(&payload_checksum.to_le_bytes());
    buffer.extend_from_slice(payload);
}

/// Reads the record at the beginning of `bytes`, which were stored at `position`.
pub fn decode(bytes: &[u8], position: u64) -> Decoded {
    if bytes.len() < HEADER_BYTES {
        return Decoded::Incomplete { bytes_needed: HEADER_BYTES };
    }
    let word =
        |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let (length, back, checksum, payload_checksum) = (word(0), word(4), word(8), word(12));
    if length == 0
        || RECORD_BYTES_MAX < length as usize - 1
        || position < u64::from(back)
        || checksum != header_checksum(position, length, back, payload_checksum)
    {
        return Decoded::Invalid;
    }
    let end = HEADER_BYTES + length as usize - 1;
    let Some(payload) = bytes.get(HEADER_BYTES..end) else {
        return Decoded::Incomplete { bytes_needed: end };
    };
    if crc32fast::hash(payload) != payload_checksum {
        return Decoded::Invalid;
    }
    Decoded::Record { payload: HEADER_BYTES..end, group: position - u64::from(back) }
}

fn header_checksum(position: u64, length: u32, back: u32, payload_checksum: u32) -> u32 {
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&position.to_le_bytes());
    bytes[8..12].copy_from_slice(&length.to_le_bytes());
    bytes[12..16].copy_from_slice(&back.to_le_bytes());
    bytes[16..].copy_from_slice(&payload_checksum.to_le_bytes());
    crc32fast::hash(&bytes)
}
