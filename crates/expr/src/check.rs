//! What may be compared with what: mistakes are found when a condition is written, not when it runs.

use crate::MAX_AT_LEAST;
use crate::counter::{CounterKind, CounterSpec};
use crate::money::Money;
use crate::node::{Literal, Node, Op, Side, Term};
use crate::print::{self, Style};
use crate::token::{Place, problem};
use model::{Problem, Span, Timestamp};

pub const FUNCTIONS: [&str; 16] = [
    "did",
    "count",
    "sum",
    "first",
    "last",
    "sequence",
    "trait",
    "property",
    "consent",
    "audience",
    "list",
    "exists",
    "anniversary",
    "length",
    "lower",
    "version",
];

/// Longest reach of an anniversary: in a year there is always one.
const ANNIVERSARY_MAX: Span = Span::days(365);

/// One side of a comparison, before it is known whether it fits.
pub enum Operand {
    Condition(Node),
    Term(Term),
    Anniversary(Term),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    Text,
    Bool,
    Time,
    Money,
    Version,
    /// A trait or property: known only when it is read.
    Dynamic,
}

/// An operand that nothing follows.
pub fn alone(operand: Operand, place: Place) -> Result<Node, Problem> {
    match operand {
        Operand::Condition(node) => Ok(node),
        Operand::Term(Term::Literal(Literal::Bool(truth))) => Ok(Node::Bool(truth)),
        Operand::Term(term @ (Term::Trait(_) | Term::Property(_))) => Ok(Node::Is(term)),
        Operand::Term(term) => {
            let example = match type_of(&term) {
                Type::Number => "compare it, for example `… >= 1`",
                Type::Time => "compare it, for example `… < 30d ago`",
                Type::Text | Type::Bool | Type::Money | Type::Version | Type::Dynamic => {
                    "compare something with it, for example `trait(\"plan\") == …`"
                }
            };
            Err(problem(place, format!("{} is neither true nor false", describe(&term)))
                .hint(example))
        }
        Operand::Anniversary(_) => {
            Err(problem(place, "an anniversary is a day, neither true nor false")
                .hint("write `anniversary(…) within next 7d`"))
        }
    }
}

pub fn compare(
    left: Operand,
    left_place: Place,
    op: Op,
    at: Place,
    right: Operand,
    right_place: Place,
) -> Result<Node, Problem> {
    let left = term(left, left_place)?;
    let right = term(right, right_place)?;
    let (left, op, right) = match (is_fixed(&left), is_fixed(&right)) {
        (true, true) => {
            return Err(problem(at, "both sides are fixed, so this says nothing about a person")
                .hint("one side must be a trait, a property or a count"));
        }
        (true, false) => (right, op.flipped(), left),
        (false, true) | (false, false) => (left, op, right),
    };
    fits(&left, op, &right, at)?;
    let left = match (left, &right) {
        (Term::Counter(spec), Term::Money(money)) => Term::Counter(in_currency(spec, *money)),
        (Term::Counter(spec), Term::Literal(Literal::Number(threshold))) => {
            Term::Counter(enough_for(spec, op, *threshold))
        }
        (left, _) => left,
    };
    Ok(Node::Compare { left, op, right })
}

/// `last("X") < 90d ago`.
pub fn age(left: Operand, place: Place, op: Op, at: Place, span: Span) -> Result<Node, Problem> {
    let term = time(left, place, "ago")?;
    if !op.is_order() {
        return Err(problem(at, format!("no event is exactly {span} old"))
            .hint(format!("write `< {span} ago` or `> {span} ago`")));
    }
    Ok(Node::Age { term, op, span })
}

pub fn within(
    left: Operand,
    place: Place,
    side: Side,
    span: Span,
    span_place: Place,
) -> Result<Node, Problem> {
    let (term, anniversary) = match left {
        Operand::Anniversary(term) => (term, true),
        other => (time(other, place, "within")?, false),
    };
    if anniversary && ANNIVERSARY_MAX < span {
        return Err(problem(span_place, "every day has an anniversary within a year")
            .hint("write a span of at most 365d"));
    }
    Ok(Node::Within { term, anniversary, side, span })
}

/// What `contains`, `starts_with` and `ends_with` look for.
pub fn part(term: Term, word: &str, part: Operand, place: Place) -> Result<Node, Problem> {
    let part = self::term(part, place)?;
    match (word, type_of(&part)) {
        (_, Type::Dynamic | Type::Text) => {}
        ("contains", Type::Number | Type::Bool) if is_fixed(&part) => {}
        (_, Type::Number | Type::Bool | Type::Time | Type::Money | Type::Version) => {
            return Err(problem(place, format!("`{word}` cannot look for {}", describe(&part)))
                .hint("write a text in quotes"));
        }
    }
    if let Term::Literal(literal) = &part {
        can_be(&term, literal, place)?;
    }
    match word {
        "contains" => Ok(Node::Contains { term, part }),
        "starts_with" => Ok(Node::StartsWith { term, part }),
        _ => Ok(Node::EndsWith { term, part }),
    }
}

