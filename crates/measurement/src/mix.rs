//! Mix over time with synergy: by Kalman filter maximum likelihood (Naik and Raman 2003), and by a
//! Bayesian model with saturation ([`bayes`]); and Robyn's ridge at given settings ([`ridge`]), to
//! compare with.
//!
//! A series of outcomes and spends in; what each medium and each pair of media brought, what more
//! spend would bring, and how to spend a budget out. It is a model of what happened, not an
//! experiment: who spends more when sales are coming anyway will find effects that are not there.

mod allocation;
pub(crate) mod bayes;
mod curve;
mod describe;
mod design;
mod filter;
mod hills;
mod inference;
mod least_squares;
mod peak;
mod plausible;
mod report;
mod ridge;

pub use allocation::{Effects, Effort, allocate, best_efforts};
pub use bayes::{
    BayesQuestion, Experiment, Form, Host, Panel, Prior, Sampling, Saturation, Scaling, bayes,
};
pub use curve::{Contribution, Response, ResponsePoint};
pub use report::{Allocated, Diagnostics, Interval, Medium, Mix, Parameter, Predictive, Synergy};
pub use ridge::{Coefficient, RidgeMedium, RidgePath, RidgeQuestion, Transform, ridge};

use design::Design;
use filter::{Place, fit};
use inference::Fitted;
use peak::{CARRY_MAX, top};

/// A column by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub values: Vec<f64>,
}

/// What is asked of a series. All columns have one length; rows are evenly apart in time.
#[derive(Clone, Copy, Debug)]
pub struct MixQuestion<'a> {
    pub outcome: &'a [f64],
    /// Spend, from 0 on.
    pub media: &'a [Named],
    /// What moves the outcome of its own row: prices, seasons, trend.
    pub controls: &'a [Named],
    /// The pairs of media that may work together.
    pub synergy: &'a [(usize, usize)],
    pub effort: Effort,
    pub confidence: f64,
    /// Per row, with bounds for each medium.
    pub budget: Option<(f64, &'a [(f64, f64)])>,
    /// What one unit of outcome earns: asks for the budget that earns most.
    pub margin: Option<f64>,
}

/// From here on 95 of 100 intervals of 95 % hold the truth; shorter series keep less than they say.
pub const ROWS_STATED: usize = 208;

/// Rows beyond one for each unknown. With fewer, errors are guesses.
pub const FREE_MIN: usize = 10;

/// Never fails: what cannot be known is absent, with the reason.
pub fn kalman(question: &MixQuestion) -> Mix {
    let mut mix = Mix {
        model: "kalman",
        n: question.outcome.len(),
        effort: question.effort.name(),
        confidence: question.confidence,
        ..Mix::default()
    };
    if let Err(reason) = estimate(question, &mut mix) {
        mix.insufficient = Some(reason);
    }
    mix
}

fn estimate(question: &MixQuestion, mix: &mut Mix) -> Result<(), String> {
    check(question)?;
    let mut design = Design::new(question);
    mix.synergy = design.leave_out_what_cannot_be_told()?;
    let series = design.series();
    let value = |place: Place| {
        fit(&series, place).ok().map(|it| it.log_likelihood).filter(|it| it.is_finite())
    };
    let nothing_left = || "the model fits without any error, which no series does".to_owned();
    let top = top(&value).ok_or_else(nothing_left)?;
    if CARRY_MAX <= top.place.carry {
        return Err(
            "effects seem never to fade, so that they cannot be told from a trend: use --trend, or \
             a longer series"
                .to_owned(),
        );
    }
    let fitted = Fitted::new(&series, top, question.confidence).ok_or_else(nothing_left)?;
    design.describe(&fitted, mix);
    design.contributions(&fitted, mix);
    design.responses(&fitted, mix);
    design.over_time(&fitted, mix);
    design.diagnose(&fitted, mix);
    design.spend(&fitted, mix)
}

