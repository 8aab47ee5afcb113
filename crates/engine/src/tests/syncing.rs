//! Other systems are told who enters and leaves an audience, in order and once.

use super::play::{check, output};

const VIPS: &str = r#"
== audiences/vip.yaml
audience: vip
when: trait("plan") == "pro"
sync: {url: "https://crm.example/vip"}
"#;

#[test]
fn who_enters_and_leaves_is_told() {
    check(
        VIPS,
        "1.10:00 identify ada plan=pro
         1.11:00 identify ada plan=free
         1.12:00 identify bob plan=free
         1.13:00 show calls",
        r#"1.10:00 https://crm.example/vip {"at":"2026-11-23T10:00:00Z","audience":"vip","person":"p1","type":"audience.entered","user_id":"ada"}
         1.11:00 https://crm.example/vip {"at":"2026-11-23T11:00:00Z","audience":"vip","person":"p1","type":"audience.left","user_id":"ada"}"#,
    );
}

/// What was called, without times and positions in the log.
fn said(out: &str) -> Vec<String> {
    let calls = out.lines().filter_map(|it| it.split_once(" call audience/").map(|it| it.1));
    let bare = |it: &str| {
        let (key, how) = it.split_once(':').map_or((it, ""), |(key, how)| (key, how));
        let parts: Vec<&str> = key.split('/').take(3).collect();
        format!("{}{how}", parts.join(" "))
    };
    calls.map(bare).collect()
}

#[test]
fn what_happened_first_is_heard_first() {
    let out = output(
        VIPS,
        "1.10:00 receiver later later accept accept accept
         1.10:00 identify ada plan=pro
         1.10:01 identify ada plan=free
         1.10:02 identify bob plan=pro
         2.10:00 show stats",
    );
    let said = said(&out);
    let place = |what: &str| said.iter().position(|it| it == what).expect(what);
    assert!(place("vip entered p2") < place("vip entered p1"), "others do not wait: {said:?}");
    assert!(place("vip entered p1") < place("vip left p1"), "{said:?}");
    assert_eq!(said.last().map(String::as_str), Some("vip left p1"), "{said:?}");
}

#[test]
fn the_same_log_gives_the_same_keys() {
    let key_of = |crash: &str| {
        let script =
            format!("1.10:00 receiver accept\n1.10:00 fail 1 {crash} ; identify ada plan=pro");
        let out = output(VIPS, &script);
        assert_eq!(out.matches(" call ").count(), 1, "{out}");
        out
    };
    assert_eq!(key_of("refuse"), key_of("store-and-fail"));
}

#[test]
fn an_erased_person_has_left_for_those_who_were_told() {
    check(
        VIPS,
        "1.10:00 identify ada plan=pro
         1.11:00 erase ada
         1.12:00 show calls",
        r#"1.11:00 https://crm.example/vip {"at":"2026-11-23T11:00:00Z","audience":"vip","person":"p1","type":"audience.left","user_id":"ada"}"#,
    );
    let out = output(
        VIPS,
        "1.09:00 receiver\n1.10:00 identify ada plan=pro\n1.11:00 erase ada\n1.12:00 show calls",
    );
    assert_eq!(said(&out), ["vip entered p1", "vip left p1"], "{out}");
    assert!(out.ends_with("answered after 1 "), "what it said of her is gone: {out}");
}

#[test]
fn of_two_who_become_one_nobody_stays_behind() {
    let with = |plan: &str| {
        let script = format!(
            "1.09:00 receiver
             1.10:00 identify ~web plan=pro
             1.11:00 identify ada plan={plan}
             1.12:00 identify ada~web city=Ghent"
        );
        said(&output(VIPS, &script))
    };
    // What was known of both is united first, and then looked at.
    let one_by_one = ["vip entered p1", "vip left p1", "vip entered p2", "vip left p2"];
    assert_eq!(with("free"), one_by_one);
    let both = with("pro");
    assert_eq!(both[..2], ["vip entered p1", "vip entered p2"]);
    assert!(both[2..] == ["vip left p1"] || both[2..] == ["vip left p2"], "{both:?}");
}

const LATER: &str = r#"
== audiences/vip.yaml
audience: vip
when: trait("plan") == "pro"
==== 2
== audiences/vip.yaml
audience: vip
when: trait("plan") == "pro"
sync: {url: "https://crm.example/vip"}
==== 2
== audiences/vip.yaml
audience: vip
when: trait("plan") == "pro" or trait("plan") == "plus"
sync: {url: "https://crm.example/vip"}
"#;

#[test]
fn a_sync_that_is_new_tells_of_everybody_once() {
    let out = output(
        LATER,
        "1.09:00 receiver
         1.10:00 identify ada plan=pro ; identify bob plan=pro ; identify cat plan=plus
         1.11:00 apply 2
         1.12:00 identify ada plan=free
         1.13:00 apply 3",
    );
    let mut first = said(&out)[..2].to_vec();
    first.sort();
    assert_eq!(first, ["vip entered p1", "vip entered p2"], "{out}");
    assert_eq!(said(&out)[2..], ["vip left p1", "vip entered p3"], "a new definition: {out}");
}

const CROWD: &str = r#"
== audiences/seen.yaml
audience: seen
when: did("Visit")
==== 2
== audiences/seen.yaml
audience: seen
when: did("Visit")
sync: {url: "https://crm.example/seen"}
"#;

/// More than two chunks, with a crash between them.
#[test]
fn a_crowd_is_told_of_in_chunks_whatever_happens_in_between() {
    let out = output(
        CROWD,
        "1.10:00 crowd 1200 Visit
         1.11:00 apply 2 ; turn ; turn ; turn
         1.11:00 crash ; start
         1.12:00 receiver",
    );
    let mut said = said(&out);
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 1_200, "everybody");
    assert_eq!(out.matches(" call ").count(), 1_200, "and each once");
}

/// What the first version stored.
#[test]
fn how_far_a_sync_has_come_stays_readable() {
    let read = |text: &str| serde_json::from_str::<crate::SyncStatus>(text).expect("readable");
    let done = read(r#"{"url":"https://crm.example/","version":2}"#);
    assert!(done.is_done() && done.told == 0);
    let half = read(r#"{"url":"https://crm.example/","version":2,"scan":7,"told":7}"#);
    let scan = Some(Some(model::PersonId(7)));
    assert_eq!(half, crate::SyncStatus { scan, told: 7, ..done });
}
