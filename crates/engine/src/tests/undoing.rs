//! A merge is undone: what each of the two has back, and what they keep from having been one.

use super::play::{check, output};

const FOLLOW: &str = r#"
== audiences/readers.yaml
audience: readers
when: did("Read")
== journeys/follow.yaml
journey: follow
trigger: {event: "Read"}
reentry: always
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
fn each_has_their_own_back_and_what_came_with_their_identifiers() {
    check(
        FOLLOW,
        r#"
        1.09:00 track ~cookie "Read"
        1.09:02 identify ~cookie colour=red
        1.10:00 identify ada plan=pro
        1.11:00 identify ada~cookie size=8 ; show people ; show audiences
        1.12:00 identify ~cookie colour=blue ; identify ada plan=free ; show undo j1
        1.13:00 undo j1 ; show people ; show audiences ; show undo j1
        1.14:00 track ~cookie "Read" ; track ada "Visit" ; show people
        "#,
        r#"
        p2 = ada ~cookie; colour=red plan=pro size=8; in readers; at follow:0 until 2.09:00
        audiences: readers 1
        j1: p2 = ada; plan=free size=8 with 2; p1 = ~cookie; colour=blue; in readers; at follow:0 until 2.09:00 with 1
        p1 = ~cookie; colour=blue; in readers; at follow:0 until 2.09:00
        p2 = ada; plan=free size=8
        audiences: readers 1
        j1: it was undone already, on 2026-11-23T13:00:00Z
        p1 = ~cookie; colour=blue; in readers; at follow:0 until 2.09:00
        p2 = ada; plan=free size=8
        "#,
    );
}

#[test]
fn the_pair_does_not_merge_again_until_somebody_allows_it() {
    check(
        "",
        r#"
        1.09:00 page ~cookie
        1.10:00 identify ada
        1.11:00 identify ada~cookie ; show people
        1.12:00 undo j1
        1.13:00 identify ada~cookie ; alias ada cookie ; show people
        1.14:00 allow j1 ; show people
        1.15:00 identify ada~cookie ; show people ; show undo j2
        1.16:00 undo j2 ; show people
        "#,
        r#"
        p2 = ada ~cookie
        p1 = ~cookie
        p2 = ada
        p1 = ~cookie
        p2 = ada
        p2 = ada ~cookie
        j2: p2 = ada with 1; p1 = ~cookie with 0
        p1 = ~cookie
        p2 = ada
        "#,
    );
}

/// A new identifier goes with the event that brought it, and so with whoever that event belongs to.
#[test]
fn an_identifier_that_joined_later_goes_with_its_event() {
    check(
        "",
        r#"
        1.09:00 page ~cookie ; identify ada
        1.11:00 identify ada~cookie
        1.12:00 identify ~cookie email=eve@shop.example ; identify ada~laptop
        1.12:30 identify eve~phone email=eve@shop.example
        1.13:00 show people
        1.14:00 undo j1 ; show people
        "#,
        r#"
        p2 = ada eve@shop.example ~cookie ~laptop
        p3 = eve ~phone
        p1 = eve@shop.example ~cookie
        p2 = ada ~laptop
        p3 = eve ~phone
        "#,
    );
}

#[test]
fn a_later_merge_has_to_be_undone_first_and_is_named() {
    check(
        "",
        r#"
        1.09:00 page ~a ; page ~b ; identify ada
        1.10:00 identify ada~a
        1.11:00 identify ada~b ; show undo j1 ; undo j1 ; show people
        1.12:00 identify ~a colour=red ; identify ~b size=8
        1.13:00 undo j2 ; show people ; show undo j1
        1.14:00 identify ~a colour=blue ; undo j1 ; show people
        "#,
        r#"
        j1: the later merge j2 stands on it; undo j2 first
        p3 = ada ~a ~b
        p2 = ~b; size=8
        p3 = ada ~a; colour=red
        j1: p3 = ada with 2; p1 = ~a; colour=red with 1
        p1 = ~a; colour=blue
        p2 = ~b; size=8
        p3 = ada
        "#,
    );
}

