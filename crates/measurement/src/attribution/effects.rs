//! Removal and net effects of all channels with their variances.
//!
//! The variance is that of the delta method for a Markov chain: the rows of the transition matrix
//! are independent multinomials, each of as many draws as its state was left (Anderson and Goodman
//! 1957, Ann. Math. Stat. 28(1)). An effect changes with the chance of a step by visits before it
//! times the chance to convert after it, so one more solution per channel gives all derivatives.

use super::chain::Chain;
use super::removal::{Played, Scenario, Unsettled, play};
use super::sweep::LANES;

/// States times channels up to here have variances: 32 MB for each of five such tables.
const CELLS_MAX: usize = 4_000_000;

/// All effects of one chain, by channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    pub removal: Vec<f64>,
    /// The same for value; empty where nothing of value happened.
    pub removal_value: Vec<f64>,
    pub net: Vec<f64>,
    /// None where the chain has too many states.
    pub variances: Option<Variances>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Variances {
    pub removal: Vec<f64>,
    pub net: Vec<f64>,
    /// Of the removal effect over the sum of all removal effects.
    pub share: Vec<f64>,
}

/// Solves the chain once without change, and twice without each channel.
pub(super) fn effects(chain: &Chain, channels: usize) -> Result<Effects, Unsettled> {
    let wanted = chain.states() * channels.next_multiple_of(LANES) <= CELLS_MAX;
    let scenario = |redistributed: bool| {
        move |channel: u32| Scenario { removed: vec![channel], redistributed }
    };
    let whole = play(chain, &[Scenario::default()], channels, wanted)?;
    let removal: Vec<Scenario> = (0..channels as u32).map(scenario(false)).collect();
    let net: Vec<Scenario> = (0..channels as u32).map(scenario(true)).collect();
    let (base, base_value) = (whole.conversion[0], whole.value[0]);
    let mut found = Effects::default();
    let mut kept = Vec::new();
    let mut net_variances = Vec::new();
    for batch in removal.chunks(LANES) {
        let played = play(chain, batch, channels, wanted)?;
        for lane in 0..batch.len() {
            found.removal.push((1.0 - played.conversion[lane] / base).clamp(0.0, 1.0));
            if 0.0 < base_value {
                let left = 1.0 - played.value[lane] / base_value;
                found.removal_value.push(left.clamp(0.0, 1.0));
            }
        }
        if wanted {
            kept.push(played);
        }
    }
    for batch in net.chunks(LANES) {
        let played = play(chain, batch, channels, wanted)?;
        found.net.extend((0..batch.len()).map(|lane| 1.0 - played.conversion[lane] / base));
        if wanted {
            let rows = Rows { chain, whole: &whole, played: std::slice::from_ref(&played) };
            net_variances.extend_from_slice(&rows.variances().own[..batch.len()]);
        }
    }
    if wanted {
        let all = Rows { chain, whole: &whole, played: &kept }.variances();
        let share = shares(&found.removal, &all);
        let mut removal = all.own;
        removal.truncate(channels);
        found.variances = Some(Variances { removal, net: net_variances, share });
    }
    Ok(found)
}

/// The chance of losing a conversion when all of these channels are taken out, per set.
pub(super) fn joint_removal(chain: &Chain, sets: &[Vec<u32>]) -> Result<Vec<f64>, Unsettled> {
    let whole = play(chain, &[Scenario::default()], sets.len(), false)?;
    let scenarios: Vec<Scenario> = sets
        .iter()
        .map(|removed| Scenario { removed: removed.clone(), redistributed: false })
        .collect();
    let mut found = Vec::with_capacity(sets.len());
    for batch in scenarios.chunks(LANES) {
        let played = play(chain, batch, sets.len(), false)?;
        found.extend((0..batch.len()).map(|lane| {
            let left = played.conversion[lane] / whole.conversion[0];
            (1.0 - left).clamp(0.0, 1.0)
        }));
    }
    Ok(found)
}

