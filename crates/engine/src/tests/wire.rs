//! Providers that do as the script says, and the copies that may have reached somebody.

use super::networks::Networks;
use super::times;
use crate::{Dispatch, Draft, Fate, PostHeard, PostJob};
use model::{Channel, HookReply, MessageId, Network, Reply, Span, Timestamp};
use port::{Envelope, Hook, Payload};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How a provider treats one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Accept,
    /// 4xx, perhaps with the wait that the provider asks for.
    Later(Option<Span>),
    /// 5xx.
    Refuse,
    /// 5xx, because the address does not exist.
    Dead,
    /// Silence after the point of no return.
    Lose,
    /// No answer until the script gives one.
    Hang,
}

pub(super) struct Wire {
    pub now: Timestamp,
    /// What left, in words.
    pub said: Vec<String>,
    /// How often each key may have reached somebody.
    pub copies: BTreeMap<String, u32>,
    /// Taken, and not answered yet.
    pub hanging: Vec<MessageId>,
    manners: BTreeMap<Channel, VecDeque<Manner>>,
    standing: BTreeMap<Channel, Manner>,
    room: BTreeMap<Channel, usize>,
    answers: Vec<(MessageId, Fate)>,
    /// Calls that are taken at once; none until a script says what the receiver does.
    room_for_calls: usize,
    receiver: VecDeque<Manner>,
    calls_hanging: Vec<String>,
    calls_answered: Vec<(String, HookReply)>,
    pub networks: Networks,
}

impl Manner {
    /// `accept`, `later`, `later:30m`, `refuse`, `dead`, `lose` or `hang`.
    pub fn parse(word: &str) -> Manner {
        match word.split_once(':').map_or((word, None), |(a, b)| (a, Some(b))) {
            ("accept", None) => Manner::Accept,
            ("later", asked) => Manner::Later(asked.map(|it| Span::parse(it).expect("a length"))),
            ("refuse", None) => Manner::Refuse,
            ("dead", None) => Manner::Dead,
            ("lose", None) => Manner::Lose,
            ("hang", None) => Manner::Hang,
            _ => panic!("`{word}` is not what a provider does"),
        }
    }

    pub fn reply(self) -> Option<Reply> {
        let detail = String::new();
        match self {
            Manner::Accept => Some(Reply::Accepted { provider_id: detail }),
            Manner::Later(retry_after) => Some(Reply::Deferred { detail, retry_after }),
            Manner::Refuse => Some(Reply::Refused { detail, dead: false }),
            Manner::Dead => Some(Reply::Refused { detail, dead: true }),
            Manner::Lose => Some(Reply::Lost { detail }),
            Manner::Hang => None,
        }
    }

    fn hook_reply(self) -> Option<HookReply> {
        let detail = "503".to_owned();
        match self {
            Manner::Accept => Some(HookReply::Answered { status: 200 }),
            Manner::Later(retry_after) => Some(HookReply::Later { detail, retry_after }),
            Manner::Refuse | Manner::Dead => Some(HookReply::Never { detail: "410".to_owned() }),
            Manner::Lose => Some(HookReply::Later { detail, retry_after: None }),
            Manner::Hang => None,
        }
    }

    /// Whether the message may now be with the person.
    fn may_arrive(self) -> bool {
        match self {
            Manner::Accept | Manner::Lose | Manner::Hang => true,
            Manner::Later(_) | Manner::Refuse | Manner::Dead => false,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Manner::Accept => "",
            Manner::Later(_) => ": later",
            Manner::Refuse => ": refused",
            Manner::Dead => ": dead",
            Manner::Lose => ": lost",
            Manner::Hang => ": hangs",
        }
    }
}

impl Wire {
    pub fn new(now: Timestamp, channels: &[Channel]) -> Wire {
        Wire {
            now,
            said: Vec::new(),
            copies: BTreeMap::new(),
            hanging: Vec::new(),
            manners: BTreeMap::new(),
            standing: BTreeMap::new(),
            room: channels.iter().map(|it| (*it, 100)).collect(),
            answers: Vec::new(),
            room_for_calls: 0,
            receiver: VecDeque::new(),
            calls_hanging: Vec::new(),
            calls_answered: Vec::new(),
            networks: Networks::default(),
        }
    }

