//! The words of the customers' pages: built in in some languages, and in as many more as a programme
//! brings.

use model::{Channel, Problem, Reason, Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The languages that are built in, in the order of the table's columns. The first stands in for
/// every text that another language does not have.
pub const BUILT_IN: [&str; 3] = ["en", "nl", "de"];

/// A text of a page; a longer one is a page of its own.
pub const TEXT_CHARS_MAX: usize = 1_000;

macro_rules! words {
    ($($name:ident = $key:literal: $en:literal, $nl:literal, $de:literal;)*) => {
        /// One text of the customers' pages.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Word { $(#[doc = $en] $name,)* }

        impl Word {
            pub const ALL: &'static [Word] = &[$(Word::$name,)*];

            /// How a programme's file names it.
            pub fn key(self) -> &'static str {
                match self { $(Word::$name => $key,)* }
            }

            pub fn from_key(key: &str) -> Option<Word> {
                match key { $($key => Some(Word::$name),)* _ => None }
            }

            /// As it is in English, with its values.
            pub fn english(self) -> &'static str {
                self.texts()[0]
            }

            pub(crate) fn in_built_in(self) -> [&'static str; 3] {
                self.texts()
            }

            /// In the order of [`BUILT_IN`].
            pub(super) fn texts(self) -> [&'static str; 3] {
                match self { $(Word::$name => [$en, $nl, $de],)* }
            }
        }
    };
}

mod table;

pub use table::Word;

/// What a programme says itself, by language. Languages are in lower case with hyphens: `pt-br`.
pub type Own = BTreeMap<String, BTreeMap<Word, String>>;

/// The words of one page, in one language.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    tag: String,
    own: Vec<&'a BTreeMap<Word, String>>,
    column: usize,
}

