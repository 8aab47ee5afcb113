//! What would not do about a page although it can be read.

use super::{Enclosure, PageForm, PageKind, page};
use crate::links::is_web_address;
use crate::{Brand, Content};
use model::{Problem, Span, Timestamp};

/// What search engines show of a title is some 60 characters; a title of three lines is a paragraph.
const TITLE_MAX_CHARS: usize = 200;

/// They show some 160.
const DESCRIPTION_MAX_CHARS: usize = 500;

/// In an address nobody reads more.
const SLUG_MAX_CHARS: usize = 100;

const FILE_MAX_CHARS: usize = 100;

const TAGS_MAX: usize = 20;
const TAG_MAX_CHARS: usize = 50;

pub(crate) fn check(content: &Content) -> Vec<Problem> {
    let Some(form) = &content.forms.page else { return Vec::new() };
    let mut problems = Vec::new();
    let mut fail = |text: String, hint: &str| problems.push(Problem::new(text).hint(hint));
    check_address(content, form, &mut fail);
    check_times(form, &mut fail);
    check_tags(form, &mut fail);
    if let Some(enclosure) = &form.enclosure {
        check_enclosure(enclosure, &mut fail);
    }
    check_download(form, &mut fail);
    if content.body.trim().is_empty() {
        fail("the page has no body".to_owned(), "write it in Markdown below the front matter");
    }
    // Everybody reads the same page, so whatever is missing for one is missing for all.
    let brand = Brand { name: "brand".to_owned(), ..Brand::default() };
    let made = page(content, &brand).and_then(|made| match made {
        Ok(made) => made.html(&brand).err().map(Err).or(Some(Ok(made))),
        Err(error) => Some(Err(error)),
    });
    match made {
        None => {}
        Some(Err(error)) => {
            let text = format!("the page cannot be written: {}: {}", error.place, error.message);
            fail(text, "nobody is known who reads a page: write a `default`, or take it out");
        }
        Some(Ok(made)) => {
            if made.title.trim().is_empty() {
                fail("the page has no title".to_owned(), "write `forms: {page: {title: …}}`");
            }
            for (what, text, max) in [
                ("title", &made.title, TITLE_MAX_CHARS),
                ("description", &made.description, DESCRIPTION_MAX_CHARS),
            ] {
                if max < text.chars().count() {
                    fail(format!("the page's {what} has more than {max} characters"), "shorten it");
                }
            }
        }
    }
    problems
}

fn check_address(content: &Content, form: &PageForm, fail: &mut dyn FnMut(String, &str)) {
    let slug = content.slug().unwrap_or_default();
    let sound = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let is_slug = !slug.is_empty()
        && slug.len() <= SLUG_MAX_CHARS
        && slug.chars().all(sound)
        && !slug.starts_with('-');
    if !is_slug {
        let whose = if form.slug.is_empty() { "the content's name" } else { "the slug" };
        let hint = "write `slug:` with small letters, digits and hyphens";
        fail(format!("{whose} `{slug}` cannot be the page's address"), hint);
    }
}

fn check_download(form: &PageForm, fail: &mut dyn FnMut(String, &str)) {
    let name = &form.download;
    if name.is_empty() {
        return;
    }
    let sound = |it: char| it.is_ascii_alphanumeric() || "-_. ".contains(it);
    if !name.chars().all(sound) || name.starts_with(['.', ' ']) || FILE_MAX_CHARS < name.len() {
        let hint = "write the name of a file in the folder `files` of the data directory";
        fail(format!("`{name}` cannot be a file's name"), hint);
    }
    if form.form.is_empty() {
        fail("the download has no form".to_owned(), "write `form:`; people get the file for it");
    }
}

fn check_times(form: &PageForm, fail: &mut dyn FnMut(String, &str)) {
    for (field, text) in [("published", &form.published), ("updated", &form.updated)] {
        if !text.is_empty() && Timestamp::parse(text).is_err() {
            let hint = "write 2026-11-27 or 2026-11-27T09:00:00+01:00";
            fail(format!("`{field}: {text}` is no time"), hint);
        }
    }
    if form.published.is_empty() && form.kind.unwrap_or(PageKind::Article) == PageKind::Article {
        let hint = "write `published:` with its date, or `kind: landing`";
        fail("an article needs the time of its publication".to_owned(), hint);
    }
}

fn check_tags(form: &PageForm, fail: &mut dyn FnMut(String, &str)) {
    if TAGS_MAX < form.tags.len() {
        fail(format!("a page has at most {TAGS_MAX} tags"), "keep those that readers look for");
    }
    for tag in &form.tags {
        let sound = |it: char| it.is_alphanumeric() || " -_.+&".contains(it);
        let is_tag = !tag.trim().is_empty() && tag.trim() == tag && tag.chars().all(sound);
        if !is_tag || tag == "." || tag == ".." || TAG_MAX_CHARS < tag.chars().count() {
            let hint = "write a few words of letters, digits, spaces and hyphens";
            fail(format!("`{tag}` cannot be a page's tag"), hint);
        }
    }
}

fn check_enclosure(it: &Enclosure, fail: &mut dyn FnMut(String, &str)) {
    if !is_web_address(&it.url) {
        let hint = "begin it with https://";
        fail(format!("the enclosure's url `{}` is not a web address", it.url), hint);
    }
    let known = ["audio/", "video/"].iter().any(|kind| {
        let rest = it.media_type.strip_prefix(kind);
        let sound = |it: char| it.is_ascii_alphanumeric() || "+-.".contains(it);
        rest.is_some_and(|it| !it.is_empty() && it.chars().all(sound))
    });
    if !known {
        let hint = "write it like audio/mpeg or video/mp4";
        fail(format!("`{}` is no type of sound or film", it.media_type), hint);
    }
    if it.bytes == 0 {
        fail(
            "the enclosure does not say its size".to_owned(),
            "write `bytes:`; players ask for it",
        );
    }
    if !it.duration.is_empty() && Span::parse(&it.duration).is_err() {
        fail(format!("`{}` is no length of time", it.duration), "write it like 32m10s");
    }
}
