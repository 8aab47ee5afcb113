//! How fast messages leave in one channel: all together, and to each receiving domain.
//!
//! Each domain is a line, and all together are one more. A message takes the next free instant of its
//! lines and waits for it, so that each is moved at most once (the generic cell rate algorithm as virtual
//! scheduling, ITU-T I.371, annex A). A line whose receiver keeps saying "later" stands still for a while.

use model::{MessageId, Purpose, Reply, Span, Timestamp};
use std::collections::BTreeMap;

/// Instants closer together than this are as good as one: the loop works in batches.
const TOLERANCE_US: i64 = 1_000_000;

/// So many times "later" without anything taken in between, and the whole domain means it: one may be
/// a full mailbox.
const LATERS_MAX: u32 = 3;

/// The first standstill of a line, and the longest; each is twice the one before.
const STANDSTILL: (Span, Span) = (Span::MINUTE, Span::HOUR);

/// From so many lines or promised instants on, those that are past are looked for; then again when there
/// are twice as many as were left, so that a long queue is not gone through for each message in it.
const KEPT: usize = 100_000;

/// So many messages in any stretch of so long, spread evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub at_most: u32,
    pub per: Span,
}

/// A new sender's days: so many messages on the first, `growth` times as many on each further one, until
/// there are so many that it is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// The first day, since 1970.
    pub from: i64,
    pub first: u32,
    pub growth: f64,
    pub until: u32,
}

/// What may leave how fast. Without any rule everything leaves at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PaceRules {
    pub whole: Option<Rate>,
    /// To each domain that has no rate of its own.
    pub per_domain: Option<Rate>,
    /// In lower case.
    pub domains: BTreeMap<String, Rate>,
    pub warm_up: Option<WarmUp>,
}

/// Who goes when. Kept in memory: what was promised stands in the messages, so a new process finds them
/// spread already.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    whole: Line,
    domains: BTreeMap<String, Line>,
    promised: BTreeMap<MessageId, Timestamp>,
    /// How many of the two together are kept before those that are past are looked for.
    kept_max: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    /// The next free instant, in microseconds: at 10,000 a second two are in each millisecond's tenth.
    next_us: i64,
    laters: u32,
    standstill: Option<Span>,
}

/// Whether a message goes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    Go,
    /// At this time, for this reason.
    At(Timestamp, String),
}

/// Lines of domains that are told at once: a page shows no more, and it is made ten times a second.
const HELD_MAX: usize = 100;

/// What holds the messages of a channel at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The next free instant of all together, if it is later, and what makes it so.
    pub whole: Option<Timestamp>,
    pub whole_why: String,
    /// Domains whose next free instant is later: those that stand still, then the one with the longest
    /// wait first; at most 100.
    pub domains: Vec<Held>,
    /// Messages that were given an instant and wait for it.
    pub waiting: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub domain: String,
    pub until: Timestamp,
    /// It answered "later" again and again.
    pub stands: bool,
    pub why: String,
}

impl Rate {
    fn interval_us(self) -> i64 {
        let per = self.per.millis().saturating_mul(1_000);
        per.checked_div(i64::from(self.at_most)).unwrap_or(i64::MAX).max(0)
    }
}

impl WarmUp {
    /// How many may leave on this day; none once it is over.
    pub fn of_day(&self, day: i64) -> Option<u32> {
        let days = day.saturating_sub(self.from);
        if days < 0 {
            return Some(self.first);
        }
        let grown = f64::from(self.first) * self.growth.powf(days as f64);
        (grown < f64::from(self.until)).then(|| grown.floor() as u32)
    }
}

impl PaceRules {
    pub fn is_empty(&self) -> bool {
        *self == PaceRules::default()
    }

    fn domain(&self, domain: &str) -> Option<Rate> {
        self.domains.get(domain).copied().or(self.per_domain)
    }

    /// The slower of the rate for all and the day of the warm-up.
    fn together(&self, now: Timestamp) -> Option<Rate> {
        let warm = self.warm_up.and_then(|it| it.of_day(now.day()));
        let warm = warm.map(|at_most| Rate { at_most, per: Span::DAY });
        let rates = [self.whole, warm].into_iter().flatten();
        rates.max_by_key(|it| it.interval_us())
    }
}

