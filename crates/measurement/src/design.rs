//! Which cells people are placed in, and in what shares.

use crate::cell::sets_up_to;

/// The share of the panel that has all channels on: inside minus outside is a standing A/A test.
/// Five per cent costs the other cells 2.5 % of their precision.
pub const INSIDE_ALL_ON: f64 = 0.05;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Every set of channels, in equal shares: answers everything.
    Factorial,
    /// None and each single channel: all that leverage needs beside the people with all on.
    Leverage,
    /// The cells of `Leverage` and every pair.
    Pairs,
}

impl Design {
    pub const ALL: [Design; 3] = [Design::Factorial, Design::Leverage, Design::Pairs];

    pub fn name(self) -> &'static str {
        match self {
            Design::Factorial => "factorial",
            Design::Leverage => "leverage",
            Design::Pairs => "pairs",
        }
    }
}

/// The cells of the measurement panel with their shares, which add up to 1, by increasing `on`.
///
/// Shares are proportional to the root of the summed squared weights of the cell in the contrasts
/// that the design is for, which is best where outcomes spread equally. The cell with all on is
/// not bought from the panel, because nearly everybody outside has all on, save [`INSIDE_ALL_ON`]
/// (a factorial of up to four channels gives it more than that by itself).
pub fn shares(design: Design, k: usize) -> Vec<(u32, f64)> {
    if k == 0 || crate::MAX_CHANNELS < k {
        return Vec::new();
    }
    if k == 1 {
        return vec![(0, 0.5), (1, 0.5)]; // All designs are the plain holdout.
    }
    let all = (1_u32 << k) - 1;
    let weight = |set: u32| match (design, set.count_ones()) {
        (Design::Factorial, _) => 1.0,
        (Design::Leverage, 0) => k as f64 - 1.0,
        (Design::Leverage, _) => 1.0,
        (Design::Pairs, 0) => ((k as f64 - 1.0).powi(2) + (k * (k - 1)) as f64 / 2.0).sqrt(),
        (Design::Pairs, 1) => (k as f64).sqrt(),
        (Design::Pairs, _) => 1.0,
    };
    let order = match design {
        Design::Factorial => k,
        Design::Leverage => 1,
        Design::Pairs => 2,
    };
    let sets = std::iter::once(0).chain(sets_up_to(k, order)).filter(|set| *set != all);
    let mut cells: Vec<(u32, f64)> = sets.map(|set| (set, weight(set))).collect();
    let total: f64 = cells.iter().map(|cell| cell.1).sum();
    let inside = match design {
        Design::Factorial => INSIDE_ALL_ON.max(1.0 / (total + 1.0)),
        Design::Leverage | Design::Pairs => INSIDE_ALL_ON,
    };
    cells.iter_mut().for_each(|cell| cell.1 *= (1.0 - inside) / total);
    cells.push((all, inside));
    cells.sort_by_key(|cell| cell.0);
    cells
}

/// The cells with their shares of all people, where `panel` of them are in the measurement panel
/// and all others have every channel on.
pub fn shares_of_everyone(design: Design, k: usize, panel: f64) -> Vec<(u32, f64)> {
    let all = (1_u32 << k.min(crate::MAX_CHANNELS)) - 1;
    let share = |(set, share): (u32, f64)| match set == all {
        true => (set, share * panel + 1.0 - panel),
        false => (set, share * panel),
    };
    shares(design, k).into_iter().map(share).collect()
}
