//! Values of one column as they are stored.

use std::sync::Arc;

use super::footer::Stored;

/// All of one kind. Nulls are not among them.
pub enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<[u32; 3]>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Texts),
}

/// Bytes that stay where the page has them.
#[derive(Default)]
pub struct Texts {
    pages: Vec<Arc<Vec<u8>>>,
    /// The page, and where in it a value begins and ends.
    spans: Vec<(u32, u32, u32)>,
}

impl Texts {
    pub fn get(&self, place: usize) -> Option<&[u8]> {
        let (page, begin, end) = *self.spans.get(place)?;
        self.pages.get(page as usize)?.get(begin as usize..end as usize)
    }

    /// The page's number and where in it the value begins.
    pub fn span(&self, place: usize) -> Option<(u32, u32)> {
        self.spans.get(place).map(|(page, begin, _)| (*page, *begin))
    }

    /// The number of this page.
    fn page(&mut self, page: &Arc<Vec<u8>>) -> u32 {
        if !self.pages.last().is_some_and(|last| Arc::ptr_eq(last, page)) {
            self.pages.push(Arc::clone(page));
        }
        (self.pages.len() - 1) as u32
    }
}

impl Values {
    pub fn new(stored: Stored, room: usize) -> Values {
        match stored {
            Stored::Bool => Values::Bool(Vec::with_capacity(room)),
            Stored::Int32 => Values::Int32(Vec::with_capacity(room)),
            Stored::Int64 => Values::Int64(Vec::with_capacity(room)),
            Stored::Int96 => Values::Int96(Vec::with_capacity(room)),
            Stored::Float => Values::Float(Vec::with_capacity(room)),
            Stored::Double => Values::Double(Vec::with_capacity(room)),
            Stored::Bytes | Stored::Fixed(_) => Values::Bytes(Texts::default()),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Values::Bool(values) => values.len(),
            Values::Int32(values) => values.len(),
            Values::Int64(values) => values.len(),
            Values::Int96(values) => values.len(),
            Values::Float(values) => values.len(),
            Values::Double(values) => values.len(),
            Values::Bytes(texts) => texts.spans.len(),
        }
    }

    /// Appends this many values that stand one after the other in the page; returns where they end.
    /// Booleans are bits, of which `done` were taken before. Nothing if the page has not as many.
    pub fn plain(
        &mut self,
        stored: Stored,
        page: &Arc<Vec<u8>>,
        at: usize,
        count: usize,
        done: usize,
    ) -> Option<usize> {
        let rest = page.get(at..)?;
        match self {
            Values::Bool(values) => {
                for place in done..done + count {
                    values.push(rest.get(place / 8)? >> (place % 8) & 1 == 1);
                }
                Some(at)
            }
            Values::Int32(values) => numbers(rest, at, count, values, i32::from_le_bytes),
            Values::Int64(values) => numbers(rest, at, count, values, i64::from_le_bytes),
            Values::Float(values) => numbers(rest, at, count, values, f32::from_le_bytes),
            Values::Double(values) => numbers(rest, at, count, values, f64::from_le_bytes),
            Values::Int96(values) => numbers(rest, at, count, values, |bytes: [u8; 12]| {
                [0, 4, 8].map(|at| {
                    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
                })
            }),
            Values::Bytes(texts) => {
                let number = texts.page(page);
                let mut at = at;
                for _ in 0..count {
                    let length = match stored {
                        Stored::Fixed(width) => width,
                        _ => {
                            let length = page.get(at..)?.first_chunk::<4>()?;
                            at += 4;
                            u32::from_le_bytes(*length) as usize
                        }
                    };
                    let end = at.checked_add(length).filter(|it| *it <= page.len())?;
                    texts.spans.push((number, u32::try_from(at).ok()?, u32::try_from(end).ok()?));
                    at = end;
                }
                Some(at)
            }
        }
    }

    /// Appends values of a dictionary by their numbers in it. Nothing if it has not as many.
    pub fn pick(&mut self, dictionary: &Values, numbers: &[u32]) -> Option<()> {
        match (self, dictionary) {
            (Values::Int32(all), Values::Int32(from)) => picked(all, from, numbers),
            (Values::Int64(all), Values::Int64(from)) => picked(all, from, numbers),
            (Values::Int96(all), Values::Int96(from)) => picked(all, from, numbers),
            (Values::Float(all), Values::Float(from)) => picked(all, from, numbers),
            (Values::Double(all), Values::Double(from)) => picked(all, from, numbers),
            (Values::Bytes(all), Values::Bytes(from)) => {
                let Some(page) = from.pages.first() else {
                    return numbers.is_empty().then_some(());
                };
                let page = all.page(page);
                for number in numbers {
                    let (_, begin, end) = *from.spans.get(*number as usize)?;
                    all.spans.push((page, begin, end));
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Booleans may be runs of numbers.
    pub fn push_bits(&mut self, bits: &[u32]) -> Option<()> {
        let Values::Bool(values) = self else { return None };
        values.extend(bits.iter().map(|bit| *bit == 1));
        Some(())
    }
}

fn numbers<T, const N: usize>(
    rest: &[u8],
    at: usize,
    count: usize,
    values: &mut Vec<T>,
    of: impl Fn([u8; N]) -> T,
) -> Option<usize> {
    let length = count.checked_mul(N)?;
    let (chunks, _) = rest.get(..length)?.as_chunks::<N>();
    values.extend(chunks.iter().map(|chunk| of(*chunk)));
    Some(at + length)
}

fn picked<T: Copy>(all: &mut Vec<T>, from: &[T], numbers: &[u32]) -> Option<()> {
    for number in numbers {
        all.push(*from.get(*number as usize)?);
    }
    Some(())
}

/// Values whose first bytes stand together, then their second bytes, and so on, one after the other.
pub fn joined(stored: Stored, values: &[u8]) -> Option<Vec<u8>> {
    let width = match stored {
        Stored::Int32 | Stored::Float => 4,
        Stored::Int64 | Stored::Double => 8,
        Stored::Fixed(width) => width,
        Stored::Bool | Stored::Int96 | Stored::Bytes => return None,
    };
    let count = values.len() / width;
    let byte = |place: usize| values[place % width * count + place / width];
    Some((0..count * width).map(byte).collect())
}
