//! Lifetime value: what the customers of today will buy, by BG/NBD (or MBG/NBD, or Pareto/NBD) and
//! Gamma-Gamma.
//!
//! [`Customer`]s in, a [`Lifetime`] out: the two models by maximum likelihood on the distinct
//! customers, with errors from the observed information, and what they say of the future. People
//! come one by one from [`Lifetime::people`].
//!
//! Intervals of parameters are those of the profile likelihood, which are as uneven as the sample is;
//! those of sums over people are by the delta method on the logarithmic scale, so that no end is
//! below 0. They hold for the models: people who buy at a steady rate until they stop, whose
//! spending has nothing to do with how often they buy.

mod away;
mod bgnbd;
pub(crate) mod climb;
mod customers;
mod future;
mod gamma_gamma;
mod paretonbd;
mod profile;
mod report;
pub(crate) mod special;
mod timing;

pub use away::{Away, AwayPoint};
pub use bgnbd::{BgNbd, MbgNbd};
pub use customers::{Customer, PurchaseHistory, purchase_history};
pub use gamma_gamma::GammaGamma;
pub use paretonbd::ParetoNbd;
pub use report::{BgNbdFit, GammaGammaFit, Lifetime, ParetoNbdFit, Person, Total};
pub use timing::LifetimeModel;

use crate::distribution::normal_quantile;
use away::Known;
use climb::{Peak, quadratic};
use customers::{Alike, alike};
use timing::Timing;

/// What is asked of the customers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LifetimeQuestion {
    /// Of when people buy.
    pub model: LifetimeModel,
    /// How far ahead, from the end of observation, in the customers' unit of time.
    pub horizon: f64,
    /// How much less a value counts one unit of time later: it is worth e^(−discount).
    pub discount: f64,
    pub confidence: f64,
    /// Whether the customers' values are known.
    pub value: bool,
}

/// Fewer people who came back say nothing of how people differ.
pub const REPEATERS_MIN: u64 = 10;
/// Further ahead than this many times the longest observation nobody should look.
pub const HORIZON_MAX: f64 = 20.0;
/// From here on spending and frequency are plainly related, against the model's assumption.
const CORRELATION_MAX: f64 = 0.3;

/// The models and what they expect. Never fails: what cannot be known is `None` with the reason.
pub fn lifetime(customers: &[Customer], question: &LifetimeQuestion) -> Lifetime {
    let (alike, groups) = alike(customers);
    let repeaters = customers.iter().filter(|it| 0 < it.frequency()).count() as u64;
    let mut found = Lifetime {
        n: customers.len() as u64,
        repeaters,
        model: question.model,
        horizon: question.horizon,
        confidence: question.confidence,
        ..Lifetime::default()
    };
    let z = normal_quantile(0.5 + 0.5 * question.confidence);
    let timing = match enough(&found, &alike, question) {
        Err(reason) => Err(reason),
        Ok(()) => inside(question.model.fit(&alike), "purchases", question.model.names()),
    };
    let timing = keep(timing, &mut found.insufficient);
    if let Some(fit) = &timing {
        let look = |logs: &[f64; 4]| question.model.log_likelihood(&alike, logs);
        let ends = profile::ends(fit, z, look);
        match question.model {
            LifetimeModel::BgNbd => found.bgnbd = Some(BgNbdFit::new(fit, ends)),
            LifetimeModel::MbgNbd => found.mbgnbd = Some(BgNbdFit::new(fit, ends)),
            LifetimeModel::ParetoNbd => found.paretonbd = Some(ParetoNbdFit::new(fit, ends)),
        }
    }
    if timing.is_some() {
        found.warnings.extend(how_far_they_hold(question.model, repeaters));
    }
    found.warnings.extend(timing.as_ref().and_then(|it| hardly_known(it, question.model.names())));
    let spending = if question.value { spending(customers, &mut found, z) } else { None };
    if let Some(timing) = &timing {
        expect(&mut found, customers, &alike, &groups, timing, spending.as_ref(), question);
    }
    found
}

/// A model at the top of its likelihood, in logarithms.
pub(crate) struct Fit<const N: usize> {
    pub logs: [f64; N],
    pub covariance: [[f64; N]; N],
    pub log_likelihood: f64,
    pub n: u64,
}

