//! The form of a content on a social network: a post, or a thread of them, that speaks to everyone.
//!
//! The text is the network's own form, else the form `social`, else the summary. What it says of one
//! person is an error, and its links are tagged but not signed, since nobody knows who will follow
//! them.

mod count;
mod limits;
pub(crate) mod marks;
mod thread;

pub use limits::{Limits, PARTS_MAX};

use crate::document::{PostForm, Threading};
use crate::email::error;
use crate::links::{is_own, is_web_address, with_parameters};
use crate::{Brand, Content, RenderError};
use model::{LinkCard, Mark, Marked, Network, Post, PostImage, PostPart};
use std::collections::BTreeSet;
use std::ops::Range;

/// Where a post will stand.
#[derive(Clone, Copy, Debug)]
pub struct PostTo<'a> {
    pub network: Network,
    /// Becomes `utm_campaign`.
    pub campaign: &'a str,
    /// The language that is wanted, such as `nl-BE`; empty: the document's own.
    pub locale: &'a str,
    pub limits: Limits,
}

impl<'a> PostTo<'a> {
    /// In the document's language, under the network's usual limits.
    pub fn new(network: Network, campaign: &'a str) -> PostTo<'a> {
        PostTo { network, campaign, locale: "", limits: Limits::of(network) }
    }
}

pub fn post(content: &Content, brand: &Brand, to: &PostTo) -> Result<Post, RenderError> {
    let content = content.speak(to.locale);
    let (place, text, form) = said(content, brand, to.network)?;
    let images = images(content, brand, &to.limits)?;
    let action = action(content, brand)?;
    let carded = action.as_ref().filter(|_| to.limits.cards && images.is_empty());
    let mut whole = text.clone();
    if let Some((_, url)) = action.as_ref().filter(|it| carded.is_none() && !text.contains(&it.1)) {
        whole.push_str(&format!("\n\n{url}"));
    }
    add_hashtags(&mut whole, &content.hashtags);
    let lead = |url: &str| (shown(url, content, brand, to), tagged(url, content, brand, to));
    let (whole, marks) = marks::marked(&whole, &lead);
    check_links(&place, &marks, &to.limits)?;
    let threading = form.and_then(|it| it.thread);
    let mut parts = parts(&place, &whole, &marks, threading, to)?;
    let card =
        carded.map(|(label, url)| card(label, url, &text, content, brand, to)).transpose()?;
    if let Some(first) = parts.first_mut() {
        first.images = images;
        first.card = card;
    }
    let language = Some(content.language(brand)).filter(|it| !it.is_empty()).map(str::to_owned);
    Ok(Post { network: to.network, parts, language })
}

/// How long a part is, as its network counts.
pub fn length(network: Network, limits: &Limits, part: &PostPart) -> usize {
    count::length(network, limits, &part.text, &part.marks)
}

/// The form that a network has for itself, or shares with the others.
fn form(content: &Content, network: Network) -> Option<&PostForm> {
    let forms = &content.forms;
    let own = match network {
        Network::Bluesky => &forms.bluesky,
        Network::Mastodon => &forms.mastodon,
        Network::Linkedin => &forms.linkedin,
        Network::Facebook => &forms.facebook,
        Network::Threads => &forms.threads,
        Network::X => &forms.x,
    };
    own.as_ref()
}

/// The name of the text that is taken, the text, and the form that it is from.
fn said<'a>(
    content: &'a Content,
    brand: &Brand,
    network: Network,
) -> Result<(String, String, Option<&'a PostForm>), RenderError> {
    let own = form(content, network).map(|it| (format!("{network} text"), it));
    let shared = content.forms.social.as_ref().map(|it| ("social text".to_owned(), it));
    let forms = [own, shared].into_iter().flatten().map(|(name, it)| (name, Some(it)));
    for (place, form) in forms.chain([("summary".to_owned(), None)]) {
        let text = content.fill_for_all(&place, brand)?.replace("\r\n", "\n");
        if !text.trim().is_empty() {
            return Ok((place, text.trim().to_owned(), form));
        }
    }
    let hint = format!("write `forms: {{{network}: {{text: …}}}}`, or a summary");
    Err(error(network.name(), "the content has nothing to say here", &hint))
}

/// The images in their order, each with what it shows in words.
fn images(
    content: &Content,
    brand: &Brand,
    limits: &Limits,
) -> Result<Vec<PostImage>, RenderError> {
    let first = content.image.iter().map(|_| "image".to_owned());
    let more = (2..).zip(&content.images).map(|(n, _)| format!("image {n}"));
    let mut found = Vec::new();
    for name in first.chain(more) {
        let url = content.fill_for_all(&format!("{name} url"), brand)?.trim().to_owned();
        if !is_web_address(&url) {
            let place = format!("{name} url");
            return Err(error(&place, "it is not a web address", "begin it with https://"));
        }
        let place = format!("{name} alt");
        let alt = content.fill_for_all(&place, brand)?.trim().to_owned();
        if alt.is_empty() {
            let hint = "write `alt:`; some people hear the image";
            return Err(error(&place, "the image has no alt text", hint));
        }
        let length = alt.chars().count();
        if let Some(max) = limits.alt.filter(|it| *it < length) {
            let message = format!("it has {length} characters, and the network takes {max}");
            return Err(error(&place, &message, "say what matters in the image"));
        }
        found.push(PostImage { url, alt });
    }
    if limits.images < found.len() {
        let message =
            format!("there are {} images, and the network takes {}", found.len(), limits.images);
        return Err(error("images", &message, "leave some out"));
    }
    Ok(found)
}

