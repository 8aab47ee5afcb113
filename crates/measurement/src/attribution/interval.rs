//! How far a share may be off, had other people of the same kind come.

use crate::distribution::normal_quantile;

/// Below this a share is rounding, not credit; and so is a variance, beside that of yes-or-no answers.
const ROUNDING: f64 = 1e-12;

/// The distance from the middle, in standard errors, at this confidence.
pub(super) fn distance(confidence: f64) -> f64 {
    normal_quantile(0.5 + 0.5 * confidence)
}

/// Wilson's interval (1927, JASA 22) for a share with this variance, by the number of yes-or-no
/// answers that would have it. Where there is no variance to go by, as with a share of 0, `people` does.
pub(super) fn of_share(share: f64, variance: f64, people: f64, distance: f64) -> (f64, f64) {
    let binary = share * (1.0 - share);
    let certain = !(ROUNDING..=1.0 - ROUNDING).contains(&share);
    let n = match certain || variance <= ROUNDING * binary {
        true => people,
        false => binary / variance,
    };
    let z2 = distance * distance;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let inside = binary / n + z2 / (4.0 * n * n);
    let half = distance / (1.0 + z2 / n) * inside.sqrt();
    // At the ends rounding must not keep the share itself out.
    ((middle - half).clamp(0.0, share), (middle + half).clamp(share, 1.0))
}
