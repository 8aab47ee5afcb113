//! `Name: value` fields, as in the head of a mail and in the machine-readable part of a report.

/// How many blocks of fields a report may have: one for the message and one per recipient. Our
/// messages have one recipient; an address that is a list of thousands must not cost thousands.
const BLOCKS_MAX: usize = 64;

/// How many fields one block may have. Mails through many relays have some 80.
const FIELDS_MAX: usize = 512;

/// RFC 5321 allows 64 + 1 + 255 bytes for an address.
const ADDRESS_BYTES_MAX: usize = 320;

/// RFC 5322 allows 998 bytes on a line, and a Message-ID cannot be folded.
const MESSAGE_ID_BYTES_MAX: usize = 998;

#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The blocks of a text, separated by empty lines, folded lines joined. Lines that are no
    /// fields are left out.
    pub fn blocks(text: &str) -> Vec<Fields> {
        let mut blocks = Vec::new();
        let mut fields = Fields::default();
        for line in text.lines() {
            if line.trim().is_empty() {
                if !fields.0.is_empty() {
                    blocks.push(std::mem::take(&mut fields));
                }
                if BLOCKS_MAX <= blocks.len() {
                    return blocks;
                }
            } else {
                fields.add(line);
            }
        }
        if !fields.0.is_empty() {
            blocks.push(fields);
        }
        blocks
    }

    /// The fields up to the first empty line: the head of a mail.
    pub fn head(text: &str) -> Fields {
        let mut fields = Fields::default();
        for line in text.lines().take_while(|it| !it.trim().is_empty()) {
            fields.add(line);
        }
        fields
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The value of a typed field such as `Final-Recipient: rfc822; ada@shop.example`.
    pub fn typed(&self, name: &str) -> Option<&str> {
        self.get(name).map(|it| it.split_once(';').map_or(it, |(_, value)| value).trim())
    }

    fn add(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = self.0.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            return;
        }
        if let Some((name, value)) = line.split_once(':')
            && !name.is_empty()
            && !name.trim_end().contains(char::is_whitespace)
            && self.0.len() < FIELDS_MAX
        {
            self.0.push((name.trim_end().to_owned(), value.trim().to_owned()));
        }
    }
}

/// The first `<left@right>` in a text, with its brackets.
pub fn message_id_in(text: &str) -> Option<String> {
    text.split('<').skip(1).find_map(|rest| {
        let (inner, _) = rest.split_once('>')?;
        let is_id = inner.contains('@')
            && inner.len() <= MESSAGE_ID_BYTES_MAX
            && !inner.contains(|c: char| c.is_whitespace() || c.is_control());
        is_id.then(|| format!("<{inner}>"))
    })
}

/// The first address in a text, before all one between angle brackets: a display name may look like
/// an address too, and lie.
pub fn address_in(text: &str) -> Option<String> {
    let bracketed = text.rsplit_once('<').and_then(|(_, rest)| addresses_in(rest).next());
    bracketed.or_else(|| addresses_in(text).next())
}

pub fn addresses_in(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_separator = |c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '(' | ')' | '"' | '[' | ']')
    };
    text.split(is_separator).filter_map(|word| {
        let word = word.trim_matches([':', '.', '\'']);
        let word = word.strip_prefix("mailto:").unwrap_or(word);
        let (local, domain) = word.rsplit_once('@')?;
        let is_address = !local.is_empty()
            && !domain.is_empty()
            && word.len() <= ADDRESS_BYTES_MAX
            && !word.contains(char::is_control);
        is_address.then(|| word.to_owned())
    })
}
