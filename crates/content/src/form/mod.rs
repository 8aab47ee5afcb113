//! Forms that strangers fill in: what is asked, and what became of what they typed.
//!
//! Whatever is posted is read against the form's own definition: fields that it does not have are not
//! read at all, so nobody adds a trait or an identifier that the team did not ask for.

mod check;
mod read;
mod token;
mod visit;

pub use read::{Fault, Filled, Refused, is_email, read};
pub use token::{Age, Token};
pub use visit::Visit;

use crate::links::is_web_address;
use model::{ContentName, Topic};
use serde::{Deserialize, Serialize};

/// `forms/*.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Form {
    #[serde(rename = "form")]
    pub name: String,
    pub title: String,
    /// Above the fields, in a sentence or two.
    pub text: String,
    /// The language that it is in. Empty: the brand's.
    pub locale: String,
    /// Beside the address, which is always asked for.
    pub fields: Vec<Field>,
    pub topics: Vec<AskedTopic>,
    /// A yes counts once it was confirmed from the address.
    pub double_opt_in: Option<bool>,
    /// The mail that asks for it. Absent: `request-confirmation`.
    pub confirmation: Option<ContentName>,
    /// What stands on the button.
    pub button: String,
    /// What is said afterwards, in a sentence or two.
    pub thanks: String,
    /// A page of one's own to which people go afterwards, in place of what is said.
    pub then: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Field {
    /// How the event calls it.
    pub field: String,
    pub kind: FieldKind,
    /// What people read. Empty: a word that is built in, where there is one.
    pub label: String,
    pub required: bool,
    /// Of a choice.
    pub choices: Vec<String>,
    /// The most characters of a text.
    pub chars: Option<usize>,
    /// The trait of new people that it becomes.
    #[serde(rename = "trait")]
    pub to_trait: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    #[default]
    Text,
    Name,
    Phone,
    Choice,
    Checkbox,
}

/// What people may subscribe to, with the words that they agree to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AskedTopic {
    pub topic: Topic,
    pub wording: String,
}

/// A text without a limit of its own.
pub const TEXT_CHARS_MAX: usize = 200;

/// A text with one.
pub const LONG_TEXT_CHARS_MAX: usize = 2_000;

/// The field of the address, in every form.
pub const EMAIL: &str = "email";

impl Form {
    /// Whether whoever reads the address is asked to say yes once more.
    pub fn is_confirmed(&self) -> bool {
        self.double_opt_in != Some(false)
    }

    /// The name under which a topic's box is posted.
    pub fn topic_field(n: usize) -> String {
        format!("topic.{n}")
    }

    /// Where people go afterwards, if not to our own page: a path of ours or a whole address.
    pub fn leads_to(&self) -> Option<&str> {
        Some(self.then.as_str()).filter(|it| is_place(it))
    }

    pub fn check(&self) -> Vec<model::Problem> {
        check::check(self)
    }
}

impl Field {
    pub fn chars_max(&self) -> usize {
        self.chars.unwrap_or(TEXT_CHARS_MAX)
    }
}

/// Where a yes was said, as it is kept with it.
pub fn source(form: &str, page: &str) -> String {
    if page.is_empty() { format!("form {form}") } else { format!("form {form} at {page}") }
}

/// The page in what [`source`] made.
pub fn page_of(source: &str) -> Option<&str> {
    let (form, page) = source.strip_prefix("form ")?.split_once(" at ")?;
    (!form.contains(' ')).then_some(page)
}

/// A path below our own address, or a whole web address. `//evil.example` is a whole address that
/// looks like a path.
pub(crate) fn is_place(text: &str) -> bool {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let sound = |it: char| !it.is_control() && !it.is_whitespace() && !"\"<>\\".contains(it);
    // Browsers are told in a header, which holds nothing but ASCII.
    text.is_ascii() && (is_web_address(text) || (is_path && text.chars().all(sound)))
}

#[cfg(test)]
mod tests;
