//! Filled from history, a person is who they would be had the counters been there from the beginning.

use super::properties::{START, audiences, step, to_event};
use super::{Known, amount, at, compile, names};
use crate::{Definitions, Filling, Profile};
use expr::parse;
use model::{Event, Span, Timestamp};
use proptest::prelude::*;
use std::convert::Infallible;

fn take(filling: &mut Filling, event: &Event, now: Timestamp) {
    let whole = || Ok::<_, Infallible>(event.clone());
    let Ok(()) = filling.take(event.name(), event.time, now, whole);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::properties::cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn filled_and_live_together_equal_live_from_the_start(
        wanted in audiences(),
        earlier in audiences(),
        steps in prop::collection::vec(step(), 1..30),
        split in any::<prop::sample::Index>(),
        known_late in any::<prop::sample::Index>(),
        reversed in any::<bool>(),
    ) {
        let facts = Known::default();
        let whole = Definitions::compile(&wanted, &[]).expect("definitions");
        let before = Definitions::compile(&earlier, &[]).expect("definitions");
        let ids = whole.counters_beyond(&before);
        let defs = whole.clone().begin_empty(ids.clone());
        let events: Vec<Event> = steps
            .iter()
            .enumerate()
            .filter_map(|(n, it)| to_event(it, START + Span::seconds(n as i64)))
            .collect();
        let split = split.index(events.len() + 1);
        let united_at = split + known_late.index(events.len() - split + 1);
        let (mut live, mut filled) = (Profile::default(), Profile::default());
        let mut filling = Filling::new(&defs, &ids);
        let mut history: Vec<&Event> = events[..split].iter().collect();
        if reversed {
            history.reverse();
        }
        let end = START + Span::seconds(31);
        for event in &events {
            live.observe(event, &whole, &facts, START);
        }
        for (n, event) in events.iter().enumerate() {
            if n == united_at {
                history.iter().for_each(|it| take(&mut filling, it, START));
                filled.unite_counters(filling.finish(), &defs, START);
            }
            // What came before the split was kept under other definitions.
            filled.observe(event, if n < split { &before } else { &defs }, &facts, START);
        }
        if united_at == events.len() {
            history.iter().for_each(|it| take(&mut filling, it, START));
            filled.unite_counters(filling.finish(), &defs, START);
        }
        prop_assert!(filling.finish().is_empty(), "the next person begins with nothing");
        for later in [0, 3, 5, 9, 14, 22, 40] {
            let now = end + Span::seconds(later);
            live.refresh(&whole, &facts, now);
            filled.refresh(&defs, &facts, now);
            prop_assert_eq!(names(&filled), names(&live), "{} s later", later);
            prop_assert_eq!(filled.next_at(), live.next_at());
        }
        prop_assert_eq!(filled.counters_for_tests(), live.counters_for_tests());
    }

    #[test]
    fn a_crowd_leaves_the_latest_times_whatever_arrives_first(
        mut times in prop::collection::vec((0..40_000i64, any::<u32>()), 65..150),
        split in any::<prop::sample::Index>(),
    ) {
        let text = r#"sequence("A", then "A" within 50ms, then "A" within 50ms)"#;
        let defs = Definitions::compile(&[("a".into(), parse(text).expect("a condition"))], &[])
            .expect("definitions");
        let mut sorted: Vec<i64> = times.iter().map(|it| it.0).collect();
        sorted.sort_unstable();
        let latest = &sorted[sorted.len() - expr::MAX_TIMES..];
        times.sort_by_key(|it| it.1);
        let (first, second) = times.split_at(split.index(times.len() + 1));
        let play = |times: &[(i64, u32)]| {
            let mut profile = Profile::default();
            for (time, _) in times {
                profile.observe(&amount("A", at(*time), 1.0), &defs, &Known::default(), at(50_000));
            }
            profile
        };
        let mut merged = Profile::merge(&play(first), &play(second));
        merged.refresh(&defs, &Known::default(), at(50_000));
        for profile in [merged, play(&times)] {
            let kept: Vec<&[Timestamp]> =
                profile.counters_for_tests().values().map(|it| it.times()).collect();
            let kept: Vec<i64> = kept[0].iter().map(|it| it.0).collect();
            prop_assert_eq!(&kept, latest);
            let close = latest.windows(3).any(|it| {
                it[0] < it[1] && it[1] < it[0] + 50 && it[1] < it[2] && it[2] < it[1] + 50
            });
            // Of equal times any may be chosen, so only the other direction is as simple as this.
            prop_assert!(!close || names(&profile).contains("a"));
        }
    }
}

