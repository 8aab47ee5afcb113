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
    let apply = Control::Apply { files: std::collections::BTreeMap::new(), by };
    let apply = LogRecord::Control(apply).encode();
    assert_eq!(history_of(&apply), Some(apply));
}
