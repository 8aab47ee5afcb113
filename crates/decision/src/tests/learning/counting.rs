//! Trials become counts, once, and no count is lost or made on the way.

use crate::learning::*;
use model::{ChanceKey, Channel, MessageId, PersonId, Span, Timestamp};
use proptest::prelude::*;

const DAY: i64 = Span::DAY.0;
const KEY: ChanceKey = ChanceKey([9; 32]);

fn trial(message: u64, sent_day: i64, channel: Channel, hour: u8, answered: bool) -> Trial {
    let sent = Timestamp(sent_day * DAY);
    let ends = sent + Span::days(3);
    Trial { ends, message: MessageId(message), channel, sent, hour, expected: 50, answered }
}

fn settled(trials: &[Trial], half_life: Span) -> Learned {
    let mut learned = Learned::default();
    for it in trials {
        assert!(learned.follow(*it));
        learned.settle(it.ends, half_life);
    }
    learned
}

#[test]
fn an_answer_counts_within_its_window_and_only_for_its_message() {
    let mut learned = Learned::default();
    assert!(learned.follow(trial(1, 10, Channel::Email, 8, false)));
    assert!(learned.follow(trial(2, 11, Channel::Push, 9, false)));
    assert!(!learned.follow(trial(2, 11, Channel::Push, 9, false)), "the same again");
    assert!(!learned.respond_to(MessageId(1), Timestamp(9 * DAY)), "before it was sent");
    assert!(!learned.respond_to(MessageId(1), Timestamp(13 * DAY)), "too late");
    assert!(!learned.respond_to(MessageId(3), Timestamp(11 * DAY)), "somebody else's");
    assert!(learned.respond_to(MessageId(1), Timestamp(12 * DAY)));
    assert_eq!(learned.next_at(), Some(Timestamp(13 * DAY)));
    assert_eq!(learned.settle(Timestamp(13 * DAY - 1), NEVER), []);
    let settled = learned.settle(Timestamp(20 * DAY), NEVER);
    let answers: Vec<bool> = settled.iter().map(|it| it.trial.answered).collect();
    assert_eq!(answers, [true, false]);
    assert_eq!(learned.totals(), (2 * u64::from(MILLI), u64::from(MILLI)));
}

#[test]
fn an_outcome_counts_for_every_message_shortly_before() {
    let mut learned = Learned::default();
    for day in [10, 11, 14] {
        learned.follow(trial(day as u64, day, Channel::Email, 8, false));
    }
    assert!(learned.respond_before(Timestamp(12 * DAY)));
    let answers: Vec<bool> = learned.trials().iter().map(|it| it.answered).collect();
    assert_eq!(answers, [true, true, false]);
    assert!(!learned.respond_before(Timestamp(12 * DAY)), "counted already");
}

#[test]
fn what_was_learned_is_half_forgotten_after_its_half_life() {
    let half_life = Span::days(90);
    let mut learned = settled(&[trial(1, 10, Channel::Email, 8, true)], half_life);
    learned.follow(trial(2, 100, Channel::Email, 8, false));
    learned.settle(Timestamp::MAX, half_life);
    assert_eq!(learned.totals(), (1_500, 500));
}

#[test]
fn the_list_of_awaited_answers_is_bounded() {
    let mut learned = Learned::default();
    let taken = (0..40).filter(|n| learned.follow(trial(*n, 10, Channel::Email, 8, false)));
    assert_eq!(taken.count(), TRIALS_MAX);
}

/// Nobody's own answers reach what they are treated by.
#[test]
fn people_are_treated_by_what_the_other_half_taught() {
    let mut tallies = Tallies::default();
    let mut learned = settled(&[], Span::days(90));
    for n in 0..400 {
        learned.follow(trial(n, 10 + n as i64, Channel::Email, 8, true));
        for it in learned.settle(Timestamp((13 + n as i64) * DAY), Span::days(90)) {
            tallies.add(Fold::Zero, &it);
        }
    }
    let snapshot =
        tallies.freeze(&Snapshot::default(), Timestamp(500 * DAY), Span::days(90), |_| Vec::new());
    assert_eq!(snapshot.version, 1);
    assert!(snapshot.for_people_of(Fold::Zero).channels.is_empty());
    let rate = snapshot.for_people_of(Fold::One).channels[&Channel::Email].mean;
    assert!(0.9 < rate, "{rate}");
}

/// Beta(2, 8) people answer in pairs: the strength of the prior is 10.
#[test]
fn how_alike_people_are_is_found_from_successive_answers() {
    let mut tallies = Tallies::default();
    for person in 0..4_000_u64 {
        let draw = |what: u64| KEY.draw(&[&person.to_le_bytes(), &what.to_le_bytes()]).unit();
        // The second smallest of nine uniform draws is Beta(2, 8).
        let mut draws: Vec<f64> = (0..9).map(draw).collect();
        draws.sort_by(f64::total_cmp);
        let trials: Vec<Trial> = (0..6)
            .map(|n| trial(n, n as i64, Channel::Email, 8, draw(100 + n) < draws[1]))
            .collect();
        let mut learned = Learned::default();
        trials.iter().for_each(|it| assert!(learned.follow(*it)));
        for it in learned.settle(Timestamp::MAX, Span::days(90)) {
            tallies.add(Fold::of(PersonId(person), &KEY), &it);
        }
    }
    let snapshot =
        tallies.freeze(&Snapshot::default(), Timestamp(9 * DAY), Span::days(90), |_| Vec::new());
    for fold in Fold::ALL {
        let prior = &snapshot.for_people_of(fold).channels[&Channel::Email];
        assert!((prior.mean - 0.2).abs() < 0.015, "{}", prior.mean);
        assert!((7.0..14.0).contains(&prior.strength), "{}", prior.strength);
    }
}

