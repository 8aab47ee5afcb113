//! How people differ in where and when they respond, and in what they put up with. For studies of
//! learning: known here, never shown to the engine.

use crate::inbox::{Received, is_marketing};
use crate::person::{SimPerson, chance};
use model::{ChanceKey, Channel, Span, Timestamp};

/// The coefficients of everybody; each person draws their own around them.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Taste {
    /// The typical rate of response to one message, at an hour like any other.
    pub rates: Vec<(Channel, f64)>,
    /// How much people differ in each channel: the standard deviation of the logarithm.
    pub channel_spread: f64,
    /// What the best hour of a person is worth against one far from it.
    pub peak: f64,
    /// The width of the peak, in hours.
    pub width: f64,
    /// The share of people who respond less on the other part of the week, and to how much less.
    pub week_part: f64,
    pub off_days: f64,
    /// Each message of the last seven days beyond two takes away this part of a response.
    pub tired: f64,
    /// The chance to opt out after a single message in a week; it grows with their square.
    pub opt_out: f64,
    pub opt_out_spread: f64,
    /// A response ends in an order so often.
    pub converts: f64,
    /// A message is worth so many times more where the latest one in another channel, within seven
    /// days before it, was in the other channel of the pair.
    pub pairs: Vec<(Channel, Channel, f64)>,
}

impl Default for Taste {
    fn default() -> Taste {
        Taste {
            rates: vec![(Channel::Email, 0.060), (Channel::Push, 0.055), (Channel::Social, 0.045)],
            channel_spread: 0.8,
            peak: 3.0,
            width: 2.0,
            week_part: 0.5,
            off_days: 0.5,
            tired: 0.12,
            opt_out: 0.0006,
            opt_out_spread: 0.8,
            converts: 0.3,
            pairs: Vec::new(),
        }
    }
}

impl Taste {
    /// The chance that this person responds to what has just reached them.
    pub fn response(&self, key: &ChanceKey, person: &SimPerson, received: &Received) -> f64 {
        let Some((_, rate)) = self.rates.iter().find(|it| it.0 == received.channel) else {
            return 0.0;
        };
        let of_channel = self.drawn(key, person, received.channel.name(), self.channel_spread);
        let rate =
            rate * of_channel * self.moment(key, person, received.at) * self.patience(person);
        (rate * self.after_another(person, received)).clamp(0.0, 0.8)
    }

    /// What the latest message in another channel makes of this one.
    fn after_another(&self, person: &SimPerson, received: &Received) -> f64 {
        let Some(before) = before_in_another(person, received) else { return 1.0 };
        let is = |it: &&(Channel, Channel, f64)| {
            (it.0, it.1) == (received.channel, before) || (it.1, it.0) == (received.channel, before)
        };
        self.pairs.iter().find(is).map_or(1.0, |it| it.2)
    }

    /// The chance that the person has had enough.
    pub fn leaves(&self, key: &ChanceKey, person: &SimPerson) -> f64 {
        let lately = lately(person) as f64;
        let of_person = self.drawn(key, person, "opt out", self.opt_out_spread);
        (self.opt_out * of_person * lately * lately).clamp(0.0, 0.5)
    }

    /// What the moment is worth to the person: 1 far from their hours.
    fn moment(&self, key: &ChanceKey, person: &SimPerson, at: Timestamp) -> f64 {
        let Ok(instant) = jiff::Timestamp::from_millisecond(at.millis()) else { return 1.0 };
        let Ok(local) = instant.in_tz(person.zone) else { return 1.0 };
        let hour = f64::from(local.hour()) + f64::from(local.minute()) / 60.0;
        let away = (hour - self.best_hour(key, person)).abs();
        let away = away.min(24.0 - away) / self.width;
        let near = 1.0 + (self.peak - 1.0) * (-0.5 * away * away).exp();
        let weekend = 5 <= local.weekday().to_monday_zero_offset();
        let minds = chance(key, person.index, "minds the day", 0);
        let prefers_weekend = chance(key, person.index, "weekend", 0) < 0.3;
        let off = minds < self.week_part && weekend != prefers_weekend;
        near * if off { self.off_days } else { 1.0 }
    }

    /// Early, at lunch or in the evening, each with people around it.
    fn best_hour(&self, key: &ChanceKey, person: &SimPerson) -> f64 {
        let (kind, around) =
            (chance(key, person.index, "day", 0), chance(key, person.index, "around", 0));
        let centre = if kind < 0.25 {
            8.5
        } else if kind < 0.45 {
            12.5
        } else {
            19.0
        };
        centre + 3.0 * (around - 0.5)
    }

    fn patience(&self, person: &SimPerson) -> f64 {
        let beyond = lately(person).saturating_sub(2) as f64;
        (1.0 - self.tired * beyond).max(0.1)
    }

    /// A factor of the person's own, log-normal with mean 1.
    fn drawn(&self, key: &ChanceKey, person: &SimPerson, what: &str, spread: f64) -> f64 {
        // Twelve uniform draws less six are nearly normal.
        let sum: f64 = (0..12).map(|n| chance(key, person.index, what, 1_000 + n)).sum();
        (spread * (sum - 6.0) - 0.5 * spread * spread).exp()
    }
}

/// The channel of the latest marketing message in another channel, within seven days before this one.
pub(crate) fn before_in_another(person: &SimPerson, received: &Received) -> Option<Channel> {
    let others = person.received.iter().filter(|it| {
        let lately = received.at - Span::WEEK < it.at && it.at <= received.at;
        is_marketing(&it.key) && it.channel != received.channel && lately
    });
    others.max_by_key(|it| it.at).map(|it| it.channel)
}

/// Marketing messages that the person got within the last seven days, the latest one included.
fn lately(person: &SimPerson) -> usize {
    let marketing = || person.received.iter().filter(|it| is_marketing(&it.key));
    let Some(latest) = marketing().map(|it| it.at).max() else { return 0 };
    marketing().filter(|it| latest - Span::WEEK < it.at).count()
}
