//! The slow, obvious versions: chains as maps from windows, solved by Gaussian elimination; Shapley
//! values from all subsets.

use std::collections::{BTreeMap, BTreeSet};

use crate::{PathSettings, PathWeight, Paths};

/// A path as letters, conversions and nulls.
pub type Row = (String, f64, f64);

/// Paths of one-letter channels; the value of a conversion is its path's length.
pub fn paths_of(rows: &[Row], settings: &PathSettings) -> Paths {
    let mut paths = Paths::new(settings);
    rows.iter().for_each(|row| add(&mut paths, row));
    paths
}

pub fn add(paths: &mut Paths, (path, conversions, nulls): &Row) {
    let channels: Vec<_> =
        path.bytes().map(|letter| paths.channel(&[letter]).expect("few channels")).collect();
    let value = conversions * path.len() as f64;
    let weight = PathWeight::new(*conversions, *nulls, value).expect("counts");
    paths.add(channels.into_iter(), weight);
}

/// Probabilities from state to state; states are windows, `(start)` and `(conversion)`.
pub type Matrix = BTreeMap<(String, String), f64>;

pub fn matrix(rows: &[Row], order: usize) -> Matrix {
    let mut counts = Matrix::new();
    for (path, conversions, nulls) in rows.iter().filter(|row| !row.0.is_empty()) {
        let width = order.min(path.len());
        let mut states = vec!["(start)".to_owned()];
        for at in 0..=path.len() - width {
            let window = path[at..at + width].to_owned();
            if states.last() != Some(&window) {
                states.push(window);
            }
        }
        for pair in states.windows(2) {
            *counts.entry((pair[0].clone(), pair[1].clone())).or_default() += conversions + nulls;
        }
        let last = states.last().expect("the start").clone();
        *counts.entry((last.clone(), "(conversion)".to_owned())).or_default() += conversions;
        *counts.entry((last, "(null)".to_owned())).or_default() += nulls;
    }
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for ((from, _), count) in &counts {
        *sums.entry(from.clone()).or_default() += count;
    }
    counts.retain(|_, count| 0.0 < *count);
    counts
        .into_iter()
        .map(|(key, count)| {
            let sum = sums[&key.0];
            (key, count / sum)
        })
        .collect()
}

/// The matrix without the states that contain the letter. Whoever would have come there is lost, or
/// goes where the others go; and is lost there if that leads round for ever.
pub fn without(matrix: &Matrix, letter: char, redistributed: bool) -> Matrix {
    let out = |state: &String| !state.starts_with('(') && state.contains(letter);
    let mut kept = matrix.clone();
    kept.retain(|key, _| !out(&key.0) && !out(&key.1));
    if redistributed {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for ((from, _), probability) in &kept {
            *sums.entry(from.clone()).or_default() += probability;
        }
        kept.iter_mut().for_each(|((from, _), probability)| *probability /= sums[from]);
        let mut ending = BTreeSet::from(["(conversion)".to_owned(), "(null)".to_owned()]);
        loop {
            let found = kept.keys().filter(|key| ending.contains(&key.1)).map(|key| key.0.clone());
            let more: Vec<String> = found.filter(|state| !ending.contains(state)).collect();
            if more.is_empty() {
                break;
            }
            ending.extend(more);
        }
        kept.retain(|key, _| ending.contains(&key.0) && ending.contains(&key.1));
    }
    kept
}

/// The chance of getting from the start to the conversion.
pub fn conversion(matrix: &Matrix) -> f64 {
    let from: BTreeSet<&String> = matrix.keys().map(|key| &key.0).collect();
    let states: Vec<&String> = from.into_iter().collect();
    let n = states.len();
    let get = |a: &str, b: &str| matrix.get(&(a.to_owned(), b.to_owned())).copied().unwrap_or(0.0);
    let mut a = vec![vec![0.0; n + 1]; n];
    for i in 0..n {
        for j in 0..n {
            a[i][j] = f64::from(u8::from(i == j)) - get(states[i], states[j]);
        }
        a[i][n] = get(states[i], "(conversion)");
    }
    for k in 0..n {
        let pivot = (k..n).max_by(|x, y| a[*x][k].abs().total_cmp(&a[*y][k].abs())).expect("some");
        a.swap(k, pivot);
        for i in k + 1..n {
            let by = a[i][k] / a[k][k];
            let pivot = a[k].clone();
            a[i].iter_mut().zip(pivot).for_each(|(a, pivot)| *a -= by * pivot);
        }
    }
    let mut x = vec![0.0; n];
    for k in (0..n).rev() {
        x[k] = (a[k][n] - (k + 1..n).map(|j| a[k][j] * x[j]).sum::<f64>()) / a[k][k];
    }
    let start = states.iter().position(|state| *state == "(start)");
    start.map_or(0.0, |at| x[at])
}

/// Conversions of the paths that need no channel outside the set of letters.
fn won(rows: &[Row], set: &BTreeSet<char>) -> f64 {
    let inside = |row: &&Row| !row.0.is_empty() && row.0.chars().all(|it| set.contains(&it));
    rows.iter().filter(inside).map(|row| row.1).sum()
}

/// Shapley (1953), straight from the definition over all subsets.
pub fn shapley(rows: &[Row], letters: &[char], letter: char) -> f64 {
    weighted(rows, letters, &[letter], |others, size| {
        factorial(size) * factorial(others - size) / factorial(others + 1)
    })
}

/// Grabisch and Roubens (1999), straight from the definition.
pub fn interaction(rows: &[Row], letters: &[char], pair: [char; 2]) -> f64 {
    weighted(rows, letters, &pair, |others, size| {
        factorial(size) * factorial(others - size) / factorial(others + 1)
    })
}

/// The weighted sum over all sets without these players of what the players add to the set.
fn weighted(
    rows: &[Row],
    letters: &[char],
    players: &[char],
    weight: impl Fn(usize, usize) -> f64,
) -> f64 {
    let others: Vec<char> = letters.iter().copied().filter(|it| !players.contains(it)).collect();
    let mut sum = 0.0;
    for bits in 0..1_u32 << others.len() {
        let set: BTreeSet<char> =
            others.iter().enumerate().filter(|it| bits >> it.0 & 1 == 1).map(|it| *it.1).collect();
        let mut added = 0.0;
        for inner in 0..1_u32 << players.len() {
            let mut with = set.clone();
            with.extend(
                players.iter().enumerate().filter(|it| inner >> it.0 & 1 == 1).map(|it| *it.1),
            );
            let sign = if (players.len() as u32 - inner.count_ones()).is_multiple_of(2) {
                1.0
            } else {
                -1.0
            };
            added += sign * won(rows, &with);
        }
        sum += weight(others.len(), set.len()) * added;
    }
    sum
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|it| it as f64).product()
}
