//! Digests: a message without a place of its own leaves in another mail, and is accounted for.

use super::play::check;

const WEEKLY: &str = r#"
== policy.yaml
{zone: UTC, caps: [{channels: any, at_most: 1, per: 7d}], consent: none}
== content/hello.md
---
content: hello
topic: news
digest: true
summary: Hello
---
Hello.
== content/offer.md
---
content: offer
topic: offers
digest: true
summary: Offer
---
An offer.
== content/alone.md
---
content: alone
topic: news
summary: Alone
---
Alone.
== journeys/hello.yaml
journey: hello
trigger: {event: "Hello"}
reentry: always
steps:
  - message: {content: hello, channels: [email], value: 2}
== journeys/offer.yaml
journey: offer
trigger: {event: "Offer"}
reentry: always
steps:
  - message: {content: offer, channels: [email], value: 1, otherwise: [{end: true}]}
  - message: {content: receipt, channels: [onsite]}
== journeys/alone.yaml
journey: alone
trigger: {event: "Alone"}
reentry: always
steps:
  - message: {content: alone, channels: [email], value: 3}
"#;

#[test]
fn what_gets_no_place_of_its_own_leaves_with_what_got_one() {
    check(
        WEEKLY,
        r#"
        1.09:00 identify ada email=a@x.example
        1.10:00 track ada "Hello" ; track ada "Offer"
        1.12:00 show ledger ; show slots p1 ; show decisions
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Hello" + "Offer"
        1.10:10 m3 onsite to ada "Receipt"
        m1 p1 hello sent: created planned sent
        m2 p1 offer merged: created cap outranked digested digested
        m3 p1 receipt sent: created planned sent
        m1 sent 1.10:10
        m3 sent 1.10:10
        1.00:00 journey/hello asked 1: 1 sent/sent
        1.00:00 journey/offer asked 2: 1 merged/digested, 1 sent/sent
        lost to journey/hello: {"later": 1}
        "#,
    );
}

#[test]
fn whoever_may_not_share_a_mail_neither_joins_nor_takes_along() {
    check(
        WEEKLY,
        r#"
        1.09:00 identify ada email=a@x.example
        1.10:00 track ada "Alone" ; track ada "Offer"
        1.12:00 show ledger
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Alone"
        m1 p1 alone sent: created planned sent
        m2 p1 offer dropped: created cap outranked
        "#,
    );
}

