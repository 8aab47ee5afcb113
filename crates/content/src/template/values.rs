//! What a template sees of a person: values that exist, and a stand-in for those that do not.
//!
//! The runtime refuses unknown names before a filter could give them a default. So every map here
//! answers every name: unknown ones with [`Missing`], which is nil, falls to `default`, is false in
//! a condition, and fails when it is to be written.

use super::{ITEMS_MAX, Scope};
use liquid_core::model::{DisplayCow, KStringCow, State};
use liquid_core::{ObjectView, Value, ValueView};
use model::Map;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Whole numbers up to here survive in an f64, and are shown without a fraction.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

#[derive(Debug)]
enum Node {
    Leaf(Value),
    Known(Known),
}

/// A map that knows some names and answers the others with [`Missing`].
#[derive(Debug)]
pub(super) struct Known(BTreeMap<String, Node>);

#[derive(Debug)]
struct Missing;

pub(super) fn globals(scope: Scope, names: &BTreeSet<String>) -> Known {
    let brand = Known(BTreeMap::from([(
        "name".to_owned(),
        Node::Leaf(Value::scalar(scope.brand_name.to_owned())),
    )]));
    Known(BTreeMap::from([
        ("person".to_owned(), Node::Known(known(scope.person, names))),
        ("event".to_owned(), Node::Known(known(scope.event, names))),
        ("brand".to_owned(), Node::Known(brand)),
    ]))
}

/// A number as a reader expects it: `3`, not `3.0`.
pub(super) fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < WHOLE_MAX {
        Value::scalar(number as i64)
    } else {
        Value::scalar(number)
    }
}

fn known(map: &Map, names: &BTreeSet<String>) -> Known {
    let node = |value: &model::Value| match value {
        model::Value::Map(inner) => Node::Known(known(inner, names)),
        other => Node::Leaf(leaf(other, names)),
    };
    Known(map.iter().map(|(name, value)| (name.clone(), node(value))).collect())
}

/// Maps within lists become plain values, which cannot answer every name; the names that the
/// template asks for anywhere are put in as nil.
fn leaf(value: &model::Value, names: &BTreeSet<String>) -> Value {
    match value {
        model::Value::Null => Value::Nil,
        model::Value::Bool(truth) => Value::scalar(*truth),
        model::Value::Number(it) => number(*it),
        model::Value::Text(text) => Value::scalar(text.clone()),
        model::Value::List(items) => {
            Value::Array(items.iter().take(ITEMS_MAX).map(|it| leaf(it, names)).collect())
        }
        model::Value::Map(map) => {
            let absent = names.iter().filter(|it| !map.contains_key(*it));
            let absent = absent.map(|it| (it.clone().into(), Value::Nil));
            let present = map.iter().map(|(name, it)| (name.clone().into(), leaf(it, names)));
            Value::Object(absent.chain(present).collect())
        }
    }
}

impl Node {
    fn as_view(&self) -> &dyn ValueView {
        match self {
            Node::Leaf(value) => value.as_view(),
            Node::Known(known) => known,
        }
    }
}

impl ValueView for Known {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new(""))
    }

    fn source(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new(""))
    }

    fn type_name(&self) -> &'static str {
        "object"
    }

    fn query_state(&self, state: State) -> bool {
        match state {
            State::Truthy => true,
            State::DefaultValue | State::Empty | State::Blank => self.0.is_empty(),
        }
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        KStringCow::from_static("")
    }

    fn to_value(&self) -> Value {
        let entry =
            |(name, node): (&String, &Node)| (name.clone().into(), node.as_view().to_value());
        Value::Object(self.0.iter().map(entry).collect())
    }

    fn as_object(&self) -> Option<&dyn ObjectView> {
        Some(self)
    }
}

impl ObjectView for Known {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        self.0.len() as i64
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(self.0.keys().map(|it| it.as_str().into()))
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(self.0.values().map(Node::as_view))
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(self.0.iter().map(|(name, node)| (name.as_str().into(), node.as_view())))
    }

    fn contains_key(&self, _name: &str) -> bool {
        true
    }

    fn get<'s>(&'s self, name: &str) -> Option<&'s dyn ValueView> {
        Some(self.0.get(name).map_or(&Missing as &dyn ValueView, Node::as_view))
    }
}

impl ValueView for Missing {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new(""))
    }

    fn source(&self) -> DisplayCow<'_> {
        DisplayCow::Owned(Box::new("nil"))
    }

    fn type_name(&self) -> &'static str {
        "nil"
    }

    fn query_state(&self, state: State) -> bool {
        match state {
            State::Truthy => false,
            State::DefaultValue | State::Empty | State::Blank => true,
        }
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        KStringCow::from_static("")
    }

    fn to_value(&self) -> Value {
        Value::Nil
    }

    fn as_object(&self) -> Option<&dyn ObjectView> {
        Some(self)
    }

    fn is_nil(&self) -> bool {
        true
    }
}

impl ObjectView for Missing {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        0
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(std::iter::empty())
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(std::iter::empty())
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(std::iter::empty())
    }

    fn contains_key(&self, _name: &str) -> bool {
        true
    }

    fn get<'s>(&'s self, _name: &str) -> Option<&'s dyn ValueView> {
        Some(&Missing)
    }
}
