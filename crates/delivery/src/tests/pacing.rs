//! Messages that wait for their turn, against a count of what left in every stretch of time.

use crate::{Pace, PaceRules, Rate, Turn, WarmUp};
use model::{MessageId, Purpose, Reply, Span, Timestamp};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const START: Timestamp = Timestamp(1_700_000_000_000);

fn rate(at_most: u32, per: Span) -> Rate {
    Rate { at_most, per }
}

/// What one message asked and when it went.
#[derive(Clone, Debug)]
struct Gone {
    at: Timestamp,
    domain: String,
    moved: u32,
}

/// Asks for each message when it is due, and again when it was promised its turn.
fn play(rules: &PaceRules, asked: &[(i64, &str, Purpose)]) -> Vec<Gone> {
    let mut pace = Pace::default();
    let mut moved: BTreeMap<usize, u32> = BTreeMap::new();
    let mut due: BTreeSet<(Timestamp, usize)> =
        asked.iter().enumerate().map(|(n, it)| (Timestamp(START.0 + it.0), n)).collect();
    let mut gone = Vec::new();
    while let Some((now, n)) = due.pop_first() {
        let (_, domain, purpose) = asked[n];
        match pace.turn(rules, MessageId(n as u64), domain, purpose, now) {
            Turn::Go => {
                let moved = moved.get(&n).copied().unwrap_or_default();
                gone.push(Gone { at: now, domain: domain.to_owned(), moved });
            }
            Turn::At(at, why) => {
                assert!(now < at && !why.is_empty(), "{at} {why}");
                *moved.entry(n).or_default() += 1;
                due.insert((at, n));
            }
        }
    }
    gone
}

/// The most that left within any stretch of so long.
fn densest(gone: &[Gone], per: Span) -> usize {
    let times: Vec<i64> = gone.iter().map(|it| it.at.0).collect();
    let within =
        |from: usize| times[from..].iter().take_while(|it| **it < times[from] + per.0).count();
    (0..times.len()).map(within).max().unwrap_or_default()
}

#[test]
fn a_domain_gets_what_it_takes_and_others_do_not_wait_for_it() {
    let gmail = BTreeMap::from([("gmail.com".to_owned(), rate(60, Span::MINUTE))]);
    let rules = PaceRules { domains: gmail, ..PaceRules::default() };
    let asked: Vec<_> = (0..300)
        .map(|n| (0, if n % 3 == 0 { "gmail.com" } else { "other.example" }, Purpose::Marketing))
        .collect();
    let gone = play(&rules, &asked);
    let (slow, fast): (Vec<Gone>, Vec<Gone>) =
        gone.into_iter().partition(|it| it.domain == "gmail.com");
    assert!(fast.iter().all(|it| it.at == START && it.moved == 0));
    // One a second: the last of a hundred goes after 99 seconds, or one tolerance earlier.
    let last = slow.iter().map(|it| it.at - START).max().expect("some");
    assert!((Span::seconds(97)..=Span::seconds(99)).contains(&last), "{last}");
    assert!(slow.iter().all(|it| it.moved <= 1));
}

#[test]
fn what_is_transactional_goes_at_once_and_takes_its_place() {
    let rules = PaceRules { whole: Some(rate(1, Span::MINUTE)), ..PaceRules::default() };
    let asked = [
        (0, "a.example", Purpose::Transactional),
        (1, "a.example", Purpose::Transactional),
        (2, "a.example", Purpose::Marketing),
    ];
    let gone = play(&rules, &asked);
    let after: Vec<i64> = gone.iter().map(|it| (it.at - START).0).collect();
    assert_eq!(after, [0, 1, 120_000], "the third waits for two");
}

#[test]
fn a_new_sender_begins_slowly_and_then_is_free() {
    let warm = WarmUp { from: START.day(), first: 50, growth: 2.0, until: 400 };
    let days: Vec<Option<u32>> = (-1..5).map(|day| warm.of_day(START.day() + day)).collect();
    assert_eq!(days, [Some(50), Some(50), Some(100), Some(200), None, None]);
    let rules = PaceRules { warm_up: Some(warm), ..PaceRules::default() };
    let gone = play(&rules, &vec![(0, "a.example", Purpose::Marketing); 1_000]);
    let mut by_day: BTreeMap<i64, usize> = BTreeMap::new();
    gone.iter().for_each(|it| *by_day.entry(it.at.day() - START.day()).or_default() += 1);
    assert!(by_day[&0] <= 51, "{by_day:?}");
    assert!(gone.len() == 1_000);
}

