//! Trees and texts say the same, and the vocabulary says what both can say.

use super::properties::{cases, condition, leaf, world};
use super::world::World;
use crate::{Expr, Form, Holds, Plain, Tree, TreeOp, Type, evaluate, parse, vocabulary};
use model::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn a_tree_is_pleasant_to_read() {
    let check = |text: &str, expected: Value| {
        let expr = parse(text).expect("a condition");
        let tree = serde_json::to_value(expr.tree()).expect("JSON");
        assert_eq!(tree, expected, "for `{text}`");
        let read: Tree = serde_json::from_value(expected).expect("a tree");
        assert_eq!(Expr::from_tree(&read).map(|it| it.to_string()), Ok(text.to_owned()));
    };
    check(
        r#"count("Order Completed", last 365d where revenue > 50) >= 2 and not did("X", last 90d)"#,
        json!({"kind": "all", "parts": [
            {"kind": "compare",
             "left": {"kind": "count", "event": "Order Completed", "window": "365d",
                      "where": {"kind": "compare", "left": {"kind": "property", "name": "revenue"},
                                "op": ">", "right": {"kind": "value", "value": 50}}},
             "op": ">=", "right": {"kind": "value", "value": 2}},
            {"kind": "not", "part": {"kind": "did", "event": "X", "window": "90d"}},
        ]}),
    );
    check(
        r#"sequence("A", then "B" within 2d where x, then not "C" within 1d, without "D", last 30d)"#,
        json!({"kind": "sequence",
            "steps": [{"event": "A"}, {"event": "B", "within": "2d", "where": {
                "kind": "is_true", "term": {"kind": "property", "name": "x"}}}],
            "then_not": {"event": "C", "within": "1d"}, "without": {"event": "D"}, "window": "30d"}),
    );
    check(
        r#"sum("X", revenue) >= 19.99 EUR or last("X") < now - 90d"#,
        json!({"kind": "any", "parts": [
            {"kind": "compare", "left": {"kind": "sum", "event": "X", "property": "revenue"}, "op": ">=",
             "right": {"kind": "money", "amount": 19.99, "currency": "EUR"}},
            {"kind": "compare", "left": {"kind": "last", "event": "X"}, "op": "<",
             "right": {"kind": "now", "shift": "-90d"}},
        ]}),
    );
}

#[test]
fn what_is_wrong_in_a_tree_is_named_with_its_path() {
    let check = |tree: Value, expected: &str| {
        let read: Tree = serde_json::from_value(tree.clone()).expect("a tree");
        let problem = Expr::from_tree(&read).expect_err("a problem").to_string();
        assert_eq!(problem, expected, "for {tree}");
    };
    let plan = json!({"kind": "trait", "name": "plan"});
    check(json!({"kind": "any", "parts": []}), "a group needs at least one part");
    check(
        json!({"kind": "all", "parts": [{"kind": "list", "name": "vip"},
            {"kind": "consent", "channel": "emial", "topic": "t"}]}),
        "parts[1]: there is no channel `emial`\n  hint: did you mean `email`?",
    );
    check(
        json!({"kind": "not", "part": {"kind": "did", "event": "X", "window": "7y"}}),
        "part.window: `7y` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w",
    );
    check(
        json!({"kind": "all", "parts": [{"kind": "list", "name": "vip"}, {"kind": "not", "part":
            {"kind": "compare", "left": plan, "op": ">", "right": {"kind": "value", "value": "pro"}}}]}),
        "parts[1].part: `>` compares numbers and times, not texts\n  hint: a number has no quotes; a time is written \"2026-11-22\"",
    );
    check(
        json!({"kind": "did", "event": "X", "where": {"kind": "list", "name": "vip"}}),
        "`list` cannot be used inside `where`\n  hint: a filter reads only properties of the event, as it arrives",
    );
    check(
        json!({"kind": "did", "event": " "}),
        "expected the name of an event, but the text is empty",
    );
    check(
        json!({"kind": "sequence", "steps": [{"event": "A"}], "then_not": {"event": "B"}}),
        "then_not: it needs to know for how long\n  hint: give it a `within`, such as \"2d\"",
    );
    check(
        json!({"kind": "sequence", "steps": [{"event": "A"}]}),
        "a sequence has at least two steps\n  hint: for example `sequence(\"A\", then \"B\" within 2d)`",
    );
    check(
        json!({"kind": "sequence", "steps": [{"event": "A", "within": "1d"}, {"event": "A"}]}),
        "only a step after `then` has a `within`\n  hint: it says how long after the step before it",
    );
    check(
        json!({"kind": "compare", "left": plan, "op": ">", "right": {"kind": "money", "amount": 5, "currency": "eur"}}),
        "right: `eur` is no currency\n  hint: three capital letters, such as EUR",
    );
    check(
        json!({"kind": "in", "term": plan, "values": []}),
        "values: the list needs at least one value",
    );
    let many: Vec<u32> = (0..201).collect();
    check(
        json!({"kind": "all", "parts": [{"kind": "in", "term": plan, "values": many}]}),
        "parts[0]: more than 200 values in a list\n  hint: keep what they have in common in a trait or a property",
    );
    let many = vec![json!({"kind": "did", "event": "X"}); 21];
    check(
        json!({"kind": "all", "parts": many}),
        "more than 20 counts in one condition\n  hint: make audiences of its parts and refer to them with audience(\"…\")",
    );
    let mut deep = json!({"kind": "list", "name": "vip"});
    for _ in 0..40 {
        deep = json!({"kind": "not", "part": deep});
    }
    check(
        deep,
        "nested more than 32 deep\n  hint: make audiences of its parts and refer to them with audience(\"…\")",
    );
}

