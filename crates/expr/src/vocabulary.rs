//! What the language can say, as data from which a visual builder can be made.
//!
//! Every kind of [`crate::Tree`] and [`crate::TreeTerm`] has a form here with all its fields, and what may be compared
//! with what is asked of the checker itself, so that neither can drift from what is executed.

use crate::check::{self, Operand};
use crate::node::{Literal, Op, Term};
use crate::token::Place;
use crate::tree::TreeOp;
use crate::{
    CounterKind, CounterSpec, Currency, MAX_COUNTERS, MAX_DEPTH, MAX_FILTERS, MAX_LIST, MAX_STEPS,
    MAX_TEXT_BYTES, MAX_TIMES, MAX_WINDOW, money::Money, version::Version,
};
use model::{Channel, Span};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct Vocabulary {
    /// Kinds of trees that hold other trees.
    pub groups: Vec<Form>,
    /// Kinds of trees that say something themselves.
    pub conditions: Vec<Form>,
    /// Kinds of terms.
    pub terms: Vec<Form>,
    /// Which operators a `compare` may have, by the types of its sides.
    pub comparisons: Vec<Comparison>,
    /// Of a length of time, the shortest first.
    pub units: Vec<Unit>,
    pub channels: Vec<&'static str>,
    pub limits: Limits,
}

/// One kind with its fields.
#[derive(Clone, Debug, Serialize)]
pub struct Form {
    pub kind: &'static str,
    /// What it says, for people.
    pub says: &'static str,
    /// The type of a term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gives: Option<Type>,
    /// Whether it may stand inside `where`.
    pub in_where: bool,
    pub fields: Vec<Field>,
    /// A condition that has it, with all fields.
    pub example: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Field {
    pub name: &'static str,
    pub holds: Holds,
    pub required: bool,
    /// Which kinds of terms it may hold.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub terms: &'static [&'static str],
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    Tree,
    Trees,
    /// A tree that reads properties of the event alone.
    Filter,
    Term,
    /// A text, a number, `true` or `false`.
    Plain,
    Plains,
    Number,
    Truth,
    /// A length of time, such as `30d`.
    Span,
    /// A length of time, with a minus for the past.
    Shift,
    /// `<`, `<=`, `>` or `>=`.
    Order,
    /// What `comparisons` allows.
    Operator,
    /// `next` or `last`.
    Side,
    EventName,
    PropertyName,
    TraitName,
    AudienceName,
    ListName,
    Topic,
    Channel,
    /// Three capital letters.
    Currency,
    /// Such as `2.10.0`.
    Version,
    /// An object with `event` and perhaps `where`.
    Event,
    /// An object with `event` and perhaps `within` and `where`.
    Step,
    /// The first without `within`.
    Steps,
}

/// The type of a term, as far as it is known before a person is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    Number,
    Text,
    Truth,
    Time,
    Money,
    Version,
    /// A trait or a property may be anything.
    Any,
}

#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    pub left: Type,
    pub right: Type,
    pub operators: Vec<TreeOp>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Unit {
    pub unit: &'static str,
    pub millis: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Limits {
    pub text_bytes: usize,
    pub depth: usize,
    pub values: usize,
    pub counters: usize,
    pub filters: usize,
    pub steps: usize,
    pub times: usize,
    pub window: String,
}

pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        groups: GROUPS.iter().map(|it| form(None, it)).collect(),
        conditions: CONDITIONS.iter().map(|it| form(None, it)).collect(),
        terms: TERMS.iter().map(|(gives, it)| form(*gives, it)).collect(),
        comparisons: comparisons(),
        units: [
            ("ms", Span(1)),
            ("s", Span::SECOND),
            ("m", Span::MINUTE),
            ("h", Span::HOUR),
            ("d", Span::DAY),
            ("w", Span::WEEK),
        ]
        .map(|(unit, span)| Unit { unit, millis: span.0 })
        .into(),
        channels: Channel::ALL.map(Channel::name).into(),
        limits: Limits {
            text_bytes: MAX_TEXT_BYTES,
            depth: MAX_DEPTH,
            values: MAX_LIST,
            counters: MAX_COUNTERS,
            filters: MAX_FILTERS,
            steps: MAX_STEPS,
            times: MAX_TIMES,
            window: MAX_WINDOW.to_string(),
        },
    }
}

/// What is stored of a person or came with an event.
const STORED: &[&str] = &["trait", "property"];
const READABLE: &[&str] = &["trait", "property", "lower"];
const LISTED: &[&str] = &["trait", "property", "lower", "length"];
const TIMES: &[&str] = &["trait", "property", "first", "last"];
const PARTS: &[&str] = &["value", "trait", "property", "lower"];
const COMPARED: &[&str] = &[
    "value", "money", "version", "trait", "property", "length", "lower", "count", "sum", "first",
    "last", "now",
];

const WHERE: Field = maybe("where", Holds::Filter);
const WINDOW: Field = maybe("window", Holds::Span);
const EVENT: Field = field("event", Holds::EventName);
const SPAN: Field = field("span", Holds::Span);
const SIDE: Field = field("side", Holds::Side);
const VALUES: Field = field("values", Holds::Plains);

