//! Statements, wishes and suppressions: any order of arrival, merges, and what pages show.

use super::cases::{address, check_bare, statement, time};
use crate::*;
use model::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const CHANNELS: [Channel; 2] = [Channel::Email, Channel::Sms];
/// Later than everything that is said in these tests.
const NOW: Timestamp = Timestamp(1_000_000);
const TOPICS: [&str; 2] = ["news", "offers"];
const ADDRESSES: [&str; 2] = ["a@example.com", "b@example.com"];

/// Few scopes and few instants, so that statements meet.
fn any_statement() -> impl Strategy<Value = Statement> {
    let state = prop_oneof![
        Just(ConsentState::Granted),
        Just(ConsentState::Granted),
        Just(ConsentState::Withdrawn),
        Just(ConsentState::Unconfirmed),
    ];
    (0..3usize, 0..3usize, 0..3usize, state, 0i64..12, 0..2usize, 0i64..40).prop_map(
        |(channel, topic, address, state, at, source, expires)| Statement {
            // Some expire before the tests look, some after, most never.
            expires: [Some(Timestamp(NOW.0 - 1)), Some(Timestamp(NOW.0 + 1))]
                .get(expires as usize)
                .copied()
                .flatten(),
            channel: CHANNELS.get(channel).copied(),
            topic: TOPICS.get(topic).map(|it| Topic::from(*it)),
            address: ADDRESSES.get(address).map(|it| Identifier::email(it)),
            source: ["form", "import"][source].to_owned(),
            ..statement(state, Timestamp(at))
        },
    )
}

fn any_statements() -> impl Strategy<Value = Vec<Statement>> {
    prop::collection::vec(any_statement(), 0..10)
}

fn recorded(statements: &[Statement]) -> Consents {
    let mut consents = Consents::default();
    for statement in statements {
        consents.record(statement.clone());
    }
    consents
}

/// Slow and obvious: everything one person ever said that speaks of the case. Within one scope the
/// latest holds; a yes that expires stands beside what was said before it.
fn said(
    statements: &[Statement],
    channel: Channel,
    topic: &Topic,
    address: &Identifier,
) -> Option<ConsentState> {
    let covering: Vec<&Statement> = statements
        .iter()
        .filter(|it| it.channel.is_none() || it.channel == Some(channel))
        .filter(|it| it.topic.is_none() || it.topic.as_ref() == Some(topic))
        .filter(|it| it.address.is_none() || it.address.as_ref() == Some(address))
        .collect();
    let expires = |it: &Statement| it.state == ConsentState::Granted && it.expires.is_some();
    let scope = |it: &Statement| (it.channel, it.topic.clone(), it.address.clone());
    let order = |it: &Statement| (it.at, it.source.clone(), it.expires);
    let later = |one: &Statement, other: &Statement| order(other) < order(one);
    let is_over = |it: &Statement| {
        covering.iter().filter(|other| scope(other) == scope(it)).any(|other| match it.state {
            ConsentState::Unconfirmed if other.state == ConsentState::Unconfirmed => {
                later(other, it)
            }
            ConsentState::Unconfirmed => it.at <= other.at,
            _ if expires(it) && expires(other) => later(other, it),
            _ if expires(it) => other.state != ConsentState::Unconfirmed && it.at <= other.at,
            ConsentState::Granted => it.at < other.at && other.state != ConsentState::Unconfirmed,
            ConsentState::Withdrawn => {
                it.at < other.at && other.state == ConsentState::Granted && !expires(other)
            }
        })
    };
    let passed = |it: &Statement| it.expires.is_some_and(|end| end <= NOW);
    let covering: Vec<&Statement> = covering
        .iter()
        .copied()
        .filter(|it| !is_over(it))
        .filter(|it| it.state == ConsentState::Withdrawn || !passed(it))
        .collect();
    let narrow = |yes: &Statement, no: &Statement| {
        (no.channel.is_none() || yes.channel.is_some())
            && (no.topic.is_none() || yes.topic.is_some())
    };
    let of = |state| covering.iter().filter(move |it| it.state == state);
    let taken_back =
        |no: &Statement| of(ConsentState::Granted).any(|yes| no.at < yes.at && narrow(yes, no));
    if of(ConsentState::Withdrawn).any(|no| !taken_back(no)) {
        Some(ConsentState::Withdrawn)
    } else if of(ConsentState::Granted).next().is_some() {
        Some(ConsentState::Granted)
    } else if of(ConsentState::Unconfirmed).next().is_some() {
        Some(ConsentState::Unconfirmed)
    } else {
        None
    }
}

