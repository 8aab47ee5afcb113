//! A small engine for the tests: carries out resolutions on persons kept in memory.

use crate::*;
use model::{Identifier, IdentifierKind, PersonId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

pub struct World {
    pub rules: Rules,
    pub people: BTreeMap<PersonId, Known>,
    /// The person of the last event.
    pub last: Option<PersonId>,
    now: i64,
    created: u64,
}

/// A resolution and when it was made.
pub struct Taken {
    resolution: Resolution,
    at: Timestamp,
}

impl Deref for Taken {
    type Target = Resolution;

    fn deref(&self) -> &Resolution {
        &self.resolution
    }
}

impl Taken {
    pub fn merges_of(&self, before: &BTreeMap<PersonId, Known>) -> Vec<MergeRecord> {
        self.resolution.merges(&claims_of(before), self.at)
    }
}

impl World {
    pub fn new(rules: Rules) -> World {
        World { rules, people: BTreeMap::new(), last: None, now: 0, created: 0 }
    }

    pub fn of(events: &str) -> World {
        let mut world = World::new(small_rules());
        for event in events.split(';') {
            let (identifiers, alias) = identifiers_of(event);
            world.take(&identifiers, alias.as_ref());
        }
        world
    }

    pub fn take(&mut self, identifiers: &[Identifier], alias: Option<&Identifier>) -> Taken {
        self.now += 1;
        let at = Timestamp(self.now);
        let claims = claims_of(&self.people);
        let resolution = resolve(identifiers, alias, &claims, &self.rules);
        let known = resolution.known(&claims, at);
        let person = match &resolution.outcome {
            Outcome::Nobody => None,
            Outcome::Create => {
                self.created += 1;
                Some(PersonId(self.created))
            }
            Outcome::Use(person) => Some(*person),
            Outcome::Merge { survivor, absorbed } => {
                for gone in absorbed {
                    self.people.remove(gone);
                }
                Some(*survivor)
            }
        };
        if let (Some(person), Some(known)) = (person, known) {
            self.people.insert(person, known);
        }
        self.last = person;
        Taken { resolution, at }
    }

    pub fn persons(&self) -> BTreeMap<PersonId, BTreeSet<Identifier>> {
        self.people
            .iter()
            .map(|(person, known)| (*person, known.identifiers.keys().cloned().collect()))
            .collect()
    }

    pub fn show(&self) -> String {
        let show = |(person, known): (&PersonId, &Known)| {
            let letters: Vec<String> =
                known.identifiers.keys().map(|it| letter_of(it).to_string()).collect();
            format!("{person}{{{}}}", letters.join(" "))
        };
        self.people.iter().map(show).collect::<Vec<_>>().join(" ")
    }
}

/// Limits that a short sequence of events can reach.
pub fn small_rules() -> Rules {
    let limits = Limits { email: 2, phone: 2, anonymous_id: 2, ..Limits::default() };
    Rules { limits, ..Rules::default() }
}

pub fn identifiers_of(event: &str) -> (Vec<Identifier>, Option<Identifier>) {
    let (own, alias) = event.split_once('<').map_or((event, None), |(a, b)| (a, Some(b)));
    let read = |text: &str| -> Vec<Identifier> {
        text.chars().filter(|c| !c.is_whitespace()).map(identifier_of).collect()
    };
    (read(own), alias.and_then(|it| read(it).pop()))
}

/// U to W are user ids, E to G addresses, P and Q phones, K to N cookies.
pub fn identifier_of(letter: char) -> Identifier {
    let kind = match letter {
        'U'..='W' => IdentifierKind::UserId,
        'E'..='G' => IdentifierKind::Email,
        'P' | 'Q' => IdentifierKind::Phone,
        'K'..='N' => IdentifierKind::AnonymousId,
        _ => panic!("no identifier is called {letter}"),
    };
    let value = match kind {
        IdentifierKind::Email => format!("{letter}@shop.example"),
        IdentifierKind::Phone => format!("+3161234{}", letter as u32),
        _ => format!("id-{letter}"),
    };
    Identifier::new(kind, &value)
}

pub fn letter_of(identifier: &Identifier) -> char {
    "UVWEFGPQKLMN".chars().find(|it| identifier_of(*it) == *identifier).unwrap_or('?')
}

fn claims_of(people: &BTreeMap<PersonId, Known>) -> Vec<Claim<'_>> {
    people.iter().map(|(person, known)| Claim { person: *person, known }).collect()
}
