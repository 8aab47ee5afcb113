//! Writing flat columns: pages as they fill, a row group at a time, and the table of contents.
//!
//! Pages carry the checksum that the format has for them. Text of few different values goes through a
//! dictionary; whole numbers are stored as differences, which is small where rows are sorted.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::compact::{Compact, Of};
use crate::encode::{differences, runs};

/// A page has at most so many rows: who wants a few unpacks little else.
const PAGE_ROWS_MAX: usize = 4096;

/// The same for long values.
const PAGE_BYTES_MAX: usize = 256 * 1024;

/// What is larger has too many different values, and the pages that follow have them as they are.
const DICTIONARY_BYTES_MAX: usize = 256 * 1024;

/// A level beyond the fastest: half the size for a third of the speed.
const ZSTD_LEVEL: i32 = 3;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    /// Milliseconds since 1970, in UTC.
    Instant,
    Bool,
    Text,
    /// Text of few different values.
    Word,
}

#[derive(Clone, Copy, Debug)]
pub struct NewColumn {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
}

/// A file that is being written. A value is put into each column in turn, row by row.
pub struct Writer<W> {
    out: W,
    at: u64,
    columns: Vec<Column>,
    /// How the rows are sorted.
    sorted_by: Vec<usize>,
    rows: u64,
    /// Row groups as they stand in the table of contents.
    groups: Vec<Vec<u8>>,
    total: u64,
    packer: zstd::bulk::Compressor<'static>,
}

const MAGIC: &[u8; 4] = b"PAR1";

impl<W: Write> Writer<W> {
    pub fn new(mut out: W, columns: &[NewColumn], sorted_by: &[usize]) -> io::Result<Writer<W>> {
        out.write_all(MAGIC)?;
        Ok(Writer {
            out,
            at: MAGIC.len() as u64,
            columns: columns.iter().map(|it| Column::new(*it)).collect(),
            sorted_by: sorted_by.to_vec(),
            rows: 0,
            groups: Vec::new(),
            total: 0,
            packer: zstd::bulk::Compressor::new(ZSTD_LEVEL)?,
        })
    }

    pub fn int(&mut self, column: usize, value: Option<i64>) {
        let it = &mut self.columns[column];
        if it.define(value.is_some())
            && let Some(value) = value
        {
            it.ints.push(value);
            it.least = it.least.min(value);
            it.most = it.most.max(value);
        }
    }

    pub fn bool(&mut self, column: usize, value: bool) {
        let it = &mut self.columns[column];
        if it.define(true) {
            it.numbers.push(u32::from(value));
        }
    }

    pub fn text(&mut self, column: usize, value: Option<&str>) {
        let it = &mut self.columns[column];
        if it.define(value.is_some())
            && let Some(value) = value
        {
            it.put_text(value.as_bytes());
        }
    }

    /// Ends a row, of which each column has its value.
    pub fn end_row(&mut self) -> io::Result<()> {
        self.rows += 1;
        for column in &mut self.columns {
            if PAGE_ROWS_MAX <= column.page_rows || PAGE_BYTES_MAX <= column.plain.len() {
                column.end_page(&mut self.packer)?;
            }
        }
        Ok(())
    }

    pub fn group_rows(&self) -> u64 {
        self.rows
    }

    /// What the row group takes by now, in memory and later in the file.
    pub fn group_bytes(&self) -> usize {
        self.columns.iter().map(|it| it.pages.len() + it.plain.len()).sum()
    }

