//! What the channels really do for each other: every cell played with the same people and the same
//! random numbers.

use crate::market::MarketOptions;
use crate::play::{Stage, play};
use engine::{EngineError, EngineSettings, Keys};
use model::{Channel, ChannelSet, Span};
use port::{MemoryLog, MemoryStore};
use std::sync::Arc;

/// The panel's channels in the order of the cells' bits.
pub const PANEL: [Channel; 3] = [Channel::Email, Channel::Push, Channel::Social];

/// Mean orders per person in each cell; bit i of the index says that channel i was on.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    pub means: Vec<f64>,
    pub people: u64,
}

impl Truth {
    /// v(S): the mean in the cell minus that with everything off.
    pub fn value(&self, cell: usize) -> f64 {
        self.means[cell] - self.means[0]
    }

    /// Λ = v(C) − Σ v({c})
    pub fn leverage(&self) -> f64 {
        self.value(self.means.len() - 1) - self.singles()
    }

    /// λ = v(C) / Σ v({c})
    pub fn ratio(&self) -> f64 {
        self.value(self.means.len() - 1) / self.singles()
    }

    /// Δ(S) by Möbius inversion, for cells of two channels and more.
    pub fn interactions(&self) -> Vec<(usize, f64)> {
        let delta = |cell: usize| {
            let subsets = (0..=cell).filter(|it| it & cell == *it);
            subsets
                .map(|it| {
                    let sign = if (cell ^ it).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
                    sign * self.value(it)
                })
                .sum::<f64>()
        };
        let several = (0..self.means.len()).filter(|it| 2 <= it.count_ones());
        several.map(|cell| (cell, delta(cell))).collect()
    }

    fn singles(&self) -> f64 {
        (0..self.means.len()).filter(|it| it.count_ones() == 1).map(|it| self.value(it)).sum()
    }
}

/// Plays every cell, two at a time. `done` is told after each.
pub fn find_truth(
    options: &MarketOptions,
    keys: Keys,
    done: &(dyn Fn(usize, usize) + Sync),
) -> Result<Truth, EngineError> {
    let cells = 1 << PANEL.len();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let finished = std::sync::atomic::AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, f64, u64)>, EngineError> {
        let mut results = Vec::new();
        loop {
            let cell = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if cells <= cell {
                return Ok(results);
            }
            let (mean, people) = play_cell(options, keys, cell)?;
            results.push((cell, mean, people));
            done(finished.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, cells);
        }
    };
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        (work(), other.join())
    });
    let mut results = one?;
    match other {
        Ok(more) => results.extend(more?),
        Err(panic) => std::panic::resume_unwind(panic),
    }
    results.sort_by_key(|it| it.0);
    Ok(Truth {
        people: results.first().map_or(0, |it| it.2),
        means: results.into_iter().map(|it| it.1).collect(),
    })
}

/// The mean orders per person with the channels of `cell` on, and over how many people.
fn play_cell(options: &MarketOptions, keys: Keys, cell: usize) -> Result<(f64, u64), EngineError> {
    let off = PANEL.iter().enumerate().filter(|(bit, _)| cell & (1 << bit) == 0);
    let swallow: ChannelSet = off.map(|it| *it.1).collect();
    let stage = Stage {
        store: Box::new(MemoryStore::new()),
        log: Arc::new(MemoryLog::new()),
        keys,
        settings: EngineSettings::default(),
        mail: None,
        swallow,
    };
    // Nobody is withheld by a panel: the cell is played by throwing messages away on arrival.
    let played = play(MarketOptions { ..options.clone() }, stage, |market| market.without_panel())?;
    let window = Span::days(28).min(options.window);
    let (mut sum, mut people) = (0.0, 0_u64);
    for person in &played.market.people {
        if let Some(orders) = person.orders_in(window, played.market.end()) {
            sum += orders;
            people += 1;
        }
    }
    Ok((if people == 0 { 0.0 } else { sum / people as f64 }, people))
}
