//! Return on relationship: value gained over the holdout, per unit of what the care cost.

use serde::Serialize;

use crate::distribution::t_quantile;
use crate::{Estimate, Fieller, Ratio, Sums, ratio};

/// What the care of relationships brought, from two arms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RelationshipReturn {
    pub treated: u64,
    pub holdout: u64,
    /// Value per person beyond the holdout.
    pub gain: Estimate,
    /// Cost per person beyond the holdout.
    pub cost: Estimate,
    /// Gain per unit of cost, with Fieller's set. A number only where the cost is surely above 0.
    #[serde(rename = "return")]
    pub per_cost: Ratio,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

/// In an arm with fewer people nothing is said of its spread.
const ARM_MIN: u64 = 10;

/// The outcome of the sums is value per person (expected lifetime value and influence value), their
/// covariate is what the relationship cost per person; the arms must be drawn by chance. Without the
/// covariate nothing cost anything, and there is no return.
pub fn return_on_relationship(
    treated: &Sums,
    holdout: &Sums,
    confidence: f64,
) -> RelationshipReturn {
    let fewest = treated.n.min(holdout.n);
    if fewest < ARM_MIN {
        let reason = format!(
            "{} treated and {} held out people; at least {ARM_MIN} of each are needed",
            treated.n, holdout.n
        );
        return RelationshipReturn {
            treated: treated.n,
            holdout: holdout.n,
            gain: Estimate::absent(reason.clone()),
            cost: Estimate::absent(reason.clone()),
            per_cost: absent(reason.clone()),
            insufficient: Some(reason),
        };
    }
    let arms = [treated, holdout];
    let value = difference(arms.map(|it| (it.n, it.mean, it.m2)), confidence);
    let costs = arms.map(|it| it.covariate.unwrap_or_default());
    let pair = [0, 1].map(|i| (arms[i].n, costs[i].mean, costs[i].m2));
    let cost = difference(pair, confidence);
    let covariance: f64 = arms.iter().zip(&costs).map(|(arm, cost)| over(cost.cross, arm.n)).sum();
    // The less of the two degrees of freedom: the interval is rather too wide than too narrow.
    let df = value.df.min(cost.df);
    let set = ratio(
        value.mean,
        cost.mean,
        value.variance,
        cost.variance,
        covariance,
        t_quantile(confidence, df),
    );
    let cost_estimate = cost.estimate();
    let sure = cost_estimate.low.is_some_and(|low| 0.0 < low);
    let per_cost = match (set, sure) {
        // The cost is no estimate where everybody in an arm costs the same.
        (Fieller::Bounded { low, high }, true) => Ratio {
            estimate: Some(value.mean / cost.mean),
            low: Some(low),
            high: Some(high),
            kind: Some(set.kind()),
            reason: None,
        },
        _ => Ratio {
            estimate: None,
            low: set.ends().map(|ends| ends.0),
            high: set.ends().map(|ends| ends.1),
            kind: Some(set.kind()),
            reason: Some("the relationship does not surely cost more than the holdout".to_owned()),
        },
    };
    let insufficient = per_cost.reason.clone();
    RelationshipReturn {
        treated: treated.n,
        holdout: holdout.n,
        gain: value.estimate(),
        cost: cost_estimate,
        per_cost,
        insufficient,
    }
}

fn absent(reason: String) -> Ratio {
    Ratio { estimate: None, low: None, high: None, kind: None, reason: Some(reason) }
}

struct Difference {
    mean: f64,
    variance: f64,
    df: f64,
    t: f64,
}

/// First arm minus second, with Welch–Satterthwaite degrees of freedom.
fn difference([a, b]: [(u64, f64, f64); 2], confidence: f64) -> Difference {
    let (of_a, of_b) = (over(a.2, a.0), over(b.2, b.0));
    let variance = of_a + of_b;
    let spread = of_a * of_a / (a.0 as f64 - 1.0) + of_b * of_b / (b.0 as f64 - 1.0);
    let df = match 0.0 < spread {
        true => variance * variance / spread,
        false => (a.0 + b.0) as f64 - 2.0,
    };
    Difference { mean: a.1 - b.1, variance, df, t: t_quantile(confidence, df) }
}

/// The variance of a mean.
fn over(square: f64, n: u64) -> f64 {
    square / (n as f64 - 1.0) / n as f64
}

impl Difference {
    fn estimate(&self) -> Estimate {
        let se = self.variance.sqrt();
        Estimate {
            estimate: Some(self.mean),
            se: Some(se),
            df: Some(self.df),
            low: Some(self.mean - self.t * se),
            high: Some(self.mean + self.t * se),
            ..Estimate::default()
        }
    }
}