/// The state of every case, in one order.
fn states(
    state: impl Fn(Channel, &Topic, &Identifier) -> Option<ConsentState>,
) -> Vec<Option<ConsentState>> {
    let mut states = Vec::new();
    for channel in CHANNELS {
        for topic in TOPICS {
            for address in ADDRESSES {
                states.push(state(channel, &Topic::from(topic), &Identifier::email(address)));
            }
        }
    }
    states
}

fn held(consents: &Consents) -> Vec<Option<ConsentState>> {
    states(|channel, topic, address| {
        consents.state(Purpose::Marketing, channel, topic, Some(address), NOW)
    })
}

proptest! {
    #[test]
    fn any_order_of_arrival_gives_the_same_state(
        (statements, shuffled) in any_statements()
            .prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        let consents = recorded(&statements);
        prop_assert_eq!(&consents, &recorded(&shuffled));
        let twice: Vec<Statement> = statements.iter().chain(&shuffled).cloned().collect();
        prop_assert_eq!(&consents, &recorded(&twice));
        prop_assert_eq!(
            held(&consents),
            states(|channel, topic, address| said(&statements, channel, topic, address))
        );
    }

    #[test]
    fn at_a_merge_the_strongest_state_of_the_persons_holds_until_somebody_speaks_again(
        a in any_statements(), b in any_statements(), c in any_statements(),
        later in any_statements(),
    ) {
        let (first, second, third) = (recorded(&a), recorded(&b), recorded(&c));
        let merged = Consents::merge(&Consents::merge(&first, &second), &third);
        prop_assert_eq!(&merged, &Consents::merge(&first, &Consents::merge(&second, &third)));
        prop_assert_eq!(&merged, &Consents::merge(&third, &Consents::merge(&second, &first)));
        prop_assert_eq!(&first, &Consents::merge(&first, &first));
        let mut spoken = merged.clone();
        for statement in &later {
            spoken.record(statement.clone());
        }
        let strongest = |since: &[Statement]| {
            states(|channel, topic, address| {
                let person = |own: &[Statement]| {
                    let all: Vec<Statement> = own.iter().chain(since).cloned().collect();
                    // One who said nothing before the merge has no say in it.
                    if own.is_empty() { None } else { said(&all, channel, topic, address) }
                };
                person(&a).max(person(&b)).max(person(&c))
            })
        };
        prop_assert_eq!(held(&merged), strongest(&[]));
        if [&a, &b, &c].iter().any(|it| !it.is_empty()) {
            prop_assert_eq!(held(&spoken), strongest(&later));
        }
        // What was merged and spoken to since can be merged and stored again.
        prop_assert_eq!(held(&Consents::merge(&spoken, &Consents::default())), held(&spoken));
        let text = serde_json::to_string(&spoken).expect("text");
        prop_assert_eq!(&serde_json::from_str::<Consents>(&text).expect("consents"), &spoken);
    }

    #[test]
    fn wishes_and_suppressions_commute_too(times in prop::collection::vec((0i64..5, 0u32..4), 0..6)) {
        let wishes = |(at, n): &(i64, u32)| Wishes {
            at: Timestamp(*at),
            limit: Some((*n, Span::DAY)),
            ..Wishes::default()
        };
        let closed = |(at, n): &(i64, u32)| Suppression {
            address: Identifier::email(ADDRESSES[*n as usize % 2]),
            reason: [Reason::Bounced, Reason::Complained][*n as usize / 2],
            at: Timestamp(*at),
        };
        let (mut forth, mut back) = (Consents::default(), Consents::default());
        times.iter().for_each(|it| { forth.set_wishes(wishes(it)); forth.suppress(closed(it)); });
        times.iter().rev().for_each(|it| { back.set_wishes(wishes(it)); back.suppress(closed(it)); });
        prop_assert_eq!(forth, back);
    }
}

