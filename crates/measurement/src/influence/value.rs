//! Direct and indirect value, from those who brought nobody upwards.

use super::claims::{Claims, starts};

/// One number per person.
pub(crate) struct ValueSums {
    pub brought: Vec<f64>,
    pub descendants: Vec<f64>,
    pub direct: Vec<f64>,
    pub indirect: Vec<f64>,
    /// The longest chain of people who brought each other.
    pub generations: u64,
}

/// direct(u) = Σ share·value(c) and indirect(u) = discount · Σ share·(direct(c) + indirect(c)), over
/// the people c whom u brought. One pass: each person is passed upwards once, when all below are
/// in, which happens because the claims that count hold no circle.
pub(crate) fn sums(claims: &Claims, worth: &[f64], discount: f64) -> ValueSums {
    let people = claims.people;
    let mut sums = ValueSums {
        brought: vec![0.0; people],
        descendants: vec![0.0; people],
        direct: vec![0.0; people],
        indirect: vec![0.0; people],
        generations: 0,
    };
    let starts = starts(people, &claims.counted);
    let mut missing = vec![0_u32; people];
    claims.counted.iter().for_each(|it| missing[it.referrer as usize] += 1);
    let mut depth = vec![0_u64; people];
    let mut ready: Vec<u32> =
        (0..people as u32).filter(|person| missing[*person as usize] == 0).collect();
    while let Some(person) = ready.pop() {
        let below = person as usize;
        for at in starts[below]..starts[below + 1] {
            let claim = &claims.counted[at as usize];
            let above = claim.referrer as usize;
            sums.brought[above] += claim.share;
            sums.descendants[above] += claim.share * (1.0 + sums.descendants[below]);
            sums.direct[above] += claim.share * worth[below];
            sums.indirect[above] +=
                discount * claim.share * (sums.direct[below] + sums.indirect[below]);
            depth[above] = depth[above].max(depth[below] + 1);
            sums.generations = sums.generations.max(depth[above]);
            missing[above] -= 1;
            if missing[above] == 0 {
                ready.push(claim.referrer);
            }
        }
    }
    sums
}
