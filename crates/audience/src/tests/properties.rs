//! Kept step by step, a profile says what the reference model says of all events.

use super::model_of_all_events::Model;
use super::{Known, amount, identify, names};
use crate::{Change, Definitions, Profile};
use expr::{Expr, parse};
use model::{Event, Span, Timestamp, Value};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Windows of seconds, so that steps of seconds and milliseconds meet their ends.
const CONDITIONS: [&str; 36] = [
    r#"sequence("A", then "B" within 8s)"#,
    r#"sequence("A" where x > 1, then "B" within 20s, without "C", last 15s)"#,
    r#"sequence("A", then "A" within 5s, then "B", last 30s)"#,
    r#"sequence("A", then not "B" within 6s)"#,
    r#"not sequence("B", then "C" within 9s, then not "A" within 4s where x < 2, last 12s)"#,
    r#"sequence("C", then not "A" within 10s, without "B", last 5s) or did("A", last 2s)"#,
    r#"sum("A", x, last 10s) >= 3 EUR and sum("A", x) < 9 USD"#,
    r#"count("B", last 20s where x > 1 EUR) >= 2"#,
    r#"trait("n") >= 1 EUR"#,
    r#"lower(trait("plan")) in ["pro", "free"] and length(trait("plan")) > 3"#,
    r#"trait("plan") not in ["free"] or trait("plan") ends_with "ee""#,
    r#"list("vip") and not list("late")"#,
    r#"trait("app") < version("1.10") and trait("app") contains any [".", "9"]"#,
    r#"did("B" where seen within last 5s)"#,
    r#"did("A", last 10s)"#,
    r#"not did("A", last 7s) and did("A", last 20s)"#,
    r#"count("A", last 10s) >= 2"#,
    r#"count("A", last 15s where x > 1) == 1"#,
    r#"count("A", last 10s) > trait("n")"#,
    r#"count("A") >= 3 or did("B" where not x > 1)"#,
    r#"sum("A", x, last 10s) >= 3"#,
    r#"sum("B", x) != 0 and sum("A", x, last 20s) < 2"#,
    r#"first("A") < 12s ago"#,
    r#"last("A") < 9s ago and not last("B") < 9s ago"#,
    r#"last("B") > first("A")"#,
    r#"last("A" where x < 1) within last 8s"#,
    r#"trait("day") within next 5s"#,
    r#"trait("day") < now - 3s"#,
    r#"trait("plan") == "pro""#,
    r#"not exists(trait("plan")) and trait("n") != 1"#,
    r#"consent("email", "t") and did("A", last 30s)"#,
    r#"consent("push", "t") or trait("plan") in ["free", "basic"]"#,
    r#"anniversary(trait("day")) within next 2d"#,
    r#"count("A", last 25s) < 2"#,
    r#"count("B", last 10s) <= count("A", last 10s)"#,
    r#"true"#,
];

/// Each refers to audiences before it, by number.
const NESTED: [&str; 4] = [
    r#"audience("a0") and not audience("a1")"#,
    r#"audience("a1") or audience("a2") and did("B", last 5s)"#,
    r#"not audience("a4")"#,
    r#"audience("a4") and audience("a5") or trait("plan") starts_with "p""#,
];

#[derive(Clone, Debug)]
pub enum Step {
    Event { name: &'static str, late: i64, x: i64 },
    State { name: &'static str, value: Value, late: i64 },
    Pass(i64),
    Consent(bool),
}

fn late() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0), 2 => 0..40_000i64, 2 => (0..30i64).prop_map(|it| it * 1_000), 1 => -300..0i64]
}

pub fn step() -> impl Strategy<Value = Step> {
    let value = prop_oneof![
        Just(("plan", Value::from("pro"))),
        Just(("plan", Value::from("free"))),
        Just(("plan", Value::Null)),
        Just(("currency", Value::from("EUR"))),
        Just(("currency", Value::from("USD"))),
        any::<bool>().prop_map(|it| ("list.vip", Value::Bool(it))),
        any::<bool>().prop_map(|it| ("list.late", Value::Bool(it))),
        prop::sample::select(vec!["1.9.0", "v1.10", "1.10.0-rc.1", "?"])
            .prop_map(|it| ("app", Value::from(it))),
        (0..3i64).prop_map(|it| ("n", Value::Number(it as f64))),
        (-10..20i64).prop_map(|it| ("day", Value::from((START + Span::seconds(it)).to_string()))),
    ];
    let pass = prop_oneof![0..4i64, (0..12i64).prop_map(|it| it * 1_000), Just(9_999)];
    prop_oneof![
        4 => (prop::sample::select(vec!["A", "B", "C"]), late(), -1..4i64)
            .prop_map(|(name, late, x)| Step::Event { name, late, x }),
        2 => (value, late()).prop_map(|((name, value), late)| Step::State { name, value, late }),
        4 => pass.prop_map(Step::Pass),
        1 => any::<bool>().prop_map(Step::Consent),
    ]
}

