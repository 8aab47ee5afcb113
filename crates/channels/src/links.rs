//! Whether pages of others answer: each address is asked as a reader's browser would, and only on the
//! public internet unless somebody names the host.

use crate::http::{Call, Failure, Http, HttpConfig};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Asked at the same time: a sale names one shop in each of its links, which shall not take it for an
/// attack.
const AT_ONCE: usize = 8;

/// For one answer. Whoever reads on a phone waits no longer either.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Browsers follow some twenty; a link that needs more than this is worth writing anew.
const HOPS_MAX: usize = 5;

/// Addresses that are asked in one go.
pub const ADDRESSES_MAX: usize = 2_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    There,
    /// Why nobody finds anything there.
    Dead(String),
    /// Why it is not known.
    Unasked(String),
}

impl Answer {
    /// What is to be said about the address, and whether it is dead; none where all is well.
    pub fn said_of(&self, url: &str) -> Option<(String, bool)> {
        match self {
            Answer::There => None,
            Answer::Dead(why) => Some((format!("`{url}` is dead: {why}"), true)),
            Answer::Unasked(why) => Some((format!("`{url}` could not be asked: {why}"), false)),
        }
    }
}

/// Asks every address once. `allow` names hosts that may be asked although they are not on the public
/// internet, and `remedy` how to name them. `told` hears how many have answered, and says whether to go on; what was not asked then is
/// absent.
pub fn ask_all<'a>(
    urls: Vec<&'a str>,
    allow: &[String],
    remedy: &str,
    told: &(dyn Fn(u64) -> bool + Sync),
) -> BTreeMap<&'a str, Answer> {
    let (allow, table) = (allow.to_vec(), "links");
    let http = Http::new(HttpConfig { table, allow, ca_file: None, time_max: TIME_MAX });
    let (waiting, done) = (Mutex::new(urls), AtomicU64::new(0));
    let waiting = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        let mut answers = Vec::new();
        loop {
            let next = waiting().pop();
            let Some(url) = next else { return answers };
            answers.push((url, ask(url, &http, remedy)));
            if !told(done.fetch_add(1, Ordering::Relaxed) + 1) {
                waiting().clear();
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|it| it.join().unwrap_or_default()).collect()
    })
}

/// Follows the way of one address.
fn ask(url: &str, http: &Http, remedy: &str) -> Answer {
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
                let why = why.split(';').next().unwrap_or_default();
                return Answer::Unasked(format!("{why}; {remedy}"));
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
