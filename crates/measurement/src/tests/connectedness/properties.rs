//! What must hold for all evidence.

use proptest::prelude::*;

use super::{ask, evidence, person};
use crate::{BetaPrior, Evidence, EvidenceTally, Observed};

fn some() -> impl Strategy<Value = Evidence> {
    (0..40_u64, 0..=100_u64).prop_map(|(of, percent)| evidence((of * percent + 50) / 100, of))
}

fn people() -> impl Strategy<Value = Vec<Observed>> {
    let one = (some(), some()).prop_map(|(a, b)| [a, b]);
    prop::collection::vec(one, 10..60)
        .prop_map(|all| all.iter().enumerate().map(|(i, parts)| person(i as u32, parts)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_lies_between_0_and_1_and_estimates_within_their_intervals(people in people()) {
        let found = ask(&people);
        let rows = found.people(&people);
        let parts = rows.iter().flat_map(|it| it.parts.iter().flatten());
        let levels = found.levels.iter().flat_map(|it| it.parts.iter().map(|part| &part.rate));
        let indices = rows.iter().map(|it| &it.index);
        let all = indices.chain(parts).chain(levels).chain(found.levels.iter().map(|it| &it.index));
        for it in all {
            prop_assert!(0.0 <= it.low && it.low <= it.estimate, "{:?}", it);
            prop_assert!(it.estimate <= it.high && it.high <= 1.0, "{:?}", it);
            prop_assert!(it.se.is_finite());
        }
        if let Some(prior) = found.parts.first().and_then(|it| Some((it.mean?, it.weight?))) {
            prop_assert!(0.0 < prior.0.estimate && prior.0.estimate < 1.0);
            let total: f64 = found.parts.iter().filter_map(|it| it.weight).sum();
            prop_assert!((total - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_person_lies_between_their_own_rate_and_everybodys(people in people(), own in some()) {
        let tally = EvidenceTally::of(people.iter().map(|it| it.evidence[0]));
        let Some(prior) = BetaPrior::fit(&tally) else { return Ok(()) };
        let (drawn, all) = (prior.mean_given(own), prior.mean());
        let rate = if own.of == 0 { all } else { own.yes as f64 / own.of as f64 };
        prop_assert!(rate.min(all) - 1e-12 <= drawn && drawn <= rate.max(all) + 1e-12);
        // Ten times the same evidence is drawn less, and known better.
        let more = evidence(10 * own.yes, 10 * own.of);
        prop_assert!((prior.mean_given(more) - rate).abs() <= (drawn - rate).abs() + 1e-12);
        if (rate - all).abs() < 0.1 {
            prop_assert!(prior.variance_given(more) <= prior.variance_given(own) + 1e-12);
        }
    }

    #[test]
    fn neither_the_order_of_rows_nor_their_parting_matters(people in people(), at in 0..50_usize) {
        let whole = ask(&people);
        // Everybody's evidence in two rows, the rows in another order.
        let mut parted: Vec<Observed> = Vec::new();
        for it in &people {
            let (mut one, mut other) = (*it, *it);
            for part in 0..2 {
                let Evidence { yes, of } = it.evidence[part];
                let first = evidence(yes / 2, yes / 2 + (of - yes) / 2);
                one.evidence[part] = first;
                other.evidence[part] = evidence(yes - first.yes, of - first.of);
            }
            parted.push(one);
            parted.insert(0, other);
        }
        parted.rotate_left(at % people.len());
        prop_assert_eq!(ask(&parted), whole);
    }

    #[test]
    fn tallies_merge_to_the_tally_of_all(people in people(), at in 0..60_usize) {
        let evidence: Vec<Evidence> = people.iter().map(|it| it.evidence[0]).collect();
        let (first, rest) = evidence.split_at(at.min(evidence.len()));
        let mut merged = EvidenceTally::of(first.iter().copied());
        merged.merge(&EvidenceTally::of(rest.iter().copied()));
        let whole = EvidenceTally::of(evidence);
        prop_assert_eq!(BetaPrior::fit(&merged), BetaPrior::fit(&whole));
        prop_assert_eq!(merged, whole);
    }
}
