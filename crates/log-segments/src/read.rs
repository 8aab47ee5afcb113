//! Reading durable records while others are being written.

use crate::disk::{io_error, segment_path};
use crate::record::{Decoded, HEADER_BYTES, decode};
use crate::writer::Shared;
use port::{LogError, LogPosition};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// One read from the disk: large enough that the call costs little per record.
const CHUNK_BYTES_MAX: u64 = 1024 * 1024;

/// A page of the disk; reading less costs the same.
const CHUNK_BYTES_MIN: u64 = 4096;

type Records = Vec<(LogPosition, Vec<u8>)>;

pub fn read(
    dir: &Path,
    shared: &Shared,
    from: u64,
    records_max: usize,
    bytes_max: usize,
) -> Result<Records, LogError> {
    let mut reader = Reader { records: Vec::new(), at: from, records_max, bytes_left: bytes_max };
    let durable_end = shared.durable_end();
    if durable_end < from {
        return Err(LogError::Corrupt {
            path: dir.display().to_string(),
            offset: from,
            what: format!("the log ends at {durable_end}, before the position that was asked for"),
        });
    }
    let trimmed = |at: u64| {
        let first = shared.first();
        (at < first).then_some(LogError::Trimmed { asked: at, first })
    };
    if let Some(error) = trimmed(from) {
        return Err(error);
    }
    while !reader.is_full() && reader.at < durable_end {
        let Some((base, next)) = shared.segment_of(reader.at) else {
            return Err(LogError::Corrupt {
                path: dir.display().to_string(),
                offset: reader.at,
                what: "no file holds this position".to_owned(),
            });
        };
        let stop = next.map_or(durable_end, |it| it.min(durable_end));
        match reader.read_segment(segment_path(dir, base), base, stop) {
            Ok(()) => {}
            // What was good is handed out first; the next call begins at the fault and says so.
            Err(_) if !reader.records.is_empty() => break,
            // The file may have been let go since it was looked up.
            Err(error) => return Err(trimmed(reader.at).unwrap_or(error)),
        }
    }
    Ok(reader.records)
}

struct Reader {
    records: Records,
    at: u64,
    records_max: usize,
    bytes_left: usize,
}

impl Reader {
    fn is_full(&self) -> bool {
        self.records_max <= self.records.len() || (self.bytes_left == 0 && !self.records.is_empty())
    }

    /// Reads on from `at` to the position `stop`, or until there is enough.
    fn read_segment(&mut self, path: PathBuf, base: u64, stop: u64) -> Result<(), LogError> {
        let mut file = File::open(&path).map_err(|it| io_error("open", &path, it))?;
        file.seek(SeekFrom::Start(self.at - base)).map_err(|it| io_error("read", &path, it))?;
        let headers = self.records_max.min(1024) as u64 * HEADER_BYTES as u64;
        let wanted = (self.bytes_left as u64).saturating_add(headers);
        let chunk_bytes = wanted.clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
        let mut bytes = Vec::new();
        while !self.is_full() && self.at < stop {
            // `bytes` begins at `at`: what is left of the last chunk, then the next one.
            let unread = stop - self.at - bytes.len() as u64;
            let chunk = chunk_bytes.min(unread);
            let got = (&mut file)
                .take(chunk)
                .read_to_end(&mut bytes)
                .map_err(|it| io_error("read", &path, it))?;
            let used = self.take_records(&bytes);
            let corrupt = |what: &str| LogError::Corrupt {
                path: path.display().to_string(),
                offset: self.at - base,
                what: what.to_owned(),
            };
            match (used, decode(&bytes[used..], self.at)) {
                (_, Decoded::Record { .. }) => {}
                (_, Decoded::Invalid) if self.is_full() => {}
                (_, Decoded::Invalid) => return Err(corrupt("no good record begins here")),
                (0, Decoded::Incomplete { .. }) if (got as u64) < chunk || unread == 0 => {
                    return Err(corrupt("the record is cut off"));
                }
                (_, Decoded::Incomplete { .. }) => {}
            }
            bytes.drain(..used);
        }
        Ok(())
    }

    /// Takes the whole records at the beginning of `bytes` and returns how many bytes they were.
    fn take_records(&mut self, bytes: &[u8]) -> usize {
        let mut used = 0;
        while !self.is_full() {
            let Decoded::Record { payload, .. } = decode(&bytes[used..], self.at) else { break };
            let record = bytes[used + payload.start..used + payload.end].to_vec();
            used += payload.end;
            self.at += payload.end as u64;
            self.bytes_left = self.bytes_left.saturating_sub(record.len());
            self.records.push((LogPosition(self.at), record));
        }
        used
    }
}
