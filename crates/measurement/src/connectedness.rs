//! Connectedness: how strong the relationship with a person is, in six parts between 0 and 1.
//!
//! Each part is a rate: of so many occasions, so many spoke for the relationship ([`Evidence`]).
//! Few occasions say little, so that a person's own rate is drawn towards the rate of all people by
//! an empirical Bayes estimate (beta-binomial): the less evidence, the further. Every part says how
//! much evidence it has, and has an interval; the index is their weighted mean.
//!
//! Rates describe. Whether a message, a helper or a year of care *made* a relationship stronger is
//! the business of a holdout: [`return_on_relationship`].

mod audience;
mod posterior;
mod prior;
mod relationship;
mod report;
mod weights;

pub use posterior::Shrunken;
pub use prior::{BetaPrior, EvidenceTally};
pub use relationship::{RelationshipReturn, return_on_relationship};
pub use report::{Connectedness, ConnectednessLevel, ConnectednessPerson, PartLevel, PartPrior};
pub use weights::{LearnedWeights, PartWeight, Retained, learn_weights};

use serde::Serialize;

/// How many parts there are.
pub const PARTS: usize = 6;

/// A part of connectedness, and what its evidence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Of the messages that reached the person: those that got attention (a click, a reply, a read
    /// that is not a machine's).
    Useful,
    /// Of the messages that reached the person: those without an opt-out, a mute or a complaint
    /// after them, and not in a run of [`IGNORED_IN_A_ROW`] or more that got no attention.
    Welcome,
    /// Of the person's own messages that ask for an answer: those answered within the time declared.
    Heard,
    /// Of the person's problems and visits with an aim: those that ended well at the first try.
    Easy,
    /// Of the occasions to show trust (a consent asked for, a repeat purchase due, a statement with a
    /// sentiment): consents given, purchases repeated, statements that were kind.
    Trusted,
    /// Of the occasions to speak for us (an invitation to refer or share, a public mention): those
    /// that ended in a referral, a share or praise.
    Evangelised,
}

/// One ignored message may have been a busy day; this many in a row are an answer.
pub const IGNORED_IN_A_ROW: u32 = 5;

impl Part {
    pub const ALL: [Part; PARTS] =
        [Part::Useful, Part::Welcome, Part::Heard, Part::Easy, Part::Trusted, Part::Evangelised];

    pub fn name(self) -> &'static str {
        match self {
            Part::Useful => "useful",
            Part::Welcome => "welcome",
            Part::Heard => "heard",
            Part::Easy => "easy",
            Part::Trusted => "trusted",
            Part::Evangelised => "evangelised",
        }
    }
}

/// Of `of` occasions `yes` spoke for the relationship. Adds up over occasions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    pub yes: u64,
    pub of: u64,
}

impl Evidence {
    /// The error says what cannot be.
    pub fn new(yes: u64, of: u64) -> Result<Evidence, String> {
        match yes <= of {
            true => Ok(Evidence { yes, of }),
            false => Err(format!("{yes} of {of} is more than all")),
        }
    }

    #[must_use]
    pub fn and(self, other: Evidence) -> Evidence {
        let yes = self.yes.saturating_add(other.yes);
        Evidence { yes, of: self.of.saturating_add(other.of) }
    }
}

/// What is known of a person, in one audience and one period where there are such. Any number of
/// them per person; their evidence adds up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    pub person: u32,
    /// A number in the names of the question's groups.
    pub group: Option<u32>,
    /// A number in the names of the question's periods.
    pub period: Option<u32>,
    pub evidence: [Evidence; PARTS],
}

/// What is asked of the observations.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectednessQuestion<'a> {
    pub groups: &'a [String],
    pub periods: &'a [String],
    /// From 0 on, in any scale, in the order of [`Part::ALL`]; only those of known parts count.
    pub weights: [f64; PARTS],
    pub confidence: f64,
}

impl Default for ConnectednessQuestion<'_> {
    fn default() -> ConnectednessQuestion<'static> {
        ConnectednessQuestion { groups: &[], periods: &[], weights: [1.0; PARTS], confidence: 0.95 }
    }
}

/// A part with evidence of fewer people is not known: how people differ cannot be seen.
pub const PEOPLE_MIN: u64 = 10;
/// From here on intervals of 95 % hold the truth in 95 of 100 cases, within 1.5.
pub const PEOPLE_STATED: u64 = 300;

