//! Runs as the engine carries them: keys, arms, exits, goals, and what becomes of their messages.

use super::play::check;

/// The second message meets the first while that one waits for others to compete with.
#[test]
fn one_run_per_cart() {
    check(
        r#"
== journeys/cart.yaml
journey: cart
trigger: {event: "Cart Updated"}
key: cart_id
exit:
  - when: property("cart_id") == "never"
steps:
  - wait: 1h
  - message: {content: hello, channels: [onsite]}
"#,
        r#"
        1.09:00 track ada "Cart Updated" cart_id=a
        1.09:10 track ada "Cart Updated" cart_id=b
        1.09:20 track ada "Cart Updated" cart_id=a
        1.09:30 track ada "Cart Updated" ; show people ; show journeys
        1.12:00 show ledger
        "#,
        r#"
        p1 = ada; at cart[a]:0 until 1.10:00 cart[b]:0 until 1.10:10
        cart: 2 started, 0 ended, 0 goals, 0 messages
        1.10:10 m1 onsite to ada "Hello"
        1.10:10 m2 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        m2 p1 hello sent: created planned sent
        "#,
    );
}

const BRANCH: &str = r#"
== journeys/sign-up.yaml
journey: sign-up
trigger: {event: "Signed Up"}
steps:
  - branch:
      - when: trait("plan") == "pro"
        steps:
          - message: {content: receipt, channels: [onsite]}
      - otherwise:
          - message: {content: hello, channels: [onsite]}
"#;

