//! The chance that labels dealt to the clusters in another order would show as much.
//!
//! The statistic is the contrast over its CR2 error. Dealt anew under "no channel does anything", its
//! test is exact; being studentised, it also keeps its level in large samples where only the
//! contrast is zero (Wu & Ding 2021, Journal of the American Statistical Association 116).

use std::collections::BTreeMap;

use super::{ClusterFit, Part, Parts};
use crate::chance::Chance;

/// One more with the labels as they were makes 2,000, so that p has steps of 0.0005.
pub(crate) const PERMUTATIONS: usize = 1_999;
/// With more clusters the degrees of freedom say the same, and dealing takes too long.
pub(crate) const DEALT_CLUSTERS_MAX: usize = 1_000;

/// The two-sided p and the channels that were dealt to whole clusters; `None` where no channel was,
/// or there are too many clusters. The deals come from `seed`.
pub(crate) fn randomisation_p(
    found: &Parts,
    contrast: &[(u32, f64)],
    seed: u64,
) -> Option<(f64, u32)> {
    let dealt = dealt_bits(&found.parts)?;
    let clusters: Vec<&[Part]> = found.parts.chunk_by(|a, b| a.cluster == b.cluster).collect();
    if DEALT_CLUSTERS_MAX < clusters.len() {
        return None;
    }
    let shown = statistic(found, contrast)?;
    let mut by_stratum: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, parts) in clusters.iter().enumerate() {
        by_stratum.entry(parts[0].stratum).or_default().push(at);
    }
    let labels: Vec<u32> = clusters.iter().map(|parts| parts[0].on & dealt).collect();
    let mut chance = Chance::new(seed);
    let mut as_much = 0;
    let mut deal = found.clone();
    for _ in 0..PERMUTATIONS {
        let mut now = labels.clone();
        by_stratum.values().for_each(|members| shuffle(&mut now, members, &mut chance));
        let relabelled = clusters.iter().zip(&now).flat_map(|(parts, label)| {
            parts.iter().map(move |part| Part { on: part.on & !dealt | label, ..*part })
        });
        deal.parts.clear();
        deal.parts.extend(relabelled);
        // A deal that leaves a cell empty shows nothing either way: it counts against the finding.
        let size = statistic(&deal, contrast).unwrap_or(f64::INFINITY);
        as_much += usize::from(shown * (1.0 - 1e-9) <= size);
    }
    Some(((1 + as_much) as f64 / (1 + PERMUTATIONS) as f64, dealt))
}

/// The channels that are the same for all parts of each cluster and not the same for all clusters.
fn dealt_bits(parts: &[Part]) -> Option<u32> {
    let mut within = 0;
    for of_cluster in parts.chunk_by(|a, b| a.cluster == b.cluster) {
        of_cluster.iter().for_each(|part| within |= part.on ^ of_cluster[0].on);
    }
    let first = parts.first()?.on;
    let varying = parts.iter().fold(0, |bits, part| bits | part.on ^ first);
    let dealt = varying & !within;
    (dealt != 0).then_some(dealt)
}

fn statistic(found: &Parts, contrast: &[(u32, f64)]) -> Option<f64> {
    let moments = ClusterFit::new(found).moments(contrast)?;
    let variance = moments.variance.filter(|variance| 0.0 < *variance)?;
    Some(moments.estimate.abs() / variance.sqrt())
}

/// Fisher and Yates within the places of one stratum.
fn shuffle(labels: &mut [u32], members: &[usize], chance: &mut Chance) {
    for left in (1..members.len()).rev() {
        labels.swap(members[left], members[chance.below(left + 1)]);
    }
}