#[test]
fn a_yes_that_expired_is_as_if_it_had_not_been_said() {
    let mut consents = Consents::default();
    let news = Topic::from("news");
    let yes = |at, end: Option<i64>| Statement {
        expires: end.map(Timestamp),
        ..statement(ConsentState::Granted, Timestamp(at))
    };
    consents.record(statement(ConsentState::Withdrawn, Timestamp(1)));
    consents.record(yes(5, Some(20)));
    let state = |consents: &Consents, now| {
        consents.state(Purpose::Marketing, Channel::Email, &news, None, Timestamp(now))
    };
    assert_eq!(state(&consents, 19), Some(ConsentState::Granted));
    assert_eq!(consents.next_expiry(Timestamp(19)), Some(Timestamp(20)));
    assert_eq!(state(&consents, 20), Some(ConsentState::Withdrawn));
    consents.record(yes(25, None));
    assert_eq!(state(&consents, 30), Some(ConsentState::Granted));
    consents.record(yes(40, Some(50)));
    assert_eq!(state(&consents, 50), None);
    // Nothing of what was said is lost.
    let said: Vec<i64> = consents.history().iter().map(|it| it.at.0).collect();
    assert_eq!(said, [1, 5]);
}

#[test]
fn a_request_that_expires_takes_no_yes_back() {
    let mut consents = Consents::default();
    consents.record(statement(ConsentState::Granted, Timestamp(1)));
    let asked = statement(ConsentState::Unconfirmed, Timestamp(2));
    consents.record(Statement { expires: Some(Timestamp(NOW.0 + 1)), ..asked });
    assert!(consents.allows(Channel::Email, &Topic::from("news"), NOW));
}

#[test]
fn mails_that_somebody_asks_for_are_few() {
    let mut consents = Consents::default();
    let (ada, bob) = (Identifier::email("a@example.com"), Identifier::email("b@example.com"));
    let mut may = |who: &Identifier, at| {
        consents.may_ask(who, Request::Link, Timestamp(at), &[(2, Span(10)), (4, Span(100))])
    };
    assert_eq!([may(&ada, 0), may(&ada, 5), may(&ada, 9)], [true, true, false]);
    assert_eq!([may(&bob, 9), may(&ada, 10), may(&ada, 14)], [true, true, false]);
    assert_eq!(
        [may(&ada, 20), may(&ada, 40), may(&ada, 99), may(&ada, 100)],
        [true, false, false, true]
    );
}

#[test]
fn a_withdrawal_from_everything_holds_until_a_later_yes() {
    let mut consents = Consents::default();
    let offers = Topic::from("offers");
    let mut say = |state, channel, at| {
        consents.record(Statement { channel, ..statement(state, Timestamp(at)) });
        (consents.allows(Channel::Email, &offers, NOW), consents.allows(Channel::Sms, &offers, NOW))
    };
    assert_eq!(say(ConsentState::Granted, Some(Channel::Email), 1), (true, false));
    assert_eq!(say(ConsentState::Withdrawn, None, 5), (false, false));
    // A yes said earlier and heard later changes nothing.
    assert_eq!(say(ConsentState::Granted, Some(Channel::Email), 4), (false, false));
    assert_eq!(say(ConsentState::Unconfirmed, Some(Channel::Email), 6), (false, false));
    assert_eq!(say(ConsentState::Granted, Some(Channel::Email), 7), (true, false));
    // Somebody typing the address into a form again takes nothing back.
    assert_eq!(say(ConsentState::Unconfirmed, Some(Channel::Email), 9), (true, false));
}

#[test]
fn a_broad_yes_leaves_an_earlier_no_to_one_topic() {
    let mut consents = Consents::default();
    let offers = Some(Topic::from("offers"));
    let no = statement(ConsentState::Withdrawn, Timestamp(1));
    consents.record(Statement { topic: offers.clone(), ..no });
    consents.record(statement(ConsentState::Granted, Timestamp(2)));
    assert!(!consents.allows(Channel::Email, &Topic::from("offers"), NOW));
    assert!(consents.allows(Channel::Email, &Topic::from("news"), NOW));
    consents.record(Statement { topic: offers, ..statement(ConsentState::Granted, Timestamp(3)) });
    assert!(consents.allows(Channel::Email, &Topic::from("offers"), NOW));
}

#[test]
fn consent_for_an_address_stays_with_that_address() {
    let mut consents = Consents::default();
    let [a, b] = ADDRESSES.map(Identifier::email);
    let yes = statement(ConsentState::Granted, Timestamp(1));
    consents.record(Statement { address: Some(a.clone()), ..yes });
    let state = |consents: &Consents, address| {
        consents.state(Purpose::Marketing, Channel::Email, &Topic::from("news"), Some(address), NOW)
    };
    assert_eq!(state(&consents, &a), Some(ConsentState::Granted));
    assert_eq!(state(&consents, &b), None);
    // Also when the persons of the two addresses turn out to be one.
    let merged = Consents::merge(&consents, &Consents::default());
    assert_eq!(state(&merged, &b), None);
    assert!(merged.allows(Channel::Email, &Topic::from("news"), NOW));
}

