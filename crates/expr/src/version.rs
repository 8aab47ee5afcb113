//! Versions of programs, in the order of Semantic Versioning 2.0.0 (semver.org, section 11).
//!
//! Read a little more widely than written there, as programs report themselves: `v2.1` is 2.1.0.

use std::fmt;

/// Ordered by precedence; what follows a `+` is read and has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    core: [u64; 3],
    pre: Vec<Part>,
}

/// A part of what follows the `-`. Numbers come before words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    /// Without zeros in front, so the longer is the larger.
    Number {
        length: usize,
        digits: String,
    },
    Word(String),
}

impl Version {
    /// None if the text is no version.
    pub fn read(text: &str) -> Option<Version> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, build) = text.split_once('+').map_or((text, None), |(a, b)| (a, Some(b)));
        if !build.is_none_or(|it| it.split('.').all(is_identifier)) {
            return None;
        }
        let (numbers, pre) = text.split_once('-').map_or((text, None), |(a, b)| (a, Some(b)));
        let mut core = [0; 3];
        for (n, number) in numbers.split('.').enumerate() {
            *core.get_mut(n)? = is_number(number).then(|| number.parse().ok())??;
        }
        let pre = pre.map_or(Some(Vec::new()), |it| it.split('.').map(part).collect())?;
        Some(Version { core, pre })
    }
}

fn part(text: &str) -> Option<Part> {
    if is_number(text) {
        return Some(Part::Number { length: text.len(), digits: text.to_owned() });
    }
    let digits = text.bytes().all(|it| it.is_ascii_digit());
    (is_identifier(text) && !digits).then(|| Part::Word(text.to_owned()))
}

fn is_number(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    digits && (text == "0" || !text.starts_with('0'))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> std::cmp::Ordering {
        let released = self.pre.is_empty().cmp(&other.pre.is_empty());
        self.core.cmp(&other.core).then(released).then_with(|| self.pre.cmp(&other.pre))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.core;
        write!(f, "{major}.{minor}.{patch}")?;
        for (n, part) in self.pre.iter().enumerate() {
            let (Part::Number { digits: text, .. } | Part::Word(text)) = part;
            write!(f, "{}{text}", if n == 0 { '-' } else { '.' })?;
        }
        Ok(())
    }
}
