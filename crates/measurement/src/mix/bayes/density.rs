//! The log density of the model at a place on the line, and its slope in every direction.
//!
//!     modelled outcome = level + Σ b_m s_m + Σ κ_ij s_i s_j + controls γ + noise
//!
//! with s_m the saturated, carried-over spend. The slopes are written out by hand, backwards from the
//! errors. After the first call nothing is allocated.

mod groups;
mod slopes;

use super::Saturation;
use super::curves::{Curve, Wave};
use super::experiment;
use super::layout::Kind;
use super::model::Model;

/// The numbers of the model at one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    pub saturation: Option<Saturation>,
    pub alpha: Vec<f64>,
    pub shape: Vec<f64>,
    pub slope: Vec<f64>,
    /// By medium: the coefficient of its level; with regions, e^(mean of the logarithm).
    pub effect: Vec<f64>,
    /// By region, then by medium.
    pub region_effect: Vec<f64>,
    /// By pair.
    pub synergy: Vec<f64>,
    /// By region, then by control; one row where the regions share them.
    pub control: Vec<f64>,
    /// By region.
    pub level: Vec<f64>,
    /// By week.
    pub time: Vec<f64>,
    pub sigma: f64,
}

impl Numbers {
    pub fn curve(&self, medium: usize) -> Curve {
        Curve {
            saturation: self.saturation.unwrap_or(Saturation::Logistic),
            shape: self.shape[medium],
            slope: self.slope[medium],
        }
    }
}

/// How the log density moves with each of the numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gradients {
    pub alpha: Vec<f64>,
    pub shape: Vec<f64>,
    pub slope: Vec<f64>,
    pub effect: Vec<f64>,
    pub region_effect: Vec<f64>,
    pub synergy: Vec<f64>,
    pub control: Vec<f64>,
    pub level: Vec<f64>,
    pub time: Vec<f64>,
}

/// What one chain computes with.
pub(crate) struct Work {
    pub values: Vec<f64>,
    /// Of the values that are in a group: their places on the line.
    places: Vec<f64>,
    /// The slope of each value in its place on the line.
    stretch: Vec<f64>,
    by_value: Vec<f64>,
    pub waves: Vec<Wave>,
    pub numbers: Numbers,
    slopes: Gradients,
    /// By row: what the model expects; then the error over the variance.
    pub expected: Vec<f64>,
    /// By row: how the density moves with the level of the medium at hand.
    by_level: Vec<f64>,
    /// By region, then by medium: what a unit of effect earns.
    pub earned: Vec<f64>,
    earned_slope: Vec<f64>,
    /// By medium: the sum over the regions of what is earned, by their deviations.
    earned_all: Vec<f64>,
    /// By region, then by medium: the mean level; by region: what the media bring on average.
    mean_level: Vec<f64>,
    brought: Vec<f64>,
    brought_slope: Vec<f64>,
    /// By medium: the mean level over all rows, and how the density moves with each row's level
    /// through it.
    middle: Vec<f64>,
    middle_slope: Vec<f64>,
}

impl Work {
    pub fn new(model: &Model) -> Work {
        let (rows, weeks, regions) = (model.outcome.len(), model.weeks, model.regions());
        let media = model.media.len();
        let zeros = |n: usize| vec![0.0; n];
        let controls = model.controls.len() * if model.control_by_region() { regions } else { 1 };
        let wave = || match model.has_slopes() {
            true => Wave::new(rows),
            false => Wave::new(rows).without_slope(),
        };
        let numbers = Numbers {
            saturation: Some(model.setup.saturation),
            alpha: zeros(media),
            shape: zeros(media),
            slope: vec![1.0; media],
            effect: zeros(media),
            region_effect: zeros(regions * media),
            synergy: zeros(model.setup.pairs.len()),
            control: zeros(controls),
            level: zeros(regions),
            time: zeros(weeks),
            sigma: 1.0,
        };
        let slopes = Gradients {
            alpha: zeros(media),
            shape: zeros(media),
            slope: zeros(media),
            effect: zeros(media),
            region_effect: zeros(regions * media),
            synergy: zeros(model.setup.pairs.len()),
            control: zeros(controls),
            level: zeros(regions),
            time: zeros(weeks),
        };
        Work {
            values: model.known.clone(),
            places: zeros(model.values.len()),
            stretch: zeros(model.values.len()),
            by_value: zeros(model.values.len()),
            waves: (0..media).map(|_| wave()).collect(),
            numbers,
            slopes,
            expected: zeros(rows),
            by_level: zeros(rows),
            earned: zeros(regions * media),
            earned_slope: zeros(regions * media),
            earned_all: zeros(media),
            mean_level: zeros(regions * media),
            brought: zeros(regions),
            brought_slope: zeros(regions),
            middle: zeros(media),
            middle_slope: zeros(media),
        }
    }
}

