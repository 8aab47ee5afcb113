//! The columns of the model, which of them cannot be told apart, and what each of them adds up to.

use super::MixQuestion;
use super::Named;
use super::filter::{Place, Series, fit};
use super::least_squares::Dependent;
use super::report::Synergy;

/// The columns of the model. Direct: the intercept and the controls. Carried: efforts and products.
pub(crate) struct Design<'a> {
    pub question: &'a MixQuestion<'a>,
    pub direct: Vec<Vec<f64>>,
    pub carried: Vec<Vec<f64>>,
    /// The pairs whose products are among the carried.
    pub pairs: Vec<(usize, usize)>,
}

impl<'a> Design<'a> {
    pub fn new(question: &'a MixQuestion<'a>) -> Design<'a> {
        let mut direct = vec![vec![1.0; question.outcome.len()]];
        direct.extend(question.controls.iter().map(|it| it.values.clone()));
        let efforts = |it: &Named| -> Vec<f64> {
            it.values.iter().map(|spend| question.effort.of(*spend)).collect()
        };
        let mut carried: Vec<Vec<f64>> = question.media.iter().map(efforts).collect();
        let product = |&(a, b): &(usize, usize)| -> Vec<f64> {
            carried[a].iter().zip(&carried[b]).map(|(a, b)| a * b).collect()
        };
        let products: Vec<Vec<f64>> = question.synergy.iter().map(product).collect();
        carried.extend(products);
        Design { question, direct, carried, pairs: question.synergy.to_vec() }
    }

    pub fn series(&self) -> Series<'_> {
        Series { outcome: self.question.outcome, direct: &self.direct, carried: &self.carried }
    }

    /// Synergies whose products are made up of other columns go; media and controls cannot.
    pub fn leave_out_what_cannot_be_told(&mut self) -> Result<Vec<Synergy>, String> {
        let mut left_out = Vec::new();
        // Nothing carried over and rows as they are: what is dependent here, is.
        let plain = Place { carry: 0.0, share: 0.5 };
        while let Err(dependent) = fit(&self.series(), plain) {
            let Dependent { column, .. } = dependent;
            let first_product = self.direct.len() + self.question.media.len();
            let reason = self.why(&dependent);
            match column.checked_sub(first_product) {
                None => return Err(reason),
                Some(pair) => {
                    let (a, b) = self.pairs.remove(pair);
                    self.carried.remove(self.question.media.len() + pair);
                    left_out.push(self.unknown_synergy(a, b, reason));
                }
            }
        }
        Ok(left_out)
    }

    fn why(&self, dependent: &Dependent) -> String {
        let name = self.name(dependent.column);
        let of: Vec<String> = dependent.of.iter().map(|it| self.name(*it)).collect();
        match of.as_slice() {
            [] => match dependent.column.checked_sub(self.direct.len() + self.question.media.len())
            {
                None => format!("{name} is 0 in every row"),
                Some(pair) => {
                    let (a, b) = self.pairs[pair];
                    let media = &self.question.media;
                    format!("`{}` and `{}` never ran in the same row", media[a].name, media[b].name)
                }
            },
            [only] if dependent.of == [0] => {
                debug_assert!(!only.is_empty());
                format!("{name} is the same in every row")
            }
            [only] => {
                format!("{name} is {only} in another unit: their effects cannot be told apart")
            }
            [first @ .., last] => format!(
                "{name} is made up of {} and {last}: their effects cannot be told apart",
                first.join(", ")
            ),
        }
    }

    /// For messages.
    fn name(&self, column: usize) -> String {
        let (media, controls) = (&self.question.media, &self.question.controls);
        if column == 0 {
            return "the constant".to_owned();
        }
        if column < self.direct.len() {
            return format!("`{}`", controls[column - 1].name);
        }
        let carried = column - self.direct.len();
        if carried < media.len() {
            return format!("`{}`", media[carried].name);
        }
        let (a, b) = self.pairs[carried - media.len()];
        format!("`{}*{}`", media[a].name, media[b].name)
    }

    pub fn unknown_synergy(&self, a: usize, b: usize, reason: String) -> Synergy {
        Synergy {
            media: [a, b].map(|it| self.question.media[it].name.clone()),
            mean: None,
            sd: None,
            low: None,
            high: None,
            p: None,
            p_holm: None,
            contribution: None,
            positive: None,
            reason: Some(reason),
        }
    }

    pub fn columns(&self) -> usize {
        self.direct.len() + self.carried.len()
    }

    /// Where the coefficient of medium `i`, or of pair `i`, is.
    pub fn medium(&self, i: usize) -> usize {
        self.direct.len() + i
    }

    pub fn pair(&self, i: usize) -> usize {
        self.direct.len() + self.question.media.len() + i
    }

    pub fn only(&self, column: usize) -> Vec<f64> {
        (0..self.columns()).map(|it| f64::from(u8::from(it == column))).collect()
    }

    /// The sum over the rows of what a unit coefficient of each carried column brings.
    pub fn totals(&self, carry: f64) -> Vec<f64> {
        let mut totals = vec![0.0; self.direct.len()];
        totals.extend(self.carried.iter().map(|efforts| {
            let (mut state, mut total) = (0.0, 0.0);
            for effort in efforts {
                state = carry * state + effort;
                total += state;
            }
            total
        }));
        totals
    }

    /// Weights for the medium, and for the pairs that it is in.
    pub fn of_medium(&self, medium: usize, totals: &[f64], own: f64, shared: f64) -> Vec<f64> {
        let mut weights = vec![0.0; self.columns()];
        weights[self.medium(medium)] = own * totals[self.medium(medium)];
        for (i, (a, b)) in self.pairs.iter().enumerate() {
            if *a == medium || *b == medium {
                weights[self.pair(i)] = shared * totals[self.pair(i)];
            }
        }
        weights
    }

    /// Weights of the long run for spends per row.
    pub fn long_run(
        &self,
        carry: f64,
        spend: &[f64],
        of: impl Fn(usize, usize) -> f64,
    ) -> Vec<f64> {
        let efforts: Vec<f64> = spend.iter().map(|it| self.question.effort.of(*it)).collect();
        let mut weights = vec![0.0; self.columns()];
        for (i, effort) in efforts.iter().enumerate() {
            weights[self.medium(i)] = of(i, i) * effort / (1.0 - carry);
        }
        for (i, (a, b)) in self.pairs.iter().enumerate() {
            weights[self.pair(i)] = of(*a, *b) * efforts[*a] * efforts[*b] / (1.0 - carry);
        }
        weights
    }

    pub fn mean_spend(&self) -> Vec<f64> {
        let n = self.question.outcome.len() as f64;
        self.question.media.iter().map(|it| it.values.iter().sum::<f64>() / n).collect()
    }
}
