//! The measurement panel: shares, nesting, stability, and what is never withheld.

use super::cases::{candidate, time};
use crate::panel::{assign, reassign, shares, withheld, withholds};
use crate::*;
use model::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const PERSONS: u64 = 100_000;

fn panel(design: Design, k: usize) -> Panel {
    Panel {
        share: 1.0,
        inside_all_on: 0.05,
        design,
        channels: Channel::ALL[..k].to_vec(),
        rule: Rule::Withhold,
        window: Span::days(28),
        epoch: 1,
        shares: 0,
    }
}

fn key() -> ChanceKey {
    ChanceKey([7; 32])
}

#[test]
fn the_shares_of_each_design_are_those_of_the_declared_ratios() {
    let check = |design, k, expected: &[(u16, f64)]| {
        let shares = shares(design, k);
        assert_eq!(shares.len(), expected.len(), "{design:?} {k}");
        for ((cell, share), (expected_cell, expected)) in shares.iter().zip(expected) {
            assert_eq!(cell, expected_cell);
            assert!((share - expected).abs() < 1e-12, "{design:?} {k}: {share} {expected}");
        }
    };
    check(Design::Factorial, 1, &[(0, 0.5), (1, 0.5)]);
    check(Design::Factorial, 2, &[(0, 0.25), (1, 0.25), (2, 0.25), (3, 0.25)]);
    // None : single = (k − 1) : 1.
    check(Design::Leverage, 2, &[(0, 1.0 / 3.0), (1, 1.0 / 3.0), (2, 1.0 / 3.0)]);
    check(Design::Leverage, 3, &[(0, 0.4), (1, 0.2), (2, 0.2), (4, 0.2)]);
    // None √((k−1)² + k(k−1)/2) = √7, single √3, pair 1.
    let all = 7f64.sqrt() + 3.0 * 3f64.sqrt() + 3.0;
    let (none, single, pair) = (7f64.sqrt() / all, 3f64.sqrt() / all, 1.0 / all);
    check(
        Design::Pairs,
        3,
        &[(0, none), (1, single), (2, single), (3, pair), (4, single), (5, pair), (6, pair)],
    );
}

#[test]
fn each_design_keeps_its_all_on_part_inside() {
    let all_on = |design, k| {
        let panel = panel(design, k);
        let cells = panel.cells();
        let total: f64 = cells.iter().map(|it| it.1).sum();
        assert!((total - 1.0).abs() < 1e-12);
        cells.iter().find(|it| it.0 == panel.all_on()).map_or(0.0, |it| it.1)
    };
    assert_eq!(all_on(Design::Leverage, 3), 0.05);
    assert_eq!(all_on(Design::Pairs, 3), 0.05);
    // Factorial cells stay equal where each holds more than that.
    assert_eq!(all_on(Design::Factorial, 3), 0.125);
    assert_eq!(all_on(Design::Factorial, 5), 0.05);
}

#[test]
fn the_shares_that_are_drawn_are_those_that_were_declared() {
    // Upper 0.1 % points of chi-square, from tables, by degrees of freedom.
    let limit = BTreeMap::from([(1, 10.83), (3, 16.27), (4, 18.47), (7, 24.32), (15, 37.70)]);
    for (design, k) in [
        (Design::Factorial, 1),
        (Design::Factorial, 2),
        (Design::Factorial, 3),
        (Design::Factorial, 4),
        (Design::Leverage, 2),
        (Design::Leverage, 3),
        (Design::Pairs, 3),
    ] {
        let panel = panel(design, k);
        let mut seen: BTreeMap<u16, f64> = BTreeMap::new();
        for person in 0..PERSONS {
            let drawn = assign(&panel, PersonId(person), &key(), Timestamp(0));
            *seen.entry(drawn.cell).or_default() += 1.0;
        }
        let chi2 = |cells: &[(u16, f64)]| -> f64 {
            let n = PERSONS as f64;
            let part = |(cell, share): &(u16, f64)| {
                (seen.get(cell).unwrap_or(&0.0) - n * share).powi(2) / (n * share)
            };
            cells.iter().map(part).sum()
        };
        let cells = panel.cells();
        let limit = limit[&(cells.len() - 1)];
        assert!(chi2(&cells) < limit, "{design:?} {k}: {} {seen:?}", chi2(&cells));
        // The test can fail: a hundredth moved from one cell to another is noticed.
        let mut wrong = cells;
        wrong[0].1 += 0.01;
        wrong[1].1 -= 0.01;
        assert!(limit < chi2(&wrong), "{design:?} {k}");
    }
}

