//! The index of people, groups and periods; what cannot be known.

use super::super::truth::Chance;
use super::{ask, beta, drawn, evidence, person};
use crate::{ConnectednessQuestion, Evidence, Observed, PARTS, Part, connectedness};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn people_without_evidence_are_like_everybody_and_less_known() {
    let mut chance = Chance::new(1);
    let mut one = || {
        let rate = beta(&mut chance, 2.0, 4.0);
        drawn(&mut chance, rate, 30)
    };
    let mut people: Vec<Observed> = (0..200).map(|i| person(i, &[one()])).collect();
    people.push(person(200, &[]));
    let found = ask(&people);
    let rows = found.people(&people);
    let unknown = rows[200].parts[0].expect("a part");
    let mean = found.parts[0].mean.expect("known").estimate;
    assert!((unknown.estimate - mean).abs() < 1e-12);
    assert!(rows[..200].iter().all(|it| it.index.se < unknown.se));
    assert_eq!((found.people, found.parts[0].people), (201, 200));
}

#[test]
fn groups_and_periods_have_their_own_means() {
    let mut chance = Chance::new(2);
    let mut people = Vec::new();
    for i in 0..2_000 {
        for period in 0..2_u32 {
            let group = i % 2;
            let center = [0.2, 0.6][group as usize] + 0.1 * f64::from(period);
            let rate = beta(&mut chance, 10.0 * center, 10.0 * (1.0 - center));
            let mut it = person(i, &[drawn(&mut chance, rate, 4)]);
            (it.group, it.period) = (Some(group), Some(period));
            people.push(it);
        }
    }
    let (groups, periods) = (names(&["new", "old"]), names(&["spring", "summer"]));
    let question = ConnectednessQuestion {
        groups: &groups,
        periods: &periods,
        ..ConnectednessQuestion::default()
    };
    let found = connectedness(&people, &question);
    let told: Vec<(Option<&str>, Option<&str>)> =
        found.levels.iter().map(|it| (it.group.as_deref(), it.period.as_deref())).collect();
    let expected = [
        (None, None, 0.45),
        (Some("new"), None, 0.25),
        (Some("old"), None, 0.65),
        (None, Some("spring"), 0.4),
        (None, Some("summer"), 0.5),
        (Some("new"), Some("spring"), 0.2),
        (Some("old"), Some("spring"), 0.6),
        (Some("new"), Some("summer"), 0.3),
        (Some("old"), Some("summer"), 0.7),
    ];
    assert_eq!(told, expected.map(|it| (it.0, it.1)));
    for (level, (_, _, truth)) in found.levels.iter().zip(expected) {
        // Four errors: nine looks at once. A mean of what was drawn to the middle would be far off.
        let off = (level.index.estimate - truth).abs();
        assert!(off < 4.0 * level.index.se && level.index.se < 0.02, "{level:?}");
    }
}

#[test]
fn weights_are_open_and_only_of_known_parts() {
    let mut chance = Chance::new(3);
    let mut draw = |rate: f64| drawn(&mut chance, rate, 20);
    let people: Vec<Observed> = (0..300).map(|i| person(i, &[draw(0.2), draw(0.8)])).collect();
    let mut weights = [0.0; PARTS];
    weights[0] = 30.0;
    weights[1] = 10.0;
    weights[5] = 1e9;
    let question = ConnectednessQuestion { weights, ..ConnectednessQuestion::default() };
    let found = connectedness(&people, &question);
    let of: Vec<(Part, f64)> =
        found.parts.iter().filter_map(|it| Some((it.part, it.weight?))).collect();
    assert_eq!(of, [(Part::Useful, 0.75), (Part::Welcome, 0.25)]);
    let index = found.levels[0].index.estimate;
    assert!((index - 0.35).abs() < 0.02, "{index}");
    for none in [[0.0; PARTS], [f64::NAN; PARTS], [-1.0; PARTS]] {
        let question = ConnectednessQuestion { weights: none, ..Default::default() };
        let found = connectedness(&people, &question);
        assert_eq!(found.insufficient.as_deref(), Some("no known part has a weight above 0"));
        assert!(found.levels.is_empty() && found.people(&people).is_empty());
    }
}

#[test]
fn when_all_did_the_same_nothing_is_taken_to_be_certain() {
    for (yes, of) in [(0, 10), (10, 10), (0, 1), (1, 1)] {
        let people: Vec<Observed> = (0..100).map(|i| person(i, &[evidence(yes, of)])).collect();
        let found = ask(&people);
        assert!(found.warnings.iter().any(|it| it.contains("can hardly be told")), "{yes} of {of}");
        let (all, one) = (found.levels[0].index, found.people(&people[..1])[0].index);
        for it in [all, one] {
            assert!(1e-4 < it.high - it.low, "{yes} of {of}: {it:?}");
            assert!(0.0 < it.estimate && it.estimate < 1.0);
            let rate = yes as f64 / of as f64;
            assert!((it.estimate - rate).abs() < 0.05, "{yes} of {of}: {it:?}");
        }
    }
}

#[test]
fn too_little_is_said_and_not_guessed() {
    let reason = |people: &[Observed]| ask(people).insufficient.expect("not enough");
    assert_eq!(reason(&[]), "nobody has any evidence");
    assert_eq!(reason(&[person(1, &[])]), "nobody has any evidence");
    let few: Vec<Observed> = (0..9).map(|i| person(i, &[evidence(1, 2)])).collect();
    assert!(reason(&few).contains("useful: 9 people have evidence; at least 10"));
    assert!(Evidence::new(3, 2).is_err());
    // What cannot be is left out, not believed.
    let mut odd: Vec<Observed> = (0..20).map(|i| person(i, &[evidence(1, 2)])).collect();
    odd[0].evidence[0] = Evidence { yes: 3, of: 2 };
    assert_eq!(ask(&odd).parts[0].people, 19);
}

#[test]
fn numbers_beyond_all_bounds_are_no_harm() {
    let mut people: Vec<Observed> =
        (0..50).map(|i| person(i, &[evidence(u64::from(i) << 40, 1 << 46)])).collect();
    people.push(person(50, &[evidence(u64::MAX, u64::MAX)]));
    let found = ask(&people);
    assert!(found.levels.iter().all(|it| it.index.estimate.is_finite()), "{found:?}");
}
