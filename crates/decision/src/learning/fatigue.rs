//! What messages cost: opt-outs and complaints, learned from people whose caps were halved by lot.
//!
//! Who is keen gets many messages and opts out rarely, so that counting tells nothing. Chance does:
//! `pressure` halves the caps of some people, whoever they are. People tire, so that a message is
//! taken to do harm in proportion to how many there were in the seven days up to it, itself included.
//! These numbers, summed over a person's messages, are the *load*; the difference in opt-outs over the
//! difference in load is what one unit of it does.

use super::shrink::shrunk;
use super::{Learning, Pressure};
use crate::{Slot, SlotKind};
use model::{ChanceKey, MessageId, PersonId, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// With fewer people on either side their opt-outs say nothing yet.
pub const PRESSURE_PEOPLE_MIN: u64 = 200;

/// Messages tire for so long.
const TIRES: Span = Span::WEEK;

/// A person's part in it; drawn once and kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PressureEntry {
    /// The caps are halved until `ends`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub halved: bool,
    /// The share of people that it was drawn with, in thousandths: only equal ones are compared.
    pub share: u32,
    pub since: Timestamp,
    pub ends: Timestamp,
    /// Marketing messages that were sent in the window.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub messages: u32,
    /// For each of them, what reached the person in the seven days up to it, itself included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub load: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opted_out: bool,
    /// The window has ended, and the person is in the sums (or was left out).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
    /// Was merged with somebody of the other kind, and belongs to neither.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mixed: bool,
}

/// Whole numbers over the people of one kind: they add up in any order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ArmSums {
    pub people: u64,
    pub load: u64,
    pub load_squared: u64,
    pub opt_outs: u64,
    /// The load of those who opted out.
    pub both: u64,
}

impl PressureEntry {
    /// Draws for a person. A keyed hash of its own, so that it is crossed with the panel.
    pub fn draw(pressure: &Pressure, person: PersonId, key: &ChanceKey, now: Timestamp) -> Self {
        let draw = key.draw(&[b"pressure", &person.0.to_le_bytes()]);
        PressureEntry {
            halved: draw.unit() < pressure.share,
            share: thousandths(pressure.share),
            since: now,
            ends: now + pressure.window,
            messages: 0,
            load: 0,
            opted_out: false,
            counted: false,
            mixed: false,
        }
    }

    pub fn next_at(&self) -> Option<Timestamp> {
        (!self.counted).then_some(self.ends)
    }

    /// A marketing message went out, the last of `lately` within seven days.
    pub fn sent(&mut self, at: Timestamp, lately: u32) {
        if self.runs_at(at) {
            self.messages = self.messages.saturating_add(1);
            self.load = self.load.saturating_add(lately);
        }
    }

    pub fn opted_out(&mut self, at: Timestamp) {
        if self.runs_at(at) {
            self.opted_out = true;
        }
    }

    /// The window has ended: whether the person counts, once.
    pub fn close(&mut self, pressure: Option<&Pressure>, now: Timestamp) -> bool {
        if self.counted || now < self.ends {
            return false;
        }
        self.counted = true;
        !self.mixed && pressure.is_some_and(|it| thousandths(it.share) == self.share)
    }

    fn runs_at(&self, at: Timestamp) -> bool {
        !self.counted && self.since <= at && at < self.ends
    }

    /// The one drawn first stays. Who has been under both belongs to neither.
    pub fn merge(a: Option<&Self>, b: Option<&Self>) -> Option<Self> {
        let (Some(a), Some(b)) = (a, b) else { return a.or(b).cloned() };
        let order = |it: &Self| (it.since, it.halved, it.ends, it.messages, it.load, it.opted_out);
        let (first, second) = if order(b) < order(a) { (b, a) } else { (a, b) };
        let differ = first.halved != second.halved;
        Some(PressureEntry { mixed: first.mixed || second.mixed || differ, ..first.clone() })
    }
}

/// Whether the caps of this person are halved now.
pub fn is_halved(entry: Option<&PressureEntry>, learning: &Learning, now: Timestamp) -> bool {
    learning.pressure.is_some() && entry.is_some_and(|it| it.halved && now < it.ends)
}

