//! The form of a mail that is hashed: relaxed, for headers and body (RFC 6376, 3.4). Pure.
//!
//! Mail servers fold and unfold headers and drop blanks at the ends of lines; this form outlives it.

/// One header as it stands in a mail, with its folds and without its last line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    pub name: &'a str,
    pub value: &'a str,
}

/// The headers and the body of a mail whose lines end in CR LF; none if it has no headers that are text.
pub fn parts(mail: &[u8]) -> Option<(Vec<Header<'_>>, &[u8])> {
    let end = mail.windows(4).position(|it| it == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&mail[..end]).ok()?;
    let mut headers = Vec::new();
    let mut begin = 0;
    for (at, _) in text.match_indices("\r\n").chain([(text.len(), "")]) {
        let folded = text[at..].strip_prefix("\r\n").is_some_and(|it| it.starts_with([' ', '\t']));
        if !folded {
            let (name, value) = text[begin..at].split_once(':')?;
            headers.push(Header { name: name.trim_end(), value });
            begin = at + 2;
        }
    }
    Some((headers, &mail[end + 4..]))
}

/// Name in lower case, value unfolded with single blanks; without a line break.
pub fn header(name: &str, value: &str) -> String {
    let words: Vec<&str> =
        value.split([' ', '\t', '\r', '\n']).filter(|it| !it.is_empty()).collect();
    format!("{}:{}", name.trim().to_ascii_lowercase(), words.join(" "))
}

/// Single blanks within lines, none at their ends, no empty lines at the end of all.
pub fn body(body: &[u8]) -> Vec<u8> {
    let mut canonical = Vec::with_capacity(body.len());
    let mut empty = 0;
    let mut lines = body.split(|it| *it == b'\n').peekable();
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        if last && line.is_empty() {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let before = canonical.len();
        let mut blank = false;
        for &byte in line {
            match byte {
                b' ' | b'\t' => blank = true,
                _ => {
                    // What was kept back is let go by the first byte that follows.
                    canonical.extend(std::iter::repeat_n(*b"\r\n", empty).flatten());
                    empty = 0;
                    canonical.extend(blank.then_some(b' '));
                    blank = false;
                    canonical.push(byte);
                }
            }
        }
        match before < canonical.len() {
            true => canonical.extend_from_slice(b"\r\n"),
            false => empty += 1,
        }
    }
    canonical
}