impl<'a> Words<'a> {
    /// In the first of the wanted languages that there is, or in English. `nl-BE` is served by `nl`
    /// where there is nothing closer.
    pub fn choose(own: &'a Own, wanted: impl IntoIterator<Item = impl AsRef<str>>) -> Words<'a> {
        let tags = wanted.into_iter().filter_map(|it| language_tag(it.as_ref()));
        let found = tags.filter(|it| it.len() <= 35).find_map(|tag| Words::of(own, &tag));
        found.or_else(|| Words::of(own, BUILT_IN[0])).unwrap_or(Words {
            tag: BUILT_IN[0].to_owned(),
            own: Vec::new(),
            column: 0,
        })
    }

    fn of(own: &'a Own, tag: &str) -> Option<Words<'a>> {
        let language = tag.split('-').next().unwrap_or(tag);
        let exact = own.contains_key(tag);
        let column = BUILT_IN.iter().position(|it| *it == language);
        if !exact && !own.contains_key(language) && column.is_none() {
            return None;
        }
        let tag = if exact { tag } else { language };
        let mut layers: Vec<&BTreeMap<Word, String>> =
            [own.get(tag), own.get(language)].into_iter().flatten().collect();
        // Without a column of its own, English stands in, with what the programme changed in it.
        if column.is_none() {
            layers.extend(own.get(BUILT_IN[0]));
        }
        Some(Words { tag: tag.to_owned(), own: layers, column: column.unwrap_or(0) })
    }

    /// The languages that a page can be had in, with the names that their readers know them by.
    pub fn languages(own: &Own) -> BTreeMap<String, String> {
        let tags: BTreeSet<&str> =
            BUILT_IN.into_iter().chain(own.keys().map(String::as_str)).collect();
        tags.into_iter().map(|it| (it.to_owned(), native_name(it))).collect()
    }

    /// For the attribute `lang`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// For the attribute `dir`.
    pub fn direction(&self) -> &'static str {
        direction(&self.tag)
    }

    pub fn say(&self, word: Word) -> &str {
        let own = self.own.iter().find_map(|it| it.get(&word));
        own.map_or(word.texts()[self.column], String::as_str)
    }

    /// The text with its values. What stands in a value is not looked at again.
    pub fn with(&self, word: Word, values: &[(&str, &str)]) -> String {
        filled(self.say(word), values)
    }

    pub fn count(&self, one: Word, other: Word, n: i64, values: &[(&str, &str)]) -> String {
        let n_text = n.to_string();
        let values: Vec<(&str, &str)> = values.iter().copied().chain([("n", &*n_text)]).collect();
        self.with(if n == 1 { one } else { other }, &values)
    }

    /// `22 November 2026`
    pub fn date(&self, at: Timestamp) -> String {
        let text = at.to_string();
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let month = part(5, 7).parse::<usize>().ok().and_then(|it| MONTHS.get(it.wrapping_sub(1)));
        let Some(month) = month else { return text };
        let day = part(8, 10).trim_start_matches('0');
        self.with(Word::Date, &[("day", day), ("month", self.say(*month)), ("year", part(0, 4))])
    }

    /// `22 November 2026, 09:30 UTC`
    pub fn date_time(&self, at: Timestamp) -> String {
        let text = at.to_string();
        let time = text.get(11..16).unwrap_or_default();
        self.with(Word::DateTime, &[("date", &self.date(at)), ("time", time)])
    }

    /// `7 days`, `hour`: the largest unit that fits.
    pub fn span(&self, span: Span) -> String {
        let units = [
            (Span::DAY, Word::DayOne, Word::DayOther),
            (Span::HOUR, Word::HourOne, Word::HourOther),
            (Span::MINUTE, Word::MinuteOne, Word::MinuteOther),
        ];
        let whole = |unit: Span| 0 < span.millis() && span.millis() % unit.millis() == 0;
        match units.into_iter().find(|(unit, _, _)| whole(*unit)) {
            Some((unit, one, other)) => self.count(one, other, span.millis() / unit.millis(), &[]),
            None => span.to_string(),
        }
    }

    pub fn channel(&self, channel: Channel) -> &str {
        self.say(match channel {
            Channel::Email => Word::ChannelEmail,
            Channel::Push => Word::ChannelPush,
            Channel::Onsite => Word::ChannelOnsite,
            Channel::Social => Word::ChannelSocial,
            Channel::Sms => Word::ChannelSms,
            Channel::Webhook => Word::ChannelWebhook,
        })
    }

    /// `all e-mail`
    pub fn all_of(&self, channel: Channel) -> &str {
        self.say(match channel {
            Channel::Email => Word::AllEmail,
            Channel::Push => Word::AllPush,
            Channel::Onsite => Word::AllOnsite,
            Channel::Social => Word::AllSocial,
            Channel::Sms => Word::AllSms,
            Channel::Webhook => Word::AllWebhook,
        })
    }

    /// What became of a message, for who got it; English where a reason is newer than the table.
    pub fn reason(&self, reason: Reason) -> &str {
        let key = format!("reason.{}", reason.code());
        Word::from_key(&key).map_or(reason.text(), |it| self.say(it))
    }
}

/// Which way a language is written.
pub fn direction(tag: &str) -> &'static str {
    const LEFTWARD: [&str; 10] = ["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"];
    let language = tag.split('-').next().unwrap_or_default();
    if LEFTWARD.contains(&language) { "rtl" } else { "ltr" }
}

