//! Whether data like these come out of the model: the posterior predictive check (Gelman, Meng and
//! Stern 1996).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::converged::sorted_quantile;
use super::density::Work;
use super::describe::thinned;
use super::model::Model;
use super::prior::normal_cdf;
use super::sample::{Drawn, Sampling};
use crate::distribution::normal_quantile;
use crate::mix::report::Predictive;

/// More would say no more of a share of weeks.
const DRAWS: usize = 400;

/// What came of the check.
pub(crate) struct Checked {
    pub predictive: Predictive,
    /// The share of rows that would lie in the middle 50 % if the model were right: a little more than
    /// half, as the model was fitted to these rows.
    pub expected_50: f64,
    /// The share of variance that the mean explains.
    pub r_squared: f64,
}

/// Coverage of the rows, how often the model's own data have a statistic as large as the data's, and
/// the share of variance that the mean explains.
pub(crate) fn predictive(model: &Model, drawn: &Drawn, sampling: &Sampling) -> Checked {
    let mut random = ChaCha8Rng::seed_from_u64(sampling.seed);
    // One that no chain has.
    random.set_stream(sampling.chains as u64 + 1);
    let mut normal = || loop {
        let share: f64 = random.random();
        if 0.0 < share {
            return normal_quantile(share);
        }
    };
    let rows = model.outcome.len();
    let mut work = Work::new(model);
    let mut drawn_rows: Vec<Vec<f64>> = vec![Vec::new(); rows];
    let mut mean = vec![0.0; rows];
    let (mut memory, mut largest, mut count) = (0.0, 0.0, 0.0);
    let (mut squares, mut noise_squares) = (vec![0.0; rows], 0.0);
    let top = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for draw in thinned(drawn, DRAWS) {
        model.forward_from(draw, &mut work);
        let sigma = work.numbers.sigma;
        let noise: Vec<f64> = (0..rows).map(|_| sigma * normal()).collect();
        let error: Vec<f64> =
            model.outcome.iter().zip(&work.expected).map(|(y, it)| y - it).collect();
        let replicated: Vec<f64> =
            work.expected.iter().zip(&noise).map(|(it, noise)| it + noise).collect();
        let share = |holds: bool| f64::from(u8::from(holds));
        memory += share(correlation(&error, model.weeks) <= correlation(&noise, model.weeks));
        largest += share(top(&model.outcome) <= top(&replicated));
        count += 1.0;
        mean.iter_mut().zip(&work.expected).for_each(|(sum, it)| *sum += it);
        squares.iter_mut().zip(&work.expected).for_each(|(sum, it)| *sum += it * it);
        noise_squares += sigma * sigma;
        drawn_rows.iter_mut().zip(replicated).for_each(|(all, it)| all.push(it));
    }
    drawn_rows.iter_mut().for_each(|it| it.sort_by(f64::total_cmp));
    let inside = |width: f64| {
        let tail = 0.5 - 0.5 * width;
        let holds = |(y, all): &(&f64, &Vec<f64>)| {
            sorted_quantile(all, tail) <= **y && **y <= sorted_quantile(all, 1.0 - tail)
        };
        model.outcome.iter().zip(&drawn_rows).filter(holds).count() as f64 / rows as f64
    };
    let middle = model.outcome.iter().sum::<f64>() / rows as f64;
    let all: f64 = model.outcome.iter().map(|it| (it - middle).powi(2)).sum();
    let left: f64 = model.outcome.iter().zip(&mean).map(|(y, it)| (y - it / count).powi(2)).sum();
    let predictive = Predictive {
        inside_50: inside(0.5),
        inside_90: inside(0.9),
        memory_p: memory / count,
        largest_p: largest / count,
    };
    let spread = |(squares, mean): (&f64, &f64)| squares / count - (mean / count).powi(2);
    let fitted: f64 = squares.iter().zip(&mean).map(spread).sum::<f64>() / rows as f64;
    Checked {
        predictive,
        expected_50: in_the_middle(fitted / (noise_squares / count)),
        r_squared: 1.0 - left / all,
    }
}

/// The share of rows in the middle half of their predictions, when what is expected of a row varies
/// by this share of the noise: the errors of a fit are smaller than the noise by as much as it took
/// from them, and the predictions wider.
fn in_the_middle(share: f64) -> f64 {
    const HALF: f64 = 0.674_489_750_196_081_7;
    // Beyond, the fit goes through nearly every row.
    let share = share.clamp(0.0, 0.9);
    1.0 - 2.0 * normal_cdf(-HALF * ((1.0 + share) / (1.0 - share)).sqrt())
}

/// Of each row with the one before it in its region.
fn correlation(errors: &[f64], weeks: usize) -> f64 {
    let (mut together, mut all) = (0.0, 0.0);
    for region in errors.chunks_exact(weeks) {
        together += region.windows(2).map(|it| it[0] * it[1]).sum::<f64>();
        all += region.iter().map(|it| it * it).sum::<f64>();
    }
    if 0.0 < all { together / all } else { 0.0 }
}
