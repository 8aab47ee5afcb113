//! Whether a condition holds, and until when time alone cannot change that.

use crate::counter::{CounterKind, CounterSpec};
use crate::money::{Currency, Money, amount_in, micros};
use crate::node::{Literal, Node, Op, Side, Term, list_trait};
use crate::version::Version;
use crate::{Expr, calendar, sequence};
use model::{Channel, Span, Timestamp, Value};
use std::borrow::Cow;

/// What a condition may look at.
pub trait Lookup {
    fn trait_value(&self, name: &str) -> Option<Value>;
    /// A property of the event at hand, if there is one.
    fn property(&self, path: &str) -> Option<Value>;
    fn counter(&self, spec: &CounterSpec, now: Timestamp) -> Reading;
    /// The latest [`crate::MAX_TIMES`] times of a counter of kind [`CounterKind::Times`], oldest first.
    fn times(&self, spec: &CounterSpec) -> Cow<'_, [Timestamp]>;
    /// Whether there is a yes, and when it expires.
    fn consent(&self, channel: Channel, topic: &str, now: Timestamp) -> Truth;
    fn in_audience(&self, name: &str) -> bool;
    /// What somebody who reads an explanation should know about how a counter is kept.
    fn counter_note(&self, _spec: &CounterSpec) -> Option<String> {
        None
    }
}

/// What a counter says now.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Reading {
    /// Of a count or a sum; none is read as 0. An "at least n" may stop counting at n.
    pub value: Option<f64>,
    /// Of a first or last.
    pub time: Option<Timestamp>,
    /// The next moment at which time alone changes the value; later than now. May be early.
    pub changes_at: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Truth {
    pub holds: bool,
    /// Before this moment, time alone cannot change the verdict. It may be early and is never late;
    /// none if only a new fact can. Always later than now.
    pub changes_at: Option<Timestamp>,
}

impl Truth {
    /// A verdict that only a new fact can change.
    pub fn lasting(holds: bool) -> Truth {
        Truth { holds, changes_at: None }
    }
}

pub fn evaluate(expr: &Expr, lookup: &dyn Lookup, now: Timestamp) -> Truth {
    node(&expr.node, lookup, now)
}

