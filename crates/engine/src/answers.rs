//! What providers answered: counted for each day by channel and by receiving domain, and the last words
//! of each channel.

use crate::{Engine, EngineError};
use model::{Channel, Identifier, IdentifierKind, MessageId, Reply, Timestamp};
use port::{Entry, Space, StoreError, Views};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

const PREFIX: &str = "answers/";

/// Domains of one day that are counted by themselves; all further ones are counted as [`OTHERS`]. Nine in
/// ten addresses of a list are at fewer than this.
const DOMAINS_MAX: usize = 200;

/// Every domain beyond those that are counted by themselves.
pub const OTHERS: &str = "*";

/// Answers of a channel that are kept to be looked at; no more fit on a page.
const LAST_MAX: usize = 20;

/// One day of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelDay {
    pub counts: AnswerCounts,
    /// By `deferred/421`: how it answered, and the number in its words where there is one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, u64>,
    /// By the domain of the address, where it has one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub domains: BTreeMap<String, AnswerCounts>,
}

/// Tries by what came of them, and later words about messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerCounts {
    pub accepted: u64,
    pub deferred: u64,
    pub refused: u64,
    /// The address does not exist: said at once.
    pub dead: u64,
    /// Nobody knows.
    pub lost: u64,
    /// Taken, and came back for good.
    pub bounced: u64,
    pub complained: u64,
}

/// One answer, in the provider's words with addresses masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAnswer {
    pub at: Timestamp,
    pub message: MessageId,
    pub word: AnswerWord,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerWord {
    Accepted,
    Deferred,
    Refused,
    Dead,
    Lost,
    Bounced,
    Complained,
}

/// What a batch adds to its day.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub channel: Channel,
    pub domain: String,
    pub word: AnswerWord,
    pub detail: String,
    pub message: MessageId,
}

/// The day that is counted, and the last words.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    day: Option<(i64, BTreeMap<Channel, ChannelDay>)>,
    last: BTreeMap<Channel, VecDeque<LastAnswer>>,
}

/// The channels of one day; none where nothing was sent on it.
pub fn channel_day(
    views: &dyn Views,
    day: i64,
) -> Result<BTreeMap<Channel, ChannelDay>, StoreError> {
    parsed(day, views.get(Space::Tally, &key_of(day))?)
}

impl AnswerCounts {
    pub fn add(&mut self, other: &AnswerCounts) {
        self.accepted += other.accepted;
        self.deferred += other.deferred;
        self.refused += other.refused;
        self.dead += other.dead;
        self.lost += other.lost;
        self.bounced += other.bounced;
        self.complained += other.complained;
    }

    fn count(&mut self, word: AnswerWord) {
        *match word {
            AnswerWord::Accepted => &mut self.accepted,
            AnswerWord::Deferred => &mut self.deferred,
            AnswerWord::Refused => &mut self.refused,
            AnswerWord::Dead => &mut self.dead,
            AnswerWord::Lost => &mut self.lost,
            AnswerWord::Bounced => &mut self.bounced,
            AnswerWord::Complained => &mut self.complained,
        } += 1;
    }
}

impl AnswerWord {
    pub fn name(self) -> &'static str {
        match self {
            AnswerWord::Accepted => "accepted",
            AnswerWord::Deferred => "deferred",
            AnswerWord::Refused => "refused",
            AnswerWord::Dead => "dead",
            AnswerWord::Lost => "lost",
            AnswerWord::Bounced => "bounced",
            AnswerWord::Complained => "complained",
        }
    }
}

impl Answer {
    pub fn of(channel: Channel, to: &Identifier, message: MessageId, reply: &Reply) -> Answer {
        let (word, detail) = match reply {
            Reply::Accepted { provider_id } => (AnswerWord::Accepted, provider_id),
            Reply::Deferred { detail, .. } => (AnswerWord::Deferred, detail),
            Reply::Refused { detail, dead: true } => (AnswerWord::Dead, detail),
            Reply::Refused { detail, dead: false } => (AnswerWord::Refused, detail),
            Reply::Lost { detail } => (AnswerWord::Lost, detail),
        };
        let (domain, detail) = (domain_of(to).to_owned(), detail.clone());
        Answer { channel, domain, word, detail, message }
    }
}