    /// Writes the rows since the last row group as one.
    pub fn end_group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let begin = self.at;
        let mut chunks = Vec::with_capacity(self.columns.len());
        let mut unpacked = 0;
        for column in &mut self.columns {
            column.end_page(&mut self.packer)?;
            let dictionary = column.dictionary_page(&mut self.packer)?;
            let places = Places { dictionary: dictionary.len() as u64, begin: self.at };
            self.out.write_all(&dictionary)?;
            self.out.write_all(&column.pages)?;
            self.at += (dictionary.len() + column.pages.len()) as u64;
            unpacked += column.unpacked;
            chunks.push(column.contents(&places, self.rows));
            column.reset();
        }
        let (rows, bytes) = (self.rows as i64, (self.at - begin) as i64);
        let (sorted_by, number) = (&self.sorted_by, self.groups.len() as i16);
        let group = Compact::of(|it| {
            it.list(1, Of::Struct, chunks.len());
            chunks.iter().for_each(|chunk| it.raw(chunk));
            it.i64(2, unpacked as i64);
            it.i64(3, rows);
            it.list(4, Of::Struct, sorted_by.len());
            for column in sorted_by {
                it.body(|it| {
                    it.i32(1, *column as i32);
                    it.bool(2, false);
                    it.bool(3, false);
                });
            }
            it.i64(5, begin as i64);
            it.i64(6, bytes);
            it.i16(7, number);
        });
        self.groups.push(group);
        self.total += self.rows;
        self.rows = 0;
        Ok(())
    }

    /// Writes the table of contents, and gives back what was written to.
    pub fn finish(mut self, about: &[(&str, String)]) -> io::Result<W> {
        self.end_group()?;
        let (columns, groups, total) = (&self.columns, &self.groups, self.total);
        let contents = Compact::of(|it| {
            it.i32(1, 2);
            it.list(2, Of::Struct, columns.len() + 1);
            it.body(|it| {
                it.binary(4, b"fact");
                it.i32(5, columns.len() as i32);
            });
            columns.iter().for_each(|column| column.element(it));
            it.i64(3, total as i64);
            it.list(4, Of::Struct, groups.len());
            groups.iter().for_each(|group| it.raw(group));
            it.list(5, Of::Struct, about.len());
            for (key, value) in about {
                it.body(|it| {
                    it.binary(1, key.as_bytes());
                    it.binary(2, value.as_bytes());
                });
            }
            it.binary(6, concat!("fulcrum ", env!("CARGO_PKG_VERSION")).as_bytes());
            // The smallest and largest values are meant in the order of their type.
            it.list(7, Of::Struct, columns.len());
            columns.iter().for_each(|_| it.body(|it| it.inner(1, |_| {})));
        });
        self.out.write_all(&contents)?;
        self.out.write_all(&(contents.len() as u32).to_le_bytes())?;
        self.out.write_all(MAGIC)?;
        Ok(self.out)
    }
}

struct Places {
    /// Bytes of the dictionary's page.
    dictionary: u64,
    begin: u64,
}

/// The page that is being filled, and those of the row group that are done.
struct Column {
    about: NewColumn,
    page_rows: usize,
    /// By row of the page, 1 where there is a value.
    filled: Vec<u32>,
    ints: Vec<i64>,
    /// Booleans, or numbers of a dictionary.
    numbers: Vec<u32>,
    /// Text as it stands in a page.
    plain: Vec<u8>,
    pages: Vec<u8>,
    /// How large the pages would be if nothing were packed.
    unpacked: usize,
    has_plain: bool,
    words: Option<Words>,
    nulls: u64,
    least: i64,
    most: i64,
}

/// The different values of a row group.
#[derive(Default)]
struct Words {
    numbers: HashMap<Vec<u8>, u32>,
    plain: Vec<u8>,
    is_full: bool,
}

/// Numbers that the format gives to encodings, page kinds and codecs.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const DIFFERENCES: i32 = 5;
const DICTIONARY: i32 = 8;
const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;
const UNCOMPRESSED: i32 = 0;
const ZSTD: i32 = 6;

impl Column {
    fn new(about: NewColumn) -> Column {
        Column {
            about,
            page_rows: 0,
            filled: Vec::new(),
            ints: Vec::new(),
            numbers: Vec::new(),
            plain: Vec::new(),
            pages: Vec::new(),
            unpacked: 0,
            has_plain: false,
            words: (about.kind == Kind::Word).then(Words::default),
            nulls: 0,
            least: i64::MAX,
            most: i64::MIN,
        }
    }