#[test]
fn the_share_of_the_panel_is_the_declared_one_and_cells_do_not_depend_on_it() {
    let panel = Panel { share: 0.1, ..panel(Design::Factorial, 2) };
    let drawn = |person| assign(&panel, PersonId(person), &key(), Timestamp(0));
    let inside: Vec<Assignment> = (0..PERSONS).map(drawn).filter(|it| it.inside).collect();
    // 10,000 ± 3.3 standard deviations of √(n p q) = 95.
    assert!((9_687..=10_313).contains(&inside.len()), "{}", inside.len());
    for cell in 0..4 {
        let count = inside.iter().filter(|it| it.cell == cell).count();
        assert!((2_350..=2_650).contains(&count), "{cell}: {count}");
    }
}

proptest! {
    #[test]
    fn raising_the_share_only_moves_people_from_outside_in(
        person in any::<u64>(), low in 0.0..1.0f64, more in 0.0..1.0f64, secret in any::<[u8; 32]>(),
    ) {
        let key = ChanceKey(secret);
        let low = Panel { share: low, ..panel(Design::Leverage, 3) };
        let high = Panel { share: low.share + more * (1.0 - low.share), ..low.clone() };
        let before = assign(&low, PersonId(person), &key, Timestamp(1));
        let after = assign(&high, PersonId(person), &key, Timestamp(1));
        if before.inside {
            prop_assert_eq!(&after, &before);
        }
        // A stored assignment changes only that way, as a cohort of its own time.
        match reassign(&before, &high, PersonId(person), &key, Timestamp(2)) {
            Some(moved) => {
                prop_assert!(!before.inside && moved.inside);
                prop_assert_eq!(moved.assigned, Timestamp(2));
            }
            None => prop_assert!(before.inside || !after.inside),
        }
        // Lowering it again throws nobody out.
        prop_assert_eq!(reassign(&after, &low, PersonId(person), &key, Timestamp(3)), None);
    }
}

#[test]
fn an_arm_drawn_again() {
    // However often, whenever and in whatever company: one person has one place per epoch.
    let panel = Panel { share: 0.5, ..panel(Design::Factorial, 3) };
    let mut moved = 0;
    for person in 0..1_000 {
        let first = assign(&panel, PersonId(person), &key(), time("2026-11-24"));
        let again = assign(&panel, PersonId(person), &key(), time("2027-11-24"));
        assert_eq!((first.inside, first.cell), (again.inside, again.cell));
        let next = Panel { epoch: 2, ..panel.clone() };
        let drawn = reassign(&first, &next, PersonId(person), &key(), time("2027-11-24"));
        let drawn = drawn.expect("a new epoch is a new draw");
        moved += usize::from((drawn.inside, drawn.cell) != (first.inside, first.cell));
    }
    assert!(500 < moved, "a new epoch hardly differs: {moved}");
}

#[test]
fn only_marketing_inside_the_panel_is_withheld_and_only_in_its_channels() {
    let panel = panel(Design::Factorial, 2); // email, push
    let place = |cell, inside| Assignment {
        cell,
        inside,
        ..assign(&panel, PersonId(1), &key(), Timestamp(0))
    };
    let all = |assignment: &Assignment| -> Vec<&str> {
        let off = |it: &Channel| withheld(assignment, &panel, *it);
        Channel::ALL.into_iter().filter(off).map(Channel::name).collect()
    };
    assert_eq!(all(&place(0b00, true)), ["email", "push"]);
    assert_eq!(all(&place(0b01, true)), ["push"]);
    assert_eq!(all(&place(0b11, true)), Vec::<&str>::new());
    assert_eq!(all(&place(0b00, false)), Vec::<&str>::new());
    let old = Assignment { epoch: 0, ..place(0b00, true) };
    assert_eq!(all(&old), Vec::<&str>::new());

    let mut message = candidate(MessageId(1), Class::Service, 1.0, Timestamp(0));
    assert!(withholds(&place(0b00, true), &panel, &message, Channel::Email));
    message.purpose = Purpose::Transactional;
    assert!(!withholds(&place(0b00, true), &panel, &message, Channel::Email));
}

