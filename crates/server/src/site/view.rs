//! The pages of a programme as readers see them at one moment.

use content::words::language_tag;
use content::{Content, Form, Page, PageKind, Words};
use engine::Loaded;
use model::Timestamp;

/// The programme that runs, at one moment.
pub(super) struct Site {
    pub loaded: Loaded,
    pub now: Timestamp,
    /// How the reader came, for the links between our own pages; empty where nobody said it.
    pub carried: String,
}

/// A page with its place.
pub(super) struct Shown<'a> {
    pub page: Page<'a>,
    /// Of the content, whatever the language.
    pub document: &'a Content,
    /// The language's, where it is not the document itself.
    pub tag: Option<&'a str>,
}

impl Site {
    pub fn brand(&self) -> &content::Brand {
        &self.loaded.programme.brand
    }

    pub fn settings(&self) -> &content::Site {
        &self.loaded.programme.site
    }

    pub fn title(&self) -> &str {
        self.settings().title(self.brand())
    }

    pub fn base(&self) -> &str {
        self.settings().base_url(self.brand())
    }

    pub fn form(&self, name: &str) -> Option<&Form> {
        self.loaded.programme.forms.get(name)
    }

    /// Empty where nobody said it.
    pub fn language_of<'a>(&'a self, form: &'a Form) -> &'a str {
        match form.locale.as_str() {
            "" => self.settings().language(self.brand()),
            own => own,
        }
    }

    /// The page with that path, if it is out and offers a file.
    pub fn download_at(&self, path: &str) -> Option<Shown<'_>> {
        let rest = path.strip_prefix("/read/")?;
        let found = match rest.split_once('/') {
            None => self.find(None, rest),
            Some((tag, slug)) => self.find(Some(tag), slug),
        };
        found.filter(|it| !it.page.download.is_empty())
    }

    /// A path of ours with how the reader came.
    pub fn to(&self, path: &str) -> String {
        match (self.carried.as_str(), path.contains('?')) {
            ("", _) => path.to_owned(),
            (carried, true) => format!("{path}&{carried}"),
            (carried, false) => format!("{path}?{carried}"),
        }
    }

    /// The words of a page in that language, or in the site's.
    pub fn words(&self, language: &str) -> Words<'_> {
        let wanted = [language, self.settings().language(self.brand())];
        Words::choose(&self.loaded.programme.words, wanted)
    }

    pub fn has_pages(&self) -> bool {
        self.loaded.programme.contents.values().any(|it| it.slug().is_some())
    }

    /// The page at an address, if it is out.
    pub fn find(&self, tag: Option<&str>, slug: &str) -> Option<Shown<'_>> {
        let contents = self.loaded.programme.contents.values();
        contents.filter(|it| it.slug().is_some()).find_map(|document| {
            let (tag, content) = match tag {
                None => (None, document),
                Some(tag) => {
                    let (tag, it) = document.translations.get_key_value(tag)?;
                    (Some(tag.as_str()), &it.content)
                }
            };
            self.shown(document, tag, content).filter(|it| it.page.slug == slug)
        })
    }

    /// All articles that are out, the latest first: in the language asked for those that have it, else
    /// each in the site's language or its own.
    pub fn articles(&self, asked: Option<&str>, tagged: Option<&str>) -> Vec<Shown<'_>> {
        let mut found: Vec<Shown> = self
            .all(asked)
            .filter(|it| it.page.kind == PageKind::Article && it.page.published.is_some())
            .filter(|it| tagged.is_none_or(|tag| it.page.tags.iter().any(|its| its == tag)))
            .collect();
        found.sort_by(|a, b| (b.page.published, a.page.slug).cmp(&(a.page.published, b.page.slug)));
        found
    }

    /// Every page that is out, in every language.
    pub fn everything(&self) -> impl Iterator<Item = Shown<'_>> {
        self.loaded.programme.contents.values().flat_map(|document| {
            let own = self.shown(document, None, document);
            let translations = document.translations.iter();
            let others =
                translations.filter_map(|(tag, it)| self.shown(document, Some(tag), &it.content));
            own.into_iter().chain(others)
        })
    }

    /// The languages of a page with their addresses; the document's own first. Empty where there is
    /// only one.
    pub fn languages(&self, document: &Content) -> Vec<(String, String)> {
        if document.translations.is_empty() {
            return Vec::new();
        }
        let own = self.shown(document, None, document);
        let translations = document.translations.iter();
        let others =
            translations.filter_map(|(tag, it)| self.shown(document, Some(tag), &it.content));
        own.into_iter()
            .chain(others)
            .filter(|it| !it.page.language.is_empty())
            .map(|it| (it.page.language.to_owned(), self.address(&it)))
            .collect()
    }

    pub fn address(&self, shown: &Shown) -> String {
        format!("{}{}", self.base(), path(shown))
    }

    fn all(&self, asked: Option<&str>) -> impl Iterator<Item = Shown<'_>> {
        let usual = self.settings().language(self.brand()).to_owned();
        let asked = asked.map(str::to_owned);
        self.loaded.programme.contents.values().filter_map(move |document| {
            let wanted = asked.as_deref().unwrap_or(&usual);
            match (self.in_language(document, wanted), &asked) {
                (Some((tag, content)), _) => self.shown(document, tag, content),
                (None, None) => self.shown(document, None, document),
                (None, Some(_)) => None,
            }
        })
    }

    fn in_language<'a>(
        &self,
        document: &'a Content,
        wanted: &str,
    ) -> Option<(Option<&'a str>, &'a Content)> {
        let tag = language_tag(wanted)?;
        let language = tag.split('-').next().unwrap_or(&tag);
        let own = language_tag(document.language(self.brand()));
        [tag.as_str(), language].iter().find_map(|wanted| {
            if own.as_deref() == Some(wanted) {
                return Some((None, document));
            }
            let (tag, it) = document.translations.get_key_value(*wanted)?;
            Some((Some(tag.as_str()), &it.content))
        })
    }

    fn shown<'a>(
        &'a self,
        document: &'a Content,
        tag: Option<&'a str>,
        content: &'a Content,
    ) -> Option<Shown<'a>> {
        match content::page(content, self.brand())? {
            Ok(page) => page.is_out(self.now).then_some(Shown { page, document, tag }),
            Err(error) => {
                tracing::error!(content = %content.name, %error, "a page cannot be written");
                None
            }
        }
    }
}

/// The page's address on this server.
pub(super) fn path(shown: &Shown) -> String {
    match shown.tag {
        None => format!("/read/{}", shown.page.slug),
        Some(tag) => format!("/read/{tag}/{}", shown.page.slug),
    }
}

pub(super) fn tag_path(tag: &str) -> String {
    format!("/read/tagged/{}", content::links::percent_encode(tag))
}
