//! Prices and days in a text, by what they mean and not by how they are written.

use crate::words::Word;
use std::collections::BTreeSet;

/// What a text says that must not differ from one form to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Currency and hundredths.
    pub(super) prices: BTreeSet<(&'static str, u64)>,
    /// Month, day, and the year where it is said.
    pub(super) days: BTreeSet<(u32, u32, Option<u32>)>,
}

/// How currencies are written; the first of each line is what it is called here.
const CURRENCIES: [&[&str]; 10] = [
    &["EUR", "€", "euro", "euros"],
    &["USD", "$", "dollar", "dollars"],
    &["GBP", "£", "pound", "pounds"],
    &["JPY", "¥"],
    &["CHF", "Fr"],
    &["SEK"],
    &["NOK"],
    &["DKK"],
    &["PLN", "zł"],
    &["CZK", "Kč"],
];

const MONTHS: [Word; 12] = [
    Word::Month1,
    Word::Month2,
    Word::Month3,
    Word::Month4,
    Word::Month5,
    Word::Month6,
    Word::Month7,
    Word::Month8,
    Word::Month9,
    Word::Month10,
    Word::Month11,
    Word::Month12,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// Digits with what may stand between them.
    Number(&'a str),
    Word(&'a str),
    Sign(char),
}

pub(super) fn facts(text: &str) -> Facts {
    let tokens = tokens(text);
    let mut found = Facts::default();
    for (n, token) in tokens.iter().enumerate() {
        let Token::Number(number) = token else { continue };
        let before = n.checked_sub(1).and_then(|it| tokens.get(it));
        let after = tokens.get(n + 1);
        let currency = before.and_then(currency).or_else(|| after.and_then(currency));
        if let Some((name, hundredths)) = currency.zip(hundredths(number)) {
            found.prices.insert((name, hundredths));
            continue;
        }
        found.days.extend(written_day(number));
        found.days.extend(named_day(&tokens, n));
    }
    found
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() {
            let joins = |it: char| it.is_ascii_digit() || ".,'-/\u{a0}\u{202f}".contains(it);
            let end = rest.find(|it| !joins(it)).unwrap_or(rest.len());
            let whole = rest[..end].trim_end_matches(|it: char| !it.is_ascii_digit());
            tokens.push(Token::Number(whole));
            whole.len()
        } else if first.is_alphabetic() {
            let end = rest.find(|it: char| !it.is_alphabetic()).unwrap_or(rest.len());
            tokens.push(Token::Word(&rest[..end]));
            end
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn currency(token: &Token) -> Option<&'static str> {
    let is = |written: &str| match token {
        Token::Word(word) => *word == written,
        Token::Sign(sign) => written.chars().eq([*sign]),
        Token::Number(_) => false,
    };
    CURRENCIES.iter().find(|names| names.iter().any(|it| is(it))).map(|names| names[0])
}

/// `1.250,00`, `1,250.00`, `1250` and `1 250` are one number: what stands before the last one or two
/// digits are tenths and hundredths, anything else parts thousands.
fn hundredths(number: &str) -> Option<u64> {
    let is_part = |it: char| !it.is_ascii_digit();
    let (whole, part) = match number.rsplit_once(is_part) {
        Some((whole, part)) if part.len() <= 2 => (whole, part),
        Some(_) | None => (number, ""),
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let part = format!("{part:0<2}");
    digits.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)
}

/// `2026-11-22`, `22-11-2026`, `22.11.2026`; with slashes only where the order is certain.
fn written_day(number: &str) -> Option<(u32, u32, Option<u32>)> {
    let mark = number.chars().find(|it| !it.is_ascii_digit())?;
    let parts: Vec<u32> = number.split(mark).map(|it| it.parse().ok()).collect::<Option<_>>()?;
    let [a, b, c] = parts.as_slice() else { return None };
    match (a, b, c) {
        (year @ 1_900..=2_999, month @ 1..=12, day @ 1..=31) => Some((*month, *day, Some(*year))),
        (day @ 1..=31, month @ 1..=12, year @ 1_900..=2_999) if mark != '/' || 12 < *day => {
            Some((*month, *day, Some(*year)))
        }
        (month @ 1..=12, day @ 13..=31, year @ 1_900..=2_999) if mark == '/' => {
            Some((*month, *day, Some(*year)))
        }
        _ => None,
    }
}

/// `22 November 2026`, `22. November`, `November 22, 2026`, in the built-in languages.
fn named_day(tokens: &[Token], n: usize) -> Option<(u32, u32, Option<u32>)> {
    let Token::Number(number) = tokens.get(n)? else { return None };
    let day = number.parse::<u32>().ok().filter(|it| (1..=31).contains(it))?;
    let year = |at: usize| match tokens.get(at) {
        Some(Token::Number(it)) => it.parse::<u32>().ok().filter(|it| (1_900..=2_999).contains(it)),
        Some(Token::Word(_) | Token::Sign(_)) | None => None,
    };
    // A point, or an English ending, may stand between day and month.
    let ends = |it: &Token| match it {
        Token::Sign(sign) => *sign == '.',
        Token::Word(word) => matches!(*word, "st" | "nd" | "rd" | "th" | "of"),
        Token::Number(_) => false,
    };
    let skipped = tokens[n + 1..].iter().take(2).take_while(|it| ends(it)).count();
    let after = n + 1 + skipped;
    if let Some(month) = tokens.get(after).and_then(month) {
        return Some((month, day, year(after + 1)));
    }
    let month = n.checked_sub(1).and_then(|it| tokens.get(it)).and_then(month)?;
    let comma = usize::from(tokens.get(after) == Some(&Token::Sign(',')));
    Some((month, day, year(after + comma)))
}

/// By its whole name or its first three letters.
fn month(token: &Token) -> Option<u32> {
    let Token::Word(word) = token else { return None };
    let word = word.to_lowercase();
    let is = |name: &str| {
        let name = name.to_lowercase();
        name == word || name.chars().take(3).eq(word.chars())
    };
    (1..).zip(MONTHS).find(|(_, it)| it.in_built_in().iter().any(|name| is(name))).map(|it| it.0)
}
