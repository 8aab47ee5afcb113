//! The e-mail form of a content: subject, HTML, text, and the headers of one-click unsubscribing.

use crate::links::{is_web_address, with_parameters};
use crate::markdown::{self, FONT, escape_html, is_direct};
use crate::template::Scope;
use crate::{Brand, Content, Link, Links, Part, Reader, RenderError, Word, Words};
use model::{Channel, Purpose};

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
    let (html, text) = (html(&shown, brand), text(&shown, brand));
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

/// One column of 600 pixels. Colours stand inline for light programs; the style sheet only turns
/// them over for dark ones, which are those that read style sheets.
const DARK: &str = "@media (prefers-color-scheme: dark) {
.page { background: #15171a !important; }
.card { background: #1f2226 !important; color: #e8eaed !important; }
.link { color: #8ab4f8 !important; }
.button { background: #8ab4f8 !important; color: #15171a !important; }
.rule { border-color: #3a3f45 !important; }
.quiet, .quiet a { color: #9aa0a6 !important; }
}
@media (max-width: 620px) { .card { padding: 24px 20px !important; } }";

fn html(parts: &Shown, brand: &Brand) -> String {
    let mut html = String::with_capacity(parts.body.html.len() + 6_000);
    html.push_str(&format!(
        "<!DOCTYPE html>\n<html{}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{}</title>\n<style>\n{DARK}\n</style>\n</head>\n",
        language_html(parts),
        escape_html(&parts.subject)
    ));
    html.push_str("<body class=\"page\" style=\"margin:0;padding:0;background:#f4f5f7\">\n");
    html.push_str(&preheader_html(&parts.preheader));
    html.push_str(&format!(
        "<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" \
         cellspacing=\"0\" style=\"background:#f4f5f7\"><tr><td align=\"center\" \
         style=\"padding:24px 12px\">\n<table role=\"presentation\" width=\"600\" \
         cellpadding=\"0\" cellspacing=\"0\" style=\"width:100%;max-width:600px\">\n\
         <tr><td class=\"quiet\" style=\"padding:0 8px 16px;{FONT};font-size:15px;\
         line-height:22px;font-weight:600;color:#5f6368\">{}</td></tr>\n\
         <tr><td class=\"card\" style=\"padding:36px 40px;background:#ffffff;border-radius:12px;\
         {FONT};font-size:16px;line-height:26px;color:#202124\">\n",
        escape_html(&brand.name)
    ));
    if let Some((url, alt)) = &parts.image {
        html.push_str(&format!(
            "<img src=\"{}\" alt=\"{}\" width=\"520\" style=\"display:block;width:100%;\
             max-width:520px;height:auto;border:0;border-radius:8px;margin:0 0 24px\">\n",
            escape_html(url),
            escape_html(alt)
        ));
    }
    html.push_str(&parts.body.html);
    if let Some((label, url)) = &parts.action {
        html.push_str(&format!(
            "<p style=\"margin:28px 0 8px\"><a class=\"button\" href=\"{}\" \
             style=\"display:inline-block;padding:13px 26px;border-radius:8px;\
             background:#1a56c4;color:#ffffff;font-weight:600;text-decoration:none\">{}</a></p>\n",
            escape_html(url),
            escape_html(label)
        ));
    }
    for part in parts.others {
        html.push_str(&part_html(part));
    }
    html.push_str("</td></tr>\n");
    html.push_str(&footer_html(parts, brand));
    html.push_str("</table>\n</td></tr></table>\n</body>\n</html>\n");
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

/// Shown by inboxes after the subject and nowhere else. The invisible spaces keep the inbox from
/// going on with the first words of the body.
fn preheader_html(preheader: &str) -> String {
    if preheader.is_empty() {
        return String::new();
    }
    format!(
        "<div style=\"display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;\
         font-size:1px;line-height:1px;mso-hide:all\">{}{}</div>\n",
        escape_html(preheader),
        "&#847;&zwnj;&nbsp;".repeat(40)
    )
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
    let open = footer.open.as_ref().map(|url| {
        format!(
            "<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" \
             style=\"display:block;border:0\">\n",
            escape_html(url)
        )
    });
    let address = escape_html(brand.postal_address.trim()).replace('\n', "<br>");
    format!(
        "<tr><td class=\"quiet\" style=\"padding:20px 8px 0;{FONT};font-size:13px;\
         line-height:20px;color:#5f6368\">\n{}<br>{address}<br><br>\n{} &nbsp;·&nbsp; {} \
         &nbsp;·&nbsp; {}\n{}</td></tr>\n",
        escape_html(&brand.name),
        link(&footer.unsubscribe, words.say(Word::MailUnsubscribe)),
        link(&footer.preferences, words.say(Word::MailChoose)),
        link(&footer.why, words.say(Word::MailWhy)),
        open.unwrap_or_default()
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
