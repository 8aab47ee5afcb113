//! Messages that wait for their turn at the receiving side, and campaigns that stop for the harm they do.

use super::play::check_with;
use crate::EngineSettings;
use delivery::{BrakeRules, PaceRules, Rate};
use model::{Channel, Span};
use std::collections::BTreeMap;

const PING: &str = r#"
== policy.yaml
{zone: UTC, consent: none}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [email], class: service}
== journeys/order.yaml
journey: order
trigger: {event: "Order"}
reentry: always
steps:
  - message: {content: receipt, channels: [email]}
== audiences/all.yaml
audience: all
when: not did("Never")
== broadcasts/spring.yaml
{broadcast: spring, audience: all, content: hello, channels: [email], class: service, expires: 2d, rate: {at_most: 1, per: 1m}}
"#;

/// One a minute to `slow.example`.
fn paced() -> EngineSettings {
    let rate = Rate { at_most: 1, per: Span::MINUTE };
    let domains = BTreeMap::from([("slow.example".to_owned(), rate)]);
    let rules = PaceRules { domains, ..PaceRules::default() };
    EngineSettings { paces: BTreeMap::from([(Channel::Email, rules)]), ..EngineSettings::default() }
}

/// Five of ten that do not exist are too many.
fn braked() -> EngineSettings {
    let brake = BrakeRules { after: 5, bounces: 0.49, complaints: 0.4 };
    EngineSettings { brake, ..EngineSettings::default() }
}

#[test]
fn a_slow_domain_waits_its_turn_and_nobody_waits_for_it() {
    check_with(
        paced(),
        PING,
        r#"
        1.09:00 identify ada email=ada@slow.example ; identify bob email=bob@slow.example
        1.09:00 identify cat email=cat@slow.example ; identify dan email=dan@fast.example
        1.10:00 track ada "Ping" ; track bob "Ping" ; track cat "Ping" ; track dan "Ping"
        1.10:00 track cat "Order"
        1.10:01 clock
        1.10:02 stop ; start
        1.10:03 clock
        1.11:00 show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@slow.example "Hello"
        1.10:00 m4 email to dan@fast.example "Hello"
        1.10:00 m5 email to cat@slow.example "Receipt"
        1.10:01 m2 email to bob@slow.example "Hello"
        1.10:02 m3 email to cat@slow.example "Hello"
        m1 p1 hello sent: created planned sent
        m2 p2 hello sent: created planned deferred sent
        m3 p3 hello sent: created planned deferred planned deferred sent
        m4 p4 hello sent: created planned sent
        m5 p3 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn a_broadcast_whose_addresses_do_not_exist_is_paused_and_goes_on_when_somebody_says_so() {
    check_with(
        braked(),
        PING,
        r#"
        1.09:00 identify a email=a@x.example ; identify b email=b@x.example ; identify c email=c@x.example
        1.09:00 identify d email=d@x.example ; identify e email=e@x.example ; identify f email=f@x.example
        1.10:00 provider email dead dead dead dead dead ; broadcast spring plan
        1.10:01 broadcast spring start
        1.10:10 show broadcast spring
        1.11:00 broadcast spring resume
        1.11:10 show broadcast spring
        1.11:10 show ledger
        "#,
        r#"
        1.10:01 m1 email to a@x.example "Hello": dead
        1.10:02 m2 email to b@x.example "Hello": dead
        1.10:03 m3 email to c@x.example "Hello": dead
        1.10:04 m4 email to d@x.example "Hello": dead
        1.10:05 m5 email to e@x.example "Hello": dead
        spring is paused: 5 of 6 made
        1.11:00 m6 email to f@x.example "Hello"
        spring is done: 6 of 6 made
        m1 p1 hello failed: created planned refused
        m2 p2 hello failed: created planned refused
        m3 p3 hello failed: created planned refused
        m4 p4 hello failed: created planned refused
        m5 p5 hello failed: created planned refused
        m6 p6 hello sent: created planned sent
        "#,
    );
}

#[test]
fn a_journey_that_people_complain_of_stops_and_what_is_transactional_goes_on() {
    check_with(
        braked(),
        PING,
        r#"
        1.09:00 identify a email=a@x.example ; identify b email=b@x.example ; identify c email=c@x.example
        1.09:00 identify d email=d@x.example ; identify e email=e@x.example ; identify f email=f@x.example
        1.10:00 track a "Ping" ; track b "Ping" ; track c "Ping" ; track d "Ping" ; track e "Ping"
        1.11:00 complain a m1 ; complain b m2 ; complain c m3 ; complain d m4 ; complain e m5
        1.12:00 stop ; start
        1.12:01 track f "Ping" ; track f "Order"
        1.13:00 release journey/ping
        1.13:10 show ledger
        "#,
        r#"
        1.10:00 m1 email to a@x.example "Hello"
        1.10:00 m2 email to b@x.example "Hello"
        1.10:00 m3 email to c@x.example "Hello"
        1.10:00 m4 email to d@x.example "Hello"
        1.10:00 m5 email to e@x.example "Hello"
        1.12:01 m7 email to f@x.example "Receipt"
        1.13:01 m6 email to f@x.example "Hello"
        m1 p1 hello sent: created planned sent
        m2 p2 hello sent: created planned sent
        m3 p3 hello sent: created planned sent
        m4 p4 hello sent: created planned sent
        m5 p5 hello sent: created planned sent
        m6 p6 hello sent: created planned sent
        m7 p6 receipt sent: created planned sent
        "#,
    );
}