/// `in` and `not in`.
pub fn among(
    left: Operand,
    place: Place,
    among: bool,
    list: Vec<Literal>,
    list_place: Place,
) -> Result<Node, Problem> {
    let term = readable(left, place, if among { "in" } else { "not in" })?;
    list.iter().try_for_each(|it| can_be(&term, it, list_place))?;
    Ok(Node::In { term, among, list })
}

pub fn contains_each(
    left: Operand,
    place: Place,
    all: bool,
    list: Vec<Literal>,
    list_place: Place,
) -> Result<Node, Problem> {
    let term = readable(left, place, "contains")?;
    list.iter().try_for_each(|it| can_be(&term, it, list_place))?;
    Ok(Node::ContainsEach { term, all, list })
}

/// A trait or a property, as it is stored.
pub fn stored(operand: Operand, place: Place, word: &str) -> Result<Term, Problem> {
    let term = term(operand, place)?;
    match type_of(&term) {
        Type::Dynamic => Ok(term),
        Type::Number | Type::Text | Type::Bool | Type::Time | Type::Money | Type::Version => {
            Err(problem(place, format!("`{word}` needs a trait or a property"))
                .hint(format!("found {}", describe(&term))))
        }
    }
}

/// A trait or a property, perhaps its length or in lower case.
pub fn readable(operand: Operand, place: Place, word: &str) -> Result<Term, Problem> {
    match operand {
        Operand::Term(term @ Term::Lower(_)) => Ok(term),
        Operand::Term(term @ Term::Length(_)) if word == "in" || word == "not in" => Ok(term),
        other => stored(other, place, word),
    }
}

/// Refuses what the term can never be.
fn can_be(term: &Term, literal: &Literal, place: Place) -> Result<(), Problem> {
    match (term, literal) {
        (Term::Lower(_), Literal::Text(text)) if text.to_lowercase() != *text => {
            Err(problem(place, format!("what is in lower case never has {}", print::quoted(text)))
                .hint(format!("write {}", print::quoted(&text.to_lowercase()))))
        }
        (Term::Length(_), Literal::Text(_) | Literal::Bool(_)) => {
            Err(problem(place, "a length is a number").hint("write it without quotes"))
        }
        _ => Ok(()),
    }
}

/// Something that is or may be a time.
pub fn time(operand: Operand, place: Place, word: &str) -> Result<Term, Problem> {
    let term = term(operand, place)?;
    match (&term, type_of(&term)) {
        (Term::Now(_), _)
        | (_, Type::Number | Type::Text | Type::Bool | Type::Money | Type::Version) => {
            Err(problem(place, format!("`{word}` needs a time, and {} is none", describe(&term)))
                .hint("a time is `first(…)`, `last(…)`, or a trait or property that holds a date"))
        }
        (_, Type::Time | Type::Dynamic) => Ok(term),
    }
}

fn term(operand: Operand, place: Place) -> Result<Term, Problem> {
    match operand {
        Operand::Term(term) => Ok(term),
        Operand::Condition(node) => {
            let text = print::node(&node, Style::Condition);
            Err(problem(place, "this is true or false by itself and cannot be compared")
                .hint(format!("write `{text}` or `not {text}`")))
        }
        Operand::Anniversary(_) => Err(problem(place, "an anniversary cannot be compared")
            .hint("write `anniversary(…) within next 7d`")),
    }
}

