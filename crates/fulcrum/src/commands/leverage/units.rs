//! Rows of people into sums by cell, by several threads: what the command does and the benchmark
//! measures.

use measurement::{Sums, WideSums};
use tables::{Blocks, Column, FastRow, TableError};

/// What is read of each row.
pub struct UnitColumns {
    /// 0 or 1 each. The first is the lowest bit of the cell.
    pub channels: Vec<Column>,
    /// Finite numbers.
    pub numbers: Vec<Column>,
}

/// Folds each row's cell and numbers, which stand in the order of `columns`, into what `new` makes;
/// the row is there for columns of other kinds. What comes out does not depend on `threads`, because
/// blocks are cut by the text alone and merged in its order.
pub fn fold<A>(
    blocks: Blocks,
    columns: &UnitColumns,
    threads: usize,
    new: impl Fn() -> A + Sync,
    each: impl Fn(&mut A, u32, &[f64], &FastRow) -> Result<(), TableError> + Sync,
    mut merge: impl FnMut(A, u64) -> Result<(), TableError> + Send,
) -> Result<u64, TableError> {
    blocks.fold(
        threads,
        || (new(), vec![0.0; columns.numbers.len()]),
        |(sum, numbers), row| {
            let mut on = 0;
            for (bit, column) in columns.channels.iter().enumerate() {
                on |= u32::from(row.binary(*column)?) << bit;
            }
            for (number, column) in numbers.iter_mut().zip(&columns.numbers) {
                *number = row.number(*column)?;
            }
            each(sum, on, numbers, row)
        },
        |(sum, _), bytes| merge(sum, bytes),
    )
}

/// What grows person by person and merges.
pub trait Grow: Clone + Send {
    fn add(&mut self, y: f64, covariates: &[f64]);
    fn take(&mut self, other: &Self);
}

impl Grow for Sums {
    fn add(&mut self, y: f64, covariates: &[f64]) {
        match covariates.first() {
            Some(x) => self.push_with(y, *x),
            None => self.push(y),
        }
    }

    fn take(&mut self, other: &Sums) {
        self.merge(other);
    }
}

impl Grow for WideSums {
    fn add(&mut self, y: f64, covariates: &[f64]) {
        self.push(y, covariates);
    }

    fn take(&mut self, other: &WideSums) {
        self.merge(other);
    }
}

/// Indexed by cell: there are at most 4,096, and each row needs one.
#[derive(Clone)]
pub struct CellSums<S> {
    pub sums: Vec<S>,
    /// The same people without the cap; empty where there is none.
    pub uncapped: Vec<S>,
}

impl<S: Grow> CellSums<S> {
    fn new(empty: S, channels: usize, capped: bool) -> CellSums<S> {
        let sums = vec![empty; 1 << channels];
        CellSums { uncapped: if capped { sums.clone() } else { Vec::new() }, sums }
    }

    fn add(&mut self, on: u32, numbers: &[f64], cap: Option<f64>) {
        let cell = on as usize;
        let &[y, ref covariates @ ..] = numbers else { return };
        self.sums[cell].add(cap.map_or(y, |cap| y.min(cap)), covariates);
        if let Some(sums) = self.uncapped.get_mut(cell) {
            sums.add(y, covariates);
        }
    }

    fn merge(&mut self, other: &CellSums<S>) {
        let both = |all: &mut [S], other: &[S]| {
            all.iter_mut().zip(other).for_each(|(all, other)| all.take(other));
        };
        both(&mut self.sums, &other.sums);
        both(&mut self.uncapped, &other.uncapped);
    }
}

/// The sums of all cells. The first of the numbers is the outcome, and the second, if there is one,
/// the covariate. `progress` is told the bytes that are done.
pub fn sums(
    blocks: Blocks,
    columns: &UnitColumns,
    cap: Option<f64>,
    threads: usize,
    progress: impl FnMut(u64) + Send,
) -> Result<CellSums<Sums>, TableError> {
    grown(blocks, columns, cap, threads, progress, Sums::default())
}

/// As [`sums`], with any number of covariates after the outcome.
pub fn wide_sums(
    blocks: Blocks,
    columns: &UnitColumns,
    cap: Option<f64>,
    threads: usize,
    progress: impl FnMut(u64) + Send,
) -> Result<CellSums<WideSums>, TableError> {
    let covariates = columns.numbers.len().saturating_sub(1);
    grown(blocks, columns, cap, threads, progress, WideSums::new(covariates))
}

fn grown<S: Grow + Sync>(
    blocks: Blocks,
    columns: &UnitColumns,
    cap: Option<f64>,
    threads: usize,
    mut progress: impl FnMut(u64) + Send,
    empty: S,
) -> Result<CellSums<S>, TableError> {
    let new = || CellSums::new(empty.clone(), columns.channels.len(), cap.is_some());
    let mut all = new();
    fold(
        blocks,
        columns,
        threads,
        new,
        |sum, on, numbers, _| {
            sum.add(on, numbers, cap);
            Ok(())
        },
        |sum, bytes| {
            all.merge(&sum);
            progress(bytes);
            Ok(())
        },
    )?;
    Ok(all)
}

#[cfg(test)]
mod tests;
