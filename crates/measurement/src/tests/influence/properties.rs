//! What must hold for every set of claims, against definitions that are slow and obvious.

use proptest::prelude::*;

use super::referral;
use crate::{ClaimRule, InfluenceQuestion, Referral, influence};

const PEOPLE: usize = 9;

fn claims() -> impl Strategy<Value = Vec<Referral>> {
    let time = prop::option::of(0..6_u8).prop_map(|it| it.map(f64::from));
    let claim = (0..PEOPLE, 0..PEOPLE, time).prop_map(|(a, b, time)| referral(a, b, time));
    prop::collection::vec(claim, 0..25)
}

fn rule() -> impl Strategy<Value = ClaimRule> {
    prop_oneof![Just(ClaimRule::First), Just(ClaimRule::Equal)]
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((0..100_u8).prop_map(f64::from), PEOPLE)
}

/// PageRank by its definition: the whole system, dangling people and all, by elimination.
fn solved_densely(edges: &[(usize, usize)], seed: &[f64], damping: f64) -> Vec<f64> {
    let n = seed.len();
    let total: f64 = seed.iter().sum();
    let mut rows = vec![vec![0.0; n + 1]; n];
    for (i, row) in rows.iter_mut().enumerate() {
        row[i] = 1.0;
        row[n] = (1.0 - damping) * seed[i] / total;
    }
    for from in 0..n {
        let out: Vec<usize> = edges.iter().filter(|it| it.0 == from).map(|it| it.1).collect();
        for (to, row) in rows.iter_mut().enumerate() {
            let there = out.iter().filter(|it| **it == to).count() as f64;
            let step = if out.is_empty() { seed[to] / total } else { there / out.len() as f64 };
            row[from] -= damping * step;
        }
    }
    for i in 0..n {
        let largest = |a: &usize, b: &usize| rows[*a][i].abs().total_cmp(&rows[*b][i].abs());
        let pivot = (i..n).max_by(largest).expect("a row");
        rows.swap(i, pivot);
        let used = rows[i].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = row[i] / used[i];
            row.iter_mut().zip(&used).for_each(|(a, b)| *a -= factor * b);
        }
    }
    (0..n).map(|i| rows[i][n] / rows[i][i]).collect()
}

fn ask(claims: &[Referral], values: &[f64], rule: ClaimRule) -> crate::Influence {
    let question = InfluenceQuestion { rule, ..InfluenceQuestion::default() };
    influence(values.len(), claims, Some(values), &question)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs())
}

proptest! {
    #[test]
    fn no_value_is_made_or_lost(claims in claims(), values in values(), rule in rule()) {
        let found = ask(&claims, &values, rule);
        prop_assert!(near(found.value.direct, found.value.of_brought));
        prop_assert!(found.value.of_brought <= found.value.total + 1e-9);
        let brought: f64 = found.standing.iter().map(|it| it.brought).sum();
        prop_assert!(near(brought, found.brought as f64));
        let out = found.left_out;
        let lost = out.itself + out.repeated + out.later + out.circular + out.stranger;
        prop_assert!(lost + found.brought <= found.referrals);
        // Each further step leaves at most half, so that all of them leave less than direct value.
        prop_assert!(found.value.indirect <= found.value.direct + 1e-9);
        if rule == ClaimRule::First && claims.iter().all(|it| it.time.is_some()) {
            prop_assert!(found.generations < PEOPLE as u64);
        }
    }

    #[test]
    fn network_influence_solves_its_equation(
        claims in claims(), values in values(), rule in rule(), damping in 0.0..0.99_f64,
    ) {
        let question = InfluenceQuestion { rule, damping, ..InfluenceQuestion::default() };
        let found = influence(PEOPLE, &claims, Some(&values), &question);
        let mut edges: Vec<(usize, usize)> = claims
            .iter()
            .filter(|it| it.referrer != it.referred)
            .map(|it| (it.referred as usize, it.referrer as usize))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        if values.iter().all(|it| *it == 0.0) {
            prop_assert!(found.standing.iter().all(|it| it.network.is_none()));
        } else {
            let expected = solved_densely(&edges, &values, damping);
            for (it, expected) in found.standing.iter().zip(expected) {
                let ours = it.network.expect("somebody has a value");
                prop_assert!((ours - expected).abs() < 1e-10, "{} {}", ours, expected);
            }
        }
    }

    #[test]
    fn the_order_of_the_rows_and_of_the_people_does_not_matter(
        claims in claims(), values in values(), rule in rule(), turn in 1..PEOPLE,
    ) {
        let found = ask(&claims, &values, rule);
        let place = |i: usize| (i + turn) % PEOPLE;
        let mut turned: Vec<Referral> = claims
            .iter()
            .map(|it| referral(place(it.referrer as usize), place(it.referred as usize), it.time))
            .collect();
        turned.reverse();
        let mut moved = vec![0.0; PEOPLE];
        (0..PEOPLE).for_each(|i| moved[place(i)] = values[i]);
        let other = ask(&turned, &moved, rule);
        prop_assert_eq!(found.left_out, other.left_out);
        for i in 0..PEOPLE {
            let (a, b) = (&found.standing[i], &other.standing[place(i)]);
            prop_assert!(near(a.direct, b.direct) && near(a.indirect, b.indirect));
            prop_assert!(near(a.descendants, b.descendants));
        }
    }

    #[test]
    fn indirect_value_is_what_all_paths_downwards_bring(
        parents in prop::collection::vec(prop::collection::btree_set(0..PEOPLE, 0..3), PEOPLE),
        values in values(),
    ) {
        // Everybody is brought by people before them, so that there are no circles.
        let mut claims = Vec::new();
        let mut share = vec![vec![0.0; PEOPLE]; PEOPLE];
        for (child, parents) in parents.iter().enumerate() {
            let before: Vec<usize> = parents.iter().copied().filter(|it| *it < child).collect();
            for parent in &before {
                claims.push(referral(*parent, child, None));
                share[*parent][child] = 1.0 / before.len() as f64;
            }
        }
        let found = ask(&claims, &values, ClaimRule::Equal);
        for person in 0..PEOPLE {
            // The mass of each person at each distance, step by step.
            let (mut mass, mut indirect) = (share[person].clone(), 0.0);
            for step in 1..PEOPLE {
                let mut next = vec![0.0; PEOPLE];
                for (i, mass) in mass.iter().enumerate() {
                    next.iter_mut().zip(&share[i]).for_each(|(to, share)| *to += mass * share);
                }
                mass = next;
                let worth: f64 = mass.iter().zip(&values).map(|(a, b)| a * b).sum();
                indirect += worth * 0.5_f64.powi(step as i32);
            }
            prop_assert!(near(found.standing[person].indirect, indirect));
        }
    }
}
