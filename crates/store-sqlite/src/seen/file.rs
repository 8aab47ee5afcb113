//! The ids of one hour, sorted, in a file that never changes.
//!
//! One page of header, the ids, and then what is kept in memory: the filter and the fences. Header:
//! the magic, the number of ids, a checksum of the ids, one of the rest, and one of the header.

use super::{Frozen, Id};
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"fulseen1";
const HEADER_BYTES: usize = 28;
/// The ids begin on a page, so that a page of them is one read of one block.
const PAGE_BYTES: usize = 4096;
const PAGE_IDS: usize = PAGE_BYTES / 16;

/// Twelve bits an id: of unknown ids one in 300 is looked up in vain. Over the 168 hours of a week
/// that is half a read of a block per new event; at eight bits it would be three.
const FILTER_BITS: usize = 12;

/// One cache line. An id has one bit in each of the words of one block.
type Block = [u64; 8];

pub(crate) struct IdFile {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) count: u64,
    path: PathBuf,
    file: File,
    blocks: Vec<Block>,
    /// The first eight bytes of the first id of each page.
    fences: Vec<u64>,
}

pub(crate) fn file_name(first: i64) -> String {
    format!("{}.{}.ids", super::hour_of_place(first), first & 0xffff_ffff)
}

impl IdFile {
    /// Writes the file and makes it durable. A file of the same name that is there was written by a
    /// process that did not live to register it.
    pub(crate) fn write(dir: &Path, frozen: &Frozen) -> io::Result<IdFile> {
        let mut ids: Vec<Id> = frozen.ids.iter().copied().collect();
        ids.sort_unstable();
        let (blocks, fences) = (filter_of(&ids), fences_of(&ids));
        let tail = tail_bytes(&blocks, &fences);
        let path = dir.join(file_name(frozen.first));
        let partial = path.with_extension("partial");
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&partial)?);
        out.write_all(&header(&ids, &tail))?;
        for id in &ids {
            out.write_all(id)?;
        }
        out.write_all(&tail)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&partial, &path)?;
        File::open(dir)?.sync_all()?;
        let (first, last, count) = (frozen.first, frozen.last, ids.len() as u64);
        let file = File::open(&path)?;
        Ok(IdFile { first, last, count, path, file, blocks, fences })
    }

    /// Reads the filter; the ids stay on disk. An error of kind `InvalidData` is damage.
    pub(crate) fn open(dir: &Path, first: i64, last: i64, count: u64) -> io::Result<IdFile> {
        let path = dir.join(file_name(first));
        let mut file = File::open(&path)?;
        let mut header = [0; HEADER_BYTES];
        file.read_exact(&mut header)?;
        let stored_count = u64::from_le_bytes(array(&header[8..16]));
        let tail_crc = u32::from_le_bytes(array(&header[20..24]));
        let header_crc = u32::from_le_bytes(array(&header[24..28]));
        if &header[..8] != MAGIC || crc32fast::hash(&header[..24]) != header_crc {
            return Err(damaged("its header is not one"));
        }
        if stored_count != count {
            return Err(damaged(&format!("it holds {stored_count} ids instead of {count}")));
        }
        let ids_bytes = count.saturating_mul(16).saturating_add(PAGE_BYTES as u64);
        let length = file.metadata()?.len();
        let ids = usize::try_from(count).map_err(|_| damaged("it is too large"))?;
        if length < ids_bytes || length - ids_bytes != tail_length(ids) as u64 {
            return Err(damaged(&format!("it has {length} bytes")));
        }
        file.seek(SeekFrom::Start(ids_bytes))?;
        let mut tail = vec![0; tail_length(ids)];
        file.read_exact(&mut tail)?;
        if crc32fast::hash(&tail) != tail_crc {
            return Err(damaged("the checksum of its filter is wrong"));
        }
        let mut words = tail.chunks_exact(8).map(|it| u64::from_le_bytes(array(it)));
        let blocks = (0..block_count(ids))
            .map(|_| std::array::from_fn(|_| words.next().unwrap_or(u64::MAX)))
            .collect();
        let fences = words.collect();
        Ok(IdFile { first, last, count, path, file, blocks, fences })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// False means that the id is not in the file.
    pub(crate) fn may_hold(&self, probe: &Probe) -> bool {
        let words = &self.blocks[probe.block_of(self.blocks.len())];
        let missing = |range: std::ops::Range<usize>| {
            range.fold(0, |missing, i| missing | (!words[i] & probe.bits[i]))
        };
        // Half of the bits are set: four words turn away all but one in twenty.
        missing(0..4) == 0 && missing(4..8) == 0
    }

    /// Looks into the file: one page, unless many ids begin with the same eight bytes.
    pub(crate) fn holds(&self, id: &Id) -> io::Result<bool> {
        let prefix = prefix_of(id);
        let from = self.fences.partition_point(|it| *it < prefix).saturating_sub(1);
        let to = self.fences.partition_point(|it| *it <= prefix);
        let mut page = [0; PAGE_BYTES];
        for index in from..to {
            let ids = self.page(index, &mut page)?;
            if ids.binary_search(id).is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads everything: the order, the checksum, and that the filter lets every id through.
    pub(crate) fn check(&self) -> io::Result<()> {
        let mut header = [0; HEADER_BYTES];
        self.file.read_exact_at(&mut header, 0)?;
        let mut hasher = crc32fast::Hasher::new();
        let mut before: Option<Id> = None;
        let mut page = [0; PAGE_BYTES];
        for index in 0..self.fences.len() {
            for id in self.page(index, &mut page)? {
                if before.is_some_and(|it| *id <= it) {
                    return Err(damaged("its ids are not in order"));
                }
                if !self.may_hold(&Probe::of(id)) {
                    return Err(damaged("its filter does not know one of its ids"));
                }
                hasher.update(id);
                before = Some(*id);
            }
        }
        if hasher.finalize() != u32::from_le_bytes(array(&header[16..20])) {
            return Err(damaged("the checksum of its ids is wrong"));
        }
        Ok(())
    }

    fn page<'a>(&self, index: usize, buffer: &'a mut [u8; PAGE_BYTES]) -> io::Result<&'a [Id]> {
        let before = (index * PAGE_IDS) as u64;
        let count = usize::try_from(self.count - before).map_or(PAGE_IDS, |it| it.min(PAGE_IDS));
        let bytes = &mut buffer[..count * 16];
        self.file.read_exact_at(bytes, PAGE_BYTES as u64 + before * 16)?;
        Ok(bytes.as_chunks::<16>().0)
    }
}