/// The models as numbers, for one customer at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Model {
    pub timing: Timing,
    pub known: Known,
    pub spending: Option<GammaGamma>,
    pub discount: f64,
}

fn keep<T>(found: Result<T, String>, insufficient: &mut Option<String>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(reason) => {
            insufficient.get_or_insert(reason);
            None
        }
    }
}

/// What the studies of coverage say of so few people.
fn how_far_they_hold(model: LifetimeModel, repeaters: u64) -> Option<String> {
    match model.repeaters_stated() {
        Some(stated) if stated <= repeaters => None,
        Some(stated) => Some(format!(
            "{repeaters} people came back: with fewer than {stated}, intervals of 95 % hold the truth \
             in 93 to 97 of 100 cases"
        )),
        None => Some(format!(
            "{}: intervals of 95 % hold the truth in 93 to 98 of 100 cases, and where they miss what is \
             expected, they are too high",
            model.name()
        )),
    }
}

fn enough(found: &Lifetime, alike: &[Alike], question: &LifetimeQuestion) -> Result<(), String> {
    let longest = alike.iter().map(|it| it.age).fold(0.0, f64::max);
    if found.n == 0 {
        return Err("there are no people".to_owned());
    }
    if found.repeaters < REPEATERS_MIN {
        return Err(format!(
            "{} of {} people came back; at least {REPEATERS_MIN} are needed to see how people \
             differ",
            found.repeaters, found.n
        ));
    }
    if HORIZON_MAX * longest < question.horizon {
        return Err(format!(
            "the horizon of {} is more than {HORIZON_MAX} times the longest time for which anybody \
             was observed, {longest}",
            question.horizon
        ));
    }
    Ok(())
}

/// The top, or why there is none.
fn inside<const N: usize>(peak: Peak<N>, what: &str, names: &[Name; N]) -> Result<Fit<N>, String> {
    let unseen = match peak {
        Peak::Inside { at, value, covariance } => {
            return Ok(Fit { logs: at, covariance, log_likelihood: value, n: 0 });
        }
        Peak::Edge { which, upwards, .. } => {
            let (name, small, large) = names[which];
            let (way, story) = if upwards { ("larger", large) } else { ("smaller", small) };
            format!("the {way} `{name}`, the better it fits, as if {story}")
        }
        Peak::Flat => "many models fit equally well".to_owned(),
    };
    Err(format!("the {what} do not tell how people differ: {unseen}; more people may show it"))
}

/// A parameter, and what it means when it goes to nothing or beyond all bounds.
pub(crate) type Name = (&'static str, &'static str, &'static str);

const SPENDING: [Name; 3] = [
    ("p", "every purchase of a person had another value", "a person always spent the same"),
    ("q", "there were no usual value", "everybody spent the same"),
    ("v", "purchases had no value", "everybody spent the same"),
];

/// Where the interval of a parameter spans a factor of fifty.
fn hardly_known<const N: usize>(fit: &Fit<N>, names: &[Name; N]) -> Option<String> {
    const ERROR_MAX: f64 = 1.0;
    let wide = |i: &usize| ERROR_MAX < fit.covariance[*i][*i].sqrt();
    let wide: Vec<String> = (0..N).filter(wide).map(|i| format!("`{}`", names[i].0)).collect();
    (!wide.is_empty()).then(|| {
        format!(
            "{} can hardly be told from these people; intervals of what is expected may be too \
             narrow",
            wide.join(" and ")
        )
    })
}

fn spending(customers: &[Customer], found: &mut Lifetime, z: f64) -> Option<Fit<3>> {
    let buyers = gamma_gamma::buyers(customers);
    let n = buyers.len() as u64;
    if n < found.repeaters {
        found.warnings.push(format!(
            "{} people who came back spent 0 on average; they are not in the model of values",
            found.repeaters - n
        ));
    }
    let fit = match n < REPEATERS_MIN {
        true => Err(format!(
            "the values of {n} people who came back are known; at least {REPEATERS_MIN} are needed"
        )),
        false => inside(gamma_gamma::fit(&buyers), "values", &SPENDING),
    };
    let fit = Fit { n, ..keep(fit, &mut found.insufficient)? };
    let ends = profile::ends(&fit, z, |logs| gamma_gamma::log_likelihood(&buyers, logs));
    found.gamma_gamma = Some(GammaGammaFit::new(&fit, ends));
    found.warnings.extend(hardly_known(&fit, &SPENDING));
    found.correlation = correlation(&buyers);
    if let Some(correlation) = found.correlation.filter(|it| CORRELATION_MAX < it.abs()) {
        found.warnings.push(format!(
            "people's spending and frequency are related (correlation {correlation:.2}), which the \
             model of values takes to be independent: its values are off for those who buy often"
        ));
    }
    Some(fit)
}

/// Pearson's, of frequency and mean value.
fn correlation(buyers: &[gamma_gamma::Buyer]) -> Option<f64> {
    let n = buyers.len() as f64;
    let mean = |of: fn(&gamma_gamma::Buyer) -> f64| buyers.iter().map(of).sum::<f64>() / n;
    let (x, z) = (mean(|it| it.0), mean(|it| it.1));
    let moment = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        buyers.iter().map(|it| of(it.0 - x, it.1 - z)).sum()
    };
    let spread = (moment(&|x, _| x * x) * moment(&|_, z| z * z)).sqrt();
    (0.0 < spread).then(|| moment(&|x, z| x * z) / spread)
}

