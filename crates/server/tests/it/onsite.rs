//! Messages on the business's own pages: who gets them, until when, and what is told of them.

use crate::programme::programme;
use crate::world::{Answer, WRITE_KEY, World};
use channels::onsite::{OnsiteConfig, Signers};
use channels::secret::Secret;
use model::{Identifier, LedgerState, Message, PersonId, Span, Value};
use port::{Directory, Inbox, Ledger};
use serde_json::{Value as Json, json};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// `printf %s ann | openssl dgst -sha256 -hmac "$SECRET"`, and the same of `bob`.
const OF_ANN: &str = "07db5b4bba5fef53c763f1a9cb1ae82cfbf75937aff297f88e797bebf09bfd95";
const OF_BOB: &str = "643cdfc83364b72c5248ec2d45e7cd58caf99310228f3c6a590bd299519248a7";

const BROWSER: &str = "user-agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0";

/// Two browsers.
const FIRST: &str = "0123456789abcdef0123456789abcdef";
const SECOND: &str = "fedcba9876543210fedcba9876543210";

const NUDGE: &str = "---
content: nudge
topic: rides
summary: Still thinking?
action: {label: See your cart, url: 'https://shop.test/cart'}
forms:
  onsite: {title: '<b>Hello</b> {{ event.who }}', body: Your cart waits.}
---
It waits.
";

const ON_CART: &str = "journey: nudge
owner: crm@shop.test
trigger: {event: Cart Viewed}
reentry: always
steps:
  - message: {content: nudge, channels: [onsite], expires: 2d, class: service}
";

async fn world() -> World {
    world_with(|_| {}).await
}

async fn world_with(change: impl FnOnce(&mut server::Settings)) -> World {
    let config =
        OnsiteConfig { secret: Secret::given(SECRET), old_secret: None, origins: Vec::new() };
    let mut world = World::with(|settings| {
        settings.visitors.signers = Some(Signers::new(&config).expect("signers"));
        change(settings);
    })
    .await;
    let mut files = programme();
    files.insert("content/nudge.md".to_owned(), NUDGE.to_owned());
    files.insert("journeys/nudge.yaml".to_owned(), ON_CART.to_owned());
    // Without limits and panel, of which these tests are not.
    files.insert("policy.yaml".to_owned(), "window: 10m\nconsent: [email]\n".to_owned());
    world.apply(files).await;
    world.sign_in().await;
    world
}

/// Somebody looks at their cart, and the message about it is sent.
async fn nudged(world: &World, who: &Json) -> Message {
    let person = view_cart(world, who).await;
    let sent = |it: &World| latest(it, person).is_some_and(|it| ended(&it));
    world.until("the message", sent).await;
    latest(world, person).expect("a message")
}

async fn view_cart(world: &World, who: &Json) -> PersonId {
    let mut event =
        json!({"type": "track", "event": "Cart Viewed", "properties": {"who": "Ann & Bob"}});
    for (name, value) in who.as_object().expect("identifiers") {
        event[name] = value.clone();
    }
    let name = |key: &str| who[key].as_str();
    let identifier = match (name("userId"), name("anonymousId")) {
        (Some(id), _) => Identifier::user_id(id),
        (None, id) => Identifier::anonymous_id(id.expect("an id")),
    };
    let before = owner(world, &identifier).and_then(|it| latest(world, it)).map(|it| it.id);
    world.track(&event.to_string()).await;
    let asked = |it: &World| {
        let found = owner(it, &identifier).and_then(|person| latest(it, person));
        found.is_some_and(|it| Some(it.id) != before)
    };
    world.until("the candidate", asked).await;
    owner(world, &identifier).expect("a person")
}

fn owner(world: &World, identifier: &Identifier) -> Option<PersonId> {
    let owners = world.store.owners(std::slice::from_ref(identifier)).expect("owners");
    owners[0].map(|it| world.store.current(it).expect("a person"))
}

fn latest(world: &World, person: PersonId) -> Option<Message> {
    world.store.messages_of(person, None, 1).expect("messages").pop()
}

fn ended(message: &Message) -> bool {
    message.ledger_state() != LedgerState::Pending
}

async fn ask(world: &World, visitor: &Json) -> Answer {
    let mut visitor = visitor.clone();
    visitor["writeKey"] = json!(WRITE_KEY);
    let head = "POST /onsite/messages\norigin: https://shop.test";
    world.ask(&format!("{head}\n\n{visitor}")).await
}

