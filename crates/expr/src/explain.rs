//! Why a condition holds or not, in words for the person who runs marketing.

use crate::counter::{CounterKind, CounterSpec};
use crate::evaluate::{Found, literal, node as truth_of, read};
use crate::node::{Node, Op, Side, Term};
use crate::print::{self, Style};
use crate::{Expr, Lookup, calendar};
use model::{Span, Timestamp, Value};
use serde::Serialize;

#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Explanation {
    /// The condition, or the part of it, as written.
    pub text: String,
    pub holds: bool,
    /// What was found and what was needed.
    pub detail: String,
    /// Before this moment, time alone cannot change the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Explanation>,
}

/// Longest value that is quoted from a person's data; more would hide what the sentence says.
const VALUE_CHARS: usize = 80;

pub fn explain(expr: &Expr, lookup: &dyn Lookup, now: Timestamp) -> Explanation {
    explain_node(&expr.node, &World { lookup, now })
}

struct World<'a> {
    lookup: &'a dyn Lookup,
    now: Timestamp,
}

fn explain_node(node: &Node, world: &World) -> Explanation {
    let truth = truth_of(node, world.lookup, world.now);
    let parts: Vec<Explanation> = match node {
        Node::And(parts) | Node::Or(parts) => {
            parts.iter().map(|it| explain_node(it, world)).collect()
        }
        Node::Not(part) => vec![explain_node(part, world)],
        _ => Vec::new(),
    };
    let mut detail = match node {
        Node::And(_) | Node::Or(_) => tally(matches!(node, Node::And(_)), &parts),
        Node::Not(_) => {
            let inner = parts.first().map_or("", |it| it.detail.as_str());
            format!("{inner}, and this must not hold")
        }
        _ => sentence(node, world),
    };
    if let Some(note) = note(node, world) {
        detail = format!("{detail} ({note})");
    }
    let text = print::node(node, Style::Condition);
    Explanation { text, holds: truth.holds, detail, changes_at: truth.changes_at, parts }
}

fn tally(all: bool, parts: &[Explanation]) -> String {
    let holding = parts.iter().filter(|it| it.holds).count();
    let total = parts.len();
    if all {
        return format!("{holding} of {total} hold, needs all");
    }
    format!("{holding} of {total} hold, needs at least one")
}

fn sentence(node: &Node, world: &World) -> String {
    let found = |term: &Term| read(term, world.lookup, world.now);
    let is = |term: &Term| match (term, found(term)) {
        (Term::Counter(spec), Found::Missing) => format!("{} never happened", event(spec)),
        (_, found) => format!("{} {}", name(term), is(term, &found, world)),
    };
    match node {
        Node::And(_) | Node::Or(_) | Node::Not(_) => String::new(),
        Node::Bool(true) => "always holds".to_owned(),
        Node::Bool(false) => "never holds".to_owned(),
        Node::Did(spec) => {
            let happened = truth_of(node, world.lookup, world.now).holds;
            let verb = if happened { "happened" } else { "did not happen" };
            format!("{} {verb}{}", event(spec), window(spec))
        }
        Node::Consent { channel, topic } => {
            let has = world.lookup.consent(*channel, topic, world.now).holds;
            let some = if has { "has" } else { "has no" };
            format!("{some} consent for {channel} about {topic}")
        }
        Node::Audience(name) => {
            let is = if world.lookup.in_audience(name) { "is" } else { "is not" };
            format!("{is} in the audience {name}")
        }
        Node::Exists(term) => match found(term) {
            Found::Missing => format!("{} is not set", name(term)),
            _ => format!("{} is set", name(term)),
        },
        Node::Is(term) => format!("{}, needs to be true", is(term)),
        Node::Compare { left, op, right } => {
            let needed = match right {
                Term::Now(span) => moment(*span),
                Term::Literal(it) => quoted(&literal(it)),
                Term::Trait(_) | Term::Property(_) | Term::Counter(_) => {
                    format!("what {} is ({})", name(right), bare(right, &found(right), world))
                }
            };
            let is_time = matches!(left, Term::Counter(it) if it.kind == CounterKind::First || it.kind == CounterKind::Last)
                || matches!(right, Term::Now(_));
            format!("{}, needs {} {needed}", is(left), needs(*op, is_time))
        }
        Node::Age { term, op, span } => {
            format!("{}, needs to be {} {span} ago", is(term), needs(*op, false))
        }
        Node::In { term, list } => {
            let list: Vec<String> = list.iter().map(|it| quoted(&literal(it))).collect();
            format!("{}, needs to be one of {}", is(term), list.join(", "))
        }
        Node::Contains { term, part } => {
            format!("{}, needs to contain {}", is(term), bare(part, &found(part), world))
        }
        Node::StartsWith { term, part } => {
            format!("{}, needs to start with {}", is(term), bare(part, &found(part), world))
        }
        Node::Within { term, anniversary, side, span } => {
            let side = match side {
                Side::Next => "next",
                Side::Last => "last",
            };
            if *anniversary {
                return format!("{}, needs its anniversary within the {side} {span}", is(term));
            }
            format!("{}, needs to be within the {side} {span}", is(term))
        }
    }
}

