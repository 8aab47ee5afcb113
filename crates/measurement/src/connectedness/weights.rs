//! Weights of the parts, learned by predicting who stays, where that beats equal weights.
//!
//! logit P(stays) = c + Σ βᵢ partᵢ with all βᵢ ≥ 0, and a ridge that draws them to their own mean
//! (Hoerl and Kennard 1970, towards equal weights instead of 0); the weights are βᵢ / Σβ. How strong the
//! ridge is, and whether the learned weights are used at all, is decided on people who were not
//! learned from: ten folds by the people's keys, so that the same people are always split alike.

use serde::Serialize;

use super::{PARTS, Part};
use crate::distribution::normal_quantile;

mod logistic;

use logistic::{Fit, Problem, WIDTH};

/// One person: their expected parts, whether they stayed, and a key that says in which fold they are
/// (a hash of who they are, not a place in a file).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retained {
    pub parts: [f64; PARTS],
    pub stayed: bool,
    pub key: u64,
}

/// What was learned, or why equal weights are kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LearnedWeights {
    pub people: u64,
    pub stayed: u64,
    /// Whether the learned weights are used; otherwise equal ones are.
    pub used: bool,
    pub reason: String,
    /// Of the known parts, adding up to 1, and what was learned whether it is used or not.
    pub weights: Vec<PartWeight>,
    /// The strength of the ridge, as a share of the information in the data: 1 is as strong.
    pub ridge: Option<f64>,
    /// −ln of the probability given to what happened, per person, on people not learned from.
    pub loss: Option<f64>,
    pub loss_equal: Option<f64>,
    /// The same with no parts at all.
    pub loss_none: Option<f64>,
    /// By how much learned weights beat equal ones, and its standard error over people.
    pub gain: Option<f64>,
    pub gain_se: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartWeight {
    pub part: Part,
    /// Used in the index.
    pub weight: f64,
    pub learned: Option<f64>,
    pub learned_low: Option<f64>,
    pub learned_high: Option<f64>,
}

/// Fewer of those who stayed, or who left, say nothing of six weights.
const EACH_MIN: u64 = 100;
const FOLDS: u64 = 10;
/// Shares of the information in the data. The last is equal weights for all that can be seen.
const RIDGES: [f64; 6] = [0.0001, 0.001, 0.01, 0.1, 1.0, 100.0];
/// How many standard errors learned weights must be better by: chance alone does that in one of
/// forty cases, and less, because weights learned from chance do worse on others.
const SURE: f64 = 1.96;

impl LearnedWeights {
    /// In the order of [`Part::ALL`]; 0 for parts that are not known.
    pub fn as_array(&self) -> [f64; PARTS] {
        let mut all = [0.0; PARTS];
        self.weights.iter().for_each(|it| all[it.part as usize] = it.weight);
        all
    }
}

/// `known` says which parts have evidence. Never fails: where nothing can be learned, weights are
/// equal and the reason says why.
pub fn learn_weights(people: &[Retained], known: [bool; PARTS], confidence: f64) -> LearnedWeights {
    let parts: Vec<Part> = Part::ALL.into_iter().filter(|it| known[*it as usize]).collect();
    let usable = |it: &&Retained| parts.iter().all(|part| it.parts[*part as usize].is_finite());
    let people: Vec<&Retained> = people.iter().filter(usable).collect();
    let stayed = people.iter().filter(|it| it.stayed).count() as u64;
    let mut found = LearnedWeights {
        people: people.len() as u64,
        stayed,
        used: false,
        reason: String::new(),
        weights: equal(&parts),
        ridge: None,
        loss: None,
        loss_equal: None,
        loss_none: None,
        gain: None,
        gain_se: None,
    };
    let left = found.people - stayed;
    if parts.len() < 2 {
        found.reason = "there is nothing to weigh with fewer than two known parts".to_owned();
    } else if stayed.min(left) < EACH_MIN {
        found.reason = format!(
            "{stayed} people stayed and {left} left; at least {EACH_MIN} of each are needed"
        );
    } else {
        compare(&mut found, &people, &parts, confidence);
    }
    found
}

