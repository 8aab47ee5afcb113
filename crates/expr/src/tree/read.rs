//! Tree to condition: only the shape. What may be compared with what is found when the text that it gives
//! is read, so that trees and texts obey one set of rules.

use super::{Plain, Tree, TreeEvent, TreeOp, TreeSide, TreeStep, TreeTerm};
use crate::counter::{CounterKind, CounterSpec};
use crate::money::{Currency, Money};
use crate::node::{Literal, Node, Op, Side, Term};
use crate::parse::joined;
use crate::print::{self, Style};
use crate::sequence::{Sequence, Step};
use crate::version::Version;
use crate::{Expr, MAX_DEPTH, suggest};
use model::{Channel, Problem, Span};

/// Deepest nesting of a tree. A text within its limit may have two groups for each parenthesis, `not`
/// and filters beside; the exact limit is that of the text.
const MAX_TREE_DEPTH: usize = 4 * MAX_DEPTH;

pub fn node(tree: &Tree) -> Result<Node, Problem> {
    Reader { path: String::new(), depth: 0 }.node(tree)
}

/// A problem with the path of what it is about.
pub fn placed(path: &str, message: &str) -> Problem {
    match path {
        "" => Problem::new(message),
        path => Problem::new(format!("{path}: {message}")),
    }
}

pub fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

/// Knows where in the tree it is.
struct Reader {
    path: String,
    depth: usize,
}

impl Reader {
    fn inside(&self, field: &str) -> Reader {
        Reader { path: join(&self.path, field), depth: self.depth + 1 }
    }

    fn problem(&self, message: impl AsRef<str>) -> Problem {
        placed(&self.path, message.as_ref())
    }

    fn node(&self, tree: &Tree) -> Result<Node, Problem> {
        if MAX_TREE_DEPTH < self.depth {
            return Err(self
                .problem(format!("nested more than {MAX_TREE_DEPTH} deep"))
                .hint("make audiences of its parts and refer to them with `audience`"));
        }
        Ok(match tree {
            Tree::All { parts } => joined(self.parts(parts)?, true),
            Tree::Any { parts } => joined(self.parts(parts)?, false),
            Tree::Not { part } => Node::Not(Box::new(self.inside("part").node(part)?)),
            Tree::Fixed { holds } => Node::Bool(*holds),
            Tree::Did { event, window, filter } => {
                Node::Did(self.counter(event, window, filter, CounterKind::Count)?)
            }
            Tree::Sequence { .. } => Node::Sequence(self.sequence(tree)?),
            Tree::Consent { channel, topic } => {
                Node::Consent { channel: self.channel(channel)?, topic: topic.clone() }
            }
            Tree::Audience { name } => Node::Audience(name.clone()),
            Tree::List { name } => Node::List(name.clone()),
            Tree::Exists { term } => Node::Exists(self.term("term", term)?),
            Tree::IsTrue { term } => Node::Is(self.term("term", term)?),
            Tree::Compare { left, op, right } => Node::Compare {
                left: self.term("left", left)?,
                op: symbol(*op),
                right: self.term("right", right)?,
            },
            Tree::Age { term, op, span } => Node::Age {
                term: self.term("term", term)?,
                op: symbol(*op),
                span: self.span("span", span)?,
            },
            Tree::In { term, values } => self.among(term, true, values)?,
            Tree::NotIn { term, values } => self.among(term, false, values)?,
            Tree::ContainsAny { term, values } => self.contains_each(term, false, values)?,
            Tree::ContainsAll { term, values } => self.contains_each(term, true, values)?,
            Tree::Contains { term, value } => {
                Node::Contains { term: self.term("term", term)?, part: self.term("value", value)? }
            }
            Tree::StartsWith { term, value } => Node::StartsWith {
                term: self.term("term", term)?,
                part: self.term("value", value)?,
            },
            Tree::EndsWith { term, value } => {
                Node::EndsWith { term: self.term("term", term)?, part: self.term("value", value)? }
            }
            Tree::Within { term, side, span } => self.within(term, false, *side, span)?,
            Tree::Anniversary { term, side, span } => self.within(term, true, *side, span)?,
        })
    }