#[test]
fn a_domain_that_keeps_saying_later_is_left_alone_for_longer_and_longer() {
    let rules = PaceRules { per_domain: Some(rate(6_000, Span::MINUTE)), ..PaceRules::default() };
    let later = Reply::Deferred { detail: "421".to_owned(), retry_after: None };
    let taken = Reply::Accepted { provider_id: String::new() };
    let mut pace = Pace::default();
    let mut next = 0;
    let mut ask = |pace: &mut Pace, domain: &str, now: Timestamp| {
        next += 1;
        match pace.turn(&rules, MessageId(next), domain, Purpose::Marketing, now) {
            Turn::Go => Span::ZERO,
            Turn::At(at, _) => at - now,
        }
    };
    let mut now = START;
    let mut waits = Vec::new();
    for _ in 0..8 {
        pace.answered(&rules, "slow.example", &later, now);
        pace.answered(&rules, "slow.example", &later, now);
        assert_eq!(
            ask(&mut pace, "slow.example", now),
            Span::ZERO,
            "two may be two full mailboxes"
        );
        pace.answered(&rules, "slow.example", &later, now);
        let wait = ask(&mut pace, "slow.example", now);
        assert_eq!(ask(&mut pace, "fast.example", now), Span::ZERO);
        waits.push(wait.0 / 60_000);
        now = now + wait + Span::seconds(2);
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    pace.answered(&rules, "slow.example", &taken, now);
    (0..3).for_each(|_| pace.answered(&rules, "slow.example", &later, now));
    assert_eq!(ask(&mut pace, "slow.example", now).0 / 60_000, 1, "forgiven");
}

/// Looking for what is past at each message made a long queue quadratic.
#[test]
fn a_queue_of_a_quarter_of_a_million_is_spread_in_one_go() {
    let rules = PaceRules { per_domain: Some(rate(60, Span::MINUTE)), ..PaceRules::default() };
    let gone = play(&rules, &vec![(0, "a.example", Purpose::Marketing); 250_000]);
    assert_eq!(gone.len(), 250_000);
    let last = gone.iter().map(|it| it.at - START).max().expect("some");
    assert!((Span::seconds(249_990)..=Span::seconds(250_000)).contains(&last), "{last}");
}

proptest! {
    /// However they come, no stretch of time holds more than the rate, and nobody is moved twice.
    #[test]
    fn no_stretch_of_time_holds_more_than_the_rate(
        asked in proptest::collection::vec((0_i64..120_000, 0..3_usize, any::<bool>()), 1..150),
        per_domain in 1_u32..40,
        whole in 1_u32..80,
    ) {
        let domains = ["a.example", "b.example", "c.example"];
        let per = Span::MINUTE;
        let rules = PaceRules {
            whole: Some(rate(whole, per)),
            per_domain: Some(rate(per_domain, per)),
            ..PaceRules::default()
        };
        let asked: Vec<(i64, &str, Purpose)> =
            asked.iter().map(|it| (it.0, domains[it.1], Purpose::Marketing)).collect();
        let gone = play(&rules, &asked);
        prop_assert_eq!(gone.len(), asked.len());
        prop_assert!(gone.iter().all(|it| it.moved <= 1));
        // The tolerance of a second lets in what would come in it.
        let bound = |at_most: u32| at_most as usize + at_most.div_ceil(60) as usize + 1;
        prop_assert!(densest(&gone, per) <= bound(whole), "{} of {whole}", densest(&gone, per));
        for domain in domains {
            let own: Vec<Gone> = gone.iter().filter(|it| it.domain == domain).cloned().collect();
            prop_assert!(densest(&own, per) <= bound(per_domain));
        }
    }
}

/// What a page says of a queue is what the queue does.
#[test]
fn what_holds_messages_is_told_until_when_and_why() {
    let domains = BTreeMap::from([("slow.example".to_owned(), rate(1, Span::MINUTE))]);
    let rules = PaceRules { whole: Some(rate(60, Span::MINUTE)), domains, ..PaceRules::default() };
    let mut pace = Pace::default();
    assert_eq!(pace.holding(&rules, START), crate::Holding::default());
    let mut ask =
        |n: u64, domain: &str| pace.turn(&rules, MessageId(n), domain, Purpose::Marketing, START);
    assert_eq!(ask(1, "slow.example"), Turn::Go);
    let Turn::At(at, why) = ask(2, "slow.example") else { panic!("it waits a minute") };
    let held = pace.holding(&rules, START);
    assert_eq!((held.waiting, held.domains.len()), (1, 1));
    let line = &held.domains[0];
    // The next after the one that waits: a minute later than it.
    assert_eq!((line.until, line.stands), (at + Span::MINUTE, false));
    assert_eq!((line.domain.as_str(), &line.why), ("slow.example", &why));
    for _ in 0..3 {
        let later = Reply::Deferred { detail: String::new(), retry_after: None };
        pace.answered(&rules, "full.example", &later, START);
    }
    let held = pace.holding(&rules, START);
    assert_eq!(held.domains[0].domain, "full.example", "what stands still comes first");
    assert!(held.domains[0].stands);
    let after = pace.holding(&rules, START + Span::HOUR);
    assert!(after.domains.is_empty() && after.whole.is_none());
}
