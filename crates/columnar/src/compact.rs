//! Thrift's compact protocol, written: just what headers and the table of contents need.

/// Bytes that grow at the end.
#[derive(Default)]
pub struct Compact {
    out: Vec<u8>,
    /// The number of the last field of each struct that is open.
    last: Vec<i16>,
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// What the elements of a list are.
#[derive(Clone, Copy)]
pub enum Of {
    I32,
    Binary,
    Struct,
}

impl Compact {
    /// Writes one struct, and returns its bytes.
    pub fn of(fields: impl FnOnce(&mut Compact)) -> Vec<u8> {
        let mut all = Compact::default();
        all.body(fields);
        all.out
    }

    pub fn bool(&mut self, id: i16, value: bool) {
        self.field(id, if value { TRUE } else { FALSE });
    }

    pub fn i16(&mut self, id: i16, value: i16) {
        self.field(id, I16);
        self.int(i64::from(value));
    }

    pub fn i32(&mut self, id: i16, value: i32) {
        self.field(id, I32);
        self.int(i64::from(value));
    }

    pub fn i64(&mut self, id: i16, value: i64) {
        self.field(id, I64);
        self.int(value);
    }

    pub fn binary(&mut self, id: i16, value: &[u8]) {
        self.field(id, BINARY);
        self.bytes(value);
    }

    pub fn inner(&mut self, id: i16, fields: impl FnOnce(&mut Compact)) {
        self.field(id, STRUCT);
        self.body(fields);
    }

    /// The elements are to follow, each by the method of its kind.
    pub fn list(&mut self, id: i16, of: Of, length: usize) {
        self.field(id, LIST);
        let kind = match of {
            Of::I32 => I32,
            Of::Binary => BINARY,
            Of::Struct => STRUCT,
        };
        match u8::try_from(length) {
            Ok(short @ 0..15) => self.out.push(short << 4 | kind),
            Ok(_) | Err(_) => {
                self.out.push(0xf0 | kind);
                varint(&mut self.out, length as u64);
            }
        }
    }

    /// A struct that is an element of a list.
    pub fn body(&mut self, fields: impl FnOnce(&mut Compact)) {
        self.last.push(0);
        fields(self);
        self.last.pop();
        self.out.push(0);
    }

    /// A struct that was written before.
    pub fn raw(&mut self, written: &[u8]) {
        self.out.extend_from_slice(written);
    }

    /// A whole number that is an element of a list.
    pub fn int(&mut self, value: i64) {
        varint(&mut self.out, zigzag(value));
    }

    /// Bytes that are an element of a list.
    pub fn bytes(&mut self, value: &[u8]) {
        varint(&mut self.out, value.len() as u64);
        self.out.extend_from_slice(value);
    }

    fn field(&mut self, id: i16, kind: u8) {
        let last = self.last.last_mut().map_or(0, |it| std::mem::replace(it, id));
        match u8::try_from(id - last) {
            Ok(delta @ 1..=15) => self.out.push(delta << 4 | kind),
            Ok(_) | Err(_) => {
                self.out.push(kind);
                varint(&mut self.out, zigzag(i64::from(id)));
            }
        }
    }
}

pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while 0x80 <= value {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}
