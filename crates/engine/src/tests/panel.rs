//! Holdouts and the sums of leverage. Cells have one bit per channel: bit 0 onsite, bit 1 push.

use super::play::check;
use crate::PanelReport;
use decision::Panel;
use decision::panel::{Came, Cohort};
use measurement::Sums;
use std::collections::BTreeMap;

const PANEL: &str = r#"
== policy.yaml
zone: UTC
consent: none
caps: [{channels: any, at_most: 1, per: 1d}]
panel: {share: 100%, design: leverage, channels: [onsite, push], window: 7d}
== outcomes.yaml
- {outcome: orders, event: Order}
- {outcome: revenue, event: Order, value: revenue, cap: 100}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
  - wait: 1h
  - set_trait: {name: came, value: through}
"#;

#[test]
fn a_withheld_message_takes_its_slot_and_the_journey_goes_on() {
    check(
        PANEL,
        r#"
        1.08:00 cell p1 0
        1.09:00 track ada "Ping"
        1.10:00 show ledger ; show slots p1
        1.11:00 show people ; track ada "Ping"
        2.12:00 show ledger
        "#,
        r#"
        m1 p1 hello held_out: created planned held_out
        m1 withheld 1.09:10
        p1 = ada; came=through
        m1 p1 hello held_out: created planned held_out
        m2 p1 hello held_out: created cap deferred held_out
        "#,
    );
}