/// How a counter is kept, where that shows in its value.
fn note(node: &Node, world: &World) -> Option<String> {
    let mut found = None;
    if matches!(node, Node::And(_) | Node::Or(_) | Node::Not(_)) {
        return None;
    }
    node.each_counter(&mut |spec| {
        if found.is_none() {
            found = world.lookup.counter_note(spec);
        }
    });
    found
}

/// What a term is called: `trait plan`, `count of Order Completed in the last 30d`.
fn name(term: &Term) -> String {
    match term {
        Term::Literal(it) => quoted(&literal(it)),
        Term::Trait(name) => format!("trait {name}"),
        Term::Property(path) => format!("property {path}"),
        Term::Now(_) => "now".to_owned(),
        Term::Counter(spec) => {
            let (event, window) = (event(spec), window(spec));
            match &spec.kind {
                CounterKind::AtLeast(_) | CounterKind::Count => format!("count of {event}{window}"),
                CounterKind::Sum { property } => format!("sum of {property} over {event}{window}"),
                CounterKind::First => format!("first {event}"),
                CounterKind::Last => format!("last {event}"),
            }
        }
    }
}

/// What was found, with its verb: `is "free"`, `is not set`, `was 12d ago (2026-…)`.
fn is(term: &Term, found: &Found, world: &World) -> String {
    match found {
        Found::Missing => "is not set".to_owned(),
        Found::Time(time) => {
            format!("was {} ({})", distance(*time, world.now), day_or_moment(*time))
        }
        Found::Value(_) | Found::Number { .. } | Found::Now(_) => {
            format!("is {}", bare(term, found, world))
        }
    }
}

fn bare(term: &Term, found: &Found, world: &World) -> String {
    match (found, term) {
        (Found::Missing, _) => "not set".to_owned(),
        (Found::Value(value), _) => quoted(value),
        (Found::Number { value, .. }, Term::Counter(spec)) => match spec.kind {
            // Only the n latest times are kept, so beyond n nothing is known.
            CounterKind::AtLeast(n) if f64::from(n) <= *value => format!("{n} or more"),
            _ => value.to_string(),
        },
        (Found::Number { value, .. }, _) => value.to_string(),
        (Found::Time(time), _) => {
            format!("{}, {}", distance(*time, world.now), day_or_moment(*time))
        }
        (Found::Now(span), _) => moment(*span),
    }
}

fn needs(op: Op, is_time: bool) -> &'static str {
    match (op, is_time) {
        (Op::Equal, _) => "to be",
        (Op::Differ, _) => "to be anything but",
        (Op::Less, false) => "less than",
        (Op::AtMost, false) => "at most",
        (Op::More, false) => "more than",
        (Op::AtLeast, false) => "at least",
        (Op::Less, true) => "to be before",
        (Op::AtMost, true) => "to be at or before",
        (Op::More, true) => "to be after",
        (Op::AtLeast, true) => "to be at or after",
    }
}

fn event(spec: &CounterSpec) -> String {
    match &spec.filter {
        Some(filter) => format!("{} where {filter}", spec.event),
        None => spec.event.clone(),
    }
}

fn window(spec: &CounterSpec) -> String {
    match spec.window {
        Some(window) => format!(" in the last {window}"),
        None => String::new(),
    }
}

fn moment(span: Span) -> String {
    match span.0 {
        0 => "now".to_owned(),
        back if back < 0 => format!("{} ago", Span(-back)),
        _ => format!("{span} from now"),
    }
}

/// `12d4h ago`, with only the units that matter at that distance.
fn distance(time: Timestamp, now: Timestamp) -> String {
    let away = now - time;
    let length = Span(away.0.saturating_abs());
    let unit = match length {
        _ if Span::DAY <= length => Span::HOUR,
        _ if Span::HOUR <= length => Span::MINUTE,
        _ if Span::MINUTE <= length => Span::SECOND,
        _ => Span(1),
    };
    let rounded = Span(length.0 / unit.0 * unit.0);
    match away.0 {
        0 => "now".to_owned(),
        back if 0 < back => format!("{rounded} ago"),
        _ => format!("{rounded} from now"),
    }
}

fn day_or_moment(time: Timestamp) -> String {
    match calendar::date_of(time) {
        Some(date) if time.0.rem_euclid(Span::DAY.0) == 0 => date.to_string(),
        _ => time.to_string(),
    }
}

fn quoted(value: &Value) -> String {
    let shown = match value {
        Value::Text(text) => print::quoted(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {
            value.to_string()
        }
    };
    if shown.chars().count() <= VALUE_CHARS {
        return shown;
    }
    format!("{}…", shown.chars().take(VALUE_CHARS).collect::<String>())
}
