//! The pages of one column in one row group, decompressed within limits.
//!
//! Headers are believed only as far as the file can bear them out: what a page holds is allocated as
//! it comes, so that a small file cannot ask for a large memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use super::delta;
use super::footer::{Chunk, Stored};
use super::schema::FileColumn;
use super::thrift::{Kind, Thrift};
use super::values::joined;

/// Writers make pages of about a megabyte; some make one of a whole row group.
const PAGE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Runs of one value take next to no bytes, so their number needs a limit of its own.
const PAGE_VALUES_MAX: u64 = 64 * 1024 * 1024;

/// Headers hold the smallest and the largest value, which may be long text.
const HEADER_BYTES_MAX: usize = 16 * 1024 * 1024;
const HEADER_BYTES_USUAL: usize = 2 * 1024;

/// A file that several threads read from.
pub struct Shared {
    file: Mutex<File>,
    pub bytes: u64,
    /// Whether pages are held against their checksums, where they have any.
    checked: bool,
}

impl Shared {
    pub fn new(file: File) -> std::io::Result<Shared> {
        let bytes = file.metadata()?.len();
        Ok(Shared { file: Mutex::new(file), bytes, checked: false })
    }

    /// The same, with pages held against the checksums that our own writer gives them. Those of other
    /// programs are passed over by [`Shared::new`]: some had them wrong.
    pub fn checked(file: File) -> std::io::Result<Shared> {
        Ok(Shared { checked: true, ..Shared::new(file)? })
    }

    /// As many of `length` bytes as there are from `at` on.
    pub fn read(&self, at: u64, length: usize) -> std::io::Result<Vec<u8>> {
        let length = (self.bytes.saturating_sub(at)).min(length as u64);
        let mut bytes = Vec::with_capacity(length as usize);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.by_ref().take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What a column has in one row group.
pub struct Pages {
    file: Arc<Shared>,
    at: u64,
    /// Bytes of the column that were not read yet.
    left: u64,
    codec: i64,
    stored: Stored,
    nullable: bool,
}

/// Decompressed, with differences written out.
pub enum Page {
    Dictionary {
        body: Vec<u8>,
        values: usize,
    },
    Data {
        body: Vec<u8>,
        /// How many rows, nulls among them.
        rows: usize,
        /// Where it says which rows are null; nothing where none can be.
        levels: Option<(usize, usize)>,
        /// Where the values begin.
        values_at: usize,
        form: Form,
    },
}

/// How the values of a page are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One after the other.
    Plain,
    /// As numbers of a dictionary.
    Numbers,
    /// Booleans in runs.
    Runs,
}

/// Why a column cannot be read.
pub type Result<T> = std::result::Result<T, String>;

impl Pages {
    pub fn of(file: Arc<Shared>, chunk: &Chunk, column: &FileColumn) -> Result<Pages> {
        // Some writers put 0 where there is no dictionary.
        let dictionary = Some(chunk.dictionary_at).filter(|at| (1..chunk.data_at).contains(at));
        let begin = u64::try_from(dictionary.unwrap_or(chunk.data_at)).ok();
        let length = u64::try_from(chunk.bytes).ok();
        let (Some(at), Some(left)) = (begin, length) else {
            return problem("the place of the column is below 0");
        };
        if chunk.elsewhere {
            return problem("it is in another file, or encrypted");
        }
        if at.checked_add(left).is_none_or(|end| file.bytes < end) {
            return problem("the column ends after the file: is the file whole?");
        }
        let (stored, nullable) = (column.stored, column.nullable);
        Ok(Pages { file, at, left, codec: chunk.codec, stored, nullable })
    }

    /// The next page, or nothing at the end.
    pub fn next_page(&mut self) -> Result<Option<Page>> {
        loop {
            if self.left == 0 {
                return Ok(None);
            }
            let header = self.header()?;
            let (compressed, bytes) = (header.compressed, header.bytes);
            if self.left < compressed {
                return problem("a page ends after its column");
            }
            if PAGE_BYTES_MAX < bytes || PAGE_BYTES_MAX < compressed {
                return Err(format!(
                    "a page holds {bytes} bytes, more than the {PAGE_BYTES_MAX} that are read at \
                     once; write smaller pages or row groups"
                ));
            }
            let body = self.read(compressed as usize)?;
            if (body.len() as u64) < compressed {
                return problem("a page ends after the file: is the file whole?");
            }
            (self.at, self.left) = (self.at + compressed, self.left - compressed);
            if self.file.checked && header.checksum.is_some_and(|it| it != crc32fast::hash(&body)) {
                return problem("a page has another checksum than it says");
            }
            match header.kind {
                Header::DATA => return self.data(&header, body).map(Some),
                Header::DATA_2 => return self.data_2(&header, body).map(Some),
                Header::DICTIONARY => return self.dictionary(&header, body).map(Some),
                // It holds no values of the column.
                _ => {}
            }
        }
    }