    fn reset(&mut self) {
        *self = Column::new(self.about);
    }

    /// Says whether the row has a value; a column without nulls has one in each.
    fn define(&mut self, has: bool) -> bool {
        debug_assert!(has || self.about.nullable, "{} is never null", self.about.name);
        self.page_rows += 1;
        self.nulls += u64::from(!has);
        if self.about.nullable {
            self.filled.push(u32::from(has));
        }
        has
    }

    fn put_text(&mut self, value: &[u8]) {
        if let Some(words) = &mut self.words
            && !words.is_full
        {
            if let Some(number) = words.numbers.get(value) {
                self.numbers.push(*number);
                return;
            }
            if words.plain.len() + value.len() < DICTIONARY_BYTES_MAX {
                let number = words.numbers.len() as u32;
                words.numbers.insert(value.to_vec(), number);
                put(&mut words.plain, value);
                self.numbers.push(number);
                return;
            }
            words.is_full = true;
            // The page in hand goes on without the dictionary: its values are written out.
            let mut by_number: Vec<&[u8]> = vec![&[]; words.numbers.len()];
            for (word, number) in &words.numbers {
                by_number[*number as usize] = word;
            }
            for number in self.numbers.drain(..) {
                put(&mut self.plain, by_number[number as usize]);
            }
        }
        put(&mut self.plain, value);
    }

    fn is_numbered(&self) -> bool {
        self.words.as_ref().is_some_and(|it| !it.is_full && !it.numbers.is_empty())
    }

    fn codec(&self) -> i32 {
        match self.about.kind {
            // Differences leave nothing to compress.
            Kind::Int | Kind::Instant | Kind::Bool => UNCOMPRESSED,
            Kind::Text | Kind::Word => ZSTD,
        }
    }

    fn end_page(&mut self, packer: &mut zstd::bulk::Compressor<'_>) -> io::Result<()> {
        if self.page_rows == 0 {
            return Ok(());
        }
        let mut body = Vec::new();
        if self.about.nullable {
            let mut levels = Vec::new();
            runs(&mut levels, &self.filled, 1);
            body.extend_from_slice(&(levels.len() as u32).to_le_bytes());
            body.append(&mut levels);
        }
        let encoding = match self.about.kind {
            Kind::Int | Kind::Instant => {
                differences(&mut body, &self.ints);
                DIFFERENCES
            }
            Kind::Bool => {
                let bytes = self.numbers.chunks(8);
                let byte = |bits: &[u32]| (0..).zip(bits).fold(0, |sum, (n, it)| sum | it << n);
                body.extend(bytes.map(|it| byte(it) as u8));
                PLAIN
            }
            Kind::Text | Kind::Word if self.is_numbered() => {
                let words = self.words.as_ref().map_or(0, |it| it.numbers.len());
                let width = 32 - (words.saturating_sub(1) as u32).leading_zeros();
                body.push(width as u8);
                runs(&mut body, &self.numbers, width as usize);
                DICTIONARY
            }
            Kind::Text | Kind::Word => {
                self.has_plain = true;
                body.append(&mut self.plain);
                PLAIN
            }
        };
        let rows = self.page_rows as i32;
        let page = self.page(DATA_PAGE, &body, packer, |it| {
            it.inner(5, |it| {
                it.i32(1, rows);
                it.i32(2, encoding);
                it.i32(3, RLE);
                it.i32(4, RLE);
            });
        })?;
        self.pages.extend_from_slice(&page);
        self.page_rows = 0;
        self.filled.clear();
        self.ints.clear();
        self.numbers.clear();
        self.plain.clear();
        Ok(())
    }

