//! Messages that a program orders by the API.

use crate::programme::programme;
use crate::world::World;
use port::{Hooks, Ledger};
use serde_json::{Value as Json, json};

const JSON: &str = "content-type: application/json";

fn order(body: &Json) -> String {
    format!("POST /api/v1/messages\n{JSON}\n\n{body}")
}

async fn sent(world: &World, body: &Json) -> Json {
    let answer = world.ask(&order(body)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let message: Json = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(crate::conforms::problem("POST", "/api/v1/messages", &message), None);
    let path = format!("/api/v1/messages/{}", message["id"].as_str().expect("an id"));
    world.shown(&path, |it| it["state"] != "pending").await
}

#[tokio::test]
async fn a_content_of_the_programme_is_sent_to_somebody_new() {
    let world = World::signed_in().await;
    let body = json!({"to": {"user_id": "ann", "email": "Ann@people.test"}, "content": "receipt"});
    let message = sent(&world, &body).await;
    assert_eq!((&message["state"], &message["channel"]), (&json!("sent"), &json!("email")));
    let codes: Vec<&str> = message["trail"]
        .as_array()
        .expect("a trail")
        .iter()
        .filter_map(|it| it["code"].as_str())
        .collect();
    assert_eq!(codes.first(), Some(&"created"));
    let person = world.person("ann");
    assert_eq!(message["person"], json!(person.to_string()));
    let timeline = world.json(&format!("GET /api/v1/people/{person}/timeline")).await;
    let items = timeline["items"].as_array().expect("items");
    assert!(items.iter().any(|it| it["message"] == message["id"]), "{timeline}");
}

#[tokio::test]
async fn one_key_is_one_message() {
    let world = World::signed_in().await;
    let body = |email: &str| json!({"to": {"email": email}, "content": "receipt", "idempotency_key": "order-17"});
    let first = sent(&world, &body("ann@people.test")).await;
    assert_eq!(first["idempotency_key"], json!("order-17"));
    // Another's address under a key that was used: the first one counts.
    let again = world.json(&order(&body("bob@people.test"))).await;
    assert_eq!(again, first);
    let by_header = format!(
        "POST /api/v1/messages\n{JSON}\nidempotency-key: order-17\n\n{}",
        json!({"to": {"email": "ann@people.test"}, "content": "receipt"})
    );
    assert_eq!(world.json(&by_header).await, first);
    let all =
        world.store.messages_of(world.owner(model::Identifier::email("ann@people.test")), None, 9);
    assert_eq!(all.expect("memory").len(), 1);
}

#[tokio::test]
async fn a_content_may_come_along() {
    let world = World::signed_in().await;
    let content = json!({
        "summary": "Your code",
        "forms": {"email": {"subject": "{{ event.code }} is your code"}},
        "body": "Use **{{ event.code }}** within ten minutes.",
    });
    let body = json!({"to": {"email": "ann@people.test"}, "content": content,
        "data": {"code": "4711"}, "expires": "10m"});
    assert_eq!(sent(&world, &body).await["state"], "sent");
    // Without the value that its template needs it is not sent, and says so.
    let body = json!({"to": {"email": "ann@people.test"}, "content": content});
    let failed = sent(&world, &body).await;
    assert_eq!(
        (&failed["state"], &failed["reason"]["code"]),
        (&json!("failed"), &json!("render_failed"))
    );
    for (wrong, why) in [
        (json!({"body": "{{ event.x "}), "`}}` is missing"),
        (json!({"subjekt": "x"}), "subjekt"),
        (json!({"body": 7}), "body"),
        (json!({"summary": "x", "layout": "news"}), "no layout `news`"),
        (json!({"summary": "x", "locales": {"nl": "x.nl.md"}}), "do not come along"),
    ] {
        let body = json!({"to": {"email": "ann@people.test"}, "content": wrong});
        let answer = world.ask(&order(&body)).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains(why), "{}", answer.body);
    }
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_with_the_reason() {
    let world = World::signed_in().await;
    let ann = json!({"email": "ann@people.test"});
    for (status, why, body) in [
        (404, "no content `nothing`", json!({"to": ann, "content": "nothing"})),
        (404, "nobody has the id p99", json!({"to": {"person": "p99"}, "content": "receipt"})),
        (400, "say for whom", json!({"to": {}, "content": "receipt"})),
        (
            400,
            "no channel `pigeon`",
            json!({"to": ann, "content": "receipt", "channels": ["pigeon"]}),
        ),
        (409, "has a provider", json!({"to": ann, "content": "receipt", "channels": ["sms"]})),
        (400, "like 15m", json!({"to": ann, "content": "receipt", "expires": "soon"})),
        (400, "between a moment", json!({"to": ann, "content": "receipt", "expires": "400d"})),
        (
            400,
            "200 characters",
            json!({"to": ann, "content": "receipt", "idempotency_key": "x".repeat(201)}),
        ),
    ] {
        let answer = world.ask(&order(&body)).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert!(answer.body.contains(why), "{}", answer.body);
    }
    assert_eq!(world.status("GET /api/v1/messages/m99").await, 404);
    assert_eq!(world.status("GET /api/v1/messages/x").await, 404);
    let mut world = world;
    world.forget_cookie();
    let body = json!({"to": ann, "content": "receipt"});
    assert_eq!(world.ask(&order(&body)).await.status, 401);
}

#[tokio::test]
async fn whoever_ordered_it_is_told_what_became_of_it() {
    let world = World::signed_in().await;
    let mut files = programme();
    let policy = files.get_mut("policy.yaml").expect("a policy");
    policy.push_str("message_status: {url: \"https://good.example/status\"}\n");
    world.apply(files).await;
    let body = json!({"to": {"user_id": "ann", "email": "ann@people.test"}, "content": "receipt",
        "idempotency_key": "k"});
    let message = sent(&world, &body).await;
    world.until("a call", |it| !it.store.hooks(None, None, 9).expect("memory").is_empty()).await;
    // What a journey sends is nobody's order.
    world.track(r#"{"type":"track","event":"Order Completed","userId":"ann"}"#).await;
    world
        .until("two messages", |it| {
            it.store.messages_of(it.person("ann"), None, 9).expect("memory").len() == 2
        })
        .await;
    let calls = world.store.hooks(None, None, 9).expect("memory");
    assert_eq!(calls.len(), 1);
    let said: Json = serde_json::from_slice(&calls[0].hook.body).expect("JSON");
    assert_eq!(said["type"], "message.sent");
    assert_eq!((&said["message"], &said["idempotency_key"]), (&message["id"], &json!("k")));
    assert_eq!(said["reason"]["code"], "sent");
}

/// Their calls shared a source, and `message/k` was a key of both.
#[tokio::test]
async fn a_journey_named_message_takes_no_key_from_an_order() {
    let world = World::signed_in().await;
    let mut files = programme();
    let journey = "journey: message\ntrigger: {api: true}\nsteps:\n  - wait: 1d\n";
    files.insert("journeys/message.yaml".to_owned(), journey.to_owned());
    world.apply(files).await;
    let run = json!({"email": "ann@people.test", "idempotency_key": "k"});
    let begun = world.ask(&format!("POST /api/v1/journeys/message/runs\n{JSON}\n\n{run}")).await;
    assert_eq!(begun.status, 202, "{}", begun.body);
    world.settle().await;
    let body =
        json!({"to": {"email": "ann@people.test"}, "content": "receipt", "idempotency_key": "k"});
    assert_eq!(sent(&world, &body).await["state"], "sent");
}
