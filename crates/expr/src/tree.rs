//! A condition as a tree of plain data: what a visual builder edits and an API sends.
//!
//! In JSON every part is an object with a `kind` and named fields; `docs/conditions.md` lists them, and
//! [`crate::vocabulary`] says the same to a program. The text of the condition and its tree say the same
//! things: each is read from the other without loss.

mod read;
mod write;

use crate::node::Node;
use crate::print::{self, Style};
use crate::{Expr, parse};
use model::Problem;
use serde::{Deserialize, Serialize, Serializer};

/// A condition.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Tree {
    All {
        parts: Vec<Tree>,
    },
    Any {
        parts: Vec<Tree>,
    },
    Not {
        part: Box<Tree>,
    },
    /// Always or never.
    Fixed {
        holds: bool,
    },
    Did {
        event: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<String>,
        #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Tree>>,
    },
    Sequence {
        steps: Vec<TreeStep>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then_not: Option<TreeStep>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        without: Option<TreeEvent>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<String>,
    },
    Consent {
        channel: String,
        topic: String,
    },
    Audience {
        name: String,
    },
    List {
        name: String,
    },
    Exists {
        term: TreeTerm,
    },
    IsTrue {
        term: TreeTerm,
    },
    Compare {
        left: TreeTerm,
        op: TreeOp,
        right: TreeTerm,
    },
    /// How long ago a time is.
    Age {
        term: TreeTerm,
        op: TreeOp,
        span: String,
    },
    In {
        term: TreeTerm,
        values: Vec<Plain>,
    },
    NotIn {
        term: TreeTerm,
        values: Vec<Plain>,
    },
    Contains {
        term: TreeTerm,
        value: TreeTerm,
    },
    ContainsAny {
        term: TreeTerm,
        values: Vec<Plain>,
    },
    ContainsAll {
        term: TreeTerm,
        values: Vec<Plain>,
    },
    StartsWith {
        term: TreeTerm,
        value: TreeTerm,
    },
    EndsWith {
        term: TreeTerm,
        value: TreeTerm,
    },
    Within {
        term: TreeTerm,
        side: TreeSide,
        span: String,
    },
    Anniversary {
        term: TreeTerm,
        side: TreeSide,
        span: String,
    },
}

/// Something with a value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TreeTerm {
    Value {
        value: Plain,
    },
    Money {
        #[serde(serialize_with = "shortest")]
        amount: f64,
        currency: String,
    },
    Version {
        version: String,
    },
    Trait {
        name: String,
    },
    Property {
        name: String,
    },
    Length {
        of: Box<TreeTerm>,
    },
    Lower {
        of: Box<TreeTerm>,
    },
    Count {
        event: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<String>,
        #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Tree>>,
    },
    Sum {
        event: String,
        property: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<String>,
        #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Tree>>,
    },
    First {
        event: String,
        #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Tree>>,
    },
    Last {
        event: String,
        #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Tree>>,
    },
    /// `shift` is a length of time, with a minus for the past.
    Now {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shift: Option<String>,
    },
}

/// A step of a sequence. The first has no `within`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeStep {
    pub event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Tree>>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeEvent {
    pub event: String,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Tree>>,
}

/// A value as JSON writes it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Plain {
    Bool(bool),
    #[serde(serialize_with = "shortest")]
    Number(f64),
    Text(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TreeOp {
    #[serde(rename = "==")]
    Equal,
    #[serde(rename = "!=")]
    Differ,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">")]
    More,
    #[serde(rename = ">=")]
    AtLeast,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TreeSide {
    Next,
    Last,
}

impl Expr {
    /// The condition as plain data.
    pub fn tree(&self) -> Tree {
        write::tree(&self.node)
    }

    /// The condition that a tree says. What is wrong is said with the path of its part, such as
    /// `parts[1]`. The limits are those of texts, because the condition is stored as one.
    pub fn from_tree(tree: &Tree) -> Result<Expr, Problem> {
        let node = read::node(tree)?;
        parse(&print::node(&node, Style::Condition)).map_err(|whole| {
            // Counted in a text that nobody wrote, line and column would only confuse.
            let (part, path) = first_wrong(tree, "").unwrap_or((whole, String::new()));
            read::placed(&path, &part.message).hint(part.hint)
        })
    }
}

/// The first leaf that is wrong by itself, and where it is.
fn first_wrong(tree: &Tree, path: &str) -> Option<(Problem, String)> {
    match tree {
        Tree::All { parts } | Tree::Any { parts } => {
            let mut parts = parts.iter().enumerate();
            parts.find_map(|(n, it)| first_wrong(it, &read::join(path, &format!("parts[{n}]"))))
        }
        Tree::Not { part } => first_wrong(part, &read::join(path, "part")),
        leaf => {
            let node: Node = read::node(leaf).ok()?;
            let problem = parse(&print::node(&node, Style::Condition)).err()?;
            Some((problem, path.to_owned()))
        }
    }
}

/// Whole numbers without a point, as people write them.
fn shortest<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    /// Up to 2^53 a whole number is itself in every reader of JSON.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return serializer.serialize_i64(*number as i64);
    }
    serializer.serialize_f64(*number)
}