pub(crate) fn node(node: &Node, lookup: &dyn Lookup, now: Timestamp) -> Truth {
    match node {
        Node::And(parts) => all(parts, true, lookup, now),
        Node::Or(parts) => all(parts, false, lookup, now),
        Node::Not(part) => {
            let truth = self::node(part, lookup, now);
            Truth { holds: !truth.holds, ..truth }
        }
        Node::Bool(truth) => Truth::lasting(*truth),
        Node::Did(spec) => {
            let happened = Found::count(lookup.counter(spec, now));
            compare(&happened, Op::AtLeast, &Found::Value(Value::Number(1.0)), now)
        }
        Node::Sequence(it) => sequence::judge(it, lookup, now).truth,
        Node::Consent { channel, topic } => lookup.consent(*channel, topic, now),
        Node::Audience(name) => Truth::lasting(lookup.in_audience(name)),
        Node::List(name) => {
            Truth::lasting(lookup.trait_value(&list_trait(name)) == Some(Value::Bool(true)))
        }
        Node::Exists(term) => Truth::lasting(match read(term, lookup, now) {
            Found::Missing | Found::Value(Value::Null) => false,
            Found::Value(_) | Found::Number { .. } | Found::Time(_) | Found::Now(_) => true,
        }),
        Node::Is(term) => {
            Truth::lasting(matches!(read(term, lookup, now), Found::Value(Value::Bool(true))))
        }
        Node::Compare { left, op, right } => compare_terms(left, *op, right, lookup, now),
        Node::Age { term, op, span } => match read(term, lookup, now).as_time() {
            Some(time) => against_now(time, op.flipped(), Span(-span.0), now),
            None => Truth::lasting(false),
        },
        Node::In { term, among, list } => Truth::lasting(match read(term, lookup, now) {
            Found::Value(value) => list.iter().any(|it| literal(it) == value) == *among,
            Found::Missing | Found::Number { .. } | Found::Time(_) | Found::Now(_) => false,
        }),
        Node::Contains { term, part } => {
            Truth::lasting(match (read(term, lookup, now), read(part, lookup, now)) {
                (Found::Value(whole), Found::Value(part)) => contains(&whole, &part),
                _ => false,
            })
        }
        Node::ContainsEach { term, all, list } => Truth::lasting(match read(term, lookup, now) {
            Found::Value(whole) if *all => list.iter().all(|it| contains(&whole, &literal(it))),
            Found::Value(whole) => list.iter().any(|it| contains(&whole, &literal(it))),
            Found::Missing | Found::Number { .. } | Found::Time(_) | Found::Now(_) => false,
        }),
        Node::StartsWith { term, part } => {
            Truth::lasting(both_texts(term, part, lookup, now, |a, b| a.starts_with(b)))
        }
        Node::EndsWith { term, part } => {
            Truth::lasting(both_texts(term, part, lookup, now, |a, b| a.ends_with(b)))
        }
        Node::Within { term, anniversary: false, side, span } => {
            match (read(term, lookup, now).as_time(), side) {
                (Some(time), Side::Next) => between(time.0.saturating_sub(span.0), time.0, now),
                (Some(time), Side::Last) => between(time.0, time.0.saturating_add(span.0), now),
                (None, Side::Next | Side::Last) => Truth::lasting(false),
            }
        }
        Node::Within { term, anniversary: true, side, span } => {
            match read(term, lookup, now).as_date() {
                Some(date) => calendar::anniversary(date, *side, *span, now),
                None => Truth::lasting(false),
            }
        }
    }
}

/// What a term was found to be.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Found {
    Missing,
    Value(Value),
    Number {
        value: f64,
        changes_at: Option<Timestamp>,
        /// A count: without new facts it only falls.
        falls: bool,
    },
    Time(Timestamp),
    /// Now, moved by a span.
    Now(Span),
}

impl Found {
    fn count(reading: Reading) -> Found {
        let value = reading.value.unwrap_or(0.0);
        Found::Number { value, changes_at: reading.changes_at, falls: true }
    }

    pub fn as_time(&self) -> Option<Timestamp> {
        match self {
            Found::Time(time) => Some(*time),
            Found::Value(Value::Text(text)) => Timestamp::parse(text).ok(),
            Found::Missing | Found::Value(_) | Found::Number { .. } | Found::Now(_) => None,
        }
    }

    /// The day as written, or the day in UTC of an event.
    pub fn as_date(&self) -> Option<jiff::civil::Date> {
        match self {
            Found::Time(time) => calendar::date_of(*time),
            Found::Value(Value::Text(text)) => {
                Timestamp::parse(text).ok()?;
                text.trim().get(..10)?.parse().ok()
            }
            Found::Missing | Found::Value(_) | Found::Number { .. } | Found::Now(_) => None,
        }
    }

    fn as_number(&self) -> Option<f64> {
        match self {
            Found::Number { value, .. } => Some(*value),
            Found::Value(value) => value.as_number(),
            Found::Missing | Found::Time(_) | Found::Now(_) => None,
        }
    }

    fn changes_at(&self) -> Option<Timestamp> {
        match self {
            Found::Number { changes_at, .. } => *changes_at,
            Found::Missing | Found::Value(_) | Found::Time(_) | Found::Now(_) => None,
        }
    }
}

