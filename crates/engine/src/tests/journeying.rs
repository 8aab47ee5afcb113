//! Everything that a journey's file may say, carried out by the engine; and journeys that time, a
//! call or a conversation begins.

use super::play::{check, output};
use std::collections::{BTreeMap, BTreeSet};

/// Each step and each trigger that may be written: an example, what happens, and what must be seen of
/// it. A name that is missing here, or of which nothing is seen, fails below.
const STEPS: &[(&str, &str, &str, &str)] = &[
    ("wait", "wait: 1h", "", "1.11:00 m1 onsite to ada \"Receipt\""),
    ("wait_until", "wait_until: {leaves: all, timeout: 3h}", "", "1.10:00 m1 onsite"),
    ("wait_for", "wait_for: {from: \"12:00\", to: \"13:00\"}", "", "1.12:00 m1 onsite"),
    (
        "branch",
        "branch: [{when: 'property(\"n\") == 1', steps: [{set_trait: {name: arm, value: one}}]}]",
        "",
        "arm=one",
    ),
    (
        "split",
        "split: {arms: {a: 1, b: 0.000000001}, steps: {a: [{set_trait: {name: arm, value: a}}]}}",
        "",
        "1 in, 0 there, 1 a",
    ),
    (
        "experiment",
        "experiment: {outcome: orders, arms: {a: 1, b: 0.000000001}, steps: {a: [{set_trait: {name: arm, value: a}}]}}",
        "show experiment all",
        "v1 0 orders: a 0, b 0; 1 running",
    ),
    ("message", "message: {content: hello, channels: [onsite]}", "", "onsite to ada \"Hello\""),
    ("set_trait", "set_trait: {name: stage, value: 7}", "", "stage=7"),
    ("tag", "tag: {add: [vip]}", "", "tags=vip"),
    (
        "repeat",
        "repeat: {times: 2, steps: [{message: {content: hello, channels: [onsite]}}]}",
        "",
        "m2 p1 hello sent",
    ),
    (
        "webhook",
        "webhook: {url: \"https://crm.example/in\", data: {size: {property: size}}}",
        "show calls",
        r#"https://crm.example/in {"data":{"size":1.0},"journey":"all","key":"journey/all/r1/0/1""#,
    ),
    (
        "task",
        "task: {title: Call them, for: ada@shop.example, due: 2d}",
        "show tasks",
        "p1.r1.0.1 task `Call them` for ada@shop.example about p1 by 3.10:00",
    ),
    (
        "tell_sales",
        "tell_sales: {note: Asked for a price, otherwise: sam@shop.example}",
        "show tasks",
        "r1.0.1 lead `Asked for a price` for sam@shop.example about p1",
    ),
    ("end", "end: true", "", "1 completed"),
];

/// The trigger, the script that begins a run, and when that is seen.
const TRIGGERS: &[(&str, &str, &str)] = &[
    ("event", "{event: Visit}", "1.10:00 track ada Visit"),
    ("enters", "{enters: vip}", "1.10:00 identify ada plan=pro"),
    ("leaves", "{leaves: vip}", "1.09:00 identify ada plan=pro\n1.10:00 identify ada plan=free"),
    (
        "date",
        "{date: {trait: day, at: \"10:00\"}}",
        "1.09:00 identify ada day=2026-11-23\n1.10:00 clock",
    ),
    (
        "schedule",
        "{schedule: {audience: vip, every: day, at: \"10:00\"}}",
        "1.09:00 identify ada plan=pro\n1.10:00 show stats",
    ),
    ("api", "{api: true}", "1.10:00 call ada all n=1"),
    ("conversation", "{conversation: {kind: reply}}", "1.10:00 track ada \"Email Replied\""),
];

const AUDIENCES: &str = "
== outcomes.yaml
- outcome: orders
  event: Order
  value: revenue
