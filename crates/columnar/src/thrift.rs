//! Just enough of Thrift's compact protocol to look at headers before anything believes them.

/// Deeper nesting is no header of Parquet.
const DEPTH_MAX: usize = 64;

/// Bytes that are read from the front.
#[derive(Clone, Copy)]
pub struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What a field holds. A list tells its length and the kind of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool(bool),
    Int,
    Double,
    Binary,
    List,
    Map,
    Struct,
    Other,
}

/// A field's number, and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub id: i64,
    pub kind: Kind,
}

impl<'a> Thrift<'a> {
    pub fn new(bytes: &'a [u8]) -> Thrift<'a> {
        Thrift { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next field after number `last`. The outer `None` says that the bytes are no Thrift or end
    /// too early, the inner one that the struct ends.
    pub fn field(&mut self, last: i64) -> Option<Option<Field>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        let id = match byte >> 4 {
            0 => self.int()?,
            delta => last.checked_add(i64::from(delta))?,
        };
        Some(Some(Field { id, kind: kind(byte & 0x0f, true)? }))
    }

    /// A whole number of any width, but for the one of 8 bits.
    pub fn int(&mut self) -> Option<i64> {
        let word = self.varint()?;
        Some((word >> 1) as i64 ^ -((word & 1) as i64))
    }

    /// The length of a list and the kind of its elements.
    pub fn list(&mut self) -> Option<(u64, Kind)> {
        let byte = self.byte()?;
        let length = match byte >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        Some((length, kind(byte & 0x0f, false)?))
    }

    pub fn varint(&mut self) -> Option<u64> {
        let mut word = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            word |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(word);
            }
        }
        None
    }

    pub fn binary(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    /// Passes over a value.
    pub fn skip(&mut self, kind: Kind) -> Option<()> {
        self.skip_in(kind, DEPTH_MAX)
    }

    fn skip_in(&mut self, kind: Kind, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            Kind::Bool(_) => Some(()),
            Kind::Int => self.varint().map(|_| ()),
            Kind::Double => self.pass(8),
            Kind::Other => self.pass(1),
            Kind::Binary => {
                let length = self.varint()?;
                self.pass(usize::try_from(length).ok()?)
            }
            Kind::List => {
                let (length, element) = self.list()?;
                // A boolean takes a byte here, and none in a field.
                let element = if element == Kind::Bool(false) { Kind::Other } else { element };
                (0..length).try_for_each(|_| self.skip_in(element, depth))
            }
            Kind::Map => {
                let length = self.varint()?;
                let kinds = if 0 < length { self.byte()? } else { 0 };
                let pair = [kinds >> 4, kinds & 0x0f].map(kind_in_list);
                (0..length).try_for_each(|_| {
                    pair.iter().try_for_each(|kind| self.skip_in((*kind)?, depth))
                })
            }
            Kind::Struct => {
                let mut last = 0;
                while let Some(field) = self.field(last)? {
                    self.skip_in(field.kind, depth)?;
                    last = field.id;
                }
                Some(())
            }
        }
    }

    fn pass(&mut self, bytes: usize) -> Option<()> {
        let at = self.at.checked_add(bytes)?;
        (at <= self.bytes.len()).then(|| self.at = at)
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }
}

fn kind_in_list(bits: u8) -> Option<Kind> {
    kind(bits, false).map(|kind| if kind == Kind::Bool(false) { Kind::Other } else { kind })
}

fn kind(bits: u8, in_field: bool) -> Option<Kind> {
    Some(match bits {
        1 if in_field => Kind::Bool(true),
        1 | 2 => Kind::Bool(false),
        3 => Kind::Other,
        4..=6 => Kind::Int,
        7 => Kind::Double,
        8 => Kind::Binary,
        9 | 10 => Kind::List,
        11 => Kind::Map,
        12 => Kind::Struct,
        _ => return None,
    })
}
