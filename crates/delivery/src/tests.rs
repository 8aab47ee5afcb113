//! Every short sequence of claims and answers, against a slow and obvious model.

use super::*;
use model::{Channel, Class, ContentName, MessageId, Origin, PersonId, Purpose, Topic};

const START: Timestamp = Timestamp(1_700_000_000_000);
const EXPIRES: Span = Span::seconds(10_000);

/// Everything that can happen to a message here, as words. Each advances the clock by a second.
const WORDS: [&str; 11] =
    ["claim", "ok", "later", "later2000", "no", "dead", "lost", "found", "came", "failed", "wait"];

fn policy() -> RetryPolicy {
    RetryPolicy { delays: vec![Span::seconds(60), Span::seconds(600)] }
}

fn message() -> Message {
    Message {
        owner: String::new(),
        to: None,
        id: MessageId(7),
        person: PersonId(1),
        origin: Origin::Api,
        key: "api/1".to_owned(),
        content: ContentName::from("welcome"),
        topic: Topic::from("news"),
        purpose: Purpose::Marketing,
        class: Class::Lifecycle,
        channels: vec![Channel::Email],
        value: 1.0,
        vars: model::Map::new(),
        created: START,
        expires: START + EXPIRES,
        state: MessageState::Planned {
            channel: Channel::Email,
            address: Identifier::email("anna@example.org"),
            at: START,
            deferred: false,
            attempt: 0,
        },
        trail: Vec::new(),
        digest: false,
        choice: None,
        pinned: None,
        feedback: model::FeedbackSet::default(),
    }
}

/// The single place that touches the API. Returns what each word said, and the message.
fn play(words: &str) -> (Vec<String>, Message) {
    let (mut message, mut now, mut log) = (message(), START, Vec::new());
    for word in words.split_whitespace() {
        let detail = "words of the provider".to_owned();
        let mut hear = |reply: Reply| {
            let answered = answer(&mut message, &reply, &policy(), now);
            match answered {
                Answered::RetryAt(at) => format!("retry@{}", (at - START).0 / 1000),
                other => format!("{other:?}"),
            }
        };
        let said = match word {
            "wait" => {
                now = match message.state {
                    MessageState::Planned { at, .. } => at,
                    _ => now,
                };
                "waited".to_owned()
            }
            "ok" => hear(Reply::Accepted { provider_id: "q1".to_owned() }),
            "later" => hear(Reply::Deferred { detail, retry_after: None }),
            "later2000" => hear(Reply::Deferred { detail, retry_after: Some(Span::seconds(2000)) }),
            "later9d" => hear(Reply::Deferred { detail, retry_after: Some(Span::days(9)) }),
            "no" => hear(Reply::Refused { detail, dead: false }),
            "dead" => hear(Reply::Refused { detail, dead: true }),
            "lost" => hear(Reply::Lost { detail }),
            "unwritten" => format!("{:?}", unwritten(&mut message, "no name", now)),
            "claim" => format!("{}", claim(&mut message, now)),
            "found" => format!("{}", found_in_flight(&mut message, now)),
            "came" => format!("{}", settle(&mut message, true, now, detail)),
            "failed" => format!("{}", settle(&mut message, false, now, detail)),
            other => panic!("no word {other}"),
        };
        log.push(said);
        now = now + Span::SECOND;
    }
    (log, message)
}

fn end(message: &Message) -> String {
    match &message.state {
        MessageState::Waiting => "waiting".to_owned(),
        MessageState::Planned { at, attempt, .. } => {
            format!("planned#{attempt}@{}", (*at - START).0 / 1000)
        }
        MessageState::InFlight { attempt, .. } => format!("flying#{attempt}"),
        MessageState::Joined { host } => format!("leaves with {host}"),
        MessageState::Ended { outcome, reason, .. } => format!("{}/{reason}", outcome.name()),
    }
}

fn check(words: &str, expected: &str, expected_end: &str) {
    let (log, message) = play(words);
    assert_eq!(log.join(" "), expected, "for `{words}`");
    assert_eq!(end(&message), expected_end, "for `{words}`");
}

#[test]
fn what_is_not_on_the_wire_is_not_ended_by_its_words() {
    check("unwritten", "Ignored", "planned#0@0");
    check("claim ok unwritten", "true Sent Ignored", "sent/sent");
}

#[test]
fn an_accepted_message_is_sent() {
    check("claim ok", "true Sent", "sent/sent");
}

#[test]
fn deferred_messages_are_retried_on_schedule_and_then_given_up() {
    check("claim later wait claim ok", "true retry@61 waited true Sent", "sent/sent");
    check(
        "claim later wait claim later wait claim later",
        "true retry@61 waited true retry@663 waited true Failed",
        "failed/gave_up",
    );
}

#[test]
fn a_provider_may_ask_for_a_longer_wait_but_not_for_ever() {
    check("claim later2000", "true retry@2001", "planned#1@2001");
    let mut message = message();
    message.expires = START + Span::days(30);
    claim(&mut message, START);
    let reply = Reply::Deferred { detail: String::new(), retry_after: Some(Span::days(9)) };
    let answered = answer(&mut message, &reply, &policy(), START);
    assert_eq!(answered, Answered::RetryAt(START + RETRY_AFTER_MAX));
}

#[test]
fn a_message_that_expires_before_its_next_try_ends_now() {
    check("claim later9d", "true Failed", "failed/late");
}