== audiences/all.yaml
audience: all
when: trait(\"nobody\") == true
== audiences/vip.yaml
audience: vip
when: trait(\"plan\") == \"pro\"
";

/// The names that the format knows, as its refusal of any other lists them.
fn known_names(journey: &str) -> BTreeSet<String> {
    let files = BTreeMap::from([("journeys/x.yaml".to_owned(), journey.to_owned())]);
    let problems = record::programme::parse(&files).expect_err("an unknown field");
    let message = &problems[0].message;
    let (_, listed) = message.split_once("expected one of").unwrap_or_else(|| panic!("{message}"));
    let names = listed.split(',').map(|it| it.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
    names.map(str::to_owned).collect()
}

#[test]
fn every_step_that_can_be_written_is_carried_out_by_the_engine() {
    let mut named = known_names("journey: x\ntrigger: {event: A}\nsteps: [{no-such-step: 1}]\n");
    assert!(named.remove("id"), "{named:?}");
    let examples: BTreeSet<String> = STEPS.iter().map(|it| it.0.to_owned()).collect();
    assert_eq!(named, examples, "each step needs an example");
    for (name, step, show, seen) in STEPS {
        let programme = format!(
            "{AUDIENCES}\n== journeys/all.yaml\njourney: all\ntrigger: {{event: Visit}}\nsteps:\n  - {step}\n{}",
            match *name {
                "end" => "",
                _ => "  - message: {content: receipt, channels: [onsite]}\n",
            },
        );
        let script = format!(
            "1.10:00 track ada Visit n=1 size=1\n2.10:00 show people ; show ledger ; show steps all ; show {}",
            show.strip_prefix("show ").unwrap_or("stats"),
        );
        let out = output(&programme, &script);
        assert!(out.contains(seen), "of `{name}` nothing is seen in\n{out}");
    }
}

#[test]
fn every_trigger_that_can_be_written_begins_a_run_in_the_engine() {
    let mut named =
        known_names("journey: x\ntrigger: {no-such-trigger: 1}\nsteps: [{end: true}]\n");
    assert!(named.remove("when"), "{named:?}");
    let examples: BTreeSet<String> = TRIGGERS.iter().map(|it| it.0.to_owned()).collect();
    assert_eq!(named, examples, "each trigger needs an example");
    for (name, trigger, script) in TRIGGERS {
        let programme = format!(
            "{AUDIENCES}\n== journeys/all.yaml\njourney: all\ntrigger: {trigger}\nsteps:\n  \
             - message: {{content: receipt, channels: [onsite]}}\n",
        );
        let out = output(&programme, &format!("{script}\n1.11:00 show journeys"));
        assert!(
            out.contains("1.10:00 m1 onsite to ada \"Receipt\""),
            "`{name}` begins nothing:\n{out}"
        );
        assert!(out.contains("all: 1 started"), "`{name}` begins once:\n{out}");
    }
}

const BIRTHDAY: &str = r#"
== journeys/birthday.yaml
journey: birthday
trigger: {date: {trait: birthday, yearly: true, offset: -7d, at: "09:00"}}
steps:
  - message: {content: receipt, channels: [onsite]}
"#;

#[test]
fn a_birthday_is_told_a_week_before_on_the_clock_of_the_person() {
    check(
        BIRTHDAY,
        r#"
        1.08:00 identify ada birthday=1990-12-01 timezone=America/New_York ; identify bob birthday=1988-12-01
        3.12:00 show journeys
        "#,
        r#"
        2.09:00 m1 onsite to bob "Receipt"
        2.14:00 m2 onsite to ada "Receipt"
        birthday: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

/// Whoever is known when a journey is applied is begun for as well, and nobody twice by restarts,
/// crashes or the same programme again.
#[test]
fn times_survive_restarts_crashes_and_a_second_apply() {
    let programme = format!("{BIRTHDAY}\n==== 2\n{BIRTHDAY}");
    check(
        &programme,
        r#"
        1.08:00 identify ada birthday=1990-12-01
        2.08:59 stop ; start ; crash ; start
        2.09:00 apply 2 ; stop ; start
        2.09:30 apply 1 ; crash ; start
        3.09:00 stop
        4.09:00 start ; show journeys
        "#,
        r#"
        2.09:00 m1 onsite to ada "Receipt"
        birthday: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

#[test]
fn a_journey_applied_later_begins_for_those_who_are_known() {
    let programme = format!("\n==== 2\n{BIRTHDAY}");
    check(
        &programme,
        r#"
        1.08:00 identify ada birthday=1990-12-01
        1.10:00 stop ; start ; apply 2
        2.10:00 show journeys
        "#,
        r#"
        2.09:00 m1 onsite to ada "Receipt"
        birthday: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

const DAILY: &str = r#"
== audiences/pros.yaml
audience: pros
when: trait("plan") == "pro"
== journeys/tip.yaml
journey: tip
trigger: {schedule: {audience: pros, every: day, at: "09:00"}}
late: 2h
steps:
  - message: {content: receipt, channels: [onsite]}
"#;

#[test]
fn what_was_missed_while_the_engine_was_away_is_counted_and_does_not_begin() {
    check(
        DAILY,
        r#"
        1.08:00 identify ada plan=pro
        1.12:00 stop
        4.12:00 start ; resume ; show steps tip
        5.10:00 show journeys
        "#,
        r#"
        1.09:00 m1 onsite to ada "Receipt"
        v1 0: 1 in, 0 there
        1 completed, 3 late
        5.09:00 m2 onsite to ada "Receipt"
        tip: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

#[test]
fn two_who_become_one_are_begun_for_once_and_so_are_they_apart() {
    check(
        DAILY,
        r#"
        1.08:00 identify ada plan=pro ; identify ~cookie plan=pro
        1.08:30 identify ada~cookie
        1.10:00 show journeys
        1.11:00 undo j1
        2.10:00 show journeys
        "#,
        r#"
        1.09:00 m1 onsite to ada "Receipt"
        tip: 1 started, 1 ended, 0 goals, 1 messages
        2.09:00 m2 onsite to ada "Receipt"
        2.09:00 m3 onsite to cookie "Receipt"
        tip: 3 started, 3 ended, 0 goals, 3 messages
        "#,
    );
}

const CALLED: &str = r#"
== journeys/order.yaml
journey: order
trigger: {api: true}
key: order_id
reentry: always
entries: {at_most: 2, per: 7d}
steps:
  - wait: 1h
  - message: {content: receipt, channels: [onsite]}
"#;

#[test]
fn a_call_begins_a_run_once_per_message_id_and_within_the_cap() {
    check(
        CALLED,
        r#"
        1.08:00 call ada order order_id=a id:x ; call ada order order_id=b id:x
        1.08:10 call ada order order_id=a ; call ada order order_id=c ; call ada order order_id=d ; call ada order
        1.10:00 show steps order
        "#,
        r#"
        1.09:00 m1 onsite to ada "Receipt"
        1.09:10 m2 onsite to ada "Receipt"
        v1 0: 2 in, 0 there
        v1 1: 2 in, 0 there
        2 completed, 1 no_key, 1 already_active, 1 entry_cap
        "#,
    );
}

/// A reply to a mail is an event of its person, and so begins what should follow.
#[test]
fn somebody_who_complains_is_looked_after() {
    check(
        r#"
== journeys/care.yaml
journey: care
trigger: {conversation: {kind: complaint}}
steps:
  - task: {title: Find out why, for: care@shop.example}
"#,
        r#"
        1.08:00 track ada "Email Replied" ; track bob "Email Complained"
        1.09:00 show tasks
        "#,
        "p2.r1.0.1 task `Find out why` for care@shop.example about p2",
    );
}

#[test]
fn a_step_that_fails_is_counted_and_stops_neither_its_run_nor_others() {
    check(
        r#"
== journeys/broken.yaml
journey: broken
trigger: {event: Visit}
steps:
  - tag: {add: [new]}
  - tell_sales: {note: Hot}
  - message: {content: receipt, channels: [onsite]}
== journeys/sound.yaml
journey: sound
trigger: {event: Visit}
steps:
  - message: {content: receipt, channels: [onsite]}
"#,
        r#"
        1.08:00 identify ada tags=7 ; track ada Visit ; track bob Visit
        1.09:00 show steps broken ; show steps sound
        "#,
        r#"
        1.08:00 m1 onsite to ada "Receipt"
        1.08:00 m2 onsite to ada "Receipt"
        1.08:00 m3 onsite to bob "Receipt"
        1.08:00 m4 onsite to bob "Receipt"
        v1 0: 2 in, 0 there, 1 tags_are_no_list
        v1 1: 2 in, 0 there, 2 nobody_to_tell
        v1 2: 2 in, 0 there
        2 completed
        v1 0: 2 in, 0 there
        2 completed
        "#,
    );
}

/// A content may go while runs still come to it: that step fails, and the run goes on.
#[test]
fn a_content_that_is_gone_fails_its_step_and_nothing_else() {
    let journey = |content: &str| {
        format!(
            "
== content/{content}.md
---
content: {content}
topic: news
summary: Soon
---
Soon.
== journeys/t.yaml
journey: t
trigger: {{event: Visit}}
steps:
  - wait: 1h
  - message: {{content: {content}, channels: [onsite]}}
  - set_trait: {{name: done, value: true}}
"
        )
    };
    check(
        &format!("{}\n==== 2\n{}", journey("old"), journey("new")),
        r#"
        1.08:00 track ada Visit
        1.08:30 apply 2
        1.10:00 show people ; show ledger ; show steps t
        "#,
        r#"
        p1 = ada; done=true
        m1 p1 old failed: created render_failed
        v1 0: 1 in, 0 there
        v1 1: 1 in, 0 there, 1 no_content
        v1 2: 1 in, 0 there
        1 completed
        "#,
    );
}

const TWO_VERSIONS: &str = r#"
== journeys/t.yaml
journey: t
trigger: {event: Visit}
steps:
  - branch:
      - when: property("n") == 1
        steps: [{wait: 1d}]
  - {id: first, wait: 1d}
  - {id: second, wait: 1d}
==== 2
== journeys/t.yaml
journey: t
trigger: {event: Visit}
steps:
  - {id: second, wait: 3d}
  - message: {content: receipt, channels: [onsite]}
"#;

#[test]
fn running_people_are_taken_to_the_latest_version_by_equal_ids() {
    check(
        TWO_VERSIONS,
        r#"
        1.08:00 track ada Visit n=2
        2.08:00 track bob Visit n=2 ; track eve Visit n=1
        2.12:00 apply 2 ; move t 1 ; show steps t ; show moves
        2.13:00 stop ; start ; move t 7 ; show moves
        3.09:00 show people
        "#,
        r#"
        v1 0: 3 in, 0 there
        v1 0.0.0: 1 in, 1 there
        v1 first: 2 in, 1 there
        v1 second: 1 in, 0 there
        v2 second: 0 in, 1 there
        t v1 to v2: 1 moved, 1 has_no_id, 1 is_gone; done
        t v1 to v2: 1 moved, 1 has_no_id, 1 is_gone; done
        3.08:00 m1 onsite to ada "Receipt"
        p1 = ada
        p2 = bob; at t:second until 4.08:00
        p3 = eve; at t:first until 4.08:00
        "#,
    );
}

#[test]
fn a_move_goes_on_after_a_crash_and_takes_nobody_twice() {
    let crowd = "1.08:00 crowd 1200 Visit";
    let script = format!(
        "{crowd}\n2.09:00 apply 2\n2.09:01 move t 1 ; turn ; turn ; crash ; start\n2.10:00 show moves\n3.09:00 show journeys"
    );
    let programme = TWO_VERSIONS.replace("property(\"n\") == 1", "property(\"n\") == 5");
    let out = output(&programme, &script);
    assert!(out.contains("t v1 to v2: 1200 moved; done"), "{}", &out[..out.len().min(500)]);
    assert!(out.contains("t: 1200 started, 1200 ended, 0 goals, 1200 messages"));
}

#[test]
fn what_is_to_be_done_about_somebody_goes_with_them() {
    check(
        r#"
== journeys/care.yaml
journey: care
trigger: {event: Visit}
steps:
  - task: {title: Call, for: care@shop.example}
  - wait: 1d
"#,
        r#"
        1.08:00 track ada Visit ; track bob Visit
        1.09:00 erase ada
        1.10:00 show tasks
        "#,
        "p2.r2.0.1 task `Call` for care@shop.example about p2",
    );
}

const EXPERIMENT: &str = r#"
== outcomes.yaml
- {outcome: orders, event: Order, value: revenue}
== content/story.md
---
content: story
topic: news
summary: As it was
class: service
---
Once.
== journeys/test.yaml
journey: test
trigger: {event: Visit}
reentry: always
steps:
  - experiment:
      arms: {control: 50, story: 50}
      outcome: orders
      window: 7d
      steps:
        story:
          - wait: 1h
          - message: {content: story, channels: [onsite]}
"#;

/// Each person counts once, in the arm drawn first, with what they brought within the window.
#[test]
fn an_experiment_compares_its_arms_by_what_each_person_brought() {
    let people = 60;
    let each = |what: &dyn Fn(u64) -> String| {
        (0..people).map(|n| format!("track u{n} {}", what(n))).collect::<Vec<_>>().join(" ; ")
    };
    let all = |what: &str| each(&|_| what.to_owned());
    let script = format!(
        "1.09:00 {}\n1.09:30 {}\n2.09:00 {} ; show experiment test\n2.10:00 {} ; stop ; start\n8.10:00 {}\n9.10:00 show experiment test",
        all("Visit"),
        all("Visit"),
        each(&|n| format!("Order revenue={}", n % 7)),
        all("Order revenue=5"),
        all("Order revenue=99"),
    );
    let out = output(EXPERIMENT, &script);
    assert!(out.contains(&format!("v1 0 orders: control 0, story 0; {people} running")), "{out}");
    let last = out.lines().last().unwrap_or_default();
    let (_, told) = last.split_once("orders: ").unwrap_or_else(|| panic!("{out}"));
    let numbers: Vec<f64> = told.split([' ', ',', ';']).filter_map(|it| it.parse().ok()).collect();
    // control N mean M, story N mean M; 0 running; story - control = D
    let [n, mean, other_n, other_mean, running, difference] = numbers[..] else { panic!("{last}") };
    assert_eq!((n + other_n, running), (60.0, 0.0), "{last}");
    assert!(10.0 < n && 10.0 < other_n, "{last}");
    // What came outside of the window is nobody's.
    let brought = (0..people).map(|it| (it % 7 + 5) as f64).sum::<f64>();
    assert!((n * mean + other_n * other_mean - brought).abs() < 0.1, "{last}: {brought}");
    assert!((other_mean - mean - difference).abs() < 0.002, "{last}");
}

#[test]
fn what_an_experiment_says_stays_as_it_was_when_its_version_came() {
    let later = EXPERIMENT.replace("As it was", "As it became");
    let programme = format!(
        "{}\n==== 2\n{}",
        EXPERIMENT.replace("arms: {control: 50", "arms: {control: 0.000001"),
        later.replace("arms: {control: 50", "arms: {control: 0.000001"),
    );
    check(
        &programme,
        r#"
        1.09:00 track ada Visit
        1.09:30 apply 2
        1.11:00 stop ; start
        1.11:01 track bob Visit
        1.13:00 show audiences
        "#,
        r#"
        1.10:00 m1 onsite to ada "As it was"
        1.12:01 m2 onsite to bob "As it was"
        audiences:
        "#,
    );
}

/// It is looked at once more when the window opens.
#[test]
fn whoever_waits_for_a_window_is_counted_there_once() {
    check(
        "
== journeys/office.yaml
journey: office
trigger: {event: Visit}
steps:
  - wait_for: {from: \"09:00\", to: \"18:00\"}
  - message: {content: receipt, channels: [onsite]}
",
        r#"
        1.07:00 track ada Visit ; track bob Visit
        1.10:00 track cat Visit
        1.12:00 show steps office
        "#,
        r#"
        1.09:00 m1 onsite to ada "Receipt"
        1.09:00 m2 onsite to bob "Receipt"
        1.10:00 m3 onsite to cat "Receipt"
        v1 0: 3 in, 0 there
        v1 1: 3 in, 0 there
        3 completed
        "#,
    );
}