    fn dictionary_page(&mut self, packer: &mut zstd::bulk::Compressor<'_>) -> io::Result<Vec<u8>> {
        let Some(words) = self.words.take().filter(|it| !it.numbers.is_empty()) else {
            return Ok(Vec::new());
        };
        let count = words.numbers.len() as i32;
        let page = self.page(DICTIONARY_PAGE, &words.plain, packer, |it| {
            it.inner(7, |it| {
                it.i32(1, count);
                it.i32(2, PLAIN);
            });
        });
        self.words = Some(words);
        page
    }

    fn page(
        &mut self,
        kind: i32,
        body: &[u8],
        packer: &mut zstd::bulk::Compressor<'_>,
        about: impl FnOnce(&mut Compact),
    ) -> io::Result<Vec<u8>> {
        let packed;
        let stored = match self.codec() {
            ZSTD => {
                packed = packer.compress(body)?;
                &packed[..]
            }
            _ => body,
        };
        let mut page = Compact::of(|it| {
            it.i32(1, kind);
            it.i32(2, body.len() as i32);
            it.i32(3, stored.len() as i32);
            it.i32(4, crc32fast::hash(stored) as i32);
            about(it);
        });
        self.unpacked += page.len() + body.len();
        page.extend_from_slice(stored);
        Ok(page)
    }

    /// The column as it stands in the tree of columns.
    fn element(&self, out: &mut Compact) {
        let (stored, converted) = match self.about.kind {
            Kind::Bool => (0, None),
            Kind::Int => (2, None),
            Kind::Instant => (2, Some(9)),
            Kind::Text | Kind::Word => (6, Some(0)),
        };
        out.body(|it| {
            it.i32(1, stored);
            it.i32(3, i32::from(self.about.nullable));
            it.binary(4, self.about.name.as_bytes());
            if let Some(converted) = converted {
                it.i32(6, converted);
            }
            match self.about.kind {
                Kind::Int | Kind::Bool => {}
                Kind::Instant => it.inner(10, |it| {
                    it.inner(8, |it| {
                        it.bool(1, true);
                        it.inner(2, |it| it.inner(1, |_| {}));
                    });
                }),
                Kind::Text | Kind::Word => it.inner(10, |it| it.inner(1, |_| {})),
            }
        });
    }

    /// What the table of contents says of the column in this row group.
    fn contents(&self, places: &Places, rows: u64) -> Vec<u8> {
        let stored = match self.about.kind {
            Kind::Bool => 0,
            Kind::Int | Kind::Instant => 2,
            Kind::Text | Kind::Word => 6,
        };
        let mut encodings = vec![RLE];
        match self.about.kind {
            Kind::Int | Kind::Instant => encodings.push(DIFFERENCES),
            Kind::Bool | Kind::Text => encodings.push(PLAIN),
            Kind::Word => {
                encodings.push(PLAIN);
                encodings.push(DICTIONARY);
            }
        }
        let bytes = places.dictionary + self.pages.len() as u64;
        Compact::of(|it| {
            it.i64(2, 0);
            it.inner(3, |it| {
                it.i32(1, stored);
                it.list(2, Of::I32, encodings.len());
                encodings.iter().for_each(|encoding| it.int(i64::from(*encoding)));
                it.list(3, Of::Binary, 1);
                it.bytes(self.about.name.as_bytes());
                it.i32(4, self.codec());
                it.i64(5, rows as i64);
                it.i64(6, self.unpacked as i64);
                it.i64(7, bytes as i64);
                it.i64(9, (places.begin + places.dictionary) as i64);
                if 0 < places.dictionary {
                    it.i64(11, places.begin as i64);
                }
                it.inner(12, |it| {
                    it.i64(3, self.nulls as i64);
                    if self.least <= self.most {
                        it.binary(5, &self.most.to_le_bytes());
                        it.binary(6, &self.least.to_le_bytes());
                    }
                });
            });
        })
    }
}

fn put(out: &mut Vec<u8>, value: &[u8]) {
    out.extend_from_slice(&(value.len() as u32).to_le_bytes());
    out.extend_from_slice(value);
}