impl Pace {
    /// Whether this message goes now, or when. What is transactional goes at once and takes its place in
    /// the lines all the same.
    pub fn turn(
        &mut self,
        rules: &PaceRules,
        message: MessageId,
        domain: &str,
        purpose: Purpose,
        now: Timestamp,
    ) -> Turn {
        if rules.is_empty() {
            return Turn::Go;
        }
        if let Some(at) = self.promised.get(&message).copied() {
            // The line may have come to a standstill since.
            let stands = self.domains.get(domain).is_some_and(|it| it.standstill.is_some());
            match at <= now {
                true if !stands => {
                    self.promised.remove(&message);
                    return Turn::Go;
                }
                false if !stands => return Turn::At(at, self.why(rules, domain, now)),
                true | false => {}
            }
        }
        self.forget_past(now);
        let now_us = now.0.saturating_mul(1_000);
        let (together, own) = (rules.together(now), rules.domain(domain));
        let line = self.domains.get(domain).copied().unwrap_or_default();
        let free = [
            together.map(|_| self.whole.next_us),
            (own.is_some() || line.standstill.is_some()).then_some(line.next_us),
        ];
        let at_us = free.into_iter().flatten().max().unwrap_or(now_us).max(now_us);
        let step = |it: &mut Line, rate: Rate| {
            it.next_us = it.next_us.max(at_us).saturating_add(rate.interval_us());
        };
        if let Some(rate) = together {
            step(&mut self.whole, rate);
        }
        if let Some(rate) = own {
            step(self.domains.entry(domain.to_owned()).or_default(), rate);
        }
        if purpose == Purpose::Transactional || at_us <= now_us.saturating_add(TOLERANCE_US) {
            return Turn::Go;
        }
        let at = Timestamp(at_us.div_euclid(1_000));
        self.promised.insert(message, at);
        Turn::At(at, self.why(rules, domain, now))
    }

    /// What the receiving side said to a message.
    pub fn answered(&mut self, rules: &PaceRules, domain: &str, reply: &Reply, now: Timestamp) {
        if rules.is_empty() {
            return;
        }
        match reply {
            Reply::Deferred { retry_after, .. } => {
                let line = self.domains.entry(domain.to_owned()).or_default();
                line.laters += 1;
                if line.laters < LATERS_MAX {
                    return;
                }
                line.laters = 0;
                let twice = line.standstill.map_or(STANDSTILL.0, |it| Span(it.0.saturating_mul(2)));
                let standstill = twice.min(STANDSTILL.1);
                line.standstill = Some(standstill);
                let asked = retry_after.unwrap_or(Span::ZERO).min(crate::RETRY_AFTER_MAX);
                let until = now + standstill.max(asked);
                line.next_us = line.next_us.max(until.0.saturating_mul(1_000));
            }
            Reply::Accepted { .. } | Reply::Refused { .. } => {
                if let Some(line) = self.domains.get_mut(domain) {
                    (line.laters, line.standstill) = (0, None);
                }
            }
            Reply::Lost { .. } => {}
        }
    }

    /// Whether messages wait in any line, so that more of them are worth looking at.
    pub fn is_full(&self, now: Timestamp) -> bool {
        let now_us = now.0.saturating_mul(1_000).saturating_add(TOLERANCE_US);
        now_us < self.whole.next_us || self.domains.values().any(|it| now_us < it.next_us)
    }

    /// What holds messages now.
    pub fn holding(&self, rules: &PaceRules, now: Timestamp) -> Holding {
        let now_us = now.0.saturating_mul(1_000).saturating_add(TOLERANCE_US);
        let at = |us: i64| Timestamp(us.div_euclid(1_000));
        let together = rules.together(now).filter(|_| now_us < self.whole.next_us);
        let late = self.domains.iter().filter(|it| now_us < it.1.next_us);
        let mut late: Vec<(bool, i64, &String)> =
            late.map(|(name, it)| (it.standstill.is_some(), it.next_us, name)).collect();
        late.sort_unstable_by(|a, b| b.cmp(a));
        let held = |(stands, us, domain): (bool, i64, &String)| Held {
            domain: domain.clone(),
            until: at(us),
            stands,
            why: self.why(rules, domain, now),
        };
        Holding {
            whole: together.map(|_| at(self.whole.next_us)),
            whole_why: together.map(|it| said("the channel", it)).unwrap_or_default(),
            domains: late.into_iter().take(HELD_MAX).map(held).collect(),
            waiting: self.promised.len(),
        }
    }

    fn why(&self, rules: &PaceRules, domain: &str, now: Timestamp) -> String {
        let line = self.domains.get(domain).copied().unwrap_or_default();
        if line.standstill.is_some() {
            return format!("{domain} asks for fewer at once");
        }
        match (rules.domain(domain), rules.together(now)) {
            (Some(rate), _) if self.whole.next_us <= line.next_us => said(domain, rate),
            (_, Some(rate)) => said("the channel", rate),
            (Some(rate), None) => said(domain, rate),
            (None, None) => String::new(),
        }
    }

    fn kept(&self) -> usize {
        self.promised.len() + self.domains.len()
    }

    fn forget_past(&mut self, now: Timestamp) {
        if self.kept() < self.kept_max.max(KEPT) {
            return;
        }
        let now_us = now.0.saturating_mul(1_000);
        self.promised.retain(|_, at| now < *at);
        self.domains.retain(|_, it| now_us < it.next_us);
        self.kept_max = self.kept().saturating_mul(2);
    }
}

fn said(who: &str, it: Rate) -> String {
    format!("{who} takes {} in {}", it.at_most, it.per)
}
