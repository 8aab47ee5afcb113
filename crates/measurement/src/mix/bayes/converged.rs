//! Whether chains agree, and how many independent draws they are worth.
//!
//! Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), "Rank-normalization, folding, and
//! localization: an improved R̂ for assessing convergence of MCMC", Bayesian Analysis 16(2): split
//! chains, ranks in the place of values, and autocorrelations summed by Geyer's initial monotone
//! sequence (1992).

use crate::distribution::normal_quantile;

/// How one number was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quality {
    /// The larger of that of the values and that of their distances from the median.
    pub rhat: f64,
    /// Independent draws that the mean, and the worse of the 5 % and 95 % quantiles, are worth.
    pub ess_bulk: f64,
    pub ess_tail: f64,
    /// What the mean would move by with other draws.
    pub error_of_mean: f64,
}

/// `None` for a number that never moves, or chains too short to say.
pub(crate) fn quality(chains: &[Vec<f64>]) -> Option<Quality> {
    const DRAWS_MIN: usize = 4;
    let shortest = chains.iter().map(Vec::len).min().unwrap_or(0);
    let all: Vec<f64> = chains.iter().flatten().copied().collect();
    let moves = all.iter().any(|it| *it != all[0]);
    if shortest < DRAWS_MIN || !moves || !all.iter().all(|it| it.is_finite()) {
        return None;
    }
    let halves = split(chains);
    let ranked = normal_scores(&halves);
    let middle = quantile(&halves.concat(), 0.5);
    let folded = map(&halves, |it| (it - middle).abs());
    let rhat = rhat(&ranked).max(rhat(&normal_scores(&folded)));
    let tail = |share: f64| {
        let cut = quantile(&all, share);
        ess(&map(&halves, |it| f64::from(u8::from(it <= cut))))
    };
    let n = all.len() as f64;
    let mean = all.iter().sum::<f64>() / n;
    let variance = all.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some(Quality {
        rhat,
        ess_bulk: ess(&ranked),
        ess_tail: tail(0.05).min(tail(0.95)),
        error_of_mean: (variance / ess(&halves)).sqrt(),
    })
}

fn map(chains: &[Vec<f64>], of: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    chains.iter().map(|chain| chain.iter().map(|it| of(*it)).collect()).collect()
}

/// Each chain as two, without its middle draw where there is one.
fn split(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let halves = |chain: &Vec<f64>| {
        let half = chain.len() / 2;
        [chain[..half].to_vec(), chain[chain.len() - half..].to_vec()]
    };
    chains.iter().flat_map(halves).collect()
}

/// Of all values, the smallest for which the share is reached, straight between two of them.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted_quantile(&sorted, share)
}

pub(crate) fn sorted_quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = share * last as f64;
    let (below, rest) = (at.floor() as usize, at - at.floor());
    let above = (below + 1).min(last);
    sorted[below] + rest * (sorted[above] - sorted[below])
}

/// Values as normal quantiles of their ranks (Blom's: (r − 3/8) / (n + 1/4)); equal ones share a rank.
fn normal_scores(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut order: Vec<(f64, usize, usize)> = Vec::new();
    for (chain, values) in chains.iter().enumerate() {
        order.extend(values.iter().enumerate().map(|(draw, it)| (*it, chain, draw)));
    }
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = order.len() as f64;
    let mut scores: Vec<Vec<f64>> = chains.iter().map(|it| vec![0.0; it.len()]).collect();
    let mut first = 0;
    while first < order.len() {
        let equal = order[first..].iter().take_while(|it| it.0 == order[first].0).count();
        // Ranks count from 1.
        let rank = first as f64 + 0.5 * (equal + 1) as f64;
        let score = normal_quantile((rank - 0.375) / (n + 0.25));
        for (_, chain, draw) in &order[first..first + equal] {
            scores[*chain][*draw] = score;
        }
        first += equal;
    }
    scores
}

struct Spread {
    /// The mean variance within a chain.
    within: f64,
    /// The variance of all, as the chains together see it.
    all: f64,
}

fn spread(chains: &[Vec<f64>]) -> Spread {
    let (m, n) = (chains.len() as f64, chains[0].len() as f64);
    let means: Vec<f64> = chains.iter().map(|it| it.iter().sum::<f64>() / n).collect();
    let variance = |(chain, mean): (&Vec<f64>, &f64)| {
        chain.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0)
    };
    let within = chains.iter().zip(&means).map(variance).sum::<f64>() / m;
    let middle = means.iter().sum::<f64>() / m;
    let between = match 1.0 < m {
        true => means.iter().map(|it| (it - middle).powi(2)).sum::<f64>() / (m - 1.0),
        false => 0.0,
    };
    Spread { within, all: within * (n - 1.0) / n + between }
}

fn rhat(chains: &[Vec<f64>]) -> f64 {
    let spread = spread(chains);
    (spread.all / spread.within).sqrt()
}

/// Independent draws that correlated chains are worth.
fn ess(chains: &[Vec<f64>]) -> f64 {
    let (m, n) = (chains.len(), chains[0].len());
    let draws = (m * n) as f64;
    let spread = spread(chains);
    // As where all draws of an indicator are equal.
    if spread.within <= 0.0 || spread.within.is_nan() {
        return draws;
    }
    let centred: Vec<Vec<f64>> = chains
        .iter()
        .map(|chain| {
            let mean = chain.iter().sum::<f64>() / n as f64;
            chain.iter().map(|it| it - mean).collect()
        })
        .collect();
    // The correlation of draws `lag` apart, over all chains.
    let correlation = |lag: usize| {
        let covariance = |chain: &Vec<f64>| {
            chain[lag..].iter().zip(chain).map(|(a, b)| a * b).sum::<f64>() / n as f64
        };
        let mean = centred.iter().map(covariance).sum::<f64>() / m as f64;
        1.0 - (spread.within - mean) / spread.all
    };
    let tau = correlation_time(n, correlation);
    // Anticorrelated draws are worth more than independent ones, within reason.
    draws / tau.max(1.0 / draws.log10())
}

/// One and twice the sum of the correlations up to where they drown in noise: pairs of them that are
/// above 0 and fall, and half of the first that does not.
fn correlation_time(n: usize, correlation: impl Fn(usize) -> f64) -> f64 {
    let mut pairs = vec![(1.0, correlation(1))];
    let mut rest = 1.0;
    let mut lag = 2;
    while lag + 2 < n && 0.0 < pairs.last().map_or(0.0, |it| it.0 + it.1) {
        let (even, odd) = (correlation(lag), correlation(lag + 1));
        rest = even;
        pairs.push((even, odd));
        lag += 2;
    }
    // The last one is the one that fell below 0, or where the chain ends.
    pairs.pop();
    let mut before = f64::INFINITY;
    let mut tau = -1.0 + rest.max(0.0);
    for (even, odd) in pairs {
        before = before.min(even + odd);
        tau += 2.0 * before;
    }
    tau
}
