//! The filters there are, as plain functions, and the escaping that ends every output.
//!
//! Own ones, since those of the library read the clock (`date`), overflow (`times`) or grow without
//! bound (`replace`). They behave as Liquid's do.

use super::values::number;
use super::{Place, ROUNDS_MAX, VALUE_MAX_BYTES};
use liquid_core::error::{Error, Result};
use liquid_core::model::State;
use liquid_core::parser::{FilterArguments, ParameterReflection};
use liquid_core::{
    Expression, Filter, FilterReflection, Language, ParseFilter, ParseTag, Renderable, Runtime,
    TagReflection, TagTokenIter, Value, ValueView,
};
use std::fmt;
use std::io::Write;

pub(super) const NO_VALUE: &str = "has no value for this person";
pub(super) const DEFAULT_HINT: &str =
    "give it one with `| default: \"…\"`, or put it in an {% if %}";

/// Escape filters end with the label of the expression, for the error.
const AS_MARKDOWN: &str = "as_markdown";
const AS_LINE: &str = "as_line";
const AS_URL_PART: &str = "as_url_part";

type Run = fn(&dyn ValueView, &[Value]) -> std::result::Result<Value, String>;

#[derive(Clone, Copy)]
pub(super) struct Definition {
    pub(super) name: &'static str,
    arguments_min: usize,
    arguments_max: usize,
    run: Run,
}

/// Stops a template whose loops do not end soon enough; one stands first in each loop's body.
#[derive(Clone, Copy)]
pub(super) struct RoundTag;

pub(super) fn all() -> impl Iterator<Item = Definition> {
    let definition =
        |&(name, arguments_min, arguments_max, run): &(&'static str, usize, usize, Run)| {
            Definition { name, arguments_min, arguments_max, run }
        };
    TABLE.iter().chain(ESCAPES).map(definition)
}

/// The filters that an author may use.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|it| it.0)
}

/// The filter that ends an output. `whole`: the output is all of a URL.
pub(super) fn escape_for(place: Place, whole: bool) -> &'static str {
    match (place, whole) {
        (Place::Markdown, _) => AS_MARKDOWN,
        (Place::Line, _) | (Place::Url, true) => AS_LINE,
        (Place::Url, false) => AS_URL_PART,
    }
}

const ESCAPES: &[(&str, usize, usize, Run)] = &[
    (AS_MARKDOWN, 1, 1, |input, args| written(input, args).map(|it| text(escape_markdown(&it)))),
    (AS_LINE, 1, 1, |input, args| written(input, args).map(|it| text(one_line(&it)))),
    (AS_URL_PART, 1, 1, |input, args| written(input, args).map(|it| text(percent_encode(&it)))),
];

const TABLE: &[(&str, usize, usize, Run)] = &[
    ("default", 1, 1, |input, args| {
        let absent = input.query_state(State::DefaultValue);
        Ok(if absent { args[0].clone() } else { input.to_value() })
    }),
    // Every output is escaped anyway; authors who write it by habit get what they want.
    ("escape", 0, 0, |input, _| Ok(input.to_value())),
    ("append", 1, 1, |input, args| bounded(&[&shown(input), &shown(&args[0])])),
    ("prepend", 1, 1, |input, args| bounded(&[&shown(&args[0]), &shown(input)])),
    ("replace", 2, 2, |input, args| replace(input, &args[0], &shown(&args[1]))),
    ("remove", 1, 1, |input, args| replace(input, &args[0], "")),
    ("upcase", 0, 0, |input, _| Ok(text(shown(input).to_uppercase()))),
    ("downcase", 0, 0, |input, _| Ok(text(shown(input).to_lowercase()))),
    ("capitalize", 0, 0, |input, _| Ok(text(capitalize(&shown(input))))),
    ("strip", 0, 0, |input, _| Ok(text(shown(input).trim().to_owned()))),
    ("lstrip", 0, 0, |input, _| Ok(text(shown(input).trim_start().to_owned()))),
    ("rstrip", 0, 0, |input, _| Ok(text(shown(input).trim_end().to_owned()))),
    ("truncate", 0, 2, truncate),
    ("truncatewords", 0, 2, truncate_words),
    ("slice", 1, 2, slice),
    ("split", 1, 1, |input, args| Ok(split(&shown(input), &shown(&args[0])))),
    ("url_encode", 0, 0, |input, _| Ok(text(percent_encode(&shown(input))))),
    ("date", 1, 1, |input, args| date(input, &shown(&args[0]))),
    ("size", 0, 0, |input, _| Ok(number(size(input) as f64))),
    ("first", 0, 0, |input, _| Ok(items(input)?.first().cloned().unwrap_or(Value::Nil))),
    ("last", 0, 0, |input, _| Ok(items(input)?.last().cloned().unwrap_or(Value::Nil))),
    ("reverse", 0, 0, |input, _| Ok(Value::Array(items(input)?.into_iter().rev().collect()))),
    ("sort", 0, 0, sort),
    ("uniq", 0, 0, uniq),
    ("join", 0, 1, join),
    ("map", 1, 1, |input, args| {
        let name = shown(&args[0]);
        Ok(Value::Array(items(input)?.iter().map(|it| field(it, &name)).collect()))
    }),
    ("where", 1, 2, filter_where),
    ("plus", 1, 1, |input, args| calculate(input, args, |a, b| Ok(a + b))),
    ("minus", 1, 1, |input, args| calculate(input, args, |a, b| Ok(a - b))),
    ("times", 1, 1, |input, args| calculate(input, args, |a, b| Ok(a * b))),
    ("divided_by", 1, 1, divided_by),
    ("modulo", 1, 1, |input, args| {
        calculate(input, args, |a, b| nonzero(b).map(|b| a.rem_euclid(b)))
    }),
    ("at_least", 1, 1, |input, args| calculate(input, args, |a, b| Ok(a.max(b)))),
    ("at_most", 1, 1, |input, args| calculate(input, args, |a, b| Ok(a.min(b)))),
    ("abs", 0, 0, |input, _| Ok(number(numeric(input)?.abs()))),
    ("ceil", 0, 0, |input, _| Ok(number(numeric(input)?.ceil()))),
    ("floor", 0, 0, |input, _| Ok(number(numeric(input)?.floor()))),
    ("round", 0, 1, round),
];

