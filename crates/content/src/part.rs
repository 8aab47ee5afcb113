//! A content as a part of another mail: its subject, its summary and its action.

use crate::email::action;
use crate::template::one_line;
use crate::{Brand, Content, Links, Reader, RenderError, email};
use model::Channel;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub title: String,
    /// Empty where the content has nothing beside its title.
    pub text: String,
    /// Label and signed address; a click on it is one on the part's own message.
    pub action: Option<(String, String)>,
}

pub fn part(
    content: &Content,
    brand: &Brand,
    reader: Reader,
    links: &Links,
) -> Result<Part, RenderError> {
    let content = content.for_reader(reader);
    let scope = reader.scope(brand);
    let fill = |name: &str| Ok(one_line(&content.fill(name, scope)?));
    let lines = [fill("subject")?, fill("summary")?, fill("preheader")?];
    let mut lines = lines.into_iter().filter(|it| !it.trim().is_empty());
    let Some(title) = lines.next() else {
        let hint = "write a subject or a summary";
        return Err(email::error("digest", "the content has nothing to say in one line", hint));
    };
    // A subject is often the summary itself; said twice it says nothing more.
    let text = lines.find(|it| *it != title).unwrap_or_default();
    Ok(Part { title, text, action: action(content, brand, scope, links, Channel::Email)? })
}
