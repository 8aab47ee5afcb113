//! What every history must do.

use crate::{Fate, History, HistoryRow, LogPosition, PersonRange, Redirects, Scan, Wanted, Within};
use model::{PersonId, Timestamp};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// 2027-01-15T08:00:00Z.
const T0: i64 = 1_800_000_000_000;
const DAY: i64 = 86_400_000;

pub fn history(make: &mut dyn FnMut() -> Box<dyn History>) {
    an_empty_history_has_nothing(&*make());
    rows_come_back_whole(&*make());
    a_person_comes_together_and_in_order_of_time(&*make());
    only_what_was_asked_for_comes(&*make());
    who_became_part_of_somebody_comes_with_them(&*make());
    a_scan_is_broken_off_and_gone_on_with(&*make());
    ranges_are_everybody(&*make());
    single_facts_are_found(&*make());
    what_must_go_goes(&*make());
    what_became_somebody_elses_moves(&*make());
    rows_out_of_order_are_refused(&*make());
    a_history_that_was_put_together_is_the_same(&*make());
}

fn row(position: u64, person: u64, time: i64, event: &str) -> HistoryRow<'static> {
    HistoryRow {
        position: LogPosition(position),
        person: (0 < person).then_some(PersonId(person)),
        time: Timestamp(T0 + time),
        received: Timestamp(T0 + position as i64),
        source: Cow::Borrowed("shop"),
        kind: Cow::Borrowed("track"),
        event: Cow::Owned(event.to_owned()),
        ..HistoryRow::default()
    }
}

fn full(position: u64) -> HistoryRow<'static> {
    let text = |it: &str| Some(Cow::Owned(format!("{it} {position}")));
    HistoryRow {
        detail: text("détail"),
        message_id: text("m"),
        user_id: text("u"),
        anonymous_id: text("a"),
        properties: Some(Cow::Owned(format!("{{\"n\":{position}.5}}"))),
        context: Some(Cow::Borrowed("{\"page\":{\"path\":\"/\"}}")),
        clock: position.is_multiple_of(2),
        historical: position.is_multiple_of(3),
        named: Some(PersonId(position + 1)),
        acts: Some(Cow::Borrowed("[\"erase\"]")),
        ..row(position, 4, -(position as i64), "Order Completed")
    }
}

fn append(history: &dyn History, to: u64, rows: &[HistoryRow<'_>]) {
    history.append(LogPosition(to), rows).expect("an append");
}

fn everything(redirects: &Redirects) -> Scan<'_> {
    Scan {
        persons: PersonRange::ALL,
        events: None,
        wanted: Wanted::ALL,
        until: LogPosition(u64::MAX),
        redirects,
    }
}

fn scanned(history: &dyn History, scan: &Scan<'_>) -> Vec<HistoryRow<'static>> {
    let mut rows = Vec::new();
    let mut visit = |row: &HistoryRow<'_>| {
        rows.push(row.clone().into_owned());
        ControlFlow::Continue(())
    };
    history.scan(scan, &mut visit).expect("a scan");
    rows
}

/// As `person@time event`, times from T0 on.
fn told(history: &dyn History, scan: &Scan<'_>) -> String {
    let tell = |it: HistoryRow<'static>| {
        let person = it.person.map_or(0, |it| it.0);
        format!("{person}@{} {}", it.time.0 - T0, it.event)
    };
    scanned(history, scan).into_iter().map(tell).collect::<Vec<_>>().join(", ")
}

fn an_empty_history_has_nothing(history: &dyn History) {
    assert_eq!(history.position().expect("a position"), LogPosition(0));
    assert_eq!(told(history, &everything(&Redirects::default())), "");
    assert_eq!(history.facts(&[(PersonId(1), LogPosition(0))]).expect("an answer"), [None]);
    assert!(!history.compact(i64::MAX).expect("nothing to do"));
    // Without a fact it still says how far it goes.
    append(history, 70, &[]);
    assert_eq!(history.position().expect("a position"), LogPosition(70));
}

fn rows_come_back_whole(history: &dyn History) {
    let mut rows: Vec<_> = (0..9).map(full).collect();
    rows.push(row(9, 4, 100, "Plain"));
    append(history, 10, &rows);
    rows.sort_by_key(HistoryRow::order);
    assert_eq!(scanned(history, &everything(&Redirects::default())), rows);
}