impl ArmSums {
    pub fn add(&mut self, entry: &PressureEntry) {
        let (load, opted_out) = (u64::from(entry.load), u64::from(entry.opted_out));
        self.people += 1;
        self.load += load;
        self.load_squared += load * load;
        self.opt_outs += opted_out;
        self.both += load * opted_out;
    }

    pub fn merge(&mut self, other: &ArmSums) {
        self.people += other.people;
        self.load += other.load;
        self.load_squared += other.load_squared;
        self.opt_outs += other.opt_outs;
        self.both += other.both;
    }

    fn mean(&self, sum: u64) -> f64 {
        sum as f64 / self.people as f64
    }

    /// The variance of the mean of opt-outs less `slope` times load.
    fn variance(&self, slope: f64) -> f64 {
        let (l, o) = (self.mean(self.load), self.mean(self.opt_outs));
        let of_l = self.mean(self.load_squared) - l * l;
        let of_o = o * (1.0 - o);
        let of_both = self.mean(self.both) - l * o;
        let variance = of_o - 2.0 * slope * of_both + slope * slope * of_l;
        variance.max(0.0) / (self.people as f64 - 1.0)
    }
}

/// Opt-outs that one more unit of load brings: the difference of opt-outs over the difference of load
/// (Wald 1940, Annals of Mathematical Statistics 11), shrunk to 0 by its standard error and never
/// below. 0 while too few people were seen, or those with full caps did not get more.
pub fn harm_of_load(full: &ArmSums, halved: &ArmSums) -> f64 {
    if full.people.min(halved.people) < PRESSURE_PEOPLE_MIN {
        return 0.0;
    }
    let load = full.mean(full.load) - halved.mean(halved.load);
    let doubt = (full.variance_of_load() + halved.variance_of_load()).sqrt();
    // A difference that may be none would make the quotient anything.
    if load <= 3.0 * doubt {
        return 0.0;
    }
    let slope = (full.mean(full.opt_outs) - halved.mean(halved.opt_outs)) / load;
    let error = (full.variance(slope) + halved.variance(slope)).sqrt() / load;
    shrunk(slope, error).max(0.0)
}

impl ArmSums {
    fn variance_of_load(&self) -> f64 {
        let l = self.mean(self.load);
        (self.mean(self.load_squared) - l * l).max(0.0) / (self.people as f64 - 1.0)
    }
}

/// What reached the person in the seven days up to a message that leaves `at`, itself included.
pub fn lately(slots: &[Slot], message: MessageId, at: Timestamp) -> u32 {
    let reached = |it: &&Slot| match it.kind {
        SlotKind::Sent | SlotKind::InFlight | SlotKind::Unknown => true,
        SlotKind::Reserved | SlotKind::Withheld => false,
    };
    let before = |it: &&Slot| it.message != message && at - TIRES < it.at && it.at <= at;
    1 + slots.iter().filter(reached).filter(before).count() as u32
}

/// What one more message at `at` adds to the load: its own, and one for each that follows within
/// seven days, of which as many are expected as came before. Places of all kinds count, withheld ones
/// too: the panel must not change what comes before it.
pub(crate) fn added_load(slots: &[Slot], at: Timestamp) -> u32 {
    let count = |is: &dyn Fn(Timestamp) -> bool| slots.iter().filter(|it| is(it.at)).count() as u32;
    let before = count(&|it| at - TIRES < it && it <= at);
    let after = count(&|it| at < it && it < at + TIRES);
    1 + before + before.max(after)
}

/// When the load that a message would add is next less than at `at`; none if there is nothing that
/// passes.
pub(crate) fn lighter_after(slots: &[Slot], at: Timestamp) -> Option<Timestamp> {
    slots.iter().map(|it| it.at + TIRES).filter(|it| at < *it).min()
}

/// The window of a cap under pressure: half as many, or as many in twice the time where half of them
/// would not be a whole number.
pub(crate) fn halved_cap(at_most: u32, per: Span) -> (u32, Span) {
    if at_most.is_multiple_of(2) { (at_most / 2, per) } else { (at_most, Span(per.0 * 2)) }
}

fn thousandths(share: f64) -> u32 {
    (share * 1_000.0).round() as u32
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}
