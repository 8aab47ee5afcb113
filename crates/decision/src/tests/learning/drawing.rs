//! What chance may do: only what every rule allows, with the recorded probability, once.

use crate::learning::*;
use crate::tests::cases::Case;
use crate::*;
use model::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const KEY: ChanceKey = ChanceKey([5; 32]);

fn prior(mean: f64, best_hour: u8) -> ChannelPrior {
    let mut prior = ChannelPrior { mean, strength: 20.0, ..ChannelPrior::first() };
    for hour in 0..HOURS {
        if hour % 24 == usize::from(best_hour) {
            prior.hours[hour] = 3_000;
        }
        prior.evidence[hour] = 400_000;
    }
    prior
}

/// E-mail answers more than push, and best at seven in the evening.
fn policy() -> FoldPolicy {
    FoldPolicy {
        channels: BTreeMap::from([
            (Channel::Email, prior(0.20, 19)),
            (Channel::Push, prior(0.05, 9)),
        ]),
        pairs: Vec::new(),
        harm: 0.0,
    }
}

fn draws(case: &Case, policy: &FoldPolicy, learning: &Learning) -> (Vec<Decided>, Contacts) {
    let learned = Learned::default();
    let chooser = Chooser { settings: learning, policy, version: 7, learned: &learned, key: &KEY };
    arbitrate_with(&case.open, &case.view(), &case.policy, Some(&chooser), case.now)
}

fn case(text: &str) -> Case {
    Case::read(&format!("address email push\nyes email\nyes push\n{text}"))
}

fn choice(decided: &[Decided], message: u64) -> &Choice {
    let found = decided.iter().find(|it| it.message == MessageId(message)).expect("decided");
    found.choice.as_deref().expect("drawn")
}

#[test]
fn the_likeliest_is_what_suits_best_and_everything_else_stays_possible() {
    let case = case("quiet 21:00 08:00\nm1 lifecycle 1 push,email expires=2d");
    let (decided, contacts) = draws(&case, &policy(), &Learning::default());
    let choice = choice(&decided, 1);
    let of = |channel: Channel| -> u32 {
        let offered = choice.offered.iter().find(|it| it.channel == channel).expect("offered");
        offered.hours.iter().map(|it| it.parts).sum()
    };
    assert!(700_000 < of(Channel::Email), "{}", of(Channel::Email));
    let email = choice.offered.iter().find(|it| it.channel == Channel::Email).expect("offered");
    let evening: u32 = email.hours.iter().filter(|it| it.hour % 24 == 19).map(|it| it.parts).sum();
    assert!(300_000 < evening, "{evening}");
    assert_eq!(
        choice.offered.iter().flat_map(|it| &it.hours).map(|it| it.parts).sum::<u32>(),
        PARTS
    );
    let slot = contacts.slot(MessageId(1)).expect("reserved");
    assert_eq!((slot.channel, slot.at), (choice.channel, choice.instant));
    assert_eq!((choice.policy, choice.floor), (7, 100_000));
}

#[test]
fn what_is_urgent_or_asked_for_is_left_to_no_chance() {
    for message in [
        "m1 service 1 email",
        "m1 lifecycle 1 email purpose=transactional",
        "m1 lifecycle 1 email age=2m expires=5m",
    ] {
        let (decided, _) = draws(&case(message), &policy(), &Learning::default());
        assert!(decided[0].choice.is_none(), "{message}");
    }
}

#[test]
fn candidates_rank_by_what_this_person_is_expected_to_do() {
    // Push is worth more on paper; e-mail is answered four times as often.
    let case = case("cap any 1 7d\nm1 lifecycle 2 push\nm2 lifecycle 1 email");
    let (decided, _) = draws(&case, &policy(), &Learning::default());
    assert!(decided.iter().any(|it| it.message == MessageId(2) && it.choice.is_some()));
    assert!(decided.iter().any(|it| it.message == MessageId(1) && it.choice.is_none()));
    let (plain, _) = arbitrate(&case.open, &case.view(), &case.policy, case.now);
    assert!(matches!(plain[0].decision, Decision::Plan { .. }), "without learning the other way");
}