const fn field(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: true, terms: &[] }
}

const fn maybe(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: false, terms: &[] }
}

const fn term(name: &'static str, terms: &'static [&'static str]) -> Field {
    Field { name, holds: Holds::Term, required: true, terms }
}

/// A row for each kind: what it is called, what it says, whether it may stand inside `where`, its fields, an
/// example with all of them.
type Row = (&'static str, &'static str, bool, &'static [Field], &'static str);

const GROUPS: &[Row] = &[
    (
        "all",
        "all of these hold",
        true,
        &[field("parts", Holds::Trees)],
        r#"list("a") and list("b")"#,
    ),
    (
        "any",
        "at least one of these holds",
        true,
        &[field("parts", Holds::Trees)],
        r#"list("a") or list("b")"#,
    ),
    ("not", "this does not hold", true, &[field("part", Holds::Tree)], r#"not list("a")"#),
];

const CONDITIONS: &[Row] = &[
    ("fixed", "always or never", true, &[field("holds", Holds::Truth)], "true"),
    (
        "did",
        "the event happened",
        false,
        &[EVENT, WINDOW, WHERE],
        r#"did("X", last 30d where a > 1)"#,
    ),
    (
        "sequence",
        "one event and then another",
        false,
        &[
            field("steps", Holds::Steps),
            maybe("then_not", Holds::Step),
            maybe("without", Holds::Event),
            WINDOW,
        ],
        r#"sequence("X", then "Y" within 2d, then not "Z" within 1d, without "W", last 30d)"#,
    ),
    (
        "consent",
        "the person said yes to the topic in the channel",
        false,
        &[field("channel", Holds::Channel), field("topic", Holds::Topic)],
        r#"consent("email", "offers")"#,
    ),
    (
        "audience",
        "the person is in the audience",
        false,
        &[field("name", Holds::AudienceName)],
        r#"audience("lapsing")"#,
    ),
    (
        "list",
        "the person is in the list",
        false,
        &[field("name", Holds::ListName)],
        r#"list("vip")"#,
    ),
    ("exists", "there is a value", true, &[term("term", STORED)], r#"exists(trait("plan"))"#),
    ("is_true", "the value is true", true, &[term("term", STORED)], r#"trait("vip")"#),
    (
        "compare",
        "two values compare so",
        true,
        &[term("left", COMPARED), field("op", Holds::Operator), term("right", COMPARED)],
        r#"trait("plan") == "pro""#,
    ),
    (
        "age",
        "the time is so long ago",
        true,
        &[term("term", TIMES), field("op", Holds::Order), SPAN],
        r#"last("X") < 90d ago"#,
    ),
    (
        "in",
        "the value is one of these",
        true,
        &[term("term", LISTED), VALUES],
        r#"trait("plan") in ["pro", "team"]"#,
    ),
    (
        "not_in",
        "there is a value, and it is none of these",
        true,
        &[term("term", LISTED), VALUES],
        r#"trait("plan") not in ["free"]"#,
    ),
    (
        "contains",
        "the list has it, or the text has it inside",
        true,
        &[term("term", READABLE), term("value", PARTS)],
        r#"trait("tags") contains "vip""#,
    ),
    (
        "contains_any",
        "at least one of these is in the list or text",
        true,
        &[term("term", READABLE), VALUES],
        r#"trait("tags") contains any ["a", "b"]"#,
    ),
    (
        "contains_all",
        "all of these are in the list or text",
        true,
        &[term("term", READABLE), VALUES],
        r#"trait("tags") contains all ["a", "b"]"#,
    ),
    (
        "starts_with",
        "the text starts so",
        true,
        &[term("term", READABLE), term("value", PARTS)],
        r#"trait("email") starts_with "info""#,
    ),
    (
        "ends_with",
        "the text ends so",
        true,
        &[term("term", READABLE), term("value", PARTS)],
        r#"trait("email") ends_with "@shop.example""#,
    ),
    (
        "within",
        "the time is in the coming or the past span",
        true,
        &[term("term", TIMES), SIDE, SPAN],
        r#"trait("renewal") within next 7d"#,
    ),
    (
        "anniversary",
        "the day of the year is in the coming or the past span",
        false,
        &[term("term", TIMES), SIDE, SPAN],
        r#"anniversary(trait("birthday")) within next 7d"#,
    ),
];

/// With their types. The type of a fixed value is that of the value.
const TERMS: &[(Option<Type>, Row)] = &[
    (
        None,
        (
            "value",
            "a fixed value",
            true,
            &[field("value", Holds::Plain)],
            r#"trait("plan") == "pro""#,
        ),
    ),
    (
        Some(Type::Money),
        (
            "money",
            "a fixed amount",
            true,
            &[field("amount", Holds::Number), field("currency", Holds::Currency)],
            r#"trait("a") > 50 EUR"#,
        ),
    ),
    (
        Some(Type::Version),
        (
            "version",
            "a fixed version",
            true,
            &[field("version", Holds::Version)],
            r#"trait("app_version") >= version("2.10.0")"#,
        ),
    ),
    (
        Some(Type::Any),
        (
            "trait",
            "what is known of the person",
            false,
            &[field("name", Holds::TraitName)],
            r#"trait("plan") == "pro""#,
        ),
    ),
    (
        Some(Type::Any),
        (
            "property",
            "what came with the event",
            true,
            &[field("name", Holds::PropertyName)],
            r#"property("revenue") > 50"#,
        ),
    ),
    (
        Some(Type::Number),
        (
            "length",
            "how many letters or values",
            true,
            &[term("of", STORED)],
            r#"length(trait("tags")) > 1"#,
        ),
    ),
    (
        Some(Type::Text),
        ("lower", "in lower case", true, &[term("of", STORED)], r#"lower(trait("plan")) == "pro""#),
    ),
    (
        Some(Type::Number),
        (
            "count",
            "how often",
            false,
            &[EVENT, WINDOW, WHERE],
            r#"count("X", last 30d where a > 1) >= 2"#,
        ),
    ),
    (
        Some(Type::Number),
        (
            "sum",
            "the total of a property",
            false,
            &[EVENT, field("property", Holds::PropertyName), WINDOW, WHERE],
            r#"sum("X", revenue, last 30d where a > 1) >= 100"#,
        ),
    ),
    (
        Some(Type::Time),
        (
            "first",
            "when it first happened",
            false,
            &[EVENT, WHERE],
            r#"first("X" where a > 1) < 30d ago"#,
        ),
    ),
    (
        Some(Type::Time),
        (
            "last",
            "when it last happened",
            false,
            &[EVENT, WHERE],
            r#"last("X" where a > 1) < 30d ago"#,
        ),
    ),
    (
        Some(Type::Time),
        (
            "now",
            "this moment, or one so far from it",
            false,
            &[maybe("shift", Holds::Shift)],
            r#"last("X") < now - 90d"#,
        ),
    ),
];

fn form(gives: Option<Type>, row: &Row) -> Form {
    let (kind, says, in_where, fields, example) = *row;
    Form { kind, says, gives, in_where, fields: fields.to_vec(), example }
}

/// Every pair of types with at least one operator, by trying all.
fn comparisons() -> Vec<Comparison> {
    const PLACE: Place = Place { line: 0, column: 0 };
    const OPS: [(Op, TreeOp); 6] = [
        (Op::Equal, TreeOp::Equal),
        (Op::Differ, TreeOp::Differ),
        (Op::Less, TreeOp::Less),
        (Op::AtMost, TreeOp::AtMost),
        (Op::More, TreeOp::More),
        (Op::AtLeast, TreeOp::AtLeast),
    ];
    let mut found: Vec<Comparison> = Vec::new();
    for (left_type, left) in samples() {
        for (right_type, right) in samples() {
            let fits = |op: &&(Op, TreeOp)| {
                let (left, right) = (Operand::Term(left.clone()), Operand::Term(right.clone()));
                check::compare(left, PLACE, op.0, PLACE, right, PLACE).is_ok()
            };
            let operators: Vec<TreeOp> = OPS.iter().filter(fits).map(|it| it.1).collect();
            let known = found.iter_mut().find(|it| (it.left, it.right) == (left_type, right_type));
            match known {
                // One sample that fits is enough: the builder offers it, and the checker has the last word.
                Some(known) if known.operators.len() < operators.len() => {
                    known.operators = operators;
                }
                None if !operators.is_empty() => {
                    found.push(Comparison { left: left_type, right: right_type, operators });
                }
                Some(_) | None => {}
            }
        }
    }
    found
}

/// Terms of every type: fixed ones, and those that depend on a person.
fn samples() -> Vec<(Type, Term)> {
    let literal = |it| Term::Literal(it);
    let counter = |kind| Term::Counter(CounterSpec::new("X", None, None, kind));
    let sum = CounterKind::Sum { property: "x".to_owned(), currency: None };
    let plan = || Box::new(Term::Trait("x".to_owned()));
    let mut samples = vec![
        (Type::Number, literal(Literal::Number(1.0))),
        (Type::Number, counter(CounterKind::Count)),
        (Type::Number, counter(sum)),
        (Type::Number, Term::Length(plan())),
        (Type::Text, literal(Literal::Text("x".to_owned()))),
        (Type::Text, Term::Lower(plan())),
        (Type::Truth, literal(Literal::Bool(true))),
        (Type::Time, literal(Literal::Text("2026-11-22".to_owned()))),
        (Type::Time, counter(CounterKind::First)),
        (Type::Time, Term::Now(Span::ZERO)),
        (Type::Any, *plan()),
    ];
    let currency = Currency::read("EUR").and_then(|it| Money::new(1.0, it));
    samples.extend(currency.map(|it| (Type::Money, Term::Money(it))));
    samples.extend(Version::read("1").map(|it| (Type::Version, Term::Version(it))));
    samples
}
