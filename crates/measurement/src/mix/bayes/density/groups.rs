//! Numbers that share a spread (see [`Group`]): how the sampler has them.
//!
//! Where the data say much of each member, it is best sampled as it is ("centred"); where they say
//! little, as its distance from the centre in spreads ("not centred"): otherwise a small spread
//! squeezes its members into a funnel that no step fits (Papaspiliopoulos, Roberts and Sköld 2007).
//! Which of the two is right depends on the spread, which is not known either. So a member θ with
//! centre μ, spread s, and told to be t with precision p, is sampled as the z of
//!
//!     θ = w μ + (1 − w) t + s √w z,        w = 1 / (1 + p s²),
//!
//! the mean and the standard deviation that θ would have if what is told were an independent
//! measurement with a normal error: z is then about a unit normal whatever the spread is. Without
//! precision it is the second form, with much of it the first. The prior of θ stays what it is, and
//! the logarithm of how far places are stretched is added.
//!
//! A centre in turn is known as well as its members tell it at this spread, and is sampled by how far
//! it is from what its prior and they say together, in errors of that.
//!
//! Of some members only the differences are told, as of effects whose common part is another
//! parameter. Their mean then has the whole spread:
//!
//!     θ = s z̄ + s √w (z − z̄).

use super::super::layout::{Group, Kind, Told};
use super::{Model, Work};

/// How one member is sampled at a spread.
#[derive(Clone, Copy)]
struct Stretch {
    /// Where it lies between its centre (1) and what is told of it (0).
    weight: f64,
    /// Its slope in its place.
    own: f64,
}

impl Stretch {
    fn new(told: &Told, spread: f64) -> Stretch {
        let weight = told.weight(spread);
        Stretch { weight, own: spread * weight.sqrt() }
    }

    /// How the slope moves with the spread.
    fn own_by_spread(&self) -> f64 {
        self.weight * self.weight.sqrt()
    }
}

impl Group {
    fn members(&self) -> impl Iterator<Item = (usize, &Told)> {
        self.members.iter().copied().zip(&self.told)
    }

    /// The mean of the places, where that is sampled by itself.
    fn common(&self, work: &Work) -> f64 {
        match self.kind {
            Kind::Differences => {
                let places = self.members.iter().map(|it| work.places[*it]);
                places.sum::<f64>() / self.members.len() as f64
            }
            Kind::Each | Kind::Levels => 0.0,
        }
    }

    fn place(&self, member: usize, told: &Told, centre: f64, common: f64, work: &mut Work) {
        let spread = work.values[self.spread];
        let it = Stretch::new(told, spread);
        let middle = it.weight * centre + (1.0 - it.weight) * told.mean;
        let own = it.own * (work.places[member] - common);
        work.values[member] = middle + spread * common + own;
    }

    /// Turns the slope of a member into that of its place, and hands it on to spread and centre;
    /// returns the slope of what it is told to be.
    fn back(&self, member: usize, told: &Told, centre: f64, common: f64, work: &mut Work) -> f64 {
        let spread = work.values[self.spread];
        let it = Stretch::new(told, spread);
        let slope = work.by_value[member];
        let middle = -2.0 * told.precision * spread * it.weight * it.weight * (centre - told.mean);
        let own = it.own_by_spread() * (work.places[member] - common);
        work.by_value[self.spread] += slope * (middle + common + own);
        if let Some(centre) = self.centre {
            work.by_value[centre] += slope * it.weight;
        }
        work.by_value[member] = slope * it.own;
        slope * (1.0 - it.weight)
    }

