//! Interactions by the regression in which sets larger than the order add nothing of their own.

use super::means::Means;
use super::{Analysis, ORDER_MAX, SATURATED_CHANNELS_MAX};
use crate::Estimate;
use crate::cell::sets_up_to;
use crate::regression::Fit;
use crate::strata::{Combination, Stratum, moments};

/// The regression is fitted when the first row needs it.
#[derive(Default)]
pub(super) struct Lazy(std::cell::OnceCell<Option<Regression>>);

/// A regression over all strata, and the strata with its variances.
struct Regression {
    order: usize,
    fits: Vec<Fit>,
    strata: Vec<Stratum>,
}

impl Analysis<'_> {
    /// Whether people in the regression are so much better used that its assumption is worth it.
    pub(super) fn prefers_regression(&self) -> bool {
        match (&self.means, self.question.order) {
            (Means::Clusters { .. }, _) => false,
            (_, Some(order)) if order < self.k.min(SATURATED_CHANNELS_MAX) => true,
            _ if self.k <= SATURATED_CHANNELS_MAX => false,
            _ => 2 * (1 + sets_up_to(self.k, 2).len()) <= self.quality.pooled.len(),
        }
    }

    pub(super) fn truncated_order(&self, lazy: &Lazy) -> usize {
        self.regression(lazy).map_or(0, |regression| regression.order)
    }

    /// Σ share × Δ(set).
    pub(super) fn by_regression(
        &self,
        dividends: &[(u32, f64)],
        lazy: &Lazy,
        missing: impl Fn() -> String,
    ) -> Estimate {
        let (Means::Cohorts(strata), Some(regression)) = (&self.means, self.regression(lazy))
        else {
            return Estimate::absent(match self.means {
                Means::Clusters { .. } => NOT_BY_CLUSTER.to_owned(),
                Means::Cohorts(_) => missing(),
            });
        };
        let within = |set: u32| set.count_ones() as usize <= regression.order;
        if dividends.is_empty() || !dividends.iter().all(|(set, _)| within(*set)) {
            return Estimate::absent(missing());
        }
        let fits = regression.fits.iter().zip(strata);
        let weights: Option<Vec<_>> =
            fits.map(|(fit, stratum)| fit.weights(dividends, stratum)).collect();
        let weights = weights.map(Combination);
        let found = weights
            .and_then(|weights| Some((moments(&regression.strata, &weights)?, weights.cells())));
        match found {
            Some((found, cells)) => self.estimate(&found, &cells),
            None => Estimate::absent(missing()),
        }
    }

    /// The regression of the asked order, or of the largest that the filled cells identify.
    fn regression<'l>(&self, lazy: &'l Lazy) -> Option<&'l Regression> {
        let fitted = lazy.0.get_or_init(|| {
            let Means::Cohorts(strata) = &self.means else { return None };
            let fit = |order| -> Vec<Fit> {
                strata.iter().map(|stratum| Fit::new(stratum, self.k, order)).collect()
            };
            let largest = ORDER_MAX.min(self.k);
            let asked = self.question.order.filter(|order| *order < self.k);
            let mut order = asked.unwrap_or(largest);
            let mut fits = fit(order);
            while asked.is_none() && 2 < order && !fits.iter().all(Fit::has_full_rank) {
                order -= 1;
                fits = fit(order);
            }
            let strata = strata.iter().zip(&fits).map(|(stratum, fit)| fit.stratum(stratum));
            Some(Regression { order, strata: strata.collect(), fits })
        });
        fitted.as_ref()
    }
}

const NOT_BY_CLUSTER: &str =
    "with clusters or weights it needs people in each of its cells: no regression stands in";
