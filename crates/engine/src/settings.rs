//! How one installation's engine works, and its secrets.

use content::LinkKey;
use delivery::{BrakeRules, PaceRules, RetryPolicy};
use model::{ChanceKey, Channel, Span};
use std::collections::BTreeMap;

/// The secrets of one installation. Made once, kept in the catalog, never shown.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    pub chance: ChanceKey,
    pub link: LinkKey,
}

#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Inputs of one kind in one batch. More would hold up answers behind a backlog.
    pub batch_max: usize,
    /// Bytes of log records in one batch.
    pub batch_bytes_max: usize,
    /// Persons kept in memory between batches, at some 1.5 KB each.
    pub people_in_memory_max: usize,
    /// Messages of a broadcast that one batch makes, between live inputs.
    pub fan_out_max: usize,
    /// How long the process may have been away before nothing goes out without being asked.
    pub away_max: Span,
    /// How often a quiet engine commits, so that `away_max` measures being away.
    pub heartbeat: Span,
    pub retries: RetryPolicy,
    /// How fast messages leave, by channel.
    pub paces: BTreeMap<Channel, PaceRules>,
    /// When a campaign stops by itself.
    pub brake: BrakeRules,
}

impl Default for EngineSettings {
    fn default() -> EngineSettings {
        EngineSettings {
            batch_max: 2_000,
            batch_bytes_max: 4 << 20,
            people_in_memory_max: 100_000,
            fan_out_max: 500,
            away_max: Span::HOUR,
            heartbeat: Span::minutes(10),
            retries: RetryPolicy::default(),
            paces: BTreeMap::new(),
            brake: BrakeRules::default(),
        }
    }
}