/// The sums over all people, with their errors.
fn expect(
    found: &mut Lifetime,
    customers: &[Customer],
    alike: &[Alike],
    groups: &[u32],
    timing: &Fit<4>,
    spending: Option<&Fit<3>>,
    question: &LifetimeQuestion,
) {
    let z = normal_quantile(0.5 + 0.5 * question.confidence);
    let worth = |logs: &[f64; 3]| worth(customers, groups, alike.len(), logs);
    let values = spending.and_then(|it| worth(&it.logs));
    if spending.is_some() && values.is_none() {
        found.insufficient.get_or_insert(
            "the mean value of a purchase is not finite in the model that fits (q is 1 or less), \
             so nothing can be said of people who have not come back"
                .to_owned(),
        );
    }
    let all = |logs: &[f64; 4]| Sums::of(alike, values.as_deref(), logs, question);
    let here = all(&timing.logs);
    let slopes: [[f64; 3]; 4] = slopes(&timing.logs, |logs| {
        let there = all(logs);
        [there.purchases, there.alive, there.value]
    });
    let variance = |sum: usize| quadratic(&slopes.map(|slope| slope[sum]), &timing.covariance);
    let purchases = Total::new(here.purchases, variance(0).sqrt(), z);
    found.expected_purchases = Some(here.purchases);
    found.purchases = Some(purchases.with_chance((variance(0) + here.chance).sqrt(), z));
    found.alive = Some(Total::new(here.alive, variance(1).sqrt(), z));
    if let (Some(fit), Some(_)) = (spending, &values) {
        let at = |logs: &[f64; 3]| match worth(logs) {
            Some(values) => here.times(&values),
            None => f64::NAN,
        };
        let slope = self::slopes(&fit.logs, |logs| [at(logs)]).map(|slope| slope[0]);
        // The two models are fitted apart, so that their errors are independent.
        let both = variance(2) + quadratic(&slope, &fit.covariance);
        found.expected_value = Some(here.value);
        found.value = Some(Total::new(here.value, both.sqrt(), z));
    }
    found.fitted = Some(Model {
        timing: question.model.at(&timing.logs),
        known: Known { model: question.model, logs: timing.logs, covariance: timing.covariance },
        spending: spending.map(|it| GammaGamma::from_logs(&it.logs)),
        discount: question.discount,
    });
}

/// Sums over all people.
struct Sums {
    purchases: f64,
    alive: f64,
    value: f64,
    /// The variance of the number of purchases if the model is right and known.
    chance: f64,
    /// Discounted purchases of one person of each triple.
    discounted: Vec<f64>,
}