#[test]
fn a_tree_deeper_than_any_text_is_an_error_and_no_overflow() {
    let mut deep = Tree::Fixed { holds: true };
    for _ in 0..5_000 {
        deep = Tree::Not { part: Box::new(deep) };
    }
    let problem = Expr::from_tree(&deep).expect_err("too deep").message;
    assert!(problem.ends_with("nested more than 128 deep"), "{problem}");
}

#[test]
fn fields_that_are_not_known_are_errors() {
    let refused = |tree: Value| {
        assert!(serde_json::from_value::<Tree>(tree.clone()).is_err(), "{tree}");
    };
    refused(json!({"kind": "did", "event": "X", "windw": "3d"}));
    refused(
        json!({"kind": "did", "event": "X", "where": {"kind": "fixed", "holds": true, "x": 1}}),
    );
    refused(json!({"kind": "sequence", "steps": [{"event": "X", "x": 1}, {"event": "Y"}]}));
    refused(
        json!({"kind": "sequence", "steps": [{"event": "X"}], "without": {"event": "Y", "within": "2d"}}),
    );
    refused(json!({"kind": "exists", "term": {"kind": "trait", "name": "x", "of": 1}}));
    refused(json!({"kind": "frobnicate"}));
    refused(json!({"kind": "did"}));
    refused(json!({"event": "X"}));
}