impl Model {
    pub fn control_by_region(&self) -> bool {
        !self.slots.control_region.is_empty()
    }

    /// The log density, with its slopes in `gradient`. Not a number, or infinite, where the place is
    /// out of reach of f64; the sampler then turns back.
    pub fn log_density(&self, at: &[f64], gradient: &mut [f64], work: &mut Work) -> f64 {
        let mut total = self.constant + self.place(at, gradient, work);
        work.by_value.fill(0.0);
        self.forward(work);
        total += self.group_density(work);
        let (errors, squares) = self.errors(work);
        let sigma = work.numbers.sigma;
        let rows = errors as f64;
        total += -rows * sigma.ln() - 0.5 * squares / (sigma * sigma);
        self.backward(work);
        total += experiment::add(self, &work.numbers, &mut work.slopes);
        self.gather_levels(work);
        total += self.lift(work);
        for m in 0..self.media.len() {
            self.backward_through_effect(work, m);
        }
        total += self.tie(gradient, work);
        for m in 0..self.media.len() {
            self.backward_through_wave(work, m);
        }
        work.by_value[self.slots.sigma] += squares / sigma.powi(3) - rows / sigma;
        self.gather(work);
        total += self.backward_through_groups(work);
        for (free, gradient) in self.free.iter().zip(gradient) {
            *gradient += work.by_value[free.value] * work.stretch[free.value];
        }
        total
    }

    /// The values at a place on the line, with the density of their priors; those of groups, and those
    /// that are sampled with others, are put right by [`Model::forward`].
    pub fn place(&self, at: &[f64], gradient: &mut [f64], work: &mut Work) -> f64 {
        let mut total = 0.0;
        for ((free, at), gradient) in self.free.iter().zip(at).zip(gradient) {
            let placed = free.support.place(*at);
            let stretch = &mut work.stretch[free.value];
            work.values[free.value] = placed.value;
            work.places[free.value] = *at;
            if free.tied.is_some() || free.central {
                (*gradient, *stretch) = (0.0, f64::from(u8::from(free.central)));
                continue;
            }
            *stretch = placed.slope;
            total += placed.log_slope;
            *gradient = placed.log_slope_slope;
            if let (Some(prior), false) = (&free.prior, free.lifted) {
                let (density, slope) = prior.shape(placed.value);
                total += density;
                *gradient += slope * placed.slope;
            }
        }
        total
    }

    /// From values to what the model expects of each row.
    pub fn forward(&self, work: &mut Work) {
        self.place_groups(work);
        self.read(work);
        self.waves(work);
        self.untie(work);
        self.effects(work);
        self.lower(work);
        self.levels(work);
        self.expect(work);
    }

    /// The same from a draw, whose levels are what they are.
    pub fn forward_from(&self, draw: &[f64], work: &mut Work) {
        work.values.copy_from_slice(&draw[..self.values.len()]);
        self.read(work);
        self.waves(work);
        self.effects(work);
        self.levels(work);
        self.expect(work);
    }

    /// Numbers that follow from the values and are shown as parameters: the synergies, and where
    /// effects are given as returns their coefficients.
    pub fn also_shown(&self, work: &Work, to: &mut Vec<f64>) {
        to.extend_from_slice(&work.numbers.synergy);
        if self.returns.is_some() {
            to.extend_from_slice(&work.numbers.effect);
        }
    }

    /// How many numbers a draw has.
    pub fn columns(&self) -> usize {
        let effects = if self.returns.is_some() { self.media.len() } else { 0 };
        self.values.len() + self.setup.pairs.len() + effects
    }

