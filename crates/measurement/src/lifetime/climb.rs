//! The top of a smooth function of a few numbers: Newton's method, kept uphill and on short steps.

/// A function at one place, with all first and second derivatives.
#[derive(Clone, Debug)]
pub(crate) struct Slope<const N: usize> {
    pub value: f64,
    pub gradient: [f64; N],
    pub curvature: [[f64; N]; N],
}

impl<const N: usize> Slope<N> {
    pub fn flat() -> Slope<N> {
        Slope { value: 0.0, gradient: [0.0; N], curvature: [[0.0; N]; N] }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Peak<const N: usize> {
    /// `covariance` is the inverse of minus the curvature.
    Inside { at: [f64; N], value: f64, covariance: [[f64; N]; N] },
    /// It still rises where number `which` leaves the range, upwards or downwards.
    Edge { at: [f64; N], which: usize, upwards: bool },
    /// It is flat in some direction, or is no number.
    Flat,
}

/// Parameters are logarithms here, and a factor of e² at a time is far enough to go on one slope.
const STEP_MAX: f64 = 2.0;
const STEPS_MAX: usize = 200;
const HALVINGS_MAX: usize = 40;
/// Twice the gain that a last step promises. The distance to the top, in standard errors, is its
/// root.
const GAIN_MIN: f64 = 1e-14;

/// Climbs from `start`. The range is open: whatever leaves it has no top within reason.
pub(crate) fn climb<const N: usize>(
    start: [f64; N],
    low: [f64; N],
    high: [f64; N],
    look: impl FnMut(&[f64; N]) -> Slope<N>,
) -> Peak<N> {
    climb_until(GAIN_MIN, start, low, high, look)
}

/// As [`climb`], to within a gain of half of `gain_min`.
pub(crate) fn climb_until<const N: usize>(
    gain_min: f64,
    start: [f64; N],
    low: [f64; N],
    high: [f64; N],
    mut look: impl FnMut(&[f64; N]) -> Slope<N>,
) -> Peak<N> {
    let mut at = start;
    let mut here = look(&at);
    for _ in 0..STEPS_MAX {
        if !is_number(&here) {
            return Peak::Flat;
        }
        let (step, reversed) = uphill(&here);
        let gain = dot(&step, &here.gradient);
        if gain < gain_min && !reversed {
            break;
        }
        let Some((next, slope)) = advance(&at, &step, gain, &here, &mut look) else { break };
        (at, here) = (next, slope);
        let out = |i: &usize| at[*i] <= low[*i] || high[*i] <= at[*i];
        if let Some(which) = (0..N).find(out) {
            return Peak::Edge { at, which, upwards: high[which] <= at[which] };
        }
    }
    finish(at, &here)
}

/// The top, if it is one: curved downwards in all directions, and nothing left to gain.
fn finish<const N: usize>(at: [f64; N], here: &Slope<N>) -> Peak<N> {
    /// Where rounding hides any further gain, the last step may promise more than [`GAIN_MIN`].
    const GAIN_LEFT_MAX: f64 = 1e-6;
    let Some(factor) = cholesky(&here.curvature) else { return Peak::Flat };
    if GAIN_LEFT_MAX < dot(&solve(&factor, &here.gradient), &here.gradient) {
        return Peak::Flat;
    }
    let mut covariance = [[0.0; N]; N];
    for (i, row) in covariance.iter_mut().enumerate() {
        let mut unit = [0.0; N];
        unit[i] = 1.0;
        *row = solve(&factor, &unit);
    }
    Peak::Inside { at, value: here.value, covariance }
}

/// Newton's step where the function is curved downwards, and elsewhere, `true`, the step that it
/// would be if every upward curve were a downward one: as long, and always uphill.
fn uphill<const N: usize>(here: &Slope<N>) -> ([f64; N], bool) {
    let (mut step, reversed) = match cholesky(&here.curvature) {
        Some(factor) => (solve(&factor, &here.gradient), false),
        None => (reversed(here), true),
    };
    let longest = step.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let shorter = if STEP_MAX < longest { STEP_MAX / longest } else { 1.0 };
    step.iter_mut().for_each(|x| *x *= shorter);
    (step, reversed)
}

fn reversed<const N: usize>(here: &Slope<N>) -> [f64; N] {
    /// In share of the largest curvature: below is no curvature but rounding.
    const FLAT: f64 = 1e-12;
    let (sizes, axes) = axes(here.curvature);
    let most = sizes.iter().fold(f64::MIN_POSITIVE, |most, size| most.max(size.abs()));
    let mut step = [0.0; N];
    for (axis, size) in axes.iter().zip(sizes) {
        let along = dot(axis, &here.gradient) / size.abs().max(FLAT * most);
        step.iter_mut().zip(axis).for_each(|(step, part)| *step += along * part);
    }
    step
}

/// The curvatures of a symmetric matrix along its own axes, and those axes (Jacobi's rotations).
fn axes<const N: usize>(mut matrix: [[f64; N]; N]) -> ([f64; N], [[f64; N]; N]) {
    /// Each sweep squares what is left beside the diagonal.
    const SWEEPS: usize = 12;
    let mut axes: [[f64; N]; N] =
        std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    for _ in 0..SWEEPS {
        for i in 0..N {
            for j in i + 1..N {
                let beside = matrix[i][j];
                if beside == 0.0 {
                    continue;
                }
                let ratio = (matrix[j][j] - matrix[i][i]) / (2.0 * beside);
                let tangent = ratio.signum() / (ratio.abs() + (1.0 + ratio * ratio).sqrt());
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                let sine = tangent * cosine;
                let turn = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
                for row in &mut matrix {
                    (row[i], row[j]) = turn(row[i], row[j]);
                }
                for k in 0..N {
                    (matrix[i][k], matrix[j][k]) = turn(matrix[i][k], matrix[j][k]);
                    (axes[i][k], axes[j][k]) = turn(axes[i][k], axes[j][k]);
                }
            }
        }
    }
    (std::array::from_fn(|i| matrix[i][i]), axes)
}

/// The step, halved until it gains a fair part of what the slope promises.
fn advance<const N: usize>(
    at: &[f64; N],
    step: &[f64; N],
    gain: f64,
    here: &Slope<N>,
    look: &mut impl FnMut(&[f64; N]) -> Slope<N>,
) -> Option<([f64; N], Slope<N>)> {
    const FAIR: f64 = 1e-4;
    /// Sums over many people differ by this much for no reason but rounding.
    const NOISE: f64 = 1e-12;
    let enough = here.value - NOISE * here.value.abs();
    let mut share = 1.0;
    for _ in 0..HALVINGS_MAX {
        let next: [f64; N] = std::array::from_fn(|i| at[i] + share * step[i]);
        let slope = look(&next);
        if enough + FAIR * share * gain <= slope.value {
            return Some((next, slope));
        }
        share *= 0.5;
    }
    None
}

/// The factor L of −curvature, by rows, where that is curved downwards in all directions.
fn cholesky<const N: usize>(curvature: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    /// A direction that is this much flatter than its axis is flat, as far as rounding lets see.
    const FLAT: f64 = 1e-12;
    let mut factor = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            let left = -curvature[i][j] - dot;
            if i != j {
                factor[i][j] = left / factor[j][j];
            } else if left <= FLAT * curvature[i][i].abs() || !left.is_finite() {
                return None;
            } else {
                factor[i][i] = left.sqrt();
            }
        }
    }
    Some(factor)
}

