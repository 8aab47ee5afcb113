//! The logarithm of the gamma function with its first two derivatives, all at once.

/// ln Γ, ψ = (ln Γ)′ and ψ′ at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LogGamma {
    pub value: f64,
    pub first: f64,
    pub second: f64,
}

/// From here on the series below are exact to the last digits.
const SERIES_FROM: f64 = 16.0;

/// Stirling's series (Abramowitz and Stegun 6.1.41, 6.3.18, 6.4.12); smaller arguments are moved up
/// by Γ(z + 1) = zΓ(z) first. `z` is above 0.
pub(crate) fn log_gamma(z: f64) -> LogGamma {
    let (mut z, mut product) = (z, 1.0);
    let (mut first, mut second) = (0.0, 0.0);
    while z < SERIES_FROM {
        let inverse = 1.0 / z;
        product *= z;
        first -= inverse;
        second += inverse * inverse;
        z += 1.0;
    }
    let inverse = 1.0 / z;
    let square = inverse * inverse;
    let log = z.ln();
    let half_log_tau = 0.5 * std::f64::consts::TAU.ln();
    let correction = 1.0 / 1_680.0 - square / 1_188.0;
    let correction = 1.0 / 1_260.0 - square * correction;
    let correction = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * correction));
    first += log
        - 0.5 * inverse
        - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square / 240.0)));
    let tail = 1.0 / 42.0 - square / 30.0;
    second += inverse
        * (1.0 + 0.5 * inverse + square * (1.0 / 6.0 - square * (1.0 / 30.0 - square * tail)));
    LogGamma {
        value: (z - 0.5) * log - z + half_log_tau + correction - product.ln(),
        first,
        second,
    }
}