fn check(question: &MixQuestion) -> Result<(), String> {
    let n = question.outcome.len();
    let columns = question.media.iter().chain(question.controls);
    if question.media.is_empty() {
        return Err("there are no media".to_owned());
    }
    for column in columns.clone() {
        if column.values.len() != n {
            return Err(format!("`{}` has another length than the outcome", column.name));
        }
    }
    if !columns.flat_map(|it| &it.values).chain(question.outcome).all(|it| it.is_finite()) {
        return Err("some values are not numbers".to_owned());
    }
    if question.outcome.windows(2).all(|it| it[0] == it[1]) {
        return Err("the outcome is the same in every row".to_owned());
    }
    let unknown = 1 + question.media.len() + question.controls.len() + question.synergy.len();
    // The first row only tells where the series begins.
    let needed = unknown + 1 + FREE_MIN;
    if n < needed {
        return Err(format!(
            "{n} rows are too few for {unknown} unknown effects: {} more are needed, or fewer media, \
             synergies or controls",
            needed - n
        ));
    }
    Ok(())
}

impl Design<'_> {
    fn effects(&self, fitted: &Fitted) -> Effects {
        let found = fitted.fit.coefficients();
        let k = self.question.media.len();
        let mut synergy = vec![vec![0.0; k]; k];
        for (i, (a, b)) in self.pairs.iter().enumerate() {
            synergy[*a][*b] = found[self.pair(i)];
            synergy[*b][*a] = found[self.pair(i)];
        }
        let direct = (0..k).map(|i| found[self.medium(i)]).collect();
        Effects { direct, synergy, carry: fitted.carry() }
    }

    /// The best split of the budget, and the budget that earns most.
    fn spend(&self, fitted: &Fitted, mix: &mut Mix) -> Result<(), String> {
        let effects = self.effects(fitted);
        let effort = self.question.effort;
        let now = self.mean_spend();
        let rows = |spend: &[f64]| -> Vec<Allocated> {
            let expected = effects.expected(spend, effort);
            let names = self.question.media.iter().map(|it| it.name.clone());
            names
                .zip(spend.iter().zip(expected).zip(&now))
                .map(|(name, ((spend, expected), now))| Allocated {
                    name,
                    spend: *spend,
                    expected,
                    spend_now: *now,
                })
                .collect()
        };
        if let Some((budget, bounds)) = self.question.budget {
            let Some(spend) = allocate(&effects, effort, budget, bounds) else {
                return Err("the bounds leave no way to spend the budget".to_owned());
            };
            mix.allocation_expected =
                Some(fitted.interval(|carry| self.long_run(carry, &spend, |_, _| 1.0)));
            mix.allocation = Some(rows(&spend));
            self.warn_of_the_unseen(&spend, mix);
        }
        if let Some(margin) = self.question.margin {
            let Some(efforts) = best_efforts(&effects, margin) else {
                return Err(
                    "the synergy found is so large that more spend would always earn more; no budget \
                     is best"
                        .to_owned(),
                );
            };
            mix.optimum = Some(rows(&efforts.iter().map(|it| it * it).collect::<Vec<f64>>()));
        }
        Ok(())
    }

    fn warn_of_the_unseen(&self, spend: &[f64], mix: &mut Mix) {
        for (medium, spend) in self.question.media.iter().zip(spend) {
            let most = medium.values.iter().fold(0.0, |most: f64, it| most.max(*it));
            if most < *spend {
                mix.warnings.push(format!(
                    "no row has as much `{}` as the allocation; what it brings is not known from \
                     these data (bound it with --bounds)",
                    medium.name
                ));
            }
        }
    }
}

#[cfg(test)]
pub(crate) use filter::log_volume_beside;

/// The likelihood at one place, the coefficients there, and σ² as maximum likelihood has it.
#[cfg(test)]
pub(crate) fn log_likelihood_at(
    question: &MixQuestion,
    carry: f64,
    share: f64,
) -> (f64, Vec<f64>, f64) {
    let design = Design::new(question);
    let found = fit(&design.series(), Place { carry, share }).expect("independent columns");
    let variance = found.variance() * found.free() as f64 / found.rows as f64;
    (found.log_likelihood, found.coefficients().to_vec(), variance)
}