#[test]
fn what_no_new_counter_reads_is_known_beforehand() {
    let old = compile("a: did(\"Order\", last 30d)");
    let new = compile(
        "a: did(\"Order\", last 30d)\nb: count(\"Page Viewed\") >= 2\nc: sum(\"Order\", x) >= 3",
    );
    let ids = new.counters_beyond(&old);
    let filling = Filling::new(&new, &ids);
    assert_eq!(filling.events().collect::<Vec<_>>(), ["Order", "Page Viewed"]);
    assert_eq!(ids.len(), 2);
    let said = |name: &str| (filling.reads(name), filling.needs_properties(name));
    assert_eq!(said("Order"), (true, true));
    assert_eq!(said("Page Viewed"), (true, false));
    assert_eq!(said("Other"), (false, false));
}

#[test]
fn properties_are_read_only_where_they_are_needed_and_failing_counts_nothing() {
    let defs =
        compile("a: count(\"Order\") >= 2\nb: sum(\"Order\", x) >= 3\nc: did(\"Page Viewed\")");
    let ids = defs.counters_beyond(&Definitions::default());
    let mut filling = Filling::new(&defs, &ids);
    let fails = || Err("not read");
    assert_eq!(filling.take("Order", at(1), at(9), fails), Err("not read"));
    assert!(filling.finish().is_empty());
    assert_eq!(filling.take("Page Viewed", at(1), at(9), fails), Ok(()));
    assert_eq!(filling.take("Other", at(1), at(9), fails), Ok(()));
    assert_eq!(filling.finish().len(), 1);
}

/// Defined, left out, and defined again: a profile that slept all that time still has the old counter,
/// which the history holds too.
#[test]
fn what_was_kept_long_ago_is_not_counted_twice() {
    let (old, new) = (compile("a: true"), compile("a: count(\"Order\") == 1"));
    let ids = new.counters_beyond(&old);
    let (mut profile, facts) = (Profile::default(), Known::default());
    let event = amount("Order", at(1), 1.0);
    profile.observe(&event, &new, &facts, at(1));
    let again = new.clone().begin_empty(ids.clone());
    // Its fingerprint is that of definitions between which it was not seen.
    let mut profile: Profile = serde_json::from_str(
        &serde_json::to_string(&profile).expect("JSON").replace(new.fingerprint(), "sleeping"),
    )
    .expect("a profile");
    let mut filling = Filling::new(&again, &ids);
    take(&mut filling, &event, at(2));
    profile.unite_counters(filling.finish(), &again, at(2));
    profile.refresh(&again, &facts, at(2));
    assert!(names(&profile).contains("a"), "{profile:?}");
}

/// What was stored before there were sequences, amounts and lists is read as it was.
#[test]
fn counters_stored_before_are_read() {
    let stored = r#"{"counters":{"a":{"l":[1,2]},"b":{"n":3},"c":{"s":4000000},"d":{"f":5},"e":{"e":6},
        "f":{"w":{"e":[[7,1]]}},"g":{"w":{"b":[[8,2]]}}},"defs":"abcdefgh"}"#;
    let profile: Profile = serde_json::from_str(stored).expect("a profile");
    assert_eq!(profile.counters_for_tests().len(), 7);
    let written = serde_json::to_string(&profile).expect("JSON");
    assert_eq!(written, stored.replace(['\n', ' '], ""));
}
