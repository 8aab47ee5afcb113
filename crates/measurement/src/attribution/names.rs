//! Names to small numbers, in the order of their first appearance.

/// Why a name gets no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem {
    /// The bytes are not UTF-8.
    NotText,
    /// A state of the chain is called so.
    Reserved,
    /// The limit is reached: `limit` different names are known already.
    TooMany { limit: usize },
}

/// An open table with linear steps. A name of up to 16 bytes is compared within its slot.
#[derive(Clone, Debug)]
pub(super) struct Names {
    limit: usize,
    /// Names that nothing may have.
    reserved: &'static [&'static str],
    bytes: Vec<u8>,
    /// Where each name ends in `bytes`.
    ends: Vec<usize>,
    /// Their number is a power of two, and more than half of them are empty.
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    head: u64,
    tail: u64,
    length: u32,
    /// One more than the name's number; 0 is an empty slot.
    next: u32,
}

/// The longest name that head and tail hold whole.
const WITHIN_SLOT_MAX: usize = 16;

impl Names {
    pub fn new(limit: usize, reserved: &'static [&'static str]) -> Names {
        Names {
            limit: limit.min(u32::MAX as usize - 1),
            reserved,
            bytes: Vec::new(),
            ends: Vec::new(),
            slots: vec![Slot::default(); 64],
        }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn number(&mut self, name: &[u8]) -> Result<u32, NameProblem> {
        let (head, tail) = edges(name);
        let length = name.len() as u32;
        let last = self.slots.len() - 1;
        let mut at = hash(name, head, tail) as usize & last;
        loop {
            let slot = self.slots[at];
            if slot.next == 0 {
                return self.insert(at, name, Slot { head, tail, length, next: 0 });
            }
            if slot.head == head
                && slot.tail == tail
                && slot.length == length
                && (name.len() <= WITHIN_SLOT_MAX || self.bytes(slot.next as usize - 1) == name)
            {
                return Ok(slot.next - 1);
            }
            at = (at + 1) & last;
        }
    }

    /// The name with this number.
    pub fn name(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes(number as usize)).unwrap_or_default()
    }

    fn bytes(&self, index: usize) -> &[u8] {
        let start = match index {
            0 => 0,
            _ => self.ends[index - 1],
        };
        &self.bytes[start..self.ends[index]]
    }

    #[cold]
    fn insert(&mut self, at: usize, name: &[u8], slot: Slot) -> Result<u32, NameProblem> {
        if std::str::from_utf8(name).is_err() {
            return Err(NameProblem::NotText);
        }
        if self.reserved.iter().any(|reserved| reserved.as_bytes() == name) {
            return Err(NameProblem::Reserved);
        }
        if self.limit <= self.ends.len() {
            return Err(NameProblem::TooMany { limit: self.limit });
        }
        let number = self.ends.len() as u32;
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        self.slots[at] = Slot { next: number + 1, ..slot };
        if self.slots.len() < self.ends.len() * 2 {
            self.grow();
        }
        Ok(number)
    }

    fn grow(&mut self) {
        let last = self.slots.len() * 2 - 1;
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); last + 1]);
        for slot in old.into_iter().filter(|slot| slot.next != 0) {
            let name = self.bytes(slot.next as usize - 1);
            let mut at = hash(name, slot.head, slot.tail) as usize & last;
            while self.slots[at].next != 0 {
                at = (at + 1) & last;
            }
            self.slots[at] = slot;
        }
    }

    /// Each name's place in alphabetical order, by its number.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by_key(|number| self.bytes(*number as usize));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in (0..).zip(order) {
            ranks[number as usize] = rank;
        }
        ranks
    }
}

/// The first and the last eight bytes; all of a shorter name in the first.
fn edges(name: &[u8]) -> (u64, u64) {
    if let (Some(head), Some(tail)) = (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        return (u64::from_le_bytes(*head), u64::from_le_bytes(*tail));
    }
    if let (Some(head), Some(tail)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        let (head, tail) = (u32::from_le_bytes(*head), u32::from_le_bytes(*tail));
        return (u64::from(head) | u64::from(tail) << 32, 0);
    }
    (name.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0)
}

fn hash(name: &[u8], head: u64, tail: u64) -> u64 {
    let mut hash = mixed(head ^ name.len() as u64, tail);
    if WITHIN_SLOT_MAX < name.len() {
        for chunk in name[8..name.len() - 8].chunks(8) {
            hash = mixed(hash, edges(chunk).0);
        }
    }
    hash
}

/// Both halves of a product of 128 bits: each bit of either word reaches all of the result.
fn mixed(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9E37_79B9_7F4A_7C15) * u128::from(b ^ 0xD6E8_FEB8_6659_FD93);
    product as u64 ^ (product >> 64) as u64
}
