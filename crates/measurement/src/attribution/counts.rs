//! Weights by the channels of a window: the tables that a file of any length is folded into.

use std::ops::AddAssign;

/// The longest memory of a chain.
pub const ORDER_MAX: usize = 5;

/// Bits per channel in a key, so that one word holds a window and the channel after it.
pub(crate) const BITS: u32 = 10;

/// Key of a window: its channels' numbers plus one, the latest in the lowest bits. A shorter window
/// has zeros above, so no two windows share a key, and none is 0.
pub(super) fn joined(window: u64, channel: u32) -> u64 {
    window << BITS | (u64::from(channel) + 1)
}

/// The bits of the last `order` channels.
pub(super) fn mask(order: usize) -> u64 {
    (1 << (BITS * order as u32)) - 1
}

/// The channels of a window, the latest first.
pub(super) fn channels_of(window: u64) -> impl Iterator<Item = u32> {
    let codes = std::iter::successors(Some(window), |rest| Some(rest >> BITS));
    codes.take_while(|rest| *rest != 0).map(|rest| (rest & mask(1)) as u32 - 1)
}

/// The same window where channel `n` has the number `numbers[n]`.
pub(super) fn renumbered(window: u64, numbers: &[u32]) -> u64 {
    let mut shift = 0;
    let mut key = 0;
    for channel in channels_of(window) {
        key |= (u64::from(numbers[channel as usize]) + 1) << shift;
        shift += BITS;
    }
    key
}

/// How a path with this last window ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Ending {
    pub conversions: f64,
    pub nulls: f64,
    pub value: f64,
}

impl AddAssign for Ending {
    fn add_assign(&mut self, other: Ending) {
        self.conversions += other.conversions;
        self.nulls += other.nulls;
        self.value += other.value;
    }
}

/// An open table with linear steps, from keys other than 0 to sums.
#[derive(Clone, Debug)]
pub(super) struct Counts<V> {
    /// Their number is a power of two, and at least half of them are empty (key 0).
    cells: Vec<(u64, V)>,
    filled: usize,
    shift: u32,
}

impl<V: Copy + Default + AddAssign> Counts<V> {
    pub fn new() -> Counts<V> {
        let mut counts = Counts { cells: Vec::new(), filled: 0, shift: 0 };
        counts.resize(64);
        counts
    }

    pub fn add(&mut self, key: u64, more: V) {
        let last = self.cells.len() - 1;
        let mut at = self.home(key);
        loop {
            let cell = &mut self.cells[at & last];
            if cell.0 == key {
                cell.1 += more;
                return;
            }
            if cell.0 == 0 {
                *cell = (key, more);
                self.filled += 1;
                break;
            }
            at += 1;
        }
        if self.cells.len() < self.filled * 2 {
            self.resize(self.cells.len() * 2);
        }
    }

    pub fn len(&self) -> usize {
        self.filled
    }

    /// In no useful order: sort what becomes a result.
    pub fn iter(&self) -> impl Iterator<Item = (u64, V)> {
        self.cells.iter().copied().filter(|cell| cell.0 != 0)
    }

    /// Adds the other table, whose channel `n` is here `numbers[n]`.
    pub fn merge(&mut self, other: &Counts<V>, numbers: &[u32]) {
        // Room first: cells that come in the order of another table would crowd a fuller one.
        let wanted = ((self.filled + other.filled) * 2).next_power_of_two();
        if self.cells.len() < wanted {
            self.resize(wanted);
        }
        for (key, more) in other.iter() {
            self.add(renumbered(key, numbers), more);
        }
    }

    /// Cells with canonical numbers, by key.
    pub fn sorted(&self, numbers: &[u32]) -> Vec<(u64, V)> {
        let mut cells: Vec<(u64, V)> =
            self.iter().map(|(key, sum)| (renumbered(key, numbers), sum)).collect();
        cells.sort_unstable_by_key(|cell| cell.0);
        cells
    }

    fn home(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    fn resize(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.cells, vec![(0, V::default()); size]);
        self.shift = u64::BITS - size.trailing_zeros();
        for (key, sum) in old.into_iter().filter(|cell| cell.0 != 0) {
            let mut at = self.home(key);
            while self.cells[at & (size - 1)].0 != 0 {
                at += 1;
            }
            self.cells[at & (size - 1)] = (key, sum);
        }
    }
}