    fn parts(&self, parts: &[Tree]) -> Result<Vec<Node>, Problem> {
        if parts.is_empty() {
            return Err(self.problem("a group needs at least one part"));
        }
        let parts = parts.iter().enumerate();
        parts.map(|(n, it)| self.inside(&format!("parts[{n}]")).node(it)).collect()
    }

    fn among(&self, term: &TreeTerm, among: bool, values: &[Plain]) -> Result<Node, Problem> {
        Ok(Node::In { term: self.term("term", term)?, among, list: self.values(values)? })
    }

    fn contains_each(&self, term: &TreeTerm, all: bool, values: &[Plain]) -> Result<Node, Problem> {
        Ok(Node::ContainsEach { term: self.term("term", term)?, all, list: self.values(values)? })
    }

    fn within(
        &self,
        term: &TreeTerm,
        anniversary: bool,
        side: TreeSide,
        span: &str,
    ) -> Result<Node, Problem> {
        let side = match side {
            TreeSide::Next => Side::Next,
            TreeSide::Last => Side::Last,
        };
        let term = self.term("term", term)?;
        Ok(Node::Within { term, anniversary, side, span: self.span("span", span)? })
    }

    fn sequence(&self, tree: &Tree) -> Result<Sequence, Problem> {
        let Tree::Sequence { steps, then_not, without, window } = tree else {
            return Err(self.problem("this is no sequence"));
        };
        if steps.is_empty() {
            return Err(self.problem("a sequence has at least two steps"));
        }
        let mut found = Sequence { steps: Vec::new(), absent: None, without: None, window: None };
        for (n, step) in steps.iter().enumerate() {
            let (event, within) = self.inside(&format!("steps[{n}]")).step(step)?;
            found.steps.push(Step { event, within });
        }
        if let Some(step) = then_not {
            let inside = self.inside("then_not");
            let (event, within) = inside.step(step)?;
            let Some(span) = within else {
                return Err(inside
                    .problem("it needs to know for how long")
                    .hint("give it a `within`, such as \"2d\""));
            };
            found.absent = Some((event, span));
        }
        if let Some(TreeEvent { event, filter }) = without {
            let filter = self.inside("without").filter(filter)?;
            found.without = Some(CounterSpec::times(event, filter));
        }
        found.window = self.maybe_span("window", window)?;
        Ok(found)
    }

    fn step(&self, step: &TreeStep) -> Result<(CounterSpec, Option<Span>), Problem> {
        let spec = CounterSpec::times(&step.event, self.filter(&step.filter)?);
        Ok((spec, self.maybe_span("within", &step.within)?))
    }

    fn term(&self, field: &str, term: &TreeTerm) -> Result<Term, Problem> {
        let inside = self.inside(field);
        if MAX_TREE_DEPTH < inside.depth {
            return Err(inside.problem(format!("nested more than {MAX_TREE_DEPTH} deep")));
        }
        Ok(match term {
            TreeTerm::Value { value } => Term::Literal(inside.plain(value)?),
            TreeTerm::Money { amount, currency } => Term::Money(inside.money(*amount, currency)?),
            TreeTerm::Version { version } => {
                Term::Version(Version::read(version).ok_or_else(|| {
                    inside
                        .problem(format!("`{version}` is no version"))
                        .hint("write it like \"2.10.0\", \"2.10\" or \"3.0.0-beta.1\"")
                })?)
            }
            TreeTerm::Trait { name } => Term::Trait(name.clone()),
            TreeTerm::Property { name } => Term::Property(name.clone()),
            TreeTerm::Length { of } => Term::Length(Box::new(inside.term("of", of)?)),
            TreeTerm::Lower { of } => Term::Lower(Box::new(inside.term("of", of)?)),
            TreeTerm::Count { event, window, filter } => {
                Term::Counter(inside.counter(event, window, filter, CounterKind::Count)?)
            }
            TreeTerm::Sum { event, property, window, filter } => {
                let kind = CounterKind::Sum { property: property.clone(), currency: None };
                Term::Counter(inside.counter(event, window, filter, kind)?)
            }
            TreeTerm::First { event, filter } => {
                Term::Counter(inside.counter(event, &None, filter, CounterKind::First)?)
            }
            TreeTerm::Last { event, filter } => {
                Term::Counter(inside.counter(event, &None, filter, CounterKind::Last)?)
            }
            TreeTerm::Now { shift: None } => Term::Now(Span::ZERO),
            TreeTerm::Now { shift: Some(shift) } => match shift.strip_prefix('-') {
                Some(back) => Term::Now(Span(-inside.span("shift", back)?.0)),
                None => Term::Now(inside.span("shift", shift)?),
            },
        })
    }