#[test]
fn a_no_before_a_merge_is_not_lifted_by_the_yes_of_the_other() {
    let no = recorded(&[statement(ConsentState::Withdrawn, Timestamp(1))]);
    let yes = Statement {
        channel: Some(Channel::Email),
        ..statement(ConsentState::Granted, Timestamp(9))
    };
    let mut merged = Consents::merge(&no, &recorded(std::slice::from_ref(&yes)));
    assert!(!merged.allows(Channel::Email, &Topic::from("news"), NOW));
    merged.record(Statement { at: Timestamp(10), ..yes });
    assert!(merged.allows(Channel::Email, &Topic::from("news"), NOW));
}

#[test]
fn at_a_merge_each_stricter_wish_holds() {
    let wishes = |at, off, limit, paused| Wishes {
        at: Timestamp(at),
        channels_off: ChannelSet::EMPTY.with(off),
        limit,
        paused_until: paused,
        ..Wishes::default()
    };
    let (mut a, mut b) = (Consents::default(), Consents::default());
    a.set_wishes(wishes(1, Channel::Sms, Some((2, Span::DAY)), None));
    b.set_wishes(wishes(2, Channel::Push, Some((7, Span::WEEK)), Some(Timestamp(50))));
    let merged = Consents::merge(&a, &b);
    assert_eq!(merged, Consents::merge(&b, &a));
    let wishes = merged.wishes();
    assert_eq!(wishes.channels_off, [Channel::Sms, Channel::Push].into_iter().collect());
    assert_eq!(wishes.limit, Some((7, Span::WEEK)));
    assert_eq!(wishes.paused_until, Some(Timestamp(50)));
}

#[test]
fn an_opt_out_from_transactional_messages_stops_them_but_one_topic_does_not() {
    let ends = |topic: Option<&str>| {
        let mut case =
            super::cases::Case::read("address email\nm1 service 1 email purpose=transactional");
        case.consents.record(Statement {
            purpose: Purpose::Transactional,
            topic: topic.map(Topic::from),
            ..statement(ConsentState::Withdrawn, Timestamp(0))
        });
        case.arbitrated()
    };
    assert_eq!(ends(None), "m1 end suppressed withdrawn: withdrawn");
    assert_eq!(ends(Some("offers")), "m1 plan email 2026-11-24T12:00:00Z: planned");
    // A later no to one topic does not hide an earlier one to everything.
    let mut consents = Consents::default();
    let mut say = |topic: Option<&str>, at| {
        let topic = topic.map(Topic::from);
        consents.record(Statement { topic, ..statement(ConsentState::Withdrawn, Timestamp(at)) });
    };
    say(None, 1);
    say(Some("offers"), 2);
    let topic = Topic::from("offers");
    let decides = consents.deciding(Purpose::Marketing, Channel::Email, &topic, None, NOW);
    assert_eq!(decides.map(|it| it.at), Some(Timestamp(1)));
    // Nobody has to say yes to them.
    check_bare(
        "address email\nm1 service 1 email purpose=transactional",
        "m1 plan email 2026-11-24T12:00:00Z: planned",
    );
}

#[test]
fn a_closed_address_opens_again_by_hand_only_and_never_after_an_erase() {
    let mut consents = Consents::default();
    let email = address(Channel::Email);
    for reason in [Reason::Bounced, Reason::Erased] {
        consents.suppress(Suppression { address: email.clone(), reason, at: Timestamp(1) });
    }
    assert!(consents.lift_suppression(&email, Reason::Bounced));
    assert!(!consents.lift_suppression(&email, Reason::Bounced));
    assert!(!consents.lift_suppression(&email, Reason::Erased));
    assert_eq!(consents.suppression(&email).map(|it| it.reason), Some(Reason::Erased));
}

