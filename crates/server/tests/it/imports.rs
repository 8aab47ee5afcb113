//! History brought by the team: consents with their dates, closed addresses.

use crate::world::World;
use model::{Identifier, Timestamp};
use port::{Directory, Ledger, People};
use serde_json::{Value as Json, json};

const YES: &str = r#"{"type":"track","event":"Consent Given","messageId":"y","timestamp":"2024-01-15T10:42:00Z","properties":{"channel":"email","topic":"rides","address":"ann@shop.test","source":"listmonk","proof":"opt-in from 192.0.2.7"},"context":{"traits":{"email":"ann@shop.test"}}}"#;
const NO: &str = r#"{"type":"track","event":"Consent Withdrawn","messageId":"n","timestamp":"2024-03-01T10:00:00Z","properties":{"channel":"email","topic":"rides","address":"ann@shop.test","source":"listmonk"},"context":{"traits":{"email":"ann@shop.test"}}}"#;
const BOUNCED: &str = r#"{"type":"track","event":"Email Bounced","messageId":"b","timestamp":"2024-04-01T10:00:00Z","context":{"traits":{"email":"ann@shop.test"}},"suppress":{"address":"ann@shop.test","reason":"bounced"}}"#;
const PERSON: &str = r#"{"type":"identify","messageId":"p","timestamp":"2024-02-01T10:00:00Z","traits":{"email":"ann@shop.test","city":"Utrecht"}}"#;

async fn import(world: &World, events: &[&str]) -> Json {
    let batch: Vec<Json> =
        events.iter().map(|it| serde_json::from_str(it).expect("JSON")).collect();
    let body = json!({"source": "shop", "batch": batch});
    let answer = world
        .json(&format!("POST /api/v1/imports\ncontent-type: application/json\n\n{body}"))
        .await;
    world.settle().await;
    answer
}

fn person(world: &World) -> port::Person {
    let owners = world.store.owners(&[Identifier::email("ann@shop.test")]).expect("owners");
    world.store.load(&[owners[0].expect("Ann")]).expect("people").remove(0)
}

/// What is known of Ann, on one line.
fn shown(world: &World) -> String {
    let person = person(world);
    let said: Vec<String> = person
        .consents
        .listing(Timestamp::MAX)
        .iter()
        .map(|it| {
            let topic = it.topic.as_ref().map_or("all", |it| it.as_str());
            let address = it.address.as_ref().map(|it| it.value.as_str()).unwrap_or_default();
            format!("{} {topic} {address} at {} by {} {}", it.state, it.at, it.source, it.proof)
        })
        .collect();
    let closed = person.consents.suppressed().iter();
    let closed: Vec<String> =
        closed.map(|it| format!("{} {} at {}", it.address, it.reason, it.at)).collect();
    let traits: Vec<String> =
        person.profile.traits.iter().map(|(name, it)| format!("{name}={}", it.value)).collect();
    format!("{}; {}; {}", said.join(", "), closed.join(", "), traits.join(" "))
}

#[tokio::test]
async fn what_was_said_elsewhere_keeps_its_date_source_and_proof() {
    let world = World::signed_in().await;
    let answer = import(&world, &[PERSON, YES, BOUNCED, "7"]).await;
    assert_eq!((&answer["accepted"], &answer["rejected"][0]["index"]), (&json!(3), &json!(3)));
    assert_eq!(answer["rejected"][0]["reason"], "not_an_object");
    assert_eq!(
        shown(&world),
        "granted rides ann@shop.test at 2024-01-15T10:42:00Z by listmonk opt-in from 192.0.2.7; \
         email:ann@shop.test bounced at 2024-04-01T10:00:00Z; city=Utrecht email=ann@shop.test"
    );
    // It triggers nothing.
    let person = person(&world);
    assert!(person.runs.active().is_empty());
    let person = person.id;
    assert!(world.store.messages_of(person, None, 1).expect("messages").is_empty());
    let page = world.json(&format!("GET /api/v1/people/{person}/timeline")).await;
    assert!(page.to_string().contains("Consent Given"), "{page}");
}

#[tokio::test]
async fn in_any_order_and_twice_it_is_the_same() {
    let events = [PERSON, YES, NO, BOUNCED];
    let orders: [[usize; 4]; 4] = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]];
    let mut found = Vec::new();
    for order in orders {
        let world = World::signed_in().await;
        for index in order {
            import(&world, &[events[index]]).await;
        }
        let once = shown(&world);
        import(&world, &order.map(|it| events[it])).await;
        assert_eq!(shown(&world), once);
        found.push(once);
    }
    found.dedup();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("withdrawn rides"), "{found:?}");
}

#[tokio::test]
async fn an_old_yes_lifts_no_newer_no() {
    let world = World::signed_in().await;
    // Said here, today, to everything.
    world.track(r#"{"type":"track","event":"Consent Withdrawn","userId":"ann","properties":{"channel":"email"},"context":{"traits":{"email":"ann@shop.test"}}}"#).await;
    import(&world, &[YES]).await;
    let state = || {
        let consents = person(&world).consents;
        let (topic, address) = (model::Topic::from("rides"), Identifier::email("ann@shop.test"));
        consents.state(
            model::Purpose::Marketing,
            model::Channel::Email,
            &topic,
            Some(&address),
            world.now(),
        )
    };
    assert_eq!(state(), Some(decision::ConsentState::Withdrawn));
    // Said after it, it does.
    world.track(r#"{"type":"track","event":"Consent Given","userId":"ann","properties":{"channel":"email"}}"#).await;
    assert_eq!(state(), Some(decision::ConsentState::Granted));
    // The no from before it is history, whenever it is brought.
    import(&world, &[NO]).await;
    assert_eq!(
        state(),
        Some(decision::ConsentState::Withdrawn),
        "a no to the topic is not lifted by a yes to all"
    );
}

#[tokio::test]
async fn only_the_team_imports_and_into_a_source_that_exists() {
    let mut world = World::signed_in().await;
    let ask = |source: &str| {
        format!(
            "POST /api/v1/imports\ncontent-type: application/json\n\n{{\"source\":\"{source}\",\"batch\":[]}}"
        )
    };
    assert_eq!(world.status(&ask("shop")).await, 200);
    assert_eq!(world.status(&ask("other")).await, 404);
    world.forget_cookie();
    assert_eq!(world.status(&ask("shop")).await, 401);
}
