//! The parts and the index of many people together: of all, of each group, of each period.

use super::posterior::Shrunken;
use super::prior::BetaPrior;
use super::{
    Connectedness, ConnectednessLevel, ConnectednessQuestion, Evidence, Observed, Part, PartLevel,
    merged,
};

/// Everybody first, then groups, periods, and groups within periods, as far as there are such.
pub(crate) fn levels(
    observed: &[Observed],
    question: &ConnectednessQuestion,
    found: &Connectedness,
) -> Vec<ConnectednessLevel> {
    let mut levels = Vec::new();
    for (by_period, by_group) in [(false, false), (false, true), (true, false), (true, true)] {
        if by_group && question.groups.is_empty() || by_period && question.periods.is_empty() {
            continue;
        }
        let key = |it: &Observed| {
            (it.period.filter(|_| by_period), it.group.filter(|_| by_group), it.person)
        };
        let people = merged(observed, key);
        for same in people.chunk_by(|a, b| {
            let ((p, g, _), (q, h, _)) = (key(a), key(b));
            (p, g) == (q, h)
        }) {
            let (period, group, _) = key(&same[0]);
            // Rows without a group or period belong to everybody and to no group.
            if by_group && group.is_none() || by_period && period.is_none() {
                continue;
            }
            let named =
                |names: &[String], number: Option<u32>| names.get(number? as usize).cloned();
            let mut level = level(same, found, question.confidence);
            level.group = named(question.groups, group);
            level.period = named(question.periods, period);
            levels.push(level);
        }
    }
    levels
}

/// The mean over people of their rates, for each part, and of the index, with the errors from the
/// people's own spread (and from parts that go together in a person).
///
/// A person's own rates are averaged here, not those drawn towards everybody's: those would draw
/// every group to the middle. Each rate has the weight of·(M+1)/(M+of) that makes the mean most exact
/// where people differ as the prior of strength M says (Kleinman 1973; with `of` occasions
/// the variance of a rate is proportional to its inverse). One occasion that went half one way and
/// half the other is added (Jeffreys 1946), so that a group of whom all did the same is not taken to
/// be without exception.
fn level(people: &[Observed], found: &Connectedness, confidence: f64) -> ConnectednessLevel {
    let means: Vec<Mean> = found
        .priors
        .iter()
        .enumerate()
        .filter_map(|(i, prior)| Some(Mean::of(i, prior.as_ref()?, people)))
        .collect();
    let share = |part: usize| found.weights.map_or(0.0, |weights| weights[part]);
    let index: f64 = means.iter().map(|it| share(it.part) * it.mean).sum();
    let mut variance = 0.0;
    for person in people {
        let off: f64 = means.iter().map(|it| share(it.part) * it.influence(person)).sum();
        variance += off * off;
    }
    for it in &means {
        variance += (share(it.part) * it.added()).powi(2);
    }
    let parts = means.iter().map(|it| {
        let spread: f64 = people.iter().map(|person| it.influence(person).powi(2)).sum();
        let all = people.iter().map(|person| person.evidence[it.part]);
        PartLevel {
            part: Part::ALL[it.part],
            people: it.people,
            evidence: all.fold(Evidence::default(), Evidence::and),
            rate: Shrunken::new(
                it.mean,
                it.correction() * (spread + it.added().powi(2)),
                confidence,
            ),
        }
    });
    // The part with the fewest people decides how well the spread itself is known.
    let correction = means.iter().map(Mean::correction).fold(1.0, f64::max);
    ConnectednessLevel {
        group: None,
        period: None,
        people: people.len() as u64,
        index: Shrunken::new(index, correction * variance, confidence),
        parts: parts.collect(),
    }
}

/// The rate of the occasion that is added, which has a weight of 1.
const ADDED: f64 = 0.5;

/// The weighted mean rate of one part.
struct Mean {
    part: usize,
    prior: BetaPrior,
    mean: f64,
    total: f64,
    people: u64,
}

impl Mean {
    fn of(part: usize, prior: &BetaPrior, people: &[Observed]) -> Mean {
        let mut mean = Mean { part, prior: *prior, mean: ADDED, total: 1.0, people: 0 };
        for it in people {
            let weight = mean.weight(it.evidence[part]);
            mean.total += weight;
            mean.mean += weight * rate(it.evidence[part]);
            mean.people += u64::from(0.0 < weight);
        }
        mean.mean /= mean.total;
        mean
    }

    fn weight(&self, evidence: Evidence) -> f64 {
        let (of, strength) = (evidence.of as f64, self.prior.strength());
        of * (strength + 1.0) / (strength + of)
    }

    /// How far one person pulls the mean.
    fn influence(&self, person: &Observed) -> f64 {
        let evidence = person.evidence[self.part];
        self.weight(evidence) * (rate(evidence) - self.mean) / self.total
    }

    fn added(&self) -> f64 {
        (ADDED - self.mean) / self.total
    }

    /// The mean was taken from the same people.
    fn correction(&self) -> f64 {
        let people = self.people as f64 + 1.0;
        people / (people - 1.0).max(1.0)
    }
}

fn rate(evidence: Evidence) -> f64 {
    if evidence.of == 0 { 0.0 } else { evidence.yes as f64 / evidence.of as f64 }
}
