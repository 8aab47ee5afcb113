//! Markdown to the HTML of a mail and to plain text.
//!
//! Mail programs ignore style sheets, so every element carries its style. Raw HTML is shown as
//! text: what content cannot say in Markdown belongs into the layout, and nothing that comes from
//! a person can become markup.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

pub(crate) const FONT: &str =
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const TEXT: &str = "margin:0 0 16px;font-size:16px;line-height:26px";
const LINK: &str = "color:#1a56c4;text-decoration:underline";
const CODE: &str = "font-family:Menlo,Consolas,monospace;font-size:14px";

/// What becomes of an address in the text: where it leads, or nothing if it must not be a link.
pub(crate) type Lead<'a> = &'a dyn Fn(&str) -> Option<String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub html: String,
    /// Readable as it is; links are numbered and listed at the end.
    pub text: String,
}

/// Something in a body that will not arrive as its author expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    Html { line: usize },
    NoAlt { line: usize, url: String },
    Address { line: usize, url: String },
}

pub(crate) fn render(markdown: &str, lead: Lead) -> Rendered {
    Rendered { html: to_html(markdown, lead), text: to_text(markdown, lead) }
}

/// Looks through a body before anything is filled in; addresses that hold a template are skipped.
pub(crate) fn inspect(markdown: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut image: Option<(usize, String)> = None;
    for (event, range) in Parser::new_ext(markdown, Options::empty()).into_offset_iter() {
        let line = markdown[..range.start].matches('\n').count() + 1;
        match event {
            Event::Html(html) | Event::InlineHtml(html) if !is_comment(&html) => {
                findings.push(Finding::Html { line });
            }
            Event::Start(Tag::Link { dest_url, .. }) if !fills_or_leads(&dest_url) => {
                findings.push(Finding::Address { line, url: dest_url.to_string() });
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                if !dest_url.contains('{') && !crate::links::is_web_address(&dest_url) {
                    findings.push(Finding::Address { line, url: dest_url.to_string() });
                }
                image = Some((line, dest_url.to_string()));
            }
            Event::Text(_) | Event::Code(_) => image = None,
            Event::End(TagEnd::Image) => {
                if let Some((line, url)) = image.take() {
                    findings.push(Finding::NoAlt { line, url });
                }
            }
            _ => {}
        }
    }
    findings
}

/// The addresses of all links, each with its line.
pub(crate) fn addresses(markdown: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (event, range) in Parser::new_ext(markdown, Options::empty()).into_offset_iter() {
        if let Event::Start(Tag::Link { dest_url, .. }) = event {
            let line = markdown[..range.start].matches('\n').count() + 1;
            found.push((line, dest_url.to_string()));
        }
    }
    found
}

pub(crate) fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            it => escaped.push(it),
        }
    }
    escaped
}

/// Addresses that are left as they are: mail and telephone.
pub(crate) fn is_direct(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let clean = !url.chars().any(|it| it.is_control() || it.is_whitespace());
    clean && (lower.starts_with("mailto:") || lower.starts_with("tel:"))
}

fn fills_or_leads(url: &str) -> bool {
    url.contains('{') || crate::links::is_web_address(url) || is_direct(url)
}

pub(crate) fn is_comment(html: &str) -> bool {
    html.trim_start().starts_with("<!--")
}

fn to_html(markdown: &str, lead: Lead) -> String {
    let mut html = String::with_capacity(markdown.len() * 2);
    // For each open link, whether it became one; for each open image, its alt text so far.
    let mut links: Vec<bool> = Vec::new();
    let mut image: Option<(String, String)> = None;
    for event in Parser::new_ext(markdown, Options::empty()) {
        if let Some((url, alt)) = &mut image {
            match event {
                Event::End(TagEnd::Image) => {
                    html.push_str(&image_html(url, alt));
                    image = None;
                }
                Event::Text(text) | Event::Code(text) => alt.push_str(&text),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                _ => {}
            }
            continue;
        }
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                let target = lead(&dest_url);
                links.push(target.is_some());
                if let Some(target) = target {
                    let target = escape_html(&target);
                    html.push_str(&format!("<a class=\"link\" href=\"{target}\" style=\"{LINK}\">"));
                }
            }
            Event::End(TagEnd::Link) => {
                if links.pop() == Some(true) {
                    html.push_str("</a>");
                }
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                image = Some((dest_url.to_string(), String::new()));
            }
            Event::Start(tag) => html.push_str(&open_html(&tag)),
            Event::End(end) => html.push_str(close_html(end)),
            Event::Text(text) => html.push_str(&escape_html(&text)),
            Event::Code(text) => {
                html.push_str(&format!("<code style=\"{CODE}\">{}</code>", escape_html(&text)));
            }
            Event::Html(raw) | Event::InlineHtml(raw) => {
                if !is_comment(&raw) {
                    html.push_str(&escape_html(&raw));
                }
            }
            Event::SoftBreak => html.push('\n'),
            Event::HardBreak => html.push_str("<br>\n"),
            Event::Rule => html.push_str(
                "<hr class=\"rule\" style=\"border:0;border-top:1px solid #e3e5e8;margin:24px 0\">\n",
            ),
            // Extensions that are not switched on.
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                html.push_str(&escape_html(&text));
            }
            Event::TaskListMarker(_) => {}
        }
    }
    html
}

fn image_html(url: &str, alt: &str) -> String {
    if !crate::links::is_web_address(url) {
        return escape_html(alt);
    }
    format!(
        "<img src=\"{}\" alt=\"{}\" style=\"max-width:100%;height:auto;border:0;border-radius:6px\">",
        escape_html(url),
        escape_html(alt)
    )
}

