//! Persons who are forgotten: what goes at once, what comes too late, and what opens an address again.

use super::play::{check, check_with};
use crate::EngineSettings;

const PING: &str = r#"
== policy.yaml
{zone: UTC, window: 10m, consent: none, quiet_hours: {from: "21:00", to: "08:00"}}
== audiences/pinged.yaml
audience: pinged
when: did("Ping", last 30d)
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [email], class: service}
"#;

#[test]
fn what_waits_is_not_sent_and_the_ledger_keeps_the_count_alone() {
    check(
        PING,
        r#"
        1.09:00 identify ada email=ada@x.example ; identify bob email=bob@x.example
        1.10:00 track ada "Ping"
        1.22:00 track ada "Ping" ; track bob "Ping"
        1.22:30 show audiences ; urgent erase ada
        1.23:00 show people ; show ledger ; show audiences
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Hello"
        audiences: pinged 2
        1.22:30 the wish is committed
        p2 = bob bob@x.example; in pinged
        m1 p0 hello sent: created planned sent
        m2 p0 hello dropped: created quiet_hours deferred erased
        m3 p2 hello planned email 2.08:00: created quiet_hours deferred
        audiences: pinged 1
        "#,
    );
}

/// Nobody will be told how it ended, so it counts as what nobody knows.
#[test]
fn what_is_on_the_wire_ends_unknown_and_its_answer_comes_too_late() {
    check(
        PING,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 provider email hang ; track ada "Ping"
        1.10:01 urgent erase ada
        1.10:02 answer m1 accept
        1.11:00 show people ; show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Hello": hangs
        1.10:01 the wish is committed
        m1 p0 hello unknown: created planned erased
        "#,
    );
}

#[test]
fn events_that_wait_behind_an_erasure_bring_nobody_back() {
    check_with(
        EngineSettings { batch_max: 2, ..EngineSettings::default() },
        PING,
        r#"
        1.09:00 identify ada~cookie email=ada@x.example
        1.10:00 crowd 5 "Visit" ; track ada "Ping" ; track ~cookie "Ping" ; urgent erase ada ; turn
        1.10:01 show ledger
        1.11:00 track ada "Visit" ; show ledger
        "#,
        r#"
        1.10:00 the wish is committed
        "#,
    );
}

#[test]
fn a_wish_whose_commit_failed_still_counts_from_its_copy_in_the_log() {
    for how in ["refuse", "store-and-fail"] {
        check(
            PING,
            &format!(
                r#"
                1.09:00 identify ada email=ada@x.example
                1.10:00 fail 1 {how} ; urgent erase ada
                1.11:00 show people
                "#
            ),
            r#"
            1.10:00 a commit failed
            1.10:00 the wish was not committed
            "#,
        );
    }
}

#[test]
fn of_persons_who_became_one_all_are_forgotten_with_the_records_of_the_merge() {
    check(
        PING,
        r#"
        1.09:00 identify ~cookie email=ada@x.example ; track ada "Visit"
        1.09:01 track ~cookie "Ping"
        1.10:00 identify ada~cookie ; show people
        1.11:00 erase ada ; show merges ; show people ; show ledger
        "#,
        r#"
        1.09:01 m1 email to ada@x.example "Hello"
        p2 = ada ada@x.example ~cookie; in pinged
        m1 p0 hello sent: created planned sent
        "#,
    );
}

#[test]
fn an_erased_address_is_closed_when_it_comes_again_until_its_owner_says_yes() {
    check(
        PING,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.09:30 track ada "Consent Given" channel=email
        1.10:00 erase ada
        1.11:00 identify eve email=ADA@x.example ; track eve "Ping"
        1.12:00 track eve "Consent Given" channel=email historical @1.09:30 with=ada@x.example
        1.12:30 track eve "Ping"
        1.13:00 track eve "Consent Given" channel=onsite with=ada@x.example
        1.13:30 track eve "Ping"
        1.14:00 track eve "Consent Given" channel=email with=ada@x.example
        1.14:30 track eve "Ping"
        1.15:00 show ledger
        1.16:00 track zoe "Visit" with=ada@x.example ; track eve "Ping"
        "#,
        r#"
        1.14:30 m4 email to ada@x.example "Hello"
        m1 p2 hello suppressed: created erased
        m2 p2 hello suppressed: created erased
        m3 p2 hello suppressed: created erased
        m4 p2 hello sent: created planned sent
        1.16:00 m5 email to ada@x.example "Hello"
        "#,
    );
}

/// With confirmations, what somebody types into a form opens nothing: not even the question is mailed.
#[test]
fn an_unconfirmed_request_does_not_open_an_erased_address() {
    check(
        r#"
        == policy.yaml
        {zone: UTC, window: 10m, consent: email, double_opt_in: email}
        == journeys/ping.yaml
        journey: ping
        trigger: {event: "Ping"}
        reentry: always
        steps:
          - message: {content: hello, channels: [email], class: service}
        "#
        .replace("\n        ", "\n")
        .as_str(),
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 erase ada
        1.11:00 track eve "Consent Given" channel=email with=ada@x.example
        1.12:00 track eve "Consent Given" channel=email confirmed=true with=ada@x.example
        1.13:00 track eve "Ping"
        1.14:00 show ledger
        "#,
        r#"
        1.13:00 m2 email to ada@x.example "Hello"
        m1 p2 request-confirmation suppressed: created erased
        m2 p2 hello sent: created planned sent
        "#,
    );
}