    /// The next calls are treated one after the other as `manners` say, then all accepted.
    pub fn receive(&mut self, manners: VecDeque<Manner>) {
        self.room_for_calls = 16;
        self.receiver = manners;
    }

    pub fn answer_calls(&mut self, manner: Manner) {
        for key in std::mem::take(&mut self.calls_hanging) {
            self.calls_answered.extend(manner.hook_reply().map(|it| (key, it)));
        }
    }

    /// The next messages are treated one after the other as `manners` say, then all accepted.
    pub fn behave(&mut self, channel: Channel, manners: VecDeque<Manner>) {
        self.standing.remove(&channel);
        self.manners.insert(channel, manners);
    }

    pub fn always(&mut self, channel: Channel, manner: Manner) {
        self.manners.remove(&channel);
        self.standing.insert(channel, manner);
    }

    pub fn set_room(&mut self, channel: Channel, room: usize) {
        self.room.insert(channel, room);
    }

    pub fn answer(&mut self, message: MessageId, manner: Manner) {
        self.hanging.retain(|it| *it != message);
        self.answers.extend(manner.reply().map(|it| (message, it.into())));
    }

    /// The process is gone, and with it the connections.
    pub fn cut(&mut self) {
        self.hanging.clear();
        self.answers.clear();
        self.calls_hanging.clear();
        self.calls_answered.clear();
        self.networks.cut();
    }
}

impl Wire {
    /// What the provider says to a message; none as long as it hangs.
    fn take(&mut self, envelope: &Envelope) -> Option<Reply> {
        let channel = envelope.channel;
        let queue = self.manners.entry(channel).or_default();
        let standing = self.standing.get(&channel).copied().unwrap_or(Manner::Accept);
        let manner = queue.pop_front().unwrap_or(standing);
        let text = match &envelope.payload {
            Payload::Email { subject, text, .. } => {
                let parts = text.split("* * *\n\n").skip(1).filter_map(|it| it.lines().next());
                let all: Vec<&str> = std::iter::once(subject.as_str()).chain(parts).collect();
                all.join("\" + \"")
            }
            Payload::Short { body, .. } => body.clone(),
        };
        self.said.push(format!(
            "{} {} {channel} to {} \"{text}\"{}",
            times::print(self.now),
            envelope.message,
            envelope.to.value,
            manner.word()
        ));
        if manner.may_arrive() {
            *self.copies.entry(envelope.key.clone()).or_default() += 1;
        }
        manner.reply()
    }
}

impl Dispatch for Wire {
    fn room(&self) -> BTreeMap<Channel, usize> {
        self.room.clone()
    }

    fn submit(&mut self, drafts: Vec<Draft>) {
        for draft in drafts {
            let message = draft.message;
            let fate = match draft.write() {
                Ok(envelope) => self.take(&envelope).map(Fate::Answered),
                Err(why) => Some(Fate::Unwritten(why)),
            };
            match fate {
                Some(fate) => self.answers.push((message, fate)),
                None => self.hanging.push(message),
            }
        }
    }

    fn answers(&mut self) -> Vec<(MessageId, Fate)> {
        std::mem::take(&mut self.answers)
    }

    fn room_for_calls(&self) -> usize {
        self.room_for_calls - self.calls_hanging.len()
    }

    fn call(&mut self, calls: Vec<Hook>) {
        for hook in calls {
            let manner = self.receiver.pop_front().unwrap_or(Manner::Accept);
            let now = times::print(self.now);
            self.said.push(format!("{now} call {}{}", hook.key, manner.word()));
            match manner.hook_reply() {
                Some(reply) => self.calls_answered.push((hook.key, reply)),
                None => self.calls_hanging.push(hook.key),
            }
        }
    }

    fn calls_answered(&mut self) -> Vec<(String, HookReply)> {
        std::mem::take(&mut self.calls_answered)
    }

    fn room_for_posts(&self) -> BTreeSet<Network> {
        self.networks.room()
    }

    fn post(&mut self, jobs: Vec<PostJob>) {
        for job in jobs {
            let said = self.networks.take(&job);
            let now = times::print(self.now);
            self.said.extend(said.map(|it| format!("{now} {} {it}", job.network)));
        }
    }

    fn posts_answered(&mut self) -> Vec<(Network, PostHeard)> {
        std::mem::take(&mut self.networks.heard)
    }
}
