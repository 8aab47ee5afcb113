//! Every way in which a programme can be wrong, with the place and the remedy that people are told.

use super::check;

const HELLO: &str = r#"
== content/hello.md
---
content: hello
topic: news
summary: Hello
---
Hello.
"#;

/// A journey with these lines after its name and trigger.
fn journey(rest: &str) -> String {
    format!("{HELLO}\n== journeys/j.yaml\njourney: j\ntrigger: {{event: \"Signed Up\"}}\n{rest}")
}

#[test]
fn a_file_in_the_wrong_place() {
    check(
        "\n== brandy.yaml\nname: x\n== audiences.yaml\nx: y\n== segments/a.yaml\nx: y",
        r#"
        audiences.yaml: this file has no place in a programme
        hint: files are brand.yaml, policy.yaml, topics.yaml, outcomes.yaml, and those in audiences/, journeys/, broadcasts/ and content/
        brandy.yaml: this file has no place in a programme
        hint: files are brand.yaml, policy.yaml, topics.yaml, outcomes.yaml, and those in audiences/, journeys/, broadcasts/ and content/
        segments/a.yaml: this file has no place in a programme
        hint: files are brand.yaml, policy.yaml, topics.yaml, outcomes.yaml, and those in audiences/, journeys/, broadcasts/ and content/
        "#,
    );
}

#[test]
fn a_file_that_is_no_yaml() {
    check("\n== brand.yaml\nname: [Shop", "");
    check("\n== audiences/a.yaml\naudience: a\n\twhen: did(\"X\")", "");
}

#[test]
fn an_unknown_field() {
    check("\n== brand.yaml\nname: Shop\ncolour: red", "");
    check("\n== audiences/a.yaml\naudience: a\nwhen: did(\"X\")\nwho: me", "");
    check(&journey("steps:\n  - wiat: 1d"), "");
    check(&journey("steps:\n  - message: {content: hello, channels: [email], vale: 3}"), "");
}

#[test]
fn a_missing_field() {
    check("\n== audiences/a.yaml\naudience: a", "");
    check(&journey("owner: me"), "");
}

#[test]
fn a_condition_that_cannot_be_read_has_its_place_in_the_file() {
    check("\n== audiences/a.yaml\naudience: a\nwhen: did(\"X\" and", "");
    check("\n== audiences/a.yaml\naudience: a\nwhen: 'dud(\"X\")'", "");
    check("\n== audiences/a.yaml\naudience: a\nwhen: >\n  did(\"X\") and\n  dud(\"Y\")", "");
    check(&journey("exit:\n  - when: trait(\"plan\" = 3\nsteps:\n  - wait: 1d"), "");
    check(&journey("steps:\n  - branch:\n      - when: nonsense\n        steps: [{wait: 1d}]"), "");
    check("\n== outcomes.yaml\n- outcome: o\n  event: Order\n  when: property(\"x\") >", "");
}

#[test]
fn lengths_shares_and_channels() {
    check(&journey("steps:\n  - wait: 3 days"), "");
    check(&journey("steps:\n  - wait: 0s"), "");
    check(&journey("steps:\n  - message: {content: hello, channels: [letter]}"), "");
    check(&journey("steps:\n  - message: {content: hello, channels: []}"), "");
    check("\n== policy.yaml\ncaps: [{channels: letters, at_most: 1, per: 1d}]", "");
    check("\n== policy.yaml\ncaps: [{channels: none, at_most: 1, per: 1d}]", "");
    check("\n== policy.yaml\ncaps: [{channels: any, at_most: -1, per: 1d}]", "");
    check("\n== policy.yaml\npanel: {share: 110%, design: leverage, channels: [email, push]}", "");
    check("\n== policy.yaml\npanel: {share: many, design: leverage, channels: [email, push]}", "");
    check("\n== policy.yaml\npanel: {share: 10%, design: leverage, channels: [email]}", "");
    check("\n== policy.yaml\npanel: {share: 10%, design: guess, channels: [email, push]}", "");
    check("\n== policy.yaml\nzone: Europe/Amsterdan", "");
    check("\n== policy.yaml\nquiet_hours: {from: \"21:00\", to: \"25:00\"}", "");
    check(&journey("reentry: sometimes\nsteps:\n  - wait: 1d"), "");
    check(&journey("steps:\n  - wait_for: {from: \"9\", to: \"12:00\"}"), "");
}

