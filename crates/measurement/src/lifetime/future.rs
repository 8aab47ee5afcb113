//! What a customer will do within a time, by the purchases they would make if they never left.
//!
//! Their number K within t is negative binomial with size r + x and z = t / (α + T + t), and they
//! are still there for purchase j + 1 with probability g(j) = Π (b+m+i) / (a+b+m+i), i < j, after m
//! chances to leave (x of BG/NBD). The
//! expected number is therefore Σ P(K > j) g(j). This is equation 10 of Fader, Hardie and Lee
//! without its ₂F₁: every term is positive, so nothing cancels, and nothing is divided by a − 1.

use super::bgnbd::Leaving;
use super::customers::Alike;

/// Of a customer who is still there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Future {
    /// Expected purchases within the horizon.
    pub purchases: f64,
    /// The mean of their square.
    pub square: f64,
    /// Expected purchases, each counted for less the later it comes.
    pub discounted: f64,
}

/// Places and weights of the Gauss–Legendre rule of seven points on [0, 1].
pub(super) const PLACES: [(f64, f64); 7] = [
    (0.025_446_043_828_620_74, 0.064_742_483_084_434_85),
    (0.129_234_407_200_302_78, 0.139_852_695_744_638_33),
    (0.297_077_424_311_301_4, 0.190_915_025_252_559_47),
    (0.5, 0.208_979_591_836_734_7),
    (0.702_922_575_688_698_6, 0.190_915_025_252_559_47),
    (0.870_765_592_799_697_2, 0.139_852_695_744_638_33),
    (0.974_553_956_171_379_3, 0.064_742_483_084_434_85),
];

/// The horizon first, then the places in it: eight at a time is what a machine likes.
const LANES: usize = 8;

pub(crate) fn purchases(model: &Leaving, alike: &Alike, horizon: f64) -> f64 {
    count::<1>(model, alike, [horizon]).0[0]
}

/// `discount` is continuous: a value one unit of time later counts e^(−discount).
///
/// ∫ e^(−δt) dN(t) = e^(−δH) N(H) + δ ∫ e^(−δt) N(t) dt. N grows like a logarithm of α + T + t, so
/// the places are even on that scale.
pub(crate) fn future(model: &Leaving, alike: &Alike, horizon: f64, discount: f64) -> Future {
    if discount == 0.0 {
        let ([purchases], square) = count::<1>(model, alike, [horizon]);
        return Future { purchases, square, discounted: purchases };
    }
    let from = model.alpha + alike.age;
    let span = (horizon / from).ln_1p();
    let mut times = [horizon; LANES];
    for (time, (place, _)) in times[1..].iter_mut().zip(PLACES) {
        *time = from * (place * span).exp_m1();
    }
    let (expected, square) = count(model, alike, times);
    let mut discounted = expected[0] * (-discount * horizon).exp();
    for (i, (_, weight)) in (1..).zip(PLACES) {
        let stretch = span * (from + times[i]);
        discounted += discount * weight * stretch * expected[i] * (-discount * times[i]).exp();
    }
    Future { purchases: expected[0], square, discounted }
}

/// Expected purchases within each of `times`, of which the first is the longest, and the mean
/// square within that one.
///
/// The weights of K are built up without their common factor (1 − z)^(r+x), which may be smaller
/// than any float, and divided by their sum at the end.
fn count<const N: usize>(model: &Leaving, alike: &Alike, times: [f64; N]) -> ([f64; N], f64) {
    /// Beyond this the sums of a place are brought down again.
    const LARGE: f64 = 1e200;
    /// What is left out, in share of the sum.
    const REST: f64 = 1e-16;
    let from = model.alpha + alike.age;
    let z = times.map(|time| time / (from + time));
    let size = model.r + alike.frequency;
    let stays = model.b + model.chances(alike.frequency);
    let all = model.a + stays;
    let mut weight = [1.0; N];
    let (mut total, mut mean, mut square) = ([1.0; N], [0.0; N], 0.0);
    // Purchases expected of somebody who would make k, the mean of their square, and g(k).
    let (mut made, mut made_square, mut there) = (0.0, 0.0, 1.0);
    let mut k = 0.0;
    loop {
        made += there;
        made_square += (2.0 * k + 1.0) * there;
        there *= (stays + k) / (all + k);
        let grows = (size + k) / (k + 1.0);
        for lane in 0..N {
            weight[lane] *= grows * z[lane];
            total[lane] += weight[lane];
            mean[lane] += weight[lane] * made;
        }
        square += weight[0] * made_square;
        k += 1.0;
        let ratio = (size + k) / (k + 1.0) * z[0];
        let left = 1.0 - ratio;
        if 0.0 < left
            && weight[0] * ratio * (made_square + (k + 1.0) / left) <= REST * left * square
        {
            break;
        }
        for lane in 0..N {
            if LARGE < total[lane] {
                weight[lane] /= LARGE;
                total[lane] /= LARGE;
                mean[lane] /= LARGE;
                square /= if lane == 0 { LARGE } else { 1.0 };
            }
        }
    }
    (std::array::from_fn(|lane| mean[lane] / total[lane]), square / total[0])
}
