//! Condition to tree.

use super::{Plain, Tree, TreeEvent, TreeOp, TreeSide, TreeStep, TreeTerm};
use crate::counter::{CounterKind, CounterSpec};
use crate::node::{Literal, Node, Op, Side, Term};
use crate::sequence::Sequence;
use model::Span;

pub fn tree(node: &Node) -> Tree {
    match node {
        Node::And(parts) => Tree::All { parts: parts.iter().map(tree).collect() },
        Node::Or(parts) => Tree::Any { parts: parts.iter().map(tree).collect() },
        Node::Not(part) => Tree::Not { part: Box::new(tree(part)) },
        Node::Bool(holds) => Tree::Fixed { holds: *holds },
        Node::Did(spec) => {
            let (event, window, filter) = counted(spec);
            Tree::Did { event, window, filter }
        }
        Node::Sequence(it) => sequence(it),
        Node::Consent { channel, topic } => {
            Tree::Consent { channel: channel.name().to_owned(), topic: topic.clone() }
        }
        Node::Audience(name) => Tree::Audience { name: name.clone() },
        Node::List(name) => Tree::List { name: name.clone() },
        Node::Exists(it) => Tree::Exists { term: term(it) },
        Node::Is(it) => Tree::IsTrue { term: term(it) },
        Node::Compare { left, op: symbol, right } => {
            Tree::Compare { left: term(left), op: op(*symbol), right: term(right) }
        }
        Node::Age { term: it, op: symbol, span } => {
            Tree::Age { term: term(it), op: op(*symbol), span: span.to_string() }
        }
        Node::In { term: it, among: true, list } => {
            Tree::In { term: term(it), values: values(list) }
        }
        Node::In { term: it, among: false, list } => {
            Tree::NotIn { term: term(it), values: values(list) }
        }
        Node::Contains { term: it, part } => Tree::Contains { term: term(it), value: term(part) },
        Node::ContainsEach { term: it, all: true, list } => {
            Tree::ContainsAll { term: term(it), values: values(list) }
        }
        Node::ContainsEach { term: it, all: false, list } => {
            Tree::ContainsAny { term: term(it), values: values(list) }
        }
        Node::StartsWith { term: it, part } => {
            Tree::StartsWith { term: term(it), value: term(part) }
        }
        Node::EndsWith { term: it, part } => Tree::EndsWith { term: term(it), value: term(part) },
        Node::Within { term: it, anniversary, side: way, span } => {
            let (term, side, span) = (term(it), side(*way), span.to_string());
            if *anniversary {
                return Tree::Anniversary { term, side, span };
            }
            Tree::Within { term, side, span }
        }
    }
}

fn sequence(sequence: &Sequence) -> Tree {
    let step = |spec: &CounterSpec, within: Option<Span>| {
        let (event, _, filter) = counted(spec);
        TreeStep { event, within: within.map(|it| it.to_string()), filter }
    };
    Tree::Sequence {
        steps: sequence.steps.iter().map(|it| step(&it.event, it.within)).collect(),
        then_not: sequence.absent.as_ref().map(|(spec, span)| step(spec, Some(*span))),
        without: sequence.without.as_ref().map(|spec| {
            let (event, _, filter) = counted(spec);
            TreeEvent { event, filter }
        }),
        window: sequence.window.map(|it| it.to_string()),
    }
}

fn term(it: &Term) -> TreeTerm {
    match it {
        Term::Literal(it) => TreeTerm::Value { value: plain(it) },
        Term::Money(money) => TreeTerm::Money {
            // It was read from a number, and is that number again.
            amount: money.amount().parse().unwrap_or_default(),
            currency: money.currency.to_string(),
        },
        Term::Version(version) => TreeTerm::Version { version: version.to_string() },
        Term::Trait(name) => TreeTerm::Trait { name: name.clone() },
        Term::Property(name) => TreeTerm::Property { name: name.clone() },
        Term::Length(inner) => TreeTerm::Length { of: Box::new(term(inner)) },
        Term::Lower(inner) => TreeTerm::Lower { of: Box::new(term(inner)) },
        Term::Now(Span(0)) => TreeTerm::Now { shift: None },
        Term::Now(span) => TreeTerm::Now { shift: Some(span.to_string()) },
        Term::Counter(spec) => {
            let (event, window, filter) = counted(spec);
            match &spec.kind {
                CounterKind::AtLeast(_) | CounterKind::Count => {
                    TreeTerm::Count { event, window, filter }
                }
                CounterKind::Sum { property, .. } => {
                    TreeTerm::Sum { event, property: property.clone(), window, filter }
                }
                CounterKind::First => TreeTerm::First { event, filter },
                // Times stand in sequences only.
                CounterKind::Last | CounterKind::Times => TreeTerm::Last { event, filter },
            }
        }
    }
}

fn counted(spec: &CounterSpec) -> (String, Option<String>, Option<Box<Tree>>) {
    let filter = spec.filter.as_ref().map(|it| Box::new(it.tree()));
    (spec.event.clone(), spec.window.map(|it| it.to_string()), filter)
}

fn values(list: &[Literal]) -> Vec<Plain> {
    list.iter().map(plain).collect()
}

fn plain(literal: &Literal) -> Plain {
    match literal {
        Literal::Number(number) => Plain::Number(*number),
        Literal::Text(text) => Plain::Text(text.clone()),
        Literal::Bool(truth) => Plain::Bool(*truth),
    }
}

fn op(op: Op) -> TreeOp {
    match op {
        Op::Equal => TreeOp::Equal,
        Op::Differ => TreeOp::Differ,
        Op::Less => TreeOp::Less,
        Op::AtMost => TreeOp::AtMost,
        Op::More => TreeOp::More,
        Op::AtLeast => TreeOp::AtLeast,
    }
}

fn side(side: Side) -> TreeSide {
    match side {
        Side::Next => TreeSide::Next,
        Side::Last => TreeSide::Last,
    }
}
