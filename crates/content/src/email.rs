//! The e-mail form of a content: subject, HTML, text, and the headers of one-click unsubscribing.

use crate::layout::{BUILT_IN, Layout, Piece, Slot};
use crate::links::{is_web_address, with_parameters};
use crate::markdown::{self, escape_html, is_direct};
use crate::template::Scope;
use crate::{Brand, Content, Link, Links, Part, Reader, RenderError, Word, Words};
use model::{Channel, Purpose};
use std::borrow::Cow;

/// Mail providers clip a mail's HTML at about 102 KB, and the unsubscribe link with it.
pub const HTML_MAX_BYTES: usize = 100 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    pub subject: String,
    pub preheader: String,
    pub html: String,
    pub text: String,
    /// `List-Unsubscribe` and `List-Unsubscribe-Post` (RFC 8058). Marketing only: nobody can
    /// unsubscribe from an order confirmation, so it does not offer that in one click.
    pub headers: Vec<(String, String)>,
    /// The language that it is in; empty where nobody said it.
    pub lang: String,
}

/// `others` are the parts that it takes along; they stand below its own words.
pub fn email(
    content: &Content,
    brand: &Brand,
    reader: Reader,
    links: &Links,
    others: &[Part],
) -> Result<Email, RenderError> {
    let content = content.for_reader(reader);
    let scope = reader.scope(brand);
    let subject = match content.fill("subject", scope)? {
        empty if empty.trim().is_empty() => content.fill("summary", scope)?,
        subject => subject,
    };
    if subject.trim().is_empty() {
        return Err(error("subject", "the e-mail has no subject", "write one in its e-mail form"));
    }
    let preheader = content.fill("preheader", scope)?;
    let lead = |url: &str| lead(url, content, brand, links, Channel::Email);
    let body = markdown::render(&content.fill("body", scope)?, &lead);
    let action = action(content, brand, scope, links, Channel::Email)?;
    let shown = Shown {
        subject: crate::template::one_line(&subject),
        preheader: crate::template::one_line(&preheader),
        image: image(content, scope)?,
        body,
        action,
        others,
        footer: Footer::new(brand, links),
        lang: content.language(brand),
        words: Words::choose(&brand.words, [content.language(brand)]),
    };
    let layout = content.laid_out.as_deref().unwrap_or(&BUILT_IN);
    let (html, text) = (html(&shown, layout, brand), text(&shown, brand));
    if HTML_MAX_BYTES < html.len() {
        let message = format!("the mail is larger than {HTML_MAX_BYTES} bytes");
        return Err(error("body", &message, "mail programs would cut it off; shorten it"));
    }
    let headers = headers(content, &shown.footer);
    let lang = shown.lang.to_owned();
    Ok(Email { subject: shown.subject, preheader: shown.preheader, html, text, headers, lang })
}

/// The label and signed address of the content's action, if it has one.
pub(crate) fn action(
    content: &Content,
    brand: &Brand,
    scope: Scope,
    links: &Links,
    channel: Channel,
) -> Result<Option<(String, String)>, RenderError> {
    if content.action.is_none() {
        return Ok(None);
    }
    let label = content.fill("action label", scope)?;
    let url = content.fill("action url", scope)?;
    let url = url.trim();
    match lead(url, content, brand, links, channel) {
        Some(address) => Ok(Some((crate::template::one_line(&label), address))),
        None => Err(error("action url", "it is not a web address", "begin it with https://")),
    }
}

/// Where an address in a content leads: web addresses through a signed click with UTM parameters,
/// mail and telephone directly, anything else nowhere.
pub(crate) fn lead(
    url: &str,
    content: &Content,
    brand: &Brand,
    links: &Links,
    channel: Channel,
) -> Option<String> {
    if is_direct(url) || crate::links::is_own(url, &brand.base_url) {
        return Some(url.to_owned());
    }
    if !is_web_address(url) {
        return None;
    }
    if !links.followed {
        return Some(url.to_owned());
    }
    let source = links.campaign.split('/').next().unwrap_or_default();
    let parameters = [
        ("utm_source", source),
        ("utm_medium", channel.name()),
        ("utm_campaign", links.campaign),
        ("utm_content", content.name.as_str()),
    ];
    let tagged = with_parameters(url, &parameters);
    // A link that only its own tags make too long still has to work.
    let url = if is_web_address(&tagged) { tagged } else { url.to_owned() };
    let click = Link::Click { message: links.message, url };
    Some(click.address(&brand.base_url, links.key))
}

