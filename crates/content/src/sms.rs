//! The form of a content as a text message, with what it costs: its alphabet and its segments.
//!
//! A message of only the characters of the GSM alphabet has room for 160 of them; a single other one
//! makes it UCS-2, with room for 70. What is longer travels in segments, each paid for.

use crate::email::error;
use crate::links::{is_own, is_web_address, short_click};
use crate::post::marks::marked;
use crate::template::one_line;
use crate::{Brand, Content, Links, Reader, RenderError};
use std::collections::BTreeSet;
use std::fmt;

/// The most segments where a form says no other number: three are a long text message, and more is
/// usually a mistake that is paid for by the thousand.
pub const SEGMENTS_MAX: usize = 3;

/// No network joins more: the header of a segment counts them in one byte (3GPP TS 23.040).
const SEGMENTS_EVER: usize = 255;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    pub body: String,
    /// The signed short link of the content's action, if it has one.
    pub url: Option<String>,
    /// What body and link come to together.
    pub size: Size,
}

/// What a text takes as a text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    pub alphabet: Alphabet,
    /// Septets, or units of 16 bits.
    pub units: usize,
    pub segments: usize,
    /// The characters that make it UCS-2.
    pub foreign: BTreeSet<char>,
    /// The segments if each of these were a plain character.
    pub segments_without: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    Gsm7,
    Ucs2,
}

/// The text of the form `sms`, else the summary, with the action's link. More segments than the form
/// allows are an error.
pub fn sms(
    content: &Content,
    brand: &Brand,
    reader: Reader,
    links: &Links,
) -> Result<Sms, RenderError> {
    let content = content.for_reader(reader);
    let scope = reader.scope(brand);
    let mut body = content.fill("sms text", scope)?;
    if body.trim().is_empty() {
        body = content.fill("summary", scope)?;
    }
    if body.trim().is_empty() {
        let hint = "write a form for the channel, or a summary";
        return Err(error("sms", "the content has nothing to say here", hint));
    }
    let lead = |url: &str| {
        let address = short(url, brand, links);
        (address.clone(), address)
    };
    let body = marked(&one_line(&body), &lead).0;
    let url = match &content.action {
        None => None,
        Some(_) => {
            let url = content.fill("action url", scope)?;
            if !is_web_address(url.trim()) {
                let hint = "begin it with https://";
                return Err(error("action url", "it is not a web address", hint));
            }
            Some(short(url.trim(), brand, links))
        }
    };
    let mut made = Sms { size: size(&body), body, url };
    made.size = size(&made.text());
    let max = content.forms.sms.as_ref().and_then(|it| it.segments).unwrap_or(SEGMENTS_MAX);
    let max = max.min(SEGMENTS_EVER);
    if max < made.size.segments {
        let message = format!("it takes {} segments, and {max} are allowed", made.size.segments);
        let hint = match made.size.note() {
            Some(note) => format!("{note}; shorten it, or write `segments:` in the form"),
            None => "shorten it, or write `segments:` in the form".to_owned(),
        };
        return Err(error("sms text", &message, &hint));
    }
    Ok(made)
}

/// What a text takes as a text message.
pub fn size(text: &str) -> Size {
    let foreign: BTreeSet<char> = text.chars().filter(|it| septets(*it).is_none()).collect();
    let in_gsm = || text.chars().map(|it| septets(it).unwrap_or(1));
    let segments_without = segments(in_gsm(), 160, 153);
    if foreign.is_empty() {
        let units = in_gsm().sum();
        let segments = segments_without;
        return Size { alphabet: Alphabet::Gsm7, units, segments, foreign, segments_without };
    }
    let widths = || text.chars().map(char::len_utf16);
    let units = widths().sum();
    let segments = segments(widths(), 70, 67);
    Size { alphabet: Alphabet::Ucs2, units, segments, foreign, segments_without }
}

impl Sms {
    /// What leaves: the body, a space and the link.
    pub fn text(&self) -> String {
        match &self.url {
            Some(url) => format!("{} {url}", self.body),
            None => self.body.clone(),
        }
    }
}

impl Size {
    /// What single characters cost, where they cost anything: `“ ” make it 3 segments instead of 1`.
    pub fn note(&self) -> Option<String> {
        if self.segments <= self.segments_without {
            return None;
        }
        let shown: Vec<String> = self.foreign.iter().take(10).map(char::to_string).collect();
        let more = if shown.len() < self.foreign.len() { " …" } else { "" };
        let verb = if self.foreign.len() == 1 { "makes" } else { "make" };
        let (now, then) = (self.segments, self.segments_without);
        Some(format!("{}{more} {verb} it {now} segments instead of {then}", shown.join(" ")))
    }
}

impl fmt::Display for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Alphabet::Gsm7 => "GSM-7",
            Alphabet::Ucs2 => "UCS-2",
        })
    }
}

fn short(url: &str, brand: &Brand, links: &Links) -> String {
    if !links.followed || is_own(url, &brand.base_url) {
        return url.to_owned();
    }
    let Links { key, message, campaign, .. } = *links;
    let short = short_click(message, campaign, url, &brand.base_url, key);
    short.unwrap_or_else(|| url.to_owned())
}

/// How many segments hold the characters in this order; no character is cut in two.
fn segments(widths: impl Iterator<Item = usize> + Clone, alone: usize, each: usize) -> usize {
    if widths.clone().sum::<usize>() <= alone {
        return 1;
    }
    let (mut count, mut used) = (1, 0);
    for width in widths {
        if each < used + width {
            (count, used) = (count + 1, 0);
        }
        used += width;
    }
    count
}

/// The default alphabet of 3GPP TS 23.038, in the order of its codes, without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Its extension table; each of these takes an escape too.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

fn septets(it: char) -> Option<usize> {
    match it {
        it if BASIC.contains(it) => Some(1),
        it if EXTENSION.contains(it) => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
