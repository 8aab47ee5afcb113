//! Who somebody is, and what comes along when two turn out to be one.

use super::play::check;

const FOLLOW: &str = r#"
== audiences/readers.yaml
audience: readers
when: did("Read")
== journeys/follow.yaml
journey: follow
trigger: {event: "Read"}
steps:
  - wait: 1d
  - message: {content: hello, channels: [onsite]}
"#;

const PING: &str = r#"
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

#[test]
fn traits_audiences_runs_and_statements_of_the_anonymous_visitor_come_along() {
    check(
        FOLLOW,
        r#"
        1.09:00 track ~cookie "Read"
        1.09:01 says ~cookie withdrawn email
        1.09:02 identify ~cookie colour=red
        1.10:00 identify ada plan=pro ; show people ; show audiences
        1.11:00 identify ada~cookie ; show people ; show audiences ; show merges
        2.12:00 show ledger ; show people ; show journeys
        "#,
        r#"
        p1 = ~cookie; colour=red; in readers; says withdrawn email; at follow:0 until 2.09:00
        p2 = ada; plan=pro
        audiences: readers 1
        p2 = ada ~cookie; colour=red plan=pro; in readers; says withdrawn email; at follow:0 until 2.09:00
        audiences: readers 1
        one event carried user_id and anonymous_id; was p2 = ada; plan=pro; and p1 = ~cookie; colour=red; in readers; says withdrawn email; at follow:0 until 2.09:00
        2.09:10 m1 onsite to ada "Hello"
        m1 p2 hello sent: created planned sent
        p2 = ada ~cookie; colour=red plan=pro; in readers; says withdrawn email
        follow: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

#[test]
fn a_waiting_message_comes_along_and_goes_to_the_better_address() {
    check(
        PING,
        r#"
        1.09:00 track ~cookie "Ping"
        1.09:05 identify ada ; identify ada~cookie
        1.10:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        m1 p2 hello sent: created planned sent
        "#,
    );
}

#[test]
fn a_merge_in_the_batch_in_which_messages_compete_makes_no_second_copy() {
    check(
        PING,
        r#"
        1.09:00 track ~cookie "Ping" ; identify ada
        1.09:10 clock ; identify ada~cookie
        1.10:00 show ledger ; show people
        "#,
        r#"
        1.09:10 m1 onsite to ada "Hello"
        m1 p2 hello sent: created planned sent
        p2 = ada ~cookie
        "#,
    );
}

#[test]
fn a_merge_in_the_batch_in_which_a_message_is_due_makes_no_second_copy() {
    let night = format!(
        "{PING}\n== policy.yaml\n{{zone: UTC, quiet_hours: {{from: \"21:00\", to: \"08:00\"}}, consent: none}}\n"
    );
    check(
        &night,
        r#"
        1.22:00 track ~cookie "Ping" ; identify ada
        1.23:00 show ledger
        2.07:59 page ada
        2.08:00 clock ; identify ada~cookie
        2.09:00 show ledger ; show people
        "#,
        r#"
        m1 p1 hello planned onsite 2.08:00: created quiet_hours deferred
        2.08:00 m1 onsite to ada "Hello"
        m1 p2 hello sent: created quiet_hours deferred sent
        p2 = ada ~cookie
        "#,
    );
}

#[test]
fn caps_see_the_contacts_of_both() {
    let capped = format!(
        "{PING}\n== policy.yaml\n{{zone: UTC, caps: [{{channels: any, at_most: 1, per: 2h}}], consent: none}}\n"
    );
    check(
        &capped,
        r#"
        1.09:00 track ~cookie "Ping"
        1.09:20 identify ada~other ; identify ada~cookie ; track ada "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.09:10 m1 onsite to cookie "Hello"
        1.11:10 m2 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        m2 p2 hello sent: created cap deferred sent
        "#,
    );
}

#[test]
fn of_two_runs_of_one_journey_the_later_ends_and_its_message_with_it() {
    check(
        PING,
        r#"
        1.09:00 track ~cookie "Ping"
        1.09:01 track ada "Ping"
        1.09:05 identify ada~cookie ; show people
        1.10:00 show ledger
        "#,
        r#"
        p2 = ada ~cookie
        1.09:10 m1 onsite to ada "Hello"
        1.09:10 m2 onsite to ada "Hello"
        m1 p2 hello sent: created planned sent
        m2 p2 hello sent: created planned sent
        "#,
    );
    let waiting = PING.replace("steps:\n", "steps:\n  - wait: 1h\n");
    check(
        &waiting,
        r#"
        1.09:00 track ~cookie "Ping"
        1.09:30 track ada "Ping"
        1.09:40 identify ada~cookie ; show people ; show journeys
        1.12:00 show ledger
        "#,
        r#"
        p2 = ada ~cookie; at ping:0 until 1.10:00
        ping: 2 started, 1 ended, 0 goals, 0 messages
        1.10:10 m1 onsite to ada "Hello"
        m1 p2 hello sent: created planned sent
        "#,
    );
}

#[test]
fn alias_joins_the_previous_id() {
    check(
        FOLLOW,
        r#"
        1.09:00 track ~cookie "Read"
        1.09:01 identify ada
        1.09:02 alias ada cookie ; show people ; show merges
        "#,
        r#"
        p2 = ada ~cookie; in readers; at follow:0 until 2.09:00
        an alias call joined anonymous_id to user_id; was p2 = ada; and p1 = ~cookie; in readers; at follow:0 until 2.09:00
        "#,
    );
}

#[test]
fn two_users_of_one_device_stay_two() {
    check(
        FOLLOW,
        r#"
        1.09:00 identify ada~tablet
        1.10:00 identify bob~tablet
        1.10:01 track bob~tablet "Read" ; show people
        "#,
        r#"
        p1 = ada ~tablet
        p2 = bob; in readers; at follow:0 until 2.10:01
        "#,
    );
}

#[test]
fn a_trait_is_what_was_stated_last_and_not_what_arrived_last() {
    check(
        "",
        r#"
        1.09:00 identify ada plan=pro @1.08:30
        1.09:01 identify ada plan=free @1.08:00 ; show people
        1.09:02 identify ada plan=null @1.09:00 ; show people
        1.09:03 identify ada plan=pro @1.08:59 ; show people
        "#,
        r#"
        p1 = ada; plan=pro
        p1 = ada
        p1 = ada
        "#,
    );
}

#[test]
fn placeholders_are_nobody() {
    check(
        "",
        "1.09:00 track null \"Ping\" ; show people ; show stats",
        "1 events, 0 duplicates, 0 late answers",
    );
}

#[test]
fn two_merges_in_one_batch_lead_to_one_person() {
    check(
        FOLLOW,
        r#"
        1.09:00 track ~a "Read" ; track ~b "Read"
        1.09:01 identify ada~a ; identify ada~b ; track ~b "Read" ; show people ; show audiences
        "#,
        r#"
        p1 = ada ~a ~b; in readers; at follow:0 until 2.09:00
        audiences: readers 1
        "#,
    );
}
