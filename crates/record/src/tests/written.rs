//! Files that we write: they say what they were made from, and in the manual's style.

use crate::programme::{defined, from_json};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{0,8}"
}

/// Whatever people type, and what YAML would take for something else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z][A-Za-z ]{0,12}[a-z]",
        "\\PC{1,12}",
        "[-?:,\\[\\]{}#&*!|>'\"%@`=<~ a1.]{1,8}",
        prop::sample::select(vec![
            "yes",
            "No",
            "null",
            "~",
            "1",
            "-1.5",
            "1e3",
            "0x1F",
            "0o17",
            "12:30",
            "2026-11-27",
            "1_000",
            ".inf",
            "on",
            "y",
            "a: b",
            "a #b",
            "a:",
            " a",
            "a ",
            "- a",
            "---",
            "...",
            "a\nb",
            "a\tb",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "it's \"so\"",
            "C:\\dir",
            "10%",
            "1d12h",
            "<<",
            "=",
        ])
        .prop_map(str::to_owned),
    ]
    .prop_filter("says something", |it| !it.trim().is_empty())
}

fn length() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..100_000_i64).prop_map(|it| format!("{it}m")),
        (1..90_i64).prop_map(|it| format!("{it}d"))
    ]
}

fn condition() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "did(\"Order Completed\", last 90d)",
        "count(\"Order Completed\",  last 365d where revenue > 50) >= 2",
        "trait(\"plan\") == \"pro: # it's\"",
        "not (consent(\"email\", \"offers\") or trait(\"vip\"))",
        "'a' == trait('x')",
    ])
    .prop_map(str::to_owned)
}

fn channels() -> impl Strategy<Value = Json> {
    prop::sample::subsequence(vec!["email", "push", "sms"], 1..3).prop_map(|it| json!(it))
}

fn anything() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::from),
        (-1e6..1e6_f64).prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::btree_map(text(), inner, 0..3).prop_map(|it| json!(it)),
        ]
    })
}

/// A form of these fields; those that may be absent are, now and then.
fn form(fields: Vec<(&'static str, bool, BoxedStrategy<Json>)>) -> impl Strategy<Value = Json> {
    let each = fields.into_iter().map(|(name, required, value)| {
        let present = if required { Just(true).boxed() } else { any::<bool>().boxed() };
        (present, value).prop_map(move |(it, value)| it.then(|| (name.to_owned(), value)))
    });
    each.collect::<Vec<_>>().prop_map(|all| Json::Object(all.into_iter().flatten().collect()))
}

fn of(strategy: impl Strategy<Value = String> + 'static) -> BoxedStrategy<Json> {
    strategy.prop_map(Json::from).boxed()
}

fn worth() -> BoxedStrategy<Json> {
    (0..1_000_000_u32).prop_map(|it| Json::from(f64::from(it) / 128.0)).boxed()
}

fn step() -> impl Strategy<Value = Json> {
    let only = |name: &'static str, it: BoxedStrategy<Json>| {
        it.prop_map(move |it| json!({ name: it })).boxed()
    };
    let until = form(vec![
        ("event", true, of(text())),
        ("when", false, of(condition())),
        ("timeout", true, of(length())),
        ("then", false, of(Just("end".to_owned()))),
    ]);
    let window = json!({"from": "09:00", "to": "18:30", "days": ["mon", "sun"]});
    let message = |otherwise: BoxedStrategy<Json>| {
        form(vec![
            ("content", true, of(name())),
            ("channels", true, channels().boxed()),
            ("expires", false, of(length())),
            ("value", false, worth()),
            ("class", false, of(Just("service".to_owned()))),
            ("otherwise", false, otherwise),
        ])
        .boxed()
    };
    let set = form(vec![("name", true, of(name())), ("value", true, anything().boxed())]);
    let several = (until_one(), until_one(), length())
        .prop_map(|(one, other, timeout)| json!({"any": [one, other], "timeout": timeout}));
    let leaf = prop_oneof![
        only("wait", of(length())),
        only("wait_until", until.boxed()),
        only("wait_until", several.boxed()),
        action(),
        only("wait_for", Just(window).boxed()),
        only("set_trait", set.boxed()),
        only("message", message(Just(json!([])).boxed())),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let steps = prop::collection::vec(inner, 1..4).prop_map(Json::from).boxed();
        let arm = |steps: BoxedStrategy<Json>| {
            form(vec![("when", true, of(condition())), ("steps", true, steps)])
        };
        let branch = (arm(steps.clone()), steps.clone()).prop_map(|(arm, rest)| {
            json!({"branch": [arm, {"otherwise": rest}]})
        });
        let split = (name(), steps.clone(), 1..9_u32).prop_map(|(arm, steps, weight)| {
            let name = format!("arm-{arm}");
            json!({"split": {"arms": {(name.clone()): weight, "rest": 2.5}, "steps": {(name): steps}}})
        });
        let experiment = (name(), steps.clone(), length()).prop_map(|(arm, steps, window)| {
            let name = format!("arm-{arm}");
            json!({"experiment": {"arms": {(name.clone()): 1, "rest": 1}, "steps": {(name): steps},
                "outcome": "orders", "window": window}})
        });
        let repeat = form(vec![
            ("times", true, (1..20_u32).prop_map(Json::from).boxed()),
            ("while", false, of(condition())),
            ("steps", true, steps.clone()),
        ]);
        prop_oneof![
            branch.boxed(),
            split.boxed(),
            experiment.boxed(),
            repeat.prop_map(|it| json!({"repeat": it})).boxed(),
            message(steps).prop_map(|it| json!({"message": it})).boxed(),
        ]
    })
}

