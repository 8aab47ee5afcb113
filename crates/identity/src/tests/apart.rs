//! Two persons whose merge was undone, and whose each identifier and event is.

use super::world::{identifier_of, identifiers_of, letter_of};
use crate::*;
use model::{Identifier, MergeId, PersonId, Timestamp};

/// A person known by these letters, with the halves of undone merges: `UK j1s j2a`.
fn person(text: &str) -> Known {
    let mut words = text.split(' ');
    let mut known = Known::new(Timestamp(1));
    for letter in words.next().unwrap_or_default().chars() {
        known.join(identifier_of(letter), Timestamp(1));
    }
    for word in words {
        let half = if word.ends_with('s') { Half::Survivor } else { Half::Absorbed };
        let merge: MergeId = word[..word.len() - 1].parse().expect("a merge");
        known.apart.insert(merge, half);
    }
    known
}

/// What an event with these identifiers does, where these persons are.
fn check(persons: &[&str], event: &str, expected: &str) {
    let known: Vec<Known> = persons.iter().map(|it| person(it)).collect();
    let claims: Vec<Claim> = (known.iter().enumerate())
        .map(|(n, known)| Claim { person: PersonId(n as u64 + 1), known })
        .collect();
    let (own, alias) = identifiers_of(event);
    let found = resolve(&own, alias.as_ref(), &claims, &Rules::default());
    let mut text = match &found.outcome {
        Outcome::Create => "create".to_owned(),
        Outcome::Use(person) => format!("use {person}"),
        Outcome::Merge { survivor, absorbed } => format!("{survivor} takes {absorbed:?}"),
        Outcome::Nobody => "nobody".to_owned(),
    };
    for (identifier, refusal) in &found.refused {
        text += &format!("; not {}: {refusal}", letter_of(identifier));
    }
    assert_eq!(text, expected, "for {persons:?} and `{event}`");
}

#[test]
fn two_who_were_parted_do_not_become_one_by_any_event() {
    let refused = "use p1; not K: it belongs to p2, from whom merge j1 was undone";
    check(&["U j1s", "K j1a"], "UK", refused);
    check(&["U j1s", "K j1a"], "U<K", refused);
    check(&["E j1s", "K j1a"], "EK", refused);
    check(&["E j1a", "K j1s"], "EK", refused);
}

#[test]
fn those_whom_they_were_merged_with_since_are_kept_apart_as_well() {
    // Halves of several merges come together in one person.
    check(
        &["U j1s", "K j2s j1a"],
        "UK",
        "use p1; not K: it belongs to p2, from whom merge j1 was undone",
    );
    // A third person bridges nothing: they go with the first.
    check(
        &["U j1s", "E", "K j1a"],
        "UEK",
        "p1 takes [p2]; not K: it belongs to p3, from whom merge j1 was undone",
    );
    let merged = Known::merge(&person("U j1s"), &person("E j2a"));
    assert_eq!(merged.kept_apart(&person("K j1a")), Some(MergeId(1)));
    assert_eq!(merged.kept_apart(&person("K j2s")), Some(MergeId(2)));
    assert_eq!(merged.kept_apart(&person("K j3s")), None);
}

#[test]
fn the_same_half_of_a_merge_is_kept_apart_from_nobody_else() {
    check(&["U j1s", "K j2a"], "UK", "p1 takes [p2]");
    check(&["U", "K j1a"], "UK", "p1 takes [p2]");
}

/// The survivor is known by `survivor`, the absorbed by `absorbed`; then events, and what each of
/// the two is known by after an undo.
fn check_halves(survivor: &str, absorbed: &str, events: &str, expected: &str) {
    let (survivor, absorbed) = (person(survivor), person(absorbed));
    let mut merged = Known::merge(&survivor, &absorbed);
    let record = MergeRecord {
        at: Timestamp(5),
        survivor: PersonId(1),
        absorbed: PersonId(2),
        by: Identifier::anonymous_id("k"),
        cause: String::new(),
        survivor_known: survivor,
        absorbed_known: absorbed,
    };
    let events: Vec<Vec<Identifier>> = events.split(';').map(|it| identifiers_of(it).0).collect();
    events.iter().flatten().for_each(|it| merged.join(it.clone(), Timestamp(9)));
    let mut halves = Halves::new(&record);
    let whose: Vec<&str> = events
        .iter()
        .map(|event| match halves.take(event, &merged) {
            Some(Half::Survivor) => "s",
            Some(Half::Absorbed) => "a",
            None => "-",
        })
        .collect();
    let letters = |known: &Known| known.identifiers.keys().map(letter_of).collect::<String>();
    let (one, other) = halves.known(&record, &merged);
    assert_eq!(format!("{}: {} {}", whose.join(""), letters(&one), letters(&other)), expected);
}

#[test]
fn an_event_is_whose_strongest_identifier_it_carries() {
    check_halves("U", "K", "UK; K; U", "sas: U K");
    check_halves("U", "EK", "EK; UE", "as: U EK");
}

#[test]
fn a_new_identifier_follows_the_event_that_brought_it_and_takes_others_along() {
    check_halves("U", "K", "EK; FE; PE; UL", "aaas: UL EFPK");
    // A stranger's identifier at first says nothing; the one beside it does.
    check_halves("E", "K", "UK; UL", "aa: E UKL");
}

#[test]
fn what_no_event_explains_stays_with_the_survivor() {
    check_halves("U", "K", "L; M", "--: ULM K");
}

#[test]
fn what_was_allowed_while_they_were_one_stays_allowed() {
    let record = |survivor: &str, absorbed: &str| MergeRecord {
        at: Timestamp(5),
        survivor: PersonId(1),
        absorbed: PersonId(2),
        by: Identifier::anonymous_id("k"),
        cause: String::new(),
        survivor_known: person(survivor),
        absorbed_known: person(absorbed),
    };
    let record = record("U j1s", "K j2a j3a");
    let mut merged = Known::merge(&record.survivor_known, &record.absorbed_known);
    merged.apart.remove(&MergeId(2));
    let (one, other) = Halves::new(&record).known(&record, &merged);
    assert_eq!(one.apart.keys().collect::<Vec<_>>(), [&MergeId(1)]);
    assert_eq!(other.apart.keys().collect::<Vec<_>>(), [&MergeId(3)]);
}
