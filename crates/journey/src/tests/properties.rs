//! Random journeys and inputs: the runs against the reference model, and what must always hold.

use super::notation::{Happens, Player, START, event, show};
use super::reference::Reference;
use super::written::{parse_journeys, read_steps, read_window};
use crate::*;
use model::{Channel, ContentName, JourneyName, Map, RunId, Span, Timestamp, Value};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const ZONE: &str = "America/New_York";

/// Something that is done to the person or to the journeys.
#[derive(Clone, Debug)]
enum Do {
    /// After so long; negative when the clock was set back.
    Input(i64, Draft),
    /// A tick at the next wake, moved by so many milliseconds.
    TickAtWake(i64),
    Publish(Journey),
    Close(&'static str),
    Remove(&'static str, u64),
    Trait(&'static str, Value),
}

#[derive(Clone, Debug)]
enum Draft {
    Event { name: &'static str, n: u8, key: Option<&'static str>, ago: i64, historical: bool },
    Entered(&'static str),
    Left(&'static str),
    Called(&'static str, u8),
    Became { journey: &'static str, run: u64, step: &'static str, sent: bool },
    Tick,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn runs_do_what_the_reference_model_does(
        journeys in prop::collection::vec(any_journey(), 1..4),
        script in prop::collection::vec(any_do(), 1..60),
    ) {
        replay(journeys, script)?;
    }
}

proptest! {
    #[test]
    fn a_merge_keeps_one_run_per_key_and_loses_none_in_silence(
        journeys in prop::collection::vec(any_journey(), 1..4),
        one in prop::collection::vec(any_do(), 1..30),
        two in prop::collection::vec(any_do(), 1..30),
    ) {
        let mut first = Player::new(Journeys::new());
        for journey in journeys {
            let _ = first.journeys.insert(journey);
        }
        let mut second = first.clone();
        second.last_run = 1_000;
        play_all(&mut first, one);
        play_all(&mut second, two);
        let (merged, commands) = Runs::merge(&first.runs, &second.runs, &first.journeys);
        only_one_run_per_key(&merged)?;
        let ids = |runs: &Runs| runs.active().iter().map(|it| it.id).collect::<BTreeSet<_>>();
        let mut told: BTreeSet<RunId> = ids(&merged);
        for command in &commands {
            let Command::Ended { run, why: EndReason::MergedAway, .. } = command else {
                panic!("{command:?}")
            };
            prop_assert!(told.insert(*run), "{} both lives and ended", run);
        }
        prop_assert_eq!(told, &ids(&first.runs) | &ids(&second.runs));
        let (other_way, _) = Runs::merge(&second.runs, &first.runs, &first.journeys);
        prop_assert_eq!(ids(&other_way), ids(&merged));
        let again = Runs::merge(&merged, &Runs::default(), &first.journeys);
        prop_assert_eq!(again, (merged, Vec::new()));
    }
}

/// Plays a script three times side by side: with a restart after each input, without, and in the
/// reference model.
fn replay(journeys: Vec<Journey>, script: Vec<Do>) -> Result<(), TestCaseError> {
    let mut player = Player::new(Journeys::new());
    player.zone = Some(ZONE.to_owned());
    let mut reference = Reference::new(Some(ZONE));
    for journey in journeys {
        publish(&mut player, &mut reference, journey);
    }
    let mut steady = player.clone();
    steady.restarts = false;
    let mut watch = Watch::default();
    let mut now = START;
    for step in script {
        let Some(happens) = apply(&mut player, &mut reference, &mut now, step) else {
            (steady.journeys, steady.traits) = (player.journeys.clone(), player.traits.clone());
            // As the engine does when a programme is applied or a person changes.
            player.replan(now);
            steady.replan(now);
            reference.replan(now);
            continue;
        };
        let before = player.runs.clone();
        let commands = player.feed(&happens, now);
        let shown: Vec<String> = commands.iter().map(show).collect();
        prop_assert_eq!(&shown, &reference.feed(&happens, now), "{:?} at {}", happens, now);
        prop_assert_eq!(&commands, &steady.feed(&happens, now));
        prop_assert_eq!(&player.runs, &steady.runs);
        let early = before.next_at().is_none_or(|it| now < it);
        if matches!(happens, Happens::Tick) {
            prop_assert!(!early || before == player.runs, "an early tick changed something");
            prop_assert!(player.runs.next_at().is_none_or(|it| now < it), "still due at {}", now);
        }
        watch.check(&commands)?;
        only_one_run_per_key(&player.runs)?;
    }
    Ok(())
}

fn play_all(player: &mut Player, script: Vec<Do>) {
    let mut now = START;
    for step in script {
        if let Do::Input(..) | Do::TickAtWake(_) = step
            && let Some(happens) = apply(player, &mut Reference::default(), &mut now, step)
        {
            player.feed(&happens, now);
        }
    }
}

/// Changes the journeys, or says what happens and moves the clock there.
fn apply(
    player: &mut Player,
    reference: &mut Reference,
    now: &mut Timestamp,
    step: Do,
) -> Option<Happens> {
    match step {
        Do::Input(after, draft) => {
            *now = *now + Span(after);
            return Some(draft.happens(*now));
        }
        Do::TickAtWake(moved) => {
            let wake = player.runs.next_at()? + Span(moved);
            *now = (*now).max(wake);
            return Some(Happens::Tick);
        }
        Do::Publish(journey) => publish(player, reference, journey),
        Do::Trait(name, value) => {
            player.traits.insert(name.to_owned(), value.clone());
            reference.set_trait(name, value);
        }
        Do::Close(name) => {
            let name = JourneyName::from(name);
            player.journeys.close(&name);
            if player.journeys.latest(&name).is_some() {
                reference.closed.insert(name);
            }
        }
        Do::Remove(name, version) => {
            let name = JourneyName::from(name);
            player.journeys.remove(&name, version);
            reference.journeys.remove(&(name.clone(), version));
            reference.removed.insert((name.clone(), version));
            if !reference.journeys.keys().any(|(it, _)| *it == name) {
                reference.closed.remove(&name);
            }
        }
    }
    None
}

/// The number of a version that was removed is never given to another one: a run that is still in it
/// would go on in steps that it never began.
fn publish(player: &mut Player, reference: &mut Reference, journey: Journey) {
    let (name, version) = (journey.name.clone(), journey.version);
    if reference.removed.contains(&(name.clone(), version)) {
        return;
    }
    if player.journeys.insert(journey.clone()).is_ok() {
        if player.journeys.latest(&name).map(|it| it.version) == Some(version) {
            reference.closed.remove(&name);
        }
        reference.journeys.insert((name, version), journey);
    }
}

/// What must hold over all commands of one person's life.
#[derive(Default)]
struct Watch {
    keys: BTreeSet<String>,
    started: BTreeSet<RunId>,
    ended: BTreeSet<RunId>,
    goals: BTreeSet<RunId>,
}

impl Watch {
    fn check(&mut self, commands: &[Command]) -> Result<(), TestCaseError> {
        for command in commands {
            let run = match command {
                Command::Started { run, .. } => {
                    prop_assert!(self.started.insert(*run), "{} started twice", run);
                    *run
                }
                Command::NotStarted { .. } => continue,
                Command::Candidate(ask) => {
                    prop_assert!(self.keys.insert(ask.key.clone()), "{} asked twice", ask.key);
                    ask.run
                }
                Command::Webhook(hook) => {
                    prop_assert!(self.keys.insert(hook.key.clone()), "{} called twice", hook.key);
                    hook.run
                }
                Command::Task(task) => {
                    prop_assert!(self.keys.insert(task.id.clone()), "{} is there twice", task.id);
                    task.run
                }
                Command::Goal { run, .. } => {
                    prop_assert!(self.goals.insert(*run), "{} reached its goal twice", run);
                    prop_assert!(self.started.contains(run));
                    continue;
                }
                Command::SetTrait { run, .. }
                | Command::Arm { run, .. }
                | Command::Reached { run, .. }
                | Command::StepFailed { run, .. } => *run,
                Command::Ended { run, .. } => *run,
            };
            prop_assert!(self.started.contains(&run), "{:?} before its start", command);
            prop_assert!(!self.ended.contains(&run), "{:?} after its end", command);
            if let Command::Ended { run, .. } = command {
                self.ended.insert(*run);
            }
        }
        Ok(())
    }
}

fn only_one_run_per_key(runs: &Runs) -> Result<(), TestCaseError> {
    let mut seen: BTreeMap<_, RunId> = BTreeMap::new();
    for run in runs.active() {
        let twin = seen.insert((&run.journey, &run.key), run.id);
        prop_assert_eq!(twin, None, "{} has a twin", run.id);
        prop_assert!(run.wake.is_some(), "{} would never go on", run.id);
    }
    Ok(())
}

impl Draft {
    fn happens(&self, now: Timestamp) -> Happens {
        match self {
            Draft::Event { name, n, key, ago, historical } => {
                let mut properties = Map::from([("n".to_owned(), Value::Number(f64::from(*n)))]);
                if let Some(key) = key {
                    properties.insert("k".to_owned(), Value::from(*key));
                }
                let mut event = event(name, now.minus(Span(*ago)), now, properties);
                event.flags.historical = *historical;
                Happens::Event(event)
            }
            Draft::Entered(name) => Happens::Entered((*name).to_owned()),
            Draft::Left(name) => Happens::Left((*name).to_owned()),
            Draft::Called(name, n) => {
                let n = Value::Number(f64::from(*n));
                let data = Map::from([("n".to_owned(), n), ("k".to_owned(), Value::from("x"))]);
                Happens::Called((*name).to_owned(), event("Journey Called", now, now, data))
            }
            // The messages of the last runs, by what their keys can be.
            Draft::Became { journey, run, step, sent } => {
                Happens::Became(format!("journey/{journey}/r{run}/{step}"), *sent)
            }
            Draft::Tick => Happens::Tick,
        }
    }
}

fn any_do() -> impl Strategy<Value = Do> {
    let name = prop::sample::select(vec!["a", "b", "c"]);
    prop_oneof![
        20 => (any_delay(), any_draft()).prop_map(|(after, draft)| Do::Input(after, draft)),
        12 => prop::sample::select(vec![-1, 0, 0, 1, 3_600_000]).prop_map(Do::TickAtWake),
        2 => any_journey().prop_map(Do::Publish),
        1 => name.clone().prop_map(Do::Close),
        1 => (name, 1u64..4).prop_map(|(name, version)| Do::Remove(name, version)),
        2 => any_trait().prop_map(|(name, value)| Do::Trait(name, value)),
    ]
}

fn any_trait() -> impl Strategy<Value = (&'static str, Value)> {
    let days = ["2026-11-24", "2020-11-25", "2024-02-29", "2026-11-23T15:00:00Z", "soon"];
    prop_oneof![
        4 => prop::sample::select(days.to_vec()).prop_map(|it| ("day", Value::from(it))),
        1 => Just(("sales_owner", Value::from("sam"))),
    ]
}

fn any_delay() -> impl Strategy<Value = i64> {
    let hour = Span::HOUR.0;
    let spans = vec![0, 0, 1, 1_000, hour - 1, hour, hour + 1, 24 * hour, 240 * hour];
    prop_oneof![20 => prop::sample::select(spans), 1 => Just(-hour), 1 => 0..30 * hour]
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let audience = prop::sample::select(vec!["vip", "lapsing"]);
    let hour = Span::HOUR.0;
    let ago =
        prop::sample::select(vec![0, 0, 0, 1, hour, 24 * hour, 24 * hour + 1, 72 * hour, -60_000]);
    let key = prop::sample::select(vec![None, Some("x"), Some("y")]);
    let name = prop::sample::select(vec!["A", "A", "B", "B", "C", "C", "Email Replied"]);
    prop_oneof![
        8 => (name, 0u8..4, key, ago, prop::bool::weighted(0.05)).prop_map(
            |(name, n, key, ago, historical)| Draft::Event { name, n, key, ago, historical }
        ),
        2 => audience.clone().prop_map(Draft::Entered),
        1 => audience.prop_map(Draft::Left),
        1 => (prop::sample::select(vec!["a", "b", "c"]), 0u8..4)
            .prop_map(|(name, n)| Draft::Called(name, n)),
        3 => (prop::sample::select(vec!["a", "b", "c"]), 1u64..6, any_visit(), any::<bool>()).prop_map(
            |(journey, run, step, sent)| Draft::Became { journey, run, step, sent }
        ),
        2 => Just(Draft::Tick),
    ]
}

/// Steps and visits as they often are.
fn any_visit() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["0/1", "1/1", "2/1", "0.round.0/1", "0.round.0/2", "0.round.1/2"])
}

fn any_when() -> impl Strategy<Value = expr::Expr> {
    prop::sample::select(vec![
        "trait(\"stage\") == 1",
        "property(\"n\") > 1",
        "audience(\"vip\")",
        "not audience(\"vip\") and property(\"n\") != 2",
    ])
    .prop_map(|it| expr::parse(it).unwrap())
}

fn any_span() -> impl Strategy<Value = Span> {
    let hour = Span::HOUR;
    prop::sample::select(vec![Span(1), Span::SECOND, hour, hour, Span::DAY, Span::days(10)])
}

fn any_step() -> impl Strategy<Value = Step> {
    let until = prop_oneof![
        2 => (prop::sample::select(vec!["A", "B"]), prop::option::of(any_when()))
            .prop_map(|(name, when)| Until::Event { name: name.to_owned(), when }),
        1 => Just(Until::Entered { audience: "vip".to_owned() }),
        1 => Just(Until::Left { audience: "vip".to_owned() }),
        1 => prop::option::of(any_when()).prop_map(|when| {
            let left = Until::Left { audience: "lapsing".to_owned() };
            let entered = Until::Entered { audience: "vip".to_owned() };
            Until::Any(vec![Until::Event { name: "C".to_owned(), when }, left, entered])
        }),
    ];
    let then = prop::sample::select(vec![OnTimeout::Continue, OnTimeout::End]);
    let windows = ["09:00-17:00", "22:00-06:00 sat,sun", "01:30-02:30", "12:00-12:15 mon"];
    prop_oneof![
        3 => any_span().prop_map(Step::Wait),
        3 => (until, any_span(), then).prop_map(|(until, timeout, on_timeout)| {
            Step::WaitUntil { until, timeout, on_timeout }
        }),
        1 => prop::sample::select(windows.to_vec()).prop_map(read_window),
        3 => (0..3).prop_map(|it| {
            Step::Message(MessageStep {
                content: ContentName::new(format!("m{it}")),
                channels: vec![Channel::Email],
                expires: Span::DAY,
                value: 1.0,
                class: None,
                otherwise: None,
            })
        }),
        1 => prop::sample::select(vec![
            "tag +one -two", "tag +two", "task call for ada due 1d", "lead hot", "lead warm else eve",
            "hook https://x.example n=property:n stage=trait:stage of=1",
        ]).prop_map(|it| read_steps(it).remove(0).step),
        1 => (0u8..3).prop_map(|it| {
            Step::SetTrait { name: "stage".to_owned(), value: Value::Number(f64::from(it)) }
        }),
    ]
}

fn any_steps() -> impl Strategy<Value = Vec<Node>> {
    let list = |step: BoxedStrategy<Step>| {
        (prop::collection::vec(step, 1..4), prop::bool::weighted(0.15)).prop_map(
            |(mut steps, ends)| {
                steps.extend(ends.then_some(Step::End));
                steps.into_iter().map(Node::from).collect::<Vec<Node>>()
            },
        )
    };
    list(any_step().boxed()).prop_recursive(3, 24, 4, move |inner| {
        let arm = (any_when(), inner.clone());
        let arms = prop::collection::vec(arm, 1..3);
        let message = prop::option::of(inner.clone()).prop_map(|steps| {
            Step::Message(MessageStep {
                content: ContentName::from("m9"),
                channels: vec![Channel::Email],
                expires: Span::DAY,
                value: 1.0,
                class: None,
                otherwise: Some(steps.unwrap_or_default()),
            })
        });
        let branch = (arms, prop::option::of(inner.clone())).prop_map(|(arms, otherwise)| {
            let arms = arms.into_iter().map(|(when, steps)| Arm { when: Some(when), steps });
            let last = otherwise.map(|steps| Arm { when: None, steps });
            Step::Branch(arms.chain(last).collect())
        });
        let condition = prop::option::of(any_when());
        let repeat = (1u32..4, condition, inner.clone())
            .prop_map(|(times, condition, steps)| Step::Repeat(Repeat { times, condition, steps }));
        let chance = (inner.clone(), prop::option::of(inner), 1u8..9, any::<bool>());
        let split = chance.prop_map(|(one, two, n, experiment)| {
            let arm = |name: &str, weight: u8, steps| SplitArm {
                name: name.to_owned(),
                weight: f64::from(weight),
                steps,
            };
            let arms = vec![arm("one", n, one), arm("two", 5, two.unwrap_or_default())];
            let outcome = "orders".to_owned();
            match experiment {
                true => Step::Experiment(Experiment { arms, outcome, window: Span::DAY }),
                false => Step::Split(arms),
            }
        });
        list(
            prop_oneof![3 => any_step(), 1 => branch, 1 => split, 1 => message, 1 => repeat]
                .boxed(),
        )
    })
}

fn any_journey() -> impl Strategy<Value = Journey> {
    let head = (
        prop::sample::select(vec!["a", "b", "c"]),
        1u64..4,
        prop::sample::select(vec![
            "A",
            "A",
            "B",
            "A when property(\"n\") < 3",
            "entered vip",
            "left vip",
            "call",
            "conversation",
            "date day",
            "date day yearly -1d 09:00",
            "schedule vip day 02:30",
            "schedule vip week mon,tue,sat 09:00",
            "schedule lapsing month 1,31 00:00",
        ]),
        any::<bool>(),
    );
    let settings = (
        prop::sample::select(vec!["never", "always", "always", "1h", "1d"]),
        prop::option::of((
            prop::sample::select(vec!["B", "C", "A"]),
            prop::option::of(any_span()),
            any::<bool>(),
            prop::option::of(any_when()),
        )),
        prop::option::weighted(
            0.3,
            prop::sample::select(vec!["trait(\"stage\") == 2", "property(\"n\") == 3"]),
        ),
        prop::sample::select(vec![Span::DAY, Span::DAY, Span::MINUTE]),
        prop::option::weighted(0.2, (1u32..3, any_span()))
            .prop_map(|it| it.map(|(at_most, per)| Entries { at_most, per })),
    );
    (head, settings, any_steps()).prop_filter_map("not a journey", |(head, settings, steps)| {
        let (name, version, on, keyed) = head;
        let (reentry, goal, exit, late, entries) = settings;
        let text = format!("journey {name} {version} on {on}\n  reentry {reentry}\n  end");
        let mut journey = parse_journeys(&text).remove(0);
        let by_event = journey.trigger.has_event();
        journey.entries = entries;
        journey.key = (keyed && by_event).then(|| "k".to_owned());
        journey.goal = goal.map(|(event, within, ends, when)| Goal {
            event: event.to_owned(),
            when,
            within,
            value: Some("n".to_owned()),
            ends,
        });
        journey.exit = exit.iter().map(|it| expr::parse(it).unwrap()).collect();
        (journey.late, journey.steps) = (late, steps);
        crate::check(&journey).is_empty().then_some(journey)
    })
}
