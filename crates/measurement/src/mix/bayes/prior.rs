//! What is believed of one number before the data: its density, its slope, and where it may lie.
//!
//! The sampler moves over the whole line. A number with bounds is a smooth function of the line, and
//! its density there has the slope of that function as a factor (the "Jacobian").

use rand::{Rng, RngExt};
use serde::Deserialize;
use statrs::function::beta::ln_beta;
use statrs::function::gamma::ln_gamma;

use crate::distribution::normal_quantile;

const LN_2PI: f64 = 1.837_877_066_409_345_3;

/// A belief about one parameter, on the scale of the model (see [`super::Scales`]).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Prior {
    Normal {
        mean: f64,
        sd: f64,
    },
    HalfNormal {
        sd: f64,
    },
    /// `mean` and `sd` are those of the logarithm.
    LogNormal {
        mean: f64,
        sd: f64,
    },
    Beta {
        a: f64,
        b: f64,
    },
    Gamma {
        shape: f64,
        rate: f64,
    },
    Laplace {
        mean: f64,
        scale: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    /// Between two bounds; `mean` and `sd` are those before the cut.
    TruncatedNormal {
        mean: f64,
        sd: f64,
        low: f64,
        high: f64,
    },
    HalfCauchy {
        scale: f64,
    },
    Exponential {
        rate: f64,
    },
    /// Known, and not estimated.
    Fixed {
        value: f64,
    },
}

/// Where a number may lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Support {
    Line,
    Positive,
    Between(f64, f64),
}

impl Prior {
    pub(crate) fn support(&self) -> Support {
        match *self {
            Prior::Normal { .. } | Prior::Laplace { .. } => Support::Line,
            Prior::HalfNormal { .. }
            | Prior::LogNormal { .. }
            | Prior::Gamma { .. }
            | Prior::HalfCauchy { .. }
            | Prior::Exponential { .. } => Support::Positive,
            Prior::Beta { .. } => Support::Between(0.0, 1.0),
            Prior::Uniform { low, high } | Prior::TruncatedNormal { low, high, .. } => {
                Support::Between(low, high)
            }
            Prior::Fixed { value } => Support::Between(value, value),
        }
    }

