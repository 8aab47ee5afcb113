//! What a message is worth to one person, and the draw of its channel and hour.

use super::best::{Belief, probability_best};
use super::expect::{Expectation, mean_of};
use super::fatigue::added_load;
use super::hours::hour_of_week;
use super::{FoldPolicy, Learned, Learning};
use crate::{Slot, SlotKind};
use jiff::tz::TimeZone;
use model::{
    ChanceKey, Channel, Choice, Class, Message, Offered, OfferedHour, PARTS, Purpose, Span,
    Timestamp,
};

/// How long a message in one channel changes what one in another is worth.
const PAIR_WINDOW: Span = Span::WEEK;

/// Doubt is taken so many times smaller than it is, in variance, when possibilities are compared:
/// a person gets some dozens of messages, not the thousands that trying everything in proportion to
/// all doubt would pay for (posterior reshaping: Chapelle and Li 2011, NIPS 24). The floor goes on
/// trying.
const FIRMER: f64 = 25.0;

/// Everything that learning knows when a person's candidates compete.
#[derive(Clone, Copy, Debug)]
pub struct Chooser<'a> {
    pub settings: &'a Learning,
    /// What the other half of the people taught.
    pub policy: &'a FoldPolicy,
    /// The number of the snapshot that `policy` is from.
    pub version: u64,
    pub learned: &'a Learned,
    pub key: &'a ChanceKey,
}

/// A free instant in a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Possibility {
    pub channel: Channel,
    pub at: Timestamp,
}

impl Chooser<'_> {
    /// Whether chance has a say: not in what the person asked for, nor in what is urgent.
    pub(crate) fn draws_for(&self, message: &Message) -> bool {
        message.purpose == Purpose::Marketing && message.class != Class::Service
    }

    /// p × value × g in the best of `channels`; without chance.
    pub(crate) fn worth(
        &self,
        message: &Message,
        channels: impl Iterator<Item = Channel>,
        slots: &[Slot],
        now: Timestamp,
    ) -> f64 {
        let expectation = Expectation::new(self.learned, self.policy);
        let value = if message.value.is_finite() { message.value } else { 0.0 };
        let best =
            channels.map(|it| expectation.rate(it) * self.pair(it, slots, now)).fold(0.0, f64::max);
        best * value
    }

    /// The price of the opt-outs that one more message at `at` is expected to bring.
    pub(crate) fn harm(&self, slots: &[Slot], at: Timestamp) -> f64 {
        let of_load = self.policy.harm * self.settings.opt_out_cost;
        of_load * f64::from(added_load(slots, at))
    }

    /// The response to expect of a message that leaves now, in thousandths.
    pub fn expected(&self, channel: Channel, hour: u8) -> u32 {
        Expectation::new(self.learned, self.policy).expected(channel, hour)
    }

    /// What a message in the channel is worth more after the latest one in another channel.
    fn pair(&self, channel: Channel, slots: &[Slot], at: Timestamp) -> f64 {
        let reached = |it: &&Slot| {
            let counts = match it.kind {
                // What the panel withheld counts as sent: its cell must not show in what is decided.
                SlotKind::Sent | SlotKind::InFlight | SlotKind::Unknown | SlotKind::Withheld => {
                    true
                }
                SlotKind::Reserved => false,
            };
            counts && it.channel != channel && at - PAIR_WINDOW < it.at && it.at <= at
        };
        let latest = slots.iter().filter(reached).max_by_key(|it| it.at);
        latest.map_or(1.0, |it| self.policy.pair(channel, it.channel))
    }

    /// The second in its hour at which this message goes, so that not everybody is written to when
    /// the clock strikes.
    pub(crate) fn within_hour(&self, message: &Message) -> Span {
        let draw = self.key.draw(&[b"within hour", &message.id.0.to_le_bytes()]);
        Span::seconds((draw.unit() * 3_600.0) as i64)
    }

    /// Draws one of the possibilities. Nothing but the message's id and how often it was drawn before
    /// decides where the draw falls. `possibilities` are in the order of channels, then of instants.
    pub(crate) fn draw(
        &self,
        message: &Message,
        possibilities: &[Possibility],
        slots: &[Slot],
        zone: &TimeZone,
        now: Timestamp,
    ) -> Option<Choice> {
        let hours: Vec<u8> = possibilities.iter().map(|it| hour_of_week(zone, it.at)).collect();
        let likely = self.thompson(possibilities, &hours, slots);
        let parts = in_parts(&likely, self.settings.floor);
        let redrawn = message.choice.as_ref().map_or(0, |it| it.redrawn + 1);
        let words: [&[u8]; 3] = [b"choice", &message.id.0.to_le_bytes(), &redrawn.to_le_bytes()];
        let draw = (self.key.draw(&words).unit() * f64::from(PARTS)) as u32;
        let mut above = 0;
        let index = parts.iter().position(|it| {
            above += it;
            draw < above
        })?;
        let drawn = possibilities.get(index)?;
        let mut offered: Vec<Offered> = Vec::new();
        for ((possibility, hour), parts) in possibilities.iter().zip(&hours).zip(&parts) {
            let after_ms = possibility.at.0 - now.0;
            let one = OfferedHour { after_ms, hour: *hour, parts: *parts };
            match offered.last_mut() {
                Some(it) if it.channel == possibility.channel => it.hours.push(one),
                Some(_) | None => {
                    offered.push(Offered { channel: possibility.channel, hours: vec![one] });
                }
            }
        }
        Some(Choice {
            at: now,
            policy: self.version,
            floor: (self.settings.floor * f64::from(PARTS)).round() as u32,
            draw,
            redrawn,
            offered,
            channel: drawn.channel,
            instant: drawn.at,
            response: None,
        })
    }

    /// The probability that each possibility is the best one. The hour is chosen within its channel;
    /// channels are compared at what their hours are then expected to be worth.
    fn thompson(&self, possibilities: &[Possibility], hours: &[u8], slots: &[Slot]) -> Vec<f64> {
        let expectation = Expectation::new(self.learned, self.policy);
        let mut channels: Vec<(Belief, std::ops::Range<usize>, Vec<f64>)> = Vec::new();
        let mut begin = 0;
        while begin < possibilities.len() {
            let channel = possibilities[begin].channel;
            let same = possibilities[begin..].iter().take_while(|it| it.channel == channel);
            let range = begin..begin + same.count();
            let beliefs: Vec<Belief> =
                hours[range.clone()].iter().map(|it| expectation.hour(channel, *it)).collect();
            let firm: Vec<Belief> = beliefs.iter().map(|it| it.firmer(FIRMER)).collect();
            let best = probability_best(&firm);
            let factor: f64 = beliefs.iter().zip(&best).map(|(it, p)| mean_of(*it) * p).sum();
            let (a, b) = expectation.channel(channel);
            let g = self.pair(channel, slots, possibilities[begin].at);
            let scale = (factor * g).max(1e-9);
            begin = range.end;
            channels.push((Belief::Beta { a, b, scale }, range, best));
        }
        let beliefs: Vec<Belief> = channels.iter().map(|it| it.0.firmer(FIRMER)).collect();
        let best = probability_best(&beliefs);
        let mut found = vec![0.0; possibilities.len()];
        for ((_, range, of_hours), of_channel) in channels.iter().zip(best) {
            for (index, of_hour) in range.clone().zip(of_hours) {
                found[index] = of_channel * of_hour;
            }
        }
        found
    }
}

