//! Draws from the posterior: chains of NUTS by `nuts-rs`, the same for the same seed however the
//! chains are run.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use nuts_rs::{
    Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError, Settings,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::density::Work;
use super::model::Model;
use super::prior::Prior;

/// How much to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    pub chains: usize,
    /// Draws of each chain that count, after `tune` that do not.
    pub draws: usize,
    pub tune: usize,
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Sampling {
        Sampling { chains: 4, draws: 1000, tune: 1000, seed: 1 }
    }
}

/// What the chains gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drawn {
    /// By chain, then by draw: the values of the model on its scale, then what follows from them
    /// (see [`Model::also_shown`]).
    pub chains: Vec<Vec<f64>>,
    pub values: usize,
    pub divergences: u64,
    /// Steps of the integrator, tuning among them.
    pub steps: u64,
}

impl Drawn {
    /// All draws of all chains.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.chains.iter().flat_map(|it| it.chunks_exact(self.values.max(1)))
    }

    /// One number, by chain and draw.
    pub fn column(&self, value: usize) -> Vec<Vec<f64>> {
        let of =
            |chain: &Vec<f64>| chain.iter().skip(value).step_by(self.values).copied().collect();
        self.chains.iter().map(of).collect()
    }
}

/// Calls the second for each number below the first.
pub type Run<'a> = &'a dyn Fn(usize, &(dyn Fn(usize) + Sync));

/// Who runs the chains, and watches. The draws do not depend on it.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    /// Runs the chains in turn, or at once on threads.
    pub run: Run<'a>,
    /// Told how many draws are done of how many; the chains stop where it answers `false`.
    pub go_on: &'a (dyn Fn(u64, u64) -> bool + Sync),
}

impl Host<'_> {
    /// One chain after the other, to the end.
    pub const IN_TURN: Host<'static> =
        Host { run: &|chains, chain| (0..chains).for_each(chain), go_on: &|_, _| true };
}

/// The reason where the chains cannot begin, or were stopped.
pub(crate) fn sample(model: &Model, sampling: &Sampling, host: Host) -> Result<Drawn, String> {
    let total = (sampling.chains * (sampling.draws + sampling.tune)) as u64;
    let (done, go_on) = (AtomicU64::new(0), AtomicBool::new(true));
    let watch = host.go_on;
    let step = || {
        let now = 1 + done.fetch_add(1, Ordering::Relaxed);
        if !watch(now, total) {
            go_on.store(false, Ordering::Relaxed);
        }
        go_on.load(Ordering::Relaxed)
    };
    let found: Mutex<Vec<Option<Result<OneChain, String>>>> =
        Mutex::new((0..sampling.chains).map(|_| None).collect());
    (host.run)(sampling.chains, &|chain| {
        let result = one_chain(model, sampling, chain, &step);
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = found.get_mut(chain) {
            *place = Some(result);
        }
    });
    let mut drawn = Drawn { values: model.columns(), ..Drawn::default() };
    for chain in found.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let chain = chain.ok_or("a chain was not run")??;
        drawn.divergences += chain.divergences;
        drawn.steps += chain.steps;
        drawn.chains.push(chain.draws);
    }
    Ok(drawn)
}

struct OneChain {
    draws: Vec<f64>,
    divergences: u64,
    steps: u64,
}

/// Of steps that are taken, this share should be kept. Higher takes smaller steps: few divergences
/// are worth more than a little speed.
const ACCEPT: f64 = 0.9;

fn one_chain(
    model: &Model,
    sampling: &Sampling,
    chain: usize,
    step: &dyn Fn() -> bool,
) -> Result<OneChain, String> {
    let mut random = ChaCha8Rng::seed_from_u64(sampling.seed);
    random.set_stream(chain as u64);
    let start = start(model, &mut random)?;
    let density = Density { model, work: Work::new(model) };
    let math = CpuMath::new(density);
    let mut settings = DiagNutsSettings {
        num_tune: sampling.tune as u64,
        num_draws: sampling.draws as u64,
        ..Default::default()
    };
    settings.adapt_options.step_size_settings.target_accept = ACCEPT;
    let chain = settings.new_chain(chain as u64, math, &mut random);
    draw(model, sampling, chain.map_err(|it| it.to_string())?, &start, step)
}

