//! What is written can be read back, whatever it holds.

use super::made;
use crate::person::{self, Stored};
use crate::{Fact, LogRecord};
use model::{Event, EventFlags, EventKind, Identifier, IdentifierKind, Map, PersonId};
use model::{SourceId, Timestamp, Value};
use port::{LogPosition, Person, Recent};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        // JSON knows no infinity; collection lets none in.
        any::<f64>().prop_filter("finite", |it| it.is_finite()).prop_map(Value::Number),
        ".{0,12}".prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::btree_map(".{0,6}", inner, 0..4).prop_map(Value::Map),
        ]
    })
}

fn map() -> impl Strategy<Value = Map> {
    prop::collection::btree_map(".{0,8}", value(), 0..5)
}

fn kind() -> impl Strategy<Value = EventKind> {
    let text = || ".{0,12}";
    prop_oneof![
        text().prop_map(|name| EventKind::Track { name }),
        Just(EventKind::Identify),
        text().prop_map(|name| EventKind::Page { name }),
        text().prop_map(|name| EventKind::Screen { name }),
        text().prop_map(|group_id| EventKind::Group { group_id }),
        text().prop_map(|previous_id| EventKind::Alias { previous_id }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let id = || proptest::option::of(".{0,12}");
    let times = (any::<i64>(), any::<i64>(), any::<bool>(), any::<bool>());
    (".{0,6}", id(), kind(), id(), id(), map(), map(), times).prop_map(
        |(source, message_id, kind, user_id, anonymous_id, properties, context, times)| Event {
            source: SourceId(source),
            message_id,
            kind,
            user_id,
            anonymous_id,
            properties,
            context,
            time: Timestamp(times.0),
            received: Timestamp(times.1),
            flags: EventFlags { clock: times.2, historical: times.3 },
        },
    )
}

fn identifier() -> impl Strategy<Value = Identifier> {
    let kind = prop::sample::select(IdentifierKind::ALL.to_vec());
    (kind, ".{1,12}").prop_map(|(kind, value)| Identifier::new(kind, &value))
}

proptest! {
    #[test]
    fn a_row_of_the_history_gives_its_fact_back(
        event in event(),
        named in proptest::option::of(any::<u64>()),
        owner in proptest::option::of(any::<u64>()),
        has_acts in any::<bool>(),
        at in any::<u64>(),
    ) {
        let acts = if has_acts { made::acts() } else { Vec::new() };
        let fact = Fact { event, person: named.map(PersonId), acts };
        let row = crate::history::row_of(LogPosition(at), owner.map(PersonId), fact.clone());
        prop_assert_eq!(row.event.as_ref(), fact.event.name());
        prop_assert_eq!((row.position.0, row.person.map(|it| it.0)), (at, owner));
        prop_assert_eq!(crate::history::fact_of(&row).expect("a fact"), fact);
    }

    #[test]
    fn facts(event in event(), person in proptest::option::of(any::<u64>())) {
        let fact = Fact { person: person.map(PersonId), ..Fact::of(event) };
        let record = LogRecord::Fact(fact);
        prop_assert_eq!(LogRecord::decode(&record.encode()), Ok(record));
    }

    #[test]
    fn persons(
        identifiers in prop::collection::btree_map(identifier(), any::<i64>(), 0..6),
        traits in prop::collection::btree_map(".{0,8}", (value(), any::<i64>()), 0..6),
        recent in prop::collection::vec((any::<i64>(), any::<u64>()), 0..4),
    ) {
        let mut person = Person { open: Vec::new(), ..made::person() };
        for (identifier, at) in identifiers {
            person.known.join(identifier, Timestamp(at));
        }
        for (name, (value, at)) in traits {
            person.profile.set_trait(name, value, Timestamp(at));
        }
        let recent = recent.into_iter();
        person.recent = recent
            .map(|(at, position)| Recent { at: Timestamp(at), position: LogPosition(position) })
            .collect();
        let stored = Stored {
            hot: person::hot(&person),
            traits: person::traits(&person),
            consents: person::consents(&person),
            contacts: person::contacts(&person),
            runs: person::runs(&person),
            learned: person::learned(&person),
        };
        prop_assert_eq!(person::read(person.id, &stored), Ok(person));
    }

    /// Whatever the disk gives back after damage: an error, and no panic.
    #[test]
    fn damaged_bytes_are_an_error(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let whole = made::records().remove(1).1.encode();
        let mut bytes = whole.clone();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = LogRecord::decode(&bytes);
        prop_assert!(LogRecord::decode(&whole[..place]).is_err());
    }
}
