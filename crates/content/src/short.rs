//! The short form of a content, for every channel but e-mail: a title, a line and a link.

use crate::email::{action, error};
use crate::template::one_line;
use crate::{Brand, Content, Links, Reader, RenderError};
use model::Channel;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    pub title: String,
    pub body: String,
    /// What the content's action is called, if it has one.
    pub label: Option<String>,
    /// Its signed link.
    pub url: Option<String>,
}

/// The channel's own form where the content has one, else the summary under the brand's name.
pub fn short(
    content: &Content,
    channel: Channel,
    brand: &Brand,
    reader: Reader,
    links: &Links,
) -> Result<Short, RenderError> {
    let content = content.for_reader(reader);
    let scope = reader.scope(brand);
    let (title, bodies): (&str, &[&str]) = match channel {
        Channel::Push => ("push title", &["push body"]),
        Channel::Onsite => ("onsite title", &["onsite body"]),
        Channel::Sms => {
            let sms = crate::sms(content, brand, reader, links)?;
            let title = brand.name.clone();
            return Ok(Short { title, body: sms.body, label: None, url: sms.url });
        }
        Channel::Social => ("", &["social text", "bluesky text", "mastodon text"]),
        Channel::Webhook => ("", &["webhook text"]),
        Channel::Email => ("subject", &["preheader"]),
    };
    let mut body = String::new();
    for name in bodies.iter().chain(&["summary"]) {
        if body.trim().is_empty() {
            body = content.fill(name, scope)?;
        }
    }
    let title = match content.fill(title, scope)? {
        empty if empty.trim().is_empty() => brand.name.clone(),
        title => title,
    };
    if body.trim().is_empty() {
        let hint = "write a form for the channel, or a summary";
        return Err(error(channel.name(), "the content has nothing to say here", hint));
    }
    let (label, url) = action(content, brand, scope, links, channel)?.unzip();
    Ok(Short { title: one_line(&title), body: one_line(&body), label, url })
}
