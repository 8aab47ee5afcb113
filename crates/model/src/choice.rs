//! What chance decided about one message: from which possibilities, and how probable each was.

use crate::{Channel, Timestamp};
use serde::{Deserialize, Serialize};

/// Probabilities are whole millionths, so that they add up to exactly one after any storing.
pub const PARTS: u32 = 1_000_000;

/// Channel and instant of a message were drawn from this set. Recorded whole, because whoever asks
/// later what another rule would have brought needs to know what this one might have done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// When it was drawn; the instants of the possibilities count from here.
    pub at: Timestamp,
    /// The number of the learned policy that gave the probabilities.
    pub policy: u64,
    /// The part that was spread evenly over all possibilities, in millionths.
    pub floor: u32,
    /// Where the draw fell, in millionths.
    pub draw: u32,
    /// How often this message was drawn before, when something better took its place.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub redrawn: u32,
    pub offered: Vec<Offered>,
    /// The possibility that was drawn.
    pub channel: Channel,
    pub instant: Timestamp,
    /// Whether the person responded, once that is settled. None for what was never sent, or went at
    /// another time than was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<bool>,
}

/// The possibilities in one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub channel: Channel,
    pub hours: Vec<OfferedHour>,
}

/// One possibility; stored as `[after_ms, hour, parts]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i64, u8, u32)", into = "(i64, u8, u32)")]
pub struct OfferedHour {
    /// From the drawing to the instant.
    pub after_ms: i64,
    /// The hour of the week there, where the person lives: 0 is Monday from midnight to one.
    pub hour: u8,
    /// Its probability in millionths.
    pub parts: u32,
}

impl Choice {
    /// How many possibilities there were.
    pub fn len(&self) -> usize {
        self.offered.iter().map(|it| it.hours.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.offered.is_empty()
    }

    /// The possibility that was drawn.
    pub fn drawn(&self) -> Option<OfferedHour> {
        let offered = self.offered.iter().find(|it| it.channel == self.channel)?;
        let after_ms = self.instant.0 - self.at.0;
        offered.hours.iter().find(|it| it.after_ms == after_ms).copied()
    }

    /// The probability of what was drawn.
    pub fn probability(&self) -> f64 {
        f64::from(self.drawn().map_or(0, |it| it.parts)) / f64::from(PARTS)
    }
}

impl From<(i64, u8, u32)> for OfferedHour {
    fn from((after_ms, hour, parts): (i64, u8, u32)) -> OfferedHour {
        OfferedHour { after_ms, hour, parts }
    }
}

impl From<OfferedHour> for (i64, u8, u32) {
    fn from(it: OfferedHour) -> (i64, u8, u32) {
        (it.after_ms, it.hour, it.parts)
    }
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}