#[test]
fn pressure_is_drawn_once_and_closes_once() {
    let pressure = Pressure { share: 1.0, window: Span::days(28) };
    let mut entry = PressureEntry::draw(&pressure, PersonId(1), &KEY, Timestamp(0));
    let learning = Learning { pressure: Some(pressure), ..Learning::default() };
    assert!(is_halved(Some(&entry), &learning, Timestamp(DAY)));
    assert!(!is_halved(Some(&entry), &learning, Timestamp(28 * DAY)), "full again afterwards");
    assert!(!is_halved(Some(&entry), &Learning::default(), Timestamp(DAY)));
    entry.sent(Timestamp(DAY), 3);
    entry.opted_out(Timestamp(2 * DAY));
    entry.sent(Timestamp(40 * DAY), 4);
    assert_eq!((entry.messages, entry.load, entry.opted_out), (1, 3, true));
    assert!(!entry.close(Some(&pressure), Timestamp(28 * DAY - 1)));
    assert!(entry.clone().close(Some(&pressure), Timestamp(28 * DAY)));
    let other = Pressure { share: 0.5, ..pressure };
    assert!(!entry.close(Some(&other), Timestamp(28 * DAY)), "drawn with another share");
    assert!(!entry.close(Some(&pressure), Timestamp(29 * DAY)), "only once");
}

fn trials() -> impl Strategy<Value = Vec<Trial>> {
    let one = (0_i64..200, 0_usize..3, 0_u8..168, any::<bool>());
    prop::collection::vec(one, 0..60).prop_map(|mut all| {
        all.sort();
        let channels = [Channel::Email, Channel::Push, Channel::Social];
        let made = all.into_iter().enumerate();
        made.map(|(n, (day, channel, hour, answered))| {
            trial(n as u64, day, channels[channel], hour, answered)
        })
        .collect()
    })
}

/// Nothing is forgotten so soon.
const NEVER: Span = Span::days(100_000_000);

proptest! {
    /// However many hours: the person's section is bounded, and every count is still there.
    #[test]
    fn counts_are_conserved(all in trials()) {
        let learned = settled(&all, NEVER);
        let yes = all.iter().filter(|it| it.answered).count() as u64;
        let n = all.len() as u64;
        prop_assert_eq!(learned.totals(), (n * u64::from(MILLI), yes * u64::from(MILLI)));
        let (answered, expected) = learned.at_all_hours();
        prop_assert!((answered - yes as f64).abs() < 1e-9);
        prop_assert!((expected - n as f64 * 0.05).abs() < 1e-9);
        let stored = serde_json::to_string(&learned).expect("JSON");
        prop_assert!(stored.len() < 2_000, "{}", stored.len());
        let read: Learned = serde_json::from_str(&stored).expect("readable");
        prop_assert_eq!(read, learned);
    }

    /// Two persons who are one: what they taught is what one who got all of it would have.
    #[test]
    fn learning_commutes_with_merging(a in trials(), b in trials()) {
        let (one, other) = (settled(&a, NEVER), settled(&b, NEVER));
        let (ab, ba) = (Learned::merge(&one, &other, NEVER), Learned::merge(&other, &one, NEVER));
        prop_assert_eq!(ab.totals(), ba.totals());
        let (hours, others) = (ab.at_all_hours(), ba.at_all_hours());
        prop_assert!((hours.0 - others.0).abs() < 1e-9 && (hours.1 - others.1).abs() < 1e-9);
        let both = (one.totals(), other.totals());
        prop_assert_eq!(ab.totals(), (both.0.0 + both.1.0, both.0.1 + both.1.1));
        let mut all = a.clone();
        all.extend(b.iter().map(|it| Trial { message: MessageId(1_000 + it.message.0), ..*it }));
        all.sort_by_key(|it| it.sent);
        prop_assert_eq!(settled(&all, NEVER).totals(), ab.totals());
        let empty = Learned::default();
        prop_assert_eq!(Learned::merge(&one, &empty, NEVER).totals(), one.totals());
    }

    /// Sums of two machines are those of one, whoever came first.
    #[test]
    fn tallies_add_up_in_any_order(a in trials(), b in trials()) {
        let of = |all: &[Trial]| {
            let mut tallies = Tallies::default();
            for it in all {
                tallies.add(Fold::One, &Settled { trial: *it, before: Some(false) });
            }
            tallies
        };
        let (mut ab, mut ba) = (of(&a), of(&b));
        ab.merge(&of(&b));
        ba.merge(&of(&a));
        let both: Vec<Trial> = a.iter().chain(&b).copied().collect();
        for tallies in [&mut ab, &mut ba] {
            prop_assert_eq!(tallies.totals(), of(&both).totals());
            let freeze = |it: &mut Tallies| {
                it.freeze(&Snapshot::default(), Timestamp(0), NEVER, |_| Vec::new())
            };
            prop_assert_eq!(freeze(tallies), freeze(&mut of(&both)));
        }
    }
}
