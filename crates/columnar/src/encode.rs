//! Numbers in few bits: runs of small ones, and differences of large ones.

use crate::compact::{varint, zigzag};

/// As many equal numbers are a run of their own; fewer are packed with their neighbours.
const RUN_MIN: usize = 8;

/// Numbers of this many bits, in runs of one number or packed by eights.
pub fn runs(out: &mut Vec<u8>, numbers: &[u32], width: usize) {
    let (mut at, mut loose) = (0, 0);
    while at < numbers.len() {
        let same = numbers[at..].iter().take_while(|it| **it == numbers[at]).count();
        // Packed numbers come by eights, so that a run may give some of its own to fill them.
        let fill = (at - loose).next_multiple_of(8) - (at - loose);
        if same < fill + RUN_MIN {
            at += same;
            continue;
        }
        at += fill;
        packed(out, &numbers[loose..at], width);
        varint(out, ((same - fill) as u64) << 1);
        out.extend_from_slice(&numbers[at].to_le_bytes()[..width.div_ceil(8)]);
        at += same - fill;
        loose = at;
    }
    packed(out, &numbers[loose..], width);
}

fn packed(out: &mut Vec<u8>, numbers: &[u32], width: usize) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(8);
    varint(out, (groups as u64) << 1 | 1);
    let wide = numbers.iter().map(|it| u64::from(*it));
    bits(out, wide, groups * 8, width);
}

/// The lowest bit first; what is missing at the end of `count` is zeros.
fn bits(out: &mut Vec<u8>, numbers: impl Iterator<Item = u64>, count: usize, width: usize) {
    let end = out.len() + (count * width).div_ceil(8);
    let (mut word, mut held) = (0_u128, 0);
    for number in numbers {
        word |= u128::from(number) << held;
        held += width;
        while 8 <= held {
            out.push(word as u8);
            word >>= 8;
            held -= 8;
        }
    }
    if 0 < held {
        out.push(word as u8);
    }
    out.resize(end, 0);
}

/// Differences in a block, and in each of its parts, which has a width of its own.
const BLOCK: usize = 128;
const PART: usize = 32;

/// The first number, and then differences, packed as far above the least of their block.
pub fn differences(out: &mut Vec<u8>, numbers: &[i64]) {
    varint(out, BLOCK as u64);
    varint(out, (BLOCK / PART) as u64);
    varint(out, numbers.len() as u64);
    varint(out, zigzag(numbers.first().copied().unwrap_or(0)));
    let steps: Vec<i64> = numbers.windows(2).map(|it| it[1].wrapping_sub(it[0])).collect();
    for block in steps.chunks(BLOCK) {
        let least = block.iter().copied().min().unwrap_or(0);
        varint(out, zigzag(least));
        let above = |it: &i64| it.wrapping_sub(least) as u64;
        let width = |part: &[i64]| 64 - part.iter().map(above).max().unwrap_or(0).leading_zeros();
        let parts: Vec<&[i64]> = block.chunks(PART).collect();
        for number in 0..BLOCK / PART {
            out.push(parts.get(number).map_or(0, |it| width(it) as u8));
        }
        for part in parts {
            bits(out, part.iter().map(above), PART, width(part) as usize);
        }
    }
}
