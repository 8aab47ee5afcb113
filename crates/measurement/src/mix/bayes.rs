//! Mix over time as a Bayesian model: carry-over, saturation, season, trend, and for each pair of
//! media a synergy that shrinks towards none; sampled by NUTS (Hoffman and Gelman 2014).
//!
//!     outcome_t = intercept + Σ β_m s(adstock(x_m))_t + Σ_{i<j} κ_ij s_i s_j + controls + season + noise
//!
//! The curves and priors of [`Form::Plain`] are those of pymc-marketing (logistic saturation of a
//! geometric adstock whose weights add up to 1); those of [`Form::Meridian`] are Google's Meridian
//! (Jin et al. 2017; Sun et al. 2017): a level that moves over time by knots, effects given by the
//! return on spend, and regions whose effects vary around those of the whole.

mod check;
pub(crate) mod converged;
pub(crate) mod curves;
pub(crate) mod density;
pub(crate) mod describe;
pub(crate) mod experiment;
pub(crate) mod layout;
pub(crate) mod model;
pub(crate) mod pilot;
pub(crate) mod predict;
pub(crate) mod prior;
pub(crate) mod sample;
pub(crate) mod spend;

pub use experiment::Experiment;
pub use prior::Prior;
pub use sample::{Host, Sampling};

use super::Named;
use super::report::Mix;
use converged::quality;
use model::Model;
use sample::Drawn;

/// How spend meets its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Saturation {
    /// (1 − e^(−λx)) / (1 + e^(−λx)).
    #[default]
    Logistic,
    /// x^slope / (x^slope + ec^slope).
    Hill,
}

/// Which parts the model has, and what is believed without data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Intercept, trend and season as controls, coefficients from 0 on.
    #[default]
    Plain,
    /// Knots over time, returns on spend, standardised outcome.
    Meridian,
}

/// Which unit media and controls have in the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scaling {
    /// Media in shares of their largest (in Meridian's form: median) value, controls in standard
    /// deviations from their mean.
    #[default]
    Standard,
    /// As they are; priors then have to know their units.
    AsIs,
}

/// Rows of several regions, one region after another with equally many rows each.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a> {
    pub regions: &'a [String],
    /// By region. Absent: the mean outcome stands for it.
    pub population: Option<&'a [f64]>,
}

/// What is asked of a series. All columns have one length; rows are evenly apart in time.
#[derive(Clone, Copy, Debug)]
pub struct BayesQuestion<'a> {
    pub outcome: &'a [f64],
    /// What was done in each medium, from 0 on: spend, or impressions where `spend` is given too.
    pub media: &'a [Named],
    /// What it cost, in the order of the media.
    pub spend: Option<&'a [Named]>,
    /// What a unit of the outcome earns, by row, for returns on spend.
    pub value: Option<&'a [f64]>,
    pub controls: &'a [Named],
    /// Waves of the year, which are never rescaled.
    pub season: &'a [Named],
    pub panel: Option<Panel<'a>>,
    /// The pairs of media that may work together.
    pub synergy: &'a [(usize, usize)],
    pub form: Form,
    pub saturation: Saturation,
    /// Rows that spend acts on, its own among them.
    pub lags: usize,
    /// Knots of the level over time; absent: none in the plain form, one per row for Meridian's
    /// regions, and one in all for Meridian's single series.
    pub knots: Option<usize>,
    pub scaling: Scaling,
    /// In place of the defaults: by the name of a parameter, or by its kind (`alpha`) for all media.
    pub priors: &'a [(String, Prior)],
    pub experiments: &'a [Experiment],
    pub confidence: f64,
    /// Per week over all regions, with bounds for each medium.
    pub budget: Option<(f64, &'a [(f64, f64)])>,
}

/// Beyond these the chains are said not to agree well (Vehtari et al. 2021).
const RHAT_GOOD: f64 = 1.01;
const ESS_GOOD: f64 = 400.0;
/// Beyond these their means may be off by a good part of an interval: no answer.
const RHAT_USABLE: f64 = 1.05;
const ESS_USABLE: f64 = 100.0;
/// In share of all draws: more than this and a part of the posterior was not seen.
const DIVERGENCES_USABLE: f64 = 0.02;

/// Never fails: what cannot be known is absent, with the reason. `watch` is told of the progress and
/// may stop it.
pub fn bayes(question: &BayesQuestion, sampling: &Sampling, host: Host) -> Mix {
    let mut mix = Mix {
        model: "bayes",
        n: question.outcome.len(),
        effort: match question.saturation {
            Saturation::Logistic => "logistic",
            Saturation::Hill => "hill",
        },
        confidence: question.confidence,
        ..Mix::default()
    };
    if let Err(reason) = estimate(question, sampling, host, &mut mix) {
        mix.insufficient = Some(reason);
    }
    mix
}

