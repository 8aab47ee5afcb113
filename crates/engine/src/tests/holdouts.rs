//! Holdouts of everything, of a journey, of a content; and how a panel grows and changes.

use super::play::check;

const HOLDOUTS: &str = r#"
== policy.yaml
zone: UTC
window: 0s
consent: none
holdouts: {everything: 30%, journeys: {ping: 30%}, contents: {offer: 30%}, window: 7d}
panel: {share: 100%, design: leverage, channels: [onsite, push], window: 7d}
== outcomes.yaml
- {outcome: orders, event: Order}
- {outcome: revenue, event: Order, value: revenue, cap: 100}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [email], class: service}
  - set_trait: {name: came, value: through}
== journeys/deal.yaml
journey: deal
trigger: {event: "Deal"}
reentry: always
steps:
  - message: {content: offer, channels: [email], class: service}
  - message: {content: receipt, channels: [email]}
"#;

const PEOPLE: &str = "1.09:00 identify ada email=a@x.example ; identify bob email=b@x.example ; identify cy email=c@x.example";

fn check_held(held: &str, script: &str, expected: &str) {
    check(HOLDOUTS, &format!("1.08:00 holdout {held}\n{PEOPLE}\n{script}"), expected);
}

#[test]
fn who_is_held_out_of_a_journey_gets_the_others_and_looks_as_if_messaged() {
    check_held(
        "journey/ping p1",
        r#"
        1.10:00 track ada "Ping" ; track bob "Ping"
        1.11:00 show ledger ; show people
        1.12:00 track ada "Order" revenue=150 ; track ada "Order" revenue=5 ; track bob "Order" revenue=7
        9.12:00 track bob "Order" revenue=70
        10.12:00 show holdouts orders ; show holdouts revenue
        "#,
        r#"
        1.10:00 m2 email to b@x.example "Hello"
        m1 p1 hello held_out: created planned held_out
        m2 p2 hello sent: created planned sent
        p1 = ada a@x.example; came=through
        p2 = bob b@x.example; came=through
        p3 = cy c@x.example
        everything: sent 2 x 1.5, held nobody
        journey/ping: sent 1 x 1, held 1 x 2, effect -1
        content/offer: sent nobody, held nobody
        everything: sent 2 x 53.5, held nobody
        journey/ping: sent 1 x 7, held 1 x 100, effect -93
        content/offer: sent nobody, held nobody
        "#,
    );
}

#[test]
fn a_holdout_of_a_content_withholds_that_content_and_nothing_that_was_asked_for() {
    check_held(
        "content/offer p2",
        r#"
        1.10:00 track ada "Deal" ; track bob "Deal"
        1.11:00 show ledger
        "#,
        r#"
        1.10:00 m1 email to a@x.example "Offer"
        1.10:00 m2 email to a@x.example "Receipt"
        1.10:00 m4 email to b@x.example "Receipt"
        m1 p1 offer sent: created planned sent
        m2 p1 receipt sent: created planned sent
        m3 p2 offer held_out: created planned held_out
        m4 p2 receipt sent: created planned sent
        "#,
    );
}

/// A journey that asks what became of its message must not tell who is held out.
#[test]
fn what_is_withheld_looks_sent_to_the_journey() {
    let waits = HOLDOUTS.replace(
        "channels: [email], class: service}\n  - set_trait",
        "channels: [email], class: service, otherwise: [{set_trait: {name: gone, value: wrong}}]}\n  - set_trait",
    );
    check(
        &waits,
        r#"
        1.08:00 holdout journey/ping p1
        1.09:00 identify ada email=a@x.example ; identify bob email=b@x.example
        1.10:00 track ada "Ping" ; track bob "Ping"
        1.11:00 show people
        "#,
        r#"
        1.10:00 m2 email to b@x.example "Hello"
        p1 = ada a@x.example; came=through
        p2 = bob b@x.example; came=through
        "#,
    );
}