fn a_person_comes_together_and_in_order_of_time(history: &dyn History) {
    append(history, 10, &[row(0, 2, 50, "b"), row(3, 1, 60, "c"), row(5, 0, 1, "nobody")]);
    let mut late = row(12, 2, 10, "a");
    late.received = Timestamp(T0 + 3 * DAY);
    append(history, 20, &[row(10, 2, 50, "again"), late, row(14, 3, 0, "d")]);
    let redirects = Redirects::default();
    let expected = "1@60 c, 2@10 a, 2@50 b, 2@50 again, 3@0 d";
    assert_eq!(told(history, &everything(&redirects)), expected);
    let until = Scan { until: LogPosition(12), ..everything(&redirects) };
    assert_eq!(told(history, &until), "1@60 c, 2@50 b, 2@50 again");
}

fn only_what_was_asked_for_comes(history: &dyn History) {
    append(history, 9, &[full(1), row(3, 4, 9, "Page Viewed"), row(5, 5, 1, "Order Completed")]);
    let redirects = Redirects::default();
    let names = BTreeSet::from(["Order Completed".to_owned()]);
    let orders = Scan { events: Some(&names), ..everything(&redirects) };
    assert_eq!(told(history, &orders), "4@-1 Order Completed, 5@1 Order Completed");
    let one = Scan { persons: PersonRange::one(PersonId(5)), ..everything(&redirects) };
    assert_eq!(told(history, &one), "5@1 Order Completed");
    let wanted = Wanted { properties: true, ..Wanted::default() };
    let rows = scanned(history, &Scan { wanted, ..orders });
    assert_eq!(rows[0].properties.as_deref(), Some("{\"n\":1.5}"));
    assert_eq!((&rows[0].context, &rows[0].acts, &*rows[0].source), (&None, &None, ""));
}

fn who_became_part_of_somebody_comes_with_them(history: &dyn History) {
    append(history, 5, &[row(0, 1, 10, "a"), row(1, 2, 5, "b"), row(2, 3, 7, "c")]);
    append(history, 9, &[row(5, 9, 6, "d"), row(6, 2, 20, "e")]);
    let pairs = [(PersonId(1), PersonId(2)), (PersonId(9), PersonId(1))];
    let redirects = Redirects::of(pairs);
    let all = everything(&redirects);
    assert_eq!(told(history, &all), "2@5 b, 2@6 d, 2@10 a, 2@20 e, 3@7 c");
    let second = Scan { persons: PersonRange::one(PersonId(2)), ..all.clone() };
    assert_eq!(told(history, &second), "2@5 b, 2@6 d, 2@10 a, 2@20 e");
    let first = Scan { persons: PersonRange::one(PersonId(1)), ..all };
    assert_eq!(told(history, &first), "");
}

fn a_scan_is_broken_off_and_gone_on_with(history: &dyn History) {
    append(
        history,
        9,
        &[row(0, 1, 1, "a"), row(1, 2, 1, "b"), row(2, 2, 2, "c"), row(3, 7, 1, "d")],
    );
    let redirects = Redirects::default();
    let mut seen = Vec::new();
    let mut visit = |row: &HistoryRow<'_>| {
        seen.push(row.event.to_string());
        if row.event == "b" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    history.scan(&everything(&redirects), &mut visit).expect("a scan");
    assert_eq!(seen, ["a", "b"]);
    let persons = PersonRange { from: PersonId(2), before: None };
    let rest = Scan { persons, ..everything(&redirects) };
    assert_eq!(told(history, &rest), "2@1 b, 2@2 c, 7@1 d");
}

fn ranges_are_everybody(history: &dyn History) {
    assert_eq!(history.ranges(4).expect("ranges"), [PersonRange::ALL]);
    let rows: Vec<_> = (0..400).map(|n| row(n, 1 + n % 100, n as i64, "x")).collect();
    append(history, 400, &rows);
    for count in [1, 2, 3, 7] {
        let ranges = history.ranges(count).expect("ranges");
        assert!(ranges.len() <= count);
        assert_eq!(ranges[0].from, PersonId(0));
        assert_eq!(ranges[ranges.len() - 1].before, None);
        for pair in ranges.windows(2) {
            assert_eq!(pair[0].before, Some(pair[1].from));
        }
    }
}

fn single_facts_are_found(history: &dyn History) {
    append(history, 10, &[full(2), row(4, 9, 1, "x")]);
    append(history, 20, &[row(11, 0, 1, "nobody"), row(13, 9, 1, "y")]);
    let at = |person: u64, at: u64| (PersonId(person), LogPosition(at));
    // The second is looked for under another person, as after a merge.
    let wanted = [at(4, 2), at(1, 4), at(9, 13), at(9, 12), at(9, 11)];
    let found = history.facts(&wanted).expect("an answer");
    assert_eq!(found[0].as_ref(), Some(&full(2)));
    let names: Vec<_> = found.iter().map(|it| it.as_ref().map(|it| it.event.to_string())).collect();
    let some = |it: &str| Some(it.to_owned());
    assert_eq!(names[1..], [some("x"), some("y"), None, some("nobody")]);
}

