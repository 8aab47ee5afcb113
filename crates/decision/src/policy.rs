//! The sender's rules: caps, quiet hours, which channels need a yes, and the measurement panel.

use crate::learning::halved_cap;
use crate::{Holdouts, Learning, Panel, QuietHours, quiet};
use model::{Channel, ChannelSet, Problem, Span, Topic};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Each cap is looked at for each candidate, channel and instant; a programme that people can
/// understand has a handful.
pub const CAPS_MAX: usize = 32;

/// No person wants more than this from one sender in any window, and slots are kept per person.
pub const AT_MOST_MAX: u32 = 1_000;

/// The longest window of a cap; contacts are kept that long.
pub const CAP_WINDOW_MAX: Span = Span::days(366);

/// Frozen and numbered: a changed policy is a new one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    pub version: u64,
    pub caps: Vec<Cap>,
    /// In the zone where the person lives.
    pub quiet_hours: Option<QuietHours>,
    /// For persons whose zone is not known.
    pub default_zone: String,
    /// How long candidates wait for each other, from the first one.
    pub window: Span,
    /// Channels in which marketing needs a recorded yes. In the others a recorded no still stops it.
    pub consent_needed: ChannelSet,
    /// The same for single topics, in place of `consent_needed`.
    pub topics: BTreeMap<Topic, ChannelSet>,
    /// Channels in which a yes counts only once it was confirmed from the address itself.
    pub double_opt_in: ChannelSet,
    /// How long a yes holds that does not say it itself; none for ever.
    pub consent_lasts: Option<Span>,
    /// Whether people are measured only after a yes; else until they say no.
    pub measurement_needs_consent: bool,
    pub holdouts: Holdouts,
    pub panel: Option<Panel>,
    /// Without it nothing is learned, and chance decides nothing.
    pub learning: Option<Learning>,
}

/// At most `at_most` messages in any rolling window of exactly `per`. Two messages exactly `per`
/// apart are never in one window.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cap {
    /// The channels counted together.
    pub channels: ChannelSet,
    /// Counts only this topic; none counts all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// Counts only what this owner asked for: the owner's budget of each person's attention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    pub at_most: u32,
    pub per: Span,
}

impl Default for Policy {
    /// Four messages a week over all channels, one push a day, nights from nine to eight.
    fn default() -> Policy {
        let cap = |channels, at_most, per| Cap { channels, topic: None, owner: None, at_most, per };
        Policy {
            version: 0,
            caps: vec![
                cap(ChannelSet::all(), 4, Span::days(7)),
                cap(ChannelSet::EMPTY.with(Channel::Push), 1, Span::DAY),
            ],
            quiet_hours: Some(QuietHours { from: 21 * 60, to: 8 * 60 }),
            default_zone: "UTC".to_owned(),
            window: Span::minutes(10),
            consent_needed: [Channel::Email, Channel::Push, Channel::Sms, Channel::Social]
                .into_iter()
                .collect(),
            topics: BTreeMap::new(),
            double_opt_in: ChannelSet::EMPTY,
            consent_lasts: None,
            measurement_needs_consent: false,
            holdouts: Holdouts::default(),
            panel: None,
            learning: None,
        }
    }
}

impl Policy {
    pub fn needs_consent(&self, channel: Channel, topic: &Topic) -> bool {
        self.topics.get(topic).unwrap_or(&self.consent_needed).contains(channel)
    }

    /// The same policy for people under pressure: every cap lets half as many through.
    pub fn halved(&self) -> Policy {
        let halved = |cap: &Cap| {
            let (at_most, per) = halved_cap(cap.at_most, cap.per);
            Cap { at_most, per, ..cap.clone() }
        };
        Policy { caps: self.caps.iter().map(halved).collect(), ..self.clone() }
    }

    /// The same policy for those who look over what leaves: nothing is too much for them, and nothing
    /// waits for the morning.
    pub fn unbounded(&self) -> Policy {
        Policy { caps: Vec::new(), quiet_hours: None, ..self.clone() }
    }

    /// Everything that is wrong with it, for `check`. A policy with problems still decides safely.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if CAPS_MAX < self.caps.len() {
            problems.push(Problem::new(format!(
                "there are {} caps; at most {CAPS_MAX} are read",
                self.caps.len()
            )));
        }
        for cap in &self.caps {
            problems.extend(cap.problem());
        }
        if quiet::known_zone(&self.default_zone).is_none() {
            problems.push(
                Problem::new(format!("`{}` is not a known time zone", self.default_zone))
                    .hint("write a name such as Europe/Amsterdam"),
            );
        }
        if self.window < Span::ZERO || Span::DAY < self.window {
            problems.push(
                Problem::new(format!("candidates cannot wait {} for each other", self.window))
                    .hint("choose between 0s and 1d; 10m is usual"),
            );
        }
        if let Some(channel) = self.double_opt_in.iter().find(|it| *it != Channel::Email) {
            problems.push(
                Problem::new(format!("a yes to {channel} cannot be confirmed by a mailed link"))
                    .hint("write `double_opt_in: email`"),
            );
        }
        if self.consent_lasts.is_some_and(|it| it <= Span::ZERO) {
            problems.push(Problem::new("a yes has to last for some time").hint("2 years: 730d"));
        }
        problems.extend(self.holdouts.check());
        if let Some(panel) = &self.panel {
            problems.extend(panel.check());
        }
        if let Some(learning) = &self.learning {
            problems.extend(learning.check());
        }
        problems
    }
}

impl Cap {
    /// Whether a message of `owner` in `channel` on `topic` counts under this cap.
    pub fn counts(&self, channel: Channel, topic: &Topic, owner: &str) -> bool {
        self.channels.contains(channel)
            && self.topic.as_ref().is_none_or(|it| it == topic)
            && self.owner.as_ref().is_none_or(|it| it == owner)
    }

    fn problem(&self) -> Option<Problem> {
        if self.channels.is_empty() {
            return Some(
                Problem::new("a cap counts no channel").hint("write `channels: any` for all"),
            );
        }
        if AT_MOST_MAX < self.at_most {
            return Some(
                Problem::new(format!("a cap of {} is no limit", self.at_most))
                    .hint(format!("at most {AT_MOST_MAX} can be counted")),
            );
        }
        if self.per <= Span::ZERO || CAP_WINDOW_MAX < self.per {
            return Some(
                Problem::new(format!("a cap cannot be counted over {}", self.per))
                    .hint(format!("choose more than 0s and at most {CAP_WINDOW_MAX}")),
            );
        }
        None
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} per {}", self.at_most, self.per)?;
        if self.channels != ChannelSet::all() {
            write!(f, " in {}", self.channels)?;
        }
        if let Some(topic) = &self.topic {
            write!(f, " on {topic}")?;
        }
        if let Some(owner) = &self.owner {
            write!(f, " from {owner}")?;
        }
        Ok(())
    }
}
