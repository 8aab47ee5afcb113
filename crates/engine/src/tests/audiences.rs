//! Who is in, and exactly until when.

use super::play::check;

const BUYERS: &str = r#"
== audiences/buyers.yaml
audience: buyers
when: did("Order", last 1d)
== journeys/left.yaml
journey: left
trigger: {leaves: buyers}
reentry: always
steps:
  - message: {content: receipt, channels: [onsite]}
"#;

#[test]
fn an_event_brings_in_and_time_alone_takes_out_to_the_millisecond() {
    check(
        BUYERS,
        r#"
        1.09:00:00.500 track ada "Order" ; show audiences
        2.09:00:00.499 show audiences
        2.09:00:00.500 show audiences
        "#,
        r#"
        audiences: buyers 1
        audiences: buyers 1
        2.09:00:00.500 m1 onsite to ada "Receipt"
        audiences: buyers 0
        "#,
    );
}

#[test]
fn a_second_order_keeps_the_person_in() {
    check(
        BUYERS,
        r#"
        1.09:00 track ada "Order"
        1.21:00 track ada "Order"
        2.12:00 show audiences
        2.22:00 show audiences
        "#,
        r#"
        audiences: buyers 1
        2.21:00 m1 onsite to ada "Receipt"
        audiences: buyers 0
        "#,
    );
}

#[test]
fn a_late_order_counts_from_when_it_happened() {
    check(
        BUYERS,
        r#"
        1.09:00 track ada "Order" @1.08:00
        2.08:30 show audiences
        "#,
        r#"
        2.08:00 m1 onsite to ada "Receipt"
        audiences: buyers 0
        "#,
    );
}

#[test]
fn audiences_read_traits_statements_and_each_other() {
    check(
        r#"
== audiences/pro.yaml
audience: pro
when: trait("plan") == "pro"
== audiences/willing.yaml
audience: willing
when: audience("pro") and consent("email", "news")
"#,
        r#"
        1.09:00 identify ada plan=pro ; show audiences
        1.09:01 says ada granted email news ; show audiences
        1.09:02 identify ada plan=free ; show audiences
        1.09:03 identify ada plan=pro ; says ada withdrawn email news ; show audiences
        "#,
        r#"
        audiences: pro 1
        audiences: pro 1, willing 1
        audiences: pro 0, willing 0
        audiences: pro 1, willing 0
        "#,
    );
}

#[test]
fn entering_an_audience_begins_a_journey_once() {
    check(
        r#"
== audiences/regulars.yaml
audience: regulars
when: count("Order") >= 2
== journeys/thanks.yaml
journey: thanks
trigger: {enters: regulars}
steps:
  - message: {content: receipt, channels: [onsite]}
"#,
        r#"
        1.09:00 track ada "Order"
        1.10:00 track ada "Order"
        1.11:00 track ada "Order" ; show journeys
        "#,
        r#"
        1.10:00 m1 onsite to ada "Receipt"
        thanks: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

#[test]
fn a_journey_that_sets_a_trait_moves_audiences_and_they_begin_journeys() {
    check(
        r#"
== audiences/vip.yaml
audience: vip
when: trait("level") == "gold"
== journeys/promote.yaml
journey: promote
trigger: {event: "Order"}
steps:
  - set_trait: {name: level, value: gold}
== journeys/greet.yaml
journey: greet
trigger: {enters: vip}
steps:
  - message: {content: receipt, channels: [onsite]}
"#,
        r#"
        1.09:00 track ada "Order" ; show people ; show audiences
        "#,
        r#"
        1.09:00 m1 onsite to ada "Receipt"
        p1 = ada; level=gold; in vip
        audiences: vip 1
        "#,
    );
}

#[test]
fn journeys_and_audiences_that_move_each_other_for_ever_are_stopped() {
    check(
        r#"
== audiences/on.yaml
audience: on
when: trait("light") == "on"
== journeys/off.yaml
journey: off
trigger: {enters: on}
reentry: always
steps:
  - set_trait: {name: light, value: "off"}
== journeys/on.yaml
journey: on
trigger: {leaves: on}
reentry: always
steps:
  - set_trait: {name: light, value: "on"}
"#,
        r#"
        1.09:00 identify ada light=on
        1.09:01 page ada ; show stats
        "#,
        "2 events, 0 duplicates, 0 late answers",
    );
}

#[test]
fn each_day_says_who_came_and_went_and_what_a_new_definition_did() {
    const PAYING: &str = r#"
== audiences/paying.yaml
audience: paying
when: trait("plan") == "pro"
"#;
    check(
        &format!("{PAYING}==== 2{}", PAYING.replace("== \"pro\"", "in [\"pro\", \"team\"]")),
        r#"
        1.09:00 identify ada plan=pro ; identify bob plan=pro ; identify cyd plan=team
        2.09:00 identify ada plan=free
        3.09:00 apply 2
        3.10:00 identify dan plan=team
        3.11:00 show growth paying
        "#,
        r#"
        day 1: +2 -0 and 0 to 2
        day 2: +0 -1 and 0 to 1
        day 3: +1 -0 and 1 to 3
        "#,
    );
}
