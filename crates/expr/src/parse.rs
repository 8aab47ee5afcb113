//! Text to condition: the grammar. What may be compared with what is in [`crate::check`].
//!
//! ```text
//! condition  = all { "or" all }            all = unary { "and" unary }
//! unary      = "not" unary | comparison
//! comparison = operand [ operator operand | operator span "ago" | "in" list
//!            | "contains" operand | "starts_with" operand | "within" ("next" | "last") span ]
//! operand    = "(" condition ")" | text | number | "true" | "false" | call
//!            | "now" [ ("-" | "+") span ] | name            (a property; only inside `where`)
//! call       = function "(" … [ "," "last" span ] [ "where" condition ] ")"
//! ```

use crate::check::{self, FUNCTIONS, Operand};
use crate::counter::{CounterKind, CounterSpec};
use crate::node::{Literal, Node, Op, Side, Term};
use crate::print::{self, Style};
use crate::suggest;
use crate::token::{Kind, Place, Token, problem, tokens};
use crate::{Expr, MAX_COUNTERS, MAX_DEPTH, MAX_FILTERS, MAX_LIST, MAX_TEXT_BYTES, MAX_WINDOW};
use model::{Channel, Problem, Span};

/// Words that follow an operand and start with a letter.
const WORD_OPERATORS: [&str; 6] = ["and", "or", "in", "contains", "starts_with", "within"];

pub fn parse(text: &str) -> Result<Expr, Problem> {
    check_length(text)?;
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
        style: Style::Condition,
        counters: 0,
        filters: 0,
    };
    let node = parser.condition()?;
    if parser.kind() != &Kind::End {
        return Err(parser.after_operand());
    }
    let text = print::node(&node, Style::Condition);
    // The canonical text is what is stored; it must be readable again.
    check_length(&text)?;
    Ok(Expr { text, node })
}

fn check_length(text: &str) -> Result<(), Problem> {
    if text.len() <= MAX_TEXT_BYTES {
        return Ok(());
    }
    Err(Problem::new(format!("the condition is longer than {MAX_TEXT_BYTES} bytes"))
        .at(1, 1)
        .hint("make audiences of its parts and refer to them with audience(\"…\")"))
}

struct Parser {
    /// Ends with [`Kind::End`], which is never passed.
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    style: Style,
    counters: usize,
    filters: usize,
}