#[test]
fn refused_messages_end_and_so_do_lost_ones_without_another_try() {
    check("claim no claim", "true Failed false", "failed/refused");
    check("claim dead claim", "true Failed false", "failed/refused");
    check("claim unwritten claim", "true Failed false", "failed/render_failed");
    check("claim lost claim", "true Unknown false", "unknown/answer_lost");
    check("claim found claim", "true true false", "unknown/found_in_flight");
}

#[test]
fn a_message_is_not_claimed_before_its_time_nor_twice() {
    check("claim later claim", "true retry@61 false", "planned#1@61");
    check("claim claim", "true false", "flying#1");
}

#[test]
fn a_late_or_repeated_reply_changes_nothing() {
    check("claim ok no lost later", "true Sent Ignored Ignored Ignored", "sent/sent");
    check("ok", "Ignored", "planned#0@0");
    check("claim found ok", "true true Ignored", "unknown/found_in_flight");
}

#[test]
fn an_unknown_message_is_settled_once_by_a_later_word() {
    check("claim lost came failed", "true Unknown true false", "sent/confirmed");
    check("claim found failed came", "true true true false", "failed/refused");
    check("claim ok failed", "true Sent false", "sent/sent");
}

#[test]
fn the_trail_says_why_and_keeps_the_providers_words_short_and_on_one_line() {
    let mut message = message();
    claim(&mut message, START);
    let detail = format!("451 later\r\n{}", "x".repeat(5_000));
    answer(&mut message, &Reply::Deferred { detail, retry_after: None }, &policy(), START);
    let entry = message.trail.last().expect("an entry");
    assert_eq!(entry.reason, Reason::Retry);
    assert!(entry.detail.starts_with("try 1 of 3: 451 later  xxx"), "{}", entry.detail);
    assert!(entry.detail.ends_with("; again at 2023-11-14T22:14:20Z"), "{}", entry.detail);
    assert!(entry.detail.chars().count() < DETAIL_MAX_CHARS + 100);
    assert!(!entry.detail.contains(['\r', '\n']));
}

/// The obvious way: keep what was heard, and work out from it where the message must stand.
#[derive(Default)]
struct Model {
    tries: usize,
    flying: bool,
    end: Option<&'static str>,
    next: i64,
}

impl Model {
    fn hear(&mut self, word: &str, clock: i64) {
        let delays = [60, 600];
        match (word, self.end, self.flying) {
            ("claim", None, false) if self.next <= clock => {
                self.flying = true;
                self.tries += 1;
            }
            ("ok", None, true) => self.end = Some("sent/sent"),
            ("no" | "dead", None, true) => self.end = Some("failed/refused"),
            ("lost", None, true) => self.end = Some("unknown/answer_lost"),
            ("found", None, true) => self.end = Some("unknown/found_in_flight"),
            ("later" | "later2000", None, true) => {
                let asked = if word == "later" { 0 } else { 2000 };
                self.flying = false;
                if delays.len() < self.tries {
                    self.end = Some("failed/gave_up");
                } else {
                    self.next = clock + asked.max(delays[self.tries - 1]);
                    if EXPIRES.0 / 1000 <= self.next {
                        self.end = Some("failed/late");
                    }
                }
            }
            ("came", Some("unknown/answer_lost" | "unknown/found_in_flight"), _) => {
                self.end = Some("sent/confirmed");
            }
            ("failed", Some("unknown/answer_lost" | "unknown/found_in_flight"), _) => {
                self.end = Some("failed/refused");
            }
            _ => {}
        }
    }

    fn show(&self) -> String {
        match (self.end, self.flying) {
            (Some(end), _) => end.to_owned(),
            (None, true) => format!("flying#{}", self.tries),
            (None, false) => format!("planned#{}@{}", self.tries, self.next),
        }
    }
}

#[test]
fn every_short_sequence_agrees_with_the_obvious_model() {
    for n in 0..WORDS.len().pow(5) {
        let words: Vec<&str> =
            (0..5).map(|i| WORDS[n / WORDS.len().pow(i) % WORDS.len()]).collect();
        let (mut model, mut clock) = (Model::default(), 0);
        for word in &words {
            if *word == "wait" {
                clock = if model.end.is_none() && !model.flying { model.next } else { clock };
            }
            model.hear(word, clock);
            clock += 1;
        }
        let (log, message) = play(&words.join(" "));
        assert_eq!(end(&message), model.show(), "for {words:?}");
        let claims = words
            .iter()
            .zip(&log)
            .filter(|(word, said)| **word == "claim" && said.as_str() == "true");
        assert!(claims.count() <= policy().delays.len() + 1, "for {words:?}");
        check_trail(&message, &words);
    }
}

/// Every change that somebody may ask about has an entry, and nothing else has.
fn check_trail(message: &Message, words: &[&str]) {
    let tries = match message.state {
        MessageState::Planned { attempt, .. } | MessageState::InFlight { attempt, .. } => attempt,
        MessageState::Waiting | MessageState::Joined { .. } | MessageState::Ended { .. } => 0,
    };
    match &message.state {
        MessageState::Ended { reason, .. } => {
            assert_eq!(message.trail.last().map(|it| it.reason), Some(*reason), "for {words:?}");
        }
        MessageState::Planned { .. } => assert_eq!(message.trail.len(), tries as usize),
        MessageState::InFlight { .. } => assert_eq!(message.trail.len() + 1, tries as usize),
        MessageState::Waiting | MessageState::Joined { .. } => {
            unreachable!("nothing goes back to waiting")
        }
    }
}

mod harming;
mod pacing;
mod posting;
