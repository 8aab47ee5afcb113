//! The market against the engine: every promise holds, and the truth is covered.

mod study;

use crate::demo::{LedgerCounts, lost_events};
use crate::play::{CHANNELS, channels};
use crate::{Inbox, Market, MarketOptions, Played, Stage, Violations, play};
use content::LinkKey;
use engine::{Engine, EngineSettings, Keys, Parts, run};
use model::{ChanceKey, ChannelSet, LedgerState, Message, MessageId, Span};
use port::{Fault, Ledger, MemoryLog, MemoryStore, People};
use record::{Control, LogRecord};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn keys(seed: u8) -> Keys {
    Keys { chance: ChanceKey([seed; 32]), link: LinkKey([seed; 32]) }
}

fn options(people: usize, seed: u64) -> MarketOptions {
    MarketOptions { people, seed, ..MarketOptions::default() }
}

fn in_memory(options: MarketOptions, prepare: impl FnOnce(&mut Market)) -> (Played, MemoryStore) {
    let store = MemoryStore::new();
    let stage = Stage {
        store: Box::new(store.clone()),
        log: Arc::new(MemoryLog::new()),
        keys: keys(options.seed as u8),
        settings: EngineSettings::default(),
        mail: None,
        swallow: ChannelSet::EMPTY,
    };
    let played = play(options, stage, prepare).expect("the engine opens");
    (played, store)
}

fn check_promises(played: &Played, store: &MemoryStore) -> LedgerCounts {
    let mut violations = Violations::of(&played.market.people);
    violations.lost_events =
        lost_events(store, &played.market.acknowledged).expect("views of memory");
    assert_eq!(violations, Violations::default());
    let ledger = LedgerCounts::read(store).expect("views of memory");
    assert!(ledger.balanced(), "{ledger:?}");
    assert_eq!(store.counts().expect("counts"), store.recount().expect("recount"));
    let seen: i64 = played.market.people.iter().map(|it| it.received.len() as i64).sum();
    assert_eq!(ledger.sent, seen, "what the ledger calls sent is what people received");
    ledger
}

