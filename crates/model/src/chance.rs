//! Stable chance: a keyed hash in place of a random number, so that nothing is ever redrawn.

use serde::{Deserialize, Serialize};

/// The secret of one installation. Who does not hold it cannot foresee or choose an assignment.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChanceKey(pub [u8; 32]);

/// One draw. The same key and the same words always give the same draw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chance(u64);

impl ChanceKey {
    /// Draws for `words`; each word is hashed with its length, so that ("ab", "c") and ("a", "bc")
    /// differ.
    pub fn draw(&self, words: &[&[u8]]) -> Chance {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for word in words {
            hasher.update(&(word.len() as u64).to_le_bytes());
            hasher.update(word);
        }
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        Chance(u64::from_le_bytes(bytes))
    }
}

impl std::fmt::Debug for ChanceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChanceKey(…)")
    }
}

impl Chance {
    /// A number in [0, 1) with 53 bits.
    pub fn unit(self) -> f64 {
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn bits(self) -> u64 {
        self.0
    }

    /// The index that the draw falls on among `weights`; none if they do not add up to more than 0.
    pub fn pick(self, weights: &[f64]) -> Option<usize> {
        let total: f64 = weights.iter().filter(|it| 0.0 < **it).sum();
        if total <= 0.0 || !total.is_finite() {
            return None;
        }
        let mut left = self.unit() * total;
        let mut last = None;
        for (index, weight) in weights.iter().enumerate() {
            if 0.0 < *weight {
                last = Some(index);
                if left < *weight {
                    return last;
                }
                left -= weight;
            }
        }
        last
    }
}