/// The absorbed person had absorbed somebody too: that merge waits for the later one, and can be
/// undone with what came under either name.
#[test]
fn a_merge_of_the_absorbed_person_can_be_undone_afterwards() {
    check(
        "",
        r#"
        1.09:00 page ~a ; page ~b ; identify ada
        1.10:00 identify ~a email=a@shop.example ; identify ~b email=a@shop.example ; show people
        1.11:00 identify ada email=a@shop.example ; show people
        1.12:00 identify ~b size=8 ; show undo j1
        1.13:00 undo j2 ; show people
        1.14:00 identify ~b size=9 ; undo j1 ; show people
        "#,
        r#"
        p1 = a@shop.example ~a ~b
        p3 = ada
        p3 = ada a@shop.example ~a ~b
        j1: the later merge j2 stands on it; undo j2 first
        p1 = a@shop.example ~a ~b; size=8
        p3 = ada
        p1 = a@shop.example ~a
        p2 = ~b; size=9
        p3 = ada
        "#,
    );
}

/// Who can say which of the two has read it? So nobody gets more than the caps allow.
#[test]
fn what_was_sent_while_they_were_one_counts_for_both() {
    let capped = format!(
        "{PING}\n== policy.yaml\n{{zone: UTC, caps: [{{channels: any, at_most: 1, per: 2h}}], consent: none}}\n"
    );
    check(
        &capped,
        r#"
        1.09:00 page ~cookie ; identify ada
        1.09:30 identify ada~cookie ; track ada "Ping"
        1.10:00 undo j1 ; show slots p1 ; show slots p2
        1.10:01 track ~cookie "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.09:40 m1 onsite to ada "Hello"
        m1 sent 1.09:40
        m1 sent 1.09:40
        1.11:40 m2 onsite to cookie "Hello"
        m1 p2 hello sent: created planned sent
        m2 p1 hello sent: created cap deferred sent
        "#,
    );
}

#[test]
fn what_was_sent_before_they_were_one_counts_for_whoever_got_it() {
    check(
        PING,
        r#"
        1.09:00 track ~cookie "Ping" ; identify ada
        1.09:30 identify ada~cookie ; show slots p2
        1.10:00 undo j1 ; show slots p1 ; show slots p2
        "#,
        r#"
        1.09:10 m1 onsite to cookie "Hello"
        m1 sent 1.09:10
        m1 sent 1.09:10
        no slots
        "#,
    );
}

