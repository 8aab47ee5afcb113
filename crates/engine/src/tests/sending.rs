//! From candidate to end: waits, caps, nights, providers' answers, and what each leaves behind.

use super::play::check;

const PING: &str = r#"
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

fn ping_with(policy: &str) -> String {
    format!("{PING}\n== policy.yaml\n{policy}")
}

const ONE_A_DAY: &str = "{zone: UTC, caps: [{channels: any, at_most: 1, per: 1d}], consent: none}";
const NIGHTS: &str = r#"{zone: UTC, quiet_hours: {from: "21:00", to: "08:00"}, consent: none}"#;

#[test]
fn a_provider_that_says_later_gets_the_message_again_until_it_takes_it() {
    check(
        PING,
        r#"
        1.09:00 provider onsite later later ; track ada "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": later
        1.09:11 m1 onsite to ada "Hello": later
        1.09:16 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned retry retry sent
        "#,
    );
}

#[test]
fn a_provider_may_ask_for_more_time() {
    check(
        PING,
        r#"
        1.09:00 provider onsite later:30m ; track ada "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": later
        1.09:40 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned retry sent
        "#,
    );
}

#[test]
fn a_provider_that_never_takes_it_is_given_up_after_the_last_try() {
    check(
        PING,
        r#"
        1.09:00 provider onsite always later ; track ada "Ping"
        2.12:00 show ledger ; show slots p1
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": later
        1.09:11 m1 onsite to ada "Hello": later
        1.09:16 m1 onsite to ada "Hello": later
        1.09:46 m1 onsite to ada "Hello": later
        1.11:46 m1 onsite to ada "Hello": later
        1.17:46 m1 onsite to ada "Hello": later
        m1 p1 hello failed: created planned retry retry retry retry retry gave_up
        no slots
        "#,
    );
}

