//! The confidence set of a ratio of two estimates (Fieller 1954).

use crate::RatioKind;

/// The set of ratios that the data do not reject.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fieller {
    /// Between the two.
    Bounded { low: f64, high: f64 },
    /// Below `low` or above `high`: the divisor may be zero.
    Exclusive { low: f64, high: f64 },
    /// Every ratio: both may be zero.
    Unbounded,
}

impl Fieller {
    pub fn kind(&self) -> RatioKind {
        match self {
            Fieller::Bounded { .. } => RatioKind::Bounded,
            Fieller::Exclusive { .. } => RatioKind::Exclusive,
            Fieller::Unbounded => RatioKind::Unbounded,
        }
    }

    pub fn ends(&self) -> Option<(f64, f64)> {
        match *self {
            Fieller::Bounded { low, high } | Fieller::Exclusive { low, high } => Some((low, high)),
            Fieller::Unbounded => None,
        }
    }
}

/// All λ with (a − λb)² ≤ t² Var(a − λb), which is a quadratic inequality in λ.
pub fn ratio(a: f64, b: f64, var_a: f64, var_b: f64, covariance: f64, t: f64) -> Fieller {
    let t2 = t * t;
    let square = b * b - t2 * var_b;
    let half_linear = a * b - t2 * covariance;
    let constant = a * a - t2 * var_a;
    let discriminant = half_linear * half_linear - square * constant;
    if square == 0.0 || (square < 0.0 && discriminant <= 0.0) || !discriminant.is_finite() {
        return Fieller::Unbounded;
    }
    let root = discriminant.max(0.0).sqrt();
    // The root of larger size first; the other from the product, without cancellation.
    let large = half_linear + if half_linear < 0.0 { -root } else { root };
    let one = large / square;
    let other = if large == 0.0 { one } else { constant / large };
    let (low, high) = (one.min(other), one.max(other));
    match 0.0 < square {
        true => Fieller::Bounded { low, high },
        false => Fieller::Exclusive { low, high },
    }
}