/// Whoever can never get anything is neither inside the panel nor outside.
#[test]
fn the_universal_control_is_in_no_panel() {
    let programme = HOLDOUTS.replace("channels: [email]", "channels: [onsite]");
    check(
        &programme,
        r#"
        1.08:00 holdout everything p1
        1.10:00 track ada "Ping" ; track bob "Receipt"
        1.11:00 track ada "Deal"
        1.12:00 show ledger ; show sums orders ; show holdouts orders
        "#,
        r#"
        1.11:00 m3 onsite to ada "Receipt"
        m1 p1 hello held_out: created planned held_out
        m2 p1 offer held_out: created planned held_out
        m3 p1 receipt sent: created planned sent
        orders: nobody
        everything: sent nobody, held 1 x 0
        journey/ping: sent 1 x 0, held nobody
        content/offer: sent 1 x 0, held nobody
        "#,
    );
}

#[test]
fn a_place_in_a_holdout_survives_a_restart_and_another_share() {
    let less = HOLDOUTS.replace("journeys: {ping: 30%}", "journeys: {ping: 0%}");
    check(
        &format!("{HOLDOUTS}\n==== 2\n{less}"),
        r#"
        1.08:00 holdout journey/ping p1
        1.09:00 identify ada email=a@x.example ; identify bob email=b@x.example
        1.10:00 track ada "Ping" ; track bob "Ping"
        1.11:00 stop ; start ; apply 2
        1.12:00 track ada "Ping"
        1.13:00 show ledger ; show holdouts orders
        "#,
        r#"
        1.10:00 m2 email to b@x.example "Hello"
        m1 p1 hello held_out: created planned held_out
        m2 p2 hello sent: created planned sent
        m3 p1 hello held_out: created planned held_out
        everything: sent 2 x 0, held nobody
        journey/ping: sent 1 x 0, held 1 x 0, effect 0
        content/offer: sent nobody, held nobody
        "#,
    );
}

/// With changed shares, those who came before and after are not poured together.
#[test]
fn a_larger_share_takes_people_in_as_a_cohort_of_their_own() {
    let panel = |share: &str, design: &str| {
        format!(
            r#"
== policy.yaml
zone: UTC
window: 0s
consent: none
panel: {{share: {share}, design: {design}, channels: [onsite, push], window: 7d, inside_all_on: 99%}}
== outcomes.yaml
- {{outcome: orders, event: Order}}
== journeys/ping.yaml
journey: ping
trigger: {{event: "Ping"}}
reentry: always
steps:
  - message: {{content: hello, channels: [onsite]}}
"#
        )
    };
    let versions = [panel("0%", "leverage"), panel("100%", "leverage"), panel("100%", "factorial")];
    check(
        &versions.join("\n==== 2\n"),
        r#"
        1.09:00 track ada "Ping"
        1.10:00 show sums orders ; apply 2
        1.11:00 track ada "Ping" ; track bob "Ping"
        1.12:00 show sums orders
        9.12:00 track ada "Ping"
        9.13:00 show sums orders ; apply 3
        9.14:00 track ada "Ping" ; track cy "Ping"
        9.15:00 show sums orders
        "#,
        r#"
        1.09:00 m1 onsite to ada "Hello"
        orders cell 3 outside: 1 persons, 0 in all
        1.11:00 m2 onsite to ada "Hello"
        1.11:00 m3 onsite to bob "Hello"
        orders cell 3 outside: 1 persons, 0 in all
        orders cell 3 inside: 1 persons, 0 in all of shares 1 New
        9.12:00 m4 onsite to ada "Hello"
        orders cell 3 outside: 1 persons, 0 in all
        orders cell 3 inside: 1 persons, 0 in all of shares 1 New
        orders cell 3 inside: 1 persons, 0 in all of shares 1 Raised
        9.14:00 m5 onsite to ada "Hello"
        9.14:00 m6 onsite to cy "Hello"
        orders cell 3 inside: 1 persons, 0 in all
        orders cell 3 inside: 1 persons, 0 in all of shares 0 Before
        "#,
    );
}