async fn waits_for(world: &World, visitor: &Json) -> Vec<Json> {
    let answer = ask(world, visitor).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(answer.header("access-control-allow-origin"), "https://shop.test");
    let found: Json = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!((&found["close"], &found["more"]), (&json!("Close"), &json!("Read more")));
    found["messages"].as_array().expect("messages").clone()
}

async fn heard(world: &World, id: &str, what: &str) -> u16 {
    let body = json!({"id": id, "what": what});
    world.status(&format!("POST /onsite/heard\n{BROWSER}\n\n{body}")).await
}

fn id_of(message: &Json) -> String {
    message["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn what_was_sent_to_a_browser_waits_for_that_browser_alone() {
    let world = world().await;
    let message = nudged(&world, &json!({"anonymousId": FIRST})).await;
    assert_eq!(message.ledger_state(), LedgerState::Sent, "{:?}", message.trail);
    let found = waits_for(&world, &json!({"anonymousId": FIRST})).await;
    assert_eq!(found.len(), 1);
    // As text, and not as HTML: whoever shows it says so.
    assert_eq!(found[0]["title"], "<b>Hello</b> Ann & Bob");
    assert_eq!(
        (&found[0]["body"], &found[0]["label"]),
        (&json!("Your cart waits."), &json!("See your cart"))
    );
    let link = found[0]["url"].as_str().expect("a link");
    assert!(link.starts_with("http://shop.test/c/"), "{link}");
    for other in [
        json!({"anonymousId": SECOND}),
        json!({"userId": "ann"}),
        json!({}),
        // Too short to be a secret.
        json!({"anonymousId": "0123"}),
    ] {
        assert!(waits_for(&world, &other).await.is_empty(), "{other}");
    }
}

/// A user id can be guessed: it is the shop's server that says whose browser it is.
#[tokio::test]
async fn what_waits_for_a_known_person_is_given_only_with_the_shops_signature() {
    let world = world().await;
    nudged(&world, &json!({"userId": "ann", "anonymousId": FIRST})).await;
    let by_browser = json!({"anonymousId": FIRST});
    assert!(waits_for(&world, &by_browser).await.is_empty(), "the browser may be another's now");
    assert!(waits_for(&world, &json!({"userId": "ann"})).await.is_empty());
    let signed = json!({"userId": "ann", "signature": OF_ANN, "anonymousId": SECOND});
    assert_eq!(waits_for(&world, &signed).await.len(), 1);
    for (user, signature) in [("ann", OF_BOB), ("bob", OF_ANN), ("ann", "00"), ("", OF_ANN)] {
        let answer = ask(&world, &json!({"userId": user, "signature": signature})).await;
        assert_eq!(answer.status, 403, "{user} {signature}");
        assert!(!answer.body.contains("cart"), "{}", answer.body);
    }
}

#[tokio::test]
async fn whoever_switches_it_off_afterwards_sees_nothing_that_still_waits() {
    let world = world().await;
    nudged(&world, &json!({"anonymousId": FIRST})).await;
    let visitor = json!({"anonymousId": FIRST});
    assert_eq!(waits_for(&world, &visitor).await.len(), 1);
    // Two statements of one millisecond would leave open which came last.
    let say = |event: &str, channel: &str, ago: i64| {
        let at = (world.now() - Span::seconds(ago)).to_string();
        let properties = json!({"channel": channel});
        json!({"type": "track", "event": event, "anonymousId": FIRST, "timestamp": at,
            "properties": properties})
        .to_string()
    };
    world.track(&say("Consent Withdrawn", "email", 30)).await;
    assert_eq!(waits_for(&world, &visitor).await.len(), 1, "that was about something else");
    world.track(&say("Consent Withdrawn", "onsite", 20)).await;
    assert!(waits_for(&world, &visitor).await.is_empty());
    world.track(&say("Consent Given", "onsite", 10)).await;
    assert_eq!(waits_for(&world, &visitor).await.len(), 1, "it had not been taken away");
}

#[tokio::test]
async fn a_message_is_shown_and_closed_once_however_often_that_is_said() {
    let world = world().await;
    let message = nudged(&world, &json!({"anonymousId": FIRST})).await;
    let id = id_of(&waits_for(&world, &json!({"anonymousId": FIRST})).await[0]);
    for what in ["shown", "shown", "dismissed", "dismissed"] {
        assert_eq!(heard(&world, &id, what).await, 204);
    }
    world.settle().await;
    assert!(waits_for(&world, &json!({"anonymousId": FIRST})).await.is_empty());
    for name in ["Message Opened", "Message Dismissed"] {
        let facts = world.facts(name);
        let ids: Vec<_> = facts.iter().filter_map(|it| it.event.message_id.clone()).collect();
        assert!(ids.len() == 2 && ids[0] == ids[1], "the engine takes one of {ids:?}");
        let said = &facts[0].event.properties;
        assert_eq!(said["message"], Value::Text(message.id.to_string()));
        assert_eq!(said["channel"], Value::Text("onsite".to_owned()));
    }
    let stored = world.store.message(message.id).expect("memory").expect("the message");
    assert!(stored.feedback.contains(model::Feedback::Opened));
    for (id, what) in [("x", "shown"), ("", "dismissed"), (&*id, "eaten")] {
        assert_eq!(heard(&world, id, what).await, 400, "{id} {what}");
    }
    let forged = content::Link::Open { message: message.id }.sign(&content::LinkKey([1; 32]));
    assert_eq!(heard(&world, &forged, "dismissed").await, 400);
}

#[tokio::test]
async fn a_followed_link_leads_on_and_takes_the_message_away() {
    let world = world().await;
    let message = nudged(&world, &json!({"anonymousId": FIRST})).await;
    let found = waits_for(&world, &json!({"anonymousId": FIRST})).await;
    let link = found[0]["url"].as_str().expect("a link").replace("http://shop.test", "");
    let answer = world.ask(&format!("GET {link}\n{BROWSER}")).await;
    assert_eq!(answer.status, 302);
    let to = answer.header("location");
    assert!(to.starts_with("https://shop.test/cart"), "{to}");
    world.settle().await;
    assert!(waits_for(&world, &json!({"anonymousId": FIRST})).await.is_empty());
    world.until("the click", |it| it.facts("Message Link Clicked").len() == 1).await;
    let clicked = |it: &World| {
        let stored = it.store.message(message.id).expect("memory").expect("the message");
        stored.feedback.contains(model::Feedback::Clicked)
    };
    world.until("it counts", clicked).await;
}

#[tokio::test]
async fn nothing_waits_longer_than_the_message_may() {
    let world = world().await;
    nudged(&world, &json!({"anonymousId": FIRST})).await;
    world.advance(Span::hours(47));
    assert_eq!(waits_for(&world, &json!({"anonymousId": FIRST})).await.len(), 1);
    world.advance(Span::hours(2));
    assert!(waits_for(&world, &json!({"anonymousId": FIRST})).await.is_empty());
}

#[tokio::test]
async fn what_was_written_for_an_erased_person_is_gone() {
    let world = world().await;
    let message = nudged(&world, &json!({"userId": "ann", "anonymousId": FIRST})).await;
    let signed = json!({"userId": "ann", "signature": OF_ANN});
    assert_eq!(waits_for(&world, &signed).await.len(), 1);
    let path = format!("/api/v1/people/{}/erase", message.person);
    let json = "content-type: application/json";
    let erased = world.json(&format!("POST {path}\n{json}\n\n{{}}")).await;
    assert_eq!(erased["erased"], true);
    let to = [Identifier::user_id("ann"), Identifier::anonymous_id(FIRST)];
    assert!(world.store.waiting(&to, message.created, 9).expect("memory").is_empty());
    assert!(waits_for(&world, &signed).await.is_empty());
    // A provider that was slow puts nothing there any more.
    let item = port::InboxItem {
        key: message.key.clone(),
        message: Some(message.id),
        person: None,
        to: to[0].clone(),
        title: "Hello".to_owned(),
        body: "Your cart waits.".to_owned(),
        label: None,
        url: None,
        at: message.created,
        until: message.expires,
    };
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let done = move |placed| {
        let _ = sender.send(placed);
    };
    port::Letterbox::put(&world.handle, item, Box::new(done));
    assert_eq!(receiver.await, Ok(port::Placed::Erased));
    assert!(world.store.waiting(&to, message.created, 9).expect("memory").is_empty());
}

#[tokio::test]
async fn an_inbox_that_is_full_takes_no_more_and_the_ledger_says_so() {
    let world = world().await;
    let who = json!({"anonymousId": FIRST});
    for _ in 0..port::INBOX_MAX {
        assert_eq!(nudged(&world, &who).await.ledger_state(), LedgerState::Sent);
    }
    let last = nudged(&world, &who).await;
    assert_eq!(last.ledger_state(), LedgerState::Failed);
    let why = last.trail.last().map(|it| it.detail.clone());
    assert_eq!(why.as_deref(), Some("try 1: 20 messages wait for them"));
    assert_eq!(waits_for(&world, &who).await.len(), 5, "given out a few at a time");
}

#[tokio::test]
async fn a_try_is_shown_in_the_browser_that_it_names_and_not_for_long() {
    let world = world().await;
    let body = json!({"to": [{"channel": "onsite", "address": format!("anonymous_id:{FIRST}")}],
        "data": {"who": "you"}});
    let json = "content-type: application/json";
    let tried = world.json(&format!("POST /api/v1/contents/nudge/test\n{json}\n\n{body}")).await;
    assert_eq!(tried["sent"][0]["accepted"], true, "{tried}");
    let found = waits_for(&world, &json!({"anonymousId": FIRST})).await;
    assert_eq!(found[0]["title"], "[Test] <b>Hello</b> you");
    assert_eq!((&found[0]["id"], &found[0]["url"]), (&json!(""), &json!("https://shop.test/cart")));
    assert_eq!(owner(&world, &Identifier::anonymous_id(FIRST)), None, "it makes nobody known");
    world.advance(Span::minutes(11));
    assert!(waits_for(&world, &json!({"anonymousId": FIRST})).await.is_empty());
}

#[tokio::test]
async fn only_pages_of_the_business_may_ask() {
    let ours = vec!["https://shop.test".to_owned()];
    let world = world_with(|settings| settings.visitors.origins = ours).await;
    let status = async |head: &str| {
        let body = json!({"writeKey": WRITE_KEY, "anonymousId": FIRST});
        world.status(&format!("{head}\n\n{body}")).await
    };
    assert_eq!(status("POST /onsite/messages\norigin: https://shop.test").await, 200);
    assert_eq!(status("POST /onsite/messages").await, 200, "no browser, and so no page");
    for other in ["https://shop.test.evil.example", "http://shop.test", "null"] {
        assert_eq!(
            status(&format!("POST /onsite/messages\norigin: {other}")).await,
            403,
            "{other}"
        );
    }
    assert_eq!(status("GET /onsite/messages").await, 405);
}

#[tokio::test]
async fn unknown_keys_endless_bodies_and_restless_browsers_are_refused() {
    let world = world().await;
    let post = async |body: &str| world.status(&format!("POST /onsite/messages\n\n{body}")).await;
    assert_eq!(post(&json!({"writeKey": "nobody's", "anonymousId": FIRST}).to_string()).await, 401);
    assert_eq!(post("{}").await, 400);
    assert_eq!(post(&format!("{{\"writeKey\": \"{}\"}}", "x".repeat(9_000))).await, 413);
    let long = json!({"writeKey": WRITE_KEY, "userId": "x".repeat(201)});
    assert_eq!(post(&long.to_string()).await, 400);
    let body = json!({"writeKey": WRITE_KEY, "anonymousId": FIRST}).to_string();
    let mut answers = Vec::new();
    for _ in 0..121 {
        answers.push(post(&body).await);
    }
    assert!(answers[..120].iter().all(|it| *it == 200));
    let last = world.ask(&format!("POST /onsite/messages\n\n{body}")).await;
    assert_eq!((answers[120], last.status.as_u16()), (429, 429));
    assert!(last.header("retry-after").parse::<u64>().is_ok_and(|it| 0 < it && it <= 60));
    let other = json!({"writeKey": WRITE_KEY, "anonymousId": SECOND}).to_string();
    assert_eq!(post(&other).await, 200, "others are not kept out by it");
}

#[tokio::test]
async fn without_the_provider_nothing_waits_and_the_script_still_counts() {
    let world = World::signed_in().await;
    assert!(waits_for(&world, &json!({"userId": "ann", "signature": OF_ANN})).await.is_empty());
    assert_eq!(world.status("GET /onsite/push-key").await, 404);
    assert_eq!(world.status("GET /fulcrum.js").await, 200);
}

#[tokio::test]
async fn the_scripts_may_be_loaded_by_any_page_and_are_sent_once() {
    let world = world_with(|it| it.visitors.push_key = Some("BP4z".to_owned())).await;
    for path in ["/fulcrum.js", "/fulcrum-box.js", "/fulcrum-push.js", "/fulcrum-worker.js"] {
        let first = world.ask(&format!("GET {path}")).await;
        assert_eq!((first.status.as_u16(), first.header("set-cookie")), (200, ""));
        assert_eq!(first.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(first.header("access-control-allow-origin"), "*");
        assert_eq!(first.header("cross-origin-resource-policy"), "cross-origin");
        assert!(first.header("cache-control").contains("max-age=3600"));
        assert!(!first.body.contains("/**"), "without what only we read");
        let tag = first.header("etag").to_owned();
        let again = world.ask(&format!("GET {path}\nif-none-match: {tag}")).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""));
    }
    let key = world.ask("GET /onsite/push-key").await;
    assert_eq!((key.body.as_str(), key.header("access-control-allow-origin")), ("BP4z", "*"));
}
