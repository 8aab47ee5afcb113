//! One content to its form per channel: templates, layout, links and checks.
//!
//! Pure, and strict: a variable that has no value for this person is an error that names it, never
//! a message that says "Hello ,". Whatever comes from a person is escaped for the place where it
//! lands. Templates are bounded in size, loops and output, so no content can slow the engine down.

mod check;
mod clients;
pub mod consistency;
mod css;
mod document;
mod email;
pub mod feed;
pub mod form;
mod html;
mod layout;
pub mod links;
mod locale;
mod markdown;
pub mod page;
mod part;
pub mod post;
mod short;
pub mod site;
pub mod sms;
mod template;
pub mod words;

pub use document::{
    Action, Brand, Content, EmailForm, Forms, FrontMatter, Image, PostForm, PushForm, SmsForm,
    TextForm, Threading,
};
pub use email::{Email, email};
pub use form::Form;
pub use layout::{Layout, Missed};
pub use links::{Link, LinkKey};
pub use locale::{LocaleFront, Translation};
pub use page::{Page, PageForm, PageKind, page};
pub use part::{Part, part};
pub use post::{PostTo, post};
pub use short::{Short, short};
pub use site::Site;
pub use sms::{Sms, sms};
pub use words::{Word, Words};

use model::{Map, MessageId, PersonId};
use std::fmt;

/// What templates may see: `person.*` are the traits, `event.*` the properties of the event that
/// began the run. `brand.name` is there as well.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub traits: &'a Map,
    pub event: &'a Map,
}

/// Whose message this is, for the signed links in it.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    pub key: &'a LinkKey,
    pub person: PersonId,
    pub message: MessageId,
    /// The ledger's scope (`journey/welcome`): becomes `utm_campaign`.
    pub campaign: &'a str,
    /// Whether clicks and opens are seen: else links lead straight to where they say, and nothing is
    /// fetched when the message is read.
    pub followed: bool,
}

/// Why a content could not be rendered for a person. Holds names from the template and never a
/// value of the person, since it is shown in trails and counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// Which part: `subject`, `body`, `action url`, …
    pub place: String,
    pub message: String,
    /// What to do; empty where the message says it.
    pub hint: String,
}

impl<'a> Reader<'a> {
    pub(crate) fn scope(self, brand: &'a Brand) -> template::Scope<'a> {
        template::Scope { person: self.traits, event: self.event, brand_name: &brand.name }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for RenderError {}

#[cfg(test)]
mod tests;