/// Variance of each effect over the sum of all, by the delta method once more.
fn shares(effects: &[f64], all: &Sums) -> Vec<f64> {
    let total: f64 = effects.iter().sum();
    let one = |(channel, effect): (usize, &f64)| {
        let share = effect / total;
        let variance =
            all.own[channel] - 2.0 * share * all.with_total[channel] + share * share * all.total;
        variance.max(0.0) / (total * total)
    };
    effects.iter().enumerate().map(one).collect()
}

/// Variances of effects, covariances with their sum, and the sum's own variance.
struct Sums {
    own: Vec<f64>,
    with_total: Vec<f64>,
    total: f64,
}

/// The rows of the transition matrix with what each entry does to each effect.
struct Rows<'a> {
    chain: &'a Chain,
    whole: &'a Played,
    played: &'a [Played],
}

/// One effect's derivative by the entry in hand, and over the row its mean, square and product with
/// the total of all effects.
#[derive(Clone, Copy, Default)]
struct Moments {
    derivative: f64,
    mean: f64,
    square: f64,
    product: f64,
}

impl Rows<'_> {
    fn variances(&self) -> Sums {
        let channels = self.played.len() * LANES;
        let mut sums =
            Sums { own: vec![0.0; channels], with_total: vec![0.0; channels], total: 0.0 };
        let mut row = vec![[Moments::default(); LANES]; self.played.len()];
        let start =
            |lane: usize, played: &Played| (played.start_factor[lane], played.conversion[lane]);
        self.row(&mut row, &mut sums, self.chain.people, 1.0, self.starts(), start);
        for state in 0..self.chain.states() {
            let here = |lane: usize, played: &Played| {
                (played.flow[state][lane], played.converts[state][lane])
            };
            let visits = self.whole.flow[state][0];
            self.row(
                &mut row,
                &mut sums,
                self.chain.visits[state],
                visits,
                self.steps(state),
                here,
            );
        }
        sums
    }

    fn starts(&self) -> impl Iterator<Item = (Option<usize>, f64)> {
        self.chain.start.iter().enumerate().map(|(state, p)| (Some(state), *p))
    }

    /// Where one goes from the state, with probability; none is the conversion. Null counts for
    /// nothing.
    fn steps(&self, state: usize) -> impl Iterator<Item = (Option<usize>, f64)> {
        let steps = self.chain.forward.of(state).map(|(to, p)| (Some(to), p));
        steps.chain(std::iter::once((None, self.chain.conversion[state])))
    }

    /// Adds one row of the matrix, which was drawn from `draws` times. `here` gives the flow into
    /// the row and the chance to convert from it.
    fn row(
        &self,
        row: &mut [[Moments; LANES]],
        sums: &mut Sums,
        draws: f64,
        visits: f64,
        steps: impl Iterator<Item = (Option<usize>, f64)>,
        here: impl Fn(usize, &Played) -> (f64, f64),
    ) {
        let base = self.whole.conversion[0];
        row.fill([Moments::default(); LANES]);
        let (mut total_mean, mut total_square) = (0.0, 0.0);
        for (to, probability) in steps.filter(|step| 0.0 < step.1) {
            let whole = visits * to.map_or(1.0, |to| self.whole.converts[to][0]);
            let mut total = 0.0;
            for (played, moments) in self.played.iter().zip(row.iter_mut()) {
                for (lane, moments) in moments.iter_mut().enumerate() {
                    let (flow, own) = here(lane, played);
                    // Who would have come to what is out does as the others here do.
                    let after = to.map_or(1.0, |to| {
                        played.converts[to][lane] + played.elsewhere[to][lane] * own
                    });
                    let left = played.conversion[lane] / base;
                    moments.derivative = (left * whole - flow * after) / base;
                    total += moments.derivative;
                }
            }
            for moments in row.iter_mut().flatten() {
                let weighted = probability * moments.derivative;
                moments.mean += weighted;
                moments.square += weighted * moments.derivative;
                moments.product += weighted * total;
            }
            total_mean += probability * total;
            total_square += probability * total * total;
        }
        sums.total += (total_square - total_mean * total_mean).max(0.0) / draws;
        for (at, moments) in row.iter().flatten().enumerate() {
            let mean = moments.mean;
            sums.own[at] += (moments.square - mean * mean).max(0.0) / draws;
            sums.with_total[at] += (moments.product - mean * total_mean) / draws;
        }
    }
}
