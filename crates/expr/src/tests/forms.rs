//! Sequences, lists, texts, amounts and versions: text in, text out.

use super::{check, check_holds, show, world::World};
use crate::version::Version;
use crate::{MAX_TIMES, explain, parse};

#[test]
fn new_forms_are_read_and_written_in_one_form() {
    let same = |text: &str| check(text, text);
    same(r#"sequence("A", then "B")"#);
    same(
        r#"sequence("A" where price > 50, then "B" within 2d, then "C" within 12h where x or y, without "D" where z, last 30d)"#,
    );
    same(r#"sequence("A", then not "B" within 2d)"#);
    same(r#"sequence("A", then "B" within 1d, then not "C" within 2d, without "D")"#);
    check(
        r#"sequence('A',then "B" within 1w , last 4w)"#,
        r#"sequence("A", then "B" within 7d, last 28d)"#,
    );
    same(r#"trait("plan") not in ["a", "b"] and not trait("plan") in ["c"]"#);
    same(r#"trait("tags") contains any ["a", 1] or trait("tags") contains all ["b", true]"#);
    same(r#"trait("mail") ends_with "@x" and lower(trait("mail")) starts_with "info""#);
    same(r#"length(trait("tags")) >= 2 and length(property("name")) in [1, 2]"#);
    same(
        r#"did("X" where lower(sku) in ["a"] and length(tags) > 1 and tags contains any ["b"] and sku not in ["c"])"#,
    );
    same(r#"property("revenue") > 50 EUR and trait("budget") <= -0.5 USD"#);
    check(r#"50.50 EUR < property("revenue")"#, r#"property("revenue") > 50.5 EUR"#);
    same(r#"sum("X", revenue, last 30d where revenue > 1 EUR) >= 500 EUR"#);
    check(r#"trait("app") >= version("v2.10")"#, r#"trait("app") >= version("2.10.0")"#);
    check(
        r#"version('3-rc.1+build.7') != trait("app")"#,
        r#"trait("app") != version("3.0.0-rc.1")"#,
    );
    same(r#"list("vip") and not list("blocked")"#);
    // What the newer forms say with words may still be the name of a property.
    same(
        r#"did("X" where then and without == 1 and tags contains any and EUR > 3 and ends_with == "x")"#,
    );
    same(r#"did("X" where list == length and lower and version != sequence)"#);
}

#[test]
fn mistakes_in_sequences_are_named_with_place_and_remedy() {
    check(
        r#"sequence("A")"#,
        "1:13: a sequence has at least two steps\n  hint: for example `sequence(\"A\", then \"B\" within 2d)`",
    );
    check(
        r#"sequence("A", "B")"#,
        "1:15: expected `then`, `without` or a window\n  hint: for example `sequence(\"A\", then \"B\" within 2d, without \"C\", last 30d)`",
    );
    check(
        r#"sequence("A", then not "B")"#,
        "1:24: `then not` needs to know for how long\n  hint: write `then not \"B\" within 2d`",
    );
    check(
        r#"sequence("A", then not "B" within 2d, then "C")"#,
        "1:39: no step can follow here\n  hint: steps come first, `then not` last of them; after them `without` and the window",
    );
    check(
        r#"sequence("A" within 2d, then "B")"#,
        "1:14: only a step after `then` has a `within`\n  hint: it says how long after the step before it",
    );
    check(
        r#"sequence("A", then "B" where x > 1 within 2d)"#,
        "1:36: `within` cannot stand here\n  hint: it stands before `where`: `then \"B\" within 2d where …`",
    );
    check(
        r#"sequence("A", then "B", then "C", then "D", then "E", then "F")"#,
        "1:55: more than 5 steps in a sequence\n  hint: leave out the steps that decide the least",
    );
    check(
        r#"sequnce("A", then "B")"#,
        "1:1: there is no function `sequnce`\n  hint: did you mean `sequence`?",
    );
    check(
        r#"sequence("A", then "B") > 2"#,
        "1:1: this is true or false by itself and cannot be compared\n  hint: write `sequence(\"A\", then \"B\")` or `not sequence(\"A\", then \"B\")`",
    );
}

#[test]
fn mistakes_in_new_comparisons_are_named_with_place_and_remedy() {
    check(
        r#"trait("a") ends_wiht "b""#,
        "1:12: `ends_wiht` cannot stand here\n  hint: did you mean `ends_with`?",
    );
    check(
        r#"property("revenue") > 50 eur"#,
        "1:26: `eur` cannot stand here\n  hint: an amount is written `50 EUR`",
    );
    check(
        r#"property("revenue") > 50EUR"#,
        "1:23: `50EUR` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w\n  hint: an amount is written `50 EUR`",
    );
    check(
        r#"property("revenue") > EUR 50"#,
        "1:23: the number of an amount stands first\n  hint: write it like `50 EUR`",
    );
    check(
        r#"count("X") > 50 EUR"#,
        "1:12: `count(\"X\")` cannot be compared with the amount 50 EUR\n  hint: an amount is compared with a sum, a trait or a property",
    );
    check(
        r#"trait("x") > 0.1234567 EUR"#,
        "1:14: an amount has at most six decimals and is at most 10^12",
    );
    check(r#"trait("x") in [50 EUR]"#, "1:19: expected `]` here");
    check(
        r#"trait("app") >= version("two")"#,
        "1:25: `two` is no version\n  hint: write it like \"2.10.0\", \"2.10\" or \"3.0.0-beta.1\"",
    );
    check(
        r#"count("X") >= version("2")"#,
        "1:12: `count(\"X\")` cannot be compared with `version(\"2.0.0\")`\n  hint: a version is compared with a trait or a property",
    );
    check(
        r#"lower(trait("plan")) == "Pro""#,
        "1:22: what is in lower case never has \"Pro\"\n  hint: write \"pro\"",
    );
    check(
        r#"lower(trait("plan")) > "2026-11-22""#,
        "1:22: `>` compares numbers and times, not texts",
    );
    check(
        r#"length(trait("plan")) in ["a"]"#,
        "1:26: a length is a number\n  hint: write it without quotes",
    );
    check(
        r#"length(count("X")) > 1"#,
        "1:8: `length` needs a trait or a property\n  hint: found `count(\"X\")`",
    );
    check(r#"list("")"#, "1:6: expected the name of a list, but the text is empty");
    check(
        r#"did("X" where list("vip"))"#,
        "1:15: `list` cannot be used inside `where`\n  hint: a filter reads only properties of the event, as it arrives",
    );
}

#[test]
fn a_condition_says_all_that_it_reads() {
    let expr = parse(
        r#"list("vip") and trait("order.total") > 5 EUR and length(trait("tags")) > 1 and
        sequence("A", then "B", then not "C" within 1d, without "D") and did("A")"#,
    )
    .expect("a condition");
    assert_eq!(expr.traits(), ["order.total", "tags", "list.vip", "order.currency"]);
    assert_eq!(expr.lists(), ["vip"]);
    assert_eq!(expr.events(), ["A", "B", "C", "D"]);
    let kept: Vec<String> = expr.counters().iter().map(ToString::to_string).collect();
    assert_eq!(
        kept,
        [r#"times("A")"#, r#"times("B")"#, r#"times("C")"#, r#"times("D")"#, r#"count("A")"#]
    );
    let kept = |text: &str| parse(text).expect("a condition").counters().remove(0).to_string();
    assert_eq!(kept(r#"sum("X", a) > 5 EUR"#), r#"sum("X", a) in EUR"#);
    assert_eq!(kept(r#"sum("X", a) > 5"#), r#"sum("X", a)"#);
}

const VISITS: &str = r#"
    now 2026-11-22T12:00:00Z
    trait app_version "2.9.1"
    trait nightly "v3.0.0-beta.2"
    trait strange "10"
    trait plan "Pro"
    trait tags ["New", "nl", 3]
    trait list.vip true
    trait list.late false
    trait budget 100
    trait currency "eur"
    trait order.total 70
    trait order.currency "USD"
    property revenue 60
    property currency "EUR"
    event "Added" 10d price 60
    event "Checkout" 9d
    event "Ordered" 8d revenue 0.1 currency "EUR"
    event "Added" 5d price 40
    event "Checkout" 4d
    event "Added" 3d price 80
    event "Removed" 60h
    event "Checkout" 2d
    event "Added" 1d price 70
    event "Ordered" 1h revenue 0.2 currency "EUR"
    event "Ordered" 1h revenue 5 currency "USD"
    event "Ordered" 1h revenue 7
"#;

#[test]
fn sequences_follow_the_order_of_events_and_not_of_their_names() {
    let holds = |text: &str, changes: &str| check_holds(VISITS, text, true, changes);
    let fails = |text: &str, changes: &str| check_holds(VISITS, text, false, changes);
    holds(r#"sequence("Added", then "Checkout")"#, "never");
    holds(r#"sequence("Added", then "Checkout" within 2d, last 3d)"#, "2026-11-23T12:00:00Z");
    // The limit itself is no longer within it, as with windows.
    fails(r#"sequence("Added", then "Checkout" within 1d)"#, "never");
    holds(r#"sequence("Added", then "Checkout" within 24h1s)"#, "never");
    fails(r#"sequence("Ordered", then "Checkout" within 4d)"#, "never");
    holds(r#"sequence("Ordered", then "Checkout")"#, "never");
    fails(r#"sequence("Ordered", then "Removed", then "Removed")"#, "never");
    holds(r#"sequence("Added", then "Added", then "Added", then "Added")"#, "never");
    fails(r#"sequence("Added", then "Added", then "Added", then "Added", then "Added")"#, "never");
    // A step that led nowhere does not hide an earlier one that did.
    holds(
        r#"sequence("Added" where price > 50, then "Checkout" within 2d, then "Ordered" within 2d)"#,
        "never",
    );
    // The latest way is taken, and the part of it that begins last.
    holds(r#"sequence("Added", then "Checkout" within 2d, without "Removed")"#, "never");
    fails(r#"sequence("Added", then "Checkout" within 2d, without "Removed", last 3d)"#, "never");
    holds(
        r#"sequence("Added", then "Checkout" within 2d, without "Removed" where price > 1, last 3d)"#,
        "2026-11-23T12:00:00Z",
    );
    holds(
        r#"sequence("Checkout", then "Ordered", without "Added", last 9d)"#,
        "2026-11-23T12:00:00Z",
    );
}

#[test]
fn what_did_not_follow_becomes_true_by_time_alone() {
    let holds = |text: &str, changes: &str| check_holds(VISITS, text, true, changes);
    let fails = |text: &str, changes: &str| check_holds(VISITS, text, false, changes);
    fails(r#"sequence("Removed", then not "Ordered" within 3d)"#, "never");
    holds(r#"sequence("Removed", then not "Ordered" within 2d)"#, "never");
    holds(r#"sequence("Removed", then not "Ordered" within 2d, last 1d)"#, "2026-11-23T00:00:00Z");
    // One hour ago ordered, so complete in 47 hours if nobody checks out until then.
    holds(r#"sequence("Ordered", then not "Removed" within 2d)"#, "never");
    fails(r#"sequence("Ordered", then not "Removed" within 2d, last 1d)"#, "2026-11-24T11:00:00Z");
    fails(r#"sequence("Ordered", then not "Added" within 8d)"#, "2026-11-30T11:00:00Z");
    fails(
        r#"sequence("Ordered", then not "Removed" within 8d, without "Added")"#,
        "2026-11-30T11:00:00Z",
    );
    // The last checkout was 2 days ago, so complete 12 hours ago, and no longer in the last 12 hours.
    let abandoned = |window: &str| {
        format!(
            r#"sequence("Added", then "Checkout" within 2d, then not "Ordered" within 36h, last {window})"#
        )
    };
    fails(&abandoned("12h"), "never");
    holds(&abandoned("13h"), "2026-11-22T13:00:00Z");
    // Complete 60 hours ago and again 12 hours ago: the two meet.
    holds(&abandoned("48h"), "2026-11-24T00:00:00Z");
}

#[test]
fn texts_lists_amounts_and_versions_are_evaluated_on_a_small_world() {
    let holds = |text: &str| check_holds(VISITS, text, true, "never");
    let fails = |text: &str| check_holds(VISITS, text, false, "never");
    holds(r#"trait("plan") ends_with "ro" and not trait("plan") ends_with "Pr""#);
    holds(r#"lower(trait("plan")) == "pro" and lower(trait("plan")) in ["pro"]"#);
    holds(r#"lower(trait("tags")) contains "new" and not trait("tags") contains "new""#);
    holds(r#"lower(trait("tags")) contains all ["new", 3]"#);
    holds(
        r#"trait("tags") contains any ["x", "nl"] and not trait("tags") contains all ["x", "nl"]"#,
    );
    holds(r#"trait("plan") contains all ["P", "o"] and trait("plan") contains any ["z", "r"]"#);
    holds(r#"length(trait("plan")) == 3 and length(trait("tags")) in [3]"#);
    fails(r#"length(trait("budget")) >= 0 or length(trait("missing")) >= 0"#);
    holds(r#"trait("plan") not in ["pro"] and trait("tags") not in ["a"]"#);
    fails(r#"trait("missing") not in ["pro"] or trait("plan") not in ["Pro"]"#);
    fails(r#"trait("missing") contains all ["a"] or trait("budget") contains any [100]"#);
    holds(r#"list("vip") and not list("late") and not list("never")"#);
    holds(r#"trait("budget") >= 100 EUR and not trait("budget") >= 100.000001 EUR"#);
    fails(r#"trait("order.total") != 5 EUR or trait("budget") > 5 USD or trait("plan") > 1 EUR"#);
    holds(r#"trait("order.total") == 70 USD and property("revenue") < 61 EUR"#);
    holds(r#"sum("Ordered", revenue) <= 0.300001 EUR and sum("Ordered", revenue) < 5.1 USD"#);
    check_holds(
        VISITS,
        r#"sum("Ordered", revenue, last 2d) == 5 USD"#,
        true,
        "2026-11-24T11:00:00Z",
    );
    holds(r#"sum("Never", revenue) == 0 EUR"#);
    fails(r#"trait("app_version") >= version("2.10.0")"#);
    holds(
        r#"trait("app_version") > version("2.9") and trait("app_version") == version("v2.9.1+x")"#,
    );
    holds(r#"trait("nightly") < version("3") and trait("nightly") > version("3.0.0-beta.1")"#);
    fails(r#"trait("plan") != version("1") or trait("budget") > version("1")"#);
    holds(r#"trait("strange") == version("10.0.0")"#);
}

/// The order that section 11 of semver.org (2.0.0) gives as its example, with the versions of section 9
/// to 11 beside it.
#[test]
fn versions_have_the_order_of_semantic_versioning() {
    let order = [
        "0.0.4",
        "0.9.9",
        "1.0.0-0.3.7",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0-x-y-z.--",
        "1.0.0",
        "1.9.0",
        "1.10.0",
        "1.11.0",
        "2.0.0",
        "2.1.0",
        "2.1.1",
        "2.1.1+b",
        "10.0.0-99999999999999999999",
        "10.0.0-100000000000000000000",
    ];
    let read: Vec<Version> = order.iter().map(|it| Version::read(it).expect("a version")).collect();
    for (n, pair) in read.windows(2).enumerate() {
        let equal = order[n + 1].contains('+');
        assert_eq!(pair[0] < pair[1], !equal, "{} and {}", order[n], order[n + 1]);
        assert_eq!(pair[0] == pair[1], equal, "{} and {}", order[n], order[n + 1]);
    }
    for text in [
        "",
        "v",
        "1.2.3.4",
        "1.02.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1..2",
        "a",
        "-1",
        "1.2.3+",
        "1.2.3-ä",
        " 1.2",
        "+1",
        "99999999999999999999",
    ] {
        assert_eq!(Version::read(text), None, "for `{text}`");
    }
}

#[test]
fn explanations_of_new_forms_say_what_was_found_and_what_was_needed() {
    let check = |text: &str, expected: &str| {
        let world = World::read(VISITS);
        let shown = show(&explain(&parse(text).expect("a condition"), &world, world.now), 0);
        assert_eq!(shown.trim_end(), expected, "for `{text}`");
    };
    check(
        r#"sequence("Added", then "Checkout" within 2d, last 3d)"#,
        "yes: was complete 2d ago (2026-11-20T12:00:00Z), needs to be in the last 3d",
    );
    check(r#"sequence("Never", then "Added")"#, "no: Never never happened");
    check(
        r#"sequence("Added", then "Checkout" within 2d, then "Removed" within 1h where x > 1)"#,
        "no: Checkout was reached, and no Removed where x > 1 followed within 1h",
    );
    check(
        r#"sequence("Removed", then "Checkout", without "Ordered", last 1d)"#,
        "no: was complete 2d ago (2026-11-20T12:00:00Z), needs to be in the last 1d",
    );
    check(
        r#"sequence("Ordered", then "Checkout", without "Added")"#,
        "no: Checkout was reached, and each time there was Added",
    );
    check(
        r#"sequence("Added" where price == 70, then not "Checkout" within 2d)"#,
        "no: Added where price == 70 was reached; complete 1d from now (2026-11-23T12:00:00Z) unless Checkout happens",
    );
    check(
        r#"list("vip") and list("late")"#,
        "no: 1 of 2 hold, needs all\n  yes: is in the list vip\n  no: is not in the list late",
    );
    check(r#"trait("budget") > 50 EUR"#, "yes: trait budget is 100 EUR, needs more than 50 EUR");
    check(
        r#"trait("order.total") > 50 EUR"#,
        "no: trait order.total is no amount in EUR, needs more than 50 EUR",
    );
    check(
        r#"sum("Ordered", revenue) >= 500 EUR"#,
        "no: sum of revenue over Ordered is 0.3 EUR, needs at least 500 EUR",
    );
    check(
        r#"trait("app_version") >= version("2.10")"#,
        "no: trait app_version is \"2.9.1\", needs at least version 2.10.0",
    );
    check(
        r#"trait("plan") >= version("2.10")"#,
        "no: trait plan is \"Pro\", which is no version, needs at least version 2.10.0",
    );
    check(
        r#"lower(trait("plan")) not in ["pro", "team"]"#,
        "no: trait plan in lower case is \"pro\", needs to be none of \"pro\", \"team\"",
    );
    check(r#"length(trait("tags")) > 3"#, "no: length of trait tags is 3, needs more than 3");
    check(
        r#"trait("tags") contains all ["nl", "x"]"#,
        "no: trait tags is New, nl, 3, needs to contain all of \"nl\", \"x\"",
    );
}

/// A person who did something more often than is kept: the verdict is that of the latest times, and the
/// explanation says so.
#[test]
fn only_the_latest_times_are_looked_at_and_the_explanation_says_so() {
    let mut text = "now 2026-11-22T12:00:00Z\nevent \"A\" 90d\n".to_owned();
    for n in 0..MAX_TIMES {
        text.push_str(&format!("event \"B\" {}h\n", 2 * n + 1));
    }
    check_holds(&text, r#"sequence("A", then "B" within 90d)"#, true, "never");
    text.push_str("event \"B\" 89d\n");
    check_holds(&text, r#"sequence("A", then "B" within 2d)"#, false, "never");
    let world = World::read(&text);
    let why =
        explain(&parse(r#"sequence("A", then "B")"#).expect("a condition"), &world, world.now);
    assert_eq!(
        why.detail,
        "was complete 1h ago (2026-11-22T11:00:00Z) (only the latest 64 of B are looked at)"
    );
}