pub(crate) fn error(place: &str, message: &str, hint: &str) -> RenderError {
    RenderError { place: place.to_owned(), message: message.to_owned(), hint: hint.to_owned() }
}

struct Shown<'a> {
    subject: String,
    preheader: String,
    /// Address and alternative text.
    image: Option<(String, String)>,
    body: markdown::Rendered,
    /// Label and address.
    action: Option<(String, String)>,
    others: &'a [Part],
    footer: Footer,
    lang: &'a str,
    /// For the footer.
    words: Words<'a>,
}

struct Footer {
    unsubscribe: String,
    preferences: String,
    why: String,
    /// None for people who are not measured.
    open: Option<String>,
}

impl Footer {
    fn new(brand: &Brand, links: &Links) -> Footer {
        let Links { person, message, key, followed, campaign: _ } = *links;
        let address = |link: Link| link.address(&brand.base_url, key);
        Footer {
            unsubscribe: address(Link::Unsubscribe { person, message }),
            preferences: address(Link::Preferences { person, message }),
            why: address(Link::Why { person, message }),
            open: followed.then(|| address(Link::Open { message })),
        }
    }
}

fn image(content: &Content, scope: Scope) -> Result<Option<(String, String)>, RenderError> {
    if content.image.is_none() {
        return Ok(None);
    }
    let url = content.fill("image url", scope)?.trim().to_owned();
    if !is_web_address(&url) {
        return Err(error("image url", "it is not a web address", "begin it with https://"));
    }
    Ok(Some((url, content.fill("image alt", scope)?)))
}

fn headers(content: &Content, footer: &Footer) -> Vec<(String, String)> {
    match content.purpose {
        Purpose::Transactional | Purpose::Measurement => Vec::new(),
        Purpose::Marketing => vec![
            ("List-Unsubscribe".to_owned(), format!("<{}>", footer.unsubscribe)),
            ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()),
        ],
    }
}

fn html(parts: &Shown, layout: &Layout, brand: &Brand) -> String {
    let mut html = String::with_capacity(parts.body.html.len() + 6_000);
    for piece in layout.pieces() {
        match piece {
            Piece::Text(text) => html.push_str(text),
            Piece::Slot(slot) => html.push_str(&slot_html(*slot, parts, layout, brand)),
        }
    }
    html
}

fn slot_html<'a>(slot: Slot, parts: &'a Shown, layout: &Layout, brand: &'a Brand) -> Cow<'a, str> {
    let address = || escape_html(brand.postal_address.trim()).replace('\n', "<br>");
    Cow::Owned(match slot {
        // A layout without a place of their own has them with the content: nothing is lost.
        Slot::Content => {
            let image = if layout.has(Slot::Image) { String::new() } else { image_html(parts) };
            let action = if layout.has(Slot::Action) { String::new() } else { action_html(parts) };
            if image.is_empty() && action.is_empty() {
                return Cow::Borrowed(&parts.body.html);
            }
            format!("{image}{}{action}", parts.body.html)
        }
        Slot::Image => image_html(parts),
        Slot::Action => action_html(parts),
        Slot::Footer => footer_html(parts, brand),
        Slot::Open => open_html(&parts.footer),
        Slot::Preheader => preheader_text(&parts.preheader),
        Slot::HiddenPreheader => preheader_html(&parts.preheader),
        Slot::Subject => escape_html(&parts.subject),
        Slot::BrandName => escape_html(&brand.name),
        Slot::Address => address(),
        Slot::Unsubscribe => escape_html(&parts.footer.unsubscribe),
        Slot::Preferences => escape_html(&parts.footer.preferences),
        Slot::Why => escape_html(&parts.footer.why),
        Slot::Language => language_html(parts),
    })
}

fn image_html(parts: &Shown) -> String {
    let Some((url, alt)) = &parts.image else { return String::new() };
    format!(
        "<img src=\"{}\" alt=\"{}\" width=\"520\" style=\"display:block;width:100%;\
         max-width:520px;height:auto;border:0;border-radius:8px;margin:0 0 24px\">\n",
        escape_html(url),
        escape_html(alt)
    )
}

