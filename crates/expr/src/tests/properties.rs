//! What holds for every condition.

use super::world::World;
use crate::{CounterKind, evaluate, explain, parse};
use model::{Channel, Map, Span, Timestamp, Value};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_795_348_800_123);

fn span() -> impl Strategy<Value = String> {
    prop_oneof![(1..400i64).prop_map(Span::days), (1..400_000_000i64).prop_map(Span)]
        .prop_map(|it| it.to_string())
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![(-3..6i64).prop_map(|it| it.to_string()), Just("2.5".to_owned())]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\"a\"".to_owned()),
        Just("'2026-11-20'".to_owned()),
        "[ -~é]{0,6}".prop_map(|it| format!("{it:?}").replace("\\'", "'")),
    ]
}

fn order() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["<", "<=", ">", ">="])
}

fn op() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="])
}

fn event() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["\"A\"", "\"B\""])
}

fn filter() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => (op(), number()).prop_map(|(op, n)| format!(" where x {op} {n}")),
        1 => (op(), number()).prop_map(|(op, n)| format!(" where x {op} {n} EUR or length(y) > 1")),
        1 => (op(), number()).prop_map(|(op, n)| format!(" where not (property('x') {op} {n} or last.y) and exists(x)")),
    ]
}

fn window() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), span().prop_map(|it| format!(", last {it}"))]
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("trait(\"day\")".to_owned()),
        (event(), filter()).prop_map(|(e, f)| format!("last({e}{f})")),
        (event(), filter()).prop_map(|(e, f)| format!("first({e}{f})")),
    ]
}

fn amount() -> impl Strategy<Value = String> {
    prop_oneof![
        (event(), window(), filter()).prop_map(|(e, w, f)| format!("count({e}{w}{f})")),
        (event(), window(), filter()).prop_map(|(e, w, f)| format!("sum({e}, x{w}{f})")),
    ]
}

/// An event of a sequence. `B` happens often enough to be a step, a gap and a bar.
fn happening() -> impl Strategy<Value = String> {
    (event(), filter()).prop_map(|(e, f)| format!("{e}{f}"))
}

fn followed() -> impl Strategy<Value = String> {
    let within = prop_oneof![Just(String::new()), span().prop_map(|it| format!(" within {it}"))];
    (event(), within, filter()).prop_map(|(e, w, f)| format!(", then {e}{w}{f}"))
}

fn sequence() -> impl Strategy<Value = String> {
    let absent = prop_oneof![
        Just(String::new()),
        (event(), span(), filter()).prop_map(|(e, s, f)| format!(", then not {e} within {s}{f}")),
    ];
    let without = prop_oneof![
        2 => Just(String::new()),
        1 => happening().prop_map(|it| format!(", without {it}")),
    ];
    (happening(), prop::collection::vec(followed(), 1..4), absent, without, window()).prop_map(
        |(first, then, absent, without, window)| {
            format!("sequence({first}{}{absent}{without}{window})", then.concat())
        },
    )
}

fn value_forms() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec![
        "trait(\"n\")",
        "trait('tags')",
        "trait(\"order.total\")",
        "property('p')",
        "lower(trait('tags'))",
        "lower(property(\"p\"))",
    ]);
    let stored =
        prop::sample::select(vec!["trait(\"n\")", "trait('order.total')", "property('p')"]);
    let list = "\\[('[a-c]'|[0-9]|true)(, ('[a-c]{0,2}'|-?[0-9]\\.5|false)){0,2}\\]";
    let word = prop::sample::select(vec!["in", "not in", "contains any", "contains all"]);
    let part = prop::sample::select(vec!["contains", "starts_with", "ends_with"]);
    let version = "v?[0-2](\\.(0|[1-9][0-9]?)){0,2}(-(a|rc)\\.[0-9])?";
    prop_oneof![
        Just("list(\"vip\")".to_owned()),
        (field.clone(), word, list).prop_map(|(t, w, l)| format!("{t} {w} {l}")),
        (field, part, "'[a-c]{0,2}'").prop_map(|(t, w, p)| format!("{t} {w} {p}")),
        (stored.clone(), op(), 0..4).prop_map(|(t, op, n)| format!("length({t}) {op} {n}")),
        (stored.clone(), op(), number()).prop_map(|(t, op, n)| format!("{t} {op} {n} EUR")),
        (event(), window(), filter(), op(), number())
            .prop_map(|(e, w, f, op, n)| format!("{n} EUR {op} sum({e}, x{w}{f})")),
        (stored, op(), version).prop_map(|(t, op, v)| format!("{t} {op} version('{v}')")),
    ]
}

