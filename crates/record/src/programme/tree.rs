//! Written fields as plain data in their order: what definitions have in common when they are
//! compared, shown or written to a file.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    Nothing,
    Truth(bool),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    /// In the order in which the fields are written.
    Fields(Vec<(String, Tree)>),
}

impl Tree {
    /// No fields yet.
    pub fn fields() -> Tree {
        Tree::Fields(Vec::new())
    }

    /// The same with one more field, if there is a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Option<Tree>>) -> Tree {
        if let (Tree::Fields(fields), Some(value)) = (&mut self, value.into()) {
            fields.push((name.to_owned(), value));
        }
        self
    }

    pub fn text(text: impl ToString) -> Tree {
        Tree::Text(text.to_string())
    }

    /// A text that says nothing is not written.
    pub fn said(text: &str) -> Option<Tree> {
        (!text.is_empty()).then(|| Tree::text(text))
    }

    /// A value that is the usual one is not written.
    pub fn unless<T: PartialEq + ToString>(value: T, usual: T) -> Option<Tree> {
        (value != usual).then(|| Tree::text(value))
    }

    pub fn list(items: impl IntoIterator<Item = Tree>) -> Tree {
        Tree::List(items.into_iter().collect())
    }

    /// A list without items is not written.
    pub fn some(items: impl IntoIterator<Item = Tree>) -> Option<Tree> {
        let items: Vec<Tree> = items.into_iter().collect();
        (!items.is_empty()).then_some(Tree::List(items))
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Tree::Nothing => true,
            Tree::List(items) => items.is_empty(),
            Tree::Fields(fields) => fields.is_empty(),
            Tree::Truth(_) | Tree::Number(_) | Tree::Text(_) => false,
        }
    }
}

impl From<&model::Value> for Tree {
    fn from(value: &model::Value) -> Tree {
        match value {
            model::Value::Null => Tree::Nothing,
            model::Value::Bool(it) => Tree::Truth(*it),
            model::Value::Number(it) => Tree::Number(*it),
            model::Value::Text(it) => Tree::text(it),
            model::Value::List(items) => Tree::list(items.iter().map(Tree::from)),
            model::Value::Map(map) => {
                Tree::Fields(map.iter().map(|(name, it)| (name.clone(), it.into())).collect())
            }
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Nothing => serializer.serialize_unit(),
            Tree::Truth(it) => serializer.serialize_bool(*it),
            Tree::Number(it) if it.fract() == 0.0 && it.abs() < 1e15 => {
                serializer.serialize_i64(*it as i64)
            }
            Tree::Number(it) => serializer.serialize_f64(*it),
            Tree::Text(it) => serializer.serialize_str(it),
            Tree::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Tree::Fields(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