fn solve<const N: usize>(factor: &[[f64; N]; N], right: &[f64; N]) -> [f64; N] {
    let mut x = *right;
    for i in 0..N {
        let dot: f64 = (0..i).map(|k| factor[i][k] * x[k]).sum();
        x[i] = (x[i] - dot) / factor[i][i];
    }
    for i in (0..N).rev() {
        let dot: f64 = (i + 1..N).map(|k| factor[k][i] * x[k]).sum();
        x[i] = (x[i] - dot) / factor[i][i];
    }
    x
}

/// From derivatives by θ, with the upper half of the second ones, to those by ln θ.
pub(crate) fn in_logs<const N: usize>(mut slope: Slope<N>, theta: &[f64; N]) -> Slope<N> {
    for i in 0..N {
        slope.gradient[i] *= theta[i];
        for j in i..N {
            slope.curvature[i][j] *= theta[i] * theta[j];
            slope.curvature[j][i] = slope.curvature[i][j];
        }
        slope.curvature[i][i] += slope.gradient[i];
    }
    slope
}

pub(crate) fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// aᵀ M a.
pub(crate) fn quadratic<const N: usize>(a: &[f64; N], matrix: &[[f64; N]; N]) -> f64 {
    matrix.iter().zip(a).map(|(row, x)| x * dot(row, a)).sum()
}

fn is_number<const N: usize>(slope: &Slope<N>) -> bool {
    let rows = slope.curvature.iter().flatten();
    slope.value.is_finite() && slope.gradient.iter().chain(rows).all(|x| x.is_finite())
}