#[test]
fn pages_show_what_is_in_force_in_a_readable_order() {
    let mut consents = Consents::default();
    let say = |state, channel, topic: Option<&str>, at| Statement {
        channel,
        topic: topic.map(Topic::from),
        source: "form".to_owned(),
        ..statement(state, Timestamp(at))
    };
    consents.record(say(ConsentState::Withdrawn, Some(Channel::Sms), None, 4));
    consents.record(say(ConsentState::Granted, Some(Channel::Email), Some("offers"), 3));
    consents.record(say(ConsentState::Withdrawn, Some(Channel::Email), Some("offers"), 9));
    consents.record(say(ConsentState::Granted, Some(Channel::Email), None, 2));
    let show = |it: &&Statement| {
        let channel = it.channel.map_or("all", Channel::name);
        let topic = it.topic.as_ref().map_or("all", Topic::as_str);
        format!("{channel} {topic} {}", it.state)
    };
    let listing: Vec<String> = consents.listing(NOW).iter().map(show).collect();
    assert_eq!(listing, ["email all granted", "email offers withdrawn", "sms all withdrawn"]);

    consents.set_wishes(Wishes {
        at: Timestamp(1),
        channels_off: ChannelSet::EMPTY.with(Channel::Push),
        limit: Some((2, Span::WEEK)),
        quiet_hours: Some(QuietHours { from: 22 * 60, to: 7 * 60 }),
        paused_until: Some(time("2026-12-01")),
        zone: None,
    });
    let topics: Vec<Topic> = TOPICS.iter().map(|it| Topic::from(*it)).collect();
    let addresses = BTreeMap::from([(Channel::Email, address(Channel::Email))]);
    let channels = [Channel::Email, Channel::Push, Channel::Sms, Channel::Onsite];
    let summary =
        consents.preference_summary(channels.into_iter().collect(), &topics, &addresses, NOW);
    assert!(!summary.unsubscribed_from_all);
    assert_eq!(
        summary.to_string(),
        "email: news yes, offers no\n\
         push: off\n\
         onsite: news not asked, offers not asked\n\
         sms: news no, offers no\n\
         at most 2 per 7d\n\
         quiet 22:00-07:00\n\
         paused until 2026-12-01T00:00:00Z\n"
    );
    consents.record(say(ConsentState::Withdrawn, None, None, 20));
    let summary = consents.preference_summary(ChannelSet::all(), &topics, &addresses, NOW);
    assert!(summary.unsubscribed_from_all);
}

#[test]
fn what_is_stored_is_compact() {
    assert_eq!(serde_json::to_string(&Consents::default()).expect("text"), "{}");
    assert_eq!(serde_json::to_string(&Contacts::default()).expect("text"), "{}");
    let consents = recorded(&[statement(ConsentState::Granted, Timestamp(5))]);
    assert_eq!(
        serde_json::to_string(&consents).expect("text"),
        r#"{"statements":[{"purpose":"marketing","state":"granted","at":5}]}"#
    );
    let mut contacts = Contacts::default();
    let (message, topic) = (MessageId(7), Topic::from("news"));
    let (at, channel, kind) = (Timestamp(5), Channel::Email, SlotKind::Sent);
    contacts.reserve(Slot { owner: String::new(), at, message, channel, topic, kind });
    assert_eq!(
        serde_json::to_string(&contacts).expect("text"),
        r#"{"slots":[{"at":5,"message":7,"channel":"email","topic":"news"}]}"#
    );
    let policy = serde_json::to_string(&Policy::default()).expect("text");
    assert_eq!(serde_json::from_str::<Policy>(&policy).expect("a policy"), Policy::default());
    assert_eq!(serde_json::from_str::<Policy>("{}").expect("a policy"), Policy::default());
}

#[test]
fn beyond_the_limit_the_oldest_yes_is_forgotten_and_never_a_no() {
    let mut consents = Consents::default();
    let no = statement(ConsentState::Withdrawn, Timestamp(0));
    consents.record(Statement { topic: Some(Topic::from("t0")), ..no });
    for n in 1..=STATEMENTS_MAX as i64 {
        let yes = statement(ConsentState::Granted, Timestamp(n));
        consents.record(Statement { topic: Some(Topic::new(format!("t{n}"))), ..yes });
    }
    let state = |n: usize| {
        let topic = Topic::new(format!("t{n}"));
        consents.state(Purpose::Marketing, Channel::Email, &topic, None, NOW)
    };
    assert_eq!(state(0), Some(ConsentState::Withdrawn));
    assert_eq!(state(1), None);
    assert_eq!(state(2), Some(ConsentState::Granted));
    let long = "é".repeat(WORDING_CHARS_MAX + 1);
    let mut consents = Consents::default();
    consents.record(Statement { wording: long, ..statement(ConsentState::Granted, Timestamp(0)) });
    assert_eq!(consents.listing(NOW)[0].wording.chars().count(), WORDING_CHARS_MAX);
}
