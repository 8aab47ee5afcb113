//! Text in, text out for the condition language.

mod forms;
mod properties;
mod sequences;
mod tree;
mod world;

use super::*;
use world::World;

#[test]
fn conditions_are_read_and_written_in_one_form() {
    check(r#"did("X")"#, r#"did("X")"#);
    check(r#"did('X' ,last 4w)"#, r#"did("X", last 28d)"#);
    check(
        r#"count("Order Completed", last 365d where revenue > 50) >= 2 and not did("X", last 90d) and consent("email", "offers")"#,
        r#"count("Order Completed", last 365d where revenue > 50) >= 2 and not did("X", last 90d) and consent("email", "offers")"#,
    );
    check(r#"2 <= count("X")"#, r#"count("X") >= 2"#);
    check(r#"((trait("a")) and (trait("b") and true))"#, r#"trait("a") and trait("b") and true"#);
    check(
        r#"trait("a") and (trait("b") or trait("c"))"#,
        r#"trait("a") and (trait("b") or trait("c"))"#,
    );
    check(
        r#"(trait("a") and trait("b")) or trait("c")"#,
        r#"trait("a") and trait("b") or trait("c")"#,
    );
    check(r#"not (did("X") or did("Y"))"#, r#"not (did("X") or did("Y"))"#);
    check(
        r#"trait("plan") in ["a",'b', -1.50, true]"#,
        r#"trait("plan") in ["a", "b", -1.5, true]"#,
    );
    check(r#"first("X") < now - 1w"#, r#"first("X") < now - 7d"#);
    check(r#"last("X" where a.b == "c") < 90d ago"#, r#"last("X" where a.b == "c") < 90d ago"#);
    check(r#"sum("X", revenue, last 30d) >= 100"#, r#"sum("X", revenue, last 30d) >= 100"#);
    check(r#"sum("X", "my own") >= 100"#, r#"sum("X", property("my own")) >= 100"#);
    check(
        r#"did("X" where "last" == property("last") and count != 3)"#,
        r#"did("X" where property("last") == "last" and count != 3)"#,
    );
    check(
        r#"anniversary(trait("birthday")) within next 7d"#,
        r#"anniversary(trait("birthday")) within next 7d"#,
    );
    check(r#"trait("a") == "say \"no\" \\ 'yes'""#, r#"trait("a") == "say \"no\" \\ 'yes'""#);
    check(r#"trait("x") > -0"#, r#"trait("x") > 0"#);
    check("true", "true");
    check(
        "did(\"X\")\n  and property(\"p\") starts_with \"q\"",
        r#"did("X") and property("p") starts_with "q""#,
    );
}

#[test]
fn mistakes_are_named_with_place_and_remedy() {
    check(
        "",
        "1:1: the condition ends here, but something is missing\n  hint: for example `did(\"Order Completed\", last 30d)`",
    );
    check(r#"conut("X") > 2"#, "1:1: there is no function `conut`\n  hint: did you mean `count`?");
    check(
        r#"frobnicate("X")"#,
        "1:1: there is no function `frobnicate`\n  hint: there are did, count, sum, first, last, sequence, trait, property, consent, audience, list, exists, anniversary, length, lower, version",
    );
    check(
        "did(\"X\") and\n  triat(\"plan\") == \"pro\"",
        "2:3: there is no function `triat`\n  hint: did you mean `trait`?",
    );
    check(
        r#"consent("emial", "offers")"#,
        "1:9: there is no channel `emial`\n  hint: did you mean `email`?",
    );
    check(
        "plan == \"pro\"",
        "1:1: `plan` is not known here\n  hint: write `trait(\"plan\")` for a trait or `property(\"plan\")` for a property of the event; a text needs quotes",
    );
    check(r#"trait("a") = 1"#, "1:12: `=` is not known here\n  hint: write `==`");
    check(r#"did("X") && did("Y")"#, "1:10: `&&` is not known here\n  hint: write `and`");
    check(
        r#"did("X") did("Y")"#,
        "1:10: `did` cannot stand here\n  hint: between two conditions there must be `and` or `or`",
    );
    check(
        r#"trait("x") strats_with "y""#,
        "1:12: `strats_with` cannot stand here\n  hint: did you mean `starts_with`?",
    );
    check(
        r#"count("X", last 30) > 2"#,
        "1:17: 30 what?\n  hint: write the unit, for example `30d` for days",
    );
    check(
        r#"count("X", last 7y) > 2"#,
        "1:17: `7y` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w",
    );
    check(r#"count("X", last 0d) > 2"#, "1:17: the length of time must be more than nothing");
    check(
        r#"count("X")"#,
        "1:1: `count(\"X\")` is neither true nor false\n  hint: compare it, for example `… >= 1`",
    );
    check(
        r#"count("X") == "two""#,
        "1:12: `count(\"X\")` cannot be compared with the text \"two\"",
    );
}

#[test]
fn what_cannot_be_compared_is_refused_when_it_is_written() {
    check(
        r#"trait("plan") > "pro""#,
        "1:15: `>` compares numbers and times, not texts\n  hint: a number has no quotes; a time is written \"2026-11-22\"",
    );
    check(
        r#"last("X") == now"#,
        "1:11: two times are hardly ever equal to the millisecond\n  hint: use `<` or `>`, or `within last 7d`",
    );
    check(
        r#"last("X") < 90d"#,
        "1:13: 90d is a length of time\n  hint: a point in time is `90d ago` or `now - 90d`",
    );
    check(
        r#"did("X" where trait("plan") == "pro")"#,
        "1:15: `trait` cannot be used inside `where`\n  hint: a filter reads only properties of the event, as it arrives",
    );
    check(
        r#"did("X") == true"#,
        "1:1: this is true or false by itself and cannot be compared\n  hint: write `did(\"X\")` or `not did(\"X\")`",
    );
    check(
        "1 < 2",
        "1:3: both sides are fixed, so this says nothing about a person\n  hint: one side must be a trait, a property or a count",
    );
    check(
        r#"1 < count("X") < 3"#,
        "1:16: comparisons cannot be chained\n  hint: write `a < b and b < c`",
    );
    check(
        r#"trait("a") == "b"#,
        "1:15: the text that starts here is not closed\n  hint: close it with \" on the same line",
    );
    check(
        r#"first("X", last 30d) < now"#,
        "1:10: `first` has no window\n  hint: compare it: `first(\"X\") < 30d ago`",
    );
    check("(did(\"X\")", "1:10: expected `)` here");
    check("did(\"X\"))", "1:9: this parenthesis was never opened");
    check(
        r#"trait("a") == null"#,
        "1:15: nothing can be compared with `null`\n  hint: write `exists(trait(\"…\"))` or `not exists(trait(\"…\"))`",
    );
}

#[test]
fn what_is_too_large_is_refused_by_name() {
    let refused = |text: &str, expected: &str| {
        let problem = parse(text).expect_err("too large").to_string();
        assert!(problem.contains(expected), "{problem}");
    };
    refused(&format!("trait(\"{}\")", "x".repeat(MAX_TEXT_BYTES)), "longer than 4096 bytes");
    // Escaping doubles it, and the canonical text must be readable too.
    let quotes = "\\\"".repeat(1_000) + &"\"".repeat(1_100);
    refused(&format!("trait('{quotes}')"), "longer than 4096 bytes");
    refused(&("(".repeat(40) + "true" + &")".repeat(40)), "nested more than 32 deep");
    refused(&("not ".repeat(500) + "true"), "nested more than 32 deep");
    refused(&format!("trait(\"x\") in [1{}]", ", 2".repeat(MAX_LIST)), "more than 200 values");
    refused(&["did(\"X\")"; 21].join(" and "), "more than 20 counts");
    refused(&["did(\"X\" where a)"; 11].join(" and "), "more than 10 `where`");
    refused("did(\"X\", last 99999d)", "longer than 3660d");
    refused(&format!("trait(\"x\") == {}", "9".repeat(400)), "too large");
}

#[test]
fn only_what_a_condition_needs_is_counted() {
    let check = |text: &str, expected: &str| {
        let shown: Vec<String> =
            parse(text).expect("a condition").counters().iter().map(|it| it.to_string()).collect();
        assert_eq!(shown.join("; "), expected, "for `{text}`");
    };
    check(r#"did("X", last 30d)"#, r#"count("X", last 30d) >= 1"#);
    check(r#"count("X", last 30d) >= 2.5"#, r#"count("X", last 30d) >= 3"#);
    check(r#"count("X", last 30d) <= 2"#, r#"count("X", last 30d) >= 3"#);
    check(r#"count("X", last 30d) == 0"#, r#"count("X", last 30d) >= 1"#);
    check(r#"count("X", last 30d) > 1000"#, r#"count("X", last 30d)"#);
    check(r#"count("X", last 30d) > trait("n")"#, r#"count("X", last 30d)"#);
    check(r#"count("X") >= 2 or did("X")"#, r#"count("X")"#);
    check(
        r#"sum("X", a.b, last 1d where a.b > 5) > 3 and last("X") < 1d ago and first("X") < now"#,
        r#"sum("X", a.b, last 1d where a.b > 5); last("X"); first("X")"#,
    );
}

#[test]
fn a_condition_says_what_it_reads() {
    let expr =
        parse(r#"trait("a") and audience("b") and exists(trait("c")) and not trait("a") == "x""#)
            .expect("a condition");
    assert_eq!((expr.traits(), expr.audiences()), (vec!["a".into(), "c".into()], vec!["b".into()]));
    assert!(!expr.uses_event() && !expr.uses_consent());
    let uses = |text: &str| {
        let expr = parse(text).expect("a condition");
        (expr.uses_event(), expr.uses_consent())
    };
    assert_eq!(uses(r#"property("x") > 3"#), (true, false));
    assert_eq!(uses(r#"did("X" where x > 3) and consent("email", "t")"#), (false, true));
}

/// Stored profiles are keyed by these; a changed hash would empty every counter.
#[test]
fn counter_ids_never_change() {
    // FNV-1a of the empty text is its published offset basis, cbf29ce484222325; folding the upper
    // 24 bits in gives …84222325 ^ cbf29c in the low bits, written five bits at a time.
    let hash: u64 = 0xcbf2_9ce4_8422_2325;
    let folded = hash ^ (hash >> 40);
    let by_hand: String = (0..8)
        .map(|n| b"abcdefghijklmnopqrstuvwxyz234567"[(folded >> (5 * n) & 31) as usize] as char)
        .collect();
    assert_eq!(short_id(""), by_hand);
    let spec = |text: &str| parse(text).expect("a condition").counters().remove(0);
    assert_eq!(spec(r#"did("X",  last 1w)"#).id(), spec(r#"count("X", last 7d) > 0"#).id());
    assert_ne!(spec(r#"did("X", last 7d)"#).id(), spec(r#"did("X", last 8d)"#).id());
}

const SHOP: &str = r#"
    now 2026-11-22T12:00:00Z
    trait plan "pro"
    trait age 30
    trait vip true
    trait tags ["new", "nl"]
    trait birthday "1990-11-25"
    trait renewal "2026-11-24T12:00:00Z"
    trait leap "2024-02-29"
    property revenue 60
    consent email offers
    audience lapsing
    event "Order Completed" 2d revenue 60
    event "Order Completed" 40d revenue 20
    event "Order Completed" 400d revenue 500
    event "Signed Up" 500d
"#;

#[test]
fn conditions_are_evaluated_on_a_small_world() {
    let holds = |text: &str| check_holds(SHOP, text, true, "");
    let fails = |text: &str| check_holds(SHOP, text, false, "");
    holds(r#"trait("plan") == "pro" and trait("age") > 18 and trait("vip")"#);
    fails(r#"trait("plan") == "Pro" or trait("age") > 30"#);
    holds(r#"trait("plan") in ["free", "pro"] and trait("age") in [30]"#);
    holds(r#"trait("tags") contains "nl" and trait("plan") contains "ro""#);
    holds(r#"trait("plan") starts_with "pr" and not trait("plan") starts_with "ro""#);
    holds(r#"property("revenue") > 50 and audience("lapsing") and consent("email", "offers")"#);
    fails(r#"consent("push", "offers")"#);
    fails(r#"consent("email", "news")"#);
    holds(r#"count("Order Completed") == 3 and count("Order Completed", last 50d) == 2"#);
    holds(r#"count("Order Completed" where revenue > 50) == 2"#);
    holds(
        r#"sum("Order Completed", revenue) == 580 and sum("Order Completed", revenue, last 50d) < 81"#,
    );
    holds(r#"did("Order Completed", last 3d) and not did("Order Completed", last 2d)"#);
    holds(
        r#"first("Order Completed") < now - 399d and first("Signed Up") < first("Order Completed")"#,
    );
    holds(r#"last("Order Completed") < 3d ago and not last("Order Completed") < 2d ago"#);
    holds(r#"last("Order Completed") within last 3d"#);
    holds(r#"last("Order Completed") >= "2026-11-20" and last("Order Completed") < "2026-11-21""#);
    holds(r#"anniversary(trait("birthday")) within next 3d"#);
    fails(r#"anniversary(trait("birthday")) within next 2d"#);
    holds(r#"trait("renewal") within next 2d and trait("renewal") > "2026-11-24""#);
    fails(r#"trait("renewal") within next 1d"#);
}

/// The last order is exactly 2d old, so each operator shows which side its boundary is on.
#[test]
fn boundaries_in_time_are_exact() {
    for (op, holds) in [("<", false), ("<=", true), (">", false), (">=", true)] {
        check_holds(SHOP, &format!("last(\"Order Completed\") {op} 2d ago"), holds, "");
        check_holds(SHOP, &format!("last(\"Order Completed\") {op} now - 2d"), holds, "");
        check_holds(SHOP, &format!("now - 2d {op} last(\"Order Completed\")"), holds, "");
    }
    check_holds(SHOP, r#"last("Order Completed") within last 2d"#, false, "never");
    check_holds(SHOP, r#"trait("renewal") within next 2d"#, true, "2026-11-24T12:00:00Z");
}

#[test]
fn a_comparison_with_what_is_missing_or_of_another_kind_is_false() {
    for text in [
        r#"trait("missing") == "x""#,
        r#"trait("missing") != "x""#,
        r#"trait("missing") < 3"#,
        r#"trait("missing")"#,
        r#"exists(trait("missing"))"#,
        r#"trait("plan") > 3"#,
        r#"trait("plan") == 3"#,
        r#"trait("plan")"#,
        r#"trait("plan") < now"#,
        r#"trait("age") within next 7d"#,
        r#"trait("age") starts_with "3""#,
        r#"last("Never") < 90d ago"#,
        r#"last("Never") > 90d ago"#,
        r#"anniversary(trait("plan")) within next 7d"#,
    ] {
        check_holds(SHOP, text, false, "");
    }
    check_holds(SHOP, r#"trait("plan") != 3 and not trait("missing") == 1"#, true, "");
    check_holds(SHOP, r#"count("Never") == 0 and sum("Never", x, last 1d) == 0"#, true, "");
}

#[test]
fn the_moment_of_change_is_exact_to_the_millisecond() {
    let check = |text: &str, holds: bool, at: &str| check_holds(SHOP, text, holds, at);
    check(r#"did("Order Completed", last 30d)"#, true, "2026-12-20T12:00:00Z");
    check(r#"not did("Order Completed", last 30d)"#, false, "2026-12-20T12:00:00Z");
    check(r#"count("Order Completed", last 50d) >= 2"#, true, "2026-12-02T12:00:00Z");
    check(r#"count("Order Completed", last 50d) >= 3"#, false, "never");
    check(r#"count("Order Completed", last 50d) > 2"#, false, "never");
    check(r#"count("Order Completed", last 50d) <= 2"#, true, "never");
    check(r#"count("Order Completed", last 50d) == 2"#, true, "2026-12-02T12:00:00Z");
    check(r#"count("Order Completed", last 50d) != 2"#, false, "2026-12-02T12:00:00Z");
    check(r#"count("Order Completed", last 50d) == 3"#, false, "never");
    check(r#"count("Order Completed") >= 2"#, true, "never");
    check(r#"last("Order Completed") < 3d ago"#, true, "2026-11-23T12:00:00Z");
    check(r#"last("Order Completed") <= 3d ago"#, true, "2026-11-23T12:00:00.001Z");
    check(r#"last("Order Completed") > now - 3d"#, true, "2026-11-23T12:00:00Z");
    check(r#"last("Order Completed") < now - 3d"#, false, "2026-11-23T12:00:00.001Z");
    check(r#"trait("renewal") within next 1d"#, false, "2026-11-23T12:00:00Z");
    check(r#"trait("renewal") within next 3d"#, true, "2026-11-24T12:00:00Z");
    check(r#"anniversary(trait("birthday")) within next 1d"#, false, "2026-11-24T00:00:00Z");
    check(r#"anniversary(trait("birthday")) within next 7d"#, true, "2026-11-26T00:00:00Z");
    check(r#"anniversary(trait("leap")) within next 1d"#, false, "2027-02-27T00:00:00Z");
    check(r#"trait("vip")"#, true, "never");
    // Both must turn, so the later of the two counts; either may end it, so the earlier does.
    let two = r#"did("Order Completed", last 3d) or did("Order Completed", last 30d)"#;
    check(two, true, "2026-12-20T12:00:00Z");
    let two = r#"did("Order Completed", last 3d) and did("Order Completed", last 30d)"#;
    check(two, true, "2026-11-23T12:00:00Z");
    check(r#"did("Order Completed", last 3d) and trait("missing")"#, false, "never");
}

#[test]
fn explanations_say_what_was_found_and_what_was_needed() {
    let check = |text: &str, expected: &str| {
        let world = World::read(SHOP);
        let shown = show(&explain(&parse(text).expect("a condition"), &world, world.now), 0);
        assert_eq!(shown.trim_end(), expected, "for `{text}`");
    };
    check(
        r#"count("Order Completed", last 365d) >= 3"#,
        "no: count of Order Completed in the last 365d is 2, needs at least 3",
    );
    check(
        r#"count("Order Completed", last 365d where revenue > 50) >= 1"#,
        "yes: count of Order Completed where revenue > 50 in the last 365d is 1 or more, needs at least 1",
    );
    check(
        r#"trait("plan") == "free" and not did("Order Completed", last 90d)"#,
        "no: 0 of 2 hold, needs all\n  \
         no: trait plan is \"pro\", needs to be \"free\"\n  \
         no: Order Completed happened in the last 90d, and this must not hold\n    \
         yes: Order Completed happened in the last 90d",
    );
    check(
        r#"last("Order Completed") < 1d ago"#,
        "no: last Order Completed was 2d ago (2026-11-20T12:00:00Z), needs to be less than 1d ago",
    );
    check(r#"last("Other") < 1d ago"#, "no: Other never happened, needs to be less than 1d ago");
    check(r#"trait("x") > 3"#, "no: trait x is not set, needs more than 3");
    check(
        r#"sum("Order Completed", revenue, last 50d) >= 100"#,
        "no: sum of revenue over Order Completed in the last 50d is 80, needs at least 100",
    );
    check(
        r#"consent("push", "offers") or audience("lapsing")"#,
        "yes: 1 of 2 hold, needs at least one\n  \
         no: has no consent for push about offers\n  \
         yes: is in the audience lapsing",
    );
    check(
        r#"first("Signed Up") < now - 30d"#,
        "yes: first Signed Up was 500d ago (2025-07-10T12:00:00Z), needs to be before 30d ago",
    );
    check(
        r#"trait("plan") in ["a", "b"]"#,
        "no: trait plan is \"pro\", needs to be one of \"a\", \"b\"",
    );
    check(
        r#"anniversary(trait("birthday")) within next 7d"#,
        "yes: trait birthday is \"1990-11-25\", needs its anniversary within the next 7d",
    );
}

/// The manual shows what is read: its blocks of text are conditions, its JSON is a tree.
#[test]
fn the_examples_of_the_manual_are_read() {
    let manual = include_str!("../../../docs/conditions.md");
    let blocks = |kind: &str| -> Vec<&str> {
        let opening = format!("```{kind}\n");
        let found = manual.split(opening.as_str()).skip(1);
        found.map(|it| it.split("```").next().unwrap_or_default()).collect()
    };
    let texts = blocks("text");
    assert_eq!(texts.len(), 3);
    texts.iter().for_each(|it| assert_eq!(parse(it).map(|_| ()), Ok(()), "{it}"));
    let trees = blocks("json");
    assert_eq!(trees.len(), 1);
    let tree: Tree = serde_json::from_str(trees[0]).expect("a tree");
    assert_eq!(Expr::from_tree(&tree).map(|it| it.tree()), Ok(tree));
    // And the tables name every function and kind that there is.
    let all = vocabulary();
    let kinds = [all.groups, all.conditions, all.terms].concat();
    for kind in kinds.iter().map(|it| it.kind) {
        assert!(manual.contains(&format!("`{kind}`")), "{kind} is not in the manual");
    }
    for function in check::FUNCTIONS {
        assert!(manual.contains(&format!("{function}(")), "{function} is not in the manual");
    }
}

fn check(text: &str, expected: &str) {
    let shown = parse(text).map_or_else(|it| it.to_string(), |it| it.to_string());
    assert_eq!(shown, expected, "for `{text}`");
}

/// `changes` is a time, `never`, or empty where it does not matter.
fn check_holds(world: &str, text: &str, holds: bool, changes: &str) {
    let world = World::read(world);
    let truth = evaluate(&parse(text).expect("a condition"), &world, world.now);
    assert_eq!(truth.holds, holds, "for `{text}`");
    if !changes.is_empty() {
        let shown = truth.changes_at.map_or("never".to_owned(), |it| it.to_string());
        assert_eq!(shown, changes, "for `{text}`");
    }
}

fn show(explanation: &Explanation, depth: usize) -> String {
    let verdict = if explanation.holds { "yes" } else { "no" };
    let mut shown = format!("{}{verdict}: {}\n", "  ".repeat(depth), explanation.detail);
    for part in &explanation.parts {
        shown.push_str(&show(part, depth + 1));
    }
    shown
}
