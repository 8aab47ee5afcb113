//! Why a condition holds or not, in words for the person who runs marketing.

use crate::counter::{CounterKind, CounterSpec};
use crate::evaluate::{self, Found, literal, node as truth_of, read};
use crate::money::Money;
use crate::node::{Literal, Node, Op, Side, Term};
use crate::print::{self, Style};
use crate::sequence::{Judgement, Sequence, judge};
use crate::{Expr, Lookup, MAX_TIMES, calendar};
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
        Node::List(name) => {
            let is = if truth_of(node, world.lookup, world.now).holds { "is" } else { "is not" };
            format!("{is} in the list {name}")
        }
        Node::Sequence(it) => course(it, &judge(it, world.lookup, world.now), world.now),
        Node::Exists(term) => match found(term) {
            Found::Missing => format!("{} is not set", name(term)),
            _ => format!("{} is set", name(term)),
        },
        Node::Is(term) => format!("{}, needs to be true", stated(term, world)),
        Node::Compare { .. }
        | Node::Age { .. }
        | Node::In { .. }
        | Node::Contains { .. }
        | Node::ContainsEach { .. }
        | Node::StartsWith { .. }
        | Node::EndsWith { .. }
        | Node::Within { .. } => test(node, world),
    }
}

/// What a term was found to be, and what it needs to be.
fn test(node: &Node, world: &World) -> String {
    let found = |term: &Term| read(term, world.lookup, world.now);
    let is = |term: &Term| stated(term, world);
    match node {
        Node::And(_)
        | Node::Or(_)
        | Node::Not(_)
        | Node::Bool(_)
        | Node::Did(_)
        | Node::Sequence(_)
        | Node::Consent { .. }
        | Node::Audience(_)
        | Node::List(_)
        | Node::Exists(_)
        | Node::Is(_) => String::new(),
        Node::Compare { left, op, right } => comparison(left, *op, right, world),
        Node::Age { term, op, span } => {
            format!("{}, needs to be {} {span} ago", is(term), needs(*op, false))
        }
        Node::In { term, among, list } => {
            let be = if *among { "to be one of" } else { "to be none of" };
            format!("{}, needs {be} {}", is(term), listed(list))
        }
        Node::Contains { term, part } => {
            format!("{}, needs to contain {}", is(term), bare(part, &found(part), world))
        }
        Node::ContainsEach { term, all, list } => {
            let of = if *all { "all of" } else { "one of" };
            format!("{}, needs to contain {of} {}", is(term), listed(list))
        }
        Node::StartsWith { term, part } => {
            format!("{}, needs to start with {}", is(term), bare(part, &found(part), world))
        }
        Node::EndsWith { term, part } => {
            format!("{}, needs to end with {}", is(term), bare(part, &found(part), world))
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

fn comparison(left: &Term, op: Op, right: &Term, world: &World) -> String {
    let found = |term: &Term| read(term, world.lookup, world.now);
    let is = |term: &Term| stated(term, world);
    let needed = match right {
        Term::Now(span) => moment(*span),
        Term::Literal(it) => quoted(&literal(it)),
        Term::Money(money) => return price(left, op, *money, world),
        Term::Version(version) => {
            let unread = evaluate::version(left, world.lookup, world.now).is_none()
                && found(left) != Found::Missing;
            let no = if unread { ", which is no version" } else { "" };
            return format!("{}{no}, needs {} version {version}", is(left), needs(op, false));
        }
        Term::Trait(_)
        | Term::Property(_)
        | Term::Length(_)
        | Term::Lower(_)
        | Term::Counter(_) => {
            format!("what {} is ({})", name(right), bare(right, &found(right), world))
        }
    };
    let is_time = matches!(left, Term::Counter(it) if it.kind == CounterKind::First || it.kind == CounterKind::Last)
        || matches!(right, Term::Now(_));
    format!("{}, needs {} {needed}", is(left), needs(op, is_time))
}

/// How far a sequence came.
fn course(sequence: &Sequence, found: &Judgement, now: Timestamp) -> String {
    let names = |spec: &CounterSpec| event(spec);
    let Some(step) = sequence.steps.get(found.reached) else {
        let last = sequence.steps.last().map_or(String::new(), |it| names(&it.event));
        let Some(complete) = found.complete else {
            let against: Vec<String> = (sequence.without.iter())
                .chain(sequence.absent.iter().map(|it| &it.0))
                .map(names)
                .collect();
            return format!("{last} was reached, and each time there was {}", against.join(" or "));
        };
        let when = format!("{} ({})", distance(complete, now), day_or_moment(complete));
        let needed = match sequence.window {
            Some(window) => format!(", needs to be in the last {window}"),
            None => String::new(),
        };
        return match &sequence.absent {
            Some((spec, _)) if now < complete => {
                format!("{last} was reached; complete {when} unless {} happens", names(spec))
            }
            _ => format!("was complete {when}{needed}"),
        };
    };
    let (event, within) = (names(&step.event), step.within);
    match found.reached.checked_sub(1).and_then(|it| sequence.steps.get(it)) {
        None => format!("{event} never happened"),
        Some(before) => {
            let within = within.map_or(String::new(), |it| format!(" within {it}"));
            let before = names(&before.event);
            format!("{before} was reached, and no {event} followed{within}")
        }
    }
}

/// A comparison with an amount of money.
fn price(left: &Term, op: Op, needed: Money, world: &World) -> String {
    let found = match evaluate::amount(left, needed.currency, world.lookup, world.now).0 {
        Some(micros) => format!("is {}", Money { micros, currency: needed.currency }),
        None if read(left, world.lookup, world.now) == Found::Missing => "is not set".to_owned(),
        None => format!("is no amount in {}", needed.currency),
    };
    format!("{} {found}, needs {} {needed}", name(left), needs(op, false))
}

/// How a counter is kept, where that shows in its value.
fn note(node: &Node, world: &World) -> Option<String> {
    let mut found = None;
    if matches!(node, Node::And(_) | Node::Or(_) | Node::Not(_)) {
        return None;
    }
    if let Node::Sequence(sequence) = node {
        return judge(sequence, world.lookup, world.now)
            .full
            .map(|spec| format!("only the latest {MAX_TIMES} of {} are looked at", event(&spec)));
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
        Term::Length(inner) => format!("length of {}", name(inner)),
        Term::Lower(inner) => format!("{} in lower case", name(inner)),
        Term::Money(money) => money.to_string(),
        Term::Version(version) => format!("version {version}"),
        Term::Now(_) => "now".to_owned(),
        Term::Counter(spec) => {
            let (event, window) = (event(spec), window(spec));
            match &spec.kind {
                CounterKind::AtLeast(_) | CounterKind::Count => format!("count of {event}{window}"),
                CounterKind::Sum { property, .. } => {
                    format!("sum of {property} over {event}{window}")
                }
                CounterKind::First => format!("first {event}"),
                CounterKind::Last => format!("last {event}"),
                CounterKind::Times => format!("times of {event}"),
            }
        }
    }
}

/// `trait plan is "free"`, or that an event never happened.
fn stated(term: &Term, world: &World) -> String {
    match (term, read(term, world.lookup, world.now)) {
        (Term::Counter(spec), Found::Missing) => format!("{} never happened", event(spec)),
        (_, found) => format!("{} {}", name(term), is(term, &found, world)),
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

fn listed(list: &[Literal]) -> String {
    let list: Vec<String> = list.iter().map(|it| quoted(&literal(it))).collect();
    list.join(", ")
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
