//! Whether the pages that contents lead to answer: each address is asked once, as a reader's browser
//! would, and only on the public internet unless somebody names the host.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use channels::http::{Call, Failure, Http, HttpConfig};
use content::consistency::links;
use record::Programme;
use record::programme::defined;

use crate::programme_files::Files;
use crate::progress::{Bars, Unit};

/// Asked at the same time: a sale names one shop in each of its links, which shall not take it for an
/// attack.
const AT_ONCE: usize = 8;

/// For one answer. Whoever reads on a phone waits no longer either.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Browsers follow some twenty; a link that needs more than this is worth writing anew.
const HOPS_MAX: usize = 5;

/// Addresses of one run; more are said to be left out.
const ADDRESSES_MAX: usize = 2_000;

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

#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    There,
    Dead(String),
    /// Why it is not known.
    Unasked(String),
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
    let (allow, table) = (allow.to_vec(), "links");
    let config = HttpConfig { table, allow, ca_file: None, time_max: TIME_MAX };
    let answers = ask_all(places.keys().map(String::as_str).collect(), &Http::new(config));
    let mut found = Vec::new();
    for (url, answer) in answers {
        let (is_dead, why) = match answer {
            Answer::There => continue,
            Answer::Dead(why) => (true, format!("`{url}` is dead: {why}")),
            Answer::Unasked(why) => (false, format!("`{url}` could not be asked: {why}")),
        };
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

fn ask_all<'a>(urls: Vec<&'a str>, http: &Http) -> BTreeMap<&'a str, Answer> {
    let progress = Bars::new().begin("asking links", urls.len() as u64, Unit::Steps);
    let (waiting, done) = (Mutex::new(urls), AtomicU64::new(0));
    let next = || waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
    let work = || {
        let mut answers = Vec::new();
        while let Some(url) = next() {
            answers.push((url, ask(url, http)));
            progress.at(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
        answers
    };
    let answers = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let all = workers.into_iter().flat_map(|it| it.join().unwrap_or_default());
        all.collect()
    });
    progress.finish();
    answers
}

/// Follows the way of one address.
fn ask(url: &str, http: &Http) -> Answer {
    // What stands behind it is for the browser alone.
    let mut at = url.split('#').next().unwrap_or(url).to_owned();
    for _ in 0..=HOPS_MAX {
        match one(&at, http) {
            Ok((status @ 300..=399, Some(location))) => match onward(&at, &location) {
                Some(next) => at = next,
                None => return Answer::Dead(format!("answers {status} and leads nowhere")),
            },
            Ok((status, _)) => return judge(status),
            Err(Failure::Refused(why)) => {
                // The guard speaks of settings; here it is an option.
                let why = why.split(';').next().unwrap_or_default();
                return Answer::Unasked(format!("{why}; --allow names a host that may be asked"));
            }
            Err(Failure::Unsent(why)) => return Answer::Dead(why),
            Err(Failure::Unknown(why)) => return Answer::Unasked(why),
        }
    }
    Answer::Dead(format!("it redirects more than {HOPS_MAX} times"))
}

/// By the short question first; many servers answer only the long one.
fn one(url: &str, http: &Http) -> Result<(u16, Option<String>), Failure> {
    let answered = |call: Call| {
        let answer = http.send(&call.header("accept", "text/html, */*"))?;
        let location = answer.header("location").map(str::to_owned);
        Ok((answer.status(), location))
    };
    match answered(Call::head(url)) {
        Ok((400.., _)) | Err(Failure::Unknown(_)) => answered(Call::get(url)),
        other => other,
    }
}

fn judge(status: u16) -> Answer {
    match status {
        200..=299 => Answer::There,
        // It is there, and asks who is asking.
        401 | 403 | 407 | 429 => Answer::Unasked(format!("answers {status} to a program")),
        500.. => Answer::Unasked(format!("answers {status}: the server is out of order")),
        status => Answer::Dead(format!("answers {status}")),
    }
}

/// Where a `Location` leads from an address.
fn onward(from: &str, location: &str) -> Option<String> {
    let (scheme, rest) = from.split_once("://")?;
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let location = location.split('#').next().unwrap_or_default().trim();
    Some(match location {
        "" => return None,
        it if it.starts_with("https://") || it.starts_with("http://") => it.to_owned(),
        it if it.starts_with("//") => format!("{scheme}:{it}"),
        it if it.starts_with('/') => format!("{scheme}://{host}{it}"),
        it => {
            let path = rest.split('?').next().unwrap_or_default();
            let folder = path.rsplit_once('/').map_or(path, |it| it.0);
            format!("{scheme}://{folder}/{it}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::onward;

    #[test]
    fn a_redirect_leads_on_from_where_it_was_said() {
        let check = |from: &str, to: &str, expected: &str| {
            assert_eq!(onward(from, to).as_deref(), Some(expected), "{from} {to}");
        };
        check("https://a.example/x/y?z", "https://b.example/", "https://b.example/");
        check("https://a.example/x/y?z", "/c#d", "https://a.example/c");
        check("https://a.example/x/y?z", "c?e", "https://a.example/x/c?e");
        check("https://a.example", "c", "https://a.example/c");
        check("http://a.example:81/x", "//b.example/c", "http://b.example/c");
        assert_eq!(onward("https://a.example/", "#top"), None);
    }
}
