//! Strata of the calendar: stretches of time within which as many blocks are on as off.

use super::{SwitchbackDesign, SwitchbackPlan};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarStrata {
    /// A block belongs to the month in which it starts.
    Month,
    Quarter,
    /// So many blocks in a row.
    Successive(usize),
}

/// A stratum with the number of its blocks, which is above 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stratum {
    pub name: String,
    pub blocks: usize,
}

/// All blocks of the plan by whole strata, or why that cannot be.
pub(super) fn cut(plan: &SwitchbackPlan) -> Result<Vec<Stratum>, String> {
    if let CalendarStrata::Successive(0 | 1) = plan.strata {
        return Err(format!("{ONE_BLOCK}: take at least 2 successive blocks"));
    }
    let mut strata: Vec<Stratum> = Vec::new();
    let mut planned = 0;
    while planned < plan.blocks {
        let name = name(plan, planned);
        let alike = (planned..).take_while(|at| self::name(plan, *at) == name);
        // With one more, what is too long shows without being counted to its end.
        let blocks = alike.take(super::TIME_BLOCKS_MAX + 1).count();
        if super::TIME_BLOCKS_MAX < blocks {
            return Err(format!(
                "stratum {name} has more than {} blocks: take shorter strata or longer blocks",
                super::TIME_BLOCKS_MAX
            ));
        }
        let needed = smallest(plan);
        if blocks < needed {
            return Err(too_small(plan, &name, blocks, needed));
        }
        if plan.blocks < planned + blocks {
            let (fewer, more) = (planned, planned + blocks);
            let fewer = if fewer == 0 { String::new() } else { format!("{fewer} or ") };
            return Err(format!(
                "{} blocks end within the stratum {name}, which could not be balanced: plan {fewer}{more} blocks",
                plan.blocks
            ));
        }
        planned += blocks;
        strata.push(Stratum { name, blocks });
    }
    Ok(strata)
}

const ONE_BLOCK: &str = "a stratum of one block cannot be balanced";

/// A stratum in which not every combination stands could not be compared within.
fn smallest(plan: &SwitchbackPlan) -> usize {
    match plan.design {
        SwitchbackDesign::Separate => 2,
        SwitchbackDesign::Factorial => 1 << plan.channels,
    }
}

fn too_small(plan: &SwitchbackPlan, name: &str, blocks: usize, needed: usize) -> String {
    let remedy = match plan.strata {
        CalendarStrata::Successive(_) => format!("take at least {needed} successive blocks"),
        CalendarStrata::Month | CalendarStrata::Quarter => format!(
            "start where a month or quarter does, take longer strata, shorter blocks, or strata of {} successive blocks",
            needed.max(4)
        ),
    };
    let problem = match plan.design {
        SwitchbackDesign::Separate => ONE_BLOCK.to_owned(),
        SwitchbackDesign::Factorial => {
            format!("{blocks} blocks cannot hold each of the {needed} combinations of channels")
        }
    };
    format!("stratum {name}: {problem}; {remedy}")
}

fn name(plan: &SwitchbackPlan, block: usize) -> String {
    let (year, month) = month(plan.start_ms + block as i64 * plan.block_ms);
    match plan.strata {
        CalendarStrata::Month => format!("{year:04}-{month:02}"),
        CalendarStrata::Quarter => format!("{year:04}-Q{}", (month + 2) / 3),
        CalendarStrata::Successive(blocks) => (block / blocks + 1).to_string(),
    }
}

/// Year and month from 1 of the Gregorian calendar. Years are counted from March, so that the leap
/// day is their last, and 153 days are five months.
fn month(at_ms: i64) -> (i64, i64) {
    const DAY_MS: i64 = 86_400_000;
    /// From the 1st of March of the year 0 to 1970.
    const DAYS_BEFORE_1970: i64 = 719_468;
    const DAYS_IN_400_YEARS: i64 = 146_097;
    let day = at_ms.div_euclid(DAY_MS) + DAYS_BEFORE_1970;
    let (era, in_era) = (day.div_euclid(DAYS_IN_400_YEARS), day.rem_euclid(DAYS_IN_400_YEARS));
    let leap_days = in_era / 1_460 - in_era / 36_524 + in_era / 146_096;
    let year = (in_era - leap_days) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month)
}