#[test]
fn a_branch_takes_the_first_arm_that_fits() {
    check(
        BRANCH,
        r#"
        1.09:00 identify ada plan=pro ; track ada "Signed Up" ; track bob "Signed Up"
        1.10:00 show journeys
        "#,
        r#"
        1.09:00 m1 onsite to ada "Receipt"
        1.09:10 m2 onsite to bob "Hello"
        sign-up: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

/// Whatever arm the hash gives, a person who comes again gets the same.
#[test]
fn a_split_gives_one_person_one_arm_for_ever() {
    let split = r#"
== journeys/test.yaml
journey: test
trigger: {event: "Visit"}
reentry: always
steps:
  - split:
      arms: {a: 50, b: 50}
      steps:
        a: [{set_trait: {name: arm, value: a}}]
        b: [{set_trait: {name: arm, value: b}}]
"#;
    let people: Vec<String> = (0..40).map(|n| format!("track u{n} Visit")).collect();
    let again: Vec<String> = (0..40).map(|n| format!("track u{n} Visit ; identify u{n}")).collect();
    let script = |rest: &str| format!("1.09:00 {}{rest}", people.join(" ; "));
    let first = super::play::output(split, &script(" ; show people"));
    let restarted = format!("\n1.10:00 stop ; start\n1.11:00 {} ; show people", again.join(" ; "));
    let second = super::play::output(split, &script(&restarted));
    assert_eq!(first, second);
    assert!(first.contains("arm=a") && first.contains("arm=b"), "{first}");
}

const EXIT: &str = r#"
== journeys/nudge.yaml
journey: nudge
trigger: {event: "Cart Updated"}
exit:
  - when: did("Order")
steps:
  - message: {content: hello, channels: [onsite]}
  - wait: 1d
"#;

#[test]
fn a_message_that_waits_ends_with_the_run_that_asked_for_it() {
    check(
        EXIT,
        r#"
        1.09:00 track ada "Cart Updated"
        1.09:05 track ada "Order" ; show ledger ; show trail m1 ; show journeys
        2.12:00 show slots p1
        "#,
        r#"
        m1 p1 hello dropped: created exited
        created: journey/nudge
        exited: the run ended
        nudge: 1 started, 1 ended, 0 goals, 1 messages
        no slots
        "#,
    );
}

#[test]
fn a_message_that_left_is_not_called_back() {
    check(
        EXIT,
        r#"
        1.09:00 track ada "Cart Updated"
        1.09:15 track ada "Order" ; show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn reaching_the_goal_ends_the_run_and_is_counted_once() {
    check(
        r#"
== journeys/nudge.yaml
journey: nudge
trigger: {event: "Cart Updated"}
goal: {event: "Order", within: 7d, value: revenue}
steps:
  - wait: 1h
  - message: {content: hello, channels: [onsite]}
  - wait: 1d
"#,
        r#"
        1.09:00 track ada "Cart Updated"
        1.09:30 track ada "Order" revenue=10 ; track ada "Order" revenue=10 ; show journeys
        1.12:00 show ledger
        "#,
        r#"
        nudge: 1 started, 1 ended, 1 goals, 0 messages
        "#,
    );
}

#[test]
fn a_wait_ends_with_the_event_or_with_its_time() {
    check(
        r#"
== journeys/wait.yaml
journey: wait
trigger: {event: "Signed Up"}
steps:
  - wait_until: {event: "Read", timeout: 1d, then: continue}
  - message: {content: receipt, channels: [onsite]}
"#,
        r#"
        1.09:00 track ada "Signed Up" ; track bob "Signed Up"
        1.10:00 track ada "Read"
        2.10:00 show journeys
        "#,
        r#"
        1.10:00 m1 onsite to ada "Receipt"
        2.09:00 m2 onsite to bob "Receipt"
        wait: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

#[test]
fn imported_facts_change_state_and_trigger_nothing() {
    check(
        r#"
== audiences/buyers.yaml
audience: buyers
when: did("Order")
== journeys/thanks.yaml
journey: thanks
trigger: {event: "Order"}
steps:
  - message: {content: receipt, channels: [onsite]}
== journeys/enters.yaml
journey: enters
trigger: {enters: buyers}
steps:
  - message: {content: receipt, channels: [onsite]}
"#,
        r#"
        1.09:00 track ada "Order" historical @1.08:00 ; show people ; show audiences ; show journeys
        1.10:00 track bob "Order" ; show journeys
        "#,
        r#"
        p1 = ada; in buyers
        audiences: buyers 1
        1.10:00 m1 onsite to bob "Receipt"
        1.10:00 m2 onsite to bob "Receipt"
        enters: 1 started, 1 ended, 0 goals, 1 messages
        thanks: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

#[test]
fn news_that_is_a_day_old_begins_nothing() {
    check(
        BRANCH,
        r#"
        3.09:00 track ada "Signed Up" @2.08:59 ; show journeys
        3.10:00 track bob "Signed Up" @2.10:00 ; show journeys
        "#,
        r#"
        sign-up: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

const FALLBACK: &str = r#"
== policy.yaml
{zone: UTC, window: 0s, consent: none, caps: [{channels: [email], at_most: 1, per: 7d}]}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message:
      content: hello
      channels: [email]
      expires: 2h
      otherwise:
        - message: {content: offer, channels: [onsite]}
        - set_trait: {name: reached, value: elsewhere}
  - set_trait: {name: done, value: true}
"#;

/// In other tools whoever has had enough goes on as if they had been written to.
#[test]
fn a_capped_person_does_not_move_on_as_if_messaged() {
    check(
        FALLBACK,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 track ada "Ping"
        1.11:00 show people
        1.12:00 track ada "Ping"
        1.13:00 show people ; show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Hello"
        p1 = ada ada@x.example; done=true
        1.12:00 m3 onsite to ada "Offer"
        p1 = ada ada@x.example; done=true reached=elsewhere
        m1 p1 hello sent: created planned sent
        m2 p1 hello dropped: created cap cap
        m3 p1 offer sent: created planned sent
        "#,
    );
}

#[test]
fn a_step_that_waits_for_its_message_survives_a_restart_and_a_refusal() {
    check(
        FALLBACK,
        r#"
        1.09:00 identify ada email=ada@x.example ; provider email refuse
        1.10:00 track ada "Ping" ; stop ; start
        1.11:00 show people ; show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Hello": refused
        1.10:00 m2 onsite to ada "Offer"
        p1 = ada ada@x.example; done=true reached=elsewhere
        m1 p1 hello failed: created planned refused
        m2 p1 offer sent: created planned sent
        "#,
    );
}

/// What is said first may wait for two days, and what is transactional for an hour.
const PAUSED: &str = r#"
== journeys/care.yaml
journey: care
trigger: {event: "Care"}
steps:
  - message: {content: hello, channels: [onsite], expires: 2d}
  - wait: 30m
  - message: {content: receipt, channels: [onsite], expires: 1h}
"#;

#[test]
fn nothing_of_a_paused_journey_leaves_and_people_walk_on() {
    check(
        PAUSED,
        r#"
        1.09:00 track ada "Care" ; journey care pause ; show people
        1.10:00 journey care pause ; track bob "Care"
        1.11:00 show ledger ; crash ; start
        1.11:45 show ledger
        1.12:00 journey care resume
        1.12:30 show ledger ; show people
        "#,
        r#"
        p1 = ada; at care:1 until 1.09:30
        m1 p1 hello planned onsite 1.11:01: created planned
        m2 p1 receipt dropped: created planned late
        m3 p2 hello planned onsite 1.11:01: created planned
        m4 p2 receipt planned onsite 1.11:01: created planned
        m1 p1 hello planned onsite 1.11:46: created planned
        m2 p1 receipt dropped: created planned late
        m3 p2 hello planned onsite 1.11:46: created planned
        m4 p2 receipt dropped: created planned late
        1.12:01 m1 onsite to ada "Hello"
        1.12:01 m3 onsite to bob "Hello"
        m1 p1 hello sent: created planned sent
        m2 p1 receipt dropped: created planned late
        m3 p2 hello sent: created planned sent
        m4 p2 receipt dropped: created planned late
        p1 = ada
        p2 = bob
        "#,
    );
}

#[test]
fn a_pause_of_one_journey_is_none_of_others() {
    let other = "== journeys/news.yaml\njourney: news\ntrigger: {event: \"Care\"}\nsteps:\n  - message: {content: offer, channels: [onsite]}";
    check(
        &format!("{PAUSED}\n{other}"),
        r#"
        1.09:00 journey care pause ; track ada "Care"
        1.11:00 show ledger
        "#,
        r#"
        1.09:10 m2 onsite to ada "Offer"
        m1 p1 hello planned onsite 1.11:01: created planned
        m2 p1 offer sent: created planned sent
        m3 p1 receipt dropped: created planned late
        "#,
    );
}