pub fn leaf() -> impl Strategy<Value = String> {
    let side = prop::sample::select(vec!["next", "last"]);
    prop_oneof![
        Just("true".to_owned()),
        Just("trait(\"yes\")".to_owned()),
        Just("consent('email', 't')".to_owned()),
        Just("audience(\"in\")".to_owned()),
        (event(), window(), filter()).prop_map(|(e, w, f)| format!("did({e}{w}{f})")),
        (amount(), op(), number()).prop_map(|(a, op, n)| format!("{a} {op} {n}")),
        (amount(), op(), number()).prop_map(|(a, op, n)| format!("{n} {op} {a}")),
        (amount(), op(), amount()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (amount(), op()).prop_map(|(a, op)| format!("trait(\"n\") {op} {a}")),
        (time(), order(), span()).prop_map(|(t, op, s)| format!("{t} {op} {s} ago")),
        (time(), order(), span()).prop_map(|(t, op, s)| format!("{t} {op} now - {s}")),
        (time(), order(), span()).prop_map(|(t, op, s)| format!("now + {s} {op} {t}")),
        (time(), order(), time()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (time(), side.clone(), span()).prop_map(|(t, n, s)| format!("{t} within {n} {s}")),
        (time(), side, 1..=365i64)
            .prop_map(|(t, n, s)| format!("anniversary({t}) within {n} {s}d")),
        text().prop_map(|it| format!("trait(\"n\") in [{it}, 2, true]")),
        text().prop_map(|it| format!("property('p') contains {it}")),
        text().prop_map(|it| format!("trait({}) != {it}", "'day'")),
        value_forms(),
        value_forms(),
        sequence(),
        sequence(),
    ]
}

pub fn condition() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|it| format!("({})", it.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|it| format!("({})", it.join(" or "))),
            inner.prop_map(|it| format!("not ({it})")),
        ]
    })
}

pub fn world() -> impl Strategy<Value = World> {
    let ages = prop_oneof![0..400i64, Just(30)];
    let event = (event(), ages, 0..3i64, -3..6i64).prop_map(|(name, days, millis, x)| {
        let currency = if x == 2 { "USD" } else { "EUR" };
        let properties: Map = [
            ("x".to_owned(), Value::Number(x as f64)),
            ("currency".to_owned(), Value::from(currency)),
        ]
        .into();
        (name.trim_matches('"').to_owned(), NOW - Span(Span::days(days).0 + millis), properties)
    });
    let facts = (any::<bool>(), any::<bool>(), -2..4i64, -500..500i64);
    (prop::collection::vec(event, 0..8), facts).prop_map(|(events, (yes, inside, n, day))| World {
        now: NOW,
        traits: [
            ("yes".to_owned(), Value::Bool(yes)),
            ("n".to_owned(), Value::Number(n as f64)),
            ("day".to_owned(), Value::Text((NOW + Span::days(day)).to_string())),
        ]
        .into(),
        properties: Map::new(),
        consents: if yes { vec![(Channel::Email, "t".to_owned())] } else { Vec::new() },
        audiences: if inside { vec!["in".to_owned()] } else { Vec::new() },
        events,
    })
}

/// More under FULCRUM_SLOW.
pub fn cases() -> u32 {
    if std::env::var_os("FULCRUM_SLOW").is_some() { 100_000 } else { 1_000 }
}

