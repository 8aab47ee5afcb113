//! Contents from their files: the documents, and then the files of their languages, which only a
//! document gives a place.

use super::place::plain_problem;
use content::{Content, FrontMatter, LocaleFront};
use model::{ContentName, Problem};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// What the content files of a programme say.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) found: BTreeMap<ContentName, Content>,
    /// Each document's name with its file, in the order of the files; a name may stand twice.
    pub(super) places: Vec<(ContentName, String)>,
    pub(super) problems: Vec<Problem>,
}

/// All content files together, by path.
pub(super) fn read(files: &BTreeMap<&str, &str>) -> Contents {
    let mut contents = Contents::default();
    let languages: BTreeSet<String> = files
        .iter()
        .filter_map(|(path, text)| Some((path, split_front_matter(text)?.0)))
        .flat_map(|(path, front)| named_languages(path, front))
        .collect();
    for (path, text) in files.iter().filter(|it| !languages.contains(*it.0)) {
        contents.document(path, text, Some(files));
    }
    contents
}

/// One file by itself; its languages are not looked for, and a language's file is taken for what it is.
pub(super) fn read_one(path: &str, text: &str) -> Contents {
    let mut contents = Contents::default();
    match split_front_matter(text) {
        Some((front, ..)) if says_no_name(front) => {
            contents.parse::<LocaleFront>(path, text);
        }
        Some(_) | None => contents.document(path, text, None),
    }
    contents
}

impl Contents {
    fn document(&mut self, path: &str, text: &str, files: Option<&BTreeMap<&str, &str>>) {
        let Some((mut front, body, line)) = self.parse::<FrontMatter>(path, text) else { return };
        front.body_line = line;
        self.places.push((front.content.clone(), path.to_owned()));
        let mut content = match Content::from_parts(front, body) {
            Ok(content) => content,
            Err(problems) => {
                self.problems.extend(problems.into_iter().map(|it| it.in_file(path)));
                return;
            }
        };
        self.problems.extend(content.check().into_iter().map(|it| it.in_file(path)));
        for (tag, file) in content.locales.clone() {
            let Some(files) = files else { break };
            let place = beside(path, &file);
            let Some(text) = files.get(place.as_str()) else {
                let problem = Problem::new(format!("there is no file {place}"));
                let hint = format!("write it, or take `{tag}` out of `locales`");
                let (line, column) = place_of(&file, text);
                self.problems.push(problem.hint(hint).in_file(path).at(line, column));
                continue;
            };
            self.language(&mut content, &tag, &file, &place, text);
        }
        self.found.insert(content.name.clone(), content);
    }

    fn language(&mut self, to: &mut Content, tag: &str, file: &str, path: &str, text: &str) {
        let Some((mut front, body, line)) = self.parse::<LocaleFront>(path, text) else { return };
        front.body_line = line;
        // It was found to be a language when the document was read.
        let tag = content::words::language_tag(tag).unwrap_or_else(|| tag.to_owned());
        let problems = to.translate(&tag, file, front, body);
        self.problems.extend(problems.into_iter().map(|it| it.in_file(path)));
    }

    /// The head, the body, and the line on which the body begins.
    fn parse<T: DeserializeOwned>(&mut self, path: &str, text: &str) -> Option<(T, String, usize)> {
        let Some((front, body, line)) = split_front_matter(text) else {
            let problem =
                Problem::new("a content begins with a line `---`, front matter, and `---`");
            self.problems.push(problem.in_file(path).at(1, 1));
            return None;
        };
        match serde_saphyr::from_str::<T>(front) {
            Ok(front) => Some((front, body.to_owned(), line)),
            Err(error) => {
                let (line, column) = error.location().map_or((0, 0), |it| (it.line(), it.column()));
                let place = |it: u64| usize::try_from(it).unwrap_or(0);
                let problem = plain_problem(&error.without_snippet().to_string(), line, column);
                // The front matter begins on the second line of its file.
                let line = if line == 0 { 0 } else { place(line) + 1 };
                self.problems.push(problem.in_file(path).at(line, place(column)));
                None
            }
        }
    }
}

/// The files that a document names as its languages. A head that cannot be read names none; its own
/// problem says why.
fn named_languages(path: &str, front: &str) -> Vec<String> {
    let read = serde_saphyr::from_str::<serde_json::Value>(front).unwrap_or_default();
    let named = read["locales"].as_object().into_iter().flatten();
    named.filter_map(|(_, file)| Some(beside(path, file.as_str()?))).collect()
}

fn says_no_name(front: &str) -> bool {
    let read = serde_saphyr::from_str::<serde_json::Value>(front);
    read.is_ok_and(|it| it.is_object() && it.get("content").is_none())
}

/// Where a name first stands in a file.
fn place_of(name: &str, text: &str) -> (usize, usize) {
    let found = (1..).zip(text.lines()).find_map(|(n, line)| Some((n, line.split_once(name)?.0)));
    found.map_or((0, 0), |(line, before)| (line, before.chars().count() + 1))
}

/// A file in the folder of another.
fn beside(path: &str, file: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{file}"),
        None => file.to_owned(),
    }
}

/// (front matter, body, the line on which the body begins)
fn split_front_matter(text: &str) -> Option<(&str, &str, usize)> {
    let rest = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"))?;
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            let body = &rest[end + line.len()..];
            let line = text.len() - body.len();
            return Some((&rest[..end], body, text[..line].matches('\n').count() + 1));
        }
        end += line.len();
    }
    None
}
