//! Intervals hold the truth as often as they say, where people bring others at a known rate.

use super::super::slow;
use super::super::truth::Chance;
use super::referral;
use crate::{InfluenceQuestion, Referral, influence};

/// A count with this mean whose rate is gamma with this shape over people (negative binomial).
fn count(chance: &mut Chance, mean: f64, shape: u32) -> usize {
    // An Erlang rate, then a Poisson count by its waiting times.
    let rate: f64 =
        (0..shape).map(|_| -(1.0 - chance.uniform()).ln()).sum::<f64>() * mean / f64::from(shape);
    let mut at = -(1.0 - chance.uniform()).ln();
    let mut count = 0;
    while at < rate {
        count += 1;
        at -= (1.0 - chance.uniform()).ln();
    }
    count
}

/// `seeds` people who came by themselves; everybody brings within a day, for `days` days.
fn market(chance: &mut Chance, seeds: usize, days: usize, mean: f64) -> (usize, Vec<Referral>) {
    let (mut people, mut referrals) = (seeds, Vec::new());
    let mut latest: Vec<usize> = (0..seeds).collect();
    for day in 0..days {
        let mut next = Vec::new();
        for &person in &latest {
            for _ in 0..count(chance, mean, 1) {
                referrals.push(referral(person, people, Some(day as f64)));
                next.push(people);
                people += 1;
            }
        }
        latest = next;
    }
    (people, referrals)
}

/// How often the interval lies below, and above, of so many tries.
fn misses(tries: u64, truth: f64, ask: impl Fn(u64) -> Option<(f64, f64)>) -> [f64; 3] {
    let (mut below, mut above, mut told) = (0.0, 0.0, 0.0);
    for seed in 0..tries {
        let Some((low, high)) = ask(seed) else { continue };
        told += 1.0;
        below += f64::from(u8::from(high < truth));
        above += f64::from(u8::from(truth < low));
    }
    [below / told, above / told, told]
}

fn reproduction(tries: u64, seeds: usize, mean: f64) -> [f64; 3] {
    misses(tries, mean, |seed| {
        let (people, referrals) = market(&mut Chance::new(seed), seeds, 4, mean);
        let question = InfluenceQuestion { window: Some(1.0), ..InfluenceQuestion::default() };
        let found = influence(people, &referrals, None, &question).reproduction?;
        found.low.zip(found.high)
    })
}

fn top_tenth(tries: u64, bringers: usize, spread: f64) -> [f64; 3] {
    let beyond = crate::distribution::normal_quantile(0.9);
    // Of a lognormal, the tenth at the top has Φ(σ − z) of all.
    let truth = 1.0 - 0.5 * crate::distribution::t_two_sided(spread - beyond, 1e9);
    let truth = if spread < beyond { 1.0 - truth } else { truth };
    misses(tries, truth, |seed| {
        let mut chance = Chance::new(seed);
        let referrals: Vec<Referral> =
            (0..bringers).map(|i| referral(2 * i, 2 * i + 1, None)).collect();
        let values: Vec<f64> =
            (0..2 * bringers).map(|_| (spread * chance.normal()).exp()).collect();
        let question = InfluenceQuestion { seed, ..InfluenceQuestion::default() };
        let found = influence(2 * bringers, &referrals, Some(&values), &question).top_tenth;
        found.low.zip(found.high)
    })
}

#[test]
fn how_many_a_person_brings_is_held_by_its_interval() {
    let (tries, room) = if slow() { (2_000, 0.015) } else { (200, 0.04) };
    for (seeds, mean) in [(100, 0.8), (100, 1.2), (300, 0.8), (300, 1.2)] {
        let [below, above, told] = reproduction(tries, seeds, mean);
        let told_often = 0.98 * tries as f64 <= told;
        assert!(told_often, "{seeds} {mean}: {told}");
        assert!((below + above - 0.05).abs() <= room, "{seeds} {mean}: {below} {above}");
    }
    // Few who bring: rather too wide.
    let [below, above, _] = reproduction(tries, 300, 0.3);
    assert!(below + above <= 0.05 + room, "{below} {above}");
}

#[test]
fn the_share_of_the_top_tenth_is_held_where_it_is_said_to_be() {
    let (tries, more) = if slow() { (2_000, 0.0) } else { (20, 0.15) };
    // The heavier the tail, the less of it has been seen.
    for (spread, room) in [(0.5, 0.02 + more), (1.0, 0.025 + more), (1.5, 0.045 + more)] {
        let [below, above, told] = top_tenth(tries, 1_000, spread);
        assert_eq!(told, tries as f64);
        assert!((below + above - 0.05).abs() <= room, "{spread}: {below} {above}");
    }
}

#[test]
fn who_had_no_time_to_bring_anybody_is_not_counted() {
    // Everybody known counts in the plain mean, which is therefore under 1 whatever happens.
    let (people, referrals) = market(&mut Chance::new(1), 200, 6, 1.5);
    let question = InfluenceQuestion { window: Some(1.0), ..InfluenceQuestion::default() };
    let found = influence(people, &referrals, None, &question);
    assert!(found.per_person.high.expect("enough people") < 1.1);
    assert!(1.3 < found.reproduction.and_then(|it| it.low).expect("enough people"));
}

#[test]
fn the_same_seed_gives_the_same_interval() {
    let ask = |seed: u64| {
        let mut chance = Chance::new(3);
        let referrals: Vec<Referral> = (0..200).map(|i| referral(2 * i, 2 * i + 1, None)).collect();
        let values: Vec<f64> = (0..400).map(|_| chance.normal().exp()).collect();
        let question = InfluenceQuestion { seed, ..InfluenceQuestion::default() };
        influence(400, &referrals, Some(&values), &question).top_tenth
    };
    assert_eq!(ask(1), ask(1));
    assert_ne!(ask(1), ask(2));
}
