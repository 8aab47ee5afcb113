//! The paper that a page is written on: the programme that runs, and the reader's language.

use crate::app::Shared;
use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use content::Words;
use content::words::{accepted, language_tag};
use engine::Loaded;
use port::Person;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// What each page needs of its request.
pub(super) struct Sheet {
    pub loaded: Loaded,
    /// Chosen on the page itself; goes before all else and along in its links.
    chosen: Option<String>,
    /// The person's own, on pages that only the person can open.
    own: Option<String>,
    accepted: Vec<String>,
}

impl FromRequestParts<Arc<Shared>> for Sheet {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Sheet, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let chosen = query.split('&').find_map(|it| it.strip_prefix("lang="));
        let header = parts.headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
        Ok(Sheet {
            loaded: shared.handle.loaded(),
            chosen: chosen.and_then(language_tag),
            own: None,
            accepted: accepted(header.unwrap_or_default()),
        })
    }
}

impl Sheet {
    /// In the language of a person who is known to be the reader.
    pub fn of(mut self, person: &Person) -> Sheet {
        let locale = person.profile.traits.get("locale").and_then(|it| it.value.as_text());
        self.own = locale.and_then(language_tag);
        self
    }

    pub fn words(&self) -> Words<'_> {
        let wanted = self.chosen.iter().chain(&self.own).chain(&self.accepted);
        Words::choose(&self.loaded.programme.words, wanted)
    }

    /// The languages there are, by tag.
    pub fn languages(&self) -> BTreeMap<String, String> {
        Words::languages(&self.loaded.programme.words)
    }

    /// An address on these pages, which keeps the language that was chosen.
    pub fn to(&self, path: &str) -> String {
        match &self.chosen {
            Some(tag) if path.contains('?') => format!("{path}&lang={tag}"),
            Some(tag) => format!("{path}?lang={tag}"),
            None => path.to_owned(),
        }
    }
}