    /// Passes over the next page if it has at most so many rows, and says how many it had.
    pub fn pass(&mut self, rows_max: u64) -> Result<Option<u64>> {
        if self.left == 0 {
            return Ok(None);
        }
        let place = (self.at, self.left);
        let header = self.header()?;
        let rows = match (header.kind, &header.data, &header.data_2) {
            (Header::DATA, Some(data), _) => u64::try_from(data.values).ok(),
            (Header::DATA_2, _, Some(data)) => u64::try_from(data.values).ok(),
            _ => None,
        };
        match rows.filter(|it| *it <= rows_max && header.compressed <= self.left) {
            Some(rows) => {
                self.at += header.compressed;
                self.left -= header.compressed;
                Ok(Some(rows))
            }
            None => {
                (self.at, self.left) = place;
                Ok(None)
            }
        }
    }

    fn read(&self, length: usize) -> Result<Vec<u8>> {
        self.file.read(self.at, length).map_err(|error| error.to_string())
    }

    /// Reads the header at hand and passes over it.
    fn header(&mut self) -> Result<Header> {
        let mut length = HEADER_BYTES_USUAL;
        loop {
            let wanted = length.min(usize::try_from(self.left).unwrap_or(length));
            let bytes = self.read(wanted)?;
            let mut thrift = Thrift::new(&bytes);
            if let Some(header) = Header::read(&mut thrift) {
                let taken = thrift.at() as u64;
                (self.at, self.left) = (self.at + taken, self.left - taken);
                return Ok(header);
            }
            if wanted < length || HEADER_BYTES_MAX <= length {
                return problem("the header of a page is damaged");
            }
            length *= 8;
        }
    }

    fn dictionary(&self, header: &Header, body: Vec<u8>) -> Result<Page> {
        let Some(data) = &header.dictionary else { return problem("a page has no header") };
        let body = decompressed(self.codec, body, header.bytes)?;
        if !matches!(data.encoding, PLAIN | PLAIN_DICTIONARY) {
            return problem("a dictionary is encoded in a way that cannot be read");
        }
        Ok(Page::Dictionary { body, values: count(data.values)? })
    }

    fn data(&self, header: &Header, body: Vec<u8>) -> Result<Page> {
        let Some(data) = &header.data else { return problem("a page has no header") };
        let body = decompressed(self.codec, body, header.bytes)?;
        if !self.nullable {
            return self.page(body, count(data.values)?, None, 0, data.encoding);
        }
        if data.definition_encoding != RLE {
            return problem("which rows are null is written in a way that cannot be read");
        }
        let length = body.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize);
        let end = length.and_then(|length| length.checked_add(4)).filter(|it| *it <= body.len());
        let Some(end) = end else { return problem("a page is damaged") };
        self.page(body, count(data.values)?, Some((4, end)), end, data.encoding)
    }

    fn data_2(&self, header: &Header, mut body: Vec<u8>) -> Result<Page> {
        let Some(data) = &header.data_2 else { return problem("a page has no header") };
        let (definition, repetition) =
            (count(data.definition_bytes)?, count(data.repetition_bytes)?);
        let levels = definition + repetition;
        if body.len() < levels || header.bytes < levels as u64 {
            return problem("a page is damaged");
        }
        if data.compressed && self.codec != UNCOMPRESSED {
            let rest = body.split_off(levels);
            body.append(&mut decompressed(self.codec, rest, header.bytes - levels as u64)?);
        }
        let place = self.nullable.then_some((repetition, levels));
        self.page(body, count(data.values)?, place, levels, data.encoding)
    }

    /// Differences are written out here.
    fn page(
        &self,
        mut body: Vec<u8>,
        rows: usize,
        levels: Option<(usize, usize)>,
        mut values_at: usize,
        encoding: i64,
    ) -> Result<Page> {
        let rewritten = match encoding {
            // A page of nulls holds nothing.
            _ if values_at == body.len() => None,
            delta::PACKED | delta::LENGTHS | delta::SHARED => {
                let room = PAGE_BYTES_MAX as usize;
                Some(delta::plain(encoding, &body[values_at..], self.stored, rows, room))
            }
            BYTE_STREAM_SPLIT => Some(joined(self.stored, &body[values_at..])),
            _ => None,
        };
        match rewritten {
            None => {}
            Some(None) => return problem("a page is damaged"),
            Some(Some(mut plain)) => {
                body.truncate(values_at);
                body.append(&mut plain);
            }
        }
        let form = match encoding {
            PLAIN | delta::PACKED | delta::LENGTHS | delta::SHARED | BYTE_STREAM_SPLIT => {
                Form::Plain
            }
            PLAIN_DICTIONARY | RLE_DICTIONARY => Form::Numbers,
            RLE if self.stored == Stored::Bool => {
                // How long they are, which the page says too.
                values_at = (values_at + 4).min(body.len());
                Form::Runs
            }
            _ => return Err(format!("the encoding number {encoding} cannot be read")),
        };
        Ok(Page::Data { body, rows, levels, values_at, form })
    }
}

/// Numbers that the format gives to encodings and codecs.
const PLAIN: i64 = 0;
const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
const RLE_DICTIONARY: i64 = 8;
const BYTE_STREAM_SPLIT: i64 = 9;
const UNCOMPRESSED: i64 = 0;