fn fits(left: &Term, op: Op, right: &Term, at: Place) -> Result<(), Problem> {
    let clash = || {
        Err(problem(at, format!("{} cannot be compared with {}", describe(left), describe(right))))
    };
    match (type_of(left), type_of(right)) {
        (kind, Type::Money) => {
            let sum =
                matches!(left, Term::Counter(it) if matches!(it.kind, CounterKind::Sum { .. }));
            if kind == Type::Dynamic || sum {
                return Ok(());
            }
            clash().map_err(|it: Problem| {
                it.hint("an amount is compared with a sum, a trait or a property")
            })
        }
        (kind, Type::Version) => match kind {
            Type::Dynamic => Ok(()),
            Type::Number | Type::Text | Type::Bool | Type::Time | Type::Money | Type::Version => {
                clash().map_err(|it: Problem| {
                    it.hint("a version is compared with a trait or a property")
                })
            }
        },
        (Type::Time, other) | (other, Type::Time) => {
            let is_time = match other {
                Type::Time | Type::Dynamic => true,
                Type::Text => is_time_text(right),
                Type::Number | Type::Bool | Type::Money | Type::Version => false,
            };
            if !is_time {
                return clash().map_err(|it: Problem| {
                    it.hint("write a time like \"2026-11-22\" or `30d ago`")
                });
            }
            if !op.is_order() {
                return Err(problem(at, "two times are hardly ever equal to the millisecond")
                    .hint("use `<` or `>`, or `within last 7d`"));
            }
            Ok(())
        }
        (Type::Number, Type::Text | Type::Bool) | (Type::Text | Type::Bool, Type::Number) => {
            clash()
        }
        (_, Type::Bool) | (Type::Bool, _) if op.is_order() => {
            Err(problem(at, format!("true and false have no order for `{}`", op.symbol()))
                .hint("use `==` or `!=`"))
        }
        (_, Type::Text) if op.is_order() && !is_time_text(right) => {
            Err(problem(at, format!("`{}` compares numbers and times, not texts", op.symbol()))
                .hint("a number has no quotes; a time is written \"2026-11-22\""))
        }
        _ if matches!(left, Term::Lower(_)) && op.is_order() => {
            Err(problem(at, format!("`{}` compares numbers and times, not texts", op.symbol())))
        }
        _ => match right {
            Term::Literal(literal) => can_be(left, literal, at),
            Term::Trait(_)
            | Term::Property(_)
            | Term::Length(_)
            | Term::Lower(_)
            | Term::Counter(_)
            | Term::Money(_)
            | Term::Version(_)
            | Term::Now(_) => Ok(()),
        },
    }
}

/// A sum that is compared with an amount adds only what is in its currency.
fn in_currency(spec: CounterSpec, money: Money) -> CounterSpec {
    let CounterKind::Sum { property, .. } = spec.kind else { return spec };
    let kind = CounterKind::Sum { property, currency: Some(money.currency) };
    CounterSpec::new(spec.event, spec.filter, spec.window, kind)
}

/// The least that must be kept to compare a count with a fixed number.
fn enough_for(spec: CounterSpec, op: Op, threshold: f64) -> CounterSpec {
    if spec.kind != CounterKind::Count || spec.window.is_none() {
        return spec;
    }
    let needed = match op {
        Op::AtLeast | Op::Less => threshold.ceil(),
        Op::More | Op::AtMost | Op::Equal | Op::Differ => threshold.floor() + 1.0,
    };
    if f64::from(MAX_AT_LEAST) < needed {
        return spec;
    }
    // Between 1 and MAX_AT_LEAST, so the conversion is exact.
    let kind = CounterKind::AtLeast(needed.max(1.0) as u32);
    CounterSpec::new(spec.event, spec.filter, spec.window, kind)
}

fn is_fixed(term: &Term) -> bool {
    match term {
        Term::Literal(_) | Term::Now(_) | Term::Money(_) | Term::Version(_) => true,
        Term::Trait(_)
        | Term::Property(_)
        | Term::Length(_)
        | Term::Lower(_)
        | Term::Counter(_) => false,
    }
}

fn is_time_text(term: &Term) -> bool {
    matches!(term, Term::Literal(Literal::Text(text)) if Timestamp::parse(text).is_ok())
}

fn type_of(term: &Term) -> Type {
    match term {
        Term::Literal(Literal::Number(_)) | Term::Length(_) => Type::Number,
        Term::Literal(Literal::Text(_)) | Term::Lower(_) => Type::Text,
        Term::Literal(Literal::Bool(_)) => Type::Bool,
        Term::Trait(_) | Term::Property(_) => Type::Dynamic,
        Term::Now(_) => Type::Time,
        Term::Money(_) => Type::Money,
        Term::Version(_) => Type::Version,
        Term::Counter(spec) => match spec.kind {
            CounterKind::AtLeast(_) | CounterKind::Count | CounterKind::Sum { .. } => Type::Number,
            CounterKind::First | CounterKind::Last | CounterKind::Times => Type::Time,
        },
    }
}

/// `the text "pro"`, `the number 3`, `count("X")`.
fn describe(term: &Term) -> String {
    let shown = print::term(term, Style::Condition);
    match term {
        Term::Literal(Literal::Number(_)) => format!("the number {shown}"),
        Term::Literal(Literal::Text(_)) => format!("the text {shown}"),
        Term::Literal(Literal::Bool(_)) => format!("the value {shown}"),
        Term::Money(_) => format!("the amount {shown}"),
        Term::Trait(_)
        | Term::Property(_)
        | Term::Length(_)
        | Term::Lower(_)
        | Term::Counter(_)
        | Term::Version(_)
        | Term::Now(_) => {
            format!("`{shown}`")
        }
    }
}
