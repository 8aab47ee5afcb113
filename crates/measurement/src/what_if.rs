//! What another rule would have brought, from decisions of a rule whose probabilities were recorded.
//!
//! Three estimates: by inverse propensity (Horvitz and Thompson 1952), the same normalised by its
//! weights (Hájek 1971), and doubly robust (Dudík, Langford and Li 2011) with a model that each half
//! of the people learns from the other (cross-fitting, Chernozhukov et al. 2018). All of them hold
//! for **one decision at a time**: the other rule is imagined at this decision only, while everything
//! before and after goes as it went. What another rule would do to the whole course of a relationship
//! under caps is another question, which these numbers do not answer.

use crate::Estimate;
use crate::distribution::{t_quantile, t_two_sided};
use serde::Serialize;
use std::collections::BTreeMap;

/// With less than so many decisions' worth of evidence an estimate is given without a claim.
const EFFECTIVE_MIN: f64 = 100.0;
const PEOPLE_MIN: usize = 50;

/// Weights must average to 1; further away than so many standard errors, what was recorded is not
/// what happened.
const WEIGHT_ALARM: f64 = 4.0;

/// A single decision that carries more of all weight than this makes the interval unreliable.
const WEIGHT_SHARE_MAX: f64 = 0.05;

/// How many decisions a wider group is worth in the model of a narrower one.
const MODEL_WEIGHT: f64 = 20.0;

/// Something that a decision might have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Possible {
    /// What it is for the model: those of one kind are believed to bring the same.
    pub kind: u32,
    /// The wider kind, such as its channel.
    pub group: u32,
    /// How probable it was.
    pub logged: f64,
    /// How probable it would be under the other rule.
    pub target: f64,
}

/// One decision with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Decisions about one person belong together.
    pub person: u32,
    /// The half of the people: 0 or 1.
    pub fold: u8,
    pub possible: Vec<Possible>,
    /// The place in `possible` of what was done.
    pub taken: usize,
    pub response: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIf {
    /// Decisions.
    pub n: u64,
    pub people: u64,
    /// What the rule that decided brought, per decision.
    pub logged: Estimate,
    /// What the other rule would have brought, per decision.
    pub inverse_propensity: Compared,
    pub self_normalised: Compared,
    pub doubly_robust: Compared,
    /// Decisions under the other rule that these are worth (Kish 1965).
    pub effective_n: f64,
    pub largest_weight: f64,
    /// Should be 1: else the recorded probabilities are not those that decided.
    pub mean_weight: f64,
    pub confidence: f64,
    /// What these numbers are about.
    pub holds_for: &'static str,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

/// A value, and by how much it exceeds what was brought.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Compared {
    #[serde(flatten)]
    pub value: Estimate,
    pub difference: Estimate,
}

/// What each estimate holds for.
pub const ONE_DECISION: &str =
    "one decision at a time, and not the course of a relationship under caps";

/// Why the decisions cannot be used, naming the first that cannot by its place.
pub fn problem_of(decisions: &[Decision]) -> Option<(usize, String)> {
    decisions.iter().enumerate().find_map(|(place, it)| Some((place, it.problem()?)))
}

/// Never fails: what cannot be known is absent with its reason.
pub fn what_if(decisions: &[Decision], confidence: f64) -> WhatIf {
    let refused = match decisions.len() {
        0 => Some("there are no decisions".to_owned()),
        _ => problem_of(decisions).map(|(place, says)| format!("decision {}: {says}", place + 1)),
    };
    match refused {
        Some(reason) => nothing(decisions.len(), confidence, reason),
        None => Analysis::new(decisions, confidence).report(),
    }
}

impl Decision {
    fn problem(&self) -> Option<String> {
        /// Probabilities are written with few digits, and there may be hundreds of them.
        const ROUNDING: f64 = 1e-3;
        let sums = |of: fn(&Possible) -> f64| self.possible.iter().map(of).sum::<f64>();
        let sound =
            |it: &Possible| (0.0..=1.0).contains(&it.logged) && (0.0..=1.0).contains(&it.target);
        if !self.response.is_finite() {
            return Some("the response is not a finite number".to_owned());
        }
        let Some(taken) = self.possible.get(self.taken) else {
            return Some("what was done is not among what was possible".to_owned());
        };
        if !self.possible.iter().all(sound) {
            return Some("a probability does not lie between 0 and 1".to_owned());
        }
        if taken.logged <= 0.0 {
            return Some("what was done had no probability".to_owned());
        }
        if ROUNDING < (sums(|it| it.logged) - 1.0).abs() {
            return Some("the probabilities do not add up to 1".to_owned());
        }
        if ROUNDING < (sums(|it| it.target) - 1.0).abs() {
            return Some("the other rule's probabilities do not add up to 1".to_owned());
        }
        let unseen = self.possible.iter().any(|it| it.logged <= 0.0 && 0.0 < it.target);
        unseen.then(|| {
            "the other rule may do what had no probability: nothing is known of that".to_owned()
        })
    }

