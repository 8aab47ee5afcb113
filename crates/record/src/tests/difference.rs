//! What is said about two programmes that differ.

use super::files;
use crate::programme::{What, differences, flow, parse};

const BEFORE: &str = r#"
== policy.yaml
caps: [{channels: any, at_most: 4, per: 7d}]
== outcomes.yaml
- {outcome: orders, event: Order Completed}
- {outcome: visits, event: Visit}
== audiences/buyers.yaml
# Whoever bought.
audience: buyers
note: a note
when: did("Order Completed", last 30d)
== audiences/old.yaml
audience: old
when: did("Old")
== journeys/welcome.yaml
journey: welcome
trigger: {event: "Signed Up"}
steps:
  - wait: 10m
  - message: {content: hello, channels: [email], expires: 1d}
  - end: true
== content/hello.md
---
content: hello
topic: news
summary: Hello
---
Hello.
"#;

/// BEFORE with some texts replaced.
fn check(changes: &[(&str, &str)], expected: &str) {
    let mut text = BEFORE.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old} is not in the programme");
        text = text.replace(old, new);
    }
    let read = |text: &str| parse(&files(text)).unwrap_or_else(|it| panic!("{it:?}"));
    let mut lines = Vec::new();
    for it in differences(&read(BEFORE), &read(&text)) {
        let name = format!("{} {}", it.kind.name(), it.name);
        match it.what {
            What::Added(_) => lines.push(format!("+ {name}")),
            What::Removed(_) => lines.push(format!("- {name}")),
            What::Changed(changes) => lines.extend(changes.iter().map(|it| {
                let shown = |it: &Option<_>| it.as_ref().map_or("nothing".to_owned(), flow);
                format!("{name}: {}: {} → {}", it.field, shown(&it.old), shown(&it.new))
            })),
        }
    }
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn another_way_to_write_the_same_is_no_difference() {
    check(
        &[
            ("# Whoever bought.", "# Whoever has ordered."),
            ("note: a note", "note: another note"),
            ("did(\"Order Completed\", last 30d)", "( did('Order Completed', last 720h) )"),
            (
                "{content: hello, channels: [email], expires: 1d}",
                "{channels: [email], content: hello}",
            ),
            ("trigger: {event: \"Signed Up\"}", "late: 24h\ntrigger:\n  event: Signed Up"),
        ],
        "",
    );
}

#[test]
fn fields_are_named_by_their_path() {
    check(
        &[
            ("at_most: 4", "at_most: 6"),
            ("last 30d", "last 60d"),
            ("expires: 1d", "expires: 2d"),
            ("wait: 10m", "wait: 1h"),
            ("summary: Hello", "summary: \"Hello: you\""),
        ],
        r#"
        policy : caps.0.at_most: 4 → 6
        audience buyers: when: 'did("Order Completed", last 30d)' → 'did("Order Completed", last 60d)'
        journey welcome: steps.0.wait: 10m → 1h
        journey welcome: steps.1.message.expires: nothing → 2d
        content hello: summary: Hello → "Hello: you"
        "#,
    );
}

#[test]
fn a_step_that_comes_in_between_is_the_only_difference() {
    check(
        &[("  - end: true", "  - wait: 2d\n  - end: true")],
        "journey welcome: steps.2: nothing → {wait: 2d}",
    );
}

#[test]
fn definitions_come_and_go() {
    check(
        &[("audiences/old.yaml\naudience: old", "audiences/new.yaml\naudience: new")],
        "+ audience new\n- audience old",
    );
}

#[test]
fn the_order_of_outcomes_counts() {
    check(
        &[
            ("- {outcome: orders, event: Order Completed}\n", ""),
            ("event: Visit}\n", "event: Visit}\n- {outcome: orders, event: Order Completed}\n"),
        ],
        "outcome : order: [orders, visits] → [visits, orders]",
    );
}

#[test]
fn languages_differ_by_field() {
    let nl = |files: &str| {
        format!("summary: Hello\nlocales: {{nl: hello.nl.md}}\n---\nHello.\n\n{files}")
    };
    let first = nl("== content/hello.nl.md\n---\nsummary: Hallo\n---\n");
    let second = nl("== content/hello.nl.md\n---\nsummary: Dag\n---\nDag.\n");
    let head = "summary: Hello\n---\nHello.\n";
    check(
        &[(head, &first)],
        "content hello: locales: nothing → {nl: hello.nl.md}\n\
         content hello: translations: nothing → {nl: {summary: Hallo}}",
    );
    check(
        &[(head, &second)],
        "content hello: locales: nothing → {nl: hello.nl.md}\n\
         content hello: translations: nothing → {nl: {summary: Dag, body: \"Dag.\\n\\n\"}}",
    );
}
