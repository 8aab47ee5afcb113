//! What the addresses that contents lead to answer, with the files and lines that name them.

use std::collections::{BTreeMap, BTreeSet};

use channels::links::{ADDRESSES_MAX, ask_all};
use content::consistency::links;
use record::Programme;
use record::programme::defined;

use crate::programme_files::Files;
use crate::progress::{Bars, Unit};

/// Something to say about an address, where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Dead, and else not known.
    pub is_dead: bool,
    pub file: String,
    /// 0 where the place is not known.
    pub line: usize,
    pub text: String,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = if self.is_dead { "problem" } else { "hint" };
        match self.line {
            0 => write!(f, "{severity}: {}: {}", self.file, self.text),
            line => write!(f, "{severity}: {}:{line}: {}", self.file, self.text),
        }
    }
}

/// Asks every address that the contents write out, and says which are dead and which could not be asked.
pub fn check(programme: &Programme, files: &Files, allow: &[String]) -> Vec<Found> {
    let mut places = places(programme, files);
    let left_out: Vec<String> = places.keys().skip(ADDRESSES_MAX).cloned().collect();
    left_out.iter().for_each(|it| drop(places.remove(it)));
    let urls: Vec<&str> = places.keys().map(String::as_str).collect();
    let progress = Bars::new().begin("asking links", urls.len() as u64, Unit::Steps);
    let remedy = "--allow names a host that may be asked";
    let answers = ask_all(urls, allow, remedy, &|done| {
        progress.at(done);
        true
    });
    progress.finish();
    let mut found = Vec::new();
    for (url, answer) in answers {
        let Some((why, is_dead)) = answer.said_of(url) else { continue };
        for (file, line) in places.get(url).into_iter().flatten() {
            let (file, line, text) = (file.clone(), *line, why.clone());
            found.push(Found { is_dead, file, line, text });
        }
    }
    if !left_out.is_empty() {
        let text = format!("{} further addresses were not asked", left_out.len());
        let file = "content".to_owned();
        found.push(Found { is_dead: false, file, line: 0, text });
    }
    found.sort_by(|a, b| (!a.is_dead, &a.file, a.line).cmp(&(!b.is_dead, &b.file, b.line)));
    found
}

/// Each address with the files and lines that name it.
fn places(programme: &Programme, files: &Files) -> BTreeMap<String, BTreeSet<(String, usize)>> {
    let paths: BTreeMap<String, &String> = files
        .iter()
        .filter(|it| it.0.starts_with("content/"))
        .filter_map(|(path, text)| Some((defined(path, text)?.name, path)))
        .collect();
    let mut places: BTreeMap<String, BTreeSet<(String, usize)>> = BTreeMap::new();
    for content in programme.contents.values() {
        // Mails that every programme has from us have no file and no address.
        let Some(path) = paths.get(content.name.as_str()) else { continue };
        let folder = path.rsplit_once('/').map_or("", |it| it.0);
        for link in links(content) {
            let of_language = content.locales.iter().find(|(tag, _)| {
                content::words::language_tag(tag).as_deref() == Some(&*link.locale)
            });
            let file = match of_language {
                Some((_, file)) => format!("{folder}/{file}"),
                None => (*path).clone(),
            };
            let text = files.get(&file).map(String::as_str).unwrap_or_default();
            let line = match link.line {
                0 => {
                    (1..).zip(text.lines()).find(|it| it.1.contains(&link.url)).map_or(0, |it| it.0)
                }
                line => line,
            };
            places.entry(link.url).or_default().insert((file, line));
        }
    }
    places.retain(|url, _| url.starts_with("https://") || url.starts_with("http://"));
    places
}