/// Probabilities in millionths, that add up to exactly one: `floor` is spread evenly (rounded up, so
/// that none has less than its part), the rest as `likely` says, by largest remainders.
pub(crate) fn in_parts(likely: &[f64], floor: f64) -> Vec<u32> {
    let n = likely.len() as u32;
    if n == 0 {
        return Vec::new();
    }
    let least = ((floor.clamp(0.0, 1.0) * f64::from(PARTS)) / f64::from(n)).ceil() as u32;
    let least = least.min(PARTS / n);
    let rest = PARTS - least * n;
    let total: f64 = likely.iter().filter(|it| it.is_finite()).map(|it| it.max(0.0)).sum();
    let share = |it: &f64| {
        if total <= 0.0 || !total.is_finite() {
            1.0 / f64::from(n)
        } else if it.is_finite() {
            it.max(0.0) / total
        } else {
            0.0
        }
    };
    let wanted: Vec<f64> = likely.iter().map(|it| share(it) * f64::from(rest)).collect();
    let mut parts: Vec<u32> = wanted.iter().map(|it| it.floor() as u32).collect();
    let given: u32 = parts.iter().sum();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| {
        let left = |at: usize| wanted[at] - wanted[at].floor();
        left(*b).total_cmp(&left(*a)).then(a.cmp(b))
    });
    // Rounding may have given one too many or left up to n: both are taken from the first in line.
    for at in order.iter().cycle().take(rest.saturating_sub(given) as usize) {
        parts[*at] += 1;
    }
    let mut surplus = given.saturating_sub(rest);
    for part in parts.iter_mut() {
        let back = surplus.min(*part);
        *part -= back;
        surplus -= back;
    }
    parts.iter_mut().for_each(|it| *it += least);
    parts
}
