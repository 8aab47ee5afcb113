//! The answer for many states: several scenarios at once by Gauss–Seidel sweeps, and GMRES for
//! those that settle too slowly.
//!
//! All terms are positive, so sweeps lose no digits and approach the answer from below.

use super::chain::Steps;

/// Scenarios that are solved together: as many as two or four vector registers hold.
pub(super) const LANES: usize = 8;

/// One number per scenario.
pub(super) type Lane = [f64; LANES];

/// What is left out at the end, relative to the sum of the answer.
const PRECISION: f64 = 1e-15;

/// A chain of ten steps a path is done after some fifty sweeps. Whatever needs more than this is
/// better off with the other method.
const SWEEPS_MAX: usize = 400;

/// Solves x = factor · (right + steps · x), per scenario, where `steps` sums over the others of each
/// state. None if it does not settle.
pub(super) fn solve(steps: &Steps, right: &[f64], factors: &[Lane]) -> Option<Vec<Lane>> {
    let mut x = vec![[0.0; LANES]; right.len()];
    let mut before = [f64::NAN; LANES];
    for _ in 0..SWEEPS_MAX {
        let (changed, sum) = sweep(steps, right, factors, &mut x);
        let settled = (0..LANES).all(|lane| {
            // The changes shrink by a steady share; what is still to come is their remaining sum.
            let shrinks = changed[lane] / before[lane];
            let rest = changed[lane] * shrinks / (1.0 - shrinks);
            let only_rounding = changed[lane] <= f64::EPSILON * sum[lane];
            only_rounding || (shrinks < 1.0 && rest <= PRECISION * sum[lane])
        });
        if settled {
            return Some(x);
        }
        before = changed;
    }
    for lane in 0..LANES {
        let factor: Vec<f64> = factors.iter().map(|factor| factor[lane]).collect();
        let start: Vec<f64> = x.iter().map(|x| x[lane]).collect();
        let found = minimal_residual(steps, right, &factor, start)?;
        x.iter_mut().zip(found).for_each(|(x, found)| x[lane] = found);
    }
    Some(x)
}

/// One pass over all states. Returns how much changed and the sum of all.
fn sweep(steps: &Steps, right: &[f64], factors: &[Lane], x: &mut [Lane]) -> (Lane, Lane) {
    let (mut changed, mut total) = ([0.0; LANES], [0.0; LANES]);
    for (state, (right, factor)) in right.iter().zip(factors).enumerate() {
        let mut sum = [*right; LANES];
        for (other, probability) in steps.of(state) {
            let from = &x[other];
            for lane in 0..LANES {
                sum[lane] += probability * from[lane];
            }
        }
        let old = &mut x[state];
        for lane in 0..LANES {
            let new = factor[lane] * sum[lane];
            changed[lane] += (new - old[lane]).abs();
            total[lane] += new;
            old[lane] = new;
        }
    }
    (changed, total)
}

/// Directions kept before a restart.
const DIRECTIONS: usize = 40;
const RESTARTS_MAX: usize = 50;
const STALLED_MAX: usize = 2;

/// Saad and Schultz 1986 (SIAM J. Sci. Stat. Comput. 7(3)), restarted, for one scenario.
fn minimal_residual(
    steps: &Steps,
    right: &[f64],
    factor: &[f64],
    mut x: Vec<f64>,
) -> Option<Vec<f64>> {
    let apply = |x: &[f64], constant: f64| -> Vec<f64> {
        let row = |state: usize| {
            let sum: f64 = steps.of(state).map(|(other, p)| p * x[other]).sum();
            constant * factor[state] * right[state] - (x[state] - factor[state] * sum)
        };
        (0..x.len()).map(row).collect()
    };
    let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let (mut before, mut stalled) = (f64::INFINITY, 0);
    for _ in 0..RESTARTS_MAX {
        let residual = apply(&x, 1.0);
        let size = norm(&residual);
        let enough = size <= f64::EPSILON * 4.0 * norm(&x);
        // Rounding is all that is left when a whole round has gained nothing.
        if enough || (before * 0.5 <= size && size <= 1e-12 * norm(&x)) {
            return Some(x);
        }
        // A round that gains next to nothing is followed by others like it.
        stalled += usize::from(before * 0.9 <= size);
        if STALLED_MAX < stalled {
            return None;
        }
        before = size;
        let mut basis = vec![scaled(&residual, 1.0 / size)];
        let mut round = Round::new(size);
        while basis.len() <= DIRECTIONS && !round.done() {
            let newest = &basis[basis.len() - 1];
            let mut next: Vec<f64> = apply(newest, 0.0).into_iter().map(|x| -x).collect();
            let mut column = Vec::with_capacity(basis.len() + 1);
            for direction in &basis {
                let along: f64 = next.iter().zip(direction).map(|(a, b)| a * b).sum();
                next.iter_mut().zip(direction).for_each(|(next, it)| *next -= along * it);
                column.push(along);
            }
            let left = norm(&next);
            column.push(left);
            round.push(column);
            if left == 0.0 {
                break;
            }
            basis.push(scaled(&next, 1.0 / left));
        }
        for (weight, direction) in round.weights().iter().zip(&basis) {
            x.iter_mut().zip(direction).for_each(|(x, it)| *x += weight * it);
        }
    }
    None
}

fn scaled(x: &[f64], by: f64) -> Vec<f64> {
    x.iter().map(|x| x * by).collect()
}

/// The small least-squares problem of one round, kept triangular by rotations.
struct Round {
    columns: Vec<Vec<f64>>,
    rotations: Vec<(f64, f64)>,
    right: Vec<f64>,
}

impl Round {
    fn new(size: f64) -> Round {
        Round { columns: Vec::new(), rotations: Vec::new(), right: vec![size] }
    }

    fn push(&mut self, mut column: Vec<f64>) {
        let last = column.len() - 2;
        for (at, (c, s)) in self.rotations.iter().enumerate() {
            (column[at], column[at + 1]) =
                (c * column[at] + s * column[at + 1], c * column[at + 1] - s * column[at]);
        }
        let size = column[last].hypot(column[last + 1]);
        let (c, s) = match size {
            0.0 => (1.0, 0.0),
            _ => (column[last] / size, column[last + 1] / size),
        };
        column.truncate(last + 1);
        column[last] = size;
        let right = self.right[last];
        self.right[last] = c * right;
        self.right.push(-s * right);
        self.rotations.push((c, s));
        self.columns.push(column);
    }

    /// The residual is down to rounding.
    fn done(&self) -> bool {
        let left = self.right.last().copied().unwrap_or_default().abs();
        !self.columns.is_empty() && left <= f64::EPSILON * self.right[0].abs()
    }

    fn weights(&self) -> Vec<f64> {
        let n = self.columns.len();
        let mut weights = self.right[..n].to_vec();
        for at in (0..n).rev() {
            let column = &self.columns[at];
            weights[at] = if column[at] == 0.0 { 0.0 } else { weights[at] / column[at] };
            for above in 0..at {
                weights[above] -= column[above] * weights[at];
            }
        }
        weights
    }
}