/// What serde lists after "expected" in its error: the names that the type has.
fn expected_names(error: &str) -> BTreeSet<String> {
    let (_, names) = error.split_once("expected ").unwrap_or_default();
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The forms of the vocabulary by kind, groups and conditions together.
fn forms() -> (BTreeMap<&'static str, Form>, BTreeMap<&'static str, Form>) {
    let all = vocabulary();
    let by_kind = |forms: Vec<Form>| forms.into_iter().map(|it| (it.kind, it)).collect();
    (by_kind([all.groups, all.conditions].concat()), by_kind(all.terms))
}

#[test]
fn every_kind_has_a_form_with_exactly_its_fields() {
    let (trees, terms) = forms();
    let unknown = serde_json::from_str::<Tree>(r#"{"kind":"?"}"#).expect_err("unknown");
    let kinds: BTreeSet<String> = trees.keys().map(|it| (*it).to_owned()).collect();
    assert_eq!(expected_names(&unknown.to_string()), kinds);
    let unknown = serde_json::from_str::<crate::TreeTerm>(r#"{"kind":"?"}"#).expect_err("unknown");
    let kinds: BTreeSet<String> = terms.keys().map(|it| (*it).to_owned()).collect();
    assert_eq!(expected_names(&unknown.to_string()), kinds);
    for form in trees.values() {
        let text = json!({"kind": form.kind, "?": 1}).to_string();
        let unknown = serde_json::from_str::<Tree>(&text).expect_err("unknown").to_string();
        let fields: BTreeSet<String> = form.fields.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(expected_names(&unknown), fields, "of {}", form.kind);
    }
    for form in terms.values() {
        let text = json!({"kind": form.kind, "?": 1}).to_string();
        let unknown = serde_json::from_str::<crate::TreeTerm>(&text).expect_err("unknown");
        let fields: BTreeSet<String> = form.fields.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(expected_names(&unknown.to_string()), fields, "of {}", form.kind);
    }
}

/// The first object of this kind within a tree.
fn find<'a>(tree: &'a Value, kind: &str) -> Option<&'a Value> {
    match tree {
        Value::Object(map) if map.get("kind").is_some_and(|it| it == kind) => Some(tree),
        Value::Object(map) => map.values().find_map(|it| find(it, kind)),
        Value::Array(items) => items.iter().find_map(|it| find(it, kind)),
        _ => None,
    }
}

/// Every example has every field, and what is not required may be left out.
#[test]
fn the_example_of_a_form_has_its_fields() {
    let (trees, terms) = forms();
    for form in trees.values().chain(terms.values()) {
        let expr = parse(form.example).unwrap_or_else(|it| panic!("{}: {it}", form.kind));
        assert_eq!(expr.as_str(), form.example, "an example is canonical");
        let tree = serde_json::to_value(expr.tree()).expect("JSON");
        let own = find(&tree, form.kind).unwrap_or_else(|| panic!("no {} in {tree}", form.kind));
        let own = own.as_object().expect("an object");
        let fields: BTreeSet<&str> =
            own.keys().map(String::as_str).filter(|it| *it != "kind").collect();
        assert_eq!(fields, form.fields.iter().map(|it| it.name).collect(), "{}", form.kind);
        for field in &form.fields {
            let mut less = own.clone();
            less.remove(field.name);
            let less = Value::Object(less);
            let read = match trees.contains_key(form.kind) {
                true => serde_json::from_value::<Tree>(less).is_ok(),
                false => serde_json::from_value::<crate::TreeTerm>(less).is_ok(),
            };
            assert_eq!(read, !field.required, "{} without {}", form.kind, field.name);
        }
    }
}

/// Somebody for whom each example holds, and nobody: no form is without effect.
#[test]
fn the_example_of_every_form_is_executed() {
    let somebody = World::read(
        r#"
        now 2026-11-22T12:00:00Z
        trait plan "pro"
        trait vip true
        trait tags ["vip", "a", "b"]
        trait email "info@shop.example"
        trait renewal "2026-11-24T12:00:00Z"
        trait birthday "1990-11-25"
        trait list.a true
        trait list.b true
        trait list.vip true
        trait a 51
        trait currency "EUR"
        trait app_version "2.11.0"
        property revenue 60
        consent email offers
        audience lapsing
        event "X" 10d a 2
        event "X" 5d a 3 revenue 100
        event "Y" 4d
        "#,
    );
    let nobody = World { now: somebody.now, ..World::default() };
    let always = ["fixed"];
    // They need that something is not so, or long ago.
    let of_nobody = ["not"];
    let of_neither = ["age", "first", "last", "now"];
    let (trees, terms) = forms();
    for form in trees.values().chain(terms.values()) {
        let holds = |world: &World| {
            evaluate(&parse(form.example).expect("a condition"), world, world.now).holds
        };
        let wanted = match form.kind {
            kind if always.contains(&kind) => (true, true),
            kind if of_nobody.contains(&kind) => (false, true),
            "now" => (false, false),
            _ => (true, false),
        };
        assert_eq!((holds(&somebody), holds(&nobody)), wanted, "{}", form.kind);
        if of_neither.contains(&form.kind) {
            // A hundred days later what was recent is long ago, and the other way round.
            let later = World { now: somebody.now + model::Span::days(100), ..somebody.clone() };
            assert_ne!(holds(&later), wanted.0, "{} later", form.kind);
        }
    }
}

/// The kinds of terms that a field is said to hold, and no others, make a condition that can be read.
#[test]
fn a_field_holds_the_kinds_of_terms_that_the_vocabulary_says() {
    let (trees, terms) = forms();
    let term_of = |kind: &str| {
        let example = parse(terms[kind].example).expect("a condition").tree();
        find(&serde_json::to_value(example).expect("JSON"), kind).expect("a term").clone()
    };
    for form in trees.values().chain(terms.values()) {
        let fields = form.fields.iter().filter(|it| it.holds == Holds::Term);
        for field in fields.filter(|_| form.kind != "compare") {
            for kind in terms.keys() {
                let mut tree =
                    serde_json::to_value(parse(form.example).expect("one").tree()).expect("JSON");
                let values = json!(["a"]);
                put(&mut tree, form.kind, field.name, &term_of(kind), &values);
                let read: Tree = serde_json::from_value(tree).expect("a tree");
                let mut fits = Expr::from_tree(&read).is_ok();
                if *kind == "length" && !fits {
                    // A length is compared with numbers.
                    let mut tree = serde_json::to_value(&read).expect("JSON");
                    put(&mut tree, form.kind, field.name, &term_of(kind), &json!([1]));
                    fits = Expr::from_tree(&serde_json::from_value(tree).expect("a tree")).is_ok();
                }
                assert_eq!(
                    fits,
                    field.terms.contains(kind),
                    "{kind} in {}.{}",
                    form.kind,
                    field.name
                );
            }
        }
    }
}

#[test]
fn what_may_stand_in_a_filter_is_what_the_vocabulary_says() {
    let (trees, terms) = forms();
    let groups: BTreeSet<&str> = vocabulary().groups.iter().map(|it| it.kind).collect();
    for form in trees.values().chain(terms.values()) {
        let mut example = form.example.to_owned();
        // A property in place of what is no business of the form itself.
        if form.kind != "trait" {
            example = example.replace("trait(", "property(");
        }
        if form.kind != "last" {
            example = example.replace("last(", "property(");
        }
        if groups.contains(form.kind) {
            example = example.replace("list(", "property(");
        }
        let read = parse(&format!("did(\"Y\" where {example})"));
        assert_eq!(read.is_ok(), form.in_where, "{}: {example}", form.kind);
    }
}

fn put(tree: &mut Value, kind: &str, field: &str, term: &Value, values: &Value) {
    match tree {
        Value::Object(map) if map.get("kind").is_some_and(|it| it == kind) => {
            map.insert(field.to_owned(), term.clone());
            if map.contains_key("values") {
                map.insert("values".to_owned(), values.clone());
            }
        }
        Value::Object(map) => map.values_mut().for_each(|it| put(it, kind, field, term, values)),
        Value::Array(items) => items.iter_mut().for_each(|it| put(it, kind, field, term, values)),
        _ => {}
    }
}

#[test]
fn what_may_be_compared_is_what_a_marketer_expects() {
    let all = vocabulary();
    let shown = |left: Type, right: Type| {
        let found = all.comparisons.iter().find(|it| (it.left, it.right) == (left, right));
        let Some(found) = found else { return "nothing".to_owned() };
        let symbols: Vec<String> = (found.operators.iter())
            .map(|it| serde_json::to_value(it).expect("JSON").as_str().expect("text").to_owned())
            .collect();
        symbols.join(" ")
    };
    const EVERY: &str = "== != < <= > >=";
    assert_eq!(shown(Type::Number, Type::Number), EVERY);
    assert_eq!(shown(Type::Any, Type::Number), EVERY);
    assert_eq!(shown(Type::Any, Type::Text), "== !=");
    assert_eq!(shown(Type::Any, Type::Truth), "== !=");
    assert_eq!(shown(Type::Any, Type::Money), EVERY);
    assert_eq!(shown(Type::Any, Type::Version), EVERY);
    assert_eq!(shown(Type::Time, Type::Time), "< <= > >=");
    assert_eq!(shown(Type::Number, Type::Text), "nothing");
    assert_eq!(shown(Type::Text, Type::Version), "nothing");
    assert_eq!(shown(Type::Time, Type::Money), "nothing");
    let units: Vec<&str> = all.units.iter().map(|it| it.unit).collect();
    assert_eq!(units, ["ms", "s", "m", "h", "d", "w"]);
    for unit in &all.units {
        let text = format!("1{}", unit.unit);
        assert_eq!(model::Span::parse(&text).map(|it| it.0), Ok(unit.millis));
    }
}

/// A tree as a builder may make it: groups of one, groups in groups of the same kind.
fn any_tree() -> impl Strategy<Value = Tree> {
    let leaf = leaf().prop_filter_map("a condition", |it| parse(&it).ok().map(|it| it.tree()));
    leaf.prop_recursive(5, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| Tree::All { parts }),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| Tree::Any { parts }),
            inner.prop_map(|part| Tree::Not { part: Box::new(part) }),
        ]
    })
}

