//! What all people taught, in two halves; and the numbered policy that is frozen from it daily.

use super::fatigue::{ArmSums, PressureEntry, harm_of_load};
use super::hours::{HOURS, Kernel};
use super::person::{Fold, MILLI, Settled, kept_after};
use model::{Channel, Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is assumed of a channel before anybody taught anything: one response in twenty, with the
/// weight of this many messages.
const FIRST_MEAN: f64 = 0.05;
const FIRST_WEIGHT: f64 = 20.0;

/// How alike people are, as the number of messages that everybody's rate is worth against a
/// person's own: what is assumed, the bounds, and how many pairs of answers it takes to say.
const STRENGTH: f64 = 15.0;
const STRENGTH_MIN: f64 = 2.0;
const STRENGTH_MAX: f64 = 200.0;
const PAIRS_MIN: u64 = 300;

/// Expected responses that an hour needs before it is believed as much as the week, and that a
/// channel's own hour needs against that hour in all channels.
const HOUR_WEIGHT: f64 = 12.0;
const CHANNEL_HOUR_WEIGHT: f64 = 40.0;

/// Which row of the tallies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Row {
    Channel(Fold, Channel),
    /// People by fold, and whether their caps were halved.
    Pressure(Fold, bool),
}

/// The sums that everybody's trials go into, a row for each fold and channel. Whole numbers, so that
/// the order of people and machines does not matter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tallies {
    channels: BTreeMap<(Fold, Channel), ChannelTally>,
    pressure: BTreeMap<(Fold, bool), ArmSums>,
    changed: BTreeSet<Row>,
}

/// What a row holds; as it is stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RowSums {
    #[serde(rename = "tally.1")]
    Channel(ChannelTally),
    #[serde(rename = "load.1")]
    Pressure(ArmSums),
}

/// One channel in one fold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChannelTally {
    /// By hour of the week: messages and responses, in thousandths.
    hours: BTreeMap<u8, (u64, u64)>,
    /// Pairs of successive answers of one person: how many, how many yes in them, how many two.
    pairs: (u64, u64, u64),
}

