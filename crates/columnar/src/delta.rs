//! Values that are stored as differences, written out plainly.
//!
//! Lengths and counts in such a page come from the file: each is held against what is there.

use super::footer::Stored;
use super::runs::bits;
use super::thrift::Thrift;

/// How a page says that its values are stored so.
pub const PACKED: i64 = 5;
pub const LENGTHS: i64 = 6;
pub const SHARED: i64 = 7;

/// The values of a page in the plain encoding, or nothing if the page is damaged. There may be at
/// most `count` values, and `bytes_max` bytes.
pub fn plain(
    encoding: i64,
    values: &[u8],
    stored: Stored,
    count: usize,
    bytes_max: usize,
) -> Option<Vec<u8>> {
    match (encoding, stored) {
        (PACKED, Stored::Int32) => {
            let (numbers, _) = numbers(values, count)?;
            Some(numbers.iter().flat_map(|it| (*it as i32).to_le_bytes()).collect())
        }
        (PACKED, Stored::Int64) => {
            let (numbers, _) = numbers(values, count)?;
            Some(numbers.iter().flat_map(|it| it.to_le_bytes()).collect())
        }
        (LENGTHS, Stored::Bytes) => {
            let (lengths, at) = numbers(values, count)?;
            let mut rest = values.get(at..)?;
            let mut out = Vec::with_capacity(values.len());
            for length in lengths {
                let (value, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                put(&mut out, value)?;
                rest = after;
            }
            Some(out)
        }
        (SHARED, Stored::Bytes | Stored::Fixed(_)) => {
            let (shared, at) = numbers(values, count)?;
            let suffixes = values.get(at..)?;
            let (lengths, at) = numbers(suffixes, count)?;
            let mut rest = suffixes.get(at..)?;
            let (mut out, mut last) = (Vec::with_capacity(values.len()), Vec::new());
            if shared.len() != lengths.len() {
                return None;
            }
            for (shared, length) in shared.into_iter().zip(lengths) {
                let shared = usize::try_from(shared).ok().filter(|it| *it <= last.len())?;
                let (value, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                last.truncate(shared);
                last.extend_from_slice(value);
                match stored {
                    Stored::Fixed(width) if last.len() == width => out.extend_from_slice(&last),
                    Stored::Fixed(_) => return None,
                    _ => put(&mut out, &last)?,
                }
                if bytes_max < out.len() {
                    return None;
                }
                rest = after;
            }
            Some(out)
        }
        _ => None,
    }
}

fn put(out: &mut Vec<u8>, value: &[u8]) -> Option<()> {
    out.extend_from_slice(&u32::try_from(value.len()).ok()?.to_le_bytes());
    out.extend_from_slice(value);
    Some(())
}

/// Numbers as a first one and packed differences, and where what comes after them begins.
fn numbers(bytes: &[u8], count_max: usize) -> Option<(Vec<i64>, usize)> {
    let mut thrift = Thrift::new(bytes);
    let (block, parts) = (thrift.varint()?, usize::try_from(thrift.varint()?).ok()?);
    let count = usize::try_from(thrift.varint()?).ok().filter(|it| *it <= count_max)?;
    let mut last = thrift.int()?;
    let mut at = thrift.at();
    let each = usize::try_from(block).ok()?.checked_div(parts)?;
    if each == 0 || !each.is_multiple_of(8) || each.checked_mul(parts)? as u64 != block {
        return None;
    }
    let mut found = Vec::with_capacity(count.min(bytes.len().saturating_mul(8)));
    if 0 < count {
        found.push(last);
    }
    while found.len() < count {
        let mut header = Thrift::new(bytes.get(at..)?);
        let least = header.int()?;
        at += header.at();
        let widths = bytes.get(at..at.checked_add(parts)?)?;
        at += parts;
        for width in widths {
            if found.len() == count {
                break;
            }
            let length = each.checked_mul(usize::from(*width))? / 8;
            let packed = bytes.get(at..at.checked_add(length)?);
            // What is not needed of the last part may be left out.
            let packed = packed.or_else(|| bytes.get(at..))?;
            at = (at + length).min(bytes.len());
            for place in 0..each.min(count - found.len()) {
                let difference = bits(packed, place, usize::from(*width))? as i64;
                last = last.wrapping_add(least).wrapping_add(difference);
                found.push(last);
            }
        }
    }
    Some((found, at))
}
