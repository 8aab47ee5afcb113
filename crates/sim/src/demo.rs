//! The result of a whole market: what the ledger and the panel say, beside what is true.

use crate::market::Counts;
use crate::play::Played;
use crate::truth::{PANEL, Truth};
use crate::{Behaviour, Violations};
use engine::EngineError;
use measurement::Leverage;
use model::LedgerState;
use port::{Catalog, Ledger};
use serde::Serialize;

/// What `fulcrum demo --exit --format json` prints.
#[derive(Serialize)]
pub struct DemoResult {
    pub simulated: bool,
    pub people: u64,
    pub events: u64,
    pub messages: Counts,
    pub ledger: LedgerCounts,
    pub leverage: Leverage,
    pub truth: TruthResult,
    pub coefficients: Behaviour,
    pub violations: Violations,
}

#[derive(Serialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerCounts {
    pub candidates: i64,
    pub sent: i64,
    pub suppressed: i64,
    pub held_out: i64,
    pub dropped: i64,
    pub merged: i64,
    pub failed: i64,
    pub unknown: i64,
    pub pending: i64,
    pub of_pending_deferred: u64,
}

#[derive(Serialize, Clone, Debug)]
pub struct TruthResult {
    pub leverage: f64,
    pub leverage_ratio: f64,
    pub interactions: Vec<TrueInteraction>,
    pub people: u64,
}

#[derive(Serialize, Clone, Debug)]
pub struct TrueInteraction {
    pub channels: Vec<&'static str>,
    pub value: f64,
}

/// The outcome that the demo measures.
pub const OUTCOME: &str = "orders";

impl LedgerCounts {
    /// As kept; `candidates` is counted apart, from the messages themselves.
    pub fn read(views: &(impl Ledger + ?Sized)) -> Result<LedgerCounts, EngineError> {
        let mut counts = LedgerCounts {
            candidates: views.recount()?.iter().map(|it| it.1).sum(),
            of_pending_deferred: views.deferred()?,
            ..LedgerCounts::default()
        };
        for (key, n) in views.counts()? {
            *counts.of(key.state) += n;
        }
        Ok(counts)
    }

    pub fn balanced(&self) -> bool {
        let ended = self.sent + self.suppressed + self.held_out + self.dropped + self.merged;
        self.candidates == ended + self.failed + self.unknown + self.pending
    }

    fn of(&mut self, state: LedgerState) -> &mut i64 {
        match state {
            LedgerState::Sent => &mut self.sent,
            LedgerState::Suppressed => &mut self.suppressed,
            LedgerState::HeldOut => &mut self.held_out,
            LedgerState::Dropped => &mut self.dropped,
            LedgerState::Merged => &mut self.merged,
            LedgerState::Failed => &mut self.failed,
            LedgerState::Unknown => &mut self.unknown,
            LedgerState::Pending => &mut self.pending,
        }
    }
}

impl TruthResult {
    pub fn of(truth: &Truth) -> TruthResult {
        let named = |cell: usize| {
            let on = PANEL.iter().enumerate().filter(move |(bit, _)| cell & (1 << bit) != 0);
            on.map(|it| it.1.name()).collect()
        };
        TruthResult {
            leverage: truth.leverage(),
            leverage_ratio: truth.ratio(),
            interactions: truth
                .interactions()
                .into_iter()
                .map(|(cell, value)| TrueInteraction { channels: named(cell), value })
                .collect(),
            people: truth.people,
        }
    }
}

/// Puts together what the engine measured and what the people saw.
pub fn result(played: &Played, truth: &Truth) -> Result<DemoResult, EngineError> {
    let (engine, market) = (&played.engine, &played.market);
    let views = engine.reader()?;
    let leverage = engine::leverage_report(engine.loaded(), engine.sums(), OUTCOME, market.end())
        .unwrap_or_else(|| measurement::leverage(&measurement::Question::new(&[], &[])));
    let mut violations = Violations::of(&market.people);
    violations.lost_events = lost_events(&*views, &market.acknowledged)?;
    Ok(DemoResult {
        simulated: true,
        people: views.count()?,
        events: engine.status().tallies.events,
        messages: market.counts,
        ledger: LedgerCounts::read(&*views)?,
        leverage,
        truth: TruthResult::of(truth),
        coefficients: market.options.behaviour.clone(),
        violations,
    })
}

/// Acknowledged events of which the store knows nothing.
pub fn lost_events(
    views: &(impl Catalog + ?Sized),
    acknowledged: &[String],
) -> Result<u64, EngineError> {
    let source = model::SourceId::from("shop");
    let ids: Vec<[u8; 16]> =
        acknowledged.iter().map(|it| collection::dedup_id(&source, it)).collect();
    let mut lost = 0;
    for chunk in ids.chunks(10_000) {
        lost += views.seen(chunk)?.into_iter().filter(|it| !it).count() as u64;
    }
    Ok(lost)
}
