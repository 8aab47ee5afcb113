//! One person's way: told in the order in which it happened, with the steps where they stand in the file.

use crate::{Play, Script, replay};
use model::Timestamp;
use record::Fact;
use std::collections::BTreeMap;

const PROGRAMME: [(&str, &str); 6] = [
    (
        "brand.yaml",
        "{name: Shop, base_url: \"https://shop.example\", from_address: hi@shop.example}",
    ),
    ("policy.yaml", "{window: 10m, consent: none, caps: [{channels: any, at_most: 1, per: 7d}]}"),
    ("audiences/regulars.yaml", "audience: regulars\nwhen: count(\"Order\", last 30d) >= 2"),
    (
        "journeys/welcome.yaml",
        r#"
journey: welcome
trigger: {event: Signed Up}
goal: {event: Order, within: 14d}
steps:
  - id: soon
    wait: 2h
  - branch:
      - when: trait("plan") == "pro"
        steps:
          - set_trait: {name: greeted, value: true}
      - otherwise:
          - split: {arms: {all: 1, none: 0.000001}, steps: {all: [{tag: {add: [plain]}}]}}
  - id: a
    message: {content: hello, channels: [onsite]}
  - wait: 1d
  - message: {content: more, channels: [onsite]}
  - wait_until: {event: Order, timeout: 5d}
"#,
    ),
    ("content/hello.md", "---\ncontent: hello\ntopic: news\nsummary: Hello\n---\nHello."),
    ("content/more.md", "---\ncontent: more\ntopic: news\nsummary: More\n---\nMore."),
];

fn files() -> BTreeMap<String, String> {
    PROGRAMME.into_iter().map(|(path, text)| (path.into(), text.into())).collect()
}

/// What `script` makes of the programme from `from` on, a line for each moment.
#[track_caller]
fn check(from: &str, script: &str, expected: &str) {
    let script = Script::parse(script).unwrap_or_else(|it| panic!("{it:?}"));
    let facts: Vec<Fact> = script.facts().collect();
    let time = |text| Timestamp::parse(text).expect("a time");
    let (from, to) = (time(from), time("2026-11-30T00:00:00Z"));
    let play = Play { files: &files(), from, to, follow: true };
    let found = replay(&play, facts, &mut |_| true).expect("a play").expect("nobody stopped it");
    let line = |it: &crate::WayMoment| {
        let kind = serde_json::to_value(it.kind).expect("a word");
        let words =
            [it.journey.as_deref(), it.step.as_deref(), it.name.as_deref(), it.why.as_deref()];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        let text = if it.text.is_empty() { String::new() } else { format!(" | {}", it.text) };
        format!("{} {} {}{text}", &it.at[5..16], kind.as_str().expect("a word"), words.join(" "))
    };
    let way: Vec<String> = found.way.expect("a way").iter().map(line).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    assert_eq!(way, expected, "\n{}", way.join("\n"));
}

#[test]
fn each_step_is_told_when_it_came() {
    check(
        "2026-11-01T00:00:00Z",
        r#"
        2026-11-02T09:00 ada "Signed Up"
        2026-11-05T09:00 ada Order
        2026-11-06T09:00 ada Order
        "#,
        r"
        11-02T09:00 event Signed Up
        11-02T09:00 begun welcome
        11-02T09:00 step welcome soon
        11-02T11:00 step welcome 1
        11-02T11:00 step welcome 1.1.0 all
        11-02T11:00 step welcome 1.1.0.all.0
        11-02T11:00 step welcome a
        11-02T11:00 step welcome 3
        11-02T11:00 asked welcome a hello
        11-02T11:10 sent welcome a hello | onsite: Shop: Hello
        11-03T11:00 step welcome 4
        11-03T11:00 step welcome 5
        11-03T11:00 asked welcome 4 more
        11-03T11:10 not_sent welcome 4 more cap | the sender's limit is reached: onsite: 1 taken, at most 1 per 7d, free again 2026-11-09T11:10:00Z; expires 2026-11-04T11:00:00Z
        11-05T09:00 event Order
        11-05T09:00 goal welcome
        11-05T09:00 ended welcome goal
        11-06T09:00 event Order
        11-06T09:00 entered regulars
        ",
    );
}

#[test]
fn what_came_before_the_window_is_not_told_and_still_counts() {
    check(
        "2026-11-06T00:00:00Z",
        r#"
        2026-11-05T09:00 ada identify plan=pro
        2026-11-05T09:00 ada Order
        2026-11-06T09:00 ada Order
        2026-11-07T09:00 ada "Signed Up"
        2026-11-07T10:00 ada "Signed Up"
        2026-11-20T10:00 ada Visit
        "#,
        r"
        11-06T09:00 event Order
        11-06T09:00 entered regulars
        11-07T09:00 event Signed Up
        11-07T09:00 begun welcome
        11-07T09:00 step welcome soon
        11-07T10:00 event Signed Up
        11-07T10:00 not_begun welcome already_active | the person is in the journey already
        11-07T11:00 step welcome 1
        11-07T11:00 step welcome 1.0.0
        11-07T11:00 step welcome a
        11-07T11:00 step welcome 3
        11-07T11:00 asked welcome a hello
        11-07T11:10 sent welcome a hello | onsite: Shop: Hello
        11-08T11:00 step welcome 4
        11-08T11:00 step welcome 5
        11-08T11:00 asked welcome 4 more
        11-08T11:10 not_sent welcome 4 more cap | the sender's limit is reached: onsite: 1 taken, at most 1 per 7d, free again 2026-11-14T11:10:00Z; expires 2026-11-09T11:00:00Z
        11-13T11:00 ended welcome completed
        11-20T10:00 event Visit
        ",
    );
}