/// How much is searched: `make test-all` asks for more.
fn fault_seeds() -> u64 {
    std::env::var("FULCRUM_SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(20)
}

#[test]
fn a_quiet_market_keeps_every_promise() {
    let (played, store) = in_memory(options(60, 1), |_| {});
    let ledger = check_promises(&played, &store);
    assert!(100 < ledger.sent, "{ledger:?}");
    assert!(0 < ledger.held_out, "{ledger:?}");
    assert_eq!(ledger.failed, 0, "{ledger:?}");
}

#[test]
fn a_crash_at_every_commit_loses_nothing_and_sends_nothing_twice() {
    let commits = crash_at(None).commits;
    assert!(150 < commits, "the scenario is too small to mean anything: {commits}");
    let mut unknown = 0;
    for commit in 0..commits {
        for fault in [Fault::Refuse, Fault::StoreAndFail] {
            unknown += crash_at(Some((commit, fault))).unknown;
        }
    }
    assert!(0 < unknown, "no crash hit a message on the wire");
}

#[test]
fn random_markets_with_many_crashes_keep_every_promise() {
    let seeds = fault_seeds();
    for seed in 0..seeds {
        let mut scene = Scene::new(MarketOptions { people: 15, ..small(seed) });
        let key = ChanceKey([seed as u8; 32]);
        let mut after = 0;
        for crash in 0_u64.. {
            let draw = key.draw(&[b"crash", &crash.to_le_bytes(), &seed.to_le_bytes()]);
            after += draw.bits() % 60;
            let fault = [Fault::Refuse, Fault::StoreAndFail][(draw.bits() >> 32) as usize % 2];
            scene.store.fail_after(after, fault);
            if scene.run() {
                break;
            }
            scene.crash();
        }
        scene.check(&format!("seed {seed}"));
    }
}

/// Every content may share a mail, and caps are so tight that many must.
#[test]
fn crashes_leave_each_part_in_one_mail() {
    let mut joined = 0;
    for seed in 0..fault_seeds() {
        let options = MarketOptions { people: 15, ..small(seed) };
        let mut scene = Scene::with(options, |files| {
            for (path, text) in files.iter_mut().filter(|it| it.0.starts_with("content/")) {
                if !text.contains("transactional") {
                    *text = text.replacen("---\n", "---\ndigest: true\n", 1);
                }
                assert!(path.ends_with(".md"));
            }
            let policy = files.get_mut("policy.yaml").expect("a policy");
            *policy =
                policy.replace("caps:\n", "caps:\n  - {channels: any, at_most: 1, per: 30h}\n");
            for (name, event) in [("also", "Signed Up"), ("thanks-too", "Order Completed")] {
                let journey = format!(
                    "journey: {name}\ntrigger: {{event: \"{event}\"}}\nreentry: always\nsteps:\n\
                     \x20 - wait: 10m\n\
                     \x20 - message: {{content: care, channels: [email], expires: 2d}}\n\
                     \x20 - message: {{content: routes, channels: [email, push], expires: 2d}}\n"
                );
                files.insert(format!("journeys/{name}.yaml"), journey);
            }
        });
        let key = ChanceKey([seed as u8; 32]);
        let mut after = 0;
        for crash in 0_u64.. {
            let draw = key.draw(&[b"digest", &crash.to_le_bytes(), &seed.to_le_bytes()]);
            after += draw.bits() % 40;
            let fault = [Fault::Refuse, Fault::StoreAndFail][(draw.bits() >> 32) as usize % 2];
            scene.store.fail_after(after, fault);
            if scene.run() {
                break;
            }
            scene.crash();
        }
        let what = format!("seed {seed}");
        scene.check(&what);
        joined += scene.check_parts(&what);
    }
    assert!(5 < joined, "only {joined} messages left in another mail");
}

#[test]
fn the_same_seed_gives_the_same_market() {
    let summary = || {
        let (played, store) = in_memory(options(25, 3), |_| {});
        let received: Vec<_> = played.market.people.into_iter().map(|it| it.received).collect();
        (LedgerCounts::read(&store).expect("counts"), received)
    };
    assert_eq!(summary(), summary());
}

/// What one crash did to the small scenario.
struct Crash {
    commits: u64,
    unknown: i64,
}

fn crash_at(crash: Option<(u64, Fault)>) -> Crash {
    let mut scene = Scene::new(small(1));
    if let Some((commit, fault)) = crash {
        scene.store.fail_after(commit, fault);
    }
    while !scene.run() {
        scene.crash();
    }
    let ledger = scene.check(&format!("crash {crash:?}"));
    Crash { commits: scene.store.commits(), unknown: ledger.unknown }
}

fn small(seed: u64) -> MarketOptions {
    MarketOptions { people: 3, weeks: 2, seed, window: Span::days(7), ..MarketOptions::default() }
}

/// A market whose engine can be killed and started again on what its disk holds.
struct Scene {
    market: Market,
    store: MemoryStore,
    log: Arc<MemoryLog>,
    inbox: Inbox,
}

impl Scene {
    fn new(options: MarketOptions) -> Scene {
        Scene::with(options, |_| {})
    }

    /// The market with a programme that was changed.
    fn with(options: MarketOptions, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Scene {
        let (log, inbox) = (Arc::new(MemoryLog::new()), Inbox::default());
        let mut market = Market::new(options, log.clone(), inbox.clone());
        market.stop_on_failure = true;
        let mut files = market.programme();
        change(&mut files);
        let apply = Control::Apply { files, by: "the market".to_owned(), after: None };
        log.append_now(vec![LogRecord::Control(apply).encode()]).expect("memory");
        Scene { market, store: MemoryStore::new(), log, inbox }
    }

    /// Runs one process. True when the market came to its end, false when the process died.
    fn run(&mut self) -> bool {
        let before = self.market.failures;
        let mut dispatch = channels(&self.inbox, None, ChannelSet::EMPTY);
        let parts = Parts {
            store: Box::new(self.store.clone()),
            log: self.log.clone(),
            keys: keys(7),
            settings: EngineSettings::default(),
            providers: CHANNELS.into_iter().collect(),
        };
        let mut engine = Engine::open(parts).expect("what is on disk can be opened");
        run(&mut engine, &mut self.market, &mut dispatch);
        self.market.failures == before
    }

    /// The power goes: answers on their way and commits that were not made durable are lost.
    fn crash(&mut self) {
        self.store.lose_power();
    }

    /// Each message that left as a part is in one mail, and in no other. Returns how many there are.
    fn check_parts(&self, what: &str) -> usize {
        let people = self.store.ids_after(None, 1_000).expect("memory");
        let all = people.into_iter().map(|it| self.store.messages_of(it, None, 1_000));
        let all: Vec<Message> = all.flat_map(|it| it.expect("memory")).collect();
        let left: Vec<&Message> = all.iter().filter(|it| decision::digest::has_left(it)).collect();
        let of = |host: MessageId, state: LedgerState| {
            all.iter().any(|it| it.id == host && it.ledger_state() == state)
        };
        let host = |it: &Message| {
            let detail = &it.trail.last().expect("a trail").detail;
            let host = detail.strip_prefix("left as a part of ").expect("its mail");
            host.parse::<MessageId>().expect("an id")
        };
        let doubtful = left.iter().filter(|it| of(host(it), LedgerState::Unknown)).count();
        for it in &left {
            let mail = host(it);
            let gone = of(mail, LedgerState::Sent) || of(mail, LedgerState::Unknown);
            assert!(gone, "{what}: {} left with {mail}, which did not", it.id);
        }
        let received = self.market.people.iter().flat_map(|it| &it.received);
        let parts: usize = received.map(|it| it.parts).sum();
        let least = left.len() - doubtful;
        assert!(
            (least..=left.len()).contains(&parts),
            "{what}: {parts} parts in mails, {} in the ledger, {doubtful} of them in doubt",
            left.len()
        );
        left.len()
    }

    fn check(&self, what: &str) -> LedgerCounts {
        let mut violations = Violations::of(&self.market.people);
        violations.lost_events =
            lost_events(&self.store, &self.market.acknowledged).expect("views of memory");
        assert_eq!(violations, Violations::default(), "{what}");
        let ledger = LedgerCounts::read(&self.store).expect("views of memory");
        assert!(ledger.balanced(), "{what}: {ledger:?}");
        let counts = self.store.counts().expect("counts");
        assert_eq!(counts, self.store.recount().expect("recount"), "{what}");
        let received: i64 = self.market.people.iter().map(|it| it.received.len() as i64).sum();
        let at_most = ledger.sent + ledger.unknown;
        assert!(
            (ledger.sent..=at_most).contains(&received),
            "{what}: {received} received, {ledger:?}"
        );
        ledger
    }
}

/// The interval of the measured leverage covers what is true of all people, at its nominal rate. The
/// truth comes from one large market that was played in each cell; each seed is a market of its own
/// with a panel of its own.
#[test]
fn the_interval_of_leverage_covers_the_truth() {
    let markets = (fault_seeds() / 5).max(4);
    let crowd = options(if markets < 100 { 300 } else { 4_000 }, 1_000_000);
    let truth = crate::find_truth(&crowd, keys(1), &|_, _| {}).expect("every cell can be played");
    let mut covered = 0;
    for seed in 0..markets {
        let (played, _) = in_memory(options(300, seed), |_| {});
        let (loaded, sums) = (played.engine.loaded(), played.engine.sums());
        let report =
            engine::leverage_report(loaded, sums, crate::demo::OUTCOME, played.market.end());
        let found = report.expect("the outcome is measured").leverage;
        let (low, high) = (found.low.expect("a bound"), found.high.expect("a bound"));
        covered += u64::from(low <= truth.leverage() && truth.leverage() <= high);
    }
    let least = least_covered(markets);
    assert!(
        least <= covered,
        "{covered} of {markets} cover {}; at least {least} must",
        truth.leverage()
    );
    eprintln!("{covered} of {markets} intervals cover the true leverage of {}", truth.leverage());
}

/// Messages in different channels bring what each brings alone, and the caps bind all the same: under
/// `withhold` a message that is not sent keeps its place, so that nothing of it looks like leverage.
#[test]
fn an_additive_market_under_caps_has_no_leverage() {
    let additive = |people, seed| {
        let mut options = options(people, seed);
        options.behaviour.pair.clear();
        options
    };
    let markets = (fault_seeds() / 10).max(4);
    let (mut covered, mut dropped) = (0, 0);
    for seed in 0..markets {
        let (played, store) = in_memory(additive(300, seed), |_| {});
        dropped += LedgerCounts::read(&store).expect("views of memory").dropped;
        let (loaded, sums) = (played.engine.loaded(), played.engine.sums());
        let report =
            engine::leverage_report(loaded, sums, crate::demo::OUTCOME, played.market.end());
        let found = report.expect("the outcome is measured").leverage;
        let (low, high) = (found.low.expect("a bound"), found.high.expect("a bound"));
        covered += u64::from(low <= 0.0 && 0.0 <= high);
    }
    assert!(0 < dropped, "the caps left no place for some");
    let least = least_covered(markets);
    assert!(least <= covered, "{covered} of {markets} cover nothing; at least {least} must");
    eprintln!("{covered} of {markets} intervals cover a leverage of 0");
}

/// What intervals of 95 % fall short of in one study of a thousand.
fn least_covered(of: u64) -> u64 {
    let n = of as f64;
    let mut chance = 0.95_f64.powf(n);
    let mut at_least = chance;
    let mut covered = of;
    while at_least < 0.999 && 0 < covered {
        chance *= covered as f64 / (n - covered as f64 + 1.0) * 0.05 / 0.95;
        at_least += chance;
        covered -= 1;
    }
    covered
}
