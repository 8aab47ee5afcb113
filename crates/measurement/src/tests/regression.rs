//! The regression over sums against least squares over persons.

use super::truth::{Chance, channels, normal_cells};
use crate::cell::sets_up_to;
use crate::{Cell, Question, Source, Sums, leverage};

/// One person: the cell and the outcome.
type Person = (u32, f64);

/// Least squares on 0/1 products over persons with HC2, by Gauss and Jordan. Slow and obvious.
fn least_squares(persons: &[Person], columns: &[u32]) -> Vec<(f64, f64)> {
    let p = columns.len();
    let row = |on: u32| -> Vec<f64> {
        columns.iter().map(|set| f64::from(u8::from(set & !on == 0))).collect()
    };
    let mut gram = vec![vec![0.0; 2 * p]; p];
    let mut moment = vec![0.0; p];
    for (on, y) in persons {
        let x = row(*on);
        for i in 0..p {
            (0..p).for_each(|j| gram[i][j] += x[i] * x[j]);
            moment[i] += x[i] * y;
        }
    }
    (0..p).for_each(|i| gram[i][p + i] = 1.0);
    for i in 0..p {
        let most = (i..p).max_by(|a, b| gram[*a][i].abs().total_cmp(&gram[*b][i].abs()));
        gram.swap(i, most.expect("not empty"));
        let pivot = gram[i][i];
        gram[i].iter_mut().for_each(|value| *value /= pivot);
        let pivot_row = gram[i].clone();
        for (_, other) in gram.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = other[i];
            other.iter_mut().zip(&pivot_row).for_each(|(value, by)| *value -= factor * by);
        }
    }
    let inverse: Vec<Vec<f64>> = gram.into_iter().map(|row| row[p..].to_vec()).collect();
    let times = |x: &[f64]| -> Vec<f64> {
        inverse.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
    };
    let beta = times(&moment);
    let mut variance = vec![0.0; p];
    for (on, y) in persons {
        let x = row(*on);
        let influence = times(&x);
        let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let (residual, hat) = (y - dot(&x, &beta), dot(&x, &influence));
        for (sum, by) in variance.iter_mut().zip(&influence) {
            *sum += (by * residual).powi(2) / (1.0 - hat);
        }
    }
    beta.into_iter().zip(variance.into_iter().map(f64::sqrt)).collect()
}

/// Unequal cells with everything in the outcome, `missing` cells without people.
fn persons(k: usize, missing: &[u32], seed: u64) -> Vec<Person> {
    let mut chance = Chance::new(seed);
    let mut persons = Vec::new();
    for on in (0..1 << k).filter(|on| !missing.contains(on)) {
        for _ in 0..2 + (on * 7 + 3) % 5 {
            persons.push((on, 3.0 + f64::from(on) + 2.0 * chance.normal()));
        }
    }
    persons
}

fn cells(persons: &[Person]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for (on, y) in persons {
        if cells.last().is_none_or(|cell| cell.on != *on) {
            cells.push(Cell { on: *on, sums: Sums::default() });
        }
        cells.last_mut().expect("just pushed").sums.push(*y);
    }
    cells
}

fn check_against_persons(k: usize, missing: &[u32], order: usize) {
    let persons = persons(k, missing, 11);
    let mut columns = sets_up_to(k, order);
    columns.insert(0, 0);
    let expected = least_squares(&persons, &columns);
    let (names, cells) = (channels(k), [cells(&persons)]);
    let question = Question { order: Some(order), ..Question::new(&names, &cells) };
    let report = leverage(&question);
    assert_eq!(report.order, order);
    assert_eq!(report.interactions.len(), columns.len() - 1);
    for ((row, set), (beta, se)) in
        report.interactions.iter().zip(&columns[1..]).zip(&expected[1..])
    {
        if set.count_ones() == 1 {
            assert_eq!(row.source, Source::Cells, "singles never rest on the assumption");
            continue;
        }
        assert_eq!(row.source, Source::Regression);
        let close = |got: Option<f64>, expected: f64| {
            let got = got.expect("identified");
            assert!(
                (got - expected).abs() < 1e-9 * (1.0 + expected.abs()),
                "{set:b}: {got} {expected}"
            );
        };
        close(row.estimate.estimate, *beta);
        close(row.estimate.se, *se);
    }
    // Fair credit is what its dividends say.
    for share in &report.shapley {
        let of = columns[1..].iter().zip(&expected[1..]);
        let bit = names.iter().position(|name| *name == share.channel).expect("a channel");
        let with = of.filter(|(set, _)| *set >> bit & 1 == 1);
        let credit: f64 = with.map(|(set, (beta, _))| beta / f64::from(set.count_ones())).sum();
        let got = share.estimate.estimate.expect("identified");
        assert!((got - credit).abs() < 1e-9 * (1.0 + credit.abs()), "{}", share.channel);
    }
}