#[test]
fn what_was_deferred_joins_a_mail_that_leaves_before_its_own_place() {
    let caps = WEEKLY.replace("per: 7d", "per: 10h");
    check(
        &caps,
        r#"
        1.09:00 identify ada email=a@x.example
        1.10:00 track ada "Alone"
        1.11:00 track ada "Offer"
        1.12:00 track ada "Hello"
        2.12:00 show ledger
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Alone"
        1.20:10 m3 email to a@x.example "Hello" + "Offer"
        1.20:10 m4 onsite to ada "Receipt"
        m1 p1 alone sent: created planned sent
        m2 p1 offer merged: created cap deferred cap outranked digested digested
        m3 p1 hello sent: created cap deferred sent
        m4 p1 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn a_part_is_rechecked_when_its_mail_leaves() {
    let night = WEEKLY.replace("caps:", "quiet_hours: {from: \"21:00\", to: \"08:00\"}, caps:");
    check(
        &night,
        r#"
        1.09:00 identify ada email=a@x.example
        1.22:00 track ada "Hello" ; track ada "Offer"
        2.07:00 show ledger
        2.07:30 says ada withdrawn email offers
        2.12:00 show ledger
        "#,
        r#"
        m1 p1 hello planned email 2.08:00: created quiet_hours deferred
        m2 p1 offer leaves with m1: created cap quiet_hours outranked digested
        2.08:00 m1 email to a@x.example "Hello"
        m1 p1 hello sent: created quiet_hours deferred sent
        m2 p1 offer suppressed: created cap quiet_hours outranked digested topic_off
        "#,
    );
}

#[test]
fn parts_of_a_mail_that_does_not_leave_compete_again() {
    let night = WEEKLY.replace("caps:", "quiet_hours: {from: \"21:00\", to: \"08:00\"}, caps:");
    check(
        &night,
        r#"
        1.09:00 identify ada email=a@x.example
        1.22:00 track ada "Hello" ; track ada "Offer"
        2.07:30 says ada withdrawn email news
        2.12:00 show ledger
        "#,
        r#"
        2.08:00 m2 email to a@x.example "Offer"
        2.08:00 m3 onsite to ada "Receipt"
        m1 p1 hello suppressed: created quiet_hours deferred topic_off
        m2 p1 offer sent: created cap quiet_hours outranked digested deferred planned sent
        m3 p1 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn each_try_of_a_mail_has_the_same_parts() {
    check(
        WEEKLY,
        r#"
        1.09:00 identify ada email=a@x.example ; provider email later later
        1.10:00 track ada "Hello" ; track ada "Offer"
        1.12:00 show ledger
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Hello" + "Offer": later
        1.10:11 m1 email to a@x.example "Hello" + "Offer": later
        1.10:16 m1 email to a@x.example "Hello" + "Offer"
        1.10:16 m3 onsite to ada "Receipt"
        m1 p1 hello sent: created planned retry retry sent
        m2 p1 offer merged: created cap outranked digested digested
        m3 p1 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn parts_of_a_refused_mail_take_the_place_that_it_leaves() {
    check(
        WEEKLY,
        r#"
        1.09:00 identify ada email=a@x.example ; provider email refuse
        1.10:00 track ada "Hello" ; track ada "Offer"
        1.12:00 show ledger
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Hello" + "Offer": refused
        1.10:10 m2 email to a@x.example "Offer"
        1.10:10 m3 onsite to ada "Receipt"
        m1 p1 hello failed: created planned refused
        m2 p1 offer sent: created cap outranked digested deferred planned sent
        m3 p1 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn a_crash_while_the_mail_is_on_the_wire_makes_no_second_copy_of_a_part() {
    check(
        WEEKLY,
        r#"
        1.09:00 identify ada email=a@x.example ; provider email hang
        1.10:00 track ada "Hello" ; track ada "Offer"
        1.10:11 crash ; start
        2.12:00 show ledger
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Hello" + "Offer": hangs
        1.10:11 m3 onsite to ada "Receipt"
        m1 p1 hello unknown: created planned found_in_flight
        m2 p1 offer merged: created cap outranked digested digested
        m3 p1 receipt sent: created planned sent
        "#,
    );
}

/// In each cell without e-mail both are withheld; a part that moved to another channel there would
/// show as the effect of e-mail.
#[test]
fn the_cell_that_keeps_a_mail_back_keeps_its_parts_back() {
    let panel = WEEKLY.replace(
        "consent: none}",
        "consent: none, panel: {share: 100%, design: factorial, channels: [email, onsite], window: 7d}}",
    );
    check(
        &panel,
        r#"
        1.08:00 cell p1 2
        1.09:00 identify ada email=a@x.example
        1.10:00 track ada "Hello" ; track ada "Offer"
        1.12:00 show cell p1 ; show ledger
        "#,
        r#"
        1.10:10 m3 onsite to ada "Receipt"
        p1 in cell 2: {}
        m1 p1 hello held_out: created planned held_out
        m2 p1 offer held_out: created cap outranked digested held_out
        m3 p1 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn a_part_has_holdouts_of_its_own() {
    let held = WEEKLY.replace(
        "consent: none}",
        "consent: none, holdouts: {contents: {offer: 30%}, window: 7d}}",
    );
    check(
        &held,
        r#"
        1.08:00 holdout content/offer p1
        1.09:00 identify ada email=a@x.example ; identify bob email=b@x.example
        1.10:00 track ada "Hello" ; track ada "Offer" ; track bob "Hello" ; track bob "Offer"
        1.12:00 show ledger
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Hello"
        1.10:10 m3 email to b@x.example "Hello" + "Offer"
        1.10:10 m5 onsite to ada "Receipt"
        1.10:10 m6 onsite to bob "Receipt"
        m1 p1 hello sent: created planned sent
        m2 p1 offer held_out: created cap outranked digested held_out
        m3 p2 hello sent: created planned sent
        m4 p2 offer merged: created cap outranked digested digested
        m5 p1 receipt sent: created planned sent
        m6 p2 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn a_full_cap_of_its_own_topic_keeps_a_part_out() {
    let capped = WEEKLY
        .replace("caps: [", "caps: [{channels: any, topic: offers, at_most: 1, per: 30d}, ")
        .replace("at_most: 1, per: 7d", "at_most: 1, per: 1d");
    check(
        &capped,
        r#"
        1.09:00 identify ada email=a@x.example
        1.10:00 track ada "Offer"
        5.10:00 track ada "Hello" ; track ada "Offer"
        6.12:00 show ledger
        "#,
        r#"
        1.10:10 m1 email to a@x.example "Offer"
        1.10:10 m2 onsite to ada "Receipt"
        5.10:10 m3 email to a@x.example "Hello"
        m1 p1 offer sent: created planned sent
        m2 p1 receipt sent: created planned sent
        m3 p1 hello sent: created planned sent
        m4 p1 offer dropped: created cap cap cap
        "#,
    );
}

/// Found on reading: only the key of the mail was in the send journal, so that a restored backup sent
/// its parts again.
#[test]
fn after_a_restore_a_part_that_had_left_is_in_no_second_mail() {
    let night = WEEKLY.replace("caps:", "quiet_hours: {from: \"21:00\", to: \"08:00\"}, caps:");
    check(
        &night,
        r#"
        1.09:00 identify ada email=a@x.example
        1.22:00 track ada "Hello" ; track ada "Offer"
        2.07:00 restored m2
        2.12:00 show ledger
        "#,
        r#"
        2.08:00 m1 email to a@x.example "Hello"
        2.08:00 m3 onsite to ada "Receipt"
        m1 p1 hello sent: created quiet_hours deferred sent
        m2 p1 offer unknown: created cap quiet_hours outranked digested restored
        m3 p1 receipt sent: created planned sent
        "#,
    );
    check(
        &night,
        r#"
        1.09:00 identify ada email=a@x.example ; restored
        1.22:00 track ada "Hello" ; track ada "Offer"
        2.12:00 show journal
        "#,
        r#"
        2.08:00 m1 email to a@x.example "Hello" + "Offer"
        2.08:00 m3 onsite to ada "Receipt"
        journey/hello/r1/0/1
        journey/offer/r2/0/1
        journey/offer/r2/1/1
        "#,
    );
}
