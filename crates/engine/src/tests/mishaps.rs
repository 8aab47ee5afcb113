//! Cases that broke other systems. Each test is named after what must not happen here.

use super::play::{check, check_with};
use crate::EngineSettings;

const PING: &str = r#"
== audiences/buyers.yaml
audience: buyers
when: count("Order") >= 2
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

const SPRING: &str = r#"
== audiences/all.yaml
audience: all
when: not did("Never")
== broadcasts/spring.yaml
{broadcast: spring, audience: all, content: offer, channels: [onsite], expires: 2d}
"#;

#[test]
fn resume_sends_again_from_the_first_subscriber() {
    check_with(
        EngineSettings { fan_out_max: 1, ..EngineSettings::default() },
        SPRING,
        r#"
        1.09:00 identify ada ; identify bob ; identify cat ; broadcast spring plan
        1.10:00 broadcast spring start ; turn
        turn
        broadcast spring pause ; show broadcast spring
        1.10:30 crash ; start ; broadcast spring resume
        1.12:00 show broadcast spring ; show ledger
        "#,
        r#"
        spring is paused: 2 of 3 made
        1.10:31 m1 onsite to ada "Offer"
        1.10:31 m2 onsite to bob "Offer"
        1.10:40 m3 onsite to cat "Offer"
        spring is done: 3 of 3 made
        m1 p1 offer sent: created planned sent
        m2 p2 offer sent: created planned sent
        m3 p3 offer sent: created planned sent
        "#,
    );
}

#[test]
fn finished_with_half_the_list_unsent() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; identify bob ; broadcast spring plan ; room onsite 0
        1.10:00 broadcast spring start
        1.20:00 show broadcast spring
        1.21:00 provider onsite accept later ; room onsite 9 ; show broadcast spring
        1.22:00 show broadcast spring
        "#,
        r#"
        spring is running: 2 of 2 made
        1.21:00 m1 onsite to ada "Offer"
        1.21:00 m2 onsite to bob "Offer": later
        spring is running: 2 of 2 made
        1.21:01 m2 onsite to bob "Offer"
        spring is done: 2 of 2 made
        "#,
    );
}

#[test]
fn a_restored_snapshot_sends_last_weeks_campaign() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; broadcast spring plan ; broadcast spring start
        1.09:05 stop
        8.09:00 start
        8.12:00 show hold ; show ledger
        8.12:01 resume ; show ledger ; show broadcast spring
        "#,
        r#"
        hold: nothing was committed for 7d, since 2026-11-23T09:00:00Z
        m1 p1 offer dropped: created late
        m1 p1 offer dropped: created late
        spring is done: 1 of 1 made
        "#,
    );
}

