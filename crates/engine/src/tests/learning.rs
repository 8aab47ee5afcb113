//! What people answer is counted once, in the commit of the fact that says it; what chance draws is
//! drawn once.

use super::play::{check, output};
use crate::Loaded;
use crate::learn::pair_effects;
use crate::measure::{PanelSums, SumKey};
use decision::learning::Fold;
use decision::{Design, Panel, Rule};
use model::{Channel, Span, Timestamp};
use record::Programme;
use record::programme::OutcomeDefinition;

/// One possibility per message, so that it leaves at once; drawn all the same.
const LEARNS: &str = r#"
== policy.yaml
zone: UTC
consent: none
learning: {hours: 1, within: 3d}
== outcomes.yaml
- {outcome: orders, event: Order}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite], value: 1}
"#;

/// Two days of hours in two channels.
const WIDE: &str = r#"
== policy.yaml
zone: UTC
consent: none
quiet_hours: {from: "21:00", to: "08:00"}
learning: {within: 1d}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [push, onsite], expires: 2d, value: 1}
"#;

#[test]
fn a_click_by_a_person_counts_and_one_by_a_scanner_does_not() {
    check(
        LEARNS,
        r#"
        1.09:00 track ada "Ping"
        1.12:00 track ada "Ping"
        1.13:00 track ada "Message Link Clicked" message=m1 automatic=true
        1.13:01 track ada "Message Link Clicked" message=m2 automatic=false
        1.14:00 show learned p1
        3.12:00 show learned p1 ; show choice m1
        5.09:00 show learned p1 ; show choice m1 ; show choice m2
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        1.12:10 m2 onsite to ada "Hello"
        p1: 0.000 sent, 0.000 answered; awaits m1 until 4.09:10, m2 until 4.12:10
        p1: 0.000 sent, 0.000 answered; awaits m1 until 4.09:10, m2 until 4.12:10
        m1: onsite 1.09:10, 1 of 1, open
        p1: 2.000 sent, 1.000 answered
        m1: onsite 1.09:10, 1 of 1, not answered
        m2: onsite 1.12:10, 1 of 1, answered
        "#,
    );
}

#[test]
fn an_outcome_counts_for_what_was_sent_shortly_before_and_an_import_for_nothing() {
    check(
        LEARNS,
        r#"
        1.09:00 track ada "Ping"
        1.10:00 track ada "Order" historical
        1.11:00 show learned p1
        2.09:00 track ada "Order"
        2.10:00 track ada "Ping"
        8.09:00 show learned p1
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        p1: 0.000 sent, 0.000 answered; awaits m1 until 4.09:10
        2.10:10 m2 onsite to ada "Hello"
        p1: 1.992 sent, 0.992 answered
        "#,
    );
}

#[test]
fn a_withheld_message_teaches_nothing() {
    let held = LEARNS.replace(
        "consent: none\n",
        "consent: none\npanel: {share: 100%, design: factorial, channels: [onsite]}\n",
    );
    check(
        &held,
        r#"
        1.08:00 cell p1 0
        1.09:00 track ada "Ping"
        1.10:00 track ada "Order"
        8.09:00 show learned p1 ; show choice m1 ; show ledger
        "#,
        r#"
        p1: nothing
        m1: onsite 1.09:10, 1 of 1, open
        m1 p1 hello held_out: created chosen held_out
        "#,
    );
}

#[test]
fn without_the_setting_nothing_is_learned_and_nothing_drawn() {
    check(
        &LEARNS.replace("learning: {hours: 1, within: 3d}\n", ""),
        r#"
        1.09:00 track ada "Ping"
        1.10:00 track ada "Order"
        8.09:00 show learned p1 ; show choice m1 ; show policy
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        p1: nothing
        m1: no choice
        no policy
        "#,
    );
}

#[test]
fn what_two_persons_taught_is_what_the_one_taught_that_they_become() {
    check(
        LEARNS,
        r#"
        1.09:00 track ada "Ping" ; track ~cookie "Ping"
        1.12:00 track ada "Order"
        6.09:00 track ada "Ping" ; track ~cookie "Ping"
        6.10:00 track ada~cookie "Both"
        6.11:00 show learned p1
        12.09:00 show learned p1
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        1.09:10 m2 onsite to cookie "Hello"
        6.09:10 m3 onsite to ada "Hello"
        6.09:10 m4 onsite to cookie "Hello"
        p1: 2.000 sent, 1.000 answered; awaits m3 until 9.09:10, m4 until 9.09:10
        p1: 3.924 sent, 0.962 answered
        "#,
    );
}

