//! The smallest effect that a number of blocks lets be seen, and the blocks that an effect needs.

use serde::Serialize;

use super::{SwitchbackDesign, TIME_BLOCKS_MAX, TimeBlock};
use crate::distribution::t_quantile;
use crate::leverage::CLUSTERS_MIN;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisibleQuestion {
    pub channels: usize,
    pub design: SwitchbackDesign,
    /// The standard deviation of block means within a stratum.
    pub spread: f64,
    /// How many blocks would show this?
    pub effect: Option<f64>,
    pub alpha: f64,
    pub power: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Visible {
    /// Of one channel.
    pub smallest_effect: f64,
    /// For the effect that was asked for, in strata as long as those of the calendar; absent where
    /// the longest calendar would not do.
    pub blocks_needed: Option<usize>,
}

/// The error says which number makes no sense.
pub fn switchback_visible(
    calendar: &[TimeBlock],
    question: &VisibleQuestion,
) -> Result<Visible, String> {
    check(question)?;
    let strata: Vec<&[TimeBlock]> = calendar.chunk_by(|a, b| a.stratum == b.stratum).collect();
    // Blocks on and off of a stratum say n p (1 − p) about the first channel: for the others, as
    // much or one more or less.
    let information = |blocks: &[TimeBlock]| {
        let on = blocks.iter().filter(|block| block.on & 1 == 1).count() as f64;
        on * (blocks.len() as f64 - on) / blocks.len() as f64
    };
    let known: f64 = strata.iter().map(|blocks| information(blocks)).sum();
    let df = calendar.len() as f64 - strata.len() as f64 - taken(question);
    let size = calendar.len() as f64 / strata.len().max(1) as f64;
    let at = |blocks: usize| {
        let blocks = blocks as f64;
        smallest(question, blocks / 4.0, blocks - (blocks / size).ceil() - taken(question))
    };
    // Calendars end with a stratum.
    let ends = (1..=TIME_BLOCKS_MAX).map(|strata| (strata as f64 * size).ceil() as usize);
    let mut possible = ends.filter(|blocks| (CLUSTERS_MIN..=TIME_BLOCKS_MAX).contains(blocks));
    let enough = |effect: f64| possible.find(|blocks| at(*blocks) <= effect.abs());
    Ok(Visible {
        smallest_effect: smallest(question, known, df),
        blocks_needed: question.effect.and_then(enough),
    })
}

/// The columns beside the strata that the fit takes.
fn taken(question: &VisibleQuestion) -> f64 {
    match question.design {
        SwitchbackDesign::Separate => 1.0,
        SwitchbackDesign::Factorial => f64::from((1_u32 << question.channels) - 1),
    }
}

/// The usual sum of two quantiles, of Student: a normal one would promise too much of few blocks.
fn smallest(question: &VisibleQuestion, information: f64, df: f64) -> f64 {
    if df < 1.0 || information <= 0.0 {
        return f64::INFINITY;
    }
    let quantiles =
        t_quantile(1.0 - question.alpha, df) + t_quantile(2.0 * question.power - 1.0, df);
    quantiles * question.spread / information.sqrt()
}

fn check(question: &VisibleQuestion) -> Result<(), String> {
    let inside = |x: f64| 0.0 < x && x < 1.0;
    let complaint = match question {
        VisibleQuestion { spread, .. } if !(0.0 < *spread && spread.is_finite()) => {
            "the spread of block means must be above 0"
        }
        VisibleQuestion { effect: Some(effect), .. } if *effect == 0.0 || !effect.is_finite() => {
            "the effect to be seen must not be 0"
        }
        VisibleQuestion { alpha, .. } if !inside(*alpha) => "alpha must lie between 0 and 1",
        VisibleQuestion { power, .. } if !(0.5..1.0).contains(power) => {
            "the power must lie between 0.5 and 1"
        }
        _ => return Ok(()),
    };
    Err(complaint.to_owned())
}
