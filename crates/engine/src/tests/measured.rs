//! Consent to being measured: who says no is counted, learned from and withheld nothing, at once.

use super::play::check;

const MEASURED: &str = r#"
== policy.yaml
zone: UTC
consent: none
window: 0s
holdouts: {journeys: {ping: 30%}, window: 7d}
panel: {share: 100%, design: leverage, channels: [onsite, push], window: 7d}
learning: {hours: 1, within: 3d}
== outcomes.yaml
- {outcome: orders, event: Order}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

const NO: &str = r#"track ada "Consent Withdrawn" purpose=measurement"#;
const YES: &str = r#"track ada "Consent Given" purpose=measurement"#;

#[test]
fn whoever_said_no_before_has_no_place_in_any_experiment() {
    check(
        MEASURED,
        &format!(
            r#"
            1.08:00 cell p1 0 ; holdout journey/ping p1
            1.09:00 {NO}
            1.10:00 track ada "Ping"
            1.11:00 track ada "Order" ; track ada "Message Link Clicked" message=m1
            1.12:00 show ledger ; show sums orders ; show holdouts orders ; show learned p1
            "#
        ),
        r#"
        1.10:00 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        orders: nobody
        journey/ping: sent nobody, held nobody
        p1: nothing
        "#,
    );
}

#[test]
fn a_no_ends_withholding_counting_and_learning_from_then_on() {
    check(
        MEASURED,
        &format!(
            r#"
            1.08:00 cell p1 0
            1.09:00 track ada "Ping"
            1.10:00 track ada "Order"
            1.11:00 show sums orders ; show learned p1
            1.12:00 {NO}
            1.13:00 track ada "Ping" ; track ada "Order"
            1.14:00 show ledger ; show sums orders ; show learned p1
            "#
        ),
        r#"
        orders cell 0 inside: 1 persons, 1 in all
        p1: nothing
        1.13:00 m2 onsite to ada "Hello"
        m1 p1 hello held_out: created chosen held_out
        m2 p1 hello sent: created planned sent
        orders cell 0 inside: 1 persons, 1 in all
        p1: nothing
        "#,
    );
}

#[test]
fn where_a_yes_is_needed_nobody_is_measured_without_one() {
    let needed = MEASURED.replace("window: 0s", "window: 0s\nmeasurement_consent: needed");
    check(
        &needed,
        &format!(
            r#"
            1.08:00 cell p1 0
            1.09:00 track ada "Ping"
            1.10:00 show ledger ; show sums orders
            1.11:00 {YES}
            1.12:00 track ada "Ping"
            1.13:00 show ledger ; show sums orders
            "#
        ),
        r#"
        1.09:00 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        orders: nobody
        m1 p1 hello sent: created planned sent
        m2 p1 hello held_out: created chosen held_out
        orders cell 0 inside: 1 persons, 0 in all
        "#,
    );
}

#[test]
fn what_was_learned_about_somebody_goes_with_their_no() {
    let lines =
        MEASURED.lines().filter(|it| !it.starts_with("holdouts:") && !it.starts_with("panel:"));
    let learning: String = lines.map(|it| format!("{it}\n")).collect();
    check(
        &learning,
        &format!(
            r#"
            1.09:00 track ada "Ping"
            1.10:00 track ada "Message Link Clicked" message=m1
            5.10:00 show learned p1
            5.11:00 {NO}
            5.12:00 show learned p1
            6.09:00 track ada "Ping"
            9.10:00 show learned p1
            "#
        ),
        r#"
        1.09:00 m1 onsite to ada "Hello"
        p1: 1.000 sent, 1.000 answered
        p1: nothing
        6.09:00 m2 onsite to ada "Hello"
        p1: nothing
        "#,
    );
}
