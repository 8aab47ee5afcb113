//! The tree behind a condition.

use crate::CounterSpec;
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
    Consent {
        channel: Channel,
        topic: String,
    },
    Audience(String),
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
    In {
        term: Term,
        list: Vec<Literal>,
    },
    Contains {
        term: Term,
        part: Term,
    },
    StartsWith {
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
    Counter(CounterSpec),
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
            | Node::Consent { .. }
            | Node::Audience(_)
            | Node::Exists(_)
            | Node::Is(_)
            | Node::Compare { .. }
            | Node::Age { .. }
            | Node::In { .. }
            | Node::Contains { .. }
            | Node::StartsWith { .. }
            | Node::Within { .. } => visit(self),
        }
    }

    /// Visits every term, but not those inside the filter of a counter.
    pub fn each_term(&self, visit: &mut dyn FnMut(&Term)) {
        self.each_leaf(&mut |leaf| match leaf {
            Node::Exists(term)
            | Node::Is(term)
            | Node::Age { term, .. }
            | Node::In { term, .. }
            | Node::Within { term, .. } => visit(term),
            Node::Compare { left, right, .. } => [left, right].into_iter().for_each(&mut *visit),
            Node::Contains { term, part } | Node::StartsWith { term, part } => {
                [term, part].into_iter().for_each(&mut *visit);
            }
            Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::Bool(_)
            | Node::Did(_)
            | Node::Consent { .. }
            | Node::Audience(_) => {}
        });
    }

    pub fn each_counter(&self, visit: &mut dyn FnMut(&CounterSpec)) {
        self.each_leaf(&mut |leaf| {
            if let Node::Did(spec) = leaf {
                visit(spec);
            }
        });
        self.each_term(&mut |term| {
            if let Term::Counter(spec) = term {
                visit(spec);
            }
        });
    }
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