    fn weight(&self) -> f64 {
        let taken = &self.possible[self.taken];
        taken.target / taken.logged
    }
}

struct Analysis<'a> {
    decisions: &'a [Decision],
    confidence: f64,
    weights: Vec<f64>,
    /// The place of each decision's person among the people.
    person: Vec<usize>,
    people: usize,
    mean: f64,
}

impl<'a> Analysis<'a> {
    fn new(decisions: &'a [Decision], confidence: f64) -> Analysis<'a> {
        let mut places: BTreeMap<u32, usize> = BTreeMap::new();
        let mut person = Vec::with_capacity(decisions.len());
        for it in decisions {
            let next = places.len();
            person.push(*places.entry(it.person).or_insert(next));
        }
        let n = decisions.len() as f64;
        Analysis {
            decisions,
            confidence,
            weights: decisions.iter().map(Decision::weight).collect(),
            people: places.len(),
            person,
            mean: decisions.iter().map(|it| it.response).sum::<f64>() / n,
        }
    }

    fn report(&self) -> WhatIf {
        let n = self.decisions.len() as f64;
        let total: f64 = self.weights.iter().sum();
        let squares: f64 = self.weights.iter().map(|w| w * w).sum();
        let effective_n = if 0.0 < squares { total * total / squares } else { 0.0 };
        let largest_weight = self.weights.iter().copied().fold(0.0, f64::max);
        let mut report = WhatIf {
            n: self.decisions.len() as u64,
            people: self.people as u64,
            logged: self.estimate(self.mean, |i| self.decisions[i].response - self.mean),
            inverse_propensity: self.inverse_propensity(),
            self_normalised: self.self_normalised(total),
            doubly_robust: self.doubly_robust(),
            effective_n,
            largest_weight,
            mean_weight: total / n,
            confidence: self.confidence,
            holds_for: ONE_DECISION,
            warnings: Vec::new(),
            insufficient: None,
        };
        if self.people < PEOPLE_MIN {
            report.insufficient = Some(format!("{} people; {PEOPLE_MIN} at least", self.people));
        } else if effective_n < EFFECTIVE_MIN {
            report.insufficient = Some(format!(
                "for the other rule these decisions are worth {effective_n:.0}; {EFFECTIVE_MIN} at least"
            ));
        }
        report.warnings = self.warnings(&report, total);
        report
    }

    fn inverse_propensity(&self) -> Compared {
        let n = self.decisions.len() as f64;
        let term = |i: usize| self.weights[i] * self.decisions[i].response;
        let value = (0..self.decisions.len()).map(term).sum::<f64>() / n;
        self.compared(value, |i| term(i) - value)
    }

    fn self_normalised(&self, total: f64) -> Compared {
        if total <= 0.0 {
            let absent =
                || Estimate::absent("the other rule would have done none of what was done");
            return Compared { value: absent(), difference: absent() };
        }
        let n = self.decisions.len() as f64;
        let sum: f64 = self.weights.iter().zip(self.decisions).map(|(w, it)| w * it.response).sum();
        let value = sum / total;
        let influence =
            |i: usize| self.weights[i] * (self.decisions[i].response - value) * n / total;
        self.compared(value, influence)
    }

    fn doubly_robust(&self) -> Compared {
        let models = [Model::of(self.decisions, 0), Model::of(self.decisions, 1)];
        let terms: Vec<f64> = (self.decisions.iter().zip(&self.weights))
            .map(|(it, weight)| {
                // Each half is judged by what the other one taught.
                let model = &models[usize::from(it.fold & 1)];
                let expected: f64 = it.possible.iter().map(|p| p.target * model.expect(p)).sum();
                let taken = &it.possible[it.taken];
                expected + weight * (it.response - model.expect(taken))
            })
            .collect();
        let value = terms.iter().sum::<f64>() / terms.len() as f64;
        self.compared(value, |i| terms[i] - value)
    }

    fn compared(&self, value: f64, influence: impl Fn(usize) -> f64) -> Compared {
        let own = |i: usize| self.decisions[i].response - self.mean;
        Compared {
            difference: self.estimate(value - self.mean, |i| influence(i) - own(i)),
            value: self.estimate(value, &influence),
        }
    }

    /// With its interval from the spread of `influence`, added up per person.
    fn estimate(&self, value: f64, influence: impl Fn(usize) -> f64) -> Estimate {
        if self.people < 2 {
            let reason = "one person says nothing about chance".to_owned();
            return Estimate { estimate: Some(value), reason: Some(reason), ..Estimate::default() };
        }
        let mut sums = vec![0.0; self.people];
        for (i, person) in self.person.iter().enumerate() {
            sums[*person] += influence(i);
        }
        let (n, people) = (self.decisions.len() as f64, self.people as f64);
        let squares: f64 = sums.iter().map(|it| it * it).sum();
        let se = (squares * people / (people - 1.0)).sqrt() / n;
        let df = people - 1.0;
        let reach = t_quantile(self.confidence, df) * se;
        let p = match se {
            0.0 if value == 0.0 => 1.0,
            0.0 => 0.0,
            se => t_two_sided(value / se, df),
        };
        Estimate {
            estimate: Some(value),
            se: Some(se),
            df: Some(df),
            low: Some(value - reach),
            high: Some(value + reach),
            p: Some(p),
            ..Estimate::default()
        }
    }

    fn warnings(&self, report: &WhatIf, total: f64) -> Vec<String> {
        let mut warnings = Vec::new();
        let doubt = self.estimate(report.mean_weight, |i| self.weights[i] - report.mean_weight);
        let off = (report.mean_weight - 1.0).abs();
        if doubt.se.is_some_and(|se| WEIGHT_ALARM * se < off && 1e-6 < off) {
            warnings.push(format!(
                "the weights average {:.3} and not 1: the recorded probabilities are not those that \
                 decided",
                report.mean_weight
            ));
        }
        if WEIGHT_SHARE_MAX * total < report.largest_weight && 0.0 < total {
            warnings.push(format!(
                "one decision has {:.0} % of all weight: the intervals are unreliable",
                100.0 * report.largest_weight / total
            ));
        }
        warnings
    }
}

/// The mean response by kind, drawn to that of its group, and that to everybody's.
struct Model {
    kinds: BTreeMap<u32, f64>,
    groups: BTreeMap<u32, f64>,
    all: f64,
}

impl Model {
    /// For the people of `fold`, from those of the other.
    fn of(decisions: &[Decision], fold: u8) -> Model {
        let others = || decisions.iter().filter(|it| it.fold & 1 != fold);
        let (mut sum, mut n) = (0.0, 0.0);
        let mut groups: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        let mut kinds: BTreeMap<u32, (u32, f64, f64)> = BTreeMap::new();
        for it in others() {
            let taken = &it.possible[it.taken];
            let group = groups.entry(taken.group).or_default();
            let kind = kinds.entry(taken.kind).or_insert((taken.group, 0.0, 0.0));
            (sum, n) = (sum + it.response, n + 1.0);
            *group = (group.0 + it.response, group.1 + 1.0);
            (kind.1, kind.2) = (kind.1 + it.response, kind.2 + 1.0);
        }
        let all = if 0.0 < n { sum / n } else { 0.0 };
        let drawn = |sum: f64, n: f64, to: f64| (sum + MODEL_WEIGHT * to) / (n + MODEL_WEIGHT);
        let groups: BTreeMap<u32, f64> =
            groups.into_iter().map(|(group, (sum, n))| (group, drawn(sum, n, all))).collect();
        let of_group = |group: u32| groups.get(&group).copied().unwrap_or(all);
        let kinds = kinds
            .into_iter()
            .map(|(kind, (group, sum, n))| (kind, drawn(sum, n, of_group(group))))
            .collect();
        Model { kinds, groups, all }
    }

    fn expect(&self, possible: &Possible) -> f64 {
        let group = || self.groups.get(&possible.group).copied();
        self.kinds.get(&possible.kind).copied().or_else(group).unwrap_or(self.all)
    }
}

fn nothing(n: usize, confidence: f64, reason: String) -> WhatIf {
    let absent = || Estimate::absent(reason.clone());
    let compared = || Compared { value: absent(), difference: absent() };
    WhatIf {
        n: n as u64,
        people: 0,
        logged: absent(),
        inverse_propensity: compared(),
        self_normalised: compared(),
        doubly_robust: compared(),
        effective_n: 0.0,
        largest_weight: 0.0,
        mean_weight: 0.0,
        confidence,
        holds_for: ONE_DECISION,
        warnings: Vec::new(),
        insufficient: Some(reason),
    }
}
