//! A condition in canonical text.

use crate::CounterSpec;
use crate::counter::CounterKind;
use crate::node::{Literal, Node, Side, Term};
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
        Node::Exists(it) => format!("exists({})", term(it)),
        Node::Is(it) => term(it),
        Node::Compare { left, op, right } => {
            format!("{} {} {}", term(left), op.symbol(), term(right))
        }
        Node::Age { term: it, op, span } => format!("{} {} {span} ago", term(it), op.symbol()),
        Node::In { term: it, list } => {
            let list: Vec<String> = list.iter().map(literal).collect();
            format!("{} in [{}]", term(it), list.join(", "))
        }
        Node::Contains { term: it, part } => format!("{} contains {}", term(it), term(part)),
        Node::StartsWith { term: it, part } => format!("{} starts_with {}", term(it), term(part)),
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
        Term::Counter(spec) => counter(spec),
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
    if let CounterKind::Sum { property } = &spec.kind {
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