fn until_one() -> impl Strategy<Value = Json> {
    prop_oneof![
        form(vec![("event", true, of(text())), ("when", false, of(condition()))]),
        name().prop_map(|it| json!({"enters": it})),
        name().prop_map(|it| json!({"leaves": it})),
    ]
}

/// A step that does something outside of messages.
fn action() -> BoxedStrategy<Json> {
    let tags = prop::collection::vec(name(), 1..3).prop_map(Json::from).boxed();
    let datum = prop_oneof![
        anything(),
        name().prop_map(|it| json!({"trait": it})),
        name().prop_map(|it| json!({"property": it})),
    ];
    let data = prop::collection::btree_map(name(), datum, 0..3).prop_map(|it| json!(it));
    let url = Just("https://hooks.shop.example/fulcrum".to_owned());
    let task = form(vec![
        ("title", true, of(text())),
        ("for", true, of(text())),
        ("note", false, of(text())),
        ("due", false, of(length())),
    ]);
    let lead = form(vec![
        ("note", true, of(text())),
        ("owner", false, of(name())),
        ("otherwise", false, of(text())),
    ]);
    let one =
        |name: &'static str, it: BoxedStrategy<Json>| it.prop_map(move |it| json!({ name: it }));
    prop_oneof![
        one("tag", form(vec![("add", true, tags.clone()), ("remove", false, tags)]).boxed()),
        one("webhook", form(vec![("url", true, of(url)), ("data", false, data.boxed())]).boxed()),
        one("task", task.boxed()),
        one("tell_sales", lead.boxed()),
    ]
    .boxed()
}

fn trigger() -> impl Strategy<Value = Json> {
    let offset = prop_oneof![length(), length().prop_map(|it| format!("-{it}"))];
    let date = form(vec![
        ("trait", true, of(name())),
        ("yearly", false, any::<bool>().prop_map(Json::from).boxed()),
        ("offset", false, of(offset)),
        ("at", false, of(Just("09:30".to_owned()))),
    ]);
    let every = prop::sample::select(vec![
        json!({"every": "day"}),
        json!({"every": "week", "on": ["mon", "fri"]}),
        json!({"every": "month", "on": [1, 15, 31]}),
    ]);
    let schedule = (name(), every).prop_map(|(audience, mut it)| {
        it["audience"] = audience.into();
        it["at"] = "07:00".into();
        json!({"schedule": it})
    });
    prop_oneof![
        until_one(),
        date.prop_map(|it| json!({"date": it})),
        schedule,
        Just(json!({"api": true})),
        form(vec![
            ("conversation", true, Just(json!({"kind": "reply"})).boxed()),
            ("when", false, of(condition())),
        ]),
    ]
}

fn journey() -> impl Strategy<Value = Json> {
    let entries = (1..9_u32, length()).prop_map(|(n, per)| json!({"at_most": n, "per": per}));
    let goal = form(vec![
        ("event", true, of(text())),
        ("when", false, of(condition())),
        ("within", false, of(length())),
        ("value", false, of(name())),
        ("ends", false, Just(Json::from(false)).boxed()),
    ]);
    let reentry = prop_oneof![Just("always".to_owned()), Just("never".to_owned()), length()];
    let exit = prop::collection::vec(condition().prop_map(|it| json!({"when": it})), 1..3);
    let steps = prop::collection::vec(step(), 1..4).prop_map(Json::from);
    form(vec![
        ("journey", true, of(name())),
        ("owner", false, of(text())),
        ("trigger", true, trigger().boxed()),
        ("reentry", false, of(reentry)),
        ("entries", false, entries.boxed()),
        ("goal", false, goal.boxed()),
        ("exit", false, exit.prop_map(Json::from).boxed()),
        ("late", false, of(length())),
        ("steps", true, steps.boxed()),
    ])
}

