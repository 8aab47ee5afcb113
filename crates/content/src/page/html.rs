//! Markdown to the HTML of a page: plain elements, which the page's style sheet dresses.

use crate::links::is_web_address;
use crate::markdown::is_direct;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Raw HTML is shown as text, as in mails, and only addresses that lead somewhere become links.
pub(super) fn html(markdown: &str) -> String {
    let events = || Parser::new_ext(markdown, Options::empty());
    // The page's title is its first heading; whoever begins the body with another one means the next.
    let is_first =
        |it: &Event| matches!(it, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }));
    let down = usize::from(events().any(|it| is_first(&it)));
    let mut links: Vec<bool> = Vec::new();
    let mut images: Vec<bool> = Vec::new();
    let dressed = events().filter_map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => {
            (!crate::markdown::is_comment(&raw)).then_some(Event::Text(raw))
        }
        Event::Start(Tag::Heading { level, .. }) => {
            let level = lower(level, down);
            let (id, classes, attrs) = (None, Vec::new(), Vec::new());
            Some(Event::Start(Tag::Heading { level, id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level, down)))),
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let leads = is_web_address(dest_url) || is_direct(dest_url);
            links.push(leads);
            leads.then_some(event)
        }
        Event::End(TagEnd::Link) => (links.pop() == Some(true)).then_some(event),
        // Of a picture without an address its alt text is left.
        Event::Start(Tag::Image { ref dest_url, .. }) => {
            images.push(is_web_address(dest_url));
            is_web_address(dest_url).then_some(event)
        }
        Event::End(TagEnd::Image) => (images.pop() == Some(true)).then_some(event),
        other => Some(other),
    });
    let mut html = String::with_capacity(markdown.len() * 2);
    pulldown_cmark::html::push_html(&mut html, dressed);
    html
}

fn lower(level: HeadingLevel, by: usize) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + by).unwrap_or(HeadingLevel::H6)
}