#[test]
fn a_channel_that_is_on_sends() {
    check(
        PANEL,
        r#"
        1.08:00 cell p1 1
        1.09:00 track ada "Ping"
        1.10:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn a_seed_is_outside_of_measurement_from_the_moment_on_that_it_is_one() {
    let seeds = "seeds: office\nconsent: none";
    let office = "== audiences/office.yaml\naudience: office\nwhen: trait(\"seed\")";
    check(
        &format!("{}\n{office}", PANEL.replacen("consent: none", seeds, 1)),
        r#"
        1.08:00 cell p1 0
        1.09:00 identify ada seed=true ; track ada "Ping"
        1.10:00 track ada "Order" revenue=5 ; show sums orders ; show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        orders: nobody
        m1 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn what_a_person_asked_for_is_never_withheld_and_begins_no_counting() {
    check(
        &PANEL.replace("content: hello", "content: receipt"),
        r#"
        1.08:00 cell p1 0
        1.09:00 track ada "Ping"
        1.10:00 track ada "Order" revenue=5 ; show sums orders
        "#,
        r#"
        1.09:00 m1 onsite to ada "Receipt"
        orders: nobody
        "#,
    );
}

#[test]
fn outcomes_count_from_the_first_message_that_would_have_gone_to_the_end_of_the_window() {
    check(
        PANEL,
        r#"
        1.08:00 cell p1 0
        1.08:30 track ada "Order" revenue=1000 ; show sums revenue
        1.09:00 track ada "Ping" ; track ada "Order" revenue=1000
        1.09:10 show sums revenue ; show sums orders
        1.09:11 track ada "Order" revenue=30 ; show sums revenue
        8.09:09 track ada "Order" revenue=20 ; show sums revenue ; show sums orders
        8.09:10 track ada "Order" revenue=20 ; show sums revenue ; show sums orders
        9.09:00 track ada "Order" revenue=7 @8.09:00 ; show sums revenue ; show sums orders
        "#,
        r#"
        revenue: nobody
        revenue cell 0 inside: 1 persons, 0 in all
        orders cell 0 inside: 1 persons, 0 in all
        revenue cell 0 inside: 1 persons, 30 in all
        revenue cell 0 inside: 1 persons, 50 in all
        orders cell 0 inside: 1 persons, 2 in all
        revenue cell 0 inside: 1 persons, 50 in all
        orders cell 0 inside: 1 persons, 2 in all
        revenue cell 0 inside: 1 persons, 57 in all
        orders cell 0 inside: 1 persons, 3 in all
        "#,
    );
}

#[test]
fn the_cap_of_an_outcome_is_per_person() {
    check(
        PANEL,
        r#"
        1.08:00 cell p1 1
        1.09:00 track ada "Ping"
        1.10:00 track ada "Order" revenue=80 ; track ada "Order" revenue=80 ; show sums revenue
        1.11:00 track ada "Order" revenue=-70 ; show sums revenue
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        revenue cell 1 inside: 1 persons, 100 in all
        revenue cell 1 inside: 1 persons, 90 in all
        "#,
    );
}

#[test]
fn after_a_merge_only_identifiers_held_at_assignment_count() {
    check(
        PANEL,
        r#"
        1.08:00 cell p1 1
        1.09:00 track ada "Ping" ; page ~cookie
        1.10:00 identify ada~cookie
        1.11:00 track ~cookie "Order" revenue=10 ; show sums orders
        1.12:00 track ada~cookie "Order" revenue=10 ; show sums orders
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        orders cell 1 inside: 1 persons, 0 in all
        orders cell 1 inside: 1 persons, 1 in all
        "#,
    );
}

#[test]
fn sums_survive_restarts_and_crashes() {
    check(
        PANEL,
        r#"
        1.08:00 cell p1 1
        1.09:00 track ada "Ping"
        1.10:00 track ada "Order" revenue=10 ; crash ; start
        1.10:30 stop ; start ; track ada "Order" revenue=10 ; show sums orders
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        orders cell 1 inside: 1 persons, 2 in all
        "#,
    );
}

/// Who began before an outcome was declared was not watched for it, so they are no part of its
/// sums: neither with what they do later nor as somebody who did nothing.
#[test]
fn an_outcome_declared_later_counts_people_who_begin_later() {
    let later = format!(
        "{PANEL}\n==== 2\n{}",
        PANEL.replace(
            "{outcome: orders, event: Order}",
            "{outcome: orders, event: Order}\n- {outcome: visits, event: Visit}"
        )
    );
    check(
        &later,
        r#"
        1.08:00 cell p1 1
        1.09:00 track ada "Ping"
        1.10:00 apply 2 ; track ada "Visit" ; track ada "Order" ; show sums visits ; show sums orders
        1.11:00 stop ; start ; show sums orders
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        visits: nobody
        orders cell 1 inside: 1 persons, 1 in all
        orders cell 1 inside: 1 persons, 1 in all
        "#,
    );
}

#[test]
fn a_new_epoch_is_a_new_draw_and_a_new_start() {
    let next = format!("{PANEL}\n==== 2\n{}", PANEL.replace("window: 7d", "window: 7d, epoch: 1"));
    check(
        &next,
        r#"
        1.08:00 cell p1 1
        1.09:00 track ada "Ping"
        1.10:00 track ada "Order" revenue=10
        1.11:00 apply 2 ; track ada "Order" revenue=10 ; show sums orders
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        orders: nobody
        "#,
    );
}

/// Found on reading: a larger share took more people inside at a time when more bought, and whom it
/// raised count inside alone. Pooled, that looked like an effect of being inside.
#[test]
fn people_inside_and_outside_are_compared_within_their_cohort() {
    let panel: Panel =
        serde_json::from_str(r#"{"share": 0.5, "design": "leverage", "channels": ["email"]}"#)
            .expect("a panel");
    let of = |buyers: usize, people: usize| {
        let bought: Vec<f64> = (0..people).map(|n| if n < buyers { 1.0 } else { 0.0 }).collect();
        Sums::of(&bought)
    };
    let cohort = |shares, came| Cohort { shares, came };
    let on = panel.all_on();
    let cohorts = BTreeMap::from([
        (cohort(0, Came::New), vec![(on, false, of(30, 300)), (on, true, of(10, 100))]),
        (cohort(1, Came::New), vec![(on, false, of(50, 100)), (on, true, of(150, 300))]),
        (cohort(1, Came::Before), vec![(on, true, of(80, 80))]),
        (cohort(1, Came::Raised), vec![(on, false, of(1, 1)), (on, true, of(90, 90))]),
    ]);
    let found = PanelReport { cohorts, ..PanelReport::default() };
    let estimate = found.inside_minus_outside(&panel, 0.95).expect("two groups that vary");
    assert!(estimate.estimate.is_some_and(|it| it.abs() < 1e-12), "{estimate:?}");
    assert!(estimate.low < Some(0.0) && Some(0.0) < estimate.high, "{estimate:?}");
}