#[test]
fn a_message_that_costs_more_than_it_brings_is_not_sent() {
    let learning = Learning { opt_out_cost: 100.0, ..Learning::default() };
    let harmful = FoldPolicy { harm: 0.003, ..policy() };
    let outcome = |text: &str| {
        let (decided, _) = draws(&case(text), &harmful, &learning);
        decided[0].decision.clone()
    };
    // 0.2 × 1 < 0.003 × 100 < 0.2 × 2.
    let end = Decision::End { outcome: LedgerState::Dropped, reason: Reason::NotWorthIt };
    assert_eq!(outcome("m1 lifecycle 1 email"), end);
    assert!(matches!(outcome("m1 lifecycle 2 email"), Decision::Plan { .. }));
    // Nobody said what it is worth.
    assert!(matches!(outcome("m1 lifecycle 0 email"), Decision::Plan { .. }));
    assert!(matches!(outcome("m1 service 1 email"), Decision::Plan { .. }));
}

#[test]
fn what_is_not_worth_a_mail_of_its_own_may_leave_in_another() {
    let learning = Learning { opt_out_cost: 100.0, ..Learning::default() };
    let harmful = FoldPolicy { harm: 0.003, ..policy() };
    let decision = |text: &str| {
        let (decided, contacts) = draws(&case(text), &harmful, &learning);
        assert_eq!(contacts.slot(MessageId(2)), None, "a part takes no slot");
        decided[1].decision.clone()
    };
    let joins = decision("m1 lifecycle 9 email digest=yes\nm2 lifecycle 1 email digest=yes");
    assert_eq!(joins, Decision::Join { host: MessageId(1) });
    let end = Decision::End { outcome: LedgerState::Dropped, reason: Reason::NotWorthIt };
    assert_eq!(decision("m1 lifecycle 9 email\nm2 lifecycle 1 email digest=yes"), end);
}

/// A message that is too much now may be right when those before it are a week old.
#[test]
fn a_message_waits_until_it_is_worth_its_harm() {
    let learning = Learning { opt_out_cost: 10.0, ..Learning::default() };
    let harmful = FoldPolicy { harm: 0.01, ..policy() };
    let instants = |text: &str| -> Vec<Timestamp> {
        let (decided, _) = draws(&case(text), &harmful, &learning);
        let Some(choice) = &decided[0].choice else {
            assert!(matches!(
                decided[0].decision,
                Decision::End { outcome: LedgerState::Dropped, reason: Reason::NotWorthIt }
            ));
            return Vec::new();
        };
        let told = decided[0].trail.iter().any(|it| it.detail.contains("more harm than good"));
        let hours = choice.offered.iter().flat_map(|it| &it.hours);
        let instants: Vec<Timestamp> =
            hours.map(|it| Timestamp(choice.at.0 + it.after_ms)).collect();
        assert_eq!(told, case(text).now + Span::DAY < instants[0], "left out, and said so");
        instants
    };
    // Alone 0.01 × 10 < 0.2; after another one in the week it is three times that.
    let before = "slot m9 email sent 2026-11-20T12:00:00Z\n";
    let free = crate::tests::cases::time("2026-11-27T12:00:00Z");
    assert!(instants("m1 lifecycle 1 email expires=5d").iter().any(|it| *it < free));
    let late = instants(&format!("{before}m1 lifecycle 1 email expires=5d"));
    assert!(!late.is_empty() && late.iter().all(|it| free <= *it), "{late:?}");
    assert!(instants(&format!("{before}m1 lifecycle 1 email expires=2d")).is_empty());
    // What the panel withheld weighs the same: the cell must not show in what is decided.
    let withheld = before.replace("sent", "withheld");
    assert_eq!(instants(&format!("{withheld}m1 lifecycle 1 email expires=5d")), late);
    // Four times the value bears the load of two.
    let more = instants(&format!("{before}m1 lifecycle 4 email expires=5d"));
    assert!(more.iter().any(|it| *it < free), "{more:?}");
}

/// Of two that compete at once, the second sees the place that the first one took.
#[test]
fn messages_that_come_together_count_for_each_other() {
    let learning = Learning { opt_out_cost: 10.0, ..Learning::default() };
    let harmful = FoldPolicy { harm: 0.01, ..policy() };
    let case = case("m1 lifecycle 0.9 email expires=2d\nm2 lifecycle 1.2 email expires=2d");
    let (decided, _) = draws(&case, &harmful, &learning);
    assert!(matches!(decided[1].decision, Decision::Plan { .. }), "the better one");
    let end = Decision::End { outcome: LedgerState::Dropped, reason: Reason::NotWorthIt };
    assert_eq!(decided[0].decision, end);
}

