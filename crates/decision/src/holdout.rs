//! Holdouts: people who by chance get nothing at all, nothing of one journey, or nothing of one
//! content, so that each can be compared with itself.
//!
//! As in the panel, a withheld message takes its slot and looks sent to everything but measurement,
//! and a person's place is drawn once, stored, and never drawn again.

use model::{ChanceKey, Identifier, Message, Origin, PersonId, Problem, Purpose, Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Half of all people without messages is a decision about the business and no measurement.
pub const SHARE_MAX: f64 = 0.5;

/// Each one counts outcomes of its own for each person in it.
pub const HOLDOUTS_MAX: usize = 50;

/// Which parts of people are held out of what.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Holdouts {
    pub shares: BTreeMap<HeldFrom, f64>,
    /// How long outcomes count from the first message that would have been sent.
    pub window: Span,
}

/// What somebody is held out of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum HeldFrom {
    /// All marketing.
    Everything,
    Journey(String),
    Content(String),
    /// Nothing: the person's arm of an experiment, `JOURNEY/VERSION/STEP`, is counted by the same
    /// machinery. Its `share` is the number of the arm.
    Experiment(String),
}

/// A person's place in one holdout.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Held {
    pub held: bool,
    /// The share under which the place was drawn, in thousandths: people of another share are
    /// another cohort.
    pub share: u16,
    pub assigned: Timestamp,
    /// When the first message of it would have been sent; from then on outcomes count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<Timestamp>,
    /// What the person was known by at assignment: only outcomes under these count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Was merged with a person who had another place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exposed: bool,
}

impl Default for Holdouts {
    fn default() -> Holdouts {
        Holdouts { shares: BTreeMap::new(), window: Span::days(28) }
    }
}

impl Holdouts {
    /// The holdouts that this message falls under; none for what the person asked for.
    pub fn of(&self, message: &Message) -> impl Iterator<Item = (&HeldFrom, f64)> {
        let applies = |from: &HeldFrom| match (from, &message.origin) {
            (HeldFrom::Everything, _) => true,
            (HeldFrom::Journey(name), Origin::Journey { journey, .. }) => journey.as_str() == name,
            (HeldFrom::Journey(_), _) => false,
            (HeldFrom::Content(name), _) => message.content.as_str() == name,
            (HeldFrom::Experiment(_), _) => false,
        };
        let marketing = message.purpose == Purpose::Marketing;
        self.shares.iter().filter(move |it| marketing && applies(it.0)).map(|it| (it.0, *it.1))
    }

    /// Everything that is wrong with them, for `check`.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (from, share) in &self.shares {
            if !(0.0..=SHARE_MAX).contains(share) {
                let text = format!("{share} is no share of people that is held out of {from}");
                problems.push(Problem::new(text).hint("write between 0% and 50%; 5% is usual"));
            }
        }
        if HOLDOUTS_MAX < self.shares.len() {
            let text = format!("there are {} holdouts; at most {HOLDOUTS_MAX}", self.shares.len());
            problems.push(Problem::new(text));
        }
        if self.window <= Span::ZERO || Span::days(366) < self.window {
            let text = format!("outcomes cannot count for {}", self.window);
            problems.push(Problem::new(text).hint("choose more than 0s and at most 366d"));
        }
        problems
    }
}

/// Draws a person's place: the same for the same person, key and holdout, and a larger share only
/// moves people in.
pub fn draw(
    from: &HeldFrom,
    share: f64,
    person: PersonId,
    key: &ChanceKey,
    now: Timestamp,
) -> Held {
    let words = from.to_string();
    let draw = key.draw(&[b"holdout", words.as_bytes(), &person.0.to_le_bytes()]);
    Held {
        held: draw.unit() < share,
        share: (share * 1_000.0).round() as u16,
        assigned: now,
        counted_from: None,
        identifiers: Vec::new(),
        exposed: false,
    }
}

impl Held {
    /// At a merge the place assigned first stays; that the person saw another one is recorded.
    pub fn merge(a: &Held, b: &Held) -> Held {
        let order = |it: &Held| (it.assigned, it.held, it.share);
        let (first, second) = if order(b) < order(a) { (b, a) } else { (a, b) };
        let exposed = first.exposed || second.exposed || first.held != second.held;
        Held { exposed, ..first.clone() }
    }
}

impl fmt::Display for HeldFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeldFrom::Everything => f.write_str("everything"),
            HeldFrom::Journey(name) => write!(f, "journey/{name}"),
            HeldFrom::Content(name) => write!(f, "content/{name}"),
            HeldFrom::Experiment(name) => write!(f, "experiment/{name}"),
        }
    }
}

impl From<HeldFrom> for String {
    fn from(from: HeldFrom) -> String {
        from.to_string()
    }
}

impl TryFrom<String> for HeldFrom {
    type Error = String;

    fn try_from(text: String) -> Result<HeldFrom, String> {
        match text.split_once('/') {
            Some(("journey", name)) => Ok(HeldFrom::Journey(name.to_owned())),
            Some(("content", name)) => Ok(HeldFrom::Content(name.to_owned())),
            Some(("experiment", name)) => Ok(HeldFrom::Experiment(name.to_owned())),
            None if text == "everything" => Ok(HeldFrom::Everything),
            Some(_) | None => Err(format!(
                "`{text}` is nothing to be held out of; write everything, journey/NAME or content/NAME"
            )),
        }
    }
}
