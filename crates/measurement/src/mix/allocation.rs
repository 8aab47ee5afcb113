//! How to spend: the best split of a budget under bounds, and the budget that earns most.
//!
//! In the long run each row brings Σ β_i e(s_i) + Σ κ_ij e(s_i) e(s_j), over 1 − λ, for spend s and
//! effort e(s) = s or √s. With e(s) = √s the cost of an effort is its square, which is the case that
//! Naik and Raman (2003) solve.

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
/// Money moves between two media at a time, as far as it pays, from several places at the start:
/// with negative synergies, or linear efforts, there is more than one hill.
pub fn allocate(
    effects: &Effects,
    effort: Effort,
    budget: f64,
    bounds: &[(f64, f64)],
) -> Option<Vec<f64>> {
    let (low, high) = bounds.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    // Sums of bounds that mean the budget exactly may miss it by rounding.
    let room = 1e-9 * budget.abs();
    if bounds.is_empty() || budget + room < low || high + room < budget {
        return None;
    }
    let total = |spend: &[f64]| effects.expected(spend, effort).iter().sum::<f64>();
    let mut best: Option<(f64, Vec<f64>)> = None;
    for preferred in preferences(bounds.len()) {
        let mut spend = start(budget, bounds, &preferred);
        improve(effects, effort, bounds, &mut spend);
        let found = total(&spend);
        if best.as_ref().is_none_or(|best| best.0 < found) {
            best = Some((found, spend));
        }
    }
    best.map(|best| best.1)
}

/// Nobody first, then each medium and each pair.
pub(crate) fn preferences(media: usize) -> Vec<Vec<usize>> {
    let single = (0..media).map(|i| vec![i]);
    let pairs = (0..media).flat_map(|i| (i + 1..media).map(move |j| vec![i, j]));
    std::iter::once(Vec::new()).chain(single).chain(pairs).collect()
}

/// The lower bounds, then what is left to the preferred as far as they can take it, then to all.
pub(crate) fn start(budget: f64, bounds: &[(f64, f64)], preferred: &[usize]) -> Vec<f64> {
    let mut spend: Vec<f64> = bounds.iter().map(|it| it.0).collect();
    let everybody: Vec<usize> = (0..bounds.len()).collect();
    for group in [preferred, &everybody] {
        let left = budget - spend.iter().sum::<f64>();
        let room: f64 = group.iter().map(|i| bounds[*i].1 - spend[*i]).sum();
        if 0.0 < room {
            let share = (left / room).clamp(0.0, 1.0);
            group.iter().for_each(|i| spend[*i] += share * (bounds[*i].1 - spend[*i]));
        }
    }
    spend
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

/// The highest value between two ends, of a function with at most a few hills.
pub(crate) fn highest(value: impl Fn(f64) -> f64, low: f64, high: f64) -> (f64, f64) {
    const CELLS: usize = 16;
    const SECTIONS: usize = 60;
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let place = |i: usize| low + (high - low) * i as f64 / CELLS as f64;
    let best = (0..=CELLS).max_by(|a, b| value(place(*a)).total_cmp(&value(place(*b))));
    let best = best.unwrap_or(0);
    let (mut a, mut b) = (place(best.saturating_sub(1)), place((best + 1).min(CELLS)));
    for _ in 0..SECTIONS {
        let (left, right) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
        if value(left) < value(right) { a = left } else { b = right }
    }
    let middle = 0.5 * (a + b);
    // The ends themselves are often the answer.
    let candidates = [middle, low, high].map(|x| (value(x), x));
    candidates
        .into_iter()
        .fold((f64::NEG_INFINITY, low), |best, it| if best.0 < it.0 { it } else { best })
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
