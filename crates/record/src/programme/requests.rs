//! The mails that people ask for themselves, in words of our own; a programme may have its own.

use super::Programme;
use super::read::content_of;
use model::{Problem, Purpose, Request};

/// In English, Dutch and German. A programme replaces one by a content of the same name, and adds a language
/// by its name and the language: `request-link.fr`.
const TEXTS: [&str; 6] = [
    include_str!("requests/confirmation.md"),
    include_str!("requests/confirmation.nl.md"),
    include_str!("requests/confirmation.de.md"),
    include_str!("requests/link.md"),
    include_str!("requests/link.nl.md"),
    include_str!("requests/link.de.md"),
];

/// Adds what the programme does not say itself.
pub(super) fn add(programme: &mut Programme) -> Vec<Problem> {
    let mut problems = Vec::new();
    for text in TEXTS {
        match content_of(text) {
            Ok(content) => {
                programme.contents.entry(content.name.clone()).or_insert(content);
            }
            Err(found) => problems.extend(found),
        }
    }
    for (name, content) in &programme.contents {
        let is_request = [Request::Confirmation, Request::Link]
            .iter()
            .any(|it| name.as_str().split('.').next() == Some(it.content()));
        if is_request && content.purpose != Purpose::Transactional {
            let message = format!("`{name}` is asked for by the person");
            problems.push(Problem::new(message).hint("write `purpose: transactional`"));
        }
    }
    problems
}
