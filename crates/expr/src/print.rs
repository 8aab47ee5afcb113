//! A condition in canonical text.

use crate::CounterSpec;
use crate::counter::CounterKind;
use crate::node::{Literal, Node, Side, Term};
use crate::sequence::Sequence;
use crate::token::is_name;
use model::Span;

/// Words that mean something else where a bare property name could stand.
pub const KEYWORDS: [&str; 15] = [
    "and",
    "or",
    "not",
    "in",
    "contains",
    "starts_with",
    "within",
    "last",
    "next",
    "ago",
    "now",
    "true",
    "false",
    "where",
    "null",
];

/// Inside a filter, properties are written as bare names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Condition,
    Filter,
}

pub fn node(node: &Node, style: Style) -> String {
    let term = |it: &Term| term(it, style);
    match node {
        Node::And(parts) => join(parts, " and ", style, |it| matches!(it, Node::Or(_))),
        Node::Or(parts) => join(parts, " or ", style, |_| false),
        Node::Not(part) => match **part {
            Node::And(_) | Node::Or(_) => format!("not ({})", self::node(part, style)),
            _ => format!("not {}", self::node(part, style)),
        },
        Node::Bool(truth) => truth.to_string(),
        Node::Did(spec) => call("did", spec),
        Node::Consent { channel, topic } => {
            format!("consent({}, {})", quoted(channel.name()), quoted(topic))
        }
        Node::Audience(name) => format!("audience({})", quoted(name)),
        Node::List(name) => format!("list({})", quoted(name)),
        Node::Sequence(it) => format!("sequence({})", sequence(it)),
        Node::Exists(it) => format!("exists({})", term(it)),
        Node::Is(it) => term(it),
        Node::Compare { left, op, right } => {
            format!("{} {} {}", term(left), op.symbol(), term(right))
        }
        Node::Age { term: it, op, span } => format!("{} {} {span} ago", term(it), op.symbol()),
        Node::In { term: it, among, list } => {
            let word = if *among { "in" } else { "not in" };
            format!("{} {word} {}", term(it), literals(list))
        }
        Node::Contains { term: it, part } => format!("{} contains {}", term(it), term(part)),
        Node::ContainsEach { term: it, all, list } => {
            let word = if *all { "all" } else { "any" };
            format!("{} contains {word} {}", term(it), literals(list))
        }
        Node::StartsWith { term: it, part } => format!("{} starts_with {}", term(it), term(part)),
        Node::EndsWith { term: it, part } => format!("{} ends_with {}", term(it), term(part)),
        Node::Within { term: it, anniversary, side, span } => {
            let subject =
                if *anniversary { format!("anniversary({})", term(it)) } else { term(it) };
            let side = match side {
                Side::Next => "next",
                Side::Last => "last",
            };
            format!("{subject} within {side} {span}")
        }
    }
}

pub fn term(term: &Term, style: Style) -> String {
    match term {
        Term::Literal(it) => literal(it),
        Term::Trait(name) => format!("trait({})", quoted(name)),
        Term::Property(path) if style == Style::Filter => bare(path),
        Term::Property(path) => format!("property({})", quoted(path)),
        Term::Length(inner) => format!("length({})", self::term(inner, style)),
        Term::Lower(inner) => format!("lower({})", self::term(inner, style)),
        Term::Counter(spec) => counter(spec),
        Term::Money(money) => money.to_string(),
        Term::Version(version) => format!("version({})", quoted(&version.to_string())),
        Term::Now(Span(0)) => "now".to_owned(),
        Term::Now(span) if *span < Span::ZERO => format!("now - {}", Span(-span.0)),
        Term::Now(span) => format!("now + {span}"),
    }
}

/// A counter as a call: `count("X", last 30d where revenue > 50)`.
pub fn counter(spec: &CounterSpec) -> String {
    match &spec.kind {
        CounterKind::AtLeast(_) | CounterKind::Count => call("count", spec),
        CounterKind::Sum { .. } => call("sum", spec),
        CounterKind::First => call("first", spec),
        CounterKind::Last => call("last", spec),
        // Not a part of the language: what a sequence keeps has this name where it is stored.
        CounterKind::Times => call("times", spec),
    }
}

pub fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Number(number) => number.to_string(),
        Literal::Text(text) => quoted(text),
        Literal::Bool(truth) => truth.to_string(),
    }
}

pub fn quoted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 2);
    shown.push('"');
    for c in text.chars() {
        match c {
            '"' => shown.push_str("\\\""),
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c => shown.push(c),
        }
    }
    shown.push('"');
    shown
}

fn call(function: &str, spec: &CounterSpec) -> String {
    let mut shown = format!("{function}({}", quoted(&spec.event));
    if let CounterKind::Sum { property, .. } = &spec.kind {
        shown.push_str(", ");
        shown.push_str(&bare(property));
    }
    if let Some(window) = spec.window {
        shown.push_str(&format!(", last {window}"));
    }
    if let Some(filter) = &spec.filter {
        shown.push_str(&format!(" where {filter}"));
    }
    shown.push(')');
    shown
}

/// What stands between the parentheses: `"A", then "B" within 2d, without "C", last 30d`.
pub fn sequence(sequence: &Sequence) -> String {
    let mut parts = Vec::new();
    for (n, step) in sequence.steps.iter().enumerate() {
        let then = if n == 0 { "" } else { "then " };
        parts.push(format!("{then}{}", happening(&step.event, step.within)));
    }
    if let Some((spec, span)) = &sequence.absent {
        parts.push(format!("then not {}", happening(spec, Some(*span))));
    }
    if let Some(spec) = &sequence.without {
        parts.push(format!("without {}", happening(spec, None)));
    }
    if let Some(window) = sequence.window {
        parts.push(format!("last {window}"));
    }
    parts.join(", ")
}

/// An event of a sequence: `"B" within 2d where revenue > 50`.
pub fn happening(spec: &CounterSpec, within: Option<Span>) -> String {
    let mut shown = quoted(&spec.event);
    if let Some(span) = within {
        shown.push_str(&format!(" within {span}"));
    }
    if let Some(filter) = &spec.filter {
        shown.push_str(&format!(" where {filter}"));
    }
    shown
}

fn literals(list: &[Literal]) -> String {
    let list: Vec<String> = list.iter().map(literal).collect();
    format!("[{}]", list.join(", "))
}

fn bare(path: &str) -> String {
    if is_name(path) && !KEYWORDS.contains(&path) {
        return path.to_owned();
    }
    format!("property({})", quoted(path))
}

fn join(parts: &[Node], word: &str, style: Style, wrap: fn(&Node) -> bool) -> String {
    let shown: Vec<String> = parts
        .iter()
        .map(|it| match wrap(it) {
            true => format!("({})", node(it, style)),
            false => node(it, style),
        })
        .collect();
    shown.join(word)
}
