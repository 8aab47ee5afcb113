//! The channels through which a person can be reached.

use crate::IdentifierKind;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Closed on purpose: caps, consent and holdouts are kept per channel, and each provider serves one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Email,
    Push,
    Onsite,
    Social,
    Sms,
    Webhook,
}

/// A set of channels, written in the order of [`Channel::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ChannelSet(u16);

impl Channel {
    pub const ALL: [Channel; 6] = [
        Channel::Email,
        Channel::Push,
        Channel::Onsite,
        Channel::Social,
        Channel::Sms,
        Channel::Webhook,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Push => "push",
            Channel::Onsite => "onsite",
            Channel::Social => "social",
            Channel::Sms => "sms",
            Channel::Webhook => "webhook",
        }
    }

    /// By what a person is reached in it, the better one first.
    pub fn reached_by(self) -> &'static [IdentifierKind] {
        match self {
            Channel::Email => &[IdentifierKind::Email],
            Channel::Push => &[IdentifierKind::DeviceToken],
            Channel::Sms => &[IdentifierKind::Phone],
            Channel::Social => &[IdentifierKind::Handle],
            Channel::Onsite => &[IdentifierKind::UserId, IdentifierKind::AnonymousId],
            Channel::Webhook => &[IdentifierKind::UserId],
        }
    }

    pub fn from_name(name: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl ChannelSet {
    pub const EMPTY: ChannelSet = ChannelSet(0);

    pub fn all() -> ChannelSet {
        Channel::ALL.into_iter().collect()
    }

    pub fn contains(self, channel: Channel) -> bool {
        self.0 & (1 << channel as u16) != 0
    }

    #[must_use]
    pub fn with(self, channel: Channel) -> ChannelSet {
        ChannelSet(self.0 | 1 << channel as u16)
    }

    #[must_use]
    pub fn without(self, channel: Channel) -> ChannelSet {
        ChannelSet(self.0 & !(1 << channel as u16))
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    pub fn iter(self) -> impl Iterator<Item = Channel> {
        Channel::ALL.into_iter().filter(move |it| self.contains(*it))
    }
}

impl FromIterator<Channel> for ChannelSet {
    fn from_iter<I: IntoIterator<Item = Channel>>(channels: I) -> ChannelSet {
        channels.into_iter().fold(ChannelSet::EMPTY, ChannelSet::with)
    }
}

impl Serialize for ChannelSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ChannelSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ChannelSet, D::Error> {
        Ok(Vec::<Channel>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ChannelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        let names: Vec<&str> = self.iter().map(Channel::name).collect();
        f.write_str(&names.join("+"))
    }
}

impl fmt::Debug for ChannelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