/// Two processes cannot be: the store's lock is tested with the store. Two turns at the same moment
/// are the nearest that can happen.
#[test]
fn two_overlapping_runs_of_the_scheduler_send_twice() {
    check(
        PING,
        r#"
        1.09:00 track ada "Ping"
        1.09:10 clock ; turn
        turn
        turn
        1.09:10 clock ; show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn a_lock_that_expires_during_a_slow_send() {
    check(
        PING,
        r#"
        1.09:00 provider onsite hang ; track ada "Ping"
        1.23:00 show ledger
        3.09:00 answer m1 accept ; show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": hangs
        m1 p1 hello on the wire onsite: created planned
        m1 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn a_timer_with_steps_of_a_minute_or_lost_on_restart() {
    check(
        r#"
== journeys/soon.yaml
journey: soon
trigger: {event: "Ping"}
steps:
  - wait: 90s
  - message: {content: receipt, channels: [onsite]}
"#,
        r#"
        1.09:00:07 track ada "Ping"
        1.09:00:20 track bob "Ping"
        1.09:01 stop ; start
        1.09:10 show journeys
        "#,
        r#"
        1.09:01:37 m1 onsite to ada "Receipt"
        1.09:01:50 m2 onsite to bob "Receipt"
        soon: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

#[test]
fn an_acknowledged_event_is_lost_while_the_store_is_down() {
    check(
        PING,
        r#"
        1.09:00 track ada "Order"
        1.10:00 fail 3 refuse ; track ada "Order" ; track bob "Order"
        1.11:00 show audiences ; show stats
        "#,
        r#"
        1.10:00 a commit failed
        1.10:00 a commit failed
        1.10:00 a commit failed
        audiences: buyers 1
        3 events, 0 duplicates, 0 late answers
        "#,
    );
    // Stored, and reported as failed: what is in the store is not taken a second time.
    check(
        PING,
        r#"
        1.09:00 track ada "Order"
        1.10:00 fail 1 store-and-fail ; track bob "Order" ; show audiences
        1.11:00 track bob "Order" ; show audiences
        "#,
        r#"
        1.10:00 a commit failed
        audiences:
        audiences: buyers 1
        "#,
    );
}

/// The provider's word was heard once and is not heard again.
#[test]
fn an_answer_is_forgotten_because_its_commit_failed() {
    check(
        PING,
        r#"
        1.09:00 provider onsite hang ; track ada "Ping"
        1.09:20 fail 1 refuse ; answer m1 accept ; show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": hangs
        1.09:20 a commit failed
        m1 p1 hello sent: created planned sent
        "#,
    );
}

/// Nobody can say whether the claim was stored, so the message must not leave twice.
#[test]
fn a_claim_whose_commit_failed_makes_two_copies() {
    for (how, end) in [
        (
            "refuse",
            r#"
            1.09:10 a commit failed
            1.09:10 m1 onsite to ada "Hello"
            m1 p1 hello sent: created planned sent"#,
        ),
        (
            "store-and-fail",
            r#"
            1.09:10 a commit failed
            m1 p1 hello unknown: created planned found_in_flight"#,
        ),
    ] {
        check(
            PING,
            &format!("1.09:00 track ada Ping\n1.09:10 clock ; turn\nfail 1 {how} ; show ledger"),
            end,
        );
    }
}

#[test]
fn a_repeated_message_id_is_counted_twice() {
    check(
        PING,
        r#"
        1.09:00 track ada "Order" id:7 ; track ada "Order" id:7
        1.09:01 track ada "Order" id:7 ; show audiences
        1.09:02 stop ; start ; track ada "Order" id:7 ; show audiences ; show stats
        1.09:03 track ada "Order" id:8 ; show audiences
        "#,
        r#"
        audiences:
        audiences:
        0 events, 1 duplicates, 0 late answers
        audiences: buyers 1
        "#,
    );
}

#[test]
fn the_anonymous_profile_wins_the_merge() {
    check(
        "",
        r#"
        1.09:00 identify ~cookie plan=none colour=red @1.08:59
        1.10:00 identify ada plan=pro email=ada@shop.example
        1.11:00 page ada~cookie ; show people
        1.12:00 page ~cookie ; show people
        "#,
        r#"
        p2 = ada ada@shop.example ~cookie; colour=red plan=pro
        p2 = ada ada@shop.example ~cookie; colour=red plan=pro
        "#,
    );
}

/// Half past ten in Kolkata is five in the morning UTC, and the window opens there at nine.
#[test]
fn a_local_time_is_taken_for_utc() {
    check(
        r#"
== journeys/morning.yaml
journey: morning
trigger: {event: "Ping"}
steps:
  - wait_for: {from: "09:00", to: "12:00"}
  - message: {content: receipt, channels: [onsite]}
"#,
        r#"
        1.02:00 page ada in=Asia/Kolkata ; track ada "Ping" ; track bob "Ping"
        1.20:00 show journeys
        "#,
        r#"
        1.03:30 m1 onsite to ada "Receipt"
        1.09:00 m2 onsite to bob "Receipt"
        morning: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

#[test]
fn mail_goes_to_somebody_who_left_while_the_queue_was_long() {
    check(
        SPRING,
        r#"
        1.09:00 crowd 3 "Visit" ; broadcast spring plan ; room onsite 0
        1.10:00 broadcast spring start
        1.11:00 urgent says crowd-1 withdrawn onsite ; turn
        1.11:01 room onsite 9 ; show broadcast spring ; show ledger
        "#,
        r#"
        1.11:00 the wish is committed
        1.11:01 m1 onsite to crowd-0 "Offer"
        1.11:01 m3 onsite to crowd-2 "Offer"
        spring is done: 3 of 3 made
        m1 p1 offer sent: created planned sent
        m2 p2 offer suppressed: created planned withdrawn
        m3 p3 offer sent: created planned sent
        "#,
    );
}

/// The visitor is older, and still it is the person with the `user_id` who is kept, under the same
/// number and by the same id, before and after an undo.
#[test]
fn merge_deletes_the_known_id() {
    check(
        "",
        r#"
        1.09:00 identify ~cookie colour=red
        1.10:00 identify ada plan=pro
        1.11:00 page ada~cookie ; show people
        1.12:00 identify ada size=8 ; page ~cookie ; show people
        1.13:00 undo j1 ; identify ada size=9 ; show people
        "#,
        r#"
        p2 = ada ~cookie; colour=red plan=pro
        p2 = ada ~cookie; colour=red plan=pro size=8
        p1 = ~cookie; colour=red
        p2 = ada; plan=pro size=9
        "#,
    );
}

/// They sign in one after the other in one browser, and later each on a device of their own.
#[test]
fn two_people_on_one_computer_are_not_merged() {
    check(
        "",
        r#"
        1.09:00 page ~computer ; identify ada~computer plan=pro
        1.10:00 identify bob~computer colour=red ; alias bob computer ; alias bob ada
        1.11:00 track bob~computer "Visit" ; track ~computer "Visit" ; identify ada~phone
        1.12:00 identify bob~tablet ; show people ; show merges
        "#,
        r#"
        p1 = ada ~computer ~phone; plan=pro
        p2 = bob ~tablet; colour=red
        "#,
    );
}

#[test]
fn a_timer_of_a_restored_run_sends_again_what_left_after_the_backup() {
    let welcome = r#"
== journeys/welcome.yaml
journey: welcome
trigger: {event: "Signed Up"}
steps:
  - wait: 20m
  - message: {content: hello, channels: [onsite]}
  - wait: 1d
  - message: {content: offer, channels: [onsite]}
"#;
    check(
        welcome,
        r#"
        1.09:00 track ada "Signed Up"
        1.09:15 track bob "Signed Up"
        1.09:25 stop
        1.09:50 start ; restored-without-journal
        1.10:30 show ledger
        2.12:00 show ledger
        "#,
        r#"
        m1 p1 hello unknown: created planned restored
        m2 p2 hello unknown: created restored
        2.09:30 m3 onsite to ada "Offer"
        2.10:00 m4 onsite to bob "Offer"
        m1 p1 hello unknown: created planned restored
        m2 p2 hello unknown: created restored
        m3 p1 offer sent: created planned sent
        m4 p2 offer sent: created planned sent
        "#,
    );
}