#[test]
fn at_a_merge_the_first_assignment_stays_and_the_other_cell_is_recorded() {
    let place = |cell, at, inside| Assignment {
        cohort: panel::Cohort::default(),
        epoch: 1,
        inside,
        cell,
        assigned: Timestamp(at),
        counted_from: None,
        exposed: false,
        exposed_by: None,
        identifiers: vec![Identifier::user_id(&at.to_string())],
    };
    let merged = |a, b| {
        let merged = Assignment::merge(&a, &b);
        assert_eq!(merged, Assignment::merge(&b, &a));
        (merged.cell, merged.assigned.0, merged.exposed, merged.identifiers[0].value.clone())
    };
    assert_eq!(merged(place(1, 5, true), place(2, 9, true)), (1, 5, true, "5".to_owned()));
    assert_eq!(merged(place(3, 9, true), place(3, 5, false)), (3, 5, false, "5".to_owned()));
    assert_eq!(merged(place(3, 5, false), place(2, 9, true)), (3, 5, true, "5".to_owned()));
}

#[test]
fn counting_starts_once() {
    let mut place = assign(&panel(Design::Factorial, 2), PersonId(1), &key(), Timestamp(0));
    place.count_from(Timestamp(5));
    place.count_from(Timestamp(9));
    assert_eq!(place.counted_from, Some(Timestamp(5)));
}

#[test]
fn problems_of_a_panel_are_named() {
    let messages =
        |panel: Panel| -> Vec<String> { panel.check().into_iter().map(|it| it.message).collect() };
    assert!(messages(panel(Design::Leverage, 3)).is_empty());
    assert_eq!(messages(panel(Design::Pairs, 2)), ["this panel design needs at least 3 channels"]);
    assert_eq!(
        messages(Panel { share: 10.0, ..panel(Design::Factorial, 2) }),
        ["the panel's share 10 is not a part of the whole"]
    );
    let twice = vec![Channel::Email, Channel::Email];
    assert_eq!(
        messages(Panel { channels: twice, ..panel(Design::Factorial, 2) }),
        ["the panel names a channel twice"]
    );
}

#[test]
fn another_question_opens_an_epoch_and_another_share_a_cohort() {
    let before = Panel { epoch: 3, shares: 2, ..panel(Design::Leverage, 3) };
    let after = |change: fn(&mut Panel)| {
        let mut wanted = Panel { epoch: 1, shares: 0, ..before.clone() };
        change(&mut wanted);
        let panel = wanted.after(Some(&before));
        (panel.epoch, panel.shares)
    };
    assert_eq!(after(|_| {}), (3, 2));
    assert_eq!(after(|it| it.share = 0.5), (3, 3));
    assert_eq!(after(|it| it.inside_all_on = 0.1), (3, 3));
    assert_eq!(after(|it| it.design = Design::Factorial), (4, 0));
    assert_eq!(after(|it| it.channels.reverse()), (4, 0));
    assert_eq!(after(|it| it.rule = Rule::Replan), (4, 0));
    assert_eq!(after(|it| it.window = Span::days(7)), (4, 0));
    assert_eq!(after(|it| it.epoch = 9), (9, 0));
}

/// A count that is cut short would make the people outside look worse than they are.
#[test]
fn who_is_counted_outside_is_taken_in_when_the_window_has_ended() {
    let small = Panel { share: 0.0, ..panel(Design::Factorial, 2) };
    let large = Panel { shares: 1, ..panel(Design::Factorial, 2) };
    let mut place = assign(&small, PersonId(1), &key(), Timestamp(0));
    let raised = |place: &panel::Assignment, at: Timestamp| {
        reassign(place, &large, PersonId(1), &key(), at).map(|it| it.cohort)
    };
    let expected = panel::Cohort { shares: 1, came: panel::Came::Raised };
    assert_eq!(raised(&place, Timestamp(1)), Some(expected));
    place.count_from(Timestamp(1));
    assert_eq!(raised(&place, Timestamp(2)), None);
    assert_eq!(raised(&place, Timestamp(1) + large.window), Some(expected));
}
