//! Bounces of servers that write letters instead of reports: recognised by their words, and marked
//! as a guess. Both the sender and the words must fit, so that a letter about a bounce is not one.

use crate::fields::{address_in, addresses_in};
use crate::mail::Mail;
use crate::report::one_line;
use crate::status::{Status, class_of_words};
use crate::{Action, Bounce, BounceClass, Evidence};

/// How much of the text is looked at: the reason stands at its beginning.
const TEXT_CHARS_MAX: usize = 16 * 1024;

/// How many lines after the address belong to the reason.
const REASON_LINES_MAX: usize = 12;

const FAILED_WORDS: [&str; 13] = [
    "could not be delivered",
    "couldn't be delivered",
    "wasn't able to deliver",
    "was not able to deliver",
    "unable to deliver",
    "undeliverable",
    "delivery has failed",
    "delivery failed",
    "delivery to the following recipient",
    "was not delivered",
    "wasn't delivered",
    "address(es) failed",
    "delivery notification",
];

const DELAYED_WORDS: [&str; 6] = [
    "has not been delivered yet",
    "not yet been delivered",
    "has been delayed",
    "will be retried",
    "delivery attempts will continue",
    "this is a warning message only",
];

/// Where the copy of the returned message begins.
const COPY_MARKS: [&str; 6] = [
    "--- below this line",
    "------ this is a copy",
    "----- original message",
    "--- original message",
    "--- enclosed are the original headers",
    "----- unsent message",
];

pub fn read(mail: &Mail<'_>) -> Option<Bounce> {
    let failed_recipients = mail.head.get("x-failed-recipients").and_then(address_in);
    if !is_from_a_mail_server(mail) && failed_recipients.is_none() {
        return None;
    }
    let all: String = mail.text().chars().take(TEXT_CHARS_MAX).collect();
    let lower = all.to_ascii_lowercase();
    let subject = mail.subject.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|it| lower.contains(it) || subject.contains(it));
    let is_delayed = says(&DELAYED_WORDS);
    if !is_delayed && !says(&FAILED_WORDS) {
        return None;
    }
    // ASCII case keeps every byte in its place, so a position in one text holds in the other.
    let copy = COPY_MARKS.iter().filter_map(|it| lower.find(it)).min().unwrap_or(all.len());
    let letter = &all[..copy];
    let (recipient, reason) = recipient_and_reason(mail, letter, failed_recipients);
    let status = Status::find(&reason).filter(|it| it.class != 2);
    let action = if is_delayed { Action::Delayed } else { Action::Failed };
    let class = match (action, status.and_then(Status::bounce_class)) {
        (Action::Delayed, _) => BounceClass::Soft,
        (Action::Failed, Some(class)) => class,
        (Action::Failed, None) => class_of_words(&reason),
    };
    Some(Bounce {
        action,
        class,
        status: status.map(|it| it.to_string()),
        recipient,
        original_message_id: mail.original_message_id(),
        detail: one_line(&reason),
        evidence: Evidence::Text,
    })
}

/// An empty return path says nothing here: vacation programs have one too.
fn is_from_a_mail_server(mail: &Mail<'_>) -> bool {
    let from = mail.head.get("from").unwrap_or_default().to_ascii_lowercase();
    from.is_empty()
        || ["mailer-daemon", "postmaster", "mail delivery"].iter().any(|it| from.contains(it))
}

/// The first address that is not one of the letter's own, and the lines about it.
fn recipient_and_reason(
    mail: &Mail<'_>,
    letter: &str,
    stated: Option<String>,
) -> (Option<String>, String) {
    let own = |address: &str| {
        ["to", "from"].iter().any(|name| {
            mail.head.get(name).is_some_and(|it| addresses_in(it).any(|own| own == address))
        })
    };
    let is_meant = |address: &String| match &stated {
        Some(stated) => stated.eq_ignore_ascii_case(address),
        None => !own(address),
    };
    let mut lines = letter.lines();
    let found = lines.by_ref().find_map(|line| {
        let address = addresses_in(line).find(is_meant)?;
        Some((address, line))
    });
    let Some((address, line)) = found else { return (stated, letter.to_owned()) };
    let about = lines.take(REASON_LINES_MAX).skip_while(|it| it.trim().is_empty());
    let about = about.take_while(|it| !it.trim().is_empty());
    let first =
        line.rsplit_once(&address).map_or("", |(_, rest)| rest.trim_start_matches(['>', ':']));
    let reason = std::iter::once(first).chain(about).collect::<Vec<_>>().join("\n");
    (stated.or(Some(address)), reason)
}