impl Parser {
    fn condition(&mut self) -> Result<Node, Problem> {
        let mut parts = vec![self.all()?];
        while self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, false))
    }

    fn all(&mut self) -> Result<Node, Problem> {
        let mut parts = vec![self.unary()?];
        while self.take_word("and") {
            parts.push(self.unary()?);
        }
        Ok(joined(parts, true))
    }

    fn unary(&mut self) -> Result<Node, Problem> {
        if !self.take_word("not") {
            return self.comparison();
        }
        self.deeper(|it| Ok(Node::Not(Box::new(it.unary()?))))
    }

    fn comparison(&mut self) -> Result<Node, Problem> {
        let place = self.place();
        let left = self.operand()?;
        let operator_place = self.place();
        let node = match self.kind().clone() {
            Kind::Symbol(symbol) => match op(symbol) {
                None => return check::alone(left, place),
                Some(op) => {
                    self.next += 1;
                    self.compared(left, place, op, operator_place)?
                }
            },
            Kind::Word(word) if WORD_OPERATORS[2..].contains(&word.as_str()) => {
                self.next += 1;
                self.tested(left, place, &word)?
            }
            Kind::Word(_) | Kind::Text(_) | Kind::Number(_) | Kind::Span(_) | Kind::End => {
                return check::alone(left, place);
            }
        };
        if let Kind::Symbol(symbol) = self.kind()
            && op(symbol).is_some()
        {
            return Err(problem(self.place(), "comparisons cannot be chained")
                .hint("write `a < b and b < c`"));
        }
        Ok(node)
    }

    /// What follows `<` and its like.
    fn compared(
        &mut self,
        left: Operand,
        place: Place,
        op: Op,
        at: Place,
    ) -> Result<Node, Problem> {
        let right_place = self.place();
        if let Kind::Span(span) = *self.kind() {
            self.next += 1;
            if !self.take_word("ago") {
                return Err(problem(right_place, format!("{span} is a length of time"))
                    .hint(format!("a point in time is `{span} ago` or `now - {span}`")));
            }
            bounded(span, right_place)?;
            return check::age(left, place, op, at, span);
        }
        let right = self.operand()?;
        check::compare(left, place, op, at, right, right_place)
    }

    /// What follows `in`, `contains`, `starts_with` and `within`.
    fn tested(&mut self, left: Operand, place: Place, word: &str) -> Result<Node, Problem> {
        match word {
            "in" => {
                let term = check::dynamic(left, place, "in")?;
                Ok(Node::In { term, list: self.list()? })
            }
            "within" => {
                let side_place = self.place();
                let side = match (self.take_word("next"), self.take_word("last")) {
                    (true, _) => Side::Next,
                    (false, true) => Side::Last,
                    (false, false) => {
                        return Err(problem(side_place, "`within` needs `next` or `last`")
                            .hint("for example `within next 7d`"));
                    }
                };
                let span_place = self.place();
                let span = self.span()?;
                check::within(left, place, side, span, span_place)
            }
            _ => {
                let term = check::dynamic(left, place, word)?;
                let part_place = self.place();
                let part = self.operand()?;
                check::part(term, word, part, part_place)
            }
        }
    }

    fn operand(&mut self) -> Result<Operand, Problem> {
        let place = self.place();
        let kind = self.kind().clone();
        match kind {
            Kind::Symbol("(") => {
                self.next += 1;
                let node = self.deeper(Parser::condition)?;
                self.expect(")")?;
                Ok(Operand::Condition(node))
            }
            Kind::Text(_) | Kind::Number(_) | Kind::Symbol("-") => {
                Ok(Operand::Term(Term::Literal(self.literal()?)))
            }
            Kind::Word(word) => self.word(&word, place),
            Kind::Span(span) => Err(problem(place, format!("{span} is a length of time"))
                .hint(format!("compare a time with it: `last(\"…\") < {span} ago`"))),
            Kind::Symbol(symbol) => {
                Err(problem(place, format!("a condition cannot start with `{symbol}`")))
            }
            Kind::End => Err(problem(place, "the condition ends here, but something is missing")
                .hint("for example `did(\"Order Completed\", last 30d)`")),
        }
    }

    fn word(&mut self, word: &str, place: Place) -> Result<Operand, Problem> {
        self.next += 1;
        if self.kind() == &Kind::Symbol("(") && word != "not" {
            return self.call(word, place);
        }
        match word {
            "true" | "false" => Ok(Operand::Term(Term::Literal(Literal::Bool(word == "true")))),
            "now" => self.now(place),
            "null" => Err(problem(place, "nothing can be compared with `null`")
                .hint("write `exists(trait(\"…\"))` or `not exists(trait(\"…\"))`")),
            _ if print::KEYWORDS.contains(&word) => {
                Err(problem(place, format!("`{word}` cannot stand here"))
                    .hint("before and after it there must be a condition or a value"))
            }
            _ if self.style == Style::Filter => Ok(Operand::Term(Term::Property(word.to_owned()))),
            _ => Err(problem(place, format!("`{word}` is not known here")).hint(
                match suggest::nearest(word, FUNCTIONS.into_iter().chain(print::KEYWORDS)) {
                    Some(known) if FUNCTIONS.contains(&known) => {
                        format!("did you mean `{known}(…)`?")
                    }
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!(
                        "write `trait(\"{word}\")` for a trait or `property(\"{word}\")` for a \
                         property of the event; a text needs quotes"
                    ),
                },
            )),
        }
    }

    fn now(&mut self, place: Place) -> Result<Operand, Problem> {
        if self.style == Style::Filter {
            return Err(problem(place, "`now` cannot be used inside `where`")
                .hint("a filter is applied once, when the event arrives"));
        }
        let sign = if self.take("-") {
            -1
        } else if self.take("+") {
            1
        } else {
            return Ok(Operand::Term(Term::Now(Span::ZERO)));
        };
        let span_place = self.place();
        let span = self.span()?;
        bounded(span, span_place)?;
        Ok(Operand::Term(Term::Now(Span(sign * span.0))))
    }

    fn call(&mut self, function: &str, place: Place) -> Result<Operand, Problem> {
        if !FUNCTIONS.contains(&function) {
            return Err(problem(place, format!("there is no function `{function}`"))
                .hint(suggest::hint(function, FUNCTIONS)));
        }
        if self.style == Style::Filter && !matches!(function, "property" | "exists") {
            return Err(problem(place, format!("`{function}` cannot be used inside `where`"))
                .hint("a filter reads only properties of the event, as it arrives"));
        }
        self.expect("(")?;
        let operand = match function {
            "trait" => Operand::Term(Term::Trait(self.text("the name of a trait")?)),
            "property" => Operand::Term(Term::Property(self.text("the name of a property")?)),
            "audience" => Operand::Condition(Node::Audience(self.text("the name of an audience")?)),
            "consent" => self.consent()?,
            "exists" => {
                let inner_place = self.place();
                let inner = self.operand()?;
                Operand::Condition(Node::Exists(check::dynamic(inner, inner_place, "exists")?))
            }
            "anniversary" => {
                let inner_place = self.place();
                let inner = self.operand()?;
                Operand::Anniversary(check::time(inner, inner_place, "anniversary")?)
            }
            _ => self.counter(function, place)?,
        };
        self.expect(")")?;
        Ok(operand)
    }

    fn consent(&mut self) -> Result<Operand, Problem> {
        let place = self.place();
        let name = self.text("a channel")?;
        let channel = Channel::from_name(&name).ok_or_else(|| {
            problem(place, format!("there is no channel `{name}`"))
                .hint(suggest::hint(&name, Channel::ALL.map(Channel::name)))
        })?;
        self.expect(",")?;
        let topic = self.text("a topic")?;
        Ok(Operand::Condition(Node::Consent { channel, topic }))
    }

    fn counter(&mut self, function: &str, place: Place) -> Result<Operand, Problem> {
        self.counters += 1;
        if MAX_COUNTERS < self.counters {
            return Err(problem(
                place,
                format!("more than {MAX_COUNTERS} counts in one condition"),
            )
            .hint("make audiences of its parts and refer to them with audience(\"…\")"));
        }
        let event = self.text("the name of an event")?;
        let property = match function {
            "sum" => {
                self.expect(",")?;
                Some(self.property_name()?)
            }
            _ => None,
        };
        let window_place = self.place();
        let mut window = None;
        if self.take(",") && self.kind() != &Kind::Word("where".to_owned()) {
            if !self.take_word("last") {
                return Err(problem(self.place(), "expected a window or `where`")
                    .hint("a window is written `last 30d`"));
            }
            window = Some(self.span()?);
        }
        let filter = self.filter()?;
        let counter =
            |kind| Term::Counter(CounterSpec::new(event.clone(), filter.clone(), window, kind));
        if window.is_some() && matches!(function, "first" | "last") {
            return Err(problem(window_place, format!("`{function}` has no window"))
                .hint(format!("compare it: `{function}({}) < 30d ago`", print::quoted(&event))));
        }
        match (function, property) {
            ("did", _) => {
                let kind = window.map_or(CounterKind::Count, |_| CounterKind::AtLeast(1));
                let spec = CounterSpec::new(event, filter, window, kind);
                Ok(Operand::Condition(Node::Did(spec)))
            }
            ("sum", Some(property)) => Ok(Operand::Term(counter(CounterKind::Sum { property }))),
            ("first", _) => Ok(Operand::Term(counter(CounterKind::First))),
            ("last", _) => Ok(Operand::Term(counter(CounterKind::Last))),
            _ => Ok(Operand::Term(counter(CounterKind::Count))),
        }
    }

    fn filter(&mut self) -> Result<Option<Box<Expr>>, Problem> {
        let place = self.place();
        if !self.take_word("where") {
            return Ok(None);
        }
        self.filters += 1;
        if MAX_FILTERS < self.filters {
            return Err(problem(
                place,
                format!("more than {MAX_FILTERS} `where` in one condition"),
            )
            .hint("make audiences of its parts and refer to them with audience(\"…\")"));
        }
        self.style = Style::Filter;
        let node = self.deeper(Parser::condition)?;
        self.style = Style::Condition;
        Ok(Some(Box::new(Expr { text: print::node(&node, Style::Filter), node })))
    }

    /// `revenue`, `"revenue"` or `property("revenue")`.
    fn property_name(&mut self) -> Result<String, Problem> {
        let place = self.place();
        match self.kind().clone() {
            Kind::Text(_) => self.text("the name of a property"),
            Kind::Word(word)
                if word == "property" && self.tokens[self.next + 1].kind == Kind::Symbol("(") =>
            {
                self.next += 1;
                self.expect("(")?;
                let name = self.text("the name of a property")?;
                self.expect(")")?;
                Ok(name)
            }
            Kind::Word(word) if !print::KEYWORDS.contains(&word.as_str()) => {
                self.next += 1;
                Ok(word)
            }
            _ => Err(problem(place, "expected the property to add up")
                .hint("for example `sum(\"Order Completed\", revenue, last 30d)`")),
        }
    }

    fn list(&mut self) -> Result<Vec<Literal>, Problem> {
        self.expect("[")?;
        let mut list = vec![self.literal()?];
        while self.take(",") {
            if MAX_LIST <= list.len() {
                return Err(problem(
                    self.place(),
                    format!("more than {MAX_LIST} values in a list"),
                )
                .hint("keep what they have in common in a trait or a property"));
            }
            list.push(self.literal()?);
        }
        self.expect("]")?;
        Ok(list)
    }

    fn literal(&mut self) -> Result<Literal, Problem> {
        let place = self.place();
        let negative = self.take("-");
        let literal = match self.kind().clone() {
            // Adding 0 turns -0 into 0, which reads back as itself.
            Kind::Number(number) if negative => Literal::Number(-number + 0.0),
            Kind::Number(number) => Literal::Number(number),
            Kind::Text(text) if !negative => Literal::Text(text),
            Kind::Word(word) if !negative && (word == "true" || word == "false") => {
                Literal::Bool(word == "true")
            }
            _ => {
                return Err(problem(place, "expected a text, a number, true or false")
                    .hint("a text stands in quotes"));
            }
        };
        self.next += 1;
        Ok(literal)
    }

    fn text(&mut self, what: &str) -> Result<String, Problem> {
        let place = self.place();
        match self.kind().clone() {
            Kind::Text(text) if text.trim().is_empty() => {
                Err(problem(place, format!("expected {what}, but the text is empty")))
            }
            Kind::Text(text) => {
                self.next += 1;
                Ok(text)
            }
            Kind::Word(word) => Err(problem(place, format!("expected {what} in quotes"))
                .hint(format!("write \"{word}\""))),
            Kind::Number(_) | Kind::Span(_) | Kind::Symbol(_) | Kind::End => {
                Err(problem(place, format!("expected {what} in quotes")))
            }
        }
    }

    /// A length of time that is more than nothing.
    fn span(&mut self) -> Result<Span, Problem> {
        let place = self.place();
        match *self.kind() {
            Kind::Span(span) => {
                self.next += 1;
                bounded(span, place)?;
                Ok(span)
            }
            Kind::Number(number) => Err(problem(place, format!("{number} what?"))
                .hint(format!("write the unit, for example `{number}d` for days"))),
            _ => Err(problem(place, "expected a length of time")
                .hint("write it like 30s, 10m, 2h, 7d or 4w")),
        }
    }

    /// Goes one level down, if there are levels left.
    fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Parser) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if MAX_DEPTH <= self.depth {
            return Err(problem(self.place(), format!("nested more than {MAX_DEPTH} deep"))
                .hint("make audiences of its parts and refer to them with audience(\"…\")"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Something stands where only an operator or the end could.
    fn after_operand(&self) -> Problem {
        let place = self.place();
        match self.kind() {
            Kind::Symbol(")") => problem(place, "this parenthesis was never opened"),
            Kind::Word(word) => problem(place, format!("`{word}` cannot stand here")).hint(
                match suggest::nearest(word, WORD_OPERATORS) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "between two conditions there must be `and` or `or`".to_owned(),
                },
            ),
            Kind::Text(_) | Kind::Number(_) | Kind::Span(_) | Kind::Symbol(_) | Kind::End => {
                problem(place, "the condition should end here")
                    .hint("between two conditions there must be `and` or `or`")
            }
        }
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), Problem> {
        if self.take(symbol) {
            return Ok(());
        }
        if let Kind::Word(word) = self.kind()
            && let Some(known) = suggest::nearest(word, WORD_OPERATORS)
        {
            return Err(problem(self.place(), format!("`{word}` cannot stand here"))
                .hint(format!("did you mean `{known}`?")));
        }
        Err(problem(self.place(), format!("expected `{symbol}` here")))
    }

    fn take(&mut self, symbol: &'static str) -> bool {
        let found = self.kind() == &Kind::Symbol(symbol);
        self.next += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.kind(), Kind::Word(it) if it == word);
        self.next += usize::from(found);
        found
    }

    fn kind(&self) -> &Kind {
        &self.tokens[self.next].kind
    }

    fn place(&self) -> Place {
        self.tokens[self.next].place
    }
}

fn op(symbol: &str) -> Option<Op> {
    [Op::Equal, Op::Differ, Op::Less, Op::AtMost, Op::More, Op::AtLeast]
        .into_iter()
        .find(|it| it.symbol() == symbol)
}

fn bounded(span: Span, place: Place) -> Result<(), Problem> {
    if span <= Span::ZERO {
        return Err(problem(place, "the length of time must be more than nothing"));
    }
    if MAX_WINDOW < span {
        return Err(problem(place, format!("{span} is longer than {MAX_WINDOW}"))
            .hint("leave the window out to look at all events"));
    }
    Ok(())
}

/// One part stands for itself; parts of the same kind are taken into one list, so that
/// parentheses without effect leave no trace.
fn joined(mut parts: Vec<Node>, all: bool) -> Node {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match (part, all) {
            (Node::And(inner), true) | (Node::Or(inner), false) => flat.extend(inner),
            (part, _) => flat.push(part),
        }
    }
    if all { Node::And(flat) } else { Node::Or(flat) }
}