fn policy() -> impl Strategy<Value = Json> {
    let share = prop_oneof![
        (0..=1000_u32).prop_map(|it| Json::from(format!("{}%", f64::from(it) / 10.0))),
        (0.0..0.5_f64).prop_map(Json::from)
    ]
    .boxed();
    let cap = form(vec![
        ("channels", true, channels().boxed()),
        ("topic", false, of(text())),
        ("owner", false, of(text())),
        ("at_most", true, (1..9_u32).prop_map(Json::from).boxed()),
        ("per", true, of(length())),
    ]);
    let panel = form(vec![
        ("share", true, share.clone()),
        ("design", true, of(Just("leverage".to_owned()))),
        ("channels", true, Just(json!(["email", "push"])).boxed()),
        ("rule", false, of(Just("replan".to_owned()))),
        ("epoch", false, (1..9_u32).prop_map(Json::from).boxed()),
    ]);
    form(vec![
        ("caps", false, prop::collection::vec(cap, 0..4).prop_map(Json::from).boxed()),
        ("quiet_hours", false, Just(json!({"from": "21:00", "to": "08:00"})).boxed()),
        ("consent", false, channels().boxed()),
        ("measurement_consent", false, of(Just("needed".to_owned()))),
        ("keep", false, text().prop_map(|it| json!({it: "400d"})).boxed()),
        ("panel", false, panel.boxed()),
        ("learning", false, share.prop_map(|it| json!({"floor": it})).boxed()),
    ])
}

/// What is written from a form says the same when it is read, and is then written the same.
fn round(path: &str, form: &Json) -> Result<(), TestCaseError> {
    // What a form may not say is not written; the other half of the forms is looked at.
    let Ok(written) = from_json(path, form) else { return Ok(()) };
    let read = defined(path, &written).expect("a file of a programme");
    let Some(tree) = &read.form else {
        return Err(TestCaseError::fail(format!("{form}\nis written as\n{written}")));
    };
    let json = serde_json::to_value(tree).expect("plain data");
    let again = from_json(path, &json).expect("what was written is sound");
    prop_assert_eq!(&again, &written);
    let made = defined(path, &form.to_string()).expect("a file of a programme");
    prop_assert_eq!(made.form.as_ref(), Some(tree));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn journeys_come_back_as_they_were_written(form in journey()) {
        round("journeys/a.yaml", &form)?;
    }

    #[test]
    fn policies_come_back_as_they_were_written(form in policy()) {
        round("policy.yaml", &form)?;
    }

    #[test]
    fn lists_and_texts_come_back_as_they_were_written(texts in prop::collection::vec(text(), 4)) {
        let [one, two, three, four] = [&texts[0], &texts[1], &texts[2], &texts[3]];
        round("topics.yaml", &json!([{"topic": one, "description": two}, {"topic": "b"}]))?;
        round("outcomes.yaml", &json!([{"outcome": one, "event": two, "value": three, "cap": 0.5}]))?;
        round("brand.yaml", &json!({"name": one, "postal_address": two}))?;
        let when = "did(\"X\")";
        round("audiences/a.yaml", &json!({"audience": one, "note": four, "when": when}))?;
        let sync = json!({"url": "https://crm.example/in?a=b"});
        round("audiences/a.yaml", &json!({"audience": one, "when": when, "sync": sync}))?;
        round("broadcasts/a.yaml", &json!({"broadcast": "b", "owner": one, "audience": "c",
            "content": "d", "channels": ["email"], "at": "2026-11-27T09:00:00Z", "expires": "3d"}))?;
        round("broadcasts/a.yaml", &json!({"broadcast": "b", "audience": "c", "content": "d",
            "channels": ["email"], "at": "2026-11-27T09:00:00", "approval": true,
            "rate": {"at_most": 100, "per": "1m"}}))?;
        round("posts/a.yaml", &json!({"post": "p", "owner": one, "content": "d",
            "networks": ["bluesky", "x"], "at": "2026-11-27T09:00:00", "within": "3h"}))?;
        round("posts/a.yaml", &json!({"post": "p", "content": "d", "networks": ["mastodon"],
            "at": "queue", "locale": "nl", "approval": true}))?;
    }
}

