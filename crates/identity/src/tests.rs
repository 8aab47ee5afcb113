//! Text in, text out for the rules, and a slow reference compared on random sequences of events.

use crate::*;
use model::{Identifier, IdentifierKind, PersonId, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;

mod apart;
mod reference;
mod world;

use reference::Reference;
use world::{World, identifiers_of};

#[test]
fn an_anonymous_visitor_who_signs_in_keeps_their_history() {
    check("K", "p1 create +K");
    check("K; K", "p1 create +K; p1 use");
    check("K; U K", "p1 create +K; p1 use +U");
    check("K; U E K", "p1 create +K; p1 use +U +E");
    check("K; E K; U E", "p1 create +K; p1 use +E; p1 use +U");
}

#[test]
fn the_known_person_survives_a_merge_with_an_older_anonymous_one() {
    // "The anonymous profile wins the merge and the known id is gone": the visitor is older, and
    // still it is the person with the user id that is kept, with every identifier of both.
    check("K; U; U K", "p1 create +K; p2 create +U; p2 merge p1 by K");
    check("K; E K; U; U E", "p1 create +K; p1 use +E; p2 create +U; p2 merge p1 by E");
    let world = World::of("K; U; U K");
    assert_eq!(world.show(), "p2{U K}");
}

#[test]
fn of_two_anonymous_persons_the_older_survives() {
    check("K; L; E K; E L", "p1 create +K; p2 create +L; p1 use +E; p1 merge p2 by L");
    check("K; L; E L; E K", "p1 create +K; p2 create +L; p2 use +E; p1 merge p2 by E");
}

#[test]
fn several_persons_merge_at_once() {
    check("K; E; U; U E K", "p1 create +K; p2 create +E; p3 create +U; p3 merge p2 by E, p1 by K");
}

#[test]
fn two_users_on_a_shared_device_stay_two() {
    // The cookie stays with whom it belonged; what the second user does goes to the second user.
    check(
        "U K; V K; V K; K",
        "p1 create +U +K; p2 create +V -K:other_user; p2 use -K:other_user; p1 use",
    );
    // A visitor's cookie goes to the first who signs in, and no further.
    check("K; U K; V K", "p1 create +K; p1 use +U; p2 create +V -K:other_user");
}

#[test]
fn two_users_with_a_shared_inbox_or_phone_stay_two() {
    check("U E; V E; E", "p1 create +U +E; p2 create +V -E:other_user; p1 use");
    check("U P; V P", "p1 create +U +P; p2 create +V -P:other_user");
    // Without a user id, the strongest identifier says whose event it is.
    check("U E; V K; E K; K", "p1 create +U +E; p2 create +V +K; p1 use -K:other_user; p2 use");
    // Between them stands a person without user id: they go with the first, and then no further.
    check(
        "K; U; V; U K; V K",
        "p1 create +K; p2 create +U; p3 create +V; p2 merge p1 by K; p3 use -K:other_user",
    );
}

#[test]
fn one_event_cannot_bridge_two_users_through_a_third_person() {
    check(
        "U E; K; V P; E P K",
        "p1 create +U +E; p2 create +K; p3 create +V +P; p1 merge p2 by K -P:other_user",
    );
}

#[test]
fn alias_joins_the_previous_id_with_the_user() {
    check("K; U<K", "p1 create +K; p1 use +U");
    check("K; U; U<K", "p1 create +K; p2 create +U; p2 merge p1 by K");
    check("U<K; K", "p1 create +U +K; p1 use");
    check("U<E; E", "p1 create +U +E; p1 use");
    // The call goes to the person it names even where the previous id has the higher rank.
    check("K; E; K<E", "p1 create +K; p2 create +E; p1 merge p2 by E");
}

#[test]
fn alias_never_joins_two_users() {
    check("U; V; V<U", "p1 create +U; p2 create +V; p2 use -U:other_user");
    check("U; V<U", "p1 create +U; p2 create +V -U:other_user");
    check("V; V<U", "p1 create +V; p1 use -U:second_user");
    check("U K; V; V<K", "p1 create +U +K; p2 create +V; p2 use -K:other_user");
}

#[test]
fn an_alias_alone_names_nobody() {
    let rules = Rules::default();
    let resolution =
        resolve(&[Identifier::user_id("null")], Some(&Identifier::anonymous_id("k")), &[], &rules);
    assert_eq!(resolution.outcome, Outcome::Nobody);
    assert!(resolution.join.is_empty());
}

#[test]
fn the_previous_id_of_an_alias_is_taken_for_what_it_is_known_as() {
    let known_by = |identifier: &Identifier| {
        let mut known = Known::new(Timestamp(1));
        known.join(identifier.clone(), Timestamp(1));
        known
    };
    let check = |text: &str, owned: Option<Identifier>, expected: &str| {
        let known = owned.as_ref().map(known_by);
        let claims: Vec<Claim> =
            known.iter().map(|known| Claim { person: PersonId(1), known }).collect();
        let found =
            previous_identifier(text, &claims).map_or("none".to_owned(), |it| it.to_string());
        assert_eq!(found, expected, "for `{text}`");
    };
    check("k1", None, "anonymous_id:k1");
    check("k1", Some(Identifier::anonymous_id("k1")), "anonymous_id:k1");
    check("42", Some(Identifier::user_id("42")), "user_id:42");
    check("Ada@Shop.example", None, "email:ada@shop.example");
    check(
        "ada@shop.example",
        Some(Identifier::user_id("ada@shop.example")),
        "user_id:ada@shop.example",
    );
    check("  ", None, "none");
}

#[test]
fn placeholders_are_nobodys_identifier() {
    let rules = Rules::default();
    let check = |text: &str, expected: &str| {
        let identifier: Identifier = text.parse().expect("an identifier");
        let found = rules.refuses(&identifier).map_or("ok", |it| it.code());
        assert_eq!(found, expected, "for `{text}`");
    };
    for blocked in [
        "user_id:null",
        "user_id:NULL",
        "user_id:undefined",
        "user_id:None",
        "user_id:0",
        "user_id:",
        "user_id:Anonymous",
        "user_id:guest",
        "user_id:unknown",
        "user_id:NaN",
        "user_id:[object Object]",
        "user_id:{{ user.id }}",
        "user_id:${userId}",
        "anonymous_id:00000000-0000-0000-0000-000000000000",
        "device_token:0000000000000000",
        "email:test@shop.example",
        "email:Test@Shop.Example",
        "email:null",
        "email:%EMAIL%",
        "email:*|EMAIL|*",
        "email:noreply@shop.example",
        "phone:+000000000",
        "phone:+1 111 111 1111",
        "phone:1234567890",
    ] {
        check(blocked, "blocked");
    }
    for malformed in ["email:ada", "email:@shop.example", "email:ada@", "email:a b@c", "phone:112"]
    {
        check(malformed, "malformed");
    }
    check(&format!("user_id:{}", "x".repeat(VALUE_BYTES_MAX + 1)), "too_long");
    for good in [
        "user_id:42",
        "user_id:1",
        "user_id:nullable",
        "user_id:test",
        "user_id:100%",
        "email:tester@shop.example",
        "email:ada+test@shop.example",
        "email:\"a@b\"@shop.example",
        "phone:+31612345678",
        "anonymous_id:0f0e0000-0000-4000-8000-000000000000",
    ] {
        check(good, "ok");
    }
}

#[test]
fn an_event_with_only_placeholders_belongs_to_nobody() {
    let rules = Rules::default();
    let resolution =
        resolve(&[Identifier::user_id("null"), Identifier::anonymous_id("0")], None, &[], &rules);
    assert_eq!(resolution.outcome, Outcome::Nobody);
    let codes: Vec<&str> = resolution.refused.iter().map(|(_, it)| it.code()).collect();
    assert_eq!(codes, ["blocked", "blocked"]);
    assert_eq!(resolve(&[], None, &[], &rules).outcome, Outcome::Nobody);
}

#[test]
fn a_desk_that_signs_up_visitors_does_not_become_one_person() {
    // Limit in these tests: two e-mail addresses, two cookies.
    check(
        "E K; F K; G K; G; K",
        "p1 create +E +K; p1 use +F; p2 create +G -K:limit; p2 use; p1 use",
    );
    // Two persons who together would be beyond the limit stay two.
    check("E K; F K; G L; K<L", "p1 create +E +K; p1 use +F; p2 create +G +L; p1 use -L:limit");
}

#[test]
fn a_full_kind_refuses_the_new_identifier_and_drops_no_old_one() {
    check(
        "U K; U L; U M; K; M",
        "p1 create +U +K; p1 use +L; p1 use -M:limit; p1 use; p2 create +M",
    );
}

#[test]
fn a_lowered_limit_takes_nothing_away() {
    let mut known = Known::new(Timestamp(1));
    for value in ["a@x.example", "b@x.example", "c@x.example"] {
        known.join(Identifier::email(value), Timestamp(1));
    }
    let claims = [Claim { person: PersonId(1), known: &known }];
    let mut rules = Rules::default();
    rules.limits.email = 1;
    let event = [Identifier::email("b@x.example"), Identifier::anonymous_id("k")];
    let resolution = resolve(&event, None, &claims, &rules);
    assert_eq!(resolution.outcome, Outcome::Use(PersonId(1)));
    assert_eq!(resolution.join, [Identifier::anonymous_id("k")]);
}

#[test]
fn identifiers_that_repeat_within_an_event_count_once() {
    check("K K", "p1 create +K");
    check("U E K E U", "p1 create +U +E +K");
}

#[test]
fn a_second_user_id_in_one_event_is_refused() {
    check("U V", "p1 create +U -V:second_user");
    check("V; U V", "p1 create +V; p2 create +U -V:other_user");
}

#[test]
fn of_two_owners_of_one_identifier_the_older_is_believed() {
    // A directory must not say so; if it ever does, the answer does not depend on the order.
    let mut known = Known::new(Timestamp(1));
    known.join(Identifier::anonymous_id("k"), Timestamp(1));
    let claim = |person| Claim { person: PersonId(person), known: &known };
    for claims in [[claim(1), claim(2)], [claim(2), claim(1)]] {
        let event = [Identifier::anonymous_id("k")];
        let resolution = resolve(&event, None, &claims, &Rules::default());
        assert_eq!(resolution.outcome, Outcome::Use(PersonId(1)));
    }
}

#[test]
fn a_merge_record_holds_both_persons_as_they_were() {
    let known = |created: i64, entries: &[&str]| {
        let mut known = Known::new(Timestamp(created));
        for text in entries {
            known.join(text.parse().expect("an identifier"), Timestamp(created));
        }
        known
    };
    let visitor = known(10, &["anonymous_id:k"]);
    let reader = known(20, &["email:ada@shop.example"]);
    let user = known(30, &["user_id:42"]);
    let claims = [
        Claim { person: PersonId(1), known: &visitor },
        Claim { person: PersonId(2), known: &reader },
        Claim { person: PersonId(3), known: &user },
    ];
    let event =
        identifiers(&["user_id:42", "email:ada@shop.example", "anonymous_id:k", "phone:+316123"]);
    let resolution = resolve(&event, None, &claims, &Rules::default());
    let records = resolution.merges(&claims, Timestamp(99));
    let shown: Vec<String> = records
        .iter()
        .map(|it| {
            format!(
                "{} takes {} by {} at {}: {}",
                it.survivor, it.absorbed, it.by, it.at.0, it.cause
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "p3 takes p2 by email:ada@shop.example at 99: one event carried user_id and email",
            "p3 takes p1 by anonymous_id:k at 99: one event carried user_id and anonymous_id",
        ]
    );
    assert_eq!((&records[0].survivor_known, &records[0].absorbed_known), (&user, &reader));
    assert_eq!(records[1].survivor_known, Known::merge(&user, &reader));
    assert_eq!(records[1].absorbed_known, visitor);
    // The identifier that joined with the same event is in neither frozen record: it came later.
    let after = resolution.known(&claims, Timestamp(99)).expect("a person");
    assert_eq!(after.identifiers.len(), 4);
    assert_eq!(after.created, Timestamp(10));
    assert_eq!(after.identifiers[&Identifier::anonymous_id("k")], Timestamp(10));
    let text = serde_json::to_string(&records).expect("records are plain data");
    assert_eq!(serde_json::from_str::<Vec<MergeRecord>>(&text).expect("its own text"), records);
}

#[test]
fn what_is_known_is_stored_as_a_short_list() {
    let mut known = Known::new(Timestamp(5));
    assert_eq!(serde_json::to_string(&known).expect("plain data"), r#"{"created":5}"#);
    known.join(Identifier::user_id("42"), Timestamp(7));
    known.join(Identifier::email("ada@shop.example"), Timestamp(8));
    let text = r#"{"created":5,"identifiers":[["user_id","42",7],["email","ada@shop.example",8]]}"#;
    assert_eq!(serde_json::to_string(&known).expect("plain data"), text);
    assert_eq!(serde_json::from_str::<Known>(text).expect("its own text"), known);
    assert_eq!(
        serde_json::from_str::<Known>(r#"{"created":5}"#).expect("an absent list is an empty one"),
        Known::new(Timestamp(5))
    );
}

#[test]
fn of_several_addresses_the_latest_is_the_best() {
    let mut known = Known::new(Timestamp(1));
    known.join(Identifier::email("z@shop.example"), Timestamp(1));
    known.join(Identifier::email("a@shop.example"), Timestamp(2));
    known.join(Identifier::email("z@shop.example"), Timestamp(3));
    known.join(Identifier::anonymous_id("k"), Timestamp(9));
    let best = known.best(IdentifierKind::Email).map(|it| it.value.as_str());
    assert_eq!(best, Some("a@shop.example"));
    assert_eq!(known.best(IdentifierKind::Phone), None);
    assert_eq!(known.user_id(), None);
}

#[test]
fn rules_are_read_from_configuration_and_unknown_words_are_errors() {
    let rules: Rules = serde_json::from_str(r#"{"limits": {"email": 3}}"#).expect("rules");
    assert_eq!(rules.limits, Limits { email: 3, ..Limits::default() });
    assert_eq!(rules.blocklist, Blocklist::default());
    assert!(serde_json::from_str::<Rules>(r#"{"limits": {"user_id": 2}}"#).is_err());
}

proptest! {
    /// The real rules and the reference agree after every event, on who is who and on what was
    /// refused; and what must hold, holds.
    #[test]
    fn any_sequence_of_events_gives_what_the_reference_gives(
        events in prop::collection::vec(any_event(), 1..40)
    ) {
        let mut world = World::new(world::small_rules());
        let mut reference = Reference::new(world::small_rules());
        let mut accepted = BTreeSet::new();
        for (identifiers, alias) in &events {
            let resolution = world.take(identifiers, alias.as_ref());
            let refused = reference.take(identifiers, alias.as_ref());
            let shown: Vec<_> = resolution.refused.iter().map(|(it, _)| it.clone()).collect();
            prop_assert_eq!(shown, refused);
            prop_assert_eq!(world.persons(), reference.persons());

            let everybody = world.persons();
            let mut seen = BTreeSet::new();
            for person in everybody.values() {
                let users = person.iter().filter(|it| it.kind == IdentifierKind::UserId).count();
                prop_assert!(users <= 1, "two user ids: {:?}", person);
                for identifier in person {
                    prop_assert!(seen.insert(identifier.clone()), "two persons own {:?}", identifier);
                }
            }
            accepted.extend(resolution.join.iter().cloned());
            prop_assert_eq!(&accepted, &seen, "an accepted identifier was lost");
            // An event that names a user goes to that user, always.
            let user = identifiers.iter().find(|it| it.kind == IdentifierKind::UserId);
            if let (Some(user), Some(person)) = (user, world.last) {
                prop_assert!(everybody[&person].contains(user));
            }
        }
    }

    #[test]
    fn the_order_of_the_claims_does_not_matter(
        events in prop::collection::vec(any_event(), 1..25), last in any_event()
    ) {
        let mut world = World::new(world::small_rules());
        for (identifiers, alias) in &events {
            world.take(identifiers, alias.as_ref());
        }
        let claims: Vec<Claim> =
            world.people.iter().map(|(person, known)| Claim { person: *person, known }).collect();
        let backwards: Vec<Claim> = claims.iter().rev().copied().collect();
        let (identifiers, alias) = &last;
        prop_assert_eq!(
            resolve(identifiers, alias.as_ref(), &claims, &world.rules),
            resolve(identifiers, alias.as_ref(), &backwards, &world.rules)
        );
    }

    /// Going back by the records gives exactly the persons of before, so nothing is missing in them.
    #[test]
    fn merge_records_suffice_to_go_back(events in prop::collection::vec(any_event(), 1..30)) {
        let mut world = World::new(world::small_rules());
        for (identifiers, alias) in &events {
            let before = world.people.clone();
            let records = world.take(identifiers, alias.as_ref()).merges_of(&before);
            let mut people = world.people.clone();
            for record in records.iter().rev() {
                people.insert(record.survivor, record.survivor_known.clone());
                people.insert(record.absorbed, record.absorbed_known.clone());
            }
            if !records.is_empty() {
                prop_assert_eq!(people, before);
            }
        }
    }

    #[test]
    fn no_text_whatever_breaks_the_rules(texts in prop::collection::vec(("\\PC*", 0usize..6), 0..8)) {
        let event: Vec<Identifier> = texts
            .iter()
            .map(|(text, kind)| Identifier::new(IdentifierKind::ALL[*kind], text))
            .collect();
        let resolution = resolve(&event, event.last(), &[], &Rules::default());
        prop_assert_eq!(resolution.outcome == Outcome::Nobody, resolution.join.is_empty());
    }
}

/// Events as the property tests use them: a few identifiers of each kind, so that they meet often.
fn any_event() -> impl Strategy<Value = (Vec<Identifier>, Option<Identifier>)> {
    let identifier = prop::sample::select("UVWEFGPQKLMN".chars().collect::<Vec<_>>())
        .prop_map(world::identifier_of);
    (prop::collection::vec(identifier.clone(), 1..4), prop::option::weighted(0.15, identifier))
}

fn identifiers(texts: &[&str]) -> Vec<Identifier> {
    texts.iter().map(|it| it.parse().expect("an identifier")).collect()
}

/// Events are separated by `;`, identifiers by spaces, and `U<K` is an alias of K to U. Shown for
/// each event: the person and what happened, `+` what joined, `-` what was refused and why.
fn check(events: &str, expected: &str) {
    let mut world = World::new(world::small_rules());
    let mut shown = Vec::new();
    for event in events.split(';') {
        let (identifiers, alias) = identifiers_of(event);
        let resolution = world.take(&identifiers, alias.as_ref());
        shown.push(show(&resolution, world.last));
    }
    assert_eq!(shown.join("; "), expected, "for events `{events}`");
}

fn show(resolution: &world::Taken, person: Option<PersonId>) -> String {
    let mut text = person.map_or("nobody".to_owned(), |it| it.to_string());
    match &resolution.outcome {
        Outcome::Create => text.push_str(" create"),
        Outcome::Use(_) => text.push_str(" use"),
        Outcome::Merge { .. } => {
            let by = |it: &Merger| format!("{} by {}", it.absorbed, world::letter_of(&it.by));
            let all: Vec<String> = resolution.mergers.iter().map(by).collect();
            let _ = write!(text, " merge {}", all.join(", "));
        }
        Outcome::Nobody => {}
    }
    for identifier in &resolution.join {
        let _ = write!(text, " +{}", world::letter_of(identifier));
    }
    for (identifier, refusal) in &resolution.refused {
        let _ = write!(text, " -{}:{}", world::letter_of(identifier), refusal.code());
    }
    text
}