fn problem<T>(message: &str) -> Result<T> {
    Err(message.to_owned())
}

fn count(number: i64) -> Result<usize> {
    match u64::try_from(number) {
        Ok(number) if number <= PAGE_VALUES_MAX => Ok(number as usize),
        _ => problem("a page says that it has an impossible number of values"),
    }
}

fn decompressed(codec: i64, body: Vec<u8>, bytes: u64) -> Result<Vec<u8>> {
    const CODECS: [&str; 8] =
        ["nothing", "snappy", "gzip", "lzo", "brotli", "an older lz4", "zstd", "lz4"];
    let damaged = |error: &dyn std::fmt::Display| format!("a page cannot be decompressed: {error}");
    let room = bytes as usize;
    let found = match codec {
        UNCOMPRESSED => body,
        // A page without any value may be left out.
        _ if bytes == 0 => Vec::new(),
        1 => {
            let says = snap::raw::decompress_len(&body).map_err(|error| damaged(&error))?;
            if says != room {
                return problem("a page has another length than it says");
            }
            snap::raw::Decoder::new().decompress_vec(&body).map_err(|error| damaged(&error))?
        }
        2 => whole(flate2::read::MultiGzDecoder::new(&body[..]), bytes)
            .map_err(|error| damaged(&error))?,
        6 => zstd::stream::read::Decoder::new(&body[..])
            .and_then(|decoder| whole(decoder, bytes))
            .map_err(|error| damaged(&error))?,
        // A byte of it stands for at most 255.
        7 if (body.len() as u64).saturating_mul(256) < bytes => {
            return problem("a page has another length than it says");
        }
        7 => lz4_flex::block::decompress(&body, room).map_err(|error| damaged(&error))?,
        other => {
            let name = usize::try_from(other).ok().and_then(|it| CODECS.get(it));
            return Err(format!(
                "it is compressed with {}, which cannot be read; write it with zstd or snappy",
                name.unwrap_or(&"something unknown")
            ));
        }
    };
    match found.len() == room {
        true => Ok(found),
        false => problem("a page has another length than it says"),
    }
}

/// What comes out, up to one byte more than there should be.
fn whole(decoder: impl Read, bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut found = Vec::new();
    decoder.take(bytes + 1).read_to_end(&mut found)?;
    Ok(found)
}

/// What stands before a page.
#[derive(Default)]
struct Header {
    kind: i64,
    bytes: u64,
    compressed: u64,
    checksum: Option<u32>,
    data: Option<Data>,
    data_2: Option<Data2>,
    dictionary: Option<Dictionary>,
}

#[derive(Default)]
struct Data {
    values: i64,
    encoding: i64,
    definition_encoding: i64,
}

struct Data2 {
    values: i64,
    encoding: i64,
    definition_bytes: i64,
    repetition_bytes: i64,
    compressed: bool,
}

#[derive(Default)]
struct Dictionary {
    values: i64,
    encoding: i64,
}

impl Header {
    const DATA: i64 = 0;
    const DICTIONARY: i64 = 2;
    const DATA_2: i64 = 3;

    fn read(thrift: &mut Thrift) -> Option<Header> {
        let mut header = Header { kind: -1, ..Header::default() };
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (1, Kind::Int) => header.kind = thrift.int()?,
                (2, Kind::Int) => header.bytes = u64::try_from(thrift.int()?).ok()?,
                (3, Kind::Int) => header.compressed = u64::try_from(thrift.int()?).ok()?,
                (4, Kind::Int) => header.checksum = Some(thrift.int()? as u32),
                (5, Kind::Struct) => header.data = Some(Data::read(thrift)?),
                (7, Kind::Struct) => header.dictionary = Some(Dictionary::read(thrift)?),
                (8, Kind::Struct) => header.data_2 = Some(Data2::read(thrift)?),
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(header)
    }
}

impl Data {
    fn read(thrift: &mut Thrift) -> Option<Data> {
        let mut data = Data::default();
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (1, Kind::Int) => data.values = thrift.int()?,
                (2, Kind::Int) => data.encoding = thrift.int()?,
                (3, Kind::Int) => data.definition_encoding = thrift.int()?,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(data)
    }
}

impl Data2 {
    fn read(thrift: &mut Thrift) -> Option<Data2> {
        let (mut numbers, mut compressed) = ([0; 6], true);
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (id @ 1..=6, Kind::Int) => numbers[id as usize - 1] = thrift.int()?,
                (7, Kind::Bool(is)) => compressed = is,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        let [values, _, _, encoding, definition_bytes, repetition_bytes] = numbers;
        Some(Data2 { values, encoding, definition_bytes, repetition_bytes, compressed })
    }
}

impl Dictionary {
    fn read(thrift: &mut Thrift) -> Option<Dictionary> {
        let mut dictionary = Dictionary::default();
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (1, Kind::Int) => dictionary.values = thrift.int()?,
                (2, Kind::Int) => dictionary.encoding = thrift.int()?,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(dictionary)
    }
}
