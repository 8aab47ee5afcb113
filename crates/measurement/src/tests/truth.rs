//! Seeded people with known effects. The generator is tiny so that the numbers never change.

use crate::{Cell, Sums};

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

pub fn channels(k: usize) -> Vec<String> {
    ["email", "social", "content", "push", "sms", "web", "post"][..k]
        .iter()
        .map(|name| name.to_string())
        .collect()
}

/// Σ over the dividends inside the cell.
pub fn mean(dividends: &[(u32, f64)], on: u32) -> f64 {
    dividends.iter().filter(|(set, _)| set & !on == 0).map(|(_, value)| value).sum()
}

/// The leverage in the dividends: all that belongs to two and more.
pub fn leverage_of(dividends: &[(u32, f64)]) -> f64 {
    dividends.iter().filter(|(set, _)| 2 <= set.count_ones()).map(|(_, value)| value).sum()
}

pub fn people(n: u64, mut draw: impl FnMut() -> f64) -> Sums {
    let mut sums = Sums::default();
    (0..n).for_each(|_| sums.push(draw()));
    sums
}

/// Normal people whose spread grows with what reaches them.
pub fn normal_cells(sizes: &[(u32, u64)], dividends: &[(u32, f64)], seed: u64) -> Vec<Cell> {
    let mut chance = Chance::new(seed);
    let cell = |&(on, n): &(u32, u64)| {
        let spread = 1.0 + 0.5 * f64::from(on.count_ones());
        let center = mean(dividends, on);
        Cell { on, sums: people(n, || center + spread * chance.normal()) }
    };
    sizes.iter().map(cell).collect()
}

/// Asserts that a share of `reps` is what it should be, within a margin of three standard errors
/// and never more than the 1.5 points that are asked for.
pub fn assert_rate(hits: usize, reps: usize, expected: f64, what: &str) {
    let rate = hits as f64 / reps as f64;
    assert!((rate - expected).abs() <= 0.015, "{what}: {rate:.4}, expected {expected}");
}
