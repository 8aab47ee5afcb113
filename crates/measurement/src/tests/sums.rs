//! Sums kept as people come, are corrected and merge must equal sums over the people.

use proptest::prelude::*;

use crate::{RawCovariate, RawSums, Sums};

/// Amounts with many zeros, an offset that would ruin raw sums, and a covariate.
fn persons() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let amount = prop_oneof![Just(0.0), -50.0..500.0, Just(1.0)];
    prop::collection::vec((amount, -10.0..10.0), 0..40)
}

fn pushed(persons: &[(f64, f64)]) -> Sums {
    let mut sums = Sums::default();
    persons.iter().for_each(|&(y, x)| sums.push_with(y, x));
    sums
}

/// Two passes, straight from the definitions.
fn obvious(persons: &[(f64, f64)]) -> [f64; 8] {
    let n = persons.len() as f64;
    let mean = persons.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_x = persons.iter().map(|p| p.1).sum::<f64>() / n;
    let moment = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        persons.iter().map(|(y, x)| of(y - mean, x - mean_x)).sum()
    };
    let nonzero = persons.iter().filter(|p| p.0 != 0.0).count() as f64;
    let second = moment(&|y, _| y * y);
    let third = moment(&|y, _| y * y * y);
    [n, mean, second, third, nonzero, mean_x, moment(&|_, x| x * x), moment(&|y, x| x * y)]
}

fn assert_obvious(sums: &Sums, persons: &[(f64, f64)]) {
    assert_obvious_after(sums, persons, 0.0);
}

/// `largest` is a value that was there once: what it left by rounding stays.
fn assert_obvious_after(sums: &Sums, persons: &[(f64, f64)], largest: f64) {
    if persons.is_empty() {
        return assert_eq!(sums.n, 0);
    }
    let x = sums.covariate.expect("pushed with a covariate");
    let (m3, nonzero) = (sums.m3.expect("known"), sums.nonzero.expect("known") as f64);
    let got = [sums.n as f64, sums.mean, sums.m2, m3, nonzero, x.mean, x.m2, x.cross];
    let scale: f64 = persons.iter().map(|p| p.0.abs()).fold(largest.max(10.0), f64::max);
    for (i, (got, expected)) in got.iter().zip(obvious(persons)).enumerate() {
        let room = 1e-10 * persons.len() as f64 * scale.powi(3);
        assert!((got - expected).abs() <= room, "moment {i}: {got} is not {expected}");
    }
}

proptest! {
    #[test]
    fn merged_sums_are_the_sums_of_all(left in persons(), right in persons()) {
        let all: Vec<(f64, f64)> = left.iter().chain(&right).copied().collect();
        let mut merged = pushed(&left);
        merged.merge(&pushed(&right));
        assert_obvious(&merged, &all);
        assert_obvious(&pushed(&all), &all);
    }

    #[test]
    fn corrected_sums_are_the_sums_of_the_corrected(
        mut persons in persons(),
        corrections in prop::collection::vec((any::<prop::sample::Index>(), 0.0..900.0_f64), 0..20),
    ) {
        let mut sums = pushed(&persons);
        let mut largest = persons.iter().map(|it| it.0.abs()).fold(0.0, f64::max);
        for (index, new) in corrections {
            if persons.is_empty() { break; }
            let person = &mut persons[index.index(sums.n as usize)];
            sums.replace_with(person.0, new, person.1);
            person.0 = new;
            largest = largest.max(new);
        }
        assert_obvious_after(&sums, &persons, largest);
    }

    #[test]
    fn raw_sums_are_centred(persons in persons()) {
        let sum = |of: fn(&(f64, f64)) -> f64| persons.iter().map(of).sum::<f64>();
        let raw = RawSums {
            n: persons.len() as u64,
            sum_y: sum(|p| p.0),
            sum_y2: sum(|p| p.0 * p.0),
            sum_y3: Some(sum(|p| p.0.powi(3))),
            nonzero: Some(persons.iter().filter(|p| p.0 != 0.0).count() as u64),
            covariate: Some(RawCovariate {
                sum_x: sum(|p| p.1),
                sum_x2: sum(|p| p.1 * p.1),
                sum_xy: sum(|p| p.0 * p.1),
            }),
        };
        assert_obvious(&Sums::from_raw(&raw).expect("they are sums of numbers"), &persons);
    }
}

#[test]
fn a_large_offset_does_not_cost_the_variance() {
    let sums = Sums::of(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]);
    assert_eq!(sums.variance(), Some(1.0));
}

#[test]
fn impossible_raw_sums_are_refused() {
    let raw = RawSums { n: 10, sum_y: 100.0, sum_y2: 10.0, ..RawSums::default() };
    assert!(Sums::from_raw(&raw).is_err_and(|error| error.contains("sum_y2")));
    let raw = RawSums { n: 0, sum_y: 1.0, ..RawSums::default() };
    assert!(Sums::from_raw(&raw).is_err());
    let raw = RawSums { n: 3, sum_y: f64::NAN, ..RawSums::default() };
    assert!(Sums::from_raw(&raw).is_err());
}

#[test]
fn zeros_and_ones_are_known_as_such() {
    assert!(Sums::of(&[0.0, 1.0, 1.0]).is_binary());
    assert!(!Sums::of(&[0.0, 0.5, 1.5]).is_binary());
    let raw = RawSums { n: 5, sum_y: 2.0, sum_y2: 2.0, ..RawSums::default() };
    assert_eq!(Sums::from_raw(&raw).expect("sums of 0 and 1").nonzero, Some(2));
    let raw = RawSums { n: 5, sum_y: 2.0, sum_y2: 3.0, ..RawSums::default() };
    assert_eq!(Sums::from_raw(&raw).expect("sums of amounts").nonzero, None);
}