/// Text that stands for itself in Markdown and in the HTML made of it. HTML's own characters
/// become entities, which hold even inside raw HTML; the rest of the punctuation gets a backslash.
pub(super) fn escape_markdown(data: &str) -> String {
    let line = one_line(data);
    let mut escaped = String::with_capacity(line.len() + 8);
    for character in line.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            it if it.is_ascii_punctuation() => escaped.extend(['\\', it]),
            it => escaped.push(it),
        }
    }
    escaped
}

/// Without control characters and line breaks, which would end a header or begin a block.
pub(crate) fn one_line(data: &str) -> String {
    let spaced: String = data.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    spaced.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// RFC 3986: everything but the unreserved characters.
pub(crate) fn percent_encode(data: &str) -> String {
    let mut encoded = String::with_capacity(data.len());
    for byte in data.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn written(input: &dyn ValueView, args: &[Value]) -> std::result::Result<String, String> {
    if input.is_nil() {
        return Err(format!("{} {NO_VALUE}", shown(&args[0])));
    }
    if input.as_object().is_some() {
        return Err(format!("{} is not one value; name a part of it", shown(&args[0])));
    }
    let shown = shown(input);
    if VALUE_MAX_BYTES < shown.len() {
        return Err(too_long());
    }
    Ok(shown)
}

fn shown(value: &dyn ValueView) -> String {
    match value.as_array() {
        Some(list) => {
            list.values().map(|it| it.to_kstr().into_string()).collect::<Vec<_>>().join(", ")
        }
        None => value.to_kstr().into_string(),
    }
}

fn text(text: String) -> Value {
    Value::scalar(text)
}

fn too_long() -> String {
    format!("a value grew beyond {VALUE_MAX_BYTES} bytes")
}

fn bounded(parts: &[&str]) -> std::result::Result<Value, String> {
    if VALUE_MAX_BYTES < parts.iter().map(|it| it.len()).sum() {
        return Err(too_long());
    }
    Ok(text(parts.concat()))
}

fn replace(input: &dyn ValueView, from: &Value, to: &str) -> std::result::Result<Value, String> {
    let (input, from) = (shown(input), shown(from));
    if from.is_empty() {
        return Ok(text(input));
    }
    let found = input.matches(&from).count();
    if VALUE_MAX_BYTES < input.len().saturating_add(found.saturating_mul(to.len())) {
        return Err(too_long());
    }
    Ok(text(input.replace(&from, to)))
}

fn capitalize(input: &str) -> String {
    let mut characters = input.chars();
    let first = characters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    first + &characters.as_str().to_lowercase()
}

fn count(args: &[Value], at: usize, default: usize) -> std::result::Result<usize, String> {
    match args.get(at) {
        None => Ok(default),
        Some(value) => Ok(numeric(value)?.clamp(0.0, VALUE_MAX_BYTES as f64) as usize),
    }
}

/// As in Liquid, the length includes the dots.
fn truncate(input: &dyn ValueView, args: &[Value]) -> std::result::Result<Value, String> {
    let input = shown(input);
    let (length, dots) =
        (count(args, 0, 50)?, args.get(1).map_or("...".to_owned(), |it| shown(it)));
    if input.chars().count() <= length {
        return Ok(text(input));
    }
    let kept = length.saturating_sub(dots.chars().count());
    let kept: String = input.chars().take(kept).collect();
    bounded(&[&kept, &dots])
}

fn truncate_words(input: &dyn ValueView, args: &[Value]) -> std::result::Result<Value, String> {
    let input = shown(input);
    let (length, dots) =
        (count(args, 0, 15)?, args.get(1).map_or("...".to_owned(), |it| shown(it)));
    let words: Vec<&str> = input.split_whitespace().collect();
    if words.len() <= length {
        return Ok(text(input));
    }
    bounded(&[&words[..length].join(" "), &dots])
}

fn slice(input: &dyn ValueView, args: &[Value]) -> std::result::Result<Value, String> {
    let (start, length) = (numeric(&args[0])?, count(args, 1, 1)?);
    let input = shown(input);
    let size = input.chars().count();
    let start = if start < 0.0 { size as f64 + start } else { start };
    if start < 0.0 || size as f64 <= start {
        return Ok(text(String::new()));
    }
    Ok(text(input.chars().skip(start as usize).take(length).collect()))
}

fn split(input: &str, by: &str) -> Value {
    let part = |it: &str| text(it.to_owned());
    let parts: Vec<Value> = match by {
        "" => input.chars().map(|it| text(it.to_string())).take(super::ITEMS_MAX).collect(),
        " " => input.split_whitespace().map(part).take(super::ITEMS_MAX).collect(),
        _ => input.split(by).map(part).take(super::ITEMS_MAX).collect(),
    };
    Value::Array(parts)
}

/// The time as it is written, without moving it to another zone. There is no `now`.
fn date(input: &dyn ValueView, format: &str) -> std::result::Result<Value, String> {
    let written = shown(input);
    let local = written.trim().trim_end_matches(['Z', 'z']);
    let time: jiff::civil::DateTime = match local.parse() {
        Ok(time) => time,
        Err(_) => local
            .parse::<jiff::civil::Date>()
            .map(|it| it.to_datetime(jiff::civil::Time::midnight()))
            .map_err(|_| "`date` needs a time such as 2026-11-22T09:00:00Z".to_owned())?,
    };
    jiff::fmt::strtime::format(format, time)
        .map(text)
        .map_err(|_| "`date` cannot use this format; write one such as \"%d %B %Y\"".to_owned())
}

fn size(input: &dyn ValueView) -> usize {
    match (input.as_array(), input.is_nil()) {
        (_, true) => 0,
        (Some(list), false) => usize::try_from(list.size()).unwrap_or(0),
        (None, false) => shown(input).chars().count(),
    }
}

fn items(input: &dyn ValueView) -> std::result::Result<Vec<Value>, String> {
    match input.as_array() {
        Some(list) => Ok(list.values().map(ValueView::to_value).collect()),
        None if input.is_nil() => Ok(Vec::new()),
        None => Err("a list was expected".to_owned()),
    }
}

fn sort(input: &dyn ValueView, _: &[Value]) -> std::result::Result<Value, String> {
    let mut items = items(input)?;
    items.sort_by(|a, b| match (numeric(a), numeric(b)) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        (Err(_), Err(_)) => shown(a).cmp(&shown(b)),
    });
    Ok(Value::Array(items))
}

fn uniq(input: &dyn ValueView, _: &[Value]) -> std::result::Result<Value, String> {
    let mut seen = std::collections::BTreeSet::new();
    let items = items(input)?.into_iter().filter(|it| seen.insert(it.source().to_string()));
    Ok(Value::Array(items.collect()))
}

fn join(input: &dyn ValueView, args: &[Value]) -> std::result::Result<Value, String> {
    let by = args.first().map_or(" ".to_owned(), |it| shown(it));
    let items: Vec<String> = items(input)?.iter().map(|it| shown(it)).collect();
    let length = items.iter().map(String::len).sum::<usize>() + by.len() * items.len();
    if VALUE_MAX_BYTES < length { Err(too_long()) } else { Ok(text(items.join(&by))) }
}

fn field(item: &Value, name: &str) -> Value {
    let value = item.as_object().and_then(|it| it.get(name));
    value.map_or(Value::Nil, ValueView::to_value)
}

fn filter_where(input: &dyn ValueView, args: &[Value]) -> std::result::Result<Value, String> {
    let name = shown(&args[0]);
    let fits = |item: &Value| match (field(item, &name), args.get(1)) {
        (value, Some(wanted)) => value == *wanted,
        (value, None) => value.query_state(State::Truthy),
    };
    Ok(Value::Array(items(input)?.into_iter().filter(fits).collect()))
}

fn numeric(value: &dyn ValueView) -> std::result::Result<f64, String> {
    let number = value.as_scalar().and_then(|it| it.to_float());
    number.filter(|it| it.is_finite()).ok_or_else(|| "a number was expected".to_owned())
}

fn nonzero(divisor: f64) -> std::result::Result<f64, String> {
    if divisor == 0.0 { Err("a number was divided by zero".to_owned()) } else { Ok(divisor) }
}

fn calculate(
    input: &dyn ValueView,
    args: &[Value],
    rule: fn(f64, f64) -> std::result::Result<f64, String>,
) -> std::result::Result<Value, String> {
    let result = rule(numeric(input)?, numeric(&args[0])?)?;
    if result.is_finite() { Ok(number(result)) } else { Err("a number grew too large".to_owned()) }
}

/// As in Liquid: a whole number by a whole number is a whole number.
fn divided_by(input: &dyn ValueView, args: &[Value]) -> std::result::Result<Value, String> {
    let whole = |it: &dyn ValueView| it.type_name() == "whole number";
    if whole(input) && whole(&args[0]) {
        calculate(input, args, |a, b| nonzero(b).map(|b| (a / b).floor()))
    } else {
        calculate(input, args, |a, b| nonzero(b).map(|b| a / b))
    }
}

fn round(input: &dyn ValueView, args: &[Value]) -> std::result::Result<Value, String> {
    /// More digits than an f64 holds say nothing.
    const DIGITS_MAX: usize = 15;
    let digits = count(args, 0, 0)?.min(DIGITS_MAX);
    let rounded = format!("{:.digits$}", numeric(input)?);
    // With digits it is a price: `2.50` keeps its zero.
    if digits == 0 { Ok(number(rounded.parse().unwrap_or(0.0))) } else { Ok(text(rounded)) }
}

impl FilterReflection for Definition {
    fn name(&self) -> &str {
        self.name
    }

    fn description(&self) -> &str {
        ""
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for Definition {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let positional: Vec<Expression> = arguments.positional.collect();
        let Definition { name, arguments_min, arguments_max, .. } = *self;
        if positional.len() < arguments_min || arguments_max < positional.len() {
            let expected = if arguments_min == arguments_max {
                format!("{arguments_min}")
            } else {
                format!("{arguments_min} to {arguments_max}")
            };
            let given = positional.len();
            let message = format!("`{name}` takes {expected} arguments and was given {given}");
            return Err(Error::with_msg(message));
        }
        if 0 < arguments.keyword.count() {
            return Err(Error::with_msg(format!("`{name}` takes no named arguments")));
        }
        Ok(Box::new(Call { definition: *self, arguments: positional }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

struct Call {
    definition: Definition,
    arguments: Vec<Expression>,
}

impl Filter for Call {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let mut arguments = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            arguments.push(argument.evaluate(runtime)?.into_owned());
        }
        (self.definition.run)(input, &arguments).map_err(Error::with_msg)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.definition.name)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.definition.name)
    }
}

#[derive(Default)]
struct Rounds(usize);

#[derive(Debug)]
struct Round;

impl TagReflection for RoundTag {
    fn tag(&self) -> &str {
        super::prepare::ROUND_TAG
    }

    fn description(&self) -> &str {
        ""
    }
}

impl ParseTag for RoundTag {
    fn parse(&self, mut arguments: TagTokenIter<'_>, _: &Language) -> Result<Box<dyn Renderable>> {
        arguments.expect_nothing()?;
        Ok(Box::new(Round))
    }

    fn reflection(&self) -> &dyn TagReflection {
        self
    }
}

impl Renderable for Round {
    fn render_to(&self, _: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let mut rounds = runtime.registers().get_mut::<Rounds>();
        rounds.0 += 1;
        if ROUNDS_MAX < rounds.0 {
            return Err(Error::with_msg(format!("the loops take more than {ROUNDS_MAX} rounds")));
        }
        Ok(())
    }
}