pub(crate) fn read(term: &Term, lookup: &dyn Lookup, now: Timestamp) -> Found {
    let found = |value: Option<Value>| match value {
        None | Some(Value::Null) => Found::Missing,
        Some(value) => Found::Value(value),
    };
    match term {
        Term::Literal(it) => Found::Value(literal(it)),
        Term::Trait(name) => found(lookup.trait_value(name)),
        Term::Property(path) => found(lookup.property(path)),
        Term::Length(inner) => found(match read(inner, lookup, now) {
            Found::Value(Value::Text(text)) => Some(Value::Number(text.chars().count() as f64)),
            Found::Value(Value::List(items)) => Some(Value::Number(items.len() as f64)),
            _ => None,
        }),
        Term::Lower(inner) => found(match read(inner, lookup, now) {
            Found::Value(value) => lower(value),
            _ => None,
        }),
        Term::Now(span) => Found::Now(*span),
        // They are no values of their own: [`compare_terms`] compares with them.
        Term::Money(_) | Term::Version(_) => Found::Missing,
        Term::Counter(spec) => {
            let reading = lookup.counter(spec, now);
            match spec.kind {
                CounterKind::AtLeast(_) | CounterKind::Count => Found::count(reading),
                CounterKind::Sum { .. } => Found::Number {
                    value: reading.value.unwrap_or(0.0),
                    changes_at: reading.changes_at,
                    falls: false,
                },
                CounterKind::First | CounterKind::Last | CounterKind::Times => {
                    reading.time.map_or(Found::Missing, Found::Time)
                }
            }
        }
    }
}

pub(crate) fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Number(number) => Value::Number(*number),
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Bool(truth) => Value::Bool(*truth),
    }
}

/// `and` for `wanted` true, `or` for false: the whole is `wanted` while every part is.
fn all(parts: &[Node], wanted: bool, lookup: &dyn Lookup, now: Timestamp) -> Truth {
    let mut first_to_turn: Option<Timestamp> = None;
    let mut last_to_return: Option<Timestamp> = None;
    for part in parts {
        let truth = node(part, lookup, now);
        if truth.holds == wanted {
            first_to_turn = earliest(first_to_turn, truth.changes_at);
            continue;
        }
        // One part that time does not change decides alone, whatever the others do.
        let Some(at) = truth.changes_at else { return Truth::lasting(!wanted) };
        last_to_return = last_to_return.max(Some(at));
    }
    match last_to_return {
        // The whole cannot become `wanted` before the last of the parts that stand against it.
        Some(at) => Truth { holds: !wanted, changes_at: Some(at) },
        None => Truth { holds: wanted, changes_at: first_to_turn },
    }
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Text(text), Value::Text(part)) => text.contains(part),
        (Value::List(items), part) => items.contains(part),
        _ => false,
    }
}

fn both_texts(
    term: &Term,
    part: &Term,
    lookup: &dyn Lookup,
    now: Timestamp,
    holds: fn(&str, &str) -> bool,
) -> bool {
    match (read(term, lookup, now), read(part, lookup, now)) {
        (Found::Value(Value::Text(text)), Found::Value(Value::Text(part))) => holds(&text, &part),
        _ => false,
    }
}

