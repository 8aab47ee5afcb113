//! A content as it is written: front matter and body.

use crate::RenderError;
use crate::layout::Layout;
use crate::locale::Translation;
use crate::page::PageForm;
use crate::template::{Place, Scope, Template};
use crate::words::language_tag;
use model::{Class, ContentName, Map, Problem, Purpose, Topic};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The head of a content document, as the fields stand in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    #[serde(default)]
    pub content: ContentName,
    #[serde(default)]
    pub topic: Topic,
    /// Absent: marketing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Absent: whatever the journey or broadcast says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// It may share a mail with others that may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub digest: bool,
    /// The language that it is in, such as `nl`. Absent: the brand's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub locale: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// What posts show beside `image`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Shown below every post that does not say them itself, without their `#`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashtags: Vec<String>,
    #[serde(default)]
    pub forms: Forms,
    /// What stands around its mail. Absent: the brand's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub layout: String,
    /// Language to file name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locales: BTreeMap<String, String>,
    /// Not written: the line of the file on which the body begins, set by whoever reads the file.
    #[serde(skip)]
    pub body_line: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub label: String,
    pub url: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    pub url: String,
    #[serde(default)]
    pub alt: String,
}

/// Overrides per channel. A channel without its own form uses the summary and the action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Forms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<PushForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onsite: Option<PushForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<SmsForm>,
    /// For every network that has no form of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social: Option<PostForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bluesky: Option<PostForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mastodon: Option<PostForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<PostForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facebook: Option<PostForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<PostForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<PostForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<TextForm>,
    /// For everybody, at an address of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageForm>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailForm {
    #[serde(default)]
    pub subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub preheader: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushForm {
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub body: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextForm {
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsForm {
    pub text: String,
    /// The most segments that it may take, each of which is paid for. Absent: 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<usize>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostForm {
    pub text: String,
    /// What becomes of a text that is too long for one post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Threading>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Threading {
    /// Each part ends with its number: `1/3`.
    Numbered,
    /// It is not split: too long is an error.
    Never,
}

/// Who speaks, and where its pages are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Brand {
    pub name: String,
    /// One line or several; the law of most countries wants it in every marketing mail.
    pub postal_address: String,
    /// Where `/c`, `/o`, `/u`, `/p`, `/w` and `/read` are served, without a slash at the end.
    pub base_url: String,
    pub from_name: String,
    pub from_address: String,
    /// The layout of contents that do not name one. Empty: the built-in one.
    pub layout: String,
    /// The language of contents that do not say theirs. Empty: not known.
    pub locale: String,
    /// Not in its file: the programme's own words, for the footers of mails.
    #[serde(skip)]
    pub words: crate::words::Own,
}

/// A content that can be rendered: its templates are parsed.
#[derive(Clone, Debug)]
pub struct Content {
    pub name: ContentName,
    pub topic: Topic,
    pub purpose: Purpose,
    pub class: Option<Class>,
    pub digest: bool,
    pub locale: String,
    pub summary: String,
    pub action: Option<Action>,
    pub image: Option<Image>,
    pub images: Vec<Image>,
    pub tags: Vec<String>,
    pub hashtags: Vec<String>,
    pub forms: Forms,
    /// The name of its layout, and the layout once it was found.
    pub layout: String,
    pub(crate) laid_out: Option<Arc<Layout>>,
    pub locales: BTreeMap<String, String>,
    /// By language, in lower case.
    pub translations: BTreeMap<String, Translation>,
    pub body: String,
    body_line: usize,
    templates: BTreeMap<Cow<'static, str>, Template>,
}

impl Content {
    /// Reads every template of the document; the problems have the lines of its file.
    pub fn from_parts(front: FrontMatter, body: String) -> Result<Content, Vec<Problem>> {
        let mut problems = Vec::new();
        if front.content.as_str().trim().is_empty() {
            let problem = Problem::new("the content has no name");
            problems.push(problem.hint("begin the front matter with `content: NAME`"));
        }
        if front.purpose == Some(Purpose::Measurement) {
            let problem = Problem::new("no message has the purpose `measurement`");
            problems.push(problem.hint("write `marketing` or `transactional`"));
        }
        for tag in std::iter::once(&front.locale).chain(front.locales.keys()) {
            if !tag.is_empty() && language_tag(tag).is_none() {
                let problem = Problem::new(format!("`{tag}` is no language"));
                problems.push(problem.hint("write it like nl or pt-BR"));
            }
        }
        let mut templates = BTreeMap::new();
        for (name, place, source) in sources(&front, &body) {
            match Template::parse(source, place) {
                Ok(template) => {
                    templates.insert(name, template);
                }
                Err(problem) => problems.push(located(problem, &name, front.body_line)),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Content {
            name: front.content,
            topic: front.topic,
            purpose: front.purpose.unwrap_or(Purpose::Marketing),
            class: front.class,
            digest: front.digest,
            locale: front.locale,
            summary: front.summary,
            action: front.action,
            image: front.image,
            images: front.images,
            tags: front.tags,
            hashtags: front.hashtags,
            forms: front.forms,
            layout: front.layout,
            laid_out: None,
            locales: front.locales,
            translations: BTreeMap::new(),
            body,
            body_line: front.body_line,
            templates,
        })
    }

    /// What is readable and yet would not do: to be shown before anything is sent.
    pub fn check(&self) -> Vec<Problem> {
        crate::check::check(self)
    }

    /// Gives it the layout that it names, or the brand's, in all its languages.
    pub fn lay_out(
        &mut self,
        brand: &Brand,
        layouts: &BTreeMap<String, Arc<Layout>>,
    ) -> Result<(), Problem> {
        let name = if self.layout.is_empty() { &brand.layout } else { &self.layout };
        let found = match name.as_str() {
            "" => None,
            name => {
                let missing = || {
                    Problem::new(format!("there is no layout `{name}`"))
                        .hint(format!("add layouts/{name}.mjml"))
                };
                Some(layouts.get(name).ok_or_else(missing)?.clone())
            }
        };
        let is_closed = found.as_ref().is_some_and(|it| !it.offers_unsubscribing());
        if is_closed && self.purpose == Purpose::Marketing {
            let problem = Problem::new(format!("nobody can unsubscribe in the layout `{name}`"));
            return Err(problem.hint("write {{ footer }} or {{ unsubscribe }} in it"));
        }
        for translation in self.translations.values_mut() {
            translation.content.laid_out.clone_from(&found);
        }
        self.laid_out = found;
        Ok(())
    }

    /// A part, filled in for a person; empty if the content does not have it.
    pub(crate) fn fill(&self, name: &str, scope: Scope) -> Result<String, RenderError> {
        match self.templates.get(name) {
            None => Ok(String::new()),
            Some(template) => template.render(scope).map_err(|fault| RenderError {
                place: name.to_owned(),
                message: fault.message,
                hint: fault.hint,
            }),
        }
    }

    /// A part of what speaks to everyone: an error names what is about one person.
    pub(crate) fn fill_for_all(&self, name: &str, brand: &Brand) -> Result<String, RenderError> {
        let personal = self.templates.get(name).and_then(|it| it.personal().first());
        if let Some(variable) = personal {
            return Err(RenderError {
                place: name.to_owned(),
                message: format!("{variable} is about one person, and a post speaks to everyone"),
                hint: "take it out, or write a form for posts".to_owned(),
            });
        }
        let nothing = Map::new();
        let scope = Scope { person: &nothing, event: &nothing, brand_name: &brand.name };
        self.fill(name, scope)
    }

    pub(crate) fn body_line(&self) -> usize {
        self.body_line
    }

    /// The line in the file of a line in the body, both from 1.
    pub(crate) fn line(&self, in_body: usize) -> usize {
        in_body + self.body_line.saturating_sub(1)
    }
}

impl PartialEq for Content {
    /// Templates follow from the text, and moving a text down its file changes nothing.
    fn eq(&self, other: &Content) -> bool {
        self.name == other.name
            && self.topic == other.topic
            && self.purpose == other.purpose
            && self.class == other.class
            && self.digest == other.digest
            && self.locale == other.locale
            && self.summary == other.summary
            && self.action == other.action
            && self.image == other.image
            && self.images == other.images
            && self.tags == other.tags
            && self.hashtags == other.hashtags
            && self.forms == other.forms
            && self.layout == other.layout
            && self.laid_out == other.laid_out
            && self.locales == other.locales
            && self.translations == other.translations
            && self.body == other.body
    }
}

/// Every text that may hold a template, with the name that errors call it by.
fn sources<'a>(
    front: &'a FrontMatter,
    body: &'a str,
) -> impl Iterator<Item = (Cow<'static, str>, Place, &'a str)> {
    let FrontMatter { forms, action, image, summary, .. } = front;
    let text = |form: &'a Option<TextForm>| form.as_ref().map(|it| it.text.as_str());
    let post = |form: &'a Option<PostForm>| form.as_ref().map(|it| it.text.as_str());
    let email = forms.email.as_ref();
    let (push, onsite) = (forms.push.as_ref(), forms.onsite.as_ref());
    let (action, image) = (action.as_ref(), image.as_ref());
    let named = [
        ("body", Place::Markdown, Some(body)),
        ("summary", Place::Line, Some(summary.as_str())),
        ("subject", Place::Line, email.map(|it| it.subject.as_str())),
        ("preheader", Place::Line, email.map(|it| it.preheader.as_str())),
        ("action label", Place::Line, action.map(|it| it.label.as_str())),
        ("action url", Place::Url, action.map(|it| it.url.as_str())),
        ("image url", Place::Url, image.map(|it| it.url.as_str())),
        ("image alt", Place::Line, image.map(|it| it.alt.as_str())),
        ("push title", Place::Line, push.map(|it| it.title.as_str())),
        ("push body", Place::Line, push.map(|it| it.body.as_str())),
        ("onsite title", Place::Line, onsite.map(|it| it.title.as_str())),
        ("onsite body", Place::Line, onsite.map(|it| it.body.as_str())),
        ("sms text", Place::Line, forms.sms.as_ref().map(|it| it.text.as_str())),
        ("social text", Place::Line, post(&forms.social)),
        ("bluesky text", Place::Line, post(&forms.bluesky)),
        ("mastodon text", Place::Line, post(&forms.mastodon)),
        ("linkedin text", Place::Line, post(&forms.linkedin)),
        ("facebook text", Place::Line, post(&forms.facebook)),
        ("threads text", Place::Line, post(&forms.threads)),
        ("x text", Place::Line, post(&forms.x)),
        ("webhook text", Place::Line, text(&forms.webhook)),
        ("page title", Place::Line, forms.page.as_ref().map(|it| it.title.as_str())),
        ("page description", Place::Line, forms.page.as_ref().map(|it| it.description.as_str())),
    ];
    let named = named.into_iter().map(|(name, place, it)| (Cow::Borrowed(name), place, it));
    // The second image is the first of `images`.
    let images = front.images.iter().zip(2..).flat_map(|(it, n)| {
        let name = |what: &str| Cow::Owned(format!("image {n} {what}"));
        [
            (name("url"), Place::Url, Some(it.url.as_str())),
            (name("alt"), Place::Line, Some(it.alt.as_str())),
        ]
    });
    named
        .chain(images)
        .filter_map(|(name, place, source)| Some((name, place, source?)))
        .filter(|(_, _, source)| !source.is_empty())
}

/// A problem of the body gets its line in the file; one of a field gets the field's name.
fn located(problem: Problem, name: &str, body_line: usize) -> Problem {
    if name == "body" {
        let line = problem.line.max(1) + body_line.saturating_sub(1);
        let column = problem.column.max(1);
        return problem.at(line, column);
    }
    Problem { message: format!("{name}: {}", problem.message), line: 0, column: 0, ..problem }
}
