//! Calls of other systems: tried until they are answered, given up in the end, and never called by
//! another name.

use super::play::{check, output};

const CALLS: &str = r#"
== journeys/all.yaml
journey: all
trigger: {event: Visit}
steps:
  - webhook: {url: "https://crm.example/in", data: {}}
"#;

const TWO: &str = r#"
== journeys/all.yaml
journey: all
trigger: {event: Visit}
steps:
  - webhook: {url: "https://slow.example/in", data: {}}
== journeys/other.yaml
journey: other
trigger: {event: Order}
steps:
  - webhook: {url: "https://crm.example/in", data: {}}
"#;

#[test]
fn a_call_leaves_at_once_and_is_answered() {
    check(
        CALLS,
        "1.10:00 receiver accept
         1.10:00 track ada Visit
         3.10:00 show calls",
        "1.10:00 call journey/all/r1/0/1
         1.10:00 https://crm.example/in answered after 1 {\"data\":{},\"journey\":\"all\",\"key\":\"journey/all/r1/0/1\",\"person\":\"p1\",\"run\":\"r1\",\"step\":\"0\",\"user_id\":\"ada\"}",
    );
}

#[test]
fn without_anybody_who_calls_a_call_waits() {
    let out = output(CALLS, "1.10:00 track ada Visit\n9.10:00 show calls\n9.10:00 receiver accept");
    assert!(out.contains("1.10:00 https://crm.example/in {"), "{out}");
    assert!(out.ends_with("9.10:00 call journey/all/r1/0/1"), "{out}");
}

/// When each try was made, in whole minutes since the first.
fn tries(out: &str) -> Vec<i64> {
    let times = out.lines().filter(|it| it.contains(" call "));
    let times: Vec<_> = times.filter_map(|it| super::times::parse(it.split(' ').next()?)).collect();
    times.iter().map(|it| (*it - times[0]).millis() / 60_000).collect()
}

#[test]
fn a_failing_call_is_tried_ten_times_under_one_key_and_given_up() {
    let manners = "later ".repeat(10);
    let script = format!("1.10:00 receiver {manners}\n1.10:00 track ada Visit\n9.10:00 show calls");
    let out = output(CALLS, &script);
    let keys = out.lines().filter(|it| it.contains("call journey/all/r1/0/1")).count();
    assert_eq!(keys, 10, "{out}");
    assert!(out.contains("given_up after 10"), "{out}");
    // The specification's table of hours and minutes since the start, and a tenth on top.
    let table = [0, 0, 5, 35, 155, 455, 1_055, 1_895, 3_095, 4_535];
    for (found, earliest) in tries(&out).into_iter().zip(table) {
        assert!(earliest <= found && found <= earliest + earliest / 10 + 1, "{found} {earliest}");
    }
}

#[test]
fn a_receiver_that_wants_no_more_is_left_and_one_that_asks_for_time_gets_it() {
    let out = output(
        CALLS,
        "1.10:00 receiver refuse later:3h\n1.10:00 track ada Visit\n1.10:01 track bob Visit\n9.10:00 show calls",
    );
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "1.10:00 call journey/all/r1/0/1: refused");
    assert_eq!(lines[1], "1.10:01 call journey/all/r2/0/1: later");
    assert_eq!(lines[2], "1.13:01 call journey/all/r2/0/1", "{out}");
    assert!(lines[3].contains("given_up after 1"), "{out}");
}

#[test]
fn a_process_that_stops_before_the_answer_is_stored_calls_again_under_the_same_key() {
    check(
        CALLS,
        "1.10:00 receiver hang
         1.10:00 track ada Visit
         1.10:01 crash ; start
         1.10:02 turn",
        "1.10:00 call journey/all/r1/0/1: hangs
         1.10:01 call journey/all/r1/0/1",
    );
}

#[test]
fn an_answer_whose_commit_fails_is_not_lost() {
    for how in ["refuse", "store-and-fail"] {
        let script = format!(
            "1.10:00 receiver hang\n1.10:00 track ada Visit\n1.10:01 fail 1 {how} ; receiver-answers accept\n2.10:00 show calls"
        );
        let out = output(CALLS, &script);
        assert_eq!(out.matches(" call ").count(), 1, "{how}: {out}");
        assert!(out.contains("answered after 1"), "{how}: {out}");
    }
}

#[test]
fn one_slow_receiver_holds_up_nobody_else() {
    let mut script = "1.10:00 receiver hang hang hang hang".to_owned();
    for person in ["a", "b", "c", "d", "e", "f"] {
        script += &format!("\n1.10:00 track {person} Visit");
    }
    script += "\n1.10:01 track ada Order\n1.10:02 receiver-answers accept";
    let out = output(TWO, &script);
    let hung = out.lines().filter(|it| it.ends_with(": hangs")).count();
    assert_eq!(hung, 4, "no more at once for one receiver: {out}");
    assert!(out.contains("1.10:01 call journey/other/"), "{out}");
    assert_eq!(out.matches("1.10:02 call journey/all/").count(), 2, "{out}");
}

#[test]
fn a_hold_keeps_calls_back() {
    let out = output(
        CALLS,
        "1.10:00 receiver accept ; stop\n1.14:00 track ada Visit ; start\n1.15:00 resume",
    );
    assert!(out.starts_with("1.15:00 call journey/all/r1/0/1"), "{out}");
}

#[test]
fn a_person_has_a_call_made_again() {
    let out = output(
        CALLS,
        "1.10:00 receiver refuse\n1.10:00 track ada Visit\n2.10:00 retry journey/all/r1/0/1\n3.10:00 show calls",
    );
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[1], "2.10:00 call journey/all/r1/0/1", "{out}");
    assert!(lines[2].contains("answered after 1"), "{out}");
}

#[test]
fn calls_about_an_erased_person_are_forgotten() {
    let out = output(
        CALLS,
        "1.10:00 track ada Visit ; track bob Visit\n1.11:00 erase ada\n1.12:00 receiver accept\n1.13:00 show calls",
    );
    assert!(!out.contains("r1/0/1") && out.contains("1.12:00 call journey/all/r2/0/1"), "{out}");
}

#[test]
fn ended_calls_are_forgotten_after_a_while() {
    let out = output(
        CALLS,
        "1.10:00 receiver accept refuse\n1.10:00 track ada Visit ; track bob Visit\n10.10:00 show calls\n35.10:00 show calls",
    );
    let shown: Vec<&str> = out.lines().filter(|it| it.contains("https://")).collect();
    assert_eq!(shown.len(), 1, "of two, one was given up and is kept longer: {out}");
    assert!(shown[0].contains("given_up"), "{out}");
}
