//! Where cell means and their errors come from: the sums of cohorts, or rows in clusters.

use std::collections::BTreeMap;

use super::Question;
use crate::Sums;
use crate::clusters::{ClusterFit, Parts, randomisation_p};
use crate::strata::{Combination, Moments, Stratum, covariance, moments, strata};

pub(super) enum Means {
    Cohorts(Vec<Stratum>),
    Clusters { told: bool, parts: Parts, fit: Box<ClusterFit> },
}

impl Means {
    /// The means, the sums per cell of the people in them, and how many people are left out.
    pub fn new(question: &Question, core: &[u32]) -> (Means, BTreeMap<u32, Sums>, u64) {
        let (strata, pooled, left_out) = strata(question.cohorts, core);
        match question.clusters {
            None => (Means::Cohorts(strata), pooled, left_out),
            Some(clusters) => {
                let parts = clusters.parts();
                let fit = Box::new(ClusterFit::new(&parts));
                (Means::Clusters { told: clusters.are_told(), parts, fit }, pooled, left_out)
            }
        }
    }

    /// Whether the cell has people in every cohort that takes part.
    pub fn filled(&self, on: u32) -> bool {
        match self {
            Means::Cohorts(strata) => strata.iter().all(|stratum| stratum.cells.contains_key(&on)),
            Means::Clusters { fit, .. } => fit.has(on),
        }
    }

    pub fn has_one_cluster(&self, on: u32) -> bool {
        matches!(self, Means::Clusters { fit, .. } if fit.single(on))
    }

    /// What the weights on cell means come to; `None` where they cannot be told.
    pub fn moments(&self, weights: &[(u32, f64)]) -> Option<Moments> {
        match self {
            Means::Cohorts(strata) => moments(strata, &Combination::same(strata, weights)),
            Means::Clusters { fit, .. } => fit.moments(weights),
        }
    }

    pub fn covariance(&self, a: &[(u32, f64)], b: &[(u32, f64)]) -> f64 {
        match self {
            Means::Cohorts(strata) => {
                let same = |weights| Combination::same(strata, weights);
                covariance(strata, &same(a), &same(b))
            }
            Means::Clusters { fit, .. } => fit.covariance(a, b),
        }
    }

    pub fn variance_name(&self) -> &'static str {
        match self {
            Means::Clusters { told: true, .. } => "CR2",
            Means::Clusters { told: false, .. } | Means::Cohorts(_) => "HC2",
        }
    }

    /// The p of the contrast when the clusters' labels are dealt anew, and the channels dealt.
    pub fn randomisation(&self, weights: &[(u32, f64)], seed: u64) -> Option<(f64, u32)> {
        match self {
            Means::Clusters { told: true, parts, .. } => randomisation_p(parts, weights, seed),
            Means::Clusters { told: false, .. } | Means::Cohorts(_) => None,
        }
    }
}
