//! Answers: of programs, and of people.

use crate::fields::address_in;
use crate::mail::Mail;
use crate::{Answer, Incoming};

/// What vacation programs put before the subject, in the languages of the larger mail systems.
const AUTO_SUBJECTS: [&str; 11] = [
    "automatic reply:",
    "auto reply:",
    "autoreply:",
    "auto:",
    "out of office",
    "automatisch antwoord:",
    "afwezig",
    "automatische antwort:",
    "abwesenheitsnotiz",
    "réponse automatique",
    "respuesta automática",
];

/// "Re:" as mail programs write it.
const REPLY_SUBJECTS: [&str; 5] = ["re:", "aw:", "antw:", "sv:", "rép:"];

pub fn read(mail: &Mail<'_>) -> Incoming {
    let answer =
        Answer { from: mail.head.get("from").and_then(address_in), in_reply_to: mail.answers() };
    let subject = mail.subject.trim().to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|it| subject.starts_with(it));
    let value = |name| mail.head.get(name).unwrap_or_default().trim().to_ascii_lowercase();
    let answers_us = answer.in_reply_to.is_some() || begins(&REPLY_SUBJECTS);

    // RFC 3834: anything but `no` is a program; whether it answers us is another question.
    let submitted = value("auto-submitted");
    let is_program = !submitted.is_empty() && !submitted.starts_with("no");
    let is_auto_reply = submitted.starts_with("auto-replied")
        || ["auto_reply", "auto-reply"].contains(&value("precedence").as_str())
        || ["x-autoreply", "x-autorespond", "x-autoresponder"]
            .iter()
            .any(|name| mail.head.get(name).is_some_and(|it| !it.eq_ignore_ascii_case("no")))
        || begins(&AUTO_SUBJECTS);
    if is_auto_reply || (is_program && answers_us) {
        Incoming::AutoReply(answer)
    } else if is_program || mail.head.get("list-id").is_some() || !answers_us {
        Incoming::Other
    } else {
        Incoming::Reply(answer)
    }
}
