//! Where the likelihood of the two numbers that are not linear is highest, within their bounds.

use super::filter::Place;

/// At 1 nothing ever fades, and effects cannot be told from a trend.
pub(crate) const CARRY_MAX: f64 = 0.99;

/// The top, and how sharp it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Top {
    pub place: Place,
    pub value: f64,
    /// The covariance of λ and ψ; zero for one that lies on its bound or that nothing tells.
    pub covariance: [[f64; 2]; 2],
}

/// Half the distance over which slopes are taken. Errors are its square.
pub(crate) const STEP: f64 = 3e-4;
/// The likelihood cannot be seen to rise by less.
const GAIN_MIN: f64 = 1e-11;
const ROUNDS_MAX: usize = 60;

pub(crate) fn top(value: &impl Fn(Place) -> Option<f64>) -> Option<Top> {
    let (mut best, mut place): (Option<f64>, Option<Place>) = (None, None);
    for start in starts(value) {
        let (found, at) = climb(value, start)?;
        if best.is_none_or(|best| best < found) {
            (best, place) = (Some(found), Some(at));
        }
    }
    let (value_at, place) = (best?, place?);
    Some(Top { place, value: value_at, covariance: covariance(value, place)? })
}

/// The highest places of a grid that are no neighbours: there may be more than one hill, one with
/// noise that is carried over and one without.
fn starts(value: &impl Fn(Place) -> Option<f64>) -> Vec<Place> {
    const CARRIES: [f64; 11] = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97];
    const SHARES: [f64; 5] = [0.02, 0.25, 0.5, 0.75, 0.98];
    const STARTS: usize = 2;
    let mut grid: Vec<(f64, usize, usize)> = Vec::new();
    for (i, carry) in CARRIES.into_iter().enumerate() {
        for (j, share) in SHARES.into_iter().enumerate() {
            if let Some(found) = value(Place { carry, share }) {
                grid.push((found, i, j));
            }
        }
    }
    grid.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (_, i, j) in grid {
        let apart = |it: &(usize, usize)| 1 < it.0.abs_diff(i) || 1 < it.1.abs_diff(j);
        if taken.len() < STARTS && taken.iter().all(apart) {
            taken.push((i, j));
        }
    }
    taken.into_iter().map(|(i, j)| Place { carry: CARRIES[i], share: SHARES[j] }).collect()
}

/// Newton's method with slopes from both sides, kept uphill and within the bounds.
fn climb(value: &impl Fn(Place) -> Option<f64>, start: Place) -> Option<(f64, Place)> {
    let mut at = start;
    let mut here = value(at)?;
    for _ in 0..ROUNDS_MAX {
        let (gradient, curvature) = slopes(value, at, here)?;
        let free = free(at, gradient);
        let step = step(gradient, curvature, free);
        let Some((next, there)) = advance(value, at, here, step) else { break };
        let gain = there - here;
        (at, here) = (next, there);
        if gain < GAIN_MIN {
            break;
        }
    }
    Some((here, at))
}

/// Which of the two may move: not one that lies on its bound and would leave.
fn free(at: Place, gradient: [f64; 2]) -> [bool; 2] {
    let inside = |x: f64, most: f64, slope: f64| {
        !((x <= 0.0 && slope <= 0.0) || (most <= x && 0.0 <= slope))
    };
    [inside(at.carry, CARRY_MAX, gradient[0]), inside(at.share, 1.0, gradient[1])]
}

fn step(gradient: [f64; 2], curvature: [[f64; 2]; 2], free: [bool; 2]) -> [f64; 2] {
    /// Where it is not curved downwards: as far along the slope as the range allows.
    const FAR: f64 = 0.2;
    let alone = |i: usize| match curvature[i][i] < 0.0 {
        true => -gradient[i] / curvature[i][i],
        false => FAR * gradient[i].signum(),
    };
    let determinant = curvature[0][0] * curvature[1][1] - curvature[0][1] * curvature[0][1];
    match free {
        [true, true] if curvature[0][0] < 0.0 && 0.0 < determinant => [
            (curvature[0][1] * gradient[1] - curvature[1][1] * gradient[0]) / determinant,
            (curvature[0][1] * gradient[0] - curvature[0][0] * gradient[1]) / determinant,
        ],
        _ => [if free[0] { alone(0) } else { 0.0 }, if free[1] { alone(1) } else { 0.0 }],
    }
}

fn advance(
    value: &impl Fn(Place) -> Option<f64>,
    at: Place,
    here: f64,
    step: [f64; 2],
) -> Option<(Place, f64)> {
    const HALVINGS_MAX: usize = 30;
    let mut share = 1.0;
    for _ in 0..HALVINGS_MAX {
        let next = Place {
            carry: (at.carry + share * step[0]).clamp(0.0, CARRY_MAX),
            share: (at.share + share * step[1]).clamp(0.0, 1.0),
        };
        if let Some(there) = value(next).filter(|there| here < *there) {
            return Some((next, there));
        }
        share *= 0.5;
    }
    None
}

/// The likelihood goes on smoothly beyond the bounds by as much as the step, so that slopes can be
/// taken from both sides everywhere.
fn slopes(
    value: &impl Fn(Place) -> Option<f64>,
    at: Place,
    here: f64,
) -> Option<([f64; 2], [[f64; 2]; 2])> {
    let beside = |carry: f64, share: f64| {
        value(Place { carry: at.carry + carry * STEP, share: at.share + share * STEP })
    };
    let (right, left) = (beside(1.0, 0.0)?, beside(-1.0, 0.0)?);
    let (up, down) = (beside(0.0, 1.0)?, beside(0.0, -1.0)?);
    let both = beside(1.0, 1.0)? + beside(-1.0, -1.0)? - beside(1.0, -1.0)? - beside(-1.0, 1.0)?;
    let square = STEP * STEP;
    let cross = both / (4.0 * square);
    Some((
        [(right - left) / (2.0 * STEP), (up - down) / (2.0 * STEP)],
        [[(right - 2.0 * here + left) / square, cross], [cross, (up - 2.0 * here + down) / square]],
    ))
}

fn covariance(value: &impl Fn(Place) -> Option<f64>, at: Place) -> Option<[[f64; 2]; 2]> {
    /// So flat that rounding makes its sign: the number may be anything.
    const FLAT: f64 = 1e-3;
    let (gradient, curvature) = slopes(value, at, value(at)?)?;
    let inside = free(at, gradient);
    let on_bound = |x: f64, most: f64| x <= 0.0 || most <= x;
    let sharp = |i: usize| curvature[i][i] < -FLAT;
    let carry = inside[0] && !on_bound(at.carry, CARRY_MAX) && sharp(0);
    let share = inside[1] && !on_bound(at.share, 1.0) && sharp(1);
    let determinant = curvature[0][0] * curvature[1][1] - curvature[0][1] * curvature[0][1];
    if carry && share && FLAT * curvature[0][0].abs() < determinant {
        return Some([
            [-curvature[1][1] / determinant, curvature[0][1] / determinant],
            [curvature[0][1] / determinant, -curvature[0][0] / determinant],
        ]);
    }
    let alone = |sharp: bool, i: usize| if sharp { -1.0 / curvature[i][i] } else { 0.0 };
    Some([[alone(carry, 0), 0.0], [0.0, alone(share && !carry, 1)]])
}
