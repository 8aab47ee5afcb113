//! The one condition language: parse, check, evaluate, explain.
//!
//! A condition says something about one person, and perhaps about the event at hand:
//!
//! ```text
//! count("Order Completed", last 365d where revenue > 50) >= 2
//!     and not did("Order Completed", last 90d) and consent("email", "offers")
//! ```
//!
//! It reads the world only through [`Lookup`], and [`evaluate`] says with each verdict until when
//! time alone cannot change it. Whatever parses can be evaluated: there is no form in the language
//! that nothing executes.

mod calendar;
mod check;
mod counter;
mod evaluate;
mod explain;
mod money;
mod node;
mod parse;
mod print;
mod sequence;
mod suggest;
mod token;
mod tree;
mod version;
mod vocabulary;

pub use counter::{CounterKind, CounterSpec, short_id};
pub use evaluate::{Lookup, Reading, Truth, evaluate};
pub use explain::{Explanation, explain};
pub use money::{Currency, amount_in, micros};
pub use node::list_trait;
pub use parse::parse;
pub use suggest::hint as did_you_mean;
pub use tree::{Plain, Tree, TreeEvent, TreeOp, TreeSide, TreeStep, TreeTerm};
pub use vocabulary::{Comparison, Field, Form, Holds, Limits, Type, Unit, Vocabulary, vocabulary};

use node::Node;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// Longest condition, in bytes, as written and in canonical form: about forty comparisons. A longer
/// one is better read as audiences made of audiences.
pub const MAX_TEXT_BYTES: usize = 4_096;

/// Deepest nesting of parentheses, `not` and `where`. Parsing and evaluating recurse this far, so it
/// also bounds the stack.
pub const MAX_DEPTH: usize = 32;

/// Longest list after `in` and `contains`. More values than this belong in a trait or a property.
pub const MAX_LIST: usize = 200;

/// Most counters in one condition: each is kept for every person whom the events concern.
pub const MAX_COUNTERS: usize = 20;

/// Most `where` filters in one condition: each runs on every event of its name.
pub const MAX_FILTERS: usize = 10;

/// Longest window: ten years, longer than most businesses keep events.
pub const MAX_WINDOW: model::Span = model::Span::days(3_660);

/// The largest n for which "at least n in a window" keeps the n latest times; beyond it, the count
/// is kept as a series of entries.
pub const MAX_AT_LEAST: u32 = 256;

/// How many times of an event a sequence looks at, the latest ones. A person who did something 64 times
/// since the step before is past any order that a marketer means; and each time is stored.
pub const MAX_TIMES: usize = 64;

/// Most steps of a sequence, `then not` counted. More is a journey or a report.
pub const MAX_STEPS: usize = 5;

/// A condition that was parsed and checked. Two are equal when their canonical texts are.
#[derive(Clone)]
pub struct Expr {
    text: String,
    node: Node,
}

impl Expr {
    /// The counters that must be kept for this condition, without duplicates.
    pub fn counters(&self) -> Vec<CounterSpec> {
        let mut found: Vec<CounterSpec> = Vec::new();
        self.node.each_counter(&mut |spec| {
            if !found.contains(spec) {
                found.push(spec.clone());
            }
        });
        found
    }

    /// The names of the audiences that it refers to, without duplicates.
    pub fn audiences(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.node.each_leaf(&mut |leaf| {
            if let Node::Audience(name) = leaf
                && !found.contains(name)
            {
                found.push(name.clone());
            }
        });
        found
    }

    /// The paths of the traits that it reads, without duplicates: those of lists and of currencies beside
    /// an amount too.
    pub fn traits(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.node.each_trait(&mut |name| {
            if !found.contains(&name) {
                found.push(name);
            }
        });
        found
    }

    /// The names of the lists that it refers to, without duplicates.
    pub fn lists(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.node.each_leaf(&mut |leaf| {
            if let Node::List(name) = leaf
                && !found.contains(name)
            {
                found.push(name.clone());
            }
        });
        found
    }

    /// The names of the events that it depends on, without duplicates.
    pub fn events(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.node.each_counter(&mut |spec| {
            if !found.contains(&spec.event) {
                found.push(spec.event.clone());
            }
        });
        found
    }

    /// Whether it reads the event at hand. The filter of a counter does not count: it is applied
    /// when the counted event arrives.
    pub fn uses_event(&self) -> bool {
        let mut found = false;
        self.node.each_term(&mut |term| found |= matches!(term, node::Term::Property(_)));
        found
    }

    pub fn uses_consent(&self) -> bool {
        let mut found = false;
        self.node.each_leaf(&mut |leaf| found |= matches!(leaf, Node::Consent { .. }));
        found
    }

    /// The canonical text: what [`parse`] reads back as the same condition.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        self.text == other.text
    }
}

impl Eq for Expr {}

impl PartialOrd for Expr {
    fn partial_cmp(&self, other: &Expr) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Expr {
    fn cmp(&self, other: &Expr) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Expr, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map_err(serde::de::Error::custom)
    }
}

impl std::str::FromStr for Expr {
    type Err = model::Problem;

    fn from_str(text: &str) -> Result<Expr, model::Problem> {
        parse(text)
    }
}

#[cfg(test)]
mod tests;