    /// The logarithm of the determinant of members by places, and how it moves with the spread.
    fn stretched(&self, spread: f64) -> (f64, f64) {
        let (mut log, mut slope) = (0.0, 0.0);
        let (mut whole, mut whole_slope) = (0.0, 0.0);
        for told in &self.told {
            let it = Stretch::new(told, spread);
            log += it.own.ln();
            slope += it.weight / spread;
            // Spread over own slope.
            let share = 1.0 / it.weight.sqrt();
            whole += share;
            whole_slope += told.precision * spread * it.weight * share;
        }
        match self.kind {
            // The matrix is diagonal but for a common row: one more factor, by the lemma of the
            // determinant.
            Kind::Differences => {
                let n = self.told.len() as f64;
                (log + (whole / n).ln(), slope + whole_slope / whole)
            }
            Kind::Each | Kind::Levels => (log, slope),
        }
    }
}

/// What a centre is told at a spread, by its prior and its members.
struct Heard {
    mean: f64,
    precision: f64,
    /// How both move with the spread.
    mean_by_spread: f64,
    precision_by_spread: f64,
}

impl Heard {
    fn new(prior: &Told, spread: f64, members: impl Iterator<Item = Told> + Clone) -> Heard {
        let (mut precision, mut sum, mut by_spread) =
            (prior.precision, prior.precision * prior.mean, 0.0);
        for told in members.clone() {
            let own = told.through(spread);
            precision += own;
            sum += own * told.mean;
            by_spread -= 2.0 * spread * own * own;
        }
        let mean = sum / precision;
        let moved = members.map(|told| {
            let own = told.through(spread);
            -2.0 * spread * own * own * (told.mean - mean)
        });
        Heard {
            mean,
            precision,
            mean_by_spread: moved.sum::<f64>() / precision,
            precision_by_spread: by_spread,
        }
    }

    fn place(&self, place: f64) -> f64 {
        self.mean + place / self.precision.sqrt()
    }

    fn by_spread(&self, place: f64) -> f64 {
        self.mean_by_spread
            - 0.5 * place * self.precision_by_spread / (self.precision * self.precision.sqrt())
    }

    /// The logarithm of the slope of [`Heard::place`], and how it moves with the spread.
    fn stretched(&self) -> (f64, f64) {
        (-0.5 * self.precision.ln(), -0.5 * self.precision_by_spread / self.precision)
    }
}

impl Model {
    /// From places on the line to the members of all groups but those of levels.
    pub(super) fn place_groups(&self, work: &mut Work) {
        for group in self.groups.iter().filter(|it| it.kind != Kind::Levels) {
            if let (Some(centre), Some(prior)) = (group.centre, &group.prior) {
                let heard =
                    Heard::new(prior, work.values[group.spread], group.told.iter().copied());
                work.values[centre] = heard.place(work.places[centre]);
            }
            let centre = group.centre.map_or(0.0, |it| work.values[it]);
            let common = group.common(work);
            for (member, told) in group.members() {
                group.place(member, told, centre, common, work);
            }
        }
    }

    /// The same for levels, once it is known what comes on top of them.
    pub(super) fn place_levels(&self, work: &mut Work) {
        let time = self.middle_of_time(work);
        for group in self.groups.iter().filter(|it| it.kind == Kind::Levels) {
            let rest = |g: usize, told: &Told, work: &Work| told.less(time + work.brought[g]);
            if let (Some(centre), Some(prior)) = (group.base, &group.prior) {
                let members = group.told.iter().enumerate().map(|(g, it)| rest(g, it, work));
                let heard = Heard::new(prior, work.values[group.spread], members);
                work.values[centre] = heard.place(work.places[centre]);
            }
            let base = group.base.map_or(0.0, |it| work.values[it]);
            for (g, (member, told)) in group.members().enumerate() {
                let rest = rest(g, told, work).less(base);
                group.place(member, &rest, 0.0, 0.0, work);
            }
        }
    }

    /// What all regions have over time, on average.
    fn middle_of_time(&self, work: &Work) -> f64 {
        let knots = &work.values[self.slots.knot.clone()];
        knots.iter().sum::<f64>() / knots.len().max(1) as f64
    }

