//! Which blocks of each stratum are on.
//!
//! How many of a stratum get what is fixed beforehand, and only their order is chance. So the
//! probability of what a block got is a plain share, and dealing anew is shuffling.

use super::SwitchbackDesign;
use super::strata::Stratum;
use crate::chance::Chance;

pub(super) struct Dealt {
    pub on: u32,
    pub probability: f64,
}

pub(super) fn deal(
    channels: usize,
    design: SwitchbackDesign,
    strata: &[Stratum],
    seed: impl Fn(u64, u64) -> u64,
) -> Vec<Dealt> {
    let (mut all, mut odd) = (Vec::new(), 0);
    let mut pairs = Pairs { channels, next: 0, half: None };
    for (at, stratum) in (0..).zip(strata) {
        let blocks = stratum.blocks;
        match design {
            SwitchbackDesign::Separate => {
                let mut dealt: Vec<Dealt> =
                    (0..blocks).map(|_| Dealt { on: 0, probability: 1.0 }).collect();
                for channel in 0..channels {
                    // Of an odd number one is over: it is on in every other such stratum, and not
                    // for all channels in the same.
                    let over = blocks % 2 * ((odd + channel) % 2);
                    let on = blocks / 2 + over;
                    let labels = (0..blocks).map(|i| u32::from(i < on)).collect();
                    add(&mut dealt, labels, channel, &mut Chance::new(seed(at, channel as u64)));
                }
                all.extend(dealt);
            }
            SwitchbackDesign::Factorial => {
                let mut dealt: Vec<Dealt> =
                    (0..blocks).map(|_| Dealt { on: 0, probability: 1.0 }).collect();
                add(&mut dealt, pairs.take(blocks), 0, &mut Chance::new(seed(at, 0)));
                all.extend(dealt);
            }
        }
        odd += blocks % 2;
    }
    all
}

/// Shuffles the labels over the blocks and puts them at their bit.
fn add(dealt: &mut [Dealt], mut labels: Vec<u32>, bit: usize, chance: &mut Chance) {
    let count = |label: u32| labels.iter().filter(|it| **it == label).count() as f64;
    let shares: Vec<(u32, f64)> =
        labels.iter().map(|label| (*label, count(*label) / labels.len() as f64)).collect();
    let share = |label: u32| shares.iter().find(|it| it.0 == label).map_or(0.0, |it| it.1);
    chance.shuffle(&mut labels);
    for (block, label) in dealt.iter_mut().zip(&labels) {
        block.on |= label << bit;
        block.probability *= share(*label);
    }
}

/// Combinations in pairs of opposites, one pair after the other in a circle: whatever number of
/// whole pairs is taken, each channel is on as often as off.
struct Pairs {
    channels: usize,
    next: u32,
    /// The opposite of what an odd stratum took alone, for the next odd one.
    half: Option<u32>,
}

impl Pairs {
    fn take(&mut self, blocks: usize) -> Vec<u32> {
        let opposite = |on: u32| on ^ ((1 << self.channels) - 1);
        let count = 1_u32 << (self.channels - 1);
        let mut labels = Vec::with_capacity(blocks);
        let mut next = self.next;
        for _ in 0..blocks / 2 {
            labels.extend([next, opposite(next)]);
            next = (next + 1) % count;
        }
        if blocks % 2 == 1 {
            match self.half.take() {
                Some(half) => labels.push(half),
                None => {
                    labels.push(next);
                    self.half = Some(opposite(next));
                    next = (next + 1) % count;
                }
            }
        }
        self.next = next;
        labels
    }
}
