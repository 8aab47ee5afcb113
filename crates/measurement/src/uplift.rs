//! Uplift: whether a score finds the people whom a treatment changes.
//!
//! Some people got a treatment by chance and others did not; each has a score that says how much it
//! should change them, made without looking at these outcomes. People are treated in order of the
//! score: the Qini curve (Radcliffe 2007, Direct Marketing Analytics Journal 1, 14–21) is what that
//! gains, the uplift curve (Gutierrez and Gérardy 2016, PMLR 67) the same from differences of means.
//! Their coefficients are the area between the curve and a random order, over that of the best order
//! there could have been.
//!
//! Errors are those of the infinitesimal jackknife (Jaeckel 1972; Efron 1982): how much each number
//! changes with the weight of each person, squared and added up. It needs one sorting and no draws,
//! so that the same file gives the same interval. Ends are for a score that is fixed: they hold for
//! its thresholds as found, and say nothing of how another sample would have made another score.

mod area;
mod report;

pub use report::{Uplift, UpliftEstimate, UpliftPoint, UpliftTop};

use crate::Sums;
use crate::distribution::{normal_quantile, t_quantile, t_two_sided};
use area::{Group, Kind, area, best_order, groups};

/// One person: what they did, whether they were treated, and the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpliftUnit {
    pub outcome: f64,
    pub treated: bool,
    pub score: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct UpliftQuestion<'a> {
    /// In the order of the file, which decides between equal scores where a share cuts them.
    pub units: &'a [UpliftUnit],
    /// Shares of people from the top, each between 0 and 1.
    pub top: &'a [f64],
    pub confidence: f64,
}

/// With fewer people of either kind the intervals have not been shown to hold.
pub const UPLIFT_PEOPLE_MIN: usize = 100;
/// And, for an outcome of 0 and 1, with fewer of either outcome among them.
pub const UPLIFT_EVENTS_MIN: u64 = 20;
/// As for every rate: with fewer in a top share its interval covers nothing.
const EVENTS_MIN: u64 = 5;
/// Beyond chance: whoever has a high score was treated more often, or less.
const BALANCE_ALARM: f64 = 0.001;
/// Points of the curve.
const POINTS: usize = 100;

/// Never fails: what cannot be known is absent, with the reason.
pub fn uplift(question: &UpliftQuestion) -> Uplift {
    let units = question.units;
    let mut found = Uplift {
        n: units.len() as u64,
        treated: units.iter().filter(|it| it.treated).count() as u64,
        confidence: question.confidence,
        ..Uplift::default()
    };
    found.control = found.n - found.treated;
    let (treated, control) = sums(units.iter());
    found.binary = treated.is_binary() && control.is_binary();
    if let Some(reason) = refusal(question, &found, &treated, &control) {
        found.insufficient = Some(reason);
        return found;
    }
    found.average = difference(&treated, &control, question.confidence, false);
    let order = order(units);
    let groups = groups(units, &order);
    estimate_areas(&mut found, units, &order, &groups);
    found.top = question.top.iter().map(|share| top(question, &order, *share)).collect();
    found.curve = curve(&groups, question.confidence);
    found.warnings = warnings(question, &found, &order, &groups);
    found
}

fn refusal(
    question: &UpliftQuestion,
    found: &Uplift,
    treated: &Sums,
    control: &Sums,
) -> Option<String> {
    let numbers = question.units.iter().flat_map(|it| [it.outcome, it.score]);
    if !(0.0 < question.confidence && question.confidence < 1.0) {
        return Some("the confidence must lie between 0 and 1".to_owned());
    }
    if !numbers.into_iter().all(f64::is_finite) {
        return Some("some outcomes or scores are not numbers".to_owned());
    }
    for (n, who) in [(found.treated, "were treated"), (found.control, "were not treated")] {
        if n < UPLIFT_PEOPLE_MIN as u64 {
            return Some(format!("{n} people {who}; at least {UPLIFT_PEOPLE_MIN} must"));
        }
    }
    if treated.m2 == 0.0 && control.m2 == 0.0 {
        return Some("the outcome does not vary".to_owned());
    }
    if !found.binary {
        return None;
    }
    for (sums, who) in [(treated, "treated"), (control, "untreated")] {
        let events = sums.nonzero.unwrap_or(0);
        if events.min(sums.n - events) < UPLIFT_EVENTS_MIN {
            return Some(format!(
                "{events} of {} {who} people have the outcome; at least {UPLIFT_EVENTS_MIN} must, and \
                 {UPLIFT_EVENTS_MIN} not",
                sums.n
            ));
        }
    }
    None
}

