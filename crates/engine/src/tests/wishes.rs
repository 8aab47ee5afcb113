//! What may not wait: a person's wish over a backlog, a hold after an absence, a clean restart.

use super::play::check;

const PING: &str = r#"
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

#[test]
fn a_withdrawal_is_committed_before_its_answer_whatever_waits() {
    check(
        PING,
        r#"
        1.09:00 track ada "Visit"
        1.10:00 crowd 5000 "Visit" ; urgent says ada withdrawn onsite ; turn ; show backlog
        1.10:01 track ada "Ping"
        1.11:00 show ledger ; show stats
        "#,
        r#"
        1.10:00 the wish is committed
        events wait
        m1 p1 hello suppressed: created withdrawn
        5003 events, 1 duplicates, 0 late answers
        "#,
    );
}

/// The page says that it failed, and still the copy in the log counts.
#[test]
fn a_wish_whose_commit_failed_is_not_called_done() {
    check(
        PING,
        r#"
        1.09:00 track ada "Visit"
        1.10:00 fail 1 refuse ; urgent says ada withdrawn onsite
        1.10:01 track ada "Ping"
        1.11:00 show ledger ; show stats
        "#,
        r#"
        1.10:00 a commit failed
        1.10:00 the wish was not committed
        m1 p1 hello suppressed: created withdrawn
        3 events, 0 duplicates, 0 late answers
        "#,
    );
}

#[test]
fn after_more_than_an_hour_away_nothing_leaves_until_somebody_says_so() {
    check(
        PING,
        r#"
        1.09:00 track ada "Ping"
        1.09:05 stop
        1.10:30 start ; show hold
        1.11:00 track ada "Ping"
        1.12:00 show ledger
        1.12:30 stop ; start ; show hold
        1.13:00 resume ; show hold
        1.14:00 show ledger
        "#,
        r#"
        hold: nothing was committed for 1h30m, since 2026-11-23T09:00:00Z
        m1 p1 hello planned onsite 1.10:30: created planned
        m2 p1 hello planned onsite 1.11:10: created planned
        hold: nothing was committed for 1h30m, since 2026-11-23T09:00:00Z
        1.13:00 m1 onsite to ada "Hello"
        1.13:00 m2 onsite to ada "Hello"
        no hold
        m1 p1 hello sent: created planned sent
        m2 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn an_hour_away_is_not_yet_long() {
    check(
        PING,
        r#"
        1.09:00 track ada "Ping"
        1.09:00 stop
        1.10:00 start ; show hold
        "#,
        r#"
        1.10:00 m1 onsite to ada "Hello"
        no hold
        "#,
    );
}

#[test]
fn a_clock_that_was_set_back_two_hours_holds_and_one_set_back_a_little_does_not() {
    check(
        PING,
        r#"
        1.09:00 track ada "Ping"
        1.09:05 show hold
        1.08:40 clock ; show hold
        1.09:30 show hold
        1.07:20 clock ; track bob "Ping" ; show hold
        1.07:50 show ledger
        1.08:00 resume
        "#,
        r#"
        no hold
        no hold
        1.09:10 m1 onsite to ada "Hello"
        no hold
        hold: the clock went back by 2h10m, from 2026-11-23T09:30:00Z to 2026-11-23T07:20:00Z
        m1 p1 hello sent: created planned sent
        m2 p2 hello planned onsite 1.07:30: created planned
        1.08:00 m2 onsite to bob "Hello"
        "#,
    );
}

#[test]
fn an_engine_that_runs_never_holds_however_quiet_the_days_are() {
    check(
        PING,
        r#"
        1.09:00 track ada "Visit"
        9.09:00 show hold ; track ada "Ping"
        9.10:00 show hold
        "#,
        r#"
        no hold
        9.09:10 m1 onsite to ada "Hello"
        no hold
        "#,
    );
}

#[test]
fn a_restart_while_messages_wait_or_are_planned_loses_and_doubles_nothing() {
    let night = format!(
        "{PING}\n== policy.yaml\n{{zone: UTC, quiet_hours: {{from: \"21:00\", to: \"08:00\"}}, consent: none}}\n"
    );
    check(
        &night,
        r#"
        1.20:00 track ada "Ping"
        1.20:05 stop ; start
        1.20:20 track ada "Ping"
        1.20:50 track ada "Ping"
        1.20:55 crash ; start ; show ledger
        1.21:30 crash ; start
        1.21:35 crash ; start
        1.21:36 show ledger
        2.07:55 stop ; start
        2.09:00 show ledger
        "#,
        r#"
        1.20:10 m1 onsite to ada "Hello"
        1.20:30 m2 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        m2 p1 hello sent: created planned sent
        m3 p1 hello waiting: created
        m1 p1 hello sent: created planned sent
        m2 p1 hello sent: created planned sent
        m3 p1 hello planned onsite 2.08:00: created quiet_hours deferred
        2.08:00 m3 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        m2 p1 hello sent: created planned sent
        m3 p1 hello sent: created quiet_hours deferred sent
        "#,
    );
}

#[test]
fn what_was_on_the_wire_at_a_restart_is_unknown_and_keeps_its_slot() {
    check(
        PING,
        r#"
        1.09:00 provider onsite hang ; track ada "Ping"
        1.09:20 crash ; start ; show ledger ; show slots p1
        1.09:30 answer m1 accept ; show ledger ; show stats
        1.10:00 settle ada m1 delivered ; show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": hangs
        m1 p1 hello unknown: created planned found_in_flight
        m1 unknown 1.09:10
        m1 p1 hello unknown: created planned found_in_flight
        0 events, 0 duplicates, 1 late answers
        m1 p1 hello sent: created planned found_in_flight confirmed
        "#,
    );
}