#[test]
fn after_a_message_in_one_channel_the_other_is_worth_what_the_panel_found() {
    let both = |g: f64| {
        let pairs = vec![PairEffect { first: Channel::Push, second: Channel::Email, g }];
        let channels =
            BTreeMap::from([(Channel::Email, prior(0.10, 12)), (Channel::Push, prior(0.10, 12))]);
        FoldPolicy { channels, pairs, harm: 0.0 }
    };
    let push = |g: f64, before: &str| -> u32 {
        let case = case(&format!("{before}\nm1 lifecycle 1 push,email"));
        let (decided, _) = draws(&case, &both(g), &Learning::default());
        let choice = choice(&decided, 1);
        let push = choice.offered.iter().find(|it| it.channel == Channel::Push).expect("offered");
        push.hours.iter().map(|it| it.parts).sum()
    };
    let sent = "slot m9 email sent 2026-11-22T12:00:00Z";
    let (even, more) = (push(1.0, sent), push(2.0, sent));
    assert!(even.abs_diff(500_000) < 2_000, "{even}");
    assert!(650_000 < more, "{more}");
    // The panel's cell does not show in what is decided.
    assert_eq!(push(2.0, "slot m9 email withheld 2026-11-22T12:00:00Z"), more);
    assert!(push(2.0, "slot m9 email sent 2026-11-10T12:00:00Z").abs_diff(even) < 2_000);
}

#[test]
fn what_was_drawn_stays_until_something_better_takes_its_place() {
    let mut case = case("cap any 1 1d\nm1 lifecycle 1 push,email expires=2d");
    let (decided, contacts) = draws(&case, &policy(), &Learning::default());
    let first = choice(&decided, 1).clone();
    for it in decided {
        it.apply(&mut case.open[0], case.now);
    }
    case.contacts = contacts;
    let later = Case::read("m2 promotion 9 email");
    case.open.extend(later.open);
    case.now = case.now + Span::hours(1);
    let (decided, contacts) = draws(&case, &policy(), &Learning::default());
    if case.now < first.instant {
        assert!(decided.iter().all(|it| it.message != MessageId(1)), "it stays");
        assert_eq!(contacts.slot(MessageId(1)).expect("kept").at, first.instant);
    }
    // Closed for good: it is drawn again, elsewhere, and says so.
    case.consents.suppress(Suppression {
        address: crate::tests::cases::address(first.channel),
        reason: Reason::Bounced,
        at: case.now,
    });
    let (decided, _) = draws(&case, &policy(), &Learning::default());
    let again = choice(&decided, 1);
    assert_eq!(again.redrawn, 1);
    assert_ne!(again.channel, first.channel);
}

/// Over many messages each possibility is taken as often as its probability says.
#[test]
fn the_draw_falls_as_often_as_it_is_said_to() {
    let (mut expected, mut found) = (0.0, 0.0);
    for id in 0..3_000_u64 {
        let mut case = case("m1 lifecycle 1 push,email expires=8h");
        case.open[0].id = MessageId(id);
        let (decided, _) = draws(&case, &policy(), &Learning::default());
        let choice = choice(&decided, id);
        let push = choice.offered.iter().find(|it| it.channel == Channel::Push).expect("offered");
        expected += f64::from(push.hours.iter().map(|it| it.parts).sum::<u32>()) / f64::from(PARTS);
        found += f64::from(u8::from(choice.channel == Channel::Push));
    }
    let sd = expected.sqrt();
    assert!(100.0 < expected && (found - expected).abs() < 4.0 * sd, "{found} {expected}");
}