    /// Name and place in a draw of each parameter that is shown.
    pub fn shown(&self) -> Vec<(String, usize)> {
        let own = self.values.iter().enumerate().filter(|(_, it)| !it.hidden);
        let mut shown: Vec<(String, usize)> = own.map(|(at, it)| (it.name.clone(), at)).collect();
        let pairs =
            self.setup.pairs.iter().map(|it| format!("kappa_{}", self.setup.pair_name(*it)));
        let media = if self.returns.is_some() { self.setup.media.as_slice() } else { &[] };
        let effects = media.iter().map(|it| format!("beta_{it}"));
        shown.extend(pairs.chain(effects).zip(self.values.len()..));
        shown
    }

    fn waves(&self, work: &mut Work) {
        for (m, (wave, spend)) in work.waves.iter_mut().zip(&self.media).enumerate() {
            let alpha = work.numbers.alpha[m];
            wave.fill(spend, self.weeks, self.lags, alpha, work.numbers.curve(m));
            for (g, level) in wave.level.chunks_exact(self.weeks).enumerate() {
                work.mean_level[g * self.media.len() + m] = sum(level) / self.weeks as f64;
            }
        }
    }

    /// From what media bring on average to the coefficients of their curves.
    fn untie(&self, work: &mut Work) {
        let media = self.media.len();
        for free in &self.free {
            let Some(m) = free.tied else { continue };
            let of = |g: usize| work.mean_level[g * media + m] * self.deviation(&work.values, g, m);
            work.middle[m] = (0..self.regions()).map(of).sum::<f64>() / self.regions() as f64;
            work.values[free.value] /= work.middle[m];
        }
    }

    /// How many times the effect of a medium is what it is in one region.
    fn deviation(&self, values: &[f64], g: usize, m: usize) -> f64 {
        let deviations = &self.slots.deviation;
        match deviations.is_empty() {
            true => 1.0,
            false => values[deviations.start + g * self.media.len() + m].exp(),
        }
    }

    /// From levels sampled together with what the media bring on average to the levels themselves.
    fn lower(&self, work: &mut Work) {
        if !self.lifts() {
            return;
        }
        let media = self.media.len();
        for g in 0..self.regions() {
            work.brought[g] = 0.0;
            for m in 0..media {
                let at = g * media + m;
                work.brought[g] += work.numbers.region_effect[at] * work.mean_level[at];
            }
        }
        let (base, knots) = (self.base_brought(work), self.slots.knot.clone());
        let middle = sum(&work.values[knots.clone()]) / knots.len().max(1) as f64;
        for free in self.free.iter().filter(|it| it.lifted) {
            let value = free.value;
            work.values[value] -= match self.slots.region.contains(&value) {
                true => middle + work.brought[self.region_of(value)] - base,
                false => base,
            };
        }
        self.place_levels(work);
    }

    /// Whether some level is sampled together with what the media bring.
    fn lifts(&self) -> bool {
        self.free.iter().any(|it| it.lifted) || self.groups.iter().any(|it| it.kind == Kind::Levels)
    }

    /// What the media bring in the baseline region, or on average where there is none.
    fn base_brought(&self, work: &Work) -> f64 {
        match self.setup.baseline {
            Some(baseline) => work.brought[baseline],
            None => sum(&work.brought) / work.brought.len() as f64,
        }
    }

    fn region_of(&self, value: usize) -> usize {
        let at = value - self.slots.region.start;
        at + usize::from(self.setup.baseline.is_some_and(|baseline| baseline <= at))
    }

    /// What needs no data.
    fn read(&self, work: &mut Work) {
        let (slots, values, numbers) = (&self.slots, &work.values, &mut work.numbers);
        numbers.alpha.copy_from_slice(&values[slots.alpha.clone()]);
        numbers.shape.copy_from_slice(&values[slots.shape.clone()]);
        if !slots.slope.is_empty() {
            numbers.slope.copy_from_slice(&values[slots.slope.clone()]);
        }
        numbers.synergy.copy_from_slice(&values[slots.pair.clone()]);
        let own = if self.control_by_region() { &slots.control_region } else { &slots.control };
        numbers.control.copy_from_slice(&values[own.clone()]);
        numbers.sigma = values[slots.sigma];
    }

