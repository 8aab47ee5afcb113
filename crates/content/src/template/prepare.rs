//! Reads a template once before it is parsed: refuses what must not run, and adds the escaping.
//!
//! Every `{{ output }}` gets an escape filter at its end, and every loop a tag that counts rounds.
//! Names, tags and filters are checked here, since here the line and the remedy are known.

use super::{NESTING_MAX, Place, SOURCE_MAX_BYTES, filters};
use model::Problem;
use std::collections::BTreeSet;

pub(super) const ROUND_TAG: &str = "count_round";

/// What a template may name without defining it.
const ROOTS: [&str; 3] = ["person", "event", "brand"];

/// Those of them that differ from one reader to the next.
const PERSONAL: [&str; 2] = ["person", "event"];

const BLOCKS: [&str; 4] = ["if", "unless", "case", "for"];
const VERBATIM: [&str; 2] = ["raw", "comment"];
const TAGS: [&str; 6] = ["assign", "break", "continue", "else", "elsif", "when"];

/// Words that are not names of variables.
const WORDS: [&str; 14] = [
    "and", "or", "contains", "in", "true", "false", "nil", "null", "empty", "blank", "reversed",
    "limit", "offset", "forloop",
];

/// Digits of a number in a template; more overflow the parser's integers, which it does not catch.
const DIGITS_MAX: usize = 15;

/// How deep `a[b[c]]` may go, since the parser recurses.
const BRACKETS_MAX: usize = 4;

pub(super) struct Prepared {
    pub(super) text: String,
    pub(super) names: BTreeSet<String>,
    pub(super) personal: BTreeSet<String>,
}

