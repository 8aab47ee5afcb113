//! Answers: of programs, and of people.

use crate::fields::address_in;
use crate::mail::Mail;
use crate::quote::own_words;
use crate::report::one_line;
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
    let answer = answer(mail);
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
        Incoming::Reply(Answer { text: own_words(&mail.words()), ..answer })
    }
}

fn answer(mail: &Mail<'_>) -> Answer {
    let address = |name| mail.head.get(name).and_then(address_in);
    let from = address("from");
    let reply_to = address("reply-to")
        .filter(|it| from.as_ref().is_none_or(|from| !from.eq_ignore_ascii_case(it)));
    Answer {
        from,
        reply_to,
        in_reply_to: mail.answers(),
        subject: one_line(&mail.subject),
        text: String::new(),
    }
}
