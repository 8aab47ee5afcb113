//! The way back: from the errors of the rows to the slope of the log density in each value.

use super::{Model, Work, add, dot, dot3, sum};

impl Model {
    /// From the errors to the slopes of the numbers.
    pub(super) fn backward(&self, work: &mut Work) {
        let (media, controls) = (self.media.len(), self.controls.len());
        let Work { waves, expected: pull, slopes, .. } = work;
        slopes.time.fill(0.0);
        slopes.control.fill(0.0);
        // What experiments add to.
        slopes.effect.fill(0.0);
        slopes.shape.fill(0.0);
        slopes.slope.fill(0.0);
        slopes.synergy.fill(0.0);
        for (g, pull) in pull.chunks_exact(self.weeks).enumerate() {
            let rows = g * self.weeks..(g + 1) * self.weeks;
            slopes.level[g] = sum(pull);
            add(&mut slopes.time, 1.0, pull);
            for (m, wave) in waves.iter().enumerate() {
                slopes.region_effect[g * media + m] = dot(pull, &wave.level[rows.clone()]);
            }
            for ((a, b), slope) in self.setup.pairs.iter().zip(&mut slopes.synergy) {
                let (a, b) = (&waves[*a].level[rows.clone()], &waves[*b].level[rows.clone()]);
                *slope += dot3(pull, a, b);
            }
            let own = if self.control_by_region() { g * controls } else { 0 };
            for (control, slope) in self.controls.iter().zip(&mut slopes.control[own..]) {
                *slope += dot(pull, &control[rows.clone()]);
            }
        }
    }

    /// From the slopes of a medium's coefficients to its effect, its deviations, and what it earns.
    pub(super) fn backward_through_effect(&self, work: &mut Work, m: usize) {
        let media = self.media.len();
        let effect_slot = self.slots.effect.start + m;
        let effect = work.values[effect_slot];
        for g in 0..self.regions() {
            let at = g * media + m;
            work.slopes.region_effect[at] += work.brought_slope[g] * work.mean_level[at];
        }
        let Work { numbers, slopes, by_value, earned, earned_slope, earned_all, .. } = work;
        // What the sum over the regions of slope × coefficient is, is the slope of the common
        // logarithm.
        let common: f64 = (0..self.regions())
            .map(|g| slopes.region_effect[g * media + m] * numbers.region_effect[g * media + m])
            .sum::<f64>()
            + slopes.effect[m] * numbers.effect[m];
        by_value[effect_slot] += common / effect;
        for g in 0..self.regions() {
            let at = g * media + m;
            let own = slopes.region_effect[at] * numbers.region_effect[at];
            let share = match &self.returns {
                Some(_) => {
                    // e^deviation, from the coefficient and the common one.
                    let deviation = numbers.region_effect[at] / numbers.effect[m];
                    earned_slope[at] = -common * deviation / earned_all[m];
                    earned[at] * deviation / earned_all[m]
                }
                None => 0.0,
            };
            if !self.slots.deviation.is_empty() {
                let slope = own - common * share;
                by_value[self.slots.deviation.start + at] += slope;
            }
        }
    }

    /// From the slopes of a medium's level in each row to those of its curve.
    pub(super) fn backward_through_wave(&self, work: &mut Work, m: usize) {
        let media = self.media.len();
        let Work { numbers, waves, expected: pull, by_level, slopes, earned_slope, .. } = work;
        let (brought_slope, middle_slope) = (&work.brought_slope, work.middle_slope[m]);
        let regions = by_level.chunks_exact_mut(self.weeks).zip(pull.chunks_exact(self.weeks));
        for (g, (by_level, pull)) in regions.enumerate() {
            let rows = g * self.weeks..(g + 1) * self.weeks;
            let effect = numbers.region_effect[g * media + m];
            match &self.returns {
                Some(returns) => {
                    let earned = earned_slope[g * media + m];
                    let weights =
                        by_level.iter_mut().zip(pull.iter().zip(&returns.weight[rows.clone()]));
                    weights.for_each(|(it, (pull, weight))| *it = effect * pull + earned * weight);
                }
                None => by_level.iter_mut().zip(pull).for_each(|(it, pull)| *it = effect * pull),
            }
            let tied = middle_slope * self.deviation(&work.values, g, m);
            let middle = brought_slope[g] * effect / self.weeks as f64 + tied;
            by_level.iter_mut().for_each(|it| *it += middle);
            for ((a, b), kappa) in self.setup.pairs.iter().zip(&numbers.synergy) {
                if *a == m || *b == m {
                    let other = &waves[a + b - m].level[rows.clone()];
                    let both = by_level.iter_mut().zip(pull.iter().zip(other));
                    both.for_each(|(it, (pull, other))| *it += kappa * pull * other);
                }
            }
        }
        slopes.alpha[m] = dot(by_level, &waves[m].by_alpha);
        slopes.shape[m] += dot(by_level, &waves[m].by_shape);
        slopes.slope[m] += dot(by_level, &waves[m].by_slope);
    }

