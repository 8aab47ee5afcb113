//! What each channel of a switchback brought, from the means of its blocks.

use std::collections::BTreeSet;

use serde::Serialize;

use super::SwitchbackDesign;
use crate::clusters::{ClusterFit, DEALT_CLUSTERS_MAX, PERMUTATIONS, Part, Parts, randomisation_p};
use crate::distribution::{t_quantile, t_two_sided};
use crate::leverage::{CLUSTER_DF_MIN, CLUSTERS_MIN, NOTHING_VARIES};

/// An error this small beside the outcomes themselves is none.
const ROUNDING: f64 = 1e-12;

/// What was seen of a block after its carry-over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenBlock {
    /// Any number that blocks of one stratum share.
    pub stratum: u32,
    /// Bit `i` is `channels[i]`.
    pub on: u32,
    /// Of the outcome; each block counts the same.
    pub mean: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct SwitchbackQuestion<'a> {
    pub channels: &'a [String],
    pub blocks: &'a [SeenBlock],
    pub design: SwitchbackDesign,
    pub confidence: f64,
    /// The seed of the calendars that are dealt anew; without it there are none.
    pub deals: Option<u64>,
}

/// Field names are the JSON keys.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SwitchbackEffects {
    /// With an outcome.
    pub blocks: u64,
    pub strata: u64,
    pub design: &'static str,
    pub channels: Vec<ChannelEffect>,
    pub variance: &'static str,
    pub confidence: f64,
    /// How many other calendars stand behind each randomisation p.
    pub permutations: usize,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

/// The mean outcome while the channel speaks, less that while it is silent, within strata. What the
/// other channels do meanwhile is averaged over.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ChannelEffect {
    pub channel: String,
    pub blocks_on: u64,
    pub blocks_off: u64,
    /// The mean while it is silent, at the shares of the strata.
    pub mean_off: Option<f64>,
    pub estimate: Option<f64>,
    pub se: Option<f64>,
    pub df: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Two-sided, against no effect.
    pub p: Option<f64>,
    /// How often another calendar of the same design would show as much, were there no effect.
    pub randomisation_p: Option<f64>,
    /// The standard deviation of block means that this error comes from: what planning asks for.
    pub spread: Option<f64>,
    /// Why something above is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Never fails: what cannot be known is absent with its reason.
pub fn switchback_effects(question: &SwitchbackQuestion) -> SwitchbackEffects {
    let insufficient = refusal(question);
    let effect = |at: usize| match &insufficient {
        Some(reason) => ChannelEffect { reason: Some(reason.clone()), ..counted(question, at) },
        None => channel_effect(question, at),
    };
    let channels: Vec<ChannelEffect> = (0..question.channels.len()).map(effect).collect();
    let unknown = || channels.iter().find(|it| it.low.is_none())?.reason.clone();
    let insufficient = insufficient.clone().or_else(unknown);
    let few = |it: &ChannelEffect| {
        let df = it.df.filter(|df| *df < CLUSTER_DF_MIN)?;
        Some(format!(
            "{}: unreliable interval: the blocks are so few or so uneven that they count as {df:.1} degrees of freedom; from {CLUSTER_DF_MIN} on the interval holds",
            it.channel
        ))
    };
    let strata: BTreeSet<u32> = question.blocks.iter().map(|block| block.stratum).collect();
    SwitchbackEffects {
        blocks: question.blocks.len() as u64,
        strata: strata.len() as u64,
        design: question.design.name(),
        warnings: channels.iter().filter_map(few).collect(),
        channels,
        variance: "CR2",
        confidence: question.confidence,
        permutations: PERMUTATIONS,
        insufficient,
    }
}

fn refusal(question: &SwitchbackQuestion) -> Option<String> {
    let blocks = question.blocks;
    if !(0.0 < question.confidence && question.confidence < 1.0) {
        return Some("the confidence must lie between 0 and 1".to_owned());
    }
    if question.channels.is_empty() || super::PUBLIC_CHANNELS_MAX < question.channels.len() {
        return Some(format!(
            "{} channels: a switchback is of 1 to {}",
            question.channels.len(),
            super::PUBLIC_CHANNELS_MAX
        ));
    }
    if blocks
        .iter()
        .any(|block| !block.mean.is_finite() || 1 << question.channels.len() <= block.on)
    {
        return Some(
            "a block has an outcome that is not a finite number, or an unknown channel".to_owned(),
        );
    }
    (blocks.len() < CLUSTERS_MIN).then(|| {
        format!("{} blocks with an outcome; at least {CLUSTERS_MIN} are needed", blocks.len())
    })
}