/// Adds one text of a programme's file. The problem says what is wrong with it.
pub fn add(own: &mut Own, tag: &str, key: &str, text: &str) -> Result<(), Problem> {
    let Some(word) = Word::from_key(key) else {
        let known = Word::ALL.iter().map(|it| it.key());
        let near = known.min_by_key(|it| distance(key, it)).unwrap_or_default();
        let hint = format!("did you mean `{near}`? All keys are in docs/words.md");
        return Err(Problem::new(format!("there is no text `{key}`")).hint(hint));
    };
    if TEXT_CHARS_MAX < text.chars().count() {
        let message = format!("the text is longer than {TEXT_CHARS_MAX} characters");
        return Err(Problem::new(message).hint("say it shorter"));
    }
    let known: BTreeSet<&str> = placeholders(word.texts()[0]).collect();
    if let Some(unknown) = placeholders(text).find(|it| !known.contains(it)) {
        let list: Vec<String> = known.iter().map(|it| format!("{{{it}}}")).collect();
        let hint = match list.is_empty() {
            true => "this text has no values".to_owned(),
            false => format!("this text has {}", list.join(", ")),
        };
        return Err(Problem::new(format!("there is no value {{{unknown}}} in `{key}`")).hint(hint));
    }
    own.entry(tag.to_owned()).or_default().insert(word, text.to_owned());
    Ok(())
}

/// What a programme's language lacks, so that English stands in; nothing for a built-in one.
pub fn missing(own: &Own, tag: &str) -> Vec<Word> {
    let language = tag.split('-').next().unwrap_or(tag);
    if BUILT_IN.contains(&language) {
        return Vec::new();
    }
    let has = |word: &Word| {
        [tag, language].iter().any(|it| own.get(*it).is_some_and(|it| it.contains_key(word)))
    };
    Word::ALL.iter().copied().filter(|it| !has(it)).collect()
}

/// `nl-BE` of `nl_BE`, ` nl-be;q=0.8`; none of what is no language.
pub fn language_tag(text: &str) -> Option<String> {
    let tag = text.split([';', '.', '@']).next()?.trim().replace('_', "-").to_ascii_lowercase();
    let language = tag.split('-').next()?;
    let plain = tag
        .split('-')
        .all(|it| (1..=8).contains(&it.len()) && it.chars().all(|it| it.is_ascii_alphanumeric()));
    let known =
        (2..=3).contains(&language.len()) && language.chars().all(|it| it.is_ascii_lowercase());
    (plain && known).then_some(tag)
}

/// The languages of a header `Accept-Language`, the most wanted first; what has weight 0 not at all.
pub fn accepted(header: &str) -> Vec<String> {
    let weight = |it: &str| {
        let q = it.split(';').skip(1).find_map(|it| it.trim().strip_prefix("q="));
        q.map_or(1.0, |it| it.trim().parse::<f64>().unwrap_or(0.0))
    };
    // Browsers send five or six; a longer list is no wish of a person.
    let mut found: Vec<(f64, String)> = header
        .split(',')
        .take(20)
        .filter_map(|it| Some((weight(it), language_tag(it)?)))
        .filter(|it| 0.0 < it.0)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|it| it.1).collect()
}

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

fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        whole.push_str(before);
        let value = after.split_once('}').and_then(|(name, after)| {
            values.iter().find(|it| it.0 == name).map(|it| (it.1, after))
        });
        match value {
            Some((value, after)) => {
                whole.push_str(value);
                rest = after;
            }
            None => {
                whole.push('{');
                rest = after;
            }
        }
    }
    whole + rest
}

/// The names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|it| it.split_once('}')).map(|it| it.0)
}

fn native_name(tag: &str) -> String {
    match tag {
        "en" => "English".to_owned(),
        "nl" => "Nederlands".to_owned(),
        "de" => "Deutsch".to_owned(),
        "fr" => "Français".to_owned(),
        "es" => "Español".to_owned(),
        "it" => "Italiano".to_owned(),
        "pt" => "Português".to_owned(),
        "pl" => "Polski".to_owned(),
        "tr" => "Türkçe".to_owned(),
        "uk" => "Українська".to_owned(),
        "ar" => "العربية".to_owned(),
        "he" => "עברית".to_owned(),
        other => other.to_owned(),
    }
}

/// How many letters differ, roughly: enough to find the key that was meant.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(60).collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (n, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = n + 1;
        for (m, y) in b.iter().enumerate() {
            let best = (corner + usize::from(x != y)).min(row[m] + 1).min(row[m + 1] + 1);
            corner = row[m + 1];
            row[m + 1] = best;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