fn what_must_go_goes(history: &dyn History) {
    let rows: Vec<_> =
        (0..60).map(|n| row(n, n % 6, n as i64, if n < 30 { "a" } else { "b" })).collect();
    append(history, 30, &rows[..30]);
    append(history, 60, &rows[30..]);
    let goes = |it: bool| if it { Fate::Goes } else { Fate::Stays };
    let within = Within { persons: BTreeSet::from([PersonId(2)]), ..Within::default() };
    let rewrite = |within: &Within, fate: &mut dyn FnMut(&HistoryRow<'_>) -> Fate| {
        history.rewrite(within, fate).expect("a rewriting")
    };
    assert_eq!(rewrite(&within, &mut |it| goes(it.event == "b")), 5);
    assert_eq!(rewrite(&within, &mut |it| goes(it.event == "b")), 0);
    let nobody = Within { nobody_until: Some(Timestamp(T0 + 12)), ..Within::default() };
    assert_eq!(rewrite(&nobody, &mut |it| goes(it.person.is_none())), 3);
    let old = Within { received_before: Some(Timestamp(T0 + 10)), ..Within::default() };
    let none = Within { events: Some(BTreeSet::from(["c".to_owned()])), ..old.clone() };
    assert_eq!(rewrite(&none, &mut |_| Fate::Goes), 0);
    assert_eq!(rewrite(&old, &mut |_| Fate::Goes), 8);
    let redirects = Redirects::default();
    let left = scanned(history, &everything(&redirects));
    let expected = rows.iter().filter(|it| {
        let gone = (it.person == Some(PersonId(2)) && it.event == "b") || it.position.0 < 10;
        it.person.is_some() && !gone
    });
    assert_eq!(left.len(), expected.count());
    assert_eq!(history.position().expect("a position"), LogPosition(60), "nothing else changed");
    append(history, 70, &[row(60, 2, 0, "b")]);
    assert_eq!(scanned(history, &everything(&redirects)).len(), left.len() + 1);
}

fn what_became_somebody_elses_moves(history: &dyn History) {
    append(
        history,
        9,
        &[row(0, 5, 1, "a"), row(1, 5, 2, "b"), row(2, 5, 3, "c"), row(3, 7, 1, "d")],
    );
    let within = Within { persons: BTreeSet::from([PersonId(5)]), ..Within::default() };
    let mut fate = |it: &HistoryRow<'_>| match &*it.event {
        "a" => Fate::Becomes(PersonId(5)),
        "b" => Fate::Becomes(PersonId(9)),
        _ => Fate::Becomes(PersonId(2)),
    };
    assert_eq!(history.rewrite(&within, &mut fate).expect("a rewriting"), 2);
    let redirects = Redirects::default();
    assert_eq!(told(history, &everything(&redirects)), "2@3 c, 5@1 a, 7@1 d, 9@2 b");
    let found = history.facts(&[(PersonId(5), LogPosition(1))]).expect("facts");
    assert_eq!(found[0].as_ref().map(|it| it.person), Some(Some(PersonId(9))));
}

fn rows_out_of_order_are_refused(history: &dyn History) {
    append(history, 10, &[row(3, 1, 0, "a")]);
    assert!(history.append(LogPosition(9), &[]).is_err());
    assert!(history.append(LogPosition(20), &[row(9, 1, 0, "early")]).is_err());
    assert!(history.append(LogPosition(20), &[row(20, 1, 0, "late")]).is_err());
    assert_eq!(history.position().expect("a position"), LogPosition(10));
    assert_eq!(told(history, &everything(&Redirects::default())), "1@0 a");
}

fn a_history_that_was_put_together_is_the_same(history: &dyn History) {
    for part in 0..5_u64 {
        let at = |n: u64| part * 100 + n;
        let mut rows: Vec<_> =
            (0..100).map(|n| row(at(n), n * 7 % 5, (n * 31 % 17) as i64, "x")).collect();
        // Received over two days.
        rows.iter_mut().for_each(|it| it.received = Timestamp(T0 + part as i64 * DAY / 3));
        append(history, at(100), &rows);
    }
    let redirects = Redirects::default();
    let before = scanned(history, &everything(&redirects));
    while history.compact(i64::MAX).expect("a compaction") {}
    assert_eq!(scanned(history, &everything(&redirects)), before);
    let wanted: Vec<_> = before.iter().map(|it| (PersonId(77), it.position)).collect();
    let found: Vec<_> = history.facts(&wanted).expect("facts").into_iter().flatten().collect();
    assert_eq!(found, before);
    append(history, 600, &[row(500, 1, 0, "y")]);
    assert_eq!(history.position().expect("a position"), LogPosition(600));
}
