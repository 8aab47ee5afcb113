//! The area between a curve and a random order, and how it changes with the weight of each person.
//!
//! A curve has a value V at the end of each group of equal scores, over the N people so far; between
//! them it is straight. V depends on the sums over all people so far, so that the change of the area
//! with one person's weight is a sum over their own group and all below it, which is added up once
//! from the lowest group on.

use super::UpliftUnit;

/// Sums over the people with one score and all higher ones.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    pub score: f64,
    pub treated: f64,
    pub control: f64,
    treated_outcome: f64,
    control_outcome: f64,
    treated_square: f64,
    control_square: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Yt − Yc Nt / Nc (Radcliffe).
    Qini,
    /// (Yt / Nt − Yc / Nc) N (Gutierrez and Gérardy).
    Means,
}

/// The area in people times outcomes.
pub(super) struct Area {
    pub area: f64,
    /// By group, for the treated and for the others: the change is the first number times the
    /// outcome plus the second.
    changes: Vec<[(f64, f64); 2]>,
}

impl Area {
    /// With the weight of a person of this group.
    pub fn change(&self, unit: &UpliftUnit, group: usize) -> f64 {
        let of = self.changes.get(group).map_or((0.0, 0.0), |it| it[usize::from(!unit.treated)]);
        of.0 * unit.outcome + of.1
    }
}

impl Group {
    pub fn people(&self) -> f64 {
        self.treated + self.control
    }

    /// More outcomes among the treated than as many of the others have.
    pub fn qini(&self) -> f64 {
        self.treated_outcome - self.control_mean() * self.treated
    }

    /// The error of the gain per treated person of everybody, `gain`, of whom there are `treated`.
    pub fn spread(&self, gain: f64, treated: f64) -> Option<f64> {
        if self.treated == 0.0 || self.control == 0.0 {
            return None;
        }
        let (mean, ratio) = (self.control_mean(), self.treated / self.control);
        let about = |square: f64, sum: f64, n: f64, centre: f64| {
            (square - 2.0 * centre * sum + centre * centre * n).max(0.0)
        };
        let inside = about(self.treated_square, self.treated_outcome, self.treated, mean + gain);
        let outside = (treated - self.treated) * gain * gain;
        let others = about(self.control_square, self.control_outcome, self.control, mean);
        let squares = inside + outside + ratio * ratio * others;
        (0.0 < squares).then(|| squares.sqrt() / treated)
    }

    fn control_mean(&self) -> f64 {
        if self.control == 0.0 { 0.0 } else { self.control_outcome / self.control }
    }

    /// So many people alike.
    fn add(&mut self, unit: &UpliftUnit, count: f64) {
        let (n, sum, square) = match unit.treated {
            true => (&mut self.treated, &mut self.treated_outcome, &mut self.treated_square),
            false => (&mut self.control, &mut self.control_outcome, &mut self.control_square),
        };
        *n += count;
        *sum += count * unit.outcome;
        *square += count * unit.outcome * unit.outcome;
    }

    /// The value of the curve, and its change with the weight of somebody so far, treated or not, as
    /// a factor of their outcome and a number.
    fn value(&self, kind: Kind) -> (f64, [(f64, f64); 2]) {
        let of_treated =
            if self.treated == 0.0 { 0.0 } else { self.treated_outcome / self.treated };
        let of_control = self.control_mean();
        let over = |people: f64, n: f64| if n == 0.0 { 0.0 } else { people / n };
        match kind {
            Kind::Qini => {
                let ratio = over(self.treated, self.control);
                let changes = [(1.0, -of_control), (-ratio, ratio * of_control)];
                (self.qini(), changes)
            }
            Kind::Means => {
                let apart = of_treated - of_control;
                let (a, b) = (over(self.people(), self.treated), over(self.people(), self.control));
                let changes = [(a, apart - a * of_treated), (-b, apart + b * of_control)];
                (apart * self.people(), changes)
            }
        }
    }
}

