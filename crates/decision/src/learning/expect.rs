//! What is expected of one person: p(response | person, channel, hour of the week), with its doubt.
//!
//! The channel's rate is a Beta posterior: everybody's rate (of the other fold), weighted by how
//! alike people are, and the person's own answers. The hour multiplies it by what that hour is worth
//! to everybody and, beyond that, to this person: responses over expected ones, both smoothed over
//! the week, each drawn to 1 by a Gamma prior.

use super::best::Belief;
use super::hours::Kernel;
use super::person::{Learned, MILLI};
use super::population::{ChannelPrior, FoldPolicy};
use model::Channel;

/// Expected responses of a person's own that an hour needs before it counts as much as the hour of
/// everybody. People differ in their days by about half: a Gamma factor of this shape.
const OWN_HOUR_WEIGHT: f64 = 4.0;

/// No rate is believed above this, whatever the hour: a factor is only an approximation there.
const RATE_MAX: f64 = 0.95;

pub(crate) struct Expectation<'a> {
    pub learned: &'a Learned,
    pub policy: &'a FoldPolicy,
    kernel: Kernel,
    first: ChannelPrior,
    /// Responses of the person over all hours, over expected ones.
    own_level: f64,
}

impl<'a> Expectation<'a> {
    pub fn new(learned: &'a Learned, policy: &'a FoldPolicy) -> Expectation<'a> {
        let (answered, expected) = learned.at_all_hours();
        let own_level = (OWN_HOUR_WEIGHT + answered) / (OWN_HOUR_WEIGHT + expected);
        let (kernel, first) = (Kernel::new(), ChannelPrior::first());
        Expectation { learned, policy, kernel, first, own_level }
    }

    /// The parameters of the Beta posterior of a channel's rate.
    pub fn channel(&self, channel: Channel) -> (f64, f64) {
        let prior = self.prior(channel);
        let own = self.learned.in_channel(channel);
        let missed = (own.sent - own.answered).max(0.0);
        let (yes, no) = (prior.mean * prior.strength, (1.0 - prior.mean) * prior.strength);
        (yes + own.answered, no + missed)
    }

    /// The expected rate of a channel over the whole week.
    pub fn rate(&self, channel: Channel) -> f64 {
        let (a, b) = self.channel(channel);
        a / (a + b)
    }

    /// What an hour multiplies the rate by: mean and doubt of its logarithm.
    pub fn hour(&self, channel: Channel, hour: u8) -> Belief {
        let (of_all, evidence) = self.prior(channel).hour(hour);
        let (answered, expected) = self.learned.around(hour, &self.kernel);
        let shape = OWN_HOUR_WEIGHT + answered;
        let own = shape / (OWN_HOUR_WEIGHT + expected * self.own_level);
        let variance = (1.0 / shape).ln_1p() + (1.0 / evidence.max(1.0)).ln_1p();
        let mean = (of_all * own).max(1e-6).ln() - 0.5 * variance;
        Belief::LogNormal { mean, sd: variance.sqrt() }
    }

    /// The expected response to a message in `channel` at `hour`, in thousandths.
    pub fn expected(&self, channel: Channel, hour: u8) -> u32 {
        let rate = (self.rate(channel) * mean_of(self.hour(channel, hour))).min(RATE_MAX);
        (rate * f64::from(MILLI)).round() as u32
    }

    fn prior(&self, channel: Channel) -> &ChannelPrior {
        self.policy.channels.get(&channel).unwrap_or(&self.first)
    }
}

pub(crate) fn mean_of(belief: Belief) -> f64 {
    match belief {
        Belief::Beta { a, b, scale } => scale * a / (a + b),
        Belief::LogNormal { mean, sd } => (mean + 0.5 * sd * sd).exp(),
    }
}
