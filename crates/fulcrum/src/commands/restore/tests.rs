//! What the end of a restored log may still do.

use super::*;
use model::{Event, EventFlags, EventKind, Map, SourceId, Timestamp};
use record::Fact;

fn fact(historical: bool) -> LogRecord {
    LogRecord::Fact(Fact::of(Event {
        source: SourceId::from("shop"),
        message_id: Some("e1".to_owned()),
        kind: EventKind::Track { name: "Order Completed".to_owned() },
        user_id: Some("u1".to_owned()),
        anonymous_id: None,
        properties: Map::new(),
        context: Map::new(),
        time: Timestamp(1),
        received: Timestamp(1),
        flags: EventFlags { historical, ..EventFlags::default() },
    }))
}

#[test]
fn events_stay_and_trigger_nothing() {
    assert_eq!(history_of(&fact(false).encode()), Some(fact(true).encode()));
}

#[test]
fn nothing_is_started_or_released_by_the_past() {
    let by = "somebody".to_owned();
    let resume = LogRecord::Control(Control::Resume { by: by.clone() }).encode();
    assert_eq!(history_of(&resume), None);
    let start = Control::Broadcast {
        name: model::CampaignName::from("spring"),
        action: record::log::BroadcastAction::Start,
        by: by.clone(),
    };
    assert_eq!(history_of(&LogRecord::Control(start).encode()), None);
    let apply = Control::Apply { files: std::collections::BTreeMap::new(), by, after: None };
    let apply = LogRecord::Control(apply).encode();
    assert_eq!(history_of(&apply), Some(apply));
}

#[test]
fn what_an_erased_person_did_is_no_history() {
    let keys = Keys { chance: model::ChanceKey([1; 32]), link: content::LinkKey([2; 32]) };
    let of = |user: &str, at: i64| {
        let hashes = [fingerprint(&keys, &model::Identifier::user_id(user))].into();
        Erasure { at: Timestamp(at), ids: [PersonId(7)].into(), hashes }
    };
    let record = fact(false).encode();
    assert!(is_of_erased(&record, &keys, &[of("u1", 5)]));
    assert!(!is_of_erased(&record, &keys, &[of("u2", 5)]));
    // It came after the erasure: somebody began anew.
    assert!(!is_of_erased(&record, &keys, &[of("u1", 0)]));
}

#[test]
fn an_erasure_is_read_back_from_the_journal_and_a_key_is_none() {
    let erasure =
        Erasure { at: Timestamp(5), ids: [PersonId(7)].into(), hashes: ["ab".to_owned()].into() };
    assert_eq!(Erasure::of_journal(&erasure.journalled()), Some(erasure));
    assert_eq!(Erasure::of_journal(b"journey/welcome/r12/0/1"), None);
}