fn header(ids: &[Id], tail: &[u8]) -> [u8; PAGE_BYTES] {
    let mut hasher = crc32fast::Hasher::new();
    for id in ids {
        hasher.update(id);
    }
    let mut header = [0; PAGE_BYTES];
    header[..8].copy_from_slice(MAGIC);
    header[8..16].copy_from_slice(&(ids.len() as u64).to_le_bytes());
    header[16..20].copy_from_slice(&hasher.finalize().to_le_bytes());
    header[20..24].copy_from_slice(&crc32fast::hash(tail).to_le_bytes());
    let crc = crc32fast::hash(&header[..24]);
    header[24..28].copy_from_slice(&crc.to_le_bytes());
    header
}

fn filter_of(ids: &[Id]) -> Vec<Block> {
    let mut blocks = vec![Block::default(); block_count(ids.len())];
    let count = blocks.len();
    for id in ids {
        let probe = Probe::of(id);
        for (word, bit) in blocks[probe.block_of(count)].iter_mut().zip(probe.bits) {
            *word |= bit;
        }
    }
    blocks
}

fn fences_of(ids: &[Id]) -> Vec<u64> {
    ids.chunks(PAGE_IDS).map(|page| prefix_of(&page[0])).collect()
}

fn tail_bytes(blocks: &[Block], fences: &[u64]) -> Vec<u8> {
    blocks.iter().flatten().chain(fences).flat_map(|it| it.to_le_bytes()).collect()
}

fn tail_length(ids: usize) -> usize {
    block_count(ids) * size_of::<Block>() + ids.div_ceil(PAGE_IDS) * 8
}

fn block_count(ids: usize) -> usize {
    (ids * FILTER_BITS).div_ceil(size_of::<Block>() * 8).max(1)
}

/// Where filters look for an id, which is a hash already: some of its bits choose the block, others
/// the bit in each word.
pub(crate) struct Probe {
    low: u64,
    bits: Block,
}

impl Probe {
    pub(crate) fn of(id: &Id) -> Probe {
        let high = prefix_of(id);
        let bits = std::array::from_fn(|i| 1 << ((high >> (6 * i)) & 63));
        Probe { low: u64::from(u32::from_le_bytes(array(&id[8..12]))), bits }
    }

    fn block_of(&self, blocks: usize) -> usize {
        ((self.low * blocks as u64) >> 32) as usize
    }
}

/// In the order of the ids themselves.
fn prefix_of(id: &Id) -> u64 {
    u64::from_be_bytes(array(&id[..8]))
}

/// Of a slice whose length is known at the call.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
