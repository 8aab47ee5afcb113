//! The table of contents at the end of a file: its columns and where their pages are.

use super::pages::Shared;
use super::thrift::{Kind, Thrift};

/// How values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    Bool,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    /// All of this length.
    Fixed(usize),
}

/// What stands in the tree of columns at one place.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: Vec<u8>,
    /// Numbers as the format has them; -1 where there is none.
    pub stored: i64,
    pub length: i64,
    pub repetition: i64,
    pub children: u64,
    pub converted: i64,
    pub scale: i64,
    pub precision: i64,
    pub logical: Logical,
}

/// What the values mean, as newer programs say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logical {
    /// The number of the meaning; 0 where there is none.
    pub id: i64,
    pub scale: i64,
    pub precision: i64,
    /// 1 milliseconds, 2 microseconds, 3 nanoseconds.
    pub unit: i64,
    pub utc: bool,
    pub signed: bool,
}

#[derive(Clone, Debug, Default)]
pub struct RowGroup {
    pub chunks: Vec<Chunk>,
    pub rows: u64,
}

/// The pages of one column in one row group.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    pub stored: i64,
    pub codec: i64,
    /// How many bytes they take.
    pub bytes: i64,
    pub data_at: i64,
    pub dictionary_at: i64,
    /// In another file, or encrypted.
    pub elsewhere: bool,
    /// The smallest and the largest value as they are stored; nothing where the file does not say.
    pub least: Option<Vec<u8>>,
    pub most: Option<Vec<u8>>,
    pub nulls: Option<u64>,
}

#[derive(Clone, Debug, Default)]
pub struct Footer {
    /// The tree, a parent before its children.
    pub elements: Vec<Element>,
    pub groups: Vec<RowGroup>,
    /// What the writer wrote down beside the columns: names and values.
    pub about: Vec<(String, String)>,
    pub encrypted: bool,
}

impl Element {
    /// None for what has no values of its own.
    pub fn stored(&self) -> Option<Stored> {
        Some(match self.stored {
            0 => Stored::Bool,
            1 => Stored::Int32,
            2 => Stored::Int64,
            3 => Stored::Int96,
            4 => Stored::Float,
            5 => Stored::Double,
            6 => Stored::Bytes,
            7 => Stored::Fixed(usize::try_from(self.length).ok().filter(|it| 0 < *it)?),
            _ => return None,
        })
    }
}

impl RowGroup {
    pub fn bytes(&self) -> u64 {
        self.chunks.iter().fold(0_u64, |sum, it| sum.saturating_add(it.bytes.max(0) as u64))
    }
}

impl Footer {
    /// That of a file, or nothing if it is damaged or cut.
    pub fn of(source: &Shared) -> std::io::Result<Option<Footer>> {
        const TAIL: u64 = 8;
        let Some(tail_at) = source.bytes.checked_sub(TAIL) else { return Ok(None) };
        let tail = source.read(tail_at, TAIL as usize)?;
        let Some((length, b"PAR1")) = tail.split_first_chunk::<4>() else { return Ok(None) };
        let length = u64::from(u32::from_le_bytes(*length));
        let Some(at) = tail_at.checked_sub(length) else { return Ok(None) };
        Ok(Footer::read(&source.read(at, length as usize)?))
    }

