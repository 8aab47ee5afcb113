//! The `Feedback-ID` of our mails, by which mailbox providers count complaints (Google's feedback loop).

use model::{Class, Message};

/// What a part holds at most: providers show it in a table.
const PART_CHARS_MAX: usize = 40;

/// Which content, from where, of which kind, and whose: the last part is the same for all mails.
pub(crate) fn feedback_id(message: &Message, brand: &str) -> String {
    let kind = match message.class {
        Class::Service => "service",
        Class::Lifecycle => "lifecycle",
        Class::Promotion => "promotion",
    };
    let parts = [message.content.as_str(), &message.scope(), kind, brand];
    parts.map(part).join(":")
}

/// Nothing that could end a part or the header.
fn part(text: &str) -> String {
    let mut part = String::new();
    for it in text.chars().take(PART_CHARS_MAX) {
        match it {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' => part.push(it.to_ascii_lowercase()),
            _ if part.ends_with('-') => {}
            _ => part.push('-'),
        }
    }
    let bare = part.trim_matches('-');
    if bare.is_empty() { "x".to_owned() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_ends_neither_itself_nor_the_header() {
        assert_eq!(part("journey/Welcome"), "journey-welcome");
        assert_eq!(part("a:b\r\nBcc: eve"), "a-b-bcc-eve");
        assert_eq!(part("Vélo & Zoë"), "v-lo-zo");
        assert_eq!(part("日本"), "x");
        assert!(part(&"x".repeat(99)).len() <= 40);
    }
}
