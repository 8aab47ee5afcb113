//! Intervals hold the truth as often as they say, where rates differ as a known beta distribution.

use super::super::slow;
use super::super::truth::Chance;
use super::{ask, beta, drawn, person};
use crate::Observed;

/// Misses below and above: of single people's parts, of their index, of the mean of all.
#[derive(Default)]
struct Misses {
    person: [f64; 3],
    index: [f64; 3],
    everybody: [f64; 3],
}

fn count(misses: &mut [f64; 3], low: f64, high: f64, truth: f64) {
    misses[0] += f64::from(u8::from(high < truth));
    misses[1] += f64::from(u8::from(truth < low));
    misses[2] += 1.0;
}

/// Two parts of many people, many times; three of the people are looked at each time.
fn study(tries: u64, people: u32, [a, b]: [f64; 2], most: u64) -> Misses {
    let mut misses = Misses::default();
    for seed in 0..tries {
        let mut chance = Chance::new(seed);
        let mut truths = Vec::new();
        let mut observed: Vec<Observed> = Vec::new();
        for number in 0..people {
            let rates = [beta(&mut chance, a, b), beta(&mut chance, 4.0, 4.0)];
            let parts = rates.map(|rate| drawn(&mut chance, rate, most));
            observed.push(person(number, &parts));
            truths.push(rates);
        }
        let found = ask(&observed);
        for (it, truth) in found.people(&observed[..3]).iter().zip(&truths) {
            let part = it.parts[0].expect("evidence");
            count(&mut misses.person, part.low, part.high, truth[0]);
            let index = 0.5 * (truth[0] + truth[1]);
            count(&mut misses.index, it.index.low, it.index.high, index);
        }
        let all = found.levels[0].parts[0].rate;
        count(&mut misses.everybody, all.low, all.high, a / (a + b));
    }
    for it in [&mut misses.person, &mut misses.index, &mut misses.everybody] {
        it[0] /= it[2];
        it[1] /= it[2];
    }
    misses
}

const KINDS: [(&str, [f64; 2], u64); 5] = [
    ("usual", [2.0, 6.0], 20),
    ("rare", [0.3, 6.0], 20),
    ("alike", [30.0, 20.0], 10),
    ("apart", [0.5, 0.4], 8),
    ("one occasion or two", [2.0, 2.0], 2),
];

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    for (name, shapes, most) in KINDS {
        let (tries, people, room, tail) =
            if slow() { (2_000, 300, 0.015, 0.012) } else { (20, 120, 0.12, 0.1) };
        let it = study(tries, people, shapes, most);
        for (what, [below, above, _]) in
            [("person", it.person), ("index", it.index), ("everybody", it.everybody)]
        {
            let off = (below + above - 0.05).abs();
            assert!(off <= room, "{name}, {what}: {below} and {above}");
            let worst = (below - 0.025).abs().max((above - 0.025).abs());
            assert!(worst <= tail, "{name}, {what}: {below} and {above}");
        }
    }
}

#[test]
fn with_few_people_intervals_are_as_good_as_the_manual_says() {
    let (tries, room) = if slow() { (2_000, 0.0) } else { (20, 0.12) };
    for (name, shapes, most) in KINDS {
        let it = study(tries, 30, shapes, most);
        for [below, above, _] in [it.person, it.index, it.everybody] {
            assert!(0.005 - room <= below + above && below + above <= 0.09 + room, "{name}");
        }
    }
}
