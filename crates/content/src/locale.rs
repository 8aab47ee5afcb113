//! A content in several languages: what a language's file says, and which one a person gets.

use crate::document::{Action, Content, Forms, FrontMatter, Image};
use crate::words::language_tag;
use crate::{Brand, Reader};
use model::{Problem, Value};
use serde::{Deserialize, Serialize};

/// The head of a language's file: it may say anew whatever is in words. Name, topic and purpose are
/// the document's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocaleFront {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<Image>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashtags: Option<Vec<String>>,
    /// Each form that is here replaces the document's of the same name as a whole; only a page leaves
    /// to it what it does not say.
    #[serde(default)]
    pub forms: Forms,
    /// Not written: the line of the file on which the body begins.
    #[serde(skip)]
    pub body_line: usize,
}

/// A content in another language than its document's.
#[derive(Clone, Debug, PartialEq)]
pub struct Translation {
    /// Its file, as the document names it.
    pub file: String,
    /// What the file says, and the whole with what it inherits.
    pub front: LocaleFront,
    /// Empty: the document's.
    pub body: String,
    pub content: Content,
}

impl Content {
    /// Adds a language, or says what is wrong with its file. What is wrong with the document too is
    /// left to it.
    pub fn translate(
        &mut self,
        tag: &str,
        file: &str,
        front: LocaleFront,
        body: String,
    ) -> Vec<Problem> {
        let body = if body.trim().is_empty() { String::new() } else { body };
        let merged = if body.is_empty() { self.body.clone() } else { body.clone() };
        let whole = self.with(tag, &front, &body);
        let known = self.check();
        let content = match Content::from_parts(whole, merged) {
            Ok(content) => content,
            Err(problems) => return problems,
        };
        let problems = content.check().into_iter().filter(|it| !known.contains(it)).collect();
        let file = file.to_owned();
        let translation = Translation { file, front, body, content };
        self.translations.insert(tag.to_owned(), translation);
        problems
    }

    /// The content in the wanted language, where it is there: `nl-BE` is served by `nl`. Else the
    /// document itself.
    pub fn speak(&self, wanted: &str) -> &Content {
        let Some(tag) = language_tag(wanted) else { return self };
        let language = tag.split('-').next().unwrap_or(&tag);
        for wanted in [tag.as_str(), language] {
            if language_tag(&self.locale).is_some_and(|it| it == wanted) {
                return self;
            }
            if let Some(found) = self.translations.get(wanted) {
                return &found.content;
            }
        }
        self
    }

    /// The content in the language of the person's trait `locale`.
    pub(crate) fn for_reader(&self, reader: Reader) -> &Content {
        match reader.traits.get("locale") {
            Some(Value::Text(wanted)) => self.speak(wanted),
            Some(_) | None => self,
        }
    }

    /// What it says beside its forms and body: in its languages, in images, below posts.
    pub fn said_beside(&self) -> Vec<String> {
        let images = self.images.iter().flat_map(|it| [it.url.clone(), it.alt.clone()]);
        let languages = self.translations.iter().map(|(tag, it)| {
            // The names are those of plain data, which differ as the data do.
            format!("{tag} {:?} {}", it.front, it.body)
        });
        let layout = self.laid_out.iter().map(|it| it.source().to_owned());
        images.chain(layout).chain(self.hashtags.iter().cloned()).chain(languages).collect()
    }

    /// The language that it is in, as far as somebody said it.
    pub fn language<'a>(&'a self, brand: &'a Brand) -> &'a str {
        if self.locale.is_empty() { &brand.locale } else { &self.locale }
    }

    fn with(&self, tag: &str, front: &LocaleFront, body: &str) -> FrontMatter {
        let body_line = if body.is_empty() { self.body_line() } else { front.body_line };
        FrontMatter {
            content: self.name.clone(),
            topic: self.topic.clone(),
            purpose: Some(self.purpose),
            class: self.class,
            digest: self.digest,
            locale: tag.to_owned(),
            summary: front.summary.clone().unwrap_or_else(|| self.summary.clone()),
            image: front.image.clone().or_else(|| self.image.clone()),
            images: front.images.clone().unwrap_or_else(|| self.images.clone()),
            action: front.action.clone().or_else(|| self.action.clone()),
            tags: self.tags.clone(),
            hashtags: front.hashtags.clone().unwrap_or_else(|| self.hashtags.clone()),
            forms: front.forms.clone().or(&self.forms),
            layout: self.layout.clone(),
            locales: Default::default(),
            body_line,
        }
    }
}

impl Forms {
    /// Each form of these, or of the others where there is none.
    fn or(self, others: &Forms) -> Forms {
        Forms {
            email: self.email.or_else(|| others.email.clone()),
            push: self.push.or_else(|| others.push.clone()),
            onsite: self.onsite.or_else(|| others.onsite.clone()),
            sms: self.sms.or_else(|| others.sms.clone()),
            social: self.social.or_else(|| others.social.clone()),
            bluesky: self.bluesky.or_else(|| others.bluesky.clone()),
            mastodon: self.mastodon.or_else(|| others.mastodon.clone()),
            linkedin: self.linkedin.or_else(|| others.linkedin.clone()),
            facebook: self.facebook.or_else(|| others.facebook.clone()),
            threads: self.threads.or_else(|| others.threads.clone()),
            x: self.x.or_else(|| others.x.clone()),
            webhook: self.webhook.or_else(|| others.webhook.clone()),
            // Its address and date are those of the document, unless a language says otherwise.
            page: match (self.page, &others.page) {
                (Some(own), Some(other)) => Some(own.or(other)),
                (own, other) => own.or_else(|| other.clone()),
            },
        }
    }
}

#[cfg(test)]
mod tests;