/// A valid text with some of its pieces doubled, dropped, swapped or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "sequence(",
        "then ",
        "then not ",
        "without ",
        " within 2d",
        " where ",
        "length(",
        "lower(",
        "version(",
        "list(",
        " not in ",
        " contains any [",
        "]",
        ")",
        "(",
        ", ",
        "\"",
        "'",
        " EUR",
        "5",
        " and ",
        " or ",
        "not ",
        "-",
        "last 3d",
        "\\",
        "\n",
        "é",
        "EUR",
        " ends_with ",
    ]);
    let change = (0..4u8, any::<prop::sample::Index>(), any::<prop::sample::Index>(), piece);
    (condition(), prop::collection::vec(change, 1..5)).prop_map(|(text, changes)| {
        let mut text: Vec<char> = text.chars().collect();
        for (kind, from, to, piece) in changes {
            let (from, to) = (from.index(text.len() + 1), to.index(text.len() + 1));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 12));
            let cut: Vec<char> = match kind {
                0 => Vec::new(),
                1 => text[from..to].iter().chain(&text[from..to]).copied().collect(),
                2 => text[from..to].iter().rev().copied().collect(),
                _ => piece.chars().collect(),
            };
            text.splice(from..to, cut);
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_as_itself(text in condition()) {
        let Ok(expr) = parse(&text) else { return Ok(()) };
        let again = parse(expr.as_str());
        prop_assert!(again.is_ok(), "{text}\n{expr}\n{again:?}");
        let again = again.expect("checked");
        prop_assert_eq!(&again.node, &expr.node, "{}", text);
        prop_assert_eq!(again.as_str(), expr.as_str());
    }

    #[test]
    fn generated_conditions_are_mostly_valid(text in condition()) {
        // Otherwise the other properties would hold for want of examples.
        if let Err(problem) = parse(&text) {
            let allowed = [
                "hardly ever equal", "more than 20", "more than 10", "texts", "is empty", "longer than",
            ];
            prop_assert!(allowed.iter().any(|it| problem.message.contains(it)), "{text}\n{problem}");
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_words_of_the_language_make_the_parser_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "did", "count", "sum", "last", "first", "trait", "property", "where", "and", "or",
                "not", "in", "within", "next", "now", "ago", "anniversary", "exists", "consent", "(",
                ")", "[", "]", ",", "-", "+", "<", ">=", "==", "\"a\"", "'email'", "7d", "3", "x.y",
                "true", "null", "\n", "contains", "audience", "\"", "\\", "é", "sequence", "then",
                "without", "any", "all", "length", "lower", "version", "list", "EUR", "ends_with",
                "'1.2'",
            ]),
            0..20,
        )
    ) {
        if let Ok(expr) = parse(&words.join(" ")) {
            prop_assert_eq!(parse(expr.as_str()).map(|it| it.node), Ok(expr.node.clone()));
        }
    }

    #[test]
    fn a_cut_text_never_panics_and_is_placed(text in condition(), at in 0..200usize) {
        let cut: String = text.chars().take(at).collect();
        if let Err(problem) = parse(&cut) {
            prop_assert!(1 <= problem.line && 1 <= problem.column);
        }
    }

    #[test]
    fn a_spoilt_text_never_panics_and_what_is_still_read_reads_back(text in mutated()) {
        match parse(&text) {
            Ok(expr) => prop_assert_eq!(parse(expr.as_str()).map(|it| it.node), Ok(expr.node.clone())),
            Err(problem) => prop_assert!(1 <= problem.line && 1 <= problem.column),
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_never_overflows(
        piece in prop::sample::select(vec![
            "(", "not ", "not (", "exists(", "length(", "lower(", "did(\"A\" where (", "sequence(",
            "trait(\"a\") and (", "true or (", "[", "anniversary(", "sequence(\"A\", then not ",
        ]),
        times in 33..2_000usize,
    ) {
        prop_assert!(parse(&piece.repeat(times)).is_err());
    }

    #[test]
    fn the_moment_of_change_is_never_late(
        text in condition(),
        world in world(),
        steps in prop::collection::vec(0.0..1.0f64, 4),
    ) {
        let Ok(expr) = parse(&text) else { return Ok(()) };
        let truth = evaluate(&expr, &world, NOW);
        if let Some(at) = truth.changes_at {
            prop_assert!(NOW < at, "a change at {at} would be asked for again and again");
        }
        // Without an announced change, far ahead still says the same.
        let end = truth.changes_at.map_or(NOW + Span::days(800), |it| it - Span(1));
        let near = [1, 2, Span::DAY.0].map(|it| NOW + Span(it));
        let between = steps.iter().map(|it| NOW + Span(((end - NOW).0 as f64 * it) as i64));
        for time in between.chain(near).chain([end]).filter(|it| *it <= end) {
            prop_assert_eq!(evaluate(&expr, &world, time).holds, truth.holds, "{} at {}", expr, time);
        }
    }

    #[test]
    fn the_explanation_agrees_with_the_verdict(text in condition(), world in world()) {
        let Ok(expr) = parse(&text) else { return Ok(()) };
        let explanation = explain(&expr, &world, NOW);
        prop_assert_eq!(explanation.holds, evaluate(&expr, &world, NOW).holds);
        prop_assert!(!explanation.detail.is_empty());
    }

    #[test]
    fn keeping_only_the_latest_n_gives_the_same_verdict(
        n in -1..6i64,
        op in op(),
        window in span(),
        world in world(),
    ) {
        let expr = parse(&format!("count(\"A\", last {window}) {op} {n}")).expect("a condition");
        let spec = expr.counters().remove(0);
        let CounterKind::AtLeast(kept) = spec.kind else { panic!("a windowed count is bounded") };
        let mut fewer = world.clone();
        fewer.events.retain(|it| it.0 == "A");
        fewer.events.sort_by_key(|it| std::cmp::Reverse(it.1));
        fewer.events.truncate(kept as usize);
        prop_assert_eq!(evaluate(&expr, &world, NOW).holds, evaluate(&expr, &fewer, NOW).holds);
    }
}
