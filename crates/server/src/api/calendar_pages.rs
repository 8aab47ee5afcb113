//! Pages on the calendar: from when readers see them, and moving that.

use super::broadcasts::BroadcastStage;
use super::calendar::{CalendarItem, Dated};
use super::json::time;
use super::posts::Known;
use super::programme::Files;
use crate::problem::Problem;
use content::Content;
use journey::LocalDateTime;
use model::{ContentName, Timestamp};

const FIELD: &str = "published:";

/// The pages with a date, in the programme that runs.
pub(super) fn pages(known: &Known, now: Timestamp) -> Vec<Dated> {
    let one = |it: &Content| {
        let at = it.page_published()?;
        let waits = now < at;
        let item = CalendarItem {
            kind: "page".to_owned(),
            name: it.name.to_string(),
            owner: String::new(),
            content: it.name.to_string(),
            at: Some(time(at)),
            local_time: None,
            state: if waits { BroadcastStage::Planned } else { BroadcastStage::Done },
            channels: Vec::new(),
            movable: waits,
            queued: false,
            lacks: None,
        };
        Some(Dated { at: Some(at), item })
    };
    known.loaded.programme.contents.values().filter_map(one).collect()
}

/// The text of a content's file with another time for its page; all else of it stays as it is.
pub(super) fn moved_page(text: &str, at: &str) -> Result<String, Problem> {
    // Without a zone it would be taken for UTC.
    if Timestamp::parse(at).is_err() || LocalDateTime::parse(at).is_ok() {
        return Err(Problem::bad("write `at` of a page like 2026-11-27T09:00:00Z"));
    }
    let front = text.find("\n---").unwrap_or(text.len());
    let field = text[..front].find(FIELD).ok_or_else(in_its_own_way)?;
    let rest = &text[field + FIELD.len()..front];
    let value = rest.len() - rest.trim_start_matches(' ').len();
    let said = &rest[value..];
    let (from, length) = match said.chars().next() {
        Some(quote @ ('"' | '\'')) => (1, said[1..].find(quote).ok_or_else(in_its_own_way)?),
        Some(_) => (0, said.find([',', '}', ' ', '\r', '\n']).unwrap_or(said.len())),
        None => return Err(in_its_own_way()),
    };
    let from = field + FIELD.len() + value + from;
    Ok(format!("{}{at}{}", &text[..from], &text[from + length..]))
}

/// Whether the page has that time in these files: the words `published:` may stand in another text too.
pub(super) fn is_published_at(files: &Files, name: &str, at: &str) -> bool {
    let programme = record::programme::parse(files).ok();
    let content = programme.and_then(|it| it.contents.get(&ContentName::from(name)).cloned());
    content.and_then(|it| it.page_published()) == Timestamp::parse(at).ok()
}

pub(super) fn in_its_own_way() -> Problem {
    Problem::conflict("its file says the time in a way of its own; change it there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_page_keeps_everything_but_its_time() {
        let check = |before: &str, after: &str| {
            let file = |it: &str| format!("---\ncontent: a\nforms:\n{it}---\npublished: never\n");
            let moved = moved_page(&file(before), "2026-12-01T10:00:00Z");
            assert_eq!(moved.ok(), Some(file(after)));
        };
        check(
            "  page: {title: A, published: 2026-11-27, author: Ada}\n",
            "  page: {title: A, published: 2026-12-01T10:00:00Z, author: Ada}\n",
        );
        check(
            "  page:\n    published: \"2026-11-27T09:00:00+01:00\" # before the fair\n    author: Ada\n",
            "  page:\n    published: \"2026-12-01T10:00:00Z\" # before the fair\n    author: Ada\n",
        );
        check("  page: {published: 2026-11-27}\n", "  page: {published: 2026-12-01T10:00:00Z}\n");
        let said_elsewhere = "---\ncontent: a\n---\npublished: 2026-11-27\n";
        assert!(moved_page(said_elsewhere, "2026-12-01T10:00:00Z").is_err());
        let soon = moved_page("---\npublished: 2026-11-27\n---\n", "2026-12-01T10:00");
        assert!(soon.is_err(), "a page comes out at one moment for everybody");
    }
}