fn facts() -> impl Strategy<Value = String> {
    let caps = prop::sample::select(vec![
        "",
        "cap any 1 1d\n",
        "cap any 2 7d\ncap push 1 1d\n",
        "cap email 0 1d\n",
    ]);
    let night = prop::sample::select(vec![
        "",
        "quiet 21:00 08:00\n",
        "own_quiet 13:00 19:00\nquiet 22:30 07:15\n",
    ]);
    let wish = prop::sample::select(vec![
        "",
        "limit 1 2d\n",
        "off push\n",
        "pause 2026-11-25\n",
        "no email\n",
    ]);
    let zone = prop::sample::select(vec!["", "zone Asia/Kolkata\n", "zone America/New_York\n"]);
    let slot = prop::sample::select(vec![
        "",
        "slot m90 email sent 2026-11-24T03:00:00Z\n",
        "slot m91 push reserved 2026-11-25T20:20:00Z\nslot m92 email withheld 2026-11-23T14:00:00Z\n",
    ]);
    let expires = prop::collection::vec(1_u32..70, 1..5);
    (caps, night, wish, zone, slot, expires).prop_map(|(caps, night, wish, zone, slot, expires)| {
        let mut text = format!("{caps}{night}{wish}{zone}{slot}");
        for (n, hours) in expires.iter().enumerate() {
            let class = if n % 2 == 0 { "lifecycle" } else { "promotion" };
            text += &format!("m{} {class} {} push,email expires={hours}h\n", n + 1, n + 1);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every possibility, not only the one that was drawn, is one that no cap, wish or night forbids.
    #[test]
    fn nothing_that_is_forbidden_is_ever_possible(facts in facts(), key in any::<u8>()) {
        let case = case(&facts);
        let (learning, policy, learned) = (Learning::default(), policy(), Learned::default());
        let key = ChanceKey([key; 32]);
        let chooser =
            Chooser { settings: &learning, policy: &policy, version: 1, learned: &learned, key: &key };
        let decide = || arbitrate_with(&case.open, &case.view(), &case.policy, Some(&chooser), case.now);
        let (decided, contacts) = decide();
        prop_assert_eq!(&decide().0, &decided, "the same again");
        for it in &decided {
            let Some(choice) = &it.choice else { continue };
            let message = case.open.iter().find(|m| m.id == it.message).expect("open");
            // Those that were placed before it: the better ones.
            let mut others = contacts.clone();
            for other in &decided {
                let worse = other.choice.is_some() && place(&case, other) >= place(&case, it);
                if worse { others.release(other.message, case.now); }
            }
            let total: u32 = choice.offered.iter().flat_map(|it| &it.hours).map(|it| it.parts).sum();
            prop_assert_eq!(total, PARTS);
            let least = 0.1 * f64::from(PARTS) / choice.len() as f64;
            for offered in &choice.offered {
                prop_assert!(offered.hours.len() <= OFFERED_HOURS_MAX as usize);
                for hour in &offered.hours {
                    prop_assert!(least - 1e-6 <= f64::from(hour.parts));
                    let at = Timestamp(choice.at.0 + hour.after_ms);
                    prop_assert!(case.now <= at && at < message.expires);
                    let planned = MessageState::Planned {
                        channel: offered.channel,
                        address: crate::tests::cases::address(offered.channel),
                        at,
                        deferred: true,
                        attempt: 0,
                    };
                    let message = Message { state: planned, ..message.clone() };
                    let view = PersonView { contacts: &others, ..case.view() };
                    let found = recheck(&message, &view, &case.policy, at);
                    prop_assert!(matches!(found, Recheck::Go { .. }), "{:?} at {}", found, at);
                }
            }
        }
    }
}

/// The order in which messages were placed: by class, then by worth.
fn place(case: &Case, decided: &Decided) -> (Class, i64, MessageId) {
    let message = case.open.iter().find(|it| it.id == decided.message).expect("open");
    (message.class, -(message.value * 1_000.0) as i64, message.id)
}

#[test]
fn halved_caps_are_half_in_every_case() {
    let cap = |at_most, days| Cap {
        owner: None,
        channels: ChannelSet::all(),
        topic: None,
        at_most,
        per: Span::days(days),
    };
    let policy =
        Policy { caps: vec![cap(6, 7), cap(1, 1), cap(3, 7), cap(0, 1)], ..Policy::default() };
    let halved = policy.halved();
    assert_eq!(halved.caps, [cap(3, 7), cap(1, 2), cap(3, 14), cap(0, 1)]);
    assert_eq!(halved.quiet_hours, policy.quiet_hours);
}