    fn levels(&self, work: &mut Work) {
        let (slots, values, numbers) = (&self.slots, &work.values, &mut work.numbers);
        numbers.level.fill(slots.intercept.map_or(0.0, |it| values[it]));
        let others = (0..numbers.level.len()).filter(|it| Some(*it) != self.setup.baseline);
        for (region, level) in others.zip(&values[slots.region.clone()]) {
            numbers.level[region] += level;
        }
        let knots = &values[slots.knot.clone()];
        for (time, (knot, weight)) in numbers.time.iter_mut().zip(&self.knots.place) {
            let next = if *weight < 1.0 { (1.0 - weight) * knots[knot + 1] } else { 0.0 };
            *time = weight * knots[*knot] + next;
        }
    }

    /// The coefficients of the media, by region.
    fn effects(&self, work: &mut Work) {
        let media = self.media.len();
        let regions = self.regions();
        for m in 0..media {
            let effect = work.values[self.slots.effect.start + m];
            let Some(returns) = &self.returns else {
                work.numbers.effect[m] = effect;
                for g in 0..regions {
                    let own = effect * self.deviation(&work.values, g, m);
                    work.numbers.region_effect[g * media + m] = own;
                }
                continue;
            };
            // Such that all that the medium earns is its return times its spend.
            let mut all = 0.0;
            for g in 0..regions {
                let rows = g * self.weeks..(g + 1) * self.weeks;
                let earned = dot(&work.waves[m].level[rows.clone()], &returns.weight[rows]);
                work.earned[g * media + m] = earned;
                all += earned * self.deviation(&work.values, g, m);
            }
            work.earned_all[m] = all;
            let common = effect * returns.spend[m] / all;
            work.numbers.effect[m] = common;
            for g in 0..regions {
                work.numbers.region_effect[g * media + m] =
                    common * self.deviation(&work.values, g, m);
            }
        }
    }

    fn expect(&self, work: &mut Work) {
        let (media, controls) = (self.media.len(), self.controls.len());
        let Work { numbers, waves, expected, .. } = work;
        for (g, expected) in expected.chunks_exact_mut(self.weeks).enumerate() {
            let rows = g * self.weeks..(g + 1) * self.weeks;
            let level = numbers.level[g];
            expected.iter_mut().zip(&numbers.time).for_each(|(it, time)| *it = level + time);
            for (m, wave) in waves.iter().enumerate() {
                add(expected, numbers.region_effect[g * media + m], &wave.level[rows.clone()]);
            }
            for ((a, b), kappa) in self.setup.pairs.iter().zip(&numbers.synergy) {
                let (a, b) = (&waves[*a].level[rows.clone()], &waves[*b].level[rows.clone()]);
                let both = expected.iter_mut().zip(a.iter().zip(b));
                both.for_each(|(it, (a, b))| *it += kappa * a * b);
            }
            let own = if self.control_by_region() { g * controls } else { 0 };
            for (control, gamma) in self.controls.iter().zip(&numbers.control[own..]) {
                add(expected, *gamma, &control[rows.clone()]);
            }
        }
    }

    /// Puts the errors over the variance in the place of what was expected.
    fn errors(&self, work: &mut Work) -> (usize, f64) {
        let weight = 1.0 / (work.numbers.sigma * work.numbers.sigma);
        for (expected, outcome) in work.expected.iter_mut().zip(&self.outcome) {
            *expected = outcome - *expected;
        }
        let squares = dot(&work.expected, &work.expected);
        work.expected.iter_mut().for_each(|it| *it *= weight);
        (self.outcome.len(), squares)
    }
}

/// Adds a multiple of one column to another.
fn add(to: &mut [f64], factor: f64, column: &[f64]) {
    to.iter_mut().zip(column).for_each(|(it, x)| *it += factor * x);
}

/// Eight sums side by side, which the machine adds at once; an empty column gives 0.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (a_rest, b_rest) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_rest.remainder().iter().zip(b_rest.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_rest.zip(b_rest) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

fn dot3(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    const LANES: usize = 4;
    let mut sums = [0.0; LANES];
    let rows = a.chunks(LANES).zip(b.chunks(LANES)).zip(c.chunks(LANES));
    for ((a, b), c) in rows {
        for (lane, sum) in sums.iter_mut().enumerate().take(a.len()) {
            *sum += a[lane] * b[lane] * c[lane];
        }
    }
    sums.iter().sum()
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}
