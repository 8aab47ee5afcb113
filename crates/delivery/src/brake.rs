//! When a campaign's messages do harm, it stops by itself: too many addresses that do not exist, or too
//! many people who call it spam.

use serde::{Deserialize, Serialize};

/// Fewer of a kind than this are chance: at a healthy 0.1 % of complaints five among 600 messages come
/// once in some two thousand times.
const LEAST: u64 = 5;

/// After so many times the messages that are needed to judge, what was before weighs half: enough of them
/// for a share of 0.3 % to be five.
const WINDOW: u64 = 16;

/// Shares of what was sent, beyond which a campaign stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrakeRules {
    /// Fewer sent messages than this say nothing.
    pub after: u64,
    pub bounces: f64,
    pub complaints: f64,
}

impl Default for BrakeRules {
    /// Gmail and Yahoo ask senders to stay under 0.3 % complaints (their sender guidelines of 2024). Lists
    /// that were collected with a yes bounce under 2 %; at 5 % a list was bought or is years old.
    fn default() -> BrakeRules {
        BrakeRules { after: 200, bounces: 0.05, complaints: 0.003 }
    }
}

/// What came of a campaign's latest messages in one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Harm {
    pub sent: u64,
    pub bounced: u64,
    pub complained: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Sent,
    /// The address does not exist.
    Bounced,
    Complained,
}

/// Why a campaign stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Brake {
    Bounces,
    Complaints,
}

impl Harm {
    /// Counts one word, and says whether it is one too many. What is long ago weighs less and less, so that
    /// a journey of years can still be stopped.
    pub fn take(&mut self, word: Word, rules: &BrakeRules) -> Option<Brake> {
        match word {
            Word::Sent => self.sent += 1,
            // It was sent, or refused at the door: of those tried it is one either way.
            Word::Bounced => self.bounced += 1,
            Word::Complained => self.complained += 1,
        }
        if rules.after.saturating_mul(WINDOW) <= self.sent {
            for count in [&mut self.sent, &mut self.bounced, &mut self.complained] {
                *count = count.div_ceil(2);
            }
        }
        let tried = self.sent.max(self.bounced);
        if tried < rules.after {
            return None;
        }
        let beyond =
            |count: u64, share: f64| LEAST <= count && share * (tried as f64) < count as f64;
        match () {
            () if beyond(self.bounced, rules.bounces) => Some(Brake::Bounces),
            () if beyond(self.complained, rules.complaints) => Some(Brake::Complaints),
            () => None,
        }
    }
}