/// From the highest score down. Of equal scores the later row comes first, as scikit-uplift has it.
fn order(units: &[UpliftUnit]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..units.len() as u32).collect();
    // Adding 0 turns −0 into 0.
    let score = |place: &u32| units[*place as usize].score + 0.0;
    order.sort_unstable_by(|a, b| score(b).total_cmp(&score(a)).then(b.cmp(a)));
    order
}

fn sums<'a>(units: impl Iterator<Item = &'a UpliftUnit>) -> (Sums, Sums) {
    let (mut treated, mut control) = (Sums::default(), Sums::default());
    for it in units {
        if it.treated { treated.push(it.outcome) } else { control.push(it.outcome) }
    }
    (treated, control)
}

/// Of the means, with Welch's degrees of freedom.
fn difference(
    treated: &Sums,
    control: &Sums,
    confidence: f64,
    counts_events: bool,
) -> UpliftEstimate {
    let who = [(treated, "treated"), (control, "untreated")];
    if let Some((_, who)) = who.iter().find(|it| it.0.n == 0) {
        return UpliftEstimate::absent(format!("nobody {who} among them"));
    }
    let bare =
        UpliftEstimate { estimate: Some(treated.mean - control.mean), ..UpliftEstimate::default() };
    let (Some(a), Some(b)) = (treated.variance(), control.variance()) else {
        return bare.because("too few people to know the spread");
    };
    let rarest = |sums: &Sums| {
        let events = sums.nonzero.unwrap_or(0);
        events.min(sums.n - events)
    };
    if let Some((_, who)) =
        who.iter().find(|it| counts_events && it.0.is_binary() && rarest(it.0) < EVENTS_MIN)
    {
        return bare
            .because(format!("fewer than {EVENTS_MIN} of the {who} have the outcome, or lack it"));
    }
    let (a, b) = (a / treated.n as f64, b / control.n as f64);
    let variance = a + b;
    if variance <= 0.0 {
        return bare.because("the outcome does not vary among them");
    }
    let df =
        variance * variance / (a * a / (treated.n as f64 - 1.0) + b * b / (control.n as f64 - 1.0));
    bare.with_error(variance.sqrt(), Some(df), confidence)
}

/// The coefficients and the area, each with its error.
fn estimate_areas(found: &mut Uplift, units: &[UpliftUnit], order: &[u32], own: &[Group]) {
    let n = found.n as f64;
    // Of n weights that add up to n, one is not free.
    let free = n / (n - 1.0);
    let group = group_of(units, order);
    let qini = area(own, Kind::Qini);
    let treated = found.treated as f64;
    let mean = qini.area / (n * treated);
    let mut squares = 0.0;
    for (unit, group) in units.iter().zip(&group) {
        let share = 1.0 / n + if unit.treated { 1.0 / treated } else { 0.0 };
        squares += (qini.change(unit, *group as usize) / (n * treated) - mean * share).powi(2);
    }
    let bare = UpliftEstimate { estimate: Some(mean), ..UpliftEstimate::default() };
    found.area = bare.with_error((free * squares).sqrt(), None, found.confidence);
    if !found.binary {
        let reason = "the best order is known of an outcome of 0 and 1 only; see area";
        found.qini = UpliftEstimate::absent(reason);
        found.uplift_auc = UpliftEstimate::absent(reason);
        return;
    }
    let coefficient = |kind: Kind| {
        let (here, best) = (area(own, kind), best_order(units, kind));
        let most = best.area.area;
        if most <= 0.0 {
            return UpliftEstimate::absent("no order is better than a random one");
        }
        let estimate = here.area / most;
        let change = |unit: &UpliftUnit, group: usize| {
            let best = best.area.change(unit, best.group(unit));
            (here.change(unit, group) - estimate * best) / most
        };
        let squares: f64 =
            units.iter().zip(&group).map(|(it, group)| change(it, *group as usize).powi(2)).sum();
        UpliftEstimate { estimate: Some(estimate), ..UpliftEstimate::default() }.with_error(
            (free * squares).sqrt(),
            None,
            found.confidence,
        )
    };
    let (qini, uplift_auc) = (coefficient(Kind::Qini), coefficient(Kind::Means));
    (found.qini, found.uplift_auc) = (qini, uplift_auc);
}

