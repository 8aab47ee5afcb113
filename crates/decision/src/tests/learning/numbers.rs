//! Each formula against numbers from outside: exact sums, closed forms, and known truths.

use crate::learning::best::{Belief, probability_best};
use crate::learning::choose::in_parts;
use crate::learning::fatigue::added_load;
use crate::learning::*;
use crate::{Contacts, Slot, SlotKind};
use model::{ChanceKey, Channel, MessageId, PARTS, PersonId, Span, Timestamp, Topic};
use proptest::prelude::*;

fn beta(a: f64, b: f64) -> Belief {
    Belief::Beta { a, b, scale: 1.0 }
}

/// P(X > Y) for whole parameters is a finite sum of Beta functions: Σ_{i<a} B(c + i, b + d) /
/// ((b + i) B(1 + i, b) B(c, d)) for X ~ Beta(a, b), Y ~ Beta(c, d). Here by integrating exactly with
/// factorials.
fn exceeds((a, b): (u32, u32), (c, d): (u32, u32)) -> f64 {
    let ln_gamma = |n: u32| (1..n).map(|k| f64::from(k).ln()).sum::<f64>();
    let ln_beta = |x: u32, y: u32| ln_gamma(x) + ln_gamma(y) - ln_gamma(x + y);
    (0..a)
        .map(|i| {
            let term = ln_beta(c + i, b + d) - ln_beta(1 + i, b) - ln_beta(c, d);
            term.exp() / f64::from(b + i)
        })
        .sum()
}

#[test]
fn two_rates_are_compared_as_the_closed_form_says() {
    for (x, y) in [((1, 1), (1, 1)), ((3, 17), (1, 19)), ((30, 70), (25, 75)), ((2, 3), (200, 400))]
    {
        let of = |(a, b): (u32, u32)| beta(f64::from(a), f64::from(b));
        let found = probability_best(&[of(x), of(y)]);
        let exact = exceeds(x, y);
        assert!((found[0] - exact).abs() < 1e-3, "{x:?} {y:?}: {} {exact}", found[0]);
    }
}

#[test]
fn equals_share_evenly_and_the_certain_best_takes_all() {
    for belief in [beta(2.0, 30.0), Belief::LogNormal { mean: 0.2, sd: 0.4 }] {
        let found = probability_best(&[belief; 5]);
        assert!(found.iter().all(|it| (it - 0.2).abs() < 1e-6), "{found:?}");
    }
    let found = probability_best(&[beta(900.0, 100.0), beta(5.0, 995.0), beta(10.0, 990.0)]);
    assert!(0.999 < found[0], "{found:?}");
    // A factor of ten turns it around.
    let scaled = Belief::Beta { a: 10.0, b: 990.0, scale: 900.0 };
    assert!(0.999 < probability_best(&[beta(900.0, 100.0), scaled])[1]);
}

/// Normal variables: P(X > Y) = Φ((a − b) / √(s² + t²)).
#[test]
fn two_factors_are_compared_as_the_closed_form_says() {
    let found = probability_best(&[
        Belief::LogNormal { mean: 0.5, sd: 0.6 },
        Belief::LogNormal { mean: 0.0, sd: 0.8 },
    ]);
    // Φ(0.5).
    assert!((found[0] - 0.691_462_461).abs() < 1e-4, "{found:?}");
}

#[test]
fn the_hour_of_the_week_is_that_of_the_wall() {
    let zone = |name: &str| jiff::tz::TimeZone::get(name).expect("a zone");
    let hour = |name, text| hour_of_week(&zone(name), Timestamp::parse(text).expect("a time"));
    // 2026-11-23 is a Monday.
    assert_eq!(hour("UTC", "2026-11-23T00:59:00Z"), 0);
    assert_eq!(hour("Europe/Amsterdam", "2026-11-22T23:00:00Z"), 0);
    assert_eq!(hour("Asia/Kolkata", "2026-11-22T18:29:00Z"), 167);
    assert_eq!(hour("Asia/Kolkata", "2026-11-22T18:30:00Z"), 0);
    assert_eq!(hour("Europe/Amsterdam", "2026-07-06T08:00:00Z"), 10);
}

/// A made population of four weeks. Each message makes `harm` of those who get it leave, for each that
/// there was in the seven days up to it; and the keen get more of them and leave less for other
/// reasons. Sums by whether caps were halved, or else by who is keen.
fn people(harm: f64, n: u64, by_chance: bool) -> (ArmSums, ArmSums) {
    let (mut more, mut fewer) = (ArmSums::default(), ArmSums::default());
    let key = ChanceKey([3; 32]);
    let pressure = Pressure { share: 0.5, window: Span::days(28) };
    for person in 0..n {
        let mut entry = PressureEntry::draw(&pressure, PersonId(person), &key, Timestamp(0));
        let draw = |what: &str, n: u32| {
            key.draw(&[what.as_bytes(), &person.to_le_bytes(), &n.to_le_bytes()]).unit()
        };
        let keen = 0.5 < draw("keen", 0);
        let wanted = if keen { 4 } else { 2 };
        let a_week = if entry.halved { wanted / 2 } else { wanted };
        let mut contacts = Contacts::default();
        // Some leave before any message does.
        entry.opted_out = draw("leaves", 0) < if keen { 0.02 } else { 0.25 };
        for number in 0..4 * a_week {
            let at = Timestamp(1 + i64::from(number) * Span::WEEK.0 / i64::from(a_week));
            if entry.opted_out {
                break;
            }
            let id = MessageId(u64::from(number));
            let before = lately(contacts.slots(), id, at);
            entry.sent(at, before);
            contacts.reserve(sent(id, at));
            if draw("tires", number) < harm * f64::from(before) {
                entry.opted_out(at);
            }
        }
        let is_more = if by_chance { !entry.halved } else { keen };
        if is_more { more.add(&entry) } else { fewer.add(&entry) }
    }
    (more, fewer)
}