impl Sums {
    fn of(
        alike: &[Alike],
        values: Option<&[f64]>,
        logs: &[f64; 4],
        question: &LifetimeQuestion,
    ) -> Sums {
        let model = question.model.at(logs);
        let discount = if values.is_some() { question.discount } else { 0.0 };
        let mut sums = Sums {
            purchases: 0.0,
            alive: 0.0,
            value: 0.0,
            chance: 0.0,
            discounted: Vec::with_capacity(alike.len()),
        };
        for it in alike {
            let alive = model.alive_of(it);
            let future = model.future(it, question.horizon, discount);
            let mean = alive * future.purchases;
            sums.purchases += it.people * mean;
            sums.alive += it.people * alive;
            sums.chance += it.people * (alive * future.square - mean * mean);
            sums.discounted.push(alive * future.discounted);
        }
        sums.value = values.map_or(0.0, |values| sums.times(values));
        sums
    }

    fn times(&self, values: &[f64]) -> f64 {
        self.discounted.iter().zip(values).map(|(a, b)| a * b).sum()
    }
}

/// The expected value of a purchase, summed over the people of each triple.
fn worth(
    customers: &[Customer],
    groups: &[u32],
    triples: usize,
    logs: &[f64; 3],
) -> Option<Vec<f64>> {
    let model = GammaGamma::from_logs(logs);
    let mut sums = vec![0.0; triples];
    for (customer, group) in customers.iter().zip(groups) {
        *sums.get_mut(*group as usize)? += model.expected(customer)?;
    }
    Some(sums)
}

/// Derivatives of several functions at once, from both sides.
fn slopes<const N: usize, const M: usize>(
    at: &[f64; N],
    of: impl Fn(&[f64; N]) -> [f64; M],
) -> [[f64; M]; N] {
    /// In logarithms. The error is its square, far under what an error of an error matters.
    const STEP: f64 = 1e-4;
    std::array::from_fn(|i| {
        let beside = |step: f64| {
            let mut there = *at;
            there[i] += step;
            of(&there)
        };
        let (above, below) = (beside(STEP), beside(-STEP));
        std::array::from_fn(|j| (above[j] - below[j]) / (2.0 * STEP))
    })
}

impl Lifetime {
    /// What the models expect of each customer, in their order, as far as the models are known.
    pub fn people(&self, customers: &[Customer]) -> Option<Vec<Person>> {
        let Model { timing, spending, discount, .. } = self.fitted.as_ref()?;
        let (alike, groups) = alike(customers);
        let of = |it: &Alike| (timing.alive_of(it), timing.future(it, self.horizon, *discount));
        let futures: Vec<_> = alike.iter().map(of).collect();
        let person = |(customer, group): (&Customer, &u32)| {
            let (alive, future) = futures[*group as usize];
            let worth = spending.as_ref().and_then(|it| it.expected(customer));
            Person {
                alive,
                expected_purchases: alive * future.purchases,
                expected_value: worth.map(|worth| alive * future.discounted * worth),
            }
        };
        Some(customers.iter().zip(&groups).map(person).collect())
    }
}

impl GammaGamma {
    /// The log-likelihood of the values of those who came back under these parameters.
    pub fn log_likelihood(&self, customers: &[Customer]) -> f64 {
        let buyers = gamma_gamma::buyers(customers);
        gamma_gamma::log_likelihood(&buyers, &self.numbers().map(f64::ln)).value
    }
}

#[cfg(test)]
pub(crate) use special::log_gamma;

/// The future of one customer who is still there.
#[cfg(test)]
pub(crate) fn future_of(
    model: impl Into<Timing>,
    customer: &Customer,
    horizon: f64,
    discount: f64,
) -> future::Future {
    model.into().future(&Alike::one(customer), horizon, discount)
}

/// Value, gradient and curvature by logarithms, for the tests of derivatives.
#[cfg(test)]
pub(crate) fn timing_slope(
    model: LifetimeModel,
    customers: &[Customer],
    at: &[f64; 4],
) -> (f64, [f64; 4], [[f64; 4]; 4]) {
    let slope = model.log_likelihood(&alike(customers).0, at);
    (slope.value, slope.gradient, slope.curvature)
}

#[cfg(test)]
pub(crate) fn gamma_gamma_slope(
    customers: &[Customer],
    at: &[f64; 3],
) -> (f64, [f64; 3], [[f64; 3]; 3]) {
    let slope = gamma_gamma::log_likelihood(&gamma_gamma::buyers(customers), at);
    (slope.value, slope.gradient, slope.curvature)
}