#[test]
fn a_refused_message_fails_and_gives_its_slot_back() {
    check(
        &ping_with(ONE_A_DAY),
        r#"
        1.09:00 provider onsite refuse ; track ada "Ping"
        1.09:20 show slots p1 ; track ada "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": refused
        no slots
        1.09:30 m2 onsite to ada "Hello"
        m1 p1 hello failed: created planned refused
        m2 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn a_dead_address_gets_nothing_more() {
    check(
        PING,
        r#"
        1.09:00 provider onsite dead ; track ada "Ping"
        1.10:00 track ada "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": dead
        m1 p1 hello failed: created planned refused
        m2 p1 hello suppressed: created bounced
        "#,
    );
}

#[test]
fn after_a_lost_answer_nothing_is_sent_again_and_the_slot_stays_taken() {
    check(
        &ping_with(ONE_A_DAY),
        r#"
        1.09:00 provider onsite lose ; track ada "Ping"
        1.09:20 track ada "Ping"
        1.10:00 show ledger ; show slots p1
        1.11:00 settle ada m1 delivered ; show ledger ; show slots p1
        2.12:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": lost
        m1 p1 hello unknown: created planned answer_lost
        m2 p1 hello planned onsite 2.09:10: created cap deferred
        m1 unknown 1.09:10
        m2 reserved 2.09:10
        m1 p1 hello sent: created planned answer_lost confirmed
        m2 p1 hello planned onsite 2.09:10: created cap deferred
        m1 sent 1.09:10
        m2 reserved 2.09:10
        2.09:10 m2 onsite to ada "Hello"
        m1 p1 hello sent: created planned answer_lost confirmed
        m2 p1 hello sent: created cap deferred sent
        "#,
    );
}

#[test]
fn a_later_no_frees_the_slot_of_an_unknown_message() {
    check(
        &ping_with(ONE_A_DAY),
        r#"
        1.09:00 provider onsite lose ; track ada "Ping"
        1.11:00 settle ada m1 bounced ; show ledger ; show slots p1
        1.12:00 settle ada m1 delivered ; show ledger
        1.13:00 track ada "Ping"
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": lost
        m1 p1 hello failed: created planned answer_lost refused
        no slots
        m1 p1 hello failed: created planned answer_lost refused
        "#,
    );
}

#[test]
fn late_and_repeated_answers_change_nothing() {
    check(
        PING,
        r#"
        1.09:00 provider onsite hang ; track ada "Ping"
        1.10:00 show ledger ; answer m1 accept ; answer m1 accept
        1.10:01 answer m1 refuse ; show ledger ; show stats
        1.10:02 answer m9 accept ; show stats
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": hangs
        m1 p1 hello on the wire onsite: created planned
        m1 p1 hello sent: created planned sent
        1 events, 0 duplicates, 2 late answers
        1 events, 0 duplicates, 3 late answers
        "#,
    );
}

#[test]
fn a_content_that_cannot_be_rendered_fails_with_the_variables_name() {
    check(
        &format!(
            "{}\n== content/hello.md\n---\ncontent: hello\ntopic: news\nsummary: \"Hello {{{{ person.nickname }}}}\"\n---\nHello.\n",
            ping_with(ONE_A_DAY)
        ),
        r#"
        1.09:00 track ada "Ping"
        1.10:00 show ledger ; show slots p1
        1.10:01 identify ada nickname=Countess ; track ada "Ping"
        1.11:00 show trail m1
        "#,
        r#"
        m1 p1 hello failed: created planned render_failed
        no slots
        1.10:11 m2 onsite to ada "Hello Countess"
        created: journey/ping
        planned: onsite at 2026-11-23T09:10:00Z
        render_failed: summary: person.nickname has no value for this person; give it one with `| default: "…"`, or put it in an {% if %}
        "#,
    );
}

#[test]
fn without_consent_nothing_goes_out() {
    let policy = "{zone: UTC, consent: [onsite]}";
    check(
        &ping_with(policy),
        r#"
        1.09:00 track ada "Ping"
        1.10:00 says ada unconfirmed onsite news ; track ada "Ping"
        1.11:00 says ada granted onsite news ; track ada "Ping"
        1.12:00 says ada withdrawn onsite news ; track ada "Ping"
        1.13:00 says ada withdrawn ; track ada "Ping"
        1.14:00 show ledger
        "#,
        r#"
        1.11:10 m3 onsite to ada "Hello"
        m1 p1 hello suppressed: created no_consent
        m2 p1 hello suppressed: created unconfirmed
        m3 p1 hello sent: created planned sent
        m4 p1 hello suppressed: created topic_off
        m5 p1 hello suppressed: created withdrawn
        "#,
    );
}

#[test]
fn a_withdrawal_between_planning_and_sending_holds() {
    check(
        &ping_with(NIGHTS),
        r#"
        1.22:00 track ada "Ping"
        1.23:00 says ada withdrawn onsite ; show ledger
        2.09:00 show ledger ; show slots p1
        "#,
        r#"
        m1 p1 hello planned onsite 2.08:00: created quiet_hours deferred
        m1 p1 hello suppressed: created quiet_hours deferred withdrawn
        no slots
        "#,
    );
}

#[test]
fn a_rolling_cap_defers_to_the_instant_at_which_the_window_is_free() {
    check(
        &ping_with("{zone: UTC, caps: [{channels: any, at_most: 2, per: 6h}], consent: none}"),
        r#"
        1.09:00 track ada "Ping"
        1.11:00 track ada "Ping"
        1.12:00 track ada "Ping"
        1.20:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        1.11:10 m2 onsite to ada "Hello"
        1.15:10 m3 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        m2 p1 hello sent: created planned sent
        m3 p1 hello sent: created cap deferred sent
        "#,
    );
}

/// In November New York is five hours behind UTC: its night from 21:00 to 08:00 is 02:00 to 13:00.
#[test]
fn nights_are_those_of_the_place_where_the_person_lives() {
    check(
        &ping_with(NIGHTS),
        r#"
        1.02:00 page ada in=America/New_York ; track ada "Ping" ; track bob "Ping"
        1.20:55 track bob "Ping" ; track ada "Ping"
        2.20:00 show ledger
        "#,
        r#"
        1.08:00 m2 onsite to bob "Hello"
        1.13:00 m1 onsite to ada "Hello"
        1.21:05 m4 onsite to ada "Hello"
        2.08:00 m3 onsite to bob "Hello"
        m1 p1 hello sent: created quiet_hours deferred sent
        m2 p2 hello sent: created quiet_hours deferred sent
        m3 p2 hello sent: created quiet_hours deferred sent
        m4 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn what_waited_too_long_for_its_provider_ends_as_late() {
    check(
        PING,
        r#"
        1.09:00 room onsite 0 ; track ada "Ping"
        2.08:00 show ledger
        2.10:00 room onsite 1 ; show ledger
        "#,
        r#"
        m1 p1 hello planned onsite 1.09:10: created planned
        m1 p1 hello dropped: created planned late
        "#,
    );
}

#[test]
fn what_a_person_asked_for_passes_caps_and_nights() {
    let asked = ping_with(
        r#"{zone: UTC, caps: [{channels: any, at_most: 1, per: 7d}], quiet_hours: {from: "21:00", to: "08:00"}, consent: none}"#,
    )
    .replace("content: hello", "content: receipt");
    check(
        &asked,
        r#"
        1.23:00 track ada "Ping"
        1.23:01 track ada "Ping"
        "#,
        r#"
        1.23:00 m1 onsite to ada "Receipt"
        1.23:01 m2 onsite to ada "Receipt"
        "#,
    );
}

#[test]
fn nobody_without_an_address_gets_anything() {
    let mail = PING.replace("[onsite]", "[email]");
    check(
        &mail,
        r#"
        1.09:00 track ada "Ping"
        1.10:00 identify ada email=ada@shop.example ; track ada "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.10:10 m2 email to ada@shop.example "Hello"
        m1 p1 hello suppressed: created unreachable
        m2 p1 hello sent: created planned sent
        "#,
    );
}

#[test]
fn no_more_is_on_the_wire_than_there_is_room_for() {
    check(
        PING,
        r#"
        1.09:00 room onsite 1 ; provider onsite hang hang ; track ada "Ping" ; track bob "Ping"
        1.09:10 room onsite 0
        1.09:20 show ledger
        1.09:30 answer m1 accept ; room onsite 1
        1.09:31 room onsite 0 ; show ledger
        1.09:40 answer m2 accept ; show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello": hangs
        1.09:10 m2 onsite to bob "Hello": hangs
        m1 p1 hello on the wire onsite: created planned
        m2 p2 hello on the wire onsite: created planned
        m1 p1 hello sent: created planned sent
        m2 p2 hello on the wire onsite: created planned
        m1 p1 hello sent: created planned sent
        m2 p2 hello sent: created planned sent
        "#,
    );
}

/// What becomes of a message is counted on the day on which it was asked for, and a later word moves
/// it.
#[test]
fn each_day_says_what_was_asked_for_and_what_became_of_it() {
    check(
        r#"
== policy.yaml
{zone: UTC, window: 0s, consent: none, caps: [{channels: [onsite], at_most: 1, per: 7d}]}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite], expires: 1h}
"#,
        r#"
        1.09:00 track ada "Ping" ; track bob "Ping"
        1.10:00 track ada "Ping"
        1.11:00 fail 1 store-and-fail ; provider onsite lose
        1.12:00 track cy "Ping"
        1.13:00 show decisions
        1.14:00 settle cy m4 delivered
        2.09:00 track bob "Ping"
        2.12:00 stop ; start ; show decisions
        "#,
        r#"
        1.09:00 m1 onsite to ada "Hello"
        1.09:00 m2 onsite to bob "Hello"
        1.11:10 a commit failed
        1.12:00 m4 onsite to cy "Hello": lost
        1.00:00 journey/ping asked 4: 1 dropped/cap, 2 sent/sent, 1 unknown/answer_lost
        1.00:00 journey/ping asked 4: 1 dropped/cap, 1 sent/confirmed, 2 sent/sent
        2.00:00 journey/ping asked 1: 1 dropped/cap
        "#,
    );
}

/// Found on reading: the day kept an erased person's messages as if they still waited.
#[test]
fn what_an_erasure_ends_is_an_end_on_its_day() {
    check(
        r#"
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
steps:
  - message: {content: hello, channels: [onsite]}
"#,
        r#"
        1.09:00 track ada "Ping"
        1.09:05 show decisions ; urgent erase ada
        1.11:00 show decisions
        "#,
        r#"
        1.00:00 journey/ping asked 1:
        1.09:05 the wish is committed
        1.00:00 journey/ping asked 1: 1 dropped/erased
        "#,
    );
}

const BUDGETS: &str = r#"
== policy.yaml
{zone: UTC, window: 10m, consent: none, caps: [{channels: any, owner: crm@shop.example, at_most: 1, per: 7d}, {channels: [onsite], at_most: 2, per: 7d}]}
== journeys/one.yaml
journey: one
owner: crm@shop.example
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite], value: 1}
== journeys/two.yaml
journey: two
owner: crm@shop.example
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: offer, channels: [onsite], value: 2}
== journeys/three.yaml
journey: three
owner: care@shop.example
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

/// A department has its share of each person's attention; others keep theirs.
#[test]
fn a_budget_is_used_up_by_its_owners_messages_only() {
    check(
        BUDGETS,
        r#"
        1.09:00 track ada "Ping"
        1.10:00 show ledger
        1.11:00 show decisions
        "#,
        r#"
        1.09:10 m2 onsite to ada "Hello"
        1.09:10 m3 onsite to ada "Offer"
        m1 p1 hello dropped: created cap outranked
        m2 p1 hello sent: created planned sent
        m3 p1 offer sent: created planned sent
        1.00:00 journey/one asked 1: 1 dropped/outranked
        lost to journey/two: {"dropped": 1}
        1.00:00 journey/three asked 1: 1 sent/sent
        1.00:00 journey/two asked 1: 1 sent/sent
        "#,
    );
}
