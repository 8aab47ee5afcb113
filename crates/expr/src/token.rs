//! Text to words, each with its place.

use crate::money::Currency;
use model::{ParseSpanError, Problem, Span};

#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    pub kind: Kind,
    pub place: Place,
}

/// Line and column, counted from 1 in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// A name, perhaps with dots, or a keyword.
    Word(String),
    Text(String),
    Number(f64),
    Span(Span),
    Symbol(&'static str),
    End,
}

/// Longest first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 13] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "-", "+"];

/// What people write out of habit from other languages, and what it is called here.
const FOREIGN: [(&str, &str); 6] =
    [("&&", "and"), ("||", "or"), ("<>", "!="), ("=", "=="), ("!", "not"), ("≥", ">=")];

pub fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut reader = Reader { rest: text, place: Place { line: 1, column: 1 } };
    let mut found = Vec::new();
    loop {
        reader.take_while(char::is_whitespace);
        let place = reader.place;
        let kind = reader.token()?;
        let end = kind == Kind::End;
        found.push(Token { kind, place });
        if end {
            return Ok(found);
        }
    }
}

/// Whether `name` can be written without quotes, keywords aside.
pub fn is_name(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(starts_word) && part.chars().all(continues_word) && !part.is_empty()
    })
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Reader<'a> {
    rest: &'a str,
    place: Place,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Result<Kind, Problem> {
        let Some(first) = self.rest.chars().next() else { return Ok(Kind::End) };
        if first.is_ascii_digit() {
            return self.number();
        }
        if starts_word(first) {
            return Ok(Kind::Word(self.word()));
        }
        if first == '"' || first == '\'' {
            return self.text(first);
        }
        let place = self.place;
        for (foreign, ours) in FOREIGN {
            let equals = foreign == "=" && self.rest.starts_with("==");
            let differs = foreign == "!" && self.rest.starts_with("!=");
            if self.rest.starts_with(foreign) && !equals && !differs {
                return Err(problem(place, format!("`{foreign}` is not known here"))
                    .hint(format!("write `{ours}`")));
            }
        }
        for symbol in SYMBOLS {
            if self.rest.starts_with(symbol) {
                self.skip(symbol.len());
                return Ok(Kind::Symbol(symbol));
            }
        }
        Err(problem(place, format!("`{}` is not known here", first.escape_debug())))
    }

    fn word(&mut self) -> String {
        let mut word = self.take_while(continues_word).to_owned();
        while let Some(after) = self.rest.strip_prefix('.')
            && after.starts_with(starts_word)
        {
            self.skip(1);
            word.push('.');
            word.push_str(self.take_while(continues_word));
        }
        word
    }

    fn number(&mut self) -> Result<Kind, Problem> {
        let (place, start) = (self.place, self.rest);
        self.take_while(|c| c.is_ascii_digit());
        if self.rest.starts_with(starts_word) {
            self.take_while(continues_word);
            let text = &start[..start.len() - self.rest.len()];
            let span = Span::parse(text).map_err(|error| not_a_span(place, text, error))?;
            return Ok(Kind::Span(span));
        }
        if let Some(after) = self.rest.strip_prefix('.')
            && after.starts_with(|c: char| c.is_ascii_digit())
        {
            self.skip(1);
            self.take_while(|c| c.is_ascii_digit());
        }
        let text = &start[..start.len() - self.rest.len()];
        if self.rest.starts_with(starts_word) {
            return Err(problem(place, format!("`{text}` is followed by a letter"))
                .hint("a length of time has whole units, like 1d12h"));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Kind::Number(number)),
            Ok(_) | Err(_) => Err(problem(place, "the number is too large")),
        }
    }

    fn text(&mut self, quote: char) -> Result<Kind, Problem> {
        let place = self.place;
        let open = || {
            problem(place, "the text that starts here is not closed")
                .hint(format!("close it with {quote} on the same line"))
        };
        let mut text = String::new();
        self.skip(1);
        loop {
            let here = self.place;
            let c = self.next().ok_or_else(open)?;
            match c {
                '\n' => return Err(open()),
                '\\' => match self.next().ok_or_else(open)? {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    c @ ('"' | '\'' | '\\') => text.push(c),
                    c => {
                        let shown = c.escape_debug();
                        return Err(problem(here, format!("`\\{shown}` means nothing in a text"))
                            .hint("a backslash itself is written `\\\\`"));
                    }
                },
                c if c == quote => return Ok(Kind::Text(text)),
                c => text.push(c),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let taken = &self.rest[..length];
        self.skip(length);
        taken
    }

    fn skip(&mut self, bytes: usize) {
        for c in self.rest[..bytes].chars() {
            if c == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.rest = &self.rest[bytes..];
    }
}

fn not_a_span(place: Place, text: &str, error: ParseSpanError) -> Problem {
    let found = problem(place, error.to_string());
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match Currency::read(&text[digits..]) {
        Some(currency) => {
            found.hint(format!("an amount is written `{} {currency}`", &text[..digits]))
        }
        None => found,
    }
}

pub fn problem(place: Place, message: impl Into<String>) -> Problem {
    Problem::new(message).at(place.line, place.column)
}
