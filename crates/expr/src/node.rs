//! The tree behind a condition.

use crate::CounterSpec;
use crate::money::Money;
use crate::sequence::Sequence;
use crate::version::Version;
use model::{Channel, Span};

/// A condition: something that holds or does not.
#[derive(Clone, PartialEq, Debug)]
pub enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Bool(bool),
    /// The event happened at least once.
    Did(CounterSpec),
    Sequence(Sequence),
    Consent {
        channel: Channel,
        topic: String,
    },
    Audience(String),
    /// A list that the team keeps.
    List(String),
    Exists(Term),
    /// A trait or property that is `true`.
    Is(Term),
    /// The fixed value, if there is one, stands on the right.
    Compare {
        left: Term,
        op: Op,
        right: Term,
    },
    /// The age of a time: `last("X") < 90d ago` is "less than 90 days ago".
    Age {
        term: Term,
        op: Op,
        span: Span,
    },
    /// `among` is false for `not in`, which needs a value too.
    In {
        term: Term,
        among: bool,
        list: Vec<Literal>,
    },
    Contains {
        term: Term,
        part: Term,
    },
    /// `contains all […]`, or `contains any […]`.
    ContainsEach {
        term: Term,
        all: bool,
        list: Vec<Literal>,
    },
    StartsWith {
        term: Term,
        part: Term,
    },
    EndsWith {
        term: Term,
        part: Term,
    },
    /// `anniversary` is whether the day of the year is meant rather than the moment.
    Within {
        term: Term,
        anniversary: bool,
        side: Side,
        span: Span,
    },
}

/// Something with a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Term {
    Literal(Literal),
    Trait(String),
    Property(String),
    /// How many letters a text or things a list has. Inside is a trait or a property.
    Length(Box<Term>),
    /// A text, or the texts of a list, in lower case. Inside is a trait or a property.
    Lower(Box<Term>),
    Counter(CounterSpec),
    /// Only on the right of a comparison.
    Money(Money),
    /// Only on the right of a comparison.
    Version(Version),
    /// Now, moved by a span that may be negative.
    Now(Span),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    Number(f64),
    Text(String),
    Bool(bool),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    Equal,
    Differ,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Next,
    Last,
}

impl Node {
    /// Visits every node that has no nodes below it.
    pub fn each_leaf(&self, visit: &mut dyn FnMut(&Node)) {
        match self {
            Node::And(parts) | Node::Or(parts) => {
                parts.iter().for_each(|part| part.each_leaf(visit));
            }
            Node::Not(part) => part.each_leaf(visit),
            Node::Bool(_)
            | Node::Did(_)
            | Node::Sequence(_)
            | Node::Consent { .. }
            | Node::Audience(_)
            | Node::List(_)
            | Node::Exists(_)
            | Node::Is(_)
            | Node::Compare { .. }
            | Node::Age { .. }
            | Node::In { .. }
            | Node::Contains { .. }
            | Node::ContainsEach { .. }
            | Node::StartsWith { .. }
            | Node::EndsWith { .. }
            | Node::Within { .. } => visit(self),
        }
    }

    /// Visits every term, and what stands inside a term, but not the filter of a counter.
    pub fn each_term(&self, visit: &mut dyn FnMut(&Term)) {
        let mut both = |term: &Term| {
            visit(term);
            if let Term::Length(inner) | Term::Lower(inner) = term {
                visit(inner);
            }
        };
        self.each_leaf(&mut |leaf| match leaf {
            Node::Exists(term)
            | Node::Is(term)
            | Node::Age { term, .. }
            | Node::In { term, .. }
            | Node::ContainsEach { term, .. }
            | Node::Within { term, .. } => both(term),
            Node::Compare { left, right, .. } => [left, right].into_iter().for_each(&mut both),
            Node::Contains { term, part }
            | Node::StartsWith { term, part }
            | Node::EndsWith { term, part } => {
                [term, part].into_iter().for_each(&mut both);
            }
            Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::Bool(_)
            | Node::Did(_)
            | Node::Sequence(_)
            | Node::Consent { .. }
            | Node::Audience(_)
            | Node::List(_) => {}
        });
    }

    pub fn each_counter(&self, visit: &mut dyn FnMut(&CounterSpec)) {
        self.each_leaf(&mut |leaf| match leaf {
            Node::Did(spec) => visit(spec),
            Node::Sequence(sequence) => sequence.lists().for_each(&mut *visit),
            _ => {}
        });
        self.each_term(&mut |term| {
            if let Term::Counter(spec) = term {
                visit(spec);
            }
        });
    }

    /// Visits the path of every trait that is read, one path perhaps more than once.
    pub fn each_trait(&self, visit: &mut dyn FnMut(String)) {
        self.each_term(&mut |term| {
            if let Term::Trait(name) = term {
                visit(name.clone());
            }
        });
        self.each_leaf(&mut |leaf| match leaf {
            // An amount is read together with its currency.
            Node::Compare { left: Term::Trait(name), right: Term::Money(_), .. } => {
                visit(crate::money::sibling(name));
            }
            Node::List(name) => visit(list_trait(name)),
            _ => {}
        });
    }
}

/// The trait that says whether a person is in a list: `true` if so.
pub fn list_trait(name: &str) -> String {
    format!("list.{name}")
}

impl Op {
    pub fn symbol(self) -> &'static str {
        match self {
            Op::Equal => "==",
            Op::Differ => "!=",
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::More => ">",
            Op::AtLeast => ">=",
        }
    }

    /// The operator that says the same with its sides exchanged.
    pub fn flipped(self) -> Op {
        match self {
            Op::Equal => Op::Equal,
            Op::Differ => Op::Differ,
            Op::Less => Op::More,
            Op::AtMost => Op::AtLeast,
            Op::More => Op::Less,
            Op::AtLeast => Op::AtMost,
        }
    }

    pub fn is_order(self) -> bool {
        match self {
            Op::Equal | Op::Differ => false,
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => true,
        }
    }
}
