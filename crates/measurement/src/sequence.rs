//! Intervals that stay valid however often one looks: asymptotic confidence sequences.
//!
//! Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2021 (arXiv 2103.06476), two-sided.

/// Where the sequences are narrowest when nobody says otherwise.
pub const DEFAULT_SEQUENCE_AT: f64 = 5_000.0;

/// Half the width after `people` persons, for an estimate whose variance is `variance`. It is
/// narrowest near `at` persons, which must be fixed before looking.
pub fn half_width(variance: f64, people: f64, at: f64, confidence: f64) -> f64 {
    let alpha = 1.0 - confidence;
    let two_logs = -2.0 * alpha.ln();
    let rho2 = (two_logs + (1.0 + two_logs).ln()) / at;
    let grown = people * rho2 + 1.0;
    let width2 = 2.0 * grown * (grown.sqrt() / alpha).ln() / (people * people * rho2);
    (people * variance * width2).sqrt()
}
