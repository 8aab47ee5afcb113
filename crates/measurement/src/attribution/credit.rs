//! Rules that share out each conversion over the touches before it, summed as paths come.
//!
//! The Shapley value is one of them: in the game where a set of channels wins the conversions of
//! the paths that need no other channel (Zhao, Mahboobi, Bagheri 2018, arXiv 1804.05327), a path's
//! conversions are the Harsanyi dividend of its channel set, and a dividend is shared equally. So
//! the value is exact after one pass, for any number of channels.

use super::counts::{Counts, channels_of, joined, renumbered};

/// How one conversion is shared out over its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    First,
    Last,
    Linear,
    TimeDecay,
    Position,
    Shapley,
}

const RULES: usize = 6;

/// First and last touch of a path of three and more; what is between shares the rest.
const POSITION_ENDS: f64 = 0.4;

/// With more channels no pairs are counted: there are more than anybody reads.
pub(super) const PAIRED_CHANNELS_MAX: usize = 100;

/// How far a touch lies before the conversion.
#[derive(Clone, Copy, Debug)]
pub(super) enum Distance<'a> {
    /// In touches: the last touch is 0 away.
    Touches,
    /// In days, per touch.
    Days(&'a [f64]),
}

/// What one channel earned under one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Earned {
    pub conversions: f64,
    pub value: f64,
    /// Conversions, each with the square of the channel's share in it: for the interval.
    pub squares: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Credits {
    /// In the unit of the distance.
    half_life: f64,
    /// By channel, then by rule.
    earned: Vec<[Earned; RULES]>,
    /// Shapley interaction of pairs in conversions, by both channels in ascending order.
    pairs: Option<Counts<f64>>,
    /// Shares of the path in hand by channel; all zero between paths.
    shares: Vec<[f64; RULES]>,
    /// Channels of the path in hand, each once.
    present: Vec<u32>,
    /// Time-decay weights of the path in hand.
    weights: Vec<f64>,
    /// The weight of a touch by how many came after it, as far as any path went.
    decays: Vec<f64>,
}

impl Credits {
    pub fn new(half_life: f64, pairs: bool) -> Credits {
        Credits {
            half_life,
            earned: Vec::new(),
            pairs: pairs.then(Counts::new),
            shares: Vec::new(),
            present: Vec::new(),
            weights: Vec::new(),
            decays: Vec::new(),
        }
    }

    /// What each channel earned under the rule, by the channel's number.
    pub fn earned(&self, rule: Rule, channel: u32) -> Earned {
        self.earned.get(channel as usize).map_or(Earned::default(), |it| it[rule as usize])
    }

    /// Sums of dividend / (size − 1) over the sets that hold both channels (Grabisch and Roubens
    /// 1999, Int. J. Game Theory 28): by pair with canonical numbers, in ascending order.
    pub fn pairs(&self, numbers: &[u32]) -> Vec<(u64, f64)> {
        let Some(pairs) = &self.pairs else { return Vec::new() };
        let renumbered = pairs.iter().map(|(key, sum)| (ascending(key, numbers), sum));
        let mut sorted: Vec<(u64, f64)> = renumbered.collect();
        sorted.sort_unstable_by_key(|pair| pair.0);
        sorted
    }

    pub fn add(
        &mut self,
        path: &[u32],
        channels: usize,
        distance: Distance,
        conversions: f64,
        value: f64,
    ) {
        if self.earned.len() < channels {
            self.earned.resize(channels, Default::default());
            self.shares.resize(channels, [0.0; RULES]);
        }
        self.weigh(path.len(), distance);
        self.share_out(path);
        let even = 1.0 / self.present.len() as f64;
        for channel in &self.present {
            let shares = &mut self.shares[*channel as usize];
            shares[Rule::Shapley as usize] = even;
            for (earned, share) in self.earned[*channel as usize].iter_mut().zip(shares) {
                earned.conversions += conversions * *share;
                earned.value += value * *share;
                earned.squares += conversions * *share * *share;
                *share = 0.0;
            }
        }
        self.pair_up(conversions);
        self.present.clear();
    }

    /// Time-decay weights 2^(−distance / half-life), which add up to 1.
    fn weigh(&mut self, touches: usize, distance: Distance) {
        self.weights.clear();
        match distance {
            Distance::Touches => {
                for step in self.decays.len()..touches {
                    self.decays.push((-(step as f64) / self.half_life).exp2());
                }
                self.weights.extend(self.decays[..touches].iter().rev());
            }
            Distance::Days(days) => {
                // From the nearest touch: the same after scaling, and never all zero.
                let nearest = days.iter().copied().fold(f64::INFINITY, f64::min);
                let ages = days.iter().map(|days| days - nearest);
                self.weights.extend(ages.map(|age| (-age / self.half_life).exp2()));
            }
        }
        let total: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight /= total);
    }

    fn share_out(&mut self, path: &[u32]) {
        let n = path.len();
        let even = 1.0 / n as f64;
        let (end, between) = match n {
            1 => (1.0, 0.0),
            2 => (0.5, 0.0),
            _ => (POSITION_ENDS, (1.0 - 2.0 * POSITION_ENDS) / (n - 2) as f64),
        };
        for (at, (channel, weight)) in path.iter().zip(&self.weights).enumerate() {
            let shares = &mut self.shares[*channel as usize];
            if shares[Rule::Linear as usize] == 0.0 {
                self.present.push(*channel);
            }
            shares[Rule::Linear as usize] += even;
            shares[Rule::TimeDecay as usize] += weight;
            let is_end = at == 0 || at + 1 == n;
            shares[Rule::Position as usize] += if is_end { end } else { between };
        }
        if let (Some(first), Some(last)) = (path.first(), path.last()) {
            self.shares[*first as usize][Rule::First as usize] = 1.0;
            self.shares[*last as usize][Rule::Last as usize] = 1.0;
        }
    }

    fn pair_up(&mut self, conversions: f64) {
        let Some(pairs) = &mut self.pairs else { return };
        if PAIRED_CHANNELS_MAX < self.present.len() {
            return;
        }
        let others = self.present.len().saturating_sub(1) as f64;
        for (i, a) in self.present.iter().enumerate() {
            for b in &self.present[i + 1..] {
                let key = joined(joined(0, *a.min(b)), *a.max(b));
                pairs.add(key, conversions / others);
            }
        }
    }

    /// Adds the other sums, whose channel `n` is here `numbers[n]`.
    pub fn merge(&mut self, other: &Credits, numbers: &[u32], channels: usize) {
        self.earned.resize(channels, Default::default());
        self.shares.resize(channels, [0.0; RULES]);
        for (number, earned) in numbers.iter().zip(&other.earned) {
            for (sum, more) in self.earned[*number as usize].iter_mut().zip(earned) {
                sum.conversions += more.conversions;
                sum.value += more.value;
                sum.squares += more.squares;
            }
        }
        if let (Some(pairs), Some(others)) = (&mut self.pairs, &other.pairs) {
            for (key, more) in others.iter() {
                pairs.add(ascending(key, numbers), more);
            }
        }
    }
}

/// A pair's key after its channels changed their numbers.
fn ascending(pair: u64, numbers: &[u32]) -> u64 {
    let mut channels: Vec<u32> = channels_of(renumbered(pair, numbers)).collect();
    channels.sort_unstable();
    channels.into_iter().fold(0, joined)
}