fn sent(message: MessageId, at: Timestamp) -> Slot {
    let (channel, topic, owner) = (Channel::Email, Topic::from("rides"), String::new());
    Slot { at, message, channel, topic, owner, kind: SlotKind::Sent }
}

#[test]
fn the_harm_of_load_is_found_by_chance_and_not_by_counting() {
    let found = |harm, n, by_chance| {
        let (more, fewer) = people(harm, n, by_chance);
        harm_of_load(&more, &fewer)
    };
    let truth = 0.002;
    let by_chance = found(truth, 60_000, true);
    assert!((by_chance - truth).abs() < 0.0003, "{by_chance}");
    let none = found(0.0, 60_000, true);
    assert!((0.0..0.0002).contains(&none), "{none}");
    assert_eq!(found(truth, 60_000, false), 0.0, "who is keen gets more and leaves less");
    assert_eq!(found(truth, 300, true), 0.0, "too few people");
    assert_eq!(harm_of_load(&ArmSums::default(), &ArmSums::default()), 0.0);
}

/// The weekly load of n messages is n²: the last of them adds n² − (n − 1)².
#[test]
fn what_a_message_adds_is_what_the_load_would_lack_without_it() {
    let week = |n: i64| -> Vec<Slot> {
        let at = |k: i64| Timestamp(k * Span::WEEK.0 / n);
        (0..n).map(|it| sent(MessageId(it as u64), at(it))).collect()
    };
    for n in 1..8 {
        let slots = week(n);
        let now = Timestamp(Span::WEEK.0);
        // The first of the week has just passed out of it.
        assert_eq!(added_load(&slots, now), 2 * n as u32 - 1);
        assert_eq!(u32::try_from(n), Ok(lately(&slots, MessageId(99), now)));
    }
    assert_eq!(added_load(&[], Timestamp(0)), 1);
    let slots = [sent(MessageId(1), Timestamp(5)), sent(MessageId(2), Timestamp(9))];
    assert_eq!(added_load(&slots, Timestamp(0)), 3, "two will follow");
    assert_eq!(lighter_after(&slots, Timestamp(9)), Some(Timestamp(5) + Span::WEEK));
    assert_eq!(lighter_after(&slots, Timestamp(9) + Span::WEEK), None);
}

#[test]
fn a_pair_is_worth_what_the_cells_say_as_far_as_they_are_certain() {
    let cells = |both: f64, variance: f64| PairCells {
        none: (1.0, variance),
        first: (1.3, variance),
        second: (1.2, variance),
        both: (both, variance),
    };
    // v(a) = 0.3, v(b) = 0.2, v(ab) = 0.75: half as much again.
    assert!((pair_effect(&cells(1.75, 1e-8)) - 1.5).abs() < 1e-3);
    assert!((pair_effect(&cells(1.5, 1e-8)) - 1.0).abs() < 1e-3);
    let unsure = pair_effect(&cells(1.75, 0.004));
    assert!(1.0 < unsure && unsure < 1.4, "{unsure}");
    assert_eq!(pair_effect(&cells(1.75, 1.0)), 1.0, "not identified");
    assert_eq!(pair_effect(&cells(9.0, 1e-8)), 2.0);
    assert_eq!(pair_effect(&cells(0.5, 1e-8)), 0.5);
}

proptest! {
    #[test]
    fn probabilities_add_up_to_one_and_none_is_below_its_floor(
        likely in prop::collection::vec(0.0_f64..1.0, 1..300),
        floor in 0.001_f64..1.0,
    ) {
        let parts = in_parts(&likely, floor);
        prop_assert_eq!(parts.iter().sum::<u32>(), PARTS);
        let least = floor * f64::from(PARTS) / likely.len() as f64;
        // At a floor of 1 every part is the same but for the rounding of a millionth.
        let slack = if 0.999 < floor { 1.0 } else { 1e-6 };
        prop_assert!(parts.iter().all(|it| least - slack <= f64::from(*it)), "{:?} {}", parts, least);
    }

    #[test]
    fn nonsense_still_gives_probabilities(n in 1_usize..9, floor in 0.0_f64..1.0) {
        for nonsense in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
            prop_assert_eq!(in_parts(&vec![nonsense; n], floor).iter().sum::<u32>(), PARTS);
        }
    }

    #[test]
    fn the_best_add_up_to_one(
        rates in prop::collection::vec((0.1_f64..50.0, 0.1_f64..500.0, 0.01_f64..9.0), 1..7),
        factors in prop::collection::vec((-2.0_f64..2.0, 0.05_f64..1.5), 1..49),
    ) {
        let rates: Vec<Belief> =
            rates.into_iter().map(|(a, b, scale)| Belief::Beta { a, b, scale }).collect();
        let factors: Vec<Belief> =
            factors.into_iter().map(|(mean, sd)| Belief::LogNormal { mean, sd }).collect();
        for beliefs in [rates, factors] {
            let found = probability_best(&beliefs);
            prop_assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(found.iter().all(|it| (0.0..=1.0 + 1e-9).contains(it)));
        }
    }
}