/// What a tree says, group by group, each leaf by itself.
fn holds(tree: &Tree, world: &World, now: Timestamp) -> bool {
    match tree {
        Tree::All { parts } => parts.iter().all(|it| holds(it, world, now)),
        Tree::Any { parts } => parts.iter().any(|it| holds(it, world, now)),
        Tree::Not { part } => !holds(part, world, now),
        leaf => evaluate(&Expr::from_tree(leaf).expect("a leaf"), world, now).holds,
    }
}

/// Pieces of one tree put where they may not belong.
fn broken_tree() -> impl Strategy<Value = Value> {
    let odd = prop::sample::select(vec![
        json!(null),
        json!(-1),
        json!(1e300),
        json!("7d"),
        json!(""),
        json!("EUR"),
        json!([]),
        json!({}),
        json!({"kind": "now"}),
        json!({"kind": "value", "value": "\u{0}\"\\\n"}),
        json!("sequence("),
        json!({"kind": "property", "name": "a) or true or (b"}),
        json!({"kind": "fixed", "holds": true}),
        json!({"kind": "trait", "name": "x\") or exists(trait(\"y"}),
        json!([{"event": "A"}, {"event": "B"}]),
    ]);
    (any_tree(), any::<prop::sample::Index>(), odd).prop_map(|(tree, at, odd)| {
        let mut tree = serde_json::to_value(tree).expect("JSON");
        let places = pointers(&tree, String::new());
        let place = &places[at.index(places.len())];
        *tree.pointer_mut(place).expect("a place in it") = odd;
        tree
    })
}