fn action_html(parts: &Shown) -> String {
    let mut html = String::new();
    if let Some((label, url)) = &parts.action {
        html.push_str(&format!(
            "<p style=\"margin:28px 0 8px\"><a class=\"button\" href=\"{}\" \
             style=\"display:inline-block;padding:13px 26px;border-radius:8px;\
             background:#1a56c4;color:#ffffff;font-weight:600;text-decoration:none\">{}</a></p>\n",
            escape_html(url),
            escape_html(label)
        ));
    }
    parts.others.iter().for_each(|it| html.push_str(&part_html(it)));
    html
}

fn part_html(part: &Part) -> String {
    let text = match part.text.as_str() {
        "" => String::new(),
        text => format!("<p style=\"margin:0 0 8px\">{}</p>\n", escape_html(text)),
    };
    let link = part.action.as_ref().map(|(label, url)| {
        format!(
            "<p style=\"margin:0\"><a class=\"link\" href=\"{}\" \
             style=\"color:#1a56c4\">{}</a></p>\n",
            escape_html(url),
            escape_html(label)
        )
    });
    format!(
        "<hr class=\"rule\" style=\"margin:28px 0;border:0;border-top:1px solid #dadce0\">\n\
         <h2 style=\"margin:0 0 8px;font-size:18px;line-height:26px\">{}</h2>\n{text}{}",
        escape_html(&part.title),
        link.unwrap_or_default()
    )
}

/// Shown by inboxes after the subject and nowhere else.
fn preheader_html(preheader: &str) -> String {
    if preheader.is_empty() {
        return String::new();
    }
    format!(
        "<div style=\"display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;\
         font-size:1px;line-height:1px;mso-hide:all\">{}</div>\n",
        preheader_text(preheader)
    )
}

/// The invisible spaces keep the inbox from going on with the first words of the body.
fn preheader_text(preheader: &str) -> String {
    match preheader {
        "" => String::new(),
        text => format!("{}{}", escape_html(text), "&#847;&zwnj;&nbsp;".repeat(40)),
    }
}

/// Screen readers choose their voice by it. Where nobody said the language, none is claimed.
fn language_html(parts: &Shown) -> String {
    match parts.lang {
        "" => String::new(),
        lang => {
            let direction = crate::words::direction(lang);
            format!(" lang=\"{}\" dir=\"{direction}\"", escape_html(lang))
        }
    }
}

fn footer_html(parts: &Shown, brand: &Brand) -> String {
    let Shown { footer, words, .. } = parts;
    let link = |url: &str, words: &str| {
        format!(
            "<a href=\"{}\" style=\"color:#5f6368;text-decoration:underline;\
             white-space:nowrap\">{}</a>",
            escape_html(url),
            escape_html(words)
        )
    };
    let address = escape_html(brand.postal_address.trim()).replace('\n', "<br>");
    format!(
        "{}<br>{address}<br><br>\n{} &nbsp;·&nbsp; {} &nbsp;·&nbsp; {}",
        escape_html(&brand.name),
        link(&footer.unsubscribe, words.say(Word::MailUnsubscribe)),
        link(&footer.preferences, words.say(Word::MailChoose)),
        link(&footer.why, words.say(Word::MailWhy)),
    )
}

fn open_html(footer: &Footer) -> String {
    let Some(url) = &footer.open else { return String::new() };
    format!(
        "<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;border:0\">\n",
        escape_html(url)
    )
}

fn text(parts: &Shown, brand: &Brand) -> String {
    let mut text = String::with_capacity(parts.body.text.len() + 1_000);
    text.push_str(&parts.body.text);
    if let Some((label, url)) = &parts.action {
        text.push_str(&format!("\n\n{label}:\n{url}"));
    }
    for part in parts.others {
        text.push_str(&format!("\n\n* * *\n\n{}", part.title));
        if !part.text.is_empty() {
            text.push_str(&format!("\n\n{}", part.text));
        }
        if let Some((label, url)) = &part.action {
            text.push_str(&format!("\n\n{label}:\n{url}"));
        }
    }
    // The dash, dash, space is what mail programs know as the end of the message proper.
    text.push_str(&format!("\n\n-- \n{}\n{}\n\n", brand.name, brand.postal_address.trim()));
    let Footer { unsubscribe, preferences, why, open: _ } = &parts.footer;
    let say = |word| parts.words.say(word);
    text.push_str(&format!("{}: {unsubscribe}\n", say(Word::MailUnsubscribe)));
    text.push_str(&format!("{}: {preferences}\n", say(Word::MailChoose)));
    text.push_str(&format!("{} {why}\n", say(Word::MailWhy)));
    text
}
