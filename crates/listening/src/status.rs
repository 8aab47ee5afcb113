//! What a status says about an address.

use crate::BounceClass;
use std::fmt;

/// An enhanced status code (RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub class: u16,
    pub subject: u16,
    pub detail: u16,
}

impl Status {
    /// The first enhanced status in a text: `5.1.1 (no such user)`, `550-5.1.1 …`, `(#5.1.1)`. Four
    /// numbers with dots are an IP address and not a status.
    pub fn find(text: &str) -> Option<Status> {
        text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .find_map(|word| Status::parse(word.trim_end_matches('.')))
    }

    /// Says no more than that it failed, so that other words have to be asked.
    pub fn is_general(self) -> bool {
        self.subject == 0 && self.detail == 0
    }

    /// What it says about the address; `None` where it says nothing in particular.
    ///
    /// Hard is only what names the recipient's mailbox or domain as missing or closed. The list is
    /// short on purpose: suppressing a good address for ever costs more than one more bounce.
    pub fn bounce_class(self) -> Option<BounceClass> {
        let class = match (self.class, self.subject, self.detail) {
            // A server that gave up on a temporary failure has learned nothing about the address.
            (4, _, _) => BounceClass::Soft,
            // No such mailbox, no such domain, impossible address, moved away, takes no mail at all.
            (5, 1, 1 | 2 | 3 | 6 | 10) => BounceClass::Hard,
            // The sender's address was refused.
            (5, 1, 7 | 8) => BounceClass::Blocked,
            // Disabled, which providers also say of abandoned and closed accounts.
            (5, 2, 1) => BounceClass::Hard,
            // Full, or this message is too long for it.
            (5, 2, 2..) => BounceClass::Soft,
            // Too big for the system; content that cannot be taken; security and policy.
            (5, 3, 4) | (5, 6 | 7, _) => BounceClass::Blocked,
            (5, 3..=5, 1..) => BounceClass::Soft,
            _ => return None,
        };
        Some(class)
    }

    fn parse(word: &str) -> Option<Status> {
        let mut numbers = word.split('.').map(|it| match it.len() {
            1..=3 => it.parse::<u16>().ok(),
            _ => None,
        });
        let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let is_status = matches!(class, 2 | 4 | 5) && numbers.next().is_none();
        is_status.then_some(Status { class, subject, detail })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// Words of servers that refuse the sender.
const BLOCKED_WORDS: [&str; 12] = [
    "spam",
    "blacklist",
    "blocklist",
    "black list",
    "block list",
    "blocked",
    "reputation",
    "policy",
    "dmarc",
    "spf",
    "dkim",
    "sender",
];

/// Words that leave no doubt that it was the sender who was refused, whatever the status.
const REFUSED_SENDER_WORDS: [&str; 6] =
    ["spamhaus", "blacklist", "blocklist", "blocked using", "reputation", "dmarc"];

/// Words of servers that cannot now.
const SOFT_WORDS: [&str; 13] = [
    "quota",
    "mailbox full",
    "mailbox is full",
    "storage",
    "try again",
    "temporar",
    "timed out",
    "timeout",
    "too many",
    "connection refused",
    "relay",
    "greylist",
    "too large",
];

/// Words of servers that know of no such mailbox.
const HARD_WORDS: [&str; 22] = [
    "user unknown",
    "unknown user",
    "user not found",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "no such address",
    "no such account",
    "no mailbox here by that name",
    "mailbox not found",
    "mailbox does not exist",
    "recipient not found",
    "recipient unknown",
    "unknown recipient",
    "unknown address",
    "address not found",
    "account that you tried to reach does not exist",
    "user does not exist",
    "user doesn't exist",
    "address does not exist",
    "account does not exist",
    "account has been disabled",
];

/// What the words of a server say about the address, where there is no status to go by.
pub fn class_of_words(text: &str) -> BounceClass {
    let text = text.to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|it| text.contains(it));
    if holds(&BLOCKED_WORDS) {
        BounceClass::Blocked
    } else if holds(&SOFT_WORDS) || !holds(&HARD_WORDS) {
        BounceClass::Soft
    } else {
        BounceClass::Hard
    }
}

/// Whether a server's words deny what a hard status would mean: some answer `5.1.1` to senders whom
/// they do not like.
pub fn refuses_the_sender(text: &str) -> bool {
    let text = text.to_lowercase();
    REFUSED_SENDER_WORDS.iter().any(|it| text.contains(it))
}
