//! What one person taught: counts per channel and hour, and the messages whose answer is awaited.
//!
//! Bounded and in whole numbers, thousandths of a message, so that it is the same after any storing
//! and in whatever order it is added up. In memory at most some 1.5 KB, usually a few hundred bytes.

use super::fatigue::PressureEntry;
use super::hours::Kernel;
use model::{ChanceKey, Channel, MessageId, PersonId, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// One message, or one response, in the unit of all counts.
pub const MILLI: u32 = 1_000;

/// Different hours of the week that are kept for one person. Beyond them the two that are nearest
/// to each other become one: no count is lost.
pub const HOURS_MAX: usize = 40;

/// Messages whose answer is awaited at a time: more than caps let through in a window. One that finds
/// the list full is not followed, and so teaches nothing, whatever the answer.
pub const TRIALS_MAX: usize = 16;

/// One half of all people, by a keyed hash. Each half is treated by what the other one taught.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Fold {
    Zero,
    One,
}

/// A person's section of learning.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Learned {
    /// The day, since 1970, that the counts are of: from then on they fade.
    #[serde(default, skip_serializing_if = "is_zero")]
    day: i64,
    /// The first of the ids that the person has had decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fold: Option<Fold>,
    /// In the order of the channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    channels: Vec<ChannelCount>,
    /// In the order of the hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hours: Vec<HourCount>,
    /// In the order of their ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trials: Vec<Trial>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressure: Option<PressureEntry>,
}

/// Messages and responses in one channel; stored as `[channel, sent, answered, last]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "(Channel, u32, u32, Option<bool>)", into = "(Channel, u32, u32, Option<bool>)")]
struct ChannelCount {
    channel: Channel,
    sent: u32,
    answered: u32,
    /// Whether the latest one was answered: pairs of successive answers tell how people differ.
    last: Option<bool>,
}

/// Responses at one hour of the week, and how many were expected; stored as `[hour, expected,
/// answered]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "(u8, u32, u32)", into = "(u8, u32, u32)")]
struct HourCount {
    hour: u8,
    expected: u32,
    answered: u32,
}

/// A message that was sent, and whose answer is awaited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Trial {
    #[serde(rename = "e")]
    pub ends: Timestamp,
    #[serde(rename = "m")]
    pub message: MessageId,
    #[serde(rename = "c")]
    pub channel: Channel,
    #[serde(rename = "s")]
    pub sent: Timestamp,
    #[serde(rename = "h")]
    pub hour: u8,
    /// The response that was expected, in thousandths.
    #[serde(rename = "x")]
    pub expected: u32,
    #[serde(rename = "a", default, skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
}

/// A trial whose window has ended, with what came before it in its channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settled {
    pub trial: Trial,
    pub before: Option<bool>,
}

/// What is known of a person in one channel.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Counts {
    pub sent: f64,
    pub answered: f64,
}

impl Fold {
    pub const ALL: [Fold; 2] = [Fold::Zero, Fold::One];

    pub fn of(person: PersonId, key: &ChanceKey) -> Fold {
        match key.draw(&[b"fold", &person.0.to_le_bytes()]).bits() & 1 {
            0 => Fold::Zero,
            _ => Fold::One,
        }
    }

    /// The half that taught what this one is treated by.
    pub fn other(self) -> Fold {
        match self {
            Fold::Zero => Fold::One,
            Fold::One => Fold::Zero,
        }
    }
}

impl Learned {
    /// The person's half: drawn once and kept.
    pub fn fold(&mut self, person: PersonId, key: &ChanceKey) -> Fold {
        *self.fold.get_or_insert_with(|| Fold::of(person, key))
    }

    pub fn drawn_fold(&self) -> Option<Fold> {
        self.fold
    }

    /// A message has left: its answer is awaited. False if there is no room to follow it.
    pub fn follow(&mut self, trial: Trial) -> bool {
        let known = self.trials.iter().any(|it| it.message == trial.message);
        if known || TRIALS_MAX <= self.trials.len() {
            return false;
        }
        let place = self.trials.partition_point(|it| *it < trial);
        self.trials.insert(place, trial);
        true
    }

    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The person answered this message. False if it is not awaited any more.
    pub fn respond_to(&mut self, message: MessageId, at: Timestamp) -> bool {
        self.respond(|it| it.message == message && it.sent <= at && at < it.ends)
    }