/// The groups of equal scores in this order, each with all before it.
pub(super) fn groups(units: &[UpliftUnit], order: &[u32]) -> Vec<Group> {
    let same = |a: &u32, b: &u32| units[*a as usize].score == units[*b as usize].score;
    let mut sum = Group::default();
    let group = |places: &[u32]| {
        places.iter().for_each(|place| sum.add(&units[*place as usize], 1.0));
        sum.score = units[places[0] as usize].score;
        sum
    };
    order.chunk_by(same).map(group).collect()
}

/// Between the curve over these groups and the straight line to its end.
pub(super) fn area(groups: &[Group], kind: Kind) -> Area {
    let values: Vec<(f64, [(f64, f64); 2])> = groups.iter().map(|it| it.value(kind)).collect();
    let value = |at: Option<usize>| at.and_then(|at| values.get(at)).map_or(0.0, |it| it.0);
    let people = |at: Option<usize>| at.and_then(|at| groups.get(at)).map_or(0.0, Group::people);
    let last = groups.len().saturating_sub(1);
    let mut area = -0.5 * people(Some(last)) * value(Some(last));
    let mut changes = vec![[(0.0, 0.0); 2]; groups.len()];
    let mut so_far = [(0.0, 0.0); 2];
    for at in (0..groups.len()).rev() {
        let (before, here) = (at.checked_sub(1), Some(at));
        area += 0.5 * (value(here) + value(before)) * (people(here) - people(before));
        // By the value of the curve here, and by the people up to here; the line ends at the last.
        let (by_value, by_people) = match at == last {
            true => (0.5 * -people(before), 0.5 * value(before)),
            false => {
                let next = Some(at + 1);
                (0.5 * (people(next) - people(before)), 0.5 * (value(before) - value(next)))
            }
        };
        for (sum, (factor, number)) in so_far.iter_mut().zip(values[at].1) {
            sum.0 += by_value * factor;
            sum.1 += by_value * number + by_people;
        }
        changes[at] = so_far;
    }
    Area { area, changes }
}

/// The order that knows everybody's outcome, of 0 or 1.
pub(super) struct Best {
    pub area: Area,
    /// The group by treated and outcome, both as 0 or 1.
    groups: [usize; 4],
}

impl Best {
    pub fn group(&self, unit: &UpliftUnit) -> usize {
        self.groups[kind_of(unit)]
    }
}

fn kind_of(unit: &UpliftUnit) -> usize {
    2 * usize::from(unit.treated) + usize::from(unit.outcome != 0.0)
}

/// Treated people with the outcome first and untreated ones last; between them, for the Qini curve,
/// all others as one. The uplift curve keeps the rarer of the two kinds that are out of place apart,
/// as scikit-uplift does.
pub(super) fn best_order(units: &[UpliftUnit], kind: Kind) -> Best {
    let mut counts = [0_u64; 4];
    units.iter().for_each(|it| counts[kind_of(it)] += 1);
    // By treated and outcome: 00, 01, 10, 11.
    let scores: [f64; 4] = match kind {
        Kind::Qini => [0.0, -1.0, 0.0, 1.0],
        Kind::Means if counts[2] < counts[1] => [2.0, 1.0, 0.0, 3.0],
        Kind::Means => [2.0, 0.0, 1.0, 3.0],
    };
    let mut ends = [3, 2, 1, 0];
    ends.sort_by(|a: &usize, b| scores[*b].total_cmp(&scores[*a]));
    let mut sum = Group::default();
    let (mut found, mut groups): (Vec<Group>, [usize; 4]) = (Vec::new(), [0; 4]);
    for same in ends.chunk_by(|a, b| scores[*a] == scores[*b]) {
        if same.iter().all(|it| counts[*it] == 0) {
            continue;
        }
        for it in same {
            let (treated, outcome) = (*it / 2 == 1, (*it % 2) as f64);
            sum.add(&UpliftUnit { outcome, treated, score: scores[*it] }, counts[*it] as f64);
            groups[*it] = found.len();
        }
        sum.score = scores[same[0]];
        found.push(sum);
    }
    Best { area: area(&found, kind), groups }
}