    /// Why the numbers of the prior make no sense.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let positive = |it: f64| 0.0 < it && it.is_finite();
        let (fine, why) = match *self {
            Prior::Normal { mean, sd } | Prior::LogNormal { mean, sd } => {
                (mean.is_finite() && positive(sd), "`sd` must be above 0")
            }
            Prior::HalfNormal { sd } => (positive(sd), "`sd` must be above 0"),
            Prior::Beta { a, b } => (positive(a) && positive(b), "`a` and `b` must be above 0"),
            Prior::Gamma { shape, rate } => {
                (positive(shape) && positive(rate), "`shape` and `rate` must be above 0")
            }
            Prior::Laplace { mean, scale } => {
                (mean.is_finite() && positive(scale), "`scale` must be above 0")
            }
            Prior::Uniform { low, high } => {
                (low.is_finite() && high.is_finite() && low < high, "`low` must be below `high`")
            }
            Prior::TruncatedNormal { mean, sd, low, high } => (
                mean.is_finite()
                    && positive(sd)
                    && low.is_finite()
                    && high.is_finite()
                    && low < high
                    && f64::MIN_POSITIVE < between(mean, sd, low, high),
                "`sd` must be above 0, and `low` below `high`, with some of the density between",
            ),
            Prior::HalfCauchy { scale } => (positive(scale), "`scale` must be above 0"),
            Prior::Exponential { rate } => (positive(rate), "`rate` must be above 0"),
            Prior::Fixed { value } => (value.is_finite(), "`value` must be a number"),
        };
        (!fine).then_some(why)
    }

    /// What does not depend on the number itself.
    pub(crate) fn constant(&self) -> f64 {
        let half = std::f64::consts::LN_2;
        match *self {
            Prior::Normal { sd, .. } | Prior::LogNormal { sd, .. } => -0.5 * LN_2PI - sd.ln(),
            Prior::HalfNormal { sd } => half - 0.5 * LN_2PI - sd.ln(),
            Prior::Beta { a, b } => -ln_beta(a, b),
            Prior::Gamma { shape, rate } => shape * rate.ln() - ln_gamma(shape),
            Prior::Laplace { scale, .. } => -half - scale.ln(),
            Prior::Uniform { low, high } => -(high - low).ln(),
            Prior::TruncatedNormal { mean, sd, low, high } => {
                -0.5 * LN_2PI - sd.ln() - between(mean, sd, low, high).ln()
            }
            Prior::HalfCauchy { scale } => half - (std::f64::consts::PI * scale).ln(),
            Prior::Exponential { rate } => rate.ln(),
            Prior::Fixed { .. } => 0.0,
        }
    }

    /// The logarithm of the density without its constant, and its slope.
    pub(crate) fn shape(&self, x: f64) -> (f64, f64) {
        let square = |z: f64, sd: f64| (-0.5 * z * z, -z / sd);
        match *self {
            Prior::Normal { mean, sd } | Prior::TruncatedNormal { mean, sd, .. } => {
                square((x - mean) / sd, sd)
            }
            Prior::HalfNormal { sd } => square(x / sd, sd),
            Prior::LogNormal { mean, sd } => {
                let z = (x.ln() - mean) / sd;
                (-0.5 * z * z - x.ln(), -(z / sd + 1.0) / x)
            }
            Prior::Beta { a, b } => (
                (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p(),
                (a - 1.0) / x - (b - 1.0) / (1.0 - x),
            ),
            Prior::Gamma { shape, rate } => {
                ((shape - 1.0) * x.ln() - rate * x, (shape - 1.0) / x - rate)
            }
            Prior::Laplace { mean, scale } => {
                let away = x - mean;
                (-away.abs() / scale, if away == 0.0 { 0.0 } else { -away.signum() / scale })
            }
            Prior::Uniform { .. } | Prior::Fixed { .. } => (0.0, 0.0),
            Prior::HalfCauchy { scale } => {
                let z = x / scale;
                (-(z * z).ln_1p(), -2.0 * z / (scale * (1.0 + z * z)))
            }
            Prior::Exponential { rate } => (-rate * x, -rate),
        }
    }

    /// A number drawn from the prior.
    pub(crate) fn draw<R: Rng + ?Sized>(&self, random: &mut R) -> f64 {
        let mut open = || loop {
            let it: f64 = random.random();
            if 0.0 < it {
                return it;
            }
        };
        match *self {
            Prior::Normal { mean, sd } => mean + sd * normal_quantile(open()),
            Prior::HalfNormal { sd } => sd * normal_quantile(open()).abs(),
            Prior::LogNormal { mean, sd } => (mean + sd * normal_quantile(open())).exp(),
            Prior::Beta { a, b } => {
                let (x, y) = (gamma(a, &mut open), gamma(b, &mut open));
                x / (x + y)
            }
            Prior::Gamma { shape, rate } => gamma(shape, &mut open) / rate,
            Prior::Laplace { mean, scale } => {
                let size = -scale * open().ln();
                if open() < 0.5 { mean - size } else { mean + size }
            }
            Prior::Uniform { low, high } => low + (high - low) * open(),
            Prior::TruncatedNormal { mean, sd, low, high } => {
                let cut = |it: f64| normal_cdf((it - mean) / sd);
                let share = cut(low) + (cut(high) - cut(low)) * open();
                (mean + sd * normal_quantile(share)).clamp(low, high)
            }
            Prior::HalfCauchy { scale } => {
                scale * (0.5 * std::f64::consts::PI * open()).tan().abs()
            }
            Prior::Exponential { rate } => -open().ln() / rate,
            Prior::Fixed { value } => value,
        }
    }
}

pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The share of a normal between two bounds.
fn between(mean: f64, sd: f64, low: f64, high: f64) -> f64 {
    normal_cdf((high - mean) / sd) - normal_cdf((low - mean) / sd)
}

/// Marsaglia and Tsang (2000), with the rule for shapes under 1.
fn gamma(shape: f64, open: &mut impl FnMut() -> f64) -> f64 {
    if shape < 1.0 {
        let boost = open().powf(1.0 / shape);
        return gamma(shape + 1.0, open) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal_quantile(open());
        let v = (1.0 + c * x).powi(3);
        if 0.0 < v && open().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// A place on the line as a number within its support.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub value: f64,
    /// How the number moves with the place.
    pub slope: f64,
    /// The logarithm of that slope, and how it moves.
    pub log_slope: f64,
    pub log_slope_slope: f64,
}

impl Support {
    pub fn place(&self, at: f64) -> Placed {
        match *self {
            Support::Line => Placed { value: at, slope: 1.0, log_slope: 0.0, log_slope_slope: 0.0 },
            Support::Positive => {
                let value = at.exp();
                Placed { value, slope: value, log_slope: at, log_slope_slope: 1.0 }
            }
            Support::Between(low, high) => {
                // Both shares without loss of digits at either end.
                let small = (-at.abs()).exp();
                let (near, far) = (small / (1.0 + small), 1.0 / (1.0 + small));
                let (share, rest) = if at < 0.0 { (near, far) } else { (far, near) };
                let width = high - low;
                Placed {
                    value: low + width * share,
                    slope: width * share * rest,
                    log_slope: width.ln() - at.abs() - 2.0 * small.ln_1p(),
                    log_slope_slope: rest - share,
                }
            }
        }
    }

    /// The place of a number inside the support.
    pub fn line(&self, value: f64) -> f64 {
        match *self {
            Support::Line => value,
            Support::Positive => value.ln(),
            Support::Between(low, high) => ((value - low) / (high - value)).ln(),
        }
    }
}
