//! A programme over what happened: the past before the window makes people who they were, and only the
//! window speaks.

use crate::{Play, Replayed, compare, replay};
use model::{Event, EventFlags, EventKind, Map, SourceId, Timestamp, Value};
use record::Fact;
use std::collections::BTreeMap;

const PROGRAMME: [(&str, &str); 6] = [
    (
        "brand.yaml",
        "{name: Shop, base_url: \"https://shop.example\", from_address: hi@shop.example}",
    ),
    ("policy.yaml", "{window: 10m, consent: none, caps: [{channels: any, at_most: 1, per: 7d}]}"),
    ("audiences/regulars.yaml", "audience: regulars\nwhen: count(\"Order\", last 30d) >= 2"),
    (
        "journeys/thanks.yaml",
        "journey: thanks\ntrigger: {enters: regulars}\nsteps:\n  - message: {content: thanks, channels: [onsite]}",
    ),
    (
        "journeys/tips.yaml",
        "journey: tips\ntrigger: {event: Order}\nreentry: always\nsteps:\n  - message: {content: tips, channels: [onsite], value: 1}",
    ),
    ("content/thanks.md", "---\ncontent: thanks\ntopic: news\nsummary: Thanks\n---\nThanks."),
];

fn files() -> BTreeMap<String, String> {
    let tips = ("content/tips.md", "---\ncontent: tips\ntopic: news\nsummary: Tips\n---\nTips.");
    PROGRAMME.into_iter().chain([tips]).map(|(path, text)| (path.into(), text.into())).collect()
}

fn order(person: &str, at: &str) -> Fact {
    let at = Timestamp::parse(at).expect("a time");
    Fact::of(Event {
        source: SourceId::from("shop"),
        message_id: None,
        kind: EventKind::Track { name: "Order".to_owned() },
        user_id: Some(person.to_owned()),
        anonymous_id: None,
        properties: Map::from([("total".to_owned(), Value::from(20.0))]),
        context: Map::new(),
        time: at,
        received: at,
        flags: EventFlags::default(),
    })
}

fn played(files: &BTreeMap<String, String>) -> Replayed {
    let facts = vec![
        order("ada", "2026-10-20T09:00:00Z"),
        order("bob", "2026-08-01T09:00:00Z"),
        order("ada", "2026-11-02T09:00:00Z"),
        order("bob", "2026-11-03T09:00:00Z"),
        order("cat", "2026-11-04T09:00:00Z"),
        order("dan", "2026-12-01T09:00:00Z"),
    ];
    let mut facts = facts;
    facts.sort_by_key(|it| it.event.received);
    let time = |text| Timestamp::parse(text).expect("a time");
    let (from, to) = (time("2026-11-01T00:00:00Z"), time("2026-11-30T00:00:00Z"));
    replay(&Play { files, from, to, follow: false }, facts, &mut |_| true)
        .expect("a play")
        .expect("nobody stopped it")
}

#[test]
fn the_past_makes_people_who_they_are_and_says_nothing() {
    let found = played(&files());
    assert_eq!((found.people, found.facts_before, found.facts), (3, 2, 3));
    let said: Vec<String> = (found.decisions.iter())
        .map(|it| format!("{} {} {} {}", &it.at[..16], it.person, it.content, it.became))
        .collect();
    // Ada's order of October makes her a regular with the one of November; of the two messages the cap
    // lets one through, and the other, which expires in a day, cannot wait a week.
    assert_eq!(
        said,
        [
            "2026-11-02T09:10 ada tips sent",
            "2026-11-02T09:10 ada thanks dropped",
            "2026-11-03T09:10 bob tips sent",
            "2026-11-04T09:10 cat tips sent",
        ]
    );
    assert_eq!(found.messages_per_person, [0, 3]);
    assert_eq!((found.reach[0].people, found.reach[0].messages), (3, 3));
    let text = found.text();
    assert!(text.contains("journey/thanks") && text.contains("onsite reaches 3 people"), "{text}");
    assert!(text.contains("\ntips:0           3 came         0 there\n"), "{text}");
}

#[test]
fn two_programmes_are_compared_person_by_person() {
    let first = played(&files());
    let mut other = files();
    let policy = "{window: 10m, consent: none}".to_owned();
    other.insert("policy.yaml".to_owned(), policy);
    let compared = compare(&first, &played(&other));
    let rows: Vec<String> = (compared.contents.iter())
        .map(|it| format!("{} {} {} {}", it.content, it.both, it.only_first, it.only_second))
        .collect();
    assert_eq!(rows, ["thanks 0 0 1", "tips 3 0 0"]);
    assert_eq!(compared.only_second[0].person, "ada");
}

#[test]
fn a_play_can_be_stopped() {
    let time = |text| Timestamp::parse(text).expect("a time");
    let (from, to) = (time("2026-11-01T00:00:00Z"), time("2026-11-30T00:00:00Z"));
    let facts = vec![order("ada", "2026-11-02T09:00:00Z")];
    let play = Play { files: &files(), from, to, follow: false };
    assert_eq!(replay(&play, facts, &mut |_| false).expect("a play"), None);
}
