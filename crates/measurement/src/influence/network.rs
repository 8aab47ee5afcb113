//! Network influence: PageRank personalised by value, from the referred to all who claim them.

use super::claims::{Claims, starts};

/// The walk stops when less than this share of all influence is still on its way.
const LEFT_MAX: f64 = 1e-12;
/// Damping near 1 would walk for ever. Nobody reads the digits that this leaves out.
const STEPS_MAX: usize = 10_000;

/// One share per person; together 1. Nothing where no person has a value above 0.
///
/// With seed s, transitions P and damping α, PageRank whose dangling people go back to the seed
/// solves x = α Pᵀx + (1 − α + α·dangling) s. That is y / Σy with y = s + α Pᵀy (Gleich 2015,
/// *SIAM Review* 57(3), section 2: PageRank from the pseudo-PageRank vector), and
/// y = s + αPᵀs + (αPᵀ)²s + …: the power iteration without its constant part, which ends as soon as
/// the longest chain does and knows what it leaves out.
pub(crate) fn influence(claims: &Claims, worth: &[f64], damping: f64) -> Option<Vec<f64>> {
    let seed = seed(worth)?;
    let starts = starts(claims.people, &claims.distinct);
    let referrers: Vec<u32> = claims.distinct.iter().map(|it| it.referrer).collect();
    let mut moving = seed.clone();
    let mut all = seed;
    let mut next = vec![0.0; claims.people];
    for _ in 0..STEPS_MAX {
        next.fill(0.0);
        let mut left = 0.0;
        for (person, mass) in moving.iter().enumerate() {
            let above = &referrers[starts[person] as usize..starts[person + 1] as usize];
            if *mass == 0.0 || above.is_empty() {
                continue;
            }
            let part = damping * mass / above.len() as f64;
            left += damping * mass;
            above.iter().for_each(|it| next[*it as usize] += part);
        }
        all.iter_mut().zip(&next).for_each(|(all, next)| *all += next);
        std::mem::swap(&mut moving, &mut next);
        // What is still to come is at most left·α/(1 − α), and all is at least 1.
        if left * damping <= LEFT_MAX * (1.0 - damping) {
            break;
        }
    }
    let total: f64 = all.iter().sum();
    all.iter_mut().for_each(|it| *it /= total);
    Some(all)
}

fn seed(worth: &[f64]) -> Option<Vec<f64>> {
    let most = worth.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    // By the largest first: a sum of large values could be beyond all numbers.
    let seed: Vec<f64> = worth.iter().map(|it| it.max(0.0) / most).collect();
    let total: f64 = seed.iter().sum();
    Some(seed.into_iter().map(|it| it / total).collect())
}