/// A text in lower case, or a list with its texts so; nothing else has a case.
fn lower(value: Value) -> Option<Value> {
    match value {
        Value::Text(text) => Some(Value::Text(text.to_lowercase())),
        Value::List(items) => {
            Some(Value::List(items.into_iter().map(|it| lower(it.clone()).unwrap_or(it)).collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Map(_) => None,
    }
}

fn compare_terms(left: &Term, op: Op, right: &Term, lookup: &dyn Lookup, now: Timestamp) -> Truth {
    match right {
        Term::Money(Money { micros: needed, currency }) => {
            let (amount, changes_at) = amount(left, *currency, lookup, now);
            Truth { holds: amount.is_some_and(|it| ordered(it, op, *needed)), changes_at }
        }
        Term::Version(needed) => {
            Truth::lasting(version(left, lookup, now).is_some_and(|it| ordered(&it, op, needed)))
        }
        Term::Literal(_)
        | Term::Trait(_)
        | Term::Property(_)
        | Term::Length(_)
        | Term::Lower(_)
        | Term::Counter(_)
        | Term::Now(_) => compare(&read(left, lookup, now), op, &read(right, lookup, now), now),
    }
}

/// An amount in millionths, if there is one in this currency, and until when time does not change it.
pub(crate) fn amount(
    term: &Term,
    currency: Currency,
    lookup: &dyn Lookup,
    now: Timestamp,
) -> (Option<i64>, Option<Timestamp>) {
    match term {
        Term::Trait(name) => (amount_in(&|it| lookup.trait_value(it), name, currency), None),
        Term::Property(path) => (amount_in(&|it| lookup.property(it), path, currency), None),
        Term::Counter(_) => {
            let found = read(term, lookup, now);
            (found.as_number().map(micros), found.changes_at())
        }
        Term::Literal(_)
        | Term::Length(_)
        | Term::Lower(_)
        | Term::Money(_)
        | Term::Version(_)
        | Term::Now(_) => (None, None),
    }
}

pub(crate) fn version(term: &Term, lookup: &dyn Lookup, now: Timestamp) -> Option<Version> {
    match read(term, lookup, now) {
        Found::Value(Value::Text(text)) => Version::read(&text),
        _ => None,
    }
}

fn compare(left: &Found, op: Op, right: &Found, now: Timestamp) -> Truth {
    if *left == Found::Missing || *right == Found::Missing {
        return Truth::lasting(false);
    }
    if let Found::Now(span) = right {
        return match left.as_time() {
            Some(time) => against_now(time, op, *span, now),
            None => Truth::lasting(false),
        };
    }
    if let (Some(a), Some(b)) = (left.as_number(), right.as_number()) {
        let holds = ordered(a, op, b);
        let falls =
            matches!(left, Found::Number { falls: true, .. }) && right.changes_at().is_none();
        if falls && settled(a, op, b) {
            return Truth::lasting(holds);
        }
        return Truth { holds, changes_at: earliest(left.changes_at(), right.changes_at()) };
    }
    let is_time = |it: &Found| matches!(it, Found::Time(_));
    if op.is_order() || is_time(left) || is_time(right) {
        return match (left.as_time(), right.as_time()) {
            (Some(a), Some(b)) => Truth::lasting(ordered(a, op, b)),
            _ => Truth::lasting(false),
        };
    }
    Truth::lasting((left == right) == (op == Op::Equal))
}

/// Whether falling further cannot change what `a op b` says.
fn settled(a: f64, op: Op, b: f64) -> bool {
    match op {
        Op::Equal | Op::Differ | Op::AtLeast | Op::Less => a < b,
        Op::More | Op::AtMost => a <= b,
    }
}

fn ordered<T: PartialOrd>(a: T, op: Op, b: T) -> bool {
    match op {
        Op::Equal => a == b,
        Op::Differ => a != b,
        Op::Less => a < b,
        Op::AtMost => a <= b,
        Op::More => b < a,
        Op::AtLeast => b <= a,
    }
}

/// `time op now + span`. As now moves on, it turns once.
fn against_now(time: Timestamp, op: Op, span: Span, now: Timestamp) -> Truth {
    let turn = time.0.saturating_sub(span.0);
    let after = turn.saturating_add(1);
    match op {
        Op::Less => between(after, i64::MAX, now),
        Op::AtMost => between(turn, i64::MAX, now),
        Op::More => between(i64::MIN, turn, now),
        Op::AtLeast => between(i64::MIN, after, now),
        // The parser refuses equality of times.
        Op::Equal => between(turn, after, now),
        Op::Differ => {
            let truth = between(turn, after, now);
            Truth { holds: !truth.holds, ..truth }
        }
    }
}

/// True from the first moment until just before the second.
pub(crate) fn between(from: i64, to: i64, now: Timestamp) -> Truth {
    let next = [from, to].into_iter().filter(|it| now.0 < *it && *it != i64::MAX).min();
    Truth { holds: from <= now.0 && now.0 < to, changes_at: next.map(Timestamp) }
}

pub(crate) fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