    /// What the writer wrote down under this name.
    pub fn said(&self, name: &str) -> Option<&str> {
        self.about.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// Nothing if the bytes are damaged.
    pub fn read(bytes: &[u8]) -> Option<Footer> {
        let mut footer = Footer::default();
        let mut thrift = Thrift::new(bytes);
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (2, Kind::List) => footer.elements = structs(&mut thrift, Element::read)?,
                (4, Kind::List) => footer.groups = structs(&mut thrift, RowGroup::read)?,
                (5, Kind::List) => footer.about = structs(&mut thrift, pair)?,
                (8, kind) => {
                    footer.encrypted = true;
                    thrift.skip(kind)?;
                }
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(footer)
    }
}

/// A name and a value. What is no text is passed over by its name being empty.
fn pair(thrift: &mut Thrift) -> Option<(String, String)> {
    let (mut name, mut value, mut last) = (String::new(), String::new(), 0);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap_or_default();
    while let Some(field) = thrift.field(last)? {
        last = field.id;
        match (field.id, field.kind) {
            (1, Kind::Binary) => name = text(thrift.binary()?),
            (2, Kind::Binary) => value = text(thrift.binary()?),
            (_, kind) => thrift.skip(kind)?,
        }
    }
    Some((name, value))
}

/// A list of structs. Each takes a byte at least, so that what a list promises is bounded.
fn structs<T>(thrift: &mut Thrift, read: impl Fn(&mut Thrift) -> Option<T>) -> Option<Vec<T>> {
    let (count, kind) = thrift.list()?;
    if count == 0 {
        return Some(Vec::new());
    }
    if kind != Kind::Struct || (thrift.left() as u64) < count {
        return None;
    }
    (0..count).map(|_| read(thrift)).collect()
}

impl Element {
    fn read(thrift: &mut Thrift) -> Option<Element> {
        let mut element =
            Element { stored: -1, repetition: -1, converted: -1, ..Element::default() };
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (1, Kind::Int) => element.stored = thrift.int()?,
                (2, Kind::Int) => element.length = thrift.int()?,
                (3, Kind::Int) => element.repetition = thrift.int()?,
                (4, Kind::Binary) => element.name = thrift.binary()?.to_vec(),
                (5, Kind::Int) => element.children = u64::try_from(thrift.int()?).ok()?,
                (6, Kind::Int) => element.converted = thrift.int()?,
                (7, Kind::Int) => element.scale = thrift.int()?,
                (8, Kind::Int) => element.precision = thrift.int()?,
                (10, Kind::Struct) => element.logical = Logical::read(thrift)?,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(element)
    }
}

impl Logical {
    fn read(thrift: &mut Thrift) -> Option<Logical> {
        const DECIMAL: i64 = 5;
        const TIMES: [i64; 2] = [7, 8];
        const INTEGER: i64 = 10;
        let mut logical = Logical::default();
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            logical.id = field.id;
            if field.kind != Kind::Struct {
                thrift.skip(field.kind)?;
                continue;
            }
            let mut inner = 0;
            while let Some(part) = thrift.field(inner)? {
                inner = part.id;
                match (field.id, part.id, part.kind) {
                    (DECIMAL, 1, Kind::Int) => logical.scale = thrift.int()?,
                    (DECIMAL, 2, Kind::Int) => logical.precision = thrift.int()?,
                    (INTEGER, 2, Kind::Bool(is)) => logical.signed = is,
                    (time, 1, Kind::Bool(is)) if TIMES.contains(&time) => logical.utc = is,
                    (time, 2, Kind::Struct) if TIMES.contains(&time) => {
                        let mut unit = 0;
                        while let Some(field) = thrift.field(unit)? {
                            unit = field.id;
                            logical.unit = field.id;
                            thrift.skip(field.kind)?;
                        }
                    }
                    (_, _, kind) => thrift.skip(kind)?,
                }
            }
        }
        Some(logical)
    }
}

impl RowGroup {
    fn read(thrift: &mut Thrift) -> Option<RowGroup> {
        let mut group = RowGroup::default();
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (1, Kind::List) => group.chunks = structs(thrift, Chunk::read)?,
                (3, Kind::Int) => group.rows = u64::try_from(thrift.int()?).ok()?,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(group)
    }
}

impl Chunk {
    fn read(thrift: &mut Thrift) -> Option<Chunk> {
        let mut chunk = Chunk { stored: -1, codec: -1, ..Chunk::default() };
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (3, Kind::Struct) => chunk.about(thrift)?,
                (1 | 8, kind) => {
                    chunk.elsewhere = true;
                    thrift.skip(kind)?;
                }
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(chunk)
    }

    fn about(&mut self, thrift: &mut Thrift) -> Option<()> {
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (1, Kind::Int) => self.stored = thrift.int()?,
                (4, Kind::Int) => self.codec = thrift.int()?,
                (7, Kind::Int) => self.bytes = thrift.int()?,
                (9, Kind::Int) => self.data_at = thrift.int()?,
                (11, Kind::Int) => self.dictionary_at = thrift.int()?,
                (12, Kind::Struct) => self.statistics(thrift)?,
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(())
    }

    /// Those that are meant in the order of the type; older ones are passed over.
    fn statistics(&mut self, thrift: &mut Thrift) -> Option<()> {
        let mut last = 0;
        while let Some(field) = thrift.field(last)? {
            last = field.id;
            match (field.id, field.kind) {
                (3, Kind::Int) => self.nulls = u64::try_from(thrift.int()?).ok(),
                (5, Kind::Binary) => self.most = Some(thrift.binary()?.to_vec()),
                (6, Kind::Binary) => self.least = Some(thrift.binary()?.to_vec()),
                (_, kind) => thrift.skip(kind)?,
            }
        }
        Some(())
    }

    /// The smallest and the largest number of a column of such.
    pub fn range(&self) -> Option<(i64, i64)> {
        let number = |it: &Option<Vec<u8>>| Some(i64::from_le_bytes(*it.as_ref()?.first_chunk()?));
        Some((number(&self.least)?, number(&self.most)?))
    }
}