fn draw<'a, C: Chain<CpuMath<Density<'a>>>>(
    model: &Model,
    sampling: &Sampling,
    mut chain: C,
    start: &[f64],
    step: &dyn Fn() -> bool,
) -> Result<OneChain, String> {
    let lost = |error: &dyn std::fmt::Display| format!("the sampler lost its way: {error}");
    chain.set_position(start).map_err(|it| lost(&it))?;
    let mut work = Work::new(model);
    let mut gradient = vec![0.0; model.free.len()];
    let mut found = OneChain {
        draws: Vec::with_capacity(sampling.draws * model.columns()),
        divergences: 0,
        steps: 0,
    };
    for at in 0..sampling.tune + sampling.draws {
        let (place, progress) = chain.draw().map_err(|it| lost(&it))?;
        found.steps += progress.num_steps;
        if sampling.tune <= at {
            found.divergences += u64::from(progress.diverging);
            model.place(&place, &mut gradient, &mut work);
            model.forward(&mut work);
            found.draws.extend_from_slice(&work.values);
            model.also_shown(&work, &mut found.draws);
        }
        if !step() {
            return Err("stopped".to_owned());
        }
    }
    Ok(found)
}

/// A place with a density, half as far from the middle of the priors as a draw from them.
fn start<R: Rng + ?Sized>(model: &Model, random: &mut R) -> Result<Vec<f64>, String> {
    const TRIES_MAX: usize = 200;
    let mut work = Work::new(model);
    let mut gradient = vec![0.0; model.free.len()];
    for _ in 0..TRIES_MAX {
        let place: Vec<f64> = model
            .free
            .iter()
            .map(|free| match &free.prior {
                Some(_) if free.central => 0.2 * (random.random::<f64>() - 0.5),
                Some(prior @ (Prior::Normal { mean, .. } | Prior::Laplace { mean, .. })) => {
                    mean + 0.2 * (prior.draw(random) - mean)
                }
                Some(prior) => {
                    let at = free.support.line(prior.draw(random));
                    let middle = free.support.line(prior.draw(random));
                    (0.5 * (at + middle)).clamp(-5.0, 5.0)
                }
                None => 0.2 * (random.random::<f64>() - 0.5),
            })
            .collect();
        let density = model.log_density(&place, &mut gradient, &mut work);
        if density.is_finite() && gradient.iter().all(|it| it.is_finite()) {
            return Ok(place);
        }
    }
    Err("the model has no density anywhere near its priors: check them, and the units".to_owned())
}

struct Density<'a> {
    model: &'a Model,
    work: Work,
}

/// Out of reach of f64: the sampler turns back and counts a divergence.
#[derive(Debug)]
pub(crate) struct OutOfReach;

impl std::fmt::Display for OutOfReach {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("the density is not a number there")
    }
}

impl std::error::Error for OutOfReach {}

impl LogpError for OutOfReach {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl HasDims for Density<'_> {
    // The trait's own type; nothing is read from it here.
    #[allow(clippy::disallowed_types)]
    fn dim_sizes(&self) -> std::collections::HashMap<String, u64> {
        [("unconstrained_parameter".to_owned(), self.model.free.len() as u64)].into()
    }
}

impl CpuLogpFunc for Density<'_> {
    type LogpError = OutOfReach;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.model.free.len()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, OutOfReach> {
        let density = self.model.log_density(position, gradient, &mut self.work);
        let fine = density.is_finite() && gradient.iter().all(|it| it.is_finite());
        if fine { Ok(density) } else { Err(OutOfReach) }
    }

    fn expand_vector<R: Rng + ?Sized>(
        &mut self,
        _: &mut R,
        place: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        Ok(place.to_vec())
    }
}