/// What was known on one day; numbered, and never changed afterwards.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Snapshot {
    pub version: u64,
    pub at: Timestamp,
    /// What each fold taught; it is for the people of the other one.
    pub zero: FoldPolicy,
    pub one: FoldPolicy,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct FoldPolicy {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<Channel, ChannelPrior>,
    /// What holds between channels; those that are not known are absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<PairEffect>,
    /// Opt-outs per unit of load.
    #[serde(default)]
    pub harm: f64,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ChannelPrior {
    /// The rate of response.
    pub mean: f64,
    /// How many messages it is worth against a person's own.
    pub strength: f64,
    /// By hour of the week, in thousandths: what the hour is worth against the whole week.
    pub hours: Vec<u32>,
    /// By hour of the week, in thousandths: the responses that say so.
    pub evidence: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct PairEffect {
    pub first: Channel,
    pub second: Channel,
    pub g: f64,
}

impl Tallies {
    /// Counts a settled trial of a person of `fold`.
    pub fn add(&mut self, fold: Fold, settled: &Settled) {
        let trial = &settled.trial;
        let tally = self.channels.entry((fold, trial.channel)).or_default();
        let cell = tally.hours.entry(trial.hour).or_default();
        cell.0 += u64::from(MILLI);
        cell.1 += u64::from(MILLI) * u64::from(trial.answered);
        if let Some(before) = settled.before {
            tally.pairs.0 += 1;
            tally.pairs.1 += u64::from(before) + u64::from(trial.answered);
            tally.pairs.2 += u64::from(before && trial.answered);
        }
        self.changed.insert(Row::Channel(fold, trial.channel));
    }

    /// Counts a person whose time under (or beside) pressure has ended.
    pub fn add_pressure(&mut self, fold: Fold, entry: &PressureEntry) {
        self.pressure.entry((fold, entry.halved)).or_default().add(entry);
        self.changed.insert(Row::Pressure(fold, entry.halved));
    }

    /// The sums of another machine.
    pub fn merge(&mut self, other: &Tallies) {
        for (key, theirs) in &other.channels {
            let mine = self.channels.entry(*key).or_default();
            for (hour, (sent, answered)) in &theirs.hours {
                let cell = mine.hours.entry(*hour).or_default();
                cell.0 += sent;
                cell.1 += answered;
            }
            mine.pairs.0 += theirs.pairs.0;
            mine.pairs.1 += theirs.pairs.1;
            mine.pairs.2 += theirs.pairs.2;
            self.changed.insert(Row::Channel(key.0, key.1));
        }
        for (key, theirs) in &other.pressure {
            self.pressure.entry(*key).or_default().merge(theirs);
            self.changed.insert(Row::Pressure(key.0, key.1));
        }
    }

    /// Freezes what is known now into the next policy, and lets the sums fade by the days since the
    /// last. `pairs` says what the panel found in each fold.
    pub fn freeze(
        &mut self,
        last: &Snapshot,
        now: Timestamp,
        half_life: Span,
        pairs: impl Fn(Fold) -> Vec<PairEffect>,
    ) -> Snapshot {
        if 0 < last.version {
            self.fade(now.day() - last.at.day(), half_life);
        }
        let of = |fold| self.policy(fold, pairs(fold));
        let (zero, one) = (of(Fold::Zero), of(Fold::One));
        Snapshot { version: last.version + 1, at: now, zero, one }
    }

    /// Rows that changed since [`Tallies::stored`].
    pub fn changed_rows(&self) -> impl Iterator<Item = (Row, RowSums)> + '_ {
        self.changed.iter().filter_map(|row| {
            let sums = match row {
                Row::Channel(fold, channel) => {
                    RowSums::Channel(self.channels.get(&(*fold, *channel))?.clone())
                }
                Row::Pressure(fold, halved) => {
                    RowSums::Pressure(*self.pressure.get(&(*fold, *halved))?)
                }
            };
            Some((*row, sums))
        })
    }

    pub fn stored(&mut self) {
        self.changed.clear();
    }

    /// Puts a stored row back. False if it is of the other kind.
    pub fn put_row(&mut self, row: Row, sums: RowSums) -> bool {
        match (row, sums) {
            (Row::Channel(fold, channel), RowSums::Channel(tally)) => {
                self.channels.insert((fold, channel), tally);
                true
            }
            (Row::Pressure(fold, halved), RowSums::Pressure(sums)) => {
                self.pressure.insert((fold, halved), sums);
                true
            }
            (Row::Channel(..), RowSums::Pressure(_)) | (Row::Pressure(..), RowSums::Channel(_)) => {
                false
            }
        }
    }

    /// Messages and responses that were counted, in thousandths.
    pub fn totals(&self) -> (u64, u64) {
        let cells = self.channels.values().flat_map(|it| it.hours.values());
        cells.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
    }

    fn fade(&mut self, days: i64, half_life: Span) {
        if days <= 0 {
            return;
        }
        let kept = kept_after(days, half_life);
        let faded = |n: &mut u64| *n = (*n as f64 * kept).round() as u64;
        for (key, tally) in &mut self.channels {
            for cell in tally.hours.values_mut() {
                faded(&mut cell.0);
                faded(&mut cell.1);
            }
            self.changed.insert(Row::Channel(key.0, key.1));
        }
    }

    fn policy(&self, fold: Fold, pairs: Vec<PairEffect>) -> FoldPolicy {
        let tallies = || self.channels.iter().filter(|it| it.0.0 == fold).map(|it| (it.0.1, it.1));
        let kernel = Kernel::new();
        let together = HourSums::of(tallies().map(|it| it.1), &kernel);
        let arm = |halved| self.pressure.get(&(fold, halved)).copied().unwrap_or_default();
        FoldPolicy {
            channels: tallies()
                .map(|(channel, it)| (channel, it.prior(&together, &kernel)))
                .collect(),
            pairs,
            harm: harm_of_load(&arm(false), &arm(true)),
        }
    }
}

/// Responses and how many were expected, around each hour.
struct HourSums {
    answered: Vec<f64>,
    expected: Vec<f64>,
}

impl HourSums {
    fn of<'a>(tallies: impl Iterator<Item = &'a ChannelTally>, kernel: &Kernel) -> HourSums {
        let mut sums = HourSums { answered: vec![0.0; HOURS], expected: vec![0.0; HOURS] };
        for tally in tallies {
            let rate = tally.rate();
            for (from, (sent, answered)) in &tally.hours {
                for to in 0..HOURS {
                    let weight = kernel.weight(*from, to as u8);
                    sums.answered[to] += weight * messages(*answered);
                    sums.expected[to] += weight * messages(*sent) * rate;
                }
            }
        }
        sums
    }
}