pub const START: Timestamp = Timestamp(1_795_348_800_000);

pub fn audiences() -> impl Strategy<Value = Vec<(String, Expr)>> {
    (prop::sample::subsequence(CONDITIONS.to_vec(), 4..=8), prop::bool::ANY).prop_map(
        |(plain, forward)| {
            let mut texts = plain;
            texts.splice(4..4, NESTED);
            let named = texts.into_iter().enumerate();
            let mut named: Vec<(String, Expr)> =
                named.map(|(n, it)| (format!("a{n}"), parse(it).expect("a condition"))).collect();
            if !forward {
                named.reverse();
            }
            named
        },
    )
}

pub fn to_event(step: &Step, now: Timestamp) -> Option<Event> {
    match step {
        Step::Event { name, late, x } => {
            let mut event = amount(name, now - Span(*late), *x as f64);
            let currency = if x % 2 == 0 { "EUR" } else { "USD" };
            event.properties.insert("currency".to_owned(), currency.into());
            let seen = (event.time - Span::seconds(2 * x)).to_string();
            event.properties.insert("seen".to_owned(), seen.into());
            Some(event)
        }
        Step::State { name, value, late } => {
            Some(identify(name, value.clone(), (now - Span(*late)).0))
        }
        Step::Pass(_) | Step::Consent(_) => None,
    }
}

fn apply(changes: &[Change], inside: &mut BTreeSet<String>) {
    for change in changes {
        let fresh = match change {
            Change::Entered(name) => inside.insert(name.clone()),
            Change::Left(name) => inside.remove(name),
        };
        assert!(fresh, "{change:?} was no change");
    }
}