    /// The person did what messages are for: all that they had got shortly before count as answered.
    pub fn respond_before(&mut self, at: Timestamp) -> bool {
        self.respond(|it| it.sent <= at && at < it.ends)
    }

    fn respond(&mut self, holds: impl Fn(&Trial) -> bool) -> bool {
        let mut found = false;
        for trial in self.trials.iter_mut().filter(|it| !it.answered && holds(it)) {
            trial.answered = true;
            found = true;
        }
        found
    }

    /// When something is to be settled next.
    pub fn next_at(&self) -> Option<Timestamp> {
        let trial = self.trials.first().map(|it| it.ends);
        let pressure = self.pressure.as_ref().and_then(PressureEntry::next_at);
        [trial, pressure].into_iter().flatten().min()
    }

    /// Counts the trials whose window has ended by `now`, answered or not: at the same moment, or
    /// quick answers would count before slow ones.
    pub fn settle(&mut self, now: Timestamp, half_life: Span) -> Vec<Settled> {
        let ended = self.trials.partition_point(|it| it.ends <= now);
        let trials: Vec<Trial> = self.trials.drain(..ended).collect();
        trials.into_iter().map(|it| self.count(it, half_life)).collect()
    }

    fn count(&mut self, trial: Trial, half_life: Span) -> Settled {
        self.fade(trial.ends.day(), half_life);
        let answered = u32::from(trial.answered) * MILLI;
        let place = self.channels.partition_point(|it| it.channel < trial.channel);
        if self.channels.get(place).is_none_or(|it| it.channel != trial.channel) {
            let count = ChannelCount { channel: trial.channel, sent: 0, answered: 0, last: None };
            self.channels.insert(place, count);
        }
        let count = &mut self.channels[place];
        count.sent = count.sent.saturating_add(MILLI);
        count.answered = count.answered.saturating_add(answered);
        let before = count.last.replace(trial.answered);
        self.add_hour(HourCount { hour: trial.hour, expected: trial.expected, answered });
        Settled { trial, before }
    }

    /// Both persons' messages were sent to one. Counts add up; of the rest, the earlier one's stays.
    pub fn merge(a: &Learned, b: &Learned, half_life: Span) -> Learned {
        let day = a.day.max(b.day);
        let (mut merged, mut other) = (a.clone(), b.clone());
        merged.fade(day, half_life);
        other.fade(day, half_life);
        for count in other.channels {
            match merged.channels.iter_mut().find(|it| it.channel == count.channel) {
                Some(mine) => {
                    mine.sent = mine.sent.saturating_add(count.sent);
                    mine.answered = mine.answered.saturating_add(count.answered);
                    // Which of the two came last is not known: no pair goes over the merge.
                    mine.last = None;
                }
                None => merged.channels.push(count),
            }
        }
        merged.channels.sort_by_key(|it| it.channel);
        other.hours.into_iter().for_each(|it| merged.add_hour(it));
        merged.trials.extend(other.trials);
        merged.trials.sort();
        merged.trials.dedup_by_key(|it| it.message);
        merged.trials.truncate(TRIALS_MAX);
        merged.pressure = PressureEntry::merge(a.pressure.as_ref(), b.pressure.as_ref());
        merged.fold = a.fold.or(b.fold);
        merged
    }

    /// Messages and responses over all channels, in thousandths; for those who check that none is
    /// lost.
    pub fn totals(&self) -> (u64, u64) {
        let sum =
            |of: fn(&ChannelCount) -> u32| self.channels.iter().map(|it| u64::from(of(it))).sum();
        (sum(|it| it.sent), sum(|it| it.answered))
    }

    pub(crate) fn in_channel(&self, channel: Channel) -> Counts {
        let found = self.channels.iter().find(|it| it.channel == channel);
        found.map_or_else(Counts::default, |it| Counts {
            sent: of(it.sent),
            answered: of(it.answered),
        })
    }