/// A run and its open message go to the person whose event began it, and the reserved place as
/// well. What is open competes anew, since places have become free.
#[test]
fn runs_and_open_messages_go_with_the_event_that_began_them() {
    let waiting = PING.replace("steps:\n", "steps:\n  - wait: 1h\n");
    check(
        &waiting,
        r#"
        1.09:00 page ~cookie ; identify ada
        1.09:30 identify ada~cookie
        1.09:31 track ~cookie "Ping" ; show people
        1.09:40 undo j1 ; show people
        1.11:00 show ledger ; show journeys
        "#,
        r#"
        p2 = ada ~cookie; at ping:0 until 1.10:31
        p1 = ~cookie; at ping:0 until 1.10:31
        p2 = ada
        1.10:41 m1 onsite to cookie "Hello"
        m1 p1 hello sent: created planned sent
        ping: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
    let night = format!(
        "{PING}\n== policy.yaml\n{{zone: UTC, quiet_hours: {{from: \"21:00\", to: \"08:00\"}}, consent: none}}\n"
    );
    check(
        &night,
        r#"
        1.21:30 page ~cookie ; identify ada
        1.21:40 identify ada~cookie ; track ~cookie "Ping"
        1.22:00 show ledger ; undo j1 ; show ledger ; show slots p1 ; show slots p2
        2.09:00 show ledger
        "#,
        r#"
        m1 p2 hello planned onsite 2.08:00: created quiet_hours deferred
        m1 p1 hello planned onsite 2.08:00: created quiet_hours deferred quiet_hours deferred
        m1 reserved 2.08:00
        no slots
        2.08:00 m1 onsite to cookie "Hello"
        m1 p1 hello sent: created quiet_hours deferred quiet_hours deferred sent
        "#,
    );
}

#[test]
fn a_run_that_the_merge_ended_does_not_begin_again() {
    let waiting = PING.replace("steps:\n", "steps:\n  - wait: 1h\n").replace("always", "never");
    check(
        &waiting,
        r#"
        1.09:00 track ~cookie "Ping"
        1.09:30 track ada "Ping"
        1.09:40 identify ada~cookie ; show people
        1.09:50 undo j1 ; show people
        1.09:51 track ada "Ping" ; track ~cookie "Ping" ; show people ; show journeys
        "#,
        r#"
        p2 = ada ~cookie; at ping:0 until 1.10:00
        p1 = ~cookie; at ping:0 until 1.10:00
        p2 = ada
        p1 = ~cookie; at ping:0 until 1.10:00
        p2 = ada
        ping: 2 started, 1 ended, 0 goals, 0 messages
        "#,
    );
}

/// The answer comes when the two are two again, and finds the message with whom it is.
#[test]
fn a_message_on_the_wire_is_answered_at_its_new_person() {
    check(
        PING,
        r#"
        1.09:00 page ~cookie ; identify ada
        1.09:30 identify ada~cookie ; track ~cookie "Ping" ; provider onsite hang
        1.09:45 undo j1 ; show ledger
        1.09:50 answer m1 accept ; show ledger ; show slots p1 ; show slots p2
        1.10:00 settle ~cookie m1 failed ; show ledger ; show stats
        "#,
        r#"
        1.09:40 m1 onsite to ada "Hello": hangs
        m1 p1 hello on the wire onsite: created planned
        m1 p1 hello sent: created planned sent
        m1 sent 1.09:40
        m1 unknown 1.09:40
        m1 p1 hello sent: created planned sent
        5 events, 0 duplicates, 0 late answers
        "#,
    );
}

#[test]
fn consents_are_each_ones_own_and_a_no_said_meanwhile_counts_for_both() {
    check(
        "",
        r#"
        1.09:00 says ~cookie withdrawn email ; says ada granted email
        1.10:00 identify ada~cookie ; show people
        1.10:30 undo j1 ; show people
        "#,
        r#"
        p2 = ada ~cookie; says withdrawn email
        p1 = ~cookie; says withdrawn email
        p2 = ada; says granted email
        "#,
    );
    check(
        "",
        r#"
        1.09:00 page ~cookie ; says ada granted email
        1.10:00 identify ada~cookie
        1.10:10 says ~cookie withdrawn email ; says ~cookie granted push ; says ada granted sms ; show people
        1.10:30 undo j1 ; show people
        "#,
        r#"
        p2 = ada ~cookie; says withdrawn email granted push granted sms
        p1 = ~cookie; says withdrawn email granted push
        p2 = ada; says withdrawn email granted sms
        "#,
    );
}

/// The urgent lane overtakes the log; what came by it is remembered too, and once.
#[test]
fn a_wish_that_overtook_the_log_is_remembered() {
    check(
        "",
        r#"
        1.09:00 page ~cookie ; identify ada
        1.10:00 identify ada~cookie
        1.10:10 urgent says ~cookie granted email ; show people
        1.10:20 undo j1 ; show people
        "#,
        r#"
        1.10:10 the wish is committed
        p2 = ada ~cookie; says granted email
        p1 = ~cookie; says granted email
        p2 = ada
        "#,
    );
}

#[test]
fn what_a_run_set_goes_with_the_run() {
    let setting = r#"
== journeys/mark.yaml
journey: mark
trigger: {event: "Ping"}
steps:
  - wait: 1h
  - set_trait: {name: came, value: through}
"#;
    check(
        setting,
        r#"
        1.09:00 page ~cookie ; identify ada
        1.09:30 identify ada~cookie ; track ~cookie "Ping"
        1.11:00 show people ; undo j1 ; show people
        "#,
        r#"
        p2 = ada ~cookie; came=through
        p1 = ~cookie; came=through
        p2 = ada
        "#,
    );
}

#[test]
fn after_its_time_a_merge_cannot_be_undone() {
    check(
        "\n== identity.yaml\nundo_within: 2d\n",
        r#"
        1.09:00 page ~cookie ; identify ada
        1.10:00 identify ada~cookie
        3.09:59 show undo j1
        3.10:01 show undo j1 ; undo j1 ; show people
        3.10:02 undo j9 ; show undo j9 ; show people
        "#,
        r#"
        j1: p2 = ada with 1; p1 = ~cookie with 0
        j1: what happened since is kept for a limited time, and that was over on 2026-11-25T10:00:00Z
        p2 = ada ~cookie
        j9: there is no such merge
        p2 = ada ~cookie
        "#,
    );
}

/// The log keeps the order for ever; if it could not be carried out, nothing would go on.
#[test]
fn where_the_facts_are_gone_an_undo_is_refused_and_the_loop_goes_on() {
    check(
        "",
        r#"
        1.09:00 page ~cookie ; identify ada
        1.10:00 identify ada~cookie ; identify ~cookie colour=red
        1.10:30 lose 2 ; show undo j1 ; undo j1 ; identify ada plan=pro ; show people
        "#,
        r#"
        j1: what happened since then was not kept, so nobody can say whose it was
        p2 = ada ~cookie; colour=red plan=pro
        "#,
    );
}

const PANEL: &str = r#"
== policy.yaml
zone: UTC
consent: none
caps: [{channels: any, at_most: 9, per: 1d}]
panel: {share: 100%, design: leverage, channels: [onsite, push], window: 7d}
== outcomes.yaml
- {outcome: revenue, event: Order, value: revenue, cap: 100}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

/// Each has their own cell back. What the absorbed person did meanwhile was not counted, since the
/// other's place was followed, and is counted now; the sums are those of two people.
#[test]
fn each_has_their_own_cell_back_and_the_sums_are_those_of_two() {
    check(
        PANEL,
        r#"
        1.08:00 cell p1 1
        1.09:00 track ~cookie "Ping"
        1.09:20 track ada "Ping"
        1.10:00 track ~cookie "Order" revenue=10 ; track ada "Order" revenue=5 ; show sums revenue ; show cell p1 ; show cell p2
        1.11:00 identify ada~cookie ; show cell p2
        1.12:00 track ~cookie "Order" revenue=20 ; track ada "Order" revenue=7 ; show sums revenue
        1.13:00 undo j1 ; show sums revenue ; show cell p1 ; show cell p2
        1.14:00 track ada "Order" revenue=1 ; track ~cookie "Order" revenue=200 ; show sums revenue
        "#,
        r#"
        1.09:10 m1 onsite to cookie "Hello"
        revenue cell 0 inside: 1 persons, 5 in all
        revenue cell 1 inside: 1 persons, 10 in all
        p1 in cell 1: {"revenue": 10.0}
        p2 in cell 0: {"revenue": 5.0}
        p2 in cell 1, exposed: {"revenue": 10.0}
        revenue cell 0 inside: 1 persons, 5 in all
        revenue cell 1 inside: 1 persons, 30 in all
        revenue cell 0 inside: 1 persons, 12 in all
        revenue cell 1 inside: 1 persons, 30 in all
        p1 in cell 1, exposed by j1: {"revenue": 30.0}
        p2 in cell 0, exposed by j1: {"revenue": 12.0}
        revenue cell 0 inside: 1 persons, 13 in all
        revenue cell 1 inside: 1 persons, 100 in all
        "#,
    );
}

/// Whatever fails and wherever it stops: the same two people, and nobody written to twice.
#[test]
fn an_undo_survives_every_crash_and_every_failed_commit() {
    let lines = [
        "1.09:00 track ~cookie \"Read\"",
        "1.09:20 identify ada plan=pro ; says ada granted email",
        "1.10:00 identify ada~cookie ; identify ~cookie email=eve@shop.example",
        "1.10:10 track ~cookie \"Read\" ; urgent says ~cookie withdrawn email",
        "1.10:20 undo j1",
        "1.10:30 identify ada~cookie ; track ~cookie \"Read\"",
        "3.09:00 show people ; show audiences ; show ledger ; show slots p1 ; show slots p2",
    ];
    let end = |script: String| -> Vec<String> {
        let said = output(FOLLOW, &script);
        let noise = ["a commit failed", "the wish"];
        let lines = said.lines().filter(|it| noise.iter().all(|word| !it.contains(word)));
        lines.map(str::to_owned).collect()
    };
    let plain = end(lines.join("\n"));
    assert!(plain.iter().any(|it| it.starts_with("p1 = eve@shop.example ~cookie")), "{plain:?}");
    for place in 1..lines.len() {
        for fault in ["crash ; start", "fail 1 refuse", "fail 1 store-and-fail", "stop ; start"] {
            let mut script: Vec<String> = lines.iter().map(|it| (*it).to_owned()).collect();
            let (time, rest) = script[place].split_once(' ').expect("a time");
            script[place] = format!("{time} {fault} ; {rest}");
            assert_eq!(end(script.join("\n")), plain, "{fault} before line {place}");
        }
    }
}
