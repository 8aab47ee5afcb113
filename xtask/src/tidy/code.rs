//! Just enough of Rust's lexical rules to tell code from comments and text, and functions apart.

/// One file in two copies of the same shape: in each, what does not belong to it is blank.
pub struct Views {
    /// Without comments, and without what stands in quotes.
    pub code: String,
    pub comments: String,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// The line of `fn`, counted from 1.
    pub line: usize,
    /// Lines from `fn` to the closing brace, both included.
    pub length: usize,
}

pub fn views(text: &str) -> Views {
    let chars: Vec<char> = text.chars().collect();
    let mut views = Views { code: String::new(), comments: String::new() };
    let mut at = 0;
    while at < chars.len() {
        let (end, kind) = token(&chars, at);
        for char in &chars[at..end] {
            let blank = if *char == '\n' { '\n' } else { ' ' };
            views.code.push(if kind == Kind::Code { *char } else { blank });
            views.comments.push(if kind == Kind::Comment { *char } else { blank });
        }
        at = end;
    }
    views
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// The end of the token at `at`, and what it is. Words are taken whole, so that the `r` of `for`
/// begins no raw string.
fn token(chars: &[char], at: usize) -> (usize, Kind) {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => (until(chars, at, |it| it == '\n'), Kind::Comment),
        '/' if next == Some('*') => (block_comment(chars, at), Kind::Comment),
        '"' => (text_end(chars, at + 1), Kind::Text),
        '\'' => char_or_lifetime(chars, at),
        'r' | 'b' | 'c' => match quoted(chars, at) {
            Some(end) => (end, Kind::Text),
            None => (until(chars, at, |it| !is_word(it)), Kind::Code),
        },
        first if is_word(first) => (until(chars, at, |it| !is_word(it)), Kind::Code),
        _ => (at + 1, Kind::Code),
    }
}

fn until(chars: &[char], at: usize, stop: impl Fn(char) -> bool) -> usize {
    chars[at..].iter().position(|it| stop(*it)).map_or(chars.len(), |it| at + it)
}

fn block_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (at, depth) = (at + 2, depth + 1),
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    at
}

fn text_end(chars: &[char], start: usize) -> usize {
    let mut at = start;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, `b'…'` or `c"…"`; none if it is a word.
fn quoted(chars: &[char], start: usize) -> Option<usize> {
    let quote = until(chars, start, |it| !matches!(it, 'r' | 'b' | 'c'));
    let raw = chars[start..quote].contains(&'r');
    let hashes = until(chars, quote, |it| it != '#') - quote;
    let open = quote + hashes;
    match chars.get(open) {
        Some('"') if raw && quote - start <= 2 => {
            let close = |at: &usize| {
                chars[*at] == '"'
                    && chars
                        .get(at + 1..=at + hashes)
                        .is_some_and(|it| it.iter().all(|c| *c == '#'))
            };
            let end = (open + 1..chars.len()).find(close);
            Some(end.map_or(chars.len(), |it| it + 1 + hashes))
        }
        Some('"') if hashes == 0 && quote - start == 1 => Some(text_end(chars, open + 1)),
        Some('\'') if hashes == 0 && chars[start] == 'b' && quote - start == 1 => {
            Some(char_or_lifetime(chars, open).0)
        }
        _ => None,
    }
}

fn char_or_lifetime(chars: &[char], at: usize) -> (usize, Kind) {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => {
            let close = (at + 3..chars.len()).find(|it| chars[*it] == '\'');
            (close.map_or(chars.len(), |it| it + 1), Kind::Text)
        }
        (Some(_), Some('\'')) => (at + 3, Kind::Text),
        _ => (at + 1, Kind::Code),
    }
}

pub fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// The code without the items that are only compiled for tests.
pub fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = code.to_owned();
    while let Some(start) = kept.find(MARK) {
        let end = item_end(&kept, start + MARK.len());
        let blank = |it: char| if it == '\n' { '\n' } else { ' ' };
        let hidden: String = kept[start..end].chars().map(blank).collect();
        kept.replace_range(start..end, &hidden);
    }
    kept
}

/// Every function that has a body, nested ones too.
pub fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if code[..at].chars().next_back().is_some_and(is_word) {
            continue;
        }
        let rest = code[at + 3..].trim_start();
        let name: String = rest.chars().take_while(|it| is_word(*it)).collect();
        let end = item_end(code, at);
        if name.is_empty() || !code[at..end].ends_with('}') {
            continue;
        }
        let line = line_at(code, at);
        found.push(Function { name, line, length: line_at(code, end) - line + 1 });
    }
    found
}

/// Where the item that begins at `start` ends: after its `;`, or after the brace that closes its
/// body.
fn item_end(code: &str, start: usize) -> usize {
    let (mut brackets, mut braces) = (0_i32, 0_i32);
    for (at, char) in code[start..].char_indices() {
        match char {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 && brackets == 0 {
                    return start + at + 1;
                }
            }
            ';' if braces == 0 && brackets == 0 => return start + at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The line of a place in the text, counted from 1.
pub fn line_at(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}
