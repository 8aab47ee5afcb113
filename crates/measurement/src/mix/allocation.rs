//! How to spend: the best split of a budget under bounds, and the budget that earns most.
//!
//! In the long run each row brings Σ β_i e(s_i) + Σ κ_ij e(s_i) e(s_j), over 1 − λ, for spend s and
//! effort e(s) = s or √s. With e(s) = √s the cost of an effort is its square, which is the case that
//! Naik and Raman (2003) solve.

use super::hills::{highest, highest_hill};

/// What is spent, and what counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// The effort is what is spent.
    #[default]
    Linear,
    /// Its square root: each further unit brings less.
    Root,
}

impl Effort {
    pub fn name(self) -> &'static str {
        match self {
            Effort::Linear => "linear",
            Effort::Root => "root",
        }
    }

    pub fn of(self, spend: f64) -> f64 {
        match self {
            Effort::Linear => spend,
            Effort::Root => spend.sqrt(),
        }
    }

    /// How much an effort grows, in share of itself, with spend.
    pub(crate) fn elasticity(self) -> f64 {
        match self {
            Effort::Linear => 1.0,
            Effort::Root => 0.5,
        }
    }
}

/// The effects of efforts. `synergy[i][j]` is κ of the two; it is symmetric, with 0 in the diagonal.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    pub direct: Vec<f64>,
    pub synergy: Vec<Vec<f64>>,
    /// λ.
    pub carry: f64,
}

impl Effects {
    /// The outcome per row in the long run, by medium, with half of each synergy.
    pub fn expected(&self, spend: &[f64], effort: Effort) -> Vec<f64> {
        let efforts: Vec<f64> = spend.iter().map(|it| effort.of(*it)).collect();
        let of = |i: usize| {
            let together: f64 = self.synergy[i].iter().zip(&efforts).map(|(k, u)| k * u).sum();
            efforts[i] * (self.direct[i] + 0.5 * together) / (1.0 - self.carry)
        };
        (0..efforts.len()).map(of).collect()
    }
}

/// Spends all of `budget` so that the outcome is highest. `None` where the bounds leave no way.
///
/// Money moves between two media at a time, as far as it pays, from many places: with negative
/// synergies, or linear efforts, there is more than one hill.
pub fn allocate(
    effects: &Effects,
    effort: Effort,
    budget: f64,
    bounds: &[(f64, f64)],
) -> Option<Vec<f64>> {
    let value = |spend: &[f64]| effects.expected(spend, effort).iter().sum::<f64>();
    highest_hill(budget, bounds, &value, &|spend| improve(effects, effort, bounds, spend))
}

fn improve(effects: &Effects, effort: Effort, bounds: &[(f64, f64)], spend: &mut [f64]) {
    /// In share of the outcome; what is found moves by far less than anybody can know.
    const GAIN_MIN: f64 = 1e-12;
    const ROUNDS_MAX: usize = 500;
    for _ in 0..ROUNDS_MAX {
        let mut gained = 0.0;
        let mut size = f64::MIN_POSITIVE;
        for i in 0..spend.len() {
            for j in i + 1..spend.len() {
                let (gain, value) = exchange(effects, effort, bounds, spend, i, j);
                gained += gain;
                size = value.abs().max(size);
            }
        }
        if gained <= GAIN_MIN * size {
            return;
        }
    }
}

/// Splits what two media have between them anew; returns what that gains, and what they bring.
fn exchange(
    effects: &Effects,
    effort: Effort,
    bounds: &[(f64, f64)],
    spend: &mut [f64],
    i: usize,
    j: usize,
) -> (f64, f64) {
    let both = spend[i] + spend[j];
    let pull = |of: usize| {
        let others = (0..spend.len()).filter(|k| *k != i && *k != j);
        let from_others: f64 = others.map(|k| effects.synergy[of][k] * effort.of(spend[k])).sum();
        effects.direct[of] + from_others
    };
    let (first, second, together) = (pull(i), pull(j), effects.synergy[i][j]);
    let value = |x: f64| {
        let (u, v) = (effort.of(x.max(0.0)), effort.of((both - x).max(0.0)));
        first * u + second * v + together * u * v
    };
    let low = bounds[i].0.max(both - bounds[j].1);
    let high = bounds[i].1.min(both - bounds[j].0);
    if high <= low {
        return (0.0, value(spend[i]));
    }
    let before = value(spend[i]);
    let (found, at) = highest(value, low, high);
    if found <= before {
        return (0.0, before);
    }
    (spend[i], spend[j]) = (at, both - at);
    (found - before, found)
}

/// The efforts that earn most where an effort costs its square: the maximum of
/// m (β'u + ½ u'Ku) − u'u with m = margin / (1 − carry), u ≥ 0. For two media it is what Naik and
/// Raman (2003) find: u₁ = m (2β₁ + m κ β₂) / (4 − m² κ²).
///
/// `None` where synergy outruns the cost, so that more would always earn more.
pub fn best_efforts(effects: &Effects, margin: f64) -> Option<Vec<f64>> {
    /// Each round halves what is off, or better, unless the two nearly balance.
    const ROUNDS_MAX: usize = 100_000;
    const CLOSE: f64 = 1e-14;
    let m = margin / (1.0 - effects.carry);
    let k = effects.direct.len();
    if !is_concave(effects, m) {
        return None;
    }
    let mut efforts = vec![0.0_f64; k];
    for _ in 0..ROUNDS_MAX {
        let mut moved = 0.0_f64;
        for i in 0..k {
            let together: f64 = effects.synergy[i].iter().zip(&efforts).map(|(k, u)| k * u).sum();
            let next = (0.5 * m * (effects.direct[i] + together)).max(0.0);
            moved = moved.max((next - efforts[i]).abs() / next.abs().max(f64::MIN_POSITIVE));
            efforts[i] = next;
        }
        if moved <= CLOSE {
            return Some(efforts);
        }
    }
    None
}

/// Whether 2·1 − m K is positive definite, by elimination.
fn is_concave(effects: &Effects, m: f64) -> bool {
    /// Closer to none is a budget without end, as far as anybody can know.
    const FLAT: f64 = 1e-9;
    let k = effects.direct.len();
    let entry = |i: usize, j: usize| if i == j { 2.0 } else { -m * effects.synergy[i][j] };
    let mut rows: Vec<Vec<f64>> = (0..k).map(|i| (0..k).map(|j| entry(i, j)).collect()).collect();
    for i in 0..k {
        if rows[i][i] <= FLAT {
            return false;
        }
        let pivot = rows[i].clone();
        for row in &mut rows[i + 1..] {
            let factor = row[i] / pivot[i];
            row.iter_mut().zip(&pivot).for_each(|(value, by)| *value -= factor * by);
        }
    }
    true
}
