//! Whether what stands in the DNS is what has to.

use super::records::{Needed, Purpose};
use super::resolver::Resolver;
use std::collections::BTreeMap;

/// A record with what stands there, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub standing: Standing,
    /// What stands there, in the order of the answer.
    pub found: Vec<String>,
    /// What to do; empty where it is as it should be.
    pub remedy: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Found,
    /// Something stands there and is not what is needed.
    Differs,
    Missing,
    /// Nobody answered, so nothing is known.
    Unknown,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Standing::Found => "found",
            Standing::Differs => "differs",
            Standing::Missing => "missing",
            Standing::Unknown => "unknown",
        }
    }
}

/// Asks for each of the records, all at the same time.
pub fn check(needed: &[Needed], resolver: &Resolver) -> Vec<Checked> {
    std::thread::scope(|scope| {
        let asked = needed.iter().map(|it| {
            scope.spawn(move || match resolver.ask(&it.name, it.kind) {
                Ok(found) => judge(it, found),
                Err(why) => Checked {
                    standing: Standing::Unknown,
                    found: Vec::new(),
                    remedy: format!("{why}; ask again, or name another resolver in [dns]"),
                },
            })
        });
        let waiting: Vec<_> = asked.collect();
        let unknown = || Checked {
            standing: Standing::Unknown,
            found: Vec::new(),
            remedy: "it could not be asked; ask again".to_owned(),
        };
        waiting.into_iter().map(|it| it.join().unwrap_or_else(|_| unknown())).collect()
    })
}

/// What an answer means.
pub fn judge(needed: &Needed, found: Vec<String>) -> Checked {
    let (standing, remedy) = match needed.purpose {
        Purpose::Spf => spf(needed, &found),
        Purpose::Dkim => dkim(needed, &found),
        Purpose::Dmarc => dmarc(needed, &found),
        Purpose::ReturnPath | Purpose::Links => hosts(needed, &found),
    };
    Checked { standing, found, remedy }
}

/// Two records are none (RFC 7208, 3.2 and 4.5), and `+all` lets everybody send.
fn spf(needed: &Needed, found: &[String]) -> (Standing, String) {
    let is_spf = |it: &&String| {
        let version = it.split_whitespace().next().unwrap_or_default();
        version.eq_ignore_ascii_case("v=spf1")
    };
    let records: Vec<&String> = found.iter().filter(is_spf).collect();
    match records[..] {
        [] => (Standing::Missing, publish(needed)),
        [one] if one.split_whitespace().any(|it| matches!(it, "+all" | "all")) => {
            let remedy = "it lets everybody send as you: end it with -all or ~all";
            (Standing::Differs, remedy.to_owned())
        }
        [one] => {
            let who = needed.value.split_whitespace().nth(1).unwrap_or_default();
            let names = one.split_whitespace().any(|it| it.trim_start_matches('+') == who);
            // A server may be named in other ways too: by its address, its network or `mx`.
            let remedy = match names || who == "mx" {
                true => String::new(),
                false => format!("if it does not name your mail server yet, add {who}"),
            };
            (Standing::Found, remedy)
        }
        _ => {
            let remedy = "there are several, and then none of them counts: make one of them";
            (Standing::Differs, remedy.to_owned())
        }
    }
}

fn dkim(needed: &Needed, found: &[String]) -> (Standing, String) {
    let wanted = tags(&needed.value);
    let is_key = |it: &&String| tags(it).contains_key("p");
    let Some(key) = found.iter().find(is_key) else {
        return match found.is_empty() {
            true => (Standing::Missing, publish(needed)),
            false => (Standing::Differs, publish(needed)),
        };
    };
    let stands = tags(key);
    let kind = |it: &BTreeMap<String, String>| it.get("k").cloned().unwrap_or("rsa".to_owned());
    let same = stands.get("p") == wanted.get("p") && kind(&stands) == kind(&wanted);
    let is_test = stands.get("t").is_some_and(|it| it.split(':').any(|it| it.trim() == "y"));
    match (same, is_test) {
        (true, false) => (Standing::Found, String::new()),
        (true, true) => {
            let remedy = "it says `t=y`, so receivers take signatures for a test: take that out";
            (Standing::Differs, remedy.to_owned())
        }
        (false, _) => {
            let remedy = format!("another key stands there; {}", publish(needed));
            (Standing::Differs, remedy)
        }
    }
}

/// Any policy is one; of several none counts (RFC 7489, 6.6.3).
fn dmarc(needed: &Needed, found: &[String]) -> (Standing, String) {
    let all: Vec<&String> =
        found.iter().filter(|it| it.trim_start().to_lowercase().starts_with("v=dmarc1")).collect();
    match all[..] {
        [] => (Standing::Missing, publish(needed)),
        [one] => match tags(one).get("p").map(String::as_str) {
            Some("none" | "quarantine" | "reject") => (Standing::Found, String::new()),
            Some(_) | None => {
                let remedy = "it has no policy: write p=none, p=quarantine or p=reject";
                (Standing::Differs, remedy.to_owned())
            }
        },
        _ => {
            let remedy = "there are several, and then none of them counts: keep one";
            (Standing::Differs, remedy.to_owned())
        }
    }
}

fn hosts(needed: &Needed, found: &[String]) -> (Standing, String) {
    // RFC 7505: a domain that takes no mail says so.
    if needed.purpose == Purpose::ReturnPath && found.iter().any(|it| it == "0 .") {
        let remedy = "it says that it takes no mail, so nothing can come back: name a host";
        return (Standing::Differs, remedy.to_owned());
    }
    match (found.is_empty(), needed.purpose) {
        (false, _) => (Standing::Found, String::new()),
        (true, Purpose::ReturnPath) => {
            let remedy = format!("mail that comes back is lost: give {} an MX record", needed.name);
            (Standing::Missing, remedy)
        }
        (true, _) => {
            let remedy = format!(
                "links and one-click unsubscription lead nowhere: give {} an A or AAAA record",
                needed.name
            );
            (Standing::Missing, remedy)
        }
    }
}

fn publish(needed: &Needed) -> String {
    format!("publish a {} record at {}", needed.kind.name(), needed.name)
}

/// `k=v; k=v`, names in lower case, spaces within values left out (RFC 6376, 3.2).
fn tags(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split(';').filter_map(|it| it.split_once('='));
    pairs
        .map(|(name, value)| {
            let value = value.chars().filter(|it| !it.is_whitespace()).collect();
            (name.trim().to_ascii_lowercase(), value)
        })
        .collect()
}