#[test]
fn sums_give_what_persons_give() {
    check_against_persons(3, &[], 2);
    check_against_persons(4, &[], 2);
    check_against_persons(4, &[], 3);
    check_against_persons(4, &[0b1011, 0b0110], 2);
    check_against_persons(5, &[0b11011, 0b00110, 0b01101], 3);
}

#[test]
fn with_a_missing_cell_what_cells_can_say_is_from_cells() {
    let persons = persons(3, &[0b011], 5);
    let report = leverage(&Question::new(&channels(3), &[cells(&persons)]));
    assert!(report.leverage.estimate.is_some(), "none, singles and all are filled");
    let of = |channels: &[&str]| {
        report.interactions.iter().find(|row| row.channels == channels).expect("listed")
    };
    assert_eq!(of(&["email", "content"]).source, Source::Cells);
    let pair = of(&["email", "social"]);
    assert_eq!(pair.source, Source::Regression);
    assert!(pair.estimate.estimate.is_some(), "identified if the triple adds nothing");
    let triple = of(&["email", "social", "content"]);
    assert_eq!(triple.estimate.estimate, None);
    assert_eq!(triple.estimate.reason.as_deref(), Some("no people in cell `email+social`"));
    assert!(report.warnings.iter().any(|warning| warning.contains("more than 2 channels")));
}

#[test]
fn aliased_interactions_are_not_reported() {
    // Half of a 2^4: cells with an even number of channels. Each pair stands for its complement.
    let odd: Vec<u32> = (0..16_u32).filter(|on| on.count_ones() % 2 == 1).collect();
    let report = leverage(&Question::new(&channels(4), &[cells(&persons(4, &odd, 5))]));
    assert!(report.interactions.iter().all(|row| row.estimate.estimate.is_none()));
    assert_eq!(report.leverage.reason.as_deref(), Some("no people in cell `email`"));
    assert!(report.insufficient.is_some());
}

#[test]
fn seven_channels_are_covered_by_the_regression() {
    let truth = [(0, 1.0), (1, 0.5), (0b11, 0.6), (0b101, -0.4), (0b111, 0.5)];
    let sizes: Vec<(u32, u64)> = (0..128).map(|on| (on, 4 + u64::from(on % 3))).collect();
    let (names, reps) = (channels(7), 500);
    let (mut covered, mut triple, mut own_cells) = (0, 0, 0.0);
    for seed in 0..reps as u64 {
        let cells = [normal_cells(&sizes, &truth, seed)];
        let report = leverage(&Question::new(&names, &cells));
        assert_eq!(report.order, 3);
        let row = |set: &[&str]| {
            &report.interactions.iter().find(|row| row.channels == set).expect("listed").estimate
        };
        let hit = |set: &[&str], truth: f64| {
            row(set).low.is_some_and(|low| low <= truth)
                && row(set).high.is_some_and(|high| truth <= high)
        };
        covered += usize::from(hit(&["email", "social"], 0.6));
        triple += usize::from(hit(&["email", "social", "content"], 0.5));
        own_cells += row(&["email", "social"]).se.expect("identified");
    }
    // 500 repetitions have a standard error of 1 %.
    let near = |hits: usize| (hits as f64 / reps as f64 - 0.95).abs() <= 0.03;
    assert!(near(covered) && near(triple), "{covered} and {triple} of {reps}");
    // The four cells of a pair alone have 4 people each: se about (1 + 1.5² ·2 + 2²)^½ / 2 = 1.5.
    assert!(own_cells / (reps as f64) < 1.0, "people of all cells are used: {own_cells}");
}