/// For each unit the number of its group of equal scores.
fn group_of(units: &[UpliftUnit], order: &[u32]) -> Vec<u32> {
    let mut of = vec![0; units.len()];
    let same = |a: &u32, b: &u32| units[*a as usize].score == units[*b as usize].score;
    for (group, places) in (0..).zip(order.chunk_by(same)) {
        places.iter().for_each(|place| of[*place as usize] = group);
    }
    of
}

fn top(question: &UpliftQuestion, order: &[u32], share: f64) -> UpliftTop {
    let people = (order.len() as f64 * share) as usize;
    let within = order[..people.min(order.len())].iter().map(|it| &question.units[*it as usize]);
    let (treated, control) = sums(within);
    let score = |place: &u32| question.units[*place as usize].score;
    UpliftTop {
        share,
        people: people as u64,
        treated: treated.n,
        control: control.n,
        score: people.checked_sub(1).and_then(|last| order.get(last)).map(score),
        uplift: difference(&treated, &control, question.confidence, true),
    }
}

/// The Qini curve per person: what treating everybody from the top down to a score gains.
fn curve(groups: &[Group], confidence: f64) -> Vec<UpliftPoint> {
    let z = normal_quantile(0.5 + 0.5 * confidence);
    let Some(all) = groups.last() else { return Vec::new() };
    let (n, treated) = (all.people(), all.treated);
    let whole = all.qini() / treated;
    let start = UpliftPoint::default();
    let mut points = vec![start];
    let mut next = 1;
    for (at, group) in groups.iter().enumerate() {
        let share = group.people() / n;
        if share * (POINTS as f64) < next as f64 && at + 1 < groups.len() {
            continue;
        }
        next = (share * POINTS as f64).floor() as usize + 1;
        let gain = group.qini() / treated;
        let half = group.spread(gain, treated).map(|se| z * se);
        points.push(UpliftPoint {
            share,
            score: Some(group.score),
            gain,
            low: half.map(|half| gain - half),
            high: half.map(|half| gain + half),
            random: share * whole,
        });
    }
    points
}

fn warnings(
    question: &UpliftQuestion,
    found: &Uplift,
    order: &[u32],
    groups: &[Group],
) -> Vec<String> {
    let mut warnings = Vec::new();
    let p = balance(groups);
    if p < BALANCE_ALARM {
        warnings.push(format!(
            "people with a high score were treated more often, or less, than those with a low one \
             (p = {p:.1e}): the treatment was not given by chance, and nothing here can be believed"
        ));
    }
    let score = |place: usize| order.get(place).map(|it| question.units[*it as usize].score);
    for it in &found.top {
        let people = it.people as usize;
        if 0 < people && score(people - 1) == score(people) {
            warnings.push(format!(
                "the top {} % ends among people of equal scores; of these the later rows of the file \
                 are in it",
                100.0 * it.share
            ));
        }
    }
    if groups.len() == 1 {
        warnings.push("everybody has the same score".to_owned());
    }
    warnings
}

/// Two-sided, by the rank sum of the treated with ties (Wilcoxon 1945; Mann and Whitney 1947).
fn balance(groups: &[Group]) -> f64 {
    let Some(all) = groups.last() else { return 1.0 };
    let (n, a, b) = (all.people(), all.treated, all.control);
    let (mut before, mut treated_before, mut above, mut ties) = (0.0, 0.0, 0.0, 0.0);
    for group in groups {
        let (people, treated) = (group.people() - before, group.treated - treated_before);
        above += treated * (before + 0.5 * (people + 1.0));
        ties += people * (people * people - 1.0);
        (before, treated_before) = (group.people(), group.treated);
    }
    let variance = a * b / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    let z = (above - 0.5 * a * (n + 1.0)) / variance.sqrt();
    t_two_sided(z, f64::INFINITY)
}

impl UpliftEstimate {
    fn because(self, reason: impl Into<String>) -> UpliftEstimate {
        UpliftEstimate { reason: Some(reason.into()), ..self }
    }

    /// `df` where the error is not known as well as if people were many.
    fn with_error(self, se: f64, df: Option<f64>, confidence: f64) -> UpliftEstimate {
        let Some(estimate) = self.estimate.filter(|_| 0.0 < se && se.is_finite()) else {
            return self.because("the error cannot be told: nothing varies with the score");
        };
        let half = se
            * match df {
                Some(df) => t_quantile(confidence, df),
                None => normal_quantile(0.5 + 0.5 * confidence),
            };
        UpliftEstimate {
            se: Some(se),
            low: Some(estimate - half),
            high: Some(estimate + half),
            p: Some(t_two_sided(estimate / se, df.unwrap_or(f64::INFINITY))),
            ..self
        }
    }
}
