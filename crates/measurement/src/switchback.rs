//! Switchback: time in blocks, in each of which a channel speaks to everyone or is silent, by chance.
//!
//! Nobody can be kept from a public post, so people cannot be compared; weeks can. The calendar says
//! for each block which channels are on. Within a stratum of the calendar as many blocks are on as
//! off, so that seasons cancel, and what the block before still brings is left out at the start of
//! each (the carry-over). Bojinov, Simchi-Levi & Zhao 2023 (Management Science 69(7)) treat such
//! designs; ours deals a fixed number of blocks within strata instead of tossing a coin for each.
//!
//! Times are milliseconds since 1970 of a clock on the wall: what zone it hangs in is the caller's.

mod deal;
mod effect;
mod strata;
mod visible;

pub use effect::{
    ChannelEffect, SeenBlock, SwitchbackEffects, SwitchbackQuestion, switchback_effects,
};
pub use strata::CalendarStrata;
pub use visible::{Visible, VisibleQuestion, switchback_visible};

use crate::leverage::CLUSTERS_MIN;

/// Sixteen combinations are the most that a year of blocks can fill.
pub const PUBLIC_CHANNELS_MAX: usize = 4;
/// A block that is mostly carry-over shows the block before.
pub const CARRY_OVERS_IN_BLOCK: i64 = 3;
/// Twenty-seven years of days.
pub const TIME_BLOCKS_MAX: usize = 10_000;
/// The year 10000: later dates are written in no file that we read.
const TIME_MAX_MS: i64 = 253_402_300_800_000;

/// What is dealt within a stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchbackDesign {
    /// Each channel by itself: what each does, whatever the others do.
    Separate,
    /// Combinations, each as often as the others: what they do together as well.
    Factorial,
}

impl SwitchbackDesign {
    pub fn name(self) -> &'static str {
        match self {
            SwitchbackDesign::Separate => "separate",
            SwitchbackDesign::Factorial => "factorial",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SwitchbackPlan {
    pub channels: usize,
    pub start_ms: i64,
    pub blocks: usize,
    pub block_ms: i64,
    /// How long a channel still works after it fell silent.
    pub carry_over_ms: i64,
    pub strata: CalendarStrata,
    pub design: SwitchbackDesign,
}

/// One block of the calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeBlock {
    /// From 1.
    pub number: usize,
    pub from_ms: i64,
    /// The first moment that is no longer in the block.
    pub to_ms: i64,
    /// Outcomes count from here: what the block before did has worn off.
    pub counted_from_ms: i64,
    pub stratum: String,
    /// Bit `i` says that the channel `i` speaks.
    pub on: u32,
    /// The chance with which the block was dealt just this combination.
    pub probability: f64,
}

/// The calendar. `seed` gives the draws: its words are the number of the stratum and, where
/// channels are dealt each by itself, of the channel. Strata are dealt one by one and only whole, so
/// a longer plan with the same seeds begins with the same blocks. The error says what cannot be
/// analysed and what to do.
pub fn switchback(
    plan: &SwitchbackPlan,
    seed: impl Fn(u64, u64) -> u64,
) -> Result<Vec<TimeBlock>, String> {
    check(plan)?;
    let strata = strata::cut(plan)?;
    let dealt = deal::deal(plan.channels, plan.design, &strata, seed);
    let named = strata.iter().flat_map(|it| std::iter::repeat_n(&it.name, it.blocks));
    let block = |(at, (stratum, dealt)): (usize, (&String, deal::Dealt))| {
        let from_ms = plan.start_ms + at as i64 * plan.block_ms;
        TimeBlock {
            number: at + 1,
            from_ms,
            to_ms: from_ms + plan.block_ms,
            counted_from_ms: from_ms + plan.carry_over_ms,
            stratum: stratum.clone(),
            on: dealt.on,
            probability: dealt.probability,
        }
    };
    Ok(named.zip(dealt).enumerate().map(block).collect())
}

fn check(plan: &SwitchbackPlan) -> Result<(), String> {
    let SwitchbackPlan { channels, blocks, block_ms, carry_over_ms, .. } = *plan;
    if channels == 0 || PUBLIC_CHANNELS_MAX < channels {
        return Err(format!(
            "{channels} channels: a calendar is for 1 to {PUBLIC_CHANNELS_MAX}, because there are too few blocks for more"
        ));
    }
    if carry_over_ms <= 0 {
        return Err(
            "the carry-over must be above 0: say how long a post still works after the last one"
                .to_owned(),
        );
    }
    if block_ms / CARRY_OVERS_IN_BLOCK < carry_over_ms {
        return Err(format!(
            "a block must be at least {CARRY_OVERS_IN_BLOCK} times as long as the carry-over: make blocks longer"
        ));
    }
    if blocks < CLUSTERS_MIN {
        return Err(format!(
            "{blocks} blocks are not enough data: plan at least {CLUSTERS_MIN}, and thirty to be comfortable"
        ));
    }
    if TIME_BLOCKS_MAX < blocks {
        return Err(format!("{blocks} blocks: a calendar holds at most {TIME_BLOCKS_MAX}"));
    }
    let length_ms = (blocks as i64).checked_mul(block_ms);
    let end_ms = length_ms.and_then(|length_ms| length_ms.checked_add(plan.start_ms));
    if plan.start_ms < 0 || end_ms.is_none_or(|end_ms| TIME_MAX_MS < end_ms) {
        return Err("the calendar must lie between the years 1970 and 9999".to_owned());
    }
    Ok(())
}