fn counted(question: &SwitchbackQuestion, channel: usize) -> ChannelEffect {
    let on = question.blocks.iter().filter(|block| block.on >> channel & 1 == 1).count();
    ChannelEffect {
        channel: question.channels[channel].clone(),
        blocks_on: on as u64,
        blocks_off: (question.blocks.len() - on) as u64,
        ..ChannelEffect::default()
    }
}

fn channel_effect(question: &SwitchbackQuestion, channel: usize) -> ChannelEffect {
    let found = counted(question, channel);
    let absent = |reason: &str| ChannelEffect { reason: Some(reason.to_owned()), ..found.clone() };
    let (parts, (off, contrast)) = match question.design {
        // What the others do was dealt without looking at this one: it is part of the weather.
        SwitchbackDesign::Separate => {
            (parts(question.blocks, |on| on >> channel & 1), main_effect(1, 0))
        }
        // All combinations are there: the others' effects are taken off.
        SwitchbackDesign::Factorial => {
            (parts(question.blocks, |on| on), main_effect(question.channels.len(), channel))
        }
    };
    let fit = ClusterFit::new(&parts);
    if contrast.iter().any(|(on, _)| !fit.has(*on)) {
        return absent("a combination of channels has no block with an outcome");
    }
    if contrast.iter().any(|(on, _)| fit.single(*on)) {
        return absent("a combination of channels has only one block with an outcome");
    }
    let Some(moments) = fit.moments(&contrast) else {
        return absent("in no stratum there are blocks with and without it");
    };
    let bare = ChannelEffect {
        mean_off: fit.moments(&off).map(|it| it.estimate),
        estimate: Some(moments.estimate),
        ..found.clone()
    };
    // Equal means come out of the fit a few roundings apart.
    let level = question.blocks.iter().fold(0.0_f64, |most, block| most.max(block.mean.abs()));
    let se = moments.variance.map(f64::sqrt).filter(|se| ROUNDING * level < *se);
    let Some(se) = se.filter(|_| moments.df.is_finite()) else {
        return ChannelEffect { reason: Some(NOTHING_VARIES.to_owned()), ..bare };
    };
    let half = t_quantile(question.confidence, moments.df) * se;
    let many = DEALT_CLUSTERS_MAX < question.blocks.len();
    let deal = |seed: u64| randomisation_p(&parts, &contrast, seed.wrapping_add(channel as u64));
    ChannelEffect {
        se: Some(se),
        df: Some(moments.df),
        low: Some(moments.estimate - half),
        high: Some(moments.estimate + half),
        p: Some(t_two_sided(moments.estimate / se, moments.df)),
        randomisation_p: question.deals.and_then(deal).map(|it| it.0),
        spread: Some(se * (question.blocks.len() as f64).sqrt() / 2.0),
        reason: many.then(|| {
            format!(
                "no randomisation p: with more than {DEALT_CLUSTERS_MAX} blocks p says the same"
            )
        }),
        ..bare
    }
}

fn parts(blocks: &[SeenBlock], label: impl Fn(u32) -> u32) -> Parts {
    let part = |(cluster, block): (u32, &SeenBlock)| Part {
        cluster,
        stratum: block.stratum,
        on: label(block.on),
        weight: 1.0,
        mean: block.mean,
    };
    Parts { parts: (0..).zip(blocks).map(part).collect(), ..Parts::default() }
}

/// Weights on cells.
type Contrast = Vec<(u32, f64)>;

/// The mean of all cells without the channel, and what the same cells with it are above that.
fn main_effect(channels: usize, channel: usize) -> (Contrast, Contrast) {
    let bit = 1_u32 << channel;
    let share = 2.0 / f64::from(1_u32 << channels);
    let off: Contrast =
        (0..1 << channels).filter(|on| on & bit == 0).map(|on| (on, share)).collect();
    let contrast = off.iter().flat_map(|(on, share)| [(on | bit, *share), (*on, -share)]).collect();
    (off, contrast)
}