impl Engine {
    /// Adds a batch's answers to its day. Nothing holds until the commit did; after a failed one
    /// [`Answers::forget`] is called.
    pub(crate) fn count_answers(
        &mut self,
        now: Timestamp,
        answers: Vec<Answer>,
        entries: &mut Vec<Entry>,
    ) -> Result<(), EngineError> {
        if answers.is_empty() {
            return Ok(());
        }
        let day = now.day();
        if self.answered.day.as_ref().is_none_or(|it| it.0 != day) {
            let stored = self.store.get(Space::Tally, &key_of(day))?;
            self.answered.day = Some((day, parsed(day, stored)?));
        }
        let Some((_, channels)) = &mut self.answered.day else { return Ok(()) };
        for answer in answers {
            let it = channels.entry(answer.channel).or_default();
            it.counts.count(answer.word);
            if answer.word != AnswerWord::Accepted {
                let code = format!("{}/{}", answer.word.name(), code_in(&answer.detail));
                *it.codes.entry(code).or_default() += 1;
            }
            if !answer.domain.is_empty() {
                let known = it.domains.contains_key(&answer.domain);
                let own = known || it.domains.len() < DOMAINS_MAX;
                let domain = if own { answer.domain } else { OTHERS.to_owned() };
                it.domains.entry(domain).or_default().count(answer.word);
            }
            let last = self.answered.last.entry(answer.channel).or_default();
            let Answer { word, detail, message, .. } = answer;
            last.push_front(LastAnswer { at: now, message, word, detail });
            last.truncate(LAST_MAX);
        }
        let value = serde_json::to_vec(channels).expect("plain data has a JSON form");
        entries.push(Entry::put(Space::Tally, key_of(day), value));
        Ok(())
    }
}

impl Answers {
    pub fn forget(&mut self) {
        self.day = None;
    }

    /// Of each channel, the latest first.
    pub fn last(&self) -> BTreeMap<Channel, Vec<LastAnswer>> {
        self.last.iter().map(|(channel, it)| (*channel, it.iter().cloned().collect())).collect()
    }
}

/// The receiving side of an e-mail address; empty for what has none.
pub(crate) fn domain_of(to: &Identifier) -> &str {
    match to.kind {
        IdentifierKind::Email => to.value.rsplit_once('@').map_or("", |it| it.1),
        _ => "",
    }
}

/// The first number of three digits that stands by itself: what SMTP and HTTP answer with.
fn code_in(detail: &str) -> &str {
    let words = detail.split(|it: char| !it.is_ascii_alphanumeric() && it != '.');
    let is_code = |it: &&str| {
        let first = it.bytes().next().unwrap_or_default();
        it.len() == 3 && it.bytes().all(|it| it.is_ascii_digit()) && (b'2'..=b'5').contains(&first)
    };
    words.into_iter().find(is_code).unwrap_or_default()
}

fn parsed(day: i64, stored: Option<Vec<u8>>) -> Result<BTreeMap<Channel, ChannelDay>, StoreError> {
    let Some(bytes) = stored else { return Ok(BTreeMap::new()) };
    let unreadable = |error: serde_json::Error| StoreError::Unreadable {
        what: "day of channels",
        detail: format!("{day}: {error}"),
    };
    serde_json::from_slice(&bytes).map_err(unreadable)
}

fn key_of(day: i64) -> String {
    format!("{PREFIX}{day:06}")
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn the_number_in_an_answer_is_found_and_others_are_not() {
        assert_eq!(code_in("RCPT TO: 450 4.2.1 try later"), "450");
        assert_eq!(code_in("429: the provider asks for fewer at once"), "429");
        assert_eq!(code_in("connecting: timed out after 15 s"), "");
        assert_eq!(code_in("10.250.3.4 is no public address"), "");
    }
}