/// More under FULCRUM_SLOW.
pub fn cases() -> u32 {
    if std::env::var_os("FULCRUM_SLOW").is_some() { 30_000 } else { 600 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn membership_kept_by_steps_equals_membership_worked_out_again(
        audiences in audiences(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let defs = Definitions::compile(&audiences, &[]).expect("definitions");
        let mut model = Model { audiences, events: Vec::new(), facts: Known::default() };
        let (mut profile, mut now, mut told) = (Profile::default(), START, BTreeSet::new());
        apply(&profile.refresh(&defs, &model.facts, now), &mut told);
        for step in steps {
            let changes = match &step {
                Step::Pass(millis) => {
                    now = now + Span(*millis);
                    // Only when it is due: this is what shows that `next_at` is never late.
                    match profile.next_at() {
                        Some(due) if due <= now => profile.refresh(&defs, &model.facts, now),
                        _ => Vec::new(),
                    }
                }
                Step::Consent(email) => {
                    model.facts.email = *email;
                    profile.refresh(&defs, &model.facts, now)
                }
                Step::Event { .. } | Step::State { .. } => {
                    let event = to_event(&step, now).expect("an event");
                    model.events.push(event.clone());
                    profile.observe(&event, &defs, &model.facts, now)
                }
            };
            apply(&changes, &mut told);
            prop_assert_eq!(names(&profile), model.memberships(now), "after {:?}", step);
            prop_assert_eq!(&told, &names(&profile));
            prop_assert!(profile.next_at().is_none_or(|it| now < it));
            let stored = serde_json::to_string(&profile).expect("JSON");
            profile = serde_json::from_str(&stored).expect("a profile");
        }
    }

    #[test]
    fn two_persons_found_to_be_one_go_on_as_one(
        audiences in audiences(),
        apart in prop::collection::vec((step(), any::<bool>()), 1..25),
        together in prop::collection::vec(step(), 1..15),
    ) {
        let defs = Definitions::compile(&audiences, &[]).expect("definitions");
        let facts = Known::default();
        let mut model = Model { audiences, events: Vec::new(), facts };
        let mut now = START;
        let mut number = 0;
        // One time each, since of two statements with one time the later call wins.
        let mut next = |step: &Step, now: Timestamp| {
            number += 1;
            to_event(step, now).map(|it| Event { time: Timestamp(it.time.0 / 100 * 100 + number), ..it })
        };
        let mut profiles = [Profile::default(), Profile::default()];
        for (step, second) in &apart {
            if let Step::Pass(millis) = step {
                now = now + Span(*millis);
            }
            if let Some(event) = next(step, now) {
                profiles[usize::from(*second)].observe(&event, &defs, &facts, now);
                model.events.push(event);
            }
        }
        let [first, second] = profiles;
        let mut profile = Profile::merge(&first, &second);
        profile.refresh(&defs, &facts, now);
        prop_assert_eq!(names(&profile), model.memberships(now), "merged");
        for step in &together {
            if let Step::Pass(millis) = step {
                now = now + Span(*millis);
            }
            if profile.next_at().is_some_and(|due| due <= now) {
                profile.refresh(&defs, &facts, now);
            }
            if let Some(event) = next(step, now) {
                profile.observe(&event, &defs, &facts, now);
                model.events.push(event);
            }
            prop_assert_eq!(names(&profile), model.memberships(now), "after {:?}", step);
        }
    }

    #[test]
    fn the_order_of_arrival_leaves_no_trace(
        audiences in audiences(),
        steps in prop::collection::vec((step(), any::<u32>()), 1..30),
    ) {
        let defs = Definitions::compile(&audiences, &[]).expect("definitions");
        let facts = Known { email: true, ..Known::default() };
        // One time each, since of two statements with one time the later call wins.
        let mut events: Vec<(Event, u32)> = steps
            .iter()
            .enumerate()
            .filter_map(|(n, (step, key))| {
                to_event(step, START + Span::seconds(n as i64)).map(|it| (it, *key))
            })
            .collect();
        for (n, (event, _)) in events.iter_mut().enumerate() {
            event.time = Timestamp(event.time.0 / 100 * 100 + n as i64);
        }
        let now = START + Span::seconds(31);
        let play = |events: &[(Event, u32)]| {
            let mut profile = Profile::default();
            for (event, _) in events {
                profile.observe(event, &defs, &facts, now);
            }
            profile.refresh(&defs, &facts, now);
            profile
        };
        events.sort_by_key(|it| it.0.time);
        let in_order = play(&events);
        events.sort_by_key(|it| it.1);
        let shuffled = play(&events);
        prop_assert_eq!(names(&in_order), names(&shuffled));
        prop_assert_eq!(in_order.next_at(), shuffled.next_at());
        prop_assert_eq!(&in_order.traits, &shuffled.traits);
        prop_assert_eq!(in_order.counters_for_tests(), shuffled.counters_for_tests());

        // And two persons, found to be one, are the person they would have been.
        let (left, right): (Vec<_>, Vec<_>) = events.iter().cloned().partition(|it| it.1 % 2 == 0);
        let mut merged = Profile::merge(&play(&left), &play(&right));
        merged.refresh(&defs, &facts, now);
        prop_assert_eq!(names(&merged), names(&in_order));
        prop_assert_eq!(merged.next_at(), in_order.next_at());
        prop_assert_eq!(&merged.traits, &in_order.traits);
        prop_assert_eq!(merged.counters_for_tests(), in_order.counters_for_tests());
    }

    #[test]
    fn a_crowd_of_events_in_any_order_gives_one_series(
        mut times in prop::collection::vec((0..40_000_000i64, any::<u32>()), 250..400),
    ) {
        let audiences = [("a".to_owned(), parse(r#"sum("A", x, last 9h) > 100"#).expect("a condition"))];
        let defs = Definitions::compile(&audiences, &[]).expect("definitions");
        let now = START + Span(40_000_000);
        let play = |times: &[(i64, u32)]| {
            let mut profile = Profile::default();
            for (time, _) in times {
                let event = amount("A", START + Span(*time), *time as f64 / 7.0);
                profile.observe(&event, &defs, &Known::default(), now);
            }
            profile.refresh(&defs, &Known::default(), now);
            profile
        };
        let one = play(&times);
        times.sort_by_key(|it| it.1);
        let other = play(&times);
        prop_assert_eq!(one.counters_for_tests(), other.counters_for_tests());
        prop_assert_eq!(one.next_at(), other.next_at());
    }
}