/// The parts and the index of everybody, of each group, and over time. Never fails: what cannot be
/// known is `None` with the reason.
pub fn connectedness(observed: &[Observed], question: &ConnectednessQuestion) -> Connectedness {
    let people = merged(observed, |it| it.person);
    let mut found = Connectedness {
        people: people.len() as u64,
        confidence: question.confidence,
        ..Connectedness::default()
    };
    let mut priors: [Option<BetaPrior>; PARTS] = [None; PARTS];
    for (i, part) in Part::ALL.into_iter().enumerate() {
        let tally = EvidenceTally::of(people.iter().map(|it| it.evidence[i]));
        if tally.people() == 0 {
            continue;
        }
        let fit = fit(&tally);
        priors[i] = fit.as_ref().ok().copied();
        if fit.is_ok() && tally.people() < PEOPLE_STATED {
            found.warnings.push(format!(
                "{} is known of {} people: with fewer than {PEOPLE_STATED}, intervals of 95 % hold \
                 the truth in 91 to 99 of 100 cases",
                part.name(),
                tally.people()
            ));
        }
        if fit.as_ref().is_ok_and(BetaPrior::hardly_known) {
            found.warnings.push(format!(
                "how people differ in {} can hardly be told (few have more than one occasion, or all \
                 did the same): how far people are drawn to the mean is mostly a convention",
                part.name()
            ));
        }
        found.parts.push(PartPrior::new(part, &tally, fit, question.confidence));
    }
    let weights = normalised(&question.weights, &priors);
    found.weights = weights;
    found.priors = priors;
    for it in &mut found.parts {
        it.weight = weights.map(|weights| weights[it.part as usize]);
    }
    if weights.is_none() {
        found.insufficient = Some(why_not(&found));
        return found;
    }
    found.levels = audience::levels(observed, question, &found);
    found
}

fn fit(tally: &EvidenceTally) -> Result<BetaPrior, String> {
    match tally.people() {
        few if few < PEOPLE_MIN => Err(format!(
            "{few} people have evidence; at least {PEOPLE_MIN} are needed to see how people differ"
        )),
        _ => BetaPrior::fit(tally).ok_or_else(|| "the evidence fits no distribution".to_owned()),
    }
}

/// Adding up to 1 over the known parts; nothing where none is known or has a weight.
fn normalised(weights: &[f64; PARTS], priors: &[Option<BetaPrior>; PARTS]) -> Option<[f64; PARTS]> {
    let usable = |i: usize| priors[i].is_some() && 0.0 < weights[i] && weights[i].is_finite();
    let known: [f64; PARTS] = std::array::from_fn(|i| if usable(i) { weights[i] } else { 0.0 });
    let most = known.iter().copied().fold(0.0, f64::max);
    let total: f64 = known.iter().map(|it| it / most).sum();
    (0.0 < most).then(|| known.map(|it| it / most / total))
}

fn why_not(found: &Connectedness) -> String {
    let reason = |it: &PartPrior| Some(format!("{}: {}", it.part.name(), it.reason.as_ref()?));
    match found.parts.iter().find_map(reason) {
        Some(reason) => format!("no part with a weight is known ({reason})"),
        None if found.parts.is_empty() => "nobody has any evidence".to_owned(),
        None => "no known part has a weight above 0".to_owned(),
    }
}

/// Observations with one key added up, in the order of the keys.
pub(crate) fn merged<K: Ord>(observed: &[Observed], key: impl Fn(&Observed) -> K) -> Vec<Observed> {
    let mut order: Vec<(K, usize)> =
        observed.iter().enumerate().map(|(i, it)| (key(it), i)).collect();
    order.sort_unstable();
    let mut all = Vec::with_capacity(order.len());
    for same in order.chunk_by(|a, b| a.0 == b.0) {
        let mut one = observed[same[0].1];
        for (_, i) in &same[1..] {
            let other = &observed[*i].evidence;
            one.evidence = std::array::from_fn(|part| one.evidence[part].and(other[part]));
        }
        all.push(one);
    }
    all
}

impl Connectedness {
    /// One row per observation, in their order: its parts drawn towards everybody's, and its index.
    /// Nothing where nothing is known. The intervals cost most; equal evidence is looked at once.
    pub fn people(&self, observed: &[Observed]) -> Vec<ConnectednessPerson> {
        let Some(weights) = self.weights else { return Vec::new() };
        posterior::people(observed, &self.priors, &weights, self.confidence)
    }

    /// Each person's expected parts without intervals, in the order of `observed`; 0 where a part is
    /// not known at all. For [`learn_weights`].
    pub fn expected(&self, observed: &[Observed]) -> Vec<[f64; PARTS]> {
        let of = |it: &Observed| {
            std::array::from_fn(|i| match &self.priors[i] {
                Some(prior) => prior.mean_given(it.evidence[i]),
                None => 0.0,
            })
        };
        observed.iter().map(of).collect()
    }

    /// Which parts are known.
    pub fn known(&self) -> [bool; PARTS] {
        self.priors.map(|it| it.is_some())
    }
}

#[cfg(test)]
pub(crate) use posterior::beta_quantile;