fn open_html(tag: &Tag) -> String {
    match tag {
        Tag::Paragraph => format!("<p style=\"{TEXT}\">"),
        Tag::Heading { level, .. } => {
            let (name, size, line) = heading(*level);
            format!(
                "<{name} style=\"margin:24px 0 12px;font-size:{size}px;line-height:{line}px;\
                 font-weight:700\">"
            )
        }
        Tag::BlockQuote(_) => {
            "<blockquote class=\"rule\" style=\"margin:0 0 16px;padding:0 0 0 16px;\
             border-left:3px solid #e3e5e8\">"
                .to_owned()
        }
        Tag::CodeBlock(_) => format!("<pre style=\"{CODE};margin:0 0 16px;white-space:pre-wrap\">"),
        Tag::List(Some(first)) => {
            format!("<ol start=\"{first}\" style=\"{TEXT};padding:0 0 0 24px\">\n")
        }
        Tag::List(None) => format!("<ul style=\"{TEXT};padding:0 0 0 24px\">\n"),
        Tag::Item => "<li style=\"margin:0 0 6px\">".to_owned(),
        Tag::Emphasis => "<em>".to_owned(),
        Tag::Strong => "<strong>".to_owned(),
        Tag::Strikethrough => "<s>".to_owned(),
        _ => String::new(),
    }
}

fn close_html(end: TagEnd) -> &'static str {
    match end {
        TagEnd::Paragraph => "</p>\n",
        TagEnd::Heading(HeadingLevel::H1) => "</h1>\n",
        TagEnd::Heading(HeadingLevel::H2) => "</h2>\n",
        TagEnd::Heading(_) => "</h3>\n",
        TagEnd::BlockQuote(_) => "</blockquote>\n",
        TagEnd::CodeBlock => "</pre>\n",
        TagEnd::List(true) => "</ol>\n",
        TagEnd::List(false) => "</ul>\n",
        TagEnd::Item => "</li>\n",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        TagEnd::Strikethrough => "</s>",
        _ => "",
    }
}

fn heading(level: HeadingLevel) -> (&'static str, u32, u32) {
    match level {
        HeadingLevel::H1 => ("h1", 26, 34),
        HeadingLevel::H2 => ("h2", 20, 28),
        HeadingLevel::H3 | HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => ("h3", 17, 26),
    }
}

#[derive(Default)]
struct TextWriter {
    out: String,
    /// For each open list the number of its next item, or none for bullets.
    lists: Vec<Option<u64>>,
    quotes: usize,
    links: Vec<Option<String>>,
    listed: Vec<String>,
}

fn to_text(markdown: &str, lead: Lead) -> String {
    let mut writer = TextWriter::default();
    for event in Parser::new_ext(markdown, Options::empty()) {
        writer.take(event, lead);
    }
    let mut text = writer.out.trim().to_owned();
    if !writer.listed.is_empty() {
        text.push('\n');
    }
    for (n, url) in writer.listed.iter().enumerate() {
        text.push_str(&format!("\n[{}] {url}", n + 1));
    }
    text
}

impl TextWriter {
    fn take(&mut self, event: Event, lead: Lead) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => self.links.push(lead(&dest_url)),
            Event::End(TagEnd::Link) => {
                if let Some(Some(url)) = self.links.pop() {
                    self.listed.push(url);
                    self.out.push_str(&format!(" [{}]", self.listed.len()));
                }
            }
            Event::Start(Tag::Paragraph) => self.begin_block(),
            Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)) => self.begin_block(),
            Event::Start(Tag::BlockQuote(_)) => {
                self.begin_block();
                self.quotes += 1;
            }
            Event::End(TagEnd::BlockQuote(_)) => self.quotes = self.quotes.saturating_sub(1),
            Event::Start(Tag::List(first)) => {
                if self.lists.is_empty() {
                    self.begin_block();
                }
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
            }
            Event::Start(Tag::Item) => self.begin_item(),
            Event::Text(text) | Event::Code(text) => self.push(&text),
            Event::Html(raw) | Event::InlineHtml(raw) if !is_comment(&raw) => self.push(&raw),
            Event::SoftBreak | Event::HardBreak => self.new_line(),
            Event::Rule => {
                self.begin_block();
                self.out.push_str("---");
            }
            _ => {}
        }
    }

    fn begin_block(&mut self) {
        let in_fresh_item = self.out.ends_with("- ") || self.out.ends_with(". ");
        if self.out.is_empty() || (!self.lists.is_empty() && in_fresh_item) {
            self.prefix();
            return;
        }
        let kept = self.out.trim_end_matches('\n').len();
        self.out.truncate(kept);
        self.out.push_str("\n\n");
        self.prefix();
    }

    fn begin_item(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        let depth = self.lists.len().saturating_sub(1);
        self.prefix();
        self.out.push_str(&"  ".repeat(depth));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.out.push_str(&format!("{number}. "));
                *number += 1;
            }
            Some(None) | None => self.out.push_str("- "),
        }
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.prefix();
        self.out.push_str(&"  ".repeat(self.lists.len()));
    }

    fn prefix(&mut self) {
        if self.out.is_empty() || self.out.ends_with('\n') {
            self.out.push_str(&"> ".repeat(self.quotes));
        }
    }

    fn push(&mut self, text: &str) {
        for (n, line) in text.split('\n').enumerate() {
            if 0 < n {
                self.out.push('\n');
                self.prefix();
            }
            self.out.push_str(line);
        }
    }
}