impl ChannelTally {
    fn rate(&self) -> f64 {
        let sums = self.hours.values().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        (messages(sums.1) + FIRST_MEAN * FIRST_WEIGHT) / (messages(sums.0) + FIRST_WEIGHT)
    }

    fn prior(&self, together: &HourSums, kernel: &Kernel) -> ChannelPrior {
        let own = HourSums::of(std::iter::once(self), kernel);
        let mut prior = ChannelPrior {
            mean: self.rate(),
            strength: self.strength(),
            hours: Vec::with_capacity(HOURS),
            evidence: Vec::with_capacity(HOURS),
        };
        for hour in 0..HOURS {
            let of_all =
                (HOUR_WEIGHT + together.answered[hour]) / (HOUR_WEIGHT + together.expected[hour]);
            let factor = (CHANNEL_HOUR_WEIGHT * of_all + own.answered[hour])
                / (CHANNEL_HOUR_WEIGHT + own.expected[hour]);
            let evidence = HOUR_WEIGHT + together.answered[hour];
            prior.hours.push(thousandths(factor));
            prior.evidence.push(thousandths(evidence));
        }
        prior
    }

    /// From pairs of successive answers: of people who all had the same rate p, p² would answer
    /// twice. What exceeds it is how people differ, and a Beta prior of mean m and strength k has the
    /// variance m (1 − m) / (k + 1).
    fn strength(&self) -> f64 {
        let (pairs, yes, twice) = self.pairs;
        if pairs < PAIRS_MIN {
            return STRENGTH;
        }
        let mean = yes as f64 / (2 * pairs) as f64;
        let variance = twice as f64 / pairs as f64 - mean * mean;
        let strength = mean * (1.0 - mean) / variance.max(1e-12) - 1.0;
        strength.clamp(STRENGTH_MIN, STRENGTH_MAX)
    }
}

impl Snapshot {
    /// What the people of `fold` are treated by.
    pub fn for_people_of(&self, fold: Fold) -> &FoldPolicy {
        match fold.other() {
            Fold::Zero => &self.zero,
            Fold::One => &self.one,
        }
    }
}

impl ChannelPrior {
    /// What holds in a channel that nobody taught anything about.
    pub fn first() -> ChannelPrior {
        ChannelPrior {
            mean: FIRST_MEAN,
            strength: STRENGTH,
            hours: vec![MILLI; HOURS],
            evidence: vec![thousandths(HOUR_WEIGHT); HOURS],
        }
    }

    /// What an hour of the week is worth, and the responses that say so.
    pub(crate) fn hour(&self, hour: u8) -> (f64, f64) {
        let at = |of: &[u32]| {
            of.get(usize::from(hour)).map_or(1.0, |it| f64::from(*it) / f64::from(MILLI))
        };
        (at(&self.hours), at(&self.evidence))
    }
}

impl FoldPolicy {
    pub(crate) fn pair(&self, a: Channel, b: Channel) -> f64 {
        let is =
            |it: &&PairEffect| (it.first, it.second) == (a, b) || (it.first, it.second) == (b, a);
        self.pairs.iter().find(is).map_or(1.0, |it| it.g)
    }
}

fn messages(milli: u64) -> f64 {
    milli as f64 / f64::from(MILLI)
}

fn thousandths(x: f64) -> u32 {
    (x * f64::from(MILLI)).round() as u32
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Row::Channel(fold, channel) => write!(f, "tally/{}/{channel}", u8::from(*fold)),
            Row::Pressure(fold, halved) => {
                let caps = if *halved { "halved" } else { "full" };
                write!(f, "load/{}/{caps}", u8::from(*fold))
            }
        }
    }
}

impl Row {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Row> {
        let (kind, rest) = text.split_once('/')?;
        let (fold, what) = rest.split_once('/')?;
        let fold = Fold::try_from(fold.parse::<u8>().ok()?).ok()?;
        match (kind, what) {
            ("tally", channel) => Some(Row::Channel(fold, Channel::from_name(channel)?)),
            ("load", "halved") => Some(Row::Pressure(fold, true)),
            ("load", "full") => Some(Row::Pressure(fold, false)),
            _ => None,
        }
    }
}
