//! Text to condition: the grammar. What may be compared with what is in [`crate::check`].
//!
//! ```text
//! condition  = all { "or" all }            all = unary { "and" unary }
//! unary      = "not" unary | comparison
//! comparison = operand [ operator operand | operator span "ago" | "in" list
//!            | "not" "in" list | "contains" operand | "contains" ("any" | "all") list
//!            | "starts_with" operand | "ends_with" operand | "within" ("next" | "last") span ]
//! operand    = "(" condition ")" | text | number [ currency ] | "true" | "false" | call
//!            | "now" [ ("-" | "+") span ] | name            (a property; only inside `where`)
//! call       = function "(" … [ "," "last" span ] [ "where" condition ] ")"
//!            | "sequence" "(" event { "," "then" [ "not" ] event } [ "," "without" event ]
//!              [ "," "last" span ] ")"
//! event      = text [ "within" span ] [ "where" condition ]
//! ```
//!
//! Words that only the newer forms use are no keywords: a property may be called `then` or `any`.

mod call;

use crate::check::{self, FUNCTIONS, Operand};
use crate::money::{Currency, Money};
use crate::node::{Literal, Node, Op, Side, Term};
use crate::print::{self, Style};
use crate::suggest;
use crate::token::{Kind, Place, Token, problem, tokens};
use crate::{Expr, MAX_DEPTH, MAX_LIST, MAX_TEXT_BYTES, MAX_WINDOW};
use model::{Problem, Span};

/// Words that follow an operand and start with a letter.
const WORD_OPERATORS: [&str; 7] =
    ["and", "or", "in", "contains", "starts_with", "ends_with", "within"];

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
            Kind::Word(word) if word == "not" && self.follows(&Kind::Word("in".to_owned())) => {
                self.next += 2;
                check::among(left, place, false, self.list()?, operator_place)?
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

    /// What follows `in`, `contains`, `starts_with`, `ends_with` and `within`.
    fn tested(&mut self, left: Operand, place: Place, word: &str) -> Result<Node, Problem> {
        match word {
            "in" => {
                let list_place = self.place();
                check::among(left, place, true, self.list()?, list_place)
            }
            "contains"
                if (self.at_word("any") || self.at_word("all"))
                    && self.follows(&Kind::Symbol("[")) =>
            {
                let all = self.at_word("all");
                self.next += 1;
                let list_place = self.place();
                check::contains_each(left, place, all, self.list()?, list_place)
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
                let term = check::readable(left, place, word)?;
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
            Kind::Text(_) | Kind::Number(_) | Kind::Symbol("-") => match self.literal()? {
                Literal::Number(number) => Ok(Operand::Term(self.amount(number, place)?)),
                literal @ (Literal::Text(_) | Literal::Bool(_)) => {
                    Ok(Operand::Term(Term::Literal(literal)))
                }
            },
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

    /// A number, or an amount of money if a currency follows.
    fn amount(&mut self, number: f64, place: Place) -> Result<Term, Problem> {
        let Kind::Word(word) = self.kind() else {
            return Ok(Term::Literal(Literal::Number(number)));
        };
        if let Some(currency) = Currency::read(word) {
            self.next += 1;
            return Money::new(number, currency).map(Term::Money).ok_or_else(|| {
                problem(place, "an amount has at most six decimals and is at most 10^12")
            });
        }
        let capitals = word.to_uppercase();
        if Currency::read(&capitals).is_some() && !print::KEYWORDS.contains(&word.as_str()) {
            return Err(problem(self.place(), format!("`{word}` cannot stand here"))
                .hint(format!("an amount is written `{number} {capitals}`")));
        }
        Ok(Term::Literal(Literal::Number(number)))
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
            _ if Currency::read(word).is_some() && matches!(self.kind(), Kind::Number(_)) => {
                Err(problem(place, "the number of an amount stands first")
                    .hint(format!("write it like `50 {word}`")))
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
        let found = self.at_word(word);
        self.next += usize::from(found);
        found
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(self.kind(), Kind::Word(it) if it == word)
    }

    /// Whether the token after the next one is this. Not asked at the end, which is never passed.
    fn follows(&self, kind: &Kind) -> bool {
        self.tokens.get(self.next + 1).is_some_and(|it| it.kind == *kind)
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
pub(crate) fn joined(mut parts: Vec<Node>, all: bool) -> Node {
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