/// The property above would hold if nothing were ever written.
#[test]
fn most_random_forms_are_sound() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut sound = 0;
    for _ in 0..64 {
        let form = journey().new_tree(&mut runner).expect("a form").current();
        sound += usize::from(from_json("journeys/a.yaml", &form).is_ok());
    }
    assert!(32 < sound, "{sound} of 64");
}

/// The style of the manual, which is also that of the files in `crates/sim/programme`.
#[test]
fn files_are_written_as_the_manual_writes_them() {
    let journey = json!({
        "journey": "welcome", "owner": "crm@shop.example", "trigger": {"event": "Signed Up"},
        "reentry": "30d",
        "goal": {"event": "Order Completed", "within": "14d", "value": "revenue"},
        "exit": [{"when": "trait('plan')=='none'"}],
        "steps": [
            {"wait": "10m"},
            {"id": "hello", "message": {"content": "welcome", "channels": ["email", "push"], "expires": "2d",
                "value": 1.2}},
            {"wait_until": {"event": "Order Completed", "timeout": "3d", "then": "end"}},
            {"wait_until": {"event": "Visit", "when": "property(\"page\") == 'a'", "timeout": "3d"}},
            {"wait_for": {"from": "9:00", "to": "18:00", "days": ["mon", "tue"]}},
            {"branch": [
                {"when": "trait('plan') == 'pro'", "steps": [{"set_trait": {"name": "tier", "value": "yes"}}]},
                {"otherwise": [{"split": {"arms": {"a": 50, "b": 50}, "steps": {"a": [{"end": true}]}}}]},
            ]},
        ],
    });
    let written = from_json("journeys/welcome.yaml", &journey).expect("sound");
    let expected = r#"journey: welcome
owner: crm@shop.example
trigger: {event: Signed Up}
reentry: 30d
goal: {event: Order Completed, within: 14d, value: revenue}
exit:
  - when: trait("plan") == "none"
steps:
  - wait: 10m
  - id: hello
    message: {content: welcome, channels: [email, push], expires: 2d, value: 1.2}
  - wait_until: {event: Order Completed, timeout: 3d, then: end}
  - wait_until:
      event: Visit
      when: property("page") == "a"
      timeout: 3d
  - wait_for: {from: "09:00", to: "18:00", days: [mon, tue]}
  - branch:
      - when: trait("plan") == "pro"
        steps:
          - set_trait: {name: tier, value: "yes"}
      - otherwise:
          - split:
              arms: {a: 50, b: 50}
              steps:
                a:
                  - end: true
"#;
    assert_eq!(written, expected);
    let policy = json!({"caps": [{"channels": "any", "at_most": 4, "per": "7d"},
        {"channels": "push", "at_most": 1, "per": "1d"}], "zone": "Europe/Amsterdam",
        "panel": {"share": 0.1, "design": "leverage", "channels": ["email", "push"]}});
    let expected = r#"caps:
  - {channels: any, at_most: 4, per: 7d}
  - {channels: [push], at_most: 1, per: 1d}
zone: Europe/Amsterdam
panel: {share: 10%, design: leverage, channels: [email, push]}
"#;
    assert_eq!(from_json("policy.yaml", &policy).expect("sound"), expected);
    let topics = json!([{"topic": "rides", "description": "Rides, routes and what to wear"}, {"topic": "a"}]);
    let expected = "- topic: rides\n  description: Rides, routes and what to wear\n- topic: a\n";
    assert_eq!(from_json("topics.yaml", &topics).expect("sound"), expected);
}

#[test]
fn a_form_that_says_something_else_is_refused_with_the_remedy() {
    let refused = |path: &str, form: Json| {
        let problems = from_json(path, &form).expect_err("it is not sound");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let unknown = refused("audiences/a.yaml", json!({"audience": "a", "wen": "did(\"X\")"}));
    assert!(unknown.contains("unknown field `wen`"), "{unknown}");
    let content = refused("content/a.md", json!({"content": "a"}));
    assert_eq!(
        content,
        "content/a.md: a content has no form\n  hint: send its text: front matter and body"
    );
    let nowhere = refused("secrets.yaml", json!({}));
    assert!(
        nowhere.starts_with("secrets.yaml: this file has no place in a programme"),
        "{nowhere}"
    );
}