fn equal(parts: &[Part]) -> Vec<PartWeight> {
    let weight = 1.0 / parts.len().max(1) as f64;
    let of = |part: &Part| PartWeight {
        part: *part,
        weight,
        learned: None,
        learned_low: None,
        learned_high: None,
    };
    parts.iter().map(of).collect()
}

fn compare(found: &mut LearnedWeights, people: &[&Retained], parts: &[Part], confidence: f64) {
    let problem = Problem::of(people, parts);
    let folds: Vec<u64> = people.iter().map(|it| fold(it.key)).collect();
    let equal = losses(&problem, &folds, |train| train.fit_equal());
    let none = losses(&problem, &folds, |train| train.fit_none());
    let tried = RIDGES.map(|ridge| losses(&problem, &folds, |train| train.fit(ridge)));
    let best = (0..RIDGES.len())
        .min_by(|a, b| mean(&tried[*a]).total_cmp(&mean(&tried[*b])))
        .unwrap_or_default();
    let gains: Vec<f64> = equal.iter().zip(&tried[best]).map(|(a, b)| a - b).collect();
    let gain = mean(&gains);
    let square: f64 = gains.iter().map(|it| (it - gain).powi(2)).sum();
    let n = gains.len() as f64;
    let se = (square / (n - 1.0) / n).sqrt();
    found.ridge = Some(RIDGES[best]);
    found.loss = Some(mean(&tried[best]));
    found.loss_equal = Some(mean(&equal));
    found.loss_none = Some(mean(&none));
    (found.gain, found.gain_se) = (Some(gain), Some(se));
    let fit = problem.fit(RIDGES[best]);
    let z = normal_quantile(0.5 + 0.5 * confidence);
    let learned = shares(&problem, &fit, RIDGES[best], z);
    found.used = learned.is_some() && SURE * se < gain;
    found.reason = match (&learned, found.used) {
        (None, _) => "no part goes together with staying".to_owned(),
        (_, true) => {
            "learned weights predict better who stays among people not learned from".to_owned()
        }
        (_, false) => "learned weights do not surely predict better than equal ones who stays, \
                       among people not learned from"
            .to_owned(),
    };
    for (i, it) in found.weights.iter_mut().enumerate() {
        let Some([share, low, high]) = learned.as_ref().map(|it| it[i]) else { continue };
        (it.learned, it.learned_low, it.learned_high) = (Some(share), Some(low), Some(high));
        if found.used {
            it.weight = share;
        }
    }
}

/// By the upper half of a mixed key, so that keys which only count are spread as well.
fn fold(key: u64) -> u64 {
    let mut z = key.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z >> 32) % FOLDS
}

/// Per person, from a fit without their fold.
fn losses(problem: &Problem, folds: &[u64], learn: impl Fn(&Problem) -> Fit) -> Vec<f64> {
    let fits: Vec<Fit> = (0..FOLDS).map(|out| learn(&problem.only(|i| folds[i] != out))).collect();
    (0..folds.len()).map(|i| problem.loss(i, &fits[folds[i] as usize])).collect()
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// βᵢ / Σβ with the ends of its interval by the delta method; nothing where all are 0.
fn shares(problem: &Problem, fit: &Fit, ridge: f64, z: f64) -> Option<Vec<[f64; 3]>> {
    let parts = problem.parts();
    let total: f64 = fit[1..=parts].iter().sum();
    if total <= 0.0 {
        return None;
    }
    let covariance = problem.covariance(fit, ridge)?;
    let share = |i: usize| {
        let share = fit[i] / total;
        let slope: [f64; WIDTH] = std::array::from_fn(|j| match j {
            0 => 0.0,
            j if parts < j => 0.0,
            j => (f64::from(u8::from(i == j)) - share) / total,
        });
        let variance: f64 = (0..WIDTH)
            .flat_map(|j| (0..WIDTH).map(move |k| (j, k)))
            .map(|(j, k)| slope[j] * covariance[j][k] * slope[k])
            .sum();
        let reach = z * variance.max(0.0).sqrt();
        [share, (share - reach).max(0.0), (share + reach).min(1.0)]
    };
    Some((1..=parts).map(share).collect())
}