    /// From the slopes of levels to those of their values.
    pub(super) fn gather_levels(&self, work: &mut Work) {
        let (slots, slopes, by_value) = (&self.slots, &work.slopes, &mut work.by_value);
        if let Some(intercept) = slots.intercept {
            by_value[intercept] += sum(&slopes.level);
        }
        let others = (0..slopes.level.len()).filter(|it| Some(*it) != self.setup.baseline);
        for (region, slope) in others.zip(&mut by_value[slots.region.clone()]) {
            *slope += slopes.level[region];
        }
        for (slope, (knot, weight)) in slopes.time.iter().zip(&self.knots.place) {
            by_value[slots.knot.start + knot] += weight * slope;
            if *weight < 1.0 {
                by_value[slots.knot.start + knot + 1] += (1.0 - weight) * slope;
            }
        }
    }

    /// From the slopes of the numbers to those of the values.
    pub(super) fn gather(&self, work: &mut Work) {
        let (slots, slopes, by_value) = (&self.slots, &work.slopes, &mut work.by_value);
        let mut give = |at: std::ops::Range<usize>, from: &[f64]| {
            by_value[at].iter_mut().zip(from).for_each(|(it, slope)| *it += slope);
        };
        give(slots.alpha.clone(), &slopes.alpha);
        give(slots.shape.clone(), &slopes.shape);
        give(slots.slope.clone(), &slopes.slope);
        let own = if self.control_by_region() { &slots.control_region } else { &slots.control };
        give(own.clone(), &slopes.control);
        give(slots.pair.clone(), &slopes.synergy);
    }

    /// The priors of lifted levels, and how the density moves with what the media bring.
    pub(super) fn lift(&self, work: &mut Work) -> f64 {
        let mut total = 0.0;
        work.brought_slope.fill(0.0);
        total += self.backward_through_levels(work);
        let (mut base, mut regions) = (0.0, 0.0);
        for free in self.free.iter().filter(|it| it.lifted) {
            let Some(prior) = &free.prior else { continue };
            let (density, slope) = prior.shape(work.values[free.value]);
            total += density;
            work.by_value[free.value] += slope;
            let slope = work.by_value[free.value];
            if self.slots.region.contains(&free.value) {
                work.brought_slope[self.region_of(free.value)] -= slope;
                (base, regions) = (base + slope, regions + slope);
            } else {
                base -= slope;
            }
        }
        match self.setup.baseline {
            Some(baseline) => work.brought_slope[baseline] += base,
            None => {
                let share = base / work.brought_slope.len() as f64;
                work.brought_slope.iter_mut().for_each(|it| *it += share);
            }
        }
        if regions != 0.0 {
            let knots = self.slots.knot.clone();
            let share = regions / knots.len() as f64;
            work.by_value[knots].iter_mut().for_each(|it| *it -= share);
        }
        total
    }

    /// The priors of tied coefficients, and how the density moves with the mean level of a medium.
    pub(super) fn tie(&self, gradient: &mut [f64], work: &mut Work) -> f64 {
        let mut total = 0.0;
        work.middle_slope.fill(0.0);
        for (free, gradient) in self.free.iter().zip(gradient) {
            let (Some(m), Some(prior)) = (free.tied, &free.prior) else { continue };
            let effect = work.values[free.value];
            let (density, slope) = prior.shape(effect);
            total += density + effect.ln();
            *gradient = 1.0 + (slope + work.by_value[free.value]) * effect;
            // By row of the medium's level, where the regions are alike.
            let slope = -*gradient / (work.middle[m] * self.outcome.len() as f64);
            work.middle_slope[m] = slope;
            if self.slots.deviation.is_empty() {
                continue;
            }
            for g in 0..self.regions() {
                let at = g * self.media.len() + m;
                let deviation = self.deviation(&work.values, g, m);
                let by_deviation = slope * self.weeks as f64 * work.mean_level[at] * deviation;
                work.by_value[self.slots.deviation.start + at] += by_deviation;
            }
        }
        total
    }
}