    /// Responses, and how many were expected, around an hour of the week; and over all hours.
    pub(crate) fn around(&self, hour: u8, kernel: &Kernel) -> (f64, f64) {
        let mut sums = (0.0, 0.0);
        for it in &self.hours {
            let weight = kernel.weight(it.hour, hour);
            sums.0 += weight * of(it.answered);
            sums.1 += weight * of(it.expected);
        }
        sums
    }

    pub(crate) fn at_all_hours(&self) -> (f64, f64) {
        let sums = |it: &HourCount| (of(it.answered), of(it.expected));
        self.hours.iter().map(sums).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
    }

    fn fade(&mut self, day: i64, half_life: Span) {
        if self.day == 0 || day <= self.day {
            self.day = self.day.max(day);
            return;
        }
        let kept = kept_after(day - self.day, half_life);
        let faded = |n: &mut u32| *n = (f64::from(*n) * kept).round() as u32;
        for it in &mut self.channels {
            faded(&mut it.sent);
            faded(&mut it.answered);
        }
        for it in &mut self.hours {
            faded(&mut it.expected);
            faded(&mut it.answered);
        }
        self.hours.retain(|it| 0 < it.expected || 0 < it.answered);
        self.day = day;
    }

    fn add_hour(&mut self, count: HourCount) {
        let place = self.hours.partition_point(|it| it.hour < count.hour);
        match self.hours.get_mut(place) {
            Some(it) if it.hour == count.hour => {
                it.expected = it.expected.saturating_add(count.expected);
                it.answered = it.answered.saturating_add(count.answered);
            }
            Some(_) | None => self.hours.insert(place, count),
        }
        while HOURS_MAX < self.hours.len() {
            self.join_nearest();
        }
    }

    /// Of the neighbours that are nearest to each other, those with the least evidence become one.
    fn join_nearest(&mut self) {
        let weight =
            |at: usize| u64::from(self.hours[at].expected) + u64::from(self.hours[at].answered);
        let pair = (1..self.hours.len()).min_by_key(|at| {
            (self.hours[*at].hour - self.hours[at - 1].hour, weight(*at) + weight(at - 1))
        });
        let Some(at) = pair else { return };
        let hour = self.hours[if weight(at - 1) < weight(at) { at } else { at - 1 }].hour;
        let gone = self.hours.remove(at);
        let kept = &mut self.hours[at - 1];
        kept.hour = hour;
        kept.expected = kept.expected.saturating_add(gone.expected);
        kept.answered = kept.answered.saturating_add(gone.answered);
    }
}

/// The part that is left of what was counted so many days before.
pub(crate) fn kept_after(days: i64, half_life: Span) -> f64 {
    let half_lives = days.max(0) as f64 * Span::DAY.0 as f64 / half_life.0.max(1) as f64;
    (-half_lives).exp2()
}

fn of(milli: u32) -> f64 {
    f64::from(milli) / f64::from(MILLI)
}

fn is_zero(day: &i64) -> bool {
    *day == 0
}

impl From<(Channel, u32, u32, Option<bool>)> for ChannelCount {
    fn from((channel, sent, answered, last): (Channel, u32, u32, Option<bool>)) -> ChannelCount {
        ChannelCount { channel, sent, answered, last }
    }
}

impl From<ChannelCount> for (Channel, u32, u32, Option<bool>) {
    fn from(it: ChannelCount) -> (Channel, u32, u32, Option<bool>) {
        (it.channel, it.sent, it.answered, it.last)
    }
}

impl From<(u8, u32, u32)> for HourCount {
    fn from((hour, expected, answered): (u8, u32, u32)) -> HourCount {
        HourCount { hour, expected, answered }
    }
}

impl From<HourCount> for (u8, u32, u32) {
    fn from(it: HourCount) -> (u8, u32, u32) {
        (it.hour, it.expected, it.answered)
    }
}

impl TryFrom<u8> for Fold {
    type Error = String;

    fn try_from(n: u8) -> Result<Fold, String> {
        match n {
            0 => Ok(Fold::Zero),
            1 => Ok(Fold::One),
            _ => Err(format!("{n} is no half of the people")),
        }
    }
}

impl From<Fold> for u8 {
    fn from(fold: Fold) -> u8 {
        match fold {
            Fold::Zero => 0,
            Fold::One => 1,
        }
    }
}
