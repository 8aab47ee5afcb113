//! The programme's files as people write them. Unknown fields are errors.

use decision::QuietHours;
use model::{CampaignName, Channel, ChannelSet, Class, ContentName, Network, Span, Topic};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// A condition with its place in the file.
pub type Condition = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceForm {
    pub audience: String,
    /// For people: what the audience is for.
    #[serde(default)]
    pub note: String,
    pub when: Condition,
    /// Another system that is told who enters and leaves.
    #[serde(default)]
    pub sync: Option<SyncForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncForm {
    pub url: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicForm {
    pub topic: Topic,
    #[serde(default)]
    pub description: String,
    /// Channels in which this topic needs a recorded yes, in place of the policy's.
    #[serde(default)]
    pub consent: Option<Channels>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeForm {
    pub outcome: String,
    pub event: String,
    #[serde(default)]
    pub when: Option<Condition>,
    #[serde(default)]
    pub value: Option<String>,
    #[serde(default)]
    pub cap: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyForm {
    #[serde(default)]
    pub caps: Vec<CapForm>,
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    #[serde(default)]
    pub zone: Option<String>,
    /// How long candidates wait for each other.
    #[serde(default)]
    pub window: Option<Length>,
    /// Channels in which marketing needs a recorded yes.
    #[serde(default)]
    pub consent: Option<Channels>,
    /// Channels in which a yes must be confirmed from the address.
    #[serde(default)]
    pub double_opt_in: Option<Channels>,
    /// How long a yes holds.
    #[serde(default)]
    pub consent_lasts: Option<Length>,
    /// Whether people are measured only after a yes.
    #[serde(default)]
    pub measurement_consent: Option<MeasurementConsent>,
    #[serde(default)]
    pub holdouts: Option<HoldoutsForm>,
    #[serde(default)]
    pub panel: Option<PanelForm>,
    /// How long events are kept, by name; `events` for all others.
    #[serde(default)]
    pub keep: BTreeMap<String, Spanned<Length>>,
    #[serde(default)]
    pub learning: Option<LearningForm>,
    /// Where it is told what became of messages that were ordered by the API.
    #[serde(default)]
    pub message_status: Option<SyncForm>,
    /// The places of the queue of posts: `mon 09:00`.
    #[serde(default)]
    pub post_slots: Vec<Spanned<String>>,
    /// The audience of those who get a copy of every broadcast.
    #[serde(default)]
    pub seeds: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasurementConsent {
    /// Nobody is measured without a yes.
    Needed,
    /// Everybody is, until they say no.
    Assumed,
}

/// `learning: {}` learns with the usual settings; without the field nothing is learned.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningForm {
    #[serde(default)]
    pub half_life: Option<Length>,
    #[serde(default)]
    pub within: Option<Length>,
    #[serde(default)]
    pub responses: Option<Vec<decision::learning::Response>>,
    #[serde(default)]
    pub floor: Option<Share>,
    #[serde(default)]
    pub hours: Option<u32>,
    #[serde(default)]
    pub pressure: Option<PressureForm>,
    #[serde(default)]
    pub opt_out_cost: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PressureForm {
    pub share: Share,
    #[serde(default)]
    pub window: Option<Length>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapForm {
    pub channels: Channels,
    #[serde(default)]
    pub topic: Option<Topic>,
    #[serde(default)]
    pub owner: Option<String>,
    pub at_most: u32,
    pub per: Length,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldoutsForm {
    #[serde(default)]
    pub everything: Option<Share>,
    #[serde(default)]
    pub journeys: BTreeMap<String, Share>,
    #[serde(default)]
    pub contents: BTreeMap<String, Share>,
    #[serde(default)]
    pub window: Option<Length>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelForm {
    pub share: Share,
    pub design: decision::Design,
    pub channels: Vec<Channel>,
    #[serde(default)]
    pub rule: decision::Rule,
    #[serde(default)]
    pub window: Option<Length>,
    #[serde(default)]
    pub inside_all_on: Option<Share>,
    #[serde(default)]
    pub epoch: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BroadcastForm {
    pub broadcast: CampaignName,
    #[serde(default)]
    pub owner: String,
    pub audience: String,
    pub content: ContentName,
    pub channels: Vec<Channel>,
    /// An instant, `2026-11-27T09:00:00Z`, or without a zone a time on each person's own clock;
    /// without any it goes out when it is started.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    #[serde(default)]
    pub class: Option<Class>,
    #[serde(default)]
    pub value: f64,
    #[serde(default)]
    pub expires: Option<Length>,
    #[serde(default)]
    pub rate: Option<RateForm>,
    /// Somebody else than who planned it must approve it.
    #[serde(default)]
    pub approval: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostForm {
    pub post: CampaignName,
    #[serde(default)]
    pub owner: String,
    pub content: ContentName,
    pub networks: Vec<Network>,
    /// An instant, a time in the programme's zone, or `queue`; without any it goes out when it is started.
    #[serde(default)]
    pub at: Option<Spanned<String>>,
    #[serde(default)]
    pub locale: String,
    #[serde(default)]
    pub within: Option<Length>,
    /// Somebody else than who planned it must approve it.
    #[serde(default)]
    pub approval: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateForm {
    pub at_most: u32,
    pub per: Length,
}

/// `10m`, `7d`, …
#[derive(Clone, Copy)]
pub struct Length(pub Span);

/// `10%`, or the part of one that it is.
#[derive(Clone, Copy)]
pub struct Share(pub f64);

/// `any`, or a list of channels.
#[derive(Clone, Copy)]
pub struct Channels(pub ChannelSet);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Length, D::Error> {
        let text = String::deserialize(deserializer)?;
        Span::parse(&text).map(Length).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Share, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (number, unit) = match text.trim().strip_suffix('%') {
            Some(number) => (number, 100.0),
            None => (text.trim(), 1.0),
        };
        let share = number.trim().parse::<f64>().ok().map(|it| it / unit);
        share.filter(|it| (0.0..=1.0).contains(it)).map(Share).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is not a share; write it like 10% or 0.1"))
        })
    }
}

impl<'de> Deserialize<'de> for Channels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Channels, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Word(String),
            List(Vec<String>),
        }
        let known = |name: &String| {
            Channel::from_name(name).ok_or_else(|| {
                let all: Vec<&str> = Channel::ALL.iter().map(|it| it.name()).collect();
                let all = all.join(", ");
                D::Error::custom(format!("`{name}` is not a channel; the channels are {all}"))
            })
        };
        match Written::deserialize(deserializer)? {
            Written::Word(word) if word == "any" => Ok(Channels(ChannelSet::all())),
            Written::Word(word) if word == "none" => Ok(Channels(ChannelSet::EMPTY)),
            Written::Word(word) => Ok(Channels(ChannelSet::EMPTY.with(known(&word)?))),
            Written::List(names) => {
                Ok(Channels(names.iter().map(known).collect::<Result<ChannelSet, _>>()?))
            }
        }
    }
}

/// Keys with their texts, in the order of the file.
#[derive(Default)]
pub struct WordsForm(pub Vec<(String, Spanned<String>)>);

impl<'de> Deserialize<'de> for WordsForm {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<WordsForm, D::Error> {
        struct Pairs;
        impl<'de> serde::de::Visitor<'de> for Pairs {
            type Value = WordsForm;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("lines `key: text`")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<WordsForm, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(WordsForm(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