struct Reading<'a> {
    source: &'a str,
    place: Place,
    text: String,
    names: BTreeSet<String>,
    /// Paths of what is about one person.
    personal: BTreeSet<String>,
    /// Names that the template defines by `assign` or `for`, anywhere.
    defined: BTreeSet<String>,
    /// Names that it uses, with where.
    used: Vec<(String, usize)>,
    open: Vec<(&'static str, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
    Text(&'a str),
    Sign(char),
}

pub(super) fn prepare(source: &str, place: Place) -> Result<Prepared, Problem> {
    if SOURCE_MAX_BYTES < source.len() {
        let message = format!("the template is longer than {SOURCE_MAX_BYTES} bytes");
        return Err(Problem::new(message).hint("split it, or move images out of it"));
    }
    let mut reading = Reading {
        source,
        place,
        text: String::with_capacity(source.len() + 64),
        names: BTreeSet::new(),
        personal: BTreeSet::new(),
        defined: BTreeSet::new(),
        used: Vec::new(),
        open: Vec::new(),
    };
    reading.read()?;
    Ok(Prepared { text: reading.text, names: reading.names, personal: reading.personal })
}

impl<'a> Reading<'a> {
    fn read(&mut self) -> Result<(), Problem> {
        let mut at = 0;
        while let Some(start) = self.next_start(at) {
            self.text.push_str(&self.source[at..start]);
            let end = self.end_of(start)?;
            let inner = &self.source[start + 2..end - 2];
            if self.source[start..].starts_with("{{") {
                self.output(inner, start)?;
                at = end;
            } else {
                at = self.tag(inner, start, end)?;
            }
        }
        self.text.push_str(&self.source[at..]);
        if let Some((name, start)) = self.open.last() {
            let problem = Problem::new(format!("`{{% {name} %}}` is not closed"));
            return Err(self.at(*start, problem.hint(format!("end it with {{% end{name} %}}"))));
        }
        self.check_names()
    }

    fn next_start(&self, from: usize) -> Option<usize> {
        let rest = &self.source[from..];
        match (rest.find("{{"), rest.find("{%")) {
            (Some(a), Some(b)) => Some(from + a.min(b)),
            (a, b) => a.or(b).map(|it| from + it),
        }
    }

    /// The byte after the closing `}}` or `%}`, which may not stand within quotes.
    fn end_of(&self, start: usize) -> Result<usize, Problem> {
        let close = if self.source[start..].starts_with("{{") { "}}" } else { "%}" };
        let mut quote = None;
        for (offset, character) in self.source[start + 2..].char_indices() {
            let here = start + 2 + offset;
            match quote {
                Some(open) if open == character => quote = None,
                Some(_) => {}
                None if matches!(character, '"' | '\'') => quote = Some(character),
                None if self.source[here..].starts_with(close) => return Ok(here + 2),
                None => {}
            }
        }
        let problem = match quote {
            Some(open) => Problem::new(format!("a {open} is not closed")),
            None => Problem::new(format!("`{close}` is missing")),
        };
        Err(self.at(start, problem))
    }

    fn output(&mut self, inner: &'a str, start: usize) -> Result<(), Problem> {
        let (before, rest) = inner.strip_prefix('-').map_or(("", inner), |it| ("-", it));
        let (after, rest) = rest.strip_suffix('-').map_or(("", rest), |it| ("-", it));
        let tokens = self.tokens(rest, start)?;
        if tokens.is_empty() {
            return Err(self.at(start, Problem::new("`{{ }}` is empty")));
        }
        self.look_at(&tokens, start)?;
        let whole = self.text.trim().is_empty();
        // What is encoded by hand must not be encoded again.
        let by_hand = tokens.ends_with(&[Token::Sign('|'), Token::Word("url_encode")]);
        let escape = filters::escape_for(self.place, whole || by_hand);
        let label = label(rest);
        self.text
            .push_str(&format!("{{{{{before} {} | {escape}: \"{label}\" {after}}}}}", rest.trim()));
        Ok(())
    }

    /// Handles a tag that stands from `start` to `end`; returns where to go on.
    fn tag(&mut self, inner: &'a str, start: usize, end: usize) -> Result<usize, Problem> {
        let rest = inner.strip_prefix('-').unwrap_or(inner);
        let rest = rest.strip_suffix('-').unwrap_or(rest);
        let tokens = self.tokens(rest, start)?;
        let name = match tokens.first() {
            Some(Token::Word(name)) => *name,
            Some(Token::Number(_) | Token::Text(_) | Token::Sign(_)) | None => {
                return Err(self.at(start, Problem::new("a tag begins with its name")));
            }
        };
        if let Some(verbatim) = VERBATIM.iter().find(|it| **it == name) {
            let end = self.end_of_block(verbatim, start, end)?;
            self.text.push_str(&self.source[start..end]);
            return Ok(end);
        }
        if let Some(block) = BLOCKS.iter().find(|it| **it == name) {
            self.open.push((block, start));
            if NESTING_MAX < self.open.len() {
                let message = format!("blocks are nested deeper than {NESTING_MAX}");
                return Err(self.at(start, Problem::new(message)));
            }
        } else if let Some(ended) = name.strip_prefix("end") {
            match self.open.pop() {
                Some((open, _)) if open == ended => {}
                Some((open, _)) => {
                    let message =
                        format!("`{{% {name} %}}` stands where `{{% end{open} %}}` belongs");
                    return Err(self.at(start, Problem::new(message)));
                }
                None => {
                    let message = format!("`{{% {name} %}}` ends nothing");
                    return Err(self.at(start, Problem::new(message)));
                }
            }
        } else if !TAGS.contains(&name) {
            let known = BLOCKS.iter().chain(&VERBATIM).chain(&TAGS).copied();
            let hint = format!("there are {}", known.collect::<Vec<_>>().join(", "));
            let problem = Problem::new(format!("there is no tag `{name}`"));
            return Err(self.at(start, problem.hint(hint)));
        }
        self.defines(name, &tokens, start)?;
        self.look_at(&tokens[1..], start)?;
        self.text.push_str(&self.source[start..end]);
        if name == "for" {
            self.text.push_str(&format!("{{% {ROUND_TAG} %}}"));
        }
        Ok(end)
    }

    fn end_of_block(&self, name: &str, start: usize, from: usize) -> Result<usize, Problem> {
        let mut at = from;
        while let Some(found) = self.source[at..].find("{%") {
            let begin = at + found;
            let Some(length) = self.source[begin..].find("%}") else { break };
            let inner =
                self.source[begin + 2..begin + length].trim_matches(['-', ' ', '\t', '\n', '\r']);
            if inner.strip_prefix("end").is_some_and(|it| it == name) {
                return Ok(begin + length + 2);
            }
            at = begin + 2;
        }
        let problem = Problem::new(format!("`{{% {name} %}}` is not closed"));
        Err(self.at(start, problem.hint(format!("end it with {{% end{name} %}}"))))
    }

    /// Notes the name that an `assign` or a `for` defines, and refuses endless ranges.
    fn defines(&mut self, name: &str, tokens: &[Token<'a>], start: usize) -> Result<(), Problem> {
        if matches!(name, "assign" | "for")
            && let Some(Token::Word(defined)) = tokens.get(1)
        {
            self.defined.insert((*defined).to_owned());
        }
        if name == "for" && tokens.windows(2).any(|it| it == [Token::Sign('.'), Token::Sign('.')]) {
            let bounds: Vec<i64> = tokens
                .iter()
                .filter_map(|it| match it {
                    Token::Number(digits) => digits.parse().ok(),
                    Token::Word(_) | Token::Text(_) | Token::Sign(_) => None,
                })
                .collect();
            let short =
                matches!(bounds.as_slice(), [from, to, ..] if to - from < super::ROUNDS_MAX as i64);
            if !short {
                let problem = Problem::new("a range needs two numbers that are not far apart");
                return Err(self.at(start, problem.hint("write (1..5), or loop over a list")));
            }
        }
        Ok(())
    }

    /// Notes the variables and checks the filters of an expression.
    fn look_at(&mut self, tokens: &[Token<'a>], start: usize) -> Result<(), Problem> {
        let mut brackets = 0_usize;
        for (n, token) in tokens.iter().enumerate() {
            let before = n.checked_sub(1).and_then(|it| tokens.get(it));
            let after = tokens.get(n + 1);
            match token {
                Token::Sign('[') => brackets += 1,
                Token::Sign(']') => brackets = brackets.saturating_sub(1),
                Token::Text(text) if before == Some(&Token::Sign('[')) => {
                    self.names.insert((*text).to_owned());
                }
                Token::Word(word) => match before {
                    Some(Token::Sign('.'))
                        if tokens.get(n.wrapping_sub(2)) != Some(&Token::Sign('.')) =>
                    {
                        self.names.insert((*word).to_owned());
                    }
                    Some(Token::Sign('|')) => self.check_filter(word, start)?,
                    _ if after == Some(&Token::Sign(':')) || WORDS.contains(word) => {}
                    _ => {
                        self.used.push(((*word).to_owned(), start));
                        if PERSONAL.contains(word) {
                            self.personal.insert(path(word, &tokens[n + 1..]));
                        }
                    }
                },
                Token::Text(_) | Token::Number(_) | Token::Sign(_) => {}
            }
            if BRACKETS_MAX < brackets {
                let message = format!("brackets are nested deeper than {BRACKETS_MAX}");
                return Err(self.at(start, Problem::new(message)));
            }
        }
        Ok(())
    }

    fn check_filter(&self, name: &str, start: usize) -> Result<(), Problem> {
        if filters::names().any(|it| it == name) {
            return Ok(());
        }
        let hint = format!("there are {}", filters::names().collect::<Vec<_>>().join(", "));
        Err(self.at(start, Problem::new(format!("there is no filter `{name}`")).hint(hint)))
    }

    fn check_names(&self) -> Result<(), Problem> {
        for (name, start) in &self.used {
            if !ROOTS.contains(&name.as_str()) && !self.defined.contains(name) {
                let problem = Problem::new(format!("there is no variable `{name}`"));
                let hint = "traits are person.…, the properties of the event that began the \
                            journey are event.…";
                return Err(self.at(*start, problem.hint(hint)));
            }
        }
        Ok(())
    }

    fn tokens(&self, inner: &'a str, start: usize) -> Result<Vec<Token<'a>>, Problem> {
        let mut tokens = Vec::new();
        let mut rest = inner.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if matches!(first, '"' | '\'') {
                let end = rest[1..].find(first).map_or(rest.len(), |it| it + 2);
                tokens.push(Token::Text(rest[..end].trim_matches(first)));
                end
            } else if first.is_ascii_alphabetic() || first == '_' {
                let end =
                    rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_' && it != '-');
                let end = end.unwrap_or(rest.len());
                tokens.push(Token::Word(&rest[..end]));
                end
            } else if first.is_ascii_digit() {
                let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
                if DIGITS_MAX < end {
                    let message = format!("a number has more than {DIGITS_MAX} digits");
                    return Err(self.at(start, Problem::new(message)));
                }
                tokens.push(Token::Number(&rest[..end]));
                end
            } else {
                tokens.push(Token::Sign(first));
                first.len_utf8()
            };
            rest = rest[length..].trim_start();
        }
        Ok(tokens)
    }

    fn at(&self, start: usize, problem: Problem) -> Problem {
        let before = &self.source[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        problem.at(line, column)
    }
}

/// The whole path that begins with `root`: `person.address.city`.
fn path(root: &str, after: &[Token]) -> String {
    let mut whole = root.to_owned();
    let mut rest = after.iter();
    while let Some(Token::Sign('.' | '[')) = rest.next() {
        let Some(Token::Word(name) | Token::Text(name)) = rest.next() else { break };
        whole.push('.');
        whole.push_str(name);
        if rest.as_slice().first() == Some(&Token::Sign(']')) {
            rest.next();
        }
    }
    whole
}

/// What an error calls the expression: the part before the first filter, without quotes.
fn label(expression: &str) -> String {
    let first = expression.split('|').next().unwrap_or_default().trim();
    first.chars().filter(|it| !matches!(it, '"' | '\'') && !it.is_control()).collect()
}