#[test]
fn every_day_of_work_has_its_numbered_policy() {
    check(
        LEARNS,
        r#"
        1.09:00 track ada "Ping" ; show policy
        1.23:00 show policy
        2.00:30 show policy
        5.00:30 show policy
        "#,
        r#"
        policy 1 of 1.09:00
        1.09:10 m1 onsite to ada "Hello"
        policy 1 of 1.09:00
        policy 2 of 2.00:00
        policy 5 of 5.00:00
        "#,
    );
}

/// Whatever fails between wish and plan, the lot falls the same way, and falls once.
#[test]
fn a_crash_does_not_draw_again() {
    let script = |trouble: &str| {
        format!(
            "1.09:00 track ada \"Ping\" device=d1\n\
             1.09:05 {trouble}\n\
             1.09:20 track ada \"Ping\" device=d1\n\
             4.09:00 show choice m1 ; show choice m2"
        )
    };
    let choices = |trouble: &str| -> Vec<String> {
        let lines = output(WIDE, &script(trouble));
        lines.lines().filter(|it| it.contains(" of ")).map(str::to_owned).collect()
    };
    let calm = choices("show hold");
    assert_eq!(calm.len(), 2, "{calm:?}");
    assert_eq!(choices("crash ; start"), calm);
    assert_eq!(choices("fail 2 refuse"), calm);
    assert_eq!(choices("fail 1 store-and-fail"), calm);
}

#[test]
fn under_pressure_caps_let_half_as_many_through_for_a_while() {
    let pressed = LEARNS.replace(
        "learning: {hours: 1, within: 3d}",
        "caps: [{channels: any, at_most: 2, per: 1d}]\n\
         learning: {hours: 1, within: 3d, pressure: {share: 100%, window: 7d}}",
    );
    check(
        &pressed,
        r#"
        1.09:00 track ada "Ping"
        1.10:00 track ada "Ping"
        3.09:00 show pressure p1
        4.09:00 says ada withdrawn push
        9.09:00 show pressure p1 ; track ada "Ping"
        9.10:00 track ada "Ping"
        9.12:00 show pressure p1
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        2.09:10 m2 onsite to ada "Hello"
        p1: half caps, 2 messages, load 3, stayed, running
        p1: half caps, 2 messages, load 3, opted out, counted
        9.09:10 m3 onsite to ada "Hello"
        9.10:10 m4 onsite to ada "Hello"
        p1: half caps, 2 messages, load 3, opted out, counted
        "#,
    );
}

/// Each half learns what two channels do for each other from its own people only.
#[test]
fn pairs_come_from_the_cells_of_one_half() {
    let mut programme = Programme::default();
    programme.policy.panel = Some(Panel {
        shares: 0,
        share: 1.0,
        inside_all_on: 0.05,
        design: Design::Factorial,
        channels: vec![Channel::Email, Channel::Push],
        rule: Rule::Withhold,
        window: Span::DAY,
        epoch: 0,
    });
    let outcome = "orders".to_owned();
    programme.outcomes = vec![OutcomeDefinition {
        name: outcome.clone(),
        event: "Order".to_owned(),
        when: None,
        value: None,
        cap: None,
    }];
    let loaded = Loaded::empty().next(1, programme).expect("sound");
    let mut sums = PanelSums::default();
    // Of ten people so many order, by cell: alone each channel adds one, together they add five.
    for (cell, orders) in [(0, 1), (1, 2), (2, 2), (3, 6)] {
        for n in 0..4_000 {
            let (outcome, fold) = (outcome.clone(), Some(Fold::One));
            let key = SumKey {
                epoch: 0,
                outcome,
                day: 5,
                inside: true,
                cohort: Default::default(),
                cell,
                fold,
            };
            sums.enter(key.clone());
            if n % 10 < orders {
                sums.replace(key, 0.0, 1.0);
            }
        }
    }
    let late = Timestamp(Span::days(30).0);
    let found = pair_effects(&loaded, &sums, Fold::One, late);
    // 0.5 / 0.2, held at 2.
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].first, found[0].second, found[0].g), (Channel::Email, Channel::Push, 2.0));
    assert!(pair_effects(&loaded, &sums, Fold::Zero, late).is_empty());
    assert!(pair_effects(&loaded, &sums, Fold::One, Timestamp(0)).is_empty(), "windows run");
}
