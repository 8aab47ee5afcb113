//! What is estimated: how many people a person brings, and how uneven that is among those who do.

use super::claims::Claims;
use super::{BROUGHT_MIN, InfluenceQuestion, InfluenceRate, Standing, TopShare};
use crate::chance::Chance;
use crate::distribution::t_quantile;

/// With fewer bringers a tenth of them is no group.
pub(crate) const BRINGERS_MIN: usize = 100;
/// From here on intervals of 95 % hold the share of the top tenth in 93 to 95 of 100 cases where
/// values are lognormal with σ up to 1 (91 for 1.5); fewer have seen too little of the largest.
pub(crate) const BRINGERS_STATED: u64 = 1_000;

/// People brought so far, per person known.
pub(crate) fn per_person(standing: &[Standing], question: &InfluenceQuestion) -> InfluenceRate {
    let counts: Vec<f64> = standing.iter().map(|it| it.brought).collect();
    rate(&counts, None, question.confidence)
}

/// How many people those who were brought bring within `window` of being brought themselves: the
/// cohort reproduction number (Fraser 2007, *PLoS ONE* 2(8) e758), over a window. Whoever
/// came too late to have had all of it is left out, which per person known is not possible.
pub(crate) fn reproduction(
    claims: &Claims,
    window: f64,
    question: &InfluenceQuestion,
) -> InfluenceRate {
    let known = |time: f64| time.is_finite().then_some(time);
    let times = claims.counted.iter().filter_map(|it| known(it.time));
    let Some(end) = times.reduce(f64::max) else {
        let reason = Some("the times are not known".to_owned());
        return InfluenceRate { window: Some(window), reason, ..InfluenceRate::default() };
    };
    let mut since = vec![f64::INFINITY; claims.people];
    for it in &claims.counted {
        let since = &mut since[it.referred as usize];
        *since = since.min(it.time);
    }
    let mut brought = vec![0.0; claims.people];
    for it in &claims.counted {
        let referrer = it.referrer as usize;
        if it.time <= since[referrer] + window {
            brought[referrer] += it.share;
        }
    }
    let counts: Vec<f64> = brought
        .iter()
        .zip(&since)
        .filter(|(_, since)| **since <= end - window)
        .map(|(brought, _)| *brought)
        .collect();
    rate(&counts, Some(window), question.confidence)
}

/// Where fewer people weigh as much as all who bring, nobody can say how far chance reaches.
const DF_MIN: f64 = 4.0;

/// The mean with the error from the counts' own spread, so that nothing is assumed of how uneven
/// people are, and an interval on the logarithmic scale, because few bring many.
fn rate(counts: &[f64], window: Option<f64>, confidence: f64) -> InfluenceRate {
    let n = counts.len() as f64;
    let total: f64 = counts.iter().sum();
    let mut found = InfluenceRate { n: counts.len() as u64, window, ..InfluenceRate::default() };
    if counts.len() < 2 || total < BROUGHT_MIN as f64 {
        found.reason = Some(format!(
            "{} people brought {} others; at least {BROUGHT_MIN} others are needed",
            counts.len(),
            total.round()
        ));
        return found;
    }
    let mean = total / n;
    let square: f64 = counts.iter().map(|it| (it - mean).powi(2)).sum();
    let se = (square / (n - 1.0) / n).sqrt();
    // The error is itself estimated, from those who bring: as many as their squares weigh.
    let weight: f64 = counts.iter().map(|it| it * it).sum();
    let heavy: f64 = counts.iter().map(|it| it.powi(4)).sum();
    let df = weight * weight / heavy - 1.0;
    if df < DF_MIN {
        found.reason =
            Some(format!("a few of the {} people brought most of the others", counts.len()));
        return found;
    }
    let factor = (t_quantile(confidence, df) * se / mean).exp();
    found.estimate = Some(mean);
    found.se = Some(se);
    (found.low, found.high) = (Some(mean / factor), Some(mean * factor));
    found
}

/// The share of all direct value that the top tenth of the bringers brought, with an error by
/// bootstrap over bringers (Efron 1979) and an interval on the logit scale.
pub(crate) fn top_tenth(standing: &[Standing], question: &InfluenceQuestion) -> TopShare {
    let brings = standing.iter().filter(|it| 0.0 < it.brought);
    let mut values: Vec<f64> = brings.map(|it| it.direct).collect();
    let mut found = TopShare { n: values.len() as u64, ..TopShare::default() };
    let total: f64 = values.iter().sum();
    if values.len() < BRINGERS_MIN {
        found.reason = Some(format!(
            "{} people brought somebody; at least {BRINGERS_MIN} are needed to speak of a tenth",
            values.len()
        ));
        return found;
    }
    if values.iter().any(|it| *it < 0.0) || total <= 0.0 {
        found.reason = Some("a share needs values from 0 on, and some above".to_owned());
        return found;
    }
    values.sort_by(|a, b| b.total_cmp(a));
    let estimate = share_of_top(&values, |_| 1, values.len());
    found.estimate = Some(estimate);
    let draws = (DRAWN_MAX / values.len()).clamp(DRAWS_MIN, DRAWS);
    let mut chance = Chance::new(question.seed);
    let mut times = vec![0_u32; values.len()];
    let mut logits = Vec::with_capacity(draws);
    for _ in 0..draws {
        times.fill(0);
        for _ in 0..values.len() {
            times[chance.below(values.len())] += 1;
        }
        let share = share_of_top(&values, |i| times[i], values.len());
        logits.push((share / (1.0 - share)).ln());
    }
    let mean = logits.iter().sum::<f64>() / draws as f64;
    let square: f64 = logits.iter().map(|it| (it - mean).powi(2)).sum();
    let se = (square / (draws as f64 - 1.0)).sqrt();
    if !se.is_finite() {
        found.reason = Some("a tenth of the bringers brought everything".to_owned());
        return found;
    }
    // A sample's top is lower than the people's from whom it is drawn, and so is the top of what is
    // drawn from the sample: by as much, as far as one can tell (the bootstrap's own estimate of bias).
    let center = 2.0 * (estimate / (1.0 - estimate)).ln() - mean;
    let reach = t_quantile(question.confidence, draws as f64 - 1.0) * se;
    let share = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    found.se = Some(se * estimate * (1.0 - estimate));
    (found.low, found.high) = (Some(share(center - reach)), Some(share(center + reach)));
    found
}

/// Enough for an error within 2 % of itself.
const DRAWS: usize = 1_000;
/// Enough for an error within 10 % of itself, where many people are drawn each time.
const DRAWS_MIN: usize = 50;
/// Draws of single people in all: a fraction of a second.
const DRAWN_MAX: usize = 20_000_000;

/// Of values in falling order, each there so many times; a person at the edge counts in part.
fn share_of_top(values: &[f64], times: impl Fn(usize) -> u32, people: usize) -> f64 {
    let mut room = people as f64 / 10.0;
    let (mut top, mut total) = (0.0, 0.0);
    for (i, value) in values.iter().enumerate() {
        let here = f64::from(times(i));
        let inside = here.min(room);
        room -= inside;
        top += inside * value;
        total += here * value;
    }
    top / total
}