/// Label and address, as they are written.
fn action(content: &Content, brand: &Brand) -> Result<Option<(String, String)>, RenderError> {
    if content.action.is_none() {
        return Ok(None);
    }
    let label = content.fill_for_all("action label", brand)?;
    let url = content.fill_for_all("action url", brand)?.trim().to_owned();
    if !is_web_address(&url) {
        return Err(error("action url", "it is not a web address", "begin it with https://"));
    }
    Ok(Some((crate::template::one_line(&label), url)))
}

fn card(
    label: &str,
    url: &str,
    text: &str,
    content: &Content,
    brand: &Brand,
    to: &PostTo,
) -> Result<LinkCard, RenderError> {
    let summary = crate::template::one_line(&content.fill_for_all("summary", brand)?);
    // A text that is the summary need not say it twice.
    let description = if summary == text { String::new() } else { summary };
    let url = tagged(url, content, brand, to);
    Ok(LinkCard { url, title: label.to_owned(), description, image: None })
}

fn add_hashtags(text: &mut String, hashtags: &[String]) {
    let has = |tag: &str| {
        let lower = text.to_lowercase();
        let mut words = lower.split(|it: char| !it.is_alphanumeric() && it != '_' && it != '#');
        words.any(|it| it.strip_prefix('#') == Some(&tag.to_lowercase()))
    };
    let missing: Vec<String> =
        hashtags.iter().filter(|it| !has(it)).map(|it| format!("#{it}")).collect();
    if !missing.is_empty() {
        text.push_str(&format!("\n\n{}", missing.join(" ")));
    }
}

/// What people read: Bluesky shows what the text says, and has no room for parameters.
fn shown(url: &str, content: &Content, brand: &Brand, to: &PostTo) -> String {
    match to.network {
        Network::Bluesky => marks::shortened(url),
        Network::Mastodon
        | Network::Linkedin
        | Network::Facebook
        | Network::Threads
        | Network::X => tagged(url, content, brand, to),
    }
}

fn tagged(url: &str, content: &Content, brand: &Brand, to: &PostTo) -> String {
    if is_own(url, &brand.base_url) {
        return url.to_owned();
    }
    let parameters = [
        ("utm_source", to.network.name()),
        ("utm_medium", "social"),
        ("utm_campaign", to.campaign),
        ("utm_content", content.name.as_str()),
    ];
    let tagged = with_parameters(url, &parameters);
    if is_web_address(&tagged) { tagged } else { url.to_owned() }
}

fn check_links(place: &str, marks: &[Mark], limits: &Limits) -> Result<(), RenderError> {
    let links: BTreeSet<&str> = marks
        .iter()
        .filter_map(|it| match &it.what {
            Marked::Link(url) => Some(url.as_str()),
            Marked::Tag(_) | Marked::Mention(_) => None,
        })
        .collect();
    match limits.links {
        Some(max) if max < links.len() => {
            let message = format!("there are {} links, and the network takes {max}", links.len());
            Err(error(place, &message, "leave some out"))
        }
        Some(_) | None => Ok(()),
    }
}

fn parts(
    place: &str,
    text: &str,
    marks: &[Mark],
    threading: Option<Threading>,
    to: &PostTo,
) -> Result<Vec<PostPart>, RenderError> {
    let (network, limits) = (to.network, &to.limits);
    let fits = |range: Range<usize>, taken: usize| {
        let part = cut(text, marks, range);
        let bytes = part.text.len() + taken;
        length(network, limits, &part) + taken <= limits.text
            && limits.bytes.is_none_or(|it| bytes <= it)
    };
    let whole = 0..text.len();
    if fits(whole.clone(), 0) {
        return Ok(vec![cut(text, marks, whole)]);
    }
    let found = length(network, limits, &cut(text, marks, whole));
    let unit = count::unit(network);
    let too_long = |why: &str, hint: &str| {
        let message =
            format!("the post has {found} {unit}, and {network} takes {}{why}", limits.text);
        Err(error(place, &message, hint))
    };
    if !limits.threads || threading == Some(Threading::Never) {
        return too_long("", &format!("shorten it, or write `forms: {{{network}: {{text: …}}}}`"));
    }
    let numbered = threading == Some(Threading::Numbered);
    match thread::split(text, marks, numbered, &fits) {
        Ok(ranges) => {
            let of = ranges.len();
            let part = |(n, range)| {
                let mut part = cut(text, marks, range);
                if numbered {
                    part.text.push_str(&thread::suffix(n, of));
                }
                part
            };
            Ok((1..).zip(ranges).map(part).collect())
        }
        Err(thread::Unsplit::TooLong) => {
            too_long("; a link or a name in it is longer than that", "use a shorter address")
        }
        Err(thread::Unsplit::TooMany) => too_long(
            &format!("; a thread has at most {PARTS_MAX} parts"),
            "shorten it, or link to a page",
        ),
    }
}

/// A stretch of the text with the marks in it.
fn cut(text: &str, marks: &[Mark], range: Range<usize>) -> PostPart {
    let inside = marks.iter().filter(|it| range.start <= it.start && it.end <= range.end);
    let moved = |it: &Mark| Mark {
        start: it.start - range.start,
        end: it.end - range.start,
        what: it.what.clone(),
    };
    let marks = inside.map(moved).collect();
    PostPart { text: text.get(range).unwrap_or_default().to_owned(), marks, ..PostPart::default() }
}

#[cfg(test)]
mod tests;