fn estimate(
    question: &BayesQuestion,
    sampling: &Sampling,
    host: Host,
    mix: &mut Mix,
) -> Result<(), String> {
    /// The response is a mean over draws; more draws would not be seen.
    const DRAWS_OF_RESPONSE: usize = 400;
    /// A mean is known well before its ends are.
    const DRAWS_OF_SPLIT: usize = 100;
    check::sampling(sampling)?;
    check::question(question)?;
    let model = Model::new(question)?;
    check::enough(question, &model)?;
    check::warn(question, mix);
    let drawn = sample::sample(&model, sampling, host)?;
    describe::parameters(&model, &drawn, question.confidence, mix);
    agreed(&model, &drawn, sampling, mix)?;
    describe::contributions(question, &model, &drawn, question.confidence, mix);
    let run = describe::LongRun::new(question, &model, &drawn, DRAWS_OF_RESPONSE);
    run.responses(question, question.confidence, mix);
    let checked = predict::predictive(&model, &drawn, sampling);
    mix.diagnostics.predictive = Some(checked.predictive);
    mix.diagnostics.r_squared = Some(checked.r_squared);
    check::warn_of_misfit(&checked, mix);
    check::warn_of_spread(&checked, question.outcome.len(), mix);
    if let Some((budget, bounds)) = question.budget {
        let fewer = describe::LongRun::new(question, &model, &drawn, DRAWS_OF_SPLIT);
        let Some(spend) = spend::best(&fewer, budget, bounds) else {
            return Err("the bounds leave no way to spend the budget".to_owned());
        };
        spend::describe(&run, &spend, question.confidence, &model.setup.media, mix);
        check::warn_of_the_unseen(question, &run, &spend, mix);
    }
    Ok(())
}

/// Whether the chains agree; the reason where they do not.
fn agreed(model: &Model, drawn: &Drawn, sampling: &Sampling, mix: &mut Mix) -> Result<(), String> {
    let (mut rhat_max, mut ess_min) = (1.0_f64, f64::INFINITY);
    for free in &model.free {
        // A number that never moved is one that the chains are stuck at.
        let Some(found) = quality(&drawn.column(free.value)) else {
            return Err("the chains did not move: use more draws".to_owned());
        };
        rhat_max = rhat_max.max(found.rhat);
        ess_min = ess_min.min(found.ess_bulk).min(found.ess_tail);
    }
    let diagnostics = &mut mix.diagnostics;
    diagnostics.chains = Some(sampling.chains);
    diagnostics.draws = Some(sampling.draws);
    diagnostics.divergences = Some(drawn.divergences);
    diagnostics.rhat_max = Some(rhat_max);
    diagnostics.ess_min = Some(ess_min);
    let share = drawn.divergences as f64 / (sampling.chains * sampling.draws) as f64;
    let remedy = "more draws (--draws, --tune) help where there are few; else media that are hard to \
                  tell apart want to be joined, or a closer prior (--prior)";
    let state = format!(
        "R-hat up to {rhat_max:.3} (1.01 is good), {ess_min:.0} effective draws at least (400 are \
         good), {} divergences",
        drawn.divergences
    );
    if RHAT_USABLE < rhat_max || ess_min < ESS_USABLE || DIVERGENCES_USABLE < share {
        return Err(format!("the chains do not agree, {state}: {remedy}"));
    }
    if RHAT_GOOD < rhat_max || ess_min < ESS_GOOD {
        mix.warnings.push(format!("the chains agree only roughly, {state}: {remedy}"));
    } else if 0 < drawn.divergences {
        mix.warnings.push(format!(
            "{} of {} draws diverged: the posterior has a corner that the sampler hardly sees",
            drawn.divergences,
            sampling.chains * sampling.draws
        ));
    }
    Ok(())
}

/// Which parts a model has, with their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Setup {
    pub form: Form,
    pub saturation: Saturation,
    pub media: Vec<String>,
    pub controls: Vec<String>,
    pub season: Vec<String>,
    pub pairs: Vec<(usize, usize)>,
    /// One without a name where there is no panel.
    pub regions: Vec<String>,
    /// The region whose level is 0, the others being compared with it.
    pub baseline: Option<usize>,
    pub knots: usize,
}

impl Setup {
    pub fn pair_name(&self, (a, b): (usize, usize)) -> String {
        format!("{}*{}", self.media[a], self.media[b])
    }
}
