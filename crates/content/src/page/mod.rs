//! A content as a page that everybody can read, with what search engines and feeds want to know of it.
//!
//! A page has no reader whom we know: what a template says of a person needs its `default`, and that
//! is found when the programme is read.

mod check;
mod html;

pub(crate) use check::check;

use crate::template::one_line;
use crate::{Action, Brand, Content, Image, RenderError};
use model::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The form `page` of a content. In a language's file, what it leaves out is the document's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageForm {
    /// The last part of its address. Empty: the content's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub slug: String,
    /// Empty: the subject of the e-mail.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// For search engines, feeds and whoever shares it. Empty: the summary.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PageKind>,
    /// From this time on it is there; RFC 3339 or a date in UTC. Empty: at once.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub published: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub updated: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Unlike the content's own, these are for readers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enclosure: Option<Enclosure>,
    /// The form that stands below its text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub form: String,
    /// The file that people get for the form.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub download: String,
    /// Search engines are asked to leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noindex: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// Has a date; stands in the list of articles and in the feeds.
    Article,
    /// Stands by itself.
    Landing,
}

/// What a feed's reader can play: with it, the feed is a podcast.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Enclosure {
    pub url: String,
    /// Such as `audio/mpeg`.
    #[serde(rename = "type")]
    pub media_type: String,
    pub bytes: u64,
    /// As `32m10s`. Empty: not said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub duration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub explicit: bool,
}

/// A page with its words filled in; the body by [`html`](Page::html).
#[derive(Clone, Debug, PartialEq)]
pub struct Page<'a> {
    pub content: &'a Content,
    pub slug: &'a str,
    pub title: String,
    pub description: String,
    pub kind: PageKind,
    pub published: Option<Timestamp>,
    /// After `published`, if ever.
    pub updated: Option<Timestamp>,
    pub author: &'a str,
    pub tags: &'a [String],
    pub image: Option<Image>,
    pub action: Option<Action>,
    pub enclosure: Option<&'a Enclosure>,
    /// Empty: none.
    pub form: &'a str,
    pub download: &'a str,
    pub is_indexed: bool,
    /// Empty where nobody said it.
    pub language: &'a str,
}

/// The page of a content in one of its languages; none where it has none.
pub fn page<'a>(content: &'a Content, brand: &'a Brand) -> Option<Result<Page<'a>, RenderError>> {
    content.forms.page.as_ref().map(|form| filled(content, form, brand))
}

impl Page<'_> {
    /// Whether readers see it at that time.
    pub fn is_out(&self, now: Timestamp) -> bool {
        self.published.is_none_or(|it| it <= now)
    }

    /// The body: headings begin below the page's own.
    pub fn html(&self, brand: &Brand) -> Result<String, RenderError> {
        Ok(html::html(&self.content.fill("body", nobody(brand))?))
    }

    /// When it was last another one, as far as somebody said it.
    pub fn changed(&self) -> Option<Timestamp> {
        self.updated.or(self.published)
    }
}

impl Content {
    /// From when on its page is there; none where it is no page, or is there at once.
    pub fn page_published(&self) -> Option<Timestamp> {
        self.forms.page.as_ref().and_then(|it| time(&it.published))
    }

    /// Whether it is a page that is out at that time.
    pub fn is_page_out(&self, now: Timestamp) -> bool {
        self.forms.page.is_some() && self.page_published().is_none_or(|it| it <= now)
    }

    /// The last part of its page's address; none where it is no page.
    pub fn slug(&self) -> Option<&str> {
        let form = self.forms.page.as_ref()?;
        Some(if form.slug.is_empty() { self.name.as_str() } else { &form.slug })
    }
}

impl PageForm {
    /// This, and of the other what this leaves out.
    pub(crate) fn or(self, other: &PageForm) -> PageForm {
        let text = |own: String, other: &String| if own.is_empty() { other.clone() } else { own };
        PageForm {
            slug: text(self.slug, &other.slug),
            title: text(self.title, &other.title),
            description: text(self.description, &other.description),
            kind: self.kind.or(other.kind),
            published: text(self.published, &other.published),
            updated: text(self.updated, &other.updated),
            author: text(self.author, &other.author),
            tags: if self.tags.is_empty() { other.tags.clone() } else { self.tags },
            enclosure: self.enclosure.or_else(|| other.enclosure.clone()),
            form: text(self.form, &other.form),
            download: text(self.download, &other.download),
            noindex: self.noindex.or(other.noindex),
        }
    }
}

impl Enclosure {
    pub fn lasts(&self) -> Option<Span> {
        Span::parse(&self.duration).ok()
    }
}

fn filled<'a>(
    content: &'a Content,
    form: &'a PageForm,
    brand: &'a Brand,
) -> Result<Page<'a>, RenderError> {
    let fill = |name: &str| content.fill(name, nobody(brand));
    let line = |names: &[&str]| -> Result<String, RenderError> {
        for name in names {
            let filled = one_line(&fill(name)?);
            if !filled.trim().is_empty() {
                return Ok(filled);
            }
        }
        Ok(String::new())
    };
    let image = match &content.image {
        None => None,
        Some(_) => Some(Image { url: fill("image url")?, alt: fill("image alt")? }),
    };
    let action = match &content.action {
        None => None,
        Some(_) => Some(Action { label: fill("action label")?, url: fill("action url")? }),
    };
    let published = time(&form.published);
    Ok(Page {
        content,
        slug: if form.slug.is_empty() { content.name.as_str() } else { &form.slug },
        title: line(&["page title", "subject"])?,
        description: line(&["page description", "summary"])?,
        kind: form.kind.unwrap_or(PageKind::Article),
        published,
        updated: time(&form.updated).filter(|it| published.is_none_or(|from| from < *it)),
        author: &form.author,
        tags: &form.tags,
        image: image.filter(|it| crate::links::is_web_address(&it.url)),
        action: action.filter(|it| crate::links::is_web_address(&it.url)),
        enclosure: form.enclosure.as_ref(),
        form: &form.form,
        download: &form.download,
        is_indexed: form.noindex != Some(true),
        language: content.language(brand),
    })
}

fn nobody(brand: &Brand) -> crate::template::Scope<'_> {
    static NOTHING: model::Map = model::Map::new();
    crate::template::Scope { person: &NOTHING, event: &NOTHING, brand_name: &brand.name }
}

fn time(text: &str) -> Option<Timestamp> {
    if text.is_empty() { None } else { Timestamp::parse(text).ok() }
}

#[cfg(test)]
mod tests;
