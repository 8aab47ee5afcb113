//! Uplift: scikit-uplift's numbers, known truths, scores that find nothing, files that say too little.

mod oracles;
mod recovery;
mod small;

use super::truth::Chance;
use crate::{Uplift, UpliftQuestion, UpliftUnit, uplift};

fn ask(units: &[UpliftUnit]) -> Uplift {
    uplift(&UpliftQuestion { units, top: &[0.1, 0.3], confidence: 0.95 })
}

/// A chance per person to be treated, and how much that adds to the chance of the outcome: a line
/// from nothing at the lowest score to `most` at the highest.
struct Market {
    n: usize,
    treated: f64,
    base: f64,
    most: f64,
}

impl Market {
    /// Scores are even between 0 and 1, and right if `knows`, else drawn apart from everything.
    fn units(&self, knows: bool, seed: u64) -> Vec<UpliftUnit> {
        let mut chance = Chance::new(seed);
        let unit = |_| {
            let place = chance.uniform();
            let treated = chance.uniform() < self.treated;
            let rate = self.base + if treated { self.most * place } else { 0.0 };
            let outcome = f64::from(u8::from(chance.uniform() < rate));
            let other = chance.uniform();
            UpliftUnit { outcome, treated, score: if knows { place } else { other } }
        };
        (0..self.n).map(unit).collect()
    }

    /// Of people without end, by person: the area of the Qini curve over a random order, and that of
    /// the best order. The gain of the top share x is `treated` most (x − x²/2).
    fn areas(&self) -> (f64, f64) {
        let own = self.treated * self.most * (0.5 - 1.0 / 6.0 - 0.25);
        let wins = self.treated * (self.base + 0.5 * self.most);
        let losses = (1.0 - self.treated) * self.base;
        let end = 0.5 * self.treated * self.most;
        let best = 0.5 * wins * wins + wins * (1.0 - losses - wins) + 0.5 * (wins + end) * losses;
        (own, best - 0.5 * end)
    }
}