    /// The density of members around their centres, and of their places on the line.
    pub(super) fn group_density(&self, work: &mut Work) -> f64 {
        let mut total = 0.0;
        for group in &self.groups {
            let centre = group.centre.map_or(0.0, |it| work.values[it]);
            let spread = work.values[group.spread];
            let weight = 1.0 / (spread * spread);
            let (mut sum, mut squares) = (0.0, 0.0);
            for member in &group.members {
                let away = work.values[*member] - centre;
                (sum, squares) = (sum + away, squares + away * away);
                work.by_value[*member] -= away * weight;
            }
            let n = group.members.len() as f64;
            let (stretched, by_spread) = group.stretched(spread);
            total += stretched - n * spread.ln() - 0.5 * squares * weight;
            work.by_value[group.spread] += by_spread + (squares * weight - n) / spread;
            if let Some(centre) = group.centre {
                work.by_value[centre] += sum * weight;
            }
        }
        total
    }

    /// From the slopes of levels to those of their places, and of what they are sampled with.
    pub(super) fn backward_through_levels(&self, work: &mut Work) -> f64 {
        let mut total = 0.0;
        let time = self.middle_of_time(work);
        for group in self.groups.iter().filter(|it| it.kind == Kind::Levels) {
            let base = group.base.map_or(0.0, |it| work.values[it]);
            let rest: Vec<Told> = group
                .told
                .iter()
                .zip(&work.brought)
                .map(|(told, brought)| told.less(time + brought))
                .collect();
            let mut by_rest = vec![0.0; rest.len()];
            for ((member, told), by_rest) in group.members.iter().zip(&rest).zip(&mut by_rest) {
                *by_rest = group.back(*member, &told.less(base), 0.0, 0.0, work);
                if let Some(base) = group.base {
                    work.by_value[base] -= *by_rest;
                }
            }
            if let Some(base) = group.base {
                total += self.back_through_centre(group, base, &rest, &mut by_rest, work);
            }
            let knots = self.slots.knot.clone();
            let share = by_rest.iter().sum::<f64>() / knots.len().max(1) as f64;
            work.by_value[knots].iter_mut().for_each(|it| *it -= share);
            work.brought_slope.iter_mut().zip(by_rest).for_each(|(it, slope)| *it -= slope);
        }
        total
    }

    /// From the slopes of other members to those of their places, centres and spreads.
    pub(super) fn backward_through_groups(&self, work: &mut Work) -> f64 {
        let mut total = 0.0;
        for group in self.groups.iter().filter(|it| it.kind != Kind::Levels) {
            let centre = group.centre.map_or(0.0, |it| work.values[it]);
            let common = group.common(work);
            let spread = work.values[group.spread];
            let mut shared = 0.0;
            for (member, told) in group.members() {
                shared += work.by_value[member] * (spread - Stretch::new(told, spread).own);
                group.back(member, told, centre, common, work);
            }
            if group.kind == Kind::Differences {
                let share = shared / group.members.len() as f64;
                group.members.iter().for_each(|it| work.by_value[*it] += share);
            }
            if let Some(centre) = group.centre {
                total += self.back_through_centre(group, centre, &group.told, &mut [], work);
            }
        }
        total
    }

    /// The density of a centre that is sampled with its members, from its slope to that of its place;
    /// adds the slope of what each member is told.
    fn back_through_centre(
        &self,
        group: &Group,
        centre: usize,
        told: &[Told],
        by_told: &mut [f64],
        work: &mut Work,
    ) -> f64 {
        let (Some(prior), Some(own)) = (&group.prior, &self.values[centre].prior) else {
            return 0.0;
        };
        let spread = work.values[group.spread];
        let heard = Heard::new(prior, spread, told.iter().copied());
        let (density, by_value) = own.shape(work.values[centre]);
        let slope = work.by_value[centre] + by_value;
        let (stretched, by_spread) = heard.stretched();
        work.by_value[group.spread] += slope * heard.by_spread(work.places[centre]) + by_spread;
        work.by_value[centre] = slope / heard.precision.sqrt();
        for (by_told, told) in by_told.iter_mut().zip(told) {
            *by_told += slope * told.through(spread) / heard.precision;
        }
        density + stretched
    }
}
