//! Where λ and ψ may be, and what that leaves open.
//!
//! The likelihood with the coefficients solved takes them for known, and is too sharp by as much as
//! they are unsure. Its modified form (Barndorff-Nielsen 1983, Biometrika 70(2), with the derivative
//! of Severini 1998, Biometrika 85(3)) is in [`modified`]. What its profile loses at the truth is
//! that of Student's t, so that an interval holds each value for which some place of λ and ψ loses
//! little enough (Wilks 1938): no scale has to be chosen, and an end is as far away as the series
//! says on its own side.
//!
//! Noise that is all carried over, or all not, lies on a bound of ψ. An estimate of ψ that is
//! inside by chance then moves λ to one side, and the profile misses the truth on that side too
//! often. Where a bound cannot be ruled out, intervals therefore hold as well what would be
//! plausible if the noise were known to be of that one kind.

use std::ops::Range;

use super::filter::{Fit, Place, Series, modified};
use super::peak::CARRY_MAX;

/// Places of one λ, each with what its likelihood is lower by than that of the best.
pub(crate) struct Slice {
    pub carry: f64,
    pub places: Vec<(f64, Fit)>,
}

pub(crate) struct Plausible {
    pub slices: Vec<Slice>,
    /// Where λ ends.
    pub carry: (f64, f64),
}

/// A place between two of the grid loses less than a hundredth of what an interval may.
const CARRIES: usize = 25;
const SHARES: usize = 11;

impl Plausible {
    /// `drop` is what a likelihood may lose.
    pub fn new(series: &Series, top: Place, drop: f64) -> Option<Plausible> {
        // What is plausible on a bound may lose twice: the bound, and then its place.
        let area = Area::around(series, top, 2.0 * drop);
        let place = |i: usize, j: usize| Place {
            carry: along(&area.carry, i, CARRIES),
            share: along(&area.share, j, SHARES),
        };
        let row = |i: usize| (0..SHARES).map(move |j| modified(series, place(i, j), top.carry));
        let rows: Vec<Vec<Option<(f64, Fit)>>> = (0..CARRIES).map(|i| row(i).collect()).collect();
        let value = |i: usize, j: usize| rows[i][j].as_ref().map_or(f64::MIN, |it| it.0);
        let highest = |shares: Range<usize>| {
            let all = (0..CARRIES).flat_map(|i| shares.clone().map(move |j| (i, j)));
            all.map(|(i, j)| value(i, j)).fold(f64::MIN, f64::max)
        };
        let best = highest(0..SHARES);
        let on_bound = |j: usize| {
            let share = place(0, j).share;
            (share <= 0.0 || 1.0 <= share) && best - drop < highest(j..j + 1)
        };
        let [none, all] = [0, SHARES - 1].map(|j| on_bound(j).then(|| highest(j..j + 1)));
        let mut carry = self::ends(&area.carry, drop, best, |i| {
            (0..SHARES).map(|j| value(i, j)).fold(f64::MIN, f64::max)
        });
        for (j, known) in [(0, none), (SHARES - 1, all)] {
            let Some(known) = known else { continue };
            let (low, high) = self::ends(&area.carry, drop, known, |i| value(i, j));
            carry = (carry.0.min(low), carry.1.max(high));
        }
        let loss = |j: usize, value: f64| match j {
            0 => none.unwrap_or(best) - value,
            _ if j == SHARES - 1 => all.unwrap_or(best) - value,
            _ => best - value,
        };
        let slice = |(i, row): (usize, Vec<Option<(f64, Fit)>>)| Slice {
            carry: place(i, 0).carry,
            places: row
                .into_iter()
                .enumerate()
                .filter_map(|(j, it)| it.map(|(value, fit)| (loss(j, value), fit)))
                .filter(|it| it.0 < 2.0 * drop)
                .collect(),
        };
        let slices = rows.into_iter().enumerate().map(slice).collect();
        best.is_finite().then_some(Plausible { slices, carry: (carry.0, carry.1) })
    }
}

/// Where a likelihood over a range has lost `drop` of its best, or the ends of the range. Its root
/// is almost straight between two places.
fn ends(range: &Range<f64>, drop: f64, best: f64, value: impl Fn(usize) -> f64) -> (f64, f64) {
    let wanted = drop.sqrt();
    let root = |i: usize| (best - value(i)).max(0.0).sqrt();
    let top = (0..CARRIES).min_by(|a, b| root(*a).total_cmp(&root(*b))).unwrap_or(0);
    let crossing = |inner: usize, outer: usize| {
        let (from, to) = (along(range, inner, CARRIES), along(range, outer, CARRIES));
        let way = (wanted - root(inner)) / (root(outer) - root(inner));
        from + way.clamp(0.0, 1.0) * (to - from)
    };
    let low = (0..top).rev().find(|i| wanted < root(*i)).map(|i| crossing(i + 1, i));
    let high = (top + 1..CARRIES).find(|i| wanted < root(*i)).map(|i| crossing(i - 1, i));
    (low.unwrap_or(range.start), high.unwrap_or(range.end))
}

/// The part of the range of λ and ψ outside which more is lost than counts.
struct Area {
    carry: Range<f64>,
    share: Range<f64>,
}

impl Area {
    fn around(series: &Series, top: Place, drop: f64) -> Area {
        const PLACES: [usize; 2] = [11, 7];
        /// Each comes nearer to a narrow hill by a factor of two or more.
        const ROUNDS_MAX: usize = 12;
        let mut area = Area { carry: 0.0..CARRY_MAX, share: 0.0..1.0 };
        let at_top = modified(series, top, top.carry).map_or(f64::MIN, |it| it.0);
        for _ in 0..ROUNDS_MAX {
            let mut found: Vec<(f64, Place)> = vec![(at_top, top)];
            for i in 0..PLACES[0] {
                for j in 0..PLACES[1] {
                    let carry = along(&area.carry, i, PLACES[0]);
                    let place = Place { carry, share: along(&area.share, j, PLACES[1]) };
                    found.extend(modified(series, place, top.carry).map(|it| (it.0, place)));
                }
            }
            let best = found.iter().map(|it| it.0).fold(f64::MIN, f64::max);
            found.retain(|it| best - drop <= it.0);
            let next = Area {
                carry: hull(&area.carry, PLACES[0], found.iter().map(|it| it.1.carry)),
                share: hull(&area.share, PLACES[1], found.iter().map(|it| it.1.share)),
            };
            let smaller =
                |a: &Range<f64>, b: &Range<f64>| a.end - a.start < 0.6 * (b.end - b.start);
            let goes_on = smaller(&next.carry, &area.carry) || smaller(&next.share, &area.share);
            area = next;
            if !goes_on {
                break;
            }
        }
        area
    }
}

/// What lies around some numbers, with room for one place more on each side.
fn hull(range: &Range<f64>, places: usize, numbers: impl Iterator<Item = f64>) -> Range<f64> {
    let room = (range.end - range.start) / (places - 1) as f64;
    let (low, high) =
        numbers.fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it), high.max(it)));
    range.start.max(low - room)..range.end.min(high + room)
}

/// Place `i` of several, which are even from one end to the other.
fn along(range: &Range<f64>, i: usize, places: usize) -> f64 {
    match i + 1 == places {
        // Without rounding: a bound is to be met.
        true => range.end,
        false => range.start + i as f64 / (places - 1) as f64 * (range.end - range.start),
    }
}