    fn counter(
        &self,
        event: &str,
        window: &Option<String>,
        filter: &Option<Box<Tree>>,
        kind: CounterKind,
    ) -> Result<CounterSpec, Problem> {
        let window = self.maybe_span("window", window)?;
        Ok(CounterSpec::new(event, self.filter(filter)?, window, kind))
    }

    fn filter(&self, filter: &Option<Box<Tree>>) -> Result<Option<Box<Expr>>, Problem> {
        let Some(tree) = filter else { return Ok(None) };
        let node = self.inside("where").node(tree)?;
        Ok(Some(Box::new(Expr { text: print::node(&node, Style::Filter), node })))
    }

    fn money(&self, amount: f64, currency: &str) -> Result<Money, Problem> {
        let Some(code) = Currency::read(currency) else {
            return Err(self
                .problem(format!("`{currency}` is no currency"))
                .hint("three capital letters, such as EUR"));
        };
        Money::new(amount, code)
            .ok_or_else(|| self.problem("an amount has at most six decimals and is at most 10^12"))
    }

    fn channel(&self, name: &str) -> Result<Channel, Problem> {
        Channel::from_name(name).ok_or_else(|| {
            self.problem(format!("there is no channel `{name}`"))
                .hint(suggest::hint(name, Channel::ALL.map(Channel::name)))
        })
    }

    fn maybe_span(&self, field: &str, text: &Option<String>) -> Result<Option<Span>, Problem> {
        text.as_ref().map(|it| self.span(field, it)).transpose()
    }

    fn span(&self, field: &str, text: &str) -> Result<Span, Problem> {
        let inside = self.inside(field);
        let span = Span::parse(text).map_err(|error| inside.problem(error.to_string()))?;
        if span <= Span::ZERO {
            return Err(inside.problem("the length of time must be more than nothing"));
        }
        Ok(span)
    }

    fn values(&self, values: &[Plain]) -> Result<Vec<Literal>, Problem> {
        let inside = self.inside("values");
        if values.is_empty() {
            return Err(inside.problem("the list needs at least one value"));
        }
        values.iter().map(|it| inside.plain(it)).collect()
    }

    fn plain(&self, value: &Plain) -> Result<Literal, Problem> {
        match value {
            // Adding 0 turns -0 into 0, as texts are read.
            Plain::Number(number) if number.is_finite() => Ok(Literal::Number(*number + 0.0)),
            Plain::Number(_) => Err(self.problem("the number is too large")),
            Plain::Text(text) => Ok(Literal::Text(text.clone())),
            Plain::Bool(truth) => Ok(Literal::Bool(*truth)),
        }
    }
}

fn symbol(op: TreeOp) -> Op {
    match op {
        TreeOp::Equal => Op::Equal,
        TreeOp::Differ => Op::Differ,
        TreeOp::Less => Op::Less,
        TreeOp::AtMost => Op::AtMost,
        TreeOp::More => Op::More,
        TreeOp::AtLeast => Op::AtLeast,
    }
}
