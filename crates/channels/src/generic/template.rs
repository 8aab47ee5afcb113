//! Texts with `{{to}}` and the like in them, filled so that no value leaves its place. Pure.
//!
//! There are no conditions and no loops: what needs them is a module.

use crate::http::form::escaped;

/// What may stand between braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variable {
    /// The address.
    To,
    Text,
    Title,
    Url,
    /// The same for every try of one message, and of no other.
    Key,
}

/// Where a text goes, and so what a value must not do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A path or query.
    Url,
    Header,
    /// Within a string.
    Json,
    Form,
    /// Nothing means anything there.
    Plain,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(Variable),
    Env(String),
}

impl Variable {
    pub const ALL: [Variable; 5] =
        [Variable::To, Variable::Text, Variable::Title, Variable::Url, Variable::Key];

    pub fn name(self) -> &'static str {
        match self {
            Variable::To => "to",
            Variable::Text => "text",
            Variable::Title => "title",
            Variable::Url => "url",
            Variable::Key => "key",
        }
    }
}

impl Template {
    pub fn parse(text: &str, place: Place) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, behind) = after.split_once("}}").ok_or("`{{` has no `}}`")?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(part(name.trim())?);
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Template { parts, place })
    }

    /// The names of the environment that it needs.
    pub fn env(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|it| match it {
            Part::Env(name) => Some(name.as_str()),
            Part::Text(_) | Part::Variable(_) => None,
        })
    }

    pub fn variables(&self) -> impl Iterator<Item = Variable> {
        self.parts.iter().filter_map(|it| match it {
            Part::Variable(variable) => Some(*variable),
            Part::Text(_) | Part::Env(_) => None,
        })
    }

    /// With each secret put where its name stands.
    pub fn with_env<E>(
        self,
        mut reveal: impl FnMut(&str) -> Result<String, E>,
    ) -> Result<Template, E> {
        let place = self.place;
        let put = |part| {
            Ok(match part {
                Part::Env(name) => Part::Text(fit(&reveal(&name)?, place)),
                Part::Text(_) | Part::Variable(_) => part,
            })
        };
        Ok(Template { parts: self.parts.into_iter().map(put).collect::<Result<_, E>>()?, place })
    }

    pub fn fill(&self, value: impl Fn(Variable) -> String) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Variable(variable) => filled.push_str(&fit(&value(*variable), self.place)),
                // Put in before anything is sent.
                Part::Env(_) => {}
            }
        }
        filled
    }
}

fn part(name: &str) -> Result<Part, String> {
    if let Some(name) = name.strip_prefix("env:") {
        let is_name =
            !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        return match is_name {
            true => Ok(Part::Env(name.to_owned())),
            false => Err("`{{env:…}}` has no name of the environment".to_owned()),
        };
    }
    let found = Variable::ALL.into_iter().find(|it| it.name() == name);
    found.map(Part::Variable).ok_or_else(|| {
        format!("`{{{{{name}}}}}` is nothing; there are to, text, title, url, key and env:NAME")
    })
}

/// A value in the form in which it stays one.
fn fit(value: &str, place: Place) -> String {
    match place {
        Place::Url | Place::Form => escaped(value),
        Place::Plain => value.to_owned(),
        Place::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        // What is no visible letter cannot end a header, nor begin one.
        Place::Header => {
            let mut fitting = String::with_capacity(value.len());
            for byte in value.bytes() {
                match byte {
                    b' '..=b'~' => fitting.push(char::from(byte)),
                    _ => fitting.push_str(&format!("%{byte:02X}")),
                }
            }
            fitting
        }
    }
}