#[test]
fn triggers() {
    let trigger =
        |it: &str| format!("\n== journeys/j.yaml\njourney: j\ntrigger: {it}\nsteps:\n  - wait: 1d");
    check(&trigger("{}"), "");
    check(&trigger("{event: A, enters: b}"), "");
    check(&trigger("{enters: b, when: did(\"X\")}"), "");
    check(&trigger("{enters: nobody}"), "");
    check(&trigger("{event: \"\"}"), "");
}

#[test]
fn steps() {
    check(&journey("steps: []"), "");
    check(&journey("steps:\n  - wait: 1d\n  - {}"), "");
    check(&journey("steps:\n  - {wait: 1d, end: true}"), "");
    check(&journey("steps:\n  - wait_until: {timeout: 1d}"), "");
    check(&journey("steps:\n  - wait_until: {enters: a, when: did(\"X\"), timeout: 1d}"), "");
    check(&journey("steps:\n  - branch: [{when: did(\"X\")}]"), "");
    check(&journey("steps:\n  - branch: [{otherwise: [{wait: 1d}], steps: []}]"), "");
    check(&journey("steps:\n  - split: {arms: {a: 50, b: 50}, steps: {c: [{wait: 1d}]}}"), "");
    check(&journey("steps:\n  - split: {arms: {a: 50}, steps: {a: [{wait: 1d}]}}"), "");
    check(&journey("steps:\n  - end: true\n  - wait: 1d"), "");
    check(&journey("steps:\n  - {id: x, wait: 1d}\n  - {id: x, wait: 1d}"), "");
}

#[test]
fn names_that_stand_twice() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: did(\"X\")\n== audiences/b.yaml\naudience: a\nwhen: did(\"Y\")",
        "",
    );
    check("\n== topics.yaml\n- topic: news\n- topic: news", "");
    check("\n== outcomes.yaml\n- {outcome: o, event: A}\n- {outcome: o, event: B}", "");
    check(
        &format!(
            "{HELLO}\n== content/hello-again.md\n---\ncontent: hello\ntopic: news\nsummary: Hello\n---\nHello."
        ),
        "",
    );
}

#[test]
fn names_that_nothing_has() {
    check(&journey("steps:\n  - message: {content: goodbye, channels: [email]}"), "");
    check(&journey("exit:\n  - when: audience(\"nobody\")\nsteps:\n  - wait: 1d"), "");
    check(&journey("steps:\n  - wait_until: {enters: nobody, timeout: 1d}"), "");
    check("\n== audiences/a.yaml\naudience: a\nwhen: audience(\"b\")", "");
    check(
        "\n== broadcasts/b.yaml\n{broadcast: b, audience: nobody, content: nothing, channels: [email]}",
        "",
    );
    check(&format!("{HELLO}\n== topics.yaml\n- topic: offers"), "");
}

#[test]
fn audiences_in_a_circle() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: audience(\"b\")\n== audiences/b.yaml\naudience: b\nwhen: audience(\"a\")",
        "",
    );
}

#[test]
fn broadcasts() {
    let all = "\n== audiences/all.yaml\naudience: all\nwhen: not did(\"Never\")";
    let broadcast = |rest: &str| {
        format!(
            "{HELLO}{all}\n== broadcasts/b.yaml\nbroadcast: b\naudience: all\ncontent: hello\n{rest}"
        )
    };
    check(&broadcast("channels: [email, email]"), "");
    check(&broadcast("channels: [email]\nat: tomorrow"), "");
    check(&broadcast("channels: [email]\nvalue: -1"), "");
}

#[test]
fn contents() {
    check("\n== content/a.md\ncontent: a", "");
    check("\n== content/a.md\n---\ncontent: a\nsummary: x", "");
    check("\n== content/a.md\n---\ntopic: news\nsummary: x\n---\nx", "");
    check("\n== content/a.md\n---\ncontent: a\ntopic: news\nsumary: x\n---\nx", "");
    check(
        "\n== content/a.md\n---\ncontent: a\ntopic: news\nsummary: x\n---\nHello {{ person.name",
        "",
    );
    check("\n== content/a.md\n---\ncontent: a\nsummary: x\n---\nx", "");
    check(
        "\n== content/a.md\n---\ncontent: a\ntopic: news\nsummary: x\n---\nOne.\n\nTODO write more",
        "",
    );
}

#[test]
fn all_problems_are_told_and_not_only_the_first() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: dud(\"X\")\n== audiences/b.yaml\naudience: b\nwhen: dud(\"X\")",
        "",
    );
}