fn pointers(value: &Value, path: String) -> Vec<String> {
    let mut found = vec![path.clone()];
    match value {
        Value::Object(map) => {
            found.extend(map.iter().flat_map(|(key, it)| pointers(it, format!("{path}/{key}"))));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            found.extend(items.flat_map(|(n, it)| pointers(it, format!("{path}/{n}"))));
        }
        _ => {}
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_to_tree_to_text_is_the_same(text in condition()) {
        let Ok(expr) = parse(&text) else { return Ok(()) };
        let written = serde_json::to_string(&expr.tree()).expect("JSON");
        let read: Tree = serde_json::from_str(&written).expect("a tree");
        prop_assert_eq!(&read, &expr.tree());
        let again = Expr::from_tree(&read);
        prop_assert_eq!(again.as_ref().map(Expr::as_str), Ok(expr.as_str()), "{}", written);
        prop_assert_eq!(&again.expect("checked").node, &expr.node);
    }

    #[test]
    fn any_tree_says_what_its_groups_say(tree in any_tree(), world in world()) {
        let Ok(expr) = Expr::from_tree(&tree) else {
            // Only for its size: each leaf was read before.
            let problem = Expr::from_tree(&tree).expect_err("checked").message;
            prop_assert!(problem.contains("more than") || problem.contains("longer"), "{problem}");
            return Ok(());
        };
        prop_assert_eq!(evaluate(&expr, &world, world.now).holds, holds(&tree, &world, world.now), "{}", expr);
        // And what comes back is the same tree without what has no effect.
        prop_assert_eq!(Expr::from_tree(&expr.tree()).map(|it| it.tree()), Ok(expr.tree()));
    }

    #[test]
    fn no_tree_makes_it_panic_or_say_something_else(tree in broken_tree()) {
        let Ok(read) = serde_json::from_value::<Tree>(tree) else { return Ok(()) };
        if let Ok(expr) = Expr::from_tree(&read) {
            prop_assert_eq!(parse(expr.as_str()), Ok(expr.clone()));
            let again = Expr::from_tree(&expr.tree());
            prop_assert_eq!(again.as_ref(), Ok(&expr));
            // A name stays a name, whatever stands in it.
            let (before, after) = (leaves(&read), leaves(&expr.tree()));
            prop_assert_eq!(before, after, "{}", expr);
        }
    }
}

fn leaves(tree: &Tree) -> usize {
    match tree {
        Tree::All { parts } | Tree::Any { parts } => parts.iter().map(leaves).sum(),
        Tree::Not { part } => leaves(part),
        _ => 1,
    }
}

#[test]
fn numbers_are_written_as_people_write_them() {
    let shown = |number: f64| serde_json::to_string(&Plain::Number(number)).expect("JSON");
    assert_eq!([shown(5.0), shown(-2.0), shown(0.1), shown(1e300)], ["5", "-2", "0.1", "1e+300"]);
    assert_eq!(serde_json::to_string(&TreeOp::AtMost).expect("JSON"), "\"<=\"");
}
