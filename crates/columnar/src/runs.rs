//! Small numbers in runs: one number many times, or many numbers of a few bits each.

/// Where one is in them. The bytes are handed in each time, because the page owns them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runs {
    at: usize,
    end: usize,
    /// Bits of a number.
    width: usize,
    /// Of the run in hand.
    left: u64,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    Same(u32),
    /// The place of the next number, in numbers from the byte on.
    Packed {
        from: usize,
        place: usize,
    },
}

impl Default for Run {
    fn default() -> Run {
        Run::Same(0)
    }
}

impl Runs {
    /// Between these places in the page. Nothing if numbers would be wider than they can be.
    pub fn new(at: usize, end: usize, width: usize) -> Option<Runs> {
        (width <= 32).then_some(Runs { at, end, width, left: 0, run: Run::default() })
    }

    /// Appends this many numbers, or nothing if the page has not as many.
    pub fn take(&mut self, page: &[u8], mut count: usize, out: &mut Vec<u32>) -> Option<()> {
        let page = page.get(..self.end)?;
        while 0 < count {
            if self.left == 0 {
                self.next(page)?;
                continue;
            }
            let some = self.left.min(count as u64) as usize;
            match &mut self.run {
                Run::Same(value) => out.resize(out.len() + some, *value),
                Run::Packed { from, place } => {
                    let packed = page.get(*from..)?;
                    for at in *place..*place + some {
                        out.push(bits(packed, at, self.width)? as u32);
                    }
                    *place += some;
                }
            }
            self.left -= some as u64;
            count -= some;
        }
        Some(())
    }

    fn next(&mut self, page: &[u8]) -> Option<()> {
        let mut header = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = *page.get(self.at)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return self.begin(page, header);
            }
        }
        None
    }

    fn begin(&mut self, page: &[u8], header: u64) -> Option<()> {
        if header & 1 == 1 {
            let groups = header >> 1;
            let length = usize::try_from(groups).ok()?.checked_mul(self.width)?;
            self.left = groups * 8;
            self.run = Run::Packed { from: self.at, place: 0 };
            // The last group may be cut where nothing of it is needed.
            self.at = self.at.checked_add(length)?.min(page.len());
            return Some(());
        }
        let bytes = page.get(self.at..self.at.checked_add(self.width.div_ceil(8))?)?;
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
        self.left = header >> 1;
        self.run = Run::Same(u32::from_le_bytes(word));
        Some(())
    }
}

/// The number of this many bits at this place, the lowest bit first. At most 64 bits.
pub fn bits(packed: &[u8], place: usize, width: usize) -> Option<u64> {
    if width == 0 {
        return Some(0);
    }
    let begin = place.checked_mul(width)?;
    let (byte, shift) = (begin / 8, begin % 8);
    if let Some(word) = packed.get(byte..).and_then(|rest| rest.first_chunk::<8>())
        && shift + width <= 64
    {
        return Some((u64::from_le_bytes(*word) >> shift) & (u64::MAX >> (64 - width)));
    }
    if 64 < width {
        return None;
    }
    let needed = (shift + width).div_ceil(8);
    let mut word = [0; 16];
    word[..needed].copy_from_slice(packed.get(byte..byte.checked_add(needed)?)?);
    let word = u128::from_le_bytes(word) >> shift;
    Some((word as u64) & (u64::MAX >> (64 - width)))
}
